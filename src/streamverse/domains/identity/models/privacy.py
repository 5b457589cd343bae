"""The tables of what people decide about their data: consent, copies, and the end of accounts."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from streamverse.kit.db import Base, JsonObject, TenantOwned


class DeletionRow(TenantOwned, Base):
    """The wish of an account's owner that it be deleted, which can be taken back until then."""

    __tablename__ = "identity_deletion"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("identity_account.id", ondelete="CASCADE"), unique=True
    )
    requested_at: Mapped[datetime]
    delete_at: Mapped[datetime] = mapped_column(index=True)


class RemovalRow(TenantOwned, Base):
    """The record that an account is gone: what went with it, and nothing of who it was."""

    __tablename__ = "identity_removal"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_hash: Mapped[str] = mapped_column(unique=True)
    requested_at: Mapped[datetime]
    removed_at: Mapped[datetime]
    removed: Mapped[JsonObject]


class ExportRow(TenantOwned, Base):
    """A copy of what is kept about an account, made for its owner."""

    __tablename__ = "identity_export"
    __table_args__ = (Index(None, "account_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("identity_account.id", ondelete="CASCADE"))
    state: Mapped[str]
    requested_at: Mapped[datetime]
    ready_at: Mapped[datetime | None]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    size_bytes: Mapped[int | None]


class ConsentRow(TenantOwned, Base):
    """What somebody agreed to or no longer does; the latest row of a kind is what counts."""

    __tablename__ = "identity_consent"
    __table_args__ = (Index(None, "account_id", "kind", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("identity_account.id", ondelete="CASCADE"))
    kind: Mapped[str]
    version: Mapped[str]
    is_given: Mapped[bool]
    at: Mapped[datetime]
