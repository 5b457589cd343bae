"""All SQL of playback."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, and_, bindparam, delete, func, or_, select, update

from streamverse.domains.identity.contracts import AccountId, SessionId
from streamverse.domains.media.contracts import PackageId
from streamverse.domains.playback.contracts import LEASE, EndedBy, PlaybackSessionId
from streamverse.domains.playback.errors import SessionNotFound
from streamverse.domains.playback.models import IssueRow, PlaybackSessionRow
from streamverse.domains.playback.rules.lines import Watched
from streamverse.domains.playback.rules.summaries import Measured
from streamverse.kit.db import JsonObject
from streamverse.kit.questions import Question, insert_row
from streamverse.kit.work import Work


@dataclass(frozen=True, slots=True)
class OpenSession:
    """What the door asks of a session that is open, in the order of ``_OPEN``."""

    id: UUID
    log_in_id: UUID
    title_id: UUID | None
    stream_id: UUID | None
    profile_id: UUID | None
    device_id: UUID | None
    device_name: str
    opened_at: datetime
    lease_until: datetime

    @property
    def watched_id(self) -> UUID | None:
        """What is watched: the title, or the stream."""
        return self.title_id or self.stream_id


# So many sessions of a device say how its line is.
LINE_JUDGED_BY = 10
_OPEN = Question(
    select(
        PlaybackSessionRow.id,
        PlaybackSessionRow.log_in_id,
        PlaybackSessionRow.title_id,
        PlaybackSessionRow.stream_id,
        PlaybackSessionRow.profile_id,
        PlaybackSessionRow.device_id,
        PlaybackSessionRow.device_name,
        PlaybackSessionRow.opened_at,
        PlaybackSessionRow.lease_until,
    )
    .where(
        PlaybackSessionRow.account_id == bindparam("account_id", type_=Uuid()),
        PlaybackSessionRow.ended_at.is_(None),
    )
    .order_by(PlaybackSessionRow.id)
)
_WATCHED_ON = Question(
    select(
        PlaybackSessionRow.network,
        PlaybackSessionRow.throughput_bps,
        PlaybackSessionRow.played_ms,
        PlaybackSessionRow.stalled_ms,
    )
    .where(PlaybackSessionRow.device_id == bindparam("device_id", type_=Uuid()))
    .order_by(PlaybackSessionRow.id.desc())
    .limit(LINE_JUDGED_BY)
)


class PlaybackSessions:
    """Who watches, and who has watched."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def add(self, values: Mapping[str, Any]) -> None:
        """Add a session."""
        await insert_row(self._work.session, PlaybackSessionRow, values)

    async def find(self, session_id: PlaybackSessionId) -> PlaybackSessionRow | None:
        """Find a session, open or not."""
        return await self._work.session.scalar(
            select(PlaybackSessionRow).where(PlaybackSessionRow.id == session_id)
        )

    async def get(
        self, session_id: PlaybackSessionId, account_id: UUID | None = None
    ) -> PlaybackSessionRow:
        """Get a session, of one account where it is given, or fail with ``SessionNotFound``."""
        row = await self.find(session_id)
        if row is None or account_id not in {None, row.account_id}:
            raise SessionNotFound
        return row

    async def get_for_change(
        self, session_id: PlaybackSessionId, account_id: UUID | None
    ) -> PlaybackSessionRow:
        """Get a session of an account for change, or fail with ``SessionNotFound``."""
        row = next(iter(await self.lock([session_id])), None)
        if row is None or row.account_id != account_id:
            raise SessionNotFound
        return row

    async def lock(self, session_ids: Collection[UUID]) -> Sequence[PlaybackSessionRow]:
        """Get sessions for change, in an order in which nobody waits in a circle."""
        query = (
            select(PlaybackSessionRow)
            .where(PlaybackSessionRow.id.in_(session_ids))
            .order_by(PlaybackSessionRow.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        return (await self._work.session.scalars(query)).all()

    async def end_silent(self) -> None:
        """End the sessions whose lease has run out."""
        await self._work.session.execute(
            update(PlaybackSessionRow)
            .where(
                PlaybackSessionRow.ended_at.is_(None),
                PlaybackSessionRow.lease_until <= self._work.now,
            )
            .values(ended_at=PlaybackSessionRow.lease_until, ended_by=EndedBy.SILENCE.value)
            .execution_options(synchronize_session=False)
        )

    async def end_of_log_ins(self, log_in_ids: Collection[SessionId]) -> None:
        """End what was opened by log-ins that are no more."""
        await self._work.session.execute(
            update(PlaybackSessionRow)
            .where(
                PlaybackSessionRow.log_in_id.in_(log_in_ids), PlaybackSessionRow.ended_at.is_(None)
            )
            .values(ended_at=self._work.now, ended_by=EndedBy.LOG_OUT.value)
        )

    async def open_of(self, account_id: AccountId) -> Sequence[OpenSession]:
        """List the open sessions of an account, the oldest first."""
        found = await _OPEN.ask(self._work.session, account_id=account_id)
        return [OpenSession(*row) for row in found]

    async def end(self, session_ids: Collection[UUID], by: EndedBy) -> None:
        """End open sessions now; those that went silent ended with their lease."""
        ended_at = PlaybackSessionRow.lease_until if by is EndedBy.SILENCE else self._work.now
        await self._work.session.execute(
            update(PlaybackSessionRow)
            .where(PlaybackSessionRow.id.in_(session_ids), PlaybackSessionRow.ended_at.is_(None))
            .values(ended_at=ended_at, ended_by=by.value)
            .execution_options(synchronize_session=False)
        )

    async def go_on(
        self, session_id: UUID, package_id: PackageId | None, tailoring: JsonObject
    ) -> None:
        """Let a session go on that asks for addresses again."""
        await self._work.session.execute(
            update(PlaybackSessionRow)
            .where(PlaybackSessionRow.id == session_id)
            .values(lease_until=self._work.now + LEASE, package_id=package_id, tailoring=tailoring)
            .execution_options(synchronize_session=False)
        )

    async def devices_of(self, account_id: AccountId, since: datetime) -> set[UUID]:
        """Find on which devices an account has watched since some moment."""
        found = await self._work.session.scalars(
            select(PlaybackSessionRow.device_id)
            .distinct()
            .where(
                PlaybackSessionRow.account_id == account_id,
                PlaybackSessionRow.device_id.is_not(None),
                PlaybackSessionRow.opened_at >= since,
            )
        )
        return {device_id for device_id in found if device_id is not None}

    async def device_names_of(self, account_id: AccountId, since: datetime) -> Mapping[UUID, str]:
        """Find the same with the names of the devices, in the order of the alphabet."""
        name = func.max(PlaybackSessionRow.device_name)
        query = (
            select(PlaybackSessionRow.device_id, name)
            .where(
                PlaybackSessionRow.account_id == account_id,
                PlaybackSessionRow.device_id.is_not(None),
                PlaybackSessionRow.opened_at >= since,
            )
            .group_by(PlaybackSessionRow.device_id)
            .order_by(name, PlaybackSessionRow.device_id)
        )
        found = await self._work.session.execute(query)
        return {device_id: name for device_id, name in found if device_id is not None}

    async def watched_on(self, device_id: UUID, network: str) -> Sequence[Watched]:
        """Give how the last sessions of a device went, the newest first."""
        rows = await _WATCHED_ON.ask(self._work.session, device_id=device_id)
        return [Watched(row[0] == network, row[1], row[2], row[3]) for row in rows]

    async def page(
        self, *, is_running: bool | None, is_reported: bool, before: UUID | None, limit: int
    ) -> Sequence[PlaybackSessionRow]:
        """List sessions, the newest first; ``is_reported`` for those with issues alone."""
        running = and_(
            PlaybackSessionRow.ended_at.is_(None), PlaybackSessionRow.lease_until > self._work.now
        )
        query = select(PlaybackSessionRow).order_by(PlaybackSessionRow.id.desc()).limit(limit)
        if is_running is not None:
            past = or_(
                PlaybackSessionRow.ended_at.is_not(None),
                PlaybackSessionRow.lease_until <= self._work.now,
            )
            query = query.where(running if is_running else past)
        if is_reported:
            reported = select(IssueRow.id).where(IssueRow.session_id == PlaybackSessionRow.id)
            query = query.where(reported.exists())
        if before is not None:
            query = query.where(PlaybackSessionRow.id < before)
        return (await self._work.session.scalars(query)).all()

    async def measured(self, since: datetime, limit: int) -> Sequence[Measured]:
        """List how sessions went since some moment, the newest first."""
        columns = [getattr(PlaybackSessionRow, name) for name in Measured.__slots__]
        query = (
            select(*columns)
            .where(PlaybackSessionRow.opened_at >= since)
            .order_by(PlaybackSessionRow.opened_at.desc())
            .limit(limit)
        )
        return [Measured(*row) for row in await self._work.session.execute(query)]

    async def of_account(self, account_id: AccountId) -> Sequence[PlaybackSessionRow]:
        """List all that is kept of an account."""
        query = (
            select(PlaybackSessionRow)
            .where(PlaybackSessionRow.account_id == account_id)
            .order_by(PlaybackSessionRow.id)
        )
        return (await self._work.session.scalars(query)).all()

    async def forget(self, before: datetime) -> int:
        """Delete the sessions that ended before some moment, and say how many."""
        gone = delete(PlaybackSessionRow).where(PlaybackSessionRow.ended_at < before)
        return len((await self._work.session.scalars(gone.returning(PlaybackSessionRow.id))).all())


class Issues:
    """What was reported of sessions."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def add(self, row: IssueRow) -> None:
        """Add a report."""
        self._work.session.add(row)
        await self._work.session.flush()

    async def of_sessions(self, session_ids: Collection[UUID]) -> Sequence[IssueRow]:
        """List what was reported of some sessions."""
        query = select(IssueRow).where(IssueRow.session_id.in_(session_ids)).order_by(IssueRow.id)
        return (await self._work.session.scalars(query)).all()

    async def count(self, session_id: PlaybackSessionId) -> int:
        """Count what was reported of a session."""
        query = select(func.count()).where(IssueRow.session_id == session_id)
        return await self._work.session.scalar(query) or 0
