"""Accounts: the first one, and those that the owner adds and removes."""

from __future__ import annotations

from uuid import UUID

from streamverse.domains.identity.contracts import (
    AccountAdded,
    AccountId,
    AccountRemoved,
    IdentitySettings,
)
from streamverse.domains.identity.errors import OwnAccount, SetupClosed, SetupTokenWrong
from streamverse.domains.identity.models import AccountRow
from streamverse.domains.identity.repository import Accounts, Tenants
from streamverse.domains.identity.rules import check_new_account, normalise_email
from streamverse.domains.identity.service.passwords import hash_password
from streamverse.kit.clock import new_id
from streamverse.kit.errors import Unauthenticated
from streamverse.kit.paging import Listing, Page
from streamverse.kit.tokens import is_same_secret, setup_token
from streamverse.kit.work import Role, Work

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
    return await _add(work, email, password_hash, display_name, Role.OWNER)


async def add_account(
    work: Work, *, email: str, password: str, display_name: str, role: Role
) -> AccountRow:
    """Let one more person log in."""
    check_new_account(email, password, display_name)
    password_hash = await hash_password(password)
    return await _add(work, email, password_hash, display_name, role)


async def remove_account(work: Work, account_id: AccountId) -> None:
    """Remove an account and its sessions."""
    if account_id == work.actor.account_id:
        raise OwnAccount
    accounts = Accounts(work)
    await Tenants(work).lock_own()
    # Two owners may remove each other at the same moment: the first to get here stays.
    if work.actor.account_id and not await accounts.find(AccountId(work.actor.account_id)):
        raise Unauthenticated("Your account has been removed.")
    await accounts.remove(await accounts.get(account_id))
    work.emit(AccountRemoved(account_id))


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


async def _add(
    work: Work, email: str, password_hash: str, display_name: str, role: Role
) -> AccountRow:
    row = AccountRow(
        id=new_id(),
        email=email.strip(),
        email_normalised=normalise_email(email),
        password_hash=password_hash,
        display_name=display_name.strip(),
        role=role.value,
        created_at=work.now,
    )
    await Accounts(work).add(row)
    work.emit(AccountAdded(AccountId(row.id)))
    return row
