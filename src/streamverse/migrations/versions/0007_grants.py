"""Log-ins through other services and on televisions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from streamverse.kit.db import UtcDateTime
from streamverse.kit.row_security import enable_row_security

revision = "0007"
down_revision = "0006"

TABLES = ("identity_federated_identity", "identity_tv_log_in")


def upgrade() -> None:
    """Make the tables."""
    _create_federated_identities()
    _create_tv_log_ins()
    for table in TABLES:
        op.create_index(f"ix_{table}_tenant_id", table, ["tenant_id"])
        enable_row_security(op.get_bind(), table)


def _create_federated_identities() -> None:
    table = "identity_federated_identity"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_used_at", UtcDateTime(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["identity_account.id"],
            name=f"fk_{table}_account_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_account_id", table, ["account_id"])
    op.create_index(
        f"ix_{table}_tenant_id_issuer_subject",
        table,
        ["tenant_id", "issuer", "subject"],
        unique=True,
    )


def _create_tv_log_ins() -> None:
    table = "identity_tv_log_in"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("device_code_hash", sa.String(), nullable=False),
        sa.Column("user_code", sa.String(), nullable=False),
        sa.Column("session_kind", sa.String(), nullable=False),
        sa.Column("client_name", sa.String(), nullable=False),
        sa.Column("ip", sa.String(), nullable=False),
        sa.Column("browser", sa.String(), nullable=False),
        sa.Column("os", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("interval_s", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=True),
        sa.Column("approving_session_id", sa.Uuid(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["approving_session_id"],
            ["identity_session.id"],
            name=f"fk_{table}_approving_session_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.UniqueConstraint("device_code_hash", name=f"uq_{table}_device_code_hash"),
    )
    op.create_index(f"ix_{table}_approving_session_id", table, ["approving_session_id"])
    op.create_index(f"ix_{table}_expires_at", table, ["expires_at"])
    op.create_index(
        f"ix_{table}_tenant_id_user_code", table, ["tenant_id", "user_code"], unique=True
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in reversed(TABLES):
        op.drop_table(table)
