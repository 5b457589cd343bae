"""Frames in which nothing is heard, for sound that its publisher no longer sends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from streamverse.mediakit.ingest.samples import AudioFormat

AAC_LC: Final = 2
# RFC 6716: one frame of 20 ms of one channel, which decoders of two take as well.
_OPUS: Final = b"\xf8\xff\xfe"
# ISO/IEC 14496-3, 4.4.2.7: a channel without bands is all zeros; then comes what ends the block.
_CHANNEL_BITS: Final = 22
_SINGLE, _PAIR, _END = 0, 1, 7


def silence_of(media: AudioFormat) -> bytes | None:
    """Give a frame of silence; None of a coding that we write none of."""
    if media.codec == "opus":
        return _OPUS
    if not media.configuration or media.configuration[0] >> 3 != AAC_LC:
        return None
    match media.channels:
        case 1:
            return _pack((_SINGLE, 3), (0, 4), (0, _CHANNEL_BITS), (_END, 3))
        case 2:
            # Each channel has a window of its own.
            return _pack((_PAIR, 3), (0, 4), (0, 1), (0, 2 * _CHANNEL_BITS), (_END, 3))
        case _:
            return None


def _pack(*fields: tuple[int, int]) -> bytes:
    """Put fields of so many bits one behind another, up to a whole byte."""
    value = width = 0
    for field, bits in fields:
        value, width = value << bits | field, width + bits
    padding = -width % 8
    return (value << padding).to_bytes((width + padding) // 8)
