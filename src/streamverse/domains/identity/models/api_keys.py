"""The table of the keys that programs of staff use."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from streamverse.kit.db import Base, TenantOwned


class ApiKeyRow(TenantOwned, Base):
    """A key: never worth more than its scopes, nor than what its maker may do at the time.

    ``scopes`` are permissions, parted by spaces.
    """

    __tablename__ = "identity_api_key"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("identity_account.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str]
    scopes: Mapped[str]
    secret_hash: Mapped[str]
    requests_per_minute: Mapped[int]
    requests_per_day: Mapped[int]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
