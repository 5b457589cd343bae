"""Runs jobs: claims with a lease, heartbeats, retries with back-off, gives up into dead letters."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import msgspec
from sqlalchemy import ColumnElement, select, update

from streamverse.kit.db import JsonObject
from streamverse.kit.errors import Problem, Throttled, Unavailable
from streamverse.kit.events import Listener
from streamverse.kit.jobs import (
    Ending,
    Handler,
    JobCancelled,
    JobRow,
    JobState,
    Schedule,
    job_name,
    listener_job_name,
)
from streamverse.kit.work import Actor, Work, Workshop

log = logging.getLogger(__name__)

MAX_LOSSES = 30
BACK_OFF_START_S = 2.0
BACK_OFF_LIMIT_S = 600.0


class LeaseLost(Exception):
    """Another worker has this job now: nothing more may be written for it."""


class JobCrashed(Problem):
    """The job failed for a reason that nobody foresaw."""

    code = "kit.job_crashed"
    title = "The job failed"


class JobKeptDying(Problem):
    """The workers that took the job died with it, again and again."""

    code = "kit.job_kept_dying"
    title = "The job was given up"

    def __init__(self) -> None:
        super().__init__(
            f"The worker died {MAX_LOSSES} times while it did this, so it was given up. "
            "Look for lack of memory in the system's log, then retry the job."
        )


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a lease lasts, how often it is renewed, and how often we look for work."""

    lease: timedelta = timedelta(seconds=15)
    beat_s: float = 1.0
    poll_s: float = 0.5
    sweep_s: float = 2.0


class Run:
    """One attempt at a job, as its lengthy handler sees it."""

    def __init__(self, workshop: Workshop, row: JobRow) -> None:
        self.job_id = row.id
        self.fence = row.fence
        self.attempts = row.attempts
        self.actor = Actor.system(row.tenant_id)
        self.progress: float | None = row.progress
        self.stage: str | None = row.stage
        self._workshop = workshop

    def report(self, progress: float, stage: str | None = None) -> None:
        """Say how far the job is, from 0 to 1; written with the next heartbeat."""
        self.progress = min(max(progress, 0.0), 1.0)
        self.stage = stage or self.stage

    @asynccontextmanager
    async def work(self) -> AsyncGenerator[Work]:
        """Open a short Work that is committed only while the lease is still ours."""
        async with self._workshop.work(self.actor) as work:
            await self.check_fence(work)
            yield work

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[Work]:
        """Open a Work that can only read."""
        async with self._workshop.reading(self.actor) as work:
            yield work

    async def check_fence(self, work: Work) -> JobRow:
        """Lock the job's row and make sure that it is still ours."""
        row = await work.session.scalar(
            select(JobRow)
            .where(
                JobRow.id == self.job_id,
                JobRow.fence == self.fence,
                JobRow.state == JobState.RUNNING,
            )
            .with_for_update()
        )
        if row is None:
            raise LeaseLost
        return row


class Worker:
    """Takes due jobs of some lanes and does them, so many at a time per lane."""

    def __init__(
        self,
        workshop: Workshop,
        handlers: Mapping[str, Handler],
        *,
        name: str,
        lanes: Mapping[str, int],
        schedules: Iterable[Schedule] = (),
        timing: Timing | None = None,
    ) -> None:
        self.name = name
        self._workshop = workshop
        self._handlers = handlers
        self._lanes = dict(lanes)
        self._schedules = tuple(schedules)
        self._timing = timing or Timing()

    async def reclaim(self) -> None:
        """Take back what a dead worker of the same name held; the caller knows that it is dead."""
        await self._release(JobRow.worker == self.name)

    async def release_expired(self) -> None:
        """Queue the jobs whose worker has stopped renewing its lease."""
        await self._release(JobRow.lease_until < self._workshop.clock.now())

    async def run(self) -> None:
        """Work until cancelled; then hand unfinished jobs back at once."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._keep_on(self._sweep))
                for lane, places in self._lanes.items():
                    for _ in range(places):
                        group.create_task(self._keep_on(partial(self._serve, lane)))
                for schedule in self._schedules:
                    group.create_task(self._keep_on(partial(self._order_next, schedule)))
        finally:
            log.info("worker stopped", extra={"worker": self.name})

    async def run_until_idle(self) -> None:
        """Do everything that is due, one at a time; for tests and one-shot commands."""
        while await self._take_one(JobRow.lane.in_(self._lanes)):
            pass

    async def _keep_on(self, step: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await step()
            except Exception:
                log.exception("the worker could not reach its records; it tries again")
                await asyncio.sleep(self._timing.poll_s)

    async def _serve(self, lane: str) -> None:
        bell = self._workshop.wake.bell()
        if not await self._take_one(JobRow.lane == lane):
            await self._workshop.wake.wait(bell, self._timing.poll_s)

    async def _sweep(self) -> None:
        await self.release_expired()
        # A job that was cancelled while it waited needs no place of its lane to end.
        is_cancelled = JobRow.cancel_requested_at.is_not(None)
        while await self._take_one(JobRow.lane.in_(self._lanes), is_cancelled):
            pass
        await asyncio.sleep(self._timing.sweep_s)

    async def _order_next(self, schedule: Schedule) -> None:
        """Order the next turn, then sleep into the middle of it.

        All workers count the same turns and look when the last one is over and the next is not yet
        due, so however many they are, a turn is ordered once.
        """
        async with self._workshop.work(Actor.system()) as work:
            turn = next_turn(schedule.every, work.now)
            key = f"schedule:{job_name(type(schedule.job))}"
            work.enqueue(schedule.job, run_at=turn, dedupe_key=key)
        await asyncio.sleep((turn - work.now + schedule.every / 2).total_seconds())

    async def _release(self, which: ColumnElement[bool]) -> None:
        async with self._workshop.work(Actor.system()) as work:
            released = await work.session.scalars(
                update(JobRow)
                .where(JobRow.state == JobState.RUNNING, which)
                .values(state=JobState.QUEUED, lease_until=None, losses=JobRow.losses + 1)
                .returning(JobRow.id)
            )
            if released.all():
                work.wake_workers()

    async def _take_one(self, *which: ColumnElement[bool]) -> bool:
        row = await self._claim(which)
        if row is None:
            return False
        self._workshop.wake.ring()  # there may be more for the others
        await _Attempt(self._workshop, self._handlers.get(row.name), row, self._timing).make()
        await asyncio.sleep(0)  # a brief job on SQLite never waits: let requests have their turn
        return True

    async def _claim(self, which: Sequence[ColumnElement[bool]]) -> JobRow | None:
        async with self._workshop.work(Actor.system()) as work:
            row = await work.session.scalar(
                select(JobRow)
                .where(JobRow.state == JobState.QUEUED, JobRow.run_at <= work.now, *which)
                .order_by(JobRow.priority, JobRow.run_at, JobRow.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            if row is None:
                return None
            now = self._workshop.clock.now()  # the Work may have queued for longer than a lease
            row.state, row.worker = JobState.RUNNING, self.name
            row.fence += 1
            row.lease_until = now + self._timing.lease
            row.started_at = row.started_at or now
            return row


class _Attempt:
    """One claim of one job, from lease to outcome."""

    def __init__(
        self, workshop: Workshop, handler: Handler | None, row: JobRow, timing: Timing
    ) -> None:
        self._workshop = workshop
        self._handler = handler
        self._row = row
        self._run = Run(workshop, row)
        self._timing = timing
        self._is_cancelled = row.cancel_requested_at is not None
        self._is_lost = False

    async def make(self) -> None:
        """Do the job and write down how it went."""
        try:
            if self._is_cancelled:
                await self._end(JobCancelled())
            elif self._row.losses > MAX_LOSSES:
                await self._end(JobKeptDying())
            else:
                await self._try()
        except LeaseLost:
            log.warning("lost the lease of a job", extra={"job_id": str(self._row.id)})
        except asyncio.CancelledError:
            await self._hand_back()
            raise

    async def _try(self) -> None:
        handler = self._handler
        if handler is None:
            await self._end(JobCrashed(f"No part of this program does {self._row.name}."))
            return
        try:
            arguments = msgspec.convert(self._row.arguments, handler.arguments)
            if handler.brief is not None:
                async with self._holding() as (work, row):
                    await handler.brief(work, arguments)
                    self._mark_done(row)
            elif handler.lengthy is not None:
                await self._do_lengthy(handler.lengthy(self._run, arguments))
        except LeaseLost:
            raise
        except Problem as problem:
            is_passing = isinstance(problem, Unavailable | Throttled)
            await (self._fail(problem) if is_passing else self._end(problem))
        except Exception as crash:
            log.exception("a job crashed", extra={"job_id": str(self._row.id), "job": handler.name})
            await self._fail(JobCrashed(f"{type(crash).__name__}: {crash}"[:500]))

    async def _do_lengthy(self, call: Awaitable[None]) -> None:
        doing = asyncio.ensure_future(call)
        beating = asyncio.create_task(self._beat(doing))
        try:
            await asyncio.wait([doing])
        finally:
            doing.cancel()
            # The heart beats on while the handler tidies up, and stops when it is done.
            await asyncio.gather(doing, beating, return_exceptions=True)
        if self._is_lost:
            raise LeaseLost
        is_cut_short = doing.cancelled() or doing.exception() is not None
        if is_cut_short and self._is_cancelled:
            raise JobCancelled
        if doing.cancelled():
            raise JobCrashed("A part of the job was cancelled that nobody had asked to stop.")
        doing.result()
        async with self._holding() as (_, row):
            self._mark_done(row)

    async def _beat(self, doing: asyncio.Future[None]) -> None:
        held_until = self._row.lease_until
        while not (await asyncio.wait([doing], timeout=self._timing.beat_s))[0]:
            try:
                row = await self._renew()
                held_until, self._is_cancelled = row.lease_until, bool(row.cancel_requested_at)
            except LeaseLost:
                self._is_lost = True
            except Exception:
                log.exception("a heartbeat did not reach the records")
                self._is_lost = held_until is None or self._workshop.clock.now() > held_until
            if self._is_lost or self._is_cancelled:
                doing.cancel()
                return

    async def _renew(self) -> JobRow:
        """Renew the lease and write progress."""
        async with self._holding() as (_, row):
            row.lease_until = self._workshop.clock.now() + self._timing.lease
            row.progress, row.stage = self._run.progress, self._run.stage
            return row

    @asynccontextmanager
    async def _holding(self) -> AsyncGenerator[tuple[Work, JobRow]]:
        async with self._workshop.work(self._run.actor) as work:
            yield work, await self._run.check_fence(work)

    def _mark_done(self, row: JobRow) -> None:
        row.state, row.progress, row.lease_until = JobState.DONE, 1.0, None
        row.stage, row.problem = self._run.stage, None
        row.finished_at = self._workshop.clock.now()

    async def _hand_back(self) -> None:
        try:
            async with self._holding() as (work, row):
                row.state, row.lease_until = JobState.QUEUED, None
                work.wake_workers()
        except LeaseLost:
            pass  # it had just ended
        except Exception:
            log.exception("could not hand a job back: it waits until its lease runs out")

    async def _fail(self, problem: Problem) -> None:
        limit = self._handler.max_attempts if self._handler else 1
        if self._row.attempts + 1 >= limit:
            await self._end(problem)
            return
        async with self._holding() as (work, row):
            row.state, row.lease_until = JobState.QUEUED, None
            row.attempts += 1
            row.run_at = work.now + back_off(row.attempts)
            row.problem = describe(problem)

    async def _end(self, problem: Problem) -> None:
        ending = self._handler.ending if self._handler else None
        try:
            await self._write_end(problem, ending)
        except (LeaseLost, Unavailable):
            raise
        except Exception:
            if ending is None:
                raise
            log.exception("a job's ending crashed", extra={"job_id": str(self._row.id)})
            await self._write_end(problem, None)

    async def _write_end(self, problem: Problem, ending: Ending | None) -> None:
        async with self._holding() as (work, row):
            is_cancelled = isinstance(problem, JobCancelled)
            row.state = JobState.CANCELLED if is_cancelled else JobState.DEAD
            row.lease_until = None
            row.attempts += 1
            row.finished_at = work.now
            row.problem = describe(problem)
            if ending is not None and self._handler is not None:
                arguments = msgspec.convert(row.arguments, self._handler.arguments)
                await ending(work, arguments, problem)


def next_turn(every: timedelta, now: datetime) -> datetime:
    """Give the start of the next turn; turns are counted from 1970, so that all workers agree."""
    period_s = every.total_seconds()
    return datetime.fromtimestamp((now.timestamp() // period_s + 1) * period_s, UTC)


def back_off(attempts: int) -> timedelta:
    """Give the pause before the next attempt: doubling, with a spread so that crowds disperse."""
    pause_s = min(BACK_OFF_START_S * 2 ** (attempts - 1), BACK_OFF_LIMIT_S)
    return timedelta(seconds=pause_s * random.uniform(0.75, 1.25))  # noqa: S311 - no secret


def describe(problem: Problem) -> JsonObject:
    """Turn a failure into what is kept with the job."""
    return {
        "code": problem.code,
        "detail": problem.detail,
        "facts": msgspec.to_builtins(problem.facts, enc_hook=str),
    }


def handlers_of(declared: Iterable[Handler], listeners: Iterable[Listener]) -> dict[str, Handler]:
    """Index all handlers by name; an event's delivery to a listener is a job as well."""
    deliveries = (
        Handler(listener_job_name(listener.name), listener.event, brief=listener.react)
        for listener in listeners
    )
    found: dict[str, Handler] = {}
    for handler in (*declared, *deliveries):
        if handler.name in found:
            message = f"Two handlers are called {handler.name}."
            raise ValueError(message)
        found[handler.name] = handler
    return found
