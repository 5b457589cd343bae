"""When the NFO was written that a file or a show was described by last."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023b"
down_revision = "0023"

TABLES = ("intake_file", "intake_container")


def upgrade() -> None:
    """Add the columns."""
    for table in TABLES:
        op.add_column(table, sa.Column("described_ns", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Remove them."""
    for table in TABLES:
        op.drop_column(table, "described_ns")
