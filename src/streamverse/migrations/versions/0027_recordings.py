"""Reels, cuts of them, what streams keep, and which titles are recordings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from streamverse.kit.db import JSON_COLUMN, UtcDateTime
from streamverse.kit.row_security import enable_row_security

revision = "0027"
down_revision = "0026"

REEL, SEGMENT, CUT = "media_reel", "media_reel_segment", "media_cut"
KEEPING, RECORDING = "live_keeping", "catalog_recording"


def upgrade() -> None:
    """Make the tables, and keep where live segments lie in time."""
    _create_reels()
    _create_keeping()
    for table in (REEL, SEGMENT, CUT, KEEPING, RECORDING):
        op.create_index(f"ix_{table}_tenant_id", table, ["tenant_id"])
        enable_row_security(op.get_bind(), table)
    op.add_column(
        "live_segment",
        sa.Column("start_ticks", sa.BigInteger(), nullable=False, server_default="0"),
    )
    op.add_column(
        "live_segment",
        sa.Column("duration_ticks", sa.BigInteger(), nullable=False, server_default="0"),
    )


def _create_reels() -> None:
    op.create_table(
        REEL,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("store_prefix", sa.String(), nullable=False),
        sa.Column("heads", JSON_COLUMN, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_media_reel"),
    )
    op.create_table(
        SEGMENT,
        sa.Column("reel_id", sa.Uuid(), nullable=False),
        sa.Column("track", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("head", sa.SmallInteger(), nullable=False),
        sa.Column("start_ticks", sa.BigInteger(), nullable=False),
        sa.Column("duration_ticks", sa.BigInteger(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reel_id"],
            ["media_reel.id"],
            name="fk_media_reel_segment_reel_id_media_reel",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("reel_id", "track", "number", name="pk_media_reel_segment"),
    )
    op.create_table(
        CUT,
        sa.Column("package_id", sa.Uuid(), nullable=False),
        sa.Column("reel_id", sa.Uuid(), nullable=False),
        sa.Column("runs", JSON_COLUMN, nullable=False),
        sa.Column("whole", JSON_COLUMN, nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["package_id"],
            ["media_package.id"],
            name="fk_media_cut_package_id_media_package",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["reel_id"], ["media_reel.id"], name="fk_media_cut_reel_id_media_reel"
        ),
        sa.PrimaryKeyConstraint("package_id", name="pk_media_cut"),
    )
    op.create_index("ix_media_cut_reel_id", CUT, ["reel_id"])


def _create_keeping() -> None:
    op.create_table(
        KEEPING,
        sa.Column("stream_id", sa.Uuid(), nullable=False),
        sa.Column("recordings", sa.String(), nullable=False),
        sa.Column("clips", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["stream_id"],
            ["live_stream.id"],
            name="fk_live_keeping_stream_id_live_stream",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("stream_id", name="pk_live_keeping"),
    )
    op.create_table(
        RECORDING,
        sa.Column("title_id", sa.Uuid(), nullable=False),
        sa.Column("stream_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["title_id"],
            ["catalog_title.id"],
            name="fk_catalog_recording_title_id_catalog_title",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("title_id", name="pk_catalog_recording"),
    )
    op.create_index(
        "ix_catalog_recording_stream_id_recorded_at", RECORDING, ["stream_id", "recorded_at"]
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_column("live_segment", "duration_ticks")
    op.drop_column("live_segment", "start_ticks")
    for table in (RECORDING, KEEPING, CUT, SEGMENT, REEL):
        op.drop_table(table)
