"""Workers do each job once, whatever happens to them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, func, select, text, update

from streamverse.kit.clock import FixedClock
from streamverse.kit.db import ALL_TENANTS, Database
from streamverse.kit.errors import Conflict, Invalid, Problem, Throttled, Unavailable
from streamverse.kit.events import EventRow
from streamverse.kit.jobs import DEFAULT_LANE, Handler, JobRow, Jobs, Schedule, job_name
from streamverse.kit.work import Actor, Work, Workshop
from streamverse.kit.worker import (
    MAX_LOSSES,
    LeaseLost,
    Run,
    Timing,
    Worker,
    back_off,
    describe,
    handlers_of,
    next_turn,
)
from tests.kit.library import ADA, BookAdded, CountBooks, ScanShelf, Shelf, build_library

ADAS = Actor.system(ADA)
SHORT = Timing(lease=timedelta(seconds=15), beat_s=0.01, poll_s=0.02, sweep_s=0.02)
PATIENT = replace(SHORT, poll_s=60, sweep_s=60)
COUNT, SCAN = job_name(CountBooks), job_name(ScanShelf)

Brief = Callable[[Work, CountBooks], Awaitable[None]]
Lengthy = Callable[[Run, ScanShelf], Awaitable[None]]


@pytest.fixture
def workshop(library: Database, clock: FixedClock) -> Workshop:
    return Workshop(library, clock=clock)


def make_worker(
    workshop: Workshop,
    *handlers: Handler,
    name: str = "worker",
    timing: Timing = SHORT,
    schedules: Iterable[Schedule] = (),
    places: int = 1,
) -> Worker:
    return Worker(
        workshop,
        handlers_of(handlers, []),
        name=name,
        lanes={DEFAULT_LANE: places, "scan": places},
        timing=timing,
        schedules=schedules,
    )


def brief(call: Brief, **options: object) -> Handler:
    return Handler(COUNT, CountBooks, brief=call, **options)


def lengthy(call: Lengthy, **options: object) -> Handler:
    return Handler(SCAN, ScanShelf, lengthy=call, **options)


async def order_count(workshop: Workshop, shelf_id: int = 1, **options: object) -> UUID:
    async with workshop.work(ADAS) as work:
        return work.enqueue(CountBooks(shelf_id=shelf_id), **options)


async def order_scan(workshop: Workshop, shelf_id: int = 1, **options: object) -> UUID:
    async with workshop.work(ADAS) as work:
        return work.enqueue(ScanShelf(shelf_id=shelf_id), **options)


async def find(workshop: Workshop, job_id: UUID) -> JobRow:
    async with workshop.reading(ADAS) as work:
        return await work.session.get_one(JobRow, job_id)


async def list_shelves(workshop: Workshop) -> list[tuple[int, str]]:
    async with workshop.reading(ADAS) as work:
        found = await work.session.execute(select(Shelf.id, Shelf.name).order_by(Shelf.id))
        return [tuple(row) for row in found]


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(10):
        while not await is_so():
            await asyncio.sleep(0.005)


async def until_state(workshop: Workshop, job_id: UUID, state: str) -> JobRow:
    async def is_there() -> bool:
        return (await find(workshop, job_id)).state == state

    await until(is_there)
    return await find(workshop, job_id)


@asynccontextmanager
async def running(worker: Worker) -> AsyncGenerator[asyncio.Task[None]]:
    """Run a worker meanwhile, and see that it ends when it is told to."""
    task = asyncio.create_task(worker.run())
    try:
        yield task
    finally:
        task.cancel()
        finished, _ = await asyncio.wait([task], timeout=10)
        assert finished, "the worker did not stop"
        assert task.cancelled()


@asynccontextmanager
async def records_unreachable(workshop: Workshop) -> AsyncGenerator[None]:
    """Take the table of jobs away, as a database that is being restored would."""
    async with workshop.database.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE kit_job RENAME TO kit_job_away"))
    try:
        yield
    finally:
        async with workshop.database.engine.begin() as connection:
            await connection.execute(text("ALTER TABLE kit_job_away RENAME TO kit_job"))


async def note_shelf(work: Work, job: CountBooks) -> None:
    work.session.add(Shelf(id=job.shelf_id, name=f"counted {job.shelf_id}"))


# --- which job is next ----------------------------------------------------------------------------


async def test_urgent_jobs_go_first_then_those_that_are_due_longest(
    workshop: Workshop, clock: FixedClock
) -> None:
    order: list[int] = []

    async def note(work: Work, job: CountBooks) -> None:
        order.append(job.shelf_id)

    now = clock.now()
    await order_count(workshop, 5, priority=90, run_at=now - timedelta(hours=2))
    await order_count(workshop, 2, priority=50, run_at=now)
    await order_count(workshop, 3, priority=50, run_at=now)
    await order_count(workshop, 1, priority=50, run_at=now - timedelta(hours=1))
    await order_count(workshop, 0, priority=10, run_at=now)
    await make_worker(workshop, brief(note)).run_until_idle()

    assert order == [0, 1, 2, 3, 5]


async def test_a_job_waits_for_its_moment(workshop: Workshop, clock: FixedClock) -> None:
    worker = make_worker(workshop, brief(note_shelf))
    job_id = await order_count(workshop, run_at=clock.now() + timedelta(minutes=5))
    await worker.run_until_idle()
    assert (await find(workshop, job_id)).state == "queued"

    clock.advance(timedelta(minutes=5))
    await worker.run_until_idle()
    assert (await find(workshop, job_id)).state == "done"


async def test_a_worker_leaves_other_lanes_alone(workshop: Workshop) -> None:
    job_id = await order_scan(workshop)
    worker = Worker(workshop, {}, name="w", lanes={DEFAULT_LANE: 1})
    await worker.run_until_idle()

    assert (await find(workshop, job_id)).state == "queued"


# --- a job that succeeds --------------------------------------------------------------------------


async def test_a_brief_job_is_done_in_the_transaction_of_what_it_did(
    workshop: Workshop, clock: FixedClock
) -> None:
    job_id = await order_count(workshop, 7)

    async def count(work: Work, job: CountBooks) -> None:
        assert (work.actor, job) == (ADAS, CountBooks(shelf_id=7))
        await note_shelf(work, job)
        await work.session.flush()
        assert await list_shelves(workshop) == []
        assert (await find(workshop, job_id)).state == "running"

    await make_worker(workshop, brief(count)).run_until_idle()

    row = await find(workshop, job_id)
    assert (row.state, row.progress, row.worker) == ("done", 1.0, "worker")
    assert (row.fence, row.attempts, row.losses) == (1, 0, 0)
    assert row.started_at == row.finished_at == clock.now()
    assert (row.lease_until, row.problem) == (None, None)
    assert await list_shelves(workshop) == [(7, "counted 7")]


async def test_a_lengthy_job_works_in_pieces_and_tells_how_far_it_is(
    workshop: Workshop, clock: FixedClock
) -> None:
    job_id = await order_scan(workshop)
    seen: list[tuple[float | None, str | None]] = []

    async def scan(run: Run, job: ScanShelf) -> None:
        assert (run.job_id, run.attempts, run.actor) == (job_id, 0, ADAS)
        for progress, stage in ((-1.0, "first"), (0.5, None), (7.0, "last")):
            run.report(progress, stage)

            async def is_written() -> bool:
                row = await find(workshop, job_id)
                return (row.progress, row.stage) == (run.progress, run.stage)

            await until(is_written)
            seen.append((run.progress, run.stage))
        async with run.work() as work:
            work.session.add(Shelf(id=1, name="scanned"))
        async with run.reading() as work:
            assert await work.session.scalar(select(Shelf.name)) == "scanned"

    await make_worker(workshop, lengthy(scan)).run_until_idle()

    assert seen == [(0.0, "first"), (0.5, "first"), (1.0, "last")]
    row = await find(workshop, job_id)
    assert (row.state, row.progress, row.stage) == ("done", 1.0, "last")
    assert (row.lease_until, row.finished_at) == (None, clock.now())


async def test_the_heart_renews_the_lease(workshop: Workshop, clock: FixedClock) -> None:
    job_id = await order_scan(workshop)

    async def scan(run: Run, job: ScanShelf) -> None:
        for _ in range(3):
            clock.advance(timedelta(seconds=10))

            async def is_renewed() -> bool:
                return (await find(workshop, job_id)).lease_until == clock.now() + SHORT.lease

            await until(is_renewed)
            await make_worker(workshop, name="other").release_expired()

    await make_worker(workshop, lengthy(scan)).run_until_idle()

    row = await find(workshop, job_id)
    assert (row.state, row.fence, row.losses) == ("done", 1, 0)


# --- a job that fails -----------------------------------------------------------------------------


def failing_with(failures: list[Exception]) -> Brief:
    async def fail(work: Work, job: CountBooks) -> None:
        await note_shelf(work, job)
        if failures:
            raise failures.pop(0)

    return fail


@pytest.mark.parametrize(
    ("failure", "problem"),
    [
        (
            Unavailable("The store is away.", bucket="b"),
            {"code": "kit.unavailable", "detail": "The store is away.", "facts": {"bucket": "b"}},
        ),
        (
            Throttled("Slowly.", retry_after_s=3),
            {"code": "kit.throttled", "detail": "Slowly.", "facts": {}},
        ),
        (
            ZeroDivisionError("by zero"),
            {"code": "kit.job_crashed", "detail": "ZeroDivisionError: by zero", "facts": {}},
        ),
    ],
    ids=["unavailable", "throttled", "crash"],
)
async def test_a_job_whose_failure_may_pass_is_tried_again_later(
    workshop: Workshop, clock: FixedClock, failure: Exception, problem: object
) -> None:
    job_id = await order_count(workshop)
    worker = make_worker(workshop, brief(failing_with([failure, failure])))
    await worker.run_until_idle()

    row = await find(workshop, job_id)
    assert (row.state, row.attempts, row.problem) == ("queued", 1, problem)
    assert (row.lease_until, row.finished_at) == (None, None)
    assert 1.5 <= (row.run_at - clock.now()).total_seconds() <= 2.5
    assert await list_shelves(workshop) == []

    clock.advance(timedelta(seconds=3))
    await worker.run_until_idle()
    row = await find(workshop, job_id)
    assert (row.state, row.attempts) == ("queued", 2)
    assert 3 <= (row.run_at - clock.now()).total_seconds() <= 5

    clock.advance(timedelta(seconds=5))
    await worker.run_until_idle()
    row = await find(workshop, job_id)
    assert (row.state, row.attempts, row.problem, row.fence) == ("done", 2, None, 3)
    assert await list_shelves(workshop) == [(1, "counted 1")]


async def leave_word(work: Work, job: CountBooks, problem: Problem) -> None:
    work.session.add(Shelf(id=job.shelf_id, name=f"{problem.code}: {problem.detail}"))
    work.emit(BookAdded(book_id=job.shelf_id, added_at=work.now))


async def test_a_job_that_fails_too_often_ends_as_a_dead_letter(
    workshop: Workshop, clock: FixedClock
) -> None:
    job_id = await order_count(workshop)
    failures: list[Exception] = [Unavailable("Away.") for _ in range(9)]
    worker = make_worker(workshop, brief(failing_with(failures), ending=leave_word))
    for attempts in range(1, 5):
        await worker.run_until_idle()
        row = await find(workshop, job_id)
        assert (row.state, row.attempts) == ("queued", attempts)
        clock.advance(timedelta(minutes=20))
    await worker.run_until_idle()

    row = await find(workshop, job_id)
    assert (row.state, row.attempts, row.finished_at) == ("dead", 5, clock.now())
    assert row.problem == {"code": "kit.unavailable", "detail": "Away.", "facts": {}}
    assert row.lease_until is None
    assert await list_shelves(workshop) == [(1, "kit.unavailable: Away.")]


@pytest.mark.parametrize("failure", [Invalid("No video."), Conflict("Gone.")])
async def test_a_failure_that_will_not_pass_ends_the_job_at_once(
    workshop: Workshop, failure: Problem
) -> None:
    job_id = await order_count(workshop)
    worker = make_worker(workshop, brief(failing_with([failure]), ending=leave_word))
    await worker.run_until_idle()

    row = await find(workshop, job_id)
    assert (row.state, row.attempts) == ("dead", 1)
    assert await list_shelves(workshop) == [(1, f"{failure.code}: {failure.detail}")]
    async with workshop.reading(ADAS) as work:
        assert await work.session.scalar(select(func.count()).select_from(EventRow)) == 1


async def test_the_ending_and_the_dead_letter_are_one_transaction(workshop: Workshop) -> None:
    job_id = await order_count(workshop)

    async def look(work: Work, job: CountBooks, problem: Problem) -> None:
        await leave_word(work, job, problem)
        await work.session.flush()
        assert (await find(workshop, job_id)).state == "running"
        assert await list_shelves(workshop) == []

    worker = make_worker(workshop, brief(failing_with([Invalid("No.")]), ending=look))
    await worker.run_until_idle()

    assert (await find(workshop, job_id)).state == "dead"
    assert await list_shelves(workshop) == [(1, "kit.invalid: No.")]


async def test_an_ending_that_crashes_does_not_keep_the_job_alive(
    workshop: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    job_id = await order_count(workshop)

    async def crash(work: Work, job: CountBooks, problem: Problem) -> None:
        await leave_word(work, job, problem)
        raise ZeroDivisionError

    worker = make_worker(workshop, brief(failing_with([Invalid("No.")]), ending=crash))
    await worker.run_until_idle()

    row = await find(workshop, job_id)
    assert (row.state, row.problem) == ("dead", describe(Invalid("No.")))
    assert await list_shelves(workshop) == []
    assert [r.message for r in caplog.records] == ["a job's ending crashed"]


async def test_an_ending_that_cannot_be_written_now_is_written_later(
    workshop: Workshop, clock: FixedClock
) -> None:
    job_id = await order_count(workshop)
    failures: list[Exception] = [Unavailable("The database is busy.")]

    async def end(work: Work, job: CountBooks, problem: Problem) -> None:
        if failures:
            raise failures.pop()
        await leave_word(work, job, problem)

    handler = brief(failing_with([Invalid("No."), Invalid("No.")]), ending=end)
    worker = make_worker(workshop, handler)
    with pytest.raises(Unavailable):
        await worker.run_until_idle()
    assert (await find(workshop, job_id)).state == "running"
    clock.advance(timedelta(seconds=16))
    await worker.release_expired()
    await worker.run_until_idle()

    assert (await find(workshop, job_id)).state == "dead"
    assert await list_shelves(workshop) == [(1, "kit.invalid: No.")]


async def test_a_database_that_fails_at_the_end_is_no_crash_of_a_hook(workshop: Workshop) -> None:
    job_id = await order_scan(workshop)

    async def scan(run: Run, job: ScanShelf) -> None:
        async with workshop.work(Actor.system()) as work:
            await work.session.execute(delete(JobRow))
        raise Invalid("No.")

    await make_worker(workshop, lengthy(scan)).run_until_idle()

    async with workshop.reading(ADAS) as work:
        assert await work.session.get(JobRow, job_id) is None


async def test_a_job_that_nobody_knows_ends(workshop: Workshop) -> None:
    job_id = await order_count(workshop)
    await make_worker(workshop).run_until_idle()

    row = await find(workshop, job_id)
    assert row.state == "dead"
    assert row.problem == {
        "code": "kit.job_crashed",
        "detail": "No part of this program does library.count_books.",
        "facts": {},
    }


async def test_a_job_that_cannot_be_read_ends_in_the_end(
    workshop: Workshop, clock: FixedClock
) -> None:
    job_id = await order_count(workshop)
    async with workshop.work(ADAS) as work:
        await work.session.execute(update(JobRow).values(arguments={"shelf_id": "one"}))
    worker = make_worker(workshop, brief(note_shelf, ending=leave_word))
    for _ in range(5):
        await worker.run_until_idle()
        clock.advance(timedelta(minutes=20))

    row = await find(workshop, job_id)
    assert row.state == "dead"
    assert row.problem == {
        "code": "kit.job_crashed",
        "detail": "ValidationError: Expected `int`, got `str` - at `$.shelf_id`",
        "facts": {},
    }
    assert await list_shelves(workshop) == []


async def test_a_failure_leaves_the_worker_to_others(workshop: Workshop) -> None:
    await order_count(workshop, 1)
    await order_count(workshop, 2)
    worker = make_worker(workshop, brief(failing_with([Invalid("No.")])))
    await worker.run_until_idle()

    assert await list_shelves(workshop) == [(2, "counted 2")]


# --- a worker that dies or is thought dead --------------------------------------------------------


async def test_a_worker_that_comes_back_changes_nothing(
    workshop: Workshop, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    job_id = await order_scan(workshop, 1)
    is_taken, may_go_on = asyncio.Event(), asyncio.Event()
    outcomes: list[type[BaseException] | None] = []

    async def sleep_over(run: Run, job: ScanShelf) -> None:
        is_taken.set()
        await may_go_on.wait()
        try:
            async with run.work() as work:
                work.session.add(Shelf(id=1, name="from the first"))
        except LeaseLost as lost:
            outcomes.append(type(lost))
            raise

    async def scan(run: Run, job: ScanShelf) -> None:
        assert run.fence == 2
        async with run.work() as work:
            work.session.add(Shelf(id=1, name="from the second"))

    # A heart that does not beat: the process hangs.
    stunned = replace(SHORT, beat_s=3600)
    first = make_worker(workshop, lengthy(sleep_over), name="first", timing=stunned)
    second = make_worker(workshop, lengthy(scan), name="second")
    hanging = asyncio.create_task(first.run_until_idle())
    await is_taken.wait()
    await second.release_expired()
    assert (await find(workshop, job_id)).state == "running"

    clock.advance(timedelta(seconds=16))
    bell = workshop.wake.bell()
    await second.release_expired()
    row = await find(workshop, job_id)
    assert (row.state, row.losses, row.lease_until, bell.is_set()) == ("queued", 1, None, True)
    await second.run_until_idle()
    may_go_on.set()
    await hanging

    assert outcomes == [LeaseLost]
    assert await list_shelves(workshop) == [(1, "from the second")]
    row = await find(workshop, job_id)
    assert (row.state, row.worker, row.fence, row.attempts) == ("done", "second", 2, 0)
    assert [r.message for r in caplog.records] == ["lost the lease of a job"]


@pytest.mark.parametrize("end", ["success", "problem", "crash"])
async def test_a_worker_that_comes_back_has_no_say_in_the_outcome(
    workshop: Workshop, clock: FixedClock, end: str
) -> None:
    job_id = await order_scan(workshop)
    is_taken, may_go_on = asyncio.Event(), asyncio.Event()

    async def sleep_over(run: Run, job: ScanShelf) -> None:
        is_taken.set()
        await may_go_on.wait()
        if end == "problem":
            raise Invalid("No.")
        if end == "crash":
            raise ZeroDivisionError

    stunned = replace(SHORT, beat_s=3600)
    first = make_worker(workshop, lengthy(sleep_over), name="first", timing=stunned)
    hanging = asyncio.create_task(first.run_until_idle())
    await is_taken.wait()
    clock.advance(timedelta(seconds=16))
    await make_worker(workshop).release_expired()
    may_go_on.set()
    await hanging

    row = await find(workshop, job_id)
    # The first has by now taken it a second time, as anybody might.
    expected = {"success": ("done", 0), "problem": ("dead", 1), "crash": ("queued", 1)}[end]
    assert (row.state, row.attempts, row.fence, row.losses) == (*expected, 2, 1)


async def test_a_heart_that_learns_of_the_loss_stops_the_handler(
    workshop: Workshop, clock: FixedClock
) -> None:
    job_id = await order_scan(workshop)
    fences: list[int] = []
    was_stopped: list[bool] = []

    async def scan(run: Run, job: ScanShelf) -> None:
        fences.append(run.fence)
        if run.fence == 2:
            return
        async with workshop.work(Actor.system()) as work:
            await work.session.execute(update(JobRow).values(state="queued"))
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            was_stopped.append(True)
            raise

    await make_worker(workshop, lengthy(scan)).run_until_idle()

    assert (fences, was_stopped) == ([1, 2], [True])
    assert (await find(workshop, job_id)).state == "done"


async def test_a_brief_job_whose_lease_was_lost_before_it_began_changes_nothing(
    workshop: Workshop,
) -> None:
    job_id = await order_count(workshop)
    worker = make_worker(workshop, brief(note_shelf))
    claim = worker._claim  # noqa: SLF001 - the moment between claim and start has no name

    async def lose(which: object) -> JobRow | None:
        row = await claim(which)
        async with workshop.work(Actor.system()) as work:
            await work.session.execute(update(JobRow).values(state="cancelled"))
        return row

    worker._claim = lose  # noqa: SLF001
    await worker.run_until_idle()

    assert (await find(workshop, job_id)).state == "cancelled"
    assert await list_shelves(workshop) == []


async def test_a_worker_takes_back_what_its_dead_namesake_held(workshop: Workshop) -> None:
    mine, another = await order_scan(workshop, 1), await order_scan(workshop, 2)
    async with workshop.work(ADAS) as work:
        for job_id, name in ((mine, "mine"), (another, "another")):
            row = await Jobs(work).lock(job_id)
            row.state, row.worker = "running", name
            row.lease_until = work.now + timedelta(hours=1)
    bell = workshop.wake.bell()
    await make_worker(workshop, name="mine").reclaim()

    row = await find(workshop, mine)
    assert (row.state, row.lease_until, row.losses, row.attempts) == ("queued", None, 1, 0)
    assert (await find(workshop, another)).state == "running"
    assert bell.is_set()


async def test_a_job_that_kills_its_workers_is_given_up(workshop: Workshop) -> None:
    job_id = await order_count(workshop)
    async with workshop.work(ADAS) as work:
        (await Jobs(work).lock(job_id)).losses = MAX_LOSSES + 1
    worker = make_worker(workshop, brief(note_shelf, ending=leave_word))
    await worker.run_until_idle()

    row = await find(workshop, job_id)
    assert row.state == "dead"
    assert row.problem is not None
    assert row.problem["code"] == "kit.job_kept_dying"
    assert len(await list_shelves(workshop)) == 1


async def test_a_job_whose_workers_died_often_is_still_tried(workshop: Workshop) -> None:
    job_id = await order_count(workshop)
    async with workshop.work(ADAS) as work:
        (await Jobs(work).lock(job_id)).losses = MAX_LOSSES
    await make_worker(workshop, brief(note_shelf)).run_until_idle()

    assert (await find(workshop, job_id)).state == "done"


# --- cancelling -----------------------------------------------------------------------------------


async def cancel(workshop: Workshop, job_id: UUID) -> None:
    async with workshop.work(ADAS) as work:
        await Jobs(work).cancel(job_id)


async def test_a_waiting_job_that_is_cancelled_is_not_done(
    workshop: Workshop, clock: FixedClock
) -> None:
    job_id = await order_count(workshop, run_at=clock.now() + timedelta(days=1))
    await cancel(workshop, job_id)
    await make_worker(workshop, brief(note_shelf, ending=leave_word)).run_until_idle()

    row = await find(workshop, job_id)
    assert (row.state, row.finished_at) == ("cancelled", clock.now())
    assert row.problem == {
        "code": "kit.job_cancelled",
        "detail": "This was cancelled.",
        "facts": {},
    }
    assert await list_shelves(workshop) == [(1, "kit.job_cancelled: This was cancelled.")]


async def test_a_waiting_job_is_cancelled_even_if_its_lane_is_full(workshop: Workshop) -> None:
    is_taken = asyncio.Event()

    async def block(run: Run, job: ScanShelf) -> None:
        is_taken.set()
        await asyncio.Event().wait()

    await order_scan(workshop, 1)
    waiting = await order_scan(workshop, 2)
    async with running(make_worker(workshop, lengthy(block))):
        await is_taken.wait()
        await cancel(workshop, waiting)
        row = await until_state(workshop, waiting, "cancelled")

    assert row.started_at is not None


@pytest.mark.parametrize("reaction", ["obeys", "fails"])
async def test_a_running_job_that_is_cancelled_stops_at_the_next_heartbeat(
    workshop: Workshop, reaction: str
) -> None:
    job_id = await order_scan(workshop)
    is_taken = asyncio.Event()

    async def scan(run: Run, job: ScanShelf) -> None:
        is_taken.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if reaction == "fails":
                raise RuntimeError("ffmpeg was killed") from None
            raise

    async with running(make_worker(workshop, lengthy(scan, ending=leave_word))):
        await is_taken.wait()
        await cancel(workshop, job_id)
        await until_state(workshop, job_id, "cancelled")
        # The place is free again.
        is_taken.clear()
        next_id = await order_scan(workshop, 2)
        await is_taken.wait()
        assert (await find(workshop, next_id)).state == "running"

    assert await list_shelves(workshop) == [(1, "kit.job_cancelled: This was cancelled.")]


async def test_a_job_that_finishes_all_the_same_is_done(workshop: Workshop) -> None:
    job_id = await order_scan(workshop)

    async def scan(run: Run, job: ScanShelf) -> None:
        await cancel(workshop, job_id)
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()

    await make_worker(workshop, lengthy(scan, ending=leave_word)).run_until_idle()

    assert (await find(workshop, job_id)).state == "done"
    assert await list_shelves(workshop) == []


async def test_a_job_that_cancels_itself_by_mistake_has_crashed(workshop: Workshop) -> None:
    job_id = await order_scan(workshop)
    calls: list[int] = []

    async def scan(run: Run, job: ScanShelf) -> None:
        calls.append(job.shelf_id)
        if job.shelf_id == 1:
            inner = asyncio.ensure_future(asyncio.sleep(10))
            inner.cancel()
            await inner

    async with running(make_worker(workshop, lengthy(scan))):
        row = await until_state(workshop, job_id, "queued")
        assert row.problem is None or row.problem["code"] == "kit.job_crashed"
        other = await order_scan(workshop, 2)
        await until_state(workshop, other, "done")

    row = await find(workshop, job_id)
    assert (row.attempts, calls) == (1, [1, 2])
    assert row.problem == {
        "code": "kit.job_crashed",
        "detail": "A part of the job was cancelled that nobody had asked to stop.",
        "facts": {},
    }


# --- running --------------------------------------------------------------------------------------


async def test_a_worker_that_is_told_to_stop_hands_a_brief_job_back(workshop: Workshop) -> None:
    job_id = await order_count(workshop)
    is_taken = asyncio.Event()

    async def count(work: Work, job: CountBooks) -> None:
        await note_shelf(work, job)
        is_taken.set()
        await asyncio.Event().wait()

    async with running(make_worker(workshop, brief(count))):
        await is_taken.wait()

    row = await find(workshop, job_id)
    assert (row.state, row.lease_until, row.attempts, row.losses) == ("queued", None, 0, 0)
    assert await list_shelves(workshop) == []


async def test_a_worker_that_is_told_to_stop_hands_a_lengthy_job_back(workshop: Workshop) -> None:
    job_id = await order_scan(workshop)
    is_taken = asyncio.Event()
    states_while_tidying_up: list[str] = []

    async def scan(run: Run, job: ScanShelf) -> None:
        is_taken.set()
        try:
            await asyncio.Event().wait()
        finally:
            states_while_tidying_up.append((await find(workshop, run.job_id)).state)

    async with running(make_worker(workshop, lengthy(scan), timing=PATIENT)):
        await is_taken.wait()
        bell = workshop.wake.bell()

    row = await find(workshop, job_id)
    assert (row.state, row.lease_until, row.attempts, row.losses) == ("queued", None, 0, 0)
    assert states_while_tidying_up == ["running"]
    assert bell.is_set()


async def test_a_worker_stops_even_if_a_handler_swallows_the_cancellation(
    workshop: Workshop,
) -> None:
    job_id = await order_scan(workshop)
    is_taken = asyncio.Event()

    async def scan(run: Run, job: ScanShelf) -> None:
        is_taken.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()

    async with running(make_worker(workshop, lengthy(scan))):
        await is_taken.wait()

    assert (await find(workshop, job_id)).state == "queued"


async def test_a_worker_stops_even_if_it_has_lost_the_lease(workshop: Workshop) -> None:
    await order_scan(workshop)
    is_taken = asyncio.Event()

    async def scan(run: Run, job: ScanShelf) -> None:
        is_taken.set()
        await asyncio.Event().wait()

    stunned = replace(PATIENT, beat_s=3600)
    async with running(make_worker(workshop, lengthy(scan), timing=stunned)):
        await is_taken.wait()
        async with workshop.work(Actor.system()) as work:
            await work.session.execute(update(JobRow).values(state="done"))


async def test_a_worker_stops_even_if_the_records_are_out_of_reach(
    workshop: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    job_id = await order_scan(workshop)
    is_taken = asyncio.Event()

    async def scan(run: Run, job: ScanShelf) -> None:
        is_taken.set()
        await asyncio.Event().wait()

    worker = make_worker(workshop, lengthy(scan), timing=replace(PATIENT, beat_s=3600))
    async with records_unreachable_after(workshop, is_taken), running(worker):
        await is_taken.wait()
        await asyncio.sleep(0.05)

    assert (await find(workshop, job_id)).state == "running"
    assert "could not hand a job back: it waits until its lease runs out" in caplog.messages


@asynccontextmanager
async def records_unreachable_after(
    workshop: Workshop, event: asyncio.Event
) -> AsyncGenerator[None]:
    """Take the records away when something has happened, and bring them back at the end."""
    is_over = asyncio.Event()

    async def take_away() -> None:
        await event.wait()
        async with records_unreachable(workshop):
            await is_over.wait()

    taking = asyncio.create_task(take_away())
    yield
    is_over.set()
    await taking


async def test_a_worker_survives_a_failure_of_the_database(
    workshop: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    schedule = Schedule(ScanShelf(shelf_id=9), timedelta(hours=1))
    worker = make_worker(workshop, brief(note_shelf), schedules=[schedule])
    async with running(worker):
        await until_state(workshop, await order_count(workshop, 1), "done")
        async with records_unreachable(workshop):
            await asyncio.sleep(0.1)
        await until_state(workshop, await order_count(workshop, 2), "done")
        await worker.release_expired()

    assert await list_shelves(workshop) == [(1, "counted 1"), (2, "counted 2")]
    assert set(caplog.messages) == {"the worker could not reach its records; it tries again"}


async def test_a_worker_starts_while_the_database_is_away(workshop: Workshop) -> None:
    schedule = Schedule(ScanShelf(shelf_id=9), timedelta(hours=1))
    async with contextlib.AsyncExitStack() as stack:
        async with records_unreachable(workshop):
            await stack.enter_async_context(
                running(make_worker(workshop, brief(note_shelf), schedules=[schedule]))
            )
            await asyncio.sleep(0.1)

        async def is_ordered() -> bool:
            async with workshop.reading(Actor.system()) as work:
                found = await work.session.scalars(select(JobRow.name))
                return found.all() == [SCAN]

        await until(is_ordered)
        await until_state(workshop, await order_count(workshop, 2), "done")


@pytest.mark.parametrize("is_lease_over", [False, True])
async def test_a_heart_beats_on_through_a_failure_of_the_database_while_the_lease_lasts(
    workshop: Workshop, clock: FixedClock, is_lease_over: bool, caplog: pytest.LogCaptureFixture
) -> None:
    job_id = await order_scan(workshop)
    stopped: list[int] = []

    async def scan(run: Run, job: ScanShelf) -> None:
        if stopped:
            return
        try:
            async with records_unreachable(workshop):
                if is_lease_over:
                    clock.advance(timedelta(seconds=16))
                await asyncio.sleep(0.1)
        except asyncio.CancelledError:
            stopped.append(run.fence)
            raise

    worker = make_worker(workshop, lengthy(scan))
    await worker.run_until_idle()

    row = await find(workshop, job_id)
    assert "a heartbeat did not reach the records" in caplog.messages
    if is_lease_over:
        assert (row.state, row.attempts, stopped) == ("running", 0, [1])
        await worker.release_expired()
        await worker.run_until_idle()
    assert (await find(workshop, job_id)).state == "done"


async def test_a_job_is_taken_as_soon_as_it_is_ordered(workshop: Workshop) -> None:
    async with running(make_worker(workshop, brief(note_shelf), timing=PATIENT, places=3)):
        for shelf_id in range(10):
            start = time.monotonic()
            job_id = await order_count(workshop, shelf_id)
            await until_state(workshop, job_id, "done")
            assert time.monotonic() - start < 5


async def test_jobs_that_are_due_later_are_found_by_looking(
    workshop: Workshop, clock: FixedClock
) -> None:
    async with running(make_worker(workshop, brief(note_shelf))):
        job_id = await order_count(workshop, run_at=clock.now() + timedelta(hours=1))
        await asyncio.sleep(0.05)
        assert (await find(workshop, job_id)).state == "queued"
        clock.advance(timedelta(hours=1))
        await until_state(workshop, job_id, "done")


async def test_expired_leases_are_swept_while_running(
    workshop: Workshop, clock: FixedClock
) -> None:
    job_id = await order_count(workshop)
    async with workshop.work(ADAS) as work:
        row = await Jobs(work).lock(job_id)
        row.state, row.worker, row.lease_until = "running", "dead", work.now
    clock.advance(timedelta(seconds=1))
    async with running(make_worker(workshop, brief(note_shelf))):
        row = await until_state(workshop, job_id, "done")

    assert (row.losses, row.worker) == (1, "worker")


async def test_each_lane_does_so_many_at_once(workshop: Workshop) -> None:
    at_once, most = 0, 0
    finish = asyncio.Event()

    async def scan(run: Run, job: ScanShelf) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        if most == 3:
            finish.set()
        await finish.wait()
        at_once -= 1

    ids = [await order_scan(workshop, shelf_id) for shelf_id in range(8)]
    async with running(make_worker(workshop, lengthy(scan), timing=PATIENT, places=3)):
        for job_id in ids:
            await until_state(workshop, job_id, "done")

    assert most == 3


# --- schedules ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("every", "now", "expected"),
    [
        (timedelta(hours=1), "2030-01-01T12:00:00", "2030-01-01T13:00:00"),
        (timedelta(hours=1), "2030-01-01T12:59:59.9", "2030-01-01T13:00:00"),
        (timedelta(days=1), "2030-01-01T00:00:01", "2030-01-02T00:00:00"),
        (timedelta(seconds=0.5), "2030-01-01T12:00:00.6", "2030-01-01T12:00:01"),
    ],
)
def test_turns_are_counted_alike_by_all(every: timedelta, now: str, expected: str) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)

    assert next_turn(every, at) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


async def test_a_turn_is_ordered_once_by_however_many_workers(
    workshop: Workshop, clock: FixedClock
) -> None:
    turns: list[datetime] = []

    async def scan(run: Run, job: ScanShelf) -> None:
        turns.append(clock.now())

    schedule = Schedule(ScanShelf(shelf_id=0), timedelta(seconds=0.2))

    async def tick() -> None:
        # The test's clock goes with the loop's, so that sleeping and turning agree.
        start, base = time.monotonic(), clock.now()
        while True:
            clock.advance(base + timedelta(seconds=time.monotonic() - start) - clock.now())
            await asyncio.sleep(0.005)

    ticking = asyncio.create_task(tick())
    async with contextlib.AsyncExitStack() as stack:
        for name in ("a", "b", "c"):
            worker = make_worker(workshop, lengthy(scan), name=name, schedules=[schedule])
            await stack.enter_async_context(running(worker))
        async with asyncio.timeout(10):
            while len(turns) < 3:
                await asyncio.sleep(0.01)
    ticking.cancel()

    numbers = [int(turn.timestamp() / 0.2) for turn in turns]
    assert len(set(numbers)) == len(numbers)
    async with workshop.reading(Actor.system()) as work:
        active = await work.session.scalars(
            select(JobRow.tenant_id).where(JobRow.state.in_(["queued", "running"]))
        )
        assert active.all() in ([ALL_TENANTS], [])


# --- many at once ---------------------------------------------------------------------------------


async def test_workers_side_by_side_do_each_job_once(workshop: Workshop) -> None:
    counts: Counter[int] = Counter()
    workers: Counter[str] = Counter()

    def counting(name: str) -> Brief:
        async def count(work: Work, job: CountBooks) -> None:
            counts[job.shelf_id] += 1
            workers[name] += 1
            work.session.add(Shelf(id=job.shelf_id, name=str(job.shelf_id)))

        return count

    many = 300
    async with workshop.work(ADAS) as work:
        for shelf_id in range(many):
            work.enqueue(CountBooks(shelf_id=shelf_id))
    others = [Database(workshop.database.engine.url.render_as_string(hide_password=False))]
    workshops = [workshop, *(Workshop(other, clock=workshop.clock) for other in others)]
    async with contextlib.AsyncExitStack() as stack:
        for number, each in enumerate(workshops):
            worker = make_worker(each, brief(counting(str(number))), name=str(number), places=4)
            await stack.enter_async_context(running(worker))

        async def are_all_done() -> bool:
            async with workshop.reading(ADAS) as work:
                left = select(func.count()).select_from(JobRow).where(JobRow.state != "done")
                return await work.session.scalar(left) == 0

        await until(are_all_done)
    for other in others:
        await other.close()

    assert counts == dict.fromkeys(range(many), 1)
    assert len(await list_shelves(workshop)) == many
    assert set(workers) == {"0", "1"}
    async with workshop.reading(ADAS) as work:
        assert (await work.session.scalars(select(JobRow.fence).distinct())).all() == [1]


async def test_a_worker_of_another_process_is_woken(workshop: Workshop) -> None:
    if workshop.database.is_sqlite:
        pytest.skip("SQLite announces nothing")
    url = workshop.database.engine.url.render_as_string(hide_password=False)
    far = Workshop(Database(url), clock=workshop.clock)
    listening = asyncio.create_task(workshop.wake.listen(url.replace("+asyncpg", "")))
    async with running(make_worker(workshop, brief(note_shelf), timing=PATIENT)):
        await asyncio.sleep(0.1)
        await until_state(workshop, await order_count(far, 1), "done")
    listening.cancel()
    await asyncio.wait([listening])
    await far.database.close()


# --- a process that is killed ---------------------------------------------------------------------

WORKER_PROCESS = """
import asyncio, sys
from streamverse.kit.db import Database
from streamverse.kit.work import Workshop
from streamverse.kit.worker import Run, Worker
from streamverse.kit.jobs import Handler
from tests.kit.library import ScanShelf, Shelf

async def main():
    path, is_slow = sys.argv[1], sys.argv[2] == "slow"
    workshop = Workshop(Database(f"sqlite:///{path}"))

    async def scan(run: Run, job: ScanShelf):
        async with run.work() as work:
            work.session.add(Shelf(id=job.shelf_id * 100 + run.fence, name=str(run.fence)))
        print("in the middle", flush=True)
        async with run.work() as work:
            work.session.add(Shelf(id=job.shelf_id * 100 + 50 + run.fence, name=f"lost {run.fence}"))
            await work.session.flush()
            if is_slow:
                await asyncio.sleep(60)

    worker = Worker(
        workshop,
        {"library.scan_shelf": Handler("library.scan_shelf", ScanShelf, lengthy=scan)},
        name="the only one",
        lanes={"scan": 1},
    )
    await worker.reclaim()
    await worker.run_until_idle()

asyncio.run(main())
"""


async def start_process(path: Path, pace: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        WORKER_PROCESS,
        str(path),
        pace,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )


async def test_a_job_survives_the_killing_of_its_worker(
    sqlite_template: Path, tmp_path: Path
) -> None:
    path = tmp_path / "library.db"
    path.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{path}")
    await build_library(database)
    workshop = Workshop(database)
    job_id, next_id = await order_scan(workshop, 1), await order_scan(workshop, 2)

    killed = await start_process(path, "slow")
    assert killed.stdout is not None
    assert await killed.stdout.readline() == b"in the middle\n"
    await until_row(workshop, 101)
    killed.send_signal(signal.SIGKILL)
    assert await killed.wait() == -signal.SIGKILL
    row = await find(workshop, job_id)
    assert (row.state, row.worker, row.fence) == ("running", "the only one", 1)
    assert await list_shelves(workshop) == [(101, "1")]

    restarted = await start_process(path, "fast")
    assert (await restarted.communicate())[0] == b"in the middle\nin the middle\n"
    assert restarted.returncode == 0

    row = await find(workshop, job_id)
    assert (row.state, row.fence, row.losses, row.attempts) == ("done", 2, 1, 0)
    assert (await find(workshop, next_id)).state == "done"
    assert await list_shelves(workshop) == [
        (101, "1"),
        (102, "2"),
        (152, "lost 2"),
        (201, "1"),
        (251, "lost 1"),
    ]
    await database.close()


async def until_row(workshop: Workshop, shelf_id: int) -> None:
    async def is_there() -> bool:
        return shelf_id in dict(await list_shelves(workshop))

    await until(is_there)


# --- small things ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attempts", "least_s", "most_s"),
    [(1, 1.5, 2.5), (2, 3, 5), (5, 24, 40), (20, 450, 750)],
)
def test_the_pause_between_attempts_doubles_up_to_a_limit(
    attempts: int, least_s: float, most_s: float
) -> None:
    pauses = [back_off(attempts).total_seconds() for _ in range(200)]

    assert least_s <= min(pauses) < max(pauses) <= most_s


def test_what_is_kept_of_a_problem_is_plain_data() -> None:
    number = uuid4()
    problem = Invalid("No.", id=number, path=Path("/media"), at=datetime(2030, 1, 1, tzinfo=UTC))

    assert describe(problem) == {
        "code": "kit.invalid",
        "detail": "No.",
        "facts": {"id": str(number), "path": "/media", "at": "2030-01-01T00:00:00Z"},
    }
