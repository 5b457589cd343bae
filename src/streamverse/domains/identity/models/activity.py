"""The table of what happened around log-ins."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from streamverse.kit.db import Base, JsonObject, TenantOwned


class ActivityRow(TenantOwned, Base):
    """Something that happened around log-ins; without an account where the address is unknown."""

    __tablename__ = "identity_activity"
    __table_args__ = (Index(None, "account_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("identity_account.id", ondelete="CASCADE")
    )
    kind: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)
    ip: Mapped[str]
    browser: Mapped[str]
    os: Mapped[str]
    facts: Mapped[JsonObject]
