"""Where the workers of the tests work: handlers, orders, and a look at what came of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from streamverse.kit.errors import Problem
from streamverse.kit.jobs import DEFAULT_LANE, Handler, JobRow, Schedule, job_name
from streamverse.kit.work import Actor, Work, Workshop
from streamverse.kit.worker import Run, Timing, Worker, handlers_of
from tests.kit.library import ADA, BookAdded, CountBooks, ScanShelf, Shelf

ADAS = Actor.system(ADA)
SHORT = Timing(lease=timedelta(seconds=15), beat_s=0.01, poll_s=0.02, sweep_s=0.02)
PATIENT = replace(SHORT, poll_s=60, sweep_s=60)
COUNT, SCAN = job_name(CountBooks), job_name(ScanShelf)

Brief = Callable[[Work, CountBooks], Awaitable[None]]
Lengthy = Callable[[Run, ScanShelf], Awaitable[None]]


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


def brief(call: Brief, **options: Any) -> Handler:
    return Handler(COUNT, CountBooks, brief=call, **options)


def lengthy(call: Lengthy, **options: Any) -> Handler:
    return Handler(SCAN, ScanShelf, lengthy=call, **options)


async def order_count(workshop: Workshop, shelf_id: int = 1, **options: Any) -> UUID:
    async with workshop.work(ADAS) as work:
        return work.enqueue(CountBooks(shelf_id=shelf_id), **options)


async def order_scan(workshop: Workshop, shelf_id: int = 1, **options: Any) -> UUID:
    async with workshop.work(ADAS) as work:
        return work.enqueue(ScanShelf(shelf_id=shelf_id), **options)


async def find(workshop: Workshop, job_id: UUID) -> JobRow:
    async with workshop.reading(ADAS) as work:
        return await work.session.get_one(JobRow, job_id)


async def list_shelves(workshop: Workshop) -> list[tuple[int, str]]:
    async with workshop.reading(ADAS) as work:
        found = await work.session.execute(select(Shelf.id, Shelf.name).order_by(Shelf.id))
        return [(shelf_id, name) for shelf_id, name in found]


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
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
        finished, _ = await asyncio.wait([task], timeout=60)
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


async def leave_word(work: Work, job: CountBooks, problem: Problem) -> None:
    work.session.add(Shelf(id=job.shelf_id, name=f"{problem.code}: {problem.detail}"))
    work.emit(BookAdded(book_id=job.shelf_id, added_at=work.now))
