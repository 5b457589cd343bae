"""Genres, people and studios: what is found by its name, or made under it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Generic, TypeVar, cast
from uuid import UUID

from sqlalchemy import select

from streamverse.domains.catalog.models import GenreRow, PersonRow, StudioRow
from streamverse.domains.catalog.rules.words import search_form, slug
from streamverse.kit.clock import new_id
from streamverse.kit.work import Work

R = TypeVar("R", GenreRow, PersonRow, StudioRow)


class _Named(Generic[R]):
    """Rows of one table that have a name, and a slug of their own."""

    row: ClassVar[type[GenreRow | PersonRow | StudioRow]]

    def __init__(self, work: Work) -> None:
        self._work = work

    async def ensure(self, names: Sequence[str]) -> dict[str, UUID]:
        """Give the number of each name; what is not there is made. Names equal in slug are one."""
        slugs = {name: slug(name) for name in names}
        known = await self._by_slug(slugs.values())
        for name, its_slug in slugs.items():
            if its_slug not in known:
                known[its_slug] = new_id()
                self._work.session.add(self._make(known[its_slug], its_slug, name))
        await self._work.session.flush()
        return {name: known[its_slug] for name, its_slug in slugs.items()}

    async def find(self, its_slug: str) -> R | None:
        """Find what has a slug."""
        found = await self._work.session.scalar(select(self.row).where(self.row.slug == its_slug))
        return cast("R | None", found)

    async def numbers(self, slugs: Iterable[str]) -> dict[str, UUID]:
        """Give the numbers of those slugs that are known."""
        return await self._by_slug(slugs)

    async def _by_slug(self, slugs: Iterable[str]) -> dict[str, UUID]:
        query = select(self.row.slug, self.row.id).where(self.row.slug.in_(set(slugs)))
        found = await self._work.session.execute(query)
        return {row.slug: row.id for row in found}

    def _make(self, row_id: UUID, its_slug: str, name: str) -> R:
        raise NotImplementedError


class Genres(_Named[GenreRow]):
    """The genres of the tenant."""

    row = GenreRow

    async def all(self) -> Sequence[GenreRow]:
        """List all genres, in their order."""
        query = select(GenreRow).order_by(GenreRow.position, GenreRow.slug)
        return list(await self._work.session.scalars(query))

    def _make(self, row_id: UUID, its_slug: str, name: str) -> GenreRow:
        return GenreRow(id=row_id, slug=its_slug, name=name, names={})


class People(_Named[PersonRow]):
    """The people of the tenant's titles."""

    row = PersonRow

    def _make(self, row_id: UUID, its_slug: str, name: str) -> PersonRow:
        return PersonRow(
            id=row_id,
            slug=its_slug,
            name=name,
            name_search=search_form(name),
            external_ids={},
            created_at=self._work.now,
        )

    async def existing(self, ids: Iterable[UUID]) -> set[UUID]:
        """Tell which of some numbers are people's."""
        query = select(PersonRow.id).where(PersonRow.id.in_(set(ids)))
        return set(await self._work.session.scalars(query))


class Studios(_Named[StudioRow]):
    """The studios of the tenant's titles."""

    row = StudioRow

    def _make(self, row_id: UUID, its_slug: str, name: str) -> StudioRow:
        return StudioRow(id=row_id, slug=its_slug, name=name, name_search=search_form(name))
