"""The codec of a track as manifests name it, read from its sample entry."""

from __future__ import annotations

from typing import Final

from streamverse.mediakit.boxes import Box, StreamMalformed

VIDEO_ENTRIES: Final = frozenset({b"avc1", b"avc3"})
AUDIO_ENTRIES: Final = frozenset({b"mp4a"})
MPEG4_AUDIO: Final = 0x40  # objectTypeIndication
ESCAPED_OBJECT_TYPE: Final = 31


def name_codec(entry: Box) -> str:
    """Name the codec after RFC 6381, section 3.3."""
    if entry.kind in VIDEO_ENTRIES:
        configuration = _child(entry, 78, b"avcC").unpack("4B")
        profile = "".join(f"{number:02x}" for number in configuration[1:])
        return f"{entry.name}.{profile}"
    stream = _descriptor(_child(entry, 28, b"esds").content[4:], 0x03)
    decoder = _descriptor(stream[3:], 0x04)
    specific = _descriptor(decoder[13:], 0x05)
    if decoder[0] != MPEG4_AUDIO or len(specific) < 2:  # noqa: PLR2004
        raise StreamMalformed("The sound of the track is not AAC.")
    object_type = specific[0] >> 3
    if object_type == ESCAPED_OBJECT_TYPE:
        object_type = 32 + ((specific[0] & 0x07) << 3 | specific[1] >> 5)
    return f"mp4a.40.{object_type}"


def _child(entry: Box, offset: int, kind: bytes) -> Box:
    found = next((child for child in entry.children(offset) if child.kind == kind), None)
    if found is None:
        raise StreamMalformed(f"The sample entry '{entry.name}' lacks the box '{kind.decode()}'.")
    return found


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
