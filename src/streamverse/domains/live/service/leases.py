"""Who holds a stream: one node at a time, for as long as it renews its lease."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from streamverse.domains.live.contracts import BroadcastId, StreamId
from streamverse.domains.live.errors import LeaseLost
from streamverse.domains.live.repository import Broadcasts, Leases
from streamverse.domains.live.rules.leases import BEGINNING, Place, place_after
from streamverse.domains.live.service.recordings import end_broadcast
from streamverse.kit.clock import new_id
from streamverse.kit.work import Actor

if TYPE_CHECKING:
    from streamverse.domains.live.models import LeaseRow
    from streamverse.kit.work import Work, Workshop

LEASE: Final = timedelta(seconds=4)
# So long whoever follows a broadcast that is over is told so by its node.
TOLD_FOR: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Hold:
    """A stream that a node has taken, and where it goes on with what goes out on it."""

    stream_id: StreamId
    broadcast_id: BroadcastId
    node_id: UUID
    fence: int
    begins: Place = BEGINNING
    is_continued: bool = False

    async def confirm(self, work: Work) -> None:
        """Fail with ``LeaseLost`` if it is lost; else nobody takes it until this Work ends."""
        if not await Leases(work).keep(self.stream_id, self.fence):
            raise LeaseLost(self.stream_id)


def is_held(row: LeaseRow, work: Work) -> bool:
    """Tell whether a node holds a stream whose broadcast is not over."""
    return row.broadcast_id is not None and row.node_id is not None and row.held_until > work.now


async def take_stream(
    work: Work, stream_id: StreamId, node_id: UUID, return_within: timedelta
) -> Hold | LeaseRow:
    """Take a stream for a node, or give the lease of another one that holds it."""
    row = await Leases(work).lock(stream_id)
    if row.node_id != node_id and is_held(row, work):
        return row
    broadcast_id = await _find_unended(work, row, return_within)
    if broadcast_id is None:
        broadcast_id, begins, is_continued = BroadcastId(new_id()), BEGINNING, False
    else:
        begun = Place(row.first_segment, row.first_head)
        stored = await find_end(work, broadcast_id)
        begins = place_after(stored, begun, is_clean=row.node_id is None)
        is_continued = True
    row.node_id, row.broadcast_id, row.fence = node_id, broadcast_id, row.fence + 1
    row.first_segment, row.first_head = begins.segment, begins.head
    row.held_until, row.has_publisher, row.wanted_at = work.now + LEASE, True, None
    return Hold(stream_id, broadcast_id, node_id, row.fence, begins, is_continued)


async def _find_unended(work: Work, row: LeaseRow, return_within: timedelta) -> BroadcastId | None:
    """Find what goes on with the next publisher; what has waited for too long is ended."""
    if row.broadcast_id is None:
        return None
    broadcast_id = BroadcastId(row.broadcast_id)
    broadcast = await Broadcasts(work).find(broadcast_id)
    if broadcast is not None and broadcast.ended_at is not None:
        return None
    if row.held_until + return_within <= work.now:
        await end_broadcast(work, StreamId(row.stream_id), broadcast_id)
        return None
    return broadcast_id


async def find_end(work: Work, broadcast_id: BroadcastId) -> Place | None:
    """Find the last segment that is stored of a broadcast, of whatever track."""
    last = await Broadcasts(work).last_segments(broadcast_id)
    return max((Place(row.number, row.head) for row in last), default=None)


async def ask_for_stream(work: Work, stream_id: StreamId) -> None:
    """Let the node that holds a stream know that another one has a publisher for it."""
    row = await Leases(work).lock(stream_id)
    row.wanted_at = row.wanted_at or work.now


async def give_away(work: Work, hold: Hold) -> None:
    """Let another node take a stream of which everything is stored."""
    row = await Leases(work).lock(hold.stream_id)
    if row.fence == hold.fence:
        row.node_id, row.held_until, row.has_publisher = None, work.now, False


async def end_held(work: Work, hold: Hold, *, has_started: bool) -> None:
    """End what a node sends out on a stream, and let the next publisher begin anew."""
    await hold.confirm(work)
    row = await Leases(work).lock(hold.stream_id)
    row.broadcast_id, row.held_until, row.has_publisher = None, work.now + TOLD_FOR, False
    if has_started:
        await end_broadcast(work, hold.stream_id, hold.broadcast_id)


async def end_forgotten(workshop: Workshop, return_within: timedelta) -> None:
    """End in the records what no node goes on with."""
    async with workshop.reading(Actor.system()) as work:
        running = list((await Broadcasts(work).running()).values())
        found = [(row, await Leases(work).find(row.stream_id)) for row in running]
        forgotten = [
            row
            for row, lease in found
            if lease is None
            or lease[0].broadcast_id != row.id
            or lease[0].held_until + return_within <= work.now
        ]
    for row in forgotten:
        async with workshop.work(Actor.system(row.tenant_id)) as work:
            await _end_unless_held(
                work, StreamId(row.stream_id), BroadcastId(row.id), return_within
            )


async def _end_unless_held(
    work: Work, stream_id: StreamId, broadcast_id: BroadcastId, return_within: timedelta
) -> None:
    row = await Leases(work).lock(stream_id)
    if row.broadcast_id == broadcast_id:
        if row.held_until + return_within > work.now:
            return
        row.broadcast_id, row.node_id, row.fence = None, None, row.fence + 1
    await end_broadcast(work, stream_id, broadcast_id)


async def find_away(work: Work, ids: Collection[UUID]) -> set[UUID]:
    """Tell which streams that go out wait for their publisher, wherever they are held."""
    return await Leases(work).away(ids) if ids else set()
