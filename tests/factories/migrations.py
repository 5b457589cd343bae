"""Databases that are taken from one revision to another, and rows to put into them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy import Connection, make_url

from streamverse import migrations
from streamverse.kit.db import Database
from tests.identity.test_migration import POSTGRES_URL, command_postgres

KINDS = ["sqlite", "postgresql"] if POSTGRES_URL else ["sqlite"]
TENANT = UUID(int=1)
# What is put where nothing is said, by how it is kept.
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
NOTHING: dict[type, object] = {int: 0, bool: False, bytes: b"", dict: {}}


@asynccontextmanager
async def empty_database(kind: str, folder: Path) -> AsyncGenerator[Database]:
    """Give a database that nobody else uses."""
    name = f"sv_test_{uuid4().hex}"
    url = f"sqlite:///{folder / 'own.db'}"
    if kind == "postgresql":
        await command_postgres(f"CREATE DATABASE {name}")
        url = make_url(POSTGRES_URL).set(database=name).render_as_string(hide_password=False)
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()
        if kind == "postgresql":
            await command_postgres(f"DROP DATABASE {name} WITH (FORCE)")


async def go(database: Database, way: Callable[..., None], revision: str) -> None:
    """Take it up or down to a revision."""
    async with database.engine.begin() as connection:
        await connection.run_sync(lambda it: way(migrations.config(it), revision))


def put(connection: Connection, name: str, **said: object) -> None:
    """Add a row; what must be there and is not said is nothing."""
    table = sa.Table(name, sa.MetaData(), autoload_with=connection)
    row: dict[str, Any] = {
        column.name: _nothing(column)
        for column in table.columns
        if not (column.nullable or column.server_default is not None)
    }
    is_sqlite = connection.dialect.name == "sqlite"
    said = {"tenant_id": TENANT, **said} if "tenant_id" in table.columns else said
    for column, value in said.items():
        row[column] = value.hex if is_sqlite and isinstance(value, UUID) else value
    connection.execute(sa.insert(table), row)


def _nothing(column: sa.Column[Any]) -> object:
    if column.type.python_type is datetime:
        is_aware = getattr(column.type, "timezone", False)
        return NOON if is_aware else NOON.replace(tzinfo=None)
    return NOTHING.get(column.type.python_type, "")
