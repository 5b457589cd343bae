"""What kind of file some bytes are, and whether the file is all there, from a few short reads."""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

_HEAD_BYTES = 4096
_MOST_BOXES = 20_000
_TAIL_BYTES = 8 << 20


@dataclass(frozen=True, slots=True)
class Container:
    """A media format: its name for people and the ffmpeg demuxer that alone may read it.

    `seek_margin_s` is how far before a keyframe one must start to be sure to meet it, where the
    format has no index. Durations of formats without exact ones are estimates. Where times may
    jump (broadcasts), ffmpeg counts them from the first stream it uses, not from the first of all.
    """

    name: str
    demuxer: str
    seek_margin_s: int = 0
    has_exact_duration: bool = True
    has_jumping_times: bool = False


MP4: Final = Container("MP4", "mov")
MATROSKA: Final = Container("Matroska", "matroska")
WAV: Final = Container("WAV", "wav")
AVI: Final = Container("AVI", "avi")
_MPEG_TS = Container("MPEG-TS", "mpegts", 10, has_exact_duration=False, has_jumping_times=True)
_MPEG_PS = Container("MPEG-PS", "mpeg", 10, has_exact_duration=False, has_jumping_times=True)
_OGG = Container("Ogg", "ogg", 10, has_exact_duration=False, has_jumping_times=True)
_FLV = Container("FLV", "flv", seek_margin_s=10, has_exact_duration=False)
_ASF = Container("Windows Media", "asf", seek_margin_s=10, has_exact_duration=False)
_MXF = Container("MXF", "mxf", seek_margin_s=10, has_exact_duration=False)
_MP3 = Container("MP3", "mp3", has_exact_duration=False)
_AAC = Container("AAC", "aac", has_exact_duration=False)
_FLAC = Container("FLAC", "flac")
_AIFF = Container("AIFF", "aiff")

_STARTS: Final = (
    (0, b"\x1a\x45\xdf\xa3", MATROSKA),
    (0, b"FLV\x01", _FLV),
    (0, b"OggS", _OGG),
    (0, b"fLaC", _FLAC),
    (0, b"ID3", _MP3),
    (0, b"\x00\x00\x01\xba", _MPEG_PS),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", _ASF),
    (0, b"\x06\x0e\x2b\x34\x02\x05\x01\x01", _MXF),
    (8, b"AVI ", AVI),
    (8, b"WAVE", WAV),
    (8, b"AIFF", _AIFF),
    (8, b"AIFC", _AIFF),
    *((4, kind, MP4) for kind in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")),
)
_PICTURE_BRANDS = (b"heic", b"heix", b"mif1", b"msf1", b"avif", b"avis")
_OTHERS: Final = (
    (0, b"\x89PNG", "a PNG picture"),
    (0, b"\xff\xd8\xff", "a JPEG picture"),
    (0, b"GIF8", "a GIF picture"),
    (8, b"WEBP", "a WebP picture"),
    (0, b"BM", "a BMP picture"),
    (0, b"%PDF", "a PDF document"),
    (0, b"PK\x03\x04", "a ZIP archive"),
    (0, b"Rar!", "a RAR archive"),
    (0, b"7z\xbc\xaf", "a 7-Zip archive"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"\x7fELF", "a program"),
    (0, b"MZ", "a program"),
    (0, b"#EXTM3U", "a playlist"),
    (0, b"ffconcat", "a playlist"),
)
_SYNC_BYTE = 0x47
_TS_PACKET_SIZES = ((0, 188), (4, 192), (0, 204))


@dataclass(frozen=True, slots=True)
class Extent:
    """How long a file is and how long it says it should be, where it says so."""

    size_bytes: int
    declared_bytes: int | None
    has_index: bool

    @property
    def is_cut_short(self) -> bool:
        """Whether a part at the end is missing."""
        return not self.has_index or self.size_bytes < (self.declared_bytes or 0)


def sniff(path: Path) -> Container | str:
    """Recognise a media format by its first bytes, or say in words what the file is instead."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    for offset, word, what in _OTHERS:
        if head.startswith(word, offset):
            return what
    if head.startswith(b"ftyp", 4) and head[8:12] in _PICTURE_BRANDS:
        return "a HEIF or AVIF picture"
    for offset, signature, container in _STARTS:
        if head.startswith(signature, offset):
            return container
    return _sniff_packets(head) or _name_text(head)


def _sniff_packets(head: bytes) -> Container | None:
    """Recognise formats that have no beginning, only packets that repeat."""
    for offset, size in _TS_PACKET_SIZES:
        marks = head[offset : offset + 5 * size : size]
        if len(marks) > 1 and set(marks) == {_SYNC_BYTE}:
            return _MPEG_TS
    if len(head) < 4 or head[0] != 0xFF:  # noqa: PLR2004 - sync word of ADTS and MPEG audio
        return None
    if head[1] & 0xF6 == 0xF0:  # noqa: PLR2004
        return _AAC
    is_layer_known = head[1] & 0xE0 == 0xE0 and head[1] & 0x06 != 0  # noqa: PLR2004
    return _MP3 if is_layer_known and head[2] & 0xF0 != 0xF0 else None  # noqa: PLR2004


def _name_text(head: bytes) -> str:
    try:
        text = head[: _HEAD_BYTES - 4].decode()
    except UnicodeDecodeError:
        return "of a kind that StreamVerse does not know"
    is_text = all(letter.isprintable() or letter in "\r\n\t\f" for letter in text.strip("\ufeff"))
    return "a text" if is_text else "of a kind that StreamVerse does not know"


def measure(path: Path, container: Container) -> Extent:
    """Compare a file's size with the sizes it declares, in a few reads however long it is."""
    size_bytes = path.stat().st_size
    with path.open("rb") as file:
        reader = _MEASURES.get(container.name)
        return reader(file, size_bytes) if reader else Extent(size_bytes, None, has_index=True)


def _measure_mp4(file: BinaryIO, size_bytes: int) -> Extent:
    """Step over the boxes (ISO/IEC 14496-12, 4.2)."""
    position, has_index = 0, False
    for _ in range(_MOST_BOXES):
        file.seek(position)
        header = file.read(16)
        if len(header) < 8:  # noqa: PLR2004
            break
        box_bytes, kind = struct.unpack_from(">I4s", header)
        if box_bytes == 1 and len(header) == 16:  # noqa: PLR2004
            (box_bytes,) = struct.unpack_from(">Q", header, 8)
        has_index = has_index or kind == b"moov"
        if box_bytes == 0:
            box_bytes = size_bytes - position
        if box_bytes < 8:  # noqa: PLR2004 - not a box: harmless bytes after the end
            break
        position += box_bytes
        if position > size_bytes and kind in {b"mdat", b"moov", b"moof"}:
            return Extent(size_bytes, position, has_index and kind != b"moov")
        if position > size_bytes:  # perhaps by more than a file can be long
            break
    return Extent(size_bytes, min(position, size_bytes), has_index)


def _measure_matroska(file: BinaryIO, size_bytes: int) -> Extent:
    """Read the size of the segment, which follows the EBML header (RFC 8794, RFC 9559)."""
    head = file.read(_HEAD_BYTES)
    header_bytes, position = _read_size(head, 4)
    segment = position + (header_bytes or 0)
    if not head.startswith(b"\x18\x53\x80\x67", segment):
        return Extent(size_bytes, None, has_index=True)
    segment_bytes, position = _read_size(head, segment + 4)
    declared = None if segment_bytes is None else position + segment_bytes
    return Extent(size_bytes, declared, has_index=True)


def _measure_riff(file: BinaryIO, size_bytes: int) -> Extent:
    (riff_bytes,) = struct.unpack("<I", file.read(8)[4:])
    # Recorders leave 0 or all ones when they do not know; large AVIs go on in further chunks.
    is_known = 0 < riff_bytes < 0xFFFFFF00  # noqa: PLR2004
    return Extent(size_bytes, riff_bytes + 8 if is_known else None, has_index=True)


_MEASURES: dict[str, Callable[[BinaryIO, int], Extent]] = {
    MP4.name: _measure_mp4,
    MATROSKA.name: _measure_matroska,
    WAV.name: _measure_riff,
    AVI.name: _measure_riff,
}


def find_matroska_end_ms(path: Path) -> int | None:
    """Find when the last whole block of a Matroska file is shown, from the file's last bytes.

    Takes the usual time scale of one millisecond.
    """
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        tail = file.read()
    cluster = tail.rfind(b"\x1f\x43\xb6\x75")
    if cluster < 0:
        return None
    _, position = _read_size(tail, cluster + 4)
    cluster_ms, last_ms = 0, 0
    while position + 2 <= len(tail):
        kind = tail[position]
        content_bytes, content = _read_size(tail, position + 1)
        if content_bytes is None or content + content_bytes > len(tail):
            break
        if kind == 0xE7:  # noqa: PLR2004 - Timestamp
            cluster_ms = int.from_bytes(tail[content : content + content_bytes])
        elif kind in {0xA3, 0xA0}:  # SimpleBlock, BlockGroup
            last_ms = max(last_ms, _block_time_ms(tail, kind, content))
        position = content + content_bytes
    return cluster_ms + last_ms


def _block_time_ms(data: bytes, kind: int, content: int) -> int:
    """Read the time of a block after its track number, relative to its cluster."""
    if kind == 0xA0:  # noqa: PLR2004 - the group's first child is the block itself
        _, content = _read_size(data, content + 1)
    _, time = _read_size(data, content)
    return int.from_bytes(data[time : time + 2], signed=True)


def _read_size(data: bytes, position: int) -> tuple[int | None, int]:
    """Read an EBML variable-size integer; return it, None for unknown, and what follows."""
    if position >= len(data) or data[position] == 0:
        return None, position + 8
    width = 9 - data[position].bit_length()
    value = int.from_bytes(data[position : position + width]) & ((1 << 7 * width) - 1)
    is_unknown = value == (1 << 7 * width) - 1
    return (None if is_unknown else value), position + width
