"""The program put together without a world, for looking at what it declares."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from streamverse.app.resources import Resources
from streamverse.domains.catalog.contracts import CatalogSettings
from streamverse.domains.identity.contracts import IdentitySettings
from streamverse.domains.identity.service.mails import Correspondence
from streamverse.domains.media.public import MediaAddresses, UploadLimits
from streamverse.kit.crypto import KEY_BYTES, Vault
from streamverse.kit.db import Database
from streamverse.kit.mail import MailSender, Postbox
from streamverse.kit.regions import Regions
from streamverse.kit.storage import open_store
from streamverse.kit.tokens import Signer
from streamverse.kit.work import Workshop
from streamverse.mediakit.ffmpeg import Tools

if TYPE_CHECKING:
    from streamverse.app.settings import Settings


def resources_without_world(settings: Settings) -> Resources:
    """Give resources that nobody connects to."""
    database = Database("sqlite:///:memory:")
    return Resources(
        settings=settings,
        database=database,
        workshop=Workshop(database),
        store=open_store(settings.store_url),
        tools=Tools(Path("ffmpeg"), Path("ffprobe")),
        addresses=MediaAddresses(Signer([b"a key for nothing at all"]), timedelta(hours=1)),
        identity_settings=IdentitySettings(
            setup_key=b"a key for nothing at all", vault=Vault([bytes(KEY_BYTES)])
        ),
        correspondence=Correspondence(
            Postbox(Vault([bytes(KEY_BYTES)]), MailSender("no-reply@example.org", "Test"), None),
            "https://video.example.org",
        ),
        catalog_settings=CatalogSettings(),
        regions=Regions(),
        upload_limits=UploadLimits(1, timedelta(hours=1), 0),
    )
