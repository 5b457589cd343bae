"""The SQL of who accounts are at other services."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from streamverse.domains.identity.contracts import AccountId, Purpose
from streamverse.domains.identity.errors.federation import IdentityTaken
from streamverse.domains.identity.models import FederatedIdentityRow, OneTimeRow
from streamverse.kit.work import Work


class FederatedIdentities:
    """Who accounts are at other services."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def add(self, row: FederatedIdentityRow) -> None:
        """Add an identity; fail with ``IdentityTaken`` when another account is that person."""
        self._work.session.add(row)
        try:
            await self._work.session.flush()
        except IntegrityError as problem:
            if "subject" not in str(problem.orig):
                raise
            raise IdentityTaken from problem

    async def find(self, issuer: str, subject: str) -> FederatedIdentityRow | None:
        """Find who somebody is here; an address never takes part in this."""
        return await self._work.session.scalar(
            select(FederatedIdentityRow).where(
                FederatedIdentityRow.issuer == issuer, FederatedIdentityRow.subject == subject
            )
        )

    async def of_account(self, account_id: AccountId) -> Sequence[FederatedIdentityRow]:
        """List who an account's owner is elsewhere, oldest first."""
        found = await self._work.session.scalars(
            select(FederatedIdentityRow)
            .where(FederatedIdentityRow.account_id == account_id)
            .order_by(FederatedIdentityRow.id)
        )
        return found.all()

    async def count(self, account_id: AccountId) -> int:
        """Count who an account's owner is elsewhere."""
        count = await self._work.session.scalar(
            select(func.count()).where(FederatedIdentityRow.account_id == account_id)
        )
        return count or 0

    async def remove(self, account_id: AccountId, identity_id: UUID) -> str | None:
        """Remove an identity of an account, and tell of which provider it was."""
        return await self._work.session.scalar(
            delete(FederatedIdentityRow)
            .where(
                FederatedIdentityRow.id == identity_id,
                FederatedIdentityRow.account_id == account_id,
            )
            .returning(FederatedIdentityRow.provider)
        )


async def find_invitation_of(work: Work, email_normalised: str) -> OneTimeRow | None:
    """Find the invitation that waits for whoever has an address."""
    return await work.session.scalar(
        select(OneTimeRow)
        .where(
            OneTimeRow.purpose == Purpose.INVITATION,
            OneTimeRow.used_at.is_(None),
            OneTimeRow.expires_at > work.now,
            OneTimeRow.facts["email_normalised"].as_string() == email_normalised,
        )
        .order_by(OneTimeRow.id.desc())
        .limit(1)
    )
