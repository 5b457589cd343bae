"""Opening and ending sessions: the one door to watching."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

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
from streamverse.domains.library import public as library
from streamverse.domains.media import public as media
from streamverse.domains.media.contracts import PackageView
from streamverse.domains.playback.contracts import EndedBy, PlaybackSessionId, TitleWish
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
)
from streamverse.domains.playback.repository import OpenSession, PlaybackSessions
from streamverse.domains.playback.rules.access import Access, Wish, decide_access
from streamverse.domains.playback.rules.limits import allow_height, limits_of
from streamverse.domains.playback.rules.lines import Line
from streamverse.domains.playback.schemas.starting import PlaybackOut
from streamverse.domains.playback.service.desk import PlaybackDesk
from streamverse.domains.playback.service.places import (
    Entered,
    Places,
    Subject,
    Viewer,
    enter,
    find_line,
    find_viewer,
    hold_places,
    refuse_place,
)
from streamverse.domains.playback.service.playing import show_playback
from streamverse.domains.profiles import public as profiles
from streamverse.domains.profiles.contracts import Gate, ProfileId
from streamverse.kit.errors import Problem
from streamverse.kit.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A session with all that its player begins with."""

    session_id: PlaybackSessionId
    playback: PlaybackOut
    events_token: str
    resume_at_ms: int | None
    markers: Sequence[MarkerLine]
    next_title: tuple[TitleId, str] | None
    line: Line


@dataclass(frozen=True, slots=True)
class Door:
    """What it takes to let somebody in.

    Who signs addresses, who takes the player's news, and who remembers the manifests.
    """

    addresses: media.MediaAddresses
    desk: PlaybackDesk
    manifests: media.Manifests


@dataclass(frozen=True, slots=True)
class _Bounds:
    """What may stand in somebody's way, for telling them of it."""

    title_id: TitleId
    entitled: Entitlements
    places: Places
    gate: Gate


async def open_session(
    work: Work, door: Door, wish: TitleWish, shown: Collection[ProfileId] = ()
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
    limits = limits_of(door.desk.settings, entitled)
    places = await hold_places(work, viewer, limits, wish, wish.title_id)
    gate = await profiles.find_gate(work, viewer.profile, shown)
    asked = Wish(
        visibility=judged.visibility,
        region=work.actor.region,
        regions=entitled.regions,
        is_playable=package is not None,
        has_failed=title is not None and title.state is TitleState.FAILED,
        codec_families=package.codec_families if package else (),
        tailoring=viewer.tailoring,
        age=title.age if title else 0,
        open_age=gate.open_age,
        is_pin_shown=gate.is_open or _was_let_in(places.own, gate),
    )
    access = decide_access(places.counted(asked))
    if access is not Access.ALLOWED or title is None or package is None:
        await _refuse(work, access, _Bounds(wish.title_id, entitled, places, gate))
    if gate.is_shown:
        await profiles.keep_gate_open(work)
    subject = Subject(title_id=title.id, package_id=package.package_id)
    session = await enter(work, places, subject)
    return await _show(work, door, session, known, (title, package))


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a wish before anything is locked for it.

    ``profile_id`` is whose resume point it is: nobody's where no history is kept.
    """

    viewer: Viewer
    entitled: Entitlements
    judged: Judged
    package: PackageView | None
    master: str | None = None
    markers: Sequence[MarkerLine] = ()
    profile_id: ProfileId | None = None
    resume_at_ms: int | None = None
    next_title: tuple[TitleId, str] | None = None


async def _find_known(before: Work, door: Door, wish: TitleWish) -> _Known:
    """Find who asks, what they may, and all that there is to know of the title."""
    viewer = await find_viewer(before, wish)
    if viewer is None:
        raise TitleNotVisible
    entitled = await billing.find_entitlements(before, viewer.account_id)
    judged = await catalog.judge_title(before, wish.title_id, viewer.profile, entitled.plan_id)
    title, profile_id = judged.title, viewer.remembered
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


def _was_let_in(own: OpenSession | None, gate: Gate) -> bool:
    """Tell whether the session that goes on was opened with the profile of now."""
    return own is not None and (gate.chosen_at is None or own.opened_at >= gate.chosen_at)


_SAID_ALIKE: Mapping[Access, Callable[[], Problem]] = {
    Access.TOO_MATURE: TitleTooMature,
    Access.NOT_HERE: TitleNotHere,
    Access.NOT_NOW: TitleNotNow,
    Access.NOT_ON_DEVICE: DeviceCannotPlay,
}


async def _refuse(work: Work, access: Access, bounds: _Bounds) -> NoReturn:
    entitled = bounds.entitled
    match access:
        case Access.PIN_NEEDED:
            raise PinNeeded(bounds.gate.openers)
        case Access.PLAN_NEEDED:
            raise PlanNeeded(await catalog.list_plan_names(work, bounds.title_id))
        case Access.PLAN_REGION:
            raise PlanRegion(entitled.plan_name, entitled.regions)
        case Access.NOT_YET | Access.FAILED:
            raise TitleNotPlayable(has_failed=access is Access.FAILED)
        case Access.TOO_MANY_DEVICES | Access.TOO_MANY_STREAMS:
            await refuse_place(work, access, bounds.places)
        case _:
            refusal = _SAID_ALIKE.get(access, TitleNotVisible)()
            raise refusal


async def _show(
    work: Work,
    door: Door,
    session: Entered,
    known: _Known,
    shown: tuple[Title, PackageView],
) -> Opened:
    title, package = shown
    if not package.is_complete:
        await media.hurry(work, package.asset_id)
    signed = media.sign_addresses(work, door.addresses, package, session.id)
    return Opened(
        session_id=session.id,
        playback=show_playback(title, package, signed, known.master),
        events_token=door.desk.sign(session.id, signed.expires_at),
        resume_at_ms=await _find_resume_point(work, session, known, title.id),
        markers=known.markers,
        next_title=known.next_title,
        line=await find_line(work, session),
    )


async def _find_resume_point(
    work: Work, session: Entered, known: _Known, title_id: TitleId
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


async def end_session(work: Work, desk: PlaybackDesk, session_id: PlaybackSessionId) -> None:
    """End a session: of one's own account, or any by staff. Ending it again changes nothing.

    Its addresses stop working at once here, and elsewhere when what is fetched is written down.
    """
    row = await PlaybackSessions(work).find(session_id)
    is_own = row is not None and row.account_id == work.actor.account_id
    if row is None or not (is_own or work.actor.may("accounts.manage")):
        raise SessionNotFound
    if row.ended_at is None:
        by = EndedBy.CHOSEN if is_own else EndedBy.STAFF
        row.ended_at, row.ended_by = work.now, by.value

        async def tell() -> None:
            desk.note_end(session_id, by)

        work.after_commit(tell)
