"""All SQL of search."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select

from streamverse.domains.search.models import (
    ChoiceRow,
    DocumentRow,
    HistoryRow,
    PairRow,
    QueryDayRow,
    RevisionRow,
)
from streamverse.kit.db import insert_into
from streamverse.kit.work import Work

THE_ONE = 1


@dataclass(frozen=True, slots=True)
class Revision:
    """How far the documents are written."""

    version: int
    generation: int


@dataclass(frozen=True, slots=True)
class Change:
    """A document as it is now; without words it is gone."""

    id: UUID
    tenant_id: UUID
    words: Mapping[str, Any] | None
    version: int


class Documents:
    """The words by which things are found."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def revision(self) -> Revision | None:
        """Tell how far the documents are written; None before anything was."""
        query = select(RevisionRow.version, RevisionRow.generation)
        found = (await self._work.session.execute(query)).first()
        return Revision(found.version, found.generation) if found else None

    async def take_versions(self, count: int, *, generations: int = 0) -> int:
        """Give the first of so many new versions; others wait until this Work ends."""
        added = {"id": THE_ONE, "version": count, "generation": generations}
        taken = await self._work.session.scalars(
            insert_into(self._work.session, RevisionRow)
            .values(added)
            .on_conflict_do_update(
                index_elements=[RevisionRow.id],
                set_={
                    "version": RevisionRow.version + count,
                    "generation": RevisionRow.generation + generations,
                },
            )
            .returning(RevisionRow.version)
        )
        return int(taken.one()) - count + 1

    async def words(self, ids: Collection[UUID]) -> Mapping[UUID, Mapping[str, Any] | None]:
        """Give what is kept of some documents."""
        query = select(DocumentRow.id, DocumentRow.words).where(DocumentRow.id.in_(ids))
        return {row.id: row.words for row in await self._work.session.execute(query)}

    async def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write documents, in place of what they were."""
        insert = insert_into(self._work.session, DocumentRow)
        written = {
            name: getattr(insert.excluded, name) for name in ("words", "version", "changed_at")
        }
        await self._work.session.execute(
            insert.on_conflict_do_update(index_elements=[DocumentRow.id], set_=written),
            [dict(row) for row in rows],
        )

    async def after(self, version: int, limit: int) -> Sequence[Change]:
        """List the documents of higher versions, in their order."""
        query = (
            select(DocumentRow.id, DocumentRow.tenant_id, DocumentRow.words, DocumentRow.version)
            .where(DocumentRow.version > version)
            .order_by(DocumentRow.version)
            .limit(limit)
        )
        return [Change(*row) for row in await self._work.session.execute(query)]

    async def page(self, kind: str, after: UUID | None, limit: int) -> Sequence[UUID]:
        """List the numbers of documents of a kind that are not gone, from above one."""
        query = select(DocumentRow.id).where(
            DocumentRow.kind == kind, DocumentRow.words.is_not(None)
        )
        if after is not None:
            query = query.where(DocumentRow.id > after)
        found = await self._work.session.scalars(query.order_by(DocumentRow.id).limit(limit))
        return list(found)

    async def forget_gone(self, before: datetime) -> None:
        """Forget documents that went so long ago that every index has heard of it."""
        await self._work.session.execute(
            delete(DocumentRow).where(DocumentRow.words.is_(None), DocumentRow.changed_at < before)
        )


class History:
    """What profiles looked for."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def page(self, profile_id: UUID, limit: int) -> Sequence[HistoryRow]:
        """List what a profile looked for, the last first."""
        query = select(HistoryRow).where(HistoryRow.profile_id == profile_id)
        query = query.order_by(HistoryRow.searched_at.desc(), HistoryRow.id.desc()).limit(limit)
        return list(await self._work.session.scalars(query))

    async def write(self, row: Mapping[str, Any]) -> None:
        """Keep what a profile looked for; the same again is looked for last."""
        insert = insert_into(self._work.session, HistoryRow)
        names = ("query", "chosen_kind", "chosen_id", "searched_at")
        written = {name: getattr(insert.excluded, name) for name in names}
        await self._work.session.execute(
            insert.on_conflict_do_update(
                index_elements=[HistoryRow.profile_id, HistoryRow.folded], set_=written
            ),
            [dict(row)],
        )

    async def chosen_since(self, profile_id: UUID, since: datetime) -> Sequence[tuple[str, UUID]]:
        """List what a profile went on to since a moment."""
        query = select(HistoryRow.chosen_kind, HistoryRow.chosen_id).where(
            HistoryRow.profile_id == profile_id,
            HistoryRow.searched_at >= since,
            HistoryRow.chosen_id.is_not(None),
        )
        found = await self._work.session.execute(query)
        return [(row.chosen_kind, row.chosen_id) for row in found]

    async def keep_last(self, profile_id: UUID, count: int) -> None:
        """Forget all but the last searches of a profile."""
        kept = (
            select(HistoryRow.id)
            .where(HistoryRow.profile_id == profile_id)
            .order_by(HistoryRow.searched_at.desc(), HistoryRow.id.desc())
            .limit(count)
        )
        await self._work.session.execute(
            delete(HistoryRow).where(
                HistoryRow.profile_id == profile_id, HistoryRow.id.not_in(kept)
            )
        )

    async def remove(self, profile_id: UUID, entry_id: UUID | None = None) -> int:
        """Forget one search of a profile, or all; tell how many went."""
        query = delete(HistoryRow).where(HistoryRow.profile_id == profile_id)
        if entry_id is not None:
            query = query.where(HistoryRow.id == entry_id)
        removed = await self._work.session.execute(query.returning(HistoryRow.id))
        return len(removed.all())


class Choices:
    """What people went on to from what they searched, without who."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def count(self, kind: str, chosen_id: UUID) -> None:
        """Count that something was chosen today."""
        row = {"day": self._work.now.date(), "chosen_id": chosen_id, "kind": kind, "count": 1}
        await self._work.session.execute(
            insert_into(self._work.session, ChoiceRow).on_conflict_do_update(
                index_elements=[ChoiceRow.day, ChoiceRow.chosen_id],
                set_={"count": ChoiceRow.count + 1},
            ),
            [row],
        )

    async def pair(self, chosen_id: UUID, other_kind: str, other_id: UUID) -> None:
        """Count that who chose one thing had chosen another."""
        today = self._work.now.date()
        row = {
            "chosen_id": chosen_id,
            "other_id": other_id,
            "other_kind": other_kind,
            "count": 1,
            "paired_on": today,
        }
        await self._work.session.execute(
            insert_into(self._work.session, PairRow).on_conflict_do_update(
                index_elements=[PairRow.chosen_id, PairRow.other_id],
                set_={"count": PairRow.count + 1, "paired_on": today},
            ),
            [row],
        )

    async def most_chosen(self, since: date, limit: int) -> Sequence[tuple[str, UUID]]:
        """List what was chosen most since a day."""
        total = func.sum(ChoiceRow.count)
        query = (
            select(ChoiceRow.kind, ChoiceRow.chosen_id)
            .where(ChoiceRow.day >= since)
            .group_by(ChoiceRow.kind, ChoiceRow.chosen_id)
            .order_by(total.desc(), ChoiceRow.chosen_id)
            .limit(limit)
        )
        return [(row.kind, row.chosen_id) for row in await self._work.session.execute(query)]

    async def also_chosen(
        self, chosen_ids: Collection[UUID], limit: int
    ) -> Sequence[tuple[str, UUID]]:
        """List what those chose who chose some things."""
        total = func.sum(PairRow.count)
        query = (
            select(PairRow.other_kind, PairRow.other_id)
            .where(PairRow.chosen_id.in_(chosen_ids), PairRow.other_id.not_in(chosen_ids))
            .group_by(PairRow.other_kind, PairRow.other_id)
            .order_by(total.desc(), PairRow.other_id)
            .limit(limit)
        )
        return [(row.other_kind, row.other_id) for row in await self._work.session.execute(query)]

    async def forget(self, before: date) -> None:
        """Forget what was chosen before a day."""
        await self._work.session.execute(delete(ChoiceRow).where(ChoiceRow.day < before))
        await self._work.session.execute(delete(PairRow).where(PairRow.paired_on < before))


@dataclass(frozen=True, slots=True)
class SearchedWords:
    """Words, how often they were searched, and how often nothing was found."""

    query: str
    search_count: int
    empty_count: int


@dataclass(frozen=True, slots=True)
class SearchedDay:
    """A day's searches, and those that found nothing."""

    day: date
    search_count: int
    empty_count: int


class QueryDays:
    """What was searched how often, by day and not by whom."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add to the counts of days."""
        insert = insert_into(self._work.session, QueryDayRow)
        counts = {
            name: getattr(QueryDayRow, name) + getattr(insert.excluded, name)
            for name in ("search_count", "empty_count")
        }
        await self._work.session.execute(
            insert.on_conflict_do_update(
                index_elements=[QueryDayRow.tenant_id, QueryDayRow.day, QueryDayRow.query],
                set_=counts,
            ),
            [dict(row) for row in rows],
        )

    async def most(self, since: date, *, is_empty: bool, limit: int) -> Sequence[SearchedWords]:
        """List what was searched most since a day, or most in vain."""
        searches, empties = func.sum(QueryDayRow.search_count), func.sum(QueryDayRow.empty_count)
        query = (
            select(QueryDayRow.query, searches, empties)
            .where(QueryDayRow.day >= since)
            .group_by(QueryDayRow.query)
            .order_by((empties if is_empty else searches).desc(), QueryDayRow.query)
            .limit(limit)
        )
        if is_empty:
            query = query.having(empties > 0)
        found = await self._work.session.execute(query)
        return [SearchedWords(words, int(all_), int(empty)) for words, all_, empty in found]

    async def days(self, since: date) -> Sequence[SearchedDay]:
        """List the days since one, the last first."""
        query = (
            select(
                QueryDayRow.day,
                func.sum(QueryDayRow.search_count),
                func.sum(QueryDayRow.empty_count),
            )
            .where(QueryDayRow.day >= since)
            .group_by(QueryDayRow.day)
            .order_by(QueryDayRow.day.desc())
        )
        found = await self._work.session.execute(query)
        return [SearchedDay(day, int(all_), int(empty)) for day, all_, empty in found]

    async def forget(self, before: date) -> None:
        """Forget what was searched before a day."""
        await self._work.session.execute(delete(QueryDayRow).where(QueryDayRow.day < before))


def days_before(now: datetime, count: int) -> date:
    """Give the day so many days ago."""
    return now.date() - timedelta(days=count)
