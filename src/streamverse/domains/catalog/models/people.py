"""People and studios, and what they had to do with which title."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from streamverse.kit.db import Base, JsonObject, TenantOwned


class PersonRow(TenantOwned, Base):
    """Somebody who made titles or appears in them."""

    __tablename__ = "catalog_person"
    __table_args__ = (Index(None, "tenant_id", "slug", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str]
    name: Mapped[str]
    name_search: Mapped[str] = mapped_column(index=True)
    biography: Mapped[str] = mapped_column(default="")
    born_on: Mapped[date | None] = mapped_column(Date)
    died_on: Mapped[date | None] = mapped_column(Date)
    birthplace: Mapped[str] = mapped_column(default="")
    external_ids: Mapped[JsonObject] = mapped_column(default=dict)
    created_at: Mapped[datetime]


class CreditRow(TenantOwned, Base):
    """What somebody did for a title: a role in the cast, a job in the crew."""

    __tablename__ = "catalog_credit"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    title_id: Mapped[UUID] = mapped_column(
        ForeignKey("catalog_title.id", ondelete="CASCADE"), index=True
    )
    person_id: Mapped[UUID] = mapped_column(
        ForeignKey("catalog_person.id", ondelete="CASCADE"), index=True
    )
    job: Mapped[str]
    character: Mapped[str] = mapped_column(default="")
    position: Mapped[int] = mapped_column(Integer)


class StudioRow(TenantOwned, Base):
    """A company that made titles."""

    __tablename__ = "catalog_studio"
    __table_args__ = (Index(None, "tenant_id", "slug", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str]
    name: Mapped[str]
    name_search: Mapped[str] = mapped_column(index=True)
    description: Mapped[str] = mapped_column(default="")
    country: Mapped[str | None]


class TitleStudioRow(TenantOwned, Base):
    """That a studio made a title."""

    __tablename__ = "catalog_title_studio"

    title_id: Mapped[UUID] = mapped_column(
        ForeignKey("catalog_title.id", ondelete="CASCADE"), primary_key=True
    )
    studio_id: Mapped[UUID] = mapped_column(
        ForeignKey("catalog_studio.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    position: Mapped[int] = mapped_column(Integer, default=0)
