"""This process as a live node: it takes streams, renews what it holds, and gives it up again."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from streamverse.domains.live.contracts import Encoder, Newcomer, StreamId
from streamverse.domains.live.models import NodeRow
from streamverse.domains.live.repository import Leases, Nodes, Streams
from streamverse.domains.live.service.leases import (
    LEASE,
    Hold,
    ask_for_stream,
    end_forgotten,
    take_stream,
)
from streamverse.kit.clock import new_id
from streamverse.kit.work import Actor
from streamverse.mediakit.ingest.samples import PublishRefused

if TYPE_CHECKING:
    from streamverse.domains.live.contracts import LiveSettings
    from streamverse.domains.live.models import StreamRow
    from streamverse.domains.live.service.desk import LiveDesk
    from streamverse.kit.work import Workshop

log = logging.getLogger(__name__)

RENEW_EVERY_S: Final = 1.0
LOOK_AGAIN_S: Final = 0.2
FORGET_AFTER: Final = timedelta(days=1)
# Between two looks for what no node goes on with, in renewals.
FORGOTTEN_EVERY: Final = 5
SECOND: Final = (
    "Another encoder publishes with this key already: end it first, "
    "or let newcomers take over in the settings of the stream."
)
ELSEWHERE: Final = (
    "The main encoder sends to another server of this service: let its backup send there too."
)


class LiveNode:
    """What holds streams for this process."""

    def __init__(self, workshop: Workshop, settings: LiveSettings) -> None:
        self.id = new_id()
        self._workshop = workshop
        self._settings = settings

    # --- taking -----------------------------------------------------------------------------------

    async def take(self, row: StreamRow, encoder: Encoder = Encoder.MAIN) -> Hold:
        """Take a stream; one that another node holds as soon as that one gives it up or is gone.

        Where newcomers are refused, so is this one, once the other node has shown that it lives;
        and so is a backup encoder, which stands beside the main one.
        """
        is_modest = encoder is Encoder.BACKUP or row.newcomer == Newcomer.REFUSE
        stream_id, held_until = StreamId(row.id), None
        while True:
            async with self._workshop.work(Actor.system(row.tenant_id)) as work:
                found = await take_stream(work, stream_id, self.id, self._settings.return_within)
                if isinstance(found, Hold):
                    return found
                is_refused = is_modest and found.has_publisher
                if not is_refused:
                    await ask_for_stream(work, stream_id)
            held_until = held_until or found.held_until
            if is_refused and found.held_until > held_until:
                raise PublishRefused(ELSEWHERE if encoder is Encoder.BACKUP else SECOND)
            await asyncio.sleep(LOOK_AGAIN_S)

    # --- holding ----------------------------------------------------------------------------------

    async def run(self, desk: LiveDesk) -> None:
        """Renew every second until cancelled, and end what no node goes on with."""
        turn = 0
        while True:
            try:
                await self.renew(desk)
                if turn % FORGOTTEN_EVERY == 0:
                    await end_forgotten(self._workshop, self._settings.return_within)
            except Exception:
                log.exception("The leases of live streams could not be renewed.")
            turn += 1
            await asyncio.sleep(RENEW_EVERY_S)

    async def renew(self, desk: LiveDesk) -> None:
        """Renew what is held, and give up what is lost, stopped or wanted elsewhere."""
        held = desk.broadcasts
        async with self._workshop.work(Actor.system()) as work:
            own = NodeRow(
                id=self.id,
                address=self._settings.internal_url,
                takes_webrtc=desk.webrtc is not None,
                seen_at=work.now,
            )
            await Nodes(work).show(own, work.now - FORGET_AFTER)
            ids = [one.stream.id for one in held]
            until = work.now + LEASE
            leases = await Leases(work).renew(self.id, until, ids, desk.publishing)
            stopped = await Streams(work).stopped(ids)
        for broadcast in held:
            lease = leases.get(broadcast.stream.id)
            if not desk.is_sending(broadcast):
                continue
            if lease is None or lease.fence != broadcast.hold.fence:
                desk.lose(broadcast)
            elif broadcast.stream.id in stopped:
                await desk.stop(broadcast.stream.id)
            elif lease.wanted_at is not None:
                await desk.hand_over(broadcast)

    async def leave(self) -> None:
        """Say that this node takes no more."""
        async with self._workshop.work(Actor.system()) as work:
            await Nodes(work).leave(self.id)
