"""The documents and the indexes that follow them: after events, anew, and on several servers."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select, update

from streamverse.domains.catalog.contracts import CreditLine
from streamverse.domains.catalog.models import PersonRow, TitleRow
from streamverse.domains.identity.contracts import DEFAULT_TENANT_ID
from streamverse.domains.search.contracts import ForgetSearches
from streamverse.domains.search.jobs import handlers
from streamverse.domains.search.models import DocumentRow, QueryDayRow, RevisionRow
from streamverse.domains.search.public import SearchDesk, ensure_documents
from streamverse.domains.search.service.documents import follow_titles
from streamverse.kit.jobs import DEFAULT_LANE
from streamverse.kit.work import Actor, Workshop
from streamverse.kit.worker import Worker, handlers_of
from tests.factories.statements import heard

if TYPE_CHECKING:
    from streamverse.kit.clock import FixedClock
    from tests.conftest import Clients
    from tests.search.conftest import Shelf

Run = Callable[[], Awaitable[None]]


@pytest.fixture
def run_jobs(workshop: Workshop) -> Run:
    """Run the jobs of search that are due."""
    worker = Worker(workshop, handlers_of(handlers(), []), name="test", lanes={DEFAULT_LANE: 1})
    return worker.run_until_idle


def held(desk: SearchDesk, *words: str) -> list[str]:
    index = desk.index_of(DEFAULT_TENANT_ID)
    return [entry.name for entry in index.find(words, wanted=len(words), limit=10)]


async def versions(workshop: Workshop) -> list[int]:
    async with workshop.reading(Actor.system()) as work:
        return sorted(await work.session.scalars(select(DocumentRow.version)))


async def test_every_server_holds_the_same(workshop: Workshop, shelf: Shelf) -> None:
    early, late = SearchDesk(workshop), SearchDesk(workshop)
    await early.catch_up()
    await shelf.add("Night Train", credits=[CreditLine("Mila Torvald", "actor")])
    await shelf.add("Night Watch", credits=[CreditLine("Mila Torvald", "actor")])
    for desk in (early, late):
        await desk.catch_up()
        assert sorted(held(desk, "night")) == ["Night Train", "Night Watch"]
        [person] = desk.index_of(DEFAULT_TENANT_ID).find(["mila", "torvald"], wanted=2, limit=1)
        assert (person.name, person.weight) == ("Mila Torvald", 2)
    assert await versions(workshop) == sorted(set(await versions(workshop)))


async def test_news_that_comes_twice_writes_nothing(workshop: Workshop, shelf: Shelf) -> None:
    await shelf.add("Night Train")
    before = await versions(workshop)
    async with workshop.work(shelf.editor) as work:
        await work.session.execute(update(TitleRow).values(tagline="Unheard"))
    await shelf.tell()

    assert await versions(workshop) == before


async def test_a_title_is_looked_at_once_whatever_kind_it_is(
    workshop: Workshop, shelf: Shelf
) -> None:
    title_id = await shelf.add("Night Train")
    with heard(workshop.database) as asked:
        async with workshop.work(shelf.editor) as work:
            await follow_titles(work, [title_id])
    tables = [re.findall(r"FROM (\w+)", text) for _, text in asked if "FROM" in text]
    assert tables == [
        ["catalog_title"],
        ["catalog_translation"],
        ["catalog_credit"],
        ["catalog_title_genre"],
        ["search_document"],
        # It has to do with nobody and nothing.
        [
            "catalog_credit",
            "catalog_title_studio",
            "catalog_title_genre",
            "catalog_collection_item",
            "catalog_title",
        ],
    ]


async def test_a_rebuild_mends_what_no_event_told(
    workshop: Workshop, shelf: Shelf, clients: Clients, run_jobs: Run
) -> None:
    await shelf.add("Night Train", credits=[CreditLine("Mila Torvald", "actor")])
    gone = await shelf.add("Night Watch")
    async with workshop.work(shelf.editor) as work:
        await work.session.execute(update(PersonRow).values(name="Mila Renamed"))
        await work.session.execute(delete(TitleRow).where(TitleRow.id == gone))
    desk = SearchDesk(workshop)
    await desk.catch_up()

    assert (await clients.viewer.post("/admin/search/rebuild")).status_code == 403
    assert (await clients.owner.post("/admin/search/rebuild")).status_code == 202
    before = desk.index_of(DEFAULT_TENANT_ID)
    await run_jobs()
    assert "Night Watch" in held(desk, "night")  # until the new one is whole
    await desk.catch_up()

    assert desk.index_of(DEFAULT_TENANT_ID) is not before
    assert held(desk, "night") == ["Night Train"]
    assert "Mila Renamed" in held(desk, "mila")
    async with workshop.reading(Actor.system()) as work:
        assert await work.session.scalar(select(RevisionRow.generation)) == 1


async def test_a_library_from_before_search_is_taken_in(
    workshop: Workshop, shelf: Shelf, run_jobs: Run
) -> None:
    await shelf.add("Night Train")
    async with workshop.work(Actor.system()) as work:
        await work.session.execute(delete(DocumentRow))
        await work.session.execute(delete(RevisionRow))

    for _ in range(2):
        async with workshop.work(Actor.system()) as work:
            await ensure_documents(work)
    await run_jobs()

    desk = SearchDesk(workshop)
    await desk.catch_up()
    assert held(desk, "night") == ["Night Train"]


async def test_what_was_searched_long_ago_is_forgotten(
    workshop: Workshop, clients: Clients, clock: FixedClock, run_jobs: Run, shelf: Shelf
) -> None:
    async with workshop.work(shelf.editor) as work:
        today = work.now.date()
        for days in (91, 89):
            row = QueryDayRow(
                day=today - timedelta(days=days), query="sea", search_count=1, empty_count=0
            )
            work.session.add(row)
        work.enqueue(ForgetSearches())
    await run_jobs()

    async with workshop.reading(Actor.system()) as work:
        [row] = await work.session.scalars(select(QueryDayRow))
    assert row.day == today - timedelta(days=89)
