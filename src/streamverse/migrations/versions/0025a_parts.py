"""What came out of decoding a part again, and which encoder has made it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from streamverse.kit.db import JSON_COLUMN

revision = "0025a"
down_revision = "0025"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("media_part", sa.Column("made_with", sa.String(), nullable=True))
    op.add_column("media_part", sa.Column("decoded", JSON_COLUMN, nullable=True))


def downgrade() -> None:
    """Remove them."""
    op.drop_column("media_part", "decoded")
    op.drop_column("media_part", "made_with")
