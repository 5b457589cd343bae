"""Ladder: what a measured ladder saves against the fixed one, and what it costs to make."""

from __future__ import annotations

import asyncio
import sys
from collections import defaultdict
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory

from benchmarks.bench import Bench
from benchmarks.clips import CLIPS, make_clip
from benchmarks.figures import Figure
from benchmarks.programs import children_cpu_seconds
from streamverse.domains.media.rules.ladders import fixed_rungs
from streamverse.domains.media.rules.packages import EncodingPolicy, choose_recipe
from streamverse.mediakit.encode import encode_chunk
from streamverse.mediakit.ffmpeg import find_tools
from streamverse.mediakit.hull import QualityPoint, bits_saved
from streamverse.mediakit.ladder import Rung
from streamverse.mediakit.measured_ladder import (
    choose_measured_rungs,
    list_trials,
    make_preview,
    read_trials,
)
from streamverse.mediakit.probe import MediaFacts, probe
from streamverse.mediakit.quality import measure_rungs, measure_vmaf
from streamverse.mediakit.rung_choice import QualityPolicy

POLICY = QualityPolicy()
# Films of a minute and more get one low rung before the others, by either ladder.
AS_LONG_FILMS = EncodingPolicy(preview_from_ms=0)
COMPARED_OF = 12
TOOLS = find_tools()


@dataclass(frozen=True, slots=True)
class Served:
    """A ladder as viewers get it, and what making it cost."""

    points: tuple[QualityPoint, ...]
    cpu_s: float

    @property
    def best(self) -> QualityPoint:
        """The best rung."""
        return max(self.points, key=lambda point: point.vmaf)

    @property
    def bitrate_bps(self) -> int:
        """What all rungs together take in the store, each second."""
        return sum(point.bitrate_bps for point in self.points)


@dataclass(frozen=True, slots=True)
class Compared:
    """One clip in two ladders."""

    name: str
    fixed: Served
    measured: Served
    measuring_cpu_s: float

    @property
    def saved(self) -> float:
        """The share of bits saved at equal quality."""
        return bits_saved(self.fixed.points, self.measured.points) or 0.0

    @property
    def cost(self) -> float:
        """What measuring and encoding cost, against encoding the fixed ladder."""
        return (self.measuring_cpu_s + self.measured.cpu_s) / self.fixed.cpu_s


def measure(bench: Bench) -> list[Figure]:
    """Encode six clips by both ladders, and compare all renditions with their sources."""
    clips = [asyncio.run(_compare(name, make_clip(bench, name))) for name in CLIPS]
    for clip in clips:
        print(_describe(clip), file=sys.stderr)
    return [
        Figure(
            name="bits saved at equal VMAF, mean of six clips",
            value=fmean(clip.saved for clip in clips),
            at_least=0.25,
        ),
        Figure(
            name="measuring and encoding / fixed ladder, processor time",
            value=sum(c.measuring_cpu_s + c.measured.cpu_s for c in clips)
            / sum(c.fixed.cpu_s for c in clips),
            at_most=1.5,
        ),
        Figure(
            name="of that, measuring",
            value=sum(c.measuring_cpu_s for c in clips) / sum(c.fixed.cpu_s for c in clips),
        ),
        Figure(
            name="all renditions in the store, measured / fixed",
            value=fmean(c.measured.bitrate_bps / c.fixed.bitrate_bps for c in clips),
        ),
        Figure(
            name="VMAF of the best rung, from the target of 94",
            value=fmean(abs(clip.measured.best.vmaf - POLICY.target_vmaf) for clip in clips),
            unit="VMAF",
        ),
        *(Figure(name=f"bits saved: {clip.name}", value=clip.saved) for clip in clips),
    ]


async def _compare(name: str, clip: Path) -> Compared:
    facts = await probe(clip, TOOLS)
    fixed, rate = fixed_rungs(facts), facts.plan().frame_rate
    served = await _serve(clip, facts, list(choose_recipe(facts, AS_LONG_FILMS).groups.values()))
    used_before = children_cpu_seconds()
    points = await measure_rungs(clip, facts, list_trials(fixed), tools=TOOLS)
    measuring_cpu_s = children_cpu_seconds() - used_before
    choice = choose_measured_rungs(read_trials(fixed, points), fixed, rate, POLICY)
    return Compared(
        name=name,
        fixed=served,
        measured=await _serve(clip, facts, [(make_preview(fixed),), choice.rungs]),
        measuring_cpu_s=measuring_cpu_s,
    )


async def _serve(clip: Path, facts: MediaFacts, groups: Sequence[Sequence[Rung]]) -> Served:
    """Encode the groups one after another, as jobs do, and compare each rung with the clip."""
    rungs = [rung for group in groups for rung in group]
    with TemporaryDirectory(dir=clip.parent) as folder:
        files = {rung.track_name: Path(folder) / f"{rung.track_name}.mp4" for rung in rungs}
        used_before = children_cpu_seconds()
        for group in filter(None, groups):
            await _encode(clip, facts, group, files)
        cpu_s = children_cpu_seconds() - used_before
        points = [await _compare_rung(clip, facts, r, files[r.track_name]) for r in rungs]
    return Served(tuple(points), cpu_s)


async def _encode(
    clip: Path, facts: MediaFacts, rungs: Sequence[Rung], files: dict[str, Path]
) -> None:
    plan = facts.plan()
    written: dict[str, list[bytes]] = defaultdict(list)
    for chunk in plan.chunks():
        async with aclosing(encode_chunk(clip, facts, rungs, plan, chunk, tools=TOOLS)) as pieces:
            async for piece in pieces:
                written[piece.track].append(piece.payload)
    for track, payloads in written.items():
        files[track].write_bytes(b"".join(payloads))


async def _compare_rung(clip: Path, facts: MediaFacts, rung: Rung, file: Path) -> QualityPoint:
    at = range(facts.plan().total_frames)
    score = await measure_vmaf(clip, facts, file, at=at, tools=TOOLS, compared_of=COMPARED_OF)
    size_bytes = await asyncio.to_thread(_size_bytes, file)
    return QualityPoint(
        width=rung.width,
        height=rung.height,
        crf=rung.crf,
        bitrate_bps=round(size_bytes * 8 * 1000 / facts.duration_ms),
        peak_bitrate_bps=rung.max_bitrate_bps,
        vmaf=score.mean,
    )


def _size_bytes(file: Path) -> int:
    return file.stat().st_size


def _describe(clip: Compared) -> str:
    """Write down the rungs of a clip: size, quality setting, bit rate and VMAF."""
    lines = [f"{clip.name}: {clip.saved:.0%} saved at {clip.cost:.2f} times the cost"]
    for words, served in (("fixed", clip.fixed), ("measured", clip.measured)):
        rungs = sorted(served.points, key=lambda point: -point.bitrate_bps)
        lines.append(
            f"  {words}: "
            + ", ".join(
                f"{p.height}p at {p.crf} {p.bitrate_bps // 1000} kb/s {p.vmaf:.1f}" for p in rungs
            )
        )
    return "\n".join(lines)
