"""The SQL of second factors and passkeys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from streamverse.domains.identity.contracts import AccountId
from streamverse.domains.identity.errors.factors import PasskeyNotFound, PasskeyTaken
from streamverse.domains.identity.models import (
    AccountRow,
    AuthenticatorAppRow,
    BackupCodeRow,
    FactorSetRow,
    PasskeyRow,
)
from streamverse.kit.work import Work


class FactorSets:
    """What the factors of each account have in common."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def add(self, row: FactorSetRow) -> None:
        """Add an account's."""
        self._work.session.add(row)
        await self._work.session.flush()

    async def find(self, account_id: AccountId) -> FactorSetRow | None:
        """Find an account's."""
        return await self._work.session.scalar(
            select(FactorSetRow).where(FactorSetRow.account_id == account_id)
        )

    async def lock(self, account_id: AccountId) -> FactorSetRow | None:
        """Find an account's, for change, as it is now."""
        return await self._work.session.scalar(
            select(FactorSetRow)
            .where(FactorSetRow.account_id == account_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )

    async def forget_failures(self, account_id: AccountId) -> None:
        """Write down that a factor was right: nothing failed, and nobody needs a reset."""
        await self._work.session.execute(
            update(FactorSetRow)
            .where(FactorSetRow.account_id == account_id)
            .values(failures=0, paused_until=None, reset_requested_at=None)
        )

    async def page_of_requests(
        self, *, before: UUID | None, limit: int
    ) -> Sequence[tuple[AccountRow, datetime]]:
        """List who has asked for a reset and when, the newest accounts first, from below an id."""
        query = (
            select(AccountRow, FactorSetRow.reset_requested_at)
            .join(FactorSetRow, FactorSetRow.account_id == AccountRow.id)
            .where(FactorSetRow.reset_requested_at.is_not(None))
            .order_by(AccountRow.id.desc())
            .limit(limit)
        )
        if before is not None:
            query = query.where(AccountRow.id < before)
        rows = await self._work.session.execute(query)
        return [(account, requested_at) for account, requested_at in rows if requested_at]

    async def remove(self, account_id: AccountId) -> None:
        """Remove an account's."""
        await self._work.session.execute(
            delete(FactorSetRow).where(FactorSetRow.account_id == account_id)
        )


class AuthenticatorApps:
    """The secrets that authenticator apps make codes from."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: AuthenticatorAppRow) -> None:
        """Add one."""
        self._work.session.add(row)

    async def find(
        self, account_id: AccountId, *, is_confirmed: bool = True
    ) -> AuthenticatorAppRow | None:
        """Find the one that an account logs in with, or the one that it sets up."""
        return await self._work.session.scalar(
            select(AuthenticatorAppRow).where(
                AuthenticatorAppRow.account_id == account_id, _where_confirmed(is_confirmed)
            )
        )

    async def spend_step(self, app_id: UUID, step: int) -> bool:
        """Use up the code of a step and all before it, unless that has happened."""
        spent = await self._work.session.scalar(
            update(AuthenticatorAppRow)
            .where(AuthenticatorAppRow.id == app_id, AuthenticatorAppRow.last_step < step)
            .values(last_step=step)
            .returning(AuthenticatorAppRow.id)
        )
        return spent is not None

    async def remove(self, account_id: AccountId, *, is_confirmed: bool | None = None) -> None:
        """Remove those of an account: all, or the confirmed or the unconfirmed."""
        query = delete(AuthenticatorAppRow).where(AuthenticatorAppRow.account_id == account_id)
        if is_confirmed is not None:
            query = query.where(_where_confirmed(is_confirmed))
        await self._work.session.execute(query)


def _where_confirmed(is_confirmed: bool) -> ColumnElement[bool]:  # noqa: FBT001 - its only word
    column = AuthenticatorAppRow.confirmed_at
    return column.is_not(None) if is_confirmed else column.is_(None)


class BackupCodes:
    """The codes on paper."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: BackupCodeRow) -> None:
        """Add a code."""
        self._work.session.add(row)

    async def spend(self, account_id: AccountId, code_hash: str) -> bool:
        """Use a code up, unless there is none or somebody has: one of many at once can."""
        spent = await self._work.session.scalar(
            update(BackupCodeRow)
            .where(
                BackupCodeRow.account_id == account_id,
                BackupCodeRow.code_hash == code_hash,
                BackupCodeRow.used_at.is_(None),
            )
            .values(used_at=self._work.now)
            .returning(BackupCodeRow.id)
        )
        return spent is not None

    async def all(self, account_id: AccountId) -> Sequence[BackupCodeRow]:
        """List an account's codes, used ones too."""
        query = select(BackupCodeRow).where(BackupCodeRow.account_id == account_id)
        return (await self._work.session.scalars(query)).all()

    async def count_left(self, account_id: AccountId) -> int:
        """Count the codes that are still good."""
        query = (
            select(func.count())
            .select_from(BackupCodeRow)
            .where(BackupCodeRow.account_id == account_id, BackupCodeRow.used_at.is_(None))
        )
        return await self._work.session.scalar(query) or 0

    async def remove(self, account_id: AccountId) -> None:
        """Remove an account's codes."""
        await self._work.session.execute(
            delete(BackupCodeRow).where(BackupCodeRow.account_id == account_id)
        )


class Passkeys:
    """The passkeys of accounts."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def add(self, row: PasskeyRow) -> None:
        """Add a passkey; fail with ``PasskeyTaken`` when an account has it."""
        self._work.session.add(row)
        try:
            await self._work.session.flush()
        except IntegrityError as problem:
            if "credential_id" not in str(problem.orig):
                raise
            raise PasskeyTaken from problem

    async def all(self, account_id: AccountId) -> Sequence[PasskeyRow]:
        """List an account's passkeys, oldest first."""
        query = (
            select(PasskeyRow).where(PasskeyRow.account_id == account_id).order_by(PasskeyRow.id)
        )
        return (await self._work.session.scalars(query)).all()

    async def count(self, account_id: AccountId) -> int:
        """Count an account's passkeys."""
        query = (
            select(func.count()).select_from(PasskeyRow).where(PasskeyRow.account_id == account_id)
        )
        return await self._work.session.scalar(query) or 0

    async def get(self, account_id: AccountId, passkey_id: UUID) -> PasskeyRow:
        """Get a passkey of an account, or fail with ``PasskeyNotFound``."""
        row = await self._work.session.scalar(
            select(PasskeyRow).where(
                PasskeyRow.account_id == account_id, PasskeyRow.id == passkey_id
            )
        )
        if row is None:
            raise PasskeyNotFound(passkey_id)
        return row

    async def find(self, credential_id: bytes) -> PasskeyRow | None:
        """Find the passkey that has a credential id, whosever it is."""
        return await self._work.session.scalar(
            select(PasskeyRow).where(PasskeyRow.credential_id == credential_id)
        )

    async def use(self, row: PasskeyRow, sign_count: int) -> bool:
        """Write down that a passkey was used; a count that does not grow is that of a copy."""
        # Those that do not count say 0 for ever (WebAuthn §6.1.1).
        counted = PasskeyRow.sign_count
        is_growing = counted < sign_count if sign_count else counted == 0
        used = await self._work.session.scalar(
            update(PasskeyRow)
            .where(PasskeyRow.id == row.id, is_growing)
            .values(sign_count=sign_count, last_used_at=self._work.now)
            .returning(PasskeyRow.id)
        )
        return used is not None

    async def remove(self, account_id: AccountId, passkey_id: UUID | None = None) -> None:
        """Remove one passkey or all of an account."""
        query = delete(PasskeyRow).where(PasskeyRow.account_id == account_id)
        if passkey_id is not None:
            query = query.where(PasskeyRow.id == passkey_id)
        await self._work.session.execute(query)
