"""The table of who somebody is at other services."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from streamverse.kit.db import Base, TenantOwned


class FederatedIdentityRow(TenantOwned, Base):
    """Who an account's owner is at another service: its issuer and its name for them.

    The address is what the service said last; it is shown and never relied on.
    """

    __tablename__ = "identity_federated_identity"
    __table_args__ = (Index(None, "tenant_id", "issuer", "subject", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("identity_account.id", ondelete="CASCADE"), index=True
    )
    provider: Mapped[str]
    issuer: Mapped[str]
    subject: Mapped[str]
    email: Mapped[str | None]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
