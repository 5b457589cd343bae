"""From which age on a profile asks for a PIN, and when one was last right."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from streamverse.kit.db import UtcDateTime

revision = "0024g"
down_revision = "0024c"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("profiles_profile", sa.Column("pin_above_age", sa.SmallInteger(), nullable=True))
    op.add_column("profiles_current", sa.Column("pin_shown_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    """Remove them."""
    op.drop_column("profiles_current", "pin_shown_at")
    op.drop_column("profiles_profile", "pin_above_age")
