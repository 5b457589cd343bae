"""A transaction costs as few turns on the wire as it can, and is its tenant's from the start."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import select, text

from streamverse.kit.db import ALL_TENANTS, Database
from streamverse.kit.postgresql import TRUSTED_FOR_S
from tests.kit.library import ADA, BOB, Shelf

pytestmark = pytest.mark.postgresql


async def driver_of(database: Database) -> Any:
    """Give the one connection that a quiet pool lends again and again."""
    async with database.engine.connect() as connection:
        return (await connection.get_raw_connection()).dbapi_connection


async def listen(database: Database, said: list[str]) -> None:
    connection = await driver_of(database)
    connection.driver_connection.add_query_logger(lambda one: said.append(one.query))


async def read_names(database: Database) -> list[str]:
    async with database.session(ADA, is_read_only=True) as session:
        names = list(await session.scalars(select(Shelf.name)))
    # Whoever listens hears of it a turn later.
    await asyncio.sleep(0)
    return names


async def count_shelves(database: Database) -> int | None:
    async with database.engine.connect() as connection:
        return await connection.scalar(text("SELECT count(*) FROM test_shelf"))


async def test_a_transaction_begins_with_its_tenant_in_one_turn(furnished: Database) -> None:
    said: list[str] = []
    await listen(furnished, said)
    assert await read_names(furnished) == ["Ada's"]

    # What is prepared is not heard.
    assert said == [
        f"BEGIN READ ONLY;SET LOCAL streamverse.tenant_id = '{ADA}'",
        "ROLLBACK",
    ]


async def test_a_tenant_that_asked_nothing_leaves_nothing_behind(furnished: Database) -> None:
    first = await driver_of(furnished)
    async with furnished.session(ALL_TENANTS) as session:
        await session.connection()

    assert await driver_of(furnished) is first
    assert await count_shelves(furnished) == 0


async def test_a_session_in_an_open_transaction_has_its_own_tenant(furnished: Database) -> None:
    found: list[str] = []
    async with furnished.engine.connect() as connection, connection.begin():
        for tenant_id in (ADA, BOB):
            async with furnished.join(connection, tenant_id) as session:
                found += await session.scalars(text("SELECT name FROM test_shelf"))
                await session.commit()

    assert found == ["Ada's", "Bob's"]


async def test_a_connection_that_nobody_used_for_a_while_is_asked_first(
    furnished: Database,
) -> None:
    said: list[str] = []
    await listen(furnished, said)
    (await driver_of(furnished)).used_at_s -= TRUSTED_FOR_S
    said.clear()
    assert await read_names(furnished) == ["Ada's"]

    assert said[:3] == ["BEGIN;", ";", "ROLLBACK;"]


async def test_a_connection_that_was_closed_is_replaced(furnished: Database) -> None:
    first = await driver_of(furnished)
    await first.driver_connection.close()

    assert await read_names(furnished) == ["Ada's"]
    assert await driver_of(furnished) is not first


async def test_no_plan_is_compiled(furnished: Database) -> None:
    async with furnished.session(ADA) as session:
        assert await session.scalar(text("SHOW jit")) == "off"
