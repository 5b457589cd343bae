"""People for tests, and the sessions they are logged in with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from uuid import UUID

from argon2 import PasswordHasher

from streamverse.domains.identity.contracts import DEFAULT_TENANT_ID, SessionKind, TenantId
from streamverse.domains.identity.models import AccountRow, SessionRow
from streamverse.domains.identity.repository import Accounts, Sessions, Tenants
from streamverse.domains.identity.rules import normalise_email, permissions_of
from streamverse.kit.clock import new_id
from streamverse.kit.tokens import hash_secret, new_secret
from streamverse.kit.work import Actor, Role, Work, Workshop

PASSWORD = "correct horse battery staple"
OTHER_TENANT_ID = TenantId(UUID(int=2))


@dataclass(frozen=True, slots=True)
class People:
    """Who takes part in a test: two tenants, their owners, a viewer, and somebody unknown."""

    owner: Actor
    viewer: Actor
    nobody: Actor
    stranger: Actor


@cache
def password_hash(password: str = PASSWORD) -> str:
    """Hash a password as the program does, once for each run of the tests."""
    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1).hash(password)


async def make_account(
    work: Work,
    email: str,
    *,
    role: Role = Role.VIEWER,
    display_name: str = "Somebody",
    hashed: str | None = None,
) -> AccountRow:
    """Add an account whose password is ``PASSWORD``."""
    row = AccountRow(
        id=new_id(),
        email=email,
        email_normalised=normalise_email(email),
        email_verified_at=work.now,
        password_hash=hashed or password_hash(),
        display_name=display_name,
        role=role.value,
        locale="en",
        created_at=work.now,
    )
    await Accounts(work).add(row)
    return row


def make_session(
    work: Work,
    account_id: UUID,
    kind: SessionKind = SessionKind.PROGRAM,
    lifetime: timedelta = timedelta(days=365),
) -> str:
    """Log an account in and give the secret."""
    secret = new_secret()
    Sessions(work).add(
        SessionRow(
            id=new_id(),
            account_id=account_id,
            secret_hash=hash_secret(secret),
            kind=kind.value,
            amr="pwd",
            ip="",
            created_at=work.now,
            authenticated_at=work.now,
            last_used_at=work.now,
            expires_at=work.now + lifetime,
        )
    )
    return secret


async def make_people(workshop: Workshop) -> People:
    """Settle two tenants."""
    async with workshop.work(Actor.system()) as work:
        if await Tenants(work).find(DEFAULT_TENANT_ID) is None:
            Tenants(work).add(DEFAULT_TENANT_ID, "StreamVerse")
        Tenants(work).add(OTHER_TENANT_ID, "Another service")
    return People(
        owner=await _settle(workshop, DEFAULT_TENANT_ID, "owner@example.org", Role.OWNER),
        viewer=await _settle(workshop, DEFAULT_TENANT_ID, "viewer@example.org", Role.VIEWER),
        nobody=Actor(DEFAULT_TENANT_ID),
        stranger=await _settle(workshop, OTHER_TENANT_ID, "owner@example.org", Role.OWNER),
    )


async def _settle(workshop: Workshop, tenant_id: TenantId, email: str, role: Role) -> Actor:
    async with workshop.work(Actor.system(tenant_id)) as work:
        row = await make_account(work, email, role=role, display_name=role.value.title())
    return Actor(tenant_id, row.id, frozenset({role}), permissions_of({role}))
