"""RTCP: what senders and receivers of RTP tell each other (RFC 3550, RFC 4585, RFC 5104)."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from streamverse.mediakit.webrtc.rtp import RtpBroken

SENDER, RECEIVER, DESCRIPTION, BYE, TRANSPORT, PAYLOAD = 200, 201, 202, 203, 205, 206
LOST, ARRIVALS = 1, 15
PICTURE_LOST, FULL_PICTURE = 1, 4
VERSION: Final = 0x80
REPORT_BYTES: Final = 24
CANONICAL_NAME: Final = 1
NTP_EPOCH_S: Final = 2_208_988_800
# A number and a mask of the sixteen behind it.
MASKED: Final = 16


@dataclass(frozen=True, slots=True)
class SenderReport:
    """When something of a source was shown: the same instant by the wall and by RTP."""

    source: int
    ntp: int
    timestamp: int
    packets: int = 0
    size_bytes: int = 0

    def __bytes__(self) -> bytes:
        """Write the report."""
        counts = (self.packets & 0xFFFF_FFFF, self.size_bytes & 0xFFFF_FFFF)
        said = struct.pack(">IQIII", self.source, self.ntp, self.timestamp, *counts)
        return _write(SENDER, 0, said)


@dataclass(frozen=True, slots=True)
class Reception:
    """How much of a source arrives; by `last_report` and `delay` its sender times the way."""

    source: int
    fraction_lost: int
    lost: int
    highest: int
    jitter: int = 0
    last_report: int = 0
    delay: int = 0

    def __bytes__(self) -> bytes:
        """Write the block of a report."""
        lost = (self.fraction_lost << 24) | (max(0, self.lost) & 0x7F_FFFF)
        rest = (self.highest & 0xFFFF_FFFF, self.jitter, self.last_report, self.delay)
        return struct.pack(">IIIIII", self.source, lost, *rest)


@dataclass(frozen=True, slots=True)
class ReceiverReport:
    """What arrives, source by source."""

    sender: int
    receptions: tuple[Reception, ...] = ()

    def __bytes__(self) -> bytes:
        """Write the report."""
        blocks = b"".join(map(bytes, self.receptions))
        return _write(RECEIVER, len(self.receptions), struct.pack(">I", self.sender) + blocks)


@dataclass(frozen=True, slots=True)
class Description:
    """What a source is called: sources of one name belong together."""

    source: int
    name: str

    def __bytes__(self) -> bytes:
        """Write the description."""
        name = self.name.encode()
        item = struct.pack(">IBB", self.source, CANONICAL_NAME, len(name)) + name
        return _write(DESCRIPTION, 1, item + bytes(4 - len(item) % 4))


@dataclass(frozen=True, slots=True)
class Nack:
    """Packets that did not arrive, by their numbers."""

    sender: int
    source: int
    lost: tuple[int, ...]

    def __bytes__(self) -> bytes:
        """Write the request."""
        pairs = b"".join(struct.pack(">HH", *pair) for pair in _masked(self.lost))
        return _write(TRANSPORT, LOST, struct.pack(">II", self.sender, self.source) + pairs)


@dataclass(frozen=True, slots=True)
class KeyframeRequest:
    """A picture that stands alone is needed (PLI)."""

    sender: int
    source: int

    def __bytes__(self) -> bytes:
        """Write the request."""
        return _write(PAYLOAD, PICTURE_LOST, struct.pack(">II", self.sender, self.source))


@dataclass(frozen=True, slots=True)
class Bye:
    """A source has ended."""

    source: int

    def __bytes__(self) -> bytes:
        """Write the farewell."""
        return _write(BYE, 1, struct.pack(">I", self.source))


Said = SenderReport | ReceiverReport | Nack | KeyframeRequest | Bye


def parse_compound(data: bytes) -> Iterator[Said]:
    """Read what was sent in one; what nobody here needs is passed over."""
    position = 0
    while position < len(data):
        if len(data) < position + 4 or data[position] & 0xC0 != VERSION:
            raise RtpBroken("The header is not one of RTCP.")
        first, kind, words = struct.unpack_from(">BBH", data, position)
        stop = position + 4 + 4 * words
        if stop > len(data):
            raise RtpBroken("A report is longer than what holds it.")
        said = _parse(kind, first & 0x1F, data[position + 4 : stop])
        if said is not None:
            yield said
        position = stop


def _parse(kind: int, count: int, content: bytes) -> Said | None:
    try:
        if kind == PAYLOAD and count == FULL_PICTURE:
            sender, _, source = struct.unpack_from(">III", content)
            return KeyframeRequest(sender, source)
        read = _READERS.get((kind, count)) or _READERS.get((kind, None))
        return None if read is None else read(count, content)
    except struct.error as error:
        raise RtpBroken("A report is shorter than what it says.") from error


def _parse_reception(count: int, content: bytes) -> ReceiverReport:
    return ReceiverReport(
        *struct.unpack_from(">I", content), tuple(_receptions(content[4:], count))
    )


_READERS: Final[Mapping[tuple[int, int | None], Callable[[int, bytes], Said]]] = {
    (SENDER, None): lambda _, said: SenderReport(*struct.unpack_from(">IQIII", said)),
    (RECEIVER, None): _parse_reception,
    (BYE, 1): lambda _, said: Bye(*struct.unpack_from(">I", said)),
    (TRANSPORT, LOST): lambda _, said: Nack(
        *struct.unpack_from(">II", said), tuple(_unmasked(said[8:]))
    ),
    (PAYLOAD, PICTURE_LOST): lambda _, said: KeyframeRequest(*struct.unpack_from(">II", said)),
}


def _receptions(content: bytes, count: int) -> Iterator[Reception]:
    for number in range(count):
        source, lost, *rest = struct.unpack_from(">IIIIII", content, number * REPORT_BYTES)
        yield Reception(source, lost >> 24, lost & 0xFF_FFFF, *rest)


def _masked(lost: Sequence[int]) -> Iterator[tuple[int, int]]:
    waiting = list(lost)
    while waiting:
        first, mask = waiting[0], 0
        rest: list[int] = []
        for number in waiting[1:]:
            distance = (number - first) & 0xFFFF
            if 1 <= distance <= MASKED:
                mask |= 1 << distance - 1
            else:
                rest.append(number)
        yield first & 0xFFFF, mask
        waiting = rest


def _unmasked(content: bytes) -> Iterator[int]:
    for first, mask in struct.iter_unpack(">HH", content[: len(content) & ~3]):
        yield first
        for bit in range(MASKED):
            if mask >> bit & 1:
                yield (first + 1 + bit) & 0xFFFF


def write_feedback(kind: int, form: int, content: bytes) -> bytes:
    """Write a report of another kind."""
    return _write(kind, form, content)


def _write(kind: int, count: int, content: bytes) -> bytes:
    return struct.pack(">BBH", VERSION | count, kind, len(content) // 4) + content


def ntp_of(unix_s: float) -> int:
    """Give an instant in the time of NTP, seconds and fractions of 32 bits each."""
    return int((unix_s + NTP_EPOCH_S) * (1 << 32))
