"""The history of the tables: one, for SQLite and PostgreSQL alike."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

    from streamverse.kit.db import Database

# An arbitrary number that only means something to us: who holds it may change the tables.
_ADVISORY_LOCK = 7_830_455_512


def config(connection: Connection) -> Config:
    """Tell Alembic where the history is and on which connection to work."""
    from alembic.config import Config  # noqa: PLC0415 - see `_upgrade`

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


def newest_revision() -> str:
    """Name the newest revision: its file begins with it."""
    files = (Path(__file__).parent / "versions").glob("[0-9]*.py")
    return max(file.name for file in files).partition("_")[0]


def _upgrade(connection: Connection) -> None:
    if _current_revision(connection) == newest_revision():
        return
    # Loading Alembic and the whole history takes longer than all else that a start does.
    from alembic import command  # noqa: PLC0415

    command.upgrade(config(connection), "head")


def _current_revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.scalar(text("SELECT version_num FROM alembic_version"))
