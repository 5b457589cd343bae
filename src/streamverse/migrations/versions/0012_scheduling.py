"""Which job is next, who does it, and what came of the checks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from streamverse.kit.db import JSON_COLUMN, UtcDateTime

revision = "0012"
down_revision = "0011"

_QUEUED, _RUNNING = sa.text("state = 'queued'"), sa.text("state = 'running'")
_CANCELLED = sa.text("state = 'queued' AND cancel_requested_at IS NOT NULL")


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "kit_worker",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("lanes", JSON_COLUMN, nullable=False),
        sa.Column("offers", JSON_COLUMN, nullable=False),
        sa.Column("threads", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_kit_worker"),
    )
    op.create_index("ix_kit_worker_seen_at", "kit_worker", ["seen_at"])
    op.add_column("kit_job", sa.Column("needs", sa.String(), nullable=True))
    op.drop_index("ix_kit_job_due", table_name="kit_job")
    _create_job_index("due", ["lane", "tenant_id", "priority", "run_at"], _QUEUED)
    _create_job_index("running", ["lane", "tenant_id"], _RUNNING)
    _create_job_index("started", ["lane", "tenant_id", "started_at"])
    _create_job_index("cancelled", ["cancel_requested_at"], _CANCELLED)
    op.add_column("media_package", sa.Column("checks", JSON_COLUMN, nullable=True))
    op.add_column(
        "media_upload",
        sa.Column("priority", sa.SmallInteger(), nullable=False, server_default="50"),
    )


def _create_job_index(name: str, columns: list[str], where: sa.TextClause | None = None) -> None:
    op.create_index(
        f"ix_kit_job_{name}", "kit_job", columns, sqlite_where=where, postgresql_where=where
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_column("media_upload", "priority")
    op.drop_column("media_package", "checks")
    for name in ("cancelled", "started", "running", "due"):
        op.drop_index(f"ix_kit_job_{name}", table_name="kit_job")
    _create_job_index("due", ["lane", "priority", "run_at"], _QUEUED)
    op.drop_column("kit_job", "needs")
    op.drop_index("ix_kit_worker_seen_at", table_name="kit_worker")
    op.drop_table("kit_worker")
