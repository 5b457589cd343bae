"""What other domains ask of many titles at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from streamverse.domains.catalog.contracts import MarkerKind, TitleKind, Viewer
from streamverse.domains.catalog.models import (
    CollectionItemRow,
    CollectionRow,
    GenreRow,
    MarkerRow,
    TitleGenreRow,
    TitleRow,
)
from streamverse.domains.catalog.repository.visibility import is_upcoming, is_visible
from streamverse.kit.work import Work

# Among so many of the newest titles a rail is looked for before a genre is sorted.
NEWEST_WALKED = 2_000


@dataclass(frozen=True, slots=True)
class EpisodeRow:
    """An episode, and where it stands in its series."""

    id: UUID
    series_id: UUID
    series_name: str
    season: int
    number: int


class Shelves:
    """The titles of the tenant, in batches."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def names(self, title_ids: Collection[UUID]) -> Mapping[UUID, str]:
        """Give the names of titles, whoever asks."""
        query = select(TitleRow.id, TitleRow.name).where(TitleRow.id.in_(title_ids))
        return {row.id: row.name for row in await self._work.session.execute(query)}

    async def credits_start_ms(self, title_id: UUID) -> int | None:
        """Tell where the credits of a title begin, if somebody has said so."""
        return await self._work.session.scalar(
            select(func.max(MarkerRow.start_ms)).where(
                MarkerRow.title_id == title_id, MarkerRow.kind == MarkerKind.CREDITS.value
            )
        )

    async def places(self, title_ids: Collection[UUID]) -> Sequence[EpisodeRow]:
        """Tell which of some titles are episodes, and of what."""
        return await self._episodes(TitleRow.id.in_(title_ids))

    async def episodes_of(
        self, viewer: Viewer, series_ids: Collection[UUID]
    ) -> Sequence[EpisodeRow]:
        """List the episodes of some series that somebody may know of."""
        return await self._episodes(
            TitleRow.root_id.in_(series_ids), is_visible(viewer, self._work.now)
        )

    async def genres(self, title_ids: Collection[UUID]) -> Mapping[UUID, list[tuple[UUID, str]]]:
        """Give the genres of titles, the first one first."""
        query = (
            select(TitleGenreRow.title_id, GenreRow.id, GenreRow.name)
            .join(GenreRow, GenreRow.id == TitleGenreRow.genre_id)
            .where(TitleGenreRow.title_id.in_(title_ids))
            .order_by(TitleGenreRow.position)
        )
        found: dict[UUID, list[tuple[UUID, str]]] = {}
        for title_id, genre_id, name in await self._work.session.execute(query):
            found.setdefault(title_id, []).append((genre_id, name))
        return found

    async def visible(self, viewer: Viewer, title_ids: Collection[UUID]) -> Sequence[UUID]:
        """Tell which of some titles somebody may know of."""
        query = select(TitleRow.id).where(
            TitleRow.id.in_(title_ids), is_visible(viewer, self._work.now)
        )
        return (await self._work.session.scalars(query)).all()

    async def in_genre(self, viewer: Viewer, genre_id: UUID, limit: int) -> Sequence[UUID]:
        """List the titles of a genre that somebody may know of, newest first.

        Of a large genre enough are among the newest titles of all; a small one is sorted whole.
        """
        newest = (
            select(TitleRow.id, TitleRow.shown_from)
            .where(is_visible(viewer, self._work.now), TitleRow.shown_from.is_not(None))
            .order_by(TitleRow.shown_from.desc(), TitleRow.id.desc())
            .limit(NEWEST_WALKED)
            .subquery()
        )
        walk = (
            select(newest.c.id)
            .join(TitleGenreRow, TitleGenreRow.title_id == newest.c.id)
            .where(TitleGenreRow.genre_id == genre_id)
            .order_by(newest.c.shown_from.desc(), newest.c.id.desc())
            .limit(limit)
        )
        found = (await self._work.session.scalars(walk)).all()
        if len(found) == limit:
            return found
        whole = (
            select(TitleRow.id)
            .join(TitleGenreRow, TitleGenreRow.title_id == TitleRow.id)
            .where(TitleGenreRow.genre_id == genre_id, is_visible(viewer, self._work.now))
            .order_by(TitleRow.shown_from.desc(), TitleRow.id.desc())
            .limit(limit)
        )
        return (await self._work.session.scalars(whole)).all()

    async def largest_genres(self, limit: int) -> Sequence[UUID]:
        """List the genres that most titles are of, the largest first."""
        query = (
            select(TitleGenreRow.genre_id)
            .group_by(TitleGenreRow.genre_id)
            .order_by(func.count().desc(), TitleGenreRow.genre_id)
            .limit(limit)
        )
        return (await self._work.session.scalars(query)).all()

    async def genre_names(self, genre_ids: Collection[UUID]) -> Mapping[UUID, tuple[str, str]]:
        """Give the slugs and names of genres."""
        query = select(GenreRow.id, GenreRow.slug, GenreRow.name).where(GenreRow.id.in_(genre_ids))
        found = await self._work.session.execute(query)
        return {row.id: (row.slug, row.name) for row in found}

    async def home_collections(
        self, limit: int, each: int
    ) -> Sequence[tuple[str, str, Sequence[UUID]]]:
        """List the collections that stand on the home page: their slugs, names and titles."""
        query = (
            select(CollectionRow)
            .where(CollectionRow.is_on_home.is_(True), CollectionRow.published_at <= self._work.now)
            .order_by(CollectionRow.position, CollectionRow.id)
            .limit(limit)
        )
        found: list[tuple[str, str, Sequence[UUID]]] = []
        for row in (await self._work.session.scalars(query)).all():
            items = (
                select(CollectionItemRow.title_id)
                .where(CollectionItemRow.collection_id == row.id)
                .order_by(CollectionItemRow.position)
                .limit(each)
            )
            found.append((row.slug, row.name, (await self._work.session.scalars(items)).all()))
        return found

    async def upcoming(
        self, viewer: Viewer, until: datetime, limit: int
    ) -> Sequence[tuple[UUID, datetime]]:
        """List what somebody will be able to see, soonest first, and from when."""
        query = (
            select(TitleRow.id, TitleRow.shown_from)
            .where(is_upcoming(viewer, self._work.now), TitleRow.shown_from <= until)
            .order_by(TitleRow.shown_from, TitleRow.id)
            .limit(limit)
        )
        found = await self._work.session.execute(query)
        return [(row.id, row.shown_from) for row in found if row.shown_from is not None]

    async def will_be_visible(self, viewer: Viewer, title_id: UUID) -> bool:
        """Tell whether somebody will be able to see a title, later than now."""
        query = select(TitleRow.id).where(
            TitleRow.id == title_id, is_upcoming(viewer, self._work.now)
        )
        return await self._work.session.scalar(query) is not None

    async def by_names(
        self, viewer: Viewer, forms: Collection[str]
    ) -> Sequence[tuple[UUID, str, int | None]]:
        """Find what stands by itself under some names, in the form in which they are compared."""
        query = (
            select(TitleRow.id, TitleRow.name_search, TitleRow.year)
            .where(
                TitleRow.name_search.in_(forms),
                TitleRow.parent_id.is_(None),
                is_visible(viewer, self._work.now),
            )
            .order_by(TitleRow.id)
        )
        found = await self._work.session.execute(query)
        return [(row.id, row.name_search, row.year) for row in found]

    async def _episodes(self, *conditions: object) -> Sequence[EpisodeRow]:
        series, parent = aliased(TitleRow), aliased(TitleRow)
        season = func.coalesce(parent.number, 1)
        query = (
            select(TitleRow.id, series.id, series.name, season, func.coalesce(TitleRow.number, 0))
            .join(series, series.id == TitleRow.root_id)
            .join(parent, parent.id == TitleRow.parent_id)
            .where(TitleRow.kind == TitleKind.EPISODE.value, *conditions)  # pyright: ignore[reportArgumentType]
        )
        return [EpisodeRow(*row) for row in await self._work.session.execute(query)]
