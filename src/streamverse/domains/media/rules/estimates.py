"""How long the rest of a package will take, judged by how much of it was done in how long.

Each kind of pictures has a cost of its own, measured over all workers that have made some of it.
Sound is made beside pictures, on processors that both want, so its own time says little: it costs
what it does in proportion. All costs together, done in the time that has passed, are the speed of
however many work side by side.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

CHECKS_SHARE: Final = 0.04
MIN_SHARE: Final = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class PartWork:
    """A part of the work: so many seconds of film, of which so many are done.

    ``effort`` is what a second of its kind takes, in proportion to the others. ``started_s`` and
    ``stopped_s`` count from any moment that all parts have in common; a part that has not been
    begun has neither, and one that is being worked on stops now.
    """

    lane: str
    kind: str
    effort: float
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
    left = [part.left_s * costs[part.kind] for part in parts]
    done_s, passed_s = total_s - sum(left), _passed_s(parts)
    if done_s < total_s * MIN_SHARE or passed_s <= 0:
        return None
    # The longest part is never shared among those who work, but it may get what others left.
    longest_s = max(left) * _own_share(parts)
    return max(sum(left) * passed_s / done_s, longest_s) + total_s * CHECKS_SHARE


def _own_share(parts: Sequence[PartWork]) -> float:
    """Tell which share of the work so far was of the lane that most of it was in."""
    spent: dict[str, float] = defaultdict(float)
    for part in parts:
        spent[part.lane] += part.spent_s
    return max(spent.values()) / sum(spent.values())


def _passed_s(parts: Sequence[PartWork]) -> float:
    """Tell for how long anybody has worked on it, pauses and all."""
    begun = [
        (part.started_s, part.stopped_s)
        for part in parts
        if part.started_s is not None and part.stopped_s is not None
    ]
    return max(stopped for _, stopped in begun) - min(started for started, _ in begun)


def _costs(parts: Sequence[PartWork]) -> dict[str, float] | None:
    """Tell what a second of each kind takes: as measured, or in proportion to that."""
    spent: dict[str, float] = defaultdict(float)
    done: dict[str, float] = defaultdict(float)
    for part in parts:
        spent[part.kind] += part.spent_s
        done[part.kind] += part.done_s
    measured = {kind: spent[kind] / done[kind] for kind in spent if done[kind] and spent[kind]}
    if not measured:
        return None
    known = {part.kind: part for part in parts}
    # The kind that most time went into tells best how fast these machines are.
    best = known[max(measured, key=lambda kind: spent[kind])]
    unit_s = measured[best.kind] / best.effort
    return {
        kind: measured[kind]
        if kind in measured and part.lane == best.lane
        else unit_s * part.effort
        for kind, part in known.items()
    }
