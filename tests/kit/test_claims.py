"""Which job is next: urgency, then the tenant that had least, then age; and who may take it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import event, func, select

from streamverse.kit.clock import FixedClock
from streamverse.kit.errors import Invalid, Unavailable
from streamverse.kit.heartbeats import FORGET_AFTER, MISSED_AFTER, Abilities, WorkerRow, Workers
from streamverse.kit.jobs import DEFAULT_LANE, LOW, WAITED_FOR, JobRow, Jobs
from streamverse.kit.work import Actor, Work, Workshop
from streamverse.kit.worker import BATCH_SIZE, Run, Worker, handlers_of
from tests.kit.library import ADA, BOB, Book, BookAdded, CountBooks, ScanShelf, Shelf
from tests.kit.workplace import (
    ADAS,
    SHORT,
    brief,
    find,
    lengthy,
    list_shelves,
    make_worker,
    note_shelf,
    order_count,
    order_scan,
    running,
    until_state,
)

FILM, SERIES = UUID(int=1), UUID(int=2)
EVE = UUID("0190e000-0000-7000-8000-00000000000e")
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def order_scans(workshop: Workshop, tenant_id: UUID, *shelf_ids: int) -> None:
    async with workshop.work(Actor.system(tenant_id)) as work:
        for shelf_id in shelf_ids:
            work.enqueue(ScanShelf(shelf_id=shelf_id))


async def scans_in_order(workshop: Workshop, clock: FixedClock, limit: int) -> list[int]:
    """Let one worker do so many scans, each of which takes a second."""
    order: list[int] = []
    is_enough = asyncio.Event()

    async def scan(run: Run, job: ScanShelf) -> None:
        order.append(job.shelf_id)
        clock.advance(timedelta(seconds=1))
        if len(order) == limit:
            is_enough.set()
            await asyncio.Event().wait()

    async with running(make_worker(workshop, lengthy(scan))):
        await is_enough.wait()
    return order


# --- between tenants ------------------------------------------------------------------------------


async def test_a_tenant_with_a_thousand_jobs_does_not_starve_another(
    workshop: Workshop, clock: FixedClock
) -> None:
    await order_scans(workshop, ADA, *range(1000))
    assert await scans_in_order(workshop, clock, 3) == [0, 1, 2]
    await order_scans(workshop, BOB, 2000, 2001, 2002)

    # What was cut short is its tenant's next, and counts as begun when it first was.
    assert await scans_in_order(workshop, clock, 7) == [2000, 2, 3, 2001, 4, 2002, 5]


async def test_three_tenants_take_turns(workshop: Workshop, clock: FixedClock) -> None:
    for tenant_id, first in ((EVE, 300), (ADA, 100), (BOB, 200)):
        await order_scans(workshop, tenant_id, *range(first, first + 3))
        clock.advance(timedelta(seconds=1))

    order = await scans_in_order(workshop, clock, 9)
    assert order == [300, 100, 200, 301, 101, 201, 302, 102, 202]


async def test_the_tenant_with_fewest_running_jobs_goes_first(
    workshop: Workshop, clock: FixedClock
) -> None:
    await order_scans(workshop, ADA, *range(5))
    # Another worker does one of Ada's, and has done so for long.
    async with workshop.work(ADAS) as work:
        row = (await work.session.scalars(select(JobRow).order_by(JobRow.id).limit(1))).one()
        row.state, row.lease_until = "running", clock.now() + timedelta(hours=1)
        row.started_at = clock.now() - timedelta(hours=1)
    await order_scans(workshop, BOB, 1000, 1001)

    assert await scans_in_order(workshop, clock, 4) == [1000, 1001, 1, 2]


async def test_urgency_goes_before_fairness(workshop: Workshop, clock: FixedClock) -> None:
    await order_scans(workshop, ADA, 1, 2)
    await order_scan(workshop, 10, priority=WAITED_FOR)
    await order_scan(workshop, 11, priority=WAITED_FOR)
    async with workshop.work(Actor.system(BOB)) as work:
        work.enqueue(ScanShelf(shelf_id=20), priority=LOW)

    assert await scans_in_order(workshop, clock, 5) == [10, 11, 1, 2, 20]


# --- urgency --------------------------------------------------------------------------------------


async def test_what_somebody_waits_for_goes_before_the_rest(
    workshop: Workshop, clock: FixedClock
) -> None:
    await order_scan(workshop, 1, subject_id=FILM)
    for shelf_id in (2, 3):
        await order_scan(workshop, shelf_id, subject_id=SERIES, priority=LOW)
    bell = workshop.wake.bell()
    async with workshop.work(ADAS) as work:
        await Jobs(work).raise_priority(SERIES)

    assert bell.is_set()
    assert await scans_in_order(workshop, clock, 3) == [2, 3, 1]


async def test_what_is_raised_keeps_its_own_order(workshop: Workshop) -> None:
    jobs = [await order_count(workshop, subject_id=FILM, priority=p) for p in (46, 50, 70)]
    for _ in range(2):
        async with workshop.work(ADAS) as work:
            await Jobs(work).raise_priority(FILM)

    assert [(await find(workshop, job)).priority for job in jobs] == [30, 34, 54]


async def test_each_lane_is_raised_by_itself(workshop: Workshop) -> None:
    scan = await order_scan(workshop, subject_id=FILM, priority=LOW)
    count = await order_count(workshop, subject_id=FILM, priority=40)
    async with workshop.work(ADAS) as work:
        await Jobs(work).raise_priority(FILM)

    assert [(await find(workshop, job)).priority for job in (scan, count)] == [30, 30]


async def test_raising_lowers_nothing_and_reaches_no_other_tenant(workshop: Workshop) -> None:
    urgent = await order_count(workshop, subject_id=FILM, priority=10)
    done = await order_count(workshop, subject_id=FILM)
    async with workshop.work(ADAS) as work:
        (await Jobs(work).lock(done)).state = "done"
    other = await order_count(workshop, subject_id=SERIES)
    bell = workshop.wake.bell()
    async with workshop.work(ADAS) as work:
        await Jobs(work).raise_priority(FILM)
    async with workshop.work(Actor.system(BOB)) as work:
        await Jobs(work).raise_priority(SERIES)

    assert [(await find(workshop, job)).priority for job in (urgent, done, other)] == [10, 50, 50]
    assert not bell.is_set()


async def test_a_running_job_learns_that_it_became_urgent(workshop: Workshop) -> None:
    await order_scan(workshop, subject_id=FILM, priority=LOW)
    seen: list[int] = []

    async def scan(run: Run, job: ScanShelf) -> None:
        seen.append(run.priority)
        async with workshop.work(ADAS) as work:
            await Jobs(work).raise_priority(FILM)
        while run.priority == LOW:
            await asyncio.sleep(0.005)
        seen.append(run.priority)

    await make_worker(workshop, lengthy(scan)).run_until_idle()

    assert seen == [LOW, WAITED_FOR]


# --- who may take it ------------------------------------------------------------------------------


async def test_a_job_goes_only_to_a_worker_that_offers_what_it_needs(workshop: Workshop) -> None:
    av1 = await order_count(workshop, 1, needs="av1")
    h264 = await order_count(workshop, 2, needs="h264")
    plain = await order_count(workshop, 3)

    def worker(**offers: str) -> Worker:
        return Worker(
            workshop,
            handlers_of([brief(note_shelf)], []),
            name="w",
            lanes={DEFAULT_LANE: 1},
            abilities=Abilities(offers=offers),
        )

    await worker().run_until_idle()
    states = [(await find(workshop, job)).state for job in (av1, h264, plain)]
    assert states == ["queued", "queued", "done"]
    await worker(h264="libx264").run_until_idle()
    assert (await find(workshop, av1)).state == "queued"
    await worker(h264="libx264", av1="libsvtav1").run_until_idle()
    assert await list_shelves(workshop) == [(i, f"counted {i}") for i in (1, 2, 3)]


async def test_a_worker_shows_itself_while_it_runs(workshop: Workshop, clock: FixedClock) -> None:
    abilities = Abilities(host="attic", offers={"h264": "libx264"}, threads=4)
    worker = Worker(workshop, {}, name="w/0", lanes={"scan": 2}, timing=SHORT, abilities=abilities)
    async with running(worker):
        while not (rows := await list_workers(workshop)):
            await asyncio.sleep(0.005)
        [row] = rows
        assert (row.name, row.host, row.lanes, row.offers, row.threads) == (
            *("w/0", "attic", {"scan": 2}, {"h264": "libx264"}, 4),
        )
        assert row.started_at == row.seen_at == clock.now()
        assert not row.is_missed(clock.now() + MISSED_AFTER)
        assert row.is_missed(clock.now() + MISSED_AFTER + timedelta(seconds=1))
    assert await list_workers(workshop) == []


async def test_a_worker_that_died_is_forgotten_in_a_day(
    workshop: Workshop, clock: FixedClock
) -> None:
    for name in ("dead", "alive", "well"):
        async with workshop.work(Actor.system()) as work:
            row = WorkerRow(name=name, host="", lanes={}, offers={}, threads=1)
            row.started_at = row.seen_at = work.now
            await Workers(work).show(row)
        clock.advance(FORGET_AFTER if name == "alive" else timedelta(seconds=1))

    assert [row.name for row in await list_workers(workshop)] == ["alive", "well"]


async def list_workers(workshop: Workshop) -> list[WorkerRow]:
    async with workshop.reading(ADAS) as work:
        return list(await Workers(work).all())


# --- brief jobs together --------------------------------------------------------------------------


@on_sqlite
async def test_brief_jobs_share_their_transactions(workshop: Workshop) -> None:
    commits = 0
    for shelf_id in range(BATCH_SIZE):
        await order_count(workshop, shelf_id)

    def count(_connection: object) -> None:
        nonlocal commits
        commits += 1

    event.listen(workshop.database.engine.sync_engine, "commit", count)
    worker = make_worker(workshop, brief(note_shelf))
    assert await worker._take(DEFAULT_LANE)  # noqa: SLF001 - one turn, and no look for more

    assert commits == 2
    assert len(await list_shelves(workshop)) == BATCH_SIZE


@on_sqlite
async def test_a_job_that_fails_among_others_is_undone_alone(
    workshop: Workshop, clock: FixedClock
) -> None:
    async def count(work: Work, job: CountBooks) -> None:
        await note_shelf(work, job)
        await work.session.flush()
        work.emit(BookAdded(book_id=job.shelf_id, added_at=work.now))
        if job.shelf_id == 1:
            raise Invalid("No such shelf.")
        if job.shelf_id == 2:
            raise Unavailable("Away.")

    jobs = [await order_count(workshop, shelf_id) for shelf_id in range(4)]
    async with workshop.work(Actor.system(BOB)) as work:
        bobs = work.enqueue(CountBooks(shelf_id=9))
    worker = make_worker(workshop, brief(count))
    assert await worker._take(DEFAULT_LANE)  # noqa: SLF001 - one turn

    rows = [await find(workshop, job) for job in jobs]
    assert [row.state for row in rows] == ["done", "dead", "queued", "done"]
    assert [row.attempts for row in rows] == [0, 1, 1, 0]
    assert [(row.problem or {}).get("detail") for row in rows] == [
        *(None, "No such shelf.", "Away.", None)
    ]
    assert await list_shelves(workshop) == [(0, "counted 0"), (3, "counted 3")]
    async with workshop.reading(Actor.system()) as work:
        states = await work.session.execute(select(JobRow.state).where(JobRow.id == bobs))
        assert states.scalar_one() == "done"
        shelf = await work.session.get_one(Shelf, 9)
        assert shelf.tenant_id == BOB


@on_sqlite
async def test_jobs_of_a_batch_that_cannot_be_committed_are_done_alone(
    workshop: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    async def count(work: Work, job: CountBooks) -> None:
        if job.shelf_id == 1:
            # The missing shelf is noticed when the whole transaction ends.
            work.session.add(Book(id=1, shelf_id=77))
        else:
            await note_shelf(work, job)

    jobs = [await order_count(workshop, shelf_id) for shelf_id in range(3)]
    assert await make_worker(workshop, brief(count))._take(DEFAULT_LANE)  # noqa: SLF001

    rows = [await find(workshop, job) for job in jobs]
    assert [row.state for row in rows] == ["done", "queued", "done"]
    assert rows[1].problem is not None
    assert "done alone" in caplog.text


@on_sqlite
async def test_what_followed_from_a_batch_happens_once_it_is_true(workshop: Workshop) -> None:
    seen: list[int] = []

    async def count(work: Work, job: CountBooks) -> None:
        await note_shelf(work, job)

        async def look() -> None:
            seen.append(len(await list_shelves(workshop)))

        work.after_commit(look)

    for shelf_id in range(3):
        await order_count(workshop, shelf_id)
    await make_worker(workshop, brief(count)).run_until_idle()

    assert seen == [3, 3, 3]


@on_sqlite
async def test_a_batch_that_is_cut_short_is_handed_back(workshop: Workshop) -> None:
    is_in = asyncio.Event()

    async def count(work: Work, job: CountBooks) -> None:
        await note_shelf(work, job)
        await work.session.flush()
        if job.shelf_id == 2:
            is_in.set()
            await asyncio.Event().wait()

    jobs = [await order_count(workshop, shelf_id) for shelf_id in range(4)]
    async with running(make_worker(workshop, brief(count))):
        await is_in.wait()
    rows = [await find(workshop, job) for job in jobs]
    assert [(row.state, row.losses, row.attempts) for row in rows] == [("queued", 0, 0)] * 4
    assert await list_shelves(workshop) == []


@on_sqlite
async def test_what_a_worker_died_of_is_done_alone(workshop: Workshop) -> None:
    open_at_once: list[int] = []

    async def count(work: Work, job: CountBooks) -> None:
        rows = await work.session.scalar(
            select(func.count()).select_from(JobRow).where(JobRow.state == "done")
        )
        open_at_once.append(rows or 0)

    jobs = [await order_count(workshop, shelf_id) for shelf_id in range(3)]
    async with workshop.work(ADAS) as work:
        (await Jobs(work).lock(jobs[0])).losses = 1
    worker = make_worker(workshop, brief(count))
    assert await worker._take(DEFAULT_LANE)  # noqa: SLF001 - one turn

    assert open_at_once == [0]
    states = [(await find(workshop, job)).state for job in jobs]
    assert states == ["done", "queued", "queued"]


async def test_a_lengthy_job_behind_brief_ones_is_done_in_the_same_turn(
    workshop: Workshop,
) -> None:
    async def scan(run: Run, job: ScanShelf) -> None:
        pass

    await order_count(workshop, 1)
    last = await order_scan(workshop)
    async with workshop.work(ADAS) as work:
        (await Jobs(work).lock(last)).lane = DEFAULT_LANE
    worker = make_worker(workshop, brief(note_shelf), lengthy(scan))
    async with running(worker):
        row = await until_state(workshop, last, "done")

    assert row.fence == 1
    assert await list_shelves(workshop) == [(1, "counted 1")]
