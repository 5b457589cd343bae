"""What is watched, ranked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from streamverse.kit.db import UtcDateTime
from streamverse.kit.row_security import enable_row_security

revision = "0017b"
down_revision = "0017"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "recommendations_trend",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("ranking", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("title_id", sa.Uuid(), nullable=False),
        sa.Column("computed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant_id", "ranking", "region", "place", name="pk_recommendations_trend"
        ),
    )
    enable_row_security(op.get_bind(), "recommendations_trend")


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("recommendations_trend")
