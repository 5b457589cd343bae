"""Reminders over HTTP."""

from __future__ import annotations

from uuid import UUID

from litestar import delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath

from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.catalog.public import TitleNotFound
from streamverse.domains.library.errors import ListFull
from streamverse.domains.library.schemas.schedule import RemindersOut
from streamverse.domains.library.service import reminders
from streamverse.domains.profiles.contracts import ProfileId
from streamverse.domains.profiles.public import ProfileNotFound
from streamverse.kit.errors import Unauthenticated
from streamverse.kit.http import problems, signed_in
from streamverse.kit.work import Work


@get("/reminders", guards=[signed_in], responses=problems(Unauthenticated, ProfileNotFound))
async def list_reminders(profile_id: FromPath[UUID], work: NamedDependency[Work]) -> RemindersOut:
    """List the titles to come that somebody wants to be reminded of."""
    return RemindersOut(list(await reminders.list_reminders(work, ProfileId(profile_id))))


@put(
    "/reminders/{title_id:uuid}",
    guards=[signed_in],
    status_code=204,
    responses=problems(Unauthenticated, ProfileNotFound, TitleNotFound, ListFull),
)
async def ask_for_reminder(
    profile_id: FromPath[UUID], title_id: FromPath[UUID], work: NamedDependency[Work]
) -> None:
    """Get a mail when a title that is to come can be watched."""
    await reminders.ask_for_reminder(work, ProfileId(profile_id), TitleId(title_id))


@delete(
    "/reminders/{title_id:uuid}",
    guards=[signed_in],
    responses=problems(Unauthenticated, ProfileNotFound),
)
async def drop_reminder(
    profile_id: FromPath[UUID], title_id: FromPath[UUID], work: NamedDependency[Work]
) -> None:
    """Get no mail about a title."""
    await reminders.drop_reminder(work, ProfileId(profile_id), TitleId(title_id))


handlers = [list_reminders, ask_for_reminder, drop_reminder]
