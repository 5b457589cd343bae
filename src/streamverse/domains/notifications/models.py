"""The tables of notifications."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from streamverse.kit.db import Base, JsonObject, TenantOwned


class EndpointRow(TenantOwned, Base):
    """Another program that is told what happens."""

    __tablename__ = "notifications_endpoint"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    url: Mapped[str]
    description: Mapped[str]
    kinds: Mapped[JsonObject]
    sealed_secret: Mapped[bytes] = mapped_column(LargeBinary)
    is_enabled: Mapped[bool]
    disabled_because: Mapped[str | None]
    failing_since: Mapped[datetime | None]
    created_at: Mapped[datetime]


class DeliveryRow(TenantOwned, Base):
    """A message on its way to one endpoint.

    ``tries`` counts the attempts since it was last ordered; ``attempts`` keeps all of them.
    """

    __tablename__ = "notifications_delivery"
    __table_args__ = (Index(None, "endpoint_id", "id"), Index(None, "state", "created_at"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    endpoint_id: Mapped[UUID] = mapped_column(
        ForeignKey("notifications_endpoint.id", ondelete="CASCADE")
    )
    message_id: Mapped[str]
    kind: Mapped[str]
    body: Mapped[str]
    state: Mapped[str]
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    attempts: Mapped[JsonObject]
    created_at: Mapped[datetime]
    next_try_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
