"""Who may know of which title: the one place that decides it, for every list, page and link.

``repository.visibility`` says the same in SQL, and a test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from streamverse.domains.catalog.contracts import Viewer, Visibility

# A title that nobody has rated counts as one for adults.
ADULT_AGE = 18


@dataclass(frozen=True, slots=True)
class Window:
    """Where and when a title may be watched, or may not; None is everywhere and unbounded."""

    region: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    is_barring: bool = False

    def is_for(self, region: str | None) -> bool:
        """Tell whether it speaks of a region; one that is not known is only part of all."""
        return self.region is None or self.region == region

    def is_open(self, now: datetime) -> bool:
        """Tell whether it holds at a moment."""
        has_begun = self.starts_at is None or self.starts_at <= now
        return has_begun and (self.ends_at is None or now < self.ends_at)


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides over a title, those above it taken in."""

    shown_from: datetime | None
    effective_age: int | None
    is_deleted: bool = False
    windows: Sequence[Window] = ()


def decide_visibility(standing: Standing, viewer: Viewer, now: datetime) -> Visibility:
    """Decide whether somebody may know of a title now.

    Staff sees what is not published and not available, but a profile's limit holds for everybody:
    whose child watches with it does not matter.
    """
    if standing.is_deleted:
        return Visibility.GONE
    if not viewer.sees_unpublished:
        if standing.shown_from is None or standing.shown_from > now:
            return Visibility.NOT_PUBLISHED
        hindrance = find_hindrance(standing.windows, viewer.region, now)
        if hindrance is not None:
            return hindrance
    if effective_age(standing.effective_age) > viewer.oldest_age:
        return Visibility.TOO_MATURE
    return Visibility.VISIBLE


def find_hindrance(
    windows: Sequence[Window], region: str | None, now: datetime
) -> Visibility | None:
    """Find what keeps a title away here and now: what bars it, or that nothing allows it."""
    here = [window for window in windows if window.is_for(region)]
    if any(window.is_barring and window.is_open(now) for window in here):
        return Visibility.NOT_HERE
    if all(window.is_barring for window in windows):
        return None
    allowing = [window for window in here if not window.is_barring]
    if not allowing:
        return Visibility.NOT_HERE
    return None if any(window.is_open(now) for window in allowing) else Visibility.NOT_NOW


def is_in_plan(plan_ids: Collection[UUID], own_id: UUID | None, *, sees_unpublished: bool) -> bool:
    """Tell whether a title of some plans is part of somebody's own, or of no plan alone.

    Whose plan leaves it out may know of it, and may not watch it; staff watches what it works on.
    """
    return sees_unpublished or not plan_ids or own_id in plan_ids


def effective_age(age: int | None) -> int:
    """Give the age that a title is for."""
    return ADULT_AGE if age is None else min(age, ADULT_AGE)
