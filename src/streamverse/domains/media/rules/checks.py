"""What the checks of a package have found, as it is kept with the package and shown to staff."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackReport:
    """What was measured on a track; what does not apply to it is left out.

    ``likeness`` is how much a rendition shows what the smallest one shows, from 0 to 1; ``vmaf``
    how near a sample of the best one is to the source, from 0 to 100, in films of a minute or more.
    """

    name: str
    duration_ms: int
    starts_at_ms: int
    decoded_ms: int
    likeness: float | None = None
    vmaf: float | None = None
    loudness_lufs: float | None = None
    loudness_range_lu: float | None = None
    peak_dbfs: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What was measured on a package, and the sentence about what is wrong, if anything is.

    ``sound_offset_ms`` and ``sound_drift_ms`` are how much later than the pictures the sound
    begins and ends.
    """

    tracks: tuple[TrackReport, ...]
    is_full: bool
    sound_offset_ms: int | None = None
    sound_drift_ms: int | None = None
    problem: str | None = None

    def stored(self) -> dict[str, Any]:
        """Give what is kept."""
        return msgspec.to_builtins(self)

    @classmethod
    def read(cls, stored: dict[str, Any]) -> CheckReport:
        """Read what was kept."""
        return msgspec.convert(stored, cls)
