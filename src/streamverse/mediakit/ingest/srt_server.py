"""The server that SRT publishers call: one socket for all of them."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Final

from streamverse.mediakit.ingest.elementary import Heard
from streamverse.mediakit.ingest.mpegts import TsDemuxer
from streamverse.mediakit.ingest.samples import (
    Admit,
    MediaRefused,
    PublishRefused,
    PublishRequest,
    Receiver,
    Sample,
)
from streamverse.mediakit.ingest.srt import (
    ACK_S,
    BACKLOG,
    FORBIDDEN,
    KEEPALIVE_S,
    OVERLOADED,
    ROGUE,
    Call,
    CallRefused,
    Doorkeeper,
    KeyRing,
    SrtStream,
    open_keys,
    refusal_of,
)
from streamverse.mediakit.ingest.srt_packets import (
    CONCLUSION,
    HANDSHAKE,
    INDUCTION,
    ControlPacket,
    DataPacket,
    Handshake,
    PacketBroken,
    parse_packet,
)
from streamverse.mediakit.ingest.tasks import TaskKeeper, cancel
from streamverse.mediakit.ingest.waiting import WaitingRoom

# Bursts of key frames wait in the system until we come to them.
RECEIVE_BUFFER_BYTES: Final = 1 << 22
FED_BYTES: Final = 1 << 18
MOST_KEPT_BYTES: Final = 1 << 24
SECRET_BYTES: Final = 32
ENDED: Final = "The publisher ended the stream."
LOST: Final = "The connection to the publisher was lost."
BEHIND: Final = "The server cannot keep up with the publisher."
FAILED: Final = "The server failed to take the stream."
SHUT_DOWN: Final = "The server is shutting down."

Address = tuple[str, int]
FindPassphrase = Callable[[str], Awaitable[str | None]]


@dataclass(frozen=True, slots=True)
class SrtLimits:
    """How long each step may take, how many may be on their way, how long losses are waited for."""

    publish_s: float = 10
    silence_s: float = 30
    lost_s: float = 5
    latency_s: float = 0.12
    unadmitted: int = 500
    unadmitted_per_network: int = 50


async def no_passphrase(_key: str) -> str | None:
    """Leave every stream unencrypted."""
    return None


class SrtServer(TaskKeeper, asyncio.DatagramProtocol):
    """Answers callers, and hands those on whom `admit` lets in."""

    def __init__(
        self,
        admit: Admit,
        limits: SrtLimits | None = None,
        find_passphrase: FindPassphrase = no_passphrase,
    ) -> None:
        super().__init__()
        self.admit = admit
        self.find_passphrase = find_passphrase
        self.limits = limits or SrtLimits()
        self.waiting = WaitingRoom(self.limits.unadmitted, self.limits.unadmitted_per_network)
        self.connections: dict[int, SrtConnection] = {}
        self._calls: dict[tuple[Address, int], SrtConnection] = {}
        self._doorkeeper = Doorkeeper(os.urandom(SECRET_BYTES))
        self._transport: asyncio.DatagramTransport | None = None

    async def listen(self, host: str, port: int) -> int:
        """Listen at an address; give the port."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        line = socket.socket(family, socket.SOCK_DGRAM)
        line.settimeout(0)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        line.bind((host, port))
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, sock=line)
        return int(line.getsockname()[1])

    async def close(self) -> None:
        """End every publisher, and listen no longer."""
        for connection in list(self._calls.values()):
            connection.close(SHUT_DOWN)
        await cancel(self.tasks)
        if self._transport is not None:
            self._transport.close()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Give a packet to whom it is for; packets of strangers leave no trace."""
        try:
            packet = parse_packet(data)
            if packet.socket_id:
                connection = self.connections.get(packet.socket_id)
                if connection is not None and connection.address == addr:
                    connection.receive(packet, len(data))
            elif isinstance(packet, ControlPacket) and packet.kind == HANDSHAKE:
                self._answer(Handshake.parse(packet.content), addr)
        except PacketBroken:
            return

    def error_received(self, exc: Exception) -> None:
        """Ignore what the system says of peers that are gone; their silence ends them."""

    def send(self, data: bytes, address: Address) -> None:
        """Send a packet."""
        if self._transport is not None:
            self._transport.sendto(data, address)

    def _answer(self, hello: Handshake, address: Address) -> None:
        now_s = asyncio.get_running_loop().time()
        if hello.kind == INDUCTION:
            self._reply(self._doorkeeper.invite(hello, address, now_s), hello, address)
            return
        known = self._calls.get((address, hello.socket_id))
        if hello.kind != CONCLUSION or known is not None:
            if known is not None:
                known.greet()
            return
        try:
            call = self._doorkeeper.hear(hello, address, now_s)
        except CallRefused as refusal:
            self.refuse(hello, refusal.reason, address)
        except PacketBroken:
            self.refuse(hello, ROGUE, address)
        else:
            if call is not None:
                self._let_in(call, address)

    def _let_in(self, call: Call, address: Address) -> None:
        if not self.waiting.enter(address[0]):
            self.refuse(call.handshake, BACKLOG, address)
            return
        connection = SrtConnection(self, call, address)
        self._calls[address, call.handshake.socket_id] = connection
        connection.start()

    def refuse(self, hello: Handshake, reason: int, address: Address) -> None:
        """Turn a caller away."""
        self._reply(refusal_of(hello, reason), hello, address)

    def _reply(self, answer: Handshake, hello: Handshake, address: Address) -> None:
        packet = ControlPacket(HANDSHAKE, bytes(answer), socket_id=hello.socket_id)
        self.send(bytes(packet), address)

    def new_socket_id(self) -> int:
        """Give a number that no connection has, and nobody guesses."""
        while (number := secrets.randbits(30)) in self.connections or not number:
            pass
        return number

    def forget(self, call: Call, address: Address, socket_id: int) -> None:
        """Leave nothing of a caller behind."""
        self._calls.pop((address, call.handshake.socket_id), None)
        self.connections.pop(socket_id, None)


class SrtConnection:
    """One publisher's call: it keeps the times, and feeds what arrives to the receiver."""

    def __init__(self, server: SrtServer, call: Call, address: Address) -> None:
        self.bytes_received = 0
        self.samples_received = 0
        self.address = address
        self._server = server
        self._call = call
        self._socket_id = server.new_socket_id()
        self._loop = asyncio.get_running_loop()
        self._keys: KeyRing | None = None
        self._stream: SrtStream | None = None
        self._demuxer = TsDemuxer()
        self._receiver: Receiver | None = None
        self._reason: str | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_soon = False
        self._heard_at = 0.0
        self._is_held = False
        self._kept: list[bytes] = []
        self._kept_bytes = 0
        self._unasked_bytes = 0
        self._fed = asyncio.Event()

    def start(self) -> None:
        """Ask for admission."""
        self._task = self._loop.create_task(self._attend())
        self._server.keep(self._task)

    def close(self, reason: str) -> None:
        """End the publisher; the receiver hears it when whatever it does now is done."""
        if self._reason is not None:
            return
        self._reason = reason
        if self._timer is not None:
            self._timer.cancel()
        if self._stream is not None:
            self._stream.end(self._loop.time())
            self._flush(self._stream)
        self._server.forget(self._call, self.address, self._socket_id)
        receiver, self._receiver = self._receiver, None
        if receiver is not None:
            self._loop.call_soon(receiver.on_end, reason)
            if self._task is not None:
                self._task.cancel()

    def greet(self) -> None:
        """Answer a conclusion again, if it was answered before."""
        if self._stream is not None:
            self._stream.greet(self._loop.time())
            self._flush(self._stream)

    def receive(self, packet: ControlPacket | DataPacket, size_bytes: int) -> None:
        """Take a packet of the publisher."""
        stream = self._stream
        if stream is None:
            return
        self.bytes_received += size_bytes
        self._feed(stream.receive(packet, self._loop.time()))
        self._flush(stream)
        if stream.is_ended:
            # Whether the last picture is whole nobody can tell, and nobody misses it.
            self.close(ENDED)
        elif stream.is_waiting and not self._is_soon:
            self._schedule(ACK_S)

    # --- admission --------------------------------------------------------------------------------

    async def _attend(self) -> None:
        try:
            receiver = await self._ask()
        except CallRefused as refusal:
            self._turn_away(refusal.reason, refusal.sentence)
        except PublishRefused as refusal:
            self._turn_away(FORBIDDEN, refusal.sentence)
        except TimeoutError:
            self._turn_away(OVERLOADED, "The server is too busy to let the publisher in.")
        except Exception:
            self._turn_away(OVERLOADED, FAILED)
            raise
        else:
            await self._serve(receiver)
        finally:
            if self._stream is None:
                self._server.waiting.leave(self.address[0])

    async def _ask(self) -> Receiver:
        """Check the passphrase, then have the publisher admitted."""
        call, server = self._call, self._server
        request = PublishRequest(call.key, "srt", self.address[0], call.encoder, self)
        async with asyncio.timeout(server.limits.publish_s):
            self._keys = open_keys(call, await server.find_passphrase(call.key))
            return await server.admit(request)

    def _turn_away(self, reason: int, sentence: str) -> None:
        self._server.refuse(self._call.handshake, reason, self.address)
        self.close(sentence)

    async def _serve(self, receiver: Receiver) -> None:
        """Begin, then hold back what comes whenever the receiver falls behind."""
        if self._reason is not None:
            receiver.on_end(self._reason)
            return
        now_s = self._loop.time()
        latency_s = self._server.limits.latency_s
        self._receiver, self._heard_at = receiver, now_s
        self._stream = SrtStream(self._call, self._socket_id, self._keys, latency_s, now_s)
        self._server.connections[self._socket_id] = self
        self._server.waiting.leave(self.address[0])
        self.greet()
        self._schedule(KEEPALIVE_S)
        while True:
            await self._fed.wait()
            self._fed.clear()
            self._is_held = True
            await receiver.writable()
            self._is_held = False
            kept, self._kept, self._kept_bytes = self._kept, [], 0
            self._feed(iter(kept))

    # --- media ------------------------------------------------------------------------------------

    def _feed(self, payloads: Iterator[bytes]) -> None:
        for payload in payloads:
            if self._is_held:
                self._kept.append(payload)
                self._kept_bytes += len(payload)
                if self._kept_bytes > MOST_KEPT_BYTES:
                    self.close(BEHIND)
                    return
                continue
            self._handle(self._demuxer.feed(payload))
            self._unasked_bytes += len(payload)
            if self._unasked_bytes >= FED_BYTES:
                self._unasked_bytes = 0
                self._fed.set()

    def _handle(self, events: Iterator[Heard]) -> None:
        try:
            for event in events:
                if self._receiver is None:
                    return
                self._heard_at = self._loop.time()
                if isinstance(event, Sample):
                    self.samples_received += 1
                    self._receiver.on_sample(event)
                else:
                    self._receiver.on_format(event)
        except MediaRefused as refusal:
            self.close(str(refusal))

    # --- time -------------------------------------------------------------------------------------

    def _flush(self, stream: SrtStream) -> None:
        for datagram in stream.take_output():
            self._server.send(datagram, self.address)

    def _schedule(self, within_s: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._is_soon = within_s == ACK_S
        self._timer = self._loop.call_later(within_s, self._tick)

    def _tick(self) -> None:
        stream, limits, now_s = self._stream, self._server.limits, self._loop.time()
        if stream is None:
            return
        self._feed(stream.tick(now_s))
        self._flush(stream)
        if now_s - stream.heard_at_s >= limits.lost_s:
            self.close(LOST)
        elif now_s - self._heard_at >= limits.silence_s and not self._is_held:
            self.close(f"The publisher sent nothing for {limits.silence_s:g} seconds.")
        elif self._reason is None:
            self._schedule(ACK_S if stream.is_waiting else KEEPALIVE_S)
