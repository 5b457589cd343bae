"""Which source the number of a match is of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from streamverse.kit.row_security import reach_all_tenants

revision = "0034"
down_revision = "0033"

MATCH = "intake_match"


def upgrade() -> None:
    """Add the column: there was one source only."""
    op.add_column(MATCH, sa.Column("source", sa.String(), nullable=True))
    reach_all_tenants(op.get_bind())
    op.execute("UPDATE intake_match SET source = 'tmdb' WHERE number IS NOT NULL")


def downgrade() -> None:
    """Forget what only another source knows, and remove it."""
    reach_all_tenants(op.get_bind())
    op.execute(
        "UPDATE intake_match SET number = NULL, state = 'unknown' "
        "WHERE source IS NOT NULL AND source <> 'tmdb'"
    )
    op.drop_column(MATCH, "source")
