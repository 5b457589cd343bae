"""Folders that fill the catalogue, and which words about a title are staff's own."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from alembic import op

from streamverse.kit.db import JSON_COLUMN, UtcDateTime
from streamverse.kit.row_security import enable_row_security, reach_all_tenants

revision = "0023"
down_revision = "0022b"

OWNED = ("intake_folder", "intake_container", "intake_file")


def upgrade() -> None:
    """Make the tables, and remember of each title what staff has said already."""
    op.add_column(
        "catalog_title",
        sa.Column("edited_fields", JSON_COLUMN, nullable=False, server_default="[]"),
    )
    _remember_edits()
    _create_folders()
    _create_containers()
    _create_files()
    for table in OWNED:
        op.create_index(f"ix_{table}_tenant_id", table, ["tenant_id"])
        enable_row_security(op.get_bind(), table)


def _remember_edits() -> None:
    connection = op.get_bind()
    reach_all_tenants(connection)
    edit = sa.table(
        "catalog_edit",
        sa.column("account_id", sa.Uuid()),
        sa.column("after", JSON_COLUMN),
        sa.column("undone_at", UtcDateTime()),
    )
    title = sa.table(
        "catalog_title", sa.column("id", sa.Uuid()), sa.column("edited_fields", JSON_COLUMN)
    )
    by_staff = sa.select(edit.c.after).where(
        edit.c.account_id.is_not(None), edit.c.undone_at.is_(None)
    )
    fields: defaultdict[str, set[str]] = defaultdict(set)
    after: dict[str, dict[str, Any]]
    for (after,) in connection.execute(by_staff):
        for title_id, said in after.items():
            fields[title_id] |= said.keys()
    for title_id, names in fields.items():
        connection.execute(
            sa.update(title)
            .where(title.c.id == sa.bindparam("which", title_id, sa.Uuid(as_uuid=False)))
            .values(edited_fields=sorted(names))
        )


def _create_folders() -> None:
    table = "intake_folder"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("is_watched", sa.Boolean(), nullable=False),
        sa.Column("skipped", JSON_COLUMN, nullable=False),
        sa.Column("problem", JSON_COLUMN, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("scanned_at", UtcDateTime(), nullable=True),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_tenant_id_path", table, ["tenant_id", "path"], unique=True)


def _create_containers() -> None:
    table = "intake_container"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("title_id", sa.Uuid(), nullable=False),
        sa.Column("is_shown", sa.Boolean(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["title_id"], ["catalog_title.id"], name=f"fk_{table}_title_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_tenant_id_key", table, ["tenant_id", "key"], unique=True)
    op.create_index(f"ix_{table}_title_id", table, ["title_id"])


def _create_files() -> None:
    table = "intake_file"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("folder_id", sa.Uuid(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("modified_ns", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("problem", JSON_COLUMN, nullable=True),
        sa.Column("is_changed", sa.Boolean(), nullable=False),
        sa.Column("title_id", sa.Uuid(), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("root_id", sa.Uuid(), nullable=True),
        sa.Column("asset_id", sa.Uuid(), nullable=True),
        sa.Column("looked_at", UtcDateTime(), nullable=False),
        sa.Column("missing_since", UtcDateTime(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["folder_id"], ["intake_folder.id"], name=f"fk_{table}_folder_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_folder_id_path", table, ["folder_id", "path"], unique=True)
    op.create_index(f"ix_{table}_fingerprint", table, ["fingerprint"])
    op.create_index(f"ix_{table}_title_id", table, ["title_id"])
    op.create_index(f"ix_{table}_asset_id", table, ["asset_id"])
    op.create_index(f"ix_{table}_state_id", table, ["state", "id"])


def downgrade() -> None:
    """Drop the tables and the column."""
    for table in reversed(OWNED):
        op.drop_table(table)
    op.drop_column("catalog_title", "edited_fields")
