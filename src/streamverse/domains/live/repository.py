"""All SQL of live."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import insert, select, update

from streamverse.domains.live.contracts import BroadcastId, StreamId
from streamverse.domains.live.errors import StreamNotFound
from streamverse.domains.live.models import BroadcastRow, LiveSegmentRow, StreamRow

if TYPE_CHECKING:
    from streamverse.kit.work import Work


class Streams:
    """The places that publishers may send to."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: StreamRow) -> None:
        """Add a stream."""
        self._work.session.add(row)

    async def all(self) -> Sequence[StreamRow]:
        """List the streams, oldest first."""
        return (await self._work.session.scalars(select(StreamRow).order_by(StreamRow.id))).all()

    async def find(self, stream_id: StreamId) -> StreamRow | None:
        """Find a stream."""
        return await self._work.session.scalar(select(StreamRow).where(StreamRow.id == stream_id))

    async def get(self, stream_id: StreamId) -> StreamRow:
        """Get a stream, or fail with ``StreamNotFound``."""
        row = await self.find(stream_id)
        if row is None:
            raise StreamNotFound(stream_id)
        return row

    async def find_by_key(self, key_hash: str) -> StreamRow | None:
        """Find the stream that a key opens, in any tenant."""
        query = select(StreamRow).where(StreamRow.key_hash == key_hash)
        return await self._work.session.scalar(query)

    async def remove(self, row: StreamRow) -> None:
        """Remove a stream with its broadcasts."""
        await self._work.session.delete(row)


class Broadcasts:
    """What goes out and went out."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: BroadcastRow) -> None:
        """Add a broadcast."""
        self._work.session.add(row)

    async def running(self) -> Mapping[UUID, BroadcastRow]:
        """Find what goes out right now, by its stream."""
        query = select(BroadcastRow).where(BroadcastRow.ended_at.is_(None))
        return {row.stream_id: row for row in await self._work.session.scalars(query)}

    async def find_running(self, stream_id: StreamId) -> BroadcastRow | None:
        """Find what goes out on a stream right now."""
        query = select(BroadcastRow).where(
            BroadcastRow.stream_id == stream_id, BroadcastRow.ended_at.is_(None)
        )
        return await self._work.session.scalar(query)

    async def end(self, broadcast_id: BroadcastId, at: datetime) -> bool:
        """Note that a broadcast is over, and tell whether it was not before."""
        statement = update(BroadcastRow).where(
            BroadcastRow.id == broadcast_id, BroadcastRow.ended_at.is_(None)
        )
        ended = await self._work.session.execute(
            statement.values(ended_at=at).returning(BroadcastRow.id)
        )
        return ended.first() is not None

    async def add_segments(self, rows: Sequence[Mapping[str, object]]) -> None:
        """Add segments to the index."""
        await self._work.session.execute(insert(LiveSegmentRow), [dict(row) for row in rows])


async def existing_broadcasts(work: Work, ids: Collection[UUID]) -> set[UUID]:
    """Tell which of these broadcasts there are."""
    found = await work.session.scalars(select(BroadcastRow.id).where(BroadcastRow.id.in_(ids)))
    return set(found)
