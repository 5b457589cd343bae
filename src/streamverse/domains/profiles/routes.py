"""Profiles over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from streamverse.domains.profiles.contracts import Preferences, ProfileId
from streamverse.domains.profiles.errors import (
    GrownUpRequired,
    LastProfile,
    PasswordRequired,
    PictureTooLarge,
    PictureUnreadable,
    PinPaused,
    PinRequired,
    PinWrong,
    PresetNotFound,
    ProfileNotFound,
    SessionNeeded,
    TooManyProfiles,
)
from streamverse.domains.profiles.rules.presets import PRESETS, draw_preset
from streamverse.domains.profiles.schemas import (
    PinIn,
    ProfileChangeIn,
    ProfileIn,
    ProfileOut,
    ProfilesOut,
    SwitchIn,
)
from streamverse.domains.profiles.service import pictures, pins, preferences, profiles
from streamverse.domains.profiles.service.family import load_family
from streamverse.domains.profiles.service.pictures import PICTURE_LIMIT_BYTES, PictureStudio
from streamverse.kit.errors import Invalid, Unauthenticated
from streamverse.kit.files import is_known
from streamverse.kit.http import anyone, problems, signed_in
from streamverse.kit.work import Work, Workshop

PROFILES = "/users/me/profiles"
PROFILE = f"{PROFILES}/{{profile_id:uuid}}"
BODY_LIMIT_BYTES = 16_384
FOR_A_DAY = "private, max-age=86400"
FOREVER = "public, max-age=31536000, immutable"

AnyRequest = Request[Any, Any, Any]
PIN_PROBLEMS = (PinWrong, PinPaused, GrownUpRequired, Invalid)


@get(PROFILES, guards=[signed_in], responses=problems(Unauthenticated))
async def list_profiles(request: AnyRequest, workshop: NamedDependency[Workshop]) -> ProfilesOut:
    """List who watches with your account, and who does now."""
    return ProfilesOut.of(await profiles.open_family(workshop, request.user))


@post(
    PROFILES,
    guards=[signed_in],
    responses=problems(Unauthenticated, ProfileNotFound, TooManyProfiles, *PIN_PROBLEMS),
)
async def add_profile(
    data: JSONBody[ProfileIn],
    request: AnyRequest,
    work: NamedDependency[Work],
    workshop: NamedDependency[Workshop],
) -> ProfileOut:
    """Let somebody more watch with your account."""
    given = [data.proof.given()] if data.proof else []
    shown = await pins.check_pins(workshop, request.user, given)
    row = await profiles.add_profile(work, data.to_draft(), shown)
    return ProfileOut.of(row, is_current=False)


@patch(
    PROFILE,
    guards=[signed_in],
    responses=problems(Unauthenticated, ProfileNotFound, *PIN_PROBLEMS),
)
async def change_profile(
    profile_id: FromPath[UUID],
    data: JSONBody[ProfileChangeIn],
    request: AnyRequest,
    work: NamedDependency[Work],
    workshop: NamedDependency[Workshop],
) -> ProfileOut:
    """Change a profile; what gives a child more needs a grown-up."""
    given = [data.proof.given()] if data.proof else []
    shown = await pins.check_pins(workshop, request.user, given)
    row, family = await profiles.change_profile(
        work, ProfileId(profile_id), data.to_change(), shown
    )
    return ProfileOut.within(family, row)


@delete(
    PROFILE,
    guards=[signed_in],
    responses=problems(Unauthenticated, ProfileNotFound, LastProfile, GrownUpRequired),
)
async def remove_profile(profile_id: FromPath[UUID], work: NamedDependency[Work]) -> None:
    """Remove a profile with its history; a locked one needs the account's password confirmed."""
    await profiles.remove_profile(work, ProfileId(profile_id))


@post(
    f"{PROFILE}/switch",
    guards=[signed_in],
    status_code=200,
    responses=problems(Unauthenticated, ProfileNotFound, SessionNeeded, PinRequired, *PIN_PROBLEMS),
)
async def switch_profile(
    profile_id: FromPath[UUID],
    data: JSONBody[SwitchIn],
    request: AnyRequest,
    work: NamedDependency[Work],
    workshop: NamedDependency[Workshop],
) -> ProfileOut:
    """Go on as another profile, in this log-in."""
    shown = await pins.check_pins(workshop, request.user, data.given(profile_id))
    row = await profiles.switch_profile(work, ProfileId(profile_id), shown)
    return ProfileOut.of(row, is_current=True)


# --- PINs -----------------------------------------------------------------------------------------


@put(
    f"{PROFILE}/pin",
    guards=[signed_in],
    responses=problems(Unauthenticated, ProfileNotFound, PinRequired, *PIN_PROBLEMS),
)
async def set_pin(
    profile_id: FromPath[UUID],
    data: JSONBody[PinIn],
    request: AnyRequest,
    work: NamedDependency[Work],
    workshop: NamedDependency[Workshop],
) -> ProfileOut:
    """Lock a profile: needs its present PIN, or the account's password confirmed."""
    subject = ProfileId(profile_id)
    pin_hash = await pins.prepare_pin(workshop, request.user, subject, data.pin)
    given = [data.proof.given()] if data.proof else []
    shown = await pins.check_pins(workshop, request.user, given)
    row, family = await pins.set_pin(work, subject, pin_hash, shown)
    return ProfileOut.within(family, row)


@delete(
    f"{PROFILE}/pin",
    guards=[signed_in],
    responses=problems(Unauthenticated, ProfileNotFound, PasswordRequired),
)
async def take_pin_off(profile_id: FromPath[UUID], work: NamedDependency[Work]) -> None:
    """Unlock a profile whose PIN was forgotten: needs the account's password confirmed."""
    await pins.take_pin_off(work, ProfileId(profile_id))


# --- preferences ----------------------------------------------------------------------------------


@get(
    f"{PROFILE}/preferences",
    guards=[signed_in],
    responses=problems(Unauthenticated, ProfileNotFound),
)
async def get_preferences(profile_id: FromPath[UUID], work: NamedDependency[Work]) -> Preferences:
    """Show how somebody likes it."""
    return await preferences.get_preferences(work, ProfileId(profile_id))


@patch(
    f"{PROFILE}/preferences",
    guards=[signed_in],
    responses=problems(Unauthenticated, ProfileNotFound, GrownUpRequired, Invalid),
)
async def change_preferences(
    profile_id: FromPath[UUID], data: JSONBody[dict[str, Any]], work: NamedDependency[Work]
) -> Preferences:
    """Merge a patch into somebody's preferences (RFC 7396); null means the default again."""
    return await preferences.change_preferences(work, ProfileId(profile_id), data)


# --- pictures -------------------------------------------------------------------------------------


@get(
    f"{PROFILE}/avatar",
    guards=[signed_in],
    media_type="image/webp",
    responses=problems(Unauthenticated, ProfileNotFound),
)
async def get_picture(
    profile_id: FromPath[UUID],
    request: AnyRequest,
    work: NamedDependency[Work],
    picture_studio: NamedDependency[PictureStudio],
) -> Response[bytes]:
    """Give the avatar of a profile: the uploaded picture, or its preset."""
    row = (await load_family(work)).get(work, ProfileId(profile_id))
    if row.picture_digest is None:
        return _preset(request, row.preset, FOR_A_DAY)
    if is_known(etag := f'"{row.picture_digest}"', _condition(request)):
        return _unchanged(etag, FOR_A_DAY)
    content = await pictures.read_picture(picture_studio, row)
    return _image(content, "image/webp", etag, FOR_A_DAY)


@put(
    f"{PROFILE}/avatar",
    guards=[signed_in],
    request_max_body_size=None,
    responses=problems(
        Unauthenticated, ProfileNotFound, GrownUpRequired, PictureTooLarge, PictureUnreadable
    ),
)
async def set_picture(
    profile_id: FromPath[UUID],
    request: AnyRequest,
    work: NamedDependency[Work],
    workshop: NamedDependency[Workshop],
    picture_studio: NamedDependency[PictureStudio],
) -> ProfileOut:
    """Upload a picture (PNG, JPEG or WebP, the body as it is) to be the avatar of a profile."""
    sitter = ProfileId(profile_id)
    await pictures.check_sitter(workshop, request.user, sitter)
    picture = await picture_studio.develop(await _read_body(request))
    row, family = await pictures.set_picture(work, picture_studio, sitter, picture)
    return ProfileOut.within(family, row)


@delete(
    f"{PROFILE}/avatar",
    guards=[signed_in],
    responses=problems(Unauthenticated, ProfileNotFound, GrownUpRequired),
)
async def remove_picture(profile_id: FromPath[UUID], work: NamedDependency[Work]) -> None:
    """Show the preset again instead of the uploaded picture."""
    await pictures.remove_picture(work, ProfileId(profile_id))


@get(
    "/avatars/{number:int}",
    guards=[anyone],
    media_type="image/svg+xml",
    responses=problems(PresetNotFound),
)
async def get_preset(number: FromPath[int], request: AnyRequest) -> Response[bytes]:
    """Draw one of the avatars to choose from."""
    if not 1 <= number <= PRESETS:
        raise PresetNotFound(number)
    return _preset(request, number, FOREVER)


async def _read_body(request: AnyRequest) -> bytes:
    """Read an upload, no further than it may be long."""
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > PICTURE_LIMIT_BYTES:
            raise PictureTooLarge(PICTURE_LIMIT_BYTES)
    return bytes(content)


def _preset(request: AnyRequest, number: int, cache_control: str) -> Response[bytes]:
    etag = f'"preset-{number}"'
    if is_known(etag, _condition(request)):
        return _unchanged(etag, cache_control)
    return _image(draw_preset(number).encode(), "image/svg+xml", etag, cache_control)


def _condition(request: AnyRequest) -> bytes | None:
    condition = request.headers.get("if-none-match")
    return None if condition is None else condition.encode("latin-1")


def _image(content: bytes, media_type: str, etag: str, cache_control: str) -> Response[bytes]:
    headers = {"ETag": etag, "Cache-Control": cache_control}
    return Response(content, media_type=media_type, headers=headers)


def _unchanged(etag: str, cache_control: str) -> Response[bytes]:
    headers = {"ETag": etag, "Cache-Control": cache_control}
    return Response(b"", status_code=304, headers=headers)


router = Router(
    path="/",
    route_handlers=[
        list_profiles,
        add_profile,
        change_profile,
        remove_profile,
        switch_profile,
        set_pin,
        take_pin_off,
        get_preferences,
        change_preferences,
        get_picture,
        set_picture,
        remove_picture,
        get_preset,
    ],
    request_max_body_size=BODY_LIMIT_BYTES,
    tags=["profiles"],
)
