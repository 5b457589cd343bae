"""Workers that run: cancelling, stopping, waking, turns, and many at once."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from streamverse.kit.clock import FixedClock
from streamverse.kit.db import ALL_TENANTS, Database
from streamverse.kit.jobs import JobRow, Jobs, Schedule
from streamverse.kit.work import Actor, Work, Workshop
from streamverse.kit.worker import (
    Run,
    next_turn,
)
from tests.kit.library import CountBooks, ScanShelf, Shelf
from tests.kit.workplace import (
    ADAS,
    PATIENT,
    brief,
    find,
    leave_word,
    lengthy,
    list_shelves,
    make_worker,
    note_shelf,
    order_count,
    order_scan,
    running,
    until,
    until_state,
)

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
        await until_state(workshop, job_id, "dead")
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


async def test_a_job_is_taken_as_soon_as_it_is_ordered(workshop: Workshop) -> None:
    async with running(make_worker(workshop, brief(note_shelf), timing=PATIENT, places=3)):
        for shelf_id in range(10):
            start = time.monotonic()
            job_id = await order_count(workshop, shelf_id)
            await until_state(workshop, job_id, "done")
            assert time.monotonic() - start < PATIENT.poll_s / 2


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
    # By job: the one that is handed back at the end is done again by whoever stops last.
    turns: dict[UUID, datetime] = {}

    async def scan(run: Run, job: ScanShelf) -> None:
        async with run.reading() as work:
            turns[run.job_id] = (await work.session.get_one(JobRow, run.job_id)).run_at

    schedule = Schedule(ScanShelf(shelf_id=0), timedelta(seconds=0.3))

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
        async with asyncio.timeout(60):
            while len(turns) < 3:
                await asyncio.sleep(0.01)
    ticking.cancel()

    assert len(set(turns.values())) == len(turns)
    async with workshop.reading(Actor.system()) as work:
        active = await work.session.scalars(
            select(JobRow.tenant_id).where(JobRow.state.in_(["queued", "running"]))
        )
        assert active.all() in ([ALL_TENANTS], [])


# --- many at once ---------------------------------------------------------------------------------


def address_of(workshop: Workshop) -> str:
    return workshop.database.engine.url.render_as_string(hide_password=False)


@contextlib.asynccontextmanager
async def workshop_of_another_process(workshop: Workshop) -> AsyncGenerator[Workshop]:
    """Open the same records once more, sharing nothing with the first in memory."""
    database = Database(address_of(workshop))
    try:
        yield Workshop(database, clock=workshop.clock)
    finally:
        await database.close()


async def test_others_have_their_turn_between_any_two_jobs(workshop: Workshop) -> None:
    seen: list[int] = []
    turns = 0

    async def count(work: Work, job: CountBooks) -> None:
        seen.append(turns)

    async def take_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with workshop.work(ADAS) as work:
        for shelf_id in range(20):
            work.enqueue(CountBooks(shelf_id=shelf_id))
    other = asyncio.create_task(take_turns())
    await make_worker(workshop, brief(count)).run_until_idle()
    other.cancel()

    assert len(set(seen)) == len(seen) == 20


async def test_workers_side_by_side_do_each_job_once(workshop: Workshop) -> None:
    counts: Counter[int] = Counter()

    async def count(work: Work, job: CountBooks) -> None:
        counts[job.shelf_id] += 1
        work.session.add(Shelf(id=job.shelf_id, name=str(job.shelf_id)))

    many = 100
    async with workshop.work(ADAS) as work:
        for shelf_id in range(many):
            work.enqueue(CountBooks(shelf_id=shelf_id))
    async with contextlib.AsyncExitStack() as stack:
        far = await stack.enter_async_context(workshop_of_another_process(workshop))
        for number, each in enumerate((workshop, far)):
            worker = make_worker(each, brief(count), name=str(number), places=4)
            await stack.enter_async_context(running(worker))

        async def are_all_done() -> bool:
            async with workshop.reading(ADAS) as work:
                left = select(func.count()).select_from(JobRow).where(JobRow.state != "done")
                return await work.session.scalar(left) == 0

        await until(are_all_done)

    assert counts == dict.fromkeys(range(many), 1)
    assert len(await list_shelves(workshop)) == many
    async with workshop.reading(ADAS) as work:
        assert (await work.session.scalars(select(JobRow.fence).distinct())).all() == [1]


@pytest.mark.postgresql
async def test_a_worker_of_another_process_is_woken(workshop: Workshop) -> None:
    url = address_of(workshop)
    listening = asyncio.create_task(workshop.wake.listen(url.replace("+asyncpg", "")))
    try:
        async with (
            workshop_of_another_process(workshop) as far,
            running(make_worker(workshop, brief(note_shelf), timing=PATIENT)),
        ):
            await asyncio.sleep(0.1)
            await until_state(workshop, await order_count(far, 1), "done")
    finally:
        listening.cancel()
        await asyncio.wait([listening])
