"""The SQL of signing keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, delete, or_, select, update

from streamverse.domains.identity.models import SigningKeyRow
from streamverse.kit.work import Work


class SigningKeys:
    """The keys of the installation that access tokens are signed with."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: SigningKeyRow) -> None:
        """Add a key."""
        self._work.session.add(row)

    async def find(self, key_id: UUID) -> SigningKeyRow | None:
        """Find a key that may still verify."""
        return await self._work.session.scalar(
            select(SigningKeyRow).where(SigningKeyRow.id == key_id, is_verifying(self._work.now))
        )

    async def find_signing(self) -> SigningKeyRow | None:
        """Find the key that signs now: the latest whose time has come."""
        return await self._work.session.scalar(
            select(SigningKeyRow)
            .where(SigningKeyRow.signs_from <= self._work.now, is_verifying(self._work.now))
            .order_by(SigningKeyRow.signs_from.desc(), SigningKeyRow.id.desc())
            .limit(1)
        )

    async def all(self) -> Sequence[SigningKeyRow]:
        """List the keys that may verify now or soon, newest first."""
        return (
            await self._work.session.scalars(
                select(SigningKeyRow)
                .where(is_verifying(self._work.now))
                .order_by(SigningKeyRow.id.desc())
            )
        ).all()

    async def retire_all(self, at: datetime) -> None:
        """Let the keys that are in use verify until a moment."""
        await self._work.session.execute(
            update(SigningKeyRow)
            .where(SigningKeyRow.verifies_until.is_(None))
            .values(verifies_until=at)
        )

    async def remove_retired(self) -> None:
        """Forget the keys that verify nothing any more."""
        await self._work.session.execute(
            delete(SigningKeyRow).where(SigningKeyRow.verifies_until <= self._work.now)
        )


def is_verifying(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Say which keys may still verify."""
    until = SigningKeyRow.verifies_until
    return or_(until.is_(None), until > now)
