"""A title's life: made, published, hidden, archived, deleted, brought back, purged."""

from __future__ import annotations

from datetime import datetime, timedelta

from streamverse.domains.catalog.contracts import (
    TitleAdded,
    TitleChanged,
    TitleDeleted,
    TitleId,
    TitleKind,
    TitlePurged,
    TitleRestored,
    TitleState,
)
from streamverse.domains.catalog.errors import (
    PlaceNotPossible,
    TitleNotDeleted,
    TitleNotPlayable,
)
from streamverse.domains.catalog.models import TitleRow
from streamverse.domains.catalog.repository import Aspects, Titles
from streamverse.domains.catalog.rules.hierarchy import CONTAINERS, may_stand_beneath
from streamverse.domains.catalog.rules.states import can_be_published
from streamverse.domains.catalog.rules.words import search_form
from streamverse.domains.catalog.service.standing import settle
from streamverse.domains.identity import public as identity
from streamverse.domains.media import public as media
from streamverse.domains.media.contracts import AssetId
from streamverse.kit.clock import new_id
from streamverse.kit.errors import FieldProblem, Invalid
from streamverse.kit.work import Work

PURGE_AT_ONCE = 50


async def create_title(
    work: Work, kind: TitleKind, name: str, *, parent_id: TitleId | None = None
) -> TitleRow:
    """Make a title that has no media: a series or a season, or something to come."""
    row = await prepare_title(work, kind, name, parent_id=parent_id)
    await work.session.flush()
    return row


async def prepare_title(
    work: Work, kind: TitleKind, name: str, *, parent_id: TitleId | None = None
) -> TitleRow:
    """Make a title that is not written yet, so that what is said of it is written with it."""
    titles = Titles(work)
    parent = await titles.lock(parent_id) if parent_id else None
    parent_kind = TitleKind(parent.kind) if parent else None
    if not may_stand_beneath(kind, parent_kind):
        raise PlaceNotPossible(kind, parent_kind)
    title_id = new_id()
    state = TitleState.READY if kind in CONTAINERS else TitleState.ANNOUNCED
    row = TitleRow(
        id=title_id,
        kind=kind.value,
        parent_id=parent.id if parent else None,
        root_id=parent.root_id if parent else title_id,
        name=name,
        name_search=search_form(name),
        state=state.value,
        # Nobody sees it yet, and nothing is beneath it.
        effective_age=parent.effective_age if parent else None,
        has_windows=parent.has_windows if parent else False,
        has_plans=parent.has_plans if parent else False,
        edited_fields=[],
        created_at=work.now,
    )
    titles.add(row)
    work.emit(TitleAdded(TitleId(title_id)))
    return row


async def await_media(work: Work, title_id: TitleId, asset_id: AssetId) -> None:
    """Let a title have what media makes of a file that is on its way."""
    row = await Titles(work).lock(title_id)
    if row.asset_id is not None:
        await media.delete_asset(work, AssetId(row.asset_id))
    row.asset_id, row.state, row.problem = asset_id, TitleState.ANNOUNCED.value, None
    row.has_poster = False
    await work.session.flush()
    work.emit(TitleChanged(title_id))


async def place_title(
    work: Work,
    title_id: TitleId,
    kind: TitleKind,
    *,
    parent_id: TitleId | None = None,
    number: int | None = None,
) -> TitleRow:
    """Make a title something else, beneath another or by itself: an upload becomes an episode.

    What has others beneath it stays what it is.
    """
    titles = Titles(work)
    row = await titles.lock(title_id)
    parent = await titles.lock(parent_id) if parent_id else None
    parent_kind = TitleKind(parent.kind) if parent else None
    is_other_kind = kind is not TitleKind(row.kind)
    is_container = kind in CONTAINERS or TitleKind(row.kind) in CONTAINERS
    if not may_stand_beneath(kind, parent_kind) or (is_other_kind and is_container):
        raise PlaceNotPossible(kind, parent_kind)
    descent = await titles.lock_descent(row)
    root = await titles.lock(TitleId(parent.root_id)) if parent else row
    row.kind, row.number, row.parent_id = kind.value, number, parent.id if parent else None
    aspects = Aspects(work)
    if parent is not None:
        # Availability is said once, at the top.
        await aspects.replace_windows(row.id, ())
        await aspects.replace_plans(row.id, ())
    has_windows = bool((await aspects.windows([root.id])).get(root.id))
    has_plans = bool((await aspects.plans([root.id])).get(root.id))
    for one in descent:
        one.root_id, one.has_windows, one.has_plans = root.id, has_windows, has_plans
    await work.session.flush()
    await settle(work, row)
    work.emit(TitleChanged(title_id))
    await _audit(work, "catalog.title_placed", row)
    return row


async def publish_title(work: Work, title_id: TitleId) -> TitleRow:
    """Show a title to viewers. Publishing it again changes nothing."""
    row = await Titles(work).lock(title_id)
    state = TitleState(row.state)
    if not can_be_published(state):
        raise TitleNotPlayable(title_id, state)
    if row.published_at is None or row.archived_at is not None:
        row.published_at, row.archived_at = row.published_at or work.now, None
        await settle(work, row)
        await _audit(work, "catalog.title_published", row)
    return row


async def schedule_title(work: Work, title_id: TitleId, at: datetime) -> TitleRow:
    """Show a title to viewers from a moment on, which may have passed."""
    if at.tzinfo is None:
        problem = "Say the time zone of the moment, like 2027-01-01T00:00:00Z."
        raise Invalid(problem, fields=(FieldProblem("at", problem),))
    row = await Titles(work).lock(title_id)
    state = TitleState(row.state)
    if not can_be_published(state):
        raise TitleNotPlayable(title_id, state)
    row.published_at, row.archived_at = at, None
    await settle(work, row)
    await _audit(work, "catalog.title_scheduled", row)
    return row


async def unpublish_title(work: Work, title_id: TitleId) -> TitleRow:
    """Hide a title from viewers. Hiding it again changes nothing."""
    row = await Titles(work).lock(title_id)
    if row.published_at is not None:
        row.published_at = None
        await settle(work, row)
        await _audit(work, "catalog.title_unpublished", row)
    return row


async def archive_title(work: Work, title_id: TitleId) -> TitleRow:
    """Put a title away: viewers no longer see it, and it keeps the day it was published."""
    row = await Titles(work).lock(title_id)
    if row.archived_at is None:
        row.archived_at = work.now
        await settle(work, row)
        await _audit(work, "catalog.title_archived", row)
    return row


async def delete_title(work: Work, title_id: TitleId) -> None:
    """Delete a title and all beneath it; staff may bring it back until it is purged."""
    titles = Titles(work)
    row = await titles.lock(title_id)
    for one in await titles.lock_descent(row):
        if one.deleted_at is None:
            one.deleted_at = work.now
            work.emit(TitleDeleted(TitleId(one.id)))
    await _audit(work, "catalog.title_deleted", row)


async def restore_title(work: Work, title_id: TitleId) -> TitleRow:
    """Bring a deleted title back, with what was deleted together with it."""
    titles = Titles(work)
    row = await titles.lock_even_deleted(title_id)
    deleted_at = row.deleted_at
    if deleted_at is None:
        return row
    for one in await titles.lock_descent(row):
        if one.deleted_at == deleted_at:
            one.deleted_at = None
            work.emit(TitleRestored(TitleId(one.id)))
    await _audit(work, "catalog.title_restored", row)
    return row


async def purge_title(work: Work, title_id: TitleId) -> None:
    """Remove a deleted title for good, with its files and everything that was made of them."""
    row = await Titles(work).lock_even_deleted(title_id)
    if row.deleted_at is None:
        raise TitleNotDeleted
    await remove_for_good(work, row)
    await _audit(work, "catalog.title_purged", row)


async def purge_deleted(work: Work, keep_days: int) -> int:
    """Remove for good what was deleted so many days ago, and tell how many titles went."""
    before = work.now - timedelta(days=keep_days)
    rows = await Titles(work).deleted_before(before, PURGE_AT_ONCE)
    for row in rows:
        await remove_for_good(work, row)
    return len(rows)


async def remove_for_good(work: Work, row: TitleRow) -> None:
    """Remove a title, all beneath it, and their media."""
    titles = Titles(work)
    descent = await titles.lock_descent(row)
    for one in descent:
        if one.asset_id is not None:
            await media.delete_asset(work, AssetId(one.asset_id))
        elif one.has_poster:
            await media.drop_artwork(work, one.id)
    await titles.remove(row)
    for one in descent:
        asset_id = AssetId(one.asset_id) if one.asset_id else None
        work.emit(TitlePurged(TitleId(one.id), asset_id))


async def _audit(work: Work, action: str, row: TitleRow) -> None:
    await identity.record_audit(work, action, f"title:{row.id}", {"name": row.name})
