"""What profiles have watched, and how far."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from streamverse.kit.db import UtcDateTime
from streamverse.kit.row_security import enable_row_security

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "library_viewing",
        sa.Column("id", sa.Uuid(), nullable=False),
        *_of_profile_and_title(),
        sa.Column("root_id", sa.Uuid(), nullable=False),
        sa.Column("region", sa.String(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("position_ms", sa.BigInteger(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("watched_ms", sa.BigInteger(), nullable=False),
        sa.Column("is_finished", sa.Boolean(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        *_foreign_keys("library_viewing"),
        sa.PrimaryKeyConstraint("id", name="pk_library_viewing"),
    )
    op.create_index(
        "ix_library_viewing_profile_id_started_at_id",
        "library_viewing",
        ["profile_id", "started_at", "id"],
    )
    op.create_index(
        "ix_library_viewing_tenant_id_seen_at", "library_viewing", ["tenant_id", "seen_at"]
    )
    op.create_table(
        "library_progress",
        *_of_profile_and_title(),
        sa.Column("root_id", sa.Uuid(), nullable=False),
        sa.Column("position_ms", sa.BigInteger(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("is_finished", sa.Boolean(), nullable=False),
        sa.Column("is_hidden", sa.Boolean(), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("watched_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        *_foreign_keys("library_progress"),
        sa.PrimaryKeyConstraint("profile_id", "title_id", name="pk_library_progress"),
    )
    op.create_index(
        "ix_library_progress_profile_id_watched_at",
        "library_progress",
        ["profile_id", "watched_at"],
    )
    for table in ("library_viewing", "library_progress"):
        op.create_index(f"ix_{table}_title_id", table, ["title_id"])
        op.create_index(f"ix_{table}_tenant_id", table, ["tenant_id"])
        enable_row_security(op.get_bind(), table)


def _of_profile_and_title() -> list[sa.Column[object]]:
    return [
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("title_id", sa.Uuid(), nullable=False),
    ]


def _foreign_keys(table: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}", ondelete="CASCADE")
        for column, target in (
            ("profile_id", "profiles_profile.id"),
            ("title_id", "catalog_title.id"),
        )
    ]


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("library_progress")
    op.drop_table("library_viewing")
