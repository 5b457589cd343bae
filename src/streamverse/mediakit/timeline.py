"""Timelines: spans of packages of immutable segments, sliced and joined without re-encoding."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from itertools import accumulate
from typing import Self
from uuid import UUID

from streamverse.mediakit.frames import FrameRate, round_half_up
from streamverse.mediakit.ladder import DynamicRange


class TrackKind(StrEnum):
    """What a track carries."""

    VIDEO = "video"
    AUDIO = "audio"
    TEXT = "text"


class TimelineMalformed(ValueError):
    """These spans cannot follow one another."""


class TimelineEmpty(ValueError):
    """Not one segment of the timeline can be played yet."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One row of a track's index; without a start it follows the one before it, the first at 0."""

    number: int
    duration_ticks: int
    size_bytes: int
    start_ticks: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One rendition of a package; segments are sorted by number and may have holes.

    A complete track gets no more segments, although its package may still grow. One of a recording
    may begin with another number than 0. One with a key is encrypted. Subtitles are forced when
    they are shown to those who want none, and SDH when they tell of sounds as well.
    """

    name: str
    kind: TrackKind
    codec: str
    timescale: int
    width: int | None = None
    height: int | None = None
    frame_rate: FrameRate | None = None
    dynamic_range: DynamicRange = DynamicRange.SDR
    channels: int | None = None
    sample_rate_hz: int | None = None
    language: str | None = None
    label: str | None = None
    is_default: bool = False
    target_bitrate_bps: int
    segments: Sequence[Segment]
    is_complete: bool = False
    key_id: UUID | None = None
    is_forced: bool = False
    is_sdh: bool = False
    first_number: int = 0

    @property
    def playable_stop(self) -> int:
        """The number behind the last segment before there is a hole."""
        first = self.first_number
        return first + bisect_left(
            range(len(self.segments)),
            1,
            key=lambda index: self.segments[index].number != first + index,
        )

    @property
    def holds_up(self) -> bool:
        """Whether the other tracks of a growing package wait for this one."""
        return self.kind is not TrackKind.TEXT and not self.is_complete

    def numbered(self, numbers: range) -> Sequence[Segment]:
        """Give the playable segments with these numbers."""
        first = self.first_number
        start, stop = max(numbers.start, first), min(numbers.stop, self.playable_stop)
        return self.segments[start - first : max(start, stop) - first]

    def start_ticks(self, number: int) -> int:
        """Say where a segment begins in the track's own time."""
        for segment in self.numbered(range(number, number + 1)):
            if segment.start_ticks is not None:
                return segment.start_ticks
        return self.duration_ticks(range(number))

    def duration_ticks(self, numbers: range) -> int:
        """Add up the durations of the playable segments with these numbers."""
        return sum(segment.duration_ticks for segment in self.numbered(numbers))

    def duration_s(self, numbers: range) -> Fraction:
        """Say in seconds how long these segments last, exactly."""
        return Fraction(self.duration_ticks(numbers), self.timescale)


@dataclass(frozen=True, slots=True)
class Package:
    """Tracks whose segments of one number show the same time.

    `target_duration_s` is promised before the first segment exists: no segment is longer when
    rounded to whole seconds (`SegmentPlan.target_duration_s`).
    """

    id: str
    tracks: tuple[Track, ...]
    is_complete: bool
    expected_duration_ms: int | None = None
    target_duration_s: int = 4

    def __post_init__(self) -> None:
        if not any(track.kind is not TrackKind.TEXT for track in self.tracks):
            raise TimelineMalformed(f"The package {self.id} has neither pictures nor sound.")

    @property
    def reference(self) -> Track:
        """The track that the others are measured by: the first with pictures, or with sound."""
        return (self.tracks_of(TrackKind.VIDEO) or self.tracks_of(TrackKind.AUDIO))[0]

    @property
    def playable_stop(self) -> int:
        """The number behind the last segment that can be played.

        While the package grows, those can that every track of pictures and sound has got so far;
        a track that is complete holds nobody up.
        """
        growing = () if self.is_complete else self.tracks
        stops = (track.playable_stop for track in growing if track.holds_up)
        return min((self.reference.playable_stop, *stops))

    def tracks_of(self, kind: TrackKind) -> tuple[Track, ...]:
        """Give the tracks of one kind."""
        return tuple(track for track in self.tracks if track.kind is kind)


@dataclass(frozen=True, slots=True)
class Span:
    """A run of segments of one package, up to its end, which may still grow, if `last` is None."""

    package: Package
    first: int = 0
    last: int | None = None

    def __post_init__(self) -> None:
        if self.first < 0 or (self.last is not None and self.last < self.first):
            raise TimelineMalformed(f"A span cannot go from segment {self.first} to {self.last}.")

    @property
    def is_growing(self) -> bool:
        """Whether more segments may come."""
        awaits_more = self.last is None or self.last >= self.package.playable_stop
        return awaits_more and not self.package.is_complete

    @property
    def numbers(self) -> range:
        """The numbers of the segments that can be played."""
        playable = self.package.playable_stop
        stop = playable if self.last is None else min(self.last + 1, playable)
        return range(self.first, max(self.first, stop))

    @property
    def duration_s(self) -> Fraction:
        """How long its playable segments last, in seconds."""
        return self.package.reference.duration_s(self.numbers)

    def numbers_in(self, track: Track) -> range:
        """Give the numbers of a track's segments; its sound may outlast the pictures."""
        if self.last is None and self.package.is_complete:
            return range(self.first, max(self.first, track.playable_stop))
        return range(self.first, max(self.first, min(self.numbers.stop, track.playable_stop)))

    def part(self, start: int, stop: int | None) -> Span | None:
        """Cut out segments counted from its first one; None if there are none."""
        count = len(self.numbers)
        if stop is None or (stop >= count and not self.is_growing):
            is_empty = start >= count and not self.is_growing
            return None if is_empty else replace(self, first=self.first + min(start, count))
        stop = min(stop, count)
        if start >= stop:
            return None
        return Span(self.package, self.first + start, self.first + stop - 1)

    def continues(self, earlier: Span) -> bool:
        """Whether its first segment is the one after the last of an earlier span."""
        return self.package.id == earlier.package.id and earlier.last == self.first - 1


@dataclass(frozen=True, slots=True)
class Timeline:
    """What plays, in order. Only the last span may still be growing.

    Positions count segments from 0 over all spans, whatever their numbers in their packages.
    """

    spans: tuple[Span, ...]
    started_at: datetime

    def __post_init__(self) -> None:
        if any(span.is_growing for span in self.spans[:-1]):
            raise TimelineMalformed("Nothing can follow a span that is still growing.")

    def __add__(self, other: Timeline) -> Self:
        """Play another timeline afterwards."""
        return replace(self, spans=tuple(_joined((*self.spans, *other.spans))))

    @property
    def is_ended(self) -> bool:
        """Whether no more segments can come."""
        return not (self.spans and self.spans[-1].is_growing)

    @property
    def playable_count(self) -> int:
        """How many segments can be played."""
        return sum(len(span.numbers) for span in self.spans)

    @property
    def playable_duration_s(self) -> Fraction:
        """How long the playable segments last, in seconds."""
        return sum((span.duration_s for span in self.spans), Fraction())

    @property
    def playable_duration_ms(self) -> int:
        """How long the playable segments last, to the nearest millisecond."""
        return round_half_up(self.playable_duration_s * 1000)

    @property
    def expected_duration_ms(self) -> int | None:
        """How long it will be when it has ended, if that can be foretold."""
        if self.is_ended:
            return self.playable_duration_ms
        growing = self.spans[-1]
        expected_ms = growing.package.expected_duration_ms
        if expected_ms is None or growing.last is not None:
            return None
        skipped_s = growing.package.reference.duration_s(range(growing.first))
        earlier_s = self.playable_duration_s - growing.duration_s
        whole_ms = round_half_up((earlier_s - skipped_s) * 1000) + expected_ms
        return max(whole_ms, self.playable_duration_ms)

    @property
    def target_duration_s(self) -> int:
        """How long a segment can be in rounded seconds; the same while the timeline grows."""
        return max((span.package.target_duration_s for span in self.spans), default=1)

    @property
    def size_bytes(self) -> int:
        """How much all tracks of the playable segments weigh."""
        return sum(
            segment.size_bytes
            for span in self.spans
            for track in span.package.tracks
            for segment in track.numbered(span.numbers_in(track))
        )

    def slice(self, start: int = 0, stop: int | None = None) -> Self:
        """Cut out the segments from one position up to another, which it leaves out.

        Without `stop` it goes to the end, and goes on growing if the timeline does.
        """
        return replace(self, spans=tuple(self._parts(start, stop)))

    def slice_ms(self, start_ms: int, stop_ms: int | None = None) -> Self:
        """Cut out the whole segments that show a stretch of time."""
        starts_s = list(self.starts_s())
        start = bisect_right(starts_s, Fraction(start_ms, 1000)) - 1
        stop = None if stop_ms is None else bisect_left(starts_s, Fraction(stop_ms, 1000))
        return self.slice(max(0, start), stop)

    def insert(self, position: int, other: Timeline) -> Self:
        """Play another timeline before the segment at a position, such as an advertisement."""
        return self.slice(0, position) + other + self.slice(position)

    def _parts(self, start: int, stop: int | None) -> Iterator[Span]:
        offset = 0
        for span in self.spans:
            part = span.part(max(0, start - offset), None if stop is None else stop - offset)
            if part is not None:
                yield part
            offset += len(span.numbers)

    def starts_s(self) -> Iterator[Fraction]:
        """Go through the instants at which segments begin, and then the end."""
        durations_s = (
            Fraction(segment.duration_ticks, span.package.reference.timescale)
            for span in self.spans
            for segment in span.package.reference.numbered(span.numbers)
        )
        return accumulate(durations_s, initial=Fraction())


def _joined(spans: Sequence[Span]) -> Iterator[Span]:
    """Make one span of those that continue each other."""
    pending: Span | None = None
    for span in spans:
        if pending is not None and span.continues(pending):
            pending = replace(pending, last=span.last)
            continue
        if pending is not None:
            yield pending
        pending = span
    if pending is not None:
        yield pending
