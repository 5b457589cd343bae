"""MPEG transport streams (ISO/IEC 13818-1), read packet by packet as they arrive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from streamverse.mediakit.ingest.elementary import (
    Adts,
    AnnexB,
    ElementaryReader,
    Heard,
    OpusUnits,
)
from streamverse.mediakit.ingest.samples import MediaRefused

PACKET_BYTES: Final = 188
SYNC: Final = 0x47
LONGEST_SECTION: Final = 1024
LONGEST_PES: Final = 1 << 24
PAT_PID, NULL_PID = 0, 0x1FFF
PAT_TABLE, PMT_TABLE = 0, 2
WRAP: Final = 1 << 33
H264, HEVC, AAC, PRIVATE = 0x1B, 0x24, 0x0F, 0x06
REGISTRATION, EXTENSION, OPUS_EXTENSION = 0x05, 0x7F, 0x80
# Kinds of streams that carry pictures or sound which we do not take (table 2-34, and ATSC's).
VIDEO_REFUSED: Final = {0x01: "MPEG-1", 0x02: "MPEG-2", 0x10: "MPEG-4", 0x33: "VVC"}
AUDIO_REFUSED: Final = {
    0x03: "MPEG audio",
    0x04: "MPEG audio",
    0x11: "AAC with LATM",
    0x81: "AC-3",
    0x87: "E-AC-3",
}


@dataclass(slots=True)
class _Stream:
    """An elementary stream, and the packet (PES) of it that is under way."""

    reader: ElementaryReader
    payload: bytearray = field(default_factory=bytearray)
    missing: int | None = None
    is_open: bool = False


class TsDemuxer:
    """Finds the first picture and the first sound of the first programme, and reads both."""

    def __init__(self) -> None:
        self.continuity_errors = 0
        self.damaged_packets = 0
        self._rest = b""
        self._counters: dict[int, int] = {}
        self._sections: dict[int, bytearray] = {PAT_PID: bytearray()}
        self._known: dict[int, bytes] = {}
        self._streams: dict[int, _Stream] = {}
        self._clock: int | None = None

    def feed(self, data: bytes) -> Iterator[Heard]:
        """Take bytes, cut anywhere, and go through what they complete."""
        data = self._rest + data if self._rest else data
        position = 0
        while position + PACKET_BYTES <= len(data):
            if data[position] != SYNC:
                found = data.find(b"\x47", position + 1)
                self.damaged_packets += 1
                position = found if found >= 0 else len(data)
                continue
            yield from self._read_packet(data[position : position + PACKET_BYTES])
            position += PACKET_BYTES
        self._rest = data[position:]

    def finish(self) -> Iterator[Heard]:
        """Go through what only the end completes."""
        for stream in self._streams.values():
            yield from self._close(stream)

    def begin_anew(self) -> None:
        """Hear that what follows was written apart: its packets are counted from anywhere."""
        self._counters.clear()
        self._rest = b""

    # --- packets ----------------------------------------------------------------------------------

    def _read_packet(self, packet: bytes) -> Iterator[Heard]:
        pid = (packet[1] & 0x1F) << 8 | packet[2]
        if pid not in self._streams and pid not in self._sections:
            return
        flags = packet[3]
        if packet[1] & 0x80:
            self._lose(pid)
            return
        if flags & 0xC0:
            raise MediaRefused("The transport stream is scrambled; switch that off.")
        start = 4
        is_jump = False
        if flags & 0x20:
            start = 5 + packet[4]
            is_jump = packet[4] > 0 and bool(packet[5] & 0x80)
        if not flags & 0x10 or start >= PACKET_BYTES:
            return
        if not self._is_next(pid, flags & 0x0F, is_jump=is_jump):
            return
        begins = bool(packet[1] & 0x40)
        if pid in self._sections:
            self._read_section(pid, packet[start:], begins=begins)
        else:
            yield from self._read_pes(self._streams[pid], packet[start:], begins=begins)

    def _is_next(self, pid: int, counter: int, *, is_jump: bool) -> bool:
        """Keep count of a stream's packets, of which one may be sent twice (2.4.3.3)."""
        before = self._counters.get(pid)
        self._counters[pid] = counter
        if before is None or is_jump:
            return True
        if counter == before:
            return False
        if counter != (before + 1) & 0x0F:
            self.continuity_errors += 1
            self._lose(pid)
        return True

    def _lose(self, pid: int) -> None:
        """Drop what is damaged: nothing of it until the next beginning."""
        if pid in self._sections:
            self._sections[pid].clear()
        stream = self._streams.get(pid)
        if stream is not None:
            self.damaged_packets += stream.is_open
            stream.is_open = False
            stream.payload.clear()
            stream.reader.lose()

    # --- tables -----------------------------------------------------------------------------------

    def _read_section(self, pid: int, payload: bytes, *, begins: bool) -> None:
        section = self._sections[pid]
        if begins:
            section.clear()
            section += payload[1 + payload[0] :]
        elif section:
            section += payload
        if len(section) < 3:  # noqa: PLR2004 - up to the length
            return
        length = 3 + ((section[1] & 0x0F) << 8 | section[2])
        if length > LONGEST_SECTION:
            section.clear()
        elif len(section) >= length:
            whole = bytes(section[:length])
            section.clear()
            self._take_section(pid, whole)

    def _take_section(self, pid: int, section: bytes) -> None:
        is_current = len(section) > 11 and section[5] & 1  # noqa: PLR2004 - header and checksum
        if not is_current or self._known.get(pid) == section:
            return
        if checksum(section) != 0:
            self.damaged_packets += 1
            return
        self._known[pid] = section
        if section[0] == PAT_TABLE and pid == PAT_PID:
            self._take_programmes(section[8:-4])
        elif section[0] == PMT_TABLE and pid != PAT_PID:
            self._take_streams(section)

    def _take_programmes(self, content: bytes) -> None:
        for at in range(0, len(content) - 3, 4):
            if int.from_bytes(content[at : at + 2]):
                pid = int.from_bytes(content[at + 2 : at + 4]) & NULL_PID
                if pid not in {PAT_PID, NULL_PID}:
                    self._sections = {PAT_PID: self._sections[PAT_PID], pid: bytearray()}
                return

    def _take_streams(self, section: bytes) -> None:
        position = 12 + ((section[10] & 0x0F) << 8 | section[11])
        kinds: dict[str, tuple[int, ElementaryReader]] = {}
        refused: dict[str, str] = {}
        while position + 5 <= len(section) - 4:
            kind, pid = section[position], int.from_bytes(section[position + 1 : position + 3])
            stop = position + 5 + ((section[position + 3] & 0x0F) << 8 | section[position + 4])
            what, reader = _reader_of(kind, section[position + 5 : min(stop, len(section) - 4)])
            if isinstance(reader, str):
                refused.setdefault(what, reader)
            elif reader is not None and what not in kinds:
                kinds[what] = (pid & NULL_PID, reader)
            position = stop
        for what, codec in refused.items():
            if what not in kinds:
                wanted = "H.264 or HEVC" if what == "video" else "AAC or Opus"
                raise MediaRefused(f"A stream of {what} in {codec} is not taken; set {wanted}.")
        if not kinds:
            raise MediaRefused("The transport stream has neither pictures nor sound that we take.")
        self._streams = {pid: _Stream(reader) for pid, reader in kinds.values()}

    # --- packets of elementary streams ------------------------------------------------------------

    def _read_pes(self, stream: _Stream, payload: bytes, *, begins: bool) -> Iterator[Heard]:
        if begins:
            yield from self._close(stream)
            length = int.from_bytes(payload[4:6])
            stream.is_open = True
            stream.missing = 6 + length if length else None
        if not stream.is_open:
            return
        stream.payload += payload
        if len(stream.payload) > LONGEST_PES:
            raise MediaRefused("The transport stream holds a picture without an end.")
        if stream.missing is not None and len(stream.payload) >= stream.missing:
            del stream.payload[stream.missing :]
            yield from self._close(stream)

    def _close(self, stream: _Stream) -> Iterator[Heard]:
        """Read the packet that is under way; one shorter than it should be is damaged."""
        pes, is_open = bytes(stream.payload), stream.is_open
        stream.is_open = False
        stream.payload.clear()
        if not is_open:
            return
        parsed = _parse_pes(pes)
        if parsed is None or (stream.missing is not None and len(pes) < stream.missing):
            self.damaged_packets += 1
            stream.reader.lose()
            return
        start, decode, present = parsed
        decode_ticks = self._unwrap(decode)
        turn = (present - decode + WRAP // 2) % WRAP - WRAP // 2
        yield from stream.reader.read(pes[start:], decode_ticks, decode_ticks + turn)

    def _unwrap(self, ticks: int) -> int:
        """Take the turns off the clock of 33 bits, which all streams of a programme go by."""
        before = ticks if self._clock is None else self._clock
        self._clock = before + (ticks - before + WRAP // 2) % WRAP - WRAP // 2
        return self._clock


def _parse_pes(pes: bytes) -> tuple[int, int, int] | None:
    """Find the content, the time of decoding and that of showing (2.4.3.6); None for no time."""
    if len(pes) < 9 or pes[:3] != b"\0\0\1" or pes[6] & 0xC0 != 0x80:  # noqa: PLR2004
        return None
    flags, start = pes[7] >> 6, 9 + pes[8]
    needed = {2: 14, 3: 19}.get(flags)
    if needed is None or start < needed or len(pes) < start:
        return None
    present = _time_at(pes, 9)
    return start, _time_at(pes, 14) if flags == 3 else present, present  # noqa: PLR2004 - both


def _time_at(pes: bytes, at: int) -> int:
    first, second, third = pes[at], int.from_bytes(pes[at + 1 : at + 3]), pes[at + 3 : at + 5]
    return (first >> 1 & 7) << 30 | second >> 1 << 15 | int.from_bytes(third) >> 1


def _reader_of(kind: int, descriptors: bytes) -> tuple[str, ElementaryReader | str | None]:
    """Give who reads a stream, or the name of a codec that nobody reads, or nothing at all."""
    if kind in {H264, HEVC}:
        return "video", AnnexB("h264" if kind == H264 else "hevc")
    if kind == AAC:
        return "audio", Adts()
    if kind == PRIVATE:
        channels = _opus_channels(descriptors)
        return "audio", None if channels is None else OpusUnits(channels)
    if kind in VIDEO_REFUSED:
        return "video", VIDEO_REFUSED[kind]
    return "audio", AUDIO_REFUSED.get(kind)


def _opus_channels(descriptors: bytes) -> int | None:
    """Count the channels of a private stream that says it is Opus."""
    is_opus, channels, position = False, 2, 0
    while position + 2 <= len(descriptors):
        tag, stop = descriptors[position], position + 2 + descriptors[position + 1]
        content = descriptors[position + 2 : stop]
        if tag == REGISTRATION and content[:4] == b"Opus":
            is_opus = True
        elif tag == EXTENSION and len(content) > 1 and content[0] == OPUS_EXTENSION:
            # 0 stands for two channels that have nothing to do with each other.
            channels = content[1] or 2
        position = stop
    return channels if is_opus else None


def checksum(section: bytes) -> int:
    """Compute the CRC of annex A, which is 0 over a whole section."""
    crc = 0xFFFFFFFF
    for byte in section:
        crc = (crc << 8 & 0xFFFFFFFF) ^ _CRC[(crc >> 24) ^ byte]
    return crc


def _crc_of(byte: int) -> int:
    crc = byte << 24
    for _ in range(8):
        crc = (crc << 1 ^ (0x04C11DB7 if crc & 0x80000000 else 0)) & 0xFFFFFFFF
    return crc


_CRC: Final = tuple(_crc_of(byte) for byte in range(256))
