"""The SQL of consent, copies of one's data, and the end of accounts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, func, select

from streamverse.domains.identity.contracts import AccountId, ConsentKind
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
from streamverse.kit.work import Role, Work

Owned = (
    type[SessionRow]
    | type[DeviceRow]
    | type[ActivityRow]
    | type[FederatedIdentityRow]
    | type[AuthenticatorAppRow]
    | type[PasskeyRow]
    | type[ApiKeyRow]
    | type[ConsentRow]
    | type[ExportRow]
)


class Deletions:
    """The wishes to be deleted, and the records that it was done."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: DeletionRow) -> None:
        """Add a wish."""
        self._work.session.add(row)

    async def find(self, account_id: AccountId) -> DeletionRow | None:
        """Find the wish of an account's owner."""
        return await self._work.session.scalar(
            select(DeletionRow).where(DeletionRow.account_id == account_id)
        )

    async def remove(self, row: DeletionRow) -> None:
        """Remove a wish that was taken back."""
        await self._work.session.delete(row)
        await self._work.session.flush()

    def add_removal(self, row: RemovalRow) -> None:
        """Add the record that an account is gone."""
        self._work.session.add(row)

    async def would_be_ownerless(self, account_id: AccountId) -> bool:
        """Tell whether nobody would run the service without an account, though others use it.

        Owners who are about to go themselves do not count as those who stay.
        """
        is_going = exists().where(DeletionRow.account_id == AccountRow.id)
        staying = await self._work.session.scalars(
            select(AccountRow.role).where(AccountRow.id != account_id, ~is_going)
        )
        roles = staying.all()
        return bool(roles) and Role.OWNER not in roles


class Exports:
    """The copies that people have asked for."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: ExportRow) -> None:
        """Add a copy to be made."""
        self._work.session.add(row)

    async def find(self, export_id: UUID) -> ExportRow | None:
        """Find a copy."""
        return await self._work.session.scalar(select(ExportRow).where(ExportRow.id == export_id))

    async def existing(self, export_ids: Collection[UUID]) -> set[UUID]:
        """Tell which of some copies there are."""
        query = select(ExportRow.id).where(ExportRow.id.in_(export_ids))
        return set(await self._work.session.scalars(query))

    async def find_latest(self, account_id: AccountId) -> ExportRow | None:
        """Find the latest copy of an account that is still kept."""
        return await self._work.session.scalar(
            select(ExportRow)
            .where(ExportRow.account_id == account_id, ExportRow.expires_at > self._work.now)
            .order_by(ExportRow.id.desc())
            .limit(1)
        )

    async def find_expired(self) -> Sequence[ExportRow]:
        """List the copies that are to be deleted."""
        found = await self._work.session.scalars(
            select(ExportRow).where(ExportRow.expires_at <= self._work.now)
        )
        return found.all()

    async def remove(self, export_id: UUID) -> None:
        """Forget a copy."""
        await self._work.session.execute(delete(ExportRow).where(ExportRow.id == export_id))


class Consents:
    """What people agreed to."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: ConsentRow) -> None:
        """Write down a decision; earlier ones stay."""
        self._work.session.add(row)

    async def find_latest(self, account_id: AccountId, kind: ConsentKind) -> ConsentRow | None:
        """Find the decision that counts."""
        return await self._work.session.scalar(
            select(ConsentRow)
            .where(ConsentRow.account_id == account_id, ConsentRow.kind == kind)
            .order_by(ConsentRow.id.desc())
            .limit(1)
        )


class OwnRows:
    """All that identity keeps about an account, table by table."""

    def __init__(self, work: Work, account_id: AccountId) -> None:
        self._work = work
        self._account_id = account_id

    async def count(self, table: Owned) -> int:
        """Count what one table keeps."""
        count = await self._work.session.scalar(
            select(func.count()).select_from(table).where(table.account_id == self._account_id)
        )
        return count or 0

    async def each(self, table: Owned) -> AsyncIterator[Any]:
        """Go through what one table keeps, oldest first."""
        query = select(table).where(table.account_id == self._account_id).order_by(table.id)
        for row in await self._work.session.scalars(query):
            yield row
