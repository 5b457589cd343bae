"""Sessions, devices and activity of one's own account over HTTP."""

from __future__ import annotations

from uuid import UUID

from litestar import Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from streamverse.domains.identity.contracts import DeviceId, IdentitySettings, SessionId
from streamverse.domains.identity.errors import DeviceNotFound, SessionNotFound
from streamverse.domains.identity.models import DeviceRow
from streamverse.domains.identity.routes.visits import AnyRequest, session_cookie
from streamverse.domains.identity.schemas import (
    ActivityPage,
    DevicePage,
    EndedOut,
    SessionPage,
)
from streamverse.domains.identity.service import activity, devices, sessions
from streamverse.domains.identity.service.reauthentication import own_account_id
from streamverse.kit.errors import Invalid, Unauthenticated
from streamverse.kit.http import problems, signed_in
from streamverse.kit.paging import Page
from streamverse.kit.regions import Regions
from streamverse.kit.work import Work

LISTED = problems(Unauthenticated, Invalid)


@get("/auth/sessions", guards=[signed_in], responses=LISTED)
async def list_sessions(
    work: NamedDependency[Work],
    regions: NamedDependency[Regions],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> SessionPage:
    """List where you are logged in, newest first."""
    page = await sessions.list_sessions(work, own_account_id(work.actor), cursor, limit)
    return SessionPage.of(page, regions, work.actor.session_id)


@delete(
    "/auth/sessions/{session_id:uuid}",
    guards=[signed_in],
    responses=problems(Unauthenticated, SessionNotFound),
)
async def end_session(session_id: FromPath[UUID], work: NamedDependency[Work]) -> None:
    """Log out somewhere else."""
    await sessions.end_session(work, own_account_id(work.actor), SessionId(session_id))


@post(
    "/auth/sessions/revoke-all",
    guards=[signed_in],
    status_code=200,
    responses=problems(Unauthenticated),
)
async def end_all_sessions(
    request: AnyRequest,
    work: NamedDependency[Work],
    identity_settings: NamedDependency[IdentitySettings],
) -> Response[EndedOut]:
    """Log out everywhere, here too."""
    ended = await sessions.end_all_sessions(work, own_account_id(work.actor))
    return _logged_out(ended, request, identity_settings)


@post(
    "/auth/sessions/revoke-others",
    guards=[signed_in],
    status_code=200,
    responses=problems(Unauthenticated),
)
async def end_other_sessions(work: NamedDependency[Work]) -> EndedOut:
    """Log out everywhere else."""
    return EndedOut(await sessions.end_other_sessions(work, own_account_id(work.actor)))


@get("/users/me/devices", guards=[signed_in], responses=LISTED)
async def list_devices(
    work: NamedDependency[Work],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> DevicePage:
    """List the browsers and apps that you have logged in on, newest first."""
    page = await devices.list_devices(work, own_account_id(work.actor), cursor, limit)
    return await _device_page(work, page)


@delete(
    "/users/me/devices/{device_id:uuid}",
    guards=[signed_in],
    responses=problems(Unauthenticated, DeviceNotFound),
)
async def remove_device(device_id: FromPath[UUID], work: NamedDependency[Work]) -> None:
    """Forget a device and log out on it."""
    await devices.remove_device(work, own_account_id(work.actor), DeviceId(device_id))


@post(
    "/users/me/devices/revoke-all",
    guards=[signed_in],
    status_code=200,
    responses=problems(Unauthenticated),
)
async def remove_all_devices(
    request: AnyRequest,
    work: NamedDependency[Work],
    identity_settings: NamedDependency[IdentitySettings],
) -> Response[EndedOut]:
    """Forget every device and log out everywhere, here too."""
    ended = await devices.remove_all_devices(work, own_account_id(work.actor))
    return _logged_out(ended, request, identity_settings)


@get("/users/me/devices/sessions", guards=[signed_in], responses=LISTED)
async def list_device_sessions(
    work: NamedDependency[Work],
    regions: NamedDependency[Regions],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> SessionPage:
    """List where you are logged in, each with its device."""
    page = await sessions.list_sessions(work, own_account_id(work.actor), cursor, limit)
    return SessionPage.of(page, regions, work.actor.session_id)


@get("/auth/trusted-devices", guards=[signed_in], responses=LISTED)
async def list_trusted_devices(
    work: NamedDependency[Work],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> DevicePage:
    """List the devices on which you log in without a second factor."""
    page = await devices.list_trusted_devices(work, own_account_id(work.actor), cursor, limit)
    return await _device_page(work, page)


@delete(
    "/auth/trusted-devices/{device_id:uuid}",
    guards=[signed_in],
    responses=problems(Unauthenticated, DeviceNotFound),
)
async def end_trust(device_id: FromPath[UUID], work: NamedDependency[Work]) -> None:
    """Ask for a second factor on a device again."""
    await devices.end_trust(work, own_account_id(work.actor), DeviceId(device_id))


@get("/auth/activity", guards=[signed_in], responses=LISTED)
async def list_activity(
    work: NamedDependency[Work],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> ActivityPage:
    """List what happened around your log-ins, latest first."""
    return ActivityPage.of(
        await activity.list_activity(work, own_account_id(work.actor), cursor, limit)
    )


async def _device_page(work: Work, page: Page[tuple[DeviceRow, int]]) -> DevicePage:
    return DevicePage.of(page, await sessions.find_own_device(work), work.now)


def _logged_out(ended: int, request: AnyRequest, settings: IdentitySettings) -> Response[EndedOut]:
    return Response(EndedOut(ended), cookies=[session_cookie("", request, settings)])


handlers = (
    list_sessions,
    end_session,
    end_all_sessions,
    end_other_sessions,
    list_devices,
    remove_device,
    remove_all_devices,
    list_device_sessions,
    list_trusted_devices,
    end_trust,
    list_activity,
)
