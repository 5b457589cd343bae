"""The tables of live."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from streamverse.kit.db import Base, JsonObject, TenantOwned


class StreamRow(TenantOwned, Base):
    """A place that a publisher may send to, known by the hash of its key.

    While ``stopped_at`` is set, nobody may. ``height`` is what encoders are meant to send. With
    ``has_passphrase``, those who send by SRT encrypt with the one that is sealed.
    """

    __tablename__ = "live_stream"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    description: Mapped[str]
    key_hash: Mapped[str] = mapped_column(unique=True)
    sealed_key: Mapped[bytes] = mapped_column(LargeBinary)
    rewind_minutes: Mapped[int] = mapped_column(SmallInteger)
    height: Mapped[int | None] = mapped_column(SmallInteger)
    latency: Mapped[str]
    access: Mapped[str]
    newcomer: Mapped[str]
    ladder: Mapped[str]
    protection: Mapped[str]
    key_lasts_s: Mapped[int] = mapped_column(Integer)
    # What becomes of what goes out, and of what viewers clip from it.
    recordings: Mapped[str]
    clips: Mapped[str]
    has_passphrase: Mapped[bool]
    sealed_passphrase: Mapped[bytes | None] = mapped_column(LargeBinary)
    position: Mapped[int] = mapped_column(Integer)
    stopped_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class StreamPlanRow(TenantOwned, Base):
    """A plan that a stream is for, if it is for some."""

    __tablename__ = "live_stream_plan"

    stream_id: Mapped[UUID] = mapped_column(
        ForeignKey("live_stream.id", ondelete="CASCADE"), primary_key=True
    )
    plan_id: Mapped[UUID] = mapped_column(
        ForeignKey("billing_plan.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class TemplateRow(TenantOwned, Base):
    """What streams of a kind are made with."""

    __tablename__ = "live_template"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    settings: Mapped[JsonObject]
    created_at: Mapped[datetime]


class SlotRow(TenantOwned, Base):
    """A time at which a stream is to go out; ``begins`` is local to its zone, in ISO 8601."""

    __tablename__ = "live_slot"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    stream_id: Mapped[UUID] = mapped_column(
        ForeignKey("live_stream.id", ondelete="CASCADE"), index=True
    )
    begins: Mapped[str]
    zone: Mapped[str]
    minutes: Mapped[int] = mapped_column(SmallInteger)
    is_weekly: Mapped[bool]


class StreamReminderRow(TenantOwned, Base):
    """A profile that wants a mail before a stream begins."""

    __tablename__ = "live_reminder"

    profile_id: Mapped[UUID] = mapped_column(
        ForeignKey("profiles_profile.id", ondelete="CASCADE"), primary_key=True
    )
    stream_id: Mapped[UUID] = mapped_column(
        ForeignKey("live_stream.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    asked_at: Mapped[datetime]


class BroadcastRow(TenantOwned, Base):
    """What went out on a stream in one go."""

    __tablename__ = "live_broadcast"
    __table_args__ = (Index(None, "stream_id", "started_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    stream_id: Mapped[UUID] = mapped_column(ForeignKey("live_stream.id", ondelete="CASCADE"))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    peak_viewers: Mapped[int] = mapped_column(Integer, default=0)
    watched_s: Mapped[int] = mapped_column(BigInteger, default=0)


class SourceRow(TenantOwned, Base):
    """Where a stream is fetched from; address, user and password are sealed together."""

    __tablename__ = "live_source"

    stream_id: Mapped[UUID] = mapped_column(
        ForeignKey("live_stream.id", ondelete="CASCADE"), primary_key=True
    )
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    is_on: Mapped[bool]
    times: Mapped[str]
    changed_at: Mapped[datetime]


class AudienceRow(TenantOwned, Base):
    """How many watch a broadcast from one server, as it last said."""

    __tablename__ = "live_audience"

    broadcast_id: Mapped[UUID] = mapped_column(
        ForeignKey("live_broadcast.id", ondelete="CASCADE"), primary_key=True
    )
    server: Mapped[UUID] = mapped_column(primary_key=True)
    viewers: Mapped[int] = mapped_column(Integer)
    seen_at: Mapped[datetime]


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
    # Where it lies in the time of its track, and how long it lasts there.
    start_ticks: Mapped[int]
    duration_ticks: Mapped[int]
    # The number with which its stretch began.
    stretch: Mapped[int] = mapped_column(Integer)
    is_independent: Mapped[bool]


class NodeRow(Base):
    """A process that takes publishers, as it last showed itself; it belongs to no tenant."""

    __tablename__ = "live_node"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    # Where other processes reach it.
    address: Mapped[str]
    takes_webrtc: Mapped[bool]
    seen_at: Mapped[datetime] = mapped_column(index=True)


class LeaseRow(TenantOwned, Base):
    """Which node holds a stream, and the broadcast that it holds until that is over."""

    __tablename__ = "live_lease"

    stream_id: Mapped[UUID] = mapped_column(
        ForeignKey("live_stream.id", ondelete="CASCADE"), primary_key=True
    )
    # None where nobody holds it: the last one has stored all that it had.
    node_id: Mapped[UUID | None] = mapped_column(index=True)
    broadcast_id: Mapped[UUID | None]
    # Grows with every holder.
    fence: Mapped[int] = mapped_column(Integer)
    held_until: Mapped[datetime]
    has_publisher: Mapped[bool]
    # Another node has a publisher for it, and waits for it since then.
    wanted_at: Mapped[datetime | None]
    # What the holder began with.
    first_segment: Mapped[int] = mapped_column(Integer)
    first_head: Mapped[int] = mapped_column(Integer)


class TargetRow(TenantOwned, Base):
    """Another service that a stream is sent on to; its address and its key are sealed."""

    __tablename__ = "live_target"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    stream_id: Mapped[UUID] = mapped_column(
        ForeignKey("live_stream.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str]
    sealed_address: Mapped[bytes] = mapped_column(LargeBinary)
    is_on: Mapped[bool]
    created_at: Mapped[datetime]


class BackupRow(TenantOwned, Base):
    """The second key of a stream, under which a backup source may publish beside the main one."""

    __tablename__ = "live_backup"

    stream_id: Mapped[UUID] = mapped_column(
        ForeignKey("live_stream.id", ondelete="CASCADE"), primary_key=True
    )
    key_hash: Mapped[str] = mapped_column(unique=True)
    sealed_key: Mapped[bytes] = mapped_column(LargeBinary)
    comeback: Mapped[str]
