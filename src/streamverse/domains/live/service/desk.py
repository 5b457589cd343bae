"""Takes publishers in one process, and knows what goes out from it."""

from __future__ import annotations

import asyncio
import logging
import ssl
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from streamverse.domains.live.contracts import BroadcastId, Ladder, Latency, Newcomer, StreamId
from streamverse.domains.live.errors import ClippedJustNow
from streamverse.domains.live.repository import Broadcasts, Streams
from streamverse.domains.live.service.audiences import AudienceDesk
from streamverse.domains.live.service.broadcasts import Broadcast, LiveStream
from streamverse.domains.live.service.health import HealthDesk
from streamverse.domains.live.service.ladders import FindEncoder, LadderDesk, no_encoder
from streamverse.domains.live.service.recordings import end_broadcast
from streamverse.domains.live.service.streams import open_passphrase
from streamverse.kit.clock import new_id
from streamverse.kit.memory import ShortMemory
from streamverse.kit.tokens import hash_secret
from streamverse.kit.work import Actor
from streamverse.mediakit.ingest.rtmp_server import RtmpServer
from streamverse.mediakit.ingest.samples import (
    AudioFormat,
    PublishRefused,
    PublishRequest,
    Sample,
    VideoFormat,
)
from streamverse.mediakit.ingest.srt_server import SrtServer
from streamverse.mediakit.webrtc.server import WebRtcServer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from streamverse.domains.live.contracts import LiveSettings
    from streamverse.domains.live.models import StreamRow
    from streamverse.domains.live.service.glimpses import Glimpses
    from streamverse.kit.storage import ObjectStore
    from streamverse.kit.work import Work, Workshop
    from streamverse.mediakit.cmaf import InitSegment
    from streamverse.mediakit.live.health import HealthMeter

log = logging.getLogger(__name__)

KEY_UNKNOWN = "This stream key is not known: copy it again from the stream's page."
# Players that follow an edge learn of its end within these seconds.
ENDED_KEPT_S = 60.0
ENDED_AT_MOST = 1000
SRT_KEY_BYTES = 32
# Who clips has to wait so long for the next one.
CLIP_PAUSE_S = 10
CLIPPERS_AT_MOST = 10_000
TAKEN_OVER = "Another encoder publishes with the same key now."
SECOND = (
    "Another encoder publishes with this key already: end it first, "
    "or let newcomers take over in the settings of the stream."
)
STOPPED = "This stream was stopped: start it again on its page."


@dataclass(slots=True)
class _Publisher:
    """Hands on what one publisher sends, until they end or somebody else takes over."""

    desk: LiveDesk
    broadcast: Broadcast
    request: PublishRequest
    meter: HealthMeter
    is_over: bool = False

    def on_format(self, media: VideoFormat | AudioFormat, /) -> None:
        """Take how what follows is coded."""
        if not self.is_over:
            self.broadcast.take_format(media)

    def on_sample(self, sample: Sample, /) -> None:
        """Take a picture or a frame of sound."""
        if not self.is_over:
            self.meter.take(sample, self.desk.health.clock())
            self.broadcast.take_sample(sample)

    def on_end(self, reason: str, /) -> None:
        """Hear that nothing more comes."""
        del reason
        if not self.is_over:
            self.is_over = True
            self.desk.publisher_gone(self.broadcast)

    async def writable(self) -> None:
        """Wait while the store is behind."""
        await self.broadcast.keep_up()

    def give_way(self, reason: str) -> None:
        """End this publisher for another one, or because staff wants so."""
        self.is_over = True
        self.broadcast.pause()
        self.request.connection.close(reason)


class LiveDesk:
    """The broadcasts of this process, by their streams."""

    def __init__(
        self,
        workshop: Workshop,
        store: ObjectStore,
        settings: LiveSettings,
        glimpses: Glimpses | None = None,
        find_encoder: FindEncoder = no_encoder,
    ) -> None:
        self.workshop = workshop
        self.store = store
        self.settings = settings
        self.glimpses = glimpses
        self.ladders = LadderDesk(settings.ffmpeg, settings.ladder_processors, find_encoder)
        self.rtmp_port: int | None = None
        self.rtmps_port: int | None = None
        self.srt_port: int | None = None
        self.audiences = AudienceDesk(workshop)
        self.health = HealthDesk(workshop, self.audiences)
        self.webrtc: WebRtcServer | None = None
        self._broadcasts: dict[UUID, Broadcast] = {}
        self._publishers: dict[UUID, _Publisher] = {}
        self._endings: dict[UUID, asyncio.Task[None]] = {}
        self._clippers = ShortMemory[UUID, bool](limit=CLIPPERS_AT_MOST, seconds=CLIP_PAUSE_S)
        self._ended = ShortMemory[UUID, Broadcast](limit=ENDED_AT_MOST, seconds=ENDED_KEPT_S)

    def srt_url(self, key: str, passphrase: str | None = None) -> str | None:
        """Where encoders send a stream to by SRT, with its key, if publishers are taken here."""
        if self.srt_port is None:
            return None
        url = f"srt://{self.settings.public_host}:{self.srt_port}?streamid={key}"
        if passphrase is None:
            return url
        return f"{url}&passphrase={passphrase}&pbkeylen={SRT_KEY_BYTES}"

    @property
    def rtmp_url(self) -> str | None:
        """Where encoders send to, if publishers are taken here."""
        if self.rtmp_port is None:
            return None
        return f"rtmp://{self.settings.public_host}:{self.rtmp_port}/live"

    @property
    def rtmps_url(self) -> str | None:
        """Where encoders send to by RTMPS, if there is a certificate."""
        if self.rtmps_port is None:
            return None
        return f"rtmps://{self.settings.public_host}:{self.rtmps_port}/live"

    @property
    def whip_url(self) -> str | None:
        """Where encoders send to by WHIP, with the key beside it, if publishers are taken here."""
        return None if self.webrtc is None else f"{self.settings.public_url}/whip"

    @property
    def broadcasts(self) -> tuple[Broadcast, ...]:
        """What goes out from here, or is about to."""
        return tuple(self._broadcasts.values())

    def find(self, stream_id: UUID) -> Broadcast | None:
        """Find what goes out on a stream, once its first part is there, or has just ended."""
        broadcast = self._broadcasts.get(stream_id)
        if broadcast is not None and broadcast.started.is_set():
            return broadcast
        return self._ended.find(stream_id)

    def heads_of(self, stream_id: UUID) -> dict[str, list[InitSegment]]:
        """Give how the tracks of what goes out on a stream are coded, from the first head on."""
        broadcast = self.find(stream_id)
        tracks = broadcast.edge.tracks if broadcast is not None else {}
        return {name: list(track.heads) for name, track in tracks.items()}

    def slow_down_clips(self, work: Work) -> None:
        """Refuse whoever has made a clip only just now."""
        account_id = work.actor.account_id
        if account_id is not None and self._clippers.find(account_id):
            raise ClippedJustNow(
                f"Wait {CLIP_PAUSE_S} seconds before the next clip.", retry_after_s=CLIP_PAUSE_S
            )

        async def note() -> None:
            if account_id is not None:
                self._clippers.keep(account_id, value=True)

        work.after_commit(note)

    async def run(self) -> None:
        """Take publishers until cancelled; then end what goes out."""
        await self._end_forgotten()
        await self.ladders.prepare()
        rtmp, srt = RtmpServer(self.admit), SrtServer(self.admit, None, self.find_passphrase)
        webrtc = WebRtcServer(self.settings.webrtc_addresses)
        try:
            self.rtmp_port = await self._listen(rtmp.listen, self.settings.rtmp_port)
            encrypted = partial(rtmp.listen, tls=_context(self.settings))
            self.rtmps_port = await self._listen(encrypted, self.settings.rtmps_port)
            self.srt_port = await self._listen(srt.listen, self.settings.srt_port)
            if await self._listen(webrtc.listen, self.settings.webrtc_port) is not None:
                self.webrtc = webrtc
            await asyncio.gather(
                self.audiences.run(lambda: self.broadcasts),
                self.health.run(lambda: self.broadcasts),
                *(
                    [self.glimpses.run(lambda: self.broadcasts, self.health)]
                    if self.glimpses
                    else []
                ),
            )
        finally:
            self.webrtc = None
            await webrtc.close()
            await rtmp.close()
            await srt.close()
            await self.end_all()

    async def find_passphrase(self, key: str) -> str | None:
        """Tell what whoever sends by SRT with a key has to encrypt with, if anything."""
        async with self.workshop.reading(Actor.system()) as work:
            row = await Streams(work).find_by_key(hash_secret(key))
        return open_passphrase(row, self.settings.vault) if row is not None else None

    async def admit(self, request: PublishRequest) -> _Publisher:
        """Let in whoever has the key of a stream; a newcomer takes over from whoever was there."""
        async with self.workshop.reading(Actor.system()) as work:
            row = await Streams(work).find_by_key(hash_secret(request.key))
        earlier = self._publishers.get(row.id) if row is not None else None
        row = _admissible(row, has_publisher=earlier is not None)
        if earlier is not None:
            earlier.give_way(TAKEN_OVER)
        ending = self._endings.pop(row.id, None)
        if ending is not None:
            ending.cancel()
        broadcast = self._broadcasts.get(row.id)
        if broadcast is None:
            rewind = timedelta(minutes=row.rewind_minutes)
            has_parts = row.latency != Latency.STEADY
            has_ladder = row.ladder == Ladder.SMALLER
            stream = LiveStream(StreamId(row.id), row.tenant_id, rewind, has_parts, has_ladder)
            broadcast = Broadcast(
                *(self.workshop, self.store, stream, BroadcastId(new_id())),
                self.settings.ffmpeg,
                ladders=self.ladders,
            )
            self._broadcasts[row.id] = broadcast
        meter = self.health.begin(broadcast.stream.id, row.height)
        publisher = _Publisher(self, broadcast, request, meter)
        self._publishers[row.id] = publisher
        return publisher

    def publisher_gone(self, broadcast: Broadcast) -> None:
        """Give whoever is gone some time to come back."""
        broadcast.pause()
        stream_id = broadcast.stream.id
        self._publishers.pop(stream_id, None)
        self.health.pause(stream_id)
        self._endings[stream_id] = asyncio.create_task(self._end_later(broadcast))

    def is_away(self, stream_id: UUID) -> bool:
        """Tell whether a stream waits for its publisher to come back."""
        return stream_id in self._endings

    async def stop(self, stream_id: StreamId) -> None:
        """End whoever publishes on a stream, and what goes out on it, at once."""
        publisher = self._publishers.pop(stream_id, None)
        if publisher is not None:
            publisher.give_way(STOPPED)
        self.health.pause(stream_id)
        ending = self._endings.pop(stream_id, None)
        if ending is not None:
            ending.cancel()
        broadcast = self._broadcasts.get(stream_id)
        if broadcast is not None:
            await self._end(broadcast)

    async def _end_later(self, broadcast: Broadcast) -> None:
        await asyncio.sleep(self.settings.return_within.total_seconds())
        self._endings.pop(broadcast.stream.id, None)
        await self._end(broadcast)

    async def _end(self, broadcast: Broadcast) -> None:
        self._broadcasts.pop(broadcast.stream.id, None)
        await broadcast.end()
        if broadcast.started.is_set():
            self._ended.keep(broadcast.stream.id, broadcast)

    async def end_all(self) -> None:
        """End all that goes out."""
        for ending in self._endings.values():
            ending.cancel()
        self._endings.clear()
        await asyncio.gather(*(self._end(one) for one in list(self._broadcasts.values())))

    async def _listen(
        self, listen: Callable[[str, int], Awaitable[int]], port: int | None
    ) -> int | None:
        """Take publishers at a port, unless another program does."""
        if port is None:
            return None
        try:
            return await listen(self.settings.host, port)
        except OSError as taken:
            log.warning(
                "Port %d cannot be used for live streams (%s). Choose another one with "
                "STREAMVERSE_RTMP_PORT, STREAMVERSE_RTMPS_PORT, STREAMVERSE_SRT_PORT or "
                "STREAMVERSE_WEBRTC_PORT.",
                port,
                taken.strerror,
            )
            return None

    async def _end_forgotten(self) -> None:
        """End in the records what a process that died was sending out."""
        async with self.workshop.reading(Actor.system()) as work:
            forgotten = list((await Broadcasts(work).running()).values())
        for row in forgotten:
            async with self.workshop.work(Actor.system(row.tenant_id)) as work:
                await end_broadcast(work, StreamId(row.stream_id), BroadcastId(row.id))


def _context(settings: LiveSettings) -> ssl.SSLContext | None:
    """Prepare what publishers by RTMPS are shown."""
    if settings.tls_files is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*settings.tls_files)
    return context


def _admissible(row: StreamRow | None, *, has_publisher: bool) -> StreamRow:
    """Give a stream that somebody may publish on now, or refuse."""
    if row is None:
        raise PublishRefused(KEY_UNKNOWN)
    if row.stopped_at is not None:
        raise PublishRefused(STOPPED)
    if has_publisher and row.newcomer == Newcomer.REFUSE:
        raise PublishRefused(SECOND)
    return row
