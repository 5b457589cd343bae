"""When packets arrived, told to their sender, which finds from it how much a line can take.

Transport-wide congestion control feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01).
"""

from __future__ import annotations

import struct
from typing import Final

from streamverse.mediakit.webrtc.rtcp import ARRIVALS, TRANSPORT, write_feedback
from streamverse.mediakit.webrtc.rtp import Unwrapper

URI: Final = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
TICKS_PER_S: Final = 4000
REFERENCE_TICKS: Final = 256
SHORTEST_LARGE: Final = 0x100
PER_CHUNK: Final = 7
MOST_REPORTED: Final = 2000
NOT_RECEIVED, SMALL, LARGE = range(3)


class Arrivals:
    """Notes arrivals until they are told."""

    def __init__(self) -> None:
        self._numbers = Unwrapper(16)
        self._arrived: dict[int, int] = {}
        self._next: int | None = None
        self._count = 0

    def note(self, number: int, now_s: float) -> None:
        """Note that a packet is here."""
        found = self._numbers.unwrap(number)
        if self._next is None:
            self._next = found
        if self._next <= found < self._next + MOST_REPORTED:
            self._arrived.setdefault(found, int(now_s * TICKS_PER_S))

    def report(self, sender: int, source: int) -> bytes | None:
        """Tell what arrived since the last report, if anything did."""
        if not self._arrived or self._next is None:
            return None
        first, last = self._next, max(self._arrived)
        reference = self._arrived[min(self._arrived)] // REFERENCE_TICKS
        symbols, deltas = self._describe(first, last, reference * REFERENCE_TICKS)
        head = struct.pack(">IIHH", sender, source, first & 0xFFFF, last - first + 1)
        head += (reference & 0xFF_FFFF).to_bytes(3) + bytes([self._count & 0xFF])
        content = head + b"".join(_chunks(symbols)) + b"".join(deltas)
        self._count += 1
        self._next = last + 1
        self._arrived.clear()
        return write_feedback(TRANSPORT, ARRIVALS, content + bytes(-len(content) % 4))

    def _describe(self, first: int, last: int, at: int) -> tuple[list[int], list[bytes]]:
        symbols: list[int] = []
        deltas: list[bytes] = []
        for number in range(first, last + 1):
            arrived = self._arrived.get(number)
            if arrived is None:
                symbols.append(NOT_RECEIVED)
                continue
            delta, at = arrived - at, arrived
            if 0 <= delta < SHORTEST_LARGE:
                symbols.append(SMALL)
                deltas.append(bytes([delta]))
            else:
                symbols.append(LARGE)
                deltas.append(struct.pack(">h", max(-0x8000, min(delta, 0x7FFF))))
        return symbols, deltas


def _chunks(symbols: list[int]) -> list[bytes]:
    """Write seven symbols of two bits each to a chunk."""
    chunks: list[bytes] = []
    for start in range(0, len(symbols), PER_CHUNK):
        word = 0b11 << 14
        for place, symbol in enumerate(symbols[start : start + PER_CHUNK]):
            word |= symbol << 12 - 2 * place
        chunks.append(word.to_bytes(2))
    return chunks
