"""The index of a file that segments of one track are joined into, so that one can seek in it."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from streamverse.mediakit.boxes import write_full_box

if TYPE_CHECKING:
    from collections.abc import Sequence

_STARTS_WITH_SAP: Final = 1 << 31 | 1 << 28
_MOST_REFERENCES: Final = (1 << 16) - 1


def write_index(timescale: int, start_ticks: int, segments: Sequence[tuple[int, int]]) -> bytes:
    """Write the index (`sidx`, ISO/IEC 14496-12, section 8.16.3) that stands before segments.

    Each segment is given by its size in bytes and its duration in ticks. There is no index of more
    than the box can count.
    """
    if len(segments) > _MOST_REFERENCES:
        return b""
    references = [
        struct.pack(">III", size_bytes, duration_ticks, _STARTS_WITH_SAP)
        for size_bytes, duration_ticks in segments
    ]
    head = struct.pack(">IIQQHH", 1, timescale, start_ticks, 0, 0, len(segments))
    return write_full_box(b"sidx", 1, 0, head, *references)
