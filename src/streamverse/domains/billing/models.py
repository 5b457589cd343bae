"""The tables of billing."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from streamverse.kit.db import JSON_COLUMN, Base, TenantOwned

_IS_DEFAULT = text("is_default")


class PlanRow(TenantOwned, Base):
    """What accounts may have, and what it allows; a limit of 0 is none."""

    __tablename__ = "billing_plan"
    __table_args__ = (
        UniqueConstraint("tenant_id", "name"),
        Index(
            "ix_billing_plan_default",
            "tenant_id",
            unique=True,
            sqlite_where=_IS_DEFAULT,
            postgresql_where=_IS_DEFAULT,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    description: Mapped[str]
    position: Mapped[int] = mapped_column(Integer)
    streams_at_once: Mapped[int] = mapped_column(Integer)
    devices_at_most: Mapped[int] = mapped_column(Integer)
    max_height: Mapped[int | None] = mapped_column(Integer)
    regions: Mapped[list[str]] = mapped_column(JSON_COLUMN)
    is_default: Mapped[bool]
    archived_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class SubscriptionRow(TenantOwned, Base):
    """That an account has a plan from some moment on, and until when if it ends."""

    __tablename__ = "billing_subscription"
    __table_args__ = (Index(None, "account_id", "starts_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("identity_account.id", ondelete="CASCADE"))
    plan_id: Mapped[UUID] = mapped_column(
        ForeignKey("billing_plan.id", ondelete="CASCADE"), index=True
    )
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
