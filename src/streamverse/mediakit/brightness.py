"""What a film of high dynamic range says of the brightness that it was made for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

CHROMATICITY_STEPS: Final = 50_000
LUMINANCE_STEPS: Final = 10_000
BRIGHTEST: Final = 10_000 * LUMINANCE_STEPS  # the end of PQ
LARGEST_LIGHT: Final = 65_535


@dataclass(frozen=True, slots=True)
class MasteringDisplay:
    """The screen that a picture was graded on (SMPTE ST 2086).

    Chromaticities are x and y in steps of 1/50000, luminance is the highest and the lowest in
    steps of 1/10000 cd/m².
    """

    red: tuple[int, int]
    green: tuple[int, int]
    blue: tuple[int, int]
    white: tuple[int, int]
    luminance: tuple[int, int]

    @classmethod
    def read(cls, side: Mapping[str, Any]) -> MasteringDisplay | None:
        """Read what ffprobe says, or nothing if it is no screen."""
        display = cls(
            red=_pair(side, "red_x", "red_y", CHROMATICITY_STEPS),
            green=_pair(side, "green_x", "green_y", CHROMATICITY_STEPS),
            blue=_pair(side, "blue_x", "blue_y", CHROMATICITY_STEPS),
            white=_pair(side, "white_point_x", "white_point_y", CHROMATICITY_STEPS),
            luminance=_pair(side, "max_luminance", "min_luminance", LUMINANCE_STEPS),
        )
        points = (*display.red, *display.green, *display.blue, *display.white)
        brightest, darkest = display.luminance
        is_screen = all(0 < place <= CHROMATICITY_STEPS for place in points)
        return display if is_screen and 0 <= darkest < brightest <= BRIGHTEST else None


@dataclass(frozen=True, slots=True)
class ContentLight:
    """How bright a film gets, in cd/m²: its brightest pixel and its brightest picture."""

    max_content: int
    max_average: int

    @classmethod
    def read(cls, side: Mapping[str, Any]) -> ContentLight | None:
        """Read what ffprobe says, or nothing if it says nothing of use."""
        most, average = int(side.get("max_content", 0)), int(side.get("max_average", 0))
        is_light = 0 < most <= LARGEST_LIGHT and 0 <= average <= most
        return cls(most, average) if is_light else None


def _pair(side: Mapping[str, Any], first: str, second: str, steps: int) -> tuple[int, int]:
    return _steps(side.get(first), steps), _steps(side.get(second), steps)


def _steps(text: str | None, steps: int) -> int:
    try:
        return round(Fraction(text or 0) * steps)
    except (ValueError, ZeroDivisionError):
        return 0
