"""The migrations build exactly the tables that the models describe, there and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from streamverse import migrations
from streamverse.app.registry import METADATA
from streamverse.kit.db import TenantOwned

if TYPE_CHECKING:
    from streamverse.kit.db import Database


def differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return compare_metadata(context, METADATA)


async def test_the_migrations_build_what_the_models_describe(database: Database) -> None:
    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_migrating_again_changes_nothing(database: Database) -> None:
    await migrations.upgrade(database)
    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_row_security_stands_behind_every_table_of_tenants(database: Database) -> None:
    if database.is_sqlite:
        owned = {m.local_table.name for m in _owned_mappers()}
        assert "media_upload" in owned
        return
    async with database.engine.connect() as connection:
        found = await connection.execute(
            text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        )
        assert set(found.scalars()) == {m.local_table.name for m in _owned_mappers()}


def _owned_mappers() -> list[Any]:
    from streamverse.kit.db import Base  # noqa: PLC0415

    return [m for m in Base.registry.mappers if issubclass(m.class_, TenantOwned)]


async def test_the_first_migration_can_be_taken_back(tmp_path: Any) -> None:
    from streamverse.kit.db import Database  # noqa: PLC0415

    database = Database(f"sqlite:///{tmp_path / 'back.db'}")
    await migrations.upgrade(database)

    def downgrade(connection: Connection) -> list[str]:
        command.downgrade(migrations.config(connection), "base")
        return inspect(connection).get_table_names()

    async with database.engine.begin() as connection:
        assert await connection.run_sync(downgrade) == ["alembic_version"]
    await database.close()


def test_the_newest_revision_is_the_head_of_the_history() -> None:
    script = ScriptDirectory(str(Path(migrations.__file__).parent))
    assert migrations.newest_revision() == script.get_current_head()
