"""The catalog's tables."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Integer, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from streamverse.kit.db import Base, JsonObject, TenantOwned

_IS_PUBLISHED = text("published_at IS NOT NULL")


class TitleRow(TenantOwned, Base):
    """Something to watch.

    Its asset is no foreign key: media lets an asset go before the catalog hears of it.
    """

    __tablename__ = "catalog_title"
    __table_args__ = (
        Index(None, "tenant_id", "id"),
        Index(None, "tenant_id", "state", "id"),
        Index(
            "ix_catalog_title_published",
            "tenant_id",
            "published_at",
            "id",
            sqlite_where=_IS_PUBLISHED,
            postgresql_where=_IS_PUBLISHED,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    asset_id: Mapped[UUID] = mapped_column(unique=True)
    kind: Mapped[str]
    name: Mapped[str]
    name_search: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    credit: Mapped[str] = mapped_column(default="")
    year: Mapped[int | None] = mapped_column(SmallInteger)
    state: Mapped[str]
    problem: Mapped[JsonObject | None]
    duration_ms: Mapped[int | None]
    width: Mapped[int | None] = mapped_column(Integer)
    height: Mapped[int | None] = mapped_column(Integer)
    has_poster: Mapped[bool] = mapped_column(default=False)
    published_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
