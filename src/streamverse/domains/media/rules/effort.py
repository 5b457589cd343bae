"""How much work there is in a second of each kind of part, before anybody has measured it.

The unit is one picture element of H.264. How long such a unit takes is found out while a film is
encoded; that the kinds are in proportion is what matters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from streamverse.domains.media.rules.packages import Recipe, RungGroup
from streamverse.mediakit.ladder import CodecFamily

if TYPE_CHECKING:
    from streamverse.domains.media.models import PartRow
    from streamverse.mediakit.ladder import Rung

# Opening a picture of the source and making it smaller, for each element that it has.
OPENING: Final = 0.2
ENCODING: Final[Mapping[CodecFamily, float]] = {
    CodecFamily.H264: 1.0,
    CodecFamily.HEVC: 2.5,
    CodecFamily.AV1: 1.75,
}
# A second of sound, with what it takes to hear whether it is right.
SOUND: Final = 1_500_000.0
# What is still to be chosen for a film, against the small rendition that is made before.
AWAITED: Final = 5.0


def efforts(recipe: Recipe) -> dict[str, float]:
    """Tell what a second of each kind of part takes, by what a package is made of."""
    rate = Fraction(recipe.frame_rate)
    largest = max((_elements(rung) for rung in recipe.rungs), default=0)
    found: dict[str, float] = {sound.kind: SOUND for sound in recipe.sounds}
    for group in recipe.ordered_groups:
        rungs = recipe.groups[group]
        encoding = sum(ENCODING[rung.codec_family] * _elements(rung) for rung in rungs)
        found[group] = float(rate) * (OPENING * largest + encoding)
    if recipe.awaits_groups:
        found[RungGroup.H264] = AWAITED * found.get(RungGroup.PREVIEW, 1.0)
    return found


def encode_progress(
    parts: Sequence[PartRow], effort: Mapping[str, float], awaited_segments: int = 0
) -> float:
    """Tell how much of the encoding is done, from 0 to 1; what is awaited counts as H.264."""
    weights = [effort.get(part.group, SOUND) for part in parts]
    total = sum(w * part.segment_count for w, part in zip(weights, parts, strict=True))
    total += awaited_segments * effort.get(RungGroup.H264, 0)
    done = sum(
        w * (part.segment_count if part.finished_at else part.next_segment - part.first_segment)
        for w, part in zip(weights, parts, strict=True)
    )
    return min(1.0, done / total) if total else 1.0


def _elements(rung: Rung) -> int:
    return rung.width * rung.height
