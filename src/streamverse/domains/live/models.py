"""The tables of live."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from streamverse.kit.db import Base, TenantOwned


class StreamRow(TenantOwned, Base):
    """A place that a publisher may send to, known by the hash of its key."""

    __tablename__ = "live_stream"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    description: Mapped[str]
    key_hash: Mapped[str] = mapped_column(unique=True)
    sealed_key: Mapped[bytes] = mapped_column(LargeBinary)
    rewind_minutes: Mapped[int] = mapped_column(SmallInteger)
    created_at: Mapped[datetime]


class BroadcastRow(TenantOwned, Base):
    """What went out on a stream in one go."""

    __tablename__ = "live_broadcast"
    __table_args__ = (Index(None, "stream_id", "started_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    stream_id: Mapped[UUID] = mapped_column(ForeignKey("live_stream.id", ondelete="CASCADE"))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class LiveSegmentRow(TenantOwned, Base):
    """A segment of a track of a broadcast, which is in the store."""

    __tablename__ = "live_segment"

    broadcast_id: Mapped[UUID] = mapped_column(
        ForeignKey("live_broadcast.id", ondelete="CASCADE"), primary_key=True
    )
    track: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    head: Mapped[int] = mapped_column(SmallInteger)
    duration_us: Mapped[int] = mapped_column(Integer)
    size_bytes: Mapped[int] = mapped_column(Integer)
    starts_at: Mapped[datetime]
