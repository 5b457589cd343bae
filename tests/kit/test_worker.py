"""Workers do each job once, in its order, and again if that may help."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import delete, func, select, update

from streamverse.kit.clock import FixedClock
from streamverse.kit.errors import Conflict, Invalid, Problem, Throttled, Unavailable
from streamverse.kit.events import EventRow
from streamverse.kit.jobs import DEFAULT_LANE, JobRow
from streamverse.kit.work import Actor, Work, Workshop
from streamverse.kit.worker import (
    Run,
    Worker,
    back_off,
    describe,
)
from tests.kit.library import CountBooks, ScanShelf, Shelf
from tests.kit.workplace import (
    ADAS,
    SHORT,
    Brief,
    brief,
    find,
    leave_word,
    lengthy,
    list_shelves,
    make_worker,
    note_shelf,
    order_count,
    order_scan,
    until,
)

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
