"""Titles, and what belongs to one title alone."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, ForeignKey, Index, Integer, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from streamverse.kit.db import JSON_COLUMN, Base, JsonObject, TenantOwned

_IS_SHOWN = text("shown_from IS NOT NULL")
_IS_DELETED = text("deleted_at IS NOT NULL")


class TitleRow(TenantOwned, Base):
    """Something to watch, or a series or season of such.

    Its asset is no foreign key: media lets an asset go before the catalog hears of it.
    ``shown_from``, ``effective_age`` and ``root_id`` follow from the title and those above it, and
    are kept here so that lists need not climb: ``service.standing`` writes them.
    """

    __tablename__ = "catalog_title"
    __table_args__ = (
        Index(None, "tenant_id", "id"),
        Index(None, "tenant_id", "state", "id"),
        Index(None, "parent_id", "number"),
        Index(None, "tenant_id", "name_search", "id"),
        Index(
            "ix_catalog_title_shown",
            "tenant_id",
            "shown_from",
            "id",
            sqlite_where=_IS_SHOWN,
            postgresql_where=_IS_SHOWN,
        ),
        Index(None, "deleted_at", sqlite_where=_IS_DELETED, postgresql_where=_IS_DELETED),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    asset_id: Mapped[UUID | None] = mapped_column(unique=True)
    kind: Mapped[str]
    parent_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("catalog_title.id", ondelete="CASCADE")
    )
    root_id: Mapped[UUID] = mapped_column(index=True)
    number: Mapped[int | None] = mapped_column(Integer)
    name: Mapped[str]
    name_search: Mapped[str]
    original_name: Mapped[str] = mapped_column(default="")
    tagline: Mapped[str] = mapped_column(default="")
    description: Mapped[str] = mapped_column(default="")
    credit: Mapped[str] = mapped_column(default="")
    year: Mapped[int | None] = mapped_column(SmallInteger)
    released_on: Mapped[date | None] = mapped_column(Date)
    original_language: Mapped[str | None]
    countries: Mapped[list[str]] = mapped_column(JSON_COLUMN, default=list)
    minimum_age: Mapped[int | None] = mapped_column(SmallInteger)
    certifications: Mapped[JsonObject] = mapped_column(default=dict)
    advisories: Mapped[list[str]] = mapped_column(JSON_COLUMN, default=list)
    external_ids: Mapped[JsonObject] = mapped_column(default=dict)
    # What staff has said; nothing else writes over it.
    edited_fields: Mapped[list[str]] = mapped_column(JSON_COLUMN, default=list)
    state: Mapped[str]
    problem: Mapped[JsonObject | None]
    duration_ms: Mapped[int | None]
    width: Mapped[int | None] = mapped_column(Integer)
    height: Mapped[int | None] = mapped_column(Integer)
    has_poster: Mapped[bool] = mapped_column(default=False)
    published_at: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    shown_from: Mapped[datetime | None]
    effective_age: Mapped[int | None] = mapped_column(SmallInteger)
    has_windows: Mapped[bool] = mapped_column(default=False)
    has_plans: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class RevisionRow(Base):
    """How often what lists of titles are made of has changed, of all tenants: one row.

    The database raises it by triggers on those tables; a migration that makes one of them anew, as
    batches do on SQLite, makes its triggers anew as well.
    """

    __tablename__ = "catalog_revision"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    version: Mapped[int]


class TranslationRow(TenantOwned, Base):
    """The words about a title in another language."""

    __tablename__ = "catalog_translation"

    title_id: Mapped[UUID] = mapped_column(
        ForeignKey("catalog_title.id", ondelete="CASCADE"), primary_key=True
    )
    language: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(default="")
    tagline: Mapped[str] = mapped_column(default="")
    description: Mapped[str] = mapped_column(default="")


class WindowRow(TenantOwned, Base):
    """Where and when a title may be watched, or may not; for a series it holds for all of it.

    No regions means everywhere; no start or end means unbounded.
    """

    __tablename__ = "catalog_window"
    __table_args__ = (Index(None, "tenant_id", "starts_at"), Index(None, "tenant_id", "ends_at"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    title_id: Mapped[UUID] = mapped_column(
        ForeignKey("catalog_title.id", ondelete="CASCADE"), index=True
    )
    region: Mapped[str | None]
    is_barring: Mapped[bool]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]


class TitlePlanRow(TenantOwned, Base):
    """A plan that a title is part of; for a series it holds for all of it.

    A title without any is part of all plans, and there for those who have none.
    """

    __tablename__ = "catalog_title_plan"

    title_id: Mapped[UUID] = mapped_column(
        ForeignKey("catalog_title.id", ondelete="CASCADE"), primary_key=True
    )
    plan_id: Mapped[UUID] = mapped_column(
        ForeignKey("billing_plan.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class MarkerRow(TenantOwned, Base):
    """A named stretch of a title: its intro, recap, credits, or a chapter."""

    __tablename__ = "catalog_marker"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    title_id: Mapped[UUID] = mapped_column(
        ForeignKey("catalog_title.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str]
    start_ms: Mapped[int]
    end_ms: Mapped[int]
    label: Mapped[str] = mapped_column(default="")


class RelationRow(TenantOwned, Base):
    """How one title stands to another."""

    __tablename__ = "catalog_relation"

    title_id: Mapped[UUID] = mapped_column(
        ForeignKey("catalog_title.id", ondelete="CASCADE"), primary_key=True
    )
    related_id: Mapped[UUID] = mapped_column(
        ForeignKey("catalog_title.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    kind: Mapped[str]


class EditRow(TenantOwned, Base):
    """What somebody changed about titles in one go, so that it can be undone."""

    __tablename__ = "catalog_edit"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID | None]
    what: Mapped[str]
    before: Mapped[JsonObject]
    after: Mapped[JsonObject]
    created_at: Mapped[datetime] = mapped_column(index=True)
    undone_at: Mapped[datetime | None]


class RecordingRow(TenantOwned, Base):
    """A title that was recorded of a stream, which may be gone by now."""

    __tablename__ = "catalog_recording"
    __table_args__ = (Index(None, "stream_id", "recorded_at"),)

    title_id: Mapped[UUID] = mapped_column(
        ForeignKey("catalog_title.id", ondelete="CASCADE"), primary_key=True
    )
    stream_id: Mapped[UUID]
    recorded_at: Mapped[datetime]
