"""Takes publishers in one process, and knows what goes out from it."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from streamverse.domains.live.contracts import (
    Comeback,
    Encoder,
    Ladder,
    Latency,
    Newcomer,
    StreamId,
)
from streamverse.domains.live.errors import ClippedJustNow
from streamverse.domains.live.repository import find_comeback, find_published
from streamverse.domains.live.service.audiences import AudienceDesk
from streamverse.domains.live.service.backups import Encoders, tell_encoder
from streamverse.domains.live.service.broadcasts import Broadcast, LiveStream
from streamverse.domains.live.service.continuing import load_past
from streamverse.domains.live.service.following import Following
from streamverse.domains.live.service.health import HealthDesk
from streamverse.domains.live.service.ladders import FindEncoder, LadderDesk, no_encoder
from streamverse.domains.live.service.leases import end_forgotten
from streamverse.domains.live.service.nodes import SECOND, LiveNode
from streamverse.domains.live.service.pulls import PullDesk
from streamverse.domains.live.service.restreams import RestreamDesk
from streamverse.domains.live.service.shields import Shield, open_shield
from streamverse.domains.live.service.streams import open_passphrase
from streamverse.domains.media.contracts import Protection, ReelId
from streamverse.domains.media.public import KeySafe
from streamverse.kit.crypto import new_key
from streamverse.kit.memory import ShortMemory
from streamverse.kit.neighbours import Neighbours
from streamverse.kit.tokens import Signer, hash_secret
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
from streamverse.mediakit.ingest.tasks import TaskKeeper
from streamverse.mediakit.webrtc.server import WebRtcServer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection

    from streamverse.domains.live.contracts import LiveSettings
    from streamverse.domains.live.models import StreamRow
    from streamverse.domains.live.service.audiences import Watched
    from streamverse.domains.live.service.glimpses import Glimpses
    from streamverse.domains.live.service.leases import Hold
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
MOVED = "Another server has taken this stream."
STOPPING = "This server stops: connect again, to another one or to this one when it is back."
STOPPED = "This stream was stopped: start it again on its page."


@dataclass(slots=True)
class _Publisher:
    """Hands on what one publisher sends, until they end or somebody else takes over."""

    desk: LiveDesk
    broadcast: Broadcast
    encoders: Encoders
    encoder: Encoder
    request: PublishRequest
    meter: HealthMeter | None = None
    is_over: bool = False

    def on_format(self, media: VideoFormat | AudioFormat, /) -> None:
        """Take how what follows is coded."""
        if not self.is_over:
            self.encoders.take_format(self.encoder, media)

    def on_sample(self, sample: Sample, /) -> None:
        """Take a picture or a frame of sound."""
        if not self.is_over:
            self.encoders.take_sample(self.encoder, sample)
            if self.meter is not None and self.encoders.on_air is self.encoder:
                self.meter.take(sample, self.desk.health.clock())

    def on_end(self, reason: str, /) -> None:
        """Hear that nothing more comes."""
        if not self.is_over:
            self.is_over = True
            self.desk.health.tell(self.broadcast.stream.id, self.encoder, reason)
            self.desk.publisher_gone(self)

    async def writable(self) -> None:
        """Wait while the store is behind."""
        await self.broadcast.keep_up()

    def give_way(self, reason: str) -> None:
        """End this publisher for another one, or because staff wants so."""
        self.is_over = True
        self.desk.health.tell(self.broadcast.stream.id, self.encoder, reason)
        if self.encoders.on_air is self.encoder:
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
        *,
        neighbours: Neighbours | None = None,
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
        self.restreams = RestreamDesk(workshop, settings, lambda: self.broadcasts)
        self.webrtc: WebRtcServer | None = None
        self.node = LiveNode(workshop, settings)
        self.pulls = PullDesk(workshop, settings, self)
        self.following = Following(
            workshop,
            # Without a key that others have, it understands itself alone.
            neighbours or Neighbours(Signer([new_key()]), workshop.clock),
            settings.return_within,
            self.sends,
        )
        self._turns = defaultdict[UUID, asyncio.Lock](asyncio.Lock)
        self._broadcasts: dict[UUID, Broadcast] = {}
        self._publishers: dict[tuple[UUID, Encoder], _Publisher] = {}
        self._encoders: dict[UUID, Encoders] = {}
        self._tellings = TaskKeeper()
        self._endings: dict[UUID, asyncio.Task[None]] = {}
        self._clippers = ShortMemory[UUID, bool](limit=CLIPPERS_AT_MOST, seconds=CLIP_PAUSE_S)
        self._ended = ShortMemory[UUID, Broadcast](limit=ENDED_AT_MOST, seconds=ENDED_KEPT_S)

    def srt_url(self, key: str, passphrase: str | None = None) -> str | None:
        """Where encoders send a stream to by SRT, with its key, if publishers are taken here."""
        port = self._shown(self.srt_port, self.settings.srt_port)
        if port is None:
            return None
        url = f"srt://{self.settings.public_host}:{port}?streamid={key}"
        if passphrase is None:
            return url
        return f"{url}&passphrase={passphrase}&pbkeylen={SRT_KEY_BYTES}"

    @property
    def rtmp_url(self) -> str | None:
        """Where encoders send to, if publishers are taken here."""
        port = self._shown(self.rtmp_port, self.settings.rtmp_port)
        return None if port is None else f"rtmp://{self.settings.public_host}:{port}/live"

    @property
    def rtmps_url(self) -> str | None:
        """Where encoders send to by RTMPS, if there is a certificate."""
        port = self._shown(self.rtmps_port, self.settings.rtmps_port)
        return None if port is None else f"rtmps://{self.settings.public_host}:{port}/live"

    @property
    def whip_url(self) -> str | None:
        """Where encoders send to by WHIP, with the key beside it, if publishers are taken here."""
        port = self._shown(1 if self.webrtc else None, self.settings.webrtc_port)
        return None if port is None else f"{self.settings.public_url}/whip"

    def _shown(self, own: int | None, of_nodes: int | None) -> int | None:
        """Give the port that this process takes streams at, or else the one of the nodes."""
        return own if self.settings.takes_streams else of_nodes or None

    @property
    def broadcasts(self) -> tuple[Broadcast, ...]:
        """What goes out from here, or is about to."""
        return tuple(self._broadcasts.values())

    def find(self, stream_id: UUID) -> Broadcast | None:
        """Find what goes out on a stream, once its first part is there, or has just ended."""
        broadcast = self._broadcasts.get(stream_id)
        if broadcast is not None and self.sends(stream_id):
            return broadcast
        ended = self._ended.find(stream_id)
        return None if ended is None or ended.edge.is_abandoned else ended

    def sends(self, stream_id: UUID) -> bool:
        """Tell whether what goes out on a stream goes out from here."""
        broadcast = self._broadcasts.get(stream_id)
        if broadcast is None or not broadcast.started.is_set():
            return False
        return not broadcast.edge.is_abandoned

    def is_sending(self, broadcast: Broadcast) -> bool:
        """Tell whether a broadcast still goes out from here, or is about to."""
        return self._broadcasts.get(broadcast.stream.id) is broadcast

    @property
    def publishing(self) -> Collection[UUID]:
        """The streams on which somebody publishes here, and is not silent."""
        return tuple(
            {stream_id for stream_id, _ in self._publishers if not self._is_silent(stream_id)}
        )

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
        """Take publishers until cancelled, then give away what goes out; or follow others."""
        if not self.settings.takes_streams:
            await self._follow()
            return
        await end_forgotten(self.workshop, self.settings.return_within)
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
                self.node.run(self),
                self.audiences.run(self._watched),
                self.health.run(lambda: self.broadcasts),
                self.restreams.run(),
                self.pulls.run(),
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
            await self.give_all_away()
            await self.node.leave()
            await self.following.aclose()

    async def _follow(self) -> None:
        try:
            await self.audiences.run(self._watched)
        finally:
            await self.following.aclose()

    def _watched(self) -> Collection[Watched]:
        own = [one for one in self.broadcasts if one.started.is_set()]
        audiences = self.audiences
        return [*own, *self.following.watched(lambda one: audiences.count_here(one) > 0)]

    async def find_passphrase(self, key: str) -> str | None:
        """Tell what whoever sends by SRT with a key has to encrypt with, if anything."""
        async with self.workshop.reading(Actor.system()) as work:
            row, _ = await find_published(work, hash_secret(key))
        return open_passphrase(row, self.settings.vault) if row is not None else None

    async def admit(self, request: PublishRequest) -> _Publisher:
        """Let in whoever has the key of a stream; a newcomer takes over from whoever was there."""
        async with self.workshop.reading(Actor.system()) as work:
            row, backup = await find_published(work, hash_secret(request.key))
            comeback = await find_comeback(work, StreamId(row.id)) if row is not None else None
        if row is None:
            raise PublishRefused(KEY_UNKNOWN)
        encoder = Encoder.MAIN if backup is None else Encoder.BACKUP
        try:
            return await self._let_in(request, row, encoder, comeback)
        except PublishRefused as refused:
            self.health.tell(StreamId(row.id), encoder, refused.sentence, is_refusal=True)
            raise

    async def _let_in(
        self, request: PublishRequest, row: StreamRow, encoder: Encoder, comeback: str | None
    ) -> _Publisher:
        self._check_admissible(row, encoder)
        async with self._turns[row.id]:
            self._check_admissible(row, encoder)
            broadcast = self._broadcasts.get(row.id)
            if broadcast is None or broadcast.edge.is_abandoned:
                broadcast = await self._take(row, encoder)
            earlier = self._publishers.get((row.id, encoder))
            if earlier is not None:
                earlier.give_way(TAKEN_OVER)
            ending = self._endings.pop(row.id, None)
            if ending is not None:
                ending.cancel()
            encoders = self._encoders[row.id]
            encoders.comeback = Comeback(comeback or Comeback.TAKE_BACK)
            publisher = _Publisher(self, broadcast, encoders, encoder, request)
            self._publishers[row.id, encoder] = publisher
            encoders.enter(encoder)
            return publisher

    def _check_admissible(self, row: StreamRow, encoder: Encoder) -> None:
        """Refuse who comes while nobody may."""
        if (refusal := self.refusal_of(row, encoder)) is not None:
            raise PublishRefused(refusal)

    def refusal_of(self, row: StreamRow, encoder: Encoder) -> str | None:
        """Say why nobody may come to a stream now, in a sentence; None where they may."""
        if row.stopped_at is not None:
            return STOPPED
        earlier = self._publishers.get((row.id, encoder))
        if row.newcomer != Newcomer.REFUSE or earlier is None or earlier.request.is_fetched:
            return None
        # Whose line was cut may come back before their old connection is found to be dead.
        return None if earlier.encoders.is_silent(encoder) else SECOND

    async def _take(self, row: StreamRow, encoder: Encoder) -> Broadcast:
        """Take a stream for this node, with what goes out on it if that is not over."""
        hold = await self.node.take(row, encoder)
        rewind = timedelta(minutes=row.rewind_minutes)
        has_parts = row.latency != Latency.STEADY
        has_ladder = row.ladder == Ladder.SMALLER
        stream = LiveStream(StreamId(row.id), row.tenant_id, rewind, has_parts, has_ladder)
        past = None
        if hold.is_continued:
            past = await load_past(self.workshop, self.store, row.tenant_id, hold, rewind)
        broadcast = Broadcast(
            *(self.workshop, self.store, stream, hold),
            ffmpeg=self.settings.ffmpeg,
            ladders=self.ladders,
            shield=await self._make_shield(row, hold),
        )
        if past is not None:
            broadcast.go_on(past)
        self._broadcasts[row.id] = broadcast
        changed = partial(self._put_on_air, broadcast, row.height)
        self._encoders[row.id] = Encoders(broadcast, self.health.clock, changed)
        return broadcast

    async def _make_shield(self, row: StreamRow, hold: Hold) -> Shield:
        """Prepare what a broadcast is encrypted with, if its stream is protected."""
        if row.protection == Protection.NONE:
            return Shield()
        lasts, reel_id = timedelta(seconds=row.key_lasts_s), ReelId(hold.broadcast_id)
        safe = KeySafe(self.settings.vault)
        return await open_shield(self.workshop, safe, row.tenant_id, reel_id, lasts)

    async def hand_over(self, broadcast: Broadcast, reason: str = TAKEN_OVER) -> None:
        """Let another node have what goes out from here, with all that has come."""
        async with self._turns[broadcast.stream.id]:
            if self.is_sending(broadcast):
                self._drop(broadcast, reason)
                await broadcast.hand_over()

    def lose(self, broadcast: Broadcast) -> None:
        """Send out no more of what another node has taken."""
        self._drop(broadcast, MOVED)
        broadcast.abandon()

    def _drop(self, broadcast: Broadcast, reason: str) -> None:
        stream_id = broadcast.stream.id
        self._broadcasts.pop(stream_id, None)
        self._send_away(stream_id, reason)
        self._encoders.pop(stream_id, None)
        self._tellings.keep(asyncio.get_running_loop().create_task(broadcast.let_go()))

    def _send_away(self, stream_id: StreamId, reason: str) -> None:
        """End whoever publishes on a stream, and the wait for who did."""
        for encoder in Encoder:
            publisher = self._publishers.pop((stream_id, encoder), None)
            if publisher is not None:
                publisher.give_way(reason)
        self.health.pause(stream_id)
        ending = self._endings.pop(stream_id, None)
        if ending is not None:
            ending.cancel()

    def _put_on_air(
        self, broadcast: Broadcast, wanted_height: int | None, encoder: Encoder
    ) -> None:
        """Measure the encoder that is on air now, and tell if it is another one than before."""
        stream_id = broadcast.stream.id
        publisher = self._publishers.get((stream_id, encoder))
        if publisher is not None:
            publisher.meter = self.health.begin(stream_id, wanted_height)
        before, broadcast.encoder = broadcast.encoder, encoder
        if before not in {None, encoder}:
            telling = tell_encoder(self.workshop, broadcast, encoder)
            self._tellings.keep(asyncio.get_running_loop().create_task(telling))

    def encoders_of(self, stream_id: UUID) -> Encoders | None:
        """Find the encoders of what goes out on a stream."""
        return self._encoders.get(stream_id)

    def publisher_gone(self, publisher: _Publisher) -> None:
        """Give whoever is gone some time to come back, unless another encoder is there."""
        broadcast = publisher.broadcast
        stream_id = broadcast.stream.id
        self._publishers.pop((stream_id, publisher.encoder), None)
        if publisher.encoders.leave(publisher.encoder):
            return
        self.health.pause(stream_id)
        self._endings[stream_id] = asyncio.create_task(self._end_later(broadcast))

    def has_publisher(self, stream_id: UUID) -> bool:
        """Tell whether a stream's main encoder, or what stands for it, sends right now."""
        return (stream_id, Encoder.MAIN) in self._publishers

    def is_away(self, stream_id: UUID) -> bool:
        """Tell whether a stream waits for its publisher to come back, or to send again."""
        return stream_id in self._endings or self._is_silent(stream_id)

    def _is_silent(self, stream_id: UUID) -> bool:
        encoders = self._encoders.get(stream_id)
        return encoders is not None and encoders.are_silent

    async def stop(self, stream_id: StreamId) -> None:
        """End whoever publishes on a stream, and what goes out on it, at once."""
        self._send_away(stream_id, STOPPED)
        broadcast = self._broadcasts.get(stream_id)
        if broadcast is not None:
            await self._end(broadcast)

    async def _end_later(self, broadcast: Broadcast) -> None:
        await asyncio.sleep(self.settings.return_within.total_seconds())
        self._endings.pop(broadcast.stream.id, None)
        await self._end(broadcast)

    async def _end(self, broadcast: Broadcast) -> None:
        self._broadcasts.pop(broadcast.stream.id, None)
        self._encoders.pop(broadcast.stream.id, None)
        if broadcast.started.is_set():
            self._ended.keep(broadcast.stream.id, broadcast)
        await broadcast.end()

    async def end_all(self) -> None:
        """End all that goes out."""
        for ending in self._endings.values():
            ending.cancel()
        self._endings.clear()
        await asyncio.gather(*(self._end(one) for one in list(self._broadcasts.values())))
        await asyncio.gather(*self._tellings.tasks, return_exceptions=True)

    async def give_all_away(self) -> None:
        """Let another node go on with all that goes out, or this program when it runs again.

        What nobody goes on with within the time for publishers to come back is over then.
        """
        away = await asyncio.gather(
            *(self.hand_over(one, STOPPING) for one in self.broadcasts), return_exceptions=True
        )
        for failure in away:
            if isinstance(failure, Exception):
                log.error("A live stream could not be given away.", exc_info=failure)
        await asyncio.gather(*self._tellings.tasks, return_exceptions=True)

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


def _context(settings: LiveSettings) -> ssl.SSLContext | None:
    """Prepare what publishers by RTMPS are shown."""
    if settings.tls_files is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*settings.tls_files)
    return context
