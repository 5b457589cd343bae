"""Lists, their folders, and the links to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from streamverse.kit.db import JSON_COLUMN, UtcDateTime
from streamverse.kit.row_security import enable_row_security

revision = "0017c"
down_revision = "0017b"

_TABLES = ("library_folder", "library_watchlist", "library_share")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "library_folder",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        _foreign_key("library_folder", "profile_id", "profiles_profile.id"),
        sa.PrimaryKeyConstraint("id", name="pk_library_folder"),
    )
    op.create_index(
        "ix_library_folder_profile_id_name", "library_folder", ["profile_id", "name"], unique=True
    )
    op.create_table(
        "library_watchlist",
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("title_id", sa.Uuid(), nullable=False),
        sa.Column("folder_id", sa.Uuid(), nullable=True),
        sa.Column("tags", JSON_COLUMN, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        _foreign_key("library_watchlist", "profile_id", "profiles_profile.id"),
        _foreign_key("library_watchlist", "title_id", "catalog_title.id"),
        _foreign_key("library_watchlist", "folder_id", "library_folder.id", "SET NULL"),
        sa.PrimaryKeyConstraint("profile_id", "title_id", name="pk_library_watchlist"),
    )
    op.create_index(
        "ix_library_watchlist_profile_id_position", "library_watchlist", ["profile_id", "position"]
    )
    op.create_index("ix_library_watchlist_title_id", "library_watchlist", ["title_id"])
    op.create_index("ix_library_watchlist_folder_id", "library_watchlist", ["folder_id"])
    op.create_table(
        "library_share",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("folder_id", sa.Uuid(), nullable=True),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        _foreign_key("library_share", "profile_id", "profiles_profile.id"),
        _foreign_key("library_share", "folder_id", "library_folder.id"),
        sa.PrimaryKeyConstraint("id", name="pk_library_share"),
        sa.UniqueConstraint("token", name="uq_library_share_token"),
    )
    op.create_index("ix_library_share_profile_id", "library_share", ["profile_id"])
    op.create_index("ix_library_share_folder_id", "library_share", ["folder_id"])
    for table in _TABLES:
        op.create_index(f"ix_{table}_tenant_id", table, ["tenant_id"])
        enable_row_security(op.get_bind(), table)


def _foreign_key(
    table: str, column: str, target: str, ondelete: str = "CASCADE"
) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [target], name=f"fk_{table}_{column}", ondelete=ondelete
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("library_share")
    op.drop_table("library_watchlist")
    op.drop_table("library_folder")
