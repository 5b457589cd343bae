"""Which points of a title become its rungs: the path through them that wastes least.

A ladder is a path that rises from its lowest rung to its best one. Between two rungs a viewer has
the lower one: so a step costs what the straight line between them takes beyond the hull, and more
if it is a large one. Of the paths with few enough pixels, the cheapest is the ladder.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from streamverse.mediakit.hull import QualityPoint, bitrate_at, frontier, upper_hull

CLOSE_TO_HULL: Final = 1.05  # so many times the bits of the hull are still worth encoding
WORTH_ITS_BITS: Final = 1.2  # beyond so many times, a rung is of little use
WORTH_KEEPING: Final = 1.35  # beyond so many times, even one that is there
ENOUGH_OF_TARGET: Final = 0.5
CLOSEST_RATIO: Final = 1.5**0.5  # rungs that are closer together are not worth a switch
LITTLE_MORE: Final = 1.5  # a rung that is there may cost so many times what is affordable
FARTHEST_RATIO: Final = 2.25  # of rungs further apart, one between is worth a switch
# What a step costs, and how much more if it is too large in quality or in bits: in VMAF for which
# a viewer takes 2.7 times the bits of the hull.
_SWITCH: Final = 0.4
_UNEVENNESS: Final = 0.1
_CHASM: Final = 6.0
_PLACES_OF_STEP: Final = 8


@dataclass(frozen=True, slots=True)
class QualityPolicy:
    """What a measured ladder is made for: rungs up to `target_vmaf`, in steps of `step_vmaf`.

    Where nothing says which is the lowest, it costs `affordable_bitrate_bps` at most.
    """

    target_vmaf: float = 94.0
    step_vmaf: float = 6.0
    affordable_bitrate_bps: int = 450_000


@dataclass(frozen=True, slots=True)
class _Path:
    """A way up to a point, and how much has to be encoded on it."""

    points: tuple[QualityPoint, ...]
    cost: float
    pixels: int


@dataclass(frozen=True, slots=True)
class _Map:
    """What all paths of a title share. What is `given` is there anyway and costs no pixels."""

    hull: tuple[QualityPoint, ...]
    step_vmaf: float
    given: QualityPoint | None

    def cost(self, low: QualityPoint, high: QualityPoint) -> float:
        """Tell what a step wastes."""
        rise = high.vmaf - low.vmaf
        growth = math.log(high.bitrate_bps / low.bitrate_bps)
        shares = [(number + 0.5) / _PLACES_OF_STEP for number in range(_PLACES_OF_STEP)]
        above = fmean(
            math.log(low.bitrate_bps)
            + growth * share
            - math.log(bitrate_at(self.hull, low.vmaf + rise * share))
            for share in shares
        )
        unevenness = max(0.0, rise / self.step_vmaf - 1)
        chasm = max(0.0, growth / math.log(FARTHEST_RATIO) - 1)
        return _SWITCH + rise * above + _UNEVENNESS * unevenness**2 + _CHASM * chasm**2

    def extend(self, path: _Path, point: QualityPoint) -> _Path:
        """Go on to a point."""
        pixels = 0 if point == self.given else point.pixels
        cost = path.cost + self.cost(path.points[-1], point)
        return _Path((*path.points, point), cost, path.pixels + pixels)


def choose_points(
    points: Iterable[QualityPoint],
    policy: QualityPolicy,
    *,
    most_pixels: int,
    given: QualityPoint | None = None,
    lowest: QualityPoint | None = None,
) -> tuple[QualityPoint, ...]:
    """Choose the rungs of a title, best first.

    The points are those that the caps allow. No more pixels a picture are encoded than
    `most_pixels`, unless the ends alone have them. `given` is a rung that is there anyway and not
    among those returned: the others are chosen around it, unless it takes far more bits than its
    quality is worth; if it is good enough and cheap, it is all that is needed. `lowest` is where
    the ladder begins, if it is clearly cheaper than what it would end with.
    """
    points = tuple(points)
    efficient = _efficient(points)
    if not efficient:
        return ()
    top = _cheapest(efficient, policy.target_vmaf)
    if lowest is not None and not _is_clearly_below(lowest, top):
        lowest = None
    if given is not None and _is_enough(given, top, policy):
        is_lower = lowest is not None and _is_clearly_below(lowest, given)
        return (lowest,) if lowest is not None and is_lower else ()
    hull = upper_hull([*points, *((lowest,) if lowest else ())])
    most_bps = policy.affordable_bitrate_bps
    if given is not None and not _is_worth_its_bits(given, hull, WORTH_KEEPING):
        most_bps, given = min(most_bps, given.bitrate_bps), None
    floor = lowest or _floor(efficient, top, given, most_bps)
    known = _Map(hull, policy.step_vmaf, given)
    path = _find_path(points, floor, top, known, most_pixels=most_pixels)
    return tuple(point for point in reversed(path) if point != given)


def _find_path(
    points: Iterable[QualityPoint],
    floor: QualityPoint,
    top: QualityPoint,
    known: _Map,
    *,
    most_pixels: int,
) -> tuple[QualityPoint, ...]:
    """Find the cheapest path from the floor to the top, rung by rung from the lowest up."""
    if floor == top:
        return (top,)
    given = known.given
    stops = _stops(points, floor, top, known)
    is_on_way = given in stops
    ends = {floor, top, *((given,) if given is not None and is_on_way else ())}
    given_bps = given.bitrate_bps if given is not None else 0
    floor_pixels = 0 if floor == given else floor.pixels
    paths: dict[QualityPoint, list[_Path]] = {floor: [_Path((floor,), 0.0, floor_pixels)]}
    for point in stops:
        found = [
            known.extend(path, point)
            for before, ways in paths.items()
            if before.vmaf < point.vmaf
            and ({before, point} <= ends or _ratio(before, point) >= CLOSEST_RATIO)
            and not (is_on_way and before.bitrate_bps < given_bps < point.bitrate_bps)
            for path in ways
        ]
        most = most_pixels if point == top else most_pixels - top.pixels
        paths[point] = _useful(
            path for path in found if path.pixels <= most or ends.issuperset(path.points)
        )
    return min(paths[top], key=lambda path: path.cost).points


def _stops(
    points: Iterable[QualityPoint], floor: QualityPoint, top: QualityPoint, known: _Map
) -> list[QualityPoint]:
    """List what a path may go over, in its order: what is there anyway, and what is apart from it.

    The top comes last.
    """
    given = known.given

    def is_between(point: QualityPoint) -> bool:
        return (
            floor.bitrate_bps < point.bitrate_bps < top.bitrate_bps
            and floor.vmaf < point.vmaf < top.vmaf
        )

    fitting = {
        point for point in points if is_between(point) and _is_worth_its_bits(point, known.hull)
    }
    if given is not None and is_between(given):
        fitting = {point for point in fitting if _ratio(point, given) >= CLOSEST_RATIO} | {given}
    return [*sorted(fitting, key=_bitrate), top]


def _useful(paths: Iterable[_Path]) -> list[_Path]:
    """Keep the paths that no other beats both in cost and in pixels."""
    kept: list[_Path] = []
    for path in sorted(paths, key=lambda path: (path.cost, path.pixels)):
        if not kept or path.pixels < kept[-1].pixels:
            kept.append(path)
    return kept


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


def _floor(
    efficient: Sequence[QualityPoint],
    top: QualityPoint,
    given: QualityPoint | None,
    most_bps: int,
) -> QualityPoint:
    """Find the best rung that a slow line carries; nothing better than the top is needed."""
    if given is not None and given.bitrate_bps <= most_bps * LITTLE_MORE:
        return given
    affordable = [point for point in efficient if point.bitrate_bps <= most_bps] or [efficient[0]]
    return min(affordable[-1], top, key=lambda point: point.vmaf)


def _is_enough(given: QualityPoint, top: QualityPoint, policy: QualityPolicy) -> bool:
    is_good = given.vmaf >= min(policy.target_vmaf - ENOUGH_OF_TARGET, top.vmaf)
    return is_good and given.bitrate_bps <= policy.affordable_bitrate_bps * LITTLE_MORE


def _is_worth_its_bits(
    point: QualityPoint, hull: Sequence[QualityPoint], most: float = WORTH_ITS_BITS
) -> bool:
    return point.bitrate_bps <= bitrate_at(hull, point.vmaf) * most


def _is_clearly_below(low: QualityPoint, high: QualityPoint) -> bool:
    return low.vmaf < high.vmaf and low.bitrate_bps * CLOSEST_RATIO <= high.bitrate_bps


def _ratio(one: QualityPoint, other: QualityPoint) -> float:
    low, high = sorted((one.bitrate_bps, other.bitrate_bps))
    return high / low


def _bitrate(point: QualityPoint) -> int:
    return point.bitrate_bps
