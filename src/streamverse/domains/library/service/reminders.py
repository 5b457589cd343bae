"""Reminders: a profile asks for one, and a mail is written once the title can be watched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from streamverse.domains.catalog import public as catalog
from streamverse.domains.catalog.contracts import TitleId, Viewer
from streamverse.domains.identity import public as identity
from streamverse.domains.identity.contracts import AccountId, Exporter
from streamverse.domains.library.errors import ListFull
from streamverse.domains.library.models import ReminderRow
from streamverse.domains.library.repository.reminders import Reminders
from streamverse.domains.library.rules.letters import TITLE_OPENED
from streamverse.domains.profiles import public as profiles
from streamverse.domains.profiles.contracts import Profile, ProfileId
from streamverse.kit.work import Work

REMINDER_LIMIT = 100


async def list_reminders(work: Work, profile_id: ProfileId) -> Sequence[TitleId]:
    """List the titles that a profile wants to be reminded of."""
    await profiles.get_own_profile(work, profile_id)
    return [TitleId(row.title_id) for row in await Reminders(work).of_profiles([profile_id])]


async def ask_for_reminder(work: Work, profile_id: ProfileId, title_id: TitleId) -> None:
    """Remind a profile of a title that is to come. Asking again changes nothing."""
    await profiles.get_own_profile(work, profile_id)
    if not await catalog.will_be_visible(work, title_id):
        raise catalog.TitleNotFound(title_id)
    reminders = Reminders(work)
    if await reminders.count(profile_id) >= REMINDER_LIMIT:
        raise ListFull(REMINDER_LIMIT, "reminders")
    await reminders.add_unless_there(profile_id, title_id)


async def drop_reminder(work: Work, profile_id: ProfileId, title_id: TitleId) -> None:
    """Remind a profile no longer; where nobody would, nothing changes."""
    await profiles.get_own_profile(work, profile_id)
    await Reminders(work).remove(profile_id, title_id)


async def remind_of_opened(work: Work, correspondence: identity.Correspondence) -> None:
    """Write to those who wait for what can be watched by now; each is reminded once."""
    reminders = Reminders(work)
    for region, title_ids in (await reminders.titles_by_region()).items():
        viewer = Viewer(oldest_age=profiles.ADULT_AGE, region=region)
        opened = await catalog.keep_visible(work, title_ids, viewer)
        rows = await reminders.lock_waiting(region, opened) if opened else ()
        found = await profiles.find_profiles(work, {ProfileId(row.profile_id) for row in rows})
        names = await catalog.find_names(work, opened)
        for row in rows:
            profile = found[ProfileId(row.profile_id)]
            if await _may_hear(work, profile, viewer, row):
                await _write(work, correspondence, profile, row, names[row.title_id])
            await reminders.drop(row)


async def _may_hear(work: Work, profile: Profile, viewer: Viewer, row: ReminderRow) -> bool:
    """Tell whether a profile wants mails, and may know of the title by now."""
    own = replace(viewer, oldest_age=profiles.oldest_age_of(profile))
    return profile.is_mailed and bool(
        await catalog.keep_visible(work, [TitleId(row.title_id)], own)
    )


async def _write(
    work: Work,
    correspondence: identity.Correspondence,
    profile: Profile,
    row: ReminderRow,
    name: str,
) -> None:
    account = await identity.find_account(work, profile.account_id)
    if account is not None:
        facts = {"title": name, "profile": profile.name}
        correspondence.write_letter(work, account, TITLE_OPENED, facts, f"/titles/{row.title_id}")


async def _export_account(work: Work, account_id: AccountId) -> object:
    rows = await Reminders(work).of_profiles(await profiles.list_profile_ids(work, account_id))
    names = await catalog.find_names(work, {TitleId(row.title_id) for row in rows})
    return [
        {
            "profile_id": row.profile_id,
            "title_id": row.title_id,
            "title": names.get(row.title_id, ""),
            "asked_at": row.asked_at,
        }
        for row in rows
    ]


EXPORTERS = (Exporter("reminders", _export_account),)
