"""The catalog's use cases: what people see and change, and what media's news does to titles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

import msgspec

from streamverse.domains.catalog.contracts import (
    CatalogSettings,
    TitleChange,
    TitleDeleted,
    TitleId,
    TitleKind,
    TitlePublished,
    TitleState,
    TitleUnpublished,
)
from streamverse.domains.catalog.errors import TitleNotFound, TitleNotMadeYet, TitleNotPlayable
from streamverse.domains.catalog.models import TitleRow
from streamverse.domains.catalog.repository import CardRow, Titles
from streamverse.domains.catalog.rules import (
    can_be_played,
    is_unfinished,
    may_see,
    query_words,
    search_form,
    sees_unpublished,
    tidy_change,
)
from streamverse.domains.identity import public as identity
from streamverse.domains.media import public as media
from streamverse.domains.media.contracts import (
    AssetAccepted,
    AssetFailed,
    AssetId,
    PackageReady,
)
from streamverse.domains.media.public import MediaAddresses
from streamverse.kit.paging import Listing, Page
from streamverse.kit.work import Work

TITLES = Listing("catalog.titles", tuple[UUID])
RAIL_LIMIT = 24


R = TypeVar("R", CardRow, TitleRow)


@dataclass(frozen=True, slots=True)
class Shown(Generic[R]):
    """A title with what only media knows about it."""

    row: R
    poster_url: str | None
    progress: float | None


@dataclass(frozen=True, slots=True)
class Rail:
    """A row of cards on the home page."""

    id: str
    name: str
    cards: Sequence[Shown[CardRow]]


@dataclass(frozen=True, slots=True)
class Home:
    """The home page."""

    rails: Sequence[Rail]
    title_count: int


# --- what people see ------------------------------------------------------------------------------


async def get_home(work: Work, addresses: MediaAddresses) -> Home:
    """Show what is new and, to staff, what is not ready; rails without titles are left out."""
    titles = Titles(work)
    unready: Sequence[CardRow] = ()
    if sees_unpublished(work.actor):
        unready = await titles.newest_in((TitleState.PROCESSING, TitleState.FAILED), RAIL_LIMIT)
    new = await titles.newest_published(RAIL_LIMIT)
    shown = await show(work, addresses, (*unready, *new))
    rails = (
        Rail("in_progress", "In progress", shown[: len(unready)]),
        Rail("new", "New", shown[len(unready) :]),
    )
    count = await titles.count(is_published_only=not sees_unpublished(work.actor))
    return Home([rail for rail in rails if rail.cards], count)


async def list_titles(
    work: Work,
    addresses: MediaAddresses,
    *,
    query: str | None = None,
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[Shown[CardRow]]:
    """List the titles that the actor may see, newest first."""
    request = TITLES.request(cursor, limit)
    rows = await Titles(work).page(
        before=request.after[0] if request.after else None,
        limit=request.fetch_limit,
        words=query_words(query),
        is_published_only=not sees_unpublished(work.actor),
    )
    page = request.page(rows, lambda row: (row.id,))
    return Page(tuple(await show(work, addresses, page.items)), page.next_cursor)


async def get_title(work: Work, title_id: TitleId) -> TitleRow:
    """Get a title that the actor may see."""
    row = await Titles(work).find(title_id)
    if row is None or not may_see(work.actor, row.published_at):
        raise TitleNotFound(title_id)
    return row


async def show(work: Work, addresses: MediaAddresses, rows: Sequence[R]) -> list[Shown[R]]:
    """Add what media knows, in two questions for all rows together."""
    pictured = [AssetId(row.asset_id) for row in rows if row.has_poster]
    unfinished = [AssetId(row.asset_id) for row in rows if is_unfinished(TitleState(row.state))]
    posters: Mapping[AssetId, str] = {}
    progress: Mapping[AssetId, float] = {}
    if pictured:
        posters = await media.posters(work, addresses, pictured)
    if unfinished:
        progress = await media.progress(work, unfinished)
    return [
        Shown(row, posters.get(AssetId(row.asset_id)), progress.get(AssetId(row.asset_id)))
        for row in rows
    ]


# --- what staff changes ---------------------------------------------------------------------------


async def change_title(work: Work, title_id: TitleId, change: TitleChange) -> TitleRow:
    """Change what is said about a title."""
    tidied = tidy_change(change)
    row = await Titles(work).lock(title_id)
    for field in TitleChange.__slots__:
        value = getattr(tidied, field)
        if value is not msgspec.UNSET:
            setattr(row, field, value)
    row.name_search = search_form(row.name)
    await media.rename_asset(work, AssetId(row.asset_id), row.name)
    return row


async def publish_title(work: Work, title_id: TitleId) -> TitleRow:
    """Show a title to viewers. Publishing it again changes nothing."""
    row = await Titles(work).lock(title_id)
    state = TitleState(row.state)
    if not can_be_played(state):
        raise TitleNotPlayable(title_id, state)
    if _publish(work, row):
        await _audit(work, "catalog.title_published", row)
    return row


async def unpublish_title(work: Work, title_id: TitleId) -> TitleRow:
    """Hide a title from viewers. Hiding it again changes nothing."""
    row = await Titles(work).lock(title_id)
    if _unpublish(work, row):
        await _audit(work, "catalog.title_unpublished", row)
    return row


async def delete_title(work: Work, title_id: TitleId) -> None:
    """Delete a title, its file and everything that was made of it."""
    row = await Titles(work).lock(title_id)
    await media.delete_asset(work, AssetId(row.asset_id))
    await _delete(work, row)
    await _audit(work, "catalog.title_deleted", row)


async def _audit(work: Work, action: str, row: TitleRow) -> None:
    await identity.record_audit(work, action, f"title:{row.id}", {"name": row.name})


# --- what media tells -----------------------------------------------------------------------------


async def make_title(work: Work, accepted: AssetAccepted) -> None:
    """Make the title of an asset, unless it exists or the asset is gone again."""
    titles = Titles(work)
    is_made = await titles.lock_of_asset(accepted.asset_id) is not None
    if is_made or not await _is_there(work, accepted.asset_id):
        return
    titles.add(
        TitleRow(
            id=accepted.asset_id,
            asset_id=accepted.asset_id,
            kind=TitleKind.MOVIE.value,
            name=accepted.name,
            name_search=search_form(accepted.name),
            description=accepted.description or "",
            credit=accepted.credit or "",
            year=accepted.year,
            state=TitleState.PROCESSING.value,
            duration_ms=accepted.duration_ms,
            width=accepted.width,
            height=accepted.height,
            created_at=work.now,
        )
    )


async def mark_playable(work: Work, settings: CatalogSettings, asset_id: AssetId) -> None:
    """Let a title be watched while the rest of it is still made."""
    row = await _lock_of_asset(work, asset_id)
    if row is not None and row.state == TitleState.PROCESSING:
        _become_playable(work, settings, row, TitleState.PLAYABLE)


async def mark_ready(work: Work, settings: CatalogSettings, ready: PackageReady) -> None:
    """Write down that all of a title is there."""
    row = await _lock_of_asset(work, ready.asset_id)
    if row is not None and row.state != TitleState.READY:
        row.duration_ms = ready.duration_ms
        _become_playable(work, settings, row, TitleState.READY)


async def mark_failed(work: Work, failed: AssetFailed) -> None:
    """Hide a title that could not be made whole; let it go if its file is to blame."""
    row = await _lock_of_asset(work, failed.asset_id)
    if row is None or row.state == TitleState.READY:
        return
    if failed.is_input_at_fault:
        await _delete(work, row)
        return
    row.state = TitleState.FAILED.value
    row.problem = msgspec.to_builtins(failed.problem)
    _unpublish(work, row)


async def mark_retried(work: Work, settings: CatalogSettings, asset_id: AssetId) -> None:
    """Take a failed title up again; what could be played before can be played now."""
    row = await _lock_of_asset(work, asset_id)
    if row is None or row.state != TitleState.FAILED:
        return
    row.state, row.problem = TitleState.PROCESSING.value, None
    if await media.find_package(work, asset_id) is not None:
        _become_playable(work, settings, row, TitleState.PLAYABLE)


async def mark_poster(work: Work, asset_id: AssetId) -> None:
    """Write down that a title has a poster."""
    row = await _lock_of_asset(work, asset_id)
    if row is not None:
        row.has_poster = True


async def _lock_of_asset(work: Work, asset_id: AssetId) -> TitleRow | None:
    """Find the title of an asset; None when both are gone."""
    row = await Titles(work).lock_of_asset(asset_id)
    if row is None and await _is_there(work, asset_id):
        raise TitleNotMadeYet
    return row


async def _is_there(work: Work, asset_id: AssetId) -> bool:
    return asset_id in await media.progress(work, [asset_id])


def _become_playable(
    work: Work, settings: CatalogSettings, row: TitleRow, state: TitleState
) -> None:
    is_first_time = not can_be_played(TitleState(row.state))
    row.state, row.problem = state.value, None
    if is_first_time and settings.is_publish_on_upload:
        _publish(work, row)


def _publish(work: Work, row: TitleRow) -> bool:
    """Publish a title and tell whether that changes anything."""
    if row.published_at is not None:
        return False
    row.published_at = work.now
    work.emit(TitlePublished(TitleId(row.id)))
    return True


def _unpublish(work: Work, row: TitleRow) -> bool:
    """Hide a title and tell whether that changes anything."""
    if row.published_at is None:
        return False
    row.published_at = None
    work.emit(TitleUnpublished(TitleId(row.id)))
    return True


async def _delete(work: Work, row: TitleRow) -> None:
    await Titles(work).remove(row)
    work.emit(TitleDeleted(TitleId(row.id), AssetId(row.asset_id)))
