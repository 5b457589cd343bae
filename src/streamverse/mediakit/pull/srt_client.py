"""The SRT client: calls a listener, and reads the transport stream that it sends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Final

from streamverse.mediakit.ingest.elementary import Heard
from streamverse.mediakit.ingest.mpegts import TsDemuxer
from streamverse.mediakit.ingest.srt import CallRefused, SrtStream
from streamverse.mediakit.ingest.srt_caller import Wish
from streamverse.mediakit.ingest.srt_line import NOBODY, Packet, SrtLine, call
from streamverse.mediakit.pull.sources import PullFailed

# Media waits this long at most; packets are answered as they come.
TICK_S: Final = 0.01
SILENCE_S: Final = 10.0
# So many payloads wait for whoever hears; more are a server that cannot keep up.
MOST_WAITING: Final = 20_000

# Gives the network addresses of a host that may be called.
Find = Callable[[], Awaitable[tuple[str, int]]]


async def hear_srt(find: Find, wish: Wish) -> AsyncGenerator[Heard]:
    """Call a listener and hear what it sends until it ends or fails, which raises."""
    try:
        line, agreement = await call(*await find(), wish)
    except CallRefused as refusal:
        raise PullFailed(str(refusal)) from refusal
    except OSError as nobody:
        raise PullFailed(NOBODY) from nobody
    loop = asyncio.get_running_loop()
    stream = SrtStream(
        agreement.call, agreement.socket_id, agreement.keys, wish.latency_s, loop.time()
    )
    demuxer = TsDemuxer()
    try:
        async for payload in _payloads(line, stream):
            for heard in demuxer.feed(payload):
                yield heard
    finally:
        stream.end(loop.time())
        line.send(stream.take_output())
        line.close()


async def _payloads(line: SrtLine, stream: SrtStream) -> AsyncGenerator[bytes]:
    """Give payloads in their order, and tell the listener what has come."""
    loop = asyncio.get_running_loop()
    waiting = list[bytes]()

    def hear(packet: Packet, size_bytes: int) -> None:
        del size_bytes
        waiting.extend(stream.receive(packet, loop.time()))
        line.send(stream.take_output())

    line.listen(hear)
    while True:
        waiting.extend(stream.tick(loop.time()))
        line.send(stream.take_output())
        if len(waiting) > MOST_WAITING:
            raise PullFailed("The server cannot keep up with the source.")
        payloads = waiting.copy()
        waiting.clear()
        for payload in payloads:
            yield payload
        if stream.is_ended:
            raise PullFailed("The source has ended its stream: it is fetched again by itself.")
        if loop.time() - stream.heard_at_s > SILENCE_S:
            raise PullFailed(f"The source has sent nothing for {SILENCE_S:g} s: check its line.")
        await asyncio.sleep(TICK_S)
