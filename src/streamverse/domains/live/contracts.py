"""What live shows to others: ids, settings and events."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import NewType
from uuid import UUID

from streamverse.domains.media.contracts import AssetId
from streamverse.kit.crypto import Vault
from streamverse.kit.events import Event
from streamverse.kit.fetching import GuardedFetcher
from streamverse.kit.jobs import Job

StreamId = NewType("StreamId", UUID)
BroadcastId = NewType("BroadcastId", UUID)
TemplateId = NewType("TemplateId", UUID)
TargetId = NewType("TargetId", UUID)


class StreamState(enum.StrEnum):
    """What a stream does right now."""

    IDLE = "idle"
    LIVE = "live"
    # It is live, and its encoder is gone for a moment.
    AWAY = "away"


class Latency(enum.StrEnum):
    """How close to what happens viewers are kept: as close as can be, or where nothing stops."""

    LOW = "low"
    STEADY = "steady"


class Newcomer(enum.StrEnum):
    """What becomes of an encoder that sends with a key under which another one sends."""

    TAKE_OVER = "take_over"
    REFUSE = "refuse"


class Encoder(enum.StrEnum):
    """Which of a stream's encoders: the main one, or the one that steps in for it."""

    MAIN = "main"
    BACKUP = "backup"


class Comeback(enum.StrEnum):
    """What the main encoder does when it is back: goes on air, or waits for the backup's end."""

    TAKE_BACK = "take_back"
    WAIT = "wait"


class TargetState(enum.StrEnum):
    """What becomes of a stream at another service: nothing, or how far sending it on has got."""

    OFF = "off"
    WAITING = "waiting"
    CONNECTING = "connecting"
    SENDING = "sending"
    FAILING = "failing"


class Ladder(enum.StrEnum):
    """What viewers choose from: the picture as it is sent, or smaller ones as well."""

    AS_SENT = "as_sent"
    SMALLER = "smaller"


class Keep(enum.StrEnum):
    """What becomes of a recording or a clip: nothing, a draft for staff, or a title for all."""

    OFF = "off"
    PRIVATE = "private"
    PUBLIC = "public"


class SourceTimes(enum.StrEnum):
    """When a source is fetched: always, or at the times of its stream."""

    ALWAYS = "always"
    SCHEDULED = "scheduled"


class PullState(enum.StrEnum):
    """What becomes of a source right now."""

    OFF = "off"
    # For its time, for another encoder to end, or until it is tried again.
    WAITING = "waiting"
    CONNECTING = "connecting"
    RECEIVING = "receiving"


class RecordingKind(enum.StrEnum):
    """Whether all of a broadcast was kept, or a moment of it."""

    WHOLE = "whole"
    CLIP = "clip"


@dataclass(frozen=True, slots=True)
class LiveSettings:
    """Where publishers connect, and how long one may be gone."""

    vault: Vault = field(repr=False)
    host: str = "127.0.0.1"
    # 0 is any free port; None takes no publishers.
    rtmp_port: int | None = None
    rtmps_port: int | None = None
    # The certificate that publishers by RTMPS are shown, and its key.
    tls_files: tuple[Path, Path] | None = None
    srt_port: int | None = None
    webrtc_port: int | None = None
    # What peers are told that we are reached at; the machine's own addresses if none are named.
    webrtc_addresses: tuple[str, ...] = ()
    # What makes Opus of AAC for viewers by WebRTC; without it they hear nothing.
    ffmpeg: Path | None = None
    # How many processors smaller renditions may take; None is all of them.
    ladder_processors: float | None = None
    is_hardware_used: bool = False
    # Where a moment of a stream is looked at.
    scratch: Path = Path("scratch")
    # What publishers are told to connect to.
    public_host: str = "127.0.0.1"
    public_url: str = "http://127.0.0.1"
    return_within: timedelta = timedelta(seconds=30)
    # What looks up the services that streams are sent on to, and fetches sources.
    fetcher: GuardedFetcher = field(default_factory=GuardedFetcher)
    targets_at_most: int = 8
    # Where other processes reach this one, and whether it takes publishers.
    internal_url: str = "http://127.0.0.1"
    takes_streams: bool = True


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


@dataclass(frozen=True, slots=True)
class StreamUnwell(Event):
    """Viewers of a stream suffer from how it comes in; ``sentences`` say from what."""

    stream_id: StreamId
    broadcast_id: BroadcastId
    name: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StreamWell(Event):
    """A stream that was unwell has come in for a while as it should."""

    stream_id: StreamId
    broadcast_id: BroadcastId
    name: str


@dataclass(frozen=True, slots=True)
class EncoderChanged(Event):
    """Another encoder of a stream is on air than before."""

    stream_id: StreamId
    broadcast_id: BroadcastId
    name: str
    encoder: Encoder


@dataclass(frozen=True, slots=True)
class TargetFailed(Event):
    """A stream does not reach another service that it is sent on to; ``sentence`` says why."""

    stream_id: StreamId
    broadcast_id: BroadcastId
    target_id: TargetId
    name: str
    sentence: str


@dataclass(frozen=True, slots=True)
class TargetRecovered(Event):
    """A stream reaches another service again that it did not reach."""

    stream_id: StreamId
    broadcast_id: BroadcastId
    target_id: TargetId
    name: str


@dataclass(frozen=True, slots=True)
class RemindOfStreams(Job):
    """Write to those who want to be reminded of streams that are about to begin."""


@dataclass(frozen=True, slots=True)
class WarnStaff(Job):
    """Write to those who run the streams what viewers of one suffer from."""

    stream_id: StreamId
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrimBroadcasts(Job):
    """Delete what running broadcasts stored that nobody records, and nobody can rewind to."""


@dataclass(frozen=True, slots=True)
class RecordingMade(Event):
    """What went out can be played from now on; its title gets the id of the asset."""

    asset_id: AssetId
    stream_id: StreamId
    kind: RecordingKind
    name: str
    is_public: bool
    duration_ms: int
    width: int | None
    height: int | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class KeepRecording(Job):
    """Make what a broadcast has left a recording, or note that nobody wants it."""

    broadcast_id: BroadcastId


@dataclass(frozen=True, slots=True)
class LetGo(Job):
    """Delete what a broadcast has stored and nothing plays."""

    broadcast_id: BroadcastId
