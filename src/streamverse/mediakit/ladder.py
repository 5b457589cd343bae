"""The ladder: which codecs, sizes and bit rates a picture is encoded at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from streamverse.mediakit.frames import HIGHEST_RATE
from streamverse.mediakit.levels import av1_level_idx, h264_level_idc, hevc_level_idc

if TYPE_CHECKING:
    from streamverse.mediakit.frames import FrameRate

BOX_ASPECT: Final = Fraction(16, 9)
WORTH_A_RUNG: Final = Fraction(115, 100)
HIGH_RATE: Final = 30
HIGH_RATE_COST: Final = Fraction(3, 2)
LARGEST_SHORT_SIDE: Final = 2160
# Smaller pictures than a coding block of HEVC exist in H.264 alone.
SMALLEST_MODERN_SIDE: Final = 16
SMALLEST_OF_LARGE: Final = 360  # only sources that are smaller themselves get less
LEAN_BELOW: Final = 480  # sources in a larger box get rungs for slow lines as well


class CodecFamily(StrEnum):
    """How pictures are coded, each needing fewer bits than the one before."""

    H264 = "h264"
    HEVC = "hevc"
    AV1 = "av1"


class DynamicRange(StrEnum):
    """How brightness is coded: as ever, or by PQ or HLG (ITU-R BT.2100)."""

    SDR = "sdr"
    PQ = "pq"
    HLG = "hlg"

    @property
    def is_high(self) -> bool:
        """Whether it reaches beyond what every screen shows."""
        return self is not DynamicRange.SDR

    @property
    def transfer_characteristics(self) -> int:
        """Its number in ITU-T H.273."""
        return {DynamicRange.SDR: 1, DynamicRange.PQ: 16, DynamicRange.HLG: 18}[self]


@dataclass(frozen=True, slots=True)
class Rung:
    """One rendition of a picture; the level is numbered as its codec does."""

    name: str
    width: int
    height: int
    max_bitrate_bps: int
    buffer_size_bits: int
    crf: int
    profile: str
    level_idc: int
    codec_family: CodecFamily = CodecFamily.H264
    bit_depth: int = 8
    dynamic_range: DynamicRange = DynamicRange.SDR
    is_careful: bool = False  # a little more work for clearly fewer bits: H.264 alone
    is_lean: bool = False  # for slow lines, whatever it looks like
    is_again: bool = False  # made in software after all: what hardware began has another name

    @property
    def track_name(self) -> str:
        """The name of the track in its package: `v1080`, `v1080-hevc`, `v1080-again`."""
        suffix = "" if self.codec_family is CodecFamily.H264 else f"-{self.codec_family}"
        return f"v{self.name.removesuffix('p')}{suffix}{'-again' if self.is_again else ''}"

    @property
    def lines(self) -> int:
        """The lines that it is named after: 720 of `720p` and `720p-2`."""
        return int(self.name.partition("-")[0].removesuffix("p"))

    @property
    def level(self) -> str:
        """The level as encoders take it: `3.1`."""
        if self.codec_family is CodecFamily.AV1:
            return f"{2 + self.level_idc // 4}.{self.level_idc % 4}"
        tenths = self.level_idc // 3 if self.codec_family is CodecFamily.HEVC else self.level_idc
        return f"{tenths // 10}.{tenths % 10}"

    @property
    def codec(self) -> str:
        """The codec as manifests name it (RFC 6381), what `codecs.name_codec` finds in the file."""
        is_deep = self.bit_depth > 8  # noqa: PLR2004
        if self.codec_family is CodecFamily.H264:
            return f"avc1.6400{self.level_idc:02x}"
        if self.codec_family is CodecFamily.HEVC:
            return f"hvc1.{'2.4' if is_deep else '1.6'}.L{self.level_idc}.90"
        name = f"av01.0.{self.level_idc:02d}M.{self.bit_depth:02d}"
        if not self.dynamic_range.is_high:
            return name
        return f"{name}.0.111.09.{self.dynamic_range.transfer_characteristics:02d}.09.0"


@dataclass(frozen=True, slots=True)
class LadderPolicy:
    """What a ladder is made of: codecs, and what the source has that they may keep."""

    codecs: tuple[CodecFamily, ...] = (CodecFamily.H264,)
    dynamic_range: DynamicRange = DynamicRange.SDR
    bit_depth: int = 8
    largest_short_side: int = LARGEST_SHORT_SIDE


@dataclass(frozen=True, slots=True)
class _Box:
    short_side: int
    max_bitrate_bps: int
    is_lean: bool = False

    @property
    def long_side(self) -> Fraction:
        return self.short_side * BOX_ASPECT


@dataclass(frozen=True, slots=True)
class _Cost:
    """What a codec needs: a share of the bits of H.264, and a factor of like quality.

    `crf_step` is by how much that changes where the factor of H.264 changes by one.
    """

    bits: Fraction
    crf: int
    crf_step: Fraction = Fraction(1)


# The bit rates are caps of H.264; the quality asked for mostly stays below them.
_BOXES: Final = (
    _Box(2160, 18_000_000),
    _Box(1440, 10_000_000),
    _Box(1080, 5_500_000),
    _Box(720, 3_000_000),
    _Box(480, 1_500_000),
    _Box(360, 850_000),
    _Box(144, 250_000),
)
# What carries these is a line and not a wish: more pictures a second get no more bits.
# With lean sound the lowest takes two thirds of a line of 300 kb/s.
_LEAN_BOXES: Final = (_Box(270, 400_000, is_lean=True), _Box(180, 130_000, is_lean=True))
_COSTS: Final = {
    CodecFamily.H264: _Cost(Fraction(1), 23),
    CodecFamily.HEVC: _Cost(Fraction(3, 5), 26),
    CodecFamily.AV1: _Cost(Fraction(1, 2), 39, Fraction(5, 4)),
}
_LEVELS: Final = {
    CodecFamily.H264: h264_level_idc,
    CodecFamily.HEVC: hevc_level_idc,
    CodecFamily.AV1: av1_level_idx,
}


def choose_rungs(
    width: int, height: int, frame_rate: FrameRate, policy: LadderPolicy | None = None
) -> tuple[Rung, ...]:
    """Choose the rungs for a picture of square pixels, codec by codec from the largest down.

    Every rung is a box of 16:9, standing for a portrait picture, and the picture is made to
    fit into it: never larger than it was, in its own shape, with even sides. A source between
    two boxes keeps its own size in the upper one unless the lower one is nearly as large.
    Large sources get lean rungs below the others.
    Without a policy it is H.264 alone.
    """
    policy = policy or LadderPolicy()
    if width < 1 or height < 1:
        raise ValueError(f"A picture has a width and a height, not {width}x{height}.")
    if frame_rate.per_second > HIGHEST_RATE:
        raise ValueError(
            f"Pictures are encoded at {HIGHEST_RATE} a second at most, not {frame_rate}."
        )
    boxes = _boxes_for(width, height, policy.largest_short_side)
    return tuple(
        rung
        for family in policy.codecs
        for rung in _rungs_of(family, boxes, width, height, frame_rate, policy)
    )


def make_rung(
    family: CodecFamily,
    name: str,
    size: tuple[int, int],
    frame_rate: FrameRate,
    policy: LadderPolicy,
    *,
    max_bitrate_bps: int,
    crf: int | None = None,
) -> Rung:
    """Make a rung of a codec at a size, as measured or fixed ladders have chosen it."""
    width, height = size
    is_modern = family is not CodecFamily.H264
    dynamic_range = policy.dynamic_range if is_modern else DynamicRange.SDR
    is_deep = is_modern and (policy.bit_depth > 8 or dynamic_range.is_high)  # noqa: PLR2004
    profiles = {
        CodecFamily.H264: "high",
        CodecFamily.HEVC: "main10" if is_deep else "main",
        CodecFamily.AV1: "main",
    }
    return Rung(
        name=name,
        width=width,
        height=height,
        max_bitrate_bps=max_bitrate_bps,
        buffer_size_bits=max_bitrate_bps * 3 // 2,
        crf=_COSTS[family].crf if crf is None else crf,
        profile=profiles[family],
        level_idc=_LEVELS[family](width, height, frame_rate, max_bitrate_bps),
        codec_family=family,
        bit_depth=10 if is_deep else 8,
        dynamic_range=dynamic_range,
    )


def recode(
    rung: Rung, family: CodecFamily, frame_rate: FrameRate, policy: LadderPolicy
) -> Rung | None:
    """Make the rung of a better codec that looks like one of H.264, where it takes the size."""
    if min(rung.width, rung.height) < SMALLEST_MODERN_SIDE:
        return None
    usual, better = _COSTS[CodecFamily.H264], _COSTS[family]
    recoded = make_rung(
        *(family, rung.name, (rung.width, rung.height), frame_rate, policy),
        max_bitrate_bps=round(rung.max_bitrate_bps * better.bits),
        crf=better.crf + round((rung.crf - usual.crf) * better.crf_step),
    )
    return replace(recoded, is_lean=rung.is_lean)


def _boxes_for(width: int, height: int, largest_short_side: int) -> tuple[_Box, ...]:
    scale_to = max(min(width, height), max(width, height) / BOX_ASPECT)
    allowed = tuple(box for box in _BOXES if box.short_side <= largest_short_side)
    below = tuple(box for box in allowed if box.short_side <= scale_to)
    above = allowed[: len(allowed) - len(below)]
    if above and not (below and scale_to < below[0].short_side * WORTH_A_RUNG):
        below = (above[-1], *below)
    usual = tuple(box for box in below if box.short_side >= SMALLEST_OF_LARGE) or below
    return (*usual, *_LEAN_BOXES) if usual[0].short_side > LEAN_BELOW else usual


def _rungs_of(  # noqa: PLR0917 - what `choose_rungs` was given
    family: CodecFamily,
    boxes: tuple[_Box, ...],
    width: int,
    height: int,
    frame_rate: FrameRate,
    policy: LadderPolicy,
) -> Iterator[Rung]:
    high_rate_cost = HIGH_RATE_COST if frame_rate.per_second > HIGH_RATE else Fraction(1)
    for box in boxes:
        rate_cost = Fraction(1) if box.is_lean else high_rate_cost
        size = _fit(box, width, height)
        if family is not CodecFamily.H264 and min(size) < SMALLEST_MODERN_SIDE:
            continue
        max_bitrate_bps = int(box.max_bitrate_bps * rate_cost * _COSTS[family].bits)
        rung = make_rung(
            *(family, f"{box.short_side}p", size, frame_rate, policy),
            max_bitrate_bps=max_bitrate_bps,
        )
        yield replace(rung, is_lean=box.is_lean)


def _fit(box: _Box, width: int, height: int) -> tuple[int, int]:
    scale = min(
        Fraction(1),
        Fraction(box.short_side, min(width, height)),
        box.long_side / max(width, height),
    )
    return _even(width, scale), _even(height, scale)


def _even(side: int, scale: Fraction) -> int:
    nearest = round(side * scale / 2) * 2
    return max(2, min(nearest, side - side % 2))
