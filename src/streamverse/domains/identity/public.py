"""The verbs of identity that others may call."""

from __future__ import annotations

from streamverse.domains.identity.contracts import (
    DEFAULT_TENANT_ID,
    Account,
    AccountId,
    IdentitySettings,
    TenantId,
)
from streamverse.domains.identity.models import AccountRow
from streamverse.domains.identity.repository import Accounts, Tenants
from streamverse.domains.identity.service import accounts, sessions
from streamverse.kit.tokens import setup_token
from streamverse.kit.work import Actor, Role, Work


async def authenticate(
    work: Work, *, cookie: str | None = None, bearer: str | None = None
) -> Actor:
    """Find out who asks: an account, or somebody unknown at the default tenant. Only reads."""
    recognised = await sessions.recognise(work, cookie=cookie, bearer=bearer)
    return recognised.actor if recognised else Actor(DEFAULT_TENANT_ID)


async def ensure_default_tenant(work: Work) -> TenantId:
    """Make the tenant of an installation that serves only one, unless it exists."""
    tenants = Tenants(work)
    if await tenants.find(DEFAULT_TENANT_ID) is None:
        tenants.add(DEFAULT_TENANT_ID, "StreamVerse")
    return DEFAULT_TENANT_ID


async def find_setup_token(work: Work, settings: IdentitySettings) -> str | None:
    """Find the token of the link at which the first visitor becomes the owner.

    It is derived from the key, so that all processes and every start print the same link.
    """
    return setup_token(settings.setup_key) if await accounts.needs_owner(work) else None


async def find_account(work: Work, account_id: AccountId) -> Account | None:
    """Find an account."""
    row = await Accounts(work).find(account_id)
    return _view(row) if row else None


async def find_owner(work: Work) -> Account | None:
    """Find the owner; where there are several, the first."""
    row = await Accounts(work).find_owner()
    return _view(row) if row else None


def _view(row: AccountRow) -> Account:
    return Account(
        id=AccountId(row.id),
        email=row.email,
        display_name=row.display_name,
        role=Role(row.role),
        created_at=row.created_at,
    )
