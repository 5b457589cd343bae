"""Where a broadcast goes on when another node takes it: behind all that could be announced."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A segment and the head that it has, both by their numbers."""

    segment: int
    head: int


BEGINNING = Place(0, 0)


def place_after(stored: Place | None, begun: Place, *, is_clean: bool) -> Place:
    """Say with which segment and head the next holder begins.

    The last holder began at `begun`. It announced what is stored, and one segment more, of which
    nobody knows what was in it; unless it gave the broadcast away and stored everything first.
    """
    if stored is None:
        return Place(begun.segment + 1, begun.head + 1)
    left_out = 0 if is_clean else 1
    return Place(
        max(stored.segment + left_out, begun.segment) + 1,
        max(stored.head + left_out, begun.head) + 1,
    )


def head_of_gap(number: int, before: int, after: Place) -> int:
    """Give a number that was left out a head, so that no head is left out between two segments."""
    return max(before, after.head - (after.segment - number))
