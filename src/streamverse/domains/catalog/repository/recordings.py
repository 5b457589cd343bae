"""Which titles were recorded of which stream."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from streamverse.domains.catalog.contracts import TitleId, Viewer
from streamverse.domains.catalog.models import RecordingRow, TitleRow
from streamverse.domains.catalog.repository.visibility import is_visible
from streamverse.kit.work import Work


class Recordings:
    """Titles that were recorded of streams."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: RecordingRow) -> None:
        """Add what a title was recorded of."""
        self._work.session.add(row)

    async def find(self, title_id: TitleId) -> RecordingRow | None:
        """Find what a title was recorded of."""
        return await self._work.session.scalar(
            select(RecordingRow).where(RecordingRow.title_id == title_id)
        )

    async def visible_of(self, stream_id: UUID, viewer: Viewer, limit: int) -> Sequence[TitleId]:
        """List what somebody may know of that was recorded of a stream, the newest first."""
        query = (
            select(RecordingRow.title_id)
            .join(TitleRow, TitleRow.id == RecordingRow.title_id)
            .where(RecordingRow.stream_id == stream_id, is_visible(viewer, self._work.now))
            .order_by(RecordingRow.recorded_at.desc(), RecordingRow.title_id.desc())
            .limit(limit)
        )
        return [TitleId(found) for found in await self._work.session.scalars(query)]
