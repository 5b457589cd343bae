"""Points of bit rate and quality: the hull, the curves between, the bits saved."""

import itertools
import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.mediakit.hull import (
    QualityPoint,
    bitrate_at,
    bits_saved,
    frontier,
    interpolate,
    upper_hull,
)

SIZES = ((1920, 1080), (1280, 720), (854, 480), (640, 360))


def point(bitrate_kbps: float, vmaf: float, height: int = 1080, crf: int = 23) -> QualityPoint:
    bitrate_bps = round(bitrate_kbps * 1000)
    return QualityPoint(height * 16 // 9, height, crf, bitrate_bps, bitrate_bps * 2, vmaf)


def film(*, cost: float = 1.0) -> tuple[QualityPoint, ...]:
    """Give what sizes and qualities come to in a film that is so many times as hard as usual."""
    measured = {
        1080: ((21, 5543, 95.0), (28, 1578, 84.5), (36, 462, 59.4)),
        720: ((21, 1490, 83.1), (28, 477, 71.6), (36, 148, 42.1)),
        480: ((26, 288, 60.6), (33, 104, 38.7)),
        360: ((26, 204, 46.3), (33, 74, 24.3)),
    }
    return tuple(
        point(kbps * cost, vmaf, height, crf)
        for height, points in measured.items()
        for crf, kbps, vmaf in points
    )


points = st.builds(
    lambda size, crf, bitrate_bps, vmaf: QualityPoint(*size, crf, bitrate_bps, bitrate_bps, vmaf),
    st.sampled_from(SIZES),
    st.integers(15, 45),
    st.integers(10_000, 40_000_000),
    st.floats(0, 100),
)
many_points = st.lists(points, min_size=1, max_size=30)


def test_the_hull_takes_each_size_where_it_is_best() -> None:
    hull = upper_hull(film())
    assert [(p.height, p.crf) for p in hull] == [
        (360, 33),
        (480, 33),
        (720, 28),
        (1080, 28),
        (1080, 21),
    ]


def test_the_hull_of_equal_bit_rates_keeps_the_better_and_the_smaller() -> None:
    best = point(500, 80, 480)
    assert upper_hull([point(500, 70), point(500, 80), best]) == (best,)


@given(many_points)
def test_a_hull_rises_ever_more_slowly(given_points: list[QualityPoint]) -> None:
    hull = upper_hull(given_points)
    slopes = [
        (high.vmaf - low.vmaf) / math.log(high.bitrate_bps / low.bitrate_bps)
        for low, high in itertools.pairwise(hull)
    ]
    assert all(slope > 0 for slope in slopes)
    assert slopes == sorted(slopes, reverse=True)


@given(many_points)
def test_no_point_lies_above_the_hull(given_points: list[QualityPoint]) -> None:
    hull = upper_hull(given_points)
    assert set(hull) <= set(given_points)
    assert all(p.vmaf <= hull[-1].vmaf for p in given_points)
    for p in given_points:
        # The hull costs no more than the point for its quality; a cheaper end costs less anyway.
        assert bitrate_at(hull, p.vmaf) <= p.bitrate_bps * (1 + 1e-9)


@given(many_points, st.randoms())
def test_neither_order_nor_worse_points_change_the_hull(
    given_points: list[QualityPoint], random: Random
) -> None:
    hull = upper_hull(given_points)
    worse = [
        QualityPoint(p.width, p.height, p.crf, p.bitrate_bps + 1, p.peak_bitrate_bps, p.vmaf / 2)
        for p in given_points
    ]
    mixed = [*worse, *given_points]
    random.shuffle(mixed)
    assert [(p.bitrate_bps, p.vmaf) for p in upper_hull(mixed)] == [
        (p.bitrate_bps, p.vmaf) for p in hull
    ]


@given(many_points)
def test_everything_is_matched_by_the_frontier(given_points: list[QualityPoint]) -> None:
    rising = frontier(given_points)
    assert [p.vmaf for p in rising] == sorted({p.vmaf for p in rising})
    assert [p.bitrate_bps for p in rising] == sorted({p.bitrate_bps for p in rising})
    for p in given_points:
        assert any(q.bitrate_bps <= p.bitrate_bps and q.vmaf >= p.vmaf for q in rising)


def test_there_is_a_point_for_each_crf_between_the_measured_ones() -> None:
    filled = interpolate(film())
    assert [p.crf for p in filled if p.height == 720] == list(range(21, 37))
    assert [p.crf for p in filled if p.height == 360] == list(range(26, 34))
    assert set(film()) <= set(filled)


def test_a_curve_is_followed_closely() -> None:
    # Nine qualities of one film: three were measured, the others are foretold.
    found = {20: 96.59, 25: 90.07, 30: 78.25}
    curve = interpolate(point(7_000 / 1.17 ** (crf - 20), q, crf=crf) for crf, q in found.items())
    at = {p.crf: p for p in curve}
    assert at[23].vmaf == pytest.approx(93.1, abs=0.4)
    assert at[23].bitrate_bps == pytest.approx(7_000_000 / 1.17**3, rel=1e-6)
    assert at[23].peak_bitrate_bps == pytest.approx(14_000_000 / 1.17**3, rel=1e-6)


@given(st.lists(st.tuples(st.integers(0, 51), st.floats(0, 100)), min_size=1, max_size=6))
def test_nothing_between_two_points_is_outside_them(found: list[tuple[int, float]]) -> None:
    measured = sorted({crf: point(1000, vmaf, crf=crf) for crf, vmaf in found}.values(), key=_crf)
    filled = {p.crf: p.vmaf for p in interpolate(measured)}
    for low, high in itertools.pairwise(measured):
        least, most = sorted((low.vmaf, high.vmaf))
        for crf in range(low.crf, high.crf):
            assert least - 1e-6 <= filled[crf] <= most + 1e-6


def _crf(p: QualityPoint) -> int:
    return p.crf


FIXED = (point(3853, 91.4), point(1035, 78.6), point(453, 64.1), point(311, 50.5))


@pytest.mark.parametrize(
    ("chosen", "saved"),
    [
        # As bjontegaard 1.3.0 finds by `bd_rate(..., method="pchip")`.
        ((point(2800, 93.2), point(900, 81.5), point(288, 60.6)), 0.31143),
        (
            (point(4000, 95.1), point(1500, 86.0), point(620, 71.3), point(288, 55.0)),
            0.13322,
        ),
        (FIXED, 0.0),
    ],
)
def test_bits_saved_are_those_of_bjontegaard(
    chosen: tuple[QualityPoint, ...], saved: float
) -> None:
    assert bits_saved(FIXED, chosen) == pytest.approx(saved, abs=1e-5)


def test_what_is_better_and_cheaper_throughout_is_compared_at_its_nearest_ends() -> None:
    assert bits_saved([point(800, 90), point(400, 80)], [point(200, 95)]) == pytest.approx(0.75)


@pytest.mark.parametrize("other", [[], [point(5000, 95)], [point(100, 10)]])
def test_ladders_of_no_common_quality_are_not_compared(other: list[QualityPoint]) -> None:
    assert bits_saved(FIXED, other) is None
    assert bits_saved([], FIXED) is None


def test_a_curve_is_read_between_and_beyond_its_points() -> None:
    curve = (point(100, 50), point(400, 70))
    assert bitrate_at(curve, 60) == pytest.approx(200_000)
    assert bitrate_at(curve, 10) == 100_000
    assert bitrate_at(curve, 99) == 400_000
