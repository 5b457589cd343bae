"""Sessions of titles, and what was reported of them, outlive the coming of those of streams."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from streamverse.kit.db import Database
from streamverse.kit.row_security import reach_all_tenants
from tests.factories.migrations import KINDS, TENANT, empty_database, go, put

BEFORE, AFTER = "0031", "0032"
ACCOUNT, TITLE, STREAM = (UUID(int=number) for number in (2, 3, 4))
OF_TITLE, OF_STREAM = UUID(int=5), UUID(int=6)
SESSION, ISSUE = "playback_session", "playback_issue"


@pytest.fixture(params=KINDS)
async def own_database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Database]:
    """Give a database with the tables that this is about."""
    async with empty_database(request.param, tmp_path) as database:
        await go(database, command.upgrade, AFTER)
        yield database


def fill(connection: Connection) -> None:
    """Let somebody watch a title and a stream, and report something of both."""
    reach_all_tenants(connection)
    put(connection, "identity_tenant", id=TENANT)
    put(connection, "identity_account", id=ACCOUNT)
    put(connection, "catalog_title", id=TITLE, root_id=TITLE)
    put(connection, "live_stream", id=STREAM)
    watched = {"account_id": ACCOUNT, "log_in_id": uuid4()}
    put(connection, SESSION, id=OF_TITLE, title_id=TITLE, package_id=uuid4(), **watched)
    put(connection, SESSION, id=OF_STREAM, stream_id=STREAM, **watched)
    for session_id in (OF_TITLE, OF_STREAM):
        put(connection, ISSUE, id=uuid4(), session_id=session_id, words="It crackles.")


async def found(database: Database) -> list[tuple[UUID, str]]:
    """List the sessions with what was reported of them."""
    session, issue = (sa.table(one, sa.column("id", sa.Uuid())) for one in (SESSION, ISSUE))
    issue.append_column(sa.column("session_id", sa.Uuid()))
    issue.append_column(sa.column("words", sa.String()))
    query = sa.select(session.c.id, issue.c.words).join(issue, issue.c.session_id == session.c.id)
    async with database.engine.connect() as connection:
        await connection.run_sync(reach_all_tenants)
        return [(row[0], row[1]) for row in await connection.execute(query)]


async def test_sessions_of_titles_stay_on_the_way_back_and_there_again(own_database: Database):
    async with own_database.engine.begin() as connection:
        await connection.run_sync(fill)
    assert {one for one, _ in await found(own_database)} == {OF_TITLE, OF_STREAM}
    for way, revision in ((command.downgrade, BEFORE), (command.upgrade, AFTER)):
        await go(own_database, way, revision)
        assert await found(own_database) == [(OF_TITLE, "It crackles.")]


@pytest.mark.parametrize("watched", [{}, {"title_id": TITLE, "stream_id": STREAM}])
async def test_a_session_is_of_one_thing(own_database: Database, watched: dict[str, UUID]):
    async with own_database.engine.begin() as connection:
        await connection.run_sync(fill)
        with pytest.raises(IntegrityError, match="ck_playback_session_of_one_thing"):
            await connection.run_sync(
                lambda it: put(
                    it, SESSION, id=uuid4(), account_id=ACCOUNT, log_in_id=uuid4(), **watched
                )
            )
