"""What was measured of films."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from streamverse.kit.db import JSON_COLUMN, UtcDateTime
from streamverse.kit.row_security import enable_row_security

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "media_measurement",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("report", JSON_COLUMN, nullable=False),
        sa.Column("measured_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asset_id"],
            ["media_asset.id"],
            name="fk_media_measurement_asset_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("asset_id", name="pk_media_measurement"),
    )
    op.create_index("ix_media_measurement_tenant_id", "media_measurement", ["tenant_id"])
    enable_row_security(op.get_bind(), "media_measurement")


def downgrade() -> None:
    """Remove the table."""
    op.drop_table("media_measurement")
