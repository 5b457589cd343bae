"""The words by which things are found, and what was searched."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from streamverse.kit.db import JSON_COLUMN, UtcDateTime
from streamverse.kit.row_security import enable_row_security

revision = "0019"
down_revision = "0018"

OWNED = (
    "search_document",
    "search_history",
    "search_choice",
    "search_pair",
    "search_query_day",
)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "search_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_search_revision"),
    )
    _create_documents()
    _create_history()
    _create_counts()
    for table in OWNED:
        # The counts of days begin their key with the tenant.
        if table != "search_query_day":
            op.create_index(f"ix_{table}_tenant_id", table, ["tenant_id"])
        enable_row_security(op.get_bind(), table)


def _create_documents() -> None:
    table = "search_document"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("words", JSON_COLUMN, nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_version", table, ["version"])
    op.create_index(f"ix_{table}_kind_id", table, ["kind", "id"])


def _create_history() -> None:
    table = "search_history"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("chosen_kind", sa.String(), nullable=True),
        sa.Column("chosen_id", sa.Uuid(), nullable=True),
        sa.Column("searched_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_profile_id_folded", table, ["profile_id", "folded"], unique=True)
    op.create_index(f"ix_{table}_profile_id_searched_at", table, ["profile_id", "searched_at"])


def _create_counts() -> None:
    op.create_table(
        "search_choice",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("chosen_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("day", "chosen_id", name="pk_search_choice"),
    )
    op.create_table(
        "search_pair",
        sa.Column("chosen_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("other_kind", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("paired_on", sa.Date(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("chosen_id", "other_id", name="pk_search_pair"),
    )
    op.create_index("ix_search_pair_paired_on", "search_pair", ["paired_on"])
    op.create_table(
        "search_query_day",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("search_count", sa.Integer(), nullable=False),
        sa.Column("empty_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "day", "query", name="pk_search_query_day"),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in reversed(("search_revision", *OWNED)):
        op.drop_table(table)
