"""Reminders: a profile asks for one, and a mail is written when the stream is about to begin."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from streamverse.domains.identity import public as identity
from streamverse.domains.identity.contracts import AccountId, Exporter
from streamverse.domains.live.contracts import StreamId
from streamverse.domains.live.repository import Broadcasts, Slots, StreamReminders, Streams
from streamverse.domains.live.rules.letters import STREAM_BEGINS
from streamverse.domains.live.rules.schedules import next_showing
from streamverse.domains.live.service.schedules import slot_of
from streamverse.domains.live.service.watching import judge_stream
from streamverse.domains.profiles import public as profiles
from streamverse.domains.profiles.contracts import ProfileId

if TYPE_CHECKING:
    from streamverse.domains.live.models import StreamReminderRow, StreamRow
    from streamverse.domains.profiles.contracts import Profile
    from streamverse.kit.work import Work

AHEAD = timedelta(minutes=10)


async def is_reminded(work: Work, profile_id: ProfileId, stream_id: StreamId) -> bool:
    """Tell whether a profile wants to be reminded of a stream."""
    await _get_both(work, profile_id, stream_id)
    rows = await StreamReminders(work).of_profiles([profile_id])
    return any(row.stream_id == stream_id for row in rows)


async def ask_for_reminder(work: Work, profile_id: ProfileId, stream_id: StreamId) -> None:
    """Remind a profile of the next time that a stream goes out. Asking again changes nothing."""
    await _get_both(work, profile_id, stream_id)
    await StreamReminders(work).add_unless_there(profile_id, stream_id)


async def drop_reminder(work: Work, profile_id: ProfileId, stream_id: StreamId) -> None:
    """Remind a profile no longer; where nobody would, nothing changes."""
    await _get_both(work, profile_id, stream_id)
    await StreamReminders(work).remove(profile_id, stream_id)


async def _get_both(work: Work, profile_id: ProfileId, stream_id: StreamId) -> None:
    await profiles.get_own_profile(work, profile_id)
    await judge_stream(work, await Streams(work).get(stream_id))


async def remind_of_streams(
    work: Work, correspondence: identity.Correspondence, stream_ids: Collection[UUID]
) -> None:
    """Write to those who wait for streams that begin now or soon; each is reminded once."""
    slots = await Slots(work).of(stream_ids)
    running = await Broadcasts(work).running()
    for stream_id in stream_ids:
        showing = next_showing(map(slot_of, slots.get(stream_id, ())), work.now)
        is_soon = showing is not None and showing.starts_at <= work.now + AHEAD
        if is_soon or stream_id in running:
            await _remind_of(work, correspondence, await Streams(work).get(StreamId(stream_id)))


async def _remind_of(
    work: Work, correspondence: identity.Correspondence, stream: StreamRow
) -> None:
    rows = await StreamReminders(work).lock_of(StreamId(stream.id))
    found = await profiles.find_profiles(work, {ProfileId(row.profile_id) for row in rows})
    for row in rows:
        profile = found[ProfileId(row.profile_id)]
        if profile.is_mailed:
            await _write(work, correspondence, profile, stream)
        await StreamReminders(work).drop(row)


async def _write(
    work: Work, correspondence: identity.Correspondence, profile: Profile, stream: StreamRow
) -> None:
    account = await identity.find_account(work, profile.account_id)
    if account is not None:
        facts = {"stream": stream.name, "profile": profile.name}
        correspondence.write_letter(work, account, STREAM_BEGINS, facts, f"/live/{stream.id}")


async def _export_account(work: Work, account_id: AccountId) -> object:
    rows = await StreamReminders(work).of_profiles(
        await profiles.list_profile_ids(work, account_id)
    )
    names = {row.id: row.name for row in await Streams(work).all()}
    return [_export(row, names[row.stream_id]) for row in rows]


def _export(row: StreamReminderRow, name: str) -> dict[str, object]:
    return {
        "profile_id": row.profile_id,
        "stream_id": row.stream_id,
        "stream": name,
        "asked_at": row.asked_at,
    }


EXPORTERS = (Exporter("stream_reminders", _export_account),)
