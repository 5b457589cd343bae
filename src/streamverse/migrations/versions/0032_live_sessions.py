"""Whoever watches a live stream has a session, as whoever watches a title has."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from streamverse.kit.row_security import reach_all_tenants

revision = "0032"
down_revision = "0031"

SESSION = "playback_session"
OF_TITLES = ("title_id", "package_id")
CHECK = f"ck_{SESSION}_of_one_thing"
STREAM_KEY = f"fk_{SESSION}_stream_id"
STREAM_INDEX = f"ix_{SESSION}_stream_id"


def upgrade() -> None:
    """Let a session be of a stream instead of a title."""
    _set_issues_aside()
    with op.batch_alter_table(SESSION) as table:
        for name in OF_TITLES:
            table.alter_column(name, existing_type=sa.Uuid(), nullable=True)
        table.add_column(sa.Column("stream_id", sa.Uuid(), nullable=True))
        table.create_foreign_key(
            STREAM_KEY, "live_stream", ["stream_id"], ["id"], ondelete="CASCADE"
        )
        table.create_check_constraint(op.f(CHECK), "(title_id IS NULL) <> (stream_id IS NULL)")
    op.create_index(STREAM_INDEX, SESSION, ["stream_id"])
    _put_issues_back()


def downgrade() -> None:
    """Forget the sessions of streams."""
    connection = op.get_bind()
    reach_all_tenants(connection)
    connection.execute(sa.text("DELETE FROM playback_session WHERE title_id IS NULL"))
    _set_issues_aside()
    op.drop_index(STREAM_INDEX, SESSION)
    with op.batch_alter_table(SESSION) as table:
        table.drop_constraint(op.f(CHECK), type_="check")
        table.drop_constraint(STREAM_KEY, type_="foreignkey")
        table.drop_column("stream_id")
        for name in OF_TITLES:
            table.alter_column(name, existing_type=sa.Uuid(), nullable=False)
    _put_issues_back()


def _set_issues_aside() -> None:
    """Keep what was reported: SQLite makes the table anew, and deletes what refers to the old."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE TEMPORARY TABLE reported AS SELECT * FROM playback_issue")


def _put_issues_back() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("INSERT INTO playback_issue SELECT * FROM reported")
        op.execute("DROP TABLE reported")
