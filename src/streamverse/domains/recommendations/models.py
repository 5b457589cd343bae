"""The table of recommendations."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Integer
from sqlalchemy.orm import Mapped, mapped_column

from streamverse.kit.db import Base, TenantOwned


class TrendRow(TenantOwned, Base):
    """A title's place in a ranking of a region; the empty region is everywhere.

    What it ranks may be gone: whoever shows it asks the catalog.
    """

    __tablename__ = "recommendations_trend"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    ranking: Mapped[str] = mapped_column(primary_key=True)
    region: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(Integer, primary_key=True)
    title_id: Mapped[UUID]
    computed_at: Mapped[datetime]
