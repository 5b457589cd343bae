"""Ladders that are chosen by measuring: what a package begins with, what it gets, what is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from streamverse.domains.media.rules.packages import (
    GROUP_OF_FAMILY,
    EncodingPolicy,
    Recipe,
    RungGroup,
    choose_recipe,
    ladder_policy,
)
from streamverse.mediakit.hull import QualityPoint
from streamverse.mediakit.ladder import CodecFamily, Rung, choose_rungs, recode
from streamverse.mediakit.measured_ladder import (
    choose_measured_rungs,
    is_measurable,
    make_preview,
    read_trials,
)
from streamverse.mediakit.probe import MediaFacts
from streamverse.mediakit.rung_choice import QualityPolicy

Groups = Mapping[RungGroup, tuple[Rung, ...]]


@dataclass(frozen=True, slots=True)
class LadderReport:
    """What was measured and chosen; kept as JSON, and shown to those who want to know why.

    All points are of H.264. `fixed` is what the fixed ladder would have been.
    """

    target_vmaf: float
    tried: tuple[QualityPoint, ...]
    hull: tuple[QualityPoint, ...]
    fixed: tuple[QualityPoint, ...]
    preview: QualityPoint
    chosen: tuple[QualityPoint, ...]
    bits_saved: float | None

    def stored(self) -> dict[str, Any]:
        """Give what is kept."""
        return msgspec.to_builtins(self)

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> LadderReport:
        """Read what was kept."""
        return msgspec.convert(stored, cls)


def fixed_rungs(facts: MediaFacts) -> tuple[Rung, ...]:
    """Give the fixed ladder of H.264, which measuring starts from."""
    if facts.video is None:
        return ()
    return choose_rungs(facts.video.width, facts.video.height, facts.plan().frame_rate)


def await_measurement(recipe: Recipe, facts: MediaFacts, policy: EncodingPolicy) -> Recipe:
    """Leave a recipe its preview alone, where the rest is to be chosen by measuring.

    Of a film that is too short for a preview, measuring would cost too much and delay the start.
    """
    fixed = fixed_rungs(facts)
    is_long = policy.previews(facts.duration_ms)
    if not (policy.is_ladder_measured and is_long and is_measurable(fixed)):
        return recipe
    groups = {RungGroup.PREVIEW: (make_preview(fixed),)}
    return replace(recipe, groups=groups, awaits_groups=True)


def choose_groups(
    facts: MediaFacts, policy: EncodingPolicy, points: Sequence[QualityPoint]
) -> tuple[LadderReport, Groups]:
    """Choose the groups that a package awaits, for what the trials of its film came to."""
    fixed, rate = fixed_rungs(facts), facts.plan().frame_rate
    measurement = read_trials(fixed, points)
    wanted = QualityPolicy(target_vmaf=policy.target_vmaf)
    choice = choose_measured_rungs(measurement, fixed, rate, wanted)
    report = LadderReport(
        target_vmaf=wanted.target_vmaf,
        tried=measurement.tried,
        hull=measurement.hull,
        fixed=measurement.fixed,
        preview=measurement.preview,
        chosen=choice.points,
        bits_saved=choice.bits_saved,
    )
    rungs = (*choice.rungs, make_preview(fixed))
    better = {
        GROUP_OF_FAMILY[family]: _recoded(rungs, family, facts, policy)
        for family in policy.codecs
        if family is not CodecFamily.H264
    }
    return report, {RungGroup.H264: choice.rungs, **better}


def fixed_groups(facts: MediaFacts, policy: EncodingPolicy) -> Groups:
    """Give the groups of the fixed ladder, beside the preview that a package has already."""
    preview = make_preview(fixed_rungs(facts)).track_name
    groups: dict[RungGroup, tuple[Rung, ...]] = {}
    for rung in choose_recipe(facts, policy).rungs:
        if rung.track_name != preview:
            group = GROUP_OF_FAMILY[rung.codec_family]
            groups[group] = (*groups.get(group, ()), rung)
    return groups


def _recoded(
    rungs: Sequence[Rung], family: CodecFamily, facts: MediaFacts, policy: EncodingPolicy
) -> tuple[Rung, ...]:
    if facts.video is None:
        return ()
    rate, kept = facts.plan().frame_rate, ladder_policy(facts.video, policy)
    recoded = (recode(rung, family, rate, kept) for rung in rungs)
    return tuple(rung for rung in recoded if rung is not None)
