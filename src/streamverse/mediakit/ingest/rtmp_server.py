"""The server that RTMP and RTMPS publishers connect to."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, cast

from streamverse.mediakit.ingest.flv import Heard
from streamverse.mediakit.ingest.rtmp import (
    CHANCE_BYTES,
    REJECTED,
    PublishAsked,
    PublishEnded,
    RtmpServerSession,
)
from streamverse.mediakit.ingest.samples import (
    Admit,
    MediaRefused,
    PublishRefused,
    PublishRequest,
    Receiver,
    Sample,
)
from streamverse.mediakit.ingest.tasks import TaskKeeper, cancel
from streamverse.mediakit.ingest.waiting import WaitingRoom

BACKLOG: Final = 256
# After so many bytes the receiver is asked whether it keeps up.
FED_BYTES: Final = 1 << 18
UNREAD_BYTES: Final = 1 << 16
LINGER_S: Final = 5.0
OUT_OF_SOCKETS_S: Final = 1.0
ENDED: Final = "The publisher ended the stream."
HUNG_UP: Final = "The publisher hung up."
LOST: Final = "The connection to the publisher was lost."
FAILED: Final = "The server failed to take the stream."
SHUT_DOWN: Final = "The server is shutting down."


@dataclass(frozen=True, slots=True)
class RtmpLimits:
    """How long each step may take, and how many may be on their way."""

    handshake_s: float = 10
    publish_s: float = 10
    silence_s: float = 30
    unadmitted: int = 500
    unadmitted_per_network: int = 50


class RtmpServer(TaskKeeper):
    """Listens for publishers, and hands those on whom `admit` lets in."""

    def __init__(self, admit: Admit, limits: RtmpLimits | None = None) -> None:
        super().__init__()
        self.admit = admit
        self.limits = limits or RtmpLimits()
        self.waiting = WaitingRoom(self.limits.unadmitted, self.limits.unadmitted_per_network)
        self.connections: set[RtmpConnection] = set()
        self._listeners: dict[socket.socket, asyncio.Task[None]] = {}

    async def listen(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> int:
        """Listen at an address, by RTMPS if there is a context; give the port."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
        listener.settimeout(0)
        task = asyncio.get_running_loop().create_task(self._accept(listener, tls))
        self._listeners[listener] = task
        return int(listener.getsockname()[1])

    async def close(self) -> None:
        """Listen no longer, and end every publisher."""
        await cancel(self._listeners.values())
        for listener in self._listeners:
            listener.close()
        self._listeners.clear()
        connections = list(self.connections)
        for connection in connections:
            connection.abort(SHUT_DOWN)
        await asyncio.gather(*(connection.over.wait() for connection in connections))
        await cancel(self.tasks)

    async def _accept(self, listener: socket.socket, tls: ssl.SSLContext | None) -> None:
        """Take connections one by one, so that those too many cost not even a TLS handshake."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                line, peer = await loop.sock_accept(listener)
            except OSError:
                await asyncio.sleep(OUT_OF_SOCKETS_S)
                continue
            if not self.waiting.enter(peer[0]):
                line.close()
                continue
            # Our answers are short; whoever leaves them unread holds little of the system's memory.
            line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, UNREAD_BYTES)
            greeting = loop.create_task(self._greet(line, peer[0], tls))
            self.keep(greeting)

    async def _greet(self, line: socket.socket, address: str, tls: ssl.SSLContext | None) -> None:
        connection = RtmpConnection(self, address)
        timeout_s = None if tls is None else self.limits.handshake_s
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: connection, line, ssl=tls, ssl_handshake_timeout=timeout_s
            )
        except OSError:
            line.close()
        finally:
            connection.stop_waiting_unless_made()


class RtmpConnection(asyncio.Protocol):
    """One publisher's line: it reads, and keeps the times and the limits."""

    def __init__(self, server: RtmpServer, address: str) -> None:
        self.bytes_received = 0
        self.samples_received = 0
        self.over = asyncio.Event()
        self._server = server
        self._address = address
        self._session = RtmpServerSession(os.urandom(CHANCE_BYTES))
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._receiver: Receiver | None = None
        self._reason: str | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_waiting = True
        self._is_held = False
        self._heard_at = 0.0
        self._unasked_bytes = 0
        self._fed = asyncio.Event()

    # --- asyncio's side ---------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Give the peer its time for the handshake."""
        self._transport = cast("asyncio.Transport", transport)
        self._server.connections.add(self)
        self._limit(self._server.limits.handshake_s, "The handshake took too long.")

    def data_received(self, data: bytes) -> None:
        """Read what came, unless the connection is over."""
        if self._reason is not None:
            return
        self.bytes_received += len(data)
        had_shaken_hands = self._session.has_shaken_hands
        self._handle(self._session.receive(data))
        if self._session.has_shaken_hands and not had_shaken_hands and self._task is None:
            self._limit(self._server.limits.publish_s, "The encoder did not ask to publish.")
        if self._receiver is not None:
            self._unasked_bytes += len(data)
            if self._unasked_bytes >= FED_BYTES:
                self._unasked_bytes = 0
                self._pause()
                self._fed.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the receiver; whoever is still being admitted hears it afterwards."""
        self._reason = self._reason or (HUNG_UP if exc is None else LOST)
        self._server.connections.discard(self)
        self._stop_waiting()
        if self._timer is not None:
            self._timer.cancel()
        self._end_receiver()
        self.over.set()

    # --- the receiver's side ----------------------------------------------------------------------

    def close(self, reason: str) -> None:
        """End the publisher."""
        if self._reason is not None or self._transport is None:
            return
        self._reason = reason
        self._transport.close()
        # Somebody who does not read our last words keeps the line no longer for it.
        self._limit(LINGER_S, reason)

    # --- ours -------------------------------------------------------------------------------------

    def stop_waiting_unless_made(self) -> None:
        """Leave the waiting room if the line never came to be."""
        if self._transport is None:
            self._stop_waiting()

    def _stop_waiting(self) -> None:
        if self._is_waiting:
            self._is_waiting = False
            self._server.waiting.leave(self._address)

    def _end_receiver(self) -> None:
        receiver, self._receiver = self._receiver, None
        if receiver is not None:
            receiver.on_end(self._reason or LOST)
            if self._task is not None:
                self._task.cancel()

    def _limit(self, within_s: float, reason: str) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(within_s, self.abort, reason)

    def abort(self, reason: str) -> None:
        """End the publisher without a last word."""
        self._reason = self._reason or reason
        if self._transport is not None:
            self._transport.abort()

    def _handle(self, events: Iterator[PublishAsked | PublishEnded | Heard]) -> None:
        try:
            for event in events:
                self._handle_event(event)
                if self._reason is not None:
                    break
        except MediaRefused as refusal:
            self._refuse(str(refusal), REJECTED)
        self._flush()

    def _handle_event(self, event: PublishAsked | PublishEnded | Heard) -> None:
        if isinstance(event, PublishAsked):
            if self._transport is not None:
                self._transport.pause_reading()
            if self._timer is not None:
                self._timer.cancel()
            self._task = self._loop.create_task(self._attend(event))
            self._server.keep(self._task)
        elif isinstance(event, PublishEnded):
            # The encoder hangs up itself: GStreamer takes it for a failure if we do.
            self._reason = ENDED
            self._limit(LINGER_S, ENDED)
            self._end_receiver()
        elif self._receiver is not None:
            self._heard_at = self._loop.time()
            if isinstance(event, Sample):
                self.samples_received += 1
                self._receiver.on_sample(event)
            else:
                self._receiver.on_format(event)

    def _flush(self) -> None:
        output = self._session.take_output()
        if output and self._transport is not None and not self._transport.is_closing():
            self._transport.write(output)
            if self._transport.get_write_buffer_size() > UNREAD_BYTES:
                self.abort("The encoder does not read what it is told.")

    def _refuse(self, sentence: str, *code: str) -> None:
        self._session.refuse(sentence, *code)
        self._flush()
        self.close(sentence)

    async def _attend(self, asked: PublishAsked) -> None:
        try:
            await self._serve(asked)
        except Exception:
            self.abort(FAILED)
            raise

    async def _serve(self, asked: PublishAsked) -> None:
        """Have the publisher admitted, then slow it down whenever the receiver falls behind."""
        try:
            receiver = await self._ask(asked)
        except PublishRefused as refusal:
            self._refuse(refusal.sentence)
            return
        except TimeoutError:
            self._refuse("The server is too busy to let you in; try again.", REJECTED)
            return
        if self._reason is not None:
            receiver.on_end(self._reason)
            return
        self._receiver = receiver
        self._stop_waiting()
        self._watch_for_silence()
        self._handle(self._session.accept())
        while True:
            self._resume()
            await self._fed.wait()
            self._fed.clear()
            await receiver.writable()

    async def _ask(self, asked: PublishAsked) -> Receiver:
        request = PublishRequest(asked.key, "rtmp", self._address, asked.encoder, self)
        async with asyncio.timeout(self._server.limits.publish_s):
            return await self._server.admit(request)

    def _pause(self) -> None:
        self._is_held = True
        if self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()

    def _resume(self) -> None:
        self._is_held = False
        self._heard_at = self._loop.time()
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    def _watch_for_silence(self) -> None:
        self._heard_at = self._loop.time()
        self._timer = self._loop.call_later(self._server.limits.silence_s, self._hear)

    def _hear(self) -> None:
        """End a publisher of whom no sample came; bytes that never amount to one are silence."""
        silence_s = self._server.limits.silence_s
        left_s = silence_s if self._is_held else self._heard_at + silence_s - self._loop.time()
        if left_s > 0:
            self._timer = self._loop.call_later(left_s, self._hear)
        else:
            self.abort(f"The publisher sent nothing for {silence_s:g} seconds.")
