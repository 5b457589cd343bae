"""Invitations over HTTP."""

from __future__ import annotations

from uuid import UUID

from litestar import Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from streamverse.domains.identity.contracts import AccountId, IdentitySettings, SessionKind
from streamverse.domains.identity.errors import (
    EmailTaken,
    LinkExpired,
    LinkInvalid,
    LinkUsed,
    LogInsBusy,
    TooManyAttempts,
)
from streamverse.domains.identity.errors.mails import InvitationNotFound, RoleNotYours
from streamverse.domains.identity.errors.staff import PermissionNotYours
from streamverse.domains.identity.routes.link_attempts import link_attempt
from streamverse.domains.identity.routes.log_in import logged_in
from streamverse.domains.identity.routes.visits import AnyRequest
from streamverse.domains.identity.schemas import AccountOut
from streamverse.domains.identity.schemas.invitations import (
    InvitationAcceptIn,
    InvitationIn,
    InvitationOut,
    InvitationPage,
    InvitationVerifyIn,
)
from streamverse.domains.identity.service import invitations, log_in
from streamverse.domains.identity.service.mails import Correspondence
from streamverse.domains.identity.service.throttle import LogInThrottle
from streamverse.domains.identity.service.visits import Visit
from streamverse.kit.errors import Forbidden, Invalid, Unauthenticated
from streamverse.kit.http import anyone, may, problems
from streamverse.kit.work import Work, Workshop


@get(
    "/invitations",
    guards=[may("accounts.manage")],
    responses=problems(Unauthenticated, Forbidden, Invalid),
)
async def list_invitations(
    work: NamedDependency[Work],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> InvitationPage:
    """List the invitations that wait to be accepted, newest first."""
    return InvitationPage.of(await invitations.list_invitations(work, cursor, limit))


@post(
    "/invitations",
    guards=[may("accounts.manage")],
    responses=problems(
        Unauthenticated, Forbidden, RoleNotYours, PermissionNotYours, EmailTaken, Invalid
    ),
)
async def invite(
    data: JSONBody[InvitationIn],
    request: AnyRequest,
    work: NamedDependency[Work],
    correspondence: NamedDependency[Correspondence],
) -> InvitationOut:
    """Invite somebody; an earlier invitation to the same address is void."""
    invited = await invitations.invite(
        work,
        correspondence,
        AccountId(request.user.account_id),
        email=data.email,
        role=data.role,
        locale=data.locale,
    )
    return InvitationOut.of(invited)


@delete(
    "/invitations/{invitation_id:uuid}",
    guards=[may("accounts.manage")],
    responses=problems(Unauthenticated, Forbidden, InvitationNotFound),
)
async def withdraw_invitation(invitation_id: FromPath[UUID], work: NamedDependency[Work]) -> None:
    """Withdraw an invitation."""
    await invitations.withdraw_invitation(work, invitation_id)


@post(
    "/invitations/verify",
    guards=[anyone],
    status_code=200,
    responses=problems(LinkInvalid, LinkExpired, LinkUsed, TooManyAttempts, Invalid),
)
async def verify_invitation(
    data: JSONBody[InvitationVerifyIn],
    visit: NamedDependency[Visit],
    work: NamedDependency[Work],
    log_in_throttle: NamedDependency[LogInThrottle],
) -> InvitationOut:
    """Show the invitation that a link is for; it stays good."""
    with link_attempt(log_in_throttle, visit, work.now):
        return InvitationOut.of(await invitations.find_invitation(work, data.token, visit))


@post(
    "/invitations/accept",
    guards=[anyone],
    responses=problems(
        LinkInvalid, LinkExpired, LinkUsed, EmailTaken, TooManyAttempts, LogInsBusy, Invalid
    ),
)
async def accept_invitation(
    data: JSONBody[InvitationAcceptIn],
    request: AnyRequest,
    *,
    visit: NamedDependency[Visit],
    work: NamedDependency[Work],
    workshop: NamedDependency[Workshop],
    identity_settings: NamedDependency[IdentitySettings],
    log_in_throttle: NamedDependency[LogInThrottle],
) -> Response[AccountOut]:
    """Make the account that you are invited to, and log in."""
    with link_attempt(log_in_throttle, visit, work.now):
        account = await invitations.accept_invitation(
            workshop,
            work,
            token=data.token,
            password=data.password,
            display_name=data.display_name,
            visit=visit,
        )
    started = await log_in.finish_log_in(
        work, identity_settings, account, SessionKind.BROWSER, visit, amr=log_in.BY_PASSWORD
    )
    return logged_in(started, request, identity_settings, status_code=201)


handlers = (list_invitations, invite, withdraw_invitation, verify_invitation, accept_invitation)
