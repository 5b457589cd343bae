"""The tables of profiles."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Integer, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from streamverse.kit.db import Base, JsonObject, TenantOwned


class ProfileRow(TenantOwned, Base):
    """One of those who watch with an account."""

    __tablename__ = "profiles_profile"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("identity_account.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str]
    preset: Mapped[int] = mapped_column(SmallInteger)
    picture_digest: Mapped[str | None]
    is_kids: Mapped[bool]
    maturity_limit: Mapped[int] = mapped_column(SmallInteger)
    pin_above_age: Mapped[int | None] = mapped_column(SmallInteger)
    language: Mapped[str]
    preferences: Mapped[JsonObject]
    pin_hash: Mapped[str | None]
    pin_failures: Mapped[int] = mapped_column(Integer, default=0)
    pin_paused_until: Mapped[datetime | None]
    created_at: Mapped[datetime]


class CurrentRow(TenantOwned, Base):
    """The profile that a session has chosen, and when a PIN was last right for playing with it."""

    __tablename__ = "profiles_current"

    session_id: Mapped[UUID] = mapped_column(
        ForeignKey("identity_session.id", ondelete="CASCADE"), primary_key=True
    )
    profile_id: Mapped[UUID] = mapped_column(
        ForeignKey("profiles_profile.id", ondelete="CASCADE"), index=True
    )
    chosen_at: Mapped[datetime]
    pin_shown_at: Mapped[datetime | None]
