"""Where live streams are fetched from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from streamverse.kit.db import UtcDateTime
from streamverse.kit.row_security import enable_row_security

revision = "0030"
down_revision = "0029"

SOURCE = "live_source"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        SOURCE,
        sa.Column("stream_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("times", sa.String(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["stream_id"],
            ["live_stream.id"],
            name="fk_live_source_stream_id_live_stream",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("stream_id", name="pk_live_source"),
    )
    op.create_index("ix_live_source_tenant_id", SOURCE, ["tenant_id"])
    enable_row_security(op.get_bind(), SOURCE)


def downgrade() -> None:
    """Remove it."""
    op.drop_table(SOURCE)
