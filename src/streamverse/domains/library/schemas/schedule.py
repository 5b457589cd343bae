"""The JSON of the calendar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Self
from uuid import UUID

from msgspec import Struct

from streamverse.domains.catalog.public import TitleCardOut
from streamverse.domains.library.service.schedule import Day


class ScheduledOut(Struct):
    """A title, and from when it can be watched."""

    title: TitleCardOut
    opens_at: datetime


class ScheduleDayOut(Struct):
    """What opens on a day of UTC."""

    day: date
    items: list[ScheduledOut]


class ScheduleOut(Struct):
    """What is to come, day by day; days without anything are left out."""

    days: list[ScheduleDayOut]

    @classmethod
    def of(cls, days: Sequence[Day]) -> Self:
        """Show a calendar."""
        return cls(
            [
                ScheduleDayOut(one.day, [ScheduledOut(card, at) for card, at in one.items])
                for one in days
            ]
        )


class RemindersOut(Struct):
    """The titles to come that somebody wants to be reminded of."""

    title_ids: list[UUID]
