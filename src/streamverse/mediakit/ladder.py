"""The ladder: which sizes and bit rates a picture is encoded at."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from streamverse.mediakit.frames import HIGHEST_RATE

if TYPE_CHECKING:
    from streamverse.mediakit.frames import FrameRate

BOX_ASPECT: Final = Fraction(16, 9)
WORTH_A_RUNG: Final = Fraction(115, 100)
HIGH_RATE: Final = 30
HIGH_RATE_COST: Final = Fraction(3, 2)
REFERENCE_FRAMES: Final = 4


@dataclass(frozen=True, slots=True)
class Rung:
    """One H.264 rendition of a picture."""

    name: str
    width: int
    height: int
    max_bitrate_bps: int
    buffer_size_bits: int
    crf: int
    profile: str
    level_idc: int

    @property
    def track_name(self) -> str:
        """The name of the track in its package: `v1080`."""
        return f"v{self.name.removesuffix('p')}"

    @property
    def level(self) -> str:
        """The level as encoders take it: `3.1`."""
        return f"{self.level_idc // 10}.{self.level_idc % 10}"

    @property
    def codec(self) -> str:
        """The codec as manifests name it (RFC 6381): High profile, no constraint set."""
        return f"avc1.6400{self.level_idc:02x}"


@dataclass(frozen=True, slots=True)
class _Box:
    short_side: int
    max_bitrate_bps: int

    @property
    def long_side(self) -> Fraction:
        return self.short_side * BOX_ASPECT


@dataclass(frozen=True, slots=True)
class _Level:
    """One row of table A-1 of ITU-T H.264; the bit rate is that of the High profile."""

    idc: int
    macroblocks_per_second: int
    macroblocks_per_frame: int
    macroblocks_in_buffer: int
    max_bitrate_bps: int


_BOXES: Final = (
    _Box(2160, 18_000_000),
    _Box(1440, 10_000_000),
    _Box(1080, 5_500_000),
    _Box(720, 3_000_000),
    _Box(480, 1_500_000),
    _Box(360, 850_000),
)

_LEVELS: Final = (
    _Level(30, 40_500, 1_620, 8_100, 12_500_000),
    _Level(31, 108_000, 3_600, 18_000, 17_500_000),
    _Level(32, 216_000, 5_120, 20_480, 25_000_000),
    _Level(40, 245_760, 8_192, 32_768, 25_000_000),
    _Level(41, 245_760, 8_192, 32_768, 62_500_000),
    _Level(42, 522_240, 8_704, 34_816, 62_500_000),
    _Level(50, 589_824, 22_080, 110_400, 168_750_000),
    _Level(51, 983_040, 36_864, 184_320, 300_000_000),
    _Level(52, 2_073_600, 36_864, 184_320, 300_000_000),
)


def choose_rungs(width: int, height: int, frame_rate: FrameRate) -> tuple[Rung, ...]:
    """Choose the renditions of a source from the size at which it is shown, best first.

    Every rung is a box of 16:9, standing for a portrait picture, and the picture is made to
    fit into it: never larger than it was, in its own shape, with even sides. A source between
    two boxes keeps its own size in the upper one unless the lower one is nearly as large.
    """
    if width < 1 or height < 1:
        raise ValueError(f"A picture has a width and a height, not {width}x{height}.")
    if frame_rate.per_second > HIGHEST_RATE:
        raise ValueError(
            f"Pictures are encoded at {HIGHEST_RATE} a second at most, not {frame_rate}."
        )
    return tuple(_rung(box, width, height, frame_rate) for box in _boxes_for(width, height))


def _boxes_for(width: int, height: int) -> tuple[_Box, ...]:
    scale_to = max(min(width, height), max(width, height) / BOX_ASPECT)
    below = tuple(box for box in _BOXES if box.short_side <= scale_to)
    above = _BOXES[: len(_BOXES) - len(below)]
    if not above or (below and scale_to < below[0].short_side * WORTH_A_RUNG):
        return below
    return (above[-1], *below)


def _rung(box: _Box, width: int, height: int, frame_rate: FrameRate) -> Rung:
    scale = min(
        Fraction(1),
        Fraction(box.short_side, min(width, height)),
        box.long_side / max(width, height),
    )
    scaled_width, scaled_height = _even(width, scale), _even(height, scale)
    cost = HIGH_RATE_COST if frame_rate.per_second > HIGH_RATE else 1
    max_bitrate_bps = int(box.max_bitrate_bps * cost)
    return Rung(
        name=f"{box.short_side}p",
        width=scaled_width,
        height=scaled_height,
        max_bitrate_bps=max_bitrate_bps,
        buffer_size_bits=max_bitrate_bps * 3 // 2,
        crf=23,
        profile="high",
        level_idc=_level_idc(scaled_width, scaled_height, frame_rate, max_bitrate_bps),
    )


def _even(side: int, scale: Fraction) -> int:
    nearest = round(side * scale / 2) * 2
    return max(2, min(nearest, side - side % 2))


def _level_idc(width: int, height: int, frame_rate: FrameRate, bitrate_bps: int) -> int:
    macroblocks = -(-width // 16) * -(-height // 16)
    return next(
        level.idc
        for level in _LEVELS
        if macroblocks <= level.macroblocks_per_frame
        and macroblocks * REFERENCE_FRAMES <= level.macroblocks_in_buffer
        and macroblocks * frame_rate.per_second <= level.macroblocks_per_second
        and bitrate_bps <= level.max_bitrate_bps
    )
