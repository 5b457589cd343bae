"""What staff has changed, so that it can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from streamverse.domains.catalog.errors import EditNotFound
from streamverse.domains.catalog.models import EditRow
from streamverse.kit.work import Work


class Edits:
    """The edits of the tenant's titles."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: EditRow) -> None:
        """Keep an edit."""
        self._work.session.add(row)

    async def lock(self, edit_id: UUID) -> EditRow:
        """Get an edit for change, or fail with ``EditNotFound``."""
        query = select(EditRow).where(EditRow.id == edit_id).with_for_update()
        row = await self._work.session.scalar(query.execution_options(populate_existing=True))
        if row is None:
            raise EditNotFound
        return row

    async def page(self, *, before: UUID | None, limit: int) -> Sequence[EditRow]:
        """List edits, the newest first, from below an id."""
        query = select(EditRow).order_by(EditRow.id.desc()).limit(limit)
        if before is not None:
            query = query.where(EditRow.id < before)
        return list(await self._work.session.scalars(query))
