"""All SQL of live."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import and_, case, delete, func, insert, not_, or_, select, update

from streamverse.domains.live.contracts import BroadcastId, Keep, StreamId, TargetId, TemplateId
from streamverse.domains.live.errors import StreamNotFound, TargetNotFound, TemplateNotFound
from streamverse.domains.live.models import (
    AudienceRow,
    BackupRow,
    BroadcastRow,
    LeaseRow,
    LiveSegmentRow,
    NodeRow,
    SlotRow,
    SourceRow,
    StreamPlanRow,
    StreamReminderRow,
    StreamRow,
    TargetRow,
    TemplateRow,
)
from streamverse.kit.db import insert_into

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
        """List the streams in the order that they were put into, else the oldest first."""
        query = select(StreamRow).order_by(StreamRow.position, StreamRow.id)
        return (await self._work.session.scalars(query)).all()

    async def lock(self, ids: Collection[StreamId]) -> Sequence[StreamRow]:
        """Lock some streams, or fail with ``StreamNotFound``."""
        query = select(StreamRow).where(StreamRow.id.in_(ids)).order_by(StreamRow.id)
        rows = (await self._work.session.scalars(query.with_for_update())).all()
        for missing in set(ids) - {row.id for row in rows}:
            raise StreamNotFound(missing)
        return rows

    async def next_position(self) -> int:
        """Give the place after all others."""
        last = await self._work.session.scalar(select(func.max(StreamRow.position)))
        return 0 if last is None else last + 1

    async def find(self, stream_id: StreamId) -> StreamRow | None:
        """Find a stream."""
        return await self._work.session.scalar(select(StreamRow).where(StreamRow.id == stream_id))

    async def get(self, stream_id: StreamId) -> StreamRow:
        """Get a stream, or fail with ``StreamNotFound``."""
        row = await self.find(stream_id)
        if row is None:
            raise StreamNotFound(stream_id)
        return row

    async def named(self, ids: Collection[UUID]) -> Sequence[tuple[UUID, str, str]]:
        """List some streams by id, with what they are called and whom they are for."""
        query = select(StreamRow.id, StreamRow.name, StreamRow.access).where(StreamRow.id.in_(ids))
        return [(row[0], row[1], row[2]) for row in await self._work.session.execute(query)]

    async def find_by_key(self, key_hash: str) -> StreamRow | None:
        """Find the stream that a key opens, in any tenant."""
        query = select(StreamRow).where(StreamRow.key_hash == key_hash)
        return await self._work.session.scalar(query)

    async def stopped(self, ids: Collection[UUID]) -> set[UUID]:
        """Tell which of some streams staff has stopped."""
        query = select(StreamRow.id).where(StreamRow.id.in_(ids), StreamRow.stopped_at.is_not(None))
        return set(await self._work.session.scalars(query))

    async def remove(self, row: StreamRow) -> None:
        """Remove a stream with its broadcasts."""
        await self._work.session.delete(row)


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """What goes out and becomes no recording, and how far it can be rewound."""

    tenant_id: UUID
    broadcast_id: BroadcastId
    rewind: timedelta


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

    async def note_audience(self, broadcast_id: BroadcastId, viewers: int, watched_s: int) -> None:
        """Note how many watch, and add what they have watched since the last time."""
        peak = BroadcastRow.peak_viewers
        await self._work.session.execute(
            update(BroadcastRow)
            .where(BroadcastRow.id == broadcast_id)
            .values(
                peak_viewers=case((peak < viewers, viewers), else_=peak),
                watched_s=BroadcastRow.watched_s + watched_s,
            )
        )

    async def of_stream(self, stream_id: StreamId, limit: int) -> Sequence[BroadcastRow]:
        """List what went out on a stream, the newest first."""
        query = select(BroadcastRow).where(BroadcastRow.stream_id == stream_id)
        query = query.order_by(BroadcastRow.started_at.desc()).limit(limit)
        return (await self._work.session.scalars(query)).all()

    async def add_segments(self, rows: Sequence[Mapping[str, object]]) -> None:
        """Add segments to the index."""
        await self._work.session.execute(insert(LiveSegmentRow), [dict(row) for row in rows])

    async def find(self, broadcast_id: BroadcastId) -> BroadcastRow | None:
        """Find a broadcast, running or over."""
        return await self._work.session.scalar(
            select(BroadcastRow).where(BroadcastRow.id == broadcast_id)
        )

    async def ids_of(self, stream_id: StreamId) -> Sequence[BroadcastId]:
        """List the broadcasts of a stream."""
        query = select(BroadcastRow.id).where(BroadcastRow.stream_id == stream_id)
        return [BroadcastId(found) for found in await self._work.session.scalars(query)]

    async def segments(
        self, broadcast_id: BroadcastId, since: datetime | None = None
    ) -> Sequence[LiveSegmentRow]:
        """List what is stored of a broadcast and not yet handed on, by number."""
        query = select(LiveSegmentRow).where(LiveSegmentRow.broadcast_id == broadcast_id)
        if since is not None:
            query = query.where(LiveSegmentRow.starts_at >= since)
        return (await self._work.session.scalars(query.order_by(LiveSegmentRow.number))).all()

    async def last_segments(self, broadcast_id: BroadcastId) -> Sequence[LiveSegmentRow]:
        """Give what is stored under the highest number of each track."""
        last = (
            select(LiveSegmentRow.track, func.max(LiveSegmentRow.number).label("number"))
            .where(LiveSegmentRow.broadcast_id == broadcast_id)
            .group_by(LiveSegmentRow.track)
            .subquery()
        )
        is_last = and_(LiveSegmentRow.track == last.c.track, LiveSegmentRow.number == last.c.number)
        query = select(LiveSegmentRow).join(last, is_last)
        query = query.where(LiveSegmentRow.broadcast_id == broadcast_id)
        return (await self._work.session.scalars(query)).all()

    async def first_segments(self, broadcast_id: BroadcastId) -> Sequence[LiveSegmentRow]:
        """Give what is stored with which a stretch began, by number."""
        query = select(LiveSegmentRow).where(
            LiveSegmentRow.broadcast_id == broadcast_id,
            LiveSegmentRow.number == LiveSegmentRow.stretch,
        )
        query = query.order_by(LiveSegmentRow.number, LiveSegmentRow.starts_at)
        return (await self._work.session.scalars(query)).all()

    async def unrecorded(self) -> Sequence[Unrecorded]:
        """List what goes out in all tenants and becomes no recording."""
        query = select(BroadcastRow.tenant_id, BroadcastRow.id, StreamRow.rewind_minutes)
        query = query.join(StreamRow, StreamRow.id == BroadcastRow.stream_id)
        query = query.where(BroadcastRow.ended_at.is_(None), StreamRow.recordings == Keep.OFF)
        found = await self._work.session.execute(query)
        return [
            Unrecorded(tenant_id, BroadcastId(number), timedelta(minutes=minutes))
            for tenant_id, number, minutes in found
        ]

    async def trim(
        self, broadcast_id: BroadcastId, before: datetime, kept: Collection[tuple[int, int]]
    ) -> Sequence[tuple[str, int]]:
        """Take out of the index what began before an instant; tell the tracks and numbers.

        What is in the runs that are kept stays, and so does that with which a stretch began.
        """
        statement = delete(LiveSegmentRow).where(
            LiveSegmentRow.broadcast_id == broadcast_id,
            LiveSegmentRow.starts_at < before,
            LiveSegmentRow.number != LiveSegmentRow.stretch,
            *(not_(LiveSegmentRow.number.between(first, last)) for first, last in kept),
        )
        gone = await self._work.session.execute(
            statement.returning(LiveSegmentRow.track, LiveSegmentRow.number)
        )
        return [(track, number) for track, number in gone]

    async def forget_segments(self, broadcast_id: BroadcastId) -> None:
        """Take all of a broadcast out of the index."""
        await self._work.session.execute(
            delete(LiveSegmentRow).where(LiveSegmentRow.broadcast_id == broadcast_id)
        )


class Nodes:
    """The processes that take publishers."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def show(self, row: NodeRow, forget_before: datetime) -> None:
        """Note that a node is alive, and forget those that have not been for long."""
        await self._work.session.merge(row)
        await self._work.session.execute(delete(NodeRow).where(NodeRow.seen_at < forget_before))

    async def leave(self, node_id: UUID) -> None:
        """Note that a node has stopped."""
        await self._work.session.execute(delete(NodeRow).where(NodeRow.id == node_id))

    async def alive(self, since: datetime) -> Sequence[NodeRow]:
        """List those that have shown themselves since an instant."""
        query = select(NodeRow).where(NodeRow.seen_at > since).order_by(NodeRow.id)
        return (await self._work.session.scalars(query)).all()


class Leases:
    """Which node holds which stream."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def lock(self, stream_id: StreamId) -> LeaseRow:
        """Lock the lease of a stream; one that was never held has nobody's."""
        session = self._work.session
        values = {
            "stream_id": stream_id,
            "fence": 0,
            "held_until": self._work.now,
            "has_publisher": False,
            "first_segment": 0,
            "first_head": 0,
        }
        await session.execute(insert_into(session, LeaseRow).on_conflict_do_nothing(), [values])
        query = select(LeaseRow).where(LeaseRow.stream_id == stream_id).with_for_update()
        return (await session.scalars(query)).one()

    async def find(self, stream_id: UUID) -> tuple[LeaseRow, NodeRow | None] | None:
        """Find the lease of a stream, and the node that holds it."""
        query = select(LeaseRow, NodeRow).outerjoin(NodeRow, NodeRow.id == LeaseRow.node_id)
        found = await self._work.session.execute(query.where(LeaseRow.stream_id == stream_id))
        row = found.one_or_none()
        return None if row is None else (row[0], row[1])

    async def keep(self, stream_id: StreamId, fence: int) -> bool:
        """Lock a lease if it still has a fence number; nobody takes it until this Work ends."""
        query = select(LeaseRow.fence).where(LeaseRow.stream_id == stream_id).with_for_update()
        return await self._work.session.scalar(query) == fence

    async def renew(
        self,
        node_id: UUID,
        until: datetime,
        held: Collection[UUID],
        publishing: Collection[UUID],
    ) -> Mapping[UUID, LeaseRow]:
        """Renew what a node still holds, and say on which of it somebody publishes."""
        is_publishing = case((LeaseRow.stream_id.in_(publishing), True), else_=False)
        statement = update(LeaseRow).where(
            LeaseRow.stream_id.in_(held),
            LeaseRow.node_id == node_id,
            LeaseRow.broadcast_id.is_not(None),
        )
        statement = statement.values(held_until=until, has_publisher=is_publishing)
        renewed = await self._work.session.scalars(
            statement.returning(LeaseRow), execution_options={"populate_existing": True}
        )
        return {row.stream_id: row for row in renewed}

    async def away(self, ids: Collection[UUID]) -> set[UUID]:
        """Tell which of some streams wait for their publisher, or for a node."""
        query = select(LeaseRow.stream_id).where(
            LeaseRow.stream_id.in_(ids),
            or_(LeaseRow.has_publisher.is_(False), LeaseRow.held_until < self._work.now),
        )
        return set(await self._work.session.scalars(query))


class StreamPlans:
    """The plans that streams are for."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def of(self, ids: Collection[UUID]) -> Mapping[UUID, list[UUID]]:
        """Give the plans of streams."""
        if not ids:
            return {}
        query = select(StreamPlanRow.stream_id, StreamPlanRow.plan_id)
        query = query.where(StreamPlanRow.stream_id.in_(ids)).order_by(StreamPlanRow.plan_id)
        found: dict[UUID, list[UUID]] = {}
        for stream_id, plan_id in await self._work.session.execute(query):
            found.setdefault(stream_id, []).append(plan_id)
        return found

    async def replace(self, stream_id: UUID, plan_ids: Iterable[UUID]) -> None:
        """Write all plans that a stream is for."""
        session = self._work.session
        await session.execute(delete(StreamPlanRow).where(StreamPlanRow.stream_id == stream_id))
        session.add_all(
            StreamPlanRow(stream_id=stream_id, plan_id=one) for one in dict.fromkeys(plan_ids)
        )


class Sources:
    """Where streams are fetched from."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: SourceRow) -> None:
        """Add a source."""
        self._work.session.add(row)

    async def find(self, stream_id: StreamId) -> SourceRow | None:
        """Find the source of a stream."""
        return await self._work.session.scalar(
            select(SourceRow).where(SourceRow.stream_id == stream_id)
        )

    async def remove(self, row: SourceRow) -> None:
        """Remove a source."""
        await self._work.session.delete(row)

    async def wanted(self) -> Sequence[tuple[SourceRow, StreamRow]]:
        """List what is switched on, of streams that are not stopped, in all tenants."""
        query = select(SourceRow, StreamRow).join(StreamRow, StreamRow.id == SourceRow.stream_id)
        query = query.where(SourceRow.is_on.is_(True), StreamRow.stopped_at.is_(None))
        found = await self._work.session.execute(query.order_by(SourceRow.stream_id))
        return [(source, stream) for source, stream in found]


class Slots:
    """The times at which streams are to go out."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def of(self, ids: Collection[UUID]) -> Mapping[UUID, list[SlotRow]]:
        """Give the times of streams."""
        query = select(SlotRow).where(SlotRow.stream_id.in_(ids))
        query = query.order_by(SlotRow.begins, SlotRow.id)
        found: dict[UUID, list[SlotRow]] = {}
        for row in await self._work.session.scalars(query):
            found.setdefault(row.stream_id, []).append(row)
        return found

    async def replace(self, stream_id: StreamId, rows: Iterable[SlotRow]) -> None:
        """Write all times of a stream."""
        await self._work.session.execute(delete(SlotRow).where(SlotRow.stream_id == stream_id))
        self._work.session.add_all(rows)


class Templates:
    """What streams are made with."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: TemplateRow) -> None:
        """Add a template."""
        self._work.session.add(row)

    async def all(self) -> Sequence[TemplateRow]:
        """List the templates by their names."""
        query = select(TemplateRow).order_by(TemplateRow.name, TemplateRow.id)
        return (await self._work.session.scalars(query)).all()

    async def remove(self, template_id: TemplateId) -> None:
        """Remove a template, or fail with ``TemplateNotFound``."""
        gone = await self._work.session.execute(
            delete(TemplateRow).where(TemplateRow.id == template_id).returning(TemplateRow.id)
        )
        if gone.first() is None:
            raise TemplateNotFound(template_id)


class Audiences:
    """How many watch from each server."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def write(self, rows: Sequence[Mapping[str, object]]) -> None:
        """Write what a server has counted over what it had counted before."""
        statement = insert_into(self._work.session, AudienceRow)
        counted = {name: statement.excluded[name] for name in ("viewers", "seen_at")}
        upsert = statement.on_conflict_do_update(
            index_elements=["broadcast_id", "server"], set_=counted
        )
        await self._work.session.execute(upsert, [dict(row) for row in rows])

    async def elsewhere(
        self, ids: Collection[UUID], server: UUID, since: datetime
    ) -> Mapping[UUID, int]:
        """Sum what other servers have counted since an instant."""
        query = select(AudienceRow.broadcast_id, func.sum(AudienceRow.viewers))
        query = query.where(
            AudienceRow.broadcast_id.in_(ids),
            AudienceRow.server != server,
            AudienceRow.seen_at > since,
        ).group_by(AudienceRow.broadcast_id)
        return {one: int(count) for one, count in await self._work.session.execute(query)}


class StreamReminders:
    """Who wants to be reminded of which stream."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def add_unless_there(self, profile_id: UUID, stream_id: StreamId) -> None:
        """Add a reminder."""
        session = self._work.session
        values = {"profile_id": profile_id, "stream_id": stream_id, "asked_at": self._work.now}
        statement = insert_into(session, StreamReminderRow).on_conflict_do_nothing()
        await session.execute(statement, [values])

    async def remove(self, profile_id: UUID, stream_id: StreamId) -> None:
        """Remove a reminder, if there is one."""
        await self._work.session.execute(
            delete(StreamReminderRow).where(
                StreamReminderRow.profile_id == profile_id,
                StreamReminderRow.stream_id == stream_id,
            )
        )

    async def of_profiles(self, profile_ids: Collection[UUID]) -> Sequence[StreamReminderRow]:
        """List what profiles want to be reminded of, in the order in which they asked."""
        query = select(StreamReminderRow).where(StreamReminderRow.profile_id.in_(profile_ids))
        query = query.order_by(StreamReminderRow.asked_at, StreamReminderRow.stream_id)
        return (await self._work.session.scalars(query)).all()

    async def lock_of(self, stream_id: StreamId) -> Sequence[StreamReminderRow]:
        """Lock the reminders of a stream that nobody else sees to."""
        query = select(StreamReminderRow).where(StreamReminderRow.stream_id == stream_id)
        return (await self._work.session.scalars(query.with_for_update(skip_locked=True))).all()

    async def drop(self, row: StreamReminderRow) -> None:
        """Remove a reminder that has been seen to."""
        await self._work.session.delete(row)

    async def awaited(self) -> Mapping[UUID, list[UUID]]:
        """Give the streams that somebody waits for, by their tenants."""
        query = select(StreamReminderRow.tenant_id, StreamReminderRow.stream_id).distinct()
        found: dict[UUID, list[UUID]] = {}
        for tenant_id, stream_id in await self._work.session.execute(query):
            found.setdefault(tenant_id, []).append(stream_id)
        return found


class Backups:
    """The keys of backup sources."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: BackupRow) -> None:
        """Add a key."""
        self._work.session.add(row)

    async def find(self, stream_id: StreamId) -> BackupRow | None:
        """Find the key of a stream's backup source."""
        query = select(BackupRow).where(BackupRow.stream_id == stream_id)
        return await self._work.session.scalar(query)

    async def find_by_key(self, key_hash: str) -> BackupRow | None:
        """Find what a key opens, in any tenant."""
        query = select(BackupRow).where(BackupRow.key_hash == key_hash)
        return await self._work.session.scalar(query)

    async def remove(self, row: BackupRow) -> None:
        """Remove a key."""
        await self._work.session.delete(row)


async def find_published(work: Work, key_hash: str) -> tuple[StreamRow | None, BackupRow | None]:
    """Find the stream that a key opens in any tenant, and its backup if that is what it is for."""
    row = await Streams(work).find_by_key(key_hash)
    if row is not None:
        return row, None
    backup = await Backups(work).find_by_key(key_hash)
    if backup is None:
        return None, None
    return await Streams(work).find(StreamId(backup.stream_id)), backup


async def find_comeback(work: Work, stream_id: StreamId) -> str | None:
    """Find what becomes of a stream's backup source when the main one is back."""
    row = await Backups(work).find(stream_id)
    return None if row is None else row.comeback


class Targets:
    """The services that streams are sent on to."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: TargetRow) -> None:
        """Add a target."""
        self._work.session.add(row)

    async def of(self, ids: Collection[UUID]) -> Mapping[UUID, list[TargetRow]]:
        """Give the targets of streams, the oldest first."""
        query = select(TargetRow).where(TargetRow.stream_id.in_(ids)).order_by(TargetRow.id)
        found: dict[UUID, list[TargetRow]] = {}
        for row in await self._work.session.scalars(query):
            found.setdefault(row.stream_id, []).append(row)
        return found

    async def get(self, stream_id: StreamId, target_id: TargetId) -> TargetRow:
        """Get a target of a stream, or fail with ``TargetNotFound``."""
        row = await self._work.session.scalar(
            select(TargetRow).where(TargetRow.id == target_id, TargetRow.stream_id == stream_id)
        )
        if row is None:
            raise TargetNotFound(target_id)
        return row

    async def remove(self, row: TargetRow) -> None:
        """Remove a target."""
        await self._work.session.delete(row)


async def existing_broadcasts(work: Work, ids: Collection[UUID]) -> set[UUID]:
    """Tell which of these broadcasts there are."""
    found = await work.session.scalars(select(BroadcastRow.id).where(BroadcastRow.id.in_(ids)))
    return set(found)
