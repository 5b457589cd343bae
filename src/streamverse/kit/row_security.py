"""PostgreSQL's own guard of the tenants: it stands behind the filter that the sessions add."""

from __future__ import annotations

from sqlalchemy import Connection, text

from streamverse.kit.db import ALL_TENANTS

# Each transaction of a session sets the tenant; one that was set and ended reads as ''.
_CURRENT = "(SELECT nullif(current_setting('streamverse.tenant_id', true), '')::uuid)"


def enable_row_security(connection: Connection, table: str) -> None:
    """Show and take a table's rows only to and from their tenant, and the sessions of all tenants.

    SQLite has no such thing, so nothing happens there. Whoever sets no tenant sees nothing; only a
    superuser or a role with BYPASSRLS passes.
    """
    if connection.dialect.name != "postgresql":
        return
    name = connection.dialect.identifier_preparer.quote(table)
    for command in (
        f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY tenant ON {name} USING ({_CURRENT} IN (tenant_id, '{ALL_TENANTS}'))",
    ):
        connection.execute(text(command))


def reach_all_tenants(connection: Connection) -> None:
    """Let a migration read and change the rows of every tenant, until its transaction ends.

    Without it PostgreSQL shows it none, and says nothing.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(
            text("SELECT set_config('streamverse.tenant_id', :all_tenants, true)"),
            {"all_tenants": str(ALL_TENANTS)},
        )
