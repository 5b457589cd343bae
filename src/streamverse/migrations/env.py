"""How Alembic runs here: on the connection that the program gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from alembic import context
from sqlalchemy import JSON, Connection, text

from streamverse.app.registry import METADATA
from streamverse.kit.db import UtcDateTime

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext


def _render(kind: str, item: object, autogen: AutogenContext) -> str | Literal[False]:
    """Write our own column types as the migrations import them."""
    if kind == "type" and isinstance(item, UtcDateTime):
        autogen.imports.add("from streamverse.kit.db import UtcDateTime")
        return "UtcDateTime()"
    if kind == "type" and isinstance(item, JSON):
        autogen.imports.add("from streamverse.kit.db import JSON_COLUMN")
        return "JSON_COLUMN"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_item=_render,
    compare_type=True,
)
with context.begin_transaction():
    connection: Connection = context.config.attributes["connection"]
    if connection.dialect.name == "postgresql":
        # With triggers left for the end of the transaction, a table cannot be altered.
        connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    context.run_migrations()
