"""What people see of the catalog."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar
from uuid import UUID

from streamverse.domains.catalog.contracts import Lock, TitleId, TitleState, Viewer, Visibility
from streamverse.domains.catalog.errors import TitleNotFound, TitleNotHere, TitleNotNow
from streamverse.domains.catalog.models import TitleRow
from streamverse.domains.catalog.repository import CardRow, Titles
from streamverse.domains.catalog.repository.judging import JudgedRow
from streamverse.domains.catalog.rules.states import is_unfinished
from streamverse.domains.catalog.rules.visibility import decide_visibility
from streamverse.domains.catalog.rules.words import query_words
from streamverse.domains.catalog.service.plans import find_locked
from streamverse.domains.catalog.service.standing import standing_of
from streamverse.domains.catalog.service.viewers import staff_viewer, viewer_of
from streamverse.domains.media import public as media
from streamverse.domains.media.contracts import AssetId
from streamverse.domains.media.public import MediaAddresses, PosterAddresses
from streamverse.kit.paging import Listing, Page
from streamverse.kit.work import Work

TITLES = Listing("catalog.titles", tuple[UUID])
DELETED = Listing("catalog.deleted_titles", tuple[UUID])


R = TypeVar("R", CardRow, TitleRow)


@dataclass(frozen=True, slots=True)
class Shown(Generic[R]):
    """A title with what only media knows about it."""

    row: R
    poster: PosterAddresses | None
    progress: float | None
    locked_by: Lock | None = None


# --- what people see ------------------------------------------------------------------------------


async def list_titles(
    work: Work,
    addresses: MediaAddresses,
    *,
    query: str | None = None,
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[Shown[CardRow]]:
    """List the titles that the actor may know of, newest first."""
    request = TITLES.request(cursor, limit)
    rows = await Titles(work).page(
        await viewer_of(work),
        before=request.after[0] if request.after else None,
        limit=request.fetch_limit,
        words=query_words(query),
    )
    page = request.page(rows, lambda row: (row.id,))
    return Page(tuple(await show(work, addresses, page.items)), page.next_cursor)


async def list_deleted(
    work: Work,
    addresses: MediaAddresses,
    *,
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[Shown[CardRow]]:
    """List what was deleted and can be brought back."""
    request = DELETED.request(cursor, limit)
    before = request.after[0] if request.after else None
    rows = await Titles(work).page_deleted(before=before, limit=request.fetch_limit)
    page = request.page(rows, lambda row: (row.id,))
    return Page(tuple(await show(work, addresses, page.items)), page.next_cursor)


async def get_title(work: Work, title_id: TitleId) -> TitleRow:
    """Get a title that the actor may know of."""
    row = await find_visible(work, title_id)
    if row is None:
        raise TitleNotFound(title_id)
    return row


async def get_title_or_reason(work: Work, title_id: TitleId) -> TitleRow:
    """Get a title that the actor may know of, or say that only the place or the time is wrong."""
    row = await Titles(work).find(title_id)
    if row is None:
        raise TitleNotFound(title_id)
    viewer, standing = await viewer_of(work), await standing_of(work, row)
    visibility = decide_visibility(standing, viewer, work.now)
    if visibility is Visibility.VISIBLE:
        return row
    anywhere = decide_visibility(replace(standing, windows=()), viewer, work.now)
    if anywhere is not Visibility.VISIBLE:
        raise TitleNotFound(title_id)
    raise TitleNotHere if visibility is Visibility.NOT_HERE else TitleNotNow


async def get_title_to_edit(work: Work, title_id: TitleId) -> TitleRow:
    """Get a title for work on it, whatever the actor's profile may watch."""
    row = await Titles(work).find(title_id)
    if row is None or not await _is_visible(work, row, staff_viewer(work)):
        raise TitleNotFound(title_id)
    return row


async def list_beneath(work: Work, title_id: TitleId) -> Sequence[TitleRow]:
    """List the seasons or episodes of a title that the actor may know of, by number."""
    return await Titles(work).beneath(await viewer_of(work), title_id)


async def find_visible(work: Work, title_id: TitleId) -> TitleRow | None:
    """Find a title if the actor may know of it."""
    return await find_visible_to(work, title_id, await viewer_of(work))


async def find_visible_to(work: Work, title_id: TitleId, viewer: Viewer) -> TitleRow | None:
    """Find a title if somebody may know of it."""
    row = await Titles(work).find(title_id)
    return row if row is not None and await _is_visible(work, row, viewer) else None


async def judge(work: Work, row: TitleRow | JudgedRow, viewer: Viewer) -> Visibility:
    """Tell whether somebody may know of a title, or why not."""
    return decide_visibility(await standing_of(work, row), viewer, work.now)


async def _is_visible(work: Work, row: TitleRow, viewer: Viewer) -> bool:
    return await judge(work, row, viewer) is Visibility.VISIBLE


async def show(work: Work, addresses: MediaAddresses, rows: Sequence[R]) -> list[Shown[R]]:
    """Add what media knows, in two questions for all rows together, and what is locked."""
    pictured = [AssetId(row.asset_id) for row in rows if row.asset_id and row.has_poster]
    unfinished = [
        AssetId(row.asset_id)
        for row in rows
        if row.asset_id and is_unfinished(TitleState(row.state))
    ]
    posters: Mapping[AssetId, PosterAddresses] = {}
    # What has no media may have a picture nevertheless.
    drawn = [row.id for row in rows if row.asset_id is None and row.has_poster]
    artworks = await media.artworks(work, addresses, drawn)
    progress: Mapping[AssetId, float] = {}
    if pictured:
        posters = await media.posters(work, addresses, pictured)
    if unfinished:
        progress = await media.progress(work, unfinished)
    locked = await find_locked(work, rows)
    return [
        Shown(
            row,
            *(
                (PosterAddresses(artworks[row.id], None), None)
                if row.id in artworks
                else _of_asset(row, posters, progress)
            ),
            Lock.PLAN if row.id in locked else None,
        )
        for row in rows
    ]


def _of_asset(
    row: CardRow | TitleRow,
    posters: Mapping[AssetId, PosterAddresses],
    progress: Mapping[AssetId, float],
) -> tuple[PosterAddresses | None, float | None]:
    if row.asset_id is None:
        return None, None
    asset_id = AssetId(row.asset_id)
    return posters.get(asset_id), progress.get(asset_id)
