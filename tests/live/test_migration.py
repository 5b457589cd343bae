"""What was chosen for streams outlives the move of it into their own table, and back."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy import Connection

from streamverse.kit.db import Database
from streamverse.kit.row_security import reach_all_tenants
from tests.factories.migrations import KINDS, TENANT, empty_database, go, put

BEFORE, AFTER = "0034", "0035"
CHOSEN, LEFT = UUID(int=2), UUID(int=3)
STREAM, KEEPING = "live_stream", "live_keeping"


def fill(connection: Connection) -> None:
    """Choose something for one of two streams."""
    reach_all_tenants(connection)
    put(connection, "identity_tenant", id=TENANT)
    for stream_id in (CHOSEN, LEFT):
        put(connection, STREAM, id=stream_id, key_hash=str(stream_id))
    put(connection, KEEPING, stream_id=CHOSEN, recordings="off", clips="public")


async def found(database: Database, table: str, number: str) -> set[tuple[UUID, str, str]]:
    """List what was chosen."""
    columns = sa.column(number, sa.Uuid()), sa.column("recordings"), sa.column("clips")
    async with database.engine.connect() as connection:
        await connection.run_sync(reach_all_tenants)
        rows = await connection.execute(sa.select(*columns).select_from(sa.table(table)))
        return {(row[0], row[1], row[2]) for row in rows}


@pytest.mark.parametrize("kind", KINDS)
async def test_what_was_chosen_stays_on_the_way_there_and_back(kind: str, tmp_path: Path):
    async with empty_database(kind, tmp_path) as database:
        await go(database, command.upgrade, BEFORE)
        async with database.engine.begin() as connection:
            await connection.run_sync(fill)
        await go(database, command.upgrade, AFTER)
        kept = {(CHOSEN, "off", "public"), (LEFT, "private", "off")}
        assert await found(database, STREAM, "id") == kept
        await go(database, command.downgrade, BEFORE)
        assert await found(database, KEEPING, "stream_id") == kept
