"""What the database is asked, whichever way it goes there."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any
from unittest import mock
from uuid import UUID

from sqlalchemy import event

from streamverse.kit import postgresql, sqlite
from streamverse.kit.db import Database, Line

LINES: tuple[tuple[str, type[Line]], ...] = (
    ("alone", sqlite.ReadingLine),
    ("alone", postgresql.ReadingLine),
    ("within", sqlite.LineWithin),
    ("within", postgresql.LineWithin),
)


@contextmanager
def heard(database: Database) -> Generator[list[tuple[str, str]]]:
    """Note each statement, and how it goes: alone, within a transaction, or by SQLAlchemy."""
    asked: list[tuple[str, str]] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(("sqlalchemy", statement))

    def noting(way: str, fetch: Any) -> Any:
        async def listen(line: Line, tenant_id: UUID, text: str, values: tuple[Any, ...]) -> Any:
            asked.append((way, text))
            return await fetch(line, tenant_id, text, values)

        return listen

    listened = [mock.patch.object(kind, "fetch", noting(way, kind.fetch)) for way, kind in LINES]
    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    for one in listened:
        one.start()
    try:
        yield asked
    finally:
        for one in listened:
            one.stop()
        event.remove(engine, "before_cursor_execute", note)
