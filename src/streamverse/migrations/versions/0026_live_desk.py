"""What operators decide about streams: templates, plans, times, order; and who watches."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from streamverse.kit.db import JSON_COLUMN, UtcDateTime
from streamverse.kit.row_security import enable_row_security

revision = "0026"
down_revision = "0025a"

STREAM, BROADCAST = "live_stream", "live_broadcast"
STREAM_PLAN, TEMPLATE, SLOT = "live_stream_plan", "live_template", "live_slot"
REMINDER, AUDIENCE = "live_reminder", "live_audience"
TABLES = (STREAM_PLAN, TEMPLATE, SLOT, REMINDER, AUDIENCE)
ADDED = {
    STREAM: ("height", "latency", "access", "newcomer", "position", "stopped_at"),
    BROADCAST: ("peak_viewers", "watched_s"),
}


def upgrade() -> None:
    """Make the tables and columns."""
    _add_columns()
    _create_stream_plans()
    _create_templates()
    _create_slots()
    _create_reminders()
    _create_audiences()
    for table in TABLES:
        op.create_index(f"ix_{table}_tenant_id", table, ["tenant_id"])
        enable_row_security(op.get_bind(), table)


def _add_columns() -> None:
    decided = {"latency": "low", "access": "everybody", "newcomer": "take_over"}
    for name, default in decided.items():
        op.add_column(STREAM, sa.Column(name, sa.String(), nullable=False, server_default=default))
    op.add_column(STREAM, sa.Column("height", sa.SmallInteger(), nullable=True))
    op.add_column(STREAM, sa.Column("position", sa.Integer(), nullable=False, server_default="0"))
    op.add_column(STREAM, sa.Column("stopped_at", UtcDateTime(), nullable=True))
    for name, kind in (("peak_viewers", sa.Integer()), ("watched_s", sa.BigInteger())):
        op.add_column(BROADCAST, sa.Column(name, kind, nullable=False, server_default="0"))


def _create_stream_plans() -> None:
    op.create_table(
        STREAM_PLAN,
        sa.Column("stream_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        _foreign_key(STREAM_PLAN, "stream_id", f"{STREAM}.id"),
        _foreign_key(STREAM_PLAN, "plan_id", "billing_plan.id"),
        sa.PrimaryKeyConstraint("stream_id", "plan_id", name=f"pk_{STREAM_PLAN}"),
    )
    op.create_index(f"ix_{STREAM_PLAN}_plan_id", STREAM_PLAN, ["plan_id"])


def _create_templates() -> None:
    op.create_table(
        TEMPLATE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("settings", JSON_COLUMN, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{TEMPLATE}"),
    )


def _create_slots() -> None:
    op.create_table(
        SLOT,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("stream_id", sa.Uuid(), nullable=False),
        sa.Column("begins", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("minutes", sa.SmallInteger(), nullable=False),
        sa.Column("is_weekly", sa.Boolean(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        _foreign_key(SLOT, "stream_id", f"{STREAM}.id"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{SLOT}"),
    )
    op.create_index(f"ix_{SLOT}_stream_id", SLOT, ["stream_id"])


def _create_reminders() -> None:
    op.create_table(
        REMINDER,
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("stream_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        _foreign_key(REMINDER, "profile_id", "profiles_profile.id"),
        _foreign_key(REMINDER, "stream_id", f"{STREAM}.id"),
        sa.PrimaryKeyConstraint("profile_id", "stream_id", name=f"pk_{REMINDER}"),
    )
    op.create_index(f"ix_{REMINDER}_stream_id", REMINDER, ["stream_id"])


def _create_audiences() -> None:
    op.create_table(
        AUDIENCE,
        sa.Column("broadcast_id", sa.Uuid(), nullable=False),
        sa.Column("server", sa.Uuid(), nullable=False),
        sa.Column("viewers", sa.Integer(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        _foreign_key(AUDIENCE, "broadcast_id", f"{BROADCAST}.id"),
        sa.PrimaryKeyConstraint("broadcast_id", "server", name=f"pk_{AUDIENCE}"),
    )


def _foreign_key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [target], name=f"fk_{table}_{column}", ondelete="CASCADE"
    )


def downgrade() -> None:
    """Remove them."""
    for table in TABLES:
        op.drop_table(table)
    for table, columns in ADDED.items():
        for column in columns:
            op.drop_column(table, column)
