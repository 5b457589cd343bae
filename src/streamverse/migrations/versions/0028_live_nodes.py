"""Live nodes, the leases by which they hold streams, and what another one needs to go on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from streamverse.kit.db import UtcDateTime
from streamverse.kit.row_security import enable_row_security

revision = "0028"
down_revision = "0027"

NODE, LEASE, SEGMENT = "live_node", "live_lease", "live_segment"


def upgrade() -> None:
    """Make the tables, and keep which segments belong together."""
    op.create_table(
        NODE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("takes_webrtc", sa.Boolean(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{NODE}"),
    )
    op.create_index(f"ix_{NODE}_seen_at", NODE, ["seen_at"])
    op.create_table(
        LEASE,
        sa.Column("stream_id", sa.Uuid(), nullable=False),
        sa.Column("node_id", sa.Uuid(), nullable=True),
        sa.Column("broadcast_id", sa.Uuid(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("held_until", UtcDateTime(), nullable=False),
        sa.Column("has_publisher", sa.Boolean(), nullable=False),
        sa.Column("wanted_at", UtcDateTime(), nullable=True),
        sa.Column("first_segment", sa.Integer(), nullable=False),
        sa.Column("first_head", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["stream_id"],
            ["live_stream.id"],
            name=f"fk_{LEASE}_stream_id_live_stream",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("stream_id", name=f"pk_{LEASE}"),
    )
    for column in ("tenant_id", "node_id"):
        op.create_index(f"ix_{LEASE}_{column}", LEASE, [column])
    enable_row_security(op.get_bind(), LEASE)
    op.add_column(SEGMENT, sa.Column("stretch", sa.Integer(), nullable=False, server_default="0"))
    op.add_column(
        SEGMENT,
        sa.Column("is_independent", sa.Boolean(), nullable=False, server_default=sa.true()),
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_column(SEGMENT, "is_independent")
    op.drop_column(SEGMENT, "stretch")
    op.drop_table(LEASE)
    op.drop_table(NODE)
