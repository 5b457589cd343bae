"""RTP packets (RFC 3550), with the header extensions of RFC 8285."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

FIXED_BYTES: Final = 12
VERSION: Final = 0x80
ONE_BYTE_EXTENSIONS: Final = 0xBEDE
MARKER: Final = 0x80


class RtpBroken(ValueError):
    """Bytes that are no packet of RTP or RTCP."""


@dataclass(frozen=True, slots=True)
class RtpPacket:
    """A packet; its number and its time wrap."""

    payload_type: int
    sequence: int
    timestamp: int
    source: int
    payload: bytes
    is_marked: bool = False
    extensions: tuple[tuple[int, bytes], ...] = ()

    @classmethod
    def parse(cls, data: bytes) -> RtpPacket:
        """Read a packet."""
        if len(data) < FIXED_BYTES or data[0] & 0xC0 != VERSION:
            raise RtpBroken("The header is not one of RTP.")
        flags, second, sequence, timestamp, source = struct.unpack_from(">BBHII", data)
        start = FIXED_BYTES + 4 * (flags & 0x0F)
        extensions: tuple[tuple[int, bytes], ...] = ()
        if flags & 0x10:
            if len(data) < start + 4:
                raise RtpBroken("The packet ends within its header.")
            profile, words = struct.unpack_from(">HH", data, start)
            stop = start + 4 + 4 * words
            if profile == ONE_BYTE_EXTENSIONS:
                extensions = _parse_extensions(data[start + 4 : stop])
            start = stop
        stop = len(data) - (data[-1] if flags & 0x20 else 0)
        if start > stop:
            raise RtpBroken("The packet ends within its header.")
        payload, is_marked = data[start:stop], bool(second & MARKER)
        return cls(second & 0x7F, sequence, timestamp, source, payload, is_marked, extensions)

    def __bytes__(self) -> bytes:
        """Write the packet."""
        return b"".join((self.head(), self.payload))

    def head(self) -> bytes:
        """Write all but the payload."""
        second = self.payload_type | (MARKER if self.is_marked else 0)
        flags = VERSION | (0x10 if self.extensions else 0)
        fixed = struct.pack(
            ">BBHII", flags, second, self.sequence, self.timestamp & 0xFFFF_FFFF, self.source
        )
        return fixed + _write_extensions(self.extensions) if self.extensions else fixed

    def find(self, extension: int | None) -> bytes | None:
        """Give what a header extension says, if it is there."""
        return next((value for key, value in self.extensions if key == extension), None)


def _parse_extensions(data: bytes) -> tuple[tuple[int, bytes], ...]:
    found: list[tuple[int, bytes]] = []
    position = 0
    while position < len(data):
        key, size = data[position] >> 4, (data[position] & 0x0F) + 1
        position += 1
        if key == 0:
            continue
        if key == 15:  # noqa: PLR2004 - nothing more is to be read
            break
        found.append((key, data[position : position + size]))
        position += size
    return tuple(found)


def _write_extensions(extensions: tuple[tuple[int, bytes], ...]) -> bytes:
    parts = (bytes([key << 4 | len(value) - 1]) + value for key, value in extensions)
    content = b"".join(parts)
    content += bytes(-len(content) % 4)
    return struct.pack(">HH", ONE_BYTE_EXTENSIONS, len(content) // 4) + content


def is_rtcp(data: bytes) -> bool:
    """Tell the reports from the media that come to the same port (RFC 5761)."""
    return len(data) > 1 and 192 <= data[1] <= 223  # noqa: PLR2004


class Unwrapper:
    """Takes the turns off numbers that wrap, as long as they are close to the ones before."""

    def __init__(self, bits: int) -> None:
        self._size = 1 << bits
        self._last: int | None = None

    def unwrap(self, number: int) -> int:
        """Give a number that goes on."""
        last = number if self._last is None else self._last
        half = self._size >> 1
        found = last + (number - last + half) % self._size - half
        self._last = max(found, last)
        return found
