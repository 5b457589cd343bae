"""The SQL of one-time secrets."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, select, update

from streamverse.domains.identity.contracts import AccountId, Purpose
from streamverse.domains.identity.models import OneTimeRow
from streamverse.kit.work import Work


class OneTimeSecrets:
    """The secrets that are good once."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: OneTimeRow) -> None:
        """Add a secret."""
        self._work.session.add(row)

    async def find(self, purpose: Purpose, secret_hash: str) -> OneTimeRow | None:
        """Find a secret for a purpose, good or not."""
        return await self._work.session.scalar(
            select(OneTimeRow).where(
                OneTimeRow.purpose == purpose, OneTimeRow.secret_hash == secret_hash
            )
        )

    async def spend(self, one_time_id: UUID) -> bool:
        """Use a secret up, unless somebody has: one of many at once can."""
        spent = await self._work.session.scalar(
            update(OneTimeRow)
            .where(OneTimeRow.id == one_time_id, OneTimeRow.used_at.is_(None))
            .values(used_at=self._work.now)
            .returning(OneTimeRow.id)
        )
        return spent is not None

    async def take_try(self, one_time_id: UUID) -> bool:
        """Use up one of the tries, if there is any left."""
        taken = await self._work.session.scalar(
            update(OneTimeRow)
            .where(OneTimeRow.id == one_time_id, OneTimeRow.tries_left > 0)
            .values(tries_left=OneTimeRow.tries_left - 1)
            .returning(OneTimeRow.id)
        )
        return taken is not None

    async def withdraw(self, account_id: AccountId, purpose: Purpose) -> None:
        """Remove the unused secrets of an account for a purpose."""
        await self._work.session.execute(
            delete(OneTimeRow).where(
                OneTimeRow.account_id == account_id,
                OneTimeRow.purpose == purpose,
                OneTimeRow.used_at.is_(None),
            )
        )

    async def remove_expired(self) -> None:
        """Remove what is no longer good, used or not."""
        await self._work.session.execute(
            delete(OneTimeRow).where(OneTimeRow.expires_at <= self._work.now)
        )
