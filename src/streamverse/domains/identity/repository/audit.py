"""The SQL of the audit log: entries are added and read, nothing else."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select

from streamverse.domains.identity.models import AuditHeadRow, AuditRow
from streamverse.domains.identity.rules.audit import (
    BEGINNING,
    AuditEntry,
    ChainedEntry,
    ChainHead,
)
from streamverse.kit.db import insert_into
from streamverse.kit.work import Work

BATCH_SIZE = 1000


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries somebody asks for; what is left out matches all."""

    actor_id: UUID | None = None
    action: str | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        """Say the same in SQL."""
        if self.actor_id is not None:
            yield AuditRow.actor_id == self.actor_id
        if self.action is not None:
            yield AuditRow.action == self.action
        if self.subject is not None:
            yield AuditRow.subject == self.subject
        if self.since is not None:
            yield AuditRow.at >= self.since
        if self.until is not None:
            yield AuditRow.at < self.until


class AuditLog:
    """What was done, in order, one chain for each tenant."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def lock_head(self) -> AuditHeadRow:
        """Get the end of the tenant's log for adding to it; others who want to add wait."""
        session = self._work.session
        beginning = {"count": BEGINNING.count, "hash": BEGINNING.hash}
        await session.execute(
            insert_into(session, AuditHeadRow).on_conflict_do_nothing(), [beginning]
        )
        locked = await session.scalars(
            select(AuditHeadRow).with_for_update().execution_options(populate_existing=True)
        )
        return locked.one()

    async def add(self, head: AuditHeadRow, chained: ChainedEntry) -> None:
        """Add an entry at the end that is locked."""
        entry = chained.entry
        row = AuditRow(
            tenant_id=entry.tenant_id,
            seq=entry.seq,
            at=entry.at,
            actor_id=entry.actor_id,
            api_key_id=entry.api_key_id,
            place=entry.place,
            action=entry.action,
            subject=entry.subject,
            facts=dict(entry.facts),
            previous_hash=chained.previous_hash,
            hash=chained.hash,
        )
        self._work.session.add(row)
        head.count, head.hash = entry.seq, chained.hash
        await self._work.session.flush()

    async def page(
        self, wanted: AuditFilter, *, before: int | None, limit: int
    ) -> Sequence[AuditRow]:
        """List entries, latest first, from below a number."""
        query = (
            select(AuditRow).where(*wanted.conditions()).order_by(AuditRow.seq.desc()).limit(limit)
        )
        if before is not None:
            query = query.where(AuditRow.seq < before)
        return (await self._work.session.scalars(query)).all()

    async def find_head(self) -> ChainHead:
        """Find where the log says that it ends."""
        row = await self._work.session.scalar(select(AuditHeadRow))
        return ChainHead(row.count, row.hash) if row else BEGINNING

    async def read(
        self, *, after: int | None = None, until: int | None = None
    ) -> AsyncGenerator[ChainedEntry]:
        """Read the tenant's log in its order, some entries at a time."""
        query = select(AuditRow).order_by(AuditRow.seq).limit(BATCH_SIZE)
        if until is not None:
            query = query.where(AuditRow.seq <= until)
        while True:
            beyond = query if after is None else query.where(AuditRow.seq > after)
            rows = (await self._work.session.scalars(beyond)).all()
            for row in rows:
                yield _as_found(row)
            if len(rows) < BATCH_SIZE:
                return
            after = rows[-1].seq
            self._work.session.expunge_all()


def _as_found(row: AuditRow) -> ChainedEntry:
    entry = AuditEntry(
        tenant_id=row.tenant_id,
        seq=row.seq,
        at=row.at,
        actor_id=row.actor_id,
        api_key_id=row.api_key_id,
        place=row.place,
        action=row.action,
        subject=row.subject,
        facts=row.facts,
    )
    return ChainedEntry(entry, row.previous_hash, row.hash)
