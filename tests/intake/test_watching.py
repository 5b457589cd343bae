"""Watched folders are looked through by themselves, and the looks are forgotten."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy import func, select

from streamverse.domains.intake.contracts import ForgetLooks, LookAtFolders
from streamverse.kit.clock import FixedClock
from streamverse.kit.jobs import JobRow
from streamverse.kit.work import Actor, Workshop
from tests.conftest import Clients
from tests.intake.conftest import Library, Scan
from tests.intake.test_scanning import named

Look = Callable[[], Awaitable[None]]


async def order(workshop: Workshop, job: LookAtFolders | ForgetLooks) -> None:
    async with workshop.work(Actor.system()) as work:
        work.enqueue(job)


async def test_a_watched_folder_is_looked_through_and_another_is_not(
    library: Library, scan: Scan, workshop: Workshop, clients: Clients, look: Look
) -> None:
    folder = await scan()
    library.add("Film (1999).mkv")
    await order(workshop, LookAtFolders())
    await look()
    assert await named(workshop) == [("movie", "Film", None)]
    said = {"kind": "mixed", "is_watched": False}
    changed = await clients.owner.put(f"/admin/folders/{folder['id']}", json=said)
    assert changed.json()["items"][0]["is_watched"] is False
    library.add("Other (1999).mkv")
    await order(workshop, LookAtFolders())
    await look()
    assert await named(workshop) == [("movie", "Film", None)]


async def test_looks_that_are_over_are_forgotten(
    scan: Scan, workshop: Workshop, clock: FixedClock, look: Look
) -> None:
    async def count() -> int:
        async with workshop.reading(Actor.system()) as work:
            own = select(func.count()).where(JobRow.name.in_(["intake.scan_folder"]))
            return await work.session.scalar(own) or 0

    await scan()
    await order(workshop, ForgetLooks())
    await look()
    assert await count() == 1
    clock.advance(timedelta(hours=2))
    await order(workshop, ForgetLooks())
    await look()
    assert await count() == 0
