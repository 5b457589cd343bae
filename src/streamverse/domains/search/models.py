"""The tables of search."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import JSON, Date, Index, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from streamverse.kit.db import Base, JsonObject, TenantOwned

# What is gone has no words at all, and not the word null.
_WORDS = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class RevisionRow(Base):
    """How far the documents are written: one row, which every writer takes in turn.

    So versions become visible in their order, and an index that has read one has read all before
    it. A new ``generation`` has every process build its index anew.
    """

    __tablename__ = "search_revision"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    version: Mapped[int]
    generation: Mapped[int] = mapped_column(Integer, default=0)


class DocumentRow(TenantOwned, Base):
    """The words by which something is found; without words it is gone."""

    __tablename__ = "search_document"
    __table_args__ = (Index(None, "kind", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    words: Mapped[JsonObject | None] = mapped_column(_WORDS)
    version: Mapped[int] = mapped_column(index=True)
    changed_at: Mapped[datetime]


class HistoryRow(TenantOwned, Base):
    """What a profile looked for, and what it went on to."""

    __tablename__ = "search_history"
    __table_args__ = (
        Index(None, "profile_id", "folded", unique=True),
        Index(None, "profile_id", "searched_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    profile_id: Mapped[UUID]
    query: Mapped[str]
    folded: Mapped[str]
    chosen_kind: Mapped[str | None]
    chosen_id: Mapped[UUID | None]
    searched_at: Mapped[datetime]


class ChoiceRow(TenantOwned, Base):
    """How often something was chosen from what a search gave, on a day."""

    __tablename__ = "search_choice"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    chosen_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    count: Mapped[int] = mapped_column(Integer)


class PairRow(TenantOwned, Base):
    """How often who chose one thing had chosen another not long before."""

    __tablename__ = "search_pair"

    chosen_id: Mapped[UUID] = mapped_column(primary_key=True)
    other_id: Mapped[UUID] = mapped_column(primary_key=True)
    other_kind: Mapped[str]
    count: Mapped[int] = mapped_column(Integer)
    paired_on: Mapped[date] = mapped_column(Date, index=True)


class QueryDayRow(TenantOwned, Base):
    """How often words were searched on a day, and how often nothing was found; not by whom."""

    __tablename__ = "search_query_day"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    query: Mapped[str] = mapped_column(primary_key=True)
    search_count: Mapped[int] = mapped_column(Integer)
    empty_count: Mapped[int] = mapped_column(Integer)
