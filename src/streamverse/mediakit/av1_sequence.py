"""What the sequence header of AV1 says that the headers of its pictures depend on (5.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from streamverse.mediakit.bits import BitReader

LEVELS_WITH_TIER: Final = 7
PROFESSIONAL: Final = 2
SRGB: Final = (1, 13, 0)
UNSPECIFIED: Final = (2, 2, 2)


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """The layers that a decoder may choose to decode, and the width of their removal times."""

    layers: int
    removal_time_bits: int
    level: int = 0
    tier: int = 0

    def is_in(self, extension: int) -> bool:
        """Tell whether a unit with this extension byte belongs to it."""
        temporal, spatial = extension >> 5, extension >> 3 & 3
        return self.layers == 0 or bool(
            self.layers >> temporal & 1 and self.layers >> (spatial + 8) & 1
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Av1Sequence:
    """Which fields there are in the headers of pictures, and how wide.

    `screen_tools` and `whole_vectors` are None where each picture says so itself.
    """

    # The bytes of a configuration (av1C) that say the profile, level, tier and colours.
    described: bytes
    is_reduced: bool
    has_decoder_model: bool
    presentation_time_bits: int
    operating_points: tuple[OperatingPoint, ...]
    width_bits: int
    height_bits: int
    width: int
    height: int
    frame_id_bits: int
    frame_id_delta_bits: int
    has_large_blocks: bool
    has_warped_motion: bool
    has_reference_vectors: bool
    order_bits: int
    screen_tools: bool | None
    whole_vectors: bool | None
    has_superres: bool
    has_direction_filter: bool
    has_restoration: bool
    is_monochrome: bool
    is_420: bool
    has_separate_chroma: bool
    # How brightness is coded, by its number in ITU-T H.273.
    transfer: int
    has_grain: bool

    def distance(self, order: int, other: int) -> int:
        """Tell how far one picture is after another, whose numbers wrap around (7.9.3)."""
        half = 1 << (self.order_bits - 1)
        difference = order - other
        return (difference & (half - 1)) - (difference & half)


@dataclass(frozen=True, slots=True)
class _Timing:
    has_model: bool = False
    delay_bits: int = 0
    removal_time_bits: int = 0
    presentation_time_bits: int = 0


@dataclass(frozen=True, slots=True)
class _Tools:
    has_warped_motion: bool = False
    has_reference_vectors: bool = False
    order_bits: int = 0
    screen_tools: bool | None = None
    whole_vectors: bool | None = None


@dataclass(frozen=True, slots=True)
class _Colours:
    # As a configuration has them, below the tier.
    flags: int
    is_monochrome: bool
    is_420: bool
    has_separate_chroma: bool
    transfer: int


def read_sequence(bits: BitReader) -> Av1Sequence:
    """Read a sequence header."""
    profile = bits.u(3)
    bits.skip(1)
    is_reduced = bits.flag()
    timing = _Timing()
    if is_reduced:
        points = (OperatingPoint(0, 0, bits.u(5)),)
    else:
        timing = _read_timing(bits)
        points = _read_points(bits, timing)
    width_bits, height_bits = bits.u(4) + 1, bits.u(4) + 1
    width, height = bits.u(width_bits) + 1, bits.u(height_bits) + 1
    id_bits = id_delta_bits = 0
    if not is_reduced and bits.flag():
        id_delta_bits = bits.u(4) + 2
        id_bits = bits.u(3) + id_delta_bits + 1
    has_large_blocks = bits.flag()
    bits.skip(2)
    tools = _Tools() if is_reduced else _read_tools(bits)
    has_superres, has_direction_filter, has_restoration = bits.flag(), bits.flag(), bits.flag()
    colours = _read_colours(bits, profile)
    first = points[0]
    return Av1Sequence(
        described=bytes([profile << 5 | first.level, first.tier << 7 | colours.flags]),
        is_reduced=is_reduced,
        has_decoder_model=timing.has_model,
        presentation_time_bits=timing.presentation_time_bits,
        operating_points=points,
        width_bits=width_bits,
        height_bits=height_bits,
        width=width,
        height=height,
        frame_id_bits=id_bits,
        frame_id_delta_bits=id_delta_bits,
        has_large_blocks=has_large_blocks,
        has_warped_motion=tools.has_warped_motion,
        has_reference_vectors=tools.has_reference_vectors,
        order_bits=tools.order_bits,
        screen_tools=tools.screen_tools,
        whole_vectors=tools.whole_vectors,
        has_superres=has_superres,
        has_direction_filter=has_direction_filter,
        has_restoration=has_restoration,
        is_monochrome=colours.is_monochrome,
        is_420=colours.is_420,
        has_separate_chroma=colours.has_separate_chroma,
        transfer=colours.transfer,
        has_grain=bits.flag(),
    )


def _read_timing(bits: BitReader) -> _Timing:
    if not bits.flag():
        return _Timing()
    bits.skip(64)
    has_equal_intervals = bits.flag()
    if has_equal_intervals:
        bits.ue()
    if not bits.flag():
        return _Timing()
    delay_bits = bits.u(5) + 1
    bits.skip(32)
    removal_bits, presentation_bits = bits.u(5) + 1, bits.u(5) + 1
    # Pictures at equal distances do not say when they are shown.
    return _Timing(
        has_model=True,
        delay_bits=delay_bits,
        removal_time_bits=removal_bits,
        presentation_time_bits=0 if has_equal_intervals else presentation_bits,
    )


def _read_points(bits: BitReader, timing: _Timing) -> tuple[OperatingPoint, ...]:
    has_display_delay = bits.flag()
    points: list[OperatingPoint] = []
    for _ in range(bits.u(5) + 1):
        layers = bits.u(12)
        level = bits.u(5)
        tier = bits.u(1) if level > LEVELS_WITH_TIER else 0
        removal_bits = 0
        if timing.has_model and bits.flag():
            bits.skip(2 * timing.delay_bits + 1)
            removal_bits = timing.removal_time_bits
        if has_display_delay and bits.flag():
            bits.skip(4)
        points.append(OperatingPoint(layers, removal_bits, level, tier))
    return tuple(points)


def _read_tools(bits: BitReader) -> _Tools:
    bits.skip(2)
    has_warped_motion = bits.flag()
    bits.skip(1)
    has_order = bits.flag()
    has_reference_vectors = False
    if has_order:
        bits.skip(1)
        has_reference_vectors = bits.flag()
    screen_tools = None if bits.flag() else bits.flag()
    whole_vectors: bool | None = None
    if screen_tools is not False:
        whole_vectors = None if bits.flag() else bits.flag()
    return _Tools(
        has_warped_motion=has_warped_motion,
        has_reference_vectors=has_reference_vectors,
        order_bits=bits.u(3) + 1 if has_order else 0,
        screen_tools=screen_tools,
        whole_vectors=whole_vectors,
    )


def _read_colours(bits: BitReader, profile: int) -> _Colours:
    is_deep = bits.flag()
    is_deepest = profile == PROFESSIONAL and is_deep and bits.flag()
    is_monochrome = profile != 1 and bits.flag()
    described = (bits.u(8), bits.u(8), bits.u(8)) if bits.flag() else UNSPECIFIED
    depth = is_deep << 6 | is_deepest << 5
    if is_monochrome:
        bits.skip(1)
        return _Colours(
            flags=depth | 0b111 << 2,
            is_monochrome=True,
            is_420=True,
            has_separate_chroma=False,
            transfer=described[1],
        )
    if described == SRGB:
        return _Colours(
            flags=depth,
            is_monochrome=False,
            is_420=False,
            has_separate_chroma=bits.flag(),
            transfer=described[1],
        )
    bits.skip(1)
    is_420, is_narrow = profile == 0, profile != 1
    if is_deepest:
        is_narrow = bits.flag()
        is_420 = is_narrow and bits.flag()
    place = bits.u(2) if is_420 else 0
    return _Colours(
        flags=depth | is_narrow << 3 | is_420 << 2 | place,
        is_monochrome=False,
        is_420=is_420,
        has_separate_chroma=bits.flag(),
        transfer=described[1],
    )
