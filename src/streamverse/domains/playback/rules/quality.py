"""How well a session goes, worked out from what its player tells (CTA-2066), event by event.

Players tell the time by offsets of a clock that only runs forward, from the moment at which play
was pressed; so a wrong clock does no harm. Events have numbers: what comes again, or too late, is
left out, and what was lost costs no more than its own stretch of time.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from streamverse.mediakit.cmcd import CmcdValue

# A longer silence than this was a gap in what we were told, and counts for nothing.
LONGEST_STRETCH_MS: Final = 60_000
# The beginning of a session and its end are kept; of one that never ends, the middle goes.
FIRST_POINTS, LAST_POINTS = 100, 300
MS_PER_S: Final = 1000
BITS_PER_KILOBIT: Final = 1000


class EventKind(enum.StrEnum):
    """What a player may tell."""

    PLAYING = "playing"
    PAUSED = "paused"
    STALLED = "stalled"
    SEEKING = "seeking"
    QUALITY = "quality"
    HEARTBEAT = "heartbeat"
    FAILED = "failed"
    ENDED = "ended"
    LEFT = "left"


# What the player does after each; the others change nothing about it.
_STATES: Mapping[EventKind, str] = {
    EventKind.PLAYING: "playing",
    EventKind.PAUSED: "paused",
    EventKind.STALLED: "stalled",
    EventKind.SEEKING: "seeking",
    EventKind.FAILED: "failed",
    EventKind.ENDED: "ended",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerEvent:
    """Something that a player tells; what it does not know is None."""

    sequence: int
    at_ms: int
    kind: EventKind
    position_ms: int | None = None
    bitrate_bps: int | None = None
    height: int | None = None
    buffer_ms: int | None = None
    throughput_bps: int | None = None
    dropped_frames: int | None = None
    decoded_frames: int | None = None
    code: str | None = None


@dataclass(slots=True, kw_only=True)
class Quality:
    """How well it went so far; each point of the timeline is its offset, a word and a value."""

    sequence: int = -1
    offset_ms: int = 0
    state: str = "starting"
    position_ms: int = 0
    startup_ms: int | None = None
    played_ms: int = 0
    stalled_ms: int = 0
    stall_count: int = 0
    switch_count: int = 0
    bitrate_bps: int = 0
    height: int = 0
    played_kilobits: int = 0
    error_count: int = 0
    last_error: str | None = None
    dropped_frames: int = 0
    decoded_frames: int = 0
    throughput_bps: int | None = None
    starved_count: int = 0
    timeline: list[list[int | str]] = field(default_factory=list[list[int | str]])

    def add_point(self, at_ms: int, word: str, value: int | str) -> None:
        """Put a point onto the timeline."""
        self.timeline.append([at_ms, word, value])
        if len(self.timeline) > FIRST_POINTS + LAST_POINTS:
            del self.timeline[FIRST_POINTS]


def take_events(quality: Quality, events: Iterable[PlayerEvent], elapsed_ms: int) -> bool:
    """Take in what is new of some events, and tell whether the player has left.

    ``elapsed_ms`` is how long the session has been open by our clock: an offset beyond it is wrong.
    """
    has_left = False
    for event in sorted(events, key=lambda event: event.sequence):
        if event.sequence <= quality.sequence:
            continue
        quality.sequence = event.sequence
        _pass_time(quality, min(event.at_ms, max(elapsed_ms, quality.offset_ms)))
        _take_state(quality, event)
        _take_measures(quality, event)
        has_left = has_left or event.kind is EventKind.LEFT
    return has_left


def _pass_time(quality: Quality, at_ms: int) -> None:
    passed_ms = at_ms - quality.offset_ms
    if passed_ms <= 0:
        return
    quality.offset_ms = at_ms
    if passed_ms > LONGEST_STRETCH_MS:
        return
    if quality.state == "playing":
        quality.played_ms += passed_ms
        quality.played_kilobits += quality.bitrate_bps * passed_ms // (MS_PER_S * BITS_PER_KILOBIT)
    elif quality.state == "stalled":
        quality.stalled_ms += passed_ms


def _take_state(quality: Quality, event: PlayerEvent) -> None:
    at_ms, before = quality.offset_ms, quality.state
    quality.state = _STATES.get(event.kind, before)
    if event.kind is EventKind.PLAYING and quality.startup_ms is None:
        quality.startup_ms = at_ms
    if event.kind is EventKind.STALLED and before != "stalled":
        quality.stall_count += 1
    if event.kind is EventKind.FAILED:
        quality.error_count += 1
        quality.last_error = event.code or "unknown"
        quality.add_point(at_ms, "failed", quality.last_error)
    elif quality.state != before:
        quality.add_point(at_ms, quality.state, event.position_ms or 0)


def _take_measures(quality: Quality, event: PlayerEvent) -> None:
    at_ms = quality.offset_ms
    if event.kind is EventKind.QUALITY and event.bitrate_bps is not None:
        if quality.bitrate_bps:
            quality.switch_count += 1
        quality.bitrate_bps = event.bitrate_bps
        quality.height = event.height or 0
        quality.add_point(at_ms, "bitrate", event.bitrate_bps)
    if event.buffer_ms is not None:
        quality.add_point(at_ms, "buffer", event.buffer_ms)
    if event.position_ms is not None:
        quality.position_ms = event.position_ms
    if event.throughput_bps is not None:
        quality.throughput_bps = event.throughput_bps
    if event.dropped_frames is not None:
        quality.dropped_frames = max(quality.dropped_frames, event.dropped_frames)
    if event.decoded_frames is not None:
        quality.decoded_frames = max(quality.decoded_frames, event.decoded_frames)


def take_cmcd(quality: Quality, said: Mapping[str, CmcdValue]) -> None:
    """Take in what a player says with a request (CTA-5004): all there is of one that tells nothing.

    A player that tells events is believed in those: only its line is measured here.
    """
    measured_kbps = said.get("mtp")
    if isinstance(measured_kbps, int) and measured_kbps > 0:
        quality.throughput_bps = measured_kbps * BITS_PER_KILOBIT
    if said.get("bs") is True:
        quality.starved_count += 1
    bitrate_kbps, duration_ms = said.get("br"), said.get("d")
    is_picture = said.get("ot") in {"v", "av"}
    if quality.sequence >= 0 or not is_picture or not isinstance(bitrate_kbps, int):
        return
    if quality.bitrate_bps not in {0, bitrate_kbps * BITS_PER_KILOBIT}:
        quality.switch_count += 1
    quality.bitrate_bps = bitrate_kbps * BITS_PER_KILOBIT
    if isinstance(duration_ms, int) and duration_ms <= LONGEST_STRETCH_MS:
        quality.played_ms += duration_ms
        quality.played_kilobits += bitrate_kbps * duration_ms // MS_PER_S


def rebuffering_ratio(played_ms: int, stalled_ms: int) -> float:
    """Give the share of the time since the first picture that was spent waiting (CTA-2066)."""
    watched_ms = played_ms + stalled_ms
    return stalled_ms / watched_ms if watched_ms else 0.0


def average_bitrate_bps(played_kilobits: int, played_ms: int) -> int:
    """Give the bit rate of what was played, each stretch counted by its length."""
    return played_kilobits * BITS_PER_KILOBIT * MS_PER_S // played_ms if played_ms else 0
