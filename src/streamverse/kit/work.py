"""One request, job or listener: its transaction, moment and actor, and what it tells others."""

from __future__ import annotations

import enum
import logging
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from streamverse.kit import jobs
from streamverse.kit.clock import Clock, SystemClock, new_id
from streamverse.kit.db import ALL_TENANTS, Database, ReadOnlyWork
from streamverse.kit.deliveries import orders_of
from streamverse.kit.events import Event, EventRow, Listener, event_name, to_payload
from streamverse.kit.jobs import Job, JobOrder, Wake

log = logging.getLogger(__name__)


class Role(enum.StrEnum):
    """What an account is there for; its permissions follow from that."""

    OWNER = "owner"
    ADMIN = "admin"
    EDITOR = "editor"
    MODERATOR = "moderator"
    SUPPORT = "support"
    ANALYST = "analyst"
    CREATOR = "creator"
    VIEWER = "viewer"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is doing this, for whom, and from where.

    ``session_id`` and ``authenticated_at`` are those of a log-in: the program itself, somebody
    unknown and a key of the API have none. ``place`` is the network address of who asks, ``region``
    the country that it is in (ISO 3166-1, two letters) where that is known.
    """

    tenant_id: UUID
    account_id: UUID | None = None
    roles: frozenset[Role] = field(default_factory=frozenset[Role])
    permissions: frozenset[str] = field(default_factory=frozenset[str])
    session_id: UUID | None = None
    authenticated_at: datetime | None = None
    locale: str = "en"
    place: str = ""
    region: str | None = None

    @classmethod
    def system(cls, tenant_id: UUID = ALL_TENANTS) -> Actor:
        """Give the actor of jobs and start-up: the program itself."""
        return cls(tenant_id=tenant_id)

    @property
    def is_signed_in(self) -> bool:
        """Tell whether a person or program has shown who it is."""
        return self.account_id is not None

    @property
    def is_owner(self) -> bool:
        """Tell whether the actor runs this service."""
        return Role.OWNER in self.roles

    def may(self, permission: str) -> bool:
        """Tell whether the actor has a permission, say ``titles.edit``."""
        return permission in self.permissions


class Work:
    """What a use case gets. Only an edge commits it, and before anything is answered."""

    def __init__(
        self, workshop: Workshop, session: AsyncSession, actor: Actor, now: datetime
    ) -> None:
        self.session = session
        self.actor = actor
        self.now = now
        self._workshop = workshop
        self._events: list[Event] = []
        self._orders: list[JobOrder] = []
        self._is_waking = False
        self._after_commit: list[Callable[[], Awaitable[None]]] = []
        self._if_refused: list[Callable[[Work], Awaitable[None]]] = []

    @asynccontextmanager
    async def aside(self) -> AsyncGenerator[Work]:
        """Open a Work that only reads beside this one: it sees what others have committed."""
        session = self._workshop.database.session(self.actor.tenant_id, is_read_only=True)
        aside = Work(self._workshop, session, self.actor, self.now)
        try:
            yield aside
            await aside.commit()
        finally:
            await aside.close()

    def emit(self, event: Event) -> None:
        """Tell that something happened, if and only if this Work is committed."""
        self._refuse_if_read_only()
        self._events.append(event)

    def enqueue(
        self,
        job: Job,
        *,
        run_at: datetime | None = None,
        priority: int = jobs.NORMAL,
        subject_id: UUID | None = None,
        dedupe_key: str | None = None,
        needs: str | None = None,
    ) -> UUID:
        """Order durable work, if and only if this Work is committed.

        A lower ``priority`` goes first. While a job with the same ``dedupe_key`` waits or runs, the
        order adds nothing. ``subject_id`` is what the job is about: jobs are listed and cancelled
        by it. Only workers that offer what a job ``needs`` take it.
        """
        self._refuse_if_read_only()
        order = JobOrder(
            id=new_id(),
            name=jobs.job_name(type(job)),
            lane=job.lane,
            arguments=jobs.to_arguments(job),
            run_at=run_at or self.now,
            priority=priority,
            subject_id=subject_id,
            dedupe_key=dedupe_key,
            needs=needs,
        )
        self._orders.append(order)
        return order.id

    def deliver(self, orders: Iterable[JobOrder]) -> None:
        """Tell events once more that could not be told as they were."""
        self._orders += orders

    def wake_workers(self) -> None:
        """Wake the workers once this Work is committed: a row they wait for has changed."""
        self._is_waking = True

    def after_commit(self, call: Callable[[], Awaitable[None]]) -> None:
        """Call this once the Work is committed; for clean-ups whose loss does no harm."""
        self._after_commit.append(call)

    def if_refused(self, call: Callable[[Work], Awaitable[None]]) -> None:
        """Do this in a Work of its own if this one ends without commit.

        For what a refusal shall leave behind: the record of an attempt, a count of tries.
        """
        self._if_refused.append(call)

    async def commit(self) -> None:
        """Make everything true at once: rows, events and jobs. For edges only."""
        await self.write()
        await self.follow_up()

    async def write(self) -> None:
        """Commit the session, with its events and jobs; nobody is told of it yet."""
        events, self._events = self._events, []
        deliveries = orders_of(events, self._workshop.listeners_of, self.now)
        orders, self._orders = [*self._orders, *deliveries], []
        self._is_waking = bool(orders) or self._is_waking
        if events:
            await self.session.execute(insert(EventRow), self._rows_of(events))
        if orders:
            await jobs.insert_orders(self.session, orders, self.actor.tenant_id, self.now)
        if self._is_waking:
            await self._workshop.wake.announce(self.session)
        # Who has only asked questions has no transaction.
        if self.session.in_transaction():
            await self.session.commit()
        self._if_refused.clear()

    async def follow_up(self) -> None:
        """Do what waited for the commit: wake the workers, clean up."""
        calls, self._after_commit = self._after_commit, []
        if self._is_waking:
            self._is_waking = False
            self._workshop.wake.ring()
        for call in calls:
            await _try(call)

    async def close(self) -> None:
        """End the Work; one that was not committed leaves behind what it was told to."""
        await self.session.close()
        await self.leave_behind()

    async def leave_behind(self) -> None:
        """Do, in a Work of its own, what this one was told to if it ends without commit."""
        calls, self._if_refused = self._if_refused, []
        if calls:
            await self._leave_behind(calls)

    async def _leave_behind(self, calls: Sequence[Callable[[Work], Awaitable[None]]]) -> None:
        try:
            async with self._workshop.work(self.actor) as aftermath:
                for call in calls:
                    await call(aftermath)
        except Exception:
            log.exception("what a refusal was to leave behind is lost")

    def _rows_of(self, events: Sequence[Event]) -> list[dict[str, Any]]:
        return [
            {
                "id": new_id(),
                "tenant_id": self.actor.tenant_id,
                "name": event_name(type(event)),
                "payload": to_payload(event),
                "occurred_at": self.now,
            }
            for event in events
        ]

    def _refuse_if_read_only(self) -> None:
        if self.session.info["is_read_only"]:
            raise ReadOnlyWork


async def _try(call: Callable[[], Awaitable[None]]) -> None:
    try:
        await call()
    except Exception:
        log.exception("a clean-up after a commit failed")


class Workshop:
    """Opens Works: the composition root makes one and gives it to every edge."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock | None = None,
        listeners: Iterable[Listener] = (),
    ) -> None:
        self.database = database
        self.clock = clock or SystemClock()
        self.wake = Wake(database)
        self._listeners: dict[type[Event], list[Listener]] = defaultdict(list)
        for listener in listeners:
            self._listeners[listener.event].append(listener)

    def listeners_of(self, event: type[Event]) -> list[Listener]:
        """Give the reactions to one type of event."""
        return self._listeners.get(event, [])

    def start(self, actor: Actor, *, is_read_only: bool = False) -> Work:
        """Start a Work that the caller commits or closes; edges that span callbacks need this."""
        session = self.database.session(actor.tenant_id, is_read_only=is_read_only)
        return Work(self, session, actor, self.clock.now())

    @asynccontextmanager
    async def work(self, actor: Actor) -> AsyncGenerator[Work]:
        """Open a Work that is committed at the end of the block, or not at all."""
        work = self.start(actor)
        try:
            yield work
            await work.commit()
        finally:
            await work.close()

    @asynccontextmanager
    async def batch(self) -> AsyncGenerator[Batch]:
        """Open one transaction for several Works: one write to the disk makes all of them true."""
        batch = Batch(self)
        try:
            async with self.database.engine.connect() as connection, connection.begin():
                batch.connection = connection
                yield batch
        except BaseException:
            batch.written.clear()
            raise
        finally:
            await batch.end()

    @asynccontextmanager
    async def reading(self, actor: Actor) -> AsyncGenerator[Work]:
        """Open a Work that can only read; it tells at the end if something was changed in vain."""
        work = self.start(actor, is_read_only=True)
        try:
            yield work
            await work.commit()
        finally:
            await work.close()


class Batch:
    """Several Works in one transaction, each behind a savepoint of its own."""

    connection: AsyncConnection

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._opened: list[Work] = []
        self.written: list[Work] = []

    @asynccontextmanager
    async def work(self, actor: Actor) -> AsyncGenerator[Work]:
        """Open a Work; when its block fails, it alone is undone."""
        session = self._workshop.database.join(self.connection, actor.tenant_id)
        work = Work(self._workshop, session, actor, self._workshop.clock.now())
        self._opened.append(work)
        try:
            yield work
            await work.write()
            self.written.append(work)
        finally:
            await session.close()

    async def end(self) -> None:
        """Do what waited for the end of the transaction."""
        for work in self._opened:
            if work in self.written:
                await work.follow_up()
            else:
                await work.leave_behind()
