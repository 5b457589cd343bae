"""Where streams are sent on to, and the keys of backup sources."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from streamverse.kit.db import UtcDateTime
from streamverse.kit.row_security import enable_row_security

revision = "0029"
down_revision = "0028"

TARGET, BACKUP = "live_target", "live_backup"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        TARGET,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("stream_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sealed_address", sa.LargeBinary(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        _foreign_key(TARGET),
        sa.PrimaryKeyConstraint("id", name=f"pk_{TARGET}"),
    )
    op.create_index(f"ix_{TARGET}_stream_id", TARGET, ["stream_id"])
    op.create_table(
        BACKUP,
        sa.Column("stream_id", sa.Uuid(), nullable=False),
        sa.Column("key_hash", sa.String(), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column("comeback", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        _foreign_key(BACKUP),
        sa.PrimaryKeyConstraint("stream_id", name=f"pk_{BACKUP}"),
        sa.UniqueConstraint("key_hash", name=f"uq_{BACKUP}_key_hash"),
    )
    for table in (TARGET, BACKUP):
        op.create_index(f"ix_{table}_tenant_id", table, ["tenant_id"])
        enable_row_security(op.get_bind(), table)


def _foreign_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["stream_id"],
        ["live_stream.id"],
        name=f"fk_{table}_stream_id_live_stream",
        ondelete="CASCADE",
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_table(BACKUP)
    op.drop_table(TARGET)
