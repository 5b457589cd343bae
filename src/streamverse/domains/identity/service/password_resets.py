"""Forgotten passwords: a link to the address, and a new password for whoever holds it."""

from __future__ import annotations

from datetime import timedelta

from streamverse.domains.identity.contracts import (
    AccountId,
    ActivityKind,
    PasswordResetRequested,
    Purpose,
)
from streamverse.domains.identity.models import AccountRow, OneTimeRow
from streamverse.domains.identity.repository import Accounts
from streamverse.domains.identity.rules import normalise_email
from streamverse.domains.identity.service import accounts, activity, one_time
from streamverse.domains.identity.service.links import account_of, find_link, spend_link
from streamverse.domains.identity.service.mails import Correspondence
from streamverse.domains.identity.service.sessions import end_sessions
from streamverse.domains.identity.service.visits import Visit
from streamverse.kit.work import Actor, Work, Workshop

LINK_LIFETIME = timedelta(hours=1)


async def request_reset(work: Work, email: str) -> None:
    """Ask for a link to choose a new password; whoever asks learns nothing about the address.

    The mail is written by a listener, so that a known address costs no more time than another.
    """
    account = await Accounts(work).find_by_email(normalise_email(email))
    work.emit(PasswordResetRequested(AccountId(account.id) if account else None))


async def send_reset(work: Work, correspondence: Correspondence, account_id: AccountId) -> None:
    """Mail a link to choose a new password; older links are void."""
    account = await Accounts(work).find(account_id)
    if account is None:
        return
    await Accounts(work).lock(account_id)  # of two links at once one is void
    await one_time.withdraw(work, Purpose.PASSWORD_RESET, account_id)
    secret = one_time.issue(work, Purpose.PASSWORD_RESET, account_id, LINK_LIFETIME)
    correspondence.reset_password(work, account, secret, work.now + LINK_LIFETIME)


async def find_reset(work: Work, token: str, visit: Visit) -> OneTimeRow:
    """Find a link that is still good, or raise what is wrong with it."""
    return await find_link(work, token, visit, Purpose.PASSWORD_RESET)


async def choose_password(
    workshop: Workshop, actor: Actor, token: str, password: str, visit: Visit
) -> str:
    """Check a new password for whoever holds a link, and hash it; the link stays good.

    Opens a Work of its own and closes it before the hashing, which no transaction should wait for.
    """
    async with workshop.work(actor) as work:
        link = await find_link(work, token, visit, Purpose.PASSWORD_RESET)
    return await accounts.hash_new_password(workshop, actor, account_of(link), password)


async def confirm_reset(work: Work, token: str, password_hash: str, visit: Visit) -> AccountRow:
    """Give the account its new password and end all that was begun with the old one."""
    link = await spend_link(work, token, visit, Purpose.PASSWORD_RESET)
    account_id = account_of(link)
    account = await accounts.set_password(work, account_id, password_hash)
    accounts.verify_email(work, account)
    await end_sessions(work, account_id)
    for purpose in (Purpose.PASSWORD_RESET, Purpose.EMAIL_CHANGE, Purpose.LOG_IN):
        await one_time.withdraw(work, purpose, account_id)
    activity.record(work, account_id, ActivityKind.PASSWORD_RESET, visit)
    return account
