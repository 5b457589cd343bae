"""Logging in on a television over HTTP (RFC 8628)."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from streamverse.domains.identity.contracts import IdentitySettings, SessionKind
from streamverse.domains.identity.errors import (
    AccountDeactivated,
    LinkInvalid,
    LinkUsed,
    SessionNeeded,
    TooManyAttempts,
)
from streamverse.domains.identity.errors.tv import (
    AuthorizationPending,
    SlowDown,
    TvCodeExpired,
    TvCodeNotFound,
    TvLogInDenied,
)
from streamverse.domains.identity.routes.log_in import NOT_STORED, logged_in
from streamverse.domains.identity.routes.visits import AnyRequest
from streamverse.domains.identity.schemas import AccountOut, TokenOut
from streamverse.domains.identity.schemas.tv import TvCodeIn, TvCodeOut, TvLogInOut, TvTokenIn
from streamverse.domains.identity.service import tokens, tv
from streamverse.domains.identity.service.reauthentication import own_account_id
from streamverse.domains.identity.service.throttle import LogInThrottle, network_of
from streamverse.domains.identity.service.visits import Visit
from streamverse.kit.errors import Invalid, Unauthenticated
from streamverse.kit.http import anyone, problems, signed_in
from streamverse.kit.work import Work, Workshop

GUESSED = problems(Unauthenticated, SessionNeeded, TvCodeNotFound, TooManyAttempts)


@contextmanager
def _guess(
    throttle: LogInThrottle, request: AnyRequest, visit: Visit, now: datetime
) -> Generator[None]:
    """Count a code that no television shows as a guess (RFC 8628 §5.1)."""
    subject = f"television codes entered by {own_account_id(request.user)}"
    throttle.enter(subject, visit.ip, now)
    is_shown = True
    try:
        yield
    except TvCodeNotFound:
        is_shown = False
        raise
    finally:
        if is_shown:
            throttle.succeed(subject, visit.ip)


@post("/auth/device/code", guards=[anyone], responses=problems(TooManyAttempts, Invalid))
async def begin(
    data: JSONBody[TvCodeIn],
    *,
    visit: NamedDependency[Visit],
    work: NamedDependency[Work],
    identity_settings: NamedDependency[IdentitySettings],
    log_in_throttle: NamedDependency[LogInThrottle],
) -> Response[TvCodeOut]:
    """Give a television a code to show, and another to ask with."""
    log_in_throttle.enter(_televisions_of(visit), visit.ip, work.now)
    codes = await tv.begin(work, data.client_name, data.kind, visit)
    answer = TvCodeOut.of(codes, identity_settings.issuer)
    return Response(answer, status_code=201, headers=NOT_STORED)


@post(
    "/auth/device/token",
    guards=[anyone],
    status_code=200,
    responses=problems(
        AuthorizationPending,
        SlowDown,
        TvCodeExpired,
        TvLogInDenied,
        LinkInvalid,
        LinkUsed,
        AccountDeactivated,
        Invalid,
    ),
)
async def ask(
    data: JSONBody[TvTokenIn],
    *,
    request: AnyRequest,
    visit: NamedDependency[Visit],
    work: NamedDependency[Work],
    workshop: NamedDependency[Workshop],
    identity_settings: NamedDependency[IdentitySettings],
    log_in_throttle: NamedDependency[LogInThrottle],
) -> Response[TokenOut] | Response[AccountOut]:
    """Log a television in once somebody has approved it: by tokens, or a browser by its cookie."""
    await tv.ask(workshop, request.user, data.device_code, visit)
    started = await tv.redeem(work, identity_settings, data.device_code, visit)
    log_in_throttle.succeed(_televisions_of(visit), visit.ip)
    if started.session.kind == SessionKind.BROWSER:
        return logged_in(started, request, identity_settings)
    pair = await tokens.issue_tokens(work, identity_settings, started.account, started.session)
    return Response(TokenOut.of(pair, started.device_secret), headers=NOT_STORED)


def _televisions_of(visit: Visit) -> str:
    return f"televisions of {network_of(visit.ip)}"


@get("/auth/device/{user_code:str}", guards=[signed_in], responses=GUESSED)
async def show(
    user_code: FromPath[str],
    *,
    request: AnyRequest,
    visit: NamedDependency[Visit],
    work: NamedDependency[Work],
    log_in_throttle: NamedDependency[LogInThrottle],
) -> TvLogInOut:
    """Show which television shows a code, and where it is."""
    with _guess(log_in_throttle, request, visit, work.now):
        return TvLogInOut.of(await tv.find_waiting(work, user_code))


@post(
    "/auth/device/{user_code:str}/approve", guards=[signed_in], status_code=204, responses=GUESSED
)
async def approve(
    user_code: FromPath[str],
    *,
    request: AnyRequest,
    visit: NamedDependency[Visit],
    work: NamedDependency[Work],
    log_in_throttle: NamedDependency[LogInThrottle],
) -> None:
    """Let a television log in to your account."""
    with _guess(log_in_throttle, request, visit, work.now):
        await tv.approve(work, user_code)


@post("/auth/device/{user_code:str}/deny", guards=[signed_in], status_code=204, responses=GUESSED)
async def deny(
    user_code: FromPath[str],
    *,
    request: AnyRequest,
    visit: NamedDependency[Visit],
    work: NamedDependency[Work],
    log_in_throttle: NamedDependency[LogInThrottle],
) -> None:
    """Let a television not log in."""
    with _guess(log_in_throttle, request, visit, work.now):
        await tv.deny(work, user_code)


handlers = (begin, ask, show, approve, deny)
