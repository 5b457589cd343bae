"""When a title counts as begun, and as watched."""

from __future__ import annotations

# Whoever looks in for a moment has not begun, and finds nothing to go on with.
BEGUN_MS = 10_000
FINISHED_PERCENT = 95


def is_watched(position_ms: int, duration_ms: int, credits_start_ms: int | None) -> bool:
    """Tell whether a title is watched to its end: to its credits, or nearly to its last picture.

    Credits that are said to begin in the first half are a slip of whoever marked them.
    """
    if duration_ms <= 0:
        return False
    end_ms = duration_ms * FINISHED_PERCENT // 100
    if credits_start_ms is not None and credits_start_ms * 2 > duration_ms:
        end_ms = min(end_ms, credits_start_ms)
    return position_ms >= end_ms


def resume_at_ms(position_ms: int, *, is_finished: bool) -> int | None:
    """Tell where a title goes on; one that is watched or hardly begun starts anew."""
    return None if is_finished or position_ms < BEGUN_MS else position_ms
