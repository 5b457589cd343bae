"""The calendar over HTTP."""

from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from streamverse.domains.library.schemas.schedule import ScheduleOut
from streamverse.domains.library.service import schedule
from streamverse.domains.media.public import MediaAddresses
from streamverse.kit.errors import Invalid, Unauthenticated
from streamverse.kit.http import problems, revalidated, signed_in
from streamverse.kit.work import Work

MOST_DAYS = 366
MONTH_DAYS, WEEK_DAYS = 31, 7


@get(
    "/schedule",
    guards=[signed_in],
    middleware=[revalidated],
    responses=problems(Unauthenticated, Invalid),
)
async def get_schedule(
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
    days: Annotated[int, QueryParameter(ge=1, le=MOST_DAYS)] = MONTH_DAYS,
) -> ScheduleOut:
    """List what is to come within so many days, today among them."""
    return ScheduleOut.of(await schedule.list_schedule(work, media_addresses, days))


@get(
    "/schedule/today",
    guards=[signed_in],
    middleware=[revalidated],
    responses=problems(Unauthenticated),
)
async def get_today(
    work: NamedDependency[Work], media_addresses: NamedDependency[MediaAddresses]
) -> ScheduleOut:
    """List what is to come today."""
    return ScheduleOut.of(await schedule.list_schedule(work, media_addresses, 1))


@get(
    "/schedule/week",
    guards=[signed_in],
    middleware=[revalidated],
    responses=problems(Unauthenticated),
)
async def get_week(
    work: NamedDependency[Work], media_addresses: NamedDependency[MediaAddresses]
) -> ScheduleOut:
    """List what is to come within seven days."""
    return ScheduleOut.of(await schedule.list_schedule(work, media_addresses, WEEK_DAYS))


handlers = [get_schedule, get_today, get_week]
