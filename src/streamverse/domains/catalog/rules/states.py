"""What the states of a title mean."""

from __future__ import annotations

from streamverse.domains.catalog.contracts import TitleState

PLAYABLE_STATES = (TitleState.PLAYABLE, TitleState.READY)


def can_be_played(state: TitleState) -> bool:
    """Tell whether there is something to play."""
    return state in PLAYABLE_STATES


def can_be_published(state: TitleState) -> bool:
    """Tell whether viewers may be shown it: what can be played, and what is to come."""
    return can_be_played(state) or state is TitleState.ANNOUNCED


def is_unfinished(state: TitleState) -> bool:
    """Tell whether media still works on a title."""
    return state in (TitleState.PROCESSING, TitleState.PLAYABLE)
