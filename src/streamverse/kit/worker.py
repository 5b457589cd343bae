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
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, select, update

from streamverse.kit.claims import find_due_lanes, find_next
from streamverse.kit.db import JsonObject
from streamverse.kit.deliveries import handler_of
from streamverse.kit.errors import Problem, Throttled, Unavailable
from streamverse.kit.events import Listener
from streamverse.kit.heartbeats import SHOW_EVERY, Abilities, WorkerRow, Workers
from streamverse.kit.jobs import (
    Ending,
    Handler,
    JobCancelled,
    JobPostponed,
    JobRow,
    JobState,
    Schedule,
    job_name,
)
from streamverse.kit.work import Actor, Work, Workshop

log = logging.getLogger(__name__)

MAX_LOSSES = 30
# On SQLite each commit waits for the disk, so brief jobs share the two that each of them needs.
BATCH_SIZE = 16
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
        self.priority = row.priority
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
        abilities: Abilities | None = None,
    ) -> None:
        self.name = name
        self.abilities = abilities or Abilities()
        self._workshop = workshop
        self._handlers = handlers
        self._lanes = dict(lanes)
        self._calls = {lane: asyncio.Event() for lane in lanes}
        self._turns = {lane: asyncio.Lock() for lane in lanes}
        self._schedules = tuple(schedules)
        self._timing = timing or Timing()
        self._batch_size = BATCH_SIZE if workshop.database.is_sqlite else 1
        self._started_at = workshop.clock.now()

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
                group.create_task(self._keep_on(self._show))
                group.create_task(self._keep_on(self._sweep))
                group.create_task(self._keep_on(self._watch))
                for lane, places in self._lanes.items():
                    for _ in range(places):
                        group.create_task(self._keep_on(partial(self._serve, lane)))
                for schedule in self._schedules:
                    group.create_task(self._keep_on(partial(self._order_next, schedule)))
        finally:
            await self._leave()
            log.info("worker stopped", extra={"worker": self.name})

    async def run_until_idle(self) -> None:
        """Do everything that is due, lane by lane; for tests and one-shot commands."""
        is_busy = True
        while is_busy:
            is_busy = await self._end_cancelled()
            for lane in self._lanes:
                while await self._take(lane):
                    is_busy = True

    async def _keep_on(self, step: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await step()
            except Exception:
                log.exception("the worker could not reach its records; it tries again")
                await asyncio.sleep(self._timing.poll_s)

    async def _watch(self) -> None:
        """Call the lanes that have something due: one look for all places that are idle."""
        bell = self._workshop.wake.bell()
        async with self._workshop.reading(Actor.system()) as work:
            due = await find_due_lanes(work.session, tuple(self._lanes), work.now)
        for lane in due:
            self._calls[lane].set()
        await self._workshop.wake.wait(bell, self._timing.poll_s)

    async def _serve(self, lane: str) -> None:
        """Wait until the lane is called, then do what is next in it."""
        async with self._turns[lane]:
            await self._calls[lane].wait()
            self._calls[lane].clear()
            rows = await self._claim(lane)
            if rows:
                self._calls[lane].set()  # there may be more for the others
        await self._do([self._attempt(row) for row in rows])

    async def _sweep(self) -> None:
        await self.release_expired()
        await self._end_cancelled()
        await asyncio.sleep(self._timing.sweep_s)

    async def _show(self) -> None:
        """Let people see this worker."""
        async with self._workshop.work(Actor.system()) as work:
            await Workers(work).show(
                WorkerRow(
                    name=self.name,
                    host=self.abilities.host,
                    lanes=self._lanes,
                    offers=dict(self.abilities.offers),
                    threads=self.abilities.threads,
                    started_at=self._started_at,
                    seen_at=work.now,
                )
            )
        await asyncio.sleep(SHOW_EVERY.total_seconds())

    async def _leave(self) -> None:
        try:
            async with self._workshop.work(Actor.system()) as work:
                await Workers(work).leave(self.name)
        except Exception:
            log.exception("could not take the worker off the list: it is forgotten in a day")

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

    async def _take(self, lane: str) -> bool:
        rows = await self._claim(lane)
        await self._do([self._attempt(row) for row in rows])
        return bool(rows)

    async def _end_cancelled(self) -> bool:
        """End what was cancelled while it waited: that needs no place of its lane."""
        is_busy = False
        while rows := await self._claim_cancelled():
            is_busy = True
            for row in rows:
                await self._attempt(row).make()
        return is_busy

    def _attempt(self, row: JobRow) -> _Attempt:
        return _Attempt(self._workshop, self._handlers.get(row.name), row, self._timing)

    async def _do(self, attempts: Sequence[_Attempt]) -> None:
        """Make the attempts; only the last may be one that takes long."""
        together = [attempt for attempt in attempts if attempt.is_brief]
        waiting = list(attempts)
        try:
            if len(together) > 1:
                await _make_together(self._workshop, together)
                waiting = [attempt for attempt in attempts if not attempt.is_brief]
            while waiting:
                attempt = waiting.pop(0)
                await attempt.make()
            await asyncio.sleep(0)  # brief jobs on SQLite never wait: let requests have their turn
        except asyncio.CancelledError:
            for attempt in waiting:
                await attempt.hand_back()
            raise

    async def _claim(self, lane: str) -> list[JobRow]:
        """Claim the next job, on SQLite with the brief ones behind it, in one transaction."""
        rows: list[JobRow] = []
        async with self._workshop.work(Actor.system()) as work:
            while len(rows) < self._batch_size:
                row = await find_next(work.session, lane, work.now, self.abilities.offers)
                if row is None:
                    break
                self._lease(row)
                rows.append(row)
                if not self._attempt(row).is_brief:
                    break
                await work.session.flush()
        return rows

    async def _claim_cancelled(self) -> Sequence[JobRow]:
        async with self._workshop.work(Actor.system()) as work:
            found = await work.session.scalars(
                select(JobRow)
                .where(
                    JobRow.state == JobState.QUEUED,
                    JobRow.cancel_requested_at.is_not(None),
                    JobRow.lane.in_(self._lanes),
                )
                .limit(BATCH_SIZE)
                .with_for_update(skip_locked=True)
            )
            rows = found.all()
            for row in rows:
                self._lease(row)
            return rows

    def _lease(self, row: JobRow) -> None:
        now = self._workshop.clock.now()  # the Work may have queued for longer than a lease
        row.state, row.worker = JobState.RUNNING, self.name
        row.fence += 1
        row.lease_until = now + self._timing.lease
        row.started_at = row.started_at or now


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

    @property
    def actor(self) -> Actor:
        """For whom the job is done."""
        return self._run.actor

    @property
    def is_brief(self) -> bool:
        """Whether it may share a transaction; what a worker died of is done alone."""
        is_brief = self._handler is not None and self._handler.brief is not None
        return is_brief and not self._is_cancelled and self._row.losses == 0

    async def make(self) -> None:
        """Do the job and write down how it went."""
        await self._guard(self._make())

    async def settle(self, failure: Exception) -> None:
        """Write down how a job failed that was done together with others."""
        await self._guard(self._settle(failure))

    async def _guard(self, doing: Awaitable[None]) -> None:
        try:
            await doing
        except LeaseLost:
            log.warning("lost the lease of a job", extra={"job_id": str(self._row.id)})
        except asyncio.CancelledError:
            await self.hand_back()
            raise

    async def _make(self) -> None:
        if self._is_cancelled:
            await self._end(JobCancelled())
        elif self._row.losses > MAX_LOSSES:
            await self._end(JobKeptDying())
        elif self._handler is None:
            await self._end(JobCrashed(f"No part of this program does {self._row.name}."))
        else:
            await self._try(self._handler)

    async def _try(self, handler: Handler) -> None:
        try:
            if handler.lengthy is not None:
                await self._do_lengthy(handler.lengthy(self._run, self._arguments(handler)))
            else:
                async with self._workshop.work(self.actor) as work:
                    await self.do_brief(work)
        except Exception as failure:  # noqa: BLE001 - it is judged below
            await self._settle(failure)

    async def do_brief(self, work: Work) -> None:
        """Do the job in a Work that marks it done as well."""
        handler = self._handler
        row = await self._run.check_fence(work)
        if handler is not None and handler.brief is not None:
            await handler.brief(work, self._arguments(handler))
        self._mark_done(row)

    def _arguments(self, handler: Handler) -> Any:  # noqa: ANN401 - each handler has its own type
        return msgspec.convert(self._row.arguments, handler.arguments)

    async def _settle(self, failure: Exception) -> None:
        if isinstance(failure, LeaseLost):
            raise failure
        if isinstance(failure, JobPostponed):
            await self._postpone(failure.delay)
            return
        if isinstance(failure, Problem):
            is_passing = isinstance(failure, Unavailable | Throttled)
            await (self._fail(failure) if is_passing else self._end(failure))
            return
        facts = {"job_id": str(self._row.id), "job": self._row.name}
        log.error("a job crashed", exc_info=failure, extra=facts)
        await self._fail(JobCrashed(f"{type(failure).__name__}: {failure}"[:500]))

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
            self._run.priority = row.priority
            return row

    @asynccontextmanager
    async def _holding(self) -> AsyncGenerator[tuple[Work, JobRow]]:
        async with self._workshop.work(self._run.actor) as work:
            yield work, await self._run.check_fence(work)

    def _mark_done(self, row: JobRow) -> None:
        row.state, row.progress, row.lease_until = JobState.DONE, 1.0, None
        row.stage, row.problem = self._run.stage, None
        row.finished_at = self._workshop.clock.now()

    async def hand_back(self) -> None:
        """Queue the job again, as if nobody had claimed it."""
        try:
            async with self._holding() as (work, row):
                row.state, row.lease_until = JobState.QUEUED, None
                work.wake_workers()
        except LeaseLost:
            pass  # it had just ended
        except Exception:
            log.exception("could not hand a job back: it waits until its lease runs out")

    async def _postpone(self, delay: timedelta) -> None:
        async with self._holding() as (work, row):
            row.state, row.lease_until = JobState.QUEUED, None
            row.run_at = work.now + delay

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


async def _make_together(workshop: Workshop, attempts: Sequence[_Attempt]) -> None:
    """Do brief jobs in one transaction, each behind a savepoint; failures are settled after it."""
    failures: list[tuple[_Attempt, Exception]] = []
    try:
        async with workshop.batch() as batch:
            for attempt in attempts:
                try:
                    async with batch.work(attempt.actor) as work:
                        await attempt.do_brief(work)
                except Exception as failure:  # noqa: BLE001 - the others go on
                    failures.append((attempt, failure))
                await asyncio.sleep(0)
    except Exception:
        log.exception("brief jobs could not be done together: each is done alone")
        for attempt in attempts:
            await attempt.make()
        return
    for attempt, failure in failures:
        await attempt.settle(failure)


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
    found: dict[str, Handler] = {}
    for handler in (*declared, *map(handler_of, listeners)):
        if handler.name in found:
            message = f"Two handlers are called {handler.name}."
            raise ValueError(message)
        found[handler.name] = handler
    return found
