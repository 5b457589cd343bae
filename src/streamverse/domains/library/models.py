"""The tables of the library."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from streamverse.kit.db import JSON_COLUMN, Base, TenantOwned


class ViewingRow(TenantOwned, Base):
    """One sitting of a profile before a title: an entry of its history."""

    __tablename__ = "library_viewing"
    __table_args__ = (
        Index(None, "profile_id", "started_at", "id"),
        Index(None, "tenant_id", "seen_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    profile_id: Mapped[UUID] = mapped_column(ForeignKey("profiles_profile.id", ondelete="CASCADE"))
    title_id: Mapped[UUID] = mapped_column(
        ForeignKey("catalog_title.id", ondelete="CASCADE"), index=True
    )
    root_id: Mapped[UUID]
    region: Mapped[str | None]
    sequence: Mapped[int] = mapped_column(Integer)
    position_ms: Mapped[int]
    duration_ms: Mapped[int]
    watched_ms: Mapped[int]
    is_finished: Mapped[bool]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class ProgressRow(TenantOwned, Base):
    """How far a profile is with a title; ``began_at`` is when the viewing began that says so."""

    __tablename__ = "library_progress"
    __table_args__ = (Index(None, "profile_id", "watched_at"),)

    profile_id: Mapped[UUID] = mapped_column(
        ForeignKey("profiles_profile.id", ondelete="CASCADE"), primary_key=True
    )
    title_id: Mapped[UUID] = mapped_column(
        ForeignKey("catalog_title.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    root_id: Mapped[UUID]
    position_ms: Mapped[int]
    duration_ms: Mapped[int]
    is_finished: Mapped[bool]
    is_hidden: Mapped[bool]
    began_at: Mapped[datetime]
    watched_at: Mapped[datetime]


class FolderRow(TenantOwned, Base):
    """A folder of somebody's list."""

    __tablename__ = "library_folder"
    __table_args__ = (Index(None, "profile_id", "name", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    profile_id: Mapped[UUID] = mapped_column(ForeignKey("profiles_profile.id", ondelete="CASCADE"))
    name: Mapped[str]
    created_at: Mapped[datetime]


class WatchlistRow(TenantOwned, Base):
    """A title on somebody's list; the lowest position comes first."""

    __tablename__ = "library_watchlist"
    __table_args__ = (Index(None, "profile_id", "position"),)

    profile_id: Mapped[UUID] = mapped_column(
        ForeignKey("profiles_profile.id", ondelete="CASCADE"), primary_key=True
    )
    title_id: Mapped[UUID] = mapped_column(
        ForeignKey("catalog_title.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    folder_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("library_folder.id", ondelete="SET NULL"), index=True
    )
    tags: Mapped[list[str]] = mapped_column(JSON_COLUMN)
    position: Mapped[int] = mapped_column(Integer)
    added_at: Mapped[datetime]


class ShareRow(TenantOwned, Base):
    """A link by which others see somebody's list, or a folder of it, until it is revoked.

    The token is kept as it is, so that the link can be copied again: it opens names of films only.
    """

    __tablename__ = "library_share"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    profile_id: Mapped[UUID] = mapped_column(
        ForeignKey("profiles_profile.id", ondelete="CASCADE"), index=True
    )
    folder_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("library_folder.id", ondelete="CASCADE"), index=True
    )
    token: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]


class ReminderRow(TenantOwned, Base):
    """That a profile wants a mail when a title opens, in the region in which it asked."""

    __tablename__ = "library_reminder"

    profile_id: Mapped[UUID] = mapped_column(
        ForeignKey("profiles_profile.id", ondelete="CASCADE"), primary_key=True
    )
    title_id: Mapped[UUID] = mapped_column(
        ForeignKey("catalog_title.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    region: Mapped[str | None]
    asked_at: Mapped[datetime]
