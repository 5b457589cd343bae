"""Accounts: the first one, those that staff add and remove, and those that people register."""

from __future__ import annotations

from uuid import UUID

from streamverse.domains.identity.contracts import (
    AccountAdded,
    AccountId,
    AccountRegistered,
    AccountRemoved,
    ActivityKind,
    AuditAction,
    IdentitySettings,
    PasswordChanged,
    RegistrationRepeated,
)
from streamverse.domains.identity.errors import (
    OwnAccount,
    RegistrationClosed,
    SetupClosed,
    SetupTokenWrong,
)
from streamverse.domains.identity.models import AccountRow
from streamverse.domains.identity.repository import Accounts, Tenants
from streamverse.domains.identity.rules import (
    check_new_account,
    check_new_password,
    clean_email,
    normalise_email,
)
from streamverse.domains.identity.service import activity, devices, sessions, staff
from streamverse.domains.identity.service.audit import audit
from streamverse.domains.identity.service.passwords import hash_password
from streamverse.domains.identity.service.visits import Visit
from streamverse.kit.clock import new_id
from streamverse.kit.paging import Listing, Page
from streamverse.kit.tokens import is_same_secret, setup_token
from streamverse.kit.work import Actor, Role, Work, Workshop

ACCOUNTS = Listing("identity.accounts", tuple[UUID])


async def needs_owner(work: Work) -> bool:
    """Tell whether the service still waits for its first account."""
    return await Accounts(work).find_owner() is None


async def set_up(
    work: Work,
    settings: IdentitySettings,
    *,
    token: str,
    email: str,
    password: str,
    display_name: str,
) -> AccountRow:
    """Make the owner's account, for whoever has the link and comes first."""
    if not is_same_secret(token, setup_token(settings.setup_key)):
        raise SetupTokenWrong
    check_new_account(email, password, display_name)
    password_hash = await hash_password(password)
    await Tenants(work).lock_own()
    if not await needs_owner(work):
        raise SetupClosed
    row = _new_row(work, email, password_hash, display_name, Role.OWNER)
    return await _add_verified(work, row)


async def register(
    work: Work,
    settings: IdentitySettings,
    *,
    email: str,
    password: str,
    display_name: str,
    visit: Visit,
) -> None:
    """Make an account that nobody can enter until its address is confirmed.

    Whether the address is known shows neither in the answer nor in the time it takes: only the
    mail that follows tells.
    """
    if not settings.is_registration_open:
        raise RegistrationClosed
    activity.note_lookalike(work, email, visit)
    check_new_account(email, password, display_name)
    password_hash = await hash_password(password)
    accounts = Accounts(work)
    # Of two who register one address at once, the second finds the account of the first.
    await Tenants(work).lock_own()
    row = await accounts.find_by_email(normalise_email(email))
    if row is not None and row.email_verified_at is not None:
        work.emit(RegistrationRepeated(AccountId(row.id)))
        return
    if row is None:
        row = _new_row(work, email, password_hash, display_name, Role.VIEWER)
        await accounts.add(row)
    # Nobody has shown yet that the address is theirs, so that the latest word counts.
    row.password_hash, row.display_name = password_hash, display_name.strip()
    activity.record(work, row.id, ActivityKind.REGISTERED, visit)
    work.emit(AccountRegistered(AccountId(row.id)))


def verify_email(work: Work, row: AccountRow, visit: Visit | None = None) -> None:
    """Write down that an account's address is its owner's; doing so again changes nothing."""
    if row.email_verified_at is not None:
        return
    row.email_verified_at = work.now
    activity.record(work, row.id, ActivityKind.EMAIL_VERIFIED, visit)
    work.emit(AccountAdded(AccountId(row.id)))


async def add_account(
    work: Work, *, email: str, password: str, display_name: str, role: Role
) -> AccountRow:
    """Let one more person log in."""
    activity.note_lookalike(work, email)
    check_new_account(email, password, display_name)
    password_hash = await hash_password(password)
    return await _add_verified(work, _new_row(work, email, password_hash, display_name, role))


async def add_by_staff(
    work: Work, *, email: str, password: str, display_name: str, role: Role
) -> AccountRow:
    """Let one more person log in, with a role that the actor may give."""
    row = await add_account(
        work, email=email, password=password, display_name=display_name, role=role
    )
    # Only now, because no transaction should wait for the hashing.
    await staff.require_role(work, role)
    await audit(work, AuditAction.ACCOUNT_ADDED, f"account:{row.id}", {"role": row.role})
    return row


async def hash_new_password(
    workshop: Workshop, actor: Actor, account_id: AccountId, password: str
) -> str:
    """Check a new password of an account and hash it, with no transaction open meanwhile."""
    async with workshop.reading(actor) as work:
        row = await Accounts(work).get(account_id)
    check_new_password(password, row.email, row.display_name)
    return await hash_password(password)


async def set_password(work: Work, account_id: AccountId, password_hash: str) -> AccountRow:
    """Give an account another password, whose hash was made by ``hash_new_password``.

    No device stays trusted: whoever knew the old password may have had one trusted.
    """
    row = await Accounts(work).lock(account_id)
    row.password_hash = password_hash
    await devices.end_all_trust(work, account_id)
    work.emit(PasswordChanged(account_id))
    return row


async def change_own_password(work: Work, password_hash: str, visit: Visit) -> str | None:
    """Change the password of whoever is logged in; give a browser's new secret.

    All other sessions end: whoever knew the old password may have started one.
    """
    session = await sessions.get_own_session(work)
    account_id = AccountId(session.account_id)
    await set_password(work, account_id, password_hash)
    activity.record(work, account_id, ActivityKind.PASSWORD_CHANGED, visit)
    await sessions.end_other_sessions(work, account_id)
    return sessions.renew_secret(session)


async def remove_account(work: Work, account_id: AccountId) -> None:
    """Remove an account and its sessions."""
    if account_id == work.actor.account_id:
        raise OwnAccount
    row = await staff.lock_below(work, account_id)
    await staff.require_other_owner(work, row)
    await Accounts(work).remove(row)
    work.emit(AccountRemoved(account_id))
    await audit(work, AuditAction.ACCOUNT_REMOVED, f"account:{account_id}", {"role": row.role})


async def get_account(work: Work, account_id: AccountId) -> AccountRow:
    """Get an account."""
    return await Accounts(work).get(account_id)


async def list_accounts(
    work: Work, cursor: str | None = None, limit: int | None = None
) -> Page[AccountRow]:
    """List accounts, oldest first."""
    request = ACCOUNTS.request(cursor, limit)
    after = request.after[0] if request.after else None
    rows = await Accounts(work).page(after=after, limit=request.fetch_limit)
    return request.page(rows, lambda row: (row.id,))


async def _add_verified(work: Work, row: AccountRow) -> AccountRow:
    """Add an account whose address somebody vouches for."""
    row.email_verified_at = work.now
    await Accounts(work).add(row)
    work.emit(AccountAdded(AccountId(row.id)))
    return row


def _new_row(
    work: Work, email: str, password_hash: str, display_name: str, role: Role
) -> AccountRow:
    return AccountRow(
        id=new_id(),
        email=clean_email(email),
        email_normalised=normalise_email(email),
        password_hash=password_hash,
        display_name=display_name.strip(),
        role=role.value,
        locale=work.actor.locale,
        created_at=work.now,
    )
