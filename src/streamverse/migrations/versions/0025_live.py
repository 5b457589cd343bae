"""Live streams, what went out on them, and the index of its segments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from streamverse.kit.db import UtcDateTime
from streamverse.kit.row_security import enable_row_security

revision = "0025"
down_revision = "0024k"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "live_stream",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("key_hash", sa.String(), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column("rewind_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_live_stream"),
        sa.UniqueConstraint("key_hash", name="uq_live_stream_key_hash"),
    )
    op.create_table(
        "live_broadcast",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("stream_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["stream_id"],
            ["live_stream.id"],
            name="fk_live_broadcast_stream_id_live_stream",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_live_broadcast"),
    )
    op.create_index(
        "ix_live_broadcast_stream_id_started_at", "live_broadcast", ["stream_id", "started_at"]
    )
    op.create_table(
        "live_segment",
        sa.Column("broadcast_id", sa.Uuid(), nullable=False),
        sa.Column("track", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("head", sa.SmallInteger(), nullable=False),
        sa.Column("duration_us", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["broadcast_id"],
            ["live_broadcast.id"],
            name="fk_live_segment_broadcast_id_live_broadcast",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("broadcast_id", "track", "number", name="pk_live_segment"),
    )
    for table in ("live_stream", "live_broadcast", "live_segment"):
        op.create_index(f"ix_{table}_tenant_id", table, ["tenant_id"])
        enable_row_security(op.get_bind(), table)


def downgrade() -> None:
    """Remove them."""
    for table in ("live_segment", "live_broadcast", "live_stream"):
        op.drop_table(table)
