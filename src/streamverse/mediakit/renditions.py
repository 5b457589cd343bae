"""Renditions: what a timeline offers to choose from, and what each choice plays and costs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol
from urllib.parse import quote

from streamverse.mediakit.timeline import (
    Segment,
    Span,
    Timeline,
    TimelineEmpty,
    Track,
    TrackKind,
)

FAMILIES: Final = (("avc1", "avc3"), ("hvc1", "hev1"), ("av01",))
FEW_SEGMENTS: Final = 8  # fewer say too little about how the rest will be
LEAN_PICTURE_BPS: Final = 400_000  # pictures of so few bits go with lean sound
LEAN_SUFFIX: Final = "-lean"
MICROSECONDS: Final = 1_000_000
UNKNOWN_LANGUAGE: Final = "und"
LANGUAGE_TAG: Final = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
UNPRINTABLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]+")
URI_CHARACTERS: Final = ":/?[]@!$&'()*+,;=%"


class Locator(Protocol):
    """Says where things are fetched, signed for one viewer; relative addresses will do."""

    def media_playlist(self, track_name: str) -> str:
        """Give the address of the HLS playlist of a rendition."""
        ...

    def init(self, package_id: str, track_name: str) -> str:
        """Give the address of an init segment."""
        ...

    def segment(self, package_id: str, track_name: str, number: int) -> str:
        """Give the address of a segment."""
        ...

    def subtitles(self, package_id: str, track_name: str) -> str:
        """Give the address of all of a track of subtitles as one file, for DASH."""
        ...

    def subtitles_segment(self, package_id: str, track_name: str, number: int) -> str:
        """Give the address of a segment of subtitles, for HLS."""
        ...

    def segment_template(self, package_id: str, track_name: str) -> str:
        """Give the address of segments with `$Number$` in place of the number, for DASH."""
        ...

    def license(self, package_id: str) -> str:
        """Give the address at which players get the keys of an encrypted package."""
        ...


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one rendition plays during one span; `is_gap` if there is nothing like it to play."""

    span: Span
    track: Track
    numbers: range
    is_gap: bool = False

    @property
    def segments(self) -> Sequence[Segment]:
        """The segments that can be played."""
        return self.track.numbered(self.numbers)


@dataclass(frozen=True, slots=True)
class Bitrate:
    """What a rendition asks of a viewer's line."""

    peak_bps: int
    average_bps: int

    def __add__(self, other: Bitrate) -> Bitrate:
        return Bitrate(self.peak_bps + other.peak_bps, self.average_bps + other.average_bps)


def renditions(timeline: Timeline, kind: TrackKind) -> tuple[Track, ...]:
    """List the tracks of one kind to choose from, by the first package that has each name."""
    found: dict[str, Track] = {}
    for span in timeline.spans:
        for track in span.package.tracks_of(kind):
            found.setdefault(track.name, track)
    return tuple(found.values())


def find_rendition(timeline: Timeline, name: str) -> Track | None:
    """Find the track to choose that has this name."""
    every = (track for kind in TrackKind for track in renditions(timeline, kind))
    return next((track for track in every if track.name == name), None)


def stretches(timeline: Timeline, rendition: Track) -> Iterator[Stretch]:
    """Go through what a rendition plays: in each package the track most like it."""
    for span in timeline.spans:
        track = most_alike(span.package.tracks_of(rendition.kind), rendition)
        if track is not None and span.numbers_in(track):
            yield Stretch(span, track, span.numbers_in(track))
        elif span.numbers:
            yield Stretch(span, span.package.reference, span.numbers, is_gap=True)


def most_alike(tracks: Sequence[Track], wanted: Track) -> Track | None:
    """Choose by language, then by name, then by bit rate."""
    return min(
        tracks,
        key=lambda track: (
            track.language != wanted.language,
            track.name != wanted.name,
            abs(track.target_bitrate_bps - wanted.target_bitrate_bps),
        ),
        default=None,
    )


def measure_bitrate(timeline: Timeline, rendition: Track) -> Bitrate:
    """Measure a rendition on its segments; while few are known, trust what was asked for.

    The peak is the one of RFC 8216, section 4.1: of any run of segments that lasts from a half
    to one and a half target durations.
    """
    weights = [
        (segment.size_bytes * 8, segment.duration_ticks * MICROSECONDS // stretch.track.timescale)
        for stretch in stretches(timeline, rendition)
        if not stretch.is_gap
        for segment in stretch.segments
    ]
    target_bps = rendition.target_bitrate_bps
    total_us = sum(duration_us for _, duration_us in weights)
    if total_us == 0:
        return Bitrate(target_bps, target_bps)
    average_bps = sum(bits for bits, _ in weights) * MICROSECONDS // total_us
    peak_bps = max((average_bps, *_run_bitrates(weights, timeline.target_duration_s)))
    if timeline.is_ended:
        return Bitrate(peak_bps, average_bps)
    if len(weights) < FEW_SEGMENTS:
        average_bps = target_bps
    return Bitrate(max(peak_bps, target_bps), average_bps)


def _run_bitrates(weights: Sequence[tuple[int, int]], target_duration_s: int) -> Iterator[int]:
    shortest_us = target_duration_s * MICROSECONDS // 2
    longest_us = target_duration_s * MICROSECONDS * 3 // 2
    for first in range(len(weights)):
        bits = duration_us = 0
        for index in range(first, len(weights)):
            bits += weights[index][0]
            duration_us += weights[index][1]
            if duration_us > longest_us:
                break
            if duration_us >= shortest_us:
                # Rounded up: no run may exceed what is declared.
                yield -(-bits * MICROSECONDS // duration_us)


def require_playable(timeline: Timeline) -> None:
    """Refuse a timeline of which nothing can be played yet."""
    if timeline.playable_count == 0:
        raise TimelineEmpty("Nothing of this can be played yet; ask again in a few seconds.")


def voice(track: Track) -> str:
    """Name what a track says, in whatever coding: `a0` of `a0-surround`."""
    return track.name.partition("-")[0]


def is_lean_sound(track: Track) -> bool:
    """Tell sound for slow lines from what others hear."""
    return track.kind is TrackKind.AUDIO and track.name.endswith(LEAN_SUFFIX)


def family_rank(codec: str) -> int:
    """Rank a coding of pictures by how few bits it needs, the frugal ones above."""
    return next((rank for rank, family in enumerate(FAMILIES) if codec.startswith(family)), 0)


def language_tag(language: str | None) -> str:
    """Give a well-formed tag (BCP 47) whatever the source says."""
    if language is not None and LANGUAGE_TAG.fullmatch(language):
        return language
    return UNKNOWN_LANGUAGE


def display_name(track: Track) -> str:
    """Name a track for people, in one line of characters that every format can carry."""
    label = printable(track.label or "").strip()
    if label:
        return label
    language = language_tag(track.language)
    return track.kind.capitalize() if language == UNKNOWN_LANGUAGE else language


def printable(text: str) -> str:
    """Put spaces for what would end a line or may not stand in XML."""
    return UNPRINTABLE.sub(" ", text)


def write_instant(at: datetime) -> str:
    """Write a moment as manifests do, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def escape_uri(uri: str) -> str:
    """Escape what no address may hold, above all quotation marks and the ends of lines."""
    return quote(uri, safe=URI_CHARACTERS, errors="replace")
