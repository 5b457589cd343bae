"""Who wants to be reminded of which title."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from streamverse.kit.db import UtcDateTime
from streamverse.kit.row_security import enable_row_security

revision = "0022b"
down_revision = "0022"

TABLE = "library_reminder"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        TABLE,
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("title_id", sa.Uuid(), nullable=False),
        sa.Column("region", sa.String(), nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        _foreign_key("profile_id", "profiles_profile.id"),
        _foreign_key("title_id", "catalog_title.id"),
        sa.PrimaryKeyConstraint("profile_id", "title_id", name=f"pk_{TABLE}"),
    )
    for column in ("title_id", "tenant_id"):
        op.create_index(f"ix_{TABLE}_{column}", TABLE, [column])
    enable_row_security(op.get_bind(), TABLE)


def _foreign_key(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [target], name=f"fk_{TABLE}_{column}", ondelete="CASCADE"
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table(TABLE)
