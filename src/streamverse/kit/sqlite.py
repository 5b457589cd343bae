"""How SQLAlchemy's asyncio speaks to SQLite here: inline on the event loop.

A SQLite call takes tens of microseconds, less than handing it to a thread and back (ADR 0002 has
the figures). So the dialect below runs ``sqlite3`` where it stands and never waits, but for one
thing: the single writer. Writers of this process queue on an ``asyncio.Lock``; a writer of another
process is waited for by sleeping, never by blocking the loop. A writer lets the others have a turn
before each statement: a dozen of them in a row take longer than many a reader's whole request.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Generator
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Dialect, Engine, event, pool
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import URL, ConnectArgsType
from sqlalchemy.engine.base import OptionEngine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.util import await_only

from streamverse.kit.errors import Unavailable

BUSY_TIMEOUT_MS = 10
# More than the program has; lists of different lengths are statements of their own.
STATEMENTS_KEPT = 1_000
WRITER_PATIENCE_S = 30.0
PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-16000",
    "PRAGMA mmap_size=134217728",
    f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}",
)


class DatabaseBusy(Unavailable):
    """Somebody else has held the only writer's place for too long."""

    code = "kit.database_busy"
    title = "The database is busy"

    def __init__(self) -> None:
        super().__init__(
            f"Something else has been writing to the database for {WRITER_PATIENCE_S:.0f} seconds. "
            "Try again; if that does not help, look for another program that has it open."
        )


class InlineCursor(sqlite3.Cursor):
    """A cursor that can be read to its end early: unread rows would pin the file's old state."""

    _unread: deque[Any] | None = None

    async def _async_soft_close(self) -> None:
        """Do what SQLAlchemy's asyncio asks of a cursor whose rows are not mapped to objects."""
        self._unread = deque(super().fetchall())

    def fetchone(self) -> Any:  # noqa: ANN401 - a row is whatever the query asked for
        """Give the next row."""
        if self._unread is None:
            return super().fetchone()
        return self._unread.popleft() if self._unread else None

    def fetchmany(self, size: int | None = 1) -> list[Any]:
        """Give the next rows."""
        rows = (self.fetchone() for _ in range(size or self.arraysize))
        return [row for row in rows if row is not None]

    def fetchall(self) -> list[Any]:
        """Give all rows that are left."""
        if self._unread is None:
            return super().fetchall()
        rows, self._unread = self._unread, deque()
        return list(rows)


class InlineConnection(sqlite3.Connection):
    """The standard library's connection with our cursors."""

    def cursor(self, factory: Any = InlineCursor) -> Any:  # noqa: ANN401 - as the parent has it
        """Open a cursor."""
        return super().cursor(factory)


class _AtOnce:
    """Something to await that is already there."""

    def __await__(self) -> Generator[None, None, None]:
        yield from ()


class _NextTurn:
    """Something to await that is there when everybody else has had a turn."""

    def __await__(self) -> Generator[None, None, None]:
        yield


_AT_ONCE, _NEXT_TURN = _AtOnce(), _NextTurn()


def _turn_of(context: Any) -> _AtOnce | _NextTurn:  # noqa: ANN401 - SQLAlchemy's, or nothing
    is_writer = context is not None and context.root_connection.info.get("is_writer", False)
    return _NEXT_TURN if is_writer else _AT_ONCE


class InlineSqlite(SQLiteDialect_pysqlite):
    """``sqlite+inline``: the standard library's driver behind SQLAlchemy's asyncio face."""

    driver = "inline"
    is_async = True
    supports_statement_cache = True

    @classmethod
    def get_pool_class(cls, url: URL) -> type[pool.Pool]:  # noqa: ARG003 - files are all we open
        """Give a pool whose waiting is awaited."""
        return pool.AsyncAdaptedQueuePool

    def create_connect_args(self, url: URL) -> ConnectArgsType:
        """Have our connections made."""
        arguments, options = super().create_connect_args(url)
        ours = {"factory": InlineConnection, "isolation_level": None}
        return arguments, {**options, **ours, "cached_statements": STATEMENTS_KEPT}

    def get_driver_connection(self, connection: Any) -> Any:  # noqa: ANN401 - as the parent has it
        """Give the ``sqlite3`` connection itself: there is no adapter around it."""
        return connection

    def do_execute(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:  # noqa: ANN401
        """Execute as a driver that waits, which SQLAlchemy's asyncio insists on.

        So a relationship that is loaded outside of it fails here as it does on PostgreSQL.
        """
        await_only(_turn_of(context))
        super().do_execute(cursor, statement, parameters, context)

    def do_executemany(
        self,
        cursor: Any,  # noqa: ANN401
        statement: str,
        parameters: Any,  # noqa: ANN401
        context: Any = None,  # noqa: ANN401
    ) -> None:
        """Execute many times, likewise."""
        await_only(_turn_of(context))
        super().do_executemany(cursor, statement, parameters, context)

    def do_commit(self, dbapi_connection: Any) -> None:  # noqa: ANN401 - as the parent has it
        """Commit or undo: a COMMIT that SQLite refuses leaves the transaction open."""
        try:
            super().do_commit(dbapi_connection)
        except sqlite3.Error:
            dbapi_connection.rollback()
            raise


registry.register("sqlite.inline", __name__, InlineSqlite.__name__)


def prepare(engine: AsyncEngine) -> None:
    """Set up every connection of the engine and let its writers take turns."""
    writer = asyncio.Lock()

    def configure(driver: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        for pragma in PRAGMAS:
            driver.execute(pragma)

    def begin(connection: Connection) -> None:
        driver: Any = connection.connection.dbapi_connection
        is_reader = connection.get_execution_options().get("is_read_only", False)
        if connection.info.get("is_reader", False) is not is_reader:
            driver.execute(f"PRAGMA query_only={is_reader:d}")
            connection.info["is_reader"] = is_reader
        if is_reader:
            driver.execute("BEGIN")
        else:
            await_only(_begin_writing(driver, writer))
            connection.info["is_writer"] = True

    def leave(connection: Connection) -> None:
        # What a connection held that broke was given back when it did.
        if not connection.invalidated and connection.info.pop("is_writer", False):
            writer.release()

    def reset(_driver: object, entry: ConnectionPoolEntry, _state: object) -> None:
        if entry.info.pop("is_writer", False):
            writer.release()

    event.listen(engine.sync_engine, "connect", configure)
    event.listen(engine.sync_engine, "begin", begin)
    # The lock is let go just before COMMIT is said: both run without the loop in between.
    event.listen(engine.sync_engine, "commit", leave)
    event.listen(engine.sync_engine, "rollback", leave)
    event.listen(engine.sync_engine.pool, "reset", reset)
    event.listen(engine.sync_engine.pool, "invalidate", reset)


class _Readers(OptionEngine):
    """The engine's other face, with connections of its own.

    A connection that begins to write or ceases to forgets how each statement is executed.
    """

    def __init__(self, engine: Engine) -> None:
        self._own_pool = engine.pool.recreate()
        super().__init__(engine, {"is_read_only": True})

    @property
    def pool(self) -> pool.Pool:
        """The connections of readers."""
        return self._own_pool

    @pool.setter
    def pool(self, fresh: pool.Pool) -> None:  # pyright: ignore[reportIncompatibleVariableOverride]
        self._own_pool = fresh


def readers_of(engine: AsyncEngine) -> AsyncEngine:
    """Give the face of a prepared engine for those who only read."""
    return AsyncEngine(_Readers(engine.sync_engine))


class ReadingLine:
    """A connection for questions that are asked outside of transactions; it is opened in need."""

    def __init__(self, engine: Engine) -> None:
        self.dialect: Dialect = engine.dialect
        self._url = engine.url
        self._driver: sqlite3.Connection | None = None

    async def fetch(self, _tenant_id: UUID, text: str, values: tuple[Any, ...], /) -> list[Any]:
        """Ask for rows; the text has the tenant."""
        driver = self._driver or self._open()
        try:
            return driver.execute(text, values).fetchall()
        except sqlite3.Error as error:
            raise DBAPIError.instance(
                text, values, error, sqlite3.Error, dialect=self.dialect
            ) from error

    def _open(self) -> sqlite3.Connection:
        arguments: Any
        options: Any
        arguments, options = self.dialect.create_connect_args(self._url)
        driver = InlineConnection(*arguments, **options)
        for pragma in (*PRAGMAS, "PRAGMA query_only=1"):
            driver.execute(pragma)
        self._driver = driver
        return driver

    async def close(self) -> None:
        """Close the connection."""
        driver, self._driver = self._driver, None
        if driver is not None:
            driver.close()


class LineWithin:
    """What is said within a transaction."""

    def __init__(self, connection: Connection) -> None:
        self.dialect = connection.dialect
        self._connection: Any = connection
        self._is_writer: bool = connection.info.get("is_writer", False)

    async def fetch(self, _tenant_id: UUID, text: str, values: tuple[Any, ...], /) -> list[Any]:
        """Ask for rows, or write some; the text has the tenant."""
        if self._is_writer:
            await _NEXT_TURN
        driver: sqlite3.Connection = self._connection.connection.dbapi_connection
        try:
            return driver.execute(text, values).fetchall()
        except sqlite3.Error as error:
            # Raised again, as one of SQLAlchemy's.
            self._connection._handle_dbapi_exception(error, text, values, None, None)  # noqa: SLF001
            raise

    async def close(self) -> None:
        """Leave the connection to its transaction."""


async def _begin_writing(driver: sqlite3.Connection, writer: asyncio.Lock) -> None:
    """Become the writer, first of this process and then of all."""
    try:
        async with asyncio.timeout(WRITER_PATIENCE_S):
            await writer.acquire()
            try:
                await _begin_immediate(driver)
            except BaseException:
                writer.release()
                raise
    except TimeoutError as too_long:
        raise DatabaseBusy from too_long


async def _begin_immediate(driver: sqlite3.Connection) -> None:
    delay_s = 0.001
    while True:
        try:
            driver.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as problem:
            if problem.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
        else:
            return
        await asyncio.sleep(delay_s)
        delay_s = min(delay_s * 2, 0.05)


def library_version() -> tuple[int, ...]:
    """Tell which SQLite this Python brings."""
    return sqlite3.sqlite_version_info
