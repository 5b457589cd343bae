"""Opening and ending sessions: the one door to watching."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NoReturn
from uuid import UUID

from streamverse.domains.billing import public as billing
from streamverse.domains.billing.contracts import Entitlements
from streamverse.domains.catalog import public as catalog
from streamverse.domains.catalog.contracts import (
    Judged,
    MarkerLine,
    Title,
    TitleId,
    TitleKind,
    TitleState,
    Visibility,
)
from streamverse.domains.identity import public as identity
from streamverse.domains.identity.contracts import AccountId, Device
from streamverse.domains.library import public as library
from streamverse.domains.media import public as media
from streamverse.domains.media.contracts import PackageView
from streamverse.domains.playback.contracts import (
    LEASE,
    EndedBy,
    PlaybackSessionId,
    PlayerWish,
)
from streamverse.domains.playback.errors import (
    DeviceCannotPlay,
    PinNeeded,
    PlanNeeded,
    PlanRegion,
    SessionNotFound,
    TitleNotHere,
    TitleNotNow,
    TitleNotPlayable,
    TitleNotVisible,
    TitleTooMature,
    TooManyDevices,
    TooManyStreams,
)
from streamverse.domains.playback.repository import OpenSession, PlaybackSessions
from streamverse.domains.playback.rules.access import Access, Wish, decide_access
from streamverse.domains.playback.rules.limits import Limits, allow_height, limits_of
from streamverse.domains.playback.schemas import PlaybackOut, StreamOut
from streamverse.domains.playback.service.desk import PlaybackDesk
from streamverse.domains.playback.service.playing import show_playback
from streamverse.domains.profiles import public as profiles
from streamverse.domains.profiles.contracts import (
    Gate,
    Preferences,
    Profile,
    ProfileId,
)
from streamverse.kit.clock import new_id
from streamverse.kit.errors import Problem
from streamverse.kit.networks import network_of
from streamverse.kit.work import Work
from streamverse.mediakit.tailoring import Tailoring

# A device that was not watched on for so long is free for another one.
DEVICE_COUNTS_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A session with all that its player begins with."""

    session_id: PlaybackSessionId
    playback: PlaybackOut
    events_token: str
    resume_at_ms: int | None
    markers: Sequence[MarkerLine]
    next_title: tuple[TitleId, str] | None
    throughput_bps: int | None


@dataclass(frozen=True, slots=True)
class Door:
    """What it takes to let somebody in.

    Who signs addresses, who takes the player's news, and who remembers the manifests.
    """

    addresses: media.MediaAddresses
    desk: PlaybackDesk
    manifests: media.Manifests


@dataclass(frozen=True, slots=True)
class _Viewer:
    """Who asks, with which device and liking."""

    account_id: AccountId
    log_in_id: UUID
    profile: Profile | None
    device: Device | None
    tailoring: Tailoring


@dataclass(frozen=True, slots=True)
class _Bounds:
    """What may stand in somebody's way, for telling them of it."""

    limits: Limits
    entitled: Entitlements
    running: Sequence[OpenSession]
    gate: Gate


async def open_session(
    work: Work, door: Door, wish: PlayerWish, shown: Collection[ProfileId] = ()
) -> Opened:
    """Decide whether the caller may watch a title here and now, and count them as watching.

    What can be known before is asked before: then the account, and on SQLite the only writer's
    place, is held for a moment only. While an account asks, nobody else of it does: so the count of
    streams is exact. ``shown`` are the profiles whose PIN was right.
    """
    async with work.aside() as before:
        known = await _find_known(before, door, wish)
    viewer, entitled, judged, package = known.viewer, known.entitled, known.judged, known.package
    title = judged.title
    if title is not None and (asset_id := title.asset_id) is not None:
        # Who is told to come back in a moment waits as much as who sees it grow.
        work.if_refused(lambda aftermath: media.hurry(aftermath, asset_id))
    viewer = replace(viewer, device=await identity.lock_own_account(work))
    running = await _find_running(work, viewer)
    own = _find_own(running, viewer, wish)
    # A page that was loaded again could not say that it went.
    left = [row.id for row in running if row is not own and _is_same(row, viewer, wish)]
    others = [row for row in running if row is not own and row.id not in left]
    limits = limits_of(door.desk.settings, entitled)
    devices = await _find_devices(work, viewer) if limits.devices_at_most else set[UUID]()
    gate = await profiles.find_gate(work, viewer.profile, shown)
    access = decide_access(
        Wish(
            visibility=judged.visibility,
            region=work.actor.region,
            regions=entitled.regions,
            is_playable=package is not None,
            has_failed=title is not None and title.state is TitleState.FAILED,
            codec_families=package.codec_families if package else (),
            tailoring=viewer.tailoring,
            streams=len(others),
            streams_at_once=limits.streams_at_once,
            devices=len(devices),
            devices_at_most=limits.devices_at_most,
            is_device_known=viewer.device is None or viewer.device.id in devices,
            age=title.age if title else 0,
            open_age=gate.open_age,
            is_pin_shown=gate.is_open or _was_let_in(own, gate),
        )
    )
    if access is not Access.ALLOWED or title is None or package is None:
        await _refuse(work, access, wish, _Bounds(limits, entitled, others, gate))
    if gate.is_shown:
        await profiles.keep_gate_open(work)
    if left:
        await PlaybackSessions(work).end(left, EndedBy.VIEWER)
    session = await _enter(work, viewer, own, title, package)
    return await _show(work, door, session, known, (title, package))


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a wish before anything is locked for it.

    ``profile_id`` is whose resume point it is: nobody's where no history is kept.
    """

    viewer: _Viewer
    entitled: Entitlements
    judged: Judged
    package: PackageView | None
    master: str | None = None
    markers: Sequence[MarkerLine] = ()
    profile_id: ProfileId | None = None
    resume_at_ms: int | None = None
    next_title: tuple[TitleId, str] | None = None


async def _find_known(before: Work, door: Door, wish: PlayerWish) -> _Known:
    """Find who asks, what they may, and all that there is to know of the title."""
    viewer = await _find_viewer(before, wish)
    entitled = await billing.find_entitlements(before, viewer.account_id)
    judged = await catalog.judge_title(before, wish.title_id, viewer.profile, entitled.plan_id)
    title, profile_id = judged.title, _remembered(viewer.profile)
    if title is None or title.asset_id is None or judged.visibility is not Visibility.VISIBLE:
        return _Known(viewer, entitled, judged, None)
    package = await media.find_package(before, title.asset_id)
    tailoring = allow_height(viewer.tailoring, entitled, package)
    return _Known(
        replace(viewer, tailoring=tailoring),
        entitled,
        judged,
        package,
        await media.find_master(before, door.manifests, package, tailoring) if package else None,
        await catalog.list_markers(before, title.id) if judged.has_markers else (),
        profile_id,
        await library.find_resume_point(before, profile_id, title.id) if profile_id else None,
        await _find_next(before, title),
    )


async def _find_running(work: Work, viewer: _Viewer) -> list[OpenSession]:
    """List the account's open sessions; those that have gone silent give way now."""
    sessions = PlaybackSessions(work)
    found = await sessions.open_of(viewer.account_id)
    running = [row for row in found if row.lease_until > work.now]
    if silent := [row.id for row in found if row.lease_until <= work.now]:
        await sessions.end(silent, EndedBy.SILENCE)
    return running


async def _find_devices(work: Work, viewer: _Viewer) -> set[UUID]:
    since = work.now - DEVICE_COUNTS_FOR
    return await PlaybackSessions(work).devices_of(viewer.account_id, since)


def _find_own(
    running: Sequence[OpenSession], viewer: _Viewer, wish: PlayerWish
) -> OpenSession | None:
    """Find the session that goes on: the player asks for addresses again."""
    mine = [row for row in running if _is_same(row, viewer, wish)]
    return next((row for row in mine if wish.resumes_any or row.id == wish.resumes), None)


def _is_same(row: OpenSession, viewer: _Viewer, wish: PlayerWish) -> bool:
    return row.log_in_id == viewer.log_in_id and row.title_id == wish.title_id


def _was_let_in(own: OpenSession | None, gate: Gate) -> bool:
    """Tell whether the session that goes on was opened with the profile of now."""
    return own is not None and (gate.chosen_at is None or own.opened_at >= gate.chosen_at)


async def _find_viewer(work: Work, wish: PlayerWish) -> _Viewer:
    """Find who asks; which device it is is told to who locks the account."""
    actor, log_in_id = work.actor, identity.find_holder(work.actor)
    if actor.account_id is None or log_in_id is None:
        raise TitleNotVisible
    profile, liked = await profiles.get_current_viewer(work)
    return _Viewer(AccountId(actor.account_id), log_in_id, profile, None, _tailoring(wish, liked))


def _tailoring(wish: PlayerWish, liked: Preferences) -> Tailoring:
    return Tailoring(
        codecs=wish.codecs,
        max_height=wish.max_height,
        audio_languages=tuple(liked.audio_languages),
        text_languages=tuple(liked.subtitle_languages),
    )


_SAID_ALIKE: Mapping[Access, Callable[[], Problem]] = {
    Access.TOO_MATURE: TitleTooMature,
    Access.NOT_HERE: TitleNotHere,
    Access.NOT_NOW: TitleNotNow,
    Access.NOT_ON_DEVICE: DeviceCannotPlay,
}


async def _refuse(work: Work, access: Access, wish: PlayerWish, bounds: _Bounds) -> NoReturn:
    limits, entitled = bounds.limits, bounds.entitled
    match access:
        case Access.PIN_NEEDED:
            raise PinNeeded(bounds.gate.openers)
        case Access.PLAN_NEEDED:
            raise PlanNeeded(await catalog.list_plan_names(work, wish.title_id))
        case Access.PLAN_REGION:
            raise PlanRegion(entitled.plan_name, entitled.regions)
        case Access.NOT_YET | Access.FAILED:
            raise TitleNotPlayable(has_failed=access is Access.FAILED)
        case Access.TOO_MANY_DEVICES:
            raise TooManyDevices(limits.devices_at_most)
        case Access.TOO_MANY_STREAMS:
            streams = await show_streams(work, bounds.running)
            raise TooManyStreams(limits.streams_at_once, streams)
        case _:
            refusal = _SAID_ALIKE.get(access, TitleNotVisible)()
            raise refusal


async def show_streams(work: Work, rows: Sequence[OpenSession]) -> list[StreamOut]:
    """Show what runs; a title that the actor may not know of has no name."""
    visible = await catalog.keep_visible(work, {TitleId(row.title_id) for row in rows})
    names = await catalog.find_names(work, visible)
    return [
        StreamOut(row.id, row.device_name, names.get(row.title_id), row.opened_at) for row in rows
    ]


@dataclass(frozen=True, slots=True)
class _Entered:
    """The session that somebody watches in from now on."""

    id: PlaybackSessionId
    profile_id: ProfileId | None
    device_id: UUID | None


async def _enter(
    work: Work, viewer: _Viewer, own: OpenSession | None, title: Title, package: PackageView
) -> _Entered:
    """Let the caller's session go on, or begin one."""
    if own is None:
        return await _add(work, viewer, title, package)
    tailoring = viewer.tailoring.stored()
    await PlaybackSessions(work).go_on(own.id, package.package_id, tailoring)
    profile_id = ProfileId(own.profile_id) if own.profile_id else None
    return _Entered(PlaybackSessionId(own.id), profile_id, own.device_id)


async def _add(work: Work, viewer: _Viewer, title: Title, package: PackageView) -> _Entered:
    profile, device = viewer.profile, viewer.device
    entered = _Entered(
        PlaybackSessionId(new_id()),
        _remembered(profile),
        device.id if device else None,
    )
    await PlaybackSessions(work).add(
        {
            "id": entered.id,
            "account_id": viewer.account_id,
            "profile_id": entered.profile_id,
            "device_id": entered.device_id,
            "device_name": device.name if device else "",
            "title_id": title.id,
            "log_in_id": viewer.log_in_id,
            "package_id": package.package_id,
            "region": work.actor.region,
            "network": network_of(work.actor.place),
            "tailoring": viewer.tailoring.stored(),
            "opened_at": work.now,
            "lease_until": work.now + LEASE,
        }
    )
    return entered


def _remembered(profile: Profile | None) -> ProfileId | None:
    """Name who watches; who wishes no history is not named in a session either."""
    return profile.id if profile is not None and profile.is_history_kept else None


async def _show(
    work: Work,
    door: Door,
    session: _Entered,
    known: _Known,
    shown: tuple[Title, PackageView],
) -> Opened:
    title, package = shown
    if not package.is_complete:
        await media.hurry(work, package.asset_id)
    signed = media.sign_addresses(work, door.addresses, package, session.id)
    device_id = session.device_id
    return Opened(
        session_id=session.id,
        playback=show_playback(title, package, signed, known.master),
        events_token=door.desk.sign(session.id, signed.expires_at),
        resume_at_ms=await _find_resume_point(work, session, known, title.id),
        markers=known.markers,
        next_title=known.next_title,
        throughput_bps=(
            await PlaybackSessions(work).last_throughput(device_id) if device_id else None
        ),
    )


async def _find_resume_point(
    work: Work, session: _Entered, known: _Known, title_id: TitleId
) -> int | None:
    """Find where a session goes on: that of somebody who watched before stays theirs."""
    if session.profile_id == known.profile_id:
        return known.resume_at_ms
    if session.profile_id is None:
        return None
    return await library.find_resume_point(work, session.profile_id, title_id)


async def _find_next(work: Work, title: Title) -> tuple[TitleId, str] | None:
    if title.kind is not TitleKind.EPISODE:
        return None
    watchable = await catalog.find_watchable(work, title.id)
    series = {title.id: watchable.root_id} if watchable else {}
    found = (await catalog.find_next_episodes(work, series)).get(title.id)
    if found is None:
        return None
    return found, (await catalog.find_names(work, [found]))[found]


async def end_session(work: Work, session_id: PlaybackSessionId) -> None:
    """End a session: of one's own account, or any by staff. Ending it again changes nothing.

    Its addresses stop working as soon as each process asks about it again.
    """
    row = await PlaybackSessions(work).find(session_id)
    is_own = row is not None and row.account_id == work.actor.account_id
    if row is None or not (is_own or work.actor.may("accounts.manage")):
        raise SessionNotFound
    if row.ended_at is None:
        by = EndedBy.CHOSEN if is_own else EndedBy.STAFF
        row.ended_at, row.ended_by = work.now, by.value
