"""A call to an SRT listener over a socket of its own, to send to it or to receive from it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Final, cast

from streamverse.mediakit.ingest.srt import CallRefused
from streamverse.mediakit.ingest.srt_caller import (
    CHANCE_BYTES,
    REPEAT_S,
    Agreement,
    SrtCaller,
    Wish,
)
from streamverse.mediakit.ingest.srt_packets import (
    ControlPacket,
    DataPacket,
    PacketBroken,
    parse_packet,
)

CALL_S: Final = 5.0
MOST_EARLY: Final = 1024
NOBODY: Final = "Nobody answers by SRT there: check the address and the port."

Packet = ControlPacket | DataPacket


class SrtLine(asyncio.DatagramProtocol):
    """A UDP socket that knows one listener; packets go to whoever listens, with their size."""

    def __init__(self, caller: SrtCaller) -> None:
        self.agreed: asyncio.Future[Agreement] = asyncio.get_running_loop().create_future()
        self.bytes_sent = 0
        self._caller = caller
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.DatagramTransport | None = None
        self._hear: Callable[[Packet, int], None] | None = None
        self._early: list[tuple[Packet, int]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Call."""
        self._transport = cast("asyncio.DatagramTransport", transport)
        self.send(self._caller.take_output())

    def datagram_received(self, data: bytes, addr: object) -> None:
        """Take an answer to the call, then what it is about."""
        del addr
        try:
            packet = parse_packet(data)
            if packet.socket_id != self._caller.socket_id:
                return
            if self._hear is not None:
                self._hear(packet, len(data))
            elif self.agreed.done():
                if len(self._early) < MOST_EARLY:
                    self._early.append((packet, len(data)))
            elif isinstance(packet, ControlPacket):
                self._answer(packet)
        except PacketBroken:
            return

    def error_received(self, exc: Exception) -> None:
        """End a call to where nobody listens; later the listener's silence ends it."""
        del exc
        if not self.agreed.done():
            self.agreed.set_exception(ConnectionRefusedError(NOBODY))

    def listen(self, hear: Callable[[Packet, int], None]) -> None:
        """Hand on packets from now on, and those that came since the agreement."""
        self._hear = hear
        early, self._early = self._early, []
        for packet, size_bytes in early:
            hear(packet, size_bytes)

    def send(self, datagrams: list[bytes]) -> None:
        """Send datagrams."""
        if self._transport is not None:
            for datagram in datagrams:
                self.bytes_sent += len(datagram)
                self._transport.sendto(datagram)

    def close(self) -> None:
        """Let go of the socket."""
        if self._transport is not None:
            self._transport.close()

    def insist(self) -> None:
        """Say again what was not answered."""
        self._caller.tick(self._loop.time())
        self.send(self._caller.take_output())

    def _answer(self, packet: ControlPacket) -> None:
        try:
            agreement = self._caller.receive(packet, self._loop.time())
        except CallRefused as refusal:
            self.agreed.set_exception(refusal)
            return
        if agreement is not None:
            self.agreed.set_result(agreement)
        self.send(self._caller.take_output())


async def call(
    address: str, port: int, wish: Wish, within_s: float = CALL_S
) -> tuple[SrtLine, Agreement]:
    """Call a listener; raises `CallRefused`, or `OSError` where nobody answers."""
    loop = asyncio.get_running_loop()
    caller = SrtCaller(wish, os.urandom(CHANCE_BYTES), loop.time())
    _, line = await loop.create_datagram_endpoint(
        lambda: SrtLine(caller), remote_addr=(address, port)
    )
    try:
        async with asyncio.timeout(within_s):
            while not line.agreed.done():
                await asyncio.wait([line.agreed], timeout=REPEAT_S)
                if not line.agreed.done():
                    line.insist()
        return line, line.agreed.result()
    except TimeoutError as late:
        line.close()
        raise ConnectionError(NOBODY) from late
    except BaseException:
        line.close()
        raise
