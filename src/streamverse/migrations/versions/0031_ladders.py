"""Whether streams have smaller renditions, and the passphrase of those who send by SRT."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"

STREAM = "live_stream"


def upgrade() -> None:
    """Add the columns: streams stay as they were."""
    op.add_column(
        STREAM, sa.Column("ladder", sa.String(), nullable=False, server_default="as_sent")
    )
    op.add_column(
        STREAM,
        sa.Column("has_passphrase", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column(STREAM, sa.Column("sealed_passphrase", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Remove them."""
    for name in ("sealed_passphrase", "has_passphrase", "ladder"):
        op.drop_column(STREAM, name)
