"""Job rows as a tenant sees them, and the bell that wakes workers."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
import pytest

from streamverse.kit import jobs
from streamverse.kit.clock import FixedClock
from streamverse.kit.db import Database
from streamverse.kit.jobs import (
    Handler,
    JobEnded,
    JobHandlers,
    JobNotFound,
    JobRow,
    Jobs,
    JobState,
    Schedule,
    job_name,
    listener_job_name,
    to_arguments,
)
from streamverse.kit.work import Actor, Work, Workshop
from tests.kit.library import ADA, BOB, CountBooks, ScanShelf

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from streamverse.kit.worker import Run

ADAS = Actor.system(ADA)
_untyped: Any = asyncpg  # it brings no types
FILM, SERIES = UUID(int=1), UUID(int=2)


async def order(workshop: Workshop, *, state: JobState = JobState.QUEUED, **options: Any) -> UUID:
    """Order a job and bring it into a state."""
    async with workshop.work(ADAS) as work:
        job_id = work.enqueue(CountBooks(shelf_id=1), **options)
    async with workshop.work(ADAS) as work:
        row = await Jobs(work).lock(job_id)
        row.state = state.value
        row.attempts, row.losses = 3, 2
        row.problem = {"code": "kit.invalid"} if state is JobState.DEAD else None
        is_over = state not in jobs.ACTIVE
        row.finished_at = work.now if is_over else None
    return job_id


async def find(workshop: Workshop, job_id: UUID) -> JobRow:
    async with workshop.reading(ADAS) as work:
        return await work.session.get_one(JobRow, job_id)


async def test_a_job_that_is_not_there_is_not_found(workshop: Workshop) -> None:
    job_id = await order(workshop)
    async with workshop.work(Actor.system(BOB)) as work:
        with pytest.raises(JobNotFound) as refusal:
            await Jobs(work).lock(job_id)

    assert refusal.value.facts == {"job_id": str(job_id)}
    assert refusal.value.code == "kit.job_not_found"


async def test_jobs_are_listed_by_what_they_are_about(workshop: Workshop) -> None:
    first = await order(workshop, subject_id=FILM)
    await order(workshop)
    second = await order(workshop, subject_id=SERIES, state=JobState.DONE)
    third = await order(workshop, subject_id=FILM)

    async with workshop.reading(ADAS) as work:
        found = await Jobs(work).of_subjects([FILM, SERIES])
        assert [row.id for row in found] == [first, second, third]
        assert await Jobs(work).of_subjects([]) == []
    async with workshop.reading(Actor.system(BOB)) as work:
        assert await Jobs(work).of_subjects([FILM, SERIES]) == []


async def test_jobs_are_paged_newest_first(workshop: Workshop) -> None:
    states = (JobState.QUEUED, JobState.DEAD, JobState.QUEUED, JobState.DEAD)
    ids = [await order(workshop, state=state) for state in states]

    async with workshop.reading(ADAS) as work:
        listed = Jobs(work)
        page = await listed.page(before=None, limit=3)
        assert [row.id for row in page] == ids[:0:-1]
        assert [row.id for row in await listed.page(before=ids[1], limit=3)] == ids[:1]
        dead = await listed.page(before=None, limit=3, state=JobState.DEAD)
        assert [row.id for row in dead] == [ids[3], ids[1]]
        assert await listed.page(before=ids[0], limit=3) == []


async def test_active_jobs_are_counted_by_subject_and_name(workshop: Workshop) -> None:
    for state in JobState:
        await order(workshop, subject_id=FILM, state=state)
    await order(workshop, subject_id=SERIES)

    async with workshop.reading(ADAS) as work:
        assert await Jobs(work).count_active(FILM, "library.count_books") == 2
        assert await Jobs(work).count_active(FILM, "library.scan_shelf") == 0


# --- cancelling and retrying ----------------------------------------------------------------------


@pytest.mark.parametrize("state", jobs.ACTIVE)
async def test_cancelling_asks_a_worker_to_end_the_job_now(
    workshop: Workshop, state: JobState
) -> None:
    tomorrow = workshop.clock.now() + timedelta(days=1)
    job_id = await order(workshop, run_at=tomorrow, state=state)
    bell = workshop.wake.bell()
    async with workshop.work(ADAS) as work:
        await Jobs(work).cancel(job_id)

    row = await find(workshop, job_id)
    assert row.state == state
    assert row.cancel_requested_at == row.run_at == workshop.clock.now()
    assert bell.is_set()


@pytest.mark.parametrize("state", [JobState.DONE, JobState.DEAD, JobState.CANCELLED])
async def test_a_job_that_has_ended_is_not_cancelled(workshop: Workshop, state: JobState) -> None:
    job_id = await order(workshop, state=state)
    with pytest.raises(JobEnded, match=f"This job is {state}, so there is nothing to cancel"):
        async with workshop.work(ADAS) as work:
            await Jobs(work).cancel(job_id)

    row = await find(workshop, job_id)
    assert (row.state, row.cancel_requested_at) == (state, None)


async def test_cancelling_a_subject_drops_what_waits_and_asks_what_runs(workshop: Workshop) -> None:
    waiting, running, done = [
        await order(workshop, subject_id=FILM, state=state)
        for state in (JobState.QUEUED, JobState.RUNNING, JobState.DONE)
    ]
    other = await order(workshop, subject_id=SERIES)
    async with workshop.work(ADAS) as work:
        await Jobs(work).cancel_subject(FILM)

    now = workshop.clock.now()
    rows = [await find(workshop, job_id) for job_id in (waiting, running, done, other)]
    assert [(row.state, row.cancel_requested_at) for row in rows] == [
        ("cancelled", None),
        ("running", now),
        ("done", None),
        ("queued", None),
    ]
    assert rows[0].finished_at == now


async def test_what_was_asked_to_stop_may_go_on(workshop: Workshop) -> None:
    running = await order(workshop, subject_id=FILM, state=JobState.RUNNING)
    other = await order(workshop, subject_id=SERIES, state=JobState.RUNNING)
    async with workshop.work(ADAS) as work:
        for subject_id in (FILM, SERIES):
            await Jobs(work).cancel_subject(subject_id)
    async with workshop.work(ADAS) as work:
        await Jobs(work).keep_subject(FILM)

    rows = [await find(workshop, job_id) for job_id in (running, other)]
    assert [row.cancel_requested_at for row in rows] == [None, workshop.clock.now()]


@pytest.mark.parametrize("state", [JobState.DEAD, JobState.CANCELLED])
async def test_a_job_that_failed_is_queued_as_if_new(
    workshop: Workshop, clock: FixedClock, state: JobState
) -> None:
    job_id = await order(workshop, state=state)
    clock.advance(timedelta(hours=1))
    bell = workshop.wake.bell()
    async with workshop.work(ADAS) as work:
        await Jobs(work).retry(job_id)

    row = await find(workshop, job_id)
    assert (row.state, row.run_at) == ("queued", clock.now())
    assert (row.attempts, row.losses) == (0, 0)
    assert (row.problem, row.finished_at, row.cancel_requested_at) == (None, None, None)
    assert bell.is_set()


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.RUNNING, JobState.DONE])
async def test_a_job_that_did_not_fail_is_not_retried(workshop: Workshop, state: JobState) -> None:
    job_id = await order(workshop, state=state)
    with pytest.raises(JobEnded, match=f"This job is {state}: only one that failed"):
        async with workshop.work(ADAS) as work:
            await Jobs(work).retry(job_id)

    assert (await find(workshop, job_id)).state == state


async def test_a_job_is_not_retried_beside_its_twin(workshop: Workshop) -> None:
    failed = await order(workshop, state=JobState.DEAD, dedupe_key="count")
    await order(workshop, dedupe_key="count")
    with pytest.raises(JobEnded, match="ordered again"):
        async with workshop.work(ADAS) as work:
            await Jobs(work).retry(failed)

    assert (await find(workshop, failed)).state == "dead"


# --- declaring ------------------------------------------------------------------------------------


def test_a_domain_declares_handlers_and_schedules() -> None:
    async def count(work: Work, job: CountBooks) -> None: ...
    async def scan(run: Run, job: ScanShelf) -> None: ...
    async def end(work: Work, job: object, problem: object) -> None: ...

    declared = JobHandlers()
    declared.brief(CountBooks, count)
    declared.lengthy(ScanShelf, scan, ending=end)
    declared.every(timedelta(hours=1), CountBooks(shelf_id=0))

    assert list(declared) == [
        Handler("library.count_books", CountBooks, brief=count),
        Handler("library.scan_shelf", ScanShelf, lengthy=scan, ending=end),
    ]
    assert declared.schedules == [Schedule(CountBooks(shelf_id=0), timedelta(hours=1))]


def test_a_job_is_stored_by_name_and_arguments() -> None:
    assert job_name(ScanShelf) == "library.scan_shelf"
    assert to_arguments(ScanShelf(shelf_id=3)) == {"shelf_id": 3}
    assert listener_job_name("library.count") == "library.count@event"


# --- the bell -------------------------------------------------------------------------------------


async def test_a_bell_rings_for_what_comes_after_it_was_taken(workshop: Workshop) -> None:
    wake = workshop.wake
    wake.ring()
    bell = wake.bell()
    assert not bell.is_set()
    wake.ring()
    wake.bell()  # that another looks takes nothing away

    async with asyncio.timeout(60):
        await wake.wait(bell, 3600)


async def test_a_bell_is_waited_for_only_so_long(workshop: Workshop) -> None:
    start = time.monotonic()
    await workshop.wake.wait(workshop.wake.bell(), 0.02)

    assert time.monotonic() - start > 0.015


@pytest.fixture
def dsn(database_url: str) -> str:
    return database_url.replace("+asyncpg", "")


@asynccontextmanager
async def listening(workshop: Workshop, dsn: str) -> AsyncGenerator[None]:
    task = asyncio.create_task(workshop.wake.listen(dsn))
    try:
        yield
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.mark.postgresql
async def test_orders_of_another_process_ring(workshop: Workshop, dsn: str) -> None:
    far = Workshop(Database(dsn.replace("://", "+asyncpg://")), clock=workshop.clock)
    bell = workshop.wake.bell()
    async with listening(workshop, dsn):
        async with asyncio.timeout(60):
            await bell.wait()  # once, for what it may have missed
        for is_committed in (False, True):
            bell = workshop.wake.bell()
            work = far.start(ADAS)
            work.enqueue(CountBooks(shelf_id=1))
            if is_committed:
                await work.commit()
            await work.session.close()
            await workshop.wake.wait(bell, 60 if is_committed else 0.1)
            assert bell.is_set() is is_committed
    await far.database.close()


@pytest.mark.postgresql
async def test_listening_survives_the_loss_of_its_connection(
    workshop: Workshop, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "RECONNECT_AFTER_S", 0.01)
    administrator = await _untyped.connect(dsn)
    listeners = (
        "SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN%' "
        "AND datname = current_database()"
    )
    bell = workshop.wake.bell()
    async with listening(workshop, dsn):
        async with asyncio.timeout(60):
            await bell.wait()
        bell = workshop.wake.bell()
        (before,) = await administrator.fetch(listeners)
        await administrator.execute(f"SELECT pg_terminate_backend({before['pid']})")
        async with asyncio.timeout(60):
            await bell.wait()  # it listens again
        (after,) = await administrator.fetch(listeners)
        assert after["pid"] != before["pid"]
        bell = workshop.wake.bell()
        await administrator.execute(f"NOTIFY {jobs.CHANNEL}")
        async with asyncio.timeout(60):
            await bell.wait()
    await administrator.close()


@pytest.mark.parametrize("reason", ["nobody there", "no such database"])
@pytest.mark.postgresql
async def test_listening_waits_for_a_server_that_does_not_answer(
    workshop: Workshop,
    dsn: str,
    reason: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(jobs, "RECONNECT_AFTER_S", 0.01)
    wrong = {
        "nobody there": "postgresql://streamverse@127.0.0.1:1/sv",
        "no such database": dsn.rsplit("/", 1)[0] + f"/sv_missing_{uuid4().hex}",
    }[reason]
    async with listening(workshop, wrong), asyncio.timeout(60):
        while len(caplog.records) < 2:
            await asyncio.sleep(0.01)

    assert {(r.levelno, r.message) for r in caplog.records} == {
        (logging.WARNING, "cannot hear of new jobs: PostgreSQL does not answer")
    }
