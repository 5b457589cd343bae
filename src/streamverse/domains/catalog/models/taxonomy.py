"""Genres and tags: what titles are sorted by."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from streamverse.kit.db import Base, JsonObject, TenantOwned


class GenreRow(TenantOwned, Base):
    """A genre, perhaps beneath another one."""

    __tablename__ = "catalog_genre"
    __table_args__ = (Index(None, "tenant_id", "slug", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str]
    name: Mapped[str]
    names: Mapped[JsonObject] = mapped_column(default=dict)
    parent_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("catalog_genre.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int] = mapped_column(Integer, default=0)


class TitleGenreRow(TenantOwned, Base):
    """That a title is of a genre; the one of the lowest position comes first."""

    __tablename__ = "catalog_title_genre"
    __table_args__ = (Index(None, "tenant_id", "genre_id"),)

    title_id: Mapped[UUID] = mapped_column(
        ForeignKey("catalog_title.id", ondelete="CASCADE"), primary_key=True
    )
    genre_id: Mapped[UUID] = mapped_column(
        ForeignKey("catalog_genre.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    position: Mapped[int] = mapped_column(Integer, default=0)


class TitleTagRow(TenantOwned, Base):
    """A word that staff has put on a title."""

    __tablename__ = "catalog_title_tag"
    __table_args__ = (Index(None, "tenant_id", "tag"),)

    title_id: Mapped[UUID] = mapped_column(
        ForeignKey("catalog_title.id", ondelete="CASCADE"), primary_key=True
    )
    tag: Mapped[str] = mapped_column(primary_key=True)
