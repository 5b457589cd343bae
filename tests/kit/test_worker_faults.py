"""Workers do each job once, whatever happens to them and to the records."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import DBAPIError

from streamverse.kit.clock import FixedClock
from streamverse.kit.db import Database
from streamverse.kit.errors import Invalid
from streamverse.kit.jobs import JobRow, Jobs, Schedule
from streamverse.kit.work import Actor, Workshop
from streamverse.kit.worker import (
    MAX_LOSSES,
    LeaseLost,
    Run,
)
from tests.kit.library import ScanShelf, Shelf, build_library
from tests.kit.workplace import (
    ADAS,
    PATIENT,
    SCAN,
    SHORT,
    brief,
    find,
    leave_word,
    lengthy,
    list_shelves,
    make_worker,
    note_shelf,
    order_count,
    order_scan,
    records_unreachable,
    running,
    until,
    until_state,
)

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
async def test_a_worker_that_comes_back_while_another_does_its_job_changes_nothing(
    workshop: Workshop, clock: FixedClock, end: str
) -> None:
    job_id = await order_scan(workshop)
    is_taken, may_go_on = [asyncio.Event(), asyncio.Event()], [asyncio.Event(), asyncio.Event()]
    outcomes: list[object] = []

    async def scan(run: Run, job: ScanShelf) -> None:
        turn = run.fence - 1
        is_taken[turn].set()
        await may_go_on[turn].wait()
        try:
            async with run.work() as work:
                work.session.add(Shelf(id=run.fence, name=f"by fence {run.fence}"))
        except LeaseLost:
            outcomes.append(f"fence {run.fence} refused")
            if end == "problem":
                raise Invalid("No.") from None
            if end == "crash":
                raise ZeroDivisionError from None

    stunned = replace(SHORT, beat_s=3600)
    workers = [make_worker(workshop, lengthy(scan), name=name, timing=stunned) for name in "ab"]
    first = asyncio.create_task(workers[0].run_until_idle())
    await is_taken[0].wait()
    clock.advance(timedelta(seconds=16))
    await workers[1].release_expired()
    second = asyncio.create_task(workers[1].run_until_idle())
    await is_taken[1].wait()
    may_go_on[0].set()
    await first

    row = await find(workshop, job_id)
    assert (row.state, row.worker, row.fence, row.problem) == ("running", "b", 2, None)
    assert outcomes == ["fence 1 refused"]
    may_go_on[1].set()
    await second
    assert (await find(workshop, job_id)).state == "done"
    assert await list_shelves(workshop) == [(2, "by fence 2")]


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
    # The moment between claim and start has no name.
    claim = worker._claim  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]

    async def lose(which: Sequence[ColumnElement[bool]]) -> JobRow | None:
        row = await claim(which)
        async with workshop.work(Actor.system()) as work:
            await work.session.execute(update(JobRow).values(state="cancelled"))
        return row

    worker._claim = lose  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
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


# --- records out of reach -------------------------------------------------------------------------


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


async def test_an_outcome_that_cannot_be_written_leaves_the_job_to_the_next(
    workshop: Workshop, clock: FixedClock
) -> None:
    job_id = await order_scan(workshop)
    runs: list[int] = []

    async with contextlib.AsyncExitStack() as stack:

        async def scan(run: Run, job: ScanShelf) -> None:
            runs.append(run.fence)
            if len(runs) == 1:
                await stack.enter_async_context(records_unreachable(workshop))
            raise Invalid("No.")

        worker = make_worker(workshop, lengthy(scan), timing=replace(SHORT, beat_s=3600))
        with pytest.raises(DBAPIError, match="kit_job"):
            await worker.run_until_idle()
    assert (await find(workshop, job_id)).state == "running"
    clock.advance(timedelta(seconds=16))
    await worker.release_expired()
    await worker.run_until_idle()

    assert ((await find(workshop, job_id)).state, runs) == ("dead", [1, 2])


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
        attempt = f"job {job.shelf_id}, fence {run.fence}"
        base = job.shelf_id * 100 + run.fence
        async with run.work() as work:
            work.session.add(Shelf(id=base, name=f"begun by {attempt}"))
        print("in the middle", flush=True)
        async with run.work() as work:
            work.session.add(Shelf(id=base + 50, name=f"ended by {attempt}"))
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
    assert await list_shelves(workshop) == [(101, "begun by job 1, fence 1")]

    restarted = await start_process(path, "fast")
    assert (await restarted.communicate())[0] == b"in the middle\nin the middle\n"
    assert restarted.returncode == 0

    row = await find(workshop, job_id)
    assert (row.state, row.fence, row.losses, row.attempts) == ("done", 2, 1, 0)
    assert (await find(workshop, next_id)).state == "done"
    assert await list_shelves(workshop) == [
        (101, "begun by job 1, fence 1"),
        (102, "begun by job 1, fence 2"),
        (152, "ended by job 1, fence 2"),
        (201, "begun by job 2, fence 1"),
        (251, "ended by job 2, fence 1"),
    ]
    await database.close()


async def until_row(workshop: Workshop, shelf_id: int) -> None:
    async def is_there() -> bool:
        return shelf_id in dict(await list_shelves(workshop))

    await until(is_there)
