"""The heads of live tracks, written from how a publisher says that they are coded."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from streamverse.mediakit.boxes import write_box, write_full_box
from streamverse.mediakit.cenc import decrypt_init, name_keys
from streamverse.mediakit.cmaf import InitSegment
from streamverse.mediakit.ingest.samples import CLOCK_HZ, AudioFormat, VideoFormat

if TYPE_CHECKING:
    from streamverse.mediakit.ingest.samples import AudioCodec, VideoCodec

OPUS_RATE_HZ: Final = 48_000
_TRACK_ID = 1
_UNITY = struct.pack(">9I", 0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000)
_VIDEO_ENTRIES: Final[dict[VideoCodec, tuple[bytes, bytes]]] = {
    "h264": (b"avc1", b"avcC"),
    "hevc": (b"hvc1", b"hvcC"),
    "av1": (b"av01", b"av1C"),
}
_AUDIO_ENTRIES: Final[dict[AudioCodec, bytes]] = {"aac": b"mp4a", "opus": b"Opus"}
_MPEG4_AUDIO, _AUDIO_STREAM = 0x40, 0x15
_LONGEST_DESCRIPTOR_BYTES = 127


def write_head(media: VideoFormat | AudioFormat) -> InitSegment:
    """Write the init segment of a track: pictures in ticks of 90 kHz, sound in samples."""
    if isinstance(media, VideoFormat):
        handler, header = b"vide", write_full_box(b"vmhd", 0, 1, bytes(8))
        entry, size = _video_entry(media), (media.width, media.height)
    else:
        handler, header = b"soun", write_full_box(b"smhd", 0, 0, bytes(4))
        entry, size = _audio_entry(media), (0, 0)
    table = write_box(
        b"stbl",
        write_full_box(b"stsd", 0, 0, struct.pack(">I", 1), entry),
        *(write_full_box(kind, 0, 0, bytes(4)) for kind in (b"stts", b"stsc")),
        write_full_box(b"stsz", 0, 0, bytes(8)),
        write_full_box(b"stco", 0, 0, bytes(4)),
    )
    here = write_full_box(b"dref", 0, 0, struct.pack(">I", 1), write_full_box(b"url ", 0, 1))
    undetermined = 0x55C4  # the language "und", five bits a letter
    media_box = write_box(
        b"mdia",
        write_full_box(
            b"mdhd", 0, 0, struct.pack(">4IHH", 0, 0, timescale_of(media), 0, undetermined, 0)
        ),
        write_full_box(b"hdlr", 0, 0, bytes(4), handler, bytes(13)),
        write_box(b"minf", header, write_box(b"dinf", here), table),
    )
    volume = 0x100 if handler == b"soun" else 0
    track_header = struct.pack(">5I8xHHHH", 0, 0, _TRACK_ID, 0, 0, 0, 0, volume, 0)
    track_size = struct.pack(">II", size[0] << 16, size[1] << 16)
    movie_header = struct.pack(">4IIH10x", 0, 0, CLOCK_HZ, 0, 0x1_0000, 0x100)
    movie = write_box(
        b"moov",
        write_full_box(b"mvhd", 0, 0, movie_header, _UNITY, bytes(24), struct.pack(">I", 2)),
        write_box(
            b"trak", write_full_box(b"tkhd", 0, 3, track_header, _UNITY, track_size), media_box
        ),
        write_box(b"mvex", write_full_box(b"trex", 0, 0, struct.pack(">5I", 1, 1, 0, 0, 0))),
    )
    brands = b"iso6" + bytes(4) + b"iso6cmfc"
    return InitSegment.parse(write_box(b"ftyp", brands) + movie)


def read_head(payload: bytes) -> InitSegment:
    """Read the head of a track as it was given out, encrypted or not."""
    if not name_keys(payload):
        return InitSegment.parse(payload)
    return replace(InitSegment.parse(decrypt_init(payload)), payload=payload)


def timescale_of(media: VideoFormat | AudioFormat) -> int:
    """Tell how many ticks a second of the track has."""
    if isinstance(media, VideoFormat):
        return CLOCK_HZ
    return OPUS_RATE_HZ if media.codec == "opus" else media.sample_rate_hz


def _video_entry(media: VideoFormat) -> bytes:
    kind, configuration = _VIDEO_ENTRIES[media.codec]
    resolution = 72 << 16
    return write_box(
        kind,
        struct.pack(">6xH16xHH", 1, media.width, media.height),
        struct.pack(">III", resolution, resolution, 0),
        struct.pack(">H32xHh", 1, 24, -1),
        write_box(configuration, media.configuration),
        # Publishers mean square pixels.
        write_box(b"pasp", struct.pack(">II", 1, 1)),
    )


def _audio_entry(media: AudioFormat) -> bytes:
    rate = timescale_of(media)
    # The field holds 16 bits; players read higher rates from the configuration.
    written_rate = rate if rate < 1 << 16 else 0
    head = struct.pack(">6xH8xHHHHI", 1, media.channels, 16, 0, 0, written_rate << 16)
    if media.codec == "opus":
        inside = write_box(b"dOps", media.configuration)
    else:
        inside = write_full_box(b"esds", 0, 0, _decoder_description(media.configuration))
    return write_box(_AUDIO_ENTRIES[media.codec], head, inside)


def _decoder_description(configuration: bytes) -> bytes:
    """Wrap an AudioSpecificConfig as ISO/IEC 14496-1, section 7.2.6 has it."""
    decoder = struct.pack(">BB3xII", _MPEG4_AUDIO, _AUDIO_STREAM, 0, 0)
    specific = _descriptor(0x05, configuration)
    return _descriptor(
        0x03,
        struct.pack(">HB", 0, 0),
        _descriptor(0x04, decoder, specific),
        _descriptor(0x06, b"\x02"),
    )


def _descriptor(tag: int, *contents: bytes) -> bytes:
    content = b"".join(contents)
    if len(content) > _LONGEST_DESCRIPTOR_BYTES:
        raise ValueError(f"A description of sound cannot be {len(content)} bytes long.")
    return bytes((tag, len(content))) + content
