"""The levels of H.264, HEVC and AV1: how much a decoder must be able to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from streamverse.mediakit.frames import FrameRate

REFERENCE_FRAMES: Final = 4  # so many pictures x264 keeps at this preset


@dataclass(frozen=True, slots=True)
class _MacroblockLevel:
    """One row of table A-1 of ITU-T H.264; the bit rate is that of the High profile."""

    idc: int
    macroblocks_per_second: int
    macroblocks_per_frame: int
    macroblocks_in_buffer: int
    max_bitrate_bps: int


@dataclass(frozen=True, slots=True)
class _SampleLevel:
    """One row of the tables of HEVC (A.8, A.9, main tier) or of AV1 (A.3, main tier).

    `longest_side` is the largest width, and of HEVC the largest height as well.
    """

    idc: int
    samples_per_picture: int
    samples_per_second: int
    longest_side: int
    max_bitrate_bps: int


_H264: Final = (
    _MacroblockLevel(30, 40_500, 1_620, 8_100, 12_500_000),
    _MacroblockLevel(31, 108_000, 3_600, 18_000, 17_500_000),
    _MacroblockLevel(32, 216_000, 5_120, 20_480, 25_000_000),
    _MacroblockLevel(40, 245_760, 8_192, 32_768, 25_000_000),
    _MacroblockLevel(41, 245_760, 8_192, 32_768, 62_500_000),
    _MacroblockLevel(42, 522_240, 8_704, 34_816, 62_500_000),
    _MacroblockLevel(50, 589_824, 22_080, 110_400, 168_750_000),
    _MacroblockLevel(51, 983_040, 36_864, 184_320, 300_000_000),
    _MacroblockLevel(52, 2_073_600, 36_864, 184_320, 300_000_000),
)
_HEVC: Final = (
    _SampleLevel(60, 122_880, 3_686_400, 991, 1_500_000),
    _SampleLevel(63, 245_760, 7_372_800, 1_402, 3_000_000),
    _SampleLevel(90, 552_960, 16_588_800, 2_103, 6_000_000),
    _SampleLevel(93, 983_040, 33_177_600, 2_804, 10_000_000),
    _SampleLevel(120, 2_228_224, 66_846_720, 4_222, 12_000_000),
    _SampleLevel(123, 2_228_224, 133_693_440, 4_222, 20_000_000),
    _SampleLevel(150, 8_912_896, 267_386_880, 8_444, 25_000_000),
    _SampleLevel(153, 8_912_896, 534_773_760, 8_444, 40_000_000),
    _SampleLevel(156, 8_912_896, 1_069_547_520, 8_444, 60_000_000),
)
_AV1: Final = (
    _SampleLevel(0, 147_456, 4_423_680, 1_152, 1_500_000),
    _SampleLevel(1, 278_784, 8_363_520, 1_584, 3_000_000),
    _SampleLevel(4, 665_856, 19_975_680, 2_448, 6_000_000),
    _SampleLevel(5, 1_065_024, 31_950_720, 3_096, 10_000_000),
    _SampleLevel(8, 2_359_296, 70_778_880, 3_456, 12_000_000),
    _SampleLevel(9, 2_359_296, 141_557_760, 3_456, 20_000_000),
    _SampleLevel(12, 8_912_896, 267_386_880, 4_352, 30_000_000),
    _SampleLevel(13, 8_912_896, 534_773_760, 4_352, 40_000_000),
    _SampleLevel(14, 8_912_896, 1_069_547_520, 4_352, 60_000_000),
)


def h264_level_idc(width: int, height: int, frame_rate: FrameRate, bitrate_bps: int) -> int:
    """Find the lowest `level_idc` from 3 on that allows a picture."""
    macroblocks = -(-width // 16) * -(-height // 16)
    return next(
        level.idc
        for level in _H264
        if macroblocks <= level.macroblocks_per_frame
        and macroblocks * REFERENCE_FRAMES <= level.macroblocks_in_buffer
        and macroblocks * frame_rate.per_second <= level.macroblocks_per_second
        and bitrate_bps <= level.max_bitrate_bps
    )


def hevc_level_idc(width: int, height: int, frame_rate: FrameRate, bitrate_bps: int) -> int:
    """Find the lowest `general_level_idc` from 2 on (30 times the level) that allows a picture."""
    return _sample_level(_HEVC, width, height, frame_rate, bitrate_bps)


def av1_level_idx(width: int, height: int, frame_rate: FrameRate, bitrate_bps: int) -> int:
    """Find the lowest `seq_level_idx` that allows a picture."""
    return _sample_level(_AV1, width, height, frame_rate, bitrate_bps)


def _sample_level(
    levels: tuple[_SampleLevel, ...],
    width: int,
    height: int,
    frame_rate: FrameRate,
    bitrate_bps: int,
) -> int:
    samples = width * height
    return next(
        level.idc
        for level in levels
        if samples <= level.samples_per_picture
        and samples * frame_rate.per_second <= level.samples_per_second
        and max(width, height) <= level.longest_side
        and bitrate_bps <= level.max_bitrate_bps
    )
