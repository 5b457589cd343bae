"""How streams come in: measured every two seconds, kept for half an hour, and told where grave."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from streamverse.domains.live.contracts import Encoder, StreamUnwell, StreamWell, WarnStaff
from streamverse.domains.live.repository import Streams
from streamverse.domains.live.rules.health import (
    USUAL_NEEDS,
    Complaint,
    News,
    Outlook,
    Watch,
    find_complaints,
)
from streamverse.kit.work import Actor
from streamverse.mediakit.live.health import HealthMeter, Reading

if TYPE_CHECKING:
    from streamverse.domains.live.contracts import StreamId
    from streamverse.domains.live.service.audiences import AudienceDesk
    from streamverse.domains.live.service.broadcasts import Broadcast
    from streamverse.kit.work import Workshop

log = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 2.0
# Other programs are told more often; of a stream that is unwell again and again, mails are enough.
MAILED_EVERY: Final = timedelta(hours=1)
KEPT_FOR: Final = timedelta(minutes=30)
JUDGED_BY: Final = 2 * USUAL_NEEDS
INCIDENTS: Final = 10


@dataclass(frozen=True, slots=True)
class Moment:
    """How a stream did at one look."""

    at: datetime
    reading: Reading
    level_db: float | None
    viewers: int


@dataclass(frozen=True, slots=True)
class Incident:
    """An encoder that was ended or went, or was not let in; the sentence says why."""

    at: datetime
    encoder: Encoder
    sentence: str
    is_refusal: bool


@dataclass(slots=True)
class StreamHealth:
    """What is known of how one stream comes in."""

    wanted_height: int | None = None
    meter: HealthMeter | None = None
    moments: deque[Moment] = field(default_factory=deque[Moment])
    readings: deque[Reading] = field(default_factory=lambda: deque[Reading](maxlen=JUDGED_BY))
    watch: Watch = field(default_factory=Watch)
    complaints: Sequence[Complaint] = ()
    level_db: float | None = None
    mailed_at: datetime | None = None
    incidents: deque[Incident] = field(default_factory=lambda: deque[Incident](maxlen=INCIDENTS))

    def note(self, moment: Moment) -> None:
        """Keep what was seen, and forget what is too old."""
        self.moments.append(moment)
        while self.moments[0].at <= moment.at - KEPT_FOR:
            self.moments.popleft()


class HealthDesk:
    """Looks at all that comes into this process."""

    def __init__(
        self,
        workshop: Workshop,
        audiences: AudienceDesk,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._workshop = workshop
        self._audiences = audiences
        self._streams: dict[UUID, StreamHealth] = {}
        self.clock = clock

    def find(self, stream_id: StreamId) -> StreamHealth | None:
        """Find what is known of a stream."""
        return self._streams.get(stream_id)

    def begin(self, stream_id: StreamId, wanted_height: int | None) -> HealthMeter:
        """Measure another publisher of a stream."""
        health = self._streams.setdefault(stream_id, StreamHealth())
        health.wanted_height = wanted_height
        health.meter = HealthMeter(self.clock())
        health.readings.clear()
        return health.meter

    def tell(
        self, stream_id: StreamId, encoder: Encoder, sentence: str, *, is_refusal: bool = False
    ) -> None:
        """Keep why an encoder went or was refused, for whoever set it up."""
        health = self._streams.setdefault(stream_id, StreamHealth())
        now = self._workshop.clock.now()
        health.incidents.append(Incident(now, encoder, sentence, is_refusal))

    def pause(self, stream_id: StreamId) -> None:
        """Note that the publisher of a stream is gone."""
        health = self._streams.get(stream_id)
        if health is not None:
            health.meter = None

    async def run(self, broadcasts: Callable[[], Collection[Broadcast]]) -> None:
        """Look every two seconds until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                await self.look(broadcasts())
            except Exception:
                log.exception("How live streams come in could not be looked at.")

    async def look(self, broadcasts: Collection[Broadcast]) -> None:
        """Look at all that goes out, tell what is grave, and forget what is long over."""
        now = self._workshop.clock.now()
        for broadcast in broadcasts:
            health = self._streams.get(broadcast.stream.id)
            if health is not None and broadcast.started.is_set():
                await self._look_at(broadcast, health, now)
        for stream_id, health in list(self._streams.items()):
            seen = [one[-1].at for one in (health.moments, health.incidents) if one]
            if health.meter is None and max(seen, default=now - KEPT_FOR) <= now - KEPT_FOR:
                del self._streams[stream_id]

    async def _look_at(self, broadcast: Broadcast, health: StreamHealth, now: datetime) -> None:
        pictures = broadcast.edge.tracks.get("v")
        if health.meter is not None:
            reading = health.meter.read(self.clock())
            health.readings.append(reading)
            viewers = self._audiences.count_here(broadcast.id)
            health.note(Moment(now, reading, health.level_db, viewers))
        found = find_complaints(
            Outlook(
                tuple(health.readings),
                is_gone=health.meter is None,
                height=pictures.heads[-1].height if pictures is not None else None,
                wanted_height=health.wanted_height,
                level_db=health.level_db,
                has_pictures=pictures is not None,
                left_out=broadcast.ladder.left_out if broadcast.ladder is not None else (),
            )
        )
        health.complaints = health.watch.see(found, now)
        news = health.watch.tell(health.complaints, now)
        if news is not None:
            await self._tell(broadcast, news, health)

    async def _tell(self, broadcast: Broadcast, news: News, health: StreamHealth) -> None:
        stream = broadcast.stream
        async with self._workshop.work(Actor.system(stream.tenant_id)) as work:
            row = await Streams(work).find(stream.id)
            if row is None:
                return
            if news is News.WELL:
                work.emit(StreamWell(stream.id, broadcast.id, row.name))
                return
            said = tuple(one.sentence for one in health.complaints if one.is_grave)
            work.emit(StreamUnwell(stream.id, broadcast.id, row.name, said))
            if health.mailed_at is None or work.now - health.mailed_at >= MAILED_EVERY:
                health.mailed_at = work.now
                work.enqueue(WarnStaff(stream.id, said))
