"""Titles in the order of their names; trailers and bonus material are titles like any other."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from streamverse.kit.row_security import enable_row_security

revision = "0018"
down_revision = "0017c"

INDEX = "ix_catalog_title_tenant_id_name_search_id"


def upgrade() -> None:
    """Add the order, and drop the table of extras, which nothing ever wrote into."""
    op.create_index(INDEX, "catalog_title", ["tenant_id", "name_search", "id"])
    op.drop_table("catalog_extra")


def downgrade() -> None:
    """Make the table of extras again, and remove the order."""
    op.create_table(
        "catalog_extra",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title_id", sa.Uuid(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_playable", sa.Boolean(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["title_id"], ["catalog_title.id"], name="fk_catalog_extra_title_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_catalog_extra"),
        sa.UniqueConstraint("asset_id", name="uq_catalog_extra_asset_id"),
    )
    op.create_index("ix_catalog_extra_tenant_id", "catalog_extra", ["tenant_id"])
    op.create_index("ix_catalog_extra_title_id", "catalog_extra", ["title_id"])
    enable_row_security(op.get_bind(), "catalog_extra")
    op.drop_index(INDEX, "catalog_title")
