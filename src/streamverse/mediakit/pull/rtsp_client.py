"""The RTSP client: one connection, which everything comes over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Final

from streamverse.mediakit.ingest.elementary import Heard
from streamverse.mediakit.pull.rtsp import RtspSession
from streamverse.mediakit.pull.sources import Connect, Credentials, PullFailed

READ_BYTES: Final = 1 << 16
TICK_S: Final = 1.0
ANSWER_S: Final = 10.0
SILENCE_S: Final = 10.0
FAREWELL_S: Final = 1.0


async def hear_rtsp(
    address: str, connect: Connect, who: Credentials | None = None
) -> AsyncGenerator[Heard]:
    """Play an address until it ends or fails, which raises."""
    reader, writer = await connect(address)
    session = RtspSession(address, who)
    try:
        async for data, now_s in _bytes_of(reader, writer, session):
            for heard in session.feed(data, now_s):
                yield heard
    except ConnectionError as broken:
        raise PullFailed("The line to the camera broke: look at its network.") from broken
    finally:
        await _part(writer, session)


async def _bytes_of(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, session: RtspSession
) -> AsyncGenerator[tuple[bytes, float]]:
    """Send what there is to send, and give what comes, as long as something does."""
    loop = asyncio.get_running_loop()
    heard_s = loop.time()
    while True:
        session.tick(loop.time())
        writer.write(session.take_outgoing())
        await writer.drain()
        try:
            async with asyncio.timeout(TICK_S):
                data = await reader.read(READ_BYTES)
        except TimeoutError:
            _require_sound(session, loop.time() - heard_s)
            continue
        if not data:
            raise PullFailed("The camera has closed the line: it is fetched again by itself.")
        heard_s = loop.time()
        yield data, heard_s


def _require_sound(session: RtspSession, silent_s: float) -> None:
    if silent_s < (SILENCE_S if session.is_playing else ANSWER_S):
        return
    if session.is_playing:
        raise PullFailed(f"The camera has sent nothing for {silent_s:.0f} s: look at its network.")
    raise PullFailed(f"The camera has not answered for {silent_s:.0f} s: check host and port.")


async def _part(writer: asyncio.StreamWriter, session: RtspSession) -> None:
    with suppress(OSError, TimeoutError):
        writer.write(session.end())
        async with asyncio.timeout(FAREWELL_S):
            await writer.drain()
    writer.close()
