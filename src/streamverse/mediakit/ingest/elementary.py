"""Elementary streams as transport streams carry them, read into formats and samples."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final, Literal, Protocol

from streamverse.mediakit import avc, hevc
from streamverse.mediakit.ingest.formats import (
    AAC_RATES_HZ,
    HEVC_SETS,
    OPUS_RATE_HZ,
    aac_configuration,
    aac_format,
    avc_format_of,
    hevc_format_of,
    join_nals,
    stands_alone,
)
from streamverse.mediakit.ingest.samples import (
    CLOCK_HZ,
    AudioFormat,
    MediaRefused,
    Sample,
    VideoFormat,
)

START_CODE: Final = b"\0\0\1"
AVC_DELIMITER, HEVC_DELIMITER = 9, 35
AAC_FRAME: Final = 1024
ADTS_BYTES, ADTS_CHECK_BYTES = 7, 2
# Opus in transport streams (ETSI TS 103 491 of 2017, and the draft that FFmpeg follows).
OPUS_SYNC: Final = 0x3FF
OPUS_TICKS_48K: Final = CLOCK_HZ / OPUS_RATE_HZ
# Coded streams, those that hold two channels, and which is which (RFC 7845, 5.1.1.2).
_OPUS_CHANNELS: Final = {
    3: (2, 1, (0, 2, 1)),
    4: (2, 2, (0, 1, 2, 3)),
    5: (3, 2, (0, 4, 1, 2, 3)),
    6: (4, 2, (0, 4, 1, 2, 3, 5)),
    7: (4, 3, (0, 4, 1, 2, 3, 5, 6)),
    8: (5, 3, (0, 6, 1, 2, 3, 4, 5, 7)),
}
# Samples at 48 kHz of one frame, by the upper five bits of a packet's first byte (RFC 6716, 3.1).
_OPUS_FRAMES: Final = (
    *(480, 960, 1920, 2880) * 3,
    *(480, 960) * 2,
    *(120, 240, 480, 960) * 4,
)

Heard = VideoFormat | AudioFormat | Sample


class ElementaryReader(Protocol):
    """Reads what the packets of one stream hold; it never fails for damage, it leaves out."""

    def read(self, payload: bytes, decode_ticks: int, present_ticks: int) -> Iterator[Heard]:
        """Go through the formats and samples of a packet."""
        ...

    def lose(self) -> None:
        """Hear that something is missing before the next packet."""
        ...


class AnnexB:
    """H.264 or HEVC behind start codes (annex B of either): one picture a packet."""

    def __init__(self, codec: Literal["h264", "hevc"]) -> None:
        self._codec: Literal["h264", "hevc"] = codec
        is_avc = codec == "h264"
        self._delimiter = AVC_DELIMITER if is_avc else HEVC_DELIMITER
        kinds = (avc.SEQUENCE_SET, avc.PICTURE_SET) if is_avc else HEVC_SETS
        self._sets: dict[int, tuple[bytes, ...]] = dict.fromkeys(kinds, ())
        self._format: VideoFormat | None = None

    def read(self, payload: bytes, decode_ticks: int, present_ticks: int) -> Iterator[Heard]:
        """Go through a picture, and the format before it if it is another than before."""
        nals: list[bytes] = []
        sets: dict[int, tuple[bytes, ...]] = {}
        is_alone = has_picture = False
        for piece in payload.split(START_CODE)[1:]:
            nal = piece.rstrip(b"\0")
            if not nal:
                continue
            kind = nal[0] & 0x1F if self._codec == "h264" else nal[0] >> 1 & 0x3F
            if kind in self._sets:
                sets[kind] = (*sets.get(kind, ()), nal)
            elif kind != self._delimiter:
                nals.append(nal)
                is_alone = is_alone or stands_alone(self._codec, nal[0])
                has_picture = has_picture or self._is_slice(kind)
        if sets:
            yield from self._renew(sets)
        if self._format is not None and has_picture:
            yield Sample("video", decode_ticks, present_ticks, is_alone, join_nals(nals))

    def lose(self) -> None:
        """Nothing of a picture is kept for the next."""

    def _is_slice(self, kind: int) -> bool:
        if self._codec == "h264":
            return avc.SLICE <= kind <= avc.IDR_SLICE
        return kind <= hevc.HIGHEST_SLICE

    def _renew(self, sets: dict[int, tuple[bytes, ...]]) -> Iterator[VideoFormat]:
        merged = self._sets | sets
        if merged == self._sets or not all(merged.values()):
            self._sets = merged
            return
        self._sets = merged
        if self._codec == "h264":
            found = avc_format_of(merged[avc.SEQUENCE_SET], merged[avc.PICTURE_SET])
        else:
            found = hevc_format_of(list(merged.items()))
        if found != self._format:
            self._format = found
            yield found


class Adts:
    """AAC in ADTS frames (ISO/IEC 14496-3, 1.A.2.2), which may go on in the next packet."""

    def __init__(self) -> None:
        self._rest = b""
        self._head: tuple[int, int, int] | None = None
        self._rate_hz = 0
        self._base_ticks = 0
        self._frames = 0

    def read(self, payload: bytes, decode_ticks: int, present_ticks: int) -> Iterator[Heard]:
        """Go through the frames that are whole by now."""
        del decode_ticks
        data, started = self._rest + payload, len(self._rest)
        position, is_timed = 0, False
        while (frame := self._find(data, position)) is not None:
            position, start, stop, head = frame
            # The time is that of the first frame that begins in the packet (ISO 13818-1, 2.4.3.7).
            if position >= started and not is_timed:
                is_timed, self._base_ticks, self._frames = True, present_ticks, 0
            yield from self._renew(head)
            ticks = self._base_ticks + self._frames * AAC_FRAME * CLOCK_HZ // self._rate_hz
            self._frames += 1
            yield Sample("audio", ticks, ticks, is_keyframe=True, payload=data[start:stop])
            position = stop
        self._rest = self._unread(data, position)
        if self._rest and not is_timed and len(data) - len(self._rest) >= started:
            self._base_ticks, self._frames = present_ticks, 0

    def lose(self) -> None:
        """Forget the frame that was under way."""
        self._rest = b""

    @staticmethod
    def _find(data: bytes, position: int) -> tuple[int, int, int, tuple[int, int, int]] | None:
        """Find the next whole frame: where its header, its content and its end are."""
        while (position := data.find(b"\xff", position)) >= 0:
            header = data[position : position + ADTS_BYTES]
            if len(header) < ADTS_BYTES:
                return None
            length = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
            has_check = not header[1] & 1
            start = position + ADTS_BYTES + ADTS_CHECK_BYTES * has_check
            rate_index = header[2] >> 2 & 0x0F
            is_header = header[1] & 0xF6 == 0xF0 and rate_index < len(AAC_RATES_HZ)  # noqa: PLR2004
            stop = position + length
            # A frame is followed by another one, or it was none.
            following = data[stop : stop + 1]
            if is_header and header[6] & 3 == 0 and stop > start and following in {b"", b"\xff"}:
                if stop > len(data):
                    return None
                channels = (header[2] & 1) << 2 | header[3] >> 6
                return position, start, stop, (header[2] >> 6, rate_index, channels)
            position += 1
        return None

    @staticmethod
    def _unread(data: bytes, position: int) -> bytes:
        """Keep what may be the beginning of a frame; none is longer than 13 bits can say."""
        start = data.find(b"\xff", position)
        return data[start:] if start >= 0 and len(data) - start < 1 << 13 else b""

    def _renew(self, head: tuple[int, int, int]) -> Iterator[AudioFormat]:
        if head == self._head:
            return
        profile, rate_index, channels = head
        found = aac_format(aac_configuration(profile + 1, rate_index, channels))
        self._head, self._rate_hz = head, found.sample_rate_hz
        yield found


class OpusUnits:
    """Opus behind control headers, several packets in one of the transport stream perhaps."""

    def __init__(self, channels: int) -> None:
        if channels in _OPUS_CHANNELS:
            streams, coupled, mapping = _OPUS_CHANNELS[channels]
            tail = bytes([1, streams, coupled, *mapping])
        elif channels in {1, 2}:
            tail = b"\0"
        else:
            raise MediaRefused("The encoder describes Opus with channels that cannot be.")
        head = struct.pack(">BBHIh", 0, channels, 0, OPUS_RATE_HZ, 0)
        self._format: AudioFormat | None = AudioFormat("opus", head + tail, OPUS_RATE_HZ, channels)

    def read(self, payload: bytes, decode_ticks: int, present_ticks: int) -> Iterator[Heard]:
        """Go through the packets; what is damaged ends them."""
        del decode_ticks
        if self._format is not None:
            yield self._format
            self._format = None
        position, ticks = 0, present_ticks
        while (found := _opus_unit(payload, position)) is not None:
            start, position = found
            packet = payload[start:position]
            yield Sample("audio", ticks, ticks, is_keyframe=True, payload=packet)
            ticks += int(_opus_duration(packet) * OPUS_TICKS_48K)

    def lose(self) -> None:
        """Nothing is kept from packet to packet."""


def _opus_unit(data: bytes, position: int) -> tuple[int, int] | None:
    """Find where the next Opus packet begins and ends, behind its control header."""
    head = int.from_bytes(data[position : position + 2])
    if head >> 5 != OPUS_SYNC:
        return None
    position += 2
    size = 0
    while position < len(data):
        byte, position = data[position], position + 1
        size += byte
        if byte != 0xFF:  # noqa: PLR2004 - a length goes on behind this value
            break
    # Samples to leave out at the start and the end, then whatever a later version adds.
    position += 2 * ((head >> 4 & 1) + (head >> 3 & 1))
    if head >> 2 & 1:
        position += 1 + (data[position] if position < len(data) else 0)
    stop = position + size
    return (position, stop) if size > 0 and stop <= len(data) else None


def _opus_duration(packet: bytes) -> int:
    """Count the samples of a packet at 48 kHz (RFC 6716, 3.1 and 3.2)."""
    code = packet[0] & 3
    count = (1, 2, 2, packet[1] & 0x3F if len(packet) > 1 else 0)[code]
    return _OPUS_FRAMES[packet[0] >> 3] * count
