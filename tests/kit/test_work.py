"""A Work makes everything true at once, or nothing."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, StatementError

from streamverse.kit.clock import FixedClock, SystemClock
from streamverse.kit.db import ALL_TENANTS, Database, ReadOnlyWork
from streamverse.kit.events import EventRow, Listeners
from streamverse.kit.jobs import DEFAULT_LANE, HIGH, JobRow
from streamverse.kit.work import Actor, Role, Work, Workshop
from tests.kit.library import ADA, BOB, Book, BookAdded, CountBooks, ScanShelf, Shelf

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
ADAS = Actor.system(ADA)

listeners = Listeners("library")


@listeners.on(BookAdded)
async def count_book(work: Work, event: BookAdded) -> None:
    """React; the tests here never let it run."""


@listeners.on(BookAdded)
async def praise_book(work: Work, event: BookAdded) -> None:
    """React as well."""


@pytest.fixture
def workshop(library: Database, clock: FixedClock) -> Workshop:
    return Workshop(library, clock=clock, listeners=listeners)


async def count_rows(workshop: Workshop) -> dict[str, int]:
    """Count what all tenants have: rows, events, jobs."""
    async with workshop.reading(Actor.system()) as work:
        return {
            model.__name__: len((await work.session.scalars(select(model))).all())
            for model in (Shelf, EventRow, JobRow)
        }


NOTHING = {"Shelf": 0, "EventRow": 0, "JobRow": 0}


def do_everything(work: Work, shelf_id: int = 1) -> None:
    work.session.add(Shelf(id=shelf_id, name="new"))
    work.emit(BookAdded(book_id=1, added_at=NOON))
    work.enqueue(CountBooks(shelf_id=shelf_id))


# --- all or nothing -------------------------------------------------------------------------------


async def test_rows_events_deliveries_and_jobs_are_committed_together(workshop: Workshop) -> None:
    async with workshop.work(ADAS) as work:
        do_everything(work)
        assert await count_rows(workshop) == NOTHING

    assert await count_rows(workshop) == {"Shelf": 1, "EventRow": 1, "JobRow": 3}


async def test_nothing_remains_of_a_work_that_raises(workshop: Workshop) -> None:
    with pytest.raises(ZeroDivisionError):
        async with workshop.work(ADAS) as work:
            do_everything(work)
            await work.session.flush()
            raise ZeroDivisionError

    assert await count_rows(workshop) == NOTHING


async def test_nothing_remains_of_a_work_whose_rows_are_refused(workshop: Workshop) -> None:
    with pytest.raises(IntegrityError):
        async with workshop.work(ADAS) as work:
            do_everything(work)
            work.session.add(Shelf(id=2, name="new"))

    assert await count_rows(workshop) == NOTHING


async def test_nothing_remains_of_a_work_whose_commit_is_refused(workshop: Workshop) -> None:
    with pytest.raises(IntegrityError):
        async with workshop.work(ADAS) as work:
            do_everything(work)
            work.session.add(Book(id=1, shelf_id=99))  # found out at COMMIT

    assert await count_rows(workshop) == NOTHING


async def test_nothing_remains_of_a_work_that_is_cancelled(workshop: Workshop) -> None:
    is_flushed = asyncio.Event()

    async def begin() -> None:
        async with workshop.work(ADAS) as work:
            do_everything(work)
            await work.session.flush()
            is_flushed.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(begin())
    await is_flushed.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await count_rows(workshop) == NOTHING


async def test_a_work_that_failed_tells_nothing_when_it_is_committed_again(
    workshop: Workshop,
) -> None:
    work = workshop.start(ADAS)
    do_everything(work)
    work.session.add(Book(id=1, shelf_id=99))
    with pytest.raises(IntegrityError):
        await work.commit()
    await work.session.rollback()
    await work.commit()
    await work.session.close()

    assert await count_rows(workshop) == NOTHING


async def test_a_work_is_told_once_however_often_it_is_committed(workshop: Workshop) -> None:
    work = workshop.start(ADAS)
    do_everything(work)
    await work.commit()
    await work.commit()
    await work.session.close()

    assert await count_rows(workshop) == {"Shelf": 1, "EventRow": 1, "JobRow": 3}


# --- what is written ------------------------------------------------------------------------------


async def test_an_event_is_kept_with_its_tenant_and_moment(workshop: Workshop) -> None:
    async with workshop.work(ADAS) as work:
        work.emit(BookAdded(book_id=7, added_at=NOON))
    async with workshop.reading(ADAS) as work:
        row = (await work.session.scalars(select(EventRow))).one()

    assert (row.tenant_id, row.name, row.occurred_at) == (
        ADA,
        "library.book_added",
        workshop.clock.now(),
    )
    assert row.payload == {"book_id": 7, "added_at": "2030-01-01T12:00:00Z"}
    async with workshop.reading(Actor.system(BOB)) as work:
        assert await work.session.scalar(select(EventRow)) is None


async def test_each_listener_gets_a_delivery_of_its_own(workshop: Workshop) -> None:
    async with workshop.work(ADAS) as work:
        work.emit(BookAdded(book_id=7, added_at=NOON))
    async with workshop.reading(ADAS) as work:
        rows = (await work.session.scalars(select(JobRow).order_by(JobRow.id))).all()

    assert [(row.name, row.lane, row.priority, row.state) for row in rows] == [
        ("library.count_book@event", DEFAULT_LANE, HIGH, "queued"),
        ("library.praise_book@event", DEFAULT_LANE, HIGH, "queued"),
    ]
    assert {str(row.arguments) for row in rows} == {
        "{'book_id': 7, 'added_at': '2030-01-01T12:00:00Z'}"
    }


async def test_a_job_is_kept_as_it_was_ordered(workshop: Workshop) -> None:
    async with workshop.work(ADAS) as work:
        job_id = work.enqueue(
            ScanShelf(shelf_id=4),
            run_at=NOON,
            priority=70,
            subject_id=UUID(int=9),
            dedupe_key="scan 4",
        )
        assert work.now == workshop.clock.now()
    async with workshop.reading(ADAS) as work:
        row = await work.session.get_one(JobRow, job_id)

    assert (row.name, row.lane, row.arguments) == ("library.scan_shelf", "scan", {"shelf_id": 4})
    assert (row.run_at, row.priority, row.created_at) == (NOON, 70, workshop.clock.now())
    assert (row.subject_id, row.dedupe_key, row.tenant_id) == (UUID(int=9), "scan 4", ADA)
    assert (row.state, row.attempts, row.losses, row.fence) == ("queued", 0, 0, 0)


async def test_an_order_whose_twin_is_active_adds_nothing(workshop: Workshop) -> None:
    for actor in (ADAS, ADAS, Actor.system(BOB)):
        async with workshop.work(actor) as work:
            work.enqueue(CountBooks(shelf_id=1), dedupe_key="count 1")
            work.enqueue(CountBooks(shelf_id=1), dedupe_key="count 1")

    async with workshop.reading(Actor.system()) as work:
        tenants = await work.session.scalars(select(JobRow.tenant_id).order_by(JobRow.tenant_id))
        assert tenants.all() == [ADA, BOB]


async def test_an_order_after_its_twin_has_ended_counts(workshop: Workshop) -> None:
    for _ in range(2):
        async with workshop.work(ADAS) as work:
            work.enqueue(CountBooks(shelf_id=1), dedupe_key="count 1")
            for row in await work.session.scalars(select(JobRow)):
                row.state = "done"

    assert (await count_rows(workshop))["JobRow"] == 2


# --- telling the workers, and cleaning up ---------------------------------------------------------


def add_shelf(work: Work) -> None:
    work.session.add(Shelf(id=1, name="x"))


def order_count(work: Work) -> None:
    work.enqueue(CountBooks(shelf_id=1))


def tell_of_book(work: Work) -> None:
    work.emit(BookAdded(book_id=1, added_at=NOON))


@pytest.mark.parametrize(
    ("act", "is_ringing"),
    [
        (add_shelf, False),
        (order_count, True),
        (tell_of_book, True),
        (Work.wake_workers, True),
    ],
)
async def test_workers_are_woken_when_there_is_something_for_them(
    workshop: Workshop, act: Callable[[Work], object], is_ringing: bool
) -> None:
    bell = workshop.wake.bell()
    async with workshop.work(ADAS) as work:
        act(work)
        assert not bell.is_set()

    assert bell.is_set() is is_ringing


async def test_workers_are_not_woken_by_a_commit_that_is_refused(workshop: Workshop) -> None:
    bell = workshop.wake.bell()
    with pytest.raises(IntegrityError):
        async with workshop.work(ADAS) as work:
            order_count(work)
            work.session.add(Book(id=1, shelf_id=99))  # found out at COMMIT

    assert not bell.is_set()


async def test_clean_ups_come_after_the_commit(workshop: Workshop) -> None:
    seen: list[object] = []

    async def look() -> None:
        seen.append((await count_rows(workshop))["Shelf"])

    async with workshop.work(ADAS) as work:
        do_everything(work)
        work.after_commit(look)
        assert seen == []

    assert seen == [1]


async def test_clean_ups_do_not_come_after_a_failure(workshop: Workshop) -> None:
    seen: list[str] = []

    async def look() -> None:
        seen.append("called")

    work = workshop.start(ADAS)
    work.session.add(Book(id=1, shelf_id=99))
    work.after_commit(look)
    with pytest.raises(IntegrityError):
        await work.commit()
    await work.session.close()

    assert seen == []


async def test_a_clean_up_that_fails_harms_nobody(
    workshop: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[str] = []

    async def fail() -> None:
        raise ZeroDivisionError

    async def succeed() -> None:
        seen.append("called")

    async with workshop.work(ADAS) as work:
        do_everything(work)
        work.after_commit(fail)
        work.after_commit(succeed)

    assert seen == ["called"]
    assert (await count_rows(workshop))["Shelf"] == 1
    assert [(r.levelno, r.message) for r in caplog.records] == [
        (logging.ERROR, "a clean-up after a commit failed")
    ]


# --- what a refusal leaves behind -----------------------------------------------------------------


async def test_a_refusal_leaves_behind_what_it_was_told_to_and_nothing_else(
    workshop: Workshop,
) -> None:
    async def note(work: Work) -> None:
        work.session.add(Shelf(id=7, name="A note"))

    for is_refused in (True, False):
        with contextlib.suppress(ZeroDivisionError):
            async with workshop.work(ADAS) as work:
                work.session.add(Shelf(id=1, name="Ada's"))
                await work.session.flush()
                work.if_refused(note)
                if is_refused:
                    raise ZeroDivisionError
                assert sorted(await work.session.scalars(select(Shelf.id))) == [1, 7]

    async with workshop.reading(ADAS) as work:
        found = (await work.session.scalars(select(Shelf.name).order_by(Shelf.id))).all()
    assert found == ["Ada's", "A note"]


async def test_a_note_that_fails_does_not_hide_the_refusal(
    workshop: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(_work: Work) -> None:
        raise KeyError

    with pytest.raises(ZeroDivisionError):
        async with workshop.reading(ADAS) as work:
            work.if_refused(fail)
            raise ZeroDivisionError

    assert [(r.levelno, r.message) for r in caplog.records] == [
        (logging.ERROR, "what a refusal was to leave behind is lost")
    ]


# --- reading only ---------------------------------------------------------------------------------


@pytest.mark.parametrize("act", [add_shelf, order_count, tell_of_book])
async def test_a_reading_work_refuses_to_tell_what_it_cannot_keep(
    workshop: Workshop, act: Callable[[Work], object]
) -> None:
    with pytest.raises(ReadOnlyWork):
        async with workshop.reading(ADAS) as work:
            act(work)

    assert await count_rows(workshop) == NOTHING


async def test_a_change_to_a_row_that_was_read_is_refused_even_at_the_end(
    workshop: Workshop,
) -> None:
    async with workshop.work(ADAS) as work:
        work.session.add(Shelf(id=1, name="old"))
    with pytest.raises(ReadOnlyWork):
        async with workshop.reading(ADAS) as work:
            (await work.session.get_one(Shelf, 1)).name = "new"

    async with workshop.reading(ADAS) as work:
        assert (await work.session.get_one(Shelf, 1)).name == "old"


async def test_the_database_itself_refuses_a_reading_work_that_writes(workshop: Workshop) -> None:
    with pytest.raises(StatementError, match=r"(?i)read-?only"):
        async with workshop.reading(Actor.system()) as work:
            await work.session.execute(text("DELETE FROM kit_job"))


async def test_a_work_aside_sees_what_is_committed_and_changes_nothing(workshop: Workshop) -> None:
    async with workshop.work(ADAS) as work:
        work.session.add(Shelf(id=1, name="new"))
        await work.session.flush()
        async with work.aside() as aside:
            assert (aside.actor, aside.now) == (work.actor, work.now)
            assert (await aside.session.scalars(select(Shelf.id))).all() == []
        with pytest.raises(ReadOnlyWork):
            async with work.aside() as aside:
                aside.session.add(Shelf(id=2, name="in vain"))

    async with workshop.work(ADAS) as work, work.aside() as aside:
        assert (await aside.session.scalars(select(Shelf.id))).all() == [1]


async def test_a_work_may_write_after_one_that_read(workshop: Workshop) -> None:
    async with workshop.reading(ADAS) as work:
        assert await work.session.get(Shelf, 1) is None
    async with workshop.work(ADAS) as work:
        work.session.add(Shelf(id=1, name="x"))

    assert (await count_rows(workshop))["Shelf"] == 1


# --- who and when ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("account_id", "roles", "is_signed_in", "is_owner"),
    [
        (None, [], False, False),
        (UUID(int=1), [Role.VIEWER], True, False),
        (UUID(int=1), [Role.OWNER, Role.VIEWER], True, True),
    ],
)
def test_an_actor_knows_what_it_is(
    account_id: UUID | None, roles: Sequence[Role], is_signed_in: bool, is_owner: bool
) -> None:
    actor = Actor(ADA, account_id, frozenset(roles))

    assert (actor.is_signed_in, actor.is_owner, actor.locale) == (is_signed_in, is_owner, "en")


def test_the_program_itself_acts_for_all_tenants_unless_told() -> None:
    assert Actor.system() == Actor(ALL_TENANTS)
    assert Actor.system(ADA) == Actor(ADA)
    assert not Actor.system().is_signed_in


async def test_the_moment_of_a_work_stands_still(workshop: Workshop, clock: FixedClock) -> None:
    async with workshop.work(ADAS) as work:
        before = work.now
        clock.advance(timedelta(hours=1))
        assert work.now == before
    async with workshop.work(ADAS) as work:
        assert work.now == before + timedelta(hours=1)


async def test_time_comes_from_the_machine_unless_told(library: Database) -> None:
    workshop = Workshop(library)
    before = datetime.now(UTC)
    async with workshop.work(ADAS) as work:
        assert before <= work.now <= datetime.now(UTC)

    clock: Any = workshop.clock
    assert isinstance(clock, SystemClock)
