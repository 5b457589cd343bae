"""SRT's packets, written and read (draft-sharabayko-srt-01, section 3)."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from streamverse.mediakit.ingest.samples import MediaRefused

HEADER_BYTES: Final = 16
HANDSHAKE_BYTES: Final = 48
SEQUENCES: Final = 1 << 31
HANDSHAKE, KEEPALIVE, ACK, NAK, SHUTDOWN, ACKACK, DROP_REQUEST = 0, 1, 2, 3, 5, 6, 7
USER_DEFINED: Final = 0x7FFF
# Handshake types; what is 1000 or more is a refusal (3.2.1, 4.3).
INDUCTION, CONCLUSION, REFUSED = 1, 0xFFFFFFFF, 1000
VERSION: Final = 5
MAGIC: Final = 0x4A17
# Extensions of the conclusion (3.2.1, table 5), and the bits that announce them.
HS_REQUEST, HS_RESPONSE, KM_REQUEST, KM_RESPONSE, STREAM_ID = 1, 2, 3, 4, 5
HAS_HS, HAS_KM, HAS_CONFIG = 1, 2, 4
LONGEST_STREAM_ID: Final = 512
LOSS_RANGE: Final = 1 << 31
MOST_LOSSES: Final = 256
# libsrt leaves out control packets that hold nothing at all.
EMPTY: Final = bytes(4)


class PacketBroken(MediaRefused):
    """Bytes that are no packet of SRT."""


def sequence_after(sequence: int, count: int = 1) -> int:
    """Count on among the sequence numbers, which wrap at 31 bits."""
    return (sequence + count) % SEQUENCES


def sequence_distance(later: int, earlier: int) -> int:
    """Tell how many packets one is behind another; less than nothing if it is before."""
    half = SEQUENCES // 2
    return (later - earlier + half) % SEQUENCES - half


@dataclass(frozen=True, slots=True)
class DataPacket:
    """A piece of the stream (3.1); `key` is 0 without encryption, 1 for even and 2 for odd."""

    sequence: int
    payload: bytes
    timestamp_us: int = 0
    socket_id: int = 0
    key: int = 0
    is_again: bool = False
    message: int = 1

    @classmethod
    def parse(cls, data: bytes) -> DataPacket:
        """Read a packet whose first bit is 0."""
        sequence, flags, timestamp_us, socket_id = struct.unpack_from(">4I", data)
        return cls(
            sequence,
            data[HEADER_BYTES:],
            timestamp_us,
            socket_id,
            flags >> 27 & 3,
            bool(flags >> 26 & 1),
            flags & 0x3FFFFFF,
        )

    def __bytes__(self) -> bytes:
        # Alone in its message, as all of live mode.
        flags = 0xC0000000 | self.key << 27 | self.is_again << 26 | self.message
        head = struct.pack(">4I", self.sequence, flags, self.timestamp_us, self.socket_id)
        return head + self.payload


@dataclass(frozen=True, slots=True)
class ControlPacket:
    """Everything that is not the stream itself (3.2)."""

    kind: int
    content: bytes = b""
    subtype: int = 0
    detail: int = 0
    timestamp_us: int = 0
    socket_id: int = 0

    @classmethod
    def parse(cls, data: bytes) -> ControlPacket:
        """Read a packet whose first bit is 1."""
        kind, subtype, detail, timestamp_us, socket_id = struct.unpack_from(">HHIII", data)
        content = data[HEADER_BYTES:]
        return cls(kind & 0x7FFF, content, subtype, detail, timestamp_us, socket_id)

    def __bytes__(self) -> bytes:
        numbers = (self.subtype, self.detail, self.timestamp_us, self.socket_id)
        return struct.pack(">HHIII", self.kind | 0x8000, *numbers) + self.content


def parse_packet(data: bytes) -> DataPacket | ControlPacket:
    """Read a packet."""
    if len(data) < HEADER_BYTES:
        raise PacketBroken("A packet of SRT breaks off.")
    return ControlPacket.parse(data) if data[0] & 0x80 else DataPacket.parse(data)


@dataclass(frozen=True, slots=True)
class Handshake:
    """What both sides tell each other first (3.2.1)."""

    kind: int
    initial_sequence: int = 0
    socket_id: int = 0
    cookie: int = 0
    version: int = VERSION
    encryption: int = 0
    flags: int = 0
    mtu_bytes: int = 1500
    window: int = 8192
    address: bytes = bytes(16)
    extensions: tuple[tuple[int, bytes], ...] = field(default=())

    @classmethod
    def parse(cls, content: bytes) -> Handshake:
        """Read the content of a handshake packet."""
        if len(content) < HANDSHAKE_BYTES:
            raise PacketBroken("A handshake of SRT breaks off.")
        version, encryption, flags, sequence, mtu_bytes, window, kind, socket_id, cookie = (
            struct.unpack_from(">IHH6I", content)
        )
        address, rest = content[32:48], content[HANDSHAKE_BYTES:]
        return cls(
            *(kind, sequence % SEQUENCES, socket_id, cookie, version, encryption, flags),
            *(
                mtu_bytes,
                window,
                address,
                tuple(_extensions_in(rest) if kind == CONCLUSION else ()),
            ),
        )

    def __bytes__(self) -> bytes:
        numbers = (self.version, self.encryption, self.flags, self.initial_sequence)
        sizes = (self.mtu_bytes, self.window, self.kind, self.socket_id, self.cookie)
        parts = [struct.pack(">IHH6I", *numbers, *sizes), self.address]
        for kind, content in self.extensions:
            parts += [struct.pack(">HH", kind, len(content) // 4), content]
        return b"".join(parts)

    def extension(self, kind: int) -> bytes | None:
        """Give the content of an extension, if there is one."""
        return next((content for each, content in self.extensions if each == kind), None)


def _extensions_in(data: bytes) -> Iterator[tuple[int, bytes]]:
    position = 0
    while position < len(data):
        if len(data) - position < 4:  # noqa: PLR2004 - kind and length
            raise PacketBroken("An extension of SRT's handshake breaks off.")
        kind, words = struct.unpack_from(">HH", data, position)
        stop = position + 4 + 4 * words
        if stop > len(data):
            raise PacketBroken("An extension of SRT's handshake breaks off.")
        yield kind, data[position + 4 : stop]
        position = stop


@dataclass(frozen=True, slots=True)
class Terms:
    """What HSREQ and HSRSP agree on (3.2.1.1): the version, abilities and latencies."""

    version: int
    flags: int
    receive_ms: int
    send_ms: int

    @classmethod
    def parse(cls, content: bytes) -> Terms:
        """Read the content of the extension."""
        if len(content) < 12:  # noqa: PLR2004 - three words
            raise PacketBroken("An extension of SRT's handshake breaks off.")
        return cls(*struct.unpack_from(">IIHH", content))

    def __bytes__(self) -> bytes:
        return struct.pack(">IIHH", self.version, self.flags, self.receive_ms, self.send_ms)


def parse_stream_id(content: bytes) -> str:
    """Read a stream id, each four bytes of which stand backwards (3.2.1.3)."""
    if len(content) > LONGEST_STREAM_ID:
        raise PacketBroken("A stream id of SRT is too long.")
    turned = b"".join(content[at : at + 4][::-1] for at in range(0, len(content), 4))
    return turned.rstrip(b"\0").decode("utf-8", "replace")


def write_stream_id(text: str) -> bytes:
    """Write a stream id."""
    data = text.encode()
    data += bytes(-len(data) % 4)
    return b"".join(data[at : at + 4][::-1] for at in range(0, len(data), 4))


def parse_losses(content: bytes) -> list[tuple[int, int]]:
    """Read the runs of packets that the peer misses (appendix A)."""
    runs: list[tuple[int, int]] = []
    words = iter(struct.unpack_from(f">{len(content) // 4}I", content))
    for word in words:
        if word & LOSS_RANGE:
            runs.append((word % SEQUENCES, next(words, word) % SEQUENCES))
        else:
            runs.append((word, word))
    return runs


def write_losses(runs: Iterable[tuple[int, int]]) -> bytes:
    """Write runs of packets that are missing."""
    words: list[int] = []
    for first, last in runs:
        words += [first] if first == last else [first | LOSS_RANGE, last]
    return struct.pack(f">{len(words)}I", *words)
