"""The edge of a broadcast: its tracks in memory, and whoever waits for the next part of them."""

from __future__ import annotations

import asyncio
import re
from bisect import bisect_left
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING
from uuid import UUID

from streamverse.mediakit.cenc import name_keys
from streamverse.mediakit.live.mpd import (
    NOW,
    REWIND_S,
    MpdPeriod,
    MpdSegment,
    MpdTrack,
    ahead_of_end_s,
    render_mpd,
)
from streamverse.mediakit.live.playlist import (
    PLAIN_PREFIX,
    Edge,
    PartLine,
    Past,
    Rendition,
    Report,
    SegmentLine,
    edge_of,
    render_master,
    render_plain,
    render_playlist,
    settled,
)
from streamverse.mediakit.protection import write_hls_key
from streamverse.mediakit.renditions import write_instant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from streamverse.mediakit.cmaf import InitSegment
    from streamverse.mediakit.live.packager import Part

PICTURES, SOUND = "v", "a"
PROTECTED = "This stream is protected, which it cannot be by WebRTC: it plays by HLS and DASH."
# So long a segment stays in memory after it is stored, for those who follow the edge.
KEPT_IN_MEMORY = timedelta(seconds=30)
MARGIN = 1.1
FIRST_GUESS_BPS = 5_000_000
FIRST_SEGMENT_S = 2.0
HEADS_KNOWN = 4096
_LINES = re.compile(r"v([0-9]{2,4})(?:-again)?")


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
    start_ticks: int = 0
    duration_ticks: int = 0
    is_independent: bool = True
    lines: list[PartLine] = field(default_factory=list[PartLine])
    # Which of the edge's stretches it belongs to.
    stretch: int = 0
    # There is nothing to play, and players go on behind it.
    is_gap: bool = False

    @classmethod
    def gap_of(cls, sent: LiveSegment) -> LiveSegment:
        """Stand for a whole segment of another track that this one has nothing of."""
        return cls(
            *(sent.number, sent.head, sent.starts_at, sent.timescale),
            is_whole=True,
            is_stored=True,
            start_ticks=sent.start_ticks,
            duration_ticks=sent.duration_ticks,
            stretch=sent.stretch,
            is_gap=True,
        )

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
            self.start_ticks = part.start_ticks
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
            is_whole=self.is_whole and self.is_stored,
            is_independent=self.is_independent,
            head=self.head,
            is_gap=self.is_gap,
            has_ended=self.is_whole,
        )


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of segments in which nothing jumps: when it began, and where in its tracks' time."""

    began_at: datetime
    media_starts_s: float


@dataclass(slots=True)
class LiveTrack:
    """One rendition: its heads, and its segments from the start of what may be rewound to."""

    name: str
    heads: list[InitSegment] = field(default_factory=list["InitSegment"])
    segments: list[LiveSegment] = field(default_factory=list[LiveSegment])
    # Whether players that begin are led to it.
    is_offered: bool = True
    # The first of them, of which playlists say the same from now on.
    past: Past = field(init=False)

    def __post_init__(self) -> None:
        self.past = Past(self.name)

    @property
    def height(self) -> int:
        """The height by which its picture is known, also of an upright one; 0 of sound."""
        named = _LINES.fullmatch(self.name)
        if named is not None:
            return int(named[1])
        head = self.heads[-1] if self.heads else None
        return min(head.width or 0, head.height or 0) if head is not None else 0

    @property
    def announced(self) -> int:
        """Count the segments that may be named: what is stored, and the next one's parts.

        So whoever goes on with a broadcast knows all that could have been announced (ADR 0016).
        """
        count = len(self.segments)
        while count and not self.segments[count - 1].is_stored:
            count -= 1
        return min(count + 1, len(self.segments))

    @property
    def last(self) -> LiveSegment | None:
        """The last segment that may be named."""
        return self.segments[self.announced - 1] if self.segments else None

    @property
    def edge(self) -> Edge | None:
        """The next part that there will be."""
        return None if self.last is None else edge_of([self.last.line()])

    def lines(self) -> list[SegmentLine]:
        """Give what playlists say of what may be named behind the past."""
        return [segment.line() for segment in self.segments[len(self.past) : self.announced]]

    @property
    def bitrate_bps(self) -> int:
        """What it takes of a line, by what is in memory; a guess that is on the safe side."""
        recent = takewhile(lambda one: one.parts or one.is_gap, reversed(self.segments))
        held = [segment for segment in recent if segment.parts]
        duration_s = sum(segment.duration_s for segment in held)
        bits = 8 * sum(len(part.payload) for segment in held for part in segment.parts)
        return int(MARGIN * bits / duration_s) if duration_s else FIRST_GUESS_BPS

    def hls_keys(self) -> Mapping[int, str]:
        """Say by the numbers of heads how they are encrypted, as far as they are."""
        named = {number: keys_of(bytes(head)) for number, head in enumerate(self.heads)}
        return {number: write_hls_key(ids[0], sorted(ids)) for number, ids in named.items() if ids}

    def find(self, number: int) -> LiveSegment | None:
        """Find a segment by its number."""
        place = bisect_left(self.segments, number, key=lambda segment: segment.number)
        found = self.segments[place : place + 1]
        return found[0] if found and found[0].number == number else None

    def find_announced(self, number: int) -> LiveSegment | None:
        """Find a segment that playlists name."""
        found, last = self.find(number), self.last
        if found is None or last is None or found.is_gap:
            return None
        return found if number <= last.number else None

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
        lines, keys = self.lines(), self.hls_keys()
        for line in lines[: settled(lines)]:
            self.past.add(replace(line, parts=()), keys)
        for segment in reversed(self.segments):
            if not segment.parts and segment.is_stored and not segment.is_gap:
                break
            if segment.is_stored and segment.starts_at < now - KEPT_IN_MEMORY:
                segment.parts, segment.lines = [], []
        found = bisect_left(self.segments, now - rewind, key=lambda segment: segment.starts_at)
        gone = min(found, max(0, len(self.segments) - 1))
        self.past.forget(gone)
        del self.segments[:gone]


class LiveEdge:
    """All tracks of a broadcast, and bells for those who wait."""

    def __init__(self, rewind: timedelta, *, has_parts: bool = True) -> None:
        self.tracks: dict[str, LiveTrack] = {}
        self.is_ended = False
        # Another node has the broadcast.
        self.is_abandoned = False
        # Whether the next part has the head of the one before it.
        self.is_going_on = True
        # The segment from which on tracks have another head, although nothing was interrupted.
        self.turns_at: int | None = None
        # One for each publisher and each head, by the number that it began with.
        self.stretches: dict[int, Stretch] = {}
        self._rewind = rewind
        self._has_parts = has_parts
        # Who waits for the same is called by the same bell, and by nothing else.
        self._bells: dict[tuple[int, int, int | None], tuple[LiveTrack, asyncio.Event]] = {}
        # The same for all who ask, until there is more.
        self._texts: dict[tuple[str, bool], bytes] = {}
        self._mpds: dict[int | None, str] = {}

    def ring(self) -> None:
        """Call all who wait for what is there by now."""
        self._forget_texts()
        is_over = self.is_ended or self.is_abandoned
        for awaited, (track, bell) in list(self._bells.items()):
            _, segment, part = awaited
            if is_over or track.has(segment, part):
                bell.set()
                del self._bells[awaited]

    def let_go(self, now: datetime) -> None:
        """Keep no more in memory than the edge needs."""
        for track in self.tracks.values():
            track.let_go(now, self._rewind)
        self._forget_texts()

    def _forget_texts(self) -> None:
        self._texts.clear()
        self._mpds.clear()

    async def wait_for(self, track: LiveTrack, segment: int, part: int | None) -> None:
        """Wait until a playlist would name something, or the broadcast is over here."""
        if self.is_ended or self.is_abandoned or track.has(segment, part):
            return
        awaited = (id(track), segment, part)
        if awaited not in self._bells:
            self._bells[awaited] = (track, asyncio.Event())
        _, bell = self._bells[awaited]
        await bell.wait()

    def playlist(self, track: LiveTrack, *, is_skipping: bool) -> bytes:
        """Give the playlist of a track."""
        asked = (track.name, is_skipping)
        if asked not in self._texts:
            self._texts[asked] = self._write(track, is_skipping=is_skipping).encode()
        return self._texts[asked]

    def _write(self, track: LiveTrack, *, is_skipping: bool) -> str:
        lines = track.lines()
        reports = [] if self.is_ended else list(self._reports(track))
        return render_playlist(
            track.past,
            lines,
            reports=reports,
            is_ended=self.is_ended,
            is_skipping=is_skipping,
            has_parts=self._has_parts,
            has_hint=self.is_going_on and not self._is_turning(track),
            keys=track.hls_keys(),
        )

    def _is_turning(self, track: LiveTrack) -> bool:
        last = track.last
        return last is not None and last.is_whole and last.number + 1 == self.turns_at

    def plain(self, track: LiveTrack) -> bytes:
        """Give the playlist of a track for players that know nothing of parts."""
        asked = (f"{PLAIN_PREFIX}{track.name}", False)
        if asked not in self._texts:
            text = render_plain(
                track.past,
                track.lines(),
                is_ended=self.is_ended,
                keys=track.hls_keys(),
            )
            self._texts[asked] = text.encode()
        return self._texts[asked]

    def mpd(self, now: datetime, allowed_height: int | None = None) -> str:
        """Give the manifest for players of DASH, as it is now."""
        if allowed_height not in self._mpds:
            tracks = {track.name: track for track in self._offered(allowed_height)}
            text = write_mpd(tracks, self.stretches, self._rewind, self.is_ended)
            self._mpds[allowed_height] = text
        return self._mpds[allowed_height].replace(NOW, write_instant(now))

    def master(self, *, is_plain: bool = False, allowed_height: int | None = None) -> str:
        """Write the playlist that names the tracks."""
        tracks = self._offered(allowed_height)
        offered = [_rendition(track) for track in tracks]
        keys = [one.hls_keys().get(len(one.heads) - 1) for one in tracks]
        return render_master(
            [one for one in offered if one.width is not None],
            next((one for one in offered if one.width is None), None),
            is_plain=is_plain,
            keys=list(dict.fromkeys(key for key in keys if key is not None)),
        )

    def allows(self, track: LiveTrack, allowed_height: int | None) -> bool:
        """Tell whether somebody may fetch a track; the smallest everybody may."""
        if allowed_height is None or track.name == SOUND or track.height <= allowed_height:
            return True
        return track.height <= min(one.height for one in self._pictures())

    def _pictures(self) -> list[LiveTrack]:
        """List what shows pictures, what is sent first and then the largest."""
        tracks = [one for one in self.tracks.values() if one.segments and one.name != SOUND]
        return sorted(tracks, key=lambda one: (one.name != PICTURES, -one.height))

    def _offered(self, allowed_height: int | None) -> list[LiveTrack]:
        allowed = [one for one in self._pictures() if self.allows(one, allowed_height)]
        sound = self.tracks.get(SOUND)
        return [
            *([one for one in allowed if one.is_offered] or allowed),
            *([sound] if sound is not None and sound.segments else []),
        ]

    def _reports(self, track: LiveTrack) -> Iterator[Report]:
        for other in self.tracks.values():
            last = other.last
            if other is not track and last is not None and last.lines:
                yield Report(f"{other.name}.m3u8", last.number, len(last.lines) - 1)


@lru_cache(maxsize=HEADS_KNOWN)
def keys_of(head: bytes) -> tuple[UUID, ...]:
    """Name the key of a head and those that it announces; none if it is in the clear."""
    return name_keys(head)


def _rendition(track: LiveTrack) -> Rendition:
    head = track.heads[-1]
    return Rendition(track.name, head.codec, track.bitrate_bps, head.width, head.height)


def write_mpd(
    tracks: Mapping[str, LiveTrack],
    stretches: Mapping[int, Stretch],
    rewind: timedelta,
    is_ended: bool,  # noqa: FBT001 - as the edge says it
) -> str:
    """Write the manifest of what the tracks have."""
    began_at = next(iter(stretches.values())).began_at
    newest = max(track.segments[-1].starts_at for track in tracks.values() if track.segments)
    oldest = newest - min(rewind, timedelta(seconds=REWIND_S))
    named = {track.name: _by_stretch(track, oldest) for track in tracks.values()}
    periods: list[MpdPeriod] = []
    for number, stretch in stretches.items():
        own = [
            _describe(track, segments)
            for track in tracks.values()
            if (segments := named[track.name].get(number))
        ]
        if own:
            starts_s = (stretch.began_at - began_at).total_seconds()
            periods.append(MpdPeriod(number, starts_s, stretch.media_starts_s, own))
    expected_s = min(_expected_s(track) for track in tracks.values() if track.segments)
    return render_mpd(
        periods,
        began_at=began_at,
        rewind_s=rewind.total_seconds(),
        ahead_s=ahead_of_end_s(expected_s),
        is_ended=is_ended,
    )


def _by_stretch(track: LiveTrack, oldest: datetime) -> Mapping[int, Sequence[LiveSegment]]:
    """Find what may be named: of each stretch, what comes behind its last gap."""
    found: dict[int, list[LiveSegment]] = {}
    interrupted = set[int]()
    begins = bisect_left(track.segments, oldest, key=lambda segment: segment.starts_at)
    for one in track.segments[begins : track.announced]:
        if one.is_gap:
            interrupted.add(one.stretch)
        elif one.stretch in interrupted:
            # The numbers of a template have no gaps.
            interrupted.discard(one.stretch)
            found[one.stretch] = [one]
        else:
            found.setdefault(one.stretch, []).append(one)
    return found


def _describe(track: LiveTrack, segments: Sequence[LiveSegment]) -> MpdTrack:
    head = track.heads[segments[0].head]
    return MpdTrack(
        name=track.name,
        codec=head.codec,
        timescale=head.timescale,
        bitrate_bps=track.bitrate_bps,
        segments=[
            MpdSegment(one.number, one.start_ticks, _expected_ticks(track, one)) for one in segments
        ],
        head=segments[0].head,
        width=head.width,
        height=head.height,
        channels=head.channels,
        sample_rate_hz=head.sample_rate_hz,
        keys=keys_of(bytes(head)),
    )


def _expected_ticks(track: LiveTrack, segment: LiveSegment) -> int:
    """Tell how long a segment is, or will be if it becomes as long as the one before it."""
    if segment.is_whole:
        return segment.duration_ticks
    return max(segment.duration_ticks, round(_expected_s(track) * segment.timescale))


def _expected_s(track: LiveTrack) -> float:
    whole = [segment for segment in track.segments[-3:] if segment.is_whole]
    return whole[-1].duration_s if whole else FIRST_SEGMENT_S
