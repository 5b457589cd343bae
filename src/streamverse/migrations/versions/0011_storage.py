"""Files fetched from elsewhere."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from streamverse.kit.row_security import enable_row_security

revision = "0011"
down_revision = "0010"

TABLES = ("media_remote_import",)


def upgrade() -> None:
    """Make the tables."""
    op.add_column("media_upload", sa.Column("origin", sa.String(), nullable=True))
    op.add_column("media_upload", sa.Column("expected_sha256", sa.String(), nullable=True))
    _create_remote_imports()
    for table in TABLES:
        op.create_index(f"ix_{table}_tenant_id", table, ["tenant_id"])
        enable_row_security(op.get_bind(), table)


def _create_remote_imports() -> None:
    table = "media_remote_import"
    op.create_table(
        table,
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("is_titled", sa.Boolean(), nullable=False),
        sa.Column("validator", sa.String(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"],
            ["media_upload.id"],
            name=f"fk_{table}_upload_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("upload_id", name=f"pk_{table}"),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in reversed(TABLES):
        op.drop_table(table)
    for column in ("expected_sha256", "origin"):
        op.drop_column("media_upload", column)
