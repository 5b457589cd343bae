"""Accounts that sleep, and accounts that go: paused, woken, and deleted when the grace is over."""

from __future__ import annotations

from datetime import datetime, timedelta

from streamverse.domains.identity.contracts import (
    AccountId,
    AccountPaused,
    AccountRemoved,
    ActivityKind,
    AuditAction,
    DeleteAccount,
    DeletionScheduled,
)
from streamverse.domains.identity.errors.privacy import LastOwner
from streamverse.domains.identity.models import (
    AccountRow,
    ActivityRow,
    ApiKeyRow,
    AuthenticatorAppRow,
    ConsentRow,
    DeletionRow,
    DeviceRow,
    ExportRow,
    FederatedIdentityRow,
    PasskeyRow,
    RemovalRow,
    SessionRow,
)
from streamverse.domains.identity.repository import Accounts, Deletions, OwnRows, Tenants
from streamverse.domains.identity.rules.privacy import GRACE, account_hash
from streamverse.domains.identity.service import activity, sessions
from streamverse.domains.identity.service.audit import audit
from streamverse.domains.identity.service.mails import Correspondence
from streamverse.domains.identity.service.visits import Visit
from streamverse.kit.clock import new_id
from streamverse.kit.jobs import Jobs
from streamverse.kit.work import Role, Work

POSTPONED_BY = timedelta(days=1)
COUNTED = {
    "sessions": SessionRow,
    "devices": DeviceRow,
    "activity": ActivityRow,
    "identities": FederatedIdentityRow,
    "authenticator_apps": AuthenticatorAppRow,
    "passkeys": PasskeyRow,
    "api_keys": ApiKeyRow,
    "consents": ConsentRow,
    "exports": ExportRow,
}


# --- sleeping and waking --------------------------------------------------------------------------


async def deactivate(work: Work, account_id: AccountId, visit: Visit) -> None:
    """Let an account sleep until its owner wakes it; it is logged out everywhere."""
    account = await Accounts(work).lock(account_id)
    await _put_to_sleep(work, account)
    activity.record(work, account.id, ActivityKind.DEACTIVATED, visit)
    work.emit(AccountPaused(account_id))


async def wake(work: Work, account: AccountRow, visit: Visit) -> None:
    """Wake an account, which also takes back the wish to delete it; waking again is harmless."""
    account_id = AccountId(account.id)
    await Accounts(work).lock(account_id)
    deletion = await Deletions(work).find(account_id)
    if deletion is not None:
        await Jobs(work).cancel_subject(deletion.id)
        await Deletions(work).remove(deletion)
    if account.deactivated_at is None:
        return
    account.deactivated_at = None
    facts = {"was_to_be_deleted": deletion is not None}
    activity.record(work, account.id, ActivityKind.REACTIVATED, visit, facts)


async def _put_to_sleep(work: Work, account: AccountRow) -> None:
    account.deactivated_at = account.deactivated_at or work.now
    await sessions.end_sessions(work, AccountId(account.id))


# --- deleting -------------------------------------------------------------------------------------


async def request_deletion(work: Work, account_id: AccountId, visit: Visit) -> datetime:
    """Let an account sleep, and go when the grace is over; give when that is.

    Asking again changes nothing.
    """
    await Tenants(work).lock_own()  # of two last owners who go at once, one stays
    account = await Accounts(work).lock(account_id)
    known = await Deletions(work).find(account_id)
    if known is not None:
        return known.delete_at
    if await _is_last_owner(work, account):
        raise LastOwner
    row = DeletionRow(
        id=new_id(), account_id=account_id, requested_at=work.now, delete_at=work.now + GRACE
    )
    Deletions(work).add(row)
    await _put_to_sleep(work, account)
    work.enqueue(DeleteAccount(account_id), run_at=row.delete_at, subject_id=row.id)
    activity.record(work, account.id, ActivityKind.DELETION_REQUESTED, visit)
    work.emit(DeletionScheduled(account_id, row.delete_at))
    return row.delete_at


async def delete_if_due(work: Work, correspondence: Correspondence, account_id: AccountId) -> None:
    """Delete an account and all that is kept about it, unless its owner has changed their mind.

    One transaction does all of it and leaves the record; what other domains keep goes by the event.
    """
    await Tenants(work).lock_own()
    deletion = await Deletions(work).find(account_id)
    if deletion is None or deletion.delete_at > work.now:
        return
    if await Deletions(work).would_be_ownerless(account_id):
        # The other owners were removed meanwhile: somebody has to stay until there is a new one.
        deletion.delete_at = work.now + POSTPONED_BY
        work.enqueue(DeleteAccount(account_id), run_at=deletion.delete_at, subject_id=deletion.id)
        return
    account = await Accounts(work).lock(account_id)
    await _record_removal(work, deletion)
    correspondence.deletion_done(work, account)
    await Accounts(work).remove(account)
    work.emit(AccountRemoved(account_id))
    # Nobody is named who does it: the owner wished it, and the program does it.
    facts = {"role": account.role, "is_own_wish": True}
    await audit(work, AuditAction.ACCOUNT_REMOVED, f"account:{account_id}", facts)


async def _is_last_owner(work: Work, account: AccountRow) -> bool:
    is_owner = account.role == Role.OWNER
    return is_owner and await Deletions(work).would_be_ownerless(AccountId(account.id))


async def _record_removal(work: Work, deletion: DeletionRow) -> None:
    own_rows = OwnRows(work, AccountId(deletion.account_id))
    removed = {name: await own_rows.count(table) for name, table in COUNTED.items()}
    Deletions(work).add_removal(
        RemovalRow(
            id=new_id(),
            account_hash=account_hash(deletion.account_id),
            requested_at=deletion.requested_at,
            removed_at=work.now,
            removed=removed,
        )
    )
