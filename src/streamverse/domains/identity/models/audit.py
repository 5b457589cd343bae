"""The tables of the audit log. Triggers of the database refuse to change or remove an entry."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from streamverse.kit.db import Base, JsonObject, TenantOwned


class AuditRow(TenantOwned, Base):
    """What somebody of the staff did. It outlasts the accounts that it names."""

    __tablename__ = "identity_audit"
    __table_args__ = (
        Index(None, "tenant_id", "actor_id", "seq"),
        Index(None, "tenant_id", "action", "seq"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    api_key_id: Mapped[UUID | None]
    place: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    facts: Mapped[JsonObject]
    previous_hash: Mapped[str]
    hash: Mapped[str]


class AuditHeadRow(TenantOwned, Base):
    """The end of a tenant's log. Whoever adds an entry locks it, so that the chain cannot fork."""

    __tablename__ = "identity_audit_head"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    count: Mapped[int]
    hash: Mapped[str]
