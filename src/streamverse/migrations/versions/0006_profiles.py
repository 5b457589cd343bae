"""Profiles and preferences."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from streamverse.kit.db import JSON_COLUMN, UtcDateTime
from streamverse.kit.row_security import enable_row_security

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "profiles_profile",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("preset", sa.SmallInteger(), nullable=False),
        sa.Column("picture_digest", sa.String(), nullable=True),
        sa.Column("is_kids", sa.Boolean(), nullable=False),
        sa.Column("maturity_limit", sa.SmallInteger(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("preferences", JSON_COLUMN, nullable=False),
        sa.Column("pin_hash", sa.String(), nullable=True),
        sa.Column("pin_failures", sa.Integer(), nullable=False),
        sa.Column("pin_paused_until", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["identity_account.id"],
            name="fk_profiles_profile_account_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_profiles_profile"),
    )
    op.create_index("ix_profiles_profile_account_id", "profiles_profile", ["account_id"])
    op.create_index("ix_profiles_profile_tenant_id", "profiles_profile", ["tenant_id"])
    op.create_table(
        "profiles_current",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("chosen_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["identity_session.id"],
            name="fk_profiles_current_session_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"],
            ["profiles_profile.id"],
            name="fk_profiles_current_profile_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("session_id", name="pk_profiles_current"),
    )
    op.create_index("ix_profiles_current_profile_id", "profiles_current", ["profile_id"])
    op.create_index("ix_profiles_current_tenant_id", "profiles_current", ["tenant_id"])
    for table in ("profiles_profile", "profiles_current"):
        enable_row_security(op.get_bind(), table)


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("profiles_current")
    op.drop_table("profiles_profile")
