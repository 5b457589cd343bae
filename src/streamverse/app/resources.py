"""What a process needs of the world, opened once from the settings and closed at the end."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from streamverse import migrations
from streamverse.app import registry
from streamverse.app.certificates import Certificate, open_certificate
from streamverse.app.settings import Settings, master_secrets
from streamverse.domains.catalog.contracts import CatalogSettings
from streamverse.domains.identity.contracts import IdentitySettings
from streamverse.domains.identity.public import ensure_default_tenant
from streamverse.domains.identity.service.mails import Correspondence
from streamverse.domains.intake.service import anilist, tmdb
from streamverse.domains.intake.service.asking import Asker, Pace
from streamverse.domains.intake.service.sources import MetadataSource, Sources
from streamverse.domains.live.contracts import LiveSettings
from streamverse.domains.live.public import Glimpses, LiveDesk
from streamverse.domains.media.contracts import Protection
from streamverse.domains.media.public import (
    KeySafe,
    Lightbox,
    Manifests,
    MediaAddresses,
    UploadLimits,
)
from streamverse.domains.media.rules.origins import parse_buckets
from streamverse.domains.media.rules.retention import Retention
from streamverse.domains.media.service.remote_imports import Intake
from streamverse.domains.notifications.contracts import WebhookSettings
from streamverse.domains.playback.contracts import PlaybackSettings
from streamverse.domains.playback.public import PlaybackDesk
from streamverse.domains.search.public import SearchDesk, ensure_documents
from streamverse.kit.clock import Clock, SystemClock
from streamverse.kit.crypto import Vault, derive_key
from streamverse.kit.db import Database
from streamverse.kit.fetching import GuardedFetcher
from streamverse.kit.folders import Roots
from streamverse.kit.mail import MailSender, Postbox
from streamverse.kit.neighbours import Neighbours
from streamverse.kit.orphans import OrphanCollector
from streamverse.kit.reach import Reach
from streamverse.kit.regions import Regions
from streamverse.kit.smtp import SmtpServer, SmtpTransport
from streamverse.kit.storage import BucketAccess, ObjectStore, open_store
from streamverse.kit.tokens import Signer
from streamverse.kit.work import Actor, Workshop
from streamverse.mediakit import hardware
from streamverse.mediakit.ffmpeg import Tools, find_tools
from streamverse.mediakit.hardware import Encoder
from streamverse.mediakit.ladder import CodecFamily


@dataclass(frozen=True, slots=True)
class Resources:
    """The world as the program sees it."""

    settings: Settings
    database: Database
    workshop: Workshop
    store: ObjectStore
    tools: Tools
    addresses: MediaAddresses
    identity_settings: IdentitySettings
    correspondence: Correspondence
    catalog_settings: CatalogSettings
    regions: Regions
    upload_limits: UploadLimits
    search_desk: SearchDesk
    playback_desk: PlaybackDesk
    live_desk: LiveDesk
    certificate: Certificate | None = None
    # What this machine has in hardware; workers look for it.
    encoders: tuple[Encoder, ...] = ()
    # The door shows what delivery remembers.
    manifests: Manifests = field(default_factory=Manifests)

    @property
    def vault(self) -> Vault:
        """What seals the secrets that are kept."""
        return self.identity_settings.vault

    @property
    def fetcher(self) -> GuardedFetcher:
        """What asks the addresses that users name."""
        return GuardedFetcher(Reach.of(self.settings.fetch_allowed_hosts))

    @property
    def intake(self) -> Intake:
        """Where films may be fetched from."""
        buckets = parse_buckets(self.settings.import_buckets)
        return Intake(self.store, self.upload_limits, self.fetcher, buckets, self.library_roots)

    @property
    def metadata_sources(self) -> Sources:
        """What knows films and series, as the operator has chosen."""
        settings, languages = self.settings, self.settings.title_languages
        sources: list[MetadataSource] = []
        if settings.tmdb_key:
            asker = self._asker("TMDB", settings.tmdb_address, tmdb.PAUSE_S, has_key=True)
            sources.append(tmdb.Tmdb(asker, settings.tmdb_key, languages))
        if settings.anilist:
            asker = self._asker("AniList", settings.anilist_address, anilist.PAUSE_S)
            sources.append(anilist.AniList(asker, languages))
        return Sources(tuple(sources))

    def _asker(self, service: str, address: str, pause_s: float, *, has_key: bool = False) -> Asker:
        # The operator has named this host, which may be one of the own network.
        hosts = (*self.settings.fetch_allowed_hosts, urlsplit(address).netloc)
        fetcher = GuardedFetcher(Reach.of(hosts))
        return Asker(fetcher, service, address.rstrip("/"), Pace(pause_s), has_key)

    @property
    def library_roots(self) -> Roots:
        """Where the folders of the library may lie."""
        return Roots.of(self.settings.library_roots)

    @property
    def lightbox(self) -> Lightbox:
        """What reads pictures that people send."""
        return Lightbox(self.store, self.tools, self.scratch)

    @property
    def key_safe(self) -> KeySafe:
        """What keeps the keys of encrypted films."""
        return KeySafe(self.vault, Protection(self.settings.protection))

    @property
    def retention(self) -> Retention:
        """How long things are kept where a tenant does not choose otherwise."""
        settings = self.settings
        return Retention(
            source_days=settings.retention_source_days,
            failed_days=settings.retention_failed_days,
            refused_days=settings.retention_refused_days,
            upload_hours=settings.upload_expiry_hours,
        )

    @property
    def orphan_collector(self) -> OrphanCollector:
        """What finds the objects that nothing refers to."""
        return OrphanCollector(self.workshop, self.store, registry.STORE_OWNERS)

    @property
    def webhook_settings(self) -> WebhookSettings:
        """What webhooks are sealed with, and when they are switched off."""
        return WebhookSettings(self.vault, timedelta(days=self.settings.webhook_disable_days))

    @property
    def scratch(self) -> Path:
        """The folder for copies that live as long as a job."""
        return self.settings.data_dir / "scratch"


@asynccontextmanager
async def open_resources(
    settings: Settings, *, clock: Clock | None = None, takes_streams: bool = True
) -> AsyncGenerator[Resources]:
    """Open the database and the store, bring the tables up to date, derive the keys."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    secrets = master_secrets(settings)
    database = Database(settings.database_url)
    store = open_store(settings.store_url, _bucket_access(settings))
    catalog_settings = CatalogSettings(
        is_publish_on_upload=settings.is_publish_on_upload, bin_days=settings.bin_days
    )
    regions = Regions.open(Path(settings.region_database) if settings.region_database else None)
    vault = Vault([derive_key(secret, "identity secrets") for secret in secrets])
    correspondence = _open_correspondence(settings, vault)
    certificate, tools = open_certificate(settings), find_tools()
    live = _live_settings(settings, vault, tools, certificate, takes_streams=takes_streams)
    try:
        await migrations.upgrade(database)
        workshop = Workshop(
            database,
            clock=clock or SystemClock(),
            listeners=registry.listeners(catalog_settings, correspondence),
        )
        async with workshop.work(Actor.system()) as work:
            await ensure_default_tenant(work)
            await ensure_documents(work)
        yield Resources(
            settings=settings,
            database=database,
            workshop=workshop,
            store=store,
            tools=tools,
            addresses=_sign_addresses(settings, secrets),
            identity_settings=IdentitySettings(
                setup_key=derive_key(secrets[0], "set-up token"),
                vault=vault,
                issuer=settings.public_url,
                session_lifetime=timedelta(days=settings.session_days),
                is_secure=settings.is_secure,
                is_registration_open=settings.is_registration_open,
                terms_version=settings.terms_version,
            ),
            correspondence=correspondence,
            catalog_settings=catalog_settings,
            regions=regions,
            upload_limits=UploadLimits(
                max_bytes=settings.max_upload_bytes,
                expire_after=timedelta(hours=settings.upload_expiry_hours),
                min_free_bytes=settings.min_free_bytes,
            ),
            search_desk=SearchDesk(workshop),
            playback_desk=_open_playback_desk(workshop, settings, secrets),
            live_desk=_open_live_desk(workshop, store, tools, secrets=secrets, decided=live),
            certificate=certificate,
        )
    finally:
        regions.close()
        await store.aclose()
        await database.close()


def _open_correspondence(settings: Settings, vault: Vault) -> Correspondence:
    server = SmtpServer.parse(settings.smtp_url) if settings.smtp_url else None
    sender = MailSender(settings.mail_from, settings.mail_name)
    transport = SmtpTransport(server) if server else None
    return Correspondence(Postbox(vault, sender, transport), settings.public_url)


def _sign_addresses(settings: Settings, secrets: Sequence[bytes]) -> MediaAddresses:
    return MediaAddresses(
        Signer([derive_key(secret, "media addresses") for secret in secrets]),
        timedelta(hours=settings.media_url_hours),
        is_bound_to_network=settings.is_media_bound_to_network,
    )


def _open_playback_desk(
    workshop: Workshop, settings: Settings, secrets: Sequence[bytes]
) -> PlaybackDesk:
    decided = PlaybackSettings(
        streams_at_once=settings.streams_at_once,
        devices_at_most=settings.devices_at_most,
        kept_for=timedelta(days=settings.playback_days),
        media_cookie_domain=settings.media_cookie_domain,
    )
    signer = Signer([derive_key(secret, "player events") for secret in secrets])
    return PlaybackDesk(workshop, signer, decided)


def _open_live_desk(
    workshop: Workshop,
    store: ObjectStore,
    tools: Tools,
    *,
    secrets: Sequence[bytes],
    decided: LiveSettings,
) -> LiveDesk:
    async def find_encoder() -> Encoder | None:
        if not decided.is_hardware_used:
            return None
        found = (await hardware.detect(tools)).encoders
        return next((one for one in found if one.codec == CodecFamily.H264), None)

    signer = Signer([derive_key(secret, "neighbours") for secret in secrets])
    neighbours = Neighbours(signer, workshop.clock)
    glimpses = Glimpses(tools, decided.scratch)
    return LiveDesk(
        *(workshop, store, decided, glimpses), neighbours=neighbours, find_encoder=find_encoder
    )


def _live_settings(
    settings: Settings,
    vault: Vault,
    tools: Tools,
    certificate: Certificate | None,
    *,
    takes_streams: bool,
) -> LiveSettings:
    return LiveSettings(
        vault,
        host=settings.host,
        takes_streams=takes_streams,
        internal_url=settings.internal_url,
        rtmp_port=settings.rtmp_port,
        rtmps_port=settings.rtmps_port if certificate else None,
        tls_files=(certificate.chain, certificate.key) if certificate else None,
        srt_port=settings.srt_port,
        webrtc_port=settings.webrtc_port,
        webrtc_addresses=tuple(settings.webrtc_addresses),
        ffmpeg=tools.ffmpeg,
        ladder_processors=settings.live_ladder_processors or None,
        is_hardware_used=settings.is_hardware_used,
        scratch=settings.data_dir / "scratch",
        public_url=settings.public_url,
        public_host=urlsplit(settings.public_url).hostname or settings.host,
        return_within=timedelta(seconds=settings.live_return_s),
        fetcher=GuardedFetcher(Reach.of(settings.fetch_allowed_hosts)),
        targets_at_most=settings.live_targets,
    )


def _bucket_access(settings: Settings) -> BucketAccess:
    return BucketAccess(
        endpoint=settings.s3_endpoint,
        region=settings.s3_region,
        access_key_id=settings.s3_access_key_id,
        secret_access_key=settings.s3_secret_access_key,
    )
