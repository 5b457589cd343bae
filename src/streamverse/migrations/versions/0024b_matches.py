"""Which entries of a metadata source films and series are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from streamverse.kit.db import JSON_COLUMN, UtcDateTime
from streamverse.kit.row_security import enable_row_security, reach_all_tenants

revision = "0024b"
down_revision = "0024"

TABLE = "intake_match"


def upgrade() -> None:
    """Make the table, and put the films and series into it that there are."""
    op.create_table(
        TABLE,
        sa.Column("title_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("candidates", JSON_COLUMN, nullable=False),
        sa.Column("picture", sa.String(), nullable=True),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("looked_at", UtcDateTime(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["title_id"], ["catalog_title.id"], name=f"fk_{TABLE}_title_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("title_id", name=f"pk_{TABLE}"),
    )
    for columns in (
        ["tenant_id"],
        ["tenant_id", "state", "title_id"],
        ["due_at"],
        ["tenant_id", "number"],
    ):
        op.create_index(f"ix_{TABLE}_{'_'.join(columns)}", TABLE, columns)
    _add_those_there_are()
    enable_row_security(op.get_bind(), TABLE)


def _add_those_there_are() -> None:
    connection = op.get_bind()
    reach_all_tenants(connection)
    title = sa.table(
        "catalog_title",
        sa.column("id", sa.Uuid()),
        sa.column("tenant_id", sa.Uuid()),
        sa.column("kind", sa.String()),
        sa.column("created_at", UtcDateTime()),
        sa.column("deleted_at", UtcDateTime()),
    )
    match = sa.table(
        TABLE,
        sa.column("title_id", sa.Uuid()),
        sa.column("tenant_id", sa.Uuid()),
        sa.column("state", sa.String()),
        sa.column("candidates", JSON_COLUMN),
        sa.column("due_at", UtcDateTime()),
    )
    found = sa.select(
        title.c.id,
        title.c.tenant_id,
        sa.literal("new"),
        sa.literal([], JSON_COLUMN),
        title.c.created_at,
    ).where(title.c.kind.in_(["movie", "series"]), title.c.deleted_at.is_(None))
    columns = ["title_id", "tenant_id", "state", "candidates", "due_at"]
    connection.execute(sa.insert(match).from_select(columns, found))


def downgrade() -> None:
    """Remove it."""
    op.drop_table(TABLE)
