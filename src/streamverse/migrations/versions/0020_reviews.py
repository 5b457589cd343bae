"""Reviews, with what others make of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

from streamverse.kit.db import UtcDateTime
from streamverse.kit.row_security import enable_row_security

revision = "0020"
down_revision = "0019"

_TABLES = ("social_review", "social_vote", "social_report")


def upgrade() -> None:
    """Make the tables."""
    _create_reviews()
    op.create_table(
        "social_vote",
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("is_helpful", sa.Boolean(), nullable=False),
        sa.Column("voted_at", UtcDateTime(), nullable=False),
        *_of_a_review("social_vote"),
    )
    op.create_table(
        "social_report",
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("reported_at", UtcDateTime(), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        *_of_a_review("social_report"),
    )
    for table in ("social_vote", "social_report"):
        op.create_index(f"ix_{table}_profile_id", table, ["profile_id"])
    for table in _TABLES:
        op.create_index(f"ix_{table}_tenant_id", table, ["tenant_id"])
        enable_row_security(op.get_bind(), table)


def _create_reviews() -> None:
    table = "social_review"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title_id", sa.Uuid(), nullable=False),
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("rating", sa.SmallInteger(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("has_spoilers", sa.Boolean(), nullable=False),
        sa.Column("helpful_count", sa.Integer(), nullable=False),
        sa.Column("unhelpful_count", sa.Integer(), nullable=False),
        sa.Column("helpfulness_ppm", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("edited_at", UtcDateTime(), nullable=True),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        _foreign_key(table, "title_id", "catalog_title.id"),
        _foreign_key(table, "profile_id", "profiles_profile.id"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    op.create_index(
        f"ix_{table}_profile_id_title_id", table, ["profile_id", "title_id"], unique=True
    )
    for column in ("helpfulness_ppm", "rating"):
        op.create_index(f"ix_{table}_title_id_{column}_id", table, ["title_id", column, "id"])


def _of_a_review(table: str) -> tuple[SchemaItem, ...]:
    return (
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        _foreign_key(table, "review_id", "social_review.id"),
        _foreign_key(table, "profile_id", "profiles_profile.id"),
        sa.PrimaryKeyConstraint("review_id", "profile_id", name=f"pk_{table}"),
    )


def _foreign_key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [target], name=f"fk_{table}_{column}", ondelete="CASCADE"
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in reversed(_TABLES):
        op.drop_table(table)
