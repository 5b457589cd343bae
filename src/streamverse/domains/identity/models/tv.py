"""The table of televisions that wait to be logged in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from streamverse.kit.db import Base, TenantOwned


class TvLogInRow(TenantOwned, Base):
    """A television that shows a code, and what became of it.

    It is approved by a session, and no longer once that session has ended.
    """

    __tablename__ = "identity_tv_log_in"
    __table_args__ = (Index(None, "tenant_id", "user_code", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    device_code_hash: Mapped[str] = mapped_column(unique=True)
    user_code: Mapped[str]
    session_kind: Mapped[str]
    client_name: Mapped[str]
    ip: Mapped[str]
    browser: Mapped[str]
    os: Mapped[str]
    state: Mapped[str]
    interval_s: Mapped[int]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    asked_at: Mapped[datetime | None]
    approving_session_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("identity_session.id", ondelete="CASCADE"), index=True
    )
