"""What is to come, day by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from streamverse.domains.catalog import public as catalog
from streamverse.domains.media.public import MediaAddresses
from streamverse.kit.work import Work

MOST_TITLES = 200


@dataclass(frozen=True, slots=True)
class Day:
    """What opens on a day of UTC, in its order."""

    day: date
    items: Sequence[tuple[catalog.TitleCardOut, datetime]]


async def list_schedule(work: Work, addresses: MediaAddresses, days: int) -> Sequence[Day]:
    """List what the actor will be able to see, today and on the days that follow."""
    midnight = work.now.replace(hour=0, minute=0, second=0, microsecond=0)
    until = midnight + timedelta(days=days, microseconds=-1)
    upcoming = await catalog.show_upcoming(work, addresses, until, MOST_TITLES)
    return [
        Day(day, list(items)) for day, items in groupby(upcoming, key=lambda item: item[1].date())
    ]
