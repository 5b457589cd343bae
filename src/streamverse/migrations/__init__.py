"""The history of the tables: one, for SQLite and PostgreSQL alike."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

if TYPE_CHECKING:
    from streamverse.kit.db import Database

# An arbitrary number that only means something to us: who holds it may change the tables.
_ADVISORY_LOCK = 7_830_455_512


def config(connection: Connection) -> Config:
    """Tell Alembic where the history is and on which connection to work."""
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(__file__).parent))
    configuration.attributes["connection"] = connection
    return configuration


async def upgrade(database: Database) -> None:
    """Bring the tables to what this program expects; several processes may try at once."""
    async with database.engine.begin() as connection:
        if not database.is_sqlite:
            await connection.execute(
                text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ADVISORY_LOCK}
            )
        await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    configuration = config(connection)
    current = MigrationContext.configure(connection).get_current_revision()
    if current != ScriptDirectory.from_config(configuration).get_current_head():
        command.upgrade(configuration, "head")
