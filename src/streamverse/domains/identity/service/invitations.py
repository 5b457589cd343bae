"""Invitations: a link that lets somebody make an account with a role, at an address."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from streamverse.domains.identity.contracts import AccountId, AuditAction, Purpose
from streamverse.domains.identity.errors import EmailTaken
from streamverse.domains.identity.errors.mails import InvitationNotFound
from streamverse.domains.identity.models import AccountRow, OneTimeRow
from streamverse.domains.identity.repository import Accounts, Tenants
from streamverse.domains.identity.repository.links import WaitingLinks
from streamverse.domains.identity.rules import check_new_email, clean_email, normalise_email
from streamverse.domains.identity.service import accounts, activity, one_time, staff
from streamverse.domains.identity.service.audit import audit
from streamverse.domains.identity.service.links import find_link, spend_link
from streamverse.domains.identity.service.mails import Correspondence, Recipient
from streamverse.domains.identity.service.visits import Visit
from streamverse.kit.paging import Listing, Page
from streamverse.kit.work import Role, Work, Workshop

LINK_LIFETIME = timedelta(days=7)
INVITATIONS = Listing("identity.invitations", tuple[UUID])


async def invite(
    work: Work,
    correspondence: Correspondence,
    inviter_id: AccountId,
    *,
    email: str,
    role: Role,
    locale: str | None = None,
) -> OneTimeRow:
    """Mail somebody a link to make an account; an earlier one to the same address is void."""
    activity.note_lookalike(work, email)
    check_new_email(email)
    await staff.require_role(work, role)
    email, normalised = clean_email(email), normalise_email(email)
    await Tenants(work).lock_own()  # of two invitations at once one is void
    if await Accounts(work).find_by_email(normalised) is not None:
        raise EmailTaken
    inviter = await Accounts(work).get(inviter_id)
    facts = {
        "email": email,
        "email_normalised": normalised,
        "role": role.value,
        "locale": locale or work.actor.locale,
        "inviter": inviter.display_name,
    }
    invitations = WaitingLinks(work, Purpose.INVITATION)
    await invitations.remove_for(normalised)
    secret = one_time.issue(work, Purpose.INVITATION, None, LINK_LIFETIME, facts)
    correspondence.invitation(
        work,
        Recipient(email, facts["locale"]),
        inviter=inviter.display_name,
        secret=secret,
        until=work.now + LINK_LIFETIME,
    )
    invitation = await one_time.look_at(work, Purpose.INVITATION, secret)
    await audit(work, AuditAction.INVITATION_SENT, _subject(invitation.id), {"role": role.value})
    return invitation


async def list_invitations(
    work: Work, cursor: str | None = None, limit: int | None = None
) -> Page[OneTimeRow]:
    """List the invitations that wait to be accepted, newest first."""
    request = INVITATIONS.request(cursor, limit)
    before = request.after[0] if request.after else None
    rows = await WaitingLinks(work, Purpose.INVITATION).page(
        before=before, limit=request.fetch_limit
    )
    return request.page(rows, lambda row: (row.id,))


async def withdraw_invitation(work: Work, invitation_id: UUID) -> None:
    """Make an invitation void."""
    if not await WaitingLinks(work, Purpose.INVITATION).remove(invitation_id):
        raise InvitationNotFound(invitation_id)
    await audit(work, AuditAction.INVITATION_WITHDRAWN, _subject(invitation_id))


async def find_invitation(work: Work, token: str, visit: Visit) -> OneTimeRow:
    """Find an invitation that is still good, or raise what is wrong with it."""
    return await find_link(work, token, visit, Purpose.INVITATION)


async def accept_invitation(
    workshop: Workshop, work: Work, *, token: str, password: str, display_name: str, visit: Visit
) -> AccountRow:
    """Make the account that somebody is invited to; the link proves that the address is theirs.

    The link is found in a Work of its own, because no transaction should wait for the hashing.
    """
    async with workshop.work(work.actor) as finding:
        link = await find_invitation(finding, token, visit)
    account = await accounts.add_account(
        work,
        email=link.facts["email"],
        password=password,
        display_name=display_name,
        role=Role(link.facts["role"]),
    )
    account.locale = link.facts["locale"]
    await spend_link(work, token, visit, Purpose.INVITATION)
    facts = {"role": account.role, "account_id": str(account.id)}
    await audit(work, AuditAction.INVITATION_ACCEPTED, _subject(link.id), facts)
    return account


def _subject(invitation_id: UUID) -> str:
    return f"invitation:{invitation_id}"
