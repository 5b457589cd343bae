"""The subtitles of a film, for its staff: list, add, name, remove."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from litestar import Request, delete, get, patch, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, JSONBody, SkipValidation

from streamverse.domains.media.contracts import AssetId, PackageId, SubtitleId
from streamverse.domains.media.errors import (
    FileTooLarge,
    PackageNotFound,
    SubtitleNotFound,
    SubtitlesNotShown,
    SubtitlesUnreadable,
    TooManySubtitles,
)
from streamverse.domains.media.routes.pictures import read_body
from streamverse.domains.media.rules.subtitles import SubtitleWords
from streamverse.domains.media.schemas.subtitles import SubtitleOut, SubtitlesOut, SubtitleWordsIn
from streamverse.domains.media.service import subtitles
from streamverse.domains.media.service.delivery import MediaAddresses, subtitles_address
from streamverse.domains.media.service.pictures import check_asset
from streamverse.kit.errors import Invalid
from streamverse.kit.http import may, problems
from streamverse.kit.storage import ObjectStore
from streamverse.kit.work import Work, Workshop
from streamverse.mediakit.subtitles import MOST_BYTES

if TYPE_CHECKING:
    from streamverse.domains.media.models import SubtitleRow

SUBTITLES = "/assets/{asset_id:uuid}/subtitles"
SUBTITLE = f"{SUBTITLES}/{{subtitle_id:uuid}}"

AnyRequest = Request[Any, Any, Any]
# A protocol cannot be checked as cheaply as a class, and the composition root gave it.
Store = NamedDependency[SkipValidation[ObjectStore]]


@get(SUBTITLES, guards=[may("titles.edit")], responses=problems(PackageNotFound))
async def list_subtitles(
    asset_id: FromPath[UUID],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> SubtitlesOut:
    """List the subtitles of a film, and what was noticed about them."""
    rows = await subtitles.list_subtitles(work, AssetId(asset_id))
    shown = [_shown(work, media_addresses, row) for row in rows]
    return SubtitlesOut(shown)


def _words(
    language: FromQuery[str | None] = None,
    label: FromQuery[str | None] = None,
    is_forced: FromQuery[bool] = False,  # noqa: FBT002 - a flag in an address
    is_sdh: FromQuery[bool] = False,  # noqa: FBT002
) -> SubtitleWords:
    return SubtitleWords(language, label, is_forced, is_sdh)


@post(
    SUBTITLES,
    guards=[may("titles.edit")],
    dependencies={"words": Provide(_words, sync_to_thread=False)},
    request_max_body_size=None,
    responses=problems(
        PackageNotFound, SubtitlesUnreadable, FileTooLarge, TooManySubtitles, Invalid
    ),
)
async def add_subtitles(  # noqa: PLR0917 - what the framework injects, by name
    asset_id: FromPath[UUID],
    request: AnyRequest,
    work: NamedDependency[Work],
    workshop: NamedDependency[Workshop],
    store: Store,
    media_addresses: NamedDependency[MediaAddresses],
    words: NamedDependency[SubtitleWords],
) -> SubtitleOut:
    """Add subtitles (SRT, WebVTT, ASS or SSA, the body as it is) to a film."""
    await check_asset(workshop, request.user, AssetId(asset_id))
    content = await read_body(request, "Subtitles", MOST_BYTES)
    given = await subtitles.read_given(content, words)
    row = await subtitles.add_subtitles(work, store, AssetId(asset_id), given)
    return _shown(work, media_addresses, row)


@patch(
    SUBTITLE,
    guards=[may("titles.edit")],
    responses=problems(PackageNotFound, SubtitleNotFound, SubtitlesNotShown, Invalid),
)
async def change_subtitles(
    asset_id: FromPath[UUID],
    subtitle_id: FromPath[UUID],
    data: JSONBody[SubtitleWordsIn],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> SubtitleOut:
    """Say which language subtitles are in, what they are called, and whom they are for."""
    row = await subtitles.change_subtitles(
        work, AssetId(asset_id), SubtitleId(subtitle_id), data.to_words()
    )
    return _shown(work, media_addresses, row)


@delete(
    SUBTITLE,
    guards=[may("titles.edit")],
    responses=problems(PackageNotFound, SubtitleNotFound),
)
async def remove_subtitles(
    asset_id: FromPath[UUID], subtitle_id: FromPath[UUID], work: NamedDependency[Work]
) -> None:
    """Take subtitles from a film; whoever reads them at the moment goes on doing so."""
    await subtitles.remove_subtitles(work, AssetId(asset_id), SubtitleId(subtitle_id))


def _shown(work: Work, addresses: MediaAddresses, row: SubtitleRow) -> SubtitleOut:
    url = None
    if row.track_name is not None:
        url = subtitles_address(work, addresses, PackageId(row.package_id), row.track_name)
    return SubtitleOut.of(row, url)


routes = (list_subtitles, add_subtitles, change_subtitles, remove_subtitles)
