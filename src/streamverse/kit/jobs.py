"""Work that must be done even if the machine dies: what a job is, and its row.

A job is a row with a lease. A worker takes a short lease and renews it by heartbeat; the fencing
number (``fence``) that it got with the lease must still match in its last write, so a worker that
was thought dead and comes back changes nothing. ``worker.py`` runs what is declared here.
"""

from __future__ import annotations

import asyncio
import contextlib
import enum
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar
from uuid import UUID

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
import msgspec
from sqlalchemy import Index, Select, SmallInteger, delete, func, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from streamverse.kit.db import Base, JsonObject, TenantOwned, insert_into
from streamverse.kit.errors import Conflict, NotFound, Problem
from streamverse.kit.naming import stored_name

if TYPE_CHECKING:
    from streamverse.kit.db import Database
    from streamverse.kit.work import Work
    from streamverse.kit.worker import Run

log = logging.getLogger(__name__)
_untyped: Any = asyncpg  # it brings no types

# A viewer who waits goes before what nobody waits for, and that before a batch.
HIGH, WAITED_FOR, NORMAL, LOW = 10, 30, 50, 90
DEFAULT_LANE = "default"
CHANNEL = "streamverse_jobs"
RECONNECT_AFTER_S = 1.0


class Job:
    """The parent of every job's arguments: subclasses are frozen dataclasses named verb + noun."""

    __slots__ = ()
    lane: ClassVar[str] = DEFAULT_LANE


class JobState(enum.StrEnum):
    """Where a job is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"
    CANCELLED = "cancelled"


ACTIVE = (JobState.QUEUED, JobState.RUNNING)


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class JobRow(TenantOwned, Base):
    """A job as it is kept."""

    __tablename__ = "kit_job"
    __table_args__ = (
        Index(
            "ix_kit_job_due",
            "lane",
            "tenant_id",
            "priority",
            "run_at",
            **_where("state = 'queued'"),
        ),
        Index("ix_kit_job_running", "lane", "tenant_id", **_where("state = 'running'")),
        Index("ix_kit_job_started", "lane", "tenant_id", "started_at"),
        Index("ix_kit_job_leases", "lease_until", **_where("state = 'running'")),
        Index(
            "ix_kit_job_cancelled",
            "cancel_requested_at",
            **_where("state = 'queued' AND cancel_requested_at IS NOT NULL"),
        ),
        Index(
            "uq_kit_job_dedupe",
            "tenant_id",
            "dedupe_key",
            unique=True,
            **_where("state IN ('queued', 'running')"),
        ),
        Index(None, "subject_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    lane: Mapped[str]
    arguments: Mapped[JsonObject]
    subject_id: Mapped[UUID | None]
    dedupe_key: Mapped[str | None]
    priority: Mapped[int] = mapped_column(SmallInteger)
    needs: Mapped[str | None]
    run_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default=JobState.QUEUED.value)
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    losses: Mapped[int] = mapped_column(SmallInteger, default=0)
    fence: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    cancel_requested_at: Mapped[datetime | None]
    progress: Mapped[float | None]
    stage: Mapped[str | None]
    problem: Mapped[JsonObject | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class JobOrder:
    """A job that a Work has ordered and not yet written."""

    id: UUID
    name: str
    lane: str
    arguments: JsonObject
    run_at: datetime
    priority: int
    subject_id: UUID | None = None
    dedupe_key: str | None = None
    needs: str | None = None


J = TypeVar("J", bound=Job)
Brief = Callable[["Work", Any], Awaitable[None]]
Lengthy = Callable[["Run", Any], Awaitable[None]]
Ending = Callable[["Work", Any, Problem], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Handler:
    """How one type of job is done.

    ``brief`` handlers get the Work in which the job is also marked done; ``lengthy`` ones open
    short Works of their own through their Run. ``ending`` hears, in the same Work, that the job was
    given up or cancelled.
    """

    name: str
    arguments: type[Any]
    brief: Brief | None = None
    lengthy: Lengthy | None = None
    ending: Ending | None = None
    max_attempts: int = 5


@dataclass(frozen=True, slots=True)
class Schedule:
    """A job that is ordered again and again; one order waits or runs at a time."""

    job: Job
    every: timedelta


class JobHandlers:
    """The handlers and schedules that one domain declares in its ``jobs.py``."""

    def __init__(self) -> None:
        self._handlers: list[Handler] = []
        self.schedules: list[Schedule] = []

    def brief(
        self,
        job: type[J],
        call: Callable[[Work, J], Awaitable[None]],
        *,
        ending: Ending | None = None,
    ) -> None:
        """Declare a job that is one transaction; running it twice must be harmless."""
        self._handlers.append(Handler(job_name(job), job, brief=call, ending=ending))

    def lengthy(
        self,
        job: type[J],
        call: Callable[[Run, J], Awaitable[None]],
        *,
        ending: Ending | None = None,
    ) -> None:
        """Declare a job that takes seconds to hours and reports its progress."""
        self._handlers.append(Handler(job_name(job), job, lengthy=call, ending=ending))

    def every(self, period: timedelta, job: Job) -> None:
        """Declare that a job is run again and again."""
        self.schedules.append(Schedule(job, period))

    def __iter__(self) -> Iterator[Handler]:
        """Iterate over the handlers that were declared."""
        return iter(self._handlers)


def job_name(job: type[Job]) -> str:
    """Give the stored name of a type of job."""
    return stored_name(job)


def listener_job_name(listener: str) -> str:
    """Give the stored name of the job that delivers events to a listener."""
    return f"{listener}@event"


def to_arguments(job: Job) -> JsonObject:
    """Turn a job's arguments into what is stored."""
    return msgspec.to_builtins(job)


async def insert_orders(
    session: AsyncSession, orders: Sequence[JobOrder], tenant_id: UUID, now: datetime
) -> None:
    """Write ordered jobs into the transaction, but for those whose ``dedupe_key`` is active."""
    rows = [
        {
            **{name: getattr(order, name) for name in JobOrder.__slots__},
            "tenant_id": tenant_id,
            "created_at": now,
        }
        for order in orders
    ]
    await session.execute(insert_into(session, JobRow).on_conflict_do_nothing(), rows)


class JobNotFound(NotFound):
    """There is no such job."""

    code = "kit.job_not_found"
    title = "No such job"

    def __init__(self, job_id: UUID) -> None:
        super().__init__("There is no such job, or it is no longer kept.", job_id=str(job_id))


class JobEnded(Conflict):
    """The job has ended, or has not, contrary to what the request needs."""

    code = "kit.job_state_conflict"
    title = "The job is in another state"


class JobCancelled(Problem):
    """Somebody cancelled the job."""

    status = 409
    code = "kit.job_cancelled"
    title = "Cancelled"

    def __init__(self) -> None:
        super().__init__("This was cancelled.")


class JobPostponed(Exception):
    """What a handler raises that wants to be asked again later; that counts as no attempt."""

    def __init__(self, delay: timedelta) -> None:
        super().__init__(f"It is to be done in {delay}.")
        self.delay = delay


class Jobs:
    """The job rows, as one tenant sees them."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def get(self, job_id: UUID) -> JobRow:
        """Get a job, or fail with ``JobNotFound``."""
        return await self._one(job_id, select(JobRow))

    async def lock(self, job_id: UUID) -> JobRow:
        """Get a job for change, or fail with ``JobNotFound``."""
        return await self._one(job_id, select(JobRow).with_for_update())

    async def _one(self, job_id: UUID, query: Select[JobRow]) -> JobRow:
        row = await self._work.session.scalar(query.where(JobRow.id == job_id))
        if row is None:
            raise JobNotFound(job_id)
        return row

    async def of_subjects(self, subject_ids: Sequence[UUID]) -> Sequence[JobRow]:
        """List the jobs about some subjects, oldest first."""
        found = await self._work.session.scalars(
            select(JobRow).where(JobRow.subject_id.in_(subject_ids)).order_by(JobRow.id)
        )
        return found.all()

    async def forget_done(self, jobs: Sequence[type[Job]], before: datetime) -> None:
        """Forget jobs that were done before a moment: those that are ordered every minute."""
        await self._work.session.execute(
            delete(JobRow).where(
                JobRow.state == JobState.DONE,
                JobRow.name.in_([job_name(job) for job in jobs]),
                JobRow.finished_at < before,
            )
        )

    async def active_of(self, subject_ids: Sequence[UUID]) -> Sequence[JobRow]:
        """List the jobs about some subjects that wait or run, oldest first."""
        found = await self._work.session.scalars(
            select(JobRow)
            .where(JobRow.subject_id.in_(subject_ids), JobRow.state.in_(ACTIVE))
            .order_by(JobRow.id)
        )
        return found.all()

    async def page(
        self, *, before: UUID | None, limit: int, state: JobState | None = None
    ) -> Sequence[JobRow]:
        """List jobs, newest first, from below an id."""
        query = select(JobRow).order_by(JobRow.id.desc()).limit(limit)
        if before is not None:
            query = query.where(JobRow.id < before)
        if state is not None:
            query = query.where(JobRow.state == state)
        return (await self._work.session.scalars(query)).all()

    async def running(self) -> Sequence[JobRow]:
        """List what is being done, oldest first."""
        found = await self._work.session.scalars(
            select(JobRow).where(JobRow.state == JobState.RUNNING).order_by(JobRow.id)
        )
        return found.all()

    async def count_active(self, subject_id: UUID, name: str) -> int:
        """Count the jobs of a name that wait or run for a subject."""
        count = await self._work.session.scalar(
            select(func.count())
            .select_from(JobRow)
            .where(JobRow.subject_id == subject_id, JobRow.name == name, JobRow.state.in_(ACTIVE))
        )
        return count or 0

    async def cancel(self, job_id: UUID) -> JobRow:
        """Cancel a job: a worker ends it soon when it waits, or at its next heartbeat."""
        row = await self.lock(job_id)
        if row.state not in ACTIVE:
            raise JobEnded(
                f"This job is {row.state}, so there is nothing to cancel.", state=row.state
            )
        row.cancel_requested_at = self._work.now
        row.run_at = min(row.run_at, self._work.now)
        self._work.wake_workers()
        return row

    async def cancel_subject(self, subject_id: UUID) -> None:
        """Drop the waiting jobs about a subject without a word, and ask running ones to stop."""
        active = (JobRow.subject_id == subject_id, JobRow.state.in_(ACTIVE))
        await self._work.session.execute(
            update(JobRow)
            .where(*active, JobRow.state == JobState.QUEUED)
            .values(state=JobState.CANCELLED, finished_at=self._work.now)
        )
        await self._work.session.execute(
            update(JobRow).where(*active).values(cancel_requested_at=self._work.now)
        )

    async def keep_subject(self, subject_id: UUID) -> None:
        """Take back what asked the jobs about a subject to stop, where they have not yet."""
        await self._work.session.execute(
            update(JobRow)
            .where(JobRow.subject_id == subject_id, JobRow.state.in_(ACTIVE))
            .values(cancel_requested_at=None)
        )

    async def raise_priority(self, subject_id: UUID, priority: int = WAITED_FOR) -> None:
        """Let what is still to be done about a subject go before other work, in its own order.

        Jobs of different lanes do not wait for each other, so that each lane is raised by itself.
        """
        session = self._work.session
        active = (JobRow.subject_id == subject_id, JobRow.state.in_(ACTIVE))
        firsts = await session.execute(
            select(JobRow.lane, func.min(JobRow.priority)).where(*active).group_by(JobRow.lane)
        )
        for lane, first in firsts.all():
            if first > priority:
                raised = JobRow.priority - (first - priority)
                await session.execute(
                    update(JobRow).where(*active, JobRow.lane == lane).values(priority=raised)
                )
                self._work.wake_workers()

    async def retry(self, job_id: UUID) -> JobRow:
        """Queue a job that was given up or cancelled once more."""
        row = await self.lock(job_id)
        if row.state not in (JobState.DEAD, JobState.CANCELLED):
            raise JobEnded(
                f"This job is {row.state}: only one that failed can be retried.", state=row.state
            )
        row.state, row.run_at = JobState.QUEUED, self._work.now
        row.attempts = row.losses = 0
        row.cancel_requested_at = row.finished_at = row.problem = None
        try:
            await self._work.session.flush()
        except IntegrityError as twin:
            raise JobEnded("The same job has been ordered again and is not done yet.") from twin
        self._work.wake_workers()
        return row


class Wake:
    """Tells waiting workers of work: in this process and, on PostgreSQL, in all others."""

    def __init__(self, database: Database) -> None:
        self._is_sqlite = database.is_sqlite
        self._bell = asyncio.Event()

    async def announce(self, session: AsyncSession) -> None:
        """Let other processes know with the commit; those on SQLite look for themselves."""
        if not self._is_sqlite:
            await session.execute(select(func.pg_notify(CHANNEL, "")))

    def ring(self) -> None:
        """Wake the workers of this process."""
        self._bell.set()
        self._bell = asyncio.Event()

    def bell(self) -> asyncio.Event:
        """Give what rings for all that comes from now on: take it, then look, then wait for it."""
        return self._bell

    async def wait(self, bell: asyncio.Event, timeout_s: float) -> None:
        """Wait for the bell, or for the time to look anyway."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await bell.wait()

    async def listen(self, dsn: str) -> None:
        """Ring for what other processes announce over PostgreSQL, until cancelled."""
        while True:
            try:
                await self._listen_until_closed(dsn)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                log.warning("cannot hear of new jobs: PostgreSQL does not answer", exc_info=True)
            await asyncio.sleep(RECONNECT_AFTER_S)

    async def _listen_until_closed(self, dsn: str) -> None:
        connection = await _untyped.connect(dsn)
        closed = asyncio.Event()

        def end(_connection: object) -> None:
            closed.set()

        def hear(*_notice: object) -> None:
            self.ring()

        connection.add_termination_listener(end)
        try:
            await connection.add_listener(CHANNEL, hear)
            self.ring()  # for what was announced while nobody listened
            await closed.wait()
        finally:
            connection.terminate()
