"""The frame grid covers every frame once, and sound follows pictures."""

import itertools
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.mediakit.frames import (
    AAC_FRAME_RATE,
    CHUNK_LIMIT_S,
    SHORT_SEGMENTS,
    USUAL_RATES,
    AudioPlan,
    FrameRate,
    SegmentPlan,
)

rates = st.sampled_from(USUAL_RATES) | st.builds(
    lambda rate: FrameRate(rate.numerator, rate.denominator),
    st.fractions(min_value=Fraction(1, 4), max_value=1000, max_denominator=1001),
)
plans = rates.flatmap(
    lambda rate: st.builds(
        SegmentPlan,
        st.just(rate),
        st.integers(1, rate.frames_within(Fraction(300))),
        st.sampled_from((SHORT_SEGMENTS, 0, 7, 200)),
    )
)


@pytest.mark.parametrize(
    ("measured", "expected"),
    [
        (Fraction(30000, 1001), "30000/1001"),
        (Fraction(2997, 100), "30000/1001"),
        (Fraction(24000, 1001), "24000/1001"),
        (Fraction(23976, 1000), "24000/1001"),
        (Fraction(24), "24/1"),
        (Fraction(25), "25/1"),
        (Fraction(30), "30/1"),
        (Fraction(60), "60/1"),
        (Fraction(25, 2), "25/2"),
        (Fraction(120), "60/1"),
        (Fraction(120000, 1001), "60000/1001"),
        (Fraction(100), "50/1"),
        (Fraction(240), "60/1"),
        (Fraction(144), "48000/1001"),  # 36 after halving, which is near nothing
        (Fraction(271, 10), "30000/1001"),  # a phone that varies: the next above
        (Fraction(1), "5/1"),
        (Fraction(62), "60/1"),
        (Fraction(90000), "30/1"),
        (Fraction(0), "30/1"),
        (None, "30/1"),
    ],
)
def test_measured_rates_are_normalised(measured: Fraction | None, expected: str):
    assert str(FrameRate.normalise(measured)) == expected


@given(st.fractions(min_value=Fraction(1, 100), max_value=960))
def test_every_rate_normalises_to_a_usual_one_once(measured: Fraction):
    rate = FrameRate.normalise(measured)
    assert rate in USUAL_RATES
    assert FrameRate.normalise(rate.per_second) == rate


@pytest.mark.parametrize(
    ("rate", "timescale", "ticks", "gop"),
    [
        (FrameRate(25), 12800, 512, 50),
        (FrameRate(60), 30720, 512, 120),
        (FrameRate(30000, 1001), 30000, 1001, 60),
        (FrameRate(24000, 1001), 24000, 1001, 48),
        (FrameRate(25, 2), 12800, 1024, 25),
        (FrameRate(1, 4), 512, 2048, 1),
    ],
)
def test_ticks(rate: FrameRate, timescale: int, ticks: int, gop: int):
    assert (rate.timescale, rate.ticks_per_frame, rate.gop_frames) == (timescale, ticks, gop)


@given(rates)
def test_a_frame_lasts_whole_ticks(rate: FrameRate):
    assert Fraction(rate.ticks_per_frame, rate.timescale) == rate.seconds(1)
    assert FrameRate.parse(str(rate)) == rate


def test_a_rate_without_denominator_is_whole():
    assert FrameRate.parse("25") == FrameRate(25)


@pytest.mark.parametrize(("numerator", "denominator"), [(0, 1), (-25, 1), (25, 0)])
def test_a_rate_is_positive(numerator: int, denominator: int):
    with pytest.raises(ValueError, match="A frame rate is a positive fraction"):
        FrameRate(numerator, denominator)


def test_a_rate_is_in_lowest_terms():
    with pytest.raises(ValueError, match=r"Write the frame rate 50/2 in lowest terms\."):
        FrameRate(50, 2)


def test_the_first_two_segments_are_short():
    plan = SegmentPlan(FrameRate(25), 460)
    assert list(plan.segments()) == [
        range(50),
        range(50, 100),
        range(100, 200),
        range(200, 300),
        range(300, 400),
        range(400, 460),
    ]
    assert plan.target_duration_s == 4


def test_all_segments_can_be_short():
    plan = SegmentPlan(FrameRate(25), 230, short_segments=5)
    assert list(plan.segments()) == [
        range(50),
        range(50, 100),
        range(100, 150),
        range(150, 200),
        range(200, 230),
    ]
    assert (plan.target_duration_s, plan.start_frame(7)) == (4, 450)


def test_a_plan_needs_a_frame():
    with pytest.raises(ValueError, match="A plan needs at least one frame, not 0"):
        SegmentPlan(FrameRate(25), 0)


@given(plans)
def test_segments_cover_every_frame_once(plan: SegmentPlan):
    segments = list(plan.segments())
    assert len(segments) == plan.segment_count
    assert all(segments)
    assert segments[0].start == 0
    assert segments[-1].stop == plan.total_frames
    assert all(a.stop == b.start for a, b in itertools.pairwise(segments))
    assert all(frames.start % plan.frame_rate.gop_frames == 0 for frames in segments)


@given(plans, st.data())
def test_a_frame_is_in_the_segment_that_is_found_for_it(plan: SegmentPlan, data: st.DataObject):
    frame = data.draw(st.integers(0, plan.total_frames - 1))
    assert frame in plan.segment(plan.segment_at(frame))


@given(plans)
def test_no_segment_is_longer_than_the_target(plan: SegmentPlan):
    for frames in plan.segments():
        assert int(plan.frame_rate.seconds(len(frames)) + Fraction(1, 2)) <= plan.target_duration_s


@given(plans)
def test_chunks_are_runs_of_whole_segments(plan: SegmentPlan):
    chunks = list(plan.chunks())
    assert [number for chunk in chunks for number in chunk.segments] == list(
        range(plan.segment_count)
    )
    assert [chunk.number for chunk in chunks] == list(range(plan.chunk_count))
    assert chunks[0].frames.start == 0
    assert chunks[-1].frames.stop == plan.total_frames
    for chunk, following in itertools.pairwise(chunks):
        assert chunk.frames.stop == following.frames.start
    for chunk in chunks:
        assert chunk.frames.start == plan.segment(chunk.segments[0]).start
        assert plan.frame_rate.seconds(len(chunk.frames)) <= CHUNK_LIMIT_S


@pytest.mark.parametrize(
    ("seconds", "lengths"),
    [
        (4, [4]),
        (56, [56]),
        (70, [20, 20, 20, 10]),
        (476, [56, 60, 60, 60, 60, 60, 40, 24, 20, 20, 16]),
    ],
)
def test_chunks_get_shorter_towards_the_end(seconds: int, lengths: list[int]):
    plan = SegmentPlan(FrameRate(25), 25 * seconds)
    assert [len(chunk.frames) / 25 for chunk in plan.chunks()] == lengths


def test_a_growing_title_keeps_the_places_of_its_segments():
    short, long = SegmentPlan(FrameRate(30), 1000), SegmentPlan(FrameRate(30), 5000)
    last = short.segment_count - 1
    assert [short.segment(n) for n in range(last)] == [long.segment(n) for n in range(last)]


@pytest.mark.parametrize("number", [-1, 3])
def test_what_is_not_in_a_plan_is_refused(number: int):
    plan = SegmentPlan(FrameRate(25), 101)
    with pytest.raises(IndexError, match=r"There is no segment .* among 3"):
        plan.segment(number)
    with pytest.raises(IndexError, match=r"There is no chunk .* among 1"):
        plan.chunk(number)
    with pytest.raises(IndexError, match=r"There is no frame .* among 101"):
        plan.segment_at(number * 100)


@given(plans, st.integers(0, 20_000))
def test_sound_belongs_to_exactly_one_segment(plan: SegmentPlan, total_frames: int):
    segments = [range(0), *AudioPlan(plan).segments(total_frames)]
    assert all(a.stop == b.start for a, b in itertools.pairwise(segments))
    assert segments[-1].stop == total_frames


@given(plans, st.data())
def test_sound_starts_in_the_window_of_its_pictures(plan: SegmentPlan, data: st.DataObject):
    number = data.draw(st.integers(0, plan.segment_count - 1))
    start, stop = (plan.frame_rate.seconds(plan.start_frame(number + step)) for step in range(2))
    frames = AudioPlan(plan).segment(number)
    assert AAC_FRAME_RATE.seconds(frames.start) >= start
    assert AAC_FRAME_RATE.seconds(frames.start - 1) < start
    if number < plan.segment_count - 1:
        assert AAC_FRAME_RATE.seconds(frames.stop - 1) < stop
        assert AAC_FRAME_RATE.seconds(frames.stop) >= stop


def test_a_short_overhang_of_sound_stays_in_the_last_segment():
    plan = AudioPlan(SegmentPlan(FrameRate(25), 100))  # four seconds: 187.5 frames of sound
    assert list(plan.segments(190)) == [range(94), range(94, 190)]


def test_sound_that_outlasts_the_pictures_is_cut_on_the_same_grid():
    plan = AudioPlan(SegmentPlan(FrameRate(25), 100))
    assert list(plan.segments(500)) == [
        range(94),
        range(94, 200),
        range(200, 375),
        range(375, 500),
    ]


def test_a_title_of_sound_alone_has_a_plan_of_its_own_frames():
    plan = AudioPlan(SegmentPlan(AAC_FRAME_RATE, 500))
    assert list(plan.segments(500)) == list(plan.video.segments())
    assert plan.video.target_duration_s == 4
