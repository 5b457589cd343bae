"""Streams that are protected, and the keys of what goes out on them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from streamverse.kit.row_security import enable_row_security

revision = "0033"
down_revision = "0032"

STREAM, KEY = "live_stream", "media_reel_key"


def upgrade() -> None:
    """Add the columns and the table: streams stay in the clear."""
    op.add_column(
        STREAM, sa.Column("protection", sa.String(), nullable=False, server_default="none")
    )
    op.add_column(
        STREAM, sa.Column("key_lasts_s", sa.Integer(), nullable=False, server_default="600")
    )
    op.create_table(
        KEY,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reel_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("constant_iv", sa.LargeBinary(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_media_reel_key"),
    )
    op.create_index("ix_media_reel_key_reel_id", KEY, ["reel_id"])
    op.create_index("ix_media_reel_key_tenant_id", KEY, ["tenant_id"])
    enable_row_security(op.get_bind(), KEY)


def downgrade() -> None:
    """Remove them."""
    op.drop_table(KEY)
    for name in ("key_lasts_s", "protection"):
        op.drop_column(STREAM, name)
