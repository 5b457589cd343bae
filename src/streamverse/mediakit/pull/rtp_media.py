"""What a source sends by RTP, read into formats and samples on one clock."""

from __future__ import annotations

import struct
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, Protocol

from streamverse.mediakit import avc
from streamverse.mediakit.ingest.elementary import HEVC_SETS, Heard
from streamverse.mediakit.ingest.formats import (
    OPUS_RATE_HZ,
    aac_format,
    avc_format_of,
    hevc_format_of,
    join_nals,
    stands_alone,
)
from streamverse.mediakit.ingest.samples import (
    CLOCK_HZ,
    AudioFormat,
    Kind,
    MediaRefused,
    Sample,
    VideoCodec,
    VideoFormat,
)
from streamverse.mediakit.webrtc.h264 import FIRST, LAST, PictureReader
from streamverse.mediakit.webrtc.rtp import RtpPacket
from streamverse.mediakit.webrtc.sdp import Coding

AAC_FRAME: Final = 1024
MOST_FRAME_BYTES: Final = 1 << 14
OPUS: Final = AudioFormat(
    "opus", struct.pack(">BBHIhB", 0, 2, 312, OPUS_RATE_HZ, 0, 0), OPUS_RATE_HZ, 2
)
# RFC 7798, 4.4: several units in one packet, one in several.
AGGREGATE, FRAGMENT = 48, 49
HEVC_HEAD_BYTES: Final = 2
DELIMITERS: Final[dict[VideoCodec, tuple[int, ...]]] = {"h264": (9, 12), "hevc": (35, 38)}
REORDERED: Final = (
    "The camera sends pictures in another order than they are shown in (B-frames), for which RTSP "
    "names no times: switch B-frames off in the camera."
)
# A step back that is longer is a clock that was set.
LONGEST_REORDERING_TICKS: Final = 2 * CLOCK_HZ
NO_SETS_AFTER: Final = 600


class RtpReader(Protocol):
    """Reads the packets of one medium, which come in order."""

    def read(self, packet: RtpPacket, ticks: int) -> Iterator[Heard]:
        """Go through what a packet completes; its time is given on our clock."""
        ...

    def lose(self) -> None:
        """Hear that packets are missing."""
        ...


class HevcPictureReader(PictureReader):
    """Puts pictures of HEVC together (RFC 7798)."""

    def _take(self, payload: bytes) -> bool:
        if len(payload) <= HEVC_HEAD_BYTES:
            return False
        kind = payload[0] >> 1 & 0x3F
        if kind == AGGREGATE:
            return self._take_several(payload[1:])
        if kind == FRAGMENT:
            return self._take_part(payload)
        self._nals.append(payload)
        return True

    def _take_part(self, payload: bytes) -> bool:
        flags = payload[2]
        if flags & FIRST:
            self._fragment = bytearray([payload[0] & 0x81 | (flags & 0x3F) << 1, payload[1]])
        if self._fragment is None:
            return False
        self._fragment += payload[3:]
        if flags & LAST:
            self._nals.append(bytes(self._fragment))
            self._fragment = None
        return True


class Pictures:
    """H.264 or HEVC, with parameter sets from the description or the stream itself."""

    def __init__(self, codec: VideoCodec, sets: Sequence[bytes]) -> None:
        self._codec: VideoCodec = codec
        self._reader = PictureReader() if codec == "h264" else HevcPictureReader()
        kinds = (avc.SEQUENCE_SET, avc.PICTURE_SET) if codec == "h264" else HEVC_SETS
        self._sets: dict[int, tuple[bytes, ...]] = {
            kind: tuple(nal for nal in sets if nal and self._kind(nal) == kind) for kind in kinds
        }
        self._known: dict[int, tuple[bytes, ...]] = {}
        self._format: VideoFormat | None = None
        self._needs_keyframe = True
        self._last_ticks: int | None = None
        self._unread = 0

    def read(self, packet: RtpPacket, ticks: int) -> Iterator[Heard]:
        """Go through pictures that are whole."""
        for timestamp, nals in self._reader.read(packet):
            # A picture that ends with the first packet of the next has a time before it.
            turned = (timestamp - packet.timestamp + (1 << 31)) % (1 << 32) - (1 << 31)
            yield from self._read_picture(nals, ticks + turned)

    def lose(self) -> None:
        """Wait for a picture that stands alone."""
        self._reader.lose()
        self._needs_keyframe = True

    def _kind(self, nal: bytes) -> int:
        return nal[0] & 0x1F if self._codec == "h264" else nal[0] >> 1 & 0x3F

    def _read_picture(self, nals: Sequence[bytes], ticks: int) -> Iterator[Heard]:
        for kind in self._sets:
            found = tuple(nal for nal in nals if self._kind(nal) == kind)
            if found:
                self._sets[kind] = found
        is_keyframe = any(stands_alone(self._codec, nal[0]) for nal in nals)
        if is_keyframe:
            yield from self._renew()
            self._needs_keyframe = self._format is None
        if self._needs_keyframe:
            self._require_sets()
            return
        self._require_order(ticks)
        beside = (*self._sets, *DELIMITERS[self._codec])
        payload = join_nals(nal for nal in nals if self._kind(nal) not in beside)
        if payload:
            yield Sample("video", ticks, ticks, is_keyframe=is_keyframe, payload=payload)

    def _renew(self) -> Iterator[VideoFormat]:
        if self._sets == self._known or not all(self._sets.values()):
            return
        self._known = dict(self._sets)
        if self._codec == "h264":
            found = avc_format_of(self._sets[avc.SEQUENCE_SET], self._sets[avc.PICTURE_SET])
        else:
            found = hevc_format_of(list(self._sets.items()))
        if found != self._format:
            self._format = found
            yield found

    def _require_sets(self) -> None:
        self._unread += 1
        if self._unread > NO_SETS_AFTER:
            raise MediaRefused(
                "The camera sends no picture that decoding can begin with: set a key frame every "
                "2 s in it."
            )

    def _require_order(self, ticks: int) -> None:
        last, self._last_ticks = self._last_ticks, ticks
        if last is not None and -LONGEST_REORDERING_TICKS < ticks - last < 0:
            raise MediaRefused(REORDERED)
        self._unread = 0


class AacUnits:
    """AAC with headers of its own (RFC 3640), several frames in a packet or one in several."""

    def __init__(self, coding: Coding) -> None:
        self._format: AudioFormat | None = aac_format(_hex(coding.parameter("config")))
        self._clock_hz = coding.clock_hz
        self._size_bits = int(coding.parameter("sizelength") or 13)
        self._index_bits = int(coding.parameter("indexlength") or 3)
        self._part = b""

    def read(self, packet: RtpPacket, ticks: int) -> Iterator[Heard]:
        """Go through the frames that are whole."""
        if self._format is not None:
            yield self._format
            self._format = None
        data = packet.payload
        header_bytes = (int.from_bytes(data[:2]) + 7) // 8
        sizes = self._sizes(data[2 : 2 + header_bytes])
        position = 2 + header_bytes
        if len(sizes) == 1 and (self._part or sizes[0] > len(data) - position):
            yield from self._join(data[position:], sizes[0], ticks)
            return
        for number, size in enumerate(sizes):
            frame = data[position : position + size]
            position += size
            if len(frame) == size > 0:
                at = ticks + number * AAC_FRAME * CLOCK_HZ // self._clock_hz
                yield Sample("audio", at, at, is_keyframe=True, payload=frame)

    def lose(self) -> None:
        """Forget the frame that was under way."""
        self._part = b""

    def _sizes(self, headers: bytes) -> list[int]:
        bits = self._size_bits + self._index_bits
        number, count = int.from_bytes(headers), 8 * len(headers) // bits
        total = 8 * len(headers)
        mask = (1 << self._size_bits) - 1
        return [
            number >> (total - bits * (place + 1) + self._index_bits) & mask
            for place in range(count)
        ]

    def _join(self, piece: bytes, size: int, ticks: int) -> Iterator[Sample]:
        self._part += piece
        if len(self._part) >= size or len(self._part) > MOST_FRAME_BYTES:
            frame, self._part = self._part[:size], b""
            if len(frame) == size:
                yield Sample("audio", ticks, ticks, is_keyframe=True, payload=frame)


class LatmUnits:
    """AAC in one LATM layer, described beside the stream (RFC 6416)."""

    def __init__(self, coding: Coding) -> None:
        if coding.parameter("cpresent") != "0":
            raise MediaRefused("AAC that describes itself in each packet is not taken.")
        # A StreamMuxConfig of one programme and one layer has 15 bits before the description.
        config = _hex(coding.parameter("config"))
        plain = int.from_bytes(config) << 15 & (1 << 8 * len(config)) - 1
        self._format: AudioFormat | None = aac_format(plain.to_bytes(len(config)))
        self._part = b""

    def read(self, packet: RtpPacket, ticks: int) -> Iterator[Heard]:
        """Go through the frame that is whole with the marked packet."""
        if self._format is not None:
            yield self._format
            self._format = None
        self._part += packet.payload
        if not packet.is_marked and len(self._part) <= MOST_FRAME_BYTES:
            return
        data, self._part = self._part, b""
        size = position = 0
        while position < len(data):
            byte, position = data[position], position + 1
            size += byte
            if byte != 0xFF:  # noqa: PLR2004 - a length goes on behind this value
                break
        frame = data[position : position + size]
        if len(frame) == size > 0:
            yield Sample("audio", ticks, ticks, is_keyframe=True, payload=frame)

    def lose(self) -> None:
        """Forget the frame that was under way."""
        self._part = b""


class OpusPackets:
    """Opus, one packet each (RFC 7587)."""

    def __init__(self) -> None:
        self._format: AudioFormat | None = OPUS

    def read(self, packet: RtpPacket, ticks: int) -> Iterator[Heard]:
        """Give the packet as it is."""
        if self._format is not None:
            yield self._format
            self._format = None
        if packet.payload:
            yield Sample("audio", ticks, ticks, is_keyframe=True, payload=packet.payload)

    def lose(self) -> None:
        """Nothing is kept from packet to packet."""


def reader_of(kind: Kind, coding: Coding) -> RtpReader | None:
    """Give who reads a coding, or nothing if nobody does."""
    name, coding = coding.name.lower(), _with_plain_names(coding)
    if kind == "video" and name in {"h264", "h265"}:
        return Pictures("h264" if name == "h264" else "hevc", list(_sets_of(coding)))
    if kind == "audio" and name == "mpeg4-generic":
        return AacUnits(coding)
    if kind == "audio" and name == "mp4a-latm":
        return LatmUnits(coding)
    return OpusPackets() if kind == "audio" and name == "opus" else None


def _with_plain_names(coding: Coding) -> Coding:
    """Write the names of parameters in lower case, as makers differ about them."""
    pairs = (pair.strip().partition("=") for pair in coding.parameters.split(";"))
    return replace(coding, parameters=";".join(f"{key.lower()}={value}" for key, _, value in pairs))


def _sets_of(coding: Coding) -> Iterator[bytes]:
    """Read the parameter sets that a description names; one that is broken is left out."""
    for name in ("sprop-vps", "sprop-sps", "sprop-pps", "sprop-parameter-sets"):
        for text in (coding.parameter(name) or "").split(","):
            try:
                nal = b64decode(text)
            except (Base64Error, ValueError):
                continue
            if len(nal) > HEVC_HEAD_BYTES:
                yield nal


def _hex(text: str | None) -> bytes:
    try:
        found = bytes.fromhex((text or "").strip('"'))
    except ValueError:
        found = b""
    if not found:
        raise MediaRefused("The camera does not say how its sound is coded: set AAC in it.")
    return found
