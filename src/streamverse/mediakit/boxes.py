"""ISO base media boxes (ISO/IEC 14496-12): walking through them and writing them."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADER_BYTES: Final = 8
LONG_HEADER_BYTES: Final = 16


class StreamMalformed(ValueError):
    """The bytes are not the fragmented MP4 that we read."""


@dataclass(frozen=True, slots=True)
class BoxHeader:
    """The start of a box: its kind and how many bytes header and content take together."""

    kind: bytes
    header_bytes: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Box:
    """A box that lies whole in memory."""

    kind: bytes
    content: memoryview

    @property
    def name(self) -> str:
        """The kind as people write it."""
        return self.kind.decode("latin-1")

    def unpack(self, layout: str, offset: int = 0) -> tuple[int, ...]:
        """Read big-endian numbers at an offset of the content."""
        try:
            return struct.unpack_from(f">{layout}", self.content, offset)
        except struct.error:
            raise StreamMalformed(
                f"The box '{self.name}' is too short for what it should hold."
            ) from None

    def children(self, offset: int = 0) -> Iterator[Box]:
        """Go through the boxes inside, which begin at an offset of the content."""
        return boxes_in(self.content[offset:])

    def only(self, kind: bytes) -> Box:
        """Give the one box of this kind inside."""
        found = self.find(kind)
        if found is None:
            raise StreamMalformed(f"The box '{self.name}' lacks the box '{kind.decode()}'.")
        return found

    def find(self, kind: bytes) -> Box | None:
        """Give the one box of this kind inside, if it is there."""
        found = [child for child in self.children() if child.kind == kind]
        if len(found) > 1:
            raise StreamMalformed(
                f"The box '{self.name}' holds {len(found)} boxes '{kind.decode()}', not one."
            )
        return found[0] if found else None


def read_header(data: bytes | bytearray | memoryview, offset: int = 0) -> BoxHeader | None:
    """Read the header of a box, or None if the bytes end within it."""
    available = len(data) - offset
    if available < HEADER_BYTES:
        return None
    size_bytes, kind = struct.unpack_from(">I4s", data, offset)
    header_bytes = HEADER_BYTES
    if size_bytes == 1:
        if available < LONG_HEADER_BYTES:
            return None
        (size_bytes,) = struct.unpack_from(">Q", data, offset + HEADER_BYTES)
        header_bytes = LONG_HEADER_BYTES
    if size_bytes < header_bytes:
        raise StreamMalformed(f"A box cannot be {size_bytes} bytes long.")
    return BoxHeader(kind, header_bytes, size_bytes)


def boxes_in(data: memoryview) -> Iterator[Box]:
    """Go through boxes that fill a piece of memory."""
    offset = 0
    while offset < len(data):
        header = read_header(data, offset)
        if header is None or header.size_bytes > len(data) - offset:
            raise StreamMalformed("A box is cut off, or larger than the one around it.")
        stop = offset + header.size_bytes
        yield Box(header.kind, data[offset + header.header_bytes : stop])
        offset = stop


def write_box(kind: bytes, *contents: bytes) -> bytes:
    """Write a box around its content."""
    size_bytes = HEADER_BYTES + sum(map(len, contents))
    return b"".join((struct.pack(">I4s", size_bytes, kind), *contents))


def write_full_box(kind: bytes, version: int, flags: int, *contents: bytes) -> bytes:
    """Write a box that begins with a version and flags."""
    return write_box(kind, struct.pack(">I", version << 24 | flags), *contents)
