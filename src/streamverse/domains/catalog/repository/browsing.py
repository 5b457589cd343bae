"""Titles by filters, and what there is to filter by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select

from streamverse.domains.catalog.contracts import Viewer
from streamverse.domains.catalog.models import (
    GenreRow,
    StudioRow,
    TitleGenreRow,
    TitleRow,
    TitleStudioRow,
    TitleTagRow,
)
from streamverse.domains.catalog.repository.titles import CARDS, CardRow
from streamverse.domains.catalog.repository.visibility import is_visible
from streamverse.domains.catalog.rules.browsing import BROWSABLE, Match, Sort, Wish
from streamverse.domains.catalog.rules.visibility import ADULT_AGE
from streamverse.kit.paging import is_after, is_before
from streamverse.kit.work import Work

STUDIOS_OFFERED = 100
TAGS_OFFERED = 100
_ORDERS: dict[Sort, tuple[ColumnElement[Any], bool]] = {
    Sort.NEWEST: (TitleRow.shown_from.expression, True),
    Sort.NAME: (TitleRow.name_search.expression, False),
    # What has no year stands at the end, either way.
    Sort.LATEST_YEAR: (func.coalesce(TitleRow.year, 0), True),
    Sort.EARLIEST_YEAR: (func.coalesce(TitleRow.year, 9999), False),
}


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A card, and where it stands in its order."""

    card: CardRow
    place: Any


@dataclass(frozen=True, slots=True)
class SortRow:
    """Titles of a kind and a language, and between which years they are from."""

    kind: str
    language: str | None
    first_year: int | None
    last_year: int | None


class Browsing:
    """The titles that somebody may know of, by what they wish."""

    def __init__(self, work: Work, viewer: Viewer) -> None:
        self._work = work
        self._shown = (
            is_visible(viewer, work.now),
            TitleRow.shown_from <= work.now,
        )

    async def page(
        self,
        wish: Wish,
        *,
        families: Sequence[Sequence[UUID]],
        studio_ids: Sequence[UUID],
        after: tuple[Any, UUID] | None,
        limit: int,
    ) -> Sequence[FoundRow]:
        """List titles that meet a wish; a family is a genre with those beneath it."""
        column, is_descending = _ORDERS[wish.sort]
        query = CARDS.add_columns(column).where(
            *self._shown,
            TitleRow.kind.in_(wish.kinds or BROWSABLE),
            *_genres(wish.match, families),
            *_facts(wish),
        )
        if studio_ids:
            made = select(TitleStudioRow.title_id).where(
                TitleStudioRow.title_id == TitleRow.id, TitleStudioRow.studio_id.in_(studio_ids)
            )
            query = query.where(exists(made))
        if wish.tags:
            tagged = select(TitleTagRow.title_id).where(
                TitleTagRow.title_id == TitleRow.id,
                TitleTagRow.tag.in_([tag.casefold() for tag in wish.tags]),
            )
            query = query.where(exists(tagged))
        if after is not None:
            is_beyond = is_before if is_descending else is_after
            query = query.where(is_beyond(column, TitleRow.id, after))
        order = (
            (column.desc(), TitleRow.id.desc())
            if is_descending
            else (column.asc(), TitleRow.id.asc())
        )
        found = await self._work.session.execute(query.order_by(*order).limit(limit))
        return [FoundRow(CardRow(*row[:-1]), row[-1]) for row in found]

    async def genre_ids(self) -> set[UUID]:
        """Tell which genres have a title."""
        has_title = exists(
            select(TitleGenreRow.title_id)
            .join(TitleRow, TitleRow.id == TitleGenreRow.title_id)
            .where(
                TitleGenreRow.genre_id == GenreRow.id,
                *self._shown,
                TitleRow.kind.in_(BROWSABLE),
            )
        )
        return set(await self._work.session.scalars(select(GenreRow.id).where(has_title)))

    async def studios(self) -> Sequence[StudioRow]:
        """List the studios with most titles, in the order of the alphabet."""
        most = (
            select(TitleStudioRow.studio_id)
            .join(TitleRow, TitleRow.id == TitleStudioRow.title_id)
            .where(*self._shown, TitleRow.kind.in_(BROWSABLE))
            .group_by(TitleStudioRow.studio_id)
            .order_by(func.count().desc(), TitleStudioRow.studio_id)
            .limit(STUDIOS_OFFERED)
        )
        ids = list(await self._work.session.scalars(most))
        query = select(StudioRow).where(StudioRow.id.in_(ids)).order_by(StudioRow.name_search)
        return list(await self._work.session.scalars(query))

    async def tags(self) -> Sequence[str]:
        """List the tags that most titles have, in the order of the alphabet."""
        most = (
            select(TitleTagRow.tag)
            .join(TitleRow, TitleRow.id == TitleTagRow.title_id)
            .where(*self._shown, TitleRow.kind.in_(BROWSABLE))
            .group_by(TitleTagRow.tag)
            .order_by(func.count().desc(), TitleTagRow.tag)
            .limit(TAGS_OFFERED)
        )
        return sorted(await self._work.session.scalars(most))

    async def sorts(self) -> Sequence[SortRow]:
        """Tell of which kinds and languages titles are, and of which years: all in one look."""
        query = (
            select(
                TitleRow.kind,
                TitleRow.original_language,
                func.min(TitleRow.year),
                func.max(TitleRow.year),
            )
            .where(*self._shown, TitleRow.kind.in_(BROWSABLE))
            .group_by(TitleRow.kind, TitleRow.original_language)
        )
        return [SortRow(*row) for row in await self._work.session.execute(query)]


def _genres(match: Match, families: Sequence[Sequence[UUID]]) -> list[ColumnElement[bool]]:
    if match is Match.ANY:
        families = [[genre_id for family in families for genre_id in family]] if families else []
    return [
        exists(
            select(TitleGenreRow.title_id).where(
                TitleGenreRow.title_id == TitleRow.id, TitleGenreRow.genre_id.in_(family)
            )
        )
        for family in families
    ]


def _facts(wish: Wish) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wish.languages:
        conditions.append(TitleRow.original_language.in_(wish.languages))
    if wish.year_from is not None:
        conditions.append(TitleRow.year >= wish.year_from)
    if wish.year_to is not None:
        conditions.append(TitleRow.year <= wish.year_to)
    if wish.age is not None:
        conditions.append(func.coalesce(TitleRow.effective_age, ADULT_AGE) <= wish.age)
    return conditions
