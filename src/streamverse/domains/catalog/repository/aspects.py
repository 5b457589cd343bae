"""What a title has many of: genres, tags, studios, credits, translations, windows and the like."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from streamverse.domains.catalog.contracts import (
    CreditLine,
    MarkerKind,
    MarkerLine,
    RelatedLine,
    RelationKind,
    WindowLine,
    Words,
)
from streamverse.domains.catalog.models import (
    CreditRow,
    GenreRow,
    MarkerRow,
    PersonRow,
    RelationRow,
    StudioRow,
    TitleGenreRow,
    TitlePlanRow,
    TitleStudioRow,
    TitleTagRow,
    TranslationRow,
    WindowRow,
)
from streamverse.kit.clock import new_id
from streamverse.kit.work import Work

Row = (
    TitleGenreRow
    | TitleTagRow
    | TitleStudioRow
    | CreditRow
    | TranslationRow
    | WindowRow
    | TitlePlanRow
    | MarkerRow
    | RelationRow
)


class Aspects:
    """The lists that belong to titles: read for many titles at once, written whole."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def genres(self, title_ids: Sequence[UUID]) -> Mapping[UUID, list[str]]:
        """Give the names of genres, the first one first."""
        return await self._grouped(
            select(TitleGenreRow.title_id, GenreRow.name)
            .join(GenreRow, GenreRow.id == TitleGenreRow.genre_id)
            .where(TitleGenreRow.title_id.in_(title_ids))
            .order_by(TitleGenreRow.position)
        )

    async def tags(self, title_ids: Sequence[UUID]) -> Mapping[UUID, list[str]]:
        """Give the tags, in the order of the alphabet."""
        return await self._grouped(
            select(TitleTagRow.title_id, TitleTagRow.tag)
            .where(TitleTagRow.title_id.in_(title_ids))
            .order_by(TitleTagRow.tag)
        )

    async def studios(self, title_ids: Sequence[UUID]) -> Mapping[UUID, list[str]]:
        """Give the names of studios."""
        return await self._grouped(
            select(TitleStudioRow.title_id, StudioRow.name)
            .join(StudioRow, StudioRow.id == TitleStudioRow.studio_id)
            .where(TitleStudioRow.title_id.in_(title_ids))
            .order_by(TitleStudioRow.position)
        )

    async def credits(self, title_ids: Sequence[UUID]) -> Mapping[UUID, list[CreditLine]]:
        """Give who did what, in the order in which it is shown."""
        return await self._grouped(
            select(
                CreditRow.title_id, PersonRow.name, CreditRow.job, CreditRow.character, PersonRow.id
            )
            .join(PersonRow, PersonRow.id == CreditRow.person_id)
            .where(CreditRow.title_id.in_(title_ids))
            .order_by(CreditRow.position),
            CreditLine,
        )

    async def translations(self, title_ids: Sequence[UUID]) -> Mapping[UUID, dict[str, Words]]:
        """Give the words in other languages."""
        found: dict[UUID, dict[str, Words]] = defaultdict(dict)
        query = select(TranslationRow).where(TranslationRow.title_id.in_(title_ids))
        for row in await self._work.session.scalars(query.order_by(TranslationRow.language)):
            found[row.title_id][row.language] = Words(row.name, row.tagline, row.description)
        return found

    async def windows(self, title_ids: Sequence[UUID]) -> Mapping[UUID, list[WindowLine]]:
        """Give where and when titles may be watched."""
        return await self._grouped(
            select(
                WindowRow.title_id,
                WindowRow.region,
                WindowRow.starts_at,
                WindowRow.ends_at,
                WindowRow.is_barring,
            )
            .where(WindowRow.title_id.in_(title_ids))
            .order_by(WindowRow.id),
            WindowLine,
        )

    async def plans(self, title_ids: Sequence[UUID]) -> Mapping[UUID, list[UUID]]:
        """Give the plans that titles are part of, where they are not part of all."""
        return await self._grouped(
            select(TitlePlanRow.title_id, TitlePlanRow.plan_id)
            .where(TitlePlanRow.title_id.in_(title_ids))
            .order_by(TitlePlanRow.plan_id)
        )

    async def has_any_plans(self) -> bool:
        """Tell whether any title is not part of all plans."""
        found = await self._work.session.scalar(select(TitlePlanRow.plan_id).limit(1))
        return found is not None

    async def markers(self, title_ids: Sequence[UUID]) -> Mapping[UUID, list[MarkerLine]]:
        """Give the named stretches, from the first on."""
        return await self._grouped(
            select(
                MarkerRow.title_id,
                MarkerRow.kind,
                MarkerRow.start_ms,
                MarkerRow.end_ms,
                MarkerRow.label,
            )
            .where(MarkerRow.title_id.in_(title_ids))
            .order_by(MarkerRow.start_ms, MarkerRow.id),
            _marker,
        )

    async def related(self, title_ids: Sequence[UUID]) -> Mapping[UUID, list[RelatedLine]]:
        """Give how other titles stand to these."""
        return await self._grouped(
            select(RelationRow.title_id, RelationRow.related_id, RelationRow.kind)
            .where(RelationRow.title_id.in_(title_ids))
            .order_by(RelationRow.related_id),
            _related,
        )

    async def replace_genres(self, title_id: UUID, genre_ids: Iterable[UUID]) -> None:
        """Write all genres of a title."""
        rows = [
            TitleGenreRow(title_id=title_id, genre_id=genre_id, position=position)
            for position, genre_id in enumerate(dict.fromkeys(genre_ids))
        ]
        await self._replace(TitleGenreRow, title_id, rows)

    async def replace_tags(self, title_id: UUID, tags: Iterable[str]) -> None:
        """Write all tags of a title."""
        rows = [TitleTagRow(title_id=title_id, tag=tag) for tag in tags]
        await self._replace(TitleTagRow, title_id, rows)

    async def replace_studios(self, title_id: UUID, studio_ids: Iterable[UUID]) -> None:
        """Write all studios of a title."""
        rows = [
            TitleStudioRow(title_id=title_id, studio_id=studio_id, position=position)
            for position, studio_id in enumerate(dict.fromkeys(studio_ids))
        ]
        await self._replace(TitleStudioRow, title_id, rows)

    async def replace_credits(
        self, title_id: UUID, lines: Iterable[tuple[UUID, CreditLine]]
    ) -> None:
        """Write all credits of a title, each with the number of its person."""
        rows = [
            CreditRow(
                id=new_id(),
                title_id=title_id,
                person_id=person_id,
                job=line.job,
                character=line.character,
                position=position,
            )
            for position, (person_id, line) in enumerate(lines)
        ]
        await self._replace(CreditRow, title_id, rows)

    async def replace_translations(self, title_id: UUID, translations: Mapping[str, Words]) -> None:
        """Write the words of a title in all other languages."""
        rows = [
            TranslationRow(
                title_id=title_id,
                language=language,
                name=words.name,
                tagline=words.tagline,
                description=words.description,
            )
            for language, words in translations.items()
        ]
        await self._replace(TranslationRow, title_id, rows)

    async def replace_windows(self, title_id: UUID, lines: Iterable[WindowLine]) -> None:
        """Write where and when a title may be watched."""
        rows = [
            WindowRow(
                id=new_id(),
                title_id=title_id,
                region=line.region,
                starts_at=line.starts_at,
                ends_at=line.ends_at,
                is_barring=line.is_barring,
            )
            for line in lines
        ]
        await self._replace(WindowRow, title_id, rows)

    async def replace_plans(self, title_id: UUID, plan_ids: Iterable[UUID]) -> None:
        """Write all plans that a title is part of."""
        rows = [
            TitlePlanRow(title_id=title_id, plan_id=plan_id) for plan_id in dict.fromkeys(plan_ids)
        ]
        await self._replace(TitlePlanRow, title_id, rows)

    async def replace_markers(self, title_id: UUID, lines: Iterable[MarkerLine]) -> None:
        """Write all named stretches of a title."""
        rows = [
            MarkerRow(
                id=new_id(),
                title_id=title_id,
                kind=line.kind.value,
                start_ms=line.start_ms,
                end_ms=line.end_ms,
                label=line.label,
            )
            for line in lines
        ]
        await self._replace(MarkerRow, title_id, rows)

    async def replace_related(self, title_id: UUID, lines: Iterable[RelatedLine]) -> None:
        """Write how other titles stand to this one."""
        rows = [
            RelationRow(title_id=title_id, related_id=line.title_id, kind=line.kind.value)
            for line in lines
        ]
        await self._replace(RelationRow, title_id, rows)

    async def _grouped(self, query: Any, make: Any = None) -> dict[UUID, list[Any]]:  # noqa: ANN401
        found: dict[UUID, list[Any]] = defaultdict(list)
        for title_id, *values in await self._work.session.execute(query):
            found[title_id].append(make(*values) if make else values[0])
        return found

    async def _replace(self, row: type[Row], title_id: UUID, rows: Sequence[Row]) -> None:
        await self._work.session.execute(delete(row).where(row.title_id == title_id))
        self._work.session.add_all(rows)
        await self._work.session.flush()


def _marker(kind: str, start_ms: int, end_ms: int, label: str) -> MarkerLine:
    return MarkerLine(MarkerKind(kind), start_ms, end_ms, label)


def _related(related_id: UUID, kind: str) -> RelatedLine:
    return RelatedLine(related_id, RelationKind(kind))
