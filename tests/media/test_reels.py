"""What a cut of a reel plays: where its spans end, and how they are listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from streamverse.domains.media.contracts import ReelId
from streamverse.domains.media.rules.reels import (
    Reel,
    ReelHead,
    ReelSegment,
    Run,
    make_recipe,
    make_timeline,
    runs_of,
)
from streamverse.domains.media.service.reels import CutPlace
from streamverse.mediakit.timeline import TrackKind

BEGAN_AT = datetime(2030, 1, 1, tzinfo=UTC)
PICTURE = ReelHead("avc1.64001f", 90_000, 1280, 720)
SOUND = ReelHead("mp4a.40.2", 48_000, channels=2, sample_rate_hz=48_000)
HEADS = {"v": [PICTURE, replace(PICTURE, width=1920, height=1080)], "a": [SOUND, SOUND]}


def lines(track: str, numbers: Sequence[int], head: int = 0) -> list[ReelSegment]:
    """Let there be segments of two seconds."""
    scale = 90_000 if track == "v" else 48_000
    return [
        ReelSegment(track, number, head, number * 2 * scale, 2 * scale, 1000) for number in numbers
    ]


def spans(reel: Reel, runs: Sequence[Run] | None = None) -> list[tuple[str, int, int, str]]:
    """Say of each span which package it is of, its numbers, and its tracks."""
    timeline = make_timeline(reel, reel.whole if runs is None else runs, BEGAN_AT)
    return [
        (
            span.package.id,
            span.numbers[0],
            span.numbers[-1],
            " ".join(track.name for track in span.package.tracks),
        )
        for span in timeline.spans
    ]


BOTH = [*lines("v", range(10)), *lines("a", range(10))]


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        (BOTH, [("0.0", 0, 9, "v1080 a0")]),
        # Another head is another span.
        (
            [
                *(*lines("v", range(4)), *lines("a", range(4))),
                *(*lines("v", range(4, 6), 1), *lines("a", range(4, 6), 1)),
            ],
            [("0.0", 0, 3, "v1080 a0"), ("1.1", 4, 5, "v1080 a0")],
        ),
        # So is what follows a hole.
        (
            [*lines("v", [0, 1, 4, 5]), *lines("a", [0, 1, 4, 5])],
            [("0.0", 0, 1, "v1080 a0"), ("0.1", 4, 5, "v1080 a0")],
        ),
        # Sound that leaves leaves its span shorter; where it comes back, another one begins.
        ([*lines("v", range(6)), *lines("a", range(4))], [("0.0", 0, 5, "v1080 a0")]),
        (
            [*lines("v", range(6)), *lines("a", [0, 1, 4, 5])],
            [("0.0", 0, 3, "v1080 a0"), ("0.1", 4, 5, "v1080 a0")],
        ),
        (
            [*lines("v", range(6)), *lines("a", range(2, 6))],
            [("0.0", 0, 1, "v1080"), ("0.1", 2, 5, "v1080 a0")],
        ),
        # Pictures lead: without them another one begins.
        (
            [*lines("v", range(2)), *lines("a", range(6))],
            [("0.0", 0, 1, "v1080 a0"), ("0.1", 2, 5, "a0")],
        ),
    ],
)
def test_where_spans_end(
    segments: Sequence[ReelSegment], expected: list[tuple[str, int, int, str]]
):
    assert spans(Reel.of(HEADS, segments)) == expected


def test_runs_become_spans_and_come_back():
    reel = Reel.of(HEADS, BOTH)
    runs = [(1, 3), (6, 7)]
    assert spans(reel, runs) == [("0.0", 1, 3, "v1080 a0"), ("0.1", 6, 7, "v1080 a0")]
    timeline = make_timeline(reel, runs, BEGAN_AT)
    assert runs_of(timeline) == runs
    assert runs_of(timeline.slice(1, 4)) == [(2, 3), (6, 6)]
    assert timeline.playable_duration_ms == 10_000


def test_segments_say_where_they_are_and_last_until_the_next():
    late = [replace(BOTH[12], start_ticks=BOTH[12].start_ticks + 480)]
    reel = Reel.of(HEADS, [*BOTH[:12], *late, *BOTH[13:]])
    span = make_timeline(reel, [(1, 3)], BEGAN_AT).spans[0]
    video, audio = span.package.tracks
    assert [one.start_ticks for one in video.segments] == [180_000, 360_000, 540_000]
    assert [one.duration_ticks for one in audio.segments] == [96_480, 95_520, 96_000]
    assert video.start_ticks(2) == 360_000


def test_a_cut_is_listed_by_its_tallest_picture():
    reel = Reel.of(HEADS, BOTH)
    recipe = make_recipe(reel, make_timeline(reel, reel.whole, BEGAN_AT))
    assert [(rung.track_name, rung.lines) for rung in recipe.rungs] == [("v1080", 1080)]
    heard = Reel.of({"a": [SOUND]}, lines("a", range(3)))
    recipe = make_recipe(heard, make_timeline(heard, heard.whole, BEGAN_AT))
    assert (recipe.rungs, [sound.name for sound in recipe.sounds]) == ((), ["a0"])
    span = make_timeline(heard, heard.whole, BEGAN_AT).spans[0]
    assert [track.kind for track in span.package.tracks] == [TrackKind.AUDIO]


SMALLER = ReelHead("avc1.64001e", 90_000, 854, 480)
LADDER = {**HEADS, "v480": [SMALLER, SMALLER], "v1080-again": [PICTURE, PICTURE]}


def rung(track: str, numbers: Sequence[int]) -> list[ReelSegment]:
    """Let there be segments of a rung."""
    return [replace(one, track=track) for one in lines("v", numbers)]


def test_rungs_are_played_where_they_are_and_begin_spans_where_they_come_and_go():
    segments = [*BOTH, *rung("v480", [0, 1, 2, 5, 6, 7, 8, 9]), *rung("v1080-again", range(10))]
    assert spans(Reel.of(LADDER, segments)) == [
        ("0.0", 0, 2, "v1080 v1080-again v480 a0"),
        ("0.1", 3, 4, "v1080 v1080-again a0"),
        ("0.2", 5, 9, "v1080 v1080-again v480 a0"),
    ]


def test_a_recipe_lists_the_rungs():
    reel = Reel.of(LADDER, [*BOTH, *rung("v480", range(10)), *rung("v1080-again", range(10))])
    recipe = make_recipe(reel, make_timeline(reel, reel.whole, BEGAN_AT))
    assert [(one.track_name, one.lines, one.width) for one in recipe.rungs] == [
        ("v1080", 1080, 1920),
        ("v1080-again", 1080, 1280),
        ("v480", 480, 854),
    ]


@pytest.mark.parametrize(
    ("track", "folder"), [("v1080", "v"), ("v480", "v480"), ("a0", "a"), ("v", "v")]
)
def test_what_is_played_is_found_in_the_folder_of_its_track(track: str, folder: str):
    place = CutPlace(ReelId(UUID(int=1)), "live/x", [(0, 9)], ("v", "a", "v480"))
    assert place.object_key(track, 1, "init.mp4") == f"live/x/{folder}/init-1.mp4"
    assert place.object_key(track, 1, "9.m4s") == f"live/x/{folder}/9.m4s"
    assert place.object_key(track, 1, "10.m4s") is None
