"""Collections and bundles: titles that staff has put together."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from streamverse.kit.db import Base, TenantOwned


class CollectionRow(TenantOwned, Base):
    """Titles in an order, to be shown together or had together."""

    __tablename__ = "catalog_collection"
    __table_args__ = (Index(None, "tenant_id", "kind", "slug", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    slug: Mapped[str]
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    position: Mapped[int] = mapped_column(Integer, default=0)
    is_on_home: Mapped[bool] = mapped_column(default=False)
    published_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class CollectionItemRow(TenantOwned, Base):
    """A title's place in a collection."""

    __tablename__ = "catalog_collection_item"

    collection_id: Mapped[UUID] = mapped_column(
        ForeignKey("catalog_collection.id", ondelete="CASCADE"), primary_key=True
    )
    title_id: Mapped[UUID] = mapped_column(
        ForeignKey("catalog_title.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    position: Mapped[int] = mapped_column(Integer)
