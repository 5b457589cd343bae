"""MPEG transport streams (ISO/IEC 13818-1), written sample by sample."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from streamverse.mediakit import avc, hevc
from streamverse.mediakit.bits import BitReader
from streamverse.mediakit.ingest.elementary import AVC_DELIMITER, HEVC_DELIMITER, OPUS_SYNC
from streamverse.mediakit.ingest.formats import (
    AAC_LC,
    AAC_RATES_HZ,
    LENGTH_BYTES,
    PARAMETRIC_STEREO,
    SBR,
)
from streamverse.mediakit.ingest.mpegts import (
    AAC,
    EXTENSION,
    H264,
    HEVC,
    OPUS_EXTENSION,
    PACKET_BYTES,
    PAT_PID,
    PAT_TABLE,
    PMT_TABLE,
    PRIVATE,
    REGISTRATION,
    SYNC,
    WRAP,
    checksum,
)
from streamverse.mediakit.ingest.samples import (
    CLOCK_HZ,
    AudioFormat,
    MediaRefused,
    Sample,
    VideoFormat,
)

ROOM_BYTES: Final = PACKET_BYTES - 4
PROGRAMME: Final = 1
PMT_PID, VIDEO_PID, AUDIO_PID = 0x1000, 0x100, 0x101
VIDEO_STREAM, AUDIO_STREAM, PRIVATE_STREAM = 0xE0, 0xC0, 0xBD
RANDOM_ACCESS, HAS_CLOCK = 0x40, 0x10
LONGEST_COUNTED: Final = 0xFFFF
# So much later than the clock says pictures and sound are due, which gives both time to arrive.
DELAY_TICKS: Final = CLOCK_HZ // 2
TABLES_EVERY_TICKS: Final = CLOCK_HZ // 4
START_CODE: Final = b"\0\0\0\1"
DELIMITERS: Final = {"h264": START_CODE + b"\x09\xf0", "hevc": START_CODE + b"\x46\x01\x50"}
ADTS_BYTES: Final = 7
LONGEST_ADTS: Final = (1 << 13) - 1
LENGTH_STEP: Final = 0xFF


class TsMuxer:
    """Writes one programme of a picture, a sound, or both; each sample is a packet (PES)."""

    def __init__(self) -> None:
        self._video: VideoFormat | None = None
        self._audio: AudioFormat | None = None
        self._counters: dict[int, int] = {}
        self._table_version = -1
        self._tables_at: int | None = None

    def take_format(self, media: VideoFormat | AudioFormat) -> None:
        """Take how the samples to come are coded."""
        if isinstance(media, AudioFormat):
            if media.codec == "aac":
                _read_aac(media)
            self._audio = media
        elif media.codec == "av1":
            raise MediaRefused(
                "AV1 cannot be sent by SRT: set H.264 or HEVC in the encoder, or take RTMP."
            )
        else:
            self._video = media
        self._table_version = (self._table_version + 1) % 32
        self._tables_at = None

    def write(self, sample: Sample) -> bytes:
        """Write a sample of a format that was announced; others are left out."""
        media = self._video if sample.kind == "video" else self._audio
        if media is None:
            return b""
        is_video = isinstance(media, VideoFormat)
        payload = _write_picture(media, sample) if is_video else _write_sound(media, sample.payload)
        leads = is_video or self._video is None
        head = _pes_head(_stream_of(media), sample, len(payload))
        adaptation = _write_adaptation(sample, is_video=is_video) if leads else b""
        pid = VIDEO_PID if is_video else AUDIO_PID
        packets = b"".join(self._cut(pid, head + payload, adaptation))
        return self._due_tables(sample, leads=leads) + packets

    # --- packets ----------------------------------------------------------------------------------

    def _cut(self, pid: int, data: bytes, adaptation: bytes) -> Iterator[bytes]:
        counter = self._counters.get(pid, 0)
        begins = 0x40
        position = 0
        while position < len(data):
            room = ROOM_BYTES - (1 + len(adaptation) if adaptation else 0)
            piece = data[position : position + room]
            position += room
            field = _pad(adaptation, room - len(piece))
            control = (0x30 if field else 0x10) | counter
            yield bytes([SYNC, begins | pid >> 8, pid & 0xFF, control]) + field + piece
            counter = (counter + 1) & 0x0F
            begins, adaptation = 0, b""
        self._counters[pid] = counter

    # --- tables -----------------------------------------------------------------------------------

    def _due_tables(self, sample: Sample, *, leads: bool) -> bytes:
        """Write what says what the stream holds: before each keyframe, and four times a second."""
        at, ticks = self._tables_at, sample.decode_ticks
        is_start = leads and sample.kind == "video" and sample.is_keyframe
        if at is not None and not is_start and 0 <= ticks - at < TABLES_EVERY_TICKS:
            return b""
        self._tables_at = ticks
        programmes = _section(
            PAT_TABLE, 1, 0, PROGRAMME.to_bytes(2) + (0xE000 | PMT_PID).to_bytes(2)
        )
        streams = _section(PMT_TABLE, PROGRAMME, self._table_version, self._write_streams())
        tables = ((PAT_PID, programmes), (PMT_PID, streams))
        # A section begins behind a byte that says how far away it begins (2.4.4.1).
        return b"".join(b"".join(self._cut(pid, b"\0" + table, b"")) for pid, table in tables)

    def _write_streams(self) -> bytes:
        clock_pid = VIDEO_PID if self._video is not None else AUDIO_PID
        parts = [(0xE000 | clock_pid).to_bytes(2), (0xF000).to_bytes(2)]
        for pid, media in ((VIDEO_PID, self._video), (AUDIO_PID, self._audio)):
            if media is not None:
                kind, descriptors = _describe(media)
                parts += [bytes([kind]), (0xE000 | pid).to_bytes(2)]
                parts += [(0xF000 | len(descriptors)).to_bytes(2), descriptors]
        return b"".join(parts)


def _pad(adaptation: bytes, missing: int) -> bytes:
    """Make an adaptation field so long that the packet is full (2.4.3.4)."""
    if adaptation:
        return bytes([len(adaptation) + missing]) + adaptation + b"\xff" * missing
    if missing == 0:
        return b""
    return bytes([missing - 1]) + (b"\0" + b"\xff" * (missing - 2) if missing > 1 else b"")


def _write_adaptation(sample: Sample, *, is_video: bool) -> bytes:
    """Write the programme's clock, and whether decoding may begin here."""
    flags = HAS_CLOCK | (RANDOM_ACCESS if is_video and sample.is_keyframe else 0)
    base = sample.decode_ticks % WRAP
    # 33 bits of 90 kHz, six that are set, nine of 27 MHz.
    return bytes([flags]) + (base << 15 | 0x7E00).to_bytes(6)


def _section(table: int, number: int, version: int, content: bytes) -> bytes:
    length = 5 + len(content) + 4
    head = bytes([table]) + (0xB000 | length).to_bytes(2) + number.to_bytes(2)
    section = head + bytes([0xC1 | version << 1, 0, 0]) + content
    return section + checksum(section).to_bytes(4)


def _describe(media: VideoFormat | AudioFormat) -> tuple[int, bytes]:
    """Give the kind of a stream, and what describes it (2.6.8, and ETSI TS 103 491)."""
    if media.codec == "h264":
        return H264, b""
    if media.codec == "hevc":
        return HEVC, bytes([REGISTRATION, 4]) + b"HEVC"
    if media.codec == "aac":
        return AAC, b""
    channels = media.channels if isinstance(media, AudioFormat) else 0
    registration = bytes([REGISTRATION, 4]) + b"Opus"
    return PRIVATE, registration + bytes([EXTENSION, 2, OPUS_EXTENSION, channels])


def _stream_of(media: VideoFormat | AudioFormat) -> int:
    if isinstance(media, VideoFormat):
        return VIDEO_STREAM
    return AUDIO_STREAM if media.codec == "aac" else PRIVATE_STREAM


# --- packets of elementary streams ----------------------------------------------------------------


def _pes_head(stream: int, sample: Sample, size_bytes: int) -> bytes:
    """Write the header of a PES packet (2.4.3.6); one too long to be counted says 0."""
    decode, present = sample.decode_ticks + DELAY_TICKS, sample.present_ticks + DELAY_TICKS
    if decode == present:
        times, flags = _write_time(2, present), 0x80
    else:
        times, flags = _write_time(3, present) + _write_time(1, decode), 0xC0
    length = 3 + len(times) + size_bytes
    counted = length if length <= LONGEST_COUNTED else 0
    # Each packet begins with a unit of its stream (data_alignment_indicator).
    head = b"\0\0\1" + bytes([stream]) + counted.to_bytes(2) + bytes([0x84, flags, len(times)])
    return head + times


def _write_time(mark: int, ticks: int) -> bytes:
    ticks %= WRAP
    first = mark << 4 | ticks >> 29 & 0x0E | 1
    return bytes([first]) + b"".join(
        ((ticks >> shift & 0x7FFF) << 1 | 1).to_bytes(2) for shift in (15, 0)
    )


def _write_picture(media: VideoFormat, sample: Sample) -> bytes:
    """Put start codes for lengths, and the parameter sets before each keyframe."""
    is_avc = media.codec == "h264"
    parts = [DELIMITERS[media.codec]]
    if sample.is_keyframe:
        read = avc.parameter_sets if is_avc else hevc.parameter_sets
        parts += [START_CODE + bytes(nal) for nal in read(media.configuration)]
    payload, position = sample.payload, 0
    while position < len(payload):
        start = position + LENGTH_BYTES
        position = start + int.from_bytes(payload[position:start])
        kind = payload[start] & 0x1F if is_avc else payload[start] >> 1 & 0x3F
        if kind != (AVC_DELIMITER if is_avc else HEVC_DELIMITER):
            parts += [START_CODE, payload[start:position]]
    return b"".join(parts)


def _write_sound(media: AudioFormat | VideoFormat, payload: bytes) -> bytes:
    if media.codec == "opus":
        steps, rest = divmod(len(payload), LENGTH_STEP)
        return (OPUS_SYNC << 5).to_bytes(2) + b"\xff" * steps + bytes([rest]) + payload
    rate_index, channels = _read_aac(media)
    length = ADTS_BYTES + len(payload)
    if length > LONGEST_ADTS:
        return b""
    # ADTS (ISO/IEC 14496-3, 1.A.2.2.1): AAC-LC, no checksum, a buffer of no told fullness.
    head = 0xFFF1 << 40 | 1 << 38 | rate_index << 34 | channels << 30
    return (head | length << 13 | 0x7FF << 2).to_bytes(ADTS_BYTES) + payload


def _read_aac(media: AudioFormat | VideoFormat) -> tuple[int, int]:
    """Give the index of the sample rate and the channels of the core that ADTS describes."""
    bits = BitReader(media.configuration)
    object_type, rate_index, channels = bits.u(5), bits.u(4), bits.u(4)
    if object_type not in {AAC_LC, SBR, PARAMETRIC_STEREO}:
        raise MediaRefused(f"AAC of object type {object_type} cannot be sent by SRT; set AAC-LC.")
    if rate_index >= len(AAC_RATES_HZ):
        raise MediaRefused("AAC of this sample rate cannot be sent by SRT; set 48000 Hz.")
    return rate_index, channels
