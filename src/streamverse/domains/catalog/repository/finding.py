"""What may be found: by which words, and by whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, exists, func, select

from streamverse.domains.catalog.contracts import Findable, FindableKind, Viewer
from streamverse.domains.catalog.models import (
    CollectionItemRow,
    CollectionRow,
    CreditRow,
    GenreRow,
    PersonRow,
    StudioRow,
    TitleGenreRow,
    TitleRow,
    TitleStudioRow,
    TranslationRow,
)
from streamverse.domains.catalog.repository.visibility import (
    Sight,
    is_in_sight,
    sight_of,
    sight_values,
)
from streamverse.kit.db import UtcDateTime
from streamverse.kit.work import Work

NamedRow = PersonRow | StudioRow | GenreRow | CollectionRow
LinkRow = CreditRow | TitleStudioRow | TitleGenreRow | CollectionItemRow

TITLE_KINDS = (
    FindableKind.MOVIE,
    FindableKind.SERIES,
    FindableKind.CLIP,
    FindableKind.EVENT,
)
# What has a name, and the rows that say which titles it has to do with.
_NAMED: Mapping[FindableKind, tuple[type[NamedRow], type[LinkRow], Any]] = {
    FindableKind.PERSON: (PersonRow, CreditRow, CreditRow.person_id),
    FindableKind.STUDIO: (StudioRow, TitleStudioRow, TitleStudioRow.studio_id),
    FindableKind.GENRE: (GenreRow, TitleGenreRow, TitleGenreRow.genre_id),
    FindableKind.COLLECTION: (CollectionRow, CollectionItemRow, CollectionItemRow.collection_id),
    FindableKind.BUNDLE: (CollectionRow, CollectionItemRow, CollectionItemRow.collection_id),
}
_COLLECTED = (FindableKind.COLLECTION, FindableKind.BUNDLE)
PEOPLE_LIMIT = 12


class Findables:
    """What the tenant's catalog has names for."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def page(self, kind: FindableKind, after: UUID | None, limit: int) -> Sequence[UUID]:
        """List the numbers of a kind, in their order, from above one."""
        row: type[TitleRow | NamedRow] = TitleRow if kind in TITLE_KINDS else _NAMED[kind][0]
        query = select(row.id).order_by(row.id).limit(limit)
        if kind in TITLE_KINDS:
            query = query.where(TitleRow.kind == kind.value, TitleRow.deleted_at.is_(None))
        if kind in _COLLECTED:
            query = query.where(CollectionRow.kind == kind.value)
        if after is not None:
            query = query.where(row.id > after)
        return list(await self._work.session.scalars(query))

    async def linked(self, title_ids: Collection[UUID]) -> Mapping[FindableKind, Collection[UUID]]:
        """Give what has to do with some titles."""
        links = dict.fromkeys(link for _, link, _ in _NAMED.values())
        has_any = (exists().where(link.title_id == TitleRow.id) for link in links)
        query = select(TitleRow.id, *has_any).where(TitleRow.id.in_(title_ids))
        # Most of what is new has none of them.
        there: set[type[LinkRow]] = set()
        for _, *are_there in await self._work.session.execute(query):
            there.update(link for link, is_there in zip(links, are_there, strict=True) if is_there)
        found: dict[FindableKind, Collection[UUID]] = {}
        for kind, (_, link, link_id) in _NAMED.items():
            if link not in there:
                continue
            query = select(link_id).where(link.title_id.in_(title_ids))
            if kind in _COLLECTED:
                query = query.join(CollectionRow).where(CollectionRow.kind == kind.value)
            found[kind] = set(await self._work.session.scalars(query))
        return found

    async def describe(self, kind: FindableKind, ids: Collection[UUID]) -> Sequence[Findable]:
        """Give the words by which things of a kind are found."""
        if not ids:
            return []
        if kind in TITLE_KINDS:
            return await self._describe_titles([kind], ids)
        return await self._describe_named(kind, ids)

    async def describe_titles(self, ids: Collection[UUID]) -> Sequence[Findable]:
        """Give the words by which titles are found, of whatever kind they are."""
        return await self._describe_titles(TITLE_KINDS, ids) if ids else []

    async def visible(
        self, viewer: Viewer, ids: Mapping[FindableKind, Collection[UUID]]
    ) -> set[UUID]:
        """Tell which things somebody may know of: a title itself, the others by a title."""
        asked: dict[FindableKind, list[UUID]] = defaultdict(list)
        for kind, some in ids.items():
            # Whatever kind of title it is, it is the same question.
            asked[FindableKind.MOVIE if kind in TITLE_KINDS else kind] += some
        values = sight_values(viewer, self._work.now)
        found: set[UUID] = set()
        for kind, some in asked.items():
            if some:
                question = _visible(kind, sight_of(viewer))
                found.update(await self._work.session.scalars(question, {**values, "ids": some}))
        return found

    async def _describe_titles(
        self, kinds: Sequence[FindableKind], ids: Collection[UUID]
    ) -> Sequence[Findable]:
        query = select(
            TitleRow.id,
            TitleRow.tenant_id,
            TitleRow.kind,
            TitleRow.name,
            TitleRow.original_name,
            TitleRow.year,
            TitleRow.original_language,
        ).where(TitleRow.id.in_(ids), TitleRow.kind.in_(kinds), TitleRow.deleted_at.is_(None))
        rows = (await self._work.session.execute(query)).all()
        if not rows:
            return []
        translated = await self._names(
            select(TranslationRow.title_id, TranslationRow.name)
            .where(TranslationRow.title_id.in_(ids))
            .order_by(TranslationRow.language)
        )
        people = await self._names(
            select(CreditRow.title_id, PersonRow.name)
            .join(PersonRow, PersonRow.id == CreditRow.person_id)
            .where(CreditRow.title_id.in_(ids))
            .order_by(CreditRow.position)
        )
        genres = await self._names(
            select(TitleGenreRow.title_id, GenreRow.name)
            .join(GenreRow, GenreRow.id == TitleGenreRow.genre_id)
            .where(TitleGenreRow.title_id.in_(ids))
            .order_by(TitleGenreRow.position)
        )
        return [
            Findable(
                id=row.id,
                tenant_id=row.tenant_id,
                kind=FindableKind(row.kind),
                name=row.name,
                other_names=_others(row.name, [row.original_name, *translated.get(row.id, ())]),
                people=tuple(dict.fromkeys(people.get(row.id, ())))[:PEOPLE_LIMIT],
                genres=tuple(genres.get(row.id, ())),
                year=row.year,
                language=row.original_language,
            )
            for row in rows
        ]

    async def _describe_named(
        self, kind: FindableKind, ids: Collection[UUID]
    ) -> Sequence[Findable]:
        row, link, link_id = _NAMED[kind]
        counted = await self._work.session.execute(
            select(link_id.label("id"), func.count(func.distinct(link.title_id)).label("titles"))
            .join(TitleRow, TitleRow.id == link.title_id)
            .where(link_id.in_(ids), TitleRow.deleted_at.is_(None))
            .group_by(link_id)
        )
        weights = {counts.id: counts.titles for counts in counted}
        names = GenreRow.names if kind is FindableKind.GENRE else row.name
        query = select(row.id, row.tenant_id, row.name, row.slug, names.label("names"))
        if kind in _COLLECTED:
            query = query.where(CollectionRow.kind == kind.value)
        return [
            Findable(
                id=found.id,
                tenant_id=found.tenant_id,
                kind=kind,
                name=found.name,
                slug=found.slug,
                other_names=_others(found.name, _translations(found.names)),
                weight=weights[found.id],
            )
            for found in await self._work.session.execute(query.where(row.id.in_(weights)))
        ]

    async def _names(self, query: Select[UUID, str]) -> Mapping[UUID, Sequence[str]]:
        found: dict[UUID, list[str]] = defaultdict(list)
        for title_id, name in await self._work.session.execute(query):
            found[title_id].append(name)
        return found


@cache
def _visible(kind: FindableKind, sight: Sight) -> Select[UUID]:
    """Write the question once: its words took longer than its answer."""
    may_be_seen = is_in_sight(sight)
    ids = bindparam("ids", type_=Uuid(), expanding=True)
    if kind in TITLE_KINDS:
        return select(TitleRow.id).where(TitleRow.id.in_(ids), may_be_seen)
    row, link, link_id = _NAMED[kind]
    of_a_title = exists(
        select(link.title_id)
        .join(TitleRow, TitleRow.id == link.title_id)
        .where(link_id == row.id, may_be_seen)
    )
    query = select(row.id).where(row.id.in_(ids), of_a_title)
    if kind in _COLLECTED and not sight.sees_unpublished:
        now = bindparam("sight_at", type_=UtcDateTime())
        query = query.where(CollectionRow.published_at <= now)
    return query


def _others(name: str, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(other for other in names if other and other != name))


def _translations(names: str | Mapping[str, str]) -> Iterable[str]:
    return () if isinstance(names, str) else names.values()
