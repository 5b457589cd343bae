"""Pictures in several sizes, and subtitles."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from streamverse.kit.db import JSON_COLUMN, UtcDateTime
from streamverse.kit.row_security import enable_row_security

revision = "0015"
down_revision = "0014"

TABLES = ("media_picture", "media_subtitle")


def upgrade() -> None:
    """Make the tables, and let packages name their pictures."""
    for column in ("poster_id", "preview_id", "sprites_id"):
        op.add_column("media_package", sa.Column(column, sa.Uuid(), nullable=True))
    op.add_column(
        "media_package",
        sa.Column("is_poster_chosen", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column(
        "media_package",
        sa.Column("text_revision", sa.Integer(), nullable=False, server_default="0"),
    )
    # Posters of one size are made anew: the title's media page has a button for it.
    op.drop_column("media_package", "has_poster")
    _create_pictures()
    _create_subtitles()
    for table in TABLES:
        op.create_index(f"ix_{table}_tenant_id", table, ["tenant_id"])
        enable_row_security(op.get_bind(), table)


def _create_pictures() -> None:
    table = "media_picture"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("package_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=True),
        sa.Column("end_ms", sa.BigInteger(), nullable=True),
        sa.Column("label", sa.String(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("tile_count", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        _package_of(table),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_package_id_kind", table, ["package_id", "kind"])


def _create_subtitles() -> None:
    table = "media_subtitle"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("package_id", sa.Uuid(), nullable=False),
        sa.Column("track_name", sa.String(), nullable=True),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("stream_index", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("label", sa.String(), nullable=True),
        sa.Column("is_forced", sa.Boolean(), nullable=False),
        sa.Column("is_sdh", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("cue_count", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("notices", JSON_COLUMN, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        _package_of(table),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    op.create_index(
        f"ix_{table}_package_id_track_name", table, ["package_id", "track_name"], unique=True
    )


def _package_of(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["package_id"], ["media_package.id"], name=f"fk_{table}_package_id", ondelete="CASCADE"
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in reversed(TABLES):
        op.drop_table(table)
    op.add_column(
        "media_package",
        sa.Column("has_poster", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    for column in ("text_revision", "is_poster_chosen", "sprites_id", "preview_id", "poster_id"):
        op.drop_column("media_package", column)
