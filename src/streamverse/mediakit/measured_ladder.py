"""The measured ladder: what is tried for a title, and which rungs it gets for what was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from streamverse.mediakit.hull import (
    CLOSEST_RATIO,
    QualityPoint,
    QualityPolicy,
    bits_saved,
    choose_points,
    interpolate,
    upper_hull,
)
from streamverse.mediakit.ladder import CodecFamily, LadderPolicy, Rung, make_rung

if TYPE_CHECKING:
    from streamverse.mediakit.frames import FrameRate

LARGE_SIZES: Final = 2
LARGE_CRFS: Final = (21, 28, 36)
SMALL_CRFS: Final = (26, 33)
PREVIEW_CRF: Final = SMALL_CRFS[0]
PREVIEW_SHORT_SIDE: Final = 480
# The fixed ladder is what a measured one may cost: so many times its pixels.
MOST_PIXELS: Final = 1.25
# What is measured briefly may need more elsewhere in the film; never more than its size may cost.
SPARE_OF_MEAN, SPARE_OF_PEAK = 2.0, 1.25
_UNCAPPED: Final = 4


@dataclass(frozen=True, slots=True)
class Measurement:
    """What was found out about a title; the points of the fixed ladder are those it would have."""

    tried: tuple[QualityPoint, ...]
    fixed: tuple[QualityPoint, ...]
    preview: QualityPoint

    @property
    def hull(self) -> tuple[QualityPoint, ...]:
        """The best that any size and quality give, from the cheapest up."""
        return upper_hull(interpolate(self.tried))


@dataclass(frozen=True, slots=True)
class Choice:
    """The rungs of H.264 that a title gets beside its preview, and what each is expected to be.

    The lean ones among them come as they are and have no points.
    """

    points: tuple[QualityPoint, ...]
    rungs: tuple[Rung, ...]
    bits_saved: float | None


def is_measurable(fixed: Sequence[Rung]) -> bool:
    """Tell whether there is anything to choose for a source: more than one size."""
    return len(fixed) > 1


def measured_rungs(fixed: Sequence[Rung]) -> tuple[Rung, ...]:
    """Leave out the lean ones, which a line chooses and no measuring."""
    return tuple(rung for rung in fixed if not rung.is_lean)


def make_preview(fixed: Sequence[Rung]) -> Rung:
    """Choose the rung that is encoded before anything is measured: small, and good for most."""
    small = (rung for rung in fixed if min(rung.width, rung.height) <= PREVIEW_SHORT_SIDE)
    return replace(next(small, fixed[-1]), crf=PREVIEW_CRF, is_careful=True)


def list_trials(fixed: Sequence[Rung]) -> tuple[Rung, ...]:
    """List what is tried: the fixed ladder itself, then each of its sizes in several qualities."""
    fixed = measured_rungs(fixed)
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
            for place, rung in enumerate(fixed)
            for crf in (LARGE_CRFS if place < LARGE_SIZES else SMALL_CRFS)
        ),
    )


def read_trials(fixed: Sequence[Rung], points: Sequence[QualityPoint]) -> Measurement:
    """Sort out what the trials gave, in the order in which they were listed."""
    fixed = measured_rungs(fixed)
    tried = tuple(points[len(fixed) :])
    preview = make_preview(fixed)
    at_preview = (
        point
        for point in interpolate(tried)
        if (point.width, point.height, point.crf) == (preview.width, preview.height, preview.crf)
    )
    return Measurement(tried=tried, fixed=tuple(points[: len(fixed)]), preview=next(at_preview))


def choose_measured_rungs(
    measurement: Measurement, fixed: Sequence[Rung], frame_rate: FrameRate, policy: QualityPolicy
) -> Choice:
    """Choose the rungs of a title under the caps and the pixels of the fixed ladder."""
    usual = measured_rungs(fixed)
    caps = {(rung.width, rung.height): rung for rung in usual}
    preview = make_preview(fixed)
    points = choose_points(
        (
            point
            for point in interpolate(measurement.tried)
            if point.bitrate_bps <= caps[point.width, point.height].max_bitrate_bps
        ),
        policy,
        most_pixels=round(
            sum(rung.width * rung.height for rung in usual) * MOST_PIXELS
            - preview.width * preview.height
        ),
        given=measurement.preview,
    )
    taken = Counter([preview.name])
    rungs: list[Rung] = []
    for point in points:
        cap = caps[point.width, point.height]
        taken[cap.name] += 1
        rungs.append(_to_rung(point, cap, _name(cap, taken[cap.name]), frame_rate))
    every = (*points, measurement.preview)
    saved = bits_saved(measurement.fixed, every)
    lowest = min(every, key=lambda point: point.bitrate_bps)
    return Choice(points, (*rungs, *_lean_rungs(fixed, lowest)), saved)


def _lean_rungs(fixed: Sequence[Rung], lowest: QualityPoint) -> tuple[Rung, ...]:
    """Keep the lean rungs that cost clearly less than whatever costs least, also where it moves."""
    return tuple(
        rung
        for rung in fixed
        if rung.is_lean and rung.max_bitrate_bps * CLOSEST_RATIO <= lowest.peak_bitrate_bps
    )


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
