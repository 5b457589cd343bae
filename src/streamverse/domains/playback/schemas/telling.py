"""What players tell, and how it went, in JSON."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self
from uuid import UUID

import msgspec

from streamverse.domains.playback.contracts import EndedBy, Issue
from streamverse.domains.playback.rules.quality import (
    EventKind,
    PlayerEvent,
    average_bitrate_bps,
    rebuffering_ratio,
)
from streamverse.kit.clock import milliseconds
from streamverse.mediakit.tailoring import Tailoring

if TYPE_CHECKING:
    from streamverse.domains.playback.models import IssueRow
    from streamverse.domains.playback.rules.summaries import Summary
    from streamverse.domains.playback.service.reports import Watched

IssueKind = Literal["picture", "sound", "subtitles", "stalling", "other"]
FactName = Annotated[str, msgspec.Meta(max_length=64)]
Sequence = Annotated[int, msgspec.Meta(ge=0, le=2_000_000_000)]
Amount = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000_000)]


class EventIn(msgspec.Struct):
    """Something that happened in a player.

    `sequence` counts its events from 0; `at_ms` is a moment by a clock that only runs forward, from
    the press of play. A `quality` has a bit rate, a `failed` a code.
    """

    sequence: Sequence
    at_ms: Amount
    kind: EventKind
    position_ms: Amount | None = None
    bitrate_bps: Amount | None = None
    height: Annotated[int, msgspec.Meta(ge=0, le=16384)] | None = None
    buffer_ms: Amount | None = None
    throughput_bps: Amount | None = None
    dropped_frames: Amount | None = None
    decoded_frames: Amount | None = None
    code: Annotated[str, msgspec.Meta(max_length=64)] | None = None

    def event(self) -> PlayerEvent:
        """Give the event without its form."""
        return PlayerEvent(**msgspec.structs.asdict(self))


class EventsIn(msgspec.Struct):
    """A batch of what a player tells; whatever nobody has confirmed may come again."""

    session_id: UUID
    token: Annotated[str, msgspec.Meta(max_length=64)]
    events: Annotated[list[EventIn], msgspec.Meta(max_length=200)]


class EventsOut(msgspec.Struct):
    """That the events are taken; when the session is over, why."""

    ended_by: EndedBy | None


class QualitySwitchIn(msgspec.Struct):
    """The height that the viewer has chosen; null to let the player choose."""

    height: Annotated[int, msgspec.Meta(ge=1, le=16384)] | None


class IssueIn(msgspec.Struct):
    """What somebody has to report, with what their player knows."""

    kind: IssueKind
    words: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    facts: Annotated[
        dict[FactName, str | int | float | bool | None], msgspec.Meta(max_length=64)
    ] = {}

    def issue(self) -> Issue:
        """Give the report without its form."""
        return Issue(self.kind, self.words.strip(), dict(self.facts))


# --- how it went ----------------------------------------------------------------------------------


class IssueOut(msgspec.Struct):
    """What was reported."""

    id: UUID
    kind: IssueKind
    words: str
    facts: dict[str, Any]
    reported_at: datetime

    @classmethod
    def of(cls, row: IssueRow) -> Self:
        """Show a report."""
        kind = msgspec.convert(row.kind, IssueKind)
        return cls(row.id, kind, row.words, row.facts, row.reported_at)


class WatchedOut(msgspec.Struct, kw_only=True):
    """A session in a list, of a title or of a live stream, whose name then is the title."""

    id: UUID
    title_id: UUID | None
    stream_id: UUID | None
    title: str
    device: str
    region: str | None
    network: str
    state: str
    opened_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    position_ms: int
    startup_ms: int | None
    played_ms: int
    stalled_ms: int
    stall_count: int
    rebuffering_ratio: float
    average_bitrate_bps: int
    height: int
    error_count: int
    issue_count: int

    @classmethod
    def of(cls, watched: Watched) -> Self:
        """Show a session in a list."""
        return cls(**_shared(watched))


class WatchedListOut(msgspec.Struct):
    """Sessions, the newest first."""

    items: list[WatchedOut]
    next_cursor: str | None


class PointOut(msgspec.Struct):
    """A point of a timeline.

    A `bitrate` is in bits a second, a `buffer` in milliseconds, a quality that was `chosen` in
    lines of height; a state of the player has the position in the title; a failure has its code.
    """

    at_ms: int
    word: str
    value: int | str


class AnalyticsOut(WatchedOut, kw_only=True):
    """How a session went."""

    switch_count: int
    last_error: str | None
    dropped_frames: int
    decoded_frames: int
    throughput_bps: int | None
    starved_count: int
    timeline: list[PointOut]
    issues: list[IssueOut]

    @classmethod
    def of(cls, watched: Watched) -> Self:
        """Show a session whole."""
        row = watched.row
        return cls(
            **_shared(watched),
            switch_count=row.switch_count,
            last_error=row.last_error,
            dropped_frames=row.dropped_frames,
            decoded_frames=row.decoded_frames,
            throughput_bps=row.throughput_bps,
            starved_count=row.starved_count,
            timeline=[
                PointOut(int(at_ms), str(word), value) for at_ms, word, value in row.timeline
            ],
            issues=[IssueOut.of(issue) for issue in watched.issues],
        )


def _shared(watched: Watched) -> dict[str, Any]:
    row = watched.row
    return {
        "id": row.id,
        "title_id": row.title_id,
        "stream_id": row.stream_id,
        "title": watched.title,
        "device": row.device_name,
        "region": row.region,
        "network": row.network,
        "state": row.state,
        "opened_at": row.opened_at,
        "ended_at": row.ended_at,
        "ended_by": row.ended_by,
        "position_ms": row.position_ms,
        "startup_ms": row.startup_ms,
        "played_ms": row.played_ms,
        "stalled_ms": row.stalled_ms,
        "stall_count": row.stall_count,
        "rebuffering_ratio": rebuffering_ratio(row.played_ms, row.stalled_ms),
        "average_bitrate_bps": average_bitrate_bps(row.played_kilobits, row.played_ms),
        "height": row.height,
        "error_count": row.error_count,
        "issue_count": len(watched.issues),
    }


class DebugOut(msgspec.Struct, kw_only=True):
    """What a session was given, and what is known of it."""

    session_id: UUID
    package_id: UUID | None
    device: str
    region: str | None
    network: str
    codecs: list[str]
    max_height: int | None
    audio_languages: list[str]
    text_languages: list[str]
    is_open: bool
    lease_left_ms: int
    last_sequence: int
    state: str
    height: int
    bitrate_bps: int
    throughput_bps: int | None
    last_error: str | None

    @classmethod
    def of(cls, watched: Watched, now: datetime) -> Self:
        """Show what is known of a session."""
        row = watched.row
        tailoring = msgspec.convert(row.tailoring, Tailoring)
        return cls(
            session_id=row.id,
            package_id=row.package_id,
            device=row.device_name,
            region=row.region,
            network=row.network,
            codecs=list(tailoring.codecs),
            max_height=tailoring.max_height,
            audio_languages=list(tailoring.audio_languages),
            text_languages=list(tailoring.text_languages),
            is_open=row.ended_at is None,
            lease_left_ms=max(0, milliseconds(row.lease_until - now)),
            last_sequence=row.sequence,
            state=row.state,
            height=row.height,
            bitrate_bps=row.bitrate_bps,
            throughput_bps=row.throughput_bps,
            last_error=row.last_error,
        )


class SummaryOut(msgspec.Struct, kw_only=True):
    """How the sessions of a group went; the name of what is not known is empty."""

    key: str
    name: str
    sessions: int
    startup_median_ms: int | None
    startup_slow_ms: int | None
    rebuffering_ratio: float
    stall_count: int
    average_bitrate_bps: int
    played_ms: int
    failed_sessions: int

    @classmethod
    def of(cls, summary: Summary, name: str) -> Self:
        """Show a group."""
        return cls(name=name, **asdict(summary))


class SummariesOut(msgspec.Struct):
    """Groups of sessions, the largest first."""

    items: list[SummaryOut]
