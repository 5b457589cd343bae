"""What of a broadcast stays in memory, and for how long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from streamverse.domains.live.service.edge import (
    FIRST_GUESS_BPS,
    KEPT_IN_MEMORY,
    LiveEdge,
    LiveSegment,
    LiveTrack,
)
from streamverse.mediakit.live.packager import Part

BEGAN_AT = datetime(2030, 1, 1, 12, 0, tzinfo=UTC)
REWIND = timedelta(minutes=1)
SEGMENT = timedelta(seconds=2)


def make_edge(count: int, *, stored: int) -> tuple[LiveEdge, LiveTrack]:
    """Let there be segments of two seconds, the first of them stored."""
    edge = LiveEdge(REWIND)
    track = edge.tracks["v"] = LiveTrack("v")
    for number in range(count):
        segment = LiveSegment(number, 0, BEGAN_AT + number * SEGMENT, timescale=100)
        segment.add(Part("video", number, 0, 200 * number, 200, True, b"x" * 1000))
        segment.is_whole, segment.is_stored = True, number < stored
        track.segments.append(segment)
    return edge, track


def numbers(track: LiveTrack, *, held: bool = False) -> list[int]:
    return [one.number for one in track.segments if one.parts or not held]


def test_what_is_stored_leaves_memory_after_a_while():
    edge, track = make_edge(20, stored=20)
    now = BEGAN_AT + 20 * SEGMENT
    edge.let_go(now)
    assert numbers(track) == list(range(20))
    first = next(n for n in range(20) if BEGAN_AT + n * SEGMENT >= now - KEPT_IN_MEMORY)
    assert numbers(track, held=True) == list(range(first, 20))
    edge.let_go(now)
    assert numbers(track, held=True) == list(range(first, 20))
    # It is still in the playlist, only without its parts.
    assert b"v/0.m4s\n" in edge.playlist(track, is_skipping=False)


def test_what_is_not_stored_stays():
    edge, track = make_edge(20, stored=0)
    edge.let_go(BEGAN_AT + timedelta(seconds=60))
    assert numbers(track, held=True) == list(range(20))


def test_what_is_too_old_to_be_rewound_to_is_forgotten():
    edge, track = make_edge(40, stored=40)
    edge.let_go(BEGAN_AT + 40 * SEGMENT)
    assert numbers(track) == list(range(10, 40))
    assert b"#EXT-X-MEDIA-SEQUENCE:10\n" in edge.playlist(track, is_skipping=False)
    # Something is always there to go on from.
    edge.let_go(BEGAN_AT + timedelta(hours=1))
    assert numbers(track) == [39]


def test_what_a_line_needs_is_measured_on_what_is_in_memory():
    _, track = make_edge(3, stored=0)
    assert track.bitrate_bps == 4400
    assert LiveTrack("a").bitrate_bps == FIRST_GUESS_BPS


def test_a_playlist_is_written_once_until_there_is_more():
    edge, track = make_edge(3, stored=0)
    first = edge.playlist(track, is_skipping=False)
    assert edge.playlist(track, is_skipping=False) is first
    edge.ring()
    assert edge.playlist(track, is_skipping=False) is not first
