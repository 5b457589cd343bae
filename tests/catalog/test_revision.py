"""The number that rises with every change of the catalog, whoever makes it and however."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete, insert, text, update

from streamverse.domains.catalog import public as catalog
from streamverse.domains.catalog.models import (
    CollectionItemRow,
    CollectionRow,
    GenreRow,
    TitleGenreRow,
    TitleRow,
    WindowRow,
)
from streamverse.domains.identity.contracts import DEFAULT_TENANT_ID
from streamverse.kit.clock import FixedClock, new_id
from streamverse.kit.work import Actor, Work, Workshop
from tests.factories.titles import make_library, make_title

SYSTEM = Actor.system(DEFAULT_TENANT_ID)
TABLES = (TitleRow, WindowRow, GenreRow, TitleGenreRow, CollectionRow, CollectionItemRow)


async def revision(workshop: Workshop) -> int:
    async with workshop.reading(SYSTEM) as work:
        return await catalog.find_revision(work)


async def fill(work: Work) -> UUID:
    """Put a row into each table that is watched."""
    title_id, genre_id, collection_id = await make_title(work), new_id(), new_id()
    work.session.add(GenreRow(id=genre_id, slug="drama", name="Drama", names={}))
    work.session.add(
        CollectionRow(
            id=collection_id, kind="collection", slug="best", name="Best", created_at=work.now
        )
    )
    await work.session.flush()
    work.session.add(TitleGenreRow(title_id=title_id, genre_id=genre_id))
    work.session.add(CollectionItemRow(collection_id=collection_id, title_id=title_id, position=1))
    work.session.add(WindowRow(id=new_id(), title_id=title_id, is_barring=True))
    return title_id


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__tablename__)
async def test_changing_and_removing_a_row_is_counted(
    workshop: Workshop, table: type[TitleRow]
) -> None:
    async with workshop.work(SYSTEM) as work:
        await fill(work)
    filled = await revision(workshop)
    async with workshop.work(SYSTEM) as work:
        # Even what changes nothing, in words that no mapper sees.
        await work.session.execute(text(f"UPDATE {table.__tablename__} SET tenant_id = tenant_id"))
    changed = await revision(workshop)
    async with workshop.work(SYSTEM) as work:
        await work.session.execute(delete(table))
    assert filled < changed < await revision(workshop)


async def test_many_rows_at_once_are_counted(workshop: Workshop) -> None:
    before = await revision(workshop)
    async with workshop.work(SYSTEM) as work:
        await make_library(work, [f"Film {number}" for number in range(30)])
    assert await revision(workshop) > before


async def test_what_is_undone_is_not_counted(workshop: Workshop) -> None:
    before = await revision(workshop)
    work = workshop.start(SYSTEM)
    await make_library(work, ["Film"])
    await work.close()
    assert await revision(workshop) == before


async def test_another_tenants_change_is_counted_too(workshop: Workshop) -> None:
    """One number for all: a batch of Works of several tenants ends in one transaction."""
    before = await revision(workshop)
    async with workshop.batch() as batch:
        async with batch.work(SYSTEM) as work:
            await make_library(work, ["Ours"])
        async with batch.work(Actor.system(new_id())) as work:
            await work.session.execute(
                insert(GenreRow), [{"id": new_id(), "slug": "a", "name": "A", "names": {}}]
            )
    assert await revision(workshop) > before


async def test_who_changes_titles_waits_for_nobody(workshop: Workshop) -> None:
    """Two that hold a title each and want the other's number would wait for each other."""
    if workshop.database.is_sqlite:
        return
    async with workshop.work(SYSTEM) as work:
        ids = [await make_title(work, name) for name in ("One", "Two")]

    async def change(work: Work, title_id: UUID) -> None:
        await work.session.execute(
            update(TitleRow).where(TitleRow.id == title_id).values(credit="changed")
        )

    first, second = workshop.start(SYSTEM), workshop.start(SYSTEM)
    await change(first, ids[0])
    await change(second, ids[1])
    await second.commit()
    await change(first, ids[1])
    await first.commit()
    for work in (first, second):
        await work.close()


MOMENTS: dict[str, Callable[[Work, timedelta], Awaitable[None]]] = {}


def moment(
    call: Callable[[Work, timedelta], Awaitable[None]],
) -> Callable[[Work, timedelta], Awaitable[None]]:
    MOMENTS[call.__name__] = call
    return call


@moment
async def title_opens(work: Work, after: timedelta) -> None:
    await make_title(work, published_at=work.now + after)


@moment
async def window_opens(work: Work, after: timedelta) -> None:
    title_id = await make_title(work)
    work.session.add(
        WindowRow(id=new_id(), title_id=title_id, is_barring=False, starts_at=work.now + after)
    )


@moment
async def window_closes(work: Work, after: timedelta) -> None:
    title_id = await make_title(work)
    work.session.add(
        WindowRow(id=new_id(), title_id=title_id, is_barring=True, ends_at=work.now + after)
    )


@moment
async def collection_opens(work: Work, after: timedelta) -> None:
    work.session.add(
        CollectionRow(
            id=new_id(),
            kind="collection",
            slug="soon",
            name="Soon",
            published_at=work.now + after,
            created_at=work.now,
        )
    )


@pytest.mark.parametrize("comes", MOMENTS.values(), ids=MOMENTS.keys())
async def test_an_answer_holds_until_the_next_moment(
    workshop: Workshop,
    clock: FixedClock,
    comes: Callable[[Work, timedelta], Awaitable[None]],
) -> None:
    async with workshop.work(SYSTEM) as work:
        await title_opens(work, timedelta(hours=2))
        await comes(work, timedelta(hours=1))
    async with workshop.reading(SYSTEM) as work:
        for latest, until in ((2, 1), (1, 1), (0.5, 0.5)):
            found = await catalog.good_until(work, clock.now() + timedelta(hours=latest))
            assert found == clock.now() + timedelta(hours=until)
