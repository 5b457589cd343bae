"""The measured ladder: what is tried for a title, and which rungs it gets for what was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from streamverse.mediakit.hull import QualityPoint, bits_saved, interpolate, upper_hull
from streamverse.mediakit.ladder import CodecFamily, LadderPolicy, Rung, make_rung
from streamverse.mediakit.rung_choice import QualityPolicy, choose_points

if TYPE_CHECKING:
    from streamverse.mediakit.frames import FrameRate

# At which qualities sizes are tried: the two largest, the smallest, which is rarely the best, and
# those between.
LARGE_SIZES: Final = 2
LARGE_CRFS: Final = (21, 28, 36)
SMALLEST_CRFS: Final = (28,)
SMALL_CRFS: Final = (26, 31, 36)
PREVIEW_CRF: Final = 28
PREVIEW_SHORT_SIDE: Final = 480
# The fixed ladder is what a measured one may cost: so many times its pixels.
MOST_PIXELS: Final = 1.1
# What is measured briefly may need more elsewhere in the film; never more than its size may cost.
SPARE_OF_MEAN, SPARE_OF_PEAK = 2.0, 1.25
_UNCAPPED: Final = 4


@dataclass(frozen=True, slots=True)
class Measurement:
    """What was found out about a title; the points of the fixed ladder are those it would have.

    `lean` is the lowest rung of all, where there is one: a line chooses it and no measuring.
    """

    tried: tuple[QualityPoint, ...]
    fixed: tuple[QualityPoint, ...]
    preview: QualityPoint
    lean: QualityPoint | None

    @property
    def hull(self) -> tuple[QualityPoint, ...]:
        """The best that any size and quality give, from the cheapest up."""
        return upper_hull(interpolate(self.tried))


@dataclass(frozen=True, slots=True)
class Choice:
    """The rungs of H.264 that a title gets beside its preview, and what each is expected to be."""

    points: tuple[QualityPoint, ...]
    rungs: tuple[Rung, ...]
    bits_saved: float | None


def is_measurable(fixed: Sequence[Rung]) -> bool:
    """Tell whether there is anything to choose for a source: more than one size."""
    return len(fixed) > 1


def make_preview(fixed: Sequence[Rung]) -> Rung:
    """Choose the rung that is encoded before anything is measured: small, and good for most."""
    small = (rung for rung in fixed if min(rung.width, rung.height) <= PREVIEW_SHORT_SIDE)
    return replace(next(small, fixed[-1]), crf=PREVIEW_CRF, is_careful=True)


def list_trials(fixed: Sequence[Rung]) -> tuple[Rung, ...]:
    """List what is tried: the fixed ladder itself, its sizes in several qualities, a lean rung."""
    lean = _lean_rung(fixed)
    return (
        *fixed,
        *(
            replace(
                rung,
                crf=crf,
                is_careful=True,
                max_bitrate_bps=rung.max_bitrate_bps * _UNCAPPED,
                buffer_size_bits=rung.buffer_size_bits * _UNCAPPED,
            )
            for rung, crfs in _tried_sizes(fixed)
            for crf in crfs
        ),
        *((lean,) if lean else ()),
    )


def read_trials(fixed: Sequence[Rung], points: Sequence[QualityPoint]) -> Measurement:
    """Sort out what the trials gave, in the order in which they were listed."""
    lean_from = len(points) - (_lean_rung(fixed) is not None)
    tried = tuple(points[len(fixed) : lean_from])
    preview = make_preview(fixed)
    at_preview = (
        point
        for point in interpolate(tried)
        if (point.width, point.height, point.crf) == (preview.width, preview.height, preview.crf)
    )
    return Measurement(
        tried=tried,
        fixed=tuple(points[: len(fixed)]),
        preview=next(at_preview),
        lean=next(iter(points[lean_from:]), None),
    )


def choose_measured_rungs(
    measurement: Measurement, fixed: Sequence[Rung], frame_rate: FrameRate, policy: QualityPolicy
) -> Choice:
    """Choose the rungs of a title under the caps and the pixels of the fixed ladder."""
    caps = {(rung.width, rung.height): rung for rung in fixed}
    preview, lean = make_preview(fixed), _lean_rung(fixed)
    points = choose_points(
        (
            point
            for point in interpolate(measurement.tried)
            if point.bitrate_bps <= caps[point.width, point.height].max_bitrate_bps
        ),
        policy,
        most_pixels=round(
            sum(rung.width * rung.height for rung in fixed) * MOST_PIXELS
            - preview.width * preview.height
        ),
        given=measurement.preview,
        lowest=measurement.lean,
    )
    taken = Counter([preview.name])
    rungs: list[Rung] = []
    for point in points:
        if lean is not None and point == measurement.lean:
            rungs.append(lean)
            continue
        cap = caps[point.width, point.height]
        taken[cap.name] += 1
        rungs.append(_to_rung(point, cap, _name(cap, taken[cap.name]), frame_rate))
    saved = bits_saved(measurement.fixed, (*points, measurement.preview))
    return Choice(points, tuple(rungs), saved)


def _tried_sizes(fixed: Sequence[Rung]) -> Iterator[tuple[Rung, tuple[int, ...]]]:
    usual = [rung for rung in fixed if not rung.is_lean]
    for place, rung in enumerate(usual):
        if place < LARGE_SIZES:
            yield rung, LARGE_CRFS
        else:
            yield rung, SMALLEST_CRFS if place == len(usual) - 1 else SMALL_CRFS


def _lean_rung(fixed: Sequence[Rung]) -> Rung | None:
    """Take the lowest rung for slow lines as it is, but with care."""
    lean = [replace(rung, is_careful=True) for rung in fixed if rung.is_lean]
    return lean[-1] if lean else None


def _name(cap: Rung, nth: int) -> str:
    """Name a rung after its size; several of one size are numbered."""
    return cap.name if nth == 1 else f"{cap.name.removesuffix('p')}-{nth}"


def _to_rung(point: QualityPoint, cap: Rung, name: str, frame_rate: FrameRate) -> Rung:
    wanted = max(point.bitrate_bps * SPARE_OF_MEAN, point.peak_bitrate_bps * SPARE_OF_PEAK)
    rung = make_rung(
        *(CodecFamily.H264, name, (point.width, point.height), frame_rate, LadderPolicy()),
        max_bitrate_bps=round(min(cap.max_bitrate_bps, wanted)),
        crf=point.crf,
    )
    return replace(rung, is_careful=True)
