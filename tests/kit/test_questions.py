"""What is asked past the mappers sees one tenant all the same, and writes for one."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import cast
from uuid import UUID

import pytest
from sqlalchemy import Integer, Table, Uuid, bindparam, exists, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, aliased, mapped_column

from streamverse.kit.db import ALL_TENANTS, Database, ForeignTenant, ReadOnlyWork, line_of
from streamverse.kit.events import EventRow
from streamverse.kit.questions import Question, insert_row
from tests.kit.library import ADA, BOB, Book, Shelf, list_everything
from tests.kit.test_db import FURNISHED, LATER

Other = aliased(Shelf)
_NAMES = Question(select(Shelf.name).order_by(Shelf.id))
_OF_ID = Question(
    select(Shelf.name, Shelf.tenant_id, Shelf.built_at).where(
        Shelf.id == bindparam("shelf_id", type_=Integer()), Shelf.name != "Nobody's"
    )
)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (_NAMES, [("Ada's",)]),
        (Question(select(Other.name)), [("Ada's",)]),
        (Question(select(Shelf.id, Book.id).join(Shelf.books)), [(1, 1)]),
        (Question(select(Shelf.id, Book.id).outerjoin(Book, Book.id == 2)), [(1, None)]),
        (Question(select(Shelf.id, exists().where(Book.id == 2))), [(1, False)]),
        (Question(select(Book.id).where(Book.shelf_id.in_(select(Shelf.id)))), [(1,)]),
    ],
)
async def test_a_question_sees_one_tenant(
    furnished: Database, question: Question[*tuple[object, ...]], expected: list[tuple[object]]
) -> None:
    async with furnished.session(ADA) as session:
        assert await question.ask(session) == expected


async def test_the_filter_is_not_remembered_from_another_tenant(furnished: Database) -> None:
    found: list[tuple[str]] = []
    for tenant_id in (ADA, BOB, ALL_TENANTS, ADA):
        async with furnished.session(tenant_id) as session:
            found += await _NAMES.ask(session)

    assert [name for (name,) in found] == ["Ada's", "Bob's", "Ada's", "Bob's", "Ada's"]


async def test_whoever_only_reads_asks_outside_of_transactions(furnished: Database) -> None:
    found: list[str] = []
    for tenant_id in (ADA, BOB, ALL_TENANTS, ADA):
        async with furnished.session(tenant_id, is_read_only=True) as session:
            found += [name for (name,) in await _NAMES.ask(session)]
            assert not session.in_transaction()

    assert found == ["Ada's", "Bob's", "Ada's", "Bob's", "Ada's"]


async def test_whoever_reads_in_a_transaction_asks_in_it(furnished: Database) -> None:
    async with furnished.session(BOB, is_read_only=True) as session:
        await session.connection()
        assert await line_of(session) is session.sync_session.info["line_within"]
        assert await _NAMES.ask(session) == [("Bob's",)]
        await session.rollback()
        assert await _NAMES.ask(session) == [("Bob's",)]
        assert not session.in_transaction()


async def test_what_others_have_committed_is_seen_at_once(furnished: Database) -> None:
    async with furnished.session(ADA, is_read_only=True) as reading:
        assert await _NAMES.ask(reading) == [("Ada's",)]
        async with furnished.session(ADA) as writing:
            await insert_row(writing, Shelf, {"id": 9, "name": "New"})
            assert await _NAMES.ask(reading) == [("Ada's",)]
            await writing.commit()
        assert await _NAMES.ask(reading) == [("Ada's",), ("New",)]


async def test_many_ask_at_once(furnished: Database) -> None:
    async def ask(tenant_id: UUID) -> list[str]:
        async with furnished.session(tenant_id, is_read_only=True) as session:
            return [name for (name,) in await _NAMES.ask(session)]

    found = await asyncio.gather(*(ask(one) for one in (ADA, BOB, ALL_TENANTS) * 8))
    assert found == [["Ada's"], ["Bob's"], ["Ada's", "Bob's"]] * 8


@pytest.mark.parametrize("is_read_only", [True, False])
async def test_a_question_that_fails_says_so_and_leaves_the_next_one_be(
    furnished: Database, is_read_only: bool
) -> None:
    async with furnished.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE test_book RENAME TO test_tome"))
    books = Question(select(Book.id))
    async with furnished.session(ADA, is_read_only=is_read_only) as session:
        with pytest.raises(DBAPIError, match="test_book"):
            await books.ask(session)
        await session.rollback()
        assert await _NAMES.ask(session) == [("Ada's",)]
    async with furnished.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE test_tome RENAME TO test_book"))


async def test_a_row_that_is_there_already_is_not_inserted(furnished: Database) -> None:
    async with furnished.session(ADA) as session:
        with pytest.raises(IntegrityError):
            await insert_row(session, Shelf, {"id": 1, "name": "Again"})

    assert await list_everything(furnished) == FURNISHED


async def test_a_line_that_reads_writes_nothing(furnished: Database) -> None:
    async with furnished.session(ADA, is_read_only=True) as session:
        line = await line_of(session)
        with pytest.raises(DBAPIError, match=r"read-?only"):
            await line.fetch(ADA, "DELETE FROM test_book", ())

    assert await list_everything(furnished) == FURNISHED


@pytest.mark.postgresql
async def test_a_line_shows_a_tenant_its_own_rows_even_to_sql_that_forgets_it(
    furnished: Database,
) -> None:
    async with furnished.session(ADA, is_read_only=True) as session:
        line = await line_of(session)
    for tenant_id, ids in ((ADA, [1]), (BOB, [2, 3]), (ALL_TENANTS, [1, 2, 3]), (ADA, [1])):
        found = await line.fetch(tenant_id, "SELECT id FROM test_book ORDER BY id", ())
        assert [row[0] for row in found] == ids


@pytest.mark.postgresql
async def test_a_line_that_was_cut_while_idle_is_opened_anew(furnished: Database) -> None:
    cut = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    async with furnished.session(ADA, is_read_only=True) as session:
        assert await _NAMES.ask(session) == [("Ada's",)]
        async with furnished.engine.connect() as connection:
            await connection.execute(cut)
        assert await _NAMES.ask(session) == [("Ada's",)]


@pytest.mark.postgresql
async def test_a_question_that_is_cancelled_costs_nobody_else_theirs(furnished: Database) -> None:
    async with furnished.session(ADA, is_read_only=True) as session:
        line = await line_of(session)
        for _ in range(7):
            waiting = asyncio.ensure_future(line.fetch(ADA, "SELECT pg_sleep(60)", ()))
            await asyncio.sleep(0.05)
            waiting.cancel()
            await asyncio.wait([waiting])
            assert waiting.cancelled()
        assert await _NAMES.ask(session) == [("Ada's",)]


async def test_values_go_both_ways_as_their_types_have_it(furnished: Database) -> None:
    async with furnished.session(ADA) as session:
        await insert_row(session, Shelf, {"id": 9, "name": "New", "built_at": LATER})
        assert await _OF_ID.ask_one(session, shelf_id=9) == ("New", ADA, LATER)
        assert await _OF_ID.ask_one(session, shelf_id=2) is None
        of_tenant = Question(
            select(Shelf.id).where(Shelf.tenant_id == bindparam("whose", type_=Uuid()))
        )
        assert await of_tenant.ask(session, whose=ADA) == [(1,), (9,)]


async def test_a_question_sees_what_was_not_written_yet(furnished: Database) -> None:
    async with furnished.session(ADA) as session:
        session.add(Shelf(id=9, name="Added"))
        assert await _NAMES.ask(session) == [("Ada's",), ("Added",)]


async def test_a_row_of_another_tenant_is_refused(furnished: Database) -> None:
    async with furnished.session(ADA) as session:
        with pytest.raises(ForeignTenant):
            await insert_row(session, Shelf, {"id": 9, "name": "New", "tenant_id": BOB})
        await session.commit()

    assert await list_everything(furnished) == FURNISHED


async def test_whoever_reads_cannot_insert(furnished: Database) -> None:
    async with furnished.session(ADA, is_read_only=True) as session:
        with pytest.raises(ReadOnlyWork):
            await insert_row(session, Shelf, {"id": 9, "name": "New"})

    assert await list_everything(furnished) == FURNISHED


async def test_whoever_sees_all_tenants_says_whose_a_row_is(furnished: Database) -> None:
    async with furnished.session(ALL_TENANTS) as session:
        await insert_row(session, Shelf, {"id": 9, "name": "New", "tenant_id": BOB})
        await session.commit()

    async with furnished.session(BOB) as session:
        assert await _NAMES.ask(session) == [("Bob's",), ("New",)]


def test_a_table_without_its_class_is_refused() -> None:
    with pytest.raises(ForeignTenant, match="Ask for the class of kit_event"):
        Question(select(cast("Table", EventRow.__table__).c.id))


async def test_a_text_that_depends_on_its_values_is_refused(furnished: Database) -> None:
    varying = Question(select(Shelf.id).where(Shelf.id.in_([1, 2])))
    async with furnished.session(ADA) as session:
        with pytest.raises(ValueError, match="depends on its values"):
            await varying.ask(session)


class _Lamps(DeclarativeBase):
    """A table of its own, with every kind of default."""


class Lamp(_Lamps):
    __tablename__ = "test_lamp"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    brightness: Mapped[int] = mapped_column(default=7)
    colour: Mapped[str] = mapped_column(default=lambda: "amber")
    lit_at: Mapped[datetime | None]


async def test_what_is_not_said_is_as_the_class_has_it(database: Database) -> None:
    async with database.engine.begin() as connection:
        await connection.run_sync(_Lamps.metadata.drop_all)
        await connection.run_sync(_Lamps.metadata.create_all)
    lamps = Question(select(Lamp.id, Lamp.brightness, Lamp.colour, Lamp.lit_at))
    async with database.session(ADA) as session:
        await insert_row(session, Lamp, {"id": 1})
        await insert_row(session, Lamp, {"id": 2, "brightness": 0})
        assert await lamps.ask(session) == [(1, 7, "amber", None), (2, 0, "amber", None)]
    async with database.engine.begin() as connection:
        await connection.run_sync(_Lamps.metadata.drop_all)
