"""What is stored and for how long, and webhooks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from streamverse.kit.db import JSON_COLUMN, UtcDateTime
from streamverse.kit.row_security import enable_row_security, reach_all_tenants

revision = "0014"
down_revision = "0013"

TABLES = (
    "media_storage",
    "media_retention",
    "media_census",
    "notifications_endpoint",
    "notifications_delivery",
)


def upgrade() -> None:
    """Make the tables."""
    op.add_column("media_asset", sa.Column("source_deleted_at", UtcDateTime(), nullable=True))
    op.add_column("media_package", sa.Column("failed_at", UtcDateTime(), nullable=True))
    reach_all_tenants(op.get_bind())
    op.execute("UPDATE media_package SET failed_at = created_at WHERE state = 'failed'")
    _create_storage()
    _create_retention()
    _create_census()
    _create_endpoints()
    _create_deliveries()
    for table in TABLES:
        op.create_index(f"ix_{table}_tenant_id", table, ["tenant_id"])
        enable_row_security(op.get_bind(), table)


def _create_storage() -> None:
    table = "media_storage"
    weights = ("source", "h264", "hevc", "av1", "sound", "pictures", "other", "total")
    op.create_table(
        table,
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        *(sa.Column(f"{name}_bytes", sa.BigInteger(), nullable=False) for name in weights),
        sa.Column("measured_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asset_id"], ["media_asset.id"], name=f"fk_{table}_asset_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("asset_id", name=f"pk_{table}"),
    )
    columns = ["tenant_id", "total_bytes", "asset_id"]
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, columns)


def _create_retention() -> None:
    table = "media_retention"
    choices = ("source_days", "failed_days", "refused_days", "upload_hours")
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in choices),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.UniqueConstraint("tenant_id", name=f"uq_{table}_tenant_id"),
    )


def _create_census() -> None:
    table = "media_census"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("is_dry_run", sa.Boolean(), nullable=False),
        sa.Column("found", JSON_COLUMN, nullable=True),
        sa.Column("problem", JSON_COLUMN, nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )


def _create_endpoints() -> None:
    table = "notifications_endpoint"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("kinds", JSON_COLUMN, nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("disabled_because", sa.String(), nullable=True),
        sa.Column("failing_since", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )


def _create_deliveries() -> None:
    table = "notifications_delivery"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("attempts", JSON_COLUMN, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("next_try_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["endpoint_id"],
            ["notifications_endpoint.id"],
            name=f"fk_{table}_endpoint_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_endpoint_id_id", table, ["endpoint_id", "id"])
    op.create_index(f"ix_{table}_state_created_at", table, ["state", "created_at"])


def downgrade() -> None:
    """Drop the tables."""
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_column("media_package", "failed_at")
    op.drop_column("media_asset", "source_deleted_at")
