"""E-mail addresses over HTTP: confirmed and changed."""

from __future__ import annotations

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from streamverse.domains.identity.errors import (
    EmailTaken,
    LinkExpired,
    LinkInvalid,
    LinkUsed,
    SessionNeeded,
    TooManyAttempts,
)
from streamverse.domains.identity.errors.mails import EmailVerifiedAlready, TooManyMails
from streamverse.domains.identity.routes.link_attempts import link_attempt
from streamverse.domains.identity.routes.visits import AnyRequest
from streamverse.domains.identity.rules import normalise_email
from streamverse.domains.identity.schemas.email_addresses import (
    EmailChangeIn,
    EmailResendIn,
    EmailStatusOut,
    EmailVerifiedOut,
    EmailVerifyIn,
)
from streamverse.domains.identity.schemas.mails import MailRequestedOut
from streamverse.domains.identity.service import email_addresses
from streamverse.domains.identity.service.mail_throttle import MailThrottle
from streamverse.domains.identity.service.mails import Correspondence
from streamverse.domains.identity.service.reauthentication import own_account_id
from streamverse.domains.identity.service.throttle import LogInThrottle
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


@get(
    "/auth/email/status",
    guards=[signed_in],
    responses=problems(Unauthenticated, SessionNeeded),
)
async def get_email_status(request: AnyRequest, work: NamedDependency[Work]) -> EmailStatusOut:
    """Show your address, whether it is confirmed, and the one that you are changing to."""
    own_id = own_account_id(request.user)
    return EmailStatusOut.of(await email_addresses.get_status(work, own_id))


@post(
    "/auth/email/verify",
    guards=[anyone],
    status_code=200,
    responses=problems(LinkInvalid, LinkExpired, LinkUsed, EmailTaken, TooManyAttempts, Invalid),
)
async def verify_email(
    data: JSONBody[EmailVerifyIn],
    visit: NamedDependency[Visit],
    work: NamedDependency[Work],
    correspondence: NamedDependency[Correspondence],
    log_in_throttle: NamedDependency[LogInThrottle],
) -> EmailVerifiedOut:
    """Confirm the address that a link went to: an account's own, or the one it changes to."""
    with link_attempt(log_in_throttle, visit, work.now):
        account = await email_addresses.confirm_address(work, correspondence, data.token, visit)
    return EmailVerifiedOut.of(account)


@post(
    "/auth/email/resend",
    guards=[anyone],
    status_code=202,
    responses=problems(Unauthenticated, EmailVerifiedAlready, TooManyMails, Invalid),
)
async def resend_verification(
    data: JSONBody[EmailResendIn],
    request: AnyRequest,
    visit: NamedDependency[Visit],
    work: NamedDependency[Work],
    mail_throttle: NamedDependency[MailThrottle],
) -> MailRequestedOut:
    """Ask for a new link: to your own address, or to one that you cannot log in with yet."""
    if data.email is not None:
        subject = f"verification of {normalise_email(data.email)}"
        mail_throttle.enter(subject, visit.ip, work.now)
        await email_addresses.request_verification(work, data.email)
    elif request.user.is_signed_in:
        own_id = own_account_id(request.user)
        mail_throttle.enter(f"verification of {own_id}", visit.ip, work.now)
        await email_addresses.request_own_verification(work, own_id)
    else:
        raise Unauthenticated("Log in, or say which address the link is for.")
    return MailRequestedOut("If this address waits to be confirmed, a new link is on its way.")


@post(
    "/auth/email/change",
    guards=[recently_authenticated],
    status_code=202,
    responses=problems(Unauthenticated, ReauthRequired, SessionNeeded, TooManyMails, Invalid),
)
async def change_email(
    data: JSONBody[EmailChangeIn],
    request: AnyRequest,
    *,
    visit: NamedDependency[Visit],
    work: NamedDependency[Work],
    correspondence: NamedDependency[Correspondence],
    mail_throttle: NamedDependency[MailThrottle],
) -> MailRequestedOut:
    """Ask to change your address; the link that goes to the new one does it."""
    own_id = own_account_id(request.user)
    mail_throttle.enter(f"change of {own_id}", visit.ip, work.now)
    await email_addresses.request_change(work, correspondence, own_id, data.new_email)
    return MailRequestedOut("Look in the mail of your new address: the link there confirms it.")


handlers = (get_email_status, verify_email, resend_verification, change_email)
