"""Formats of pictures and sound, read from what encoders send before the first sample."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TypeVar

from streamverse.mediakit import avc, hevc
from streamverse.mediakit.av1 import SEQUENCE_HEADER, units_in
from streamverse.mediakit.av1_sequence import read_sequence
from streamverse.mediakit.bits import BitReader
from streamverse.mediakit.boxes import StreamMalformed
from streamverse.mediakit.ingest.samples import AudioFormat, MediaRefused, VideoCodec, VideoFormat

AAC_RATES_HZ: Final = (
    *(96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000),
    *(22_050, 16_000, 12_000, 11_025, 8_000, 7_350),
)
AAC_CHANNELS: Final = (0, 1, 2, 3, 4, 5, 6, 8)
AAC_LC, SBR, PARAMETRIC_STEREO = 2, 5, 29
ESCAPED_OBJECT_TYPE, ESCAPED_RATE = 31, 15
OPUS_RATE_HZ: Final = 48_000
MOST_CHANNELS: Final = 8
LONGEST_SIDE: Final = 16_384
MOST_SETS: Final = 31
LONGEST_SET: Final = 0xFFFF
START_CODES: Final = (b"\0\0\0\1", b"\0\0\1")
LENGTH_BYTES: Final = 4
HEVC_VIDEO_SET: Final = 32
HEVC_SETS: Final = (HEVC_VIDEO_SET, hevc.SEQUENCE_SET, hevc.PICTURE_SET)
AV1_FIXED_BYTES: Final = 4

T = TypeVar("T")


def _reading(what: str, read: Callable[[], T]) -> T:
    try:
        return read()
    except (StreamMalformed, IndexError, struct.error) as error:
        raise MediaRefused(f"The encoder describes its {what} in a broken way: {error}") from error


# --- pictures -------------------------------------------------------------------------------------


def avc_format(configuration: bytes) -> VideoFormat:
    """Read an AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3)."""
    _refuse_start_codes(configuration)
    sets = _reading("H.264", lambda: list(avc.parameter_sets(configuration)))
    return _avc_format(configuration, [nal for nal in sets if nal[0] & 0x1F == avc.SEQUENCE_SET])


def _avc_format(configuration: bytes, sequences: Sequence[bytes]) -> VideoFormat:
    if not sequences:
        raise MediaRefused("The encoder describes its H.264 without a sequence parameter set.")
    _, sequence = _reading("H.264", lambda: avc.read_sequence(sequences[0]))
    configuration = configuration[:4] + bytes([configuration[4] | 3]) + configuration[5:]
    return VideoFormat("h264", configuration, *_size(sequence.width, sequence.height))


def hevc_format(configuration: bytes) -> VideoFormat:
    """Read an HEVCDecoderConfigurationRecord (ISO/IEC 14496-15, 8.3.3)."""
    _refuse_start_codes(configuration)
    sets = _reading("HEVC", lambda: list(hevc.parameter_sets(configuration)))
    sequences = [nal for nal in sets if nal[0] >> 1 & 0x3F == hevc.SEQUENCE_SET]
    if not sequences:
        raise MediaRefused("The encoder describes its HEVC without a sequence parameter set.")
    _, sequence = _reading("HEVC", lambda: hevc.read_sequence(sequences[0]))
    configuration = configuration[:21] + bytes([configuration[21] | 3]) + configuration[22:]
    return VideoFormat("hevc", configuration, *_size(sequence.width, sequence.height))


def av1_format(configuration: bytes) -> VideoFormat:
    """Read an AV1CodecConfigurationRecord (the AV1 binding to ISOBMFF, 2.3)."""
    units = memoryview(configuration)[AV1_FIXED_BYTES:]

    def read() -> VideoFormat | None:
        for kind, _, start, stop in units_in(units):
            if kind == SEQUENCE_HEADER:
                sequence = read_sequence(BitReader(bytes(units[start:stop])))
                size = _size(sequence.width, sequence.height)
                return VideoFormat("av1", configuration, *size)
        return None

    found = _reading("AV1", read)
    if found is None:
        raise MediaRefused("The encoder describes its AV1 without a sequence header.")
    return found


def avc_format_of(sequences: Sequence[bytes], pictures: Sequence[bytes]) -> VideoFormat:
    """Write the configuration that parameter sets within a stream amount to."""
    first = sequences[0]
    if len(first) < 4:  # noqa: PLR2004 - the kind, and what the configuration repeats
        raise MediaRefused("The encoder sends a sequence parameter set that breaks off.")
    _, sequence = _reading("H.264", lambda: avc.read_sequence(first))
    parts = [b"\1", first[1:4], b"\xff", bytes([0xE0 | len(sequences)]), *_counted(sequences)]
    parts += [bytes([len(pictures)]), *_counted(pictures)]
    if first[1] in avc.HIGH_PROFILES:
        chroma_format, luma, chroma = _coding(sequence)
        parts.append(bytes([0xFC | chroma_format, 0xF8 | luma, 0xF8 | chroma, 0]))
    return _avc_format(b"".join(parts), sequences)


def hevc_format_of(sets: Sequence[tuple[int, Sequence[bytes]]]) -> VideoFormat:
    """Write the configuration that parameter sets within a stream amount to, kind by kind."""
    first = next(nals[0] for kind, nals in sets if kind == hevc.SEQUENCE_SET)
    _, sequence = _reading("HEVC", lambda: hevc.read_sequence(first))
    chroma_format, luma, chroma = _coding(sequence)
    fixed = struct.pack(
        ">B12sHBBBBHBB",
        1,
        sequence.profile,
        0xF000,
        0xFC,
        0xFC | chroma_format,
        0xF8 | luma,
        0xF8 | chroma,
        0,
        sequence.sublayers << 3 | sequence.has_nested_sublayers << 2 | LENGTH_BYTES - 1,
        len(sets),
    )
    arrays = (struct.pack(">BH", 0x80 | kind, len(nals)) for kind, nals in sets)
    listed = (b"".join(_counted(nals)) for _, nals in sets)
    content = b"".join(head + body for head, body in zip(arrays, listed, strict=True))
    return VideoFormat("hevc", fixed + content, *_size(sequence.width, sequence.height))


def av1_format_of(header: bytes) -> VideoFormat:
    """Write the configuration that the unit of a sequence header amounts to."""
    _, _, start, stop = next(iter(units_in(memoryview(header))))
    sequence = _reading("AV1", lambda: read_sequence(BitReader(header[start:stop])))
    return av1_format(b"\x81" + sequence.described + b"\0" + header)


def format_within(before: VideoFormat, payload: bytes) -> VideoFormat | None:
    """Read the format that a picture brings with it, if it does; the rest is as before."""
    return _av1_within(payload) if before.codec == "av1" else _sets_within(before, payload)


def _av1_within(payload: bytes) -> VideoFormat | None:
    def find() -> bytes | None:
        position = 0
        for kind, _, _, stop in units_in(memoryview(payload)):
            if kind == SEQUENCE_HEADER:
                return payload[position:stop]
            position = stop
        return None

    header = _reading("AV1", find)
    return None if header is None else av1_format_of(header)


def _sets_within(before: VideoFormat, payload: bytes) -> VideoFormat | None:
    """Let the parameter sets of a picture stand for those of their kind before."""
    is_avc = before.codec == "h264"
    module = avc if is_avc else hevc
    kinds = (avc.SEQUENCE_SET, avc.PICTURE_SET) if is_avc else HEVC_SETS
    said = _sets_by_kind(before.codec, kinds, module.parameter_sets(before.configuration))
    brought = _sets_by_kind(before.codec, kinds, _nals_in(payload))
    if not brought[kinds[-2]]:
        return None
    merged = {kind: brought[kind] or said[kind] for kind in kinds}
    if is_avc:
        return avc_format_of(merged[avc.SEQUENCE_SET], merged[avc.PICTURE_SET])
    return hevc_format_of([(kind, nals) for kind, nals in merged.items() if nals])


def _sets_by_kind(
    codec: VideoCodec, kinds: Sequence[int], nals: Iterable[bytes]
) -> dict[int, list[bytes]]:
    found: dict[int, list[bytes]] = {kind: [] for kind in kinds}
    for nal in nals:
        kind = nal[0] & 0x1F if codec == "h264" else nal[0] >> 1 & 0x3F
        if kind in found and nal not in found[kind]:
            found[kind].append(nal)
    return found


def _nals_in(payload: bytes) -> Iterator[bytes]:
    position = 0
    while position < len(payload):
        start = position + LENGTH_BYTES
        position = start + int.from_bytes(payload[position:start])
        if position > start:
            yield payload[start:position]


def _counted(nals: Sequence[bytes]) -> list[bytes]:
    if len(nals) > MOST_SETS or max(map(len, nals)) > LONGEST_SET:
        raise MediaRefused("The encoder sends more parameter sets than fit into a configuration.")
    return [len(nal).to_bytes(2) + nal for nal in nals]


def _size(width: int, height: int) -> tuple[int, int]:
    if not 0 < width <= LONGEST_SIDE or not 0 < height <= LONGEST_SIDE:
        raise MediaRefused(f"The encoder describes a picture of {width} times {height} points.")
    return width, height


def _coding(sequence: avc.AvcSequence | hevc.HevcSequence) -> tuple[int, int, int]:
    """Give the kind of colours and the bits beyond eight, as a configuration has them."""
    coding = (sequence.chroma_format, sequence.luma_bits - 8, sequence.chroma_bits - 8)
    if max(coding) > 7:  # noqa: PLR2004 - three bits
        raise MediaRefused("The encoder describes colours that there are not.")
    return coding


def _refuse_start_codes(data: bytes) -> None:
    if data.startswith(START_CODES):
        raise MediaRefused(
            "The encoder sends video with start codes (Annex B); FLV has lengths instead."
        )


def read_nals(codec: VideoCodec, payload: bytes, length_bytes: int) -> tuple[bytes, bool]:
    """Check a picture's NAL units, give them lengths of four bytes, and tell if it stands alone."""
    nals: list[bytes] = []
    position, stop, is_alone = 0, len(payload), False
    while position < stop:
        start = position + length_bytes
        position = start + int.from_bytes(payload[position:start])
        if position > stop:
            _refuse_start_codes(payload)
            raise MediaRefused("The encoder sends a picture whose parts do not fit into it.")
        if position > start:
            is_alone = is_alone or stands_alone(codec, payload[start])
            if length_bytes != LENGTH_BYTES:
                nals.append(payload[start:position])
    return payload if length_bytes == LENGTH_BYTES else join_nals(nals), is_alone


def join_nals(nals: Iterable[bytes]) -> bytes:
    """Put NAL units behind lengths of four bytes."""
    return b"".join(part for nal in nals for part in (len(nal).to_bytes(LENGTH_BYTES), nal))


def stands_alone(codec: VideoCodec, head: int) -> bool:
    """Tell by the first byte of a NAL unit whether decoding may begin with its picture."""
    if codec == "h264":
        return head & 0x1F == avc.IDR_SLICE
    return head >> 1 & 0x3F in hevc.IRAP


# --- sound ----------------------------------------------------------------------------------------


def aac_format(configuration: bytes) -> AudioFormat:
    """Read an AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1)."""
    return _reading("AAC", lambda: _aac_format(configuration))


def _aac_format(configuration: bytes) -> AudioFormat:
    bits = BitReader(configuration)
    object_type = bits.u(5)
    if object_type == ESCAPED_OBJECT_TYPE:
        object_type = 32 + bits.u(6)
    index = bits.u(4)
    if object_type not in {AAC_LC, SBR, PARAMETRIC_STEREO}:
        raise MediaRefused(f"AAC of object type {object_type} is not taken; set AAC-LC.")
    if len(AAC_RATES_HZ) <= index < ESCAPED_RATE:
        raise MediaRefused("The encoder describes AAC with a sample rate that there is not.")
    rate_hz = bits.u(24) if index == ESCAPED_RATE else AAC_RATES_HZ[index]
    channels = bits.u(4)
    if not 0 < channels < len(AAC_CHANNELS) or rate_hz == 0:
        raise MediaRefused("AAC with channels of its own description is not taken; set stereo.")
    return AudioFormat("aac", configuration, rate_hz, AAC_CHANNELS[channels])


def aac_configuration(object_type: int, rate_index: int, channels: int) -> bytes:
    """Write the AudioSpecificConfig that the header of an ADTS frame amounts to."""
    return (object_type << 11 | rate_index << 7 | channels << 3).to_bytes(2)


def opus_format(head: bytes) -> AudioFormat:
    """Turn an identification header of Ogg (RFC 7845, 5.1) into the content of dOps."""
    if not head.startswith(b"OpusHead"):
        raise MediaRefused("The encoder describes its Opus without an identification header.")
    _, channels, skip, rate_hz, gain, family = _reading(
        "Opus", lambda: struct.unpack_from("<BBHIhB", head, 8)
    )
    mapping = head[19 : 21 + channels] if family else b""
    is_whole = len(mapping) == 2 + channels or not family
    if not is_whole or not 0 < channels <= (MOST_CHANNELS if family else 2):
        raise MediaRefused("The encoder describes Opus with channels that cannot be; set stereo.")
    content = struct.pack(">BBHIhB", 0, channels, skip, rate_hz, gain, family) + mapping
    return AudioFormat("opus", content, OPUS_RATE_HZ, channels)


def opus_head(content: bytes) -> bytes:
    """Turn the content of dOps back into an identification header of Ogg."""
    _, channels, skip, rate_hz, gain, family = struct.unpack_from(">BBHIhB", content)
    head = struct.pack("<BBHIhB", 1, channels, skip, rate_hz, gain, family)
    return b"OpusHead" + head + content[11:]
