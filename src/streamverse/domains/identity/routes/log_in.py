"""Logging in and out over HTTP."""

from __future__ import annotations

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody

from streamverse.domains.identity.contracts import AccountId, IdentitySettings, Purpose
from streamverse.domains.identity.errors import (
    AccountDeactivated,
    EmailUnverified,
    FactorWrong,
    LinkExpired,
    LinkInvalid,
    LinkUsed,
    LogInsBusy,
    PasswordWrong,
    RefreshInvalid,
    RefreshReused,
    SecondFactorRequired,
    SessionNeeded,
    TooManyAttempts,
    TriesUsedUp,
    WrongCredentials,
)
from streamverse.domains.identity.routes.link_attempts import link_attempt
from streamverse.domains.identity.routes.visits import AnyRequest, cookies_of, session_cookie
from streamverse.domains.identity.schemas import (
    AccountOut,
    LoginIn,
    MfaIn,
    MfaRequiredOut,
    ReauthIn,
    ReauthOut,
    RefreshIn,
    TokenIn,
    TokenOut,
)
from streamverse.domains.identity.service import (
    log_in,
    one_time,
    reauthentication,
    sessions,
    tokens,
)
from streamverse.domains.identity.service.log_in import SecondFactors, Ticket
from streamverse.domains.identity.service.sessions import SessionStarted
from streamverse.domains.identity.service.throttle import LogInThrottle
from streamverse.domains.identity.service.visits import Visit
from streamverse.kit.errors import Invalid, Unauthenticated
from streamverse.kit.http import RECENT, anyone, problems, signed_in
from streamverse.kit.work import Actor, Work, Workshop

NOT_STORED = {"Cache-Control": "no-store"}
CANNOT_ENTER = (AccountDeactivated, EmailUnverified, TooManyAttempts, LogInsBusy, Invalid)
TICKET_FAILURES = (LinkInvalid, LinkExpired, LinkUsed, TriesUsedUp, FactorWrong)


def logged_in(
    started: SessionStarted,
    request: AnyRequest,
    settings: IdentitySettings,
    *,
    status_code: int = 200,
) -> Response[AccountOut]:
    """Answer a browser that has just logged in, however it did."""
    return Response(
        AccountOut.of(started.account),
        status_code=status_code,
        headers=NOT_STORED,
        cookies=cookies_of(started, request, settings),
    )


async def finish_ticket(
    data: MfaIn,
    visit: Visit,
    *,
    actor: Actor,
    work: Work,
    workshop: Workshop,
    settings: IdentitySettings,
    throttle: LogInThrottle,
    factors: SecondFactors,
) -> SessionStarted:
    """Finish a log-in by a second factor, every try counted before anything is looked at."""
    ticket = await one_time.try_once(workshop, actor, Purpose.LOG_IN, data.ticket, visit)
    account_id, answer = AccountId(ticket.account_id or log_in.NOBODY), data.answer()
    log_in.enter_factor(throttle, account_id, visit, workshop)
    await factors.enter(workshop, actor, account_id, answer)
    started = await log_in.answer_ticket(
        work,
        settings,
        factors,
        visit,
        ticket=ticket,
        secret=data.ticket,
        answer=answer,
        is_device_trusted=data.trust_device,
    )
    log_in.succeed_factor(throttle, account_id, visit)
    return started


@post(
    "/auth/login",
    guards=[anyone],
    status_code=200,
    responses={
        202: ResponseSpec(MfaRequiredOut, description="A second factor has to follow"),
        **problems(WrongCredentials, *CANNOT_ENTER),
    },
)
async def log_in_browser(
    data: JSONBody[LoginIn],
    *,
    request: AnyRequest,
    visit: NamedDependency[Visit],
    work: NamedDependency[Work],
    workshop: NamedDependency[Workshop],
    identity_settings: NamedDependency[IdentitySettings],
    log_in_throttle: NamedDependency[LogInThrottle],
    second_factors: NamedDependency[SecondFactors],
) -> Response[AccountOut] | Response[MfaRequiredOut]:
    """Start a session in a browser."""
    proof = await log_in.prove_password(
        workshop,
        request.user,
        log_in_throttle,
        email=data.email,
        password=data.password,
        visit=visit,
    )
    outcome = await log_in.log_in(
        work, identity_settings, second_factors, proof, visit, device_name=data.device_name
    )
    if isinstance(outcome, Ticket):
        asked = MfaRequiredOut.of(outcome)
        return Response(asked, status_code=202, headers=NOT_STORED)
    return logged_in(outcome, request, identity_settings)


@post(
    "/auth/login/mfa",
    guards=[anyone],
    status_code=200,
    responses=problems(WrongCredentials, *TICKET_FAILURES, *CANNOT_ENTER),
)
async def finish_by_factor(
    data: JSONBody[MfaIn],
    *,
    request: AnyRequest,
    visit: NamedDependency[Visit],
    work: NamedDependency[Work],
    workshop: NamedDependency[Workshop],
    identity_settings: NamedDependency[IdentitySettings],
    log_in_throttle: NamedDependency[LogInThrottle],
    second_factors: NamedDependency[SecondFactors],
) -> Response[AccountOut]:
    """Finish a log-in by a second factor."""
    started = await finish_ticket(
        data,
        visit,
        actor=request.user,
        work=work,
        workshop=workshop,
        settings=identity_settings,
        throttle=log_in_throttle,
        factors=second_factors,
    )
    return logged_in(started, request, identity_settings)


@post(
    "/auth/token",
    guards=[anyone],
    status_code=200,
    responses=problems(WrongCredentials, SecondFactorRequired, FactorWrong, *CANNOT_ENTER),
)
async def issue_token(
    data: JSONBody[TokenIn],
    *,
    request: AnyRequest,
    visit: NamedDependency[Visit],
    work: NamedDependency[Work],
    workshop: NamedDependency[Workshop],
    identity_settings: NamedDependency[IdentitySettings],
    log_in_throttle: NamedDependency[LogInThrottle],
    second_factors: NamedDependency[SecondFactors],
) -> Response[TokenOut]:
    """Give a program an access token and a refresh token."""
    visit = Visit(visit.ip, visit.user_agent, data.device_secret)
    proof = await log_in.prove_password(
        workshop,
        request.user,
        log_in_throttle,
        email=data.email,
        password=data.password,
        visit=visit,
    )
    if data.mfa is not None:
        log_in.enter_factor(log_in_throttle, proof.account_id, visit, workshop)
        await second_factors.enter(workshop, request.user, proof.account_id, data.mfa.answer())
    started = await log_in.log_in_program(
        work,
        identity_settings,
        second_factors,
        proof,
        visit,
        answer=data.mfa.answer() if data.mfa else None,
        device_name=data.device_name,
    )
    if data.mfa is not None:
        log_in.succeed_factor(log_in_throttle, proof.account_id, visit)
    pair = await tokens.issue_tokens(work, identity_settings, started.account, started.session)
    return Response(TokenOut.of(pair, started.device_secret), headers=NOT_STORED)


@post(
    "/auth/refresh",
    guards=[anyone],
    status_code=200,
    responses=problems(RefreshInvalid, RefreshReused, TooManyAttempts, Invalid),
)
async def refresh_token(
    data: JSONBody[RefreshIn],
    *,
    visit: NamedDependency[Visit],
    work: NamedDependency[Work],
    identity_settings: NamedDependency[IdentitySettings],
    log_in_throttle: NamedDependency[LogInThrottle],
) -> Response[TokenOut]:
    """Exchange a refresh token for new tokens; each is good once."""
    with link_attempt(log_in_throttle, visit, work.now):
        pair = await tokens.refresh(work, identity_settings, data.refresh_token, visit)
    return Response(TokenOut.of(pair), headers=NOT_STORED)


@post("/auth/logout", guards=[anyone], status_code=204)
async def log_out(
    request: AnyRequest,
    work: NamedDependency[Work],
    identity_settings: NamedDependency[IdentitySettings],
) -> Response[None]:
    """End the session that this request belongs to."""
    await sessions.log_out(work)
    cookie = session_cookie("", request, identity_settings)
    return Response(None, status_code=204, cookies=[cookie])


@post(
    "/auth/reauth",
    guards=[signed_in],
    status_code=200,
    responses=problems(
        Unauthenticated, PasswordWrong, FactorWrong, SessionNeeded, TooManyAttempts, Invalid
    ),
)
async def show_again(
    data: JSONBody[ReauthIn],
    *,
    request: AnyRequest,
    visit: NamedDependency[Visit],
    work: NamedDependency[Work],
    workshop: NamedDependency[Workshop],
    identity_settings: NamedDependency[IdentitySettings],
    log_in_throttle: NamedDependency[LogInThrottle],
    second_factors: NamedDependency[SecondFactors],
) -> Response[ReauthOut]:
    """Show once more who you are, before something sensitive."""
    if data.password is not None:
        await reauthentication.prove_own_password(
            workshop, request.user, log_in_throttle, data.password, visit
        )
    else:
        own_id = reauthentication.own_account_id(request.user)
        log_in.enter_factor(log_in_throttle, own_id, visit, workshop)
        await second_factors.enter(workshop, request.user, own_id, data.answer())
        await reauthentication.check_own_factor(work, second_factors, data.answer(), visit)
        log_in.succeed_factor(log_in_throttle, own_id, visit)
    confirmed = await reauthentication.confirm(work, visit)
    cookies = (
        [session_cookie(confirmed.secret, request, identity_settings)] if confirmed.secret else []
    )
    shown = ReauthOut(confirmed.at, confirmed.at + RECENT)
    return Response(shown, headers=NOT_STORED, cookies=cookies)


handlers = (
    log_in_browser,
    finish_by_factor,
    issue_token,
    refresh_token,
    log_out,
    show_again,
)
