"""Times of live streams made steady: laws, and the ways in which publishers break them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.mediakit.ingest.samples import CLOCK_HZ, Kind, Sample
from streamverse.mediakit.live.timestamps import (
    LONGEST_REORDERING_TICKS,
    LONGEST_STEP_TICKS,
    PAUSE_TICKS,
    SteadyClock,
)

FRAME = CLOCK_HZ // 30


def sample(decode_ticks: int, kind: Kind = "video", *, later: int = 0) -> Sample:
    return Sample(kind, decode_ticks, decode_ticks + later, is_keyframe=False, payload=b"")


def decoded(clock: SteadyClock, *said: int, kind: Kind = "video") -> list[int]:
    return [clock.steady(sample(ticks, kind)).decode_ticks for ticks in said]


def test_times_begin_where_the_timeline_is():
    assert decoded(SteadyClock(), 5000, 5000 + FRAME) == [0, FRAME]
    assert decoded(SteadyClock(700), 5000, 5000 + FRAME) == [700, 700 + FRAME]


def test_pictures_and_sound_are_moved_by_the_same_amount():
    clock = SteadyClock()
    assert decoded(clock, 9000) == [0]
    assert decoded(clock, 9300, 11_220, kind="audio") == [300, 2220]


@pytest.mark.parametrize("jump", [20 * CLOCK_HZ, -20 * CLOCK_HZ, -(1 << 32)])
@pytest.mark.parametrize("first", ["video", "audio"])
def test_a_jump_is_taken_out_for_both_whichever_comes_first(jump: int, first: Kind):
    clock, second = SteadyClock(), "audio" if first == "video" else "video"
    decoded(clock, 0, FRAME)
    decoded(clock, 0, FRAME, kind="audio")
    after = FRAME + PAUSE_TICKS
    assert decoded(clock, jump, jump + FRAME, kind=first) == [after, after + FRAME]
    # What the other still sends from before the jump has its old place.
    assert decoded(clock, 2 * FRAME, kind=second) == [2 * FRAME]
    assert decoded(clock, jump + FRAME // 2, kind=second) == [after + FRAME // 2]


def test_what_was_missing_for_long_comes_back_beside_the_other():
    clock = SteadyClock()
    decoded(clock, 0, FRAME)
    decoded(clock, 0, kind="audio")
    decoded(clock, *range(2 * FRAME, 30 * CLOCK_HZ, FRAME))
    # A quarter of a second behind the pictures, as it was said to be.
    at = 30 * CLOCK_HZ - CLOCK_HZ // 4
    assert decoded(clock, at, kind="audio") == [at]


def test_a_short_step_back_is_a_slip_that_moves_nothing_else():
    clock = SteadyClock()
    assert decoded(clock, 0, FRAME, FRAME - 10, 2 * FRAME) == [0, FRAME, FRAME + 1, 2 * FRAME]


def test_a_pause_of_some_seconds_is_kept():
    assert decoded(SteadyClock(), 0, LONGEST_STEP_TICKS) == [0, LONGEST_STEP_TICKS]
    assert decoded(SteadyClock(), 0, LONGEST_STEP_TICKS + 1) == [0, PAUSE_TICKS]


def test_sound_from_before_the_first_picture_has_no_place_before_the_timeline():
    clock = SteadyClock(900)
    assert decoded(clock, 5000) == [900]
    assert decoded(clock, 4000, 4001, kind="audio") == [900, 901]


def test_another_publisher_goes_on_at_the_end():
    clock = SteadyClock()
    decoded(clock, 0, FRAME)
    assert clock.end_ticks == FRAME + PAUSE_TICKS


@pytest.mark.parametrize(
    ("later", "kept"),
    [(2 * FRAME, 2 * FRAME), (-FRAME, 0), (1 << 40, LONGEST_REORDERING_TICKS)],
)
def test_pictures_are_reordered_within_reason(later: int, kept: int):
    steady = SteadyClock().steady(sample(100, later=later))
    assert (steady.decode_ticks, steady.present_ticks) == (0, kept)


@given(
    st.lists(
        st.tuples(st.sampled_from(["video", "audio"]), st.integers(-(1 << 40), 1 << 40)),
        min_size=1,
    )
)
def test_whatever_a_publisher_says_each_kind_moves_forward(said: list[tuple[Kind, int]]):
    clock = SteadyClock()
    last: dict[str, int] = {}
    for kind, ticks in said:
        at = clock.steady(sample(ticks, kind)).decode_ticks
        assert at > last.get(kind, -1)
        assert clock.end_ticks > at
        last[kind] = at
