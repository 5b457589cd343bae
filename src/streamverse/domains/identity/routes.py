"""Identity over HTTP, and how a request shows who sends it."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from litestar import Request, Response, Router, delete, get, post
from litestar.datastructures import Cookie, State
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.types import HTTPScope

from streamverse.domains.identity.contracts import (
    DEFAULT_TENANT_ID,
    AccountId,
    IdentitySettings,
    SessionKind,
)
from streamverse.domains.identity.errors import (
    AccountNotFound,
    EmailTaken,
    LogInsBusy,
    OwnAccount,
    SetupClosed,
    SetupTokenWrong,
    TooManyAttempts,
    WrongCredentials,
)
from streamverse.domains.identity.schemas import (
    AccountIn,
    AccountOut,
    AccountPage,
    LoginIn,
    SetupIn,
    SetupOut,
    TokenOut,
)
from streamverse.domains.identity.service import accounts, sessions
from streamverse.domains.identity.service.sessions import Proof, SessionStarted
from streamverse.domains.identity.service.throttle import LogInThrottle
from streamverse.kit.errors import Forbidden, Invalid, Unauthenticated
from streamverse.kit.http import (
    SAFE_METHODS,
    Connection,
    anyone,
    owner,
    problems,
    signed_in,
)
from streamverse.kit.work import Actor, Work, Workshop

COOKIE = "sv_session"
# The longest that browsers keep a cookie (RFC 6265bis §5.5); the session decides when it ends.
COOKIE_KEPT_FOR_S = 400 * 24 * 3600
BODY_LIMIT_BYTES = 16_384

AnyRequest = Request[Any, Any, Any]


async def authenticate(connection: Connection, settings: IdentitySettings) -> Actor:
    """Find out who sends a request; unsafe ones also keep a session that is in use alive."""
    workshop: Workshop = connection.app.state.workshop
    async with workshop.reading(Actor.system()) as work:
        session = await sessions.recognise(
            work, cookie=connection.cookies.get(COOKIE), bearer=_bearer(connection)
        )
    if session is None:
        return Actor(DEFAULT_TENANT_ID)
    method = cast("HTTPScope", connection.scope)["method"]
    if session.is_due_for_renewal and method not in SAFE_METHODS:
        async with workshop.work(session.actor) as work:
            await sessions.renew_session(work, settings, session)
    return session.actor


def provide_throttle(state: State) -> LogInThrottle:
    """Give the application's own throttle."""
    return state.setdefault("log_in_throttle", LogInThrottle())


@get("/setup", guards=[anyone])
async def get_setup(work: NamedDependency[Work]) -> SetupOut:
    """Say whether the owner's account is still to be made."""
    return SetupOut(needs_owner=await accounts.needs_owner(work))


@post(
    "/setup",
    guards=[anyone],
    responses=problems(SetupClosed, SetupTokenWrong, Invalid, LogInsBusy),
)
async def set_up(
    data: JSONBody[SetupIn],
    request: AnyRequest,
    work: NamedDependency[Work],
    identity_settings: NamedDependency[IdentitySettings],
) -> Response[AccountOut]:
    """Make the owner's account and log in."""
    account = await accounts.set_up(
        work,
        identity_settings,
        token=data.token,
        email=data.email,
        password=data.password,
        display_name=data.display_name,
    )
    started = sessions.start_session(work, identity_settings, account, SessionKind.BROWSER)
    return _with_cookie(started, request, identity_settings, status_code=201)


@post(
    "/auth/login",
    guards=[anyone],
    status_code=200,
    responses=problems(WrongCredentials, Invalid, TooManyAttempts, LogInsBusy),
)
async def log_in(
    data: JSONBody[LoginIn],
    request: AnyRequest,
    work: NamedDependency[Work],
    identity_settings: NamedDependency[IdentitySettings],
    log_in_throttle: NamedDependency[LogInThrottle],
) -> Response[AccountOut]:
    """Start a session in a browser."""
    proof = await _prove_password(data, request, log_in_throttle)
    started = await sessions.log_in(work, identity_settings, proof, SessionKind.BROWSER)
    return _with_cookie(started, request, identity_settings, status_code=200)


@post(
    "/auth/token",
    guards=[anyone],
    status_code=200,
    responses=problems(WrongCredentials, Invalid, TooManyAttempts, LogInsBusy),
)
async def issue_token(
    data: JSONBody[LoginIn],
    request: AnyRequest,
    work: NamedDependency[Work],
    identity_settings: NamedDependency[IdentitySettings],
    log_in_throttle: NamedDependency[LogInThrottle],
) -> TokenOut:
    """Issue a bearer token for a program."""
    proof = await _prove_password(data, request, log_in_throttle)
    started = await sessions.log_in(work, identity_settings, proof, SessionKind.PROGRAM)
    return TokenOut(access_token=started.secret, expires_at=started.expires_at)


@post("/auth/logout", guards=[anyone], status_code=204)
async def log_out(request: AnyRequest, work: NamedDependency[Work]) -> Response[None]:
    """End the session that this request belongs to."""
    secret = _bearer(request) or request.cookies.get(COOKIE)
    if secret:
        await sessions.log_out(work, secret)
    response = Response(None, status_code=204)
    response.delete_cookie(COOKIE)
    return response


@get("/auth/me", guards=[signed_in], responses=problems(Unauthenticated))
async def get_me(request: AnyRequest, work: NamedDependency[Work]) -> AccountOut:
    """Show the account that is logged in."""
    return AccountOut.of(await accounts.get_account(work, request.user.account_id))


@get("/accounts", guards=[owner], responses=problems(Unauthenticated, Forbidden, Invalid))
async def list_accounts(
    work: NamedDependency[Work],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> AccountPage:
    """List the accounts, oldest first."""
    return AccountPage.of(await accounts.list_accounts(work, cursor, limit))


@post(
    "/accounts",
    guards=[owner],
    responses=problems(Unauthenticated, Forbidden, EmailTaken, Invalid, LogInsBusy),
)
async def add_account(data: JSONBody[AccountIn], work: NamedDependency[Work]) -> AccountOut:
    """Add an account."""
    return AccountOut.of(
        await accounts.add_account(
            work,
            email=data.email,
            password=data.password,
            display_name=data.display_name,
            role=data.role,
        )
    )


@delete(
    "/accounts/{account_id:uuid}",
    guards=[owner],
    responses=problems(Unauthenticated, Forbidden, AccountNotFound, OwnAccount),
)
async def remove_account(account_id: FromPath[UUID], work: NamedDependency[Work]) -> None:
    """Remove an account and end its sessions."""
    await accounts.remove_account(work, AccountId(account_id))


async def _prove_password(data: LoginIn, request: AnyRequest, throttle: LogInThrottle) -> Proof:
    return await sessions.prove_password(
        request.app.state.workshop,
        request.user,
        throttle,
        email=data.email,
        password=data.password,
        place=request.client.host if request.client else "",
    )


def _bearer(connection: Connection) -> str | None:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def _with_cookie(
    started: SessionStarted, request: AnyRequest, settings: IdentitySettings, *, status_code: int
) -> Response[AccountOut]:
    cookie = Cookie(
        key=COOKIE,
        value=started.secret,
        max_age=COOKIE_KEPT_FOR_S,
        httponly=True,
        samesite="lax",
        secure=settings.is_secure or request.url.scheme == "https",
    )
    return Response(AccountOut.of(started.account), status_code=status_code, cookies=[cookie])


router = Router(
    path="/",
    route_handlers=[
        get_setup,
        set_up,
        log_in,
        issue_token,
        log_out,
        get_me,
        list_accounts,
        add_account,
        remove_account,
    ],
    dependencies={"log_in_throttle": Provide(provide_throttle, sync_to_thread=False)},
    request_max_body_size=BODY_LIMIT_BYTES,
    tags=["identity"],
)
