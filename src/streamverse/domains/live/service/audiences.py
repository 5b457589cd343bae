"""How many watch: counted in each process, written in bulk, and summed over all of them."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Generator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from streamverse.domains.live.contracts import BroadcastId
from streamverse.domains.live.repository import Audiences, Broadcasts, existing_broadcasts
from streamverse.domains.live.rules.audiences import Audience
from streamverse.kit.clock import new_id
from streamverse.kit.work import Actor

if TYPE_CHECKING:
    from streamverse.kit.work import Work, Workshop

log = logging.getLogger(__name__)

WRITE_EVERY_S = 3.0
# What a server said longer ago than this says nothing any more.
BELIEVED_FOR = timedelta(seconds=10)


class Watched(Protocol):
    """What goes out and may be watched from this process, wherever it comes in."""

    @property
    def id(self) -> BroadcastId:
        """Tell which broadcast it is."""
        ...

    @property
    def tenant_id(self) -> UUID:
        """Tell whose it is."""
        ...


def device_of(log_in_id: object, place: str) -> str:
    """Name who watches: a log-in is a device, in however many sessions; a key may be on many."""
    return f"{log_in_id} {place}"


class AudienceDesk:
    """Counts who watches from this process, and asks the records about the others."""

    def __init__(self, workshop: Workshop, clock: Callable[[], float] = time.monotonic) -> None:
        self._workshop = workshop
        self.clock = clock
        self._server = new_id()
        self._audience = Audience()
        self._written_s: float | None = None

    @contextmanager
    def attending(self, broadcast_id: BroadcastId, device: str) -> Generator[None]:
        """Count a device while it waits for something, and for some seconds more."""
        self._audience.enter(broadcast_id, device, self.clock())
        try:
            yield
        finally:
            self._audience.leave(broadcast_id, device, self.clock())

    def see(self, broadcast_id: BroadcastId, device: str) -> None:
        """Count a device for some seconds."""
        with self.attending(broadcast_id, device):
            pass

    def count_here(self, broadcast_id: BroadcastId) -> int:
        """Count who watches from this process."""
        return self._audience.count(broadcast_id, self.clock())

    async def count(self, work: Work, ids: Collection[UUID]) -> Mapping[UUID, int]:
        """Count who watches some broadcasts, wherever."""
        if not ids:
            return {}
        since = work.now - BELIEVED_FOR
        elsewhere = await Audiences(work).elsewhere(ids, self._server, since)
        return {one: self.count_here(BroadcastId(one)) + elsewhere.get(one, 0) for one in ids}

    async def run(self, watched: Callable[[], Collection[Watched]]) -> None:
        """Write every few seconds until cancelled."""
        while True:
            await asyncio.sleep(WRITE_EVERY_S)
            try:
                await self.write(watched())
            except Exception:
                log.exception("How many watch could not be written down.")

    async def write(self, watched: Collection[Watched]) -> None:
        """Write how many watch what goes out, and what they have watched since the last time."""
        now_s = self.clock()
        elapsed_s = now_s - self._written_s if self._written_s is not None else 0.0
        self._written_s = now_s
        counts = self._audience.counts(now_s)
        seen = [one for one in watched if counts.get(one.id)]
        if not seen:
            return
        async with self._workshop.work(Actor.system()) as work:
            known = await existing_broadcasts(work, [one.id for one in seen])
            here = [one for one in seen if one.id in known]
            if not here:
                return
            await Audiences(work).write(
                [
                    {
                        "tenant_id": one.tenant_id,
                        "broadcast_id": one.id,
                        "server": self._server,
                        "viewers": counts[one.id],
                        "seen_at": work.now,
                    }
                    for one in here
                ]
            )
            totals = await self.count(work, [one.id for one in here])
            for one in here:
                watched_s = round(counts[one.id] * elapsed_s)
                await Broadcasts(work).note_audience(one.id, totals[one.id], watched_s)
