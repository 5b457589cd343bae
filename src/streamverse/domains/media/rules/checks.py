"""What the checks of a package have found, as it is kept with the package and shown to staff."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from streamverse.domains.media.rules.packages import part_key
from streamverse.mediakit.checks import Sound

if TYPE_CHECKING:
    from streamverse.domains.media.models import PartRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """What came out of decoding a run of a track: so many pictures, or so much sound."""

    track: str
    frame_count: int = 0
    sound: Sound | None = None


def store_decoded(decoded: Iterable[Decoded]) -> dict[str, Any]:
    """Give what is kept with a part."""
    return {"tracks": msgspec.to_builtins(list(decoded))}


def join_decoded(parts: Sequence[PartRow]) -> dict[str, Decoded]:
    """Put together what was decoded part by part: of tracks of which every part was."""
    runs: dict[str, list[tuple[str, Decoded]]] = defaultdict(list)
    for part in parts:
        for run in msgspec.convert((part.decoded or {}).get("tracks", []), list[Decoded]):
            runs[run.track].append((part_key(part), run))
    counts = Counter(map(part_key, parts))
    return {
        track: Decoded(
            track=track,
            frame_count=sum(run.frame_count for _, run in found),
            sound=found[0][1].sound,
        )
        for track, found in runs.items()
        if len(found) == counts[found[0][0]]
    }


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
