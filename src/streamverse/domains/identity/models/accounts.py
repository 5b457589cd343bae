"""The tables of tenants and accounts."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from streamverse.kit.db import Base, TenantOwned


class TenantRow(Base):
    """A service of its own within the installation."""

    __tablename__ = "identity_tenant"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    created_at: Mapped[datetime]


class AccountRow(TenantOwned, Base):
    """A person who can log in.

    An empty ``password_hash`` is that of nobody's password: the account is entered otherwise.
    ``extra_permissions`` are those beside the role's, parted by spaces.
    """

    __tablename__ = "identity_account"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["identity_tenant.id"]),
        Index("uq_identity_account_email", "tenant_id", "email_normalised", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str]
    email_normalised: Mapped[str]
    email_verified_at: Mapped[datetime | None]
    password_hash: Mapped[str]
    display_name: Mapped[str]
    role: Mapped[str]
    extra_permissions: Mapped[str] = mapped_column(default="")
    locale: Mapped[str] = mapped_column(default="en")
    created_at: Mapped[datetime]
    deactivated_at: Mapped[datetime | None]
