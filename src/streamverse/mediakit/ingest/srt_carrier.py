"""A line to another service by SRT: a transport stream, sent to a listener."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from streamverse.mediakit.ingest.outlet import LineLost
from streamverse.mediakit.ingest.rtmp_carrier import HUNG_UP, LOST, NOBODY, STUCK, FindPlace
from streamverse.mediakit.ingest.samples import AudioFormat, Sample, VideoFormat
from streamverse.mediakit.ingest.srt import CallRefused
from streamverse.mediakit.ingest.srt_caller import SrtSender, Wish
from streamverse.mediakit.ingest.srt_line import Packet, SrtLine, call
from streamverse.mediakit.ingest.ts_muxer import TsMuxer

TICK_S: Final = 0.02
SILENCE_S: Final = 5.0
STUCK_S: Final = 20.0
# A listener holds back for its latency what it has, and drops that when it hears of the end.
LAST_WORDS_S: Final = 2.0


class SrtCarrier:
    """Sends to a listener."""

    def __init__(self, find: FindPlace, wish: Wish, on_end: Callable[[], None]) -> None:
        self.failure: str | None = None
        self._find = find
        self._wish = wish
        self._on_end = on_end
        self._muxer = TsMuxer()
        self._loop = asyncio.get_running_loop()
        self._line: SrtLine | None = None
        self._sender: SrtSender | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._room = asyncio.Event()
        self._latency_s = 0.0

    @property
    def bytes_sent(self) -> int:
        """Count what went over the line."""
        return 0 if self._line is None else self._line.bytes_sent

    async def connect(self) -> None:
        """Call the first address that answers."""
        place = await self._find()
        failure: LineLost | None = None
        for address in place.addresses:
            try:
                self._line, agreement = await call(address, place.port, self._wish)
                break
            except CallRefused as refusal:
                failure = LineLost(refusal.sentence)
            except OSError:
                failure = LineLost(NOBODY)
        else:
            raise failure or LineLost(NOBODY)
        self._latency_s = agreement.latency_s
        self._sender = SrtSender(agreement, self._loop.time())
        self._line.listen(self._hear)
        self._timer = self._loop.call_later(TICK_S, self._tick)

    def send_format(self, media: VideoFormat | AudioFormat) -> None:
        """Say how what follows is coded."""
        self._muxer.take_format(media)

    def send_sample(self, sample: Sample) -> None:
        """Send a picture or a frame of sound."""
        if self._sender is not None:
            self._sender.send(self._muxer.write(sample), self._loop.time())
            self._flush(self._sender)

    async def ready(self) -> None:
        """Wait until the listener has acknowledged enough."""
        if self._sender is None or self._sender.has_room:
            return
        self._room.clear()
        try:
            async with asyncio.timeout(STUCK_S):
                await self._room.wait()
        except TimeoutError as late:
            raise LineLost(STUCK) from late

    async def close(self) -> None:
        """Say that the stream is over once the listener has shown all of it; let go."""
        if self._sender is not None and self.failure is None:
            await asyncio.sleep(min(self._latency_s, LAST_WORDS_S))
        if self._timer is not None:
            self._timer.cancel()
        if self._sender is not None:
            self._sender.end(self._loop.time())
            self._flush(self._sender)
        if self._line is not None:
            self._line.close()

    def _hear(self, packet: Packet, size_bytes: int) -> None:
        del size_bytes
        if self._sender is None:
            return
        self._sender.receive(packet, self._loop.time())
        self._flush(self._sender)
        if self._sender.is_ended:
            self._fail(HUNG_UP)
        elif self._sender.has_room:
            self._room.set()

    def _tick(self) -> None:
        sender, now_s = self._sender, self._loop.time()
        if sender is None:
            return
        sender.tick(now_s)
        self._flush(sender)
        if now_s - sender.heard_at_s >= SILENCE_S:
            self._fail(LOST)
            return
        if sender.has_room:
            self._room.set()
        self._timer = self._loop.call_later(TICK_S, self._tick)

    def _flush(self, sender: SrtSender) -> None:
        if self._line is not None:
            self._line.send(sender.take_output())

    def _fail(self, sentence: str) -> None:
        if self.failure is None:
            self.failure = sentence
        self._room.set()
        self._on_end()
