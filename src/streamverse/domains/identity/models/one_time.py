"""The table of secrets that are good once: links in mails, half-finished log-ins."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from streamverse.kit.db import Base, JsonObject, TenantOwned


class OneTimeRow(TenantOwned, Base):
    """A secret that is good once, for one purpose, for a while."""

    __tablename__ = "identity_one_time"
    __table_args__ = (Index(None, "account_id", "purpose"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    account_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("identity_account.id", ondelete="CASCADE")
    )
    secret_hash: Mapped[str] = mapped_column(unique=True)
    facts: Mapped[JsonObject]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
    tries_left: Mapped[int | None] = mapped_column(SmallInteger)
