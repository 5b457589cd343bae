"""The places of an account: who of it watches, and whether one more of it may."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import NoReturn
from uuid import UUID

from streamverse.domains.catalog import public as catalog
from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.identity import public as identity
from streamverse.domains.identity.contracts import AccountId, Device
from streamverse.domains.live import public as live
from streamverse.domains.live.contracts import StreamId
from streamverse.domains.media.contracts import PackageId
from streamverse.domains.playback.contracts import (
    LEASE,
    EndedBy,
    PlaybackSessionId,
    PlayerWish,
)
from streamverse.domains.playback.errors import TooManyDevices, TooManyStreams
from streamverse.domains.playback.repository import OpenSession, PlaybackSessions
from streamverse.domains.playback.rules.access import Access, Wish
from streamverse.domains.playback.rules.limits import Limits
from streamverse.domains.playback.rules.lines import Line, judge_line
from streamverse.domains.playback.schemas.starting import StreamOut
from streamverse.domains.profiles import public as profiles
from streamverse.domains.profiles.contracts import Preferences, Profile, ProfileId
from streamverse.kit.clock import new_id
from streamverse.kit.networks import network_of
from streamverse.kit.work import Work
from streamverse.mediakit.tailoring import Tailoring

# A device that was not watched on for so long is free for another one.
DEVICE_COUNTS_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks, with which device and liking."""

    account_id: AccountId
    log_in_id: UUID
    profile: Profile | None
    device: Device | None
    tailoring: Tailoring

    @property
    def remembered(self) -> ProfileId | None:
        """Who watches; who wishes no history is not named in a session either."""
        profile = self.profile
        return profile.id if profile is not None and profile.is_history_kept else None


@dataclass(frozen=True, slots=True)
class Places:
    """What an account runs while somebody of it asks for more, who keeps all others waiting.

    ``own`` is the session that goes on: the player asks for addresses again. ``left`` are those of
    a page that was loaded again, which could not say that it went.
    """

    viewer: Viewer
    limits: Limits
    own: OpenSession | None
    left: Sequence[UUID]
    others: Sequence[OpenSession]
    devices: set[UUID]

    def counted(self, wish: Wish) -> Wish:
        """Say in a wish what is taken already."""
        device = self.viewer.device
        return replace(
            wish,
            streams=len(self.others),
            streams_at_once=self.limits.streams_at_once,
            devices=len(self.devices),
            devices_at_most=self.limits.devices_at_most,
            is_device_known=device is None or device.id in self.devices,
        )


async def find_viewer(work: Work, wish: PlayerWish) -> Viewer | None:
    """Find who asks; which device it is is told to who locks the account."""
    actor, log_in_id = work.actor, identity.find_holder(work.actor)
    if actor.account_id is None or log_in_id is None:
        return None
    profile, liked = await profiles.get_current_viewer(work)
    return Viewer(AccountId(actor.account_id), log_in_id, profile, None, _tailoring(wish, liked))


def _tailoring(wish: PlayerWish, liked: Preferences) -> Tailoring:
    return Tailoring(
        codecs=wish.codecs,
        max_height=wish.max_height,
        audio_languages=tuple(liked.audio_languages),
        text_languages=tuple(liked.subtitle_languages),
    )


async def hold_places(
    work: Work, viewer: Viewer, limits: Limits, wish: PlayerWish, watched_id: UUID
) -> Places:
    """Lock the account, and count what it runs: while one of it asks, nobody else of it does."""
    viewer = replace(viewer, device=await identity.lock_own_account(work))
    running = await _find_running(work, viewer)
    mine = [
        row for row in running if row.log_in_id == viewer.log_in_id and row.watched_id == watched_id
    ]
    own = next((row for row in mine if wish.resumes_any or row.id == wish.resumes), None)
    left = [row.id for row in mine if row is not own]
    return Places(
        viewer=viewer,
        limits=limits,
        own=own,
        left=left,
        others=[row for row in running if row is not own and row.id not in left],
        devices=await _find_devices(work, viewer) if limits.devices_at_most else set[UUID](),
    )


async def _find_running(work: Work, viewer: Viewer) -> list[OpenSession]:
    """List the account's open sessions; those that have gone silent give way now."""
    sessions = PlaybackSessions(work)
    found = await sessions.open_of(viewer.account_id)
    running = [row for row in found if row.lease_until > work.now]
    if silent := [row.id for row in found if row.lease_until <= work.now]:
        await sessions.end(silent, EndedBy.SILENCE)
    return running


async def _find_devices(work: Work, viewer: Viewer) -> set[UUID]:
    since = work.now - DEVICE_COUNTS_FOR
    return await PlaybackSessions(work).devices_of(viewer.account_id, since)


async def refuse_place(work: Work, access: Access, places: Places) -> NoReturn:
    """Say what has to end before there is a place for one more."""
    limits = places.limits
    if access is Access.TOO_MANY_DEVICES:
        raise TooManyDevices(limits.devices_at_most)
    streams = await show_streams(work, places.others)
    raise TooManyStreams(limits.streams_at_once, streams)


async def show_streams(work: Work, rows: Sequence[OpenSession]) -> list[StreamOut]:
    """Show what runs; what the actor may not know of has no name."""
    title_ids = {TitleId(one.title_id) for one in rows if one.title_id is not None}
    titles = await catalog.find_names(work, await catalog.keep_visible(work, title_ids))
    stream_ids = {one.stream_id for one in rows if one.stream_id is not None}
    names = {**titles, **await live.find_known_names(work, stream_ids)}
    return [StreamOut(one.id, one.device_name, _name_of(one, names), one.opened_at) for one in rows]


def _name_of(row: OpenSession, names: Mapping[UUID, str]) -> str | None:
    return names.get(row.watched_id) if row.watched_id is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is watched in a session: a title, by a package of it, or a stream."""

    title_id: TitleId | None = None
    package_id: PackageId | None = None
    stream_id: StreamId | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """The session that somebody watches in from now on."""

    id: PlaybackSessionId
    profile_id: ProfileId | None
    device_id: UUID | None


async def enter(work: Work, places: Places, subject: Subject) -> Entered:
    """Let the caller's session go on, or begin one."""
    if places.left:
        await PlaybackSessions(work).end(places.left, EndedBy.VIEWER)
    own = places.own
    if own is None:
        return await _add(work, places.viewer, subject)
    tailoring = places.viewer.tailoring.stored()
    await PlaybackSessions(work).go_on(own.id, subject.package_id, tailoring)
    profile_id = ProfileId(own.profile_id) if own.profile_id else None
    return Entered(PlaybackSessionId(own.id), profile_id, own.device_id)


async def _add(work: Work, viewer: Viewer, subject: Subject) -> Entered:
    device = viewer.device
    entered = Entered(PlaybackSessionId(new_id()), viewer.remembered, device.id if device else None)
    values = {
        **asdict(subject),
        "id": entered.id,
        "account_id": viewer.account_id,
        "profile_id": entered.profile_id,
        "device_id": entered.device_id,
        "device_name": device.name if device else "",
        "log_in_id": viewer.log_in_id,
        "region": work.actor.region,
        "network": network_of(work.actor.place),
        "tailoring": viewer.tailoring.stored(),
        "opened_at": work.now,
        "lease_until": work.now + LEASE,
    }
    await PlaybackSessions(work).add(values)
    return entered


async def find_line(work: Work, entered: Entered) -> Line:
    """Find what to expect of the line of a device."""
    if entered.device_id is None:
        return judge_line(())
    network = network_of(work.actor.place)
    return judge_line(await PlaybackSessions(work).watched_on(entered.device_id, network))
