"""How well a session goes is worked out the same whatever is lost, repeated or late."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.domains.playback.rules.quality import (
    FIRST_POINTS,
    LAST_POINTS,
    EventKind,
    PlayerEvent,
    Quality,
    average_bitrate_bps,
    rebuffering_ratio,
    take_cmcd,
    take_events,
)

LONG_MS = 10**9


def told(*events: tuple[int, str] | tuple[int, str, dict[str, Any]]) -> list[PlayerEvent]:
    """Write events as their moment, their word and what else they say."""
    return [
        PlayerEvent(
            sequence=number,
            at_ms=event[0],
            kind=EventKind(event[1]),
            **(event[2] if len(event) > 2 else {}),
        )
        for number, event in enumerate(events)
    ]


SITTING = told(
    (0, "quality", {"bitrate_bps": 1_000_000, "height": 360}),
    (400, "playing"),
    (20_400, "heartbeat", {"buffer_ms": 9000, "position_ms": 20_000, "throughput_bps": 5_000_000}),
    (30_400, "stalled", {"position_ms": 30_000}),
    (32_400, "playing"),
    (32_400, "quality", {"bitrate_bps": 3_000_000, "height": 720}),
    (40_400, "paused"),
    (50_400, "playing"),
    (50_900, "seeking"),
    (51_900, "playing"),
    (61_900, "left", {"dropped_frames": 3, "decoded_frames": 1200}),
)


def settled(quality: Quality) -> dict[str, Any]:
    return {name: getattr(quality, name) for name in Quality.__slots__ if name != "timeline"}


def test_a_sitting():
    quality = Quality()
    assert take_events(quality, SITTING, LONG_MS)
    assert settled(quality) == {
        "sequence": 10,
        "offset_ms": 61_900,
        "state": "playing",
        "position_ms": 30_000,
        "startup_ms": 400,
        "played_ms": 30_000 + 8_000 + 500 + 10_000,
        "stalled_ms": 2_000,
        "stall_count": 1,
        "switch_count": 1,
        "bitrate_bps": 3_000_000,
        "height": 720,
        "played_kilobits": 30_000 + 3 * 18_500,
        "error_count": 0,
        "last_error": None,
        "dropped_frames": 3,
        "decoded_frames": 1200,
        "throughput_bps": 5_000_000,
        "starved_count": 0,
    }
    assert quality.timeline[:4] == [
        [0, "bitrate", 1_000_000],
        [400, "playing", 0],
        [20_400, "buffer", 9000],
        [30_400, "stalled", 30_000],
    ]
    assert rebuffering_ratio(quality.played_ms, quality.stalled_ms) == pytest.approx(2000 / 50_500)
    assert average_bitrate_bps(quality.played_kilobits, quality.played_ms) == 1_762_886


@given(st.lists(st.integers(0, len(SITTING)), max_size=6), st.booleans())
def test_batches_that_come_again_change_nothing(cuts: list[int], is_shuffled: bool):
    whole, parts = Quality(), Quality()
    take_events(whole, SITTING, LONG_MS)
    for cut in [*sorted(cuts), len(SITTING)]:
        batch = SITTING[:cut]
        take_events(parts, reversed(batch) if is_shuffled else batch, LONG_MS)
    assert (settled(parts), parts.timeline) == (settled(whole), whole.timeline)


def test_what_was_lost_costs_its_own_stretch():
    quality = Quality()
    # The stall is lost: its two seconds count as played, and nothing else is wrong.
    take_events(quality, [event for event in SITTING if event.sequence != 3], LONG_MS)
    assert (quality.played_ms, quality.stalled_ms) == (50_500, 0)
    silent = Quality()
    take_events(silent, told((0, "playing"), (3_600_000, "heartbeat")), LONG_MS)
    assert (silent.played_ms, silent.offset_ms) == (0, 3_600_000)


def test_a_wrong_clock_counts_no_more_than_our_own():
    quality = Quality()
    take_events(quality, told((0, "playing"), (86_400_000, "heartbeat")), 20_000)
    assert (quality.played_ms, quality.offset_ms) == (20_000, 20_000)
    back = Quality()
    take_events(back, told((5_000, "playing"), (1_000, "heartbeat"), (7_000, "paused")), LONG_MS)
    assert (back.startup_ms, back.played_ms, back.offset_ms) == (5_000, 2_000, 7_000)


def test_failures_and_ends():
    quality = Quality()
    assert not take_events(quality, told((0, "failed", {"code": "network"})), LONG_MS)
    assert (quality.error_count, quality.last_error, quality.startup_ms) == (1, "network", None)
    assert quality.timeline == [[0, "failed", "network"]]
    assert quality.state == "failed"


def test_a_timeline_that_never_ends_loses_its_middle():
    quality = Quality()
    for at in range(2_000):
        quality.add_point(at, "buffer", at)
    assert len(quality.timeline) == FIRST_POINTS + LAST_POINTS
    assert quality.timeline[FIRST_POINTS - 1 : FIRST_POINTS + 1] == [
        [99, "buffer", 99],
        [1_700, "buffer", 1_700],
    ]
    assert quality.timeline[-1] == [1_999, "buffer", 1_999]


def test_a_player_that_tells_nothing_is_known_by_what_it_fetches():
    quality = Quality()
    for said in (
        {"br": 1000, "d": 4000, "ot": "v", "mtp": 2500},
        {"br": 128, "d": 4000, "ot": "a", "bs": True},
        {"br": 3000, "d": 2000, "ot": "v"},
        {"br": "x", "d": 4000, "ot": "v"},
    ):
        take_cmcd(quality, said)
    assert (quality.played_ms, quality.played_kilobits, quality.switch_count) == (6000, 10_000, 1)
    assert (quality.throughput_bps, quality.starved_count) == (2_500_000, 1)
    told_too = Quality(sequence=0)
    take_cmcd(told_too, {"br": 1000, "d": 4000, "ot": "v", "mtp": 2500})
    assert (told_too.played_ms, told_too.throughput_bps) == (0, 2_500_000)
