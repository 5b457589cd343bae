"""Events reach each listener by a job of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from streamverse.kit.clock import FixedClock
from streamverse.kit.db import Database
from streamverse.kit.deliveries import EVENTS_AT_ONCE
from streamverse.kit.errors import Invalid, Unavailable
from streamverse.kit.events import Event, Listeners, event_name, from_payload, to_payload
from streamverse.kit.jobs import DEFAULT_LANE, JobRow
from streamverse.kit.work import Actor, Work, Workshop
from streamverse.kit.worker import Worker, handlers_of
from tests.kit.library import ADA, BookAdded, Shelf

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
BOOK_7 = BookAdded(book_id=7, added_at=NOON)


class NeverHeard(Event):
    """Something that nobody reacts to."""


def test_an_event_survives_being_stored() -> None:
    payload = to_payload(BOOK_7)

    assert payload == {"book_id": 7, "added_at": "2030-01-01T12:00:00Z"}
    assert from_payload(BookAdded, payload) == BOOK_7
    assert event_name(BookAdded) == "library.book_added"


def test_listeners_are_named_after_their_owner_and_function() -> None:
    listeners = Listeners("catalog")

    @listeners.on(BookAdded)
    async def shelve_book(work: Work, event: BookAdded) -> None: ...

    (listener,) = listeners
    assert (listener.name, listener.event) == ("catalog.shelve_book", BookAdded)
    assert listener.react is shelve_book


async def test_a_listener_that_fails_is_retried_alone(library: Database, clock: FixedClock) -> None:
    listeners = Listeners("library")
    heard: list[tuple[str, BookAdded]] = []

    @listeners.on(BookAdded)
    async def stumble(work: Work, event: BookAdded) -> None:
        heard.append(("stumble", event))
        work.session.add(Shelf(id=event.book_id, name="from stumble"))
        if len(heard) < 3:
            raise Unavailable("The catalogue does not answer.")

    @listeners.on(BookAdded)
    async def succeed(work: Work, event: BookAdded) -> None:
        heard.append(("succeed", event))
        work.session.add(Shelf(id=event.book_id + 1, name="from succeed"))

    workshop = Workshop(library, clock=clock, listeners=listeners)
    worker = Worker(workshop, handlers_of([], listeners), name="w", lanes={DEFAULT_LANE: 1})
    async with workshop.work(Actor.system(ADA)) as work:
        work.emit(BOOK_7)
    await worker.run_until_idle()

    async with workshop.reading(Actor.system(ADA)) as work:
        assert (await work.session.scalars(select(Shelf.name))).all() == ["from succeed"]
    clock.advance(timedelta(minutes=1))
    await worker.run_until_idle()

    assert heard == [("stumble", BOOK_7), ("succeed", BOOK_7), ("stumble", BOOK_7)]
    async with workshop.reading(Actor.system(ADA)) as work:
        names = (await work.session.scalars(select(Shelf.name).order_by(Shelf.id))).all()
        states = (await work.session.execute(select(JobRow.name, JobRow.state))).all()
    assert names == ["from stumble", "from succeed"]
    assert sorted(map(tuple, states)) == [
        ("library.stumble@event", "done"),
        ("library.succeed@event", "done"),
    ]


async def test_many_events_of_one_work_are_told_together(
    library: Database, clock: FixedClock
) -> None:
    listeners = Listeners("library")
    heard: list[list[int]] = []

    @listeners.on_many(BookAdded)
    async def shelve(work: Work, events: Sequence[BookAdded]) -> None:
        heard.append([event.book_id for event in events])

    workshop = Workshop(library, clock=clock, listeners=listeners)
    worker = Worker(workshop, handlers_of([], listeners), name="w", lanes={DEFAULT_LANE: 1})
    for count in (EVENTS_AT_ONCE + 1, 2):
        async with workshop.work(Actor.system(ADA)) as work:
            for book_id in range(count):
                work.emit(BookAdded(book_id=book_id, added_at=NOON))
    await worker.run_until_idle()

    assert heard == [[*range(EVENTS_AT_ONCE)], [EVENTS_AT_ONCE], [0, 1]]


async def test_an_event_that_cannot_be_borne_takes_no_others_down(
    library: Database, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    listeners = Listeners("library")

    @listeners.on_many(BookAdded)
    async def shelve(work: Work, events: Sequence[BookAdded]) -> None:
        for event in events:
            work.session.add(Shelf(id=event.book_id, name=f"shelf {event.book_id}"))
            await work.session.flush()
            if event.book_id == 2:
                raise Invalid("No such book.")

    workshop = Workshop(library, clock=clock, listeners=listeners)
    worker = Worker(workshop, handlers_of([], listeners), name="w", lanes={DEFAULT_LANE: 1})
    async with workshop.work(Actor.system(ADA)) as work:
        for book_id in range(4):
            work.emit(BookAdded(book_id=book_id, added_at=NOON))
    await worker.run_until_idle()

    async with workshop.reading(Actor.system(ADA)) as work:
        shelves = (await work.session.scalars(select(Shelf.id).order_by(Shelf.id))).all()
        states = (await work.session.scalars(select(JobRow.state).order_by(JobRow.id))).all()
    assert shelves == [0, 1, 3]
    assert states == ["done", "done", "done", "dead", "done"]
    assert "each is told alone" in caplog.text


async def test_an_event_that_nobody_hears_makes_no_job(
    library: Database, clock: FixedClock
) -> None:
    workshop = Workshop(library, clock=clock, listeners=Listeners("library"))

    assert workshop.listeners_of(NeverHeard) == []
    async with workshop.work(Actor.system(ADA)) as work:
        work.emit(BOOK_7)
    async with workshop.reading(Actor.system()) as work:
        assert await work.session.scalar(select(JobRow)) is None


def test_two_listeners_of_one_name_are_refused() -> None:
    listeners = Listeners("library")

    @listeners.on(BookAdded)
    async def react(work: Work, event: BookAdded) -> None: ...

    with pytest.raises(ValueError, match=r"Two handlers are called library\.react@event\."):
        handlers_of([], [*listeners, *listeners])
