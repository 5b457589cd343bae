"""From measured points of bit rate and quality to the rungs that a title deserves."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from statistics import fmean
from typing import Final

CLOSE_TO_HULL: Final = 1.05  # so many times the bits of the hull are still worth encoding
WORTH_ITS_BITS: Final = 1.2  # beyond so many times, a rung that is there is of little use
ENOUGH_OF_TARGET: Final = 0.5
DIFFERENCE_STEPS: Final = 200
CLOSEST_RATIO: Final = 1.5  # rungs that are closer together are not worth a switch
FARTHEST_RATIO: Final = CLOSEST_RATIO**2  # of rungs further apart, one between is worth a switch


@dataclass(frozen=True, slots=True)
class QualityPoint:
    """What a size and a quality setting of an encoder give for a title."""

    width: int
    height: int
    crf: int
    bitrate_bps: int
    peak_bitrate_bps: int
    vmaf: float

    @property
    def pixels(self) -> int:
        """How much there is to encode in each picture."""
        return self.width * self.height


@dataclass(frozen=True, slots=True)
class QualityPolicy:
    """What a measured ladder is made for.

    The lowest rung costs `affordable_bitrate_bps` at most, where the title allows it.
    """

    target_vmaf: float = 94.0
    step_vmaf: float = 6.0
    affordable_bitrate_bps: int = 450_000


def interpolate(points: Iterable[QualityPoint]) -> tuple[QualityPoint, ...]:
    """Add the settings between the measured ones of each size: one point for each whole CRF."""
    by_size = sorted(points, key=lambda point: (-point.pixels, point.width, point.crf))
    return tuple(
        between
        for _, measured in groupby(by_size, key=lambda point: (point.width, point.height))
        for between in _fill(list(measured))
    )


def frontier(points: Iterable[QualityPoint]) -> tuple[QualityPoint, ...]:
    """Keep the points that no other matches for fewer bits, from the cheapest up."""
    kept: list[QualityPoint] = []
    for point in sorted(points, key=lambda point: (point.bitrate_bps, -point.vmaf, point.pixels)):
        if not kept or point.vmaf > kept[-1].vmaf:
            kept.append(point)
    return tuple(kept)


def upper_hull(points: Iterable[QualityPoint]) -> tuple[QualityPoint, ...]:
    """Take the convex hull from above, in quality over the logarithm of the bit rate.

    It rises all the way: what costs more than its neighbours for its quality is not on it.
    """
    hull: list[QualityPoint] = []
    for point in frontier(points):
        while len(hull) > 1 and _slope(hull[-2], hull[-1]) <= _slope(hull[-1], point):
            hull.pop()
        hull.append(point)
    return tuple(hull)


def bitrate_at(curve: Sequence[QualityPoint], vmaf: float) -> float:
    """Read from a rising curve how many bits a second a quality takes, within its ends."""
    if vmaf <= curve[0].vmaf:
        return curve[0].bitrate_bps
    for low, high in pairwise(curve):
        if vmaf <= high.vmaf:
            share = (vmaf - low.vmaf) / (high.vmaf - low.vmaf)
            return float(low.bitrate_bps * (high.bitrate_bps / low.bitrate_bps) ** share)
    return curve[-1].bitrate_bps


def choose_points(
    points: Iterable[QualityPoint],
    policy: QualityPolicy,
    *,
    most_pixels: int,
    given: QualityPoint | None = None,
) -> tuple[QualityPoint, ...]:
    """Choose the rungs of a title, best first, by even steps of quality below the target.

    The points are those that the caps allow. No more pixels a picture are encoded than
    `most_pixels`, unless the ends alone have them. `given` is a rung that is there anyway and not
    among those returned: if it is affordable, it is the lowest one, and if it is also good enough,
    it is all that is needed. If it takes far more bits than its quality is worth, the lowest one
    is another that costs no more than it. Steps that are too large are bridged, by smaller
    pictures where there are no more pixels to spend.
    """
    points = tuple(points)
    chosen = _choose_evenly(points, policy, most_pixels, given)
    return _bridge(chosen, given, points, most_pixels)


def _choose_evenly(
    points: Sequence[QualityPoint],
    policy: QualityPolicy,
    most_pixels: int,
    given: QualityPoint | None,
) -> tuple[QualityPoint, ...]:
    efficient = _efficient(points)
    if not efficient:
        return ()
    top = _cheapest(efficient, policy.target_vmaf)
    most_bps = policy.affordable_bitrate_bps
    if given is not None and not _is_worth_its_bits(given, efficient):
        most_bps, given = min(most_bps, given.bitrate_bps), None
    if given is not None and given.bitrate_bps <= most_bps * CLOSEST_RATIO:
        if given.vmaf >= min(policy.target_vmaf - ENOUGH_OF_TARGET, top.vmaf):
            return ()
        floor, ends = given, (top,)
    else:
        floor = _affordable(efficient, top, most_bps)
        ends = (top, floor)
    for step_count in range(_count_steps(top, floor, policy), 0, -1):
        step = (top.vmaf - floor.vmaf) / step_count
        between = (_nearest(efficient, top.vmaf - step * number) for number in range(1, step_count))
        chosen = tuple(dict.fromkeys((top, *between, *ends[1:])))
        if sum(point.pixels for point in chosen) <= most_pixels:
            return _apart(chosen, given)
    return _apart(tuple(dict.fromkeys(ends)), given)


def _bridge(
    chosen: Sequence[QualityPoint],
    given: QualityPoint | None,
    points: Sequence[QualityPoint],
    most_pixels: int,
) -> tuple[QualityPoint, ...]:
    """Put rungs between those that are far apart, as long as there is something between them."""
    rungs = sorted({*chosen, *((given,) if given else ())}, key=_bitrate)
    rising, efficient = frontier(points), _efficient(points)
    place = 1
    while chosen and place < len(rungs):
        spare_pixels = most_pixels - sum(rung.pixels for rung in rungs if rung != given)
        small = frontier(point for point in points if point.pixels <= spare_pixels)
        affordable = [point for point in efficient if point.pixels <= spare_pixels]
        between = None
        for curve in (affordable, small, rising):
            between = between or _find_between(rungs[:place], rungs[place], curve)
        if between is None:
            place += 1
        else:
            rungs.insert(place, between)
    return tuple(point for point in reversed(rungs) if point != given)


def _find_between(
    below: Sequence[QualityPoint], high: QualityPoint, curve: Sequence[QualityPoint]
) -> QualityPoint | None:
    """Find the next rung of a step that is too large: of those that close it, a small one."""
    low, least_vmaf = below[-1], max(point.vmaf for point in below)
    ratio = _ratio(low, high)
    if ratio <= FARTHEST_RATIO:
        return None
    steps = math.ceil(math.log(ratio, FARTHEST_RATIO))
    wanted_bps = low.bitrate_bps * ratio ** (1 / steps)

    def cost(point: QualityPoint) -> tuple[bool, int, float]:
        leaves_more = _ratio(point, high) > FARTHEST_RATIO ** (steps - 1)
        return leaves_more, point.pixels, abs(math.log(point.bitrate_bps / wanted_bps))

    useful = (
        point
        for point in curve
        if least_vmaf < point.vmaf < high.vmaf
        and min(_ratio(low, point), _ratio(point, high)) >= CLOSEST_RATIO**0.5
    )
    return min(useful, key=cost, default=None)


def _bitrate(point: QualityPoint) -> int:
    return point.bitrate_bps


def bits_saved(fixed: Iterable[QualityPoint], chosen: Iterable[QualityPoint]) -> float | None:
    """Tell which share of the bits of a fixed ladder is saved at equal quality.

    This is Bjøntegaard's difference over the qualities that both reach (ITU-T VCEG-AI11, with
    piecewise cubic curves), or None where they have none in common.
    """
    reference, other = frontier(fixed), frontier(chosen)
    if not reference or not other:
        return None
    lowest = max(reference[0].vmaf, other[0].vmaf)
    highest = min(reference[-1].vmaf, other[-1].vmaf)
    if lowest >= highest:
        return _saved_by_ends(reference, other)
    before, after = _log_bitrates(reference), _log_bitrates(other)
    step = (highest - lowest) / DIFFERENCE_STEPS
    qualities = [lowest + step * (number + 0.5) for number in range(DIFFERENCE_STEPS)]
    return 1 - math.exp(fmean(after.at(quality) - before.at(quality) for quality in qualities))


def _log_bitrates(rising: Sequence[QualityPoint]) -> _Curve:
    bitrates = [math.log(point.bitrate_bps) for point in rising]
    return _Curve([point.vmaf for point in rising], bitrates)


def _saved_by_ends(
    reference: Sequence[QualityPoint], other: Sequence[QualityPoint]
) -> float | None:
    """Compare ladders without a common range: one may be better and cheaper throughout."""
    if other[0].vmaf >= reference[-1].vmaf and other[0].bitrate_bps < reference[-1].bitrate_bps:
        return 1 - other[0].bitrate_bps / reference[-1].bitrate_bps
    return None


def _efficient(points: Iterable[QualityPoint]) -> tuple[QualityPoint, ...]:
    """Keep what lies on the hull or close below it."""
    rising = frontier(points)
    hull = upper_hull(rising)
    return tuple(
        point
        for point in rising
        if point.bitrate_bps <= bitrate_at(hull, point.vmaf) * CLOSE_TO_HULL
    )


def _cheapest(rising: Sequence[QualityPoint], vmaf: float) -> QualityPoint:
    good_enough = (point for point in rising if point.vmaf >= vmaf - ENOUGH_OF_TARGET)
    return next(good_enough, rising[-1])


def _nearest(rising: Sequence[QualityPoint], vmaf: float) -> QualityPoint:
    return min(rising, key=lambda point: abs(point.vmaf - vmaf))


def _is_worth_its_bits(given: QualityPoint, efficient: Sequence[QualityPoint]) -> bool:
    return given.bitrate_bps <= bitrate_at(efficient, given.vmaf) * WORTH_ITS_BITS


def _affordable(rising: Sequence[QualityPoint], top: QualityPoint, most_bps: float) -> QualityPoint:
    """Find the best rung that a slow line carries; nothing better than the top is needed."""
    affordable = [point for point in rising if point.bitrate_bps <= most_bps] or [rising[0]]
    return min(affordable[-1], top, key=lambda point: point.vmaf)


def _count_steps(top: QualityPoint, floor: QualityPoint, policy: QualityPolicy) -> int:
    ratio = max(1.0, top.bitrate_bps / floor.bitrate_bps)
    by_quality = round((top.vmaf - floor.vmaf) / policy.step_vmaf)
    return max(1, min(by_quality, int(math.log(ratio) / math.log(CLOSEST_RATIO))))


def _apart(chosen: Sequence[QualityPoint], given: QualityPoint | None) -> tuple[QualityPoint, ...]:
    """Drop rungs below the best that cost nearly as much as another, and what is there anyway."""
    kept = [chosen[0]]
    for point in sorted(chosen[1:], key=lambda point: -point.bitrate_bps):
        others = (kept[-1], *((given,) if given else ()))
        if all(_ratio(point, other) >= CLOSEST_RATIO**0.5 for other in others):
            kept.append(point)
    return tuple(point for point in kept if point != given)


def _ratio(one: QualityPoint, other: QualityPoint) -> float:
    low, high = sorted((one.bitrate_bps, other.bitrate_bps))
    return high / low


def _slope(low: QualityPoint, high: QualityPoint) -> float:
    rise = math.log(high.bitrate_bps / low.bitrate_bps)
    return (high.vmaf - low.vmaf) / rise if rise else math.inf


def _fill(measured: Sequence[QualityPoint]) -> Iterable[QualityPoint]:
    """Follow monotone cubic curves through the points of one size."""
    crfs = [point.crf for point in measured]
    rates = _Curve(crfs, [math.log(point.bitrate_bps) for point in measured])
    peaks = _Curve(crfs, [math.log(point.peak_bitrate_bps) for point in measured])
    vmafs = _Curve(crfs, [point.vmaf for point in measured])
    known = {point.crf: point for point in measured}
    for crf in range(crfs[0], crfs[-1] + 1):
        yield known.get(crf) or replace(
            measured[0],
            crf=crf,
            bitrate_bps=round(math.exp(rates.at(crf))),
            peak_bitrate_bps=round(math.exp(peaks.at(crf))),
            vmaf=vmafs.at(crf),
        )


class _Curve:
    """A cubic curve through some points that never overshoots (Fritsch and Butland, 1984)."""

    def __init__(self, at: Sequence[float], values: Sequence[float]) -> None:
        self._at, self._values = at, values
        widths = [high - low for low, high in pairwise(at)]
        rises = [
            (high - low) / width
            for (low, high), width in zip(pairwise(values), widths, strict=True)
        ]
        self._slopes = _slopes(widths, rises)

    def at(self, place: float) -> float:
        """Give the value at a place between the first point and the last."""
        index = next(i for i in range(1, len(self._at)) if place <= self._at[i]) - 1
        width = self._at[index + 1] - self._at[index]
        share = (place - self._at[index]) / width
        low, high = self._values[index], self._values[index + 1]
        enter, leave = self._slopes[index] * width, self._slopes[index + 1] * width
        rise = high - low
        return (
            low
            + share * enter
            + share**2 * (3 * rise - 2 * enter - leave)
            + share**3 * (enter + leave - 2 * rise)
        )


def _slopes(widths: Sequence[float], rises: Sequence[float]) -> list[float]:
    if len(rises) < 2:  # noqa: PLR2004
        return [*rises, *rises]
    inner = [
        _harmonic(*pair, *around)
        for pair, around in zip(pairwise(widths), pairwise(rises), strict=True)
    ]
    first = _end_slope(widths[0], widths[1], rises[0], rises[1])
    last = _end_slope(widths[-1], widths[-2], rises[-1], rises[-2])
    return [first, *inner, last]


def _harmonic(before: float, after: float, rise_before: float, rise_after: float) -> float:
    if rise_before * rise_after <= 0:
        return 0.0
    weight_before, weight_after = 2 * after + before, after + 2 * before
    total = weight_before + weight_after
    return total / (weight_before / rise_before + weight_after / rise_after)


def _end_slope(near: float, far: float, rise_near: float, rise_far: float) -> float:
    """Continue a parabola to an end, as far as it keeps the direction."""
    slope = ((2 * near + far) * rise_near - near * rise_far) / (near + far)
    if slope * rise_near <= 0:
        return 0.0
    if rise_near * rise_far <= 0 and abs(slope) > 3 * abs(rise_near):
        return 3 * rise_near
    return slope
