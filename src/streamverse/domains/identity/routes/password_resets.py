"""Forgotten passwords over HTTP."""

from __future__ import annotations

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from streamverse.domains.identity.errors import (
    LinkExpired,
    LinkInvalid,
    LinkUsed,
    LogInsBusy,
    TooManyAttempts,
)
from streamverse.domains.identity.errors.mails import TooManyMails
from streamverse.domains.identity.routes.link_attempts import link_attempt
from streamverse.domains.identity.routes.visits import AnyRequest
from streamverse.domains.identity.rules import normalise_email
from streamverse.domains.identity.schemas.mails import MailRequestedOut
from streamverse.domains.identity.schemas.password_resets import (
    ResetConfirmIn,
    ResetLinkOut,
    ResetRequestIn,
    ResetVerifyIn,
)
from streamverse.domains.identity.service import password_resets
from streamverse.domains.identity.service.mail_throttle import MailThrottle
from streamverse.domains.identity.service.throttle import LogInThrottle
from streamverse.domains.identity.service.visits import Visit
from streamverse.kit.errors import Invalid
from streamverse.kit.http import anyone, problems
from streamverse.kit.work import Work, Workshop


@post(
    "/auth/password-reset/request",
    guards=[anyone],
    status_code=202,
    responses=problems(TooManyMails, Invalid),
)
async def request_reset(
    data: JSONBody[ResetRequestIn],
    visit: NamedDependency[Visit],
    work: NamedDependency[Work],
    mail_throttle: NamedDependency[MailThrottle],
) -> MailRequestedOut:
    """Ask for a link to choose a new password; the answer is the same for every address."""
    mail_throttle.enter(f"reset of {normalise_email(data.email)}", visit.ip, work.now)
    await password_resets.request_reset(work, data.email)
    return MailRequestedOut("If this address has an account, a link is on its way to it.")


@post(
    "/auth/password-reset/verify",
    guards=[anyone],
    status_code=200,
    responses=problems(LinkInvalid, LinkExpired, LinkUsed, TooManyAttempts, Invalid),
)
async def verify_reset(
    data: JSONBody[ResetVerifyIn],
    visit: NamedDependency[Visit],
    work: NamedDependency[Work],
    log_in_throttle: NamedDependency[LogInThrottle],
) -> ResetLinkOut:
    """Tell whether a link is still good, and until when; it stays so."""
    with link_attempt(log_in_throttle, visit, work.now):
        link = await password_resets.find_reset(work, data.token, visit)
    return ResetLinkOut(expires_at=link.expires_at)


@post(
    "/auth/password-reset/confirm",
    guards=[anyone],
    status_code=204,
    responses=problems(LinkInvalid, LinkExpired, LinkUsed, TooManyAttempts, LogInsBusy, Invalid),
)
async def confirm_reset(
    data: JSONBody[ResetConfirmIn],
    request: AnyRequest,
    *,
    visit: NamedDependency[Visit],
    work: NamedDependency[Work],
    workshop: NamedDependency[Workshop],
    log_in_throttle: NamedDependency[LogInThrottle],
) -> Response[None]:
    """Choose a new password; the account is logged out everywhere."""
    with link_attempt(log_in_throttle, visit, work.now):
        hashed = await password_resets.choose_password(
            workshop, request.user, data.token, data.password, visit
        )
        await password_resets.confirm_reset(work, data.token, hashed, visit)
    return Response(None, status_code=204)


handlers = (request_reset, verify_reset, confirm_reset)
