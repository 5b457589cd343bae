"""Tables, transactions and tenants: the one way to the records, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, ClassVar, Protocol, cast
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    ClauseElement,
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    Executable,
    MetaData,
    Table,
    TypeDecorator,
    Uuid,
    and_,
    event,
    func,
    literal_column,
)
from sqlalchemy.dialects import postgresql as postgresql_dialect
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    create_async_engine,
)
from sqlalchemy.orm import (
    DeclarativeBase,
    LoaderCriteriaOption,
    Mapped,
    ORMExecuteState,
    Session,
    SessionTransaction,
    mapped_column,
    with_loader_criteria,
)
from sqlalchemy.sql import visitors

from streamverse.kit import postgresql, sqlite

# No path of the program may leave the tenant out; what serves all of them says so by name.
ALL_TENANTS = UUID(int=0)
# SQLite takes a condition on the tenant for one that leaves ten rows, and would rather read all
# rows of the tenant by it than look up twenty by their ids.
MOSTLY: ColumnElement[float] = literal_column("0.99")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC on either database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive moment: it could be any of twenty-four hours."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"A naive datetime was given to the database: {value!r}")
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give the moment back aware."""
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


JsonObject = dict[str, Any]
JSON_COLUMN = JSON().with_variant(JSONB(), "postgresql")


class Base(DeclarativeBase):
    """The parent of every table."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[Mapping[Any, Any]] = {
        UUID: Uuid(),
        int: BigInteger(),
        datetime: UtcDateTime(),
        JsonObject: JSON_COLUMN,
    }


class TenantOwned:
    """A row that belongs to a tenant: filtered on every read, stamped on every insert."""

    tenant_id: Mapped[UUID] = mapped_column(index=True)


class ForeignTenant(RuntimeError):
    """A row of one tenant was about to be written by the session of another."""


class ReadOnlyWork(RuntimeError):
    """Code that was called for reading tried to write."""

    def __init__(self) -> None:
        super().__init__("A read-only Work was about to write: open it for writing.")


class Database:
    """An engine, and sessions that keep the rules: tenant filter, one writer, read-only reads."""

    def __init__(self, url: str) -> None:
        is_sqlite = url.startswith("sqlite")
        self.engine: AsyncEngine = create_async_engine(
            url.replace("sqlite://", "sqlite+inline://", 1)
            if is_sqlite
            else postgresql.address_of(url),
            pool_size=20,
            max_overflow=0,
            pool_pre_ping=not is_sqlite,
            # Who was used last knows most statements.
            pool_use_lifo=True,
        )
        self.is_sqlite = is_sqlite
        if is_sqlite:
            sqlite.prepare(self.engine)
            self._readers = sqlite.readers_of(self.engine)
            self._line: Line = sqlite.ReadingLine(self.engine.sync_engine)
        else:
            self._readers = self.engine.execution_options(
                is_read_only=True, postgresql_readonly=True
            )
            self._line = postgresql.ReadingLine(url)

    def session(self, tenant_id: UUID, *, is_read_only: bool = False) -> AsyncSession:
        """Give a session that sees and writes one tenant's rows, or ``ALL_TENANTS``'."""
        engine = self._readers if is_read_only else self.engine
        line = self._line if is_read_only else None
        return LateSession(
            engine, {"tenant_id": tenant_id, "is_read_only": is_read_only, "line": line}
        )

    def join(self, connection: AsyncConnection, tenant_id: UUID) -> AsyncSession:
        """Give a session within an open transaction: its commit ends a savepoint, no more."""
        return AsyncSession(
            connection,
            sync_session_class=TenantSession,
            expire_on_commit=False,
            join_transaction_mode="create_savepoint",
            info={"tenant_id": tenant_id, "is_read_only": False, "line": None},
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._line.close()
        await self.engine.dispose()
        if self.is_sqlite:
            await self._readers.dispose()


class TenantSession(Session):
    """The session behind every Work: it cannot forget the tenant."""


class LateSession(AsyncSession):
    """A session that is made when somebody needs more of it than answers to questions."""

    def __init__(self, engine: AsyncEngine, info: dict[str, Any]) -> None:
        self._engine = engine
        self._own_info = info

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the parent has by then
        # What the parent makes first is missing only as long as it was not made.
        if name not in _MADE_FIRST:
            raise AttributeError(name)
        super().__init__(
            self._engine,
            sync_session_class=TenantSession,
            expire_on_commit=False,
            info=self._own_info,
        )
        return getattr(self, name)

    @property
    def info(self) -> dict[Any, Any]:
        """What belongs to the session."""
        return self._own_info

    def in_transaction(self) -> bool:
        """Tell whether it has begun a transaction."""
        return "sync_session" in self.__dict__ and super().in_transaction()

    async def close(self) -> None:
        """Let everything go."""
        if "sync_session" in self.__dict__:
            await super().close()


_MADE_FIRST = frozenset({"bind", "binds", "sync_session_class", "sync_session", "_proxied"})


class Line(Protocol):
    """What questions in plain SQL go through, past what a session does with statements."""

    @property
    def dialect(self) -> Dialect:
        """Which database's words it takes."""
        ...

    async def fetch(
        self, tenant_id: UUID, text: str, values: tuple[Any, ...], /
    ) -> Sequence[Sequence[Any]]:
        """Say something for a tenant, and give the rows that come back."""
        ...

    async def close(self) -> None:
        """Let its connections go."""
        ...


@event.listens_for(TenantSession, "after_begin")
def _begin(session: Session, _transaction: object, connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        postgresql.name_tenant(connection, session.info["tenant_id"])
        session.info["line_within"] = postgresql.LineWithin(connection)
    else:
        session.info["line_within"] = sqlite.LineWithin(connection)


@event.listens_for(TenantSession, "after_transaction_end")
def _end(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop("line_within", None)


async def line_of(session: AsyncSession) -> Line:
    """Give the line of a session's transaction, with all written that was not yet.

    A session that only reads and has no transaction needs none for it.
    """
    if not session.in_transaction() and (alone := session.info["line"]) is not None:
        return cast("Line", alone)
    own: Any = session.sync_session
    within: Line | None = own.info.get("line_within")
    # Looking for it is cheaper than being ready to wait for it.
    if within is None or not own._is_clean():  # noqa: SLF001 - the sets that are public are made anew
        within = await session.run_sync(_settle)
    return within


def _settle(session: Session) -> Line:
    session.flush()
    session.connection()
    return cast("Line", session.info["line_within"])


@event.listens_for(TenantSession, "do_orm_execute")
def _refuse_writing(state: ORMExecuteState) -> None:
    if state.session.info["is_read_only"] and (
        state.is_insert or state.is_update or state.is_delete
    ):
        raise ReadOnlyWork


@event.listens_for(TenantSession, "do_orm_execute")
def _filter_tenant(state: ORMExecuteState) -> None:
    tenant_id: UUID = state.session.info["tenant_id"]
    if tenant_id == ALL_TENANTS:
        return
    if not state.is_orm_statement:
        refuse_owned_tables(state.statement)
    elif state.is_insert:
        _stamp_bulk_insert(state, tenant_id)
    elif state.is_update and state.is_executemany:
        raise ForeignTenant("Updates by primary key skip the tenant filter: say where instead.")
    else:
        if state.is_update:
            _refuse_giving_away(state.statement)
        is_sqlite = state.session.get_bind().dialect.name == "sqlite"
        state.statement = state.statement.options(_own_rows(tenant_id, is_sqlite=is_sqlite))


@lru_cache(maxsize=1024)
def _own_rows(tenant_id: UUID, *, is_sqlite: bool) -> LoaderCriteriaOption:
    if is_sqlite:
        return with_loader_criteria(
            TenantOwned,
            lambda cls: func.likelihood(cls.tenant_id == tenant_id, MOSTLY),
            include_aliases=True,
        )
    return with_loader_criteria(
        TenantOwned, lambda cls: cls.tenant_id == tenant_id, include_aliases=True
    )


def insert_into(session: AsyncSession, row: type[DeclarativeBase]) -> sqlite_dialect.Insert:
    """Begin an insert that can say what becomes of rows that are there already.

    Both databases write it alike, in types of their own.
    """
    if session.get_bind().dialect.name == "sqlite":
        return sqlite_dialect.insert(row)
    return cast("sqlite_dialect.Insert", postgresql_dialect.insert(row))


def is_mapped(statement: Any) -> bool:  # noqa: ANN401 - of any kind
    """Tell whether a statement names mapped classes, so that a filter can be added to them."""
    return statement._propagate_attrs.get("compile_state_plugin") == "orm"  # noqa: SLF001


def refuse_owned_tables(statement: Executable) -> None:
    """Refuse what SQLAlchemy sends past the mappers, and so past the filter."""
    for part in visitors.iterate(cast("ClauseElement", statement)):
        if isinstance(part, Table) and "tenant_id" in cast("Table", part).c:
            raise ForeignTenant(
                f"Ask for the class of {part.name}, so that the tenant is filtered."
            )


def _refuse_giving_away(statement: Executable) -> None:
    values: Mapping[Any, Any] = getattr(statement, "_values", None) or {}
    if any(getattr(column, "key", column) == "tenant_id" for column in values):
        raise ForeignTenant("An update may not give rows to another tenant.")


def _stamp_bulk_insert(state: ORMExecuteState, tenant_id: UUID) -> None:
    mapper = state.bind_mapper
    if mapper is None or not issubclass(mapper.class_, TenantOwned):
        return
    rows = state.parameters
    if rows is None:
        raise ForeignTenant(
            f"Insert {mapper.class_.__name__} rows by parameters, so that they are stamped."
        )
    for row in cast("list[dict[str, Any]]", [rows] if isinstance(rows, Mapping) else rows):
        check_tenant(row.setdefault("tenant_id", tenant_id), tenant_id, mapper.class_)
    state.statement = _keep_to_own_rows(state.statement, mapper.class_, tenant_id)


def _keep_to_own_rows(statement: Any, owned: type[TenantOwned], tenant_id: UUID) -> Any:  # noqa: ANN401
    """Let ON CONFLICT DO UPDATE, of either dialect, touch the tenant's rows only."""
    on_conflict = statement._post_values_clause  # noqa: SLF001 - there is no public way to it
    if not hasattr(on_conflict, "update_whereclause"):
        return statement
    kept = copy(on_conflict)
    where = on_conflict.update_whereclause
    is_own = owned.tenant_id == tenant_id
    kept.update_whereclause = is_own if where is None else and_(is_own, where)
    statement = copy(statement)
    statement._post_values_clause = kept  # noqa: SLF001
    return statement


@event.listens_for(TenantSession, "before_flush")
def _stamp_rows(session: Session, _context: object, _instances: object) -> None:
    if session.info["is_read_only"] and (session.new or session.dirty or session.deleted):
        raise ReadOnlyWork
    tenant_id: UUID = session.info["tenant_id"]
    if tenant_id == ALL_TENANTS:
        return
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, TenantOwned):
            if row.tenant_id is None:  # pyright: ignore[reportUnnecessaryComparison]
                row.tenant_id = tenant_id
            check_tenant(row.tenant_id, tenant_id, type(row))


def check_tenant(found: UUID, expected: UUID, table: type) -> None:
    """Refuse a row of another tenant than the session's."""
    if found != expected:
        raise ForeignTenant(
            f"A {table.__name__} of tenant {found} in the session of tenant {expected}."
        )
