"""The SQL of the keys of the API."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select, update

from streamverse.domains.identity.contracts import ApiKeyId
from streamverse.domains.identity.models import AccountRow, ApiKeyRow
from streamverse.kit.work import Work


class ApiKeys:
    """The keys of programs."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def add(self, row: ApiKeyRow) -> None:
        """Add a key."""
        self._work.session.add(row)
        await self._work.session.flush()

    async def find_with_maker(self, key_id: ApiKeyId) -> tuple[ApiKeyRow, AccountRow] | None:
        """Find a key that has not expired, and whoever made it if they can still log in."""
        found = await self._work.session.execute(
            select(ApiKeyRow, AccountRow)
            .join(AccountRow, AccountRow.id == ApiKeyRow.account_id)
            .where(
                ApiKeyRow.id == key_id,
                ApiKeyRow.expires_at > self._work.now,
                AccountRow.deactivated_at.is_(None),
            )
        )
        row = found.one_or_none()
        return (row[0], row[1]) if row else None

    async def see(self, key_id: ApiKeyId) -> None:
        """Write down that a key is in use."""
        await self._work.session.execute(
            update(ApiKeyRow).where(ApiKeyRow.id == key_id).values(last_used_at=self._work.now)
        )

    async def page(self, *, before: UUID | None, limit: int) -> Sequence[ApiKeyRow]:
        """List keys, newest first, from below an id; expired ones too."""
        query = select(ApiKeyRow).order_by(ApiKeyRow.id.desc()).limit(limit)
        if before is not None:
            query = query.where(ApiKeyRow.id < before)
        return (await self._work.session.scalars(query)).all()

    async def remove(self, key_id: ApiKeyId) -> ApiKeyRow | None:
        """Remove a key and give what it was; of many who remove it at once, one does."""
        return await self._work.session.scalar(
            delete(ApiKeyRow).where(ApiKeyRow.id == key_id).returning(ApiKeyRow)
        )
