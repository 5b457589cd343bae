"""The tables of playback."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from streamverse.kit.db import JSON_COLUMN, Base, JsonObject, TenantOwned


class PlaybackSessionRow(TenantOwned, Base):
    """Somebody who watches on a device, and how well it goes; open until it has an end.

    What is watched is a title, by a package of it, or a live stream. ``log_in_id`` is the log-in or
    the key of the API that opened it. What is measured lies beside it (``rules.quality``), so that
    a list of sessions is one question.
    """

    __tablename__ = "playback_session"
    __table_args__ = (
        CheckConstraint("(title_id IS NULL) <> (stream_id IS NULL)", name="of_one_thing"),
        Index(None, "account_id", "ended_at"),
        Index(None, "ended_at", "lease_until"),
        Index(None, "tenant_id", "opened_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("identity_account.id", ondelete="CASCADE"))
    profile_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("profiles_profile.id", ondelete="SET NULL"), index=True
    )
    device_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("identity_device.id", ondelete="SET NULL"), index=True
    )
    title_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("catalog_title.id", ondelete="CASCADE"), index=True
    )
    stream_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("live_stream.id", ondelete="CASCADE"), index=True
    )
    log_in_id: Mapped[UUID]
    package_id: Mapped[UUID | None]
    device_name: Mapped[str]
    region: Mapped[str | None]
    network: Mapped[str]
    tailoring: Mapped[JsonObject] = mapped_column(JSON_COLUMN)
    opened_at: Mapped[datetime]
    lease_until: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    sequence: Mapped[int] = mapped_column(default=-1)
    offset_ms: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(default="starting")
    position_ms: Mapped[int] = mapped_column(default=0)
    startup_ms: Mapped[int | None]
    played_ms: Mapped[int] = mapped_column(default=0)
    stalled_ms: Mapped[int] = mapped_column(default=0)
    stall_count: Mapped[int] = mapped_column(Integer, default=0)
    switch_count: Mapped[int] = mapped_column(Integer, default=0)
    bitrate_bps: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(Integer, default=0)
    played_kilobits: Mapped[int] = mapped_column(default=0)
    error_count: Mapped[int] = mapped_column(Integer, default=0)
    last_error: Mapped[str | None]
    dropped_frames: Mapped[int] = mapped_column(default=0)
    decoded_frames: Mapped[int] = mapped_column(default=0)
    throughput_bps: Mapped[int | None]
    starved_count: Mapped[int] = mapped_column(Integer, default=0)
    timeline: Mapped[list[list[int | str]]] = mapped_column(JSON_COLUMN, default=list)


class IssueRow(TenantOwned, Base):
    """What somebody reported of a session, with what their player knew at that moment."""

    __tablename__ = "playback_issue"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(
        ForeignKey("playback_session.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str]
    words: Mapped[str]
    facts: Mapped[JsonObject] = mapped_column(JSON_COLUMN)
    reported_at: Mapped[datetime]
