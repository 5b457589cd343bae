"""The keys of encrypted packages, and the wish of an uploader to have some."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from streamverse.kit.row_security import enable_row_security

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Make the table and the column."""
    table = "media_key"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("package_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("constant_iv", sa.LargeBinary(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["package_id"],
            ["media_package.id"],
            name=f"fk_{table}_package_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_package_id_kind", table, ["package_id", "kind"], unique=True)
    op.create_index(f"ix_{table}_tenant_id", table, ["tenant_id"])
    enable_row_security(op.get_bind(), table)
    op.add_column("media_upload", sa.Column("protection", sa.String(), nullable=True))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("media_upload", "protection")
    op.drop_table("media_key")
