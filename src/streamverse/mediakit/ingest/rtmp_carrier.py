"""A line to another service by RTMP or RTMPS."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, cast

from streamverse.mediakit.ingest.outlet import LineLost
from streamverse.mediakit.ingest.rtmp import CHANCE_BYTES
from streamverse.mediakit.ingest.rtmp_chunks import ProtocolBroken
from streamverse.mediakit.ingest.rtmp_client import RtmpClientSession, RtmpTarget
from streamverse.mediakit.ingest.samples import (
    AudioFormat,
    PublishRefused,
    Sample,
    VideoFormat,
)

CONNECT_S: Final = 10.0
PUBLISH_S: Final = 10.0
# Who takes nothing for so long is gone, whatever the system thinks of the line.
STUCK_S: Final = 20.0
# So much may wait here for the system to take it; what waits longer waits in groups of pictures.
UNSENT_BYTES: Final = 1 << 17
LAST_WORDS_S: Final = 2.0
HUNG_UP: Final = "The service hung up: look there whether it still wants the stream."
LOST: Final = "The connection to the service was lost."
STUCK: Final = "The service takes nothing any more."
SILENT: Final = "The service does not answer as RTMP would: check the address."
NOBODY: Final = "Nobody answers there: check the address and the port."
UNTRUSTED: Final = "The service shows no certificate that can be trusted for its name."


@dataclass(frozen=True, slots=True)
class Place:
    """Where a service is: its name, and the network addresses that the name stands for now."""

    host: str
    port: int
    addresses: Sequence[str]


# Raises `LineLost` for a place that there is not, or that may not be gone to.
FindPlace = Callable[[], Awaitable[Place]]


class RtmpCarrier(asyncio.Protocol):
    """Publishes on a server."""

    def __init__(
        self,
        find: FindPlace,
        target: RtmpTarget,
        tls: ssl.SSLContext | None,
        on_end: Callable[[], None],
    ) -> None:
        self.bytes_sent = 0
        self.failure: str | None = None
        self._find = find
        self._key = target.key
        self._tls = tls
        self._on_end = on_end
        self._session = RtmpClientSession(target, os.urandom(CHANCE_BYTES))
        self._transport: asyncio.Transport | None = None
        self._started = asyncio.Event()
        self._room = asyncio.Event()
        self._over = asyncio.Event()

    # --- asyncio's side ---------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin the handshake."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=UNSENT_BYTES)
        self._room.set()
        self._flush()

    def data_received(self, data: bytes) -> None:
        """Hear what the server says, for as long as the stream goes out."""
        try:
            for _started in self._session.receive(data):
                self._started.set()
        except PublishRefused as refusal:
            self._fail(f"The service refuses the stream: {self._hide_key(refusal.sentence)}")
        except ProtocolBroken:
            self._fail(SILENT)
        self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the line is over."""
        self._fail(HUNG_UP if exc is None else LOST)
        self._over.set()

    def pause_writing(self) -> None:
        """Take nothing more until what waits is on its way."""
        self._room.clear()

    def resume_writing(self) -> None:
        """Go on."""
        self._room.set()

    # --- the outlet's side ------------------------------------------------------------------------

    async def connect(self) -> None:
        """Connect to the first address that answers, and ask to publish."""
        place = await self._find()
        failure: LineLost | None = None
        for address in place.addresses:
            try:
                await self._connect(place, address)
                break
            except LineLost as lost:
                failure = lost
        else:
            raise failure or LineLost(NOBODY)
        try:
            async with asyncio.timeout(PUBLISH_S):
                await self._started.wait()
        except TimeoutError as late:
            raise LineLost(SILENT) from late
        if self.failure is not None:
            raise LineLost(self.failure)

    def send_format(self, media: VideoFormat | AudioFormat) -> None:
        """Say how what follows is coded."""
        self._session.send_format(media)
        self._flush()

    def send_sample(self, sample: Sample) -> None:
        """Send a picture or a frame of sound."""
        self._session.send_sample(sample)
        self._flush()

    async def ready(self) -> None:
        """Wait until the server has taken most of what was sent."""
        if self._room.is_set():
            return
        try:
            async with asyncio.timeout(STUCK_S):
                await self._room.wait()
        except TimeoutError as late:
            raise LineLost(STUCK) from late

    async def close(self) -> None:
        """Say that the stream is over, and hang up."""
        if self._transport is None:
            return
        if self._started.is_set() and self.failure is None:
            self._session.stop()
            self._flush()
        self._transport.close()
        try:
            async with asyncio.timeout(LAST_WORDS_S):
                await self._over.wait()
        except TimeoutError:
            self._transport.abort()

    # --- ours -------------------------------------------------------------------------------------

    async def _connect(self, place: Place, address: str) -> None:
        name = None if self._tls is None else place.host
        try:
            async with asyncio.timeout(CONNECT_S):
                await asyncio.get_running_loop().create_connection(
                    lambda: self, address, place.port, ssl=self._tls, server_hostname=name
                )
        except ssl.SSLError as error:
            raise LineLost(UNTRUSTED) from error
        except OSError as error:
            raise LineLost(NOBODY) from error

    def _flush(self) -> None:
        output = self._session.take_output()
        if output and self._transport is not None and not self._transport.is_closing():
            self.bytes_sent += len(output)
            self._transport.write(output)

    def _fail(self, sentence: str) -> None:
        """Keep the first reason, and wake whoever waits for the line."""
        if self.failure is None:
            self.failure = sentence
        self._started.set()
        self._room.set()
        self._on_end()

    def _hide_key(self, said: str) -> str:
        """Leave the key out of what a service says, which is shown and logged."""
        return said.replace(self._key, "…") if self._key else said
