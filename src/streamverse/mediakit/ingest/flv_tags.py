"""FLV as a stream of tags (annex E): how samples are handed to a tool by a pipe, and taken back."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from streamverse.mediakit.ingest.samples import MediaRefused

AUDIO_TAG, VIDEO_TAG, SCRIPT_TAG = 8, 9, 18
AUDIO_FLAG, VIDEO_FLAG = 4, 1
HEAD_BYTES: Final = 13
TAG_BYTES: Final = 11
SIZE_BYTES: Final = 4


def write_head(flags: int) -> bytes:
    """Write what a stream begins with: whether it has sound, pictures, or both."""
    return b"FLV\x01" + bytes([flags]) + struct.pack(">II", 9, 0)


def write_tag(kind: int, content: bytes, at_ms: int) -> bytes:
    """Write a tag (E.4.1)."""
    time = (at_ms & 0xFF_FFFF).to_bytes(3) + bytes([at_ms >> 24 & 0xFF])
    head = bytes([kind]) + len(content).to_bytes(3) + time + bytes(3)
    return head + content + (TAG_BYTES + len(content)).to_bytes(SIZE_BYTES)


class TagReader:
    """Cuts a stream into its tags as bytes arrive: kind, time in milliseconds, content."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._has_begun = False

    def feed(self, data: bytes) -> Iterator[tuple[int, int, bytes]]:
        """Take the next bytes, and go through the tags that they complete."""
        self._buffer += data
        if not self._has_begun:
            if len(self._buffer) < HEAD_BYTES:
                return
            if not self._buffer.startswith(b"FLV"):
                raise MediaRefused("What was written back is not FLV.")
            del self._buffer[:HEAD_BYTES]
            self._has_begun = True
        while len(self._buffer) >= TAG_BYTES:
            stop = TAG_BYTES + int.from_bytes(self._buffer[1:4])
            if len(self._buffer) < stop + SIZE_BYTES:
                return
            kind = self._buffer[0] & 0x1F
            at_ms = int.from_bytes(self._buffer[4:7]) | self._buffer[7] << 24
            content = bytes(memoryview(self._buffer)[TAG_BYTES:stop])
            del self._buffer[: stop + SIZE_BYTES]
            yield kind, at_ms, content
