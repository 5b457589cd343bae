"""The verbs of identity that others may call."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from streamverse.domains.identity.contracts import (
    DEFAULT_TENANT_ID,
    Account,
    AccountId,
    AccountName,
    ActivityKind,
    ApiKeyId,
    Device,
    DeviceId,
    IdentitySettings,
    KeyHolder,
    SessionId,
    TenantId,
)
from streamverse.domains.identity.errors import AccountNotFound
from streamverse.domains.identity.models import AccountRow
from streamverse.domains.identity.repository import (
    Accounts,
    ApiKeys,
    Devices,
    Sessions,
    Tenants,
)
from streamverse.domains.identity.rules.staff import STAFF_ROLES
from streamverse.domains.identity.service import accounts, activity, sessions
from streamverse.domains.identity.service.audit import Verified, audit, verify_all
from streamverse.domains.identity.service.exports import STORE_OWNERS as IDENTITY_STORE_OWNERS
from streamverse.domains.identity.service.mails import Correspondence
from streamverse.domains.identity.service.passwords import hash_password, is_password
from streamverse.domains.identity.service.staff import power_of_account
from streamverse.kit.db import JsonObject
from streamverse.kit.errors import Unauthenticated
from streamverse.kit.tokens import setup_token
from streamverse.kit.work import Actor, Role, Work, Workshop

# More staff than this is not looked for.
STAFF_AT_MOST = 10_000

__all__ = [
    "IDENTITY_STORE_OWNERS",
    "AccountNotFound",
    "Correspondence",
    "authenticate",
    "ensure_default_tenant",
    "find_account",
    "find_accounts",
    "find_holder",
    "find_own_device",
    "find_owner",
    "find_session_end",
    "find_setup_token",
    "find_tenants",
    "find_who_may",
    "hash_password",
    "is_holder_active",
    "is_password",
    "list_account_names",
    "lock_account",
    "lock_own_account",
    "record_activity",
    "record_audit",
    "set_locale",
    "verify_audit_logs",
]


async def authenticate(
    work: Work,
    settings: IdentitySettings,
    *,
    cookie: str | None = None,
    bearer: str | None = None,
    place: str = "",
) -> Actor:
    """Find out who asks: an account, or somebody unknown at the default tenant. Only reads."""
    recognised = await sessions.recognise(work, settings, cookie=cookie, bearer=bearer, place=place)
    return recognised.actor if recognised else Actor(DEFAULT_TENANT_ID, place=place)


async def find_session_end(work: Work) -> datetime | None:
    """Find when the actor's log-in ends, which nothing that is granted to it should outlast."""
    return await sessions.find_own_end(work)


def find_holder(actor: Actor) -> UUID | None:
    """Name what an actor is let in by: a log-in or a key of the API."""
    return actor.api_key_id if isinstance(actor, KeyHolder) else actor.session_id


async def is_holder_active(work: Work, holder_id: UUID) -> bool:
    """Tell whether a log-in or a key of the API is still good."""
    ends_at = await Sessions(work).find_end(SessionId(holder_id))
    if ends_at is not None:
        return ends_at > work.now
    return await ApiKeys(work).find_with_maker(ApiKeyId(holder_id)) is not None


async def find_own_device(work: Work) -> Device | None:
    """Find what the actor has logged in on; programs that act by a key have nothing."""
    if work.actor.session_id is None:
        return None
    row = await Devices(work).find_of_session(SessionId(work.actor.session_id))
    return Device(DeviceId(row.id), row.name, row.kind) if row else None


async def lock_account(work: Work, account_id: AccountId) -> None:
    """Let nobody else change what an account has, until this Work ends."""
    await Accounts(work).lock(account_id)


async def lock_own_account(work: Work) -> Device | None:
    """Let nobody else change what the actor's account has, until this Work ends.

    Tells what the actor has logged in on; programs that act by a key have nothing.
    """
    actor = work.actor
    if actor.account_id is None:
        raise Unauthenticated("Log in to do this.")
    session_id = SessionId(actor.session_id) if actor.session_id else None
    return await Accounts(work).lock_with_device(AccountId(actor.account_id), session_id)


async def ensure_default_tenant(work: Work) -> TenantId:
    """Make the tenant of an installation that serves only one, unless it exists."""
    tenants = Tenants(work)
    if await tenants.find(DEFAULT_TENANT_ID) is None:
        tenants.add(DEFAULT_TENANT_ID, "StreamVerse")
    return DEFAULT_TENANT_ID


async def find_tenants(work: Work) -> Mapping[TenantId, str]:
    """Find the tenants of the installation, with their names."""
    return {TenantId(row.id): row.name for row in await Tenants(work).all()}


async def find_setup_token(work: Work, settings: IdentitySettings) -> str | None:
    """Find the token of the link at which the first visitor becomes the owner.

    It is derived from the key, so that all processes and every start print the same link.
    """
    return setup_token(settings.setup_key) if await accounts.needs_owner(work) else None


async def find_account(work: Work, account_id: AccountId) -> Account | None:
    """Find an account."""
    row = await Accounts(work).find(account_id)
    return _view(row) if row else None


async def find_accounts(work: Work, ids: Collection[AccountId]) -> Mapping[AccountId, Account]:
    """Find some accounts; those that are gone are left out."""
    rows = await Accounts(work).find_all(ids)
    return {AccountId(row.id): _view(row) for row in rows}


async def find_who_may(work: Work, permission: str) -> Sequence[Account]:
    """Find the accounts of the tenant that have a permission, and can log in."""
    rows = await Accounts(work).page_staff(STAFF_ROLES, after=None, limit=STAFF_AT_MOST)
    return [
        _view(row)
        for row in rows
        if row.deactivated_at is None and permission in power_of_account(row).permissions
    ]


async def list_account_names(work: Work) -> Sequence[AccountName]:
    """List what all accounts of the tenant are called."""
    return await Accounts(work).names()


async def set_locale(work: Work, account_id: AccountId, locale: str) -> None:
    """Write to an account in another language from now on."""
    (await Accounts(work).get(account_id)).locale = locale


async def find_owner(work: Work) -> Account | None:
    """Find the owner; where there are several, the first."""
    row = await Accounts(work).find_owner()
    return _view(row) if row else None


async def record_audit(
    work: Work, action: str, subject: str, facts: JsonObject | None = None
) -> None:
    """Write what the actor does into the audit log, in the same Work; call it last.

    ``action`` is named as an event, ``catalog.title_published``, and ``subject`` by its kind and
    id, ``title:`` and a UUID. Facts name people by their ids alone and hold no secrets.
    """
    await audit(work, action, subject, facts)


def record_activity(work: Work, kind: ActivityKind, facts: JsonObject) -> None:
    """Write something into the activity log of the actor's account, for its owner to read."""
    activity.record(work, work.actor.account_id, kind, facts=facts)


async def verify_audit_logs(workshop: Workshop) -> AsyncGenerator[Verified]:
    """Read the audit log of each tenant from end to end and tell whether it holds."""
    async for verified in verify_all(workshop):
        yield verified


def _view(row: AccountRow) -> Account:
    return Account(
        id=AccountId(row.id),
        email=row.email,
        display_name=row.display_name,
        role=Role(row.role),
        locale=row.locale,
        created_at=row.created_at,
        is_email_verified=row.email_verified_at is not None,
    )
