"""Whether a title may be played, decided without I/O."""

from __future__ import annotations

import enum


class Access(enum.Enum):
    """What becomes of a wish to watch."""

    ALLOWED = enum.auto()
    NOT_YET = enum.auto()
    FAILED = enum.auto()


def decide_access(*, has_failed: bool, is_playable: bool) -> Access:
    """Decide whether a title that somebody may know of can be watched now."""
    if is_playable:
        return Access.ALLOWED
    return Access.FAILED if has_failed else Access.NOT_YET
