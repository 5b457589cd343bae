"""The measured ladder: what is tried, and the rungs that come of it."""

from dataclasses import replace

import pytest

from streamverse.mediakit.frames import FrameRate
from streamverse.mediakit.hull import QualityPoint
from streamverse.mediakit.ladder import Rung, choose_rungs
from streamverse.mediakit.measured_ladder import (
    Measurement,
    choose_measured_rungs,
    is_measurable,
    list_trials,
    make_preview,
    read_trials,
)
from streamverse.mediakit.rung_choice import QualityPolicy

RATE = FrameRate(30)
FIXED = choose_rungs(1920, 1080, RATE)
# Each size at each quality that is tried, in the order of `list_trials`.
FOUND = {
    (1080, 23): (3853, 91.4),
    (720, 23): (1035, 78.6),
    (480, 23): (453, 64.1),
    (360, 23): (311, 50.5),
    (270, 23): (180, 36.0),
    (180, 23): (74, 13.0),
    (1080, 21): (5543, 95.0),
    (1080, 28): (1578, 84.5),
    (1080, 36): (462, 59.4),
    (720, 21): (1490, 83.1),
    (720, 28): (477, 71.6),
    (720, 36): (148, 42.1),
    (480, 26): (288, 60.6),
    (480, 31): (139, 45.0),
    (480, 36): (75, 29.5),
    (360, 28): (152, 40.0),
}


def measured(*, cost: float = 1.0) -> Measurement:
    return read_trials(FIXED, [_point(rung, cost) for rung in list_trials(FIXED)])


def _point(rung: Rung, cost: float) -> QualityPoint:
    kbps, vmaf = FOUND[rung.height, rung.crf]
    bitrate_bps = round(kbps * 1000 * cost)
    return QualityPoint(rung.width, rung.height, rung.crf, bitrate_bps, 2 * bitrate_bps, vmaf)


def test_the_fixed_ladder_is_tried_as_it_is_and_the_rest_uncapped_and_with_care() -> None:
    trials = list_trials(FIXED)
    assert [rung.height for rung in FIXED] == [1080, 720, 480, 360, 270, 180]
    assert trials[: len(FIXED)] == FIXED
    *rest, lean = trials[len(FIXED) :]
    assert [(rung.height, rung.crf) for rung in rest] == list(FOUND)[len(FIXED) :]
    assert all(rung.is_careful for rung in rest)
    caps = {rung.height: rung.max_bitrate_bps for rung in FIXED}
    assert all(rung.max_bitrate_bps == 4 * caps[rung.height] for rung in rest)
    assert lean == replace(FIXED[-1], is_careful=True)


@pytest.mark.parametrize(
    ("size", "preview"), [((1920, 1080), 480), ((640, 360), 360), ((1080, 1920), 480)]
)
def test_the_preview_is_a_small_rung(size: tuple[int, int], preview: int) -> None:
    rung = make_preview(choose_rungs(*size, RATE))
    assert (min(rung.width, rung.height), rung.crf, rung.is_careful) == (preview, 28, True)


def test_only_what_has_several_sizes_is_measured() -> None:
    assert is_measurable(FIXED)
    assert not is_measurable(choose_rungs(640, 360, RATE))
    assert not is_measurable(())


def test_the_preview_is_found_among_the_points() -> None:
    preview = measured().preview
    assert (preview.height, preview.crf) == (480, 28)
    assert preview.vmaf == pytest.approx(54.5, abs=0.5)


@pytest.mark.parametrize("height", [2160, 1440, 1080, 720, 480])
def test_every_fixed_ladder_can_be_measured(height: int) -> None:
    fixed = choose_rungs(height * 16 // 9 // 2 * 2, height, RATE)
    points = [
        QualityPoint(r.width, r.height, r.crf, r.height * 1000, r.height * 1000, 50 - r.crf)
        for r in list_trials(fixed)
    ]
    measurement = read_trials(fixed, points)
    assert measurement.preview.crf == 28
    assert choose_measured_rungs(measurement, fixed, RATE, QualityPolicy()).rungs


def test_a_title_gets_careful_rungs_under_the_caps_of_their_sizes() -> None:
    choice = choose_measured_rungs(measured(), FIXED, RATE, QualityPolicy())
    assert [(rung.name, rung.crf, rung.max_bitrate_bps) for rung in choice.rungs] == [
        ("1080p", 22, 5_500_000),
        ("720p", 24, 2_255_080),
        ("480-2", 34, 236_900),
        ("180p", 23, 130_000),
    ]
    assert all(rung.is_careful and rung.profile == "high" for rung in choice.rungs)
    assert [rung.is_lean for rung in choice.rungs] == [False, False, False, True]
    assert choice.bits_saved == pytest.approx(0.31, abs=0.02)
    caps = {rung.height: rung.max_bitrate_bps for rung in FIXED}
    assert all(point.bitrate_bps <= caps[point.height] for point in choice.points)


def test_a_hard_title_stays_below_the_caps_and_misses_the_target() -> None:
    choice = choose_measured_rungs(measured(cost=3), FIXED, RATE, QualityPolicy())
    assert choice.points[0].vmaf < 90
    assert choice.points[0].bitrate_bps <= 5_500_000
    assert choice.rungs[0].max_bitrate_bps == 5_500_000


@pytest.mark.parametrize("cost", [0.1, 0.5, 1, 2, 4])
def test_every_rung_has_a_name_of_its_own(cost: float) -> None:
    choice = choose_measured_rungs(measured(cost=cost), FIXED, RATE, QualityPolicy())
    names = [make_preview(FIXED).track_name, *(rung.track_name for rung in choice.rungs)]
    assert len(set(names)) == len(names)


def test_a_second_rung_of_the_previews_size_is_numbered() -> None:
    choice = choose_measured_rungs(measured(cost=4), FIXED, RATE, QualityPolicy())
    assert "480-2" in [rung.name for rung in choice.rungs]


@pytest.mark.parametrize(("bitrate_bps", "lean"), [(74_000, ["180p"]), (5_000_000, [])])
def test_a_lean_rung_stands_below_the_others_unless_they_are_as_cheap(
    bitrate_bps: int, lean: list[str]
) -> None:
    found = measured()
    assert found.lean is not None
    found = replace(found, lean=replace(found.lean, bitrate_bps=bitrate_bps))
    choice = choose_measured_rungs(found, FIXED, RATE, QualityPolicy())
    assert [rung.name for rung in choice.rungs if rung.is_lean] == lean


def test_the_hull_runs_over_all_sizes() -> None:
    hull = measured().hull
    assert {point.height for point in hull} == {1080, 720, 480}
    assert [point.vmaf for point in hull] == sorted(point.vmaf for point in hull)
