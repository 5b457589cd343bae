"""What stood in the tables before sessions knew devices goes on standing there."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy import Connection, make_url, text

from streamverse import migrations
from streamverse.kit.db import Database, UtcDateTime
from streamverse.kit.row_security import reach_all_tenants

POSTGRES_URL = os.environ.get("STREAMVERSE_TEST_POSTGRES_URL", "")

TENANT, ACCOUNT, SESSION = (UUID(int=number) for number in (1, 2, 3))
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


def table(name: str, /, **columns: sa.types.TypeEngine[object]) -> sa.TableClause:
    return sa.table(name, *(sa.column(key, kind) for key, kind in columns.items()))


TENANTS = table("identity_tenant", id=sa.Uuid(), name=sa.String(), created_at=UtcDateTime())
ACCOUNTS = table(
    "identity_account",
    id=sa.Uuid(),
    tenant_id=sa.Uuid(),
    email=sa.String(),
    email_normalised=sa.String(),
    password_hash=sa.String(),
    display_name=sa.String(),
    role=sa.String(),
    created_at=UtcDateTime(),
)
SESSIONS = table(
    "identity_session",
    id=sa.Uuid(),
    tenant_id=sa.Uuid(),
    account_id=sa.Uuid(),
    secret_hash=sa.String(),
    kind=sa.String(),
    created_at=UtcDateTime(),
    last_used_at=UtcDateTime(),
    expires_at=UtcDateTime(),
)


def go_to(connection: Connection, revision: str) -> None:
    command.upgrade(migrations.config(connection), revision)


def fill(connection: Connection) -> None:
    go_to(connection, "0001")
    reach_all_tenants(connection)
    connection.execute(sa.insert(TENANTS), [{"id": TENANT, "name": "Ours", "created_at": NOON}])
    account = {
        "tenant_id": TENANT,
        "password_hash": "a hash",
        "display_name": "Ada",
        "role": "owner",
        "created_at": NOON,
    }
    emails = {ACCOUNT: "ada@example.org", UUID(int=4): "ada@bücher.example"}
    connection.execute(
        sa.insert(ACCOUNTS),
        [
            {**account, "id": id_, "email": email, "email_normalised": email}
            for id_, email in emails.items()
        ],
    )
    moments = dict.fromkeys(("created_at", "last_used_at", "expires_at"), NOON)
    held = {"tenant_id": TENANT, "account_id": ACCOUNT, "secret_hash": "h", "kind": "browser"}
    connection.execute(sa.insert(SESSIONS), [{"id": SESSION, **held, **moments}])


@pytest.fixture(params=["sqlite", "postgresql"] if POSTGRES_URL else ["sqlite"])
async def old(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Database]:
    """Give a database as the first version left it."""
    name = f"sv_test_{uuid4().hex}"
    url = f"sqlite:///{tmp_path / 'old.db'}"
    if request.param == "postgresql":
        await command_postgres(f"CREATE DATABASE {name}")
        url = make_url(POSTGRES_URL).set(database=name).render_as_string(hide_password=False)
    database = Database(url)
    try:
        async with database.engine.begin() as connection:
            await connection.run_sync(fill)
        yield database
    finally:
        await database.close()
        if request.param == "postgresql":
            await command_postgres(f"DROP DATABASE {name} WITH (FORCE)")


async def command_postgres(sql: str) -> None:
    connection = await asyncpg.connect(POSTGRES_URL.replace("+asyncpg", ""))
    await connection.execute(sql)
    await connection.close()


async def rows_of(old: Database, name: str) -> Sequence[Any]:
    async with old.engine.connect() as connection:
        await connection.run_sync(reach_all_tenants)
        return (await connection.execute(text(f"SELECT * FROM {name} ORDER BY id"))).all()


async def test_accounts_and_sessions_stay_and_know_what_is_new(old: Database) -> None:
    await migrations.upgrade(old)

    (session,) = await rows_of(old, "identity_session")
    accounts = await rows_of(old, "identity_account")
    assert (session.secret_hash, session.device_id, session.amr, session.ip) == (
        "h",
        None,
        "pwd",
        "",
    )
    assert session.authenticated_at == session.created_at
    assert [row.email_normalised for row in accounts] == [
        "ada@example.org",
        "ada@xn--bcher-kva.example",
    ]
    for row in accounts:
        assert row.email_verified_at == row.created_at
        assert (row.locale, row.deactivated_at) == ("en", None)


async def test_the_way_back_keeps_them_too(old: Database) -> None:
    async with old.engine.begin() as connection:
        await connection.run_sync(go_to, "0002")
        await connection.run_sync(lambda it: command.downgrade(migrations.config(it), "0001"))

    (session,) = await rows_of(old, "identity_session")
    assert session.secret_hash == "h"
