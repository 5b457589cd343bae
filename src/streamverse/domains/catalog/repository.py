"""All SQL of the catalog."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select

from streamverse.domains.catalog.contracts import TitleId, TitleState
from streamverse.domains.catalog.errors import TitleNotFound
from streamverse.domains.catalog.models import TitleRow
from streamverse.domains.media.contracts import AssetId
from streamverse.kit.work import Work


@dataclass(frozen=True, slots=True)
class CardRow:
    """The columns of a title that a card shows, in the order of ``_CARDS``."""

    id: UUID
    asset_id: UUID
    name: str
    kind: str
    state: str
    published_at: datetime | None
    duration_ms: int | None
    has_poster: bool
    created_at: datetime


_CARDS = select(
    TitleRow.id,
    TitleRow.asset_id,
    TitleRow.name,
    TitleRow.kind,
    TitleRow.state,
    TitleRow.published_at,
    TitleRow.duration_ms,
    TitleRow.has_poster,
    TitleRow.created_at,
)
_IS_PUBLISHED = TitleRow.published_at.is_not(None)


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
        """Get a title for change, or fail with ``TitleNotFound``."""
        row = await self._one(TitleRow.id == title_id, is_locked=True)
        if row is None:
            raise TitleNotFound(title_id)
        return row

    async def lock_of_asset(self, asset_id: AssetId) -> TitleRow | None:
        """Find the title of an asset for change."""
        return await self._one(TitleRow.asset_id == asset_id, is_locked=True)

    async def remove(self, row: TitleRow) -> None:
        """Remove a title."""
        await self._work.session.delete(row)

    async def newest_published(self, limit: int) -> Sequence[CardRow]:
        """List what was published last."""
        return await self._cards(
            _CARDS.where(_IS_PUBLISHED)
            .order_by(TitleRow.published_at.desc(), TitleRow.id.desc())
            .limit(limit)
        )

    async def newest_in(self, states: Sequence[TitleState], limit: int) -> Sequence[CardRow]:
        """List the newest titles in some states."""
        # Ordered by id, SQLite would walk all titles by that index to find the few in these states.
        return await self._cards(
            _CARDS.where(TitleRow.state.in_(states))
            .order_by(TitleRow.created_at.desc(), TitleRow.id.desc())
            .limit(limit)
        )

    async def page(
        self, *, before: UUID | None, limit: int, words: Sequence[str], is_published_only: bool
    ) -> Sequence[CardRow]:
        """List titles whose name has all words, newest first, from below an id."""
        query = _CARDS.order_by(TitleRow.id.desc()).limit(limit)
        for word in words:
            query = query.where(TitleRow.name_search.contains(word, autoescape=True))
        if before is not None:
            query = query.where(TitleRow.id < before)
        if is_published_only:
            query = query.where(_IS_PUBLISHED)
        return await self._cards(query)

    async def count(self, *, is_published_only: bool) -> int:
        """Count titles."""
        query = select(func.count()).select_from(TitleRow)
        if is_published_only:
            query = query.where(_IS_PUBLISHED)
        return await self._work.session.scalar(query) or 0

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
