"""The SQL of activity."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select

from streamverse.domains.identity.contracts import AccountId, ActivityKind
from streamverse.domains.identity.models import ActivityRow
from streamverse.kit.work import Work


class Activities:
    """What happened around log-ins."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: ActivityRow) -> None:
        """Write something down."""
        self._work.session.add(row)

    async def page(
        self,
        account_id: AccountId | None,
        *,
        kind: ActivityKind | None = None,
        before: UUID | None,
        limit: int,
    ) -> Sequence[ActivityRow]:
        """List what happened, latest first, from below an id: to an account, or to anybody."""
        query = select(ActivityRow).order_by(ActivityRow.id.desc()).limit(limit)
        if account_id is not None:
            query = query.where(ActivityRow.account_id == account_id)
        if kind is not None:
            query = query.where(ActivityRow.kind == kind)
        if before is not None:
            query = query.where(ActivityRow.id < before)
        return (await self._work.session.scalars(query)).all()

    async def remove_older(self, than: datetime) -> None:
        """Forget what happened before a moment."""
        await self._work.session.execute(delete(ActivityRow).where(ActivityRow.at < than))
