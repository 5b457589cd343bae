"""The codec of a track as manifests name it (RFC 6381), read from its sample entry."""

from __future__ import annotations

from typing import Final

from streamverse.mediakit.boxes import Box, StreamMalformed

VIDEO_ENTRIES: Final = frozenset({b"avc1", b"avc3", b"hvc1", b"hev1", b"av01"})
AUDIO_ENTRIES: Final = frozenset({b"mp4a", b"ac-3", b"ec-3", b"Opus"})
MPEG4_AUDIO: Final = 0x40  # objectTypeIndication
ESCAPED_OBJECT_TYPE: Final = 31
HIGH_TRANSFERS: Final = frozenset({16, 18})  # PQ and HLG (ITU-T H.273)
_VIDEO_HEAD, _AUDIO_HEAD = 78, 28


def name_codec(entry: Box) -> str:
    """Name the codec of a sample entry."""
    match entry.kind:
        case b"avc1" | b"avc3":
            return _name_avc(entry)
        case b"hvc1" | b"hev1":
            return _name_hevc(entry)
        case b"av01":
            return _name_av1(entry)
        case b"mp4a":
            return _name_aac(entry)
        case _:
            return entry.name


def _name_avc(entry: Box) -> str:
    """Follow RFC 6381, section 3.3."""
    configuration = _child(entry, _VIDEO_HEAD, b"avcC").unpack("4B")
    profile = "".join(f"{number:02x}" for number in configuration[1:])
    return f"{entry.name}.{profile}"


def _name_hevc(entry: Box) -> str:
    """Follow ISO/IEC 14496-15, annex E.3."""
    _, general, compatibility, *constraints, level = _child(entry, _VIDEO_HEAD, b"hvcC").unpack(
        "BBI6BB"
    )
    space = ("", "A", "B", "C")[general >> 6]
    tier = "H" if general & 0x20 else "L"
    reversed_flags = int(f"{compatibility:032b}"[::-1], 2)
    while constraints and constraints[-1] == 0:
        constraints.pop()
    parts = [f"{space}{general & 0x1F}", f"{reversed_flags:x}", f"{tier}{level}"]
    return ".".join([entry.name, *parts, *(f"{byte:x}" for byte in constraints)])


def _name_av1(entry: Box) -> str:
    """Follow the AV1 binding to ISOBMFF, section 5; the colours are named if they are not usual."""
    _, profile_level, flags, _ = _child(entry, _VIDEO_HEAD, b"av1C").unpack("4B")
    tier = "H" if flags & 0x80 else "M"
    is_deep, is_twelve = flags & 0x40, flags & 0x20
    bit_depth = 12 if is_twelve else 10 if is_deep else 8
    name = f"av01.{profile_level >> 5}.{profile_level & 0x1F:02d}{tier}.{bit_depth:02d}"
    colours = _find(entry, _VIDEO_HEAD, b"colr")
    if colours is None or bytes(colours.content[:4]) != b"nclx":
        return name
    primaries, transfer, matrix, is_full = colours.unpack("HHHB", 4)
    if transfer not in HIGH_TRANSFERS:
        return name
    subsampling = f"{flags >> 3 & 1}{flags >> 2 & 1}{flags & 3}"
    return (
        f"{name}.{flags >> 4 & 1}.{subsampling}."
        f"{primaries:02d}.{transfer:02d}.{matrix:02d}.{is_full >> 7}"
    )


def _name_aac(entry: Box) -> str:
    """Follow RFC 6381, section 3.3."""
    stream = _descriptor(_child(entry, _AUDIO_HEAD, b"esds").content[4:], 0x03)
    decoder = _descriptor(stream[3:], 0x04)
    specific = _descriptor(decoder[13:], 0x05)
    if decoder[0] != MPEG4_AUDIO or len(specific) < 2:  # noqa: PLR2004
        raise StreamMalformed("The sound of the track is not AAC.")
    object_type = specific[0] >> 3
    if object_type == ESCAPED_OBJECT_TYPE:
        object_type = 32 + ((specific[0] & 0x07) << 3 | specific[1] >> 5)
    return f"mp4a.40.{object_type}"


def _child(entry: Box, offset: int, kind: bytes) -> Box:
    found = _find(entry, offset, kind)
    if found is None:
        raise StreamMalformed(f"The sample entry '{entry.name}' lacks the box '{kind.decode()}'.")
    return found


def _find(entry: Box, offset: int, kind: bytes) -> Box | None:
    return next((child for child in entry.children(offset) if child.kind == kind), None)


def _descriptor(data: memoryview, tag: int) -> memoryview:
    """Read the content of a descriptor of ISO/IEC 14496-1, whose length is in groups of 7 bits."""
    length, position = 0, 1
    for byte in data[1:5]:
        length, position = length << 7 | byte & 0x7F, position + 1
        if byte < 0x80:  # noqa: PLR2004
            break
    content = data[position : position + length]
    if len(data) == 0 or data[0] != tag or len(content) < max(length, 1):
        raise StreamMalformed("The box 'esds' does not describe a decoder.")
    return content
