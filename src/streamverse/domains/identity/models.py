"""The identity tables."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from streamverse.kit.db import Base, TenantOwned


class TenantRow(Base):
    """A service of its own within the installation."""

    __tablename__ = "identity_tenant"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    created_at: Mapped[datetime]


class AccountRow(TenantOwned, Base):
    """A person who can log in."""

    __tablename__ = "identity_account"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["identity_tenant.id"]),
        Index("uq_identity_account_email", "tenant_id", "email_normalised", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str]
    email_normalised: Mapped[str]
    password_hash: Mapped[str]
    display_name: Mapped[str]
    role: Mapped[str]
    created_at: Mapped[datetime]


class SessionRow(TenantOwned, Base):
    """A log-in that lasts: whoever knows the secret is the account."""

    __tablename__ = "identity_session"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("identity_account.id", ondelete="CASCADE"), index=True
    )
    secret_hash: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
