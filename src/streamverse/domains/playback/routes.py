"""Playback over HTTP."""

from __future__ import annotations

from uuid import UUID

from litestar import Router, get, post
from litestar.datastructures import ResponseHeader, State
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody

from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.media.contracts import PackageId
from streamverse.domains.media.public import KeySafe, KeyUnknown, MediaAddresses
from streamverse.domains.playback.errors import (
    LicenseNotYours,
    LicenseRequestInvalid,
    LicensesThrottled,
    ThumbnailsNotMade,
    TitleNotPlayable,
    TitleNotVisible,
)
from streamverse.domains.playback.schemas import (
    LicenseIn,
    LicenseOut,
    PlaybackOut,
    ThumbnailSpriteOut,
)
from streamverse.domains.playback.service import licenses as licensing
from streamverse.domains.playback.service import playing
from streamverse.domains.playback.service.license_throttle import LicenseThrottle
from streamverse.domains.playback.service.licenses import Licenses
from streamverse.kit.http import problems, signed_in
from streamverse.kit.tokens import GrantExpired, GrantInvalid
from streamverse.kit.work import Work

LICENSE_LIMIT_BYTES = 4096
NOT_STORED = [ResponseHeader(name="Cache-Control", value="no-store")]


@post(
    "/titles/{title_id:uuid}/playback",
    guards=[signed_in],
    status_code=200,
    responses=problems(TitleNotVisible, TitleNotPlayable),
)
async def start_playback(
    title_id: FromPath[UUID],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> PlaybackOut:
    """Start to watch a title."""
    return await playing.start_playback(work, media_addresses, TitleId(title_id))


@get(
    "/titles/{title_id:uuid}/thumbnail-sprite",
    guards=[signed_in],
    responses=problems(TitleNotVisible, TitleNotPlayable, ThumbnailsNotMade),
)
async def get_thumbnails(
    title_id: FromPath[UUID],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> ThumbnailSpriteOut:
    """Tell where the small pictures of a title are, for the bar of time."""
    return await playing.get_thumbnails(work, media_addresses, TitleId(title_id))


@post(
    "/playback/licenses/clearkey/{package_id:uuid}/{grant:str}",
    guards=[signed_in],
    status_code=200,
    request_max_body_size=LICENSE_LIMIT_BYTES,
    response_headers=NOT_STORED,
    responses=problems(
        GrantInvalid,
        GrantExpired,
        LicenseNotYours,
        LicenseRequestInvalid,
        LicensesThrottled,
        TitleNotVisible,
        TitleNotPlayable,
        KeyUnknown,
    ),
)
async def give_license(
    package_id: FromPath[UUID],
    grant: FromPath[str],
    data: JSONBody[LicenseIn],
    work: NamedDependency[Work],
    licenses: NamedDependency[Licenses],
) -> LicenseOut:
    """Get the keys of an encrypted title, as a browser's Clear Key asks for them."""
    return await licensing.give_license(work, licenses, PackageId(package_id), grant, data)


def provide_licenses(
    state: State,
    media_addresses: NamedDependency[MediaAddresses],
    key_safe: NamedDependency[KeySafe],
) -> Licenses:
    """Give what licences take, with the application's own throttle."""
    throttle = state.setdefault("license_throttle", LicenseThrottle())
    return Licenses(media_addresses, key_safe, throttle)


router = Router(
    path="/",
    route_handlers=[start_playback, get_thumbnails, give_license],
    dependencies={"licenses": Provide(provide_licenses, sync_to_thread=False)},
    tags=["playback"],
)
