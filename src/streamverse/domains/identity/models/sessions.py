"""The tables of devices, the sessions on them, and the secrets that sessions are kept up with."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from streamverse.kit.db import Base, TenantOwned


class DeviceRow(TenantOwned, Base):
    """A browser or app that an account has logged in on, recognised by a secret it keeps.

    Several accounts may share one browser, and so one secret; each has a row of its own.
    """

    __tablename__ = "identity_device"
    __table_args__ = (Index(None, "account_id", "secret_hash", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("identity_account.id", ondelete="CASCADE"))
    secret_hash: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str]
    browser: Mapped[str]
    os: Mapped[str]
    ip: Mapped[str]
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    trusted_until: Mapped[datetime | None]


class SessionRow(TenantOwned, Base):
    """A log-in that lasts: whoever knows the secret is the account.

    ``authenticated_at`` is when the person last showed who they are, ``amr`` by what (RFC 8176).
    """

    __tablename__ = "identity_session"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("identity_account.id", ondelete="CASCADE"), index=True
    )
    device_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("identity_device.id", ondelete="CASCADE"), index=True
    )
    secret_hash: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    amr: Mapped[str] = mapped_column(default="pwd")
    ip: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    authenticated_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class RefreshTokenRow(TenantOwned, Base):
    """One generation of a program's refresh tokens; the newest of a session is the only good one.

    A token that was exchanged stays with the hash of nothing but itself, so that its return is
    noticed: then somebody else has had it.
    """

    __tablename__ = "identity_refresh_token"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(
        ForeignKey("identity_session.id", ondelete="CASCADE"), index=True
    )
    secret_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    successor_id: Mapped[UUID | None]
