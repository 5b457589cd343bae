"""The tables of social."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from streamverse.kit.db import Base, TenantOwned


class ReviewRow(TenantOwned, Base):
    """What a profile thinks of a title; ``removed_at`` is when staff took it down."""

    __tablename__ = "social_review"
    __table_args__ = (
        Index(None, "profile_id", "title_id", unique=True),
        Index(None, "title_id", "helpfulness_ppm", "id"),
        Index(None, "title_id", "rating", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    title_id: Mapped[UUID] = mapped_column(ForeignKey("catalog_title.id", ondelete="CASCADE"))
    profile_id: Mapped[UUID] = mapped_column(ForeignKey("profiles_profile.id", ondelete="CASCADE"))
    rating: Mapped[int] = mapped_column(SmallInteger)
    text: Mapped[str]
    has_spoilers: Mapped[bool]
    helpful_count: Mapped[int] = mapped_column(Integer, default=0)
    unhelpful_count: Mapped[int] = mapped_column(Integer, default=0)
    helpfulness_ppm: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]


class VoteRow(TenantOwned, Base):
    """Whether a profile found a review helpful."""

    __tablename__ = "social_vote"

    review_id: Mapped[UUID] = mapped_column(
        ForeignKey("social_review.id", ondelete="CASCADE"), primary_key=True
    )
    profile_id: Mapped[UUID] = mapped_column(
        ForeignKey("profiles_profile.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    is_helpful: Mapped[bool]
    voted_at: Mapped[datetime]


class ReportRow(TenantOwned, Base):
    """That staff should look at a review; ``settled_at`` is when they did."""

    __tablename__ = "social_report"

    review_id: Mapped[UUID] = mapped_column(
        ForeignKey("social_review.id", ondelete="CASCADE"), primary_key=True
    )
    profile_id: Mapped[UUID] = mapped_column(
        ForeignKey("profiles_profile.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    reason: Mapped[str]
    comment: Mapped[str]
    reported_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
