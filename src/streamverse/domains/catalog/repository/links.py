"""What leads from one title to others: genres, studios, people, relations, alikeness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute

from streamverse.domains.catalog.contracts import RelationKind, Viewer
from streamverse.domains.catalog.models import (
    CreditRow,
    GenreRow,
    PersonRow,
    RelationRow,
    StudioRow,
    TitleGenreRow,
    TitleRow,
    TitleStudioRow,
)
from streamverse.domains.catalog.repository.visibility import is_visible
from streamverse.domains.catalog.rules.browsing import BROWSABLE
from streamverse.domains.catalog.rules.relations import seen_from_there
from streamverse.domains.catalog.rules.similarity import MAKERS, Traits
from streamverse.kit.work import Work

CANDIDATES_LIMIT = 200


@dataclass(frozen=True, slots=True)
class CreditedRow:
    """Somebody's part in a title, with what leads to their page."""

    person_id: UUID
    slug: str
    name: str
    job: str
    character: str


@dataclass(frozen=True, slots=True)
class PartRow:
    """What somebody did for which title; episodes count for their series."""

    root_id: UUID
    job: str
    character: str


class Links:
    """The ways between the tenant's titles."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def genres(self, title_id: UUID) -> Sequence[GenreRow]:
        """List the genres of a title, the first one first."""
        query = (
            select(GenreRow)
            .join(TitleGenreRow, TitleGenreRow.genre_id == GenreRow.id)
            .where(TitleGenreRow.title_id == title_id)
        )
        return list(await self._work.session.scalars(query.order_by(TitleGenreRow.position)))

    async def studios(self, title_id: UUID) -> Sequence[StudioRow]:
        """List the studios of a title."""
        query = (
            select(StudioRow)
            .join(TitleStudioRow, TitleStudioRow.studio_id == StudioRow.id)
            .where(TitleStudioRow.title_id == title_id)
        )
        return list(await self._work.session.scalars(query.order_by(TitleStudioRow.position)))

    async def credited(self, title_id: UUID) -> Sequence[CreditedRow]:
        """List who did what for a title, in the order in which it is shown."""
        query = (
            select(PersonRow.id, PersonRow.slug, PersonRow.name, CreditRow.job, CreditRow.character)
            .join(PersonRow, PersonRow.id == CreditRow.person_id)
            .where(CreditRow.title_id == title_id)
        )
        found = await self._work.session.execute(query.order_by(CreditRow.position))
        return [CreditedRow(*row) for row in found]

    async def parts(self, viewer: Viewer, person_id: UUID) -> Sequence[PartRow]:
        """List what somebody did for titles that the viewer may know of, the newest title first."""
        query = (
            select(TitleRow.root_id, CreditRow.job, CreditRow.character)
            .join(TitleRow, TitleRow.id == CreditRow.title_id)
            .where(CreditRow.person_id == person_id, is_visible(viewer, self._work.now))
        )
        newest_first = query.order_by(func.coalesce(TitleRow.year, 0).desc(), TitleRow.id.desc())
        found = await self._work.session.execute(newest_first)
        return [PartRow(*row) for row in found]

    async def related(self, title_id: UUID) -> Mapping[UUID, RelationKind]:
        """Give how other titles stand to one, whichever of the two it was written at."""
        there = select(RelationRow.title_id, RelationRow.kind).where(
            RelationRow.related_id == title_id
        )
        here = select(RelationRow.related_id, RelationRow.kind).where(
            RelationRow.title_id == title_id
        )
        found = {
            other: seen_from_there(RelationKind(kind))
            for other, kind in await self._work.session.execute(there)
        }
        for other, kind in await self._work.session.execute(here):
            found[other] = RelationKind(kind)
        return found

    async def traits(self, title_ids: Sequence[UUID]) -> Mapping[UUID, Traits]:
        """Give what makes titles like others."""
        titles = await self._work.session.execute(
            select(TitleRow.id, TitleRow.kind, TitleRow.year).where(TitleRow.id.in_(title_ids))
        )
        genres = await self._sets(TitleGenreRow.title_id, TitleGenreRow.genre_id, title_ids)
        studios = await self._sets(TitleStudioRow.title_id, TitleStudioRow.studio_id, title_ids)
        credits_ = await self._work.session.execute(
            select(CreditRow.title_id, CreditRow.person_id, CreditRow.job).where(
                CreditRow.title_id.in_(title_ids)
            )
        )
        people: dict[UUID, dict[UUID, bool]] = {}
        for title_id, person_id, job in credits_:
            made = people.setdefault(title_id, {})
            made[person_id] = made.get(person_id, False) or job in MAKERS
        return {
            title_id: Traits(
                kind,
                year,
                frozenset(genres.get(title_id, ())),
                frozenset(studios.get(title_id, ())),
                people.get(title_id, {}),
            )
            for title_id, kind, year in titles
        }

    async def candidates(self, viewer: Viewer, title_id: UUID, traits: Traits) -> Sequence[UUID]:
        """List titles that may be like one: those with most of its genres, and most of its people.

        Bounded, so that a genre of ten thousand titles costs little more than one of a hundred.
        """
        by_genre = await self._sharing(
            viewer, title_id, TitleGenreRow.title_id, TitleGenreRow.genre_id.in_(traits.genres)
        )
        by_person = await self._sharing(
            viewer, title_id, CreditRow.title_id, CreditRow.person_id.in_(list(traits.people))
        )
        return list(dict.fromkeys((*by_genre, *by_person)))

    async def has_made(self, viewer: Viewer, studio_id: UUID) -> bool:
        """Tell whether somebody may know of any title of a studio."""
        made = (
            select(TitleStudioRow.title_id)
            .join(TitleRow, TitleRow.id == TitleStudioRow.title_id)
            .where(
                TitleStudioRow.studio_id == studio_id,
                TitleRow.kind.in_(BROWSABLE),
                is_visible(viewer, self._work.now),
            )
        )
        return await self._work.session.scalar(select(exists(made))) or False

    async def _sharing(
        self,
        viewer: Viewer,
        title_id: UUID,
        link: InstrumentedAttribute[UUID],
        condition: ColumnElement[bool],
    ) -> Sequence[UUID]:
        query = (
            select(link)
            .join(TitleRow, TitleRow.id == link)
            .where(
                condition,
                link != title_id,
                TitleRow.kind.in_(BROWSABLE),
                TitleRow.shown_from <= self._work.now,
                is_visible(viewer, self._work.now),
            )
            .group_by(link)
            .order_by(func.count().desc(), link.desc())
        )
        return list(await self._work.session.scalars(query.limit(CANDIDATES_LIMIT)))

    async def _sets(
        self,
        link: InstrumentedAttribute[UUID],
        value: InstrumentedAttribute[UUID],
        title_ids: Sequence[UUID],
    ) -> Mapping[UUID, set[UUID]]:
        found: dict[UUID, set[UUID]] = {}
        for title_id, other in await self._work.session.execute(
            select(link, value).where(link.in_(title_ids))
        ):
            found.setdefault(title_id, set()).add(other)
        return found
