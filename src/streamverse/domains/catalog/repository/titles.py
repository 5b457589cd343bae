"""Titles and their cards."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, delete, exists, func, or_, select, update
from sqlalchemy.orm import aliased

from streamverse.domains.catalog.contracts import TitleId, TitleKind, TitleState, Viewer
from streamverse.domains.catalog.errors import TitleNotFound
from streamverse.domains.catalog.models import TitleRow
from streamverse.domains.catalog.repository.visibility import is_visible
from streamverse.domains.catalog.rules.hierarchy import Place, in_order_of_descent
from streamverse.domains.catalog.rules.states import PLAYABLE_STATES
from streamverse.domains.media.contracts import AssetId
from streamverse.kit.work import Work


@dataclass(frozen=True, slots=True)
class CardRow:
    """The columns of a title that a card shows, in the order of ``CARDS``."""

    id: UUID
    asset_id: UUID | None
    name: str
    kind: str
    state: str
    published_at: datetime | None
    duration_ms: int | None
    has_poster: bool
    created_at: datetime
    root_id: UUID
    has_plans: bool


CARDS = select(
    TitleRow.id,
    TitleRow.asset_id,
    TitleRow.name,
    TitleRow.kind,
    TitleRow.state,
    TitleRow.published_at,
    TitleRow.duration_ms,
    TitleRow.has_poster,
    TitleRow.created_at,
    TitleRow.root_id,
    TitleRow.has_plans,
)
# Seasons and episodes are shown with their series.
_BY_THEMSELVES = (TitleKind.MOVIE, TitleKind.SERIES, TitleKind.CLIP, TitleKind.EVENT)


class Titles:
    """The titles of the tenant."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: TitleRow) -> None:
        """Add a title."""
        self._work.session.add(row)

    async def find(self, title_id: TitleId) -> TitleRow | None:
        """Find a title."""
        return await self._one(TitleRow.id == title_id)

    async def lock(self, title_id: TitleId) -> TitleRow:
        """Get a title for change, or fail with ``TitleNotFound`` where it is not or deleted."""
        row = await self.lock_even_deleted(title_id)
        if row.deleted_at is not None:
            raise TitleNotFound(title_id)
        return row

    async def note_picture(self, row: TitleRow, *, has_picture: bool) -> None:
        """Write down whether a title has a picture; a new one counts as a change of the title."""
        changed = update(TitleRow).where(TitleRow.id == row.id).values(has_poster=has_picture)
        await self._work.session.execute(changed)
        await self._work.session.refresh(row)

    async def lock_even_deleted(self, title_id: TitleId) -> TitleRow:
        """Get a title for change, deleted or not, or fail with ``TitleNotFound``."""
        row = await self._one(TitleRow.id == title_id, is_locked=True)
        if row is None:
            raise TitleNotFound(title_id)
        return row

    async def find_of_asset(self, asset_id: AssetId) -> TitleRow | None:
        """Find the title of an asset."""
        return await self._one(TitleRow.asset_id == asset_id)

    async def lock_of_asset(self, asset_id: AssetId) -> TitleRow | None:
        """Find the title of an asset for change."""
        return await self._one(TitleRow.asset_id == asset_id, is_locked=True)

    async def remove(self, row: TitleRow) -> None:
        """Remove a title; the database takes along what is beneath it."""
        await self._work.session.execute(delete(TitleRow).where(TitleRow.id == row.id))

    async def lock_descent(self, row: TitleRow) -> Sequence[TitleRow]:
        """Lock a title and all beneath it."""
        query = select(TitleRow).where(TitleRow.root_id == row.root_id).with_for_update()
        rows = {found.id: found for found in await self._work.session.scalars(query)}
        parents = ((found.id, found.parent_id) for found in rows.values())
        return [rows[title_id] for title_id in in_order_of_descent(parents, row.id)]

    async def beneath(self, viewer: Viewer, parent_id: TitleId) -> Sequence[TitleRow]:
        """List what stands directly beneath a title, by number."""
        query = select(TitleRow).where(
            TitleRow.parent_id == parent_id, is_visible(viewer, self._work.now)
        )
        return list(await self._work.session.scalars(query.order_by(TitleRow.number, TitleRow.id)))

    async def numbered(self, parent_id: TitleId) -> Mapping[int, TitleId]:
        """Give what stands directly beneath a title by number, hidden or not."""
        query = select(TitleRow.number, TitleRow.id).where(
            TitleRow.parent_id == parent_id,
            TitleRow.number.is_not(None),
            TitleRow.deleted_at.is_(None),
        )
        found = await self._work.session.execute(query)
        return {int(row.number): TitleId(row.id) for row in found}

    async def episodes(
        self, viewer: Viewer, root_id: UUID, current_id: UUID | None = None
    ) -> Sequence[Place[UUID]]:
        """List where the playable episodes of a series stand, and the current one in any case.

        Episodes right beneath their series count as its first season.
        """
        above = aliased(TitleRow)
        season = case((above.kind == TitleKind.SEASON, func.coalesce(above.number, 1)), else_=1)
        query = (
            select(season, func.coalesce(TitleRow.number, 0), TitleRow.id)
            .join(above, above.id == TitleRow.parent_id)
            .where(
                TitleRow.root_id == root_id,
                TitleRow.kind == TitleKind.EPISODE,
                or_(TitleRow.state.in_(PLAYABLE_STATES), TitleRow.id == current_id),
                is_visible(viewer, self._work.now),
            )
        )
        return [Place(*row) for row in await self._work.session.execute(query)]

    async def visible(self, viewer: Viewer, title_ids: Sequence[UUID]) -> Mapping[UUID, CardRow]:
        """Give the cards of those of some titles that somebody may know of."""
        query = CARDS.where(TitleRow.id.in_(title_ids), is_visible(viewer, self._work.now))
        return {card.id: card for card in await self._cards(query)} if title_ids else {}

    async def kinds(self, title_ids: Collection[UUID]) -> Mapping[TitleId, TitleKind]:
        """Tell of which kind those of some titles are that there are."""
        query = select(TitleRow.id, TitleRow.kind).where(TitleRow.id.in_(title_ids))
        found = await self._work.session.execute(query)
        return {TitleId(row.id): TitleKind(row.kind) for row in found}

    async def existing(self, title_ids: Sequence[UUID]) -> set[UUID]:
        """Tell which of some numbers are titles'."""
        return set(
            await self._work.session.scalars(select(TitleRow.id).where(TitleRow.id.in_(title_ids)))
        )

    async def of_ids(
        self, title_ids: Collection[UUID], *, is_locked: bool = False
    ) -> dict[UUID, TitleRow]:
        """Find those of some titles that are not deleted; locked in the order of their numbers."""
        query = select(TitleRow).where(TitleRow.id.in_(title_ids), TitleRow.deleted_at.is_(None))
        query = query.order_by(TitleRow.id).execution_options(populate_existing=True)
        found = await self._work.session.scalars(query.with_for_update() if is_locked else query)
        return {row.id: row for row in found}

    async def by_external_ids(
        self, pairs: Collection[tuple[str, str]]
    ) -> dict[tuple[str, str], list[TitleRow]]:
        """Find titles by the numbers that others gave them, each with its source."""
        found: dict[tuple[str, str], list[TitleRow]] = {}
        for source in sorted({source for source, _ in pairs}):
            number = TitleRow.external_ids[source].as_string()
            wanted = [value for other, value in pairs if other == source]
            query = select(TitleRow).where(number.in_(wanted), TitleRow.deleted_at.is_(None))
            for row in await self._work.session.scalars(query):
                found.setdefault((source, row.external_ids[source]), []).append(row)
        return found

    async def by_forms(self, forms: Collection[str]) -> dict[str, list[TitleRow]]:
        """Find titles by the form in which their names are compared."""
        query = select(TitleRow).where(
            TitleRow.name_search.in_(forms), TitleRow.deleted_at.is_(None)
        )
        found: dict[str, list[TitleRow]] = {}
        for row in await self._work.session.scalars(query):
            found.setdefault(row.name_search, []).append(row)
        return found

    async def to_export(self, after: UUID | None, limit: int) -> Sequence[TitleRow]:
        """List titles in the order of their numbers, from above one."""
        query = select(TitleRow).where(TitleRow.deleted_at.is_(None)).order_by(TitleRow.id)
        if after is not None:
            query = query.where(TitleRow.id > after)
        return list(await self._work.session.scalars(query.limit(limit)))

    async def posters_assets(self, title_ids: Collection[UUID]) -> dict[UUID, AssetId]:
        """Give the assets of those titles that have a poster."""
        query = select(TitleRow.id, TitleRow.asset_id).where(
            TitleRow.id.in_(title_ids), TitleRow.has_poster, TitleRow.asset_id.is_not(None)
        )
        return {row.id: AssetId(row.asset_id) for row in await self._work.session.execute(query)}

    async def drawn(self, title_ids: Collection[UUID]) -> Sequence[UUID]:
        """Tell which of some titles have a picture, but no media."""
        query = select(TitleRow.id).where(
            TitleRow.id.in_(title_ids), TitleRow.has_poster, TitleRow.asset_id.is_(None)
        )
        return list(await self._work.session.scalars(query))

    async def limited(self, title_ids: Collection[UUID]) -> Sequence[CardRow]:
        """List those of some titles that are part of some plans alone."""
        return await self._cards(CARDS.where(TitleRow.id.in_(title_ids), TitleRow.has_plans))

    async def deleted_before(self, moment: datetime, limit: int) -> Sequence[TitleRow]:
        """List what was deleted long ago, with nothing deleted above it."""
        query = select(TitleRow).where(TitleRow.deleted_at < moment, _is_uppermost_deleted())
        return list(await self._work.session.scalars(query.limit(limit)))

    async def newest(self, viewer: Viewer, limit: int) -> Sequence[CardRow]:
        """List what was published last."""
        return await self._cards(
            CARDS.where(
                is_visible(viewer, self._work.now),
                TitleRow.shown_from <= self._work.now,
                TitleRow.kind.in_(_BY_THEMSELVES),
            )
            .order_by(TitleRow.shown_from.desc(), TitleRow.id.desc())
            .limit(limit)
        )

    async def newest_in(
        self, viewer: Viewer, states: Sequence[TitleState], limit: int
    ) -> Sequence[CardRow]:
        """List the newest titles in some states."""
        # Ordered by id, SQLite would walk all titles by that index to find the few in these states.
        return await self._cards(
            CARDS.where(TitleRow.state.in_(states), is_visible(viewer, self._work.now))
            .order_by(TitleRow.created_at.desc(), TitleRow.id.desc())
            .limit(limit)
        )

    async def page(
        self, viewer: Viewer, *, before: UUID | None, limit: int, words: Sequence[str]
    ) -> Sequence[CardRow]:
        """List titles whose name has all words, newest first, from below an id."""
        query = CARDS.where(is_visible(viewer, self._work.now), TitleRow.kind.in_(_BY_THEMSELVES))
        for word in words:
            query = query.where(TitleRow.name_search.contains(word, autoescape=True))
        if before is not None:
            query = query.where(TitleRow.id < before)
        return await self._cards(query.order_by(TitleRow.id.desc()).limit(limit))

    async def cards_of(self, viewer: Viewer, title_ids: Collection[UUID]) -> Sequence[CardRow]:
        """List those of some titles that somebody may know of, in no order."""
        return await self._cards(
            CARDS.where(TitleRow.id.in_(title_ids), is_visible(viewer, self._work.now))
        )

    async def page_deleted(self, *, before: UUID | None, limit: int) -> Sequence[CardRow]:
        """List what was deleted and can be brought back, newest first."""
        query = CARDS.where(TitleRow.deleted_at.is_not(None), _is_uppermost_deleted())
        if before is not None:
            query = query.where(TitleRow.id < before)
        return await self._cards(query.order_by(TitleRow.id.desc()).limit(limit))

    async def _one(
        self, condition: ColumnElement[bool], *, is_locked: bool = False
    ) -> TitleRow | None:
        query = select(TitleRow).where(condition)
        if is_locked:
            query = query.with_for_update().execution_options(populate_existing=True)
        return await self._work.session.scalar(query)

    async def _cards(self, query: Select[*tuple[Any, ...]]) -> Sequence[CardRow]:
        found = await self._work.session.execute(query)
        return [CardRow(*row) for row in found]


def _is_uppermost_deleted() -> ColumnElement[bool]:
    parent = aliased(TitleRow)
    return ~exists(
        select(parent.id).where(
            parent.id == TitleRow.parent_id, parent.deleted_at == TitleRow.deleted_at
        )
    )
