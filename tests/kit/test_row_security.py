"""PostgreSQL keeps the tenants apart even from SQL that forgets them."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from streamverse.kit.db import ALL_TENANTS, Database
from tests.kit.library import ADA, BOB, Book, Shelf, list_everything


async def test_whoever_sets_no_tenant_sees_nothing_where_there_is_row_security(
    furnished: Database,
) -> None:
    async with furnished.engine.connect() as connection:
        count = await connection.scalar(text("SELECT count(*) FROM test_shelf"))

    assert count == (2 if furnished.is_sqlite else 0)


@pytest.mark.postgresql
async def test_sql_that_forgets_the_tenant_sees_its_rows_only(furnished: Database) -> None:
    for tenant_id, ids in ((ADA, [1]), (BOB, [2, 3]), (ALL_TENANTS, [1, 2, 3])):
        async with furnished.session(tenant_id) as session:
            found = await session.scalars(text("SELECT id FROM test_book ORDER BY id"))
            assert found.all() == ids


@pytest.mark.postgresql
async def test_sql_that_forgets_the_tenant_changes_its_rows_only(furnished: Database) -> None:
    async with furnished.session(ADA) as session:
        await session.execute(text("UPDATE test_shelf SET name = name || '!'"))
        await session.execute(text("DELETE FROM test_book"))
        await session.commit()

    assert await list_everything(furnished) == [
        (1, ADA, "Ada's!"),
        (2, BOB, "Bob's"),
        (2, BOB, 2),
        (3, BOB, 1),
    ]


@pytest.mark.postgresql
async def test_a_table_that_slips_into_a_query_is_filtered(furnished: Database) -> None:
    # The one shape that the session's filter does not see.
    books = Book.__table__
    slipped = select(func.count(books.c.id)).select_from(Shelf).join(books, books.c.shelf_id == 1)
    async with furnished.session(ADA) as session:
        assert await session.scalar(slipped) == 1


@pytest.mark.postgresql
@pytest.mark.parametrize(
    "command",
    [
        f"INSERT INTO test_shelf (id, name, tenant_id) VALUES (7, 'x', '{BOB}')",
        f"UPDATE test_shelf SET tenant_id = '{BOB}'",
    ],
)
async def test_no_row_is_given_to_another_tenant(furnished: Database, command: str) -> None:
    before = await list_everything(furnished)
    async with furnished.session(ADA) as session:
        with pytest.raises(DBAPIError, match="row-level security"):
            await session.execute(text(command))

    assert await list_everything(furnished) == before


@pytest.mark.postgresql
async def test_the_tenant_does_not_outlive_its_transaction(furnished: Database) -> None:
    async with furnished.session(ALL_TENANTS) as session:
        await session.execute(select(Shelf.id))
    async with furnished.engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM test_shelf")) == 0
