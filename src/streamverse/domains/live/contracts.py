"""What live shows to others: ids, settings and events."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NewType
from uuid import UUID

from streamverse.kit.crypto import Vault
from streamverse.kit.events import Event

StreamId = NewType("StreamId", UUID)
BroadcastId = NewType("BroadcastId", UUID)


class StreamState(enum.StrEnum):
    """What a stream does right now."""

    IDLE = "idle"
    LIVE = "live"


@dataclass(frozen=True, slots=True)
class LiveSettings:
    """Where publishers connect, and how long one may be gone."""

    vault: Vault = field(repr=False)
    host: str = "127.0.0.1"
    # 0 is any free port; None takes no publishers.
    rtmp_port: int | None = None
    srt_port: int | None = None
    # What publishers are told to connect to.
    public_host: str = "127.0.0.1"
    return_within: timedelta = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class BroadcastStarted(Event):
    """A stream is live: its first picture has come."""

    stream_id: StreamId
    broadcast_id: BroadcastId


@dataclass(frozen=True, slots=True)
class BroadcastEnded(Event):
    """A stream is no longer live, and its publisher has not come back."""

    stream_id: StreamId
    broadcast_id: BroadcastId
