"""The first tables.

Revision 0001, after nothing.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from streamverse.kit.db import JSON_COLUMN, UtcDateTime
from streamverse.kit.row_security import enable_row_security

revision = "0001"
down_revision = None

TENANT_TABLES = (
    "catalog_title",
    "identity_account",
    "identity_session",
    "kit_event",
    "kit_job",
    "media_asset",
    "media_package",
    "media_part",
    "media_segment",
    "media_track",
    "media_upload",
)


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "catalog_title",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_search", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("credit", sa.String(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("problem", JSON_COLUMN, nullable=True),
        sa.Column("duration_ms", sa.BigInteger(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("has_poster", sa.Boolean(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_catalog_title"),
        sa.UniqueConstraint("asset_id", name="uq_catalog_title_asset_id"),
    )
    op.create_index(
        "ix_catalog_title_published",
        "catalog_title",
        ["tenant_id", "published_at", "id"],
        unique=False,
        sqlite_where=sa.text("published_at IS NOT NULL"),
        postgresql_where=sa.text("published_at IS NOT NULL"),
    )
    op.create_index("ix_catalog_title_tenant_id", "catalog_title", ["tenant_id"], unique=False)
    op.create_index(
        "ix_catalog_title_tenant_id_id", "catalog_title", ["tenant_id", "id"], unique=False
    )
    op.create_index(
        "ix_catalog_title_tenant_id_state_id",
        "catalog_title",
        ["tenant_id", "state", "id"],
        unique=False,
    )
    op.create_table(
        "identity_tenant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_identity_tenant"),
    )
    op.create_table(
        "kit_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("payload", JSON_COLUMN, nullable=False),
        sa.Column("occurred_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kit_event"),
    )
    op.create_index("ix_kit_event_name_id", "kit_event", ["name", "id"], unique=False)
    op.create_index("ix_kit_event_tenant_id", "kit_event", ["tenant_id"], unique=False)
    op.create_table(
        "kit_idempotency",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("request_hash", sa.String(), nullable=False),
        sa.Column("status", sa.BigInteger(), nullable=False),
        sa.Column("headers", JSON_COLUMN, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "account_id", "key", name="pk_kit_idempotency"),
    )
    op.create_index(
        "ix_kit_idempotency_expires_at", "kit_idempotency", ["expires_at"], unique=False
    )
    op.create_table(
        "kit_job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("arguments", JSON_COLUMN, nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("dedupe_key", sa.String(), nullable=True),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("run_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("losses", sa.SmallInteger(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("worker", sa.String(), nullable=True),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("cancel_requested_at", UtcDateTime(), nullable=True),
        sa.Column("progress", sa.Double[float](), nullable=True),
        sa.Column("stage", sa.String(), nullable=True),
        sa.Column("problem", JSON_COLUMN, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kit_job"),
    )
    op.create_index(
        "ix_kit_job_due",
        "kit_job",
        ["lane", "priority", "run_at"],
        unique=False,
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index(
        "ix_kit_job_leases",
        "kit_job",
        ["lease_until"],
        unique=False,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_index("ix_kit_job_subject_id", "kit_job", ["subject_id"], unique=False)
    op.create_index("ix_kit_job_tenant_id", "kit_job", ["tenant_id"], unique=False)
    op.create_index(
        "uq_kit_job_dedupe",
        "kit_job",
        ["tenant_id", "dedupe_key"],
        unique=True,
        sqlite_where=sa.text("state IN ('queued', 'running')"),
        postgresql_where=sa.text("state IN ('queued', 'running')"),
    )
    op.create_table(
        "media_asset",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("upload_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("source_key", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("facts", JSON_COLUMN, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_media_asset"),
    )
    op.create_index("ix_media_asset_tenant_id", "media_asset", ["tenant_id"], unique=False)
    op.create_table(
        "media_upload",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("title_name", sa.String(), nullable=False),
        sa.Column("credit", sa.String(), nullable=True),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("year", sa.SmallInteger(), nullable=True),
        sa.Column("tus_metadata", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("offset_bytes", sa.BigInteger(), nullable=False),
        sa.Column("writer", sa.BigInteger(), nullable=False),
        sa.Column("is_partial", sa.Boolean(), nullable=False),
        sa.Column("part_ids", JSON_COLUMN, nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("problem", JSON_COLUMN, nullable=True),
        sa.Column("asset_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_media_upload"),
    )
    op.create_index("ix_media_upload_asset_id", "media_upload", ["asset_id"], unique=False)
    op.create_index("ix_media_upload_expires_at", "media_upload", ["expires_at"], unique=False)
    op.create_index("ix_media_upload_tenant_id", "media_upload", ["tenant_id"], unique=False)
    op.create_index(
        "ix_media_upload_tenant_id_account_id_id",
        "media_upload",
        ["tenant_id", "account_id", "id"],
        unique=False,
    )
    op.create_table(
        "identity_account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("email_normalised", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["identity_tenant.id"], name="fk_identity_account_tenant_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_identity_account"),
    )
    op.create_index(
        "ix_identity_account_tenant_id", "identity_account", ["tenant_id"], unique=False
    )
    op.create_index(
        "uq_identity_account_email",
        "identity_account",
        ["tenant_id", "email_normalised"],
        unique=True,
    )
    op.create_table(
        "media_package",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("recipe", JSON_COLUMN, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("problem", JSON_COLUMN, nullable=True),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("has_poster", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("playable_at", UtcDateTime(), nullable=True),
        sa.Column("ready_at", UtcDateTime(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asset_id"], ["media_asset.id"], name="fk_media_package_asset_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_media_package"),
    )
    op.create_index("ix_media_package_asset_id", "media_package", ["asset_id"], unique=False)
    op.create_index("ix_media_package_tenant_id", "media_package", ["tenant_id"], unique=False)
    op.create_index(
        "ix_media_package_tenant_id_created_at",
        "media_package",
        ["tenant_id", "created_at"],
        unique=False,
    )
    op.create_table(
        "identity_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_used_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["identity_account.id"],
            name="fk_identity_session_account_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_identity_session"),
        sa.UniqueConstraint("secret_hash", name="uq_identity_session_secret_hash"),
    )
    op.create_index(
        "ix_identity_session_account_id", "identity_session", ["account_id"], unique=False
    )
    op.create_index(
        "ix_identity_session_expires_at", "identity_session", ["expires_at"], unique=False
    )
    op.create_index(
        "ix_identity_session_tenant_id", "identity_session", ["tenant_id"], unique=False
    )
    op.create_table(
        "media_part",
        sa.Column("package_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("track_name", sa.String(), nullable=True),
        sa.Column("chunk_number", sa.Integer(), nullable=True),
        sa.Column("first_segment", sa.Integer(), nullable=False),
        sa.Column("segment_count", sa.Integer(), nullable=False),
        sa.Column("next_segment", sa.Integer(), nullable=False),
        sa.Column("encode_starts", sa.SmallInteger(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["package_id"],
            ["media_package.id"],
            name="fk_media_part_package_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("package_id", "number", name="pk_media_part"),
    )
    op.create_index("ix_media_part_tenant_id", "media_part", ["tenant_id"], unique=False)
    op.create_table(
        "media_track",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("package_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("codec", sa.String(), nullable=False),
        sa.Column("timescale", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("frame_rate", sa.String(), nullable=True),
        sa.Column("channels", sa.SmallInteger(), nullable=True),
        sa.Column("sample_rate_hz", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("label", sa.String(), nullable=True),
        sa.Column("target_bitrate_bps", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["package_id"],
            ["media_package.id"],
            name="fk_media_track_package_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_media_track"),
    )
    op.create_index(
        "ix_media_track_package_id_name", "media_track", ["package_id", "name"], unique=True
    )
    op.create_index("ix_media_track_tenant_id", "media_track", ["tenant_id"], unique=False)
    op.create_table(
        "media_segment",
        sa.Column("track_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("duration_ticks", sa.BigInteger(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["track_id"], ["media_track.id"], name="fk_media_segment_track_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("track_id", "number", name="pk_media_segment"),
    )
    op.create_index("ix_media_segment_tenant_id", "media_segment", ["tenant_id"], unique=False)
    for table in TENANT_TABLES:
        enable_row_security(op.get_bind(), table)


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_media_segment_tenant_id", table_name="media_segment")
    op.drop_table("media_segment")
    op.drop_index("ix_media_track_tenant_id", table_name="media_track")
    op.drop_index("ix_media_track_package_id_name", table_name="media_track")
    op.drop_table("media_track")
    op.drop_index("ix_media_part_tenant_id", table_name="media_part")
    op.drop_table("media_part")
    op.drop_index("ix_identity_session_tenant_id", table_name="identity_session")
    op.drop_index("ix_identity_session_expires_at", table_name="identity_session")
    op.drop_index("ix_identity_session_account_id", table_name="identity_session")
    op.drop_table("identity_session")
    op.drop_index("ix_media_package_tenant_id_created_at", table_name="media_package")
    op.drop_index("ix_media_package_tenant_id", table_name="media_package")
    op.drop_index("ix_media_package_asset_id", table_name="media_package")
    op.drop_table("media_package")
    op.drop_index("uq_identity_account_email", table_name="identity_account")
    op.drop_index("ix_identity_account_tenant_id", table_name="identity_account")
    op.drop_table("identity_account")
    op.drop_index("ix_media_upload_tenant_id_account_id_id", table_name="media_upload")
    op.drop_index("ix_media_upload_tenant_id", table_name="media_upload")
    op.drop_index("ix_media_upload_expires_at", table_name="media_upload")
    op.drop_index("ix_media_upload_asset_id", table_name="media_upload")
    op.drop_table("media_upload")
    op.drop_index("ix_media_asset_tenant_id", table_name="media_asset")
    op.drop_table("media_asset")
    op.drop_index(
        "uq_kit_job_dedupe",
        table_name="kit_job",
        sqlite_where=sa.text("state IN ('queued', 'running')"),
        postgresql_where=sa.text("state IN ('queued', 'running')"),
    )
    op.drop_index("ix_kit_job_tenant_id", table_name="kit_job")
    op.drop_index("ix_kit_job_subject_id", table_name="kit_job")
    op.drop_index(
        "ix_kit_job_leases",
        table_name="kit_job",
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.drop_index(
        "ix_kit_job_due",
        table_name="kit_job",
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.drop_table("kit_job")
    op.drop_index("ix_kit_idempotency_expires_at", table_name="kit_idempotency")
    op.drop_table("kit_idempotency")
    op.drop_index("ix_kit_event_tenant_id", table_name="kit_event")
    op.drop_index("ix_kit_event_name_id", table_name="kit_event")
    op.drop_table("kit_event")
    op.drop_table("identity_tenant")
    op.drop_index("ix_catalog_title_tenant_id_state_id", table_name="catalog_title")
    op.drop_index("ix_catalog_title_tenant_id_id", table_name="catalog_title")
    op.drop_index("ix_catalog_title_tenant_id", table_name="catalog_title")
    op.drop_index(
        "ix_catalog_title_published",
        table_name="catalog_title",
        sqlite_where=sa.text("published_at IS NOT NULL"),
        postgresql_where=sa.text("published_at IS NOT NULL"),
    )
    op.drop_table("catalog_title")
