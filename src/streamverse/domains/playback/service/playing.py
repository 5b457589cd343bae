"""Starting to watch: whether somebody may, and where their player finds the title."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamverse.domains.catalog import public as catalog
from streamverse.domains.catalog.contracts import TitleState
from streamverse.domains.media import public as media
from streamverse.domains.playback.errors import (
    ThumbnailsNotMade,
    TitleNotPlayable,
    TitleNotVisible,
)
from streamverse.domains.playback.rules.access import Access, Wish, decide_access
from streamverse.domains.playback.rules.licenses import write_base64url
from streamverse.domains.playback.schemas.starting import DrmOut, PlaybackOut, ThumbnailSpriteOut

if TYPE_CHECKING:
    from streamverse.domains.catalog.contracts import Title, TitleId
    from streamverse.domains.media.contracts import PackageView
    from streamverse.kit.work import Work

CLEARKEY = "org.w3.clearkey"


def show_playback(
    title: Title,
    package: PackageView,
    signed: media.PlayableAddresses,
    master: str | None,
) -> PlaybackOut:
    """Tell a player where a title is, and what it would ask for first."""
    return PlaybackOut(
        title_id=title.id,
        name=title.name,
        hls_url=signed.hls_url,
        hls_master=master,
        dash_url=signed.dash_url,
        poster_url=signed.poster.still.url if signed.poster else None,
        thumbnails_url=signed.sprites.index_url if signed.sprites else None,
        drm=_drm(package, signed.license_url),
        expires_at=signed.expires_at,
        is_growing=not package.is_complete,
        playable_ms=package.playable_ms,
        duration_ms=package.duration_ms,
        credit=title.credit or None,
    )


async def get_thumbnails(
    work: Work, addresses: media.MediaAddresses, title_id: TitleId
) -> ThumbnailSpriteOut:
    """Tell where the small pictures of a title are, to whoever may watch it."""
    title = await catalog.find_visible_title(work, title_id)
    if title is None:
        raise TitleNotVisible
    package = await require_access(work, title)
    signed = media.sign_addresses(work, addresses, package)
    sprites = signed.sprites
    if sprites is None:
        raise ThumbnailsNotMade
    return ThumbnailSpriteOut(
        index_url=sprites.index_url,
        sheet_urls=sprites.sheet_urls,
        tile_width=sprites.tile_width,
        tile_height=sprites.tile_height,
        columns=sprites.columns,
        rows=sprites.rows,
        tile_count=sprites.tile_count,
        expires_at=signed.expires_at,
    )


def _drm(package: PackageView, license_url: str | None) -> DrmOut | None:
    if license_url is None:
        return None
    return DrmOut(CLEARKEY, license_url, [write_base64url(key.bytes) for key in package.key_ids])


async def require_access(work: Work, title: Title) -> PackageView:
    """Give what can be played of a title that the actor may know of, or refuse."""
    package = await media.find_package(work, title.asset_id) if title.asset_id else None
    access = decide_access(
        Wish(has_failed=title.state is TitleState.FAILED, is_playable=package is not None)
    )
    if access is not Access.ALLOWED or package is None:
        raise TitleNotPlayable(has_failed=access is Access.FAILED)
    return package
