"""When a stream is to begin, by the clock on the wall of where it is made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

WEEK: Final = timedelta(days=7)
A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Slot:
    """A time at which a stream is to go out; ``begins`` is what a clock in the zone shows.

    Every week is the same weekday and the same time on that clock, whatever summer time does.
    """

    begins: datetime
    zone: str
    minutes: int
    is_weekly: bool


@dataclass(frozen=True, slots=True)
class Showing:
    """One time that a stream is to go out."""

    starts_at: datetime
    ends_at: datetime


def is_zone(name: str) -> bool:
    """Tell whether there is a time zone of this name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def next_showing(slots: Iterable[Slot], now: datetime) -> Showing | None:
    """Find what runs by the schedule now, or else comes next."""
    coming = (showing for slot in slots for showing in _next_of(slot, now))
    return min(coming, key=lambda one: (one.starts_at, one.ends_at), default=None)


def _next_of(slot: Slot, now: datetime) -> Iterator[Showing]:
    lasts = timedelta(minutes=slot.minutes)
    begins = slot.begins
    if slot.is_weekly:
        # A day more than it lasts, as clocks of the zone and ours are apart.
        passed = now.replace(tzinfo=None) - begins - lasts - A_DAY
        begins += WEEK * max(0, passed // WEEK)
    while True:
        # An hour that summer time leaves out is counted from before; of two, it is the first.
        starts_at = begins.replace(tzinfo=ZoneInfo(slot.zone)).astimezone(UTC)
        if starts_at + lasts > now:
            yield Showing(starts_at, starts_at + lasts)
            return
        if not slot.is_weekly:
            return
        begins += WEEK
