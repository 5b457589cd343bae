"""How long the rest of a package will take, judged by how long its parts have taken so far.

Each kind of work has a speed of its own, measured over all workers that have done some of it. How
many work side by side is measured as well: the time that parts took, against the time that passed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from streamverse.domains.media.rules.packages import GROUP_WEIGHTS

CHECKS_SHARE: Final = 0.04
MIN_SHARE: Final = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class PartWork:
    """A part of the work: so many seconds of film, of which so many are done.

    ``started_s`` and ``stopped_s`` count from any moment that all parts have in common; a part that
    has not been begun has neither, and one that is being worked on stops now.
    """

    lane: str
    kind: str
    length_s: float
    done_s: float = 0.0
    started_s: float | None = None
    stopped_s: float | None = None

    @property
    def left_s(self) -> float:
        """Seconds of film that are still to be done."""
        return max(0.0, self.length_s - self.done_s)

    @property
    def spent_s(self) -> float:
        """Seconds that somebody has worked on it."""
        if self.started_s is None or self.stopped_s is None:
            return 0.0
        return max(0.0, self.stopped_s - self.started_s)


def time_left_s(parts: Sequence[PartWork]) -> float | None:
    """Estimate the seconds until a package is ready; nothing before there is a basis for it."""
    costs = _costs(parts)
    if costs is None:
        return None
    total_s = sum(part.length_s * costs[part.kind] for part in parts)
    left_s = sum(part.left_s * costs[part.kind] for part in parts)
    if total_s - left_s < total_s * MIN_SHARE:
        return None
    lanes: dict[str, list[PartWork]] = defaultdict(list)
    for part in parts:
        lanes[part.lane].append(part)
    checks_s = total_s * CHECKS_SHARE
    return max(_lane_left_s(lane, costs) for lane in lanes.values()) + checks_s


def _lane_left_s(parts: Sequence[PartWork], costs: Mapping[str, float]) -> float:
    """Share what is left among those who work; the longest part is never shared."""
    left = [part.left_s * costs[part.kind] for part in parts]
    return max(sum(left) / _side_by_side(parts), *left)


def _side_by_side(parts: Sequence[PartWork]) -> float:
    """Tell how many have worked at once, on average: under one where others' work was between."""
    begun = [part for part in parts if part.started_s is not None and part.stopped_s is not None]
    if not begun:
        return 1.0
    first = min(part.started_s or 0.0 for part in begun)
    passed_s = max(part.stopped_s or 0.0 for part in begun) - first
    spent_s = sum(part.spent_s for part in begun)
    return max(spent_s / passed_s, 0.01) if passed_s > 0 else 1.0


def _costs(parts: Sequence[PartWork]) -> dict[str, float] | None:
    """Tell what a second of each kind takes: as measured, or in the usual proportion to that."""
    spent: dict[str, float] = defaultdict(float)
    done: dict[str, float] = defaultdict(float)
    for part in parts:
        spent[part.kind] += part.spent_s
        done[part.kind] += part.done_s
    measured = {kind: spent[kind] / done[kind] for kind in spent if done[kind] and spent[kind]}
    if not measured:
        return None
    # The kind that most time went into tells best how fast these machines are.
    best = max(measured, key=lambda kind: spent[kind])
    scale = measured[best] / GROUP_WEIGHTS.get(best, 1)
    return {
        kind: measured.get(kind, scale * GROUP_WEIGHTS.get(kind, 1))
        for kind in {part.kind for part in parts}
    }
