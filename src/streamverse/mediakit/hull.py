"""Measured points of bit rate and quality: the curves through them, and the hull above them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from statistics import fmean
from typing import Final

DIFFERENCE_STEPS: Final = 200


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
