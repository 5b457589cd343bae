"""The edge of a broadcast: its tracks in memory, and whoever waits for the next part of them."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from streamverse.mediakit.live.playlist import (
    Edge,
    PartLine,
    Rendition,
    Report,
    SegmentLine,
    edge_of,
    render_master,
    render_playlist,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamverse.mediakit.cmaf import InitSegment
    from streamverse.mediakit.live.packager import Part

# So long a segment stays in memory after it is stored, for those who follow the edge.
KEPT_IN_MEMORY = timedelta(seconds=30)
MARGIN = 1.1
FIRST_GUESS_BPS = 5_000_000


@dataclass(slots=True)
class LiveSegment:
    """A segment that is in memory, or of which only the index is."""

    number: int
    head: int
    starts_at: datetime
    timescale: int
    parts: list[Part] = field(default_factory=list["Part"])
    is_whole: bool = False
    is_stored: bool = False
    duration_ticks: int = 0
    is_independent: bool = True
    lines: list[PartLine] = field(default_factory=list[PartLine])

    @property
    def duration_s(self) -> float:
        """How long it plays, as far as it has come."""
        return self.duration_ticks / self.timescale

    @property
    def payload(self) -> bytes:
        """Its bytes, as far as they have come."""
        return b"".join(part.payload for part in self.parts)

    def add(self, part: Part) -> None:
        """Take the next part."""
        if not self.parts:
            self.is_independent = part.is_independent
        self.parts.append(part)
        self.duration_ticks += part.duration_ticks
        self.lines.append(PartLine(part.duration_ticks / self.timescale, part.is_independent))

    def line(self) -> SegmentLine:
        """Give what playlists say of it."""
        return SegmentLine(
            number=self.number,
            duration_s=self.duration_s,
            starts_at=self.starts_at,
            parts=self.lines,
            is_whole=self.is_whole,
            is_independent=self.is_independent,
            head=self.head,
        )


@dataclass(slots=True)
class LiveTrack:
    """One rendition: its heads, and its segments from the start of what may be rewound to."""

    name: str
    heads: list[InitSegment] = field(default_factory=list["InitSegment"])
    segments: list[LiveSegment] = field(default_factory=list[LiveSegment])

    @property
    def edge(self) -> Edge | None:
        """The next part that there will be."""
        return edge_of([segment.line() for segment in self.segments[-1:]])

    @property
    def bitrate_bps(self) -> int:
        """What it takes of a line, by what is in memory; a guess that is on the safe side."""
        held = [segment for segment in self.segments if segment.parts]
        duration_s = sum(segment.duration_s for segment in held)
        bits = 8 * sum(len(part.payload) for segment in held for part in segment.parts)
        return int(MARGIN * bits / duration_s) if duration_s else FIRST_GUESS_BPS

    def find(self, number: int) -> LiveSegment | None:
        """Find a segment that playlists name."""
        place = bisect_left(self.segments, number, key=lambda segment: segment.number)
        found = self.segments[place : place + 1]
        return found[0] if found and found[0].number == number else None

    def has(self, segment: int, part: int | None) -> bool:
        """Tell whether a playlist would name a part by now, or a whole segment."""
        edge = self.edge
        if edge is None:
            return False
        if part is None:
            return edge.segment > segment
        return (edge.segment, edge.part) > (segment, part)

    def let_go(self, now: datetime, rewind: timedelta) -> None:
        """Forget the bytes of what is stored, and all of what is too old to be rewound to."""
        for segment in reversed(self.segments):
            if not segment.parts and segment.is_stored:
                break
            if segment.is_stored and segment.starts_at < now - KEPT_IN_MEMORY:
                segment.parts, segment.lines = [], []
        gone = bisect_left(self.segments, now - rewind, key=lambda segment: segment.starts_at)
        del self.segments[: min(gone, max(0, len(self.segments) - 1))]


class LiveEdge:
    """All tracks of a broadcast, and a bell for those who wait."""

    def __init__(self, rewind: timedelta, *, has_parts: bool = True) -> None:
        self.tracks: dict[str, LiveTrack] = {}
        self.is_ended = False
        self._rewind = rewind
        self._has_parts = has_parts
        self._bell = asyncio.Event()
        # The same for all who ask, until there is more.
        self._texts: dict[tuple[str, bool], bytes] = {}

    def ring(self) -> None:
        """Let everybody look again who waits."""
        self._texts.clear()
        self._bell.set()
        self._bell = asyncio.Event()

    def let_go(self, now: datetime) -> None:
        """Keep no more in memory than the edge needs."""
        for track in self.tracks.values():
            track.let_go(now, self._rewind)
        self._texts.clear()

    async def wait_for(self, track: LiveTrack, segment: int, part: int | None) -> None:
        """Wait until a playlist would name something, or the broadcast is over."""
        while not (self.is_ended or track.has(segment, part)):
            await self._bell.wait()

    def playlist(self, track: LiveTrack, *, is_skipping: bool) -> bytes:
        """Give the playlist of a track."""
        asked = (track.name, is_skipping)
        if asked not in self._texts:
            self._texts[asked] = self._write(track, is_skipping=is_skipping).encode()
        return self._texts[asked]

    def _write(self, track: LiveTrack, *, is_skipping: bool) -> str:
        lines = [segment.line() for segment in track.segments]
        reports = [] if self.is_ended else list(self._reports(track))
        return render_playlist(
            track.name,
            lines,
            reports=reports,
            is_ended=self.is_ended,
            is_skipping=is_skipping,
            has_parts=self._has_parts,
        )

    def master(self) -> str:
        """Write the playlist that names the tracks."""
        return render_master(*(self._rendition(name) for name in ("v", "a")))

    def _rendition(self, name: str) -> Rendition | None:
        track = self.tracks.get(name)
        if track is None or not track.segments:
            return None
        head = track.heads[-1]
        return Rendition(name, head.codec, track.bitrate_bps, head.width, head.height)

    def _reports(self, track: LiveTrack) -> Iterator[Report]:
        for other in self.tracks.values():
            last = other.segments[-1] if other.segments else None
            if other is not track and last is not None and last.lines:
                yield Report(f"{other.name}.m3u8", last.number, len(last.lines) - 1)
