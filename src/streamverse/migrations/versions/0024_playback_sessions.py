"""Sessions of playing, and what is reported of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from streamverse.kit.db import JSON_COLUMN, UtcDateTime
from streamverse.kit.row_security import enable_row_security

revision = "0024"
down_revision = "0023b"

SESSION, ISSUE = "playback_session", "playback_issue"
COUNTS = ("stall_count", "switch_count", "height", "error_count", "starved_count")
SUMS = (
    "sequence",
    "offset_ms",
    "position_ms",
    "played_ms",
    "stalled_ms",
    "bitrate_bps",
    "played_kilobits",
    "dropped_frames",
    "decoded_frames",
)


def upgrade() -> None:
    """Make the tables."""
    _create_sessions()
    _create_issues()
    for table in (SESSION, ISSUE):
        op.create_index(f"ix_{table}_tenant_id", table, ["tenant_id"])
        enable_row_security(op.get_bind(), table)


def _create_sessions() -> None:
    op.create_table(
        SESSION,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("profile_id", sa.Uuid(), nullable=True),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("title_id", sa.Uuid(), nullable=False),
        sa.Column("log_in_id", sa.Uuid(), nullable=False),
        sa.Column("package_id", sa.Uuid(), nullable=False),
        sa.Column("device_name", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=True),
        sa.Column("network", sa.String(), nullable=False),
        sa.Column("tailoring", JSON_COLUMN, nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("startup_ms", sa.BigInteger(), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("throughput_bps", sa.BigInteger(), nullable=True),
        sa.Column("timeline", JSON_COLUMN, nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in SUMS),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        _foreign_key(SESSION, "account_id", "identity_account.id", "CASCADE"),
        _foreign_key(SESSION, "profile_id", "profiles_profile.id", "SET NULL"),
        _foreign_key(SESSION, "device_id", "identity_device.id", "SET NULL"),
        _foreign_key(SESSION, "title_id", "catalog_title.id", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{SESSION}"),
    )
    for columns in (
        ["account_id", "ended_at"],
        ["ended_at", "lease_until"],
        ["tenant_id", "opened_at"],
        ["profile_id"],
        ["device_id"],
        ["title_id"],
    ):
        op.create_index(f"ix_{SESSION}_{'_'.join(columns)}", SESSION, columns)


def _create_issues() -> None:
    op.create_table(
        ISSUE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("facts", JSON_COLUMN, nullable=False),
        sa.Column("reported_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        _foreign_key(ISSUE, "session_id", f"{SESSION}.id", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{ISSUE}"),
    )
    op.create_index(f"ix_{ISSUE}_session_id", ISSUE, ["session_id"])


def _foreign_key(table: str, column: str, target: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [target], name=f"fk_{table}_{column}", ondelete=ondelete
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table(ISSUE)
    op.drop_table(SESSION)
