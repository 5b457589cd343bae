"""What to expect of somebody's line: how it was when they last watched from there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

# Who has watched for less says little about the line.
SHORTEST_WATCH_MS: Final = 60_000
# Of what was watched, so much waiting makes a line uneven, and so much poor.
UNEVEN, POOR = 0.005, 0.03


@dataclass(frozen=True, slots=True)
class Watched:
    """How a session of a device went, the newest first among others; `is_here`: in this network."""

    is_here: bool
    throughput_bps: int | None
    played_ms: int
    stalled_ms: int


@dataclass(frozen=True, slots=True)
class Buffering:
    """How much a player holds in hand, and how much of it it awaits after it has run dry."""

    ahead_ms: int
    resume_after_ms: int


STEADY_LINE: Final = Buffering(30_000, 500)
UNEVEN_LINE: Final = Buffering(60_000, 2_000)
POOR_LINE: Final = Buffering(120_000, 4_000)


@dataclass(frozen=True, slots=True)
class Line:
    """How fast a line was last, if anybody knows, and how to buffer on it."""

    throughput_bps: int | None
    buffering: Buffering


def judge_line(watched: Sequence[Watched]) -> Line:
    """Judge a line by what was watched over it, the newest first.

    In a network that is new, how fast the line was elsewhere is better than nothing; that it was
    uneven there says nothing of this one.
    """
    measured = [one for one in watched if one.throughput_bps is not None]
    best = next((one for one in measured if one.is_here), next(iter(measured), None))
    here = [one for one in watched if one.is_here]
    return Line(
        best.throughput_bps if best is not None else None,
        _buffer(sum(one.played_ms for one in here), sum(one.stalled_ms for one in here)),
    )


def _buffer(played_ms: int, stalled_ms: int) -> Buffering:
    if played_ms + stalled_ms < SHORTEST_WATCH_MS:
        return STEADY_LINE
    share = stalled_ms / (played_ms + stalled_ms)
    if share < UNEVEN:
        return STEADY_LINE
    return UNEVEN_LINE if share < POOR else POOR_LINE
