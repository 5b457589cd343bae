"""Mail that waits to be sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from streamverse.kit.db import UtcDateTime
from streamverse.kit.row_security import enable_row_security

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "kit_mail",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("was_for_server", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kit_mail"),
    )
    op.create_index("ix_kit_mail_created_at", "kit_mail", ["created_at"], unique=False)
    op.create_index("ix_kit_mail_tenant_id_id", "kit_mail", ["tenant_id", "id"], unique=False)
    op.create_index("ix_kit_mail_tenant_id", "kit_mail", ["tenant_id"], unique=False)
    enable_row_security(op.get_bind(), "kit_mail")


def downgrade() -> None:
    """Drop the tables."""
    op.drop_index("ix_kit_mail_tenant_id", table_name="kit_mail")
    op.drop_index("ix_kit_mail_tenant_id_id", table_name="kit_mail")
    op.drop_index("ix_kit_mail_created_at", table_name="kit_mail")
    op.drop_table("kit_mail")
