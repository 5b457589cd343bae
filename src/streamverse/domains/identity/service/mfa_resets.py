"""Lost phones: somebody who has no second factor left asks, and staff take the factors off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from streamverse.domains.identity.contracts import (
    AccountId,
    ActivityKind,
    AuditAction,
    PasskeyRemoved,
    Purpose,
    SecondFactorDisabled,
)
from streamverse.domains.identity.errors import LinkInvalid
from streamverse.domains.identity.errors.factors import OwnFactors
from streamverse.domains.identity.repository import (
    AuthenticatorApps,
    BackupCodes,
    FactorSets,
    Passkeys,
)
from streamverse.domains.identity.service import activity, devices, mfa, one_time, sessions
from streamverse.domains.identity.service.audit import audit
from streamverse.domains.identity.service.links import account_of, find_link
from streamverse.domains.identity.service.staff import lock_below
from streamverse.domains.identity.service.visits import NOWHERE, Visit
from streamverse.kit.paging import Listing, Page
from streamverse.kit.work import Work

REQUESTS = Listing("identity.mfa_reset_requests", tuple[UUID])
BEGUN = (Purpose.LOG_IN, Purpose.PASSKEY_LOG_IN, Purpose.PASSKEY_REGISTRATION)


@dataclass(frozen=True, slots=True)
class ResetRequest:
    """Somebody who knows the password of an account and says that its factors are lost."""

    account_id: AccountId
    email: str
    display_name: str
    requested_at: datetime


async def request_reset(work: Work, ticket: str, visit: Visit) -> None:
    """Ask for a reset with the ticket of a log-in, which stays good. Asking again adds nothing."""
    account_id = account_of(await find_link(work, ticket, visit, Purpose.LOG_IN))
    row = await FactorSets(work).lock(account_id)
    if row is None:
        raise LinkInvalid
    if row.reset_requested_at is None:
        row.reset_requested_at = work.now
        activity.record(work, account_id, ActivityKind.SECOND_FACTOR_RESET_REQUESTED, visit)


async def list_requests(
    work: Work, cursor: str | None = None, limit: int | None = None
) -> Page[ResetRequest]:
    """List who waits for a reset, the newest accounts first."""
    request = REQUESTS.request(cursor, limit)
    before = request.after[0] if request.after else None
    rows = await FactorSets(work).page_of_requests(before=before, limit=request.fetch_limit)
    found = [
        ResetRequest(AccountId(account.id), account.email, account.display_name, requested_at)
        for account, requested_at in rows
    ]
    return request.page(found, lambda each: (each.account_id,))


async def reset(work: Work, account_id: AccountId) -> None:
    """Take all factors off somebody's account and log it out everywhere.

    Whoever asks staff for this must be known to them by other means: then the password is enough.
    """
    if account_id == work.actor.account_id:
        raise OwnFactors
    await lock_below(work, account_id)
    was_on = await mfa.is_enabled(work, account_id)
    lost = [PasskeyRemoved(account_id, row.name) for row in await Passkeys(work).all(account_id)]
    for factors in (AuthenticatorApps(work), BackupCodes(work), Passkeys(work), FactorSets(work)):
        await factors.remove(account_id)
    for purpose in BEGUN:
        await one_time.withdraw(work, purpose, account_id)
    await devices.end_all_trust(work, account_id)
    await sessions.end_sessions(work, account_id)
    facts = {"by": str(work.actor.account_id)}
    activity.record(work, account_id, ActivityKind.SECOND_FACTOR_RESET, NOWHERE, facts)
    if was_on:
        work.emit(SecondFactorDisabled(account_id))
    for removed in lost:
        work.emit(removed)
    await audit(work, AuditAction.SECOND_FACTOR_RESET, f"account:{account_id}")
