"""H.264 in packets of RTP (RFC 6184): units alone, several in one, or one in several."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from streamverse.mediakit import avc
from streamverse.mediakit.ingest.formats import LENGTH_BYTES

if TYPE_CHECKING:
    from streamverse.mediakit.webrtc.rtp import RtpPacket

# With all headers it fits through every line, tunnels too.
MOST_BYTES: Final = 1180
STAP_A, FU_A = 24, 28
FIRST, LAST = 0x80, 0x40
KIND, REFERENCE = 0x1F, 0xE0
DELIMITER, FILLER = 9, 12
LARGEST_PICTURE: Final = 8 << 20


def write_payloads(nals: Iterable[bytes]) -> Iterator[bytes]:
    """Cut the units of a picture into payloads; small ones at its beginning share one."""
    small: list[bytes] = []
    for nal in nals:
        if nal[0] & KIND in {DELIMITER, FILLER}:
            continue
        if nal[0] & KIND in {avc.SEQUENCE_SET, avc.PICTURE_SET} and len(nal) < MOST_BYTES // 4:
            small.append(nal)
            continue
        yield from _together(small)
        small = []
        if len(nal) <= MOST_BYTES:
            yield nal
        else:
            yield from _fragments(nal)
    yield from _together(small)


def _together(nals: Sequence[bytes]) -> Iterator[bytes]:
    """Put units into as few payloads as hold them."""
    waiting: list[bytes] = []
    size = 1
    for nal in nals:
        if waiting and size + 2 + len(nal) > MOST_BYTES:
            yield _aggregate(waiting)
            waiting, size = [], 1
        waiting.append(nal)
        size += 2 + len(nal)
    if waiting:
        yield _aggregate(waiting)


def _aggregate(nals: Sequence[bytes]) -> bytes:
    if len(nals) == 1:
        return nals[0]
    reference = max(nal[0] & 0x60 for nal in nals)
    return bytes([reference | STAP_A]) + b"".join(len(nal).to_bytes(2) + nal for nal in nals)


def _fragments(nal: bytes) -> Iterator[bytes]:
    indicator, kind = nal[0] & REFERENCE | FU_A, nal[0] & KIND
    size = MOST_BYTES - 2
    for start in range(1, len(nal), size):
        flags = (FIRST if start == 1 else 0) | (LAST if start + size >= len(nal) else 0)
        yield bytes((indicator, flags | kind)) + nal[start : start + size]


def split_nals(payload: bytes) -> Iterator[bytes]:
    """Go through units that stand behind lengths of four bytes."""
    position = 0
    while position < len(payload):
        start = position + LENGTH_BYTES
        position = start + int.from_bytes(payload[position:start])
        if position > start:
            yield payload[start:position]


class PictureReader:
    """Puts pictures together from packets that come in order; a damaged one is given up."""

    def __init__(self) -> None:
        self._nals: list[bytes] = []
        self._fragment: bytearray | None = None
        self._timestamp: int | None = None
        self._is_damaged = False
        self._size_bytes = 0

    def lose(self) -> None:
        """Hear that packets are missing: the picture under way is none."""
        self._is_damaged = True
        self._fragment = None

    def read(self, packet: RtpPacket) -> Iterator[tuple[int, list[bytes]]]:
        """Take a packet; give the pictures that are whole with it, and when they are shown."""
        if self._timestamp is not None and packet.timestamp != self._timestamp:
            yield from self._finish()
        self._timestamp = packet.timestamp
        self._size_bytes += len(packet.payload)
        if self._size_bytes > LARGEST_PICTURE or not self._take(packet.payload):
            self.lose()
        if packet.is_marked:
            yield from self._finish()

    def _finish(self) -> Iterator[tuple[int, list[bytes]]]:
        nals, is_whole = self._nals, not self._is_damaged and self._fragment is None
        timestamp, self._timestamp = self._timestamp, None
        self._nals, self._fragment, self._is_damaged, self._size_bytes = [], None, False, 0
        if nals and is_whole and timestamp is not None:
            yield timestamp, nals

    def _take(self, payload: bytes) -> bool:
        """Take what a packet holds, and tell whether it could be read."""
        if not payload:
            # Chromium looks for more room on the line with packets that hold nothing.
            return True
        kind = payload[0] & KIND
        if kind == FU_A:
            return self._take_fragment(payload)
        if kind == STAP_A:
            return self._take_several(payload)
        if 0 < kind < STAP_A:
            self._nals.append(payload)
            return True
        return False

    def _take_several(self, payload: bytes) -> bool:
        position = 1
        while position + 2 <= len(payload):
            start = position + 2
            position = start + int.from_bytes(payload[position:start])
            if position > len(payload) or position == start:
                return False
            self._nals.append(payload[start:position])
        return True

    def _take_fragment(self, payload: bytes) -> bool:
        if len(payload) < 3:  # noqa: PLR2004 - both headers, and something behind them
            return False
        flags = payload[1]
        if flags & FIRST:
            self._fragment = bytearray([payload[0] & REFERENCE | flags & KIND])
        if self._fragment is None:
            return False
        self._fragment += payload[2:]
        if flags & LAST:
            self._nals.append(bytes(self._fragment))
            self._fragment = None
        return True
