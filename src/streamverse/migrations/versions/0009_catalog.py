"""Series, availability, people, genres, collections: the catalog grows to its full shape."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from streamverse.kit.db import JSON_COLUMN, UtcDateTime
from streamverse.kit.row_security import enable_row_security, reach_all_tenants

revision = "0009"
down_revision = "0008"

TABLES = (
    "catalog_translation",
    "catalog_window",
    "catalog_marker",
    "catalog_relation",
    "catalog_extra",
    "catalog_edit",
    "catalog_genre",
    "catalog_title_genre",
    "catalog_title_tag",
    "catalog_person",
    "catalog_credit",
    "catalog_studio",
    "catalog_title_studio",
    "catalog_collection",
    "catalog_collection_item",
)
NEW_TITLE_COLUMNS = (
    ("parent_id", sa.Uuid(), None),
    ("root_id", sa.Uuid(), None),
    ("number", sa.Integer(), None),
    ("original_name", sa.String(), ""),
    ("tagline", sa.String(), ""),
    ("released_on", sa.Date(), None),
    ("original_language", sa.String(), None),
    ("countries", JSON_COLUMN, "[]"),
    ("minimum_age", sa.SmallInteger(), None),
    ("certifications", JSON_COLUMN, "{}"),
    ("advisories", JSON_COLUMN, "[]"),
    ("external_ids", JSON_COLUMN, "{}"),
    ("archived_at", UtcDateTime(), None),
    ("deleted_at", UtcDateTime(), None),
    ("shown_from", UtcDateTime(), None),
    ("effective_age", sa.SmallInteger(), None),
    ("has_windows", sa.Boolean(), sa.false()),
)


def upgrade() -> None:
    """Make the tables, and give titles what they lack."""
    _extend_titles()
    for create in (_create_lists, _create_taxonomy, _create_people, _create_collections):
        create()
    for table in TABLES:
        enable_row_security(op.get_bind(), table)


def _extend_titles() -> None:
    reach_all_tenants(op.get_bind())
    for name, kind, default in NEW_TITLE_COLUMNS:
        column = sa.Column(name, kind, nullable=default is None, server_default=default)
        op.add_column("catalog_title", column)
    op.execute(sa.text("UPDATE catalog_title SET root_id = id, shown_from = published_at"))
    op.drop_index("ix_catalog_title_published", "catalog_title")
    # Nothing refers to titles yet, so that SQLite may make their table anew.
    with op.batch_alter_table("catalog_title") as batch:
        batch.alter_column("asset_id", existing_type=sa.Uuid(), nullable=True)
        batch.alter_column("root_id", existing_type=sa.Uuid(), nullable=False)
        batch.create_foreign_key(
            "fk_catalog_title_parent_id", "catalog_title", ["parent_id"], ["id"], ondelete="CASCADE"
        )
    for name, columns in (
        ("ix_catalog_title_parent_id_number", ["parent_id", "number"]),
        ("ix_catalog_title_root_id", ["root_id"]),
        ("ix_catalog_title_deleted_at", ["deleted_at"]),
    ):
        op.create_index(name, "catalog_title", columns)
    is_shown = sa.text("shown_from IS NOT NULL")
    op.create_index(
        "ix_catalog_title_shown",
        "catalog_title",
        ["tenant_id", "shown_from", "id"],
        sqlite_where=is_shown,
        postgresql_where=is_shown,
    )


def _create_lists() -> None:
    op.create_table(
        "catalog_translation",
        sa.Column("title_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("tagline", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["title_id"],
            ["catalog_title.id"],
            name="fk_catalog_translation_title_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("title_id", "language", name="pk_catalog_translation"),
    )
    op.create_index(
        "ix_catalog_translation_tenant_id", "catalog_translation", ["tenant_id"], unique=False
    )
    op.create_table(
        "catalog_window",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title_id", sa.Uuid(), nullable=False),
        sa.Column("region", sa.String(), nullable=True),
        sa.Column("is_barring", sa.Boolean(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=True),
        sa.Column("ends_at", UtcDateTime(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["title_id"],
            ["catalog_title.id"],
            name="fk_catalog_window_title_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_catalog_window"),
    )
    op.create_index("ix_catalog_window_tenant_id", "catalog_window", ["tenant_id"], unique=False)
    op.create_index("ix_catalog_window_title_id", "catalog_window", ["title_id"], unique=False)
    op.create_table(
        "catalog_marker",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("end_ms", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["title_id"],
            ["catalog_title.id"],
            name="fk_catalog_marker_title_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_catalog_marker"),
    )
    op.create_index("ix_catalog_marker_tenant_id", "catalog_marker", ["tenant_id"], unique=False)
    op.create_index("ix_catalog_marker_title_id", "catalog_marker", ["title_id"], unique=False)
    op.create_table(
        "catalog_relation",
        sa.Column("title_id", sa.Uuid(), nullable=False),
        sa.Column("related_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["related_id"],
            ["catalog_title.id"],
            name="fk_catalog_relation_related_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["title_id"],
            ["catalog_title.id"],
            name="fk_catalog_relation_title_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("title_id", "related_id", name="pk_catalog_relation"),
    )
    op.create_index(
        "ix_catalog_relation_related_id", "catalog_relation", ["related_id"], unique=False
    )
    op.create_index(
        "ix_catalog_relation_tenant_id", "catalog_relation", ["tenant_id"], unique=False
    )
    op.create_table(
        "catalog_extra",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title_id", sa.Uuid(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_playable", sa.Boolean(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["title_id"], ["catalog_title.id"], name="fk_catalog_extra_title_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_catalog_extra"),
        sa.UniqueConstraint("asset_id", name="uq_catalog_extra_asset_id"),
    )
    op.create_index("ix_catalog_extra_tenant_id", "catalog_extra", ["tenant_id"], unique=False)
    op.create_index("ix_catalog_extra_title_id", "catalog_extra", ["title_id"], unique=False)
    op.create_table(
        "catalog_edit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("before", JSON_COLUMN, nullable=False),
        sa.Column("after", JSON_COLUMN, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_catalog_edit"),
    )
    op.create_index("ix_catalog_edit_created_at", "catalog_edit", ["created_at"], unique=False)
    op.create_index("ix_catalog_edit_tenant_id", "catalog_edit", ["tenant_id"], unique=False)


def _create_taxonomy() -> None:
    op.create_table(
        "catalog_genre",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("names", JSON_COLUMN, nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["catalog_genre.id"],
            name="fk_catalog_genre_parent_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_catalog_genre"),
    )
    op.create_index("ix_catalog_genre_parent_id", "catalog_genre", ["parent_id"], unique=False)
    op.create_index("ix_catalog_genre_tenant_id", "catalog_genre", ["tenant_id"], unique=False)
    op.create_index(
        "ix_catalog_genre_tenant_id_slug", "catalog_genre", ["tenant_id", "slug"], unique=True
    )
    op.create_table(
        "catalog_title_genre",
        sa.Column("title_id", sa.Uuid(), nullable=False),
        sa.Column("genre_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["genre_id"],
            ["catalog_genre.id"],
            name="fk_catalog_title_genre_genre_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["title_id"],
            ["catalog_title.id"],
            name="fk_catalog_title_genre_title_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("title_id", "genre_id", name="pk_catalog_title_genre"),
    )
    op.create_index(
        "ix_catalog_title_genre_genre_id", "catalog_title_genre", ["genre_id"], unique=False
    )
    op.create_index(
        "ix_catalog_title_genre_tenant_id", "catalog_title_genre", ["tenant_id"], unique=False
    )
    op.create_table(
        "catalog_title_tag",
        sa.Column("title_id", sa.Uuid(), nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["title_id"],
            ["catalog_title.id"],
            name="fk_catalog_title_tag_title_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("title_id", "tag", name="pk_catalog_title_tag"),
    )
    op.create_index(
        "ix_catalog_title_tag_tenant_id", "catalog_title_tag", ["tenant_id"], unique=False
    )
    op.create_index(
        "ix_catalog_title_tag_tenant_id_tag",
        "catalog_title_tag",
        ["tenant_id", "tag"],
        unique=False,
    )


def _create_people() -> None:
    op.create_table(
        "catalog_person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_search", sa.String(), nullable=False),
        sa.Column("biography", sa.String(), nullable=False),
        sa.Column("born_on", sa.Date(), nullable=True),
        sa.Column("died_on", sa.Date(), nullable=True),
        sa.Column("birthplace", sa.String(), nullable=False),
        sa.Column("external_ids", JSON_COLUMN, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_catalog_person"),
    )
    op.create_index(
        "ix_catalog_person_name_search", "catalog_person", ["name_search"], unique=False
    )
    op.create_index("ix_catalog_person_tenant_id", "catalog_person", ["tenant_id"], unique=False)
    op.create_index(
        "ix_catalog_person_tenant_id_slug", "catalog_person", ["tenant_id", "slug"], unique=True
    )
    op.create_table(
        "catalog_credit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("character", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["catalog_person.id"],
            name="fk_catalog_credit_person_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["title_id"],
            ["catalog_title.id"],
            name="fk_catalog_credit_title_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_catalog_credit"),
    )
    op.create_index("ix_catalog_credit_person_id", "catalog_credit", ["person_id"], unique=False)
    op.create_index("ix_catalog_credit_tenant_id", "catalog_credit", ["tenant_id"], unique=False)
    op.create_index("ix_catalog_credit_title_id", "catalog_credit", ["title_id"], unique=False)
    op.create_table(
        "catalog_studio",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_search", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_catalog_studio"),
    )
    op.create_index(
        "ix_catalog_studio_name_search", "catalog_studio", ["name_search"], unique=False
    )
    op.create_index("ix_catalog_studio_tenant_id", "catalog_studio", ["tenant_id"], unique=False)
    op.create_index(
        "ix_catalog_studio_tenant_id_slug", "catalog_studio", ["tenant_id", "slug"], unique=True
    )
    op.create_table(
        "catalog_title_studio",
        sa.Column("title_id", sa.Uuid(), nullable=False),
        sa.Column("studio_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["studio_id"],
            ["catalog_studio.id"],
            name="fk_catalog_title_studio_studio_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["title_id"],
            ["catalog_title.id"],
            name="fk_catalog_title_studio_title_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("title_id", "studio_id", name="pk_catalog_title_studio"),
    )
    op.create_index(
        "ix_catalog_title_studio_studio_id", "catalog_title_studio", ["studio_id"], unique=False
    )
    op.create_index(
        "ix_catalog_title_studio_tenant_id", "catalog_title_studio", ["tenant_id"], unique=False
    )


def _create_collections() -> None:
    op.create_table(
        "catalog_collection",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_on_home", sa.Boolean(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_catalog_collection"),
    )
    op.create_index(
        "ix_catalog_collection_tenant_id", "catalog_collection", ["tenant_id"], unique=False
    )
    op.create_index(
        "ix_catalog_collection_tenant_id_kind_slug",
        "catalog_collection",
        ["tenant_id", "kind", "slug"],
        unique=True,
    )
    op.create_table(
        "catalog_collection_item",
        sa.Column("collection_id", sa.Uuid(), nullable=False),
        sa.Column("title_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["collection_id"],
            ["catalog_collection.id"],
            name="fk_catalog_collection_item_collection_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["title_id"],
            ["catalog_title.id"],
            name="fk_catalog_collection_item_title_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("collection_id", "title_id", name="pk_catalog_collection_item"),
    )
    op.create_index(
        "ix_catalog_collection_item_tenant_id",
        "catalog_collection_item",
        ["tenant_id"],
        unique=False,
    )
    op.create_index(
        "ix_catalog_collection_item_title_id", "catalog_collection_item", ["title_id"], unique=False
    )


def downgrade() -> None:
    """Drop the tables, and the titles that have no media."""
    for table in reversed(TABLES):
        op.drop_table(table)
    reach_all_tenants(op.get_bind())
    op.execute(
        sa.text("DELETE FROM catalog_title WHERE asset_id IS NULL OR deleted_at IS NOT NULL")
    )
    for name in ("shown", "parent_id_number", "root_id", "deleted_at"):
        op.drop_index(f"ix_catalog_title_{name}", "catalog_title")
    with op.batch_alter_table("catalog_title") as batch:
        batch.drop_constraint("fk_catalog_title_parent_id", type_="foreignkey")
        batch.alter_column("asset_id", existing_type=sa.Uuid(), nullable=False)
        for name, _, _ in NEW_TITLE_COLUMNS:
            batch.drop_column(name)
    is_published = sa.text("published_at IS NOT NULL")
    op.create_index(
        "ix_catalog_title_published",
        "catalog_title",
        ["tenant_id", "published_at", "id"],
        sqlite_where=is_published,
        postgresql_where=is_published,
    )
