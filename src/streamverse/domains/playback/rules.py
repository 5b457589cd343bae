"""Whether a title may be played, decided without I/O."""

from __future__ import annotations

import enum


class Access(enum.Enum):
    """What becomes of a wish to watch."""

    ALLOWED = enum.auto()
    NOT_VISIBLE = enum.auto()
    NOT_YET = enum.auto()
    FAILED = enum.auto()


def decide_access(
    *, sees_unpublished: bool, is_published: bool, has_failed: bool, is_playable: bool
) -> Access:
    """Decide whether somebody may watch a title now.

    Staff watches what is not published; nobody watches what does not exist yet.
    """
    if not is_published and not sees_unpublished:
        return Access.NOT_VISIBLE
    if is_playable:
        return Access.ALLOWED
    return Access.FAILED if has_failed else Access.NOT_YET
