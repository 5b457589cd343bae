"""Pictures of what is no film, and those that a metadata source has of people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from streamverse.kit.db import JSON_COLUMN, UtcDateTime
from streamverse.kit.row_security import enable_row_security

revision = "0024c"
down_revision = "0024b"

TABLE = "media_artwork"


def upgrade() -> None:
    """Make the table, and add the column."""
    op.create_table(
        TABLE,
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("picture_id", sa.Uuid(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("subject_id", name=f"pk_{TABLE}"),
    )
    op.create_index(f"ix_{TABLE}_tenant_id", TABLE, ["tenant_id"])
    enable_row_security(op.get_bind(), TABLE)
    op.add_column(
        "intake_match", sa.Column("faces", JSON_COLUMN, nullable=False, server_default="{}")
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_column("intake_match", "faces")
    op.drop_table(TABLE)
