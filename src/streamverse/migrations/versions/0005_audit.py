"""The audit log, permissions and keys of programs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from streamverse.kit.db import JSON_COLUMN, UtcDateTime
from streamverse.kit.row_security import enable_row_security

revision = "0005"
down_revision = "0004"

TENANT_TABLES = ("identity_audit", "identity_audit_head", "identity_api_key")
REFUSAL = "The audit log is only added to."


def upgrade() -> None:
    """Make the tables."""
    # Never in batches: SQLite would drop the old table, and every session with it.
    op.add_column(
        "identity_account",
        sa.Column("extra_permissions", sa.String(), nullable=False, server_default=""),
    )
    _create_audit()
    _create_api_keys()
    for table in TENANT_TABLES:
        enable_row_security(op.get_bind(), table)
    if op.get_bind().dialect.name == "postgresql":
        _guard_audit_on_postgresql()
    else:
        _guard_audit_on_sqlite()


def _create_audit() -> None:
    op.create_table(
        "identity_audit",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("api_key_id", sa.Uuid(), nullable=True),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("facts", JSON_COLUMN, nullable=False),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "seq", name="pk_identity_audit"),
    )
    for column in ("actor_id", "action"):
        op.create_index(
            f"ix_identity_audit_tenant_id_{column}_seq",
            "identity_audit",
            ["tenant_id", column, "seq"],
            unique=False,
        )
    op.create_table(
        "identity_audit_head",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name="pk_identity_audit_head"),
    )


def _create_api_keys() -> None:
    op.create_table(
        "identity_api_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("scopes", sa.String(), nullable=False),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("requests_per_minute", sa.BigInteger(), nullable=False),
        sa.Column("requests_per_day", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("last_used_at", UtcDateTime(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["identity_account.id"],
            name="fk_identity_api_key_account_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_identity_api_key"),
    )
    for column in ("account_id", "tenant_id"):
        op.create_index(f"ix_identity_api_key_{column}", "identity_api_key", [column], unique=False)


def _guard_audit_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION identity_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    refuse = "EXECUTE FUNCTION identity_audit_refuse()"
    for name, when in (
        ("entries", "BEFORE UPDATE OR DELETE ON identity_audit FOR EACH ROW"),
        ("all_entries", "BEFORE TRUNCATE ON identity_audit FOR EACH STATEMENT"),
        ("end", "BEFORE DELETE ON identity_audit_head FOR EACH ROW"),
        ("all_ends", "BEFORE TRUNCATE ON identity_audit_head FOR EACH STATEMENT"),
        (
            "end_before",
            "BEFORE UPDATE ON identity_audit_head FOR EACH ROW WHEN (NEW.count <> OLD.count + 1)",
        ),
    ):
        op.execute(f"CREATE TRIGGER identity_audit_keep_{name} {when} {refuse}")


def _guard_audit_on_sqlite() -> None:
    for name, when in (
        ("entry", "BEFORE UPDATE ON identity_audit"),
        ("every_entry", "BEFORE DELETE ON identity_audit"),
        ("end", "BEFORE DELETE ON identity_audit_head"),
        (
            "end_before",
            "BEFORE UPDATE ON identity_audit_head WHEN NEW.count <> OLD.count + 1",
        ),
    ):
        op.execute(
            f"CREATE TRIGGER identity_audit_keep_{name} {when} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("identity_api_key")
    op.drop_table("identity_audit_head")
    op.drop_table("identity_audit")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION identity_audit_refuse()")
    op.drop_column("identity_account", "extra_permissions")
