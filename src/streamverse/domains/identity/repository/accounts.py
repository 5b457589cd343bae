"""The SQL of tenants and accounts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Uuid, bindparam, or_, select
from sqlalchemy.exc import IntegrityError

from streamverse.domains.identity.contracts import (
    AccountId,
    AccountName,
    Device,
    DeviceId,
    SessionId,
    TenantId,
)
from streamverse.domains.identity.errors import AccountNotFound, EmailTaken
from streamverse.domains.identity.models import AccountRow, DeviceRow, SessionRow, TenantRow
from streamverse.kit.questions import Question
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

    async def all(self) -> Sequence[TenantRow]:
        """List the tenants, the oldest first."""
        query = select(TenantRow).order_by(TenantRow.created_at, TenantRow.id)
        return (await self._work.session.scalars(query)).all()

    async def lock_own(self) -> None:
        """Let one Work at a time go on for the actor's tenant."""
        await self._work.session.execute(
            select(TenantRow.id).where(TenantRow.id == self._work.actor.tenant_id).with_for_update()
        )


# Whoever starts to watch asks it.
_WITH_DEVICE = Question(
    select(AccountRow.id, DeviceRow.id, DeviceRow.name, DeviceRow.kind)
    .select_from(AccountRow)
    .outerjoin(SessionRow, SessionRow.id == bindparam("session_id", type_=Uuid()))
    .outerjoin(DeviceRow, DeviceRow.id == SessionRow.device_id)
    .where(AccountRow.id == bindparam("account_id", type_=Uuid()))
    .with_for_update(of=AccountRow)
)


class Accounts:
    """The accounts of the tenant."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def add(self, row: AccountRow) -> None:
        """Add an account; fail with ``EmailTaken`` when its address is not free."""
        self._work.session.add(row)
        await self.flush()

    async def flush(self) -> None:
        """Write what has changed; fail with ``EmailTaken`` when an address is not free."""
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

    async def lock(self, account_id: AccountId) -> AccountRow:
        """Get an account for change, or fail with ``AccountNotFound``."""
        row = await self._work.session.scalar(
            select(AccountRow).where(AccountRow.id == account_id).with_for_update()
        )
        if row is None:
            raise AccountNotFound(account_id)
        return row

    async def lock_with_device(
        self, account_id: AccountId, session_id: SessionId | None
    ) -> Device | None:
        """Lock an account as ``lock`` does; give the device of a log-in."""
        row = await _WITH_DEVICE.ask_one(
            self._work.session, account_id=account_id, session_id=session_id
        )
        if row is None:
            raise AccountNotFound(account_id)
        _, device_id, name, kind = row
        return Device(DeviceId(device_id), name, kind) if device_id else None

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

    async def look_again(self, account_id: AccountId) -> AccountRow | None:
        """Find an account as it is now, whatever was read before."""
        return await self._work.session.scalar(
            select(AccountRow)
            .where(AccountRow.id == account_id)
            .execution_options(populate_existing=True)
        )

    async def has_owner_beside(self, account_id: AccountId) -> bool:
        """Tell whether somebody else who can log in owns the service too."""
        found = await self._work.session.scalar(
            select(AccountRow.id)
            .where(
                AccountRow.role == Role.OWNER,
                AccountRow.id != account_id,
                AccountRow.deactivated_at.is_(None),
            )
            .limit(1)
        )
        return found is not None

    async def page_staff(
        self, roles: Collection[Role], *, after: UUID | None, limit: int
    ) -> Sequence[AccountRow]:
        """List accounts with one of these roles or extra permissions, oldest first."""
        is_staff = or_(AccountRow.role.in_(roles), AccountRow.extra_permissions != "")
        query = select(AccountRow).where(is_staff).order_by(AccountRow.id).limit(limit)
        if after is not None:
            query = query.where(AccountRow.id > after)
        return (await self._work.session.scalars(query)).all()

    async def page(self, *, after: UUID | None, limit: int) -> Sequence[AccountRow]:
        """List accounts, oldest first, from beyond an id."""
        query = select(AccountRow).order_by(AccountRow.id).limit(limit)
        if after is not None:
            query = query.where(AccountRow.id > after)
        return (await self._work.session.scalars(query)).all()

    async def find_all(self, ids: Collection[AccountId]) -> Sequence[AccountRow]:
        """Find some accounts."""
        query = select(AccountRow).where(AccountRow.id.in_(ids))
        return (await self._work.session.scalars(query)).all()

    async def names(self) -> Sequence[AccountName]:
        """List what all accounts are called, oldest first."""
        query = select(AccountRow.id, AccountRow.display_name, AccountRow.email)
        found = await self._work.session.execute(query.order_by(AccountRow.id))
        return [AccountName(AccountId(one.id), one.display_name, one.email) for one in found]

    async def remove(self, row: AccountRow) -> None:
        """Remove an account; its sessions go with it."""
        await self._work.session.delete(row)
