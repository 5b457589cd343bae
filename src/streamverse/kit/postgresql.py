"""PostgreSQL through asyncpg, with fewer turns on the wire than SQLAlchemy's own way takes.

A transaction begins in one turn that also names its tenant; a connection that was just in use is
trusted to be there still; and the statements of the whole program stay prepared.
"""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
from sqlalchemy import Connection, text
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.asyncpg import (
    AsyncAdapt_asyncpg_connection,
    AsyncAdapt_asyncpg_dbapi,
    PGDialect_asyncpg,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.util import await_only

DRIVER = "postgresql+brisk"
# After so long without use a connection is asked whether it still is one.
TRUSTED_FOR_S = 5.0
# More than the program has; lists of different lengths are statements of their own.
PREPARED_STATEMENTS = 1_000
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
