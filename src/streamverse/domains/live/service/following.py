"""Streams that other processes hold: each question of viewers goes to the holder once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from streamverse.domains.live.contracts import BroadcastId
from streamverse.domains.live.errors import EdgeMoving, PartNotFound
from streamverse.domains.live.repository import Leases, Nodes
from streamverse.domains.live.service.leases import LEASE
from streamverse.kit.memory import ShortMemory
from streamverse.kit.neighbours import NeighbourGone, Neighbours
from streamverse.kit.work import Actor
from streamverse.mediakit.ingest.tasks import TaskKeeper, cancel

if TYPE_CHECKING:
    from streamverse.kit.files import Headers
    from streamverse.kit.work import Workshop

LOOK_AGAIN_S: Final = 0.2
HOLDER_KNOWN_S: Final = 0.5
# What stays what it is under its address is kept for so long; anything else for a blink.
KEPT_S: Final = 6.0
KEPT_BYTES: Final = 64 << 20
BLINK_S: Final = 0.2
BLINKS: Final = 1000
ELSEWHERE: Final = 421
FOUND: Final = 200


@dataclass(frozen=True, slots=True)
class Holder:
    """The node that holds a stream, or held it last."""

    node_id: UUID | None
    address: str
    tenant_id: UUID
    broadcast_id: BroadcastId | None
    is_alive: bool
    takes_webrtc: bool


@dataclass(frozen=True, slots=True)
class Followed:
    """What somebody watches from here that comes in elsewhere."""

    id: BroadcastId
    tenant_id: UUID


class HeldHere(Exception):
    """By now this process has what it was about to ask for."""


@dataclass(slots=True)
class Copy:
    """What the holder answers, for all who ask the same; it may still be coming."""

    status: int
    headers: Headers
    is_growing: bool
    blocks: list[bytes] = field(default_factory=list[bytes])
    is_over: bool = False
    _bell: asyncio.Event = field(default_factory=asyncio.Event)

    def header(self, name: bytes) -> str:
        """Give one of its headers."""
        return next((value for key, value in self.headers if key == name), b"").decode("latin-1")

    @property
    def body(self) -> bytes:
        """All of it that has come."""
        return b"".join(self.blocks)

    def take(self, block: bytes | None) -> None:
        """Take what has come, or hear that this was all."""
        if block is None:
            self.is_over = True
        else:
            self.blocks.append(block)
        self._bell.set()
        self._bell = asyncio.Event()

    async def read(self) -> AsyncIterator[bytes]:
        """Give all of it from the start, as it comes."""
        place = 0
        while True:
            while place < len(self.blocks):
                yield self.blocks[place]
                place += 1
            if self.is_over:
                return
            await self._bell.wait()


def _weigh(copy: Copy) -> int:
    return 1000 + sum(map(len, copy.blocks))


class Following:
    """Knows who holds which stream, and asks them."""

    def __init__(
        self,
        workshop: Workshop,
        neighbours: Neighbours,
        return_within: timedelta,
        is_here: Callable[[UUID], bool],
    ) -> None:
        self.neighbours = neighbours
        self._workshop = workshop
        self.return_within = return_within
        self._is_here = is_here
        self._holders = ShortMemory[UUID, tuple[Holder | None]](
            limit=10_000, seconds=HOLDER_KNOWN_S
        )
        self._kept = ShortMemory[str, Copy](limit=KEPT_BYTES, seconds=KEPT_S, weigh=_weigh)
        self._blinks = ShortMemory[str, Copy](limit=BLINKS, seconds=BLINK_S)
        self._asking: dict[str, asyncio.Task[Copy]] = {}
        self._growing = TaskKeeper()
        self._followed: dict[UUID, Followed] = {}
        self._is_closed = False

    # --- who has it -------------------------------------------------------------------------------

    async def find_holder(self, stream_id: UUID) -> Holder | None:
        """Find the node that holds a stream, as it was half a second ago or later."""
        known = self._holders.find(stream_id)
        if known is None:
            known = (await self._look_up(stream_id),)
            self._holders.keep(stream_id, known)
        return known[0]

    async def _look_up(self, stream_id: UUID) -> Holder | None:
        async with self._workshop.reading(Actor.system()) as work:
            found = await Leases(work).find(stream_id)
            if found is None:
                return None
            lease, node = found
            is_alive = node is not None and lease.held_until > work.now
            if lease.broadcast_id is None and not is_alive:
                return None
            return Holder(
                lease.node_id,
                node.address if node is not None else "",
                lease.tenant_id,
                BroadcastId(lease.broadcast_id) if lease.broadcast_id is not None else None,
                is_alive=is_alive,
                takes_webrtc=node is not None and node.takes_webrtc,
            )

    async def nodes_of_webrtc(self, own_id: UUID) -> list[str]:
        """List where the other living nodes are that take WebRTC."""
        async with self._workshop.reading(Actor.system()) as work:
            nodes = await Nodes(work).alive(work.now - LEASE)
        return [node.address for node in nodes if node.takes_webrtc and node.id != own_id]

    def watched(self, is_watched: Callable[[BroadcastId], bool]) -> Collection[Followed]:
        """List what is watched from here, and forget the rest."""
        kept = {one: each for one, each in self._followed.items() if is_watched(each.id)}
        self._followed = kept
        return kept.values()

    def follow(self, holder: Holder) -> BroadcastId | None:
        """Remember what somebody watches, and tell as what it is counted."""
        if holder.broadcast_id is not None:
            followed = Followed(holder.broadcast_id, holder.tenant_id)
            self._followed[holder.broadcast_id] = followed
        return holder.broadcast_id

    # --- asking -----------------------------------------------------------------------------------

    async def ask(self, stream_id: UUID, path: str, query: str) -> Copy:
        """Ask whoever holds a stream; who asks the same meanwhile gets the same.

        While nobody holds it, wait until somebody does, as long as a publisher may be gone.
        """
        key = f"{path}?{query}"
        if self._is_closed:
            raise EdgeMoving
        known = self._kept.find(key) or self._blinks.find(key)
        if known is not None:
            return known
        asking = self._asking.get(key)
        if asking is None:
            asking = asyncio.create_task(self._ask(stream_id, path, query))
            self._asking[key] = asking
            asking.add_done_callback(lambda done: self._note(key, done))
        try:
            # Who hangs up lets the others go on waiting.
            return await asyncio.shield(asking)
        except asyncio.CancelledError:
            if self._is_closed and asking.done():
                raise EdgeMoving from None
            raise

    def _note(self, key: str, done: asyncio.Task[Copy]) -> None:
        del self._asking[key]
        if done.cancelled() or done.exception() is not None:
            return
        copy = done.result()
        if copy.is_growing:
            self._blinks.keep(key, copy)
        elif copy.status == FOUND:
            is_lasting = "max-age" in copy.header(b"cache-control")
            (self._kept if is_lasting else self._blinks).keep(key, copy)

    async def _ask(self, stream_id: UUID, path: str, query: str) -> Copy:
        clock = asyncio.get_running_loop().time
        until = clock() + self.return_within.total_seconds()
        while True:
            if self._is_here(stream_id):
                raise HeldHere
            holder = await self.find_holder(stream_id)
            if holder is None:
                raise PartNotFound
            if holder.is_alive:
                with suppress(NeighbourGone):
                    copy = await self._copy(holder.address, path, query)
                    if copy.status != ELSEWHERE:
                        return copy
            if clock() > until:
                raise EdgeMoving
            await asyncio.sleep(LOOK_AGAIN_S)

    async def _copy(self, address: str, path: str, query: str) -> Copy:
        begun: asyncio.Future[Copy] = asyncio.get_running_loop().create_future()
        copying = asyncio.create_task(self._pump(begun, address, path, query))
        self._growing.keep(copying)
        try:
            await asyncio.wait([begun, copying], return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            copying.cancel()
            raise
        if not begun.done():
            raise NeighbourGone(address)
        return begun.result()

    async def _pump(self, begun: asyncio.Future[Copy], address: str, path: str, query: str) -> None:
        """Copy what the holder answers; what grows is there as soon as it begins."""
        copy: Copy | None = None
        with suppress(NeighbourGone):
            async with self.neighbours.ask(address, "GET", path, query) as answer:
                is_growing = answer.header(b"cache-control") == "no-store" and (
                    answer.status == FOUND
                )
                copy = Copy(answer.status, answer.headers, is_growing)
                if is_growing:
                    begun.set_result(copy)
                async for block in answer.blocks:
                    copy.take(block)
                if not is_growing:
                    copy.take(None)
                    begun.set_result(copy)
        if copy is not None and not copy.is_over:
            copy.take(None)

    async def aclose(self) -> None:
        """Ask nobody any more, and send away whoever waits."""
        self._is_closed = True
        for asking in list(self._asking.values()):
            asking.cancel()
        await cancel(self._growing.tasks)
        await self.neighbours.aclose()
