"""E-mail addresses: confirmed by a link, and changed by one to the new address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from streamverse.domains.identity.contracts import (
    AccountId,
    ActivityKind,
    EmailVerificationRequested,
    Purpose,
)
from streamverse.domains.identity.errors import LinkInvalid
from streamverse.domains.identity.errors.mails import EmailVerifiedAlready
from streamverse.domains.identity.models import AccountRow, OneTimeRow
from streamverse.domains.identity.repository import Accounts
from streamverse.domains.identity.repository.links import WaitingLinks
from streamverse.domains.identity.rules.emails import (
    clean_email,
    normalise_email,
    problems_of_email,
)
from streamverse.domains.identity.service import accounts, activity, one_time
from streamverse.domains.identity.service.links import account_of, spend_link
from streamverse.domains.identity.service.mails import Correspondence
from streamverse.domains.identity.service.visits import Visit
from streamverse.kit.errors import FieldProblem, Invalid
from streamverse.kit.work import Work

LINK_LIFETIME = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class AddressStatus:
    """An account's address, and the one that it waits to change to."""

    account: AccountRow
    pending_email: str | None


async def get_status(work: Work, account_id: AccountId) -> AddressStatus:
    """Get an account's address and whether it is confirmed."""
    account = await Accounts(work).get(account_id)
    change = await WaitingLinks(work, Purpose.EMAIL_CHANGE).find_latest_of(account_id)
    return AddressStatus(account, change.facts["email"] if change else None)


# --- confirming -----------------------------------------------------------------------------------


async def request_own_verification(work: Work, account_id: AccountId) -> None:
    """Ask for a new link to one's own address."""
    account = await Accounts(work).get(account_id)
    if account.email_verified_at is not None:
        raise EmailVerifiedAlready
    work.emit(EmailVerificationRequested(account_id))


async def request_verification(work: Work, email: str) -> None:
    """Ask for a new link to an address; whoever asks learns nothing about it."""
    account = await Accounts(work).find_by_email(normalise_email(email))
    is_awaited = account is not None and account.email_verified_at is None
    work.emit(EmailVerificationRequested(AccountId(account.id) if account and is_awaited else None))


async def send_verification(
    work: Work, correspondence: Correspondence, account_id: AccountId
) -> None:
    """Mail a link that confirms the address, unless it is confirmed; older links are void."""
    account = await Accounts(work).find(account_id)
    if account is None or account.email_verified_at is not None:
        return
    await Accounts(work).lock(account_id)  # of two links at once one is void
    facts = {"email_normalised": account.email_normalised}
    await one_time.withdraw(work, Purpose.EMAIL_VERIFICATION, account_id)
    secret = one_time.issue(work, Purpose.EMAIL_VERIFICATION, account_id, LINK_LIFETIME, facts)
    correspondence.verify_address(work, account, secret, work.now + LINK_LIFETIME)


async def confirm_address(
    work: Work, correspondence: Correspondence, token: str, visit: Visit
) -> AccountRow:
    """Confirm the address that a link went to: the account's own, or the one it changes to."""
    link = await spend_link(work, token, visit, Purpose.EMAIL_VERIFICATION, Purpose.EMAIL_CHANGE)
    account = await Accounts(work).lock(account_of(link))
    if link.purpose == Purpose.EMAIL_CHANGE:
        await _change(work, correspondence, account, link, visit)
    elif account.email_normalised == link.facts["email_normalised"]:
        accounts.verify_email(work, account)
    else:
        raise LinkInvalid
    return account


# --- changing -------------------------------------------------------------------------------------


async def request_change(
    work: Work, correspondence: Correspondence, account_id: AccountId, new_email: str
) -> None:
    """Mail a link to a new address. It is told nothing else, and nobody else is told of it."""
    account = await Accounts(work).lock(account_id)
    activity.note_lookalike(work, new_email)
    new_email, normalised = clean_email(new_email), normalise_email(new_email)
    _check_change(account, new_email, normalised)
    holder = await Accounts(work).find_by_email(normalised)
    await one_time.withdraw(work, Purpose.EMAIL_CHANGE, account_id)
    facts = {"email": new_email, "email_normalised": normalised}
    secret = one_time.issue(work, Purpose.EMAIL_CHANGE, account_id, LINK_LIFETIME, facts)
    if holder is None:
        until = work.now + LINK_LIFETIME
        correspondence.confirm_new_address(work, account, new_email, secret, until)
    else:
        # Whoever asks may be fishing for who has an account: only its owner may learn of this.
        correspondence.registration_repeated(work, holder)


def _check_change(account: AccountRow, new_email: str, normalised: str) -> None:
    problems = [found.problem for found in problems_of_email(new_email)]
    if normalised == account.email_normalised:
        problems.append("This is your address already.")
    if problems:
        fields = tuple(FieldProblem("new_email", problem) for problem in problems)
        raise Invalid(" ".join(problems), fields=fields)


async def _change(
    work: Work, correspondence: Correspondence, account: AccountRow, link: OneTimeRow, visit: Visit
) -> None:
    old_email = account.email
    account.email, account.email_normalised = link.facts["email"], link.facts["email_normalised"]
    account.email_verified_at = work.now
    await Accounts(work).flush()
    # Whoever still reads the old mailbox must not get in by what went there.
    for purpose in (Purpose.PASSWORD_RESET, Purpose.EMAIL_VERIFICATION, Purpose.EMAIL_CHANGE):
        await one_time.withdraw(work, purpose, AccountId(account.id))
    correspondence.address_changed(work, account, old_email)
    facts = {"from": old_email, "to": account.email}
    activity.record(work, account.id, ActivityKind.EMAIL_CHANGED, visit, facts)
