"""Passkeys over HTTP."""

from __future__ import annotations

from uuid import UUID

from litestar import Response, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from streamverse.domains.identity.contracts import IdentitySettings
from streamverse.domains.identity.errors import (
    LinkExpired,
    LinkInvalid,
    LinkUsed,
    SessionNeeded,
    TooManyAttempts,
)
from streamverse.domains.identity.errors.factors import (
    PasskeyNotFound,
    PasskeyRefused,
    PasskeysUnavailable,
    PasskeyTaken,
    PasskeyWrong,
    TooManyPasskeyQuestions,
    TooManyPasskeys,
)
from streamverse.domains.identity.errors.federation import LastWayIn
from streamverse.domains.identity.routes.link_attempts import link_attempt
from streamverse.domains.identity.routes.log_in import CANNOT_ENTER, NOT_STORED, logged_in
from streamverse.domains.identity.routes.visits import AnyRequest, renewed_cookies
from streamverse.domains.identity.schemas import AccountOut
from streamverse.domains.identity.schemas.passkeys import (
    CeremonyOut,
    PasskeyList,
    PasskeyLoginIn,
    PasskeyNameIn,
    PasskeyOptionsIn,
    PasskeyOut,
    PasskeyRegistrationIn,
)
from streamverse.domains.identity.service import passkeys
from streamverse.domains.identity.service.passkey_throttle import PasskeyThrottle
from streamverse.domains.identity.service.passkeys import Ceremony
from streamverse.domains.identity.service.throttle import LogInThrottle, network_of
from streamverse.domains.identity.service.visits import Visit
from streamverse.kit.errors import Invalid, Unauthenticated
from streamverse.kit.http import (
    ReauthRequired,
    anyone,
    problems,
    recently_authenticated,
    signed_in,
)
from streamverse.kit.work import Work

SENSITIVE = (Unauthenticated, ReauthRequired, SessionNeeded)
TICKET_FAILURES = (LinkInvalid, LinkExpired, LinkUsed)


@get("/auth/passkeys", guards=[signed_in], responses=problems(Unauthenticated, SessionNeeded))
async def list_passkeys(work: NamedDependency[Work]) -> PasskeyList:
    """List your passkeys, oldest first."""
    return PasskeyList.of(await passkeys.list_passkeys(work))


@post(
    "/auth/passkeys/register/options",
    guards=[recently_authenticated],
    status_code=200,
    responses=problems(*SENSITIVE, TooManyPasskeys, PasskeysUnavailable),
)
async def begin_registration(
    work: NamedDependency[Work], identity_settings: NamedDependency[IdentitySettings]
) -> Response[CeremonyOut]:
    """Begin to add a passkey."""
    return _asked(await passkeys.begin_registration(work, identity_settings))


@post(
    "/auth/passkeys/register",
    guards=[recently_authenticated],
    responses=problems(
        *SENSITIVE,
        *TICKET_FAILURES,
        PasskeyRefused,
        PasskeyTaken,
        TooManyPasskeys,
        PasskeysUnavailable,
        Invalid,
    ),
)
async def finish_registration(
    data: JSONBody[PasskeyRegistrationIn],
    request: AnyRequest,
    visit: NamedDependency[Visit],
    work: NamedDependency[Work],
    identity_settings: NamedDependency[IdentitySettings],
) -> Response[PasskeyOut]:
    """Add the passkey that the browser has made."""
    row, secret = await passkeys.finish_registration(
        work, identity_settings, data.answer(), data.name, visit
    )
    cookies = renewed_cookies(secret, request, identity_settings)
    return Response(PasskeyOut.of(row), status_code=201, headers=NOT_STORED, cookies=cookies)


@patch(
    "/auth/passkeys/{passkey_id:uuid}",
    guards=[signed_in],
    responses=problems(Unauthenticated, SessionNeeded, PasskeyNotFound, Invalid),
)
async def rename_passkey(
    passkey_id: FromPath[UUID],
    data: JSONBody[PasskeyNameIn],
    visit: NamedDependency[Visit],
    work: NamedDependency[Work],
) -> PasskeyOut:
    """Give a passkey another name."""
    return PasskeyOut.of(await passkeys.rename_passkey(work, passkey_id, data.name, visit))


@delete(
    "/auth/passkeys/{passkey_id:uuid}",
    guards=[recently_authenticated],
    responses=problems(*SENSITIVE, PasskeyNotFound, LastWayIn),
)
async def remove_passkey(
    passkey_id: FromPath[UUID],
    request: AnyRequest,
    visit: NamedDependency[Visit],
    work: NamedDependency[Work],
    identity_settings: NamedDependency[IdentitySettings],
) -> Response[None]:
    """Remove a passkey, unless it is your only way to log in."""
    secret = await passkeys.remove_passkey(work, passkey_id, visit)
    cookies = renewed_cookies(secret, request, identity_settings)
    return Response(None, status_code=204, headers=NOT_STORED, cookies=cookies)


# --- logging in -----------------------------------------------------------------------------------


@post(
    "/auth/passkeys/login/options",
    guards=[anyone],
    status_code=200,
    responses=problems(
        *TICKET_FAILURES, TooManyAttempts, TooManyPasskeyQuestions, PasskeysUnavailable, Invalid
    ),
)
async def begin_log_in(
    data: JSONBody[PasskeyOptionsIn],
    *,
    visit: NamedDependency[Visit],
    work: NamedDependency[Work],
    identity_settings: NamedDependency[IdentitySettings],
    log_in_throttle: NamedDependency[LogInThrottle],
    passkey_throttle: NamedDependency[PasskeyThrottle],
) -> Response[CeremonyOut]:
    """Ask for a passkey: of anybody, or of the account whose log-in has a ticket already."""
    passkey_throttle.enter(visit.ip, work.now)
    if data.ticket is None:
        return _asked(await passkeys.begin_log_in(work, identity_settings))
    with link_attempt(log_in_throttle, visit, work.now):
        ceremony = await passkeys.begin_second_factor(work, identity_settings, data.ticket, visit)
    return _asked(ceremony)


@post(
    "/auth/passkeys/login",
    guards=[anyone],
    status_code=200,
    responses=problems(PasskeyWrong, *TICKET_FAILURES, PasskeysUnavailable, *CANNOT_ENTER),
)
async def log_in(
    data: JSONBody[PasskeyLoginIn],
    *,
    request: AnyRequest,
    visit: NamedDependency[Visit],
    work: NamedDependency[Work],
    identity_settings: NamedDependency[IdentitySettings],
    log_in_throttle: NamedDependency[LogInThrottle],
) -> Response[AccountOut]:
    """Log in by a passkey alone."""
    subject = f"passkeys from {network_of(visit.ip)}"
    log_in_throttle.enter(subject, visit.ip, work.now)
    started = await passkeys.log_in(
        work, identity_settings, data.answer(), visit, device_name=data.device_name
    )
    log_in_throttle.succeed(subject, visit.ip)
    return logged_in(started, request, identity_settings)


@post(
    "/auth/passkeys/reauth/options",
    guards=[signed_in],
    status_code=200,
    responses=problems(Unauthenticated, SessionNeeded, PasskeysUnavailable),
)
async def begin_reauthentication(
    work: NamedDependency[Work], identity_settings: NamedDependency[IdentitySettings]
) -> Response[CeremonyOut]:
    """Ask for one of your passkeys, to confirm that it is you."""
    return _asked(await passkeys.begin_reauthentication(work, identity_settings))


def _asked(ceremony: Ceremony) -> Response[CeremonyOut]:
    return Response(CeremonyOut.of(ceremony), status_code=200, headers=NOT_STORED)


handlers = (
    list_passkeys,
    begin_registration,
    finish_registration,
    rename_passkey,
    remove_passkey,
    begin_log_in,
    log_in,
    begin_reauthentication,
)
