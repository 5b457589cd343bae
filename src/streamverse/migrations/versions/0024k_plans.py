"""Plans, who has which, and titles that are limited to some."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from streamverse.kit.db import JSON_COLUMN, UtcDateTime
from streamverse.kit.row_security import enable_row_security

revision = "0024k"
down_revision = "0024g"

PLAN, SUBSCRIPTION, TITLE_PLAN = "billing_plan", "billing_subscription", "catalog_title_plan"
CHANGES = ("insert", "update", "delete")
# As in 0022, of which this is one more table.
RAISE = (
    "INSERT INTO catalog_revision (id, version) VALUES (1, 1) "
    "ON CONFLICT (id) DO UPDATE SET version = catalog_revision.version + 1"
)


def upgrade() -> None:
    """Make the tables, and what lists of titles need to know."""
    _create_plans()
    _create_subscriptions()
    _create_title_plans()
    for table in (PLAN, SUBSCRIPTION, TITLE_PLAN):
        op.create_index(f"ix_{table}_tenant_id", table, ["tenant_id"])
        enable_row_security(op.get_bind(), table)
    op.add_column(
        "catalog_title",
        sa.Column("has_plans", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE CONSTRAINT TRIGGER raise_revision AFTER INSERT OR UPDATE OR DELETE "
            f"ON {TITLE_PLAN} DEFERRABLE INITIALLY DEFERRED "
            "FOR EACH ROW EXECUTE FUNCTION catalog_raise_revision()"
        )
        return
    for change in CHANGES:
        op.execute(
            f"CREATE TRIGGER {TITLE_PLAN}_{change}_raises_revision AFTER {change} ON {TITLE_PLAN} "
            f"BEGIN {RAISE}; END"
        )


def _create_plans() -> None:
    op.create_table(
        PLAN,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("streams_at_once", sa.Integer(), nullable=False),
        sa.Column("devices_at_most", sa.Integer(), nullable=False),
        sa.Column("max_height", sa.Integer(), nullable=True),
        sa.Column("regions", JSON_COLUMN, nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("archived_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{PLAN}"),
        sa.UniqueConstraint("tenant_id", "name", name=f"uq_{PLAN}_tenant_id_name"),
    )
    is_default = sa.text("is_default")
    op.create_index(
        f"ix_{PLAN}_default",
        PLAN,
        ["tenant_id"],
        unique=True,
        sqlite_where=is_default,
        postgresql_where=is_default,
    )


def _create_subscriptions() -> None:
    op.create_table(
        SUBSCRIPTION,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        _foreign_key(SUBSCRIPTION, "account_id", "identity_account.id"),
        _foreign_key(SUBSCRIPTION, "plan_id", f"{PLAN}.id"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{SUBSCRIPTION}"),
    )
    for columns in (["account_id", "starts_at"], ["plan_id"]):
        op.create_index(f"ix_{SUBSCRIPTION}_{'_'.join(columns)}", SUBSCRIPTION, columns)


def _create_title_plans() -> None:
    op.create_table(
        TITLE_PLAN,
        sa.Column("title_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        _foreign_key(TITLE_PLAN, "title_id", "catalog_title.id"),
        _foreign_key(TITLE_PLAN, "plan_id", f"{PLAN}.id"),
        sa.PrimaryKeyConstraint("title_id", "plan_id", name=f"pk_{TITLE_PLAN}"),
    )
    op.create_index(f"ix_{TITLE_PLAN}_plan_id", TITLE_PLAN, ["plan_id"])


def _foreign_key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [target], name=f"fk_{table}_{column}", ondelete="CASCADE"
    )


def downgrade() -> None:
    """Remove all of it."""
    op.drop_table(TITLE_PLAN)
    op.drop_column("catalog_title", "has_plans")
    op.drop_table(SUBSCRIPTION)
    op.drop_table(PLAN)
