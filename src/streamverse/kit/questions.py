"""What is asked again and again: put into SQL once, filtered by tenant, answered with plain rows.

Mapping, and building and looking up statements, cost many times what such a question costs by
itself. So it passes them by, and brings along what the session would add: the filter, and what was
not written yet. Whoever only reads and has no transaction asks outside of any: on PostgreSQL each
statement sees what is true by then anyway, so nobody relies on two answers being of one moment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Generic, TypeVarTuple, cast
from uuid import UUID

from sqlalchemy import (
    ClauseElement,
    ColumnDefault,
    Dialect,
    Executable,
    Insert,
    Select,
    Table,
    Uuid,
    bindparam,
    func,
    insert,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, with_loader_criteria
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from streamverse.kit.db import (
    ALL_TENANTS,
    MOSTLY,
    ReadOnlyWork,
    TenantOwned,
    check_tenant,
    is_mapped,
    line_of,
    refuse_owned_tables,
)

Ts = TypeVarTuple("Ts")
Process = Callable[[Any], Any]

_TENANT = "own_tenant_id"


class _Wording:
    """A statement in the words of one database, with what its values go through on their way."""

    def __init__(
        self, statement: Executable, dialect: Dialect, columns: Sequence[str] | None = None
    ) -> None:
        element = cast("ClauseElement", statement)
        compiled = cast("SQLCompiler", element.compile(dialect=dialect, column_keys=columns))
        if compiled.post_compile_params or compiled.literal_execute_params:
            raise ValueError(f"Its text depends on its values, so it cannot be kept: {compiled}")
        types = {name: bound.type for bound, name in compiled.bind_names.items()}
        self.text = str(compiled)
        self.fixed = {
            name: bound.value for bound, name in compiled.bind_names.items() if not bound.required
        }
        self._binds = [
            (name, _impl(types[name], dialect).bind_processor(dialect))
            for name in compiled.positiontup or ()
        ]

    def values(self, asked: Mapping[str, object]) -> tuple[object, ...]:
        """Give the values in the order of the text."""
        known = {**self.fixed, **asked}
        return tuple(
            known[name] if process is None else process(known[name])
            for name, process in self._binds
        )


class _Asking(_Wording):
    """A query in the words of one database."""

    def __init__(self, query: Select[*tuple[Any, ...]], dialect: Dialect) -> None:
        super().__init__(query, dialect)
        processes = [
            _impl(column.type, dialect).result_processor(dialect, None)
            for column in query.selected_columns
        ]
        self._results = [(at, process) for at, process in enumerate(processes) if process]

    def row(self, found: Sequence[Any]) -> tuple[Any, ...]:
        """Give a row as the columns' types have it."""
        values = list(found)
        for at, process in self._results:
            values[at] = process(values[at])
        return tuple(values)


def _impl(kind: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return kind.dialect_impl(dialect)


class Question(Generic[*Ts]):
    """A query for columns whose values come by the names of its ``bindparam``."""

    def __init__(self, query: Select[*Ts]) -> None:
        # What names no mapped class has no filter added.
        if not is_mapped(query):
            refuse_owned_tables(query)
        self._query = query
        self._wordings: dict[tuple[str, bool], _Asking] = {}

    async def ask(self, session: AsyncSession, **asked: object) -> Sequence[tuple[*Ts]]:
        """Give all rows that the session's tenant has."""
        tenant_id: UUID = session.info["tenant_id"]
        line = await line_of(session)
        wording = self._wording(line.dialect, is_of_all=tenant_id == ALL_TENANTS)
        values = wording.values({**asked, _TENANT: tenant_id})
        found = await line.fetch(tenant_id, wording.text, values)
        return cast("list[tuple[*Ts]]", [wording.row(row) for row in found])

    async def ask_one(self, session: AsyncSession, **asked: object) -> tuple[*Ts] | None:
        """Give the first row, if there is one."""
        rows = await self.ask(session, **asked)
        return rows[0] if rows else None

    def _wording(self, dialect: Dialect, *, is_of_all: bool) -> _Asking:
        key = dialect.name, is_of_all
        wording = self._wordings.get(key)
        if wording is None:
            query = self._query if is_of_all else self._of_tenant(dialect)
            wording = self._wordings[key] = _Asking(query, dialect)
        return wording

    def _of_tenant(self, dialect: Dialect) -> Select[*tuple[Any, ...]]:
        own = bindparam(_TENANT, type_=Uuid())
        if dialect.name == "sqlite":
            return self._query.options(
                with_loader_criteria(
                    TenantOwned,
                    lambda cls: func.likelihood(cls.tenant_id == own, MOSTLY),
                    include_aliases=True,
                )
            )
        return self._query.options(
            with_loader_criteria(
                TenantOwned, lambda cls: cls.tenant_id == own, include_aliases=True
            )
        )


async def insert_row(
    session: AsyncSession, row: type[DeclarativeBase], values: Mapping[str, Any]
) -> None:
    """Write a new row without a mapped object for it; it is stamped with the session's tenant."""
    if session.info["is_read_only"]:
        raise ReadOnlyWork
    tenant_id: UUID = session.info["tenant_id"]
    stamped = {**_defaults(row), **values}
    if tenant_id != ALL_TENANTS and issubclass(row, TenantOwned):
        check_tenant(stamped.setdefault("tenant_id", tenant_id), tenant_id, row)
    line = await line_of(session)
    wording = _insertion(row, line.dialect)
    await line.fetch(tenant_id, wording.text, wording.values(stamped))


@lru_cache(maxsize=256)
def _insertion(row: type[DeclarativeBase], dialect: Dialect) -> _Wording:
    table = cast("Table", row.__table__)
    statement: Insert = insert(table).inline()
    return _Wording(statement, dialect, list(table.c.keys()))


def _defaults(row: type[DeclarativeBase]) -> dict[str, Any]:
    """Give what each column holds of which nothing is said."""
    columns = cast("Table", row.__table__).c
    return {column.key: _default(column.default) for column in columns if column.key != "tenant_id"}


def _default(default: object) -> object:
    if default is None:
        return None
    if not isinstance(default, ColumnDefault):
        raise TypeError(
            f"The database alone knows a default: write the row by the session. {default}"
        )
    argument: Any = default.arg
    return argument(None) if default.is_callable else argument
