"""What becomes of what goes out, among all else that staff decides about a stream."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from streamverse.kit.row_security import enable_row_security, reach_all_tenants

revision = "0035"
down_revision = "0034"

STREAM, KEEPING = "live_stream", "live_keeping"


def upgrade() -> None:
    """Add the columns, take over what was chosen, and remove the table that held it."""
    for name, usual in (("recordings", "private"), ("clips", "off")):
        op.add_column(STREAM, sa.Column(name, sa.String(), nullable=False, server_default=usual))
    reach_all_tenants(op.get_bind())
    op.execute(
        "UPDATE live_stream SET (recordings, clips) = "
        "(SELECT recordings, clips FROM live_keeping WHERE stream_id = live_stream.id) "
        "WHERE id IN (SELECT stream_id FROM live_keeping)"
    )
    op.drop_table(KEEPING)


def downgrade() -> None:
    """Give what is chosen a table of its own again."""
    op.create_table(
        KEEPING,
        sa.Column("stream_id", sa.Uuid(), nullable=False),
        sa.Column("recordings", sa.String(), nullable=False),
        sa.Column("clips", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["stream_id"],
            ["live_stream.id"],
            name="fk_live_keeping_stream_id_live_stream",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("stream_id", name="pk_live_keeping"),
    )
    op.create_index("ix_live_keeping_tenant_id", KEEPING, ["tenant_id"])
    reach_all_tenants(op.get_bind())
    op.execute(
        "INSERT INTO live_keeping (stream_id, recordings, clips, tenant_id) "
        "SELECT id, recordings, clips, tenant_id FROM live_stream"
    )
    enable_row_security(op.get_bind(), KEEPING)
    for name in ("clips", "recordings"):
        op.drop_column(STREAM, name)
