"""Starting to watch over HTTP: the door, the addresses, the keys."""

from __future__ import annotations

from uuid import UUID

from litestar import delete, get, post
from litestar.datastructures import ResponseHeader, State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.live.contracts import StreamId
from streamverse.domains.live.public import (
    LiveDesk,
    StreamNotFound,
    StreamNotLive,
    StreamPlanNeeded,
    StreamPlanRegion,
)
from streamverse.domains.media.contracts import PackageId
from streamverse.domains.media.public import (
    AddressElsewhere,
    KeySafe,
    KeyUnknown,
    Manifests,
    MediaAddresses,
)
from streamverse.domains.playback.contracts import LiveWish, PlaybackSessionId, TitleWish
from streamverse.domains.playback.errors import (
    DeviceCannotPlay,
    LicenseNotYours,
    LicenseRequestInvalid,
    LicensesThrottled,
    PinNeeded,
    PlanNeeded,
    PlanRegion,
    SessionNotFound,
    ThumbnailsNotMade,
    TitleNotHere,
    TitleNotNow,
    TitleNotPlayable,
    TitleNotVisible,
    TitleTooMature,
    TooManyDevices,
    TooManyStreams,
)
from streamverse.domains.playback.schemas.starting import (
    LicenseIn,
    LicenseOut,
    LivePlaybackOut,
    LiveSessionIn,
    LiveSessionOut,
    PlaybackIn,
    PlaybackOut,
    SessionIn,
    SessionOut,
    ThumbnailSpriteOut,
)
from streamverse.domains.playback.service import licenses as licensing
from streamverse.domains.playback.service import opening, opening_live, playing
from streamverse.domains.playback.service.desk import PlaybackDesk
from streamverse.domains.playback.service.license_throttle import LicenseThrottle
from streamverse.domains.playback.service.licenses import Licenses, StreamAsked
from streamverse.domains.playback.service.opening import Door
from streamverse.domains.playback.service.opening_live import LiveDoor
from streamverse.domains.profiles import public as profiles
from streamverse.domains.profiles.contracts import ProfileId
from streamverse.domains.profiles.public import PinPaused, PinWrong, ProfileNotFound, ProofIn
from streamverse.kit.http import problems, signed_in
from streamverse.kit.tokens import GrantExpired, GrantInvalid
from streamverse.kit.work import Actor, Work, Workshop

LICENSE_LIMIT_BYTES = 4096
NOT_STORED = [ResponseHeader(name="Cache-Control", value="no-store")]

PLAN_PROBLEMS = (PlanNeeded, PlanRegion)
PIN_PROBLEMS = (PinNeeded, PinWrong, PinPaused, ProfileNotFound)
LIVE_PROBLEMS = (
    StreamNotFound,
    StreamNotLive,
    StreamPlanNeeded,
    StreamPlanRegion,
    TooManyDevices,
    TooManyStreams,
)


@post(
    "/titles/{title_id:uuid}/playback",
    guards=[signed_in],
    status_code=200,
    responses=problems(
        TitleNotVisible,
        TitleTooMature,
        TitleNotHere,
        TitleNotNow,
        *PLAN_PROBLEMS,
        TitleNotPlayable,
        TooManyDevices,
        TooManyStreams,
        *PIN_PROBLEMS,
    ),
)
async def start_playback(
    title_id: FromPath[UUID],
    work: NamedDependency[Work],
    workshop: NamedDependency[Workshop],
    door: NamedDependency[Door],
    data: JSONBody[PlaybackIn | None] = None,
) -> PlaybackOut:
    """Start to watch a title with a player that says nothing of itself, or go on."""
    wish = TitleWish(title_id=TitleId(title_id), resumes_any=True)
    shown = await _check_pin(workshop, work.actor, data.proof if data else None)
    return (await opening.open_session(work, door, wish, shown)).playback


@get(
    "/titles/{title_id:uuid}/thumbnail-sprite",
    guards=[signed_in],
    responses=problems(TitleNotVisible, TitleNotPlayable, ThumbnailsNotMade),
)
async def get_thumbnails(
    title_id: FromPath[UUID],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> ThumbnailSpriteOut:
    """Tell where the small pictures of a title are, for the bar of time."""
    return await playing.get_thumbnails(work, media_addresses, TitleId(title_id))


@post(
    "/playback/licenses/clearkey/{package_id:uuid}/{grant:str}",
    guards=[signed_in],
    status_code=200,
    request_max_body_size=LICENSE_LIMIT_BYTES,
    response_headers=NOT_STORED,
    responses=problems(
        GrantInvalid,
        GrantExpired,
        AddressElsewhere,
        LicenseNotYours,
        LicenseRequestInvalid,
        LicensesThrottled,
        TitleNotVisible,
        TitleNotPlayable,
        KeyUnknown,
    ),
)
async def give_license(
    package_id: FromPath[UUID],
    grant: FromPath[str],
    data: JSONBody[LicenseIn],
    work: NamedDependency[Work],
    licenses: NamedDependency[Licenses],
) -> LicenseOut:
    """Get the keys of an encrypted title, as a browser's Clear Key asks for them."""
    return await licensing.give_license(work, licenses, PackageId(package_id), grant, data)


@post(
    "/playback/licenses/live/{stream_id:uuid}/{grant:str}",
    guards=[signed_in],
    status_code=200,
    request_max_body_size=LICENSE_LIMIT_BYTES,
    response_headers=NOT_STORED,
    responses=problems(
        GrantInvalid,
        GrantExpired,
        AddressElsewhere,
        LicenseNotYours,
        LicenseRequestInvalid,
        LicensesThrottled,
        StreamNotFound,
        StreamPlanNeeded,
        KeyUnknown,
    ),
)
async def give_live_license(  # noqa: PLR0917 - all that is in the address
    stream_id: FromPath[UUID],
    grant: FromPath[str],
    data: JSONBody[LicenseIn],
    work: NamedDependency[Work],
    licenses: NamedDependency[Licenses],
    height: FromQuery[int | None] = None,
) -> LicenseOut:
    """Get keys of a protected stream, as a browser's Clear Key asks for them."""
    asked_for = StreamAsked(StreamId(stream_id), grant, height)
    return await licensing.give_live_license(work, licenses, asked_for, data)


@post(
    "/player/sessions/enhanced",
    guards=[signed_in],
    status_code=201,
    request_max_body_size=LICENSE_LIMIT_BYTES,
    response_headers=NOT_STORED,
    responses=problems(
        TitleNotVisible,
        TitleTooMature,
        TitleNotHere,
        TitleNotNow,
        *PLAN_PROBLEMS,
        TitleNotPlayable,
        DeviceCannotPlay,
        TooManyDevices,
        TooManyStreams,
        *PIN_PROBLEMS,
    ),
)
async def open_session(
    data: JSONBody[SessionIn],
    work: NamedDependency[Work],
    workshop: NamedDependency[Workshop],
    door: NamedDependency[Door],
) -> SessionOut:
    """Start to watch a title: whether that may be, where it is, and what a player begins with."""
    shown = await _check_pin(workshop, work.actor, data.proof)
    return SessionOut.of(await opening.open_session(work, door, data.wish(), shown))


@post(
    "/live/streams/{stream_id:uuid}/playback",
    guards=[signed_in],
    responses=problems(*LIVE_PROBLEMS),
)
async def start_live_playback(
    stream_id: FromPath[UUID], work: NamedDependency[Work], live_door: NamedDependency[LiveDoor]
) -> LivePlaybackOut:
    """Start to watch a live stream with a player that says nothing of itself, or go on."""
    wish = LiveWish(stream_id=StreamId(stream_id), resumes_any=True)
    return LivePlaybackOut.of((await opening_live.open_live(work, live_door, wish)).address)


@post(
    "/player/sessions/live",
    guards=[signed_in],
    status_code=201,
    request_max_body_size=LICENSE_LIMIT_BYTES,
    response_headers=NOT_STORED,
    responses=problems(*LIVE_PROBLEMS),
)
async def open_live_session(
    data: JSONBody[LiveSessionIn],
    work: NamedDependency[Work],
    live_door: NamedDependency[LiveDoor],
) -> LiveSessionOut:
    """Start to watch a live stream: whether that may be, and where it is followed."""
    opened = await opening_live.open_live(work, live_door, data.wish())
    return LiveSessionOut.of(opened, work.now)


async def _check_pin(
    workshop: Workshop, actor: Actor, proof: ProofIn | None
) -> frozenset[ProfileId]:
    given = [proof.given()] if proof else []
    return await profiles.check_pins(workshop, actor, given)


@delete(
    "/player/sessions/{session_id:uuid}",
    guards=[signed_in],
    responses=problems(SessionNotFound),
)
async def end_session(
    session_id: FromPath[UUID],
    work: NamedDependency[Work],
    playback_desk: NamedDependency[PlaybackDesk],
) -> None:
    """End a session, on whatever device it runs; its addresses stop working within seconds."""
    await opening.end_session(work, playback_desk, PlaybackSessionId(session_id))


def provide_door(
    media_addresses: NamedDependency[MediaAddresses],
    playback_desk: NamedDependency[PlaybackDesk],
    manifests: NamedDependency[Manifests],
) -> Door:
    """Give what it takes to let somebody in."""
    return Door(media_addresses, playback_desk, manifests)


def provide_live_door(
    media_addresses: NamedDependency[MediaAddresses],
    playback_desk: NamedDependency[PlaybackDesk],
    live_desk: NamedDependency[LiveDesk],
) -> LiveDoor:
    """Give what it takes to let somebody see what goes out."""
    return LiveDoor(media_addresses, playback_desk, live_desk)


def provide_licenses(
    state: State,
    media_addresses: NamedDependency[MediaAddresses],
    key_safe: NamedDependency[KeySafe],
) -> Licenses:
    """Give what licences take, with the application's own throttle."""
    throttle = state.setdefault("license_throttle", LicenseThrottle())
    return Licenses(media_addresses, key_safe, throttle)
