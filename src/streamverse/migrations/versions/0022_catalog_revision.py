"""A number that rises with every change of what lists of titles are made of, and what opens next.

The database itself raises it, so that no path of the program can forget to.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0020"

WATCHED = (
    "catalog_title",
    "catalog_window",
    "catalog_genre",
    "catalog_title_genre",
    "catalog_collection",
    "catalog_collection_item",
)
CHANGES = ("insert", "update", "delete")
MOMENTS = (("catalog_window", "starts_at"), ("catalog_window", "ends_at"))
DELETED = "ix_catalog_title_deleted_at"
SIZES = "ix_catalog_title_genre_tenant_id_genre_id"
RAISE = (
    "INSERT INTO catalog_revision (id, version) VALUES (1, 1) "
    "ON CONFLICT (id) DO UPDATE SET version = catalog_revision.version + 1"
)
# Once for each transaction, and when it is about to end: whoever waits for the row then holds all
# others that it needs, so that two can never wait for each other.
FUNCTION = f"""
CREATE FUNCTION catalog_raise_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('streamverse.catalog_raised', true) IS DISTINCT FROM 'yes' THEN
    PERFORM set_config('streamverse.catalog_raised', 'yes', true);
    {RAISE};
  END IF;
  RETURN NULL;
END $$
"""


def upgrade() -> None:
    """Make the number, what raises it, and the order of moments."""
    op.create_table(
        "catalog_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_catalog_revision"),
    )
    for table, column in MOMENTS:
        op.create_index(f"ix_{table}_tenant_id_{column}", table, ["tenant_id", column])
    op.create_index(SIZES, "catalog_title_genre", ["tenant_id", "genre_id"])
    # Of the few that are deleted: SQLite took it to find the many that are not.
    is_deleted = sa.text("deleted_at IS NOT NULL")
    op.drop_index(DELETED, "catalog_title")
    op.create_index(
        DELETED,
        "catalog_title",
        ["deleted_at"],
        sqlite_where=is_deleted,
        postgresql_where=is_deleted,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(FUNCTION)
        for table in WATCHED:
            op.execute(
                f"CREATE CONSTRAINT TRIGGER raise_revision AFTER INSERT OR UPDATE OR DELETE "
                f"ON {table} DEFERRABLE INITIALLY DEFERRED "
                "FOR EACH ROW EXECUTE FUNCTION catalog_raise_revision()"
            )
        return
    for table in WATCHED:
        for change in CHANGES:
            op.execute(
                f"CREATE TRIGGER {table}_{change}_raises_revision AFTER {change} ON {table} "
                f"BEGIN {RAISE}; END"
            )


def downgrade() -> None:
    """Remove all of it."""
    if op.get_bind().dialect.name == "postgresql":
        for table in WATCHED:
            op.execute(f"DROP TRIGGER raise_revision ON {table}")
        op.execute("DROP FUNCTION catalog_raise_revision()")
    else:
        for table in WATCHED:
            for change in CHANGES:
                op.execute(f"DROP TRIGGER {table}_{change}_raises_revision")
    op.drop_index(DELETED, "catalog_title")
    op.create_index(DELETED, "catalog_title", ["deleted_at"])
    op.drop_index(SIZES, "catalog_title_genre")
    for table, column in MOMENTS:
        op.drop_index(f"ix_{table}_tenant_id_{column}", table)
    op.drop_table("catalog_revision")
