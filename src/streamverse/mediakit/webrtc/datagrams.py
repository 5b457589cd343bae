"""Many datagrams to one address in few calls of the system (UDP segmentation offload)."""

from __future__ import annotations

import socket
import struct
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Final

SOL_UDP: Final = 17
UDP_SEGMENT: Final = 103
MOST_SEGMENTS: Final = 60
MOST_BYTES: Final = 60_000


class DatagramSender:
    """Sends over a socket that never waits: what the system has no room for is lost."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._joins = sys.platform == "linux"

    def send(self, datagram: bytes, address: tuple[str, int]) -> None:
        """Send one datagram."""
        with suppress(OSError):
            self._line.sendto(datagram, address)

    def send_all(self, datagrams: Sequence[bytes], address: tuple[str, int]) -> None:
        """Send several; those of one length together, with a shorter one at their end."""
        if not self._joins or len(datagrams) == 1:
            for datagram in datagrams:
                self.send(datagram, address)
            return
        for run in _runs(datagrams):
            if len(run) == 1:
                self.send(run[0], address)
            else:
                self._send_run(run, address)

    def _send_run(self, run: Sequence[bytes], address: tuple[str, int]) -> None:
        size = struct.pack("=H", len(run[0]))
        try:
            self._line.sendmsg([b"".join(run)], [(SOL_UDP, UDP_SEGMENT, size)], 0, address)
        except BlockingIOError:
            return
        except OSError:
            # This system cannot; it may be asked one by one.
            self._joins = False
            for datagram in run:
                self.send(datagram, address)


def _runs(datagrams: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    start, size = 0, 0
    for place, datagram in enumerate(datagrams):
        count = place - start
        is_full = count >= MOST_SEGMENTS or size + len(datagram) > MOST_BYTES
        first, last = len(datagrams[start]), len(datagrams[place - 1]) if count else 0
        if count and (is_full or len(datagram) > first or last < first):
            yield datagrams[start:place]
            start, size = place, 0
        size += len(datagram)
    if datagrams:
        yield datagrams[start:]
