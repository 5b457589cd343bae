"""The SQL of links that wait in somebody's mailbox."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select

from streamverse.domains.identity.contracts import AccountId, Purpose
from streamverse.domains.identity.models import OneTimeRow
from streamverse.kit.work import Work


class WaitingLinks:
    """The links for one purpose that are still good: neither used nor expired."""

    def __init__(self, work: Work, purpose: Purpose) -> None:
        self._work = work
        self._conditions = (
            OneTimeRow.purpose == purpose,
            OneTimeRow.used_at.is_(None),
            OneTimeRow.expires_at > work.now,
        )

    async def find(self, link_id: UUID) -> OneTimeRow | None:
        """Find a link by its id."""
        return await self._work.session.scalar(
            select(OneTimeRow).where(OneTimeRow.id == link_id, *self._conditions)
        )

    async def find_latest_of(self, account_id: AccountId) -> OneTimeRow | None:
        """Find the latest link of an account."""
        return await self._work.session.scalar(
            select(OneTimeRow)
            .where(OneTimeRow.account_id == account_id, *self._conditions)
            .order_by(OneTimeRow.id.desc())
            .limit(1)
        )

    async def page(self, *, before: UUID | None, limit: int) -> Sequence[OneTimeRow]:
        """List links, newest first, from below an id."""
        query = select(OneTimeRow).where(*self._conditions).order_by(OneTimeRow.id.desc())
        if before is not None:
            query = query.where(OneTimeRow.id < before)
        return (await self._work.session.scalars(query.limit(limit))).all()

    async def remove(self, link_id: UUID) -> bool:
        """Remove a link, and tell whether it was there."""
        removed = await self._work.session.scalar(
            delete(OneTimeRow)
            .where(OneTimeRow.id == link_id, *self._conditions)
            .returning(OneTimeRow.id)
        )
        return removed is not None

    async def remove_for(self, email_normalised: str) -> None:
        """Remove the links that were sent to an address."""
        is_for = OneTimeRow.facts["email_normalised"].as_string() == email_normalised
        await self._work.session.execute(
            delete(OneTimeRow)
            .where(is_for, *self._conditions)
            .execution_options(synchronize_session=False)
        )
