"""The tables of intake."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from streamverse.kit.db import JSON_COLUMN, Base, JsonObject, TenantOwned


class FolderRow(TenantOwned, Base):
    """A place of the server that the operator has named; one that was removed keeps its files."""

    __tablename__ = "intake_folder"
    __table_args__ = (Index(None, "tenant_id", "path", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    path: Mapped[str]
    kind: Mapped[str]
    is_watched: Mapped[bool]
    # What could not be looked at in the last scan, by path, with a word why.
    skipped: Mapped[JsonObject] = mapped_column(default=dict)
    problem: Mapped[JsonObject | None]
    created_at: Mapped[datetime]
    scanned_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]


class ContainerRow(TenantOwned, Base):
    """The series or season that was made for a name; ``is_shown`` once it was published."""

    __tablename__ = "intake_container"
    __table_args__ = (Index(None, "tenant_id", "key", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str]
    title_id: Mapped[UUID] = mapped_column(
        ForeignKey("catalog_title.id", ondelete="CASCADE"), index=True
    )
    is_shown: Mapped[bool] = mapped_column(default=False)
    described_ns: Mapped[int | None]


class FileRow(TenantOwned, Base):
    """A file of a folder, and the title that it became.

    Its title is no foreign key: where the operator deletes that for good, the file stays known, so
    that it is not taken in again.
    """

    __tablename__ = "intake_file"
    __table_args__ = (
        Index(None, "folder_id", "path", unique=True),
        Index(None, "state", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    folder_id: Mapped[UUID] = mapped_column(ForeignKey("intake_folder.id", ondelete="CASCADE"))
    path: Mapped[str]
    size_bytes: Mapped[int]
    modified_ns: Mapped[int]
    fingerprint: Mapped[str | None] = mapped_column(index=True)
    state: Mapped[str]
    reason: Mapped[str | None]
    problem: Mapped[JsonObject | None]
    is_changed: Mapped[bool] = mapped_column(default=False)
    title_id: Mapped[UUID | None] = mapped_column(index=True)
    parent_id: Mapped[UUID | None]
    root_id: Mapped[UUID | None]
    asset_id: Mapped[UUID | None] = mapped_column(index=True)
    # When the NFO was written that it was described by last.
    described_ns: Mapped[int | None]
    looked_at: Mapped[datetime]
    missing_since: Mapped[datetime | None]


class MatchRow(TenantOwned, Base):
    """Which entry of a metadata source a film or series is, or may be.

    ``number`` is one of ``source``; ``due_at`` is when it is looked up next; ``picture`` is what
    the source has of it.
    """

    __tablename__ = "intake_match"
    __table_args__ = (
        Index(None, "tenant_id", "state", "title_id"),
        Index(None, "due_at"),
        Index(None, "tenant_id", "number"),
    )

    title_id: Mapped[UUID] = mapped_column(
        ForeignKey("catalog_title.id", ondelete="CASCADE"), primary_key=True
    )
    state: Mapped[str]
    source: Mapped[str | None]
    number: Mapped[str | None]
    candidates: Mapped[list[dict[str, Any]]] = mapped_column(JSON_COLUMN, default=list)
    picture: Mapped[str | None]
    # The pictures of its people, by name.
    faces: Mapped[JsonObject] = mapped_column(default=dict)
    due_at: Mapped[datetime | None]
    looked_at: Mapped[datetime | None]
