"""The renditions of a film, and what was measured to choose them, in JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streamverse.domains.media.rules.ladders import LadderReport
    from streamverse.domains.media.service.measuring import LadderView
    from streamverse.mediakit.hull import QualityPoint
    from streamverse.mediakit.ladder import Rung


class RungOut(msgspec.Struct):
    """One rendition of the pictures; `crf` is its quality setting, lower is better."""

    name: str
    codec: str
    width: int
    height: int
    crf: int
    max_bitrate_bps: int

    @classmethod
    def of(cls, rung: Rung) -> RungOut:
        """Show what was chosen."""
        return cls(
            name=rung.track_name,
            codec=rung.codec_family,
            width=rung.width,
            height=rung.height,
            crf=rung.crf,
            max_bitrate_bps=rung.max_bitrate_bps,
        )


class QualityOut(msgspec.Struct):
    """What a size and a quality setting come to: bits a second, and VMAF from 0 to 100."""

    width: int
    height: int
    crf: int
    bitrate_bps: int
    vmaf: float

    @classmethod
    def of(cls, point: QualityPoint) -> QualityOut:
        """Show a point of the chart."""
        return cls(point.width, point.height, point.crf, point.bitrate_bps, round(point.vmaf, 1))


class MeasurementOut(msgspec.Struct):
    """What was measured of a film in H.264, and what was chosen for it."""

    target_vmaf: float
    tried: list[QualityOut]
    hull: list[QualityOut]
    fixed: list[QualityOut]
    chosen: list[QualityOut]
    bits_saved: float | None

    @classmethod
    def of(cls, report: LadderReport) -> MeasurementOut:
        """Show what is kept; the rung that was there before counts among the chosen ones."""

        def show(points: Iterable[QualityPoint]) -> list[QualityOut]:
            return [QualityOut.of(point) for point in points]

        return cls(
            target_vmaf=report.target_vmaf,
            tried=show(report.tried),
            hull=show(report.hull),
            fixed=show(report.fixed),
            chosen=show((*report.chosen, report.preview)),
            bits_saved=report.bits_saved,
        )


class LadderOut(msgspec.Struct):
    """The renditions of a film; `measurement` is null where it was not, or not yet, measured."""

    is_measuring: bool
    rungs: list[RungOut]
    measurement: MeasurementOut | None

    @classmethod
    def of(cls, view: LadderView) -> LadderOut:
        """Show the renditions from the best down."""
        return cls(
            is_measuring=view.is_measuring,
            rungs=[RungOut.of(rung) for rung in view.rungs],
            measurement=MeasurementOut.of(view.report) if view.report else None,
        )
