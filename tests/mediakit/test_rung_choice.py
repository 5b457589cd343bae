"""From points of bit rate and quality to rungs."""

import itertools

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from streamverse.mediakit.hull import QualityPoint, bits_saved, interpolate, upper_hull
from streamverse.mediakit.rung_choice import (
    CLOSEST_RATIO,
    FARTHEST_RATIO,
    QualityPolicy,
    choose_points,
)

UNLIMITED = 10**9
SIZES = ((1920, 1080), (1280, 720), (854, 480), (640, 360))
LEAN = QualityPoint(320, 180, 23, 60_000, 90_000, 14.0)


def point(bitrate_kbps: float, vmaf: float, height: int = 1080, crf: int = 23) -> QualityPoint:
    bitrate_bps = round(bitrate_kbps * 1000)
    return QualityPoint(height * 16 // 9, height, crf, bitrate_bps, bitrate_bps * 2, vmaf)


def film(*, cost: float = 1.0) -> tuple[QualityPoint, ...]:
    """Give what sizes and qualities come to in a film that is so many times as hard as usual."""
    measured = {
        1080: ((21, 5543, 95.0), (28, 1578, 84.5), (36, 462, 59.4)),
        720: ((21, 1490, 83.1), (28, 477, 71.6), (36, 148, 42.1)),
        480: ((26, 288, 60.6), (31, 139, 45.0), (36, 75, 29.5)),
        360: ((28, 152, 40.0),),
    }
    return interpolate(
        point(kbps * cost, vmaf, height, crf)
        for height, points in measured.items()
        for crf, kbps, vmaf in points
    )


def names(chosen: tuple[QualityPoint, ...]) -> list[tuple[int, int]]:
    return [(p.height, p.crf) for p in chosen]


points = st.builds(
    lambda size, crf, bitrate_bps, vmaf: QualityPoint(*size, crf, bitrate_bps, bitrate_bps, vmaf),
    st.sampled_from(SIZES),
    st.integers(15, 45),
    st.integers(10_000, 40_000_000),
    st.floats(0, 100),
)
many_points = st.lists(points, min_size=1, max_size=30)


def test_the_best_rung_hits_the_target_and_the_lowest_is_affordable() -> None:
    chosen = choose_points(film(), QualityPolicy(), most_pixels=UNLIMITED)
    assert names(chosen) == [(1080, 22), (1080, 26), (720, 24), (720, 29)]
    assert chosen[0].vmaf == pytest.approx(94, abs=0.5)
    assert chosen[-1].bitrate_bps <= 450_000


def test_rungs_lie_near_the_hull_and_not_far_apart() -> None:
    chosen = choose_points(film(), QualityPolicy(), most_pixels=UNLIMITED)
    saved = bits_saved(upper_hull(film()), chosen)
    assert saved == pytest.approx(0, abs=0.03)
    ratios = [high.bitrate_bps / low.bitrate_bps for high, low in itertools.pairwise(chosen)]
    assert all(CLOSEST_RATIO <= ratio <= FARTHEST_RATIO * 1.2 for ratio in ratios)


def test_a_simple_film_gets_fewer_and_smaller_rungs_than_a_hard_one() -> None:
    simple, hard = (
        choose_points(film(cost=cost), QualityPolicy(), most_pixels=UNLIMITED) for cost in (0.1, 3)
    )
    assert len(simple) < len(hard)
    assert sum(p.bitrate_bps for p in simple) < sum(p.bitrate_bps for p in hard) / 20
    assert simple[0].bitrate_bps < 600_000


def test_a_cartoon_that_is_good_at_once_gets_one_rung() -> None:
    drawn = [point(300, 98.9, crf=28), point(244, 96.5, crf=36), point(188, 91.3, 720, 28)]
    assert choose_points(drawn, QualityPolicy(), most_pixels=UNLIMITED) == (drawn[1],)


def test_pixels_are_saved_by_smaller_and_by_fewer_rungs() -> None:
    budgets = (UNLIMITED, 4_000_000, 3_000_000, 1)
    chosen = [choose_points(film(), QualityPolicy(), most_pixels=most) for most in budgets]
    assert [names(one) for one in chosen] == [
        [(1080, 22), (1080, 26), (720, 24), (720, 29)],
        [(1080, 22), (720, 22), (720, 29)],
        [(1080, 22), (720, 29)],
        [(1080, 22), (720, 29)],
    ]
    spent = [sum(p.pixels for p in one) for one in chosen]
    assert all(pixels <= most for pixels, most in zip(spent[:-1], budgets[:-1], strict=True))


def test_a_ladder_begins_with_the_lowest_rung_that_it_is_given() -> None:
    chosen = choose_points(film(), QualityPolicy(), most_pixels=4_000_000, lowest=LEAN)
    assert names(chosen) == [(1080, 22), (720, 23), (480, 26), (480, 33), (180, 23)]
    assert chosen[-1] == LEAN


@pytest.mark.parametrize("lowest", [point(5_000, 50), point(50, 99)])
def test_a_lowest_rung_that_is_not_below_the_best_is_left_out(lowest: QualityPoint) -> None:
    chosen = choose_points(film(), QualityPolicy(), most_pixels=UNLIMITED, lowest=lowest)
    assert chosen == choose_points(film(), QualityPolicy(), most_pixels=UNLIMITED)


def test_the_others_are_chosen_around_a_rung_that_is_there() -> None:
    preview = point(230, 56.0, 480, 27)
    chosen = choose_points(
        film(), QualityPolicy(), most_pixels=4_000_000, given=preview, lowest=LEAN
    )
    assert names(chosen) == [(1080, 22), (720, 23), (480, 26), (480, 35), (180, 23)]
    assert all(
        p.bitrate_bps >= preview.bitrate_bps * CLOSEST_RATIO
        or p.bitrate_bps <= preview.bitrate_bps / CLOSEST_RATIO
        for p in chosen
    )


def test_an_affordable_rung_that_is_there_is_the_lowest() -> None:
    preview = point(288, 60.6, 480, 26)
    chosen = choose_points(film(), QualityPolicy(), most_pixels=UNLIMITED, given=preview)
    assert preview not in chosen
    assert all(p.bitrate_bps >= preview.bitrate_bps * CLOSEST_RATIO for p in chosen)


@pytest.mark.parametrize(("vmaf", "is_enough"), [(93.4, False), (93.5, True)])
def test_a_cheap_rung_that_is_good_enough_is_all_there_is(vmaf: float, *, is_enough: bool) -> None:
    preview = point(600, vmaf, 480, 26)
    chosen = choose_points(film(), QualityPolicy(), most_pixels=UNLIMITED, given=preview)
    assert (chosen == ()) is is_enough
    chosen = choose_points(
        film(), QualityPolicy(), most_pixels=UNLIMITED, given=preview, lowest=LEAN
    )
    assert (chosen == (LEAN,)) is is_enough


def test_a_lowest_rung_that_costs_what_is_there_already_is_left_out() -> None:
    preview = point(60, 95, 480, 26)
    assert (
        choose_points(film(), QualityPolicy(), most_pixels=UNLIMITED, given=preview, lowest=LEAN)
        == ()
    )


def test_a_rung_that_wastes_its_bits_gets_a_better_one_that_costs_no_more() -> None:
    wasteful = point(300, 40, 480, 26)
    chosen = choose_points(film(), QualityPolicy(), most_pixels=UNLIMITED, given=wasteful)
    assert 240_000 < chosen[-1].bitrate_bps <= wasteful.bitrate_bps
    assert chosen[-1].vmaf > wasteful.vmaf + 10


def test_a_rung_that_is_too_expensive_to_be_the_lowest_gets_another_below_it() -> None:
    preview = point(720, 77, 480, 26)
    chosen = choose_points(film(), QualityPolicy(), most_pixels=UNLIMITED, given=preview)
    assert chosen[-1].bitrate_bps <= 450_000
    assert all(not 0.82 < p.bitrate_bps / preview.bitrate_bps < 1.22 for p in chosen)


def test_a_film_that_misses_the_target_gets_the_best_there_is() -> None:
    grainy = [point(5_000, 80), point(2_500, 70), point(1_000, 50)]
    chosen = choose_points(grainy, QualityPolicy(), most_pixels=UNLIMITED)
    assert chosen == (grainy[0], grainy[1], grainy[2])


def test_nothing_is_chosen_of_nothing() -> None:
    assert choose_points([], QualityPolicy(), most_pixels=UNLIMITED) == ()


@given(many_points, st.none() | points, st.none() | points, st.integers(1, 20_000_000))
def test_rungs_fall_in_bit_rate_and_quality(
    given_points: list[QualityPoint],
    preview: QualityPoint | None,
    lowest: QualityPoint | None,
    most_pixels: int,
) -> None:
    chosen = choose_points(
        given_points, QualityPolicy(), most_pixels=most_pixels, given=preview, lowest=lowest
    )
    assume(lowest is None or lowest != preview)
    best = max(p.vmaf for p in given_points)
    assert chosen or (
        preview is not None and (preview in given_points or preview.vmaf >= min(93.5, best))
    )
    assert set(chosen) <= {*given_points, lowest}
    assert preview not in chosen
    assert list(chosen) == sorted(chosen, key=lambda p: -p.bitrate_bps)
    assert [p.vmaf for p in chosen] == sorted((p.vmaf for p in chosen), reverse=True)


@given(many_points, st.none() | points, st.integers(1, 20_000_000))
def test_pixels_stay_within_their_limit_but_for_the_ends(
    given_points: list[QualityPoint], preview: QualityPoint | None, most_pixels: int
) -> None:
    chosen = choose_points(given_points, QualityPolicy(), most_pixels=most_pixels, given=preview)
    assert len(chosen) <= 2 or sum(p.pixels for p in chosen) <= most_pixels
