"""Sessions, devices, tokens and one-time secrets.

Revision 0002, after 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from streamverse.kit.db import JSON_COLUMN, UtcDateTime
from streamverse.kit.row_security import enable_row_security, reach_all_tenants

revision = "0002"
down_revision = "0001"

TENANT_TABLES = (
    "identity_activity",
    "identity_device",
    "identity_one_time",
    "identity_refresh_token",
)


def upgrade() -> None:
    """Apply the change."""
    reach_all_tenants(op.get_bind())
    _extend_accounts()
    _create_devices()
    _extend_sessions()
    _create_refresh_tokens()
    _create_one_time_secrets()
    _create_activity()
    _create_signing_keys()
    for table in TENANT_TABLES:
        enable_row_security(op.get_bind(), table)


def _extend_accounts() -> None:
    # Never in batches: SQLite would drop the old table, and every session with it.
    op.add_column("identity_account", sa.Column("email_verified_at", UtcDateTime(), nullable=True))
    op.add_column(
        "identity_account",
        sa.Column("locale", sa.String(), nullable=False, server_default="en"),
    )
    op.add_column("identity_account", sa.Column("deactivated_at", UtcDateTime(), nullable=True))
    # So far all accounts were made by an owner, who vouched for their addresses.
    op.execute("UPDATE identity_account SET email_verified_at = created_at")
    _write_domains_in_ascii()


def _write_domains_in_ascii() -> None:
    """Write the domains of addresses as they are compared from now on."""
    account_id = sa.column("id", sa.Uuid())
    email = sa.column("email_normalised", sa.String())
    accounts = sa.table("identity_account", account_id, email)
    connection = op.get_bind()
    for found_id, found in connection.execute(sa.select(account_id, email)).all():
        local, at, domain = found.rpartition("@")
        if domain.isascii():
            continue
        try:
            in_ascii = domain.encode("idna").decode()
        except UnicodeError:
            continue
        connection.execute(
            sa.update(accounts)
            .where(account_id == found_id)
            .values(email_normalised=f"{local}{at}{in_ascii}")
        )


def _create_devices() -> None:
    op.create_table(
        "identity_device",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("browser", sa.String(), nullable=False),
        sa.Column("os", sa.String(), nullable=False),
        sa.Column("ip", sa.String(), nullable=False),
        sa.Column("first_seen_at", UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False),
        sa.Column("trusted_until", UtcDateTime(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["identity_account.id"],
            name="fk_identity_device_account_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_identity_device"),
    )
    op.create_index(
        "ix_identity_device_account_id_secret_hash",
        "identity_device",
        ["account_id", "secret_hash"],
        unique=True,
    )
    op.create_index("ix_identity_device_tenant_id", "identity_device", ["tenant_id"], unique=False)


def _extend_sessions() -> None:
    with op.batch_alter_table("identity_session") as batch:
        batch.add_column(sa.Column("device_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("amr", sa.String(), nullable=False, server_default="pwd"))
        batch.add_column(sa.Column("ip", sa.String(), nullable=False, server_default=""))
        batch.add_column(sa.Column("authenticated_at", UtcDateTime(), nullable=True))
        batch.create_foreign_key(
            "fk_identity_session_device_id",
            "identity_device",
            ["device_id"],
            ["id"],
            ondelete="CASCADE",
        )
    op.execute("UPDATE identity_session SET authenticated_at = created_at")
    with op.batch_alter_table("identity_session") as batch:
        batch.alter_column("authenticated_at", existing_type=UtcDateTime(), nullable=False)
    op.create_index(
        "ix_identity_session_device_id", "identity_session", ["device_id"], unique=False
    )


def _create_refresh_tokens() -> None:
    op.create_table(
        "identity_refresh_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("successor_id", sa.Uuid(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["identity_session.id"],
            name="fk_identity_refresh_token_session_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_identity_refresh_token"),
        sa.UniqueConstraint("secret_hash", name="uq_identity_refresh_token_secret_hash"),
    )
    op.create_index(
        "ix_identity_refresh_token_session_id",
        "identity_refresh_token",
        ["session_id"],
        unique=False,
    )
    op.create_index(
        "ix_identity_refresh_token_tenant_id",
        "identity_refresh_token",
        ["tenant_id"],
        unique=False,
    )


def _create_one_time_secrets() -> None:
    op.create_table(
        "identity_one_time",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("facts", JSON_COLUMN, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("tries_left", sa.SmallInteger(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["identity_account.id"],
            name="fk_identity_one_time_account_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_identity_one_time"),
        sa.UniqueConstraint("secret_hash", name="uq_identity_one_time_secret_hash"),
    )
    op.create_index(
        "ix_identity_one_time_account_id_purpose",
        "identity_one_time",
        ["account_id", "purpose"],
        unique=False,
    )
    op.create_index(
        "ix_identity_one_time_expires_at", "identity_one_time", ["expires_at"], unique=False
    )
    op.create_index(
        "ix_identity_one_time_tenant_id", "identity_one_time", ["tenant_id"], unique=False
    )


def _create_activity() -> None:
    op.create_table(
        "identity_activity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("ip", sa.String(), nullable=False),
        sa.Column("browser", sa.String(), nullable=False),
        sa.Column("os", sa.String(), nullable=False),
        sa.Column("facts", JSON_COLUMN, nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["identity_account.id"],
            name="fk_identity_activity_account_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_identity_activity"),
    )
    op.create_index(
        "ix_identity_activity_account_id_id",
        "identity_activity",
        ["account_id", "id"],
        unique=False,
    )
    op.create_index("ix_identity_activity_at", "identity_activity", ["at"], unique=False)
    op.create_index(
        "ix_identity_activity_tenant_id", "identity_activity", ["tenant_id"], unique=False
    )


def _create_signing_keys() -> None:
    op.create_table(
        "identity_signing_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("public_jwk", JSON_COLUMN, nullable=False),
        sa.Column("private_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("signs_from", UtcDateTime(), nullable=False),
        sa.Column("verifies_until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_identity_signing_key"),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("identity_signing_key")
    op.drop_table("identity_activity")
    op.drop_table("identity_one_time")
    op.drop_table("identity_refresh_token")
    op.drop_index("ix_identity_session_device_id", table_name="identity_session")
    with op.batch_alter_table("identity_session") as batch:
        batch.drop_constraint("fk_identity_session_device_id", type_="foreignkey")
        for column in ("authenticated_at", "ip", "amr", "device_id"):
            batch.drop_column(column)
    op.drop_table("identity_device")
    for column in ("deactivated_at", "locale", "email_verified_at"):
        op.drop_column("identity_account", column)
