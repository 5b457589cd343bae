"""PostgreSQL through asyncpg, with fewer turns on the wire than SQLAlchemy's own way takes.

A transaction begins in one turn that also names its tenant; a connection that was just in use is
trusted to be there still; and the statements of the whole program stay prepared.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any, NoReturn
from uuid import UUID

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
from sqlalchemy import Connection, NullPool, text
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.asyncpg import (
    AsyncAdapt_asyncpg_connection,
    AsyncAdapt_asyncpg_dbapi,
    PGDialect_asyncpg,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.util import await_only, greenlet_spawn

DRIVER = "postgresql+brisk"
# After so long without use a connection is asked whether it still is one.
TRUSTED_FOR_S = 5.0
# More than the program has; lists of different lengths are statements of their own.
PREPARED_STATEMENTS = 1_000
MOST_READERS = 10
# Compiling a plan takes longer than all of what is asked here.
SERVER_SETTINGS = {"jit": "off"}


class _Transaction:
    """A transaction in one turn for its beginning, in the form that the adapter knows."""

    def __init__(self, driver: Any, *commands: str) -> None:  # noqa: ANN401 - it brings no types
        self._driver = driver
        self._commands = commands

    async def start(self) -> None:
        """Begin it."""
        await self._driver.execute(";".join(self._commands))

    async def commit(self) -> None:
        """Make it true."""
        await self._driver.execute("COMMIT")

    async def rollback(self) -> None:
        """Undo it."""
        await self._driver.execute("ROLLBACK")


class BriskConnection(AsyncAdapt_asyncpg_connection):
    """A connection whose transactions begin with their tenant."""

    __slots__ = ("_tenant_id", "used_at_s")

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 - as the parent has it
        super().__init__(*given, **named)  # pyright: ignore[reportUnknownMemberType]
        self._tenant_id: UUID | None = None
        self.used_at_s = 0.0

    @property
    def is_within_transaction(self) -> bool:
        """Whether the server knows of a transaction; it is told with the first statement."""
        return self._transaction is not None

    async def fetch(self, text: str, values: tuple[Any, ...], schema_since_s: float) -> Any:  # noqa: ANN401
        """Say something in the transaction, which may begin with it; give what comes back."""
        parent: Any = super()
        async with self._execute_mutex:
            if self._transaction is None:
                await self._start_transaction()
            try:
                statement, _ = await parent._prepare(text, schema_since_s)  # noqa: SLF001
                return await statement.fetch(*values)
            except Exception as error:  # noqa: BLE001 - the adapter turns it into one of SQLAlchemy's
                self._handle_exception(error)

    def begin_for(self, tenant_id: UUID) -> None:
        """Let the transaction that begins with the next statement be one of a tenant."""
        self._tenant_id = tenant_id

    async def _start_transaction(self) -> None:
        commands = ["BEGIN READ ONLY" if self.readonly else "BEGIN"]
        if self._tenant_id is not None:
            commands.append(f"SET LOCAL streamverse.tenant_id = '{self._tenant_id}'")
        transaction = _Transaction(self._connection, *commands)
        try:
            await transaction.start()
        except Exception as error:  # noqa: BLE001 - the adapter turns it into one of SQLAlchemy's
            self._handle_exception(error)
        self._transaction = transaction

    def commit(self) -> None:
        """Commit; the next transaction names its own tenant."""
        try:
            super().commit()
        finally:
            self._leave()

    def rollback(self) -> None:
        """Undo; the next transaction names its own tenant."""
        try:
            super().rollback()
        finally:
            self._leave()

    def _leave(self) -> None:
        self._tenant_id = None
        self.used_at_s = time.monotonic()


class _Driver(AsyncAdapt_asyncpg_dbapi):
    """The adapter's module, which makes our connections."""

    def connect(self, *given: Any, **named: Any) -> BriskConnection:  # noqa: ANN401 - as the parent has it
        """Open a connection."""
        size = int(named.pop("prepared_statement_cache_size", PREPARED_STATEMENTS))
        settings = {**SERVER_SETTINGS, **named.pop("server_settings", {})}
        driver: Any = self.asyncpg
        opening = driver.connect(*given, server_settings=settings, **named)
        return await_only(BriskConnection.create(self, opening, prepared_statement_cache_size=size))


class BriskPostgresql(PGDialect_asyncpg):
    """``postgresql+brisk``: asyncpg behind SQLAlchemy's asyncio face."""

    driver = "brisk"
    supports_statement_cache = True

    @classmethod
    def import_dbapi(cls) -> Any:  # noqa: ANN401 - as the parent has it
        """Give the adapter's module."""
        return _Driver(asyncpg)

    def do_ping(self, dbapi_connection: Any) -> Any:  # noqa: ANN401 - as the parent has it
        """Tell whether a connection still is one; of one that was just in use it is known here."""
        if dbapi_connection.driver_connection.is_closed():
            return False
        is_trusted = time.monotonic() - dbapi_connection.used_at_s < TRUSTED_FOR_S
        return is_trusted or super().do_ping(dbapi_connection)


registry.register("postgresql.brisk", __name__, BriskPostgresql.__name__)


class LineWithin:
    """What is said within a transaction."""

    def __init__(self, connection: Connection) -> None:
        self.dialect: Any = connection.dialect
        self._connection: Any = connection

    async def fetch(self, _tenant_id: UUID, text: str, values: tuple[Any, ...], /) -> Any:  # noqa: ANN401
        """Ask for rows, or write some; the transaction has named its tenant."""
        driver: Any = self._connection.connection.dbapi_connection
        since_s: float = self.dialect._invalidate_schema_cache_asof  # noqa: SLF001
        try:
            return await driver.fetch(text, values, since_s)
        except BaseException as error:
            # Raised again, as one of SQLAlchemy's.
            await greenlet_spawn(self._fail, error, text, values)
            raise

    def _fail(self, error: BaseException, text: str, values: tuple[Any, ...]) -> None:
        """Give up what the connection was doing, as SQLAlchemy does."""
        if isinstance(error, self.dialect.dbapi.InvalidCachedStatementError):
            self.dialect._invalidate_schema_cache()  # noqa: SLF001
        try:
            raise error  # noqa: TRY301 - SQLAlchemy asks Python what is being handled
        except BaseException as raised:  # noqa: BLE001 - raised again
            self._connection._handle_dbapi_exception(raised, text, values, None, None)  # noqa: SLF001

    async def close(self) -> None:
        """Leave the connection to its transaction."""


class _Reader:
    """A connection that answers outside of transactions, and the tenant that it does so for."""

    def __init__(self, adapter: Any) -> None:  # noqa: ANN401 - it brings no types
        self.tenant_id: UUID | None = None
        self._adapter = adapter
        self._driver: Any = adapter.driver_connection

    @property
    def is_closed(self) -> bool:
        """Whether the server, or what lies between, has let go of it."""
        return self._driver.is_closed()

    async def fetch(self, tenant_id: UUID, text: str, values: tuple[Any, ...], /) -> Any:  # noqa: ANN401
        """Ask for rows; row security is told first where they are of another tenant."""
        if self.tenant_id != tenant_id:
            self.tenant_id = None
            await self._driver.execute(f"SET streamverse.tenant_id = '{tenant_id}'")
            self.tenant_id = tenant_id
        return await self._driver.fetch(text, *values)

    def fail(self, error: Exception) -> NoReturn:
        """Raise an error of the driver as one of the adapter's."""
        self._adapter._handle_exception(error)  # noqa: SLF001
        raise error

    def drop(self) -> None:
        """Let go of it at once, whatever it does."""
        self._driver.terminate()

    async def close(self) -> None:
        """Take leave of the server."""
        await self._driver.close()


class ReadingLine:
    """Connections for questions that are asked outside of transactions, opened in need and kept.

    Each serves nothing else, and one question at a time: so the tenant that was named to it holds
    until another is.
    """

    def __init__(self, url: str) -> None:
        self._engine = create_async_engine(
            address_of(url),
            poolclass=NullPool,
            connect_args={
                "server_settings": {"default_transaction_read_only": "on"},
                "statement_cache_size": PREPARED_STATEMENTS,
                "max_cached_statement_lifetime": 0,
            },
        )
        self.dialect: Any = self._engine.dialect
        self._idle: list[_Reader] = []
        self._opened = 0
        self._places = asyncio.Semaphore(MOST_READERS)

    async def fetch(self, tenant_id: UUID, text: str, values: tuple[Any, ...], /) -> Any:  # noqa: ANN401
        """Ask for rows that a tenant may see."""
        async with self._places:
            while True:
                known = self._find(tenant_id)
                reader = known or await self._open()
                try:
                    return await reader.fetch(tenant_id, text, values)
                except Exception as error:  # noqa: BLE001 - raised again, as one of SQLAlchemy's
                    # What stood idle may have been cut meanwhile: asking anew changes nothing.
                    if known is None or not reader.is_closed:
                        self._fail(reader, error, text, values)
                except BaseException:
                    # Nobody knows what it still waits for.
                    reader.drop()
                    raise
                finally:
                    self._keep(reader)

    def _find(self, tenant_id: UUID) -> _Reader | None:
        """Take an idle connection: one that serves this tenant if there is one, the last used."""
        for at in range(len(self._idle) - 1, -1, -1):
            if self._idle[at].tenant_id == tenant_id:
                return self._idle.pop(at)
        return self._idle.pop() if self._idle and self._opened == MOST_READERS else None

    async def _open(self) -> _Reader:
        self._opened += 1
        try:
            connection = await greenlet_spawn(self._engine.sync_engine.raw_connection)
        except BaseException:
            self._opened -= 1
            raise
        adapter = connection.dbapi_connection
        connection.detach()
        return _Reader(adapter)

    def _keep(self, reader: _Reader) -> None:
        if reader.is_closed:
            self._opened -= 1
        else:
            self._idle.append(reader)

    def _fail(
        self, reader: _Reader, error: Exception, text: str, values: tuple[Any, ...]
    ) -> NoReturn:
        try:
            reader.fail(error)
        except self.dialect.dbapi.Error as known:
            raise DBAPIError.instance(
                text, values, known, self.dialect.dbapi.Error, dialect=self.dialect
            ) from error

    async def close(self) -> None:
        """Close the connections."""
        idle, self._idle = self._idle, []
        for reader in idle:
            await reader.close()
            self._opened -= 1
        await self._engine.dispose()


def address_of(url: str) -> URL:
    """Give the address of a database as our dialect opens it."""
    return make_url(url).set(drivername=DRIVER)


def name_tenant(connection: Connection, tenant_id: UUID) -> None:
    """Tell row security which tenant's transaction this is, at best with its beginning."""
    driver: Any = connection.connection.dbapi_connection
    if driver.is_within_transaction:
        command = text("SELECT set_config('streamverse.tenant_id', :tenant_id, true)")
        connection.execute(command, {"tenant_id": str(tenant_id)})
    else:
        driver.begin_for(tenant_id)
