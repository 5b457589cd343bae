"""SQLite inline on the event loop: one writer at a time, and nobody blocks the loop."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import OperationalError

from streamverse.kit import sqlite
from streamverse.kit.db import Database
from streamverse.kit.sqlite import DatabaseBusy
from tests.kit.library import ADA, Shelf, build_library

HOLD_THE_LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
connection.execute("UPDATE test_shelf SET name = 'theirs'")
print("held", flush=True)
sys.stdin.readline()
connection.execute("COMMIT")
print("let go", flush=True)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "library.db"


@pytest.fixture
async def database(path: Path) -> AsyncGenerator[Database]:
    opened = Database(f"sqlite:///{path}")
    await build_library(opened)
    async with opened.session(ADA) as session:
        await session.execute(insert(Shelf), [{"id": 1, "name": "0"}])
        await session.commit()
    yield opened
    await opened.close()


@asynccontextmanager
async def foreign_writer(path: Path) -> AsyncGenerator[asyncio.subprocess.Process]:
    """Let another process write, until it is sent a line."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        HOLD_THE_LOCK,
        str(path),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"held\n"
        yield process
    finally:
        await process.communicate(b"\n")


@asynccontextmanager
async def counted_turns() -> AsyncGenerator[list[int]]:
    """Count how often the loop comes to something else."""
    turns = [0]

    async def tick() -> None:
        while True:
            await asyncio.sleep(0.001)
            turns[0] += 1

    ticking = asyncio.create_task(tick())
    yield turns
    ticking.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await ticking


async def rename(database: Database, name: str) -> None:
    async with database.session(ADA) as session:
        await session.execute(update(Shelf).values(name=name))
        await session.commit()


async def read_name(database: Database) -> str | None:
    async with database.session(ADA, is_read_only=True) as session:
        return await session.scalar(select(Shelf.name))


async def test_a_connection_is_set_up(database: Database) -> None:
    async with database.engine.connect() as connection:
        found = [
            await connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]

    assert found == ["wal", 2, 1, 10]


# --- the only writer ------------------------------------------------------------------------------


async def test_writers_that_pause_in_their_transactions_take_turns(database: Database) -> None:
    async def count_up() -> None:
        for _ in range(10):
            async with database.session(ADA) as session:
                shelf = await session.get_one(Shelf, 1)
                await asyncio.sleep(0)
                shelf.name = str(int(shelf.name) + 1)
                await asyncio.sleep(0)
                await session.commit()

    async with asyncio.timeout(60):
        await asyncio.gather(*(count_up() for _ in range(5)))

    assert await read_name(database) == "50"


async def test_readers_do_not_wait_for_the_writer(database: Database) -> None:
    async with database.session(ADA) as writing:
        await writing.execute(update(Shelf).values(name="new"))

        assert await read_name(database) == "0"
        await writing.commit()

    assert await read_name(database) == "new"


async def test_a_writer_of_another_process_is_waited_for_without_blocking(
    database: Database, path: Path
) -> None:
    async with foreign_writer(path) as process, counted_turns() as turns:
        writing = asyncio.create_task(rename(database, "ours"))
        finished, _ = await asyncio.wait([writing], timeout=0.3)
        assert not finished
        assert process.stdin is not None
        process.stdin.write(b"\n")
        await asyncio.wait_for(writing, 60)

    assert await read_name(database) == "ours"
    # Whoever waits in SQLite itself lets nobody else go on.
    assert turns[0] > 5


async def test_patience_with_another_process_ends(
    database: Database, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "WRITER_PATIENCE_S", 0.1)
    async with foreign_writer(path):
        with pytest.raises(DatabaseBusy, match="Something else has been writing"):
            await rename(database, "ours")

    assert await read_name(database) == "theirs"
    await rename(database, "ours")
    assert await read_name(database) == "ours"


async def test_patience_within_the_process_ends(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "WRITER_PATIENCE_S", 0.05)
    async with database.session(ADA) as outer:
        await outer.execute(update(Shelf).values(name="outer"))
        with pytest.raises(DatabaseBusy):
            await rename(database, "inner")
        await outer.commit()

    await rename(database, "next")
    assert await read_name(database) == "next"


# --- the place of the writer is given back --------------------------------------------------------


async def hold_until_cancelled(database: Database, holding: asyncio.Event) -> None:
    async with database.session(ADA) as session:
        await session.execute(update(Shelf).values(name="half done"))
        holding.set()
        await asyncio.Event().wait()


async def cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def assert_writable(database: Database) -> None:
    async with asyncio.timeout(60):
        await rename(database, "done")
    assert await read_name(database) == "done"


async def test_a_writer_cancelled_in_its_transaction_gives_way_and_leaves_nothing(
    database: Database,
) -> None:
    holding = asyncio.Event()
    task = asyncio.create_task(hold_until_cancelled(database, holding))
    await holding.wait()
    await cancel(task)

    assert await read_name(database) == "0"
    await assert_writable(database)


async def test_a_writer_cancelled_in_the_queue_leaves_it(database: Database) -> None:
    holding = asyncio.Event()
    first = asyncio.create_task(hold_until_cancelled(database, holding))
    await holding.wait()
    second = asyncio.create_task(rename(database, "second"))
    third = asyncio.create_task(rename(database, "third"))
    await asyncio.sleep(0.01)
    await cancel(second)
    await cancel(first)
    await asyncio.wait_for(third, 5)

    assert await read_name(database) == "third"
    await assert_writable(database)


async def test_a_writer_cancelled_while_another_process_writes_gives_way(
    database: Database, path: Path
) -> None:
    async with foreign_writer(path):
        waiting = asyncio.create_task(rename(database, "ours"))
        await asyncio.sleep(0.05)
        await cancel(waiting)

    assert await read_name(database) == "theirs"
    await assert_writable(database)


async def test_a_session_closed_without_a_commit_gives_way(database: Database) -> None:
    session = database.session(ADA)
    await session.execute(update(Shelf).values(name="forgotten"))
    await session.close()

    assert await read_name(database) == "0"
    await assert_writable(database)


async def test_a_connection_returned_without_a_rollback_gives_way(database: Database) -> None:
    connection = await database.engine.raw_connection()
    record = connection._connection_record  # noqa: SLF001 - as an error in SQLAlchemy leaves it
    connection.close()
    async with database.engine.connect() as held:
        await held.execute(text("UPDATE test_shelf SET name = 'forgotten'"))
        raw = await held.get_raw_connection()
        assert raw._connection_record is record  # noqa: SLF001
        raw._reset(  # noqa: SLF001
            held.sync_engine.pool,
            transaction_was_reset=False,
            terminate_only=False,
            asyncio_safe=True,
        )
        driver: Any = raw.driver_connection
        assert not driver.in_transaction
        await assert_writable(database)


async def test_a_connection_that_broke_gives_way(database: Database) -> None:
    async with database.session(ADA) as session:
        await session.execute(update(Shelf).values(name="lost"))
        await session.invalidate()

    assert await read_name(database) == "0"
    await assert_writable(database)


async def test_a_commit_that_fails_gives_way(database: Database) -> None:
    async with database.session(ADA) as session:
        await session.execute(text("PRAGMA defer_foreign_keys=ON"))
        await session.execute(
            text("INSERT INTO test_book (id, shelf_id, tenant_id) VALUES (1, 99, :ada)"),
            {"ada": ADA.hex},
        )
        with pytest.raises(Exception, match="FOREIGN KEY constraint failed"):
            await session.commit()

    await assert_writable(database)


async def test_a_file_that_cannot_be_written_says_so_at_once(database: Database) -> None:
    async with database.engine.connect() as connection:
        await connection.execute(text("SELECT 1"))
        driver: Any = (await connection.get_raw_connection()).driver_connection
        with pytest.raises(sqlite3.OperationalError, match="within a transaction"):
            # No file breaks on demand.
            await sqlite._begin_immediate(driver)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]


# --- reading --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("is_read_only", "turns"), [(False, [1, 2, 3]), (True, [0, 0, 0])])
async def test_a_writer_gives_way_at_each_statement_and_a_reader_is_quick(
    database: Database, is_read_only: bool, turns: list[int]
) -> None:
    taken = 0

    async def take_turns() -> None:
        nonlocal taken
        while True:
            taken += 1
            await asyncio.sleep(0)

    found: list[int] = []
    async with database.session(ADA, is_read_only=is_read_only) as session:
        await session.connection()
        others = asyncio.create_task(take_turns())
        for _ in turns:
            await session.execute(text("SELECT 1"))
            found.append(taken)
    others.cancel()

    assert found == turns


async def test_a_writer_that_is_cancelled_between_statements_leaves_nothing(
    database: Database,
) -> None:
    async def write() -> None:
        async with database.session(ADA) as session:
            await session.execute(update(Shelf).values(name="half"))
            await session.execute(text("SELECT 1"))
            await session.commit()

    for turns in (1, 2):
        writing = asyncio.create_task(write())
        for _ in range(turns):
            await asyncio.sleep(0)
        writing.cancel()
        await asyncio.wait([writing])
        assert writing.cancelled()
        assert await read_name(database) == "0"
    async with asyncio.timeout(60):
        await rename(database, "whole")

    assert await read_name(database) == "whole"


async def test_one_connection_reads_and_writes_in_turn(database: Database) -> None:
    for name in ("a", "b"):
        await rename(database, name)
        assert await read_name(database) == name
        async with database.session(ADA, is_read_only=True) as session:
            with pytest.raises(OperationalError, match="readonly"):
                await session.execute(text("DELETE FROM test_shelf"))

    pool: Any = database.engine.pool
    assert pool.checkedin() == 1


async def test_rows_that_nobody_read_pin_no_old_state(database: Database) -> None:
    async with database.session(ADA) as session:
        await session.execute(insert(Shelf), [{"id": n, "name": f"s{n}"} for n in range(2, 9)])
        await session.commit()
    async with database.session(ADA, is_read_only=True) as session:
        unread = await session.execute(text("SELECT name FROM test_shelf ORDER BY id"))
        assert unread.fetchone() == ("0",)
    with contextlib.closing(sqlite3.connect(str(database.engine.url.database))) as elsewhere:
        elsewhere.execute("DELETE FROM test_shelf WHERE id > 1")
        elsewhere.commit()

    async with database.session(ADA, is_read_only=True) as session:
        left = await session.scalars(text("SELECT name FROM test_shelf"))
        assert left.all() == ["0"]


async def test_rows_can_be_fetched_one_by_one_in_parts_and_all(database: Database) -> None:
    numbers = text("SELECT value FROM json_each('[1, 2, 3, 4, 5, 6]')")
    async with database.session(ADA, is_read_only=True) as session:
        result = await session.execute(numbers)
        assert result.fetchone() == (1,)
        assert result.fetchmany(2) == [(2,), (3,)]
        assert result.fetchmany() == [(4,)]
        assert result.fetchall() == [(5,), (6,)]
        assert (await session.execute(numbers)).fetchmany(9) == [(n,) for n in range(1, 7)]


async def test_a_query_can_be_streamed(database: Database) -> None:
    async with database.session(ADA, is_read_only=True) as session:
        found = await session.stream_scalars(text("SELECT value FROM json_each('[1, 2, 3]')"))

        assert [number async for number in found] == [1, 2, 3]
        partly = await session.stream(text("SELECT value FROM json_each('[1, 2, 3]')"))
        assert await partly.fetchone() == (1,)
        assert await partly.fetchmany(2) == [(2,), (3,)]
        await partly.close()
