"""Coming back to an account that sleeps."""

from __future__ import annotations

from datetime import timedelta

from streamverse.domains.identity.contracts import AccountId, IdentitySettings, Purpose
from streamverse.domains.identity.errors import LinkInvalid, WrongCredentials
from streamverse.domains.identity.models import AccountRow
from streamverse.domains.identity.repository import Accounts
from streamverse.domains.identity.service import log_in, one_time
from streamverse.domains.identity.service.links import spend_link
from streamverse.domains.identity.service.log_in import Proof, SecondFactors, Ticket
from streamverse.domains.identity.service.sessions import SessionStarted
from streamverse.domains.identity.service.visits import Visit
from streamverse.kit.work import Work

TICKET_LIFETIME = timedelta(minutes=10)


def offer(work: Work, account: AccountRow) -> str:
    """Give whoever was vouched for by another service a ticket to come back with."""
    return one_time.issue(
        work, Purpose.ACCOUNT_REACTIVATION, AccountId(account.id), TICKET_LIFETIME
    )


async def reactivate(
    work: Work, settings: IdentitySettings, factors: SecondFactors, proof: Proof, visit: Visit
) -> SessionStarted | Ticket:
    """Wake the account of whoever has proved their password, and log them in.

    Where a second factor is needed the account sleeps until that has been shown.
    """
    account = await Accounts(work).find(proof.account_id)
    if account is None:
        raise WrongCredentials
    return await log_in.go_on(
        work, settings, factors, account, visit, amr=log_in.BY_PASSWORD, is_waking=True
    )


async def reactivate_by_ticket(
    work: Work, settings: IdentitySettings, factors: SecondFactors, ticket: str, visit: Visit
) -> SessionStarted | Ticket:
    """Wake the account of whoever another service has vouched for, and log them in."""
    row = await spend_link(work, ticket, visit, Purpose.ACCOUNT_REACTIVATION)
    account = await Accounts(work).find(AccountId(row.account_id)) if row.account_id else None
    if account is None:
        raise LinkInvalid
    return await log_in.go_on(
        work, settings, factors, account, visit, amr=log_in.BY_PROVIDER, is_waking=True
    )
