"""All SQL of identity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from streamverse.domains.identity.contracts import (
    AccountId,
    SessionId,
    SessionKind,
    TenantId,
)
from streamverse.domains.identity.errors import AccountNotFound, EmailTaken
from streamverse.domains.identity.models import AccountRow, SessionRow, TenantRow
from streamverse.kit.work import Role, Work


class Tenants:
    """The tenants of the installation."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, tenant_id: TenantId, name: str) -> None:
        """Add a tenant."""
        self._work.session.add(TenantRow(id=tenant_id, name=name, created_at=self._work.now))

    async def find(self, tenant_id: TenantId) -> TenantRow | None:
        """Find a tenant."""
        return await self._work.session.get(TenantRow, tenant_id)

    async def lock_own(self) -> None:
        """Let one Work at a time go on for the actor's tenant."""
        await self._work.session.execute(
            select(TenantRow.id).where(TenantRow.id == self._work.actor.tenant_id).with_for_update()
        )


class Accounts:
    """The accounts of the tenant."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def add(self, row: AccountRow) -> None:
        """Add an account; fail with ``EmailTaken`` when its address is not free."""
        self._work.session.add(row)
        try:
            await self._work.session.flush()
        except IntegrityError as problem:
            if "email" not in str(problem.orig):
                raise
            raise EmailTaken from problem

    async def get(self, account_id: AccountId) -> AccountRow:
        """Get an account, or fail with ``AccountNotFound``."""
        row = await self.find(account_id)
        if row is None:
            raise AccountNotFound(account_id)
        return row

    async def find(self, account_id: AccountId) -> AccountRow | None:
        """Find an account."""
        return await self._work.session.scalar(
            select(AccountRow).where(AccountRow.id == account_id)
        )

    async def find_by_email(self, email_normalised: str) -> AccountRow | None:
        """Find the account that has an address."""
        return await self._work.session.scalar(
            select(AccountRow).where(AccountRow.email_normalised == email_normalised)
        )

    async def find_owner(self) -> AccountRow | None:
        """Find the first account that runs the service."""
        return await self._work.session.scalar(
            select(AccountRow).where(AccountRow.role == Role.OWNER).order_by(AccountRow.id).limit(1)
        )

    async def page(self, *, after: UUID | None, limit: int) -> Sequence[AccountRow]:
        """List accounts, oldest first, from beyond an id."""
        query = select(AccountRow).order_by(AccountRow.id).limit(limit)
        if after is not None:
            query = query.where(AccountRow.id > after)
        return (await self._work.session.scalars(query)).all()

    async def remove(self, row: AccountRow) -> None:
        """Remove an account; its sessions go with it."""
        await self._work.session.delete(row)


@dataclass(frozen=True, slots=True)
class SessionHolder:
    """A session and the account that holds it, as one query gives them."""

    session_id: SessionId
    last_used_at: datetime
    tenant_id: TenantId
    account_id: AccountId
    role: Role


class Sessions:
    """The log-ins that last."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: SessionRow) -> None:
        """Add a session."""
        self._work.session.add(row)

    async def find_holder(self, secret_hash: str, kind: SessionKind) -> SessionHolder | None:
        """Find who holds a session that is still good."""
        found = await self._work.session.execute(
            select(
                SessionRow.id,
                SessionRow.last_used_at,
                AccountRow.tenant_id,
                AccountRow.id,
                AccountRow.role,
            )
            .join(AccountRow, AccountRow.id == SessionRow.account_id)
            .where(
                SessionRow.secret_hash == secret_hash,
                SessionRow.kind == kind,
                SessionRow.expires_at > self._work.now,
            )
        )
        row = found.one_or_none()
        if row is None:
            return None
        session_id, last_used_at, tenant_id, account_id, role = row
        return SessionHolder(
            SessionId(session_id),
            last_used_at,
            TenantId(tenant_id),
            AccountId(account_id),
            Role(role),
        )

    async def renew(self, session_id: SessionId, lifetime: timedelta) -> None:
        """Write down that a session is in use and so lasts its whole lifetime again."""
        await self._work.session.execute(
            update(SessionRow)
            .where(SessionRow.id == session_id)
            .values(last_used_at=self._work.now, expires_at=self._work.now + lifetime)
        )

    async def remove(self, secret_hash: str) -> None:
        """Remove the session with this secret, if there is one."""
        await self._work.session.execute(
            delete(SessionRow).where(SessionRow.secret_hash == secret_hash)
        )

    async def remove_expired(self) -> None:
        """Remove the sessions that are no longer good."""
        await self._work.session.execute(
            delete(SessionRow).where(SessionRow.expires_at <= self._work.now)
        )
