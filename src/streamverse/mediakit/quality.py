"""Measure what encodes are worth: VMAF against the source, of short pieces that stand for a film.

Each piece is decoded once. Every trial is encoded from it, decoded again in the same process and
compared with the source at the size at which the film is shown, so nothing is stored.
"""

import asyncio
import json
import os
import shutil
import tempfile
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from statistics import fmean, harmonic_mean
from typing import Any, Final

from streamverse.mediakit import containers, encoders, picture
from streamverse.mediakit.encode import Cue, cue_source, video_of
from streamverse.mediakit.ffmpeg import (
    QUIET,
    ToolFailed,
    Tools,
    ensure_success,
    input_arguments,
    run_to_bytes,
)
from streamverse.mediakit.frames import SegmentPlan
from streamverse.mediakit.hull import QualityPoint
from streamverse.mediakit.ladder import DynamicRange, Rung
from streamverse.mediakit.probe import MediaFacts, MediaRefused, VideoFacts
from streamverse.mediakit.sandbox import Command, Limits, pipe_url, run

# Measuring costs some ten times what the fixed ladder costs for the same pictures.
SAMPLED_SHARE: Final = Fraction(1, 60)
SHORTEST_SAMPLE_S: Final = Fraction(1, 2)
LONGEST_SAMPLE_S: Final = 8
_FEWEST_PIECES, _MOST_PIECES = 2, 6
_MOST_WINDOWS = 48
COMPARED_OF: Final = 4  # one frame of so many is compared
_LARGEST_OF_1080P: Final = 1440  # beyond this short side the model is that of large screens
_ANSWER_BYTES = 16 << 20
_LOG_BYTES = 8 << 20
_BASE_MEMORY_BYTES = 1 << 30
_PICTURES_PER_TRIAL = 100
_PIXELS_AT_ONCE = 24 * 1920 * 1080
_QUIETER = 10  # nobody waits for a measurement as for the first pictures
_WALL_S, _CPU_S = 1800, 3600

OnShare = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class VmafScore:
    """How near to the source its viewers find an encode, from 0 to 100."""

    mean: float
    harmonic_mean: float
    lowest: float


@dataclass(frozen=True, slots=True)
class _Trial:
    """What one rung came to in one piece."""

    bitrate_bps: float
    vmaf: float


async def measure_rungs(
    source: Path,
    facts: MediaFacts,
    rungs: Sequence[Rung],
    *,
    tools: Tools,
    on_progress: OnShare | None = None,
) -> tuple[QualityPoint, ...]:
    """Tell what rungs of H.264 would cost and be worth, in their order."""
    pieces = await choose_pieces(source, facts, tools=tools)
    largest = max(rungs, key=lambda rung: rung.width * rung.height)
    size = (largest.width, largest.height)
    batches = _batches(rungs, size)
    found: dict[Rung, list[_Trial]] = defaultdict(list)
    for number, (piece, batch) in enumerate((p, b) for p in pieces for b in batches):
        trials = await _try_rungs(
            source, facts, batch, piece, (largest.width, largest.height), tools
        )
        for rung, trial in zip(batch, trials, strict=True):
            found[rung].append(trial)
        if on_progress is not None:
            on_progress((number + 1) / (len(pieces) * len(batches)))
    return tuple(_to_point(rung, found[rung]) for rung in rungs)


async def measure_vmaf(
    source: Path,
    facts: MediaFacts,
    encoded: Path,
    *,
    at: range,
    tools: Tools,
    dynamic_range: DynamicRange = DynamicRange.SDR,
    compared_of: int = COMPARED_OF,
) -> VmafScore:
    """Compare an encode with its source at the source's size.

    The encode is MP4 (a head and segments) and holds the frames `at` of the plan's grid, of which
    one of `compared_of` is compared.
    """
    video, plan = video_of(facts), facts.plan()
    size = (video.width - video.width % 2, video.height - video.height % 2)
    cue = cue_source(source, facts, plan, at.start)
    shown = _reference_filters(video, size, dynamic_range)
    graph = (
        f"[0:{video.stream_index}]{_joined(cue.filters, _first(at), shown)}[r];"
        f"[1:v]{_joined(['setpts=PTS-STARTPTS'], _enlarge(size, dynamic_range))}[d];"
    )
    async with _log_folder() as folder:
        log = folder / "0.json"
        compare = _compare(log, size, compared_of, os.cpu_count() or 1)
        argv = (
            *(str(tools.ffmpeg), *QUIET, "-nostdin", *cue.arguments),
            *input_arguments(encoded, containers.MP4.demuxer),
            *("-filter_complex", f"{graph}[d][r]{compare}[v]"),
            *("-map", "[v]", "-frames:v", str(len(at)), "-f", "null", "-"),
        )
        await _run(Command(argv, (source, encoded), folder, limits=_limits(1, size)))
        scores = await asyncio.to_thread(_read_scores, log)
    return VmafScore(fmean(scores), harmonic_mean(scores), min(scores))


async def choose_pieces(source: Path, facts: MediaFacts, *, tools: Tools) -> tuple[range, ...]:
    """Choose the frames that stand for a film: some of its simple, usual and busy moments.

    The bytes that the source itself spends tell how busy a moment is. The same file gives the
    same pieces.
    """
    plan = facts.plan()
    rate = plan.frame_rate
    sample_s = min(
        max(rate.seconds(plan.total_frames) * SAMPLED_SHARE, SHORTEST_SAMPLE_S), LONGEST_SAMPLE_S
    )
    sampled = rate.frames_within(Fraction(sample_s))
    busy = await _sort_by_bytes(source, facts, plan, tools)
    count = min(max(_FEWEST_PIECES, sampled // rate.gop_frames), _MOST_PIECES, len(busy))
    length = min(-(-sampled // count), rate.gop_frames)
    starts = (busy[len(busy) * (2 * number + 1) // (2 * count)] for number in range(count))
    return tuple(range(start, min(start + length, plan.total_frames)) for start in sorted(starts))


async def _sort_by_bytes(
    source: Path, facts: MediaFacts, plan: SegmentPlan, tools: Tools
) -> list[int]:
    """Give frames that pieces may begin at, from the simplest moment to the busiest.

    They are keyframes of the source, from which decoding starts, where it has enough of them.
    """
    rate, gop = plan.frame_rate, plan.frame_rate.gop_frames
    whole_runs = max(1, plan.total_frames // gop)
    seen = min(whole_runs, _MOST_WINDOWS)
    even = [(2 * place + 1) * whole_runs // (2 * seen) * gop for place in range(seen)]
    packets = await _list_packets(source, facts, plan, even, tools)
    keys = sorted({rate.frames_within(at) for at, _, is_key in packets if is_key and at >= 0})
    last = max(0, plan.total_frames - gop)
    near = [max((key for key in keys if key <= start), default=start) for start in even]
    starts = sorted({start for start in near if start <= last})
    if len(starts) < min(_MOST_PIECES, seen):
        starts = even
    spent = {
        start: sum(
            size for at, size, _ in packets if rate.seconds(start) <= at < rate.seconds(start + gop)
        )
        for start in starts
    }
    return sorted(starts, key=lambda start: (spent[start], start))


async def _list_packets(
    source: Path, facts: MediaFacts, plan: SegmentPlan, starts: Sequence[int], tools: Tools
) -> set[tuple[Fraction, int, bool]]:
    """Ask for the time, the size and the kind of the packets that follow some frames."""
    origin, gop_s = (
        Fraction(facts.start_ms, 1000),
        plan.frame_rate.seconds(plan.frame_rate.gop_frames),
    )
    seconds = [origin + plan.frame_rate.seconds(start) for start in starts]
    intervals = ",".join(f"{float(at):.3f}%{float(at + gop_s):.3f}" for at in seconds)
    command = Command(
        argv=(
            *(str(tools.ffprobe), *QUIET, "-read_intervals", intervals, "-of", "json"),
            *("-select_streams", str(video_of(facts).stream_index)),
            *("-show_entries", "packet=pts_time,size,flags", "-o", pipe_url(0)),
            *input_arguments(source, facts.container.demuxer),
        ),
        inputs=(source,),
        pipe_count=1,
        limits=Limits(wall_seconds=300, cpu_seconds=120),
    )
    try:
        answer = json.loads(await run_to_bytes(command, most_bytes=_ANSWER_BYTES))
    except ToolFailed:
        return set()  # then the pieces are spread evenly in time
    return {
        (
            Fraction(packet["pts_time"]) - origin,
            int(packet.get("size", 0)),
            packet.get("flags", "").startswith("K"),
        )
        for packet in answer.get("packets", [])
        if "pts_time" in packet
    }


def _batches(rungs: Sequence[Rung], size: tuple[int, int]) -> list[Sequence[Rung]]:
    """Divide rungs among processes, such that the pictures of one fit into memory."""
    at_once = max(1, _PIXELS_AT_ONCE // (size[0] * size[1]))
    return [rungs[first : first + at_once] for first in range(0, len(rungs), at_once)]


async def _try_rungs(  # noqa: PLR0917 - a source, rungs, and where to try them
    source: Path,
    facts: MediaFacts,
    rungs: Sequence[Rung],
    piece: range,
    size: tuple[int, int],
    tools: Tools,
) -> list[_Trial]:
    plan, numbers = facts.plan(), range(len(rungs))
    cue = cue_source(source, facts, plan, piece.start)
    async with _log_folder() as folder:
        packets = [folder / f"{number}.packets" for number in numbers]
        logs = [folder / f"{number}.json" for number in numbers]
        argv = (
            *(str(tools.ffmpeg), *QUIET, "-nostdin", *cue.arguments),
            *("-filter_complex", _trial_graph(video_of(facts), rungs, cue, piece, size)),
            *(part for n in numbers for part in _encode(n, rungs[n], facts, plan, packets[n])),
            *(part for n in numbers for part in _decode_and_compare(n, logs[n], size)),
        )
        await _run(Command(argv, (source,), folder, limits=_limits(len(rungs), size)))
        scores = [await asyncio.to_thread(_read_scores, log) for log in logs]
        sizes = [await asyncio.to_thread(_read_sizes, file) for file in packets]
    return [
        _Trial(_bitrate_bps(one, plan), fmean(score))
        for one, score in zip(sizes, scores, strict=True)
    ]


def _trial_graph(
    video: VideoFacts, rungs: Sequence[Rung], cue: Cue, piece: range, size: tuple[int, int]
) -> str:
    """Cut the piece out, scale it once to each size, and keep it for each comparison."""
    everyone = range(len(rungs))
    fits = list(dict.fromkeys(",".join(picture.fit(video, rung)) for rung in rungs))
    of_fit = [fits.index(",".join(picture.fit(video, rung))) for rung in rungs]
    cut = _joined(cue.filters, _first(piece), picture.tone_map(video, *size))
    split = f"split={len(fits) + 1}{_labels('s', range(len(fits)))}[whole]"
    reference = _joined(picture.scale(video, *size), [f"split={len(rungs)}"])
    steps = [
        f"[0:{video.stream_index}]{cut},{split}",
        f"[whole]{reference}{_labels('r', everyone)}",
    ]
    for number, fit in enumerate(fits):
        users = [index for index in everyone if of_fit[index] == number]
        steps.append(f"[s{number}]{fit},split={len(users)}{_labels('v', users)}")
    return ";".join(steps)


def _encode(
    number: int, rung: Rung, facts: MediaFacts, plan: SegmentPlan, packets: Path
) -> list[str]:
    """Encode one trial and list the sizes of its packets."""
    return [
        *("-map", f"[v{number}]", "-fps_mode", "passthrough"),
        *encoders.video_arguments(rung, plan.frame_rate, video_of(facts), 1),
        *("-f", "framecrc", f"file:{packets}"),
    ]


def _decode_and_compare(number: int, log: Path, size: tuple[int, int]) -> list[str]:
    enlarge = _joined(_enlarge(size, DynamicRange.SDR))
    compare = _compare(log, size, COMPARED_OF)
    graph = f"[dec:{number}]{enlarge}[d{number}];[d{number}][r{number}]{compare}"
    return [
        *("-threads", "1", "-dec", f"{number}:0"),
        *("-filter_complex", f"{graph}[q{number}]", "-map", f"[q{number}]", "-f", "null", "-"),
    ]


def _reference_filters(
    video: VideoFacts, size: tuple[int, int], dynamic_range: DynamicRange
) -> list[str]:
    """Show the source as the encode shows it."""
    if not dynamic_range.is_high:
        return [*picture.tone_map(video, *size), *picture.scale(video, *size)]
    return _enlarge(size, dynamic_range)


def _enlarge(size: tuple[int, int], dynamic_range: DynamicRange) -> list[str]:
    """Scale as players do when they fill a screen."""
    pixel_format = "yuv420p10le" if dynamic_range.is_high else "yuv420p"
    return [f"scale={size[0]}:{size[1]}:flags=bicubic", "setsar=1", f"format={pixel_format}"]


def _first(frames: range) -> list[str]:
    return [f"trim=end_frame={len(frames)}"]


def _compare(log: Path, size: tuple[int, int], compared_of: int, threads: int = 0) -> str:
    model = "vmaf_4k_v0.6.1" if min(size) > _LARGEST_OF_1080P else "vmaf_v0.6.1"
    return (
        f"libvmaf=model=version={model}:n_subsample={compared_of}:n_threads={threads}:"
        f"log_fmt=json:log_path={_escape(str(log))}"
    )


def _escape(path: str) -> str:
    """Write a path as the value of an option (first) in a graph of filters (second)."""
    value = "".join(f"\\{letter}" if letter in "\\':" else letter for letter in path)
    return "".join(f"\\{letter}" if letter in "\\'[],;" else letter for letter in value)


def _joined(*filters: Sequence[str]) -> str:
    return ",".join(step for steps in filters for step in steps)


def _labels(letter: str, numbers: Sequence[int]) -> str:
    return "".join(f"[{letter}{number}]" for number in numbers)


@asynccontextmanager
async def _log_folder() -> AsyncGenerator[Path]:
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp))
    try:
        yield folder
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


async def _run(command: Command) -> None:
    async with run(command) as process:
        ensure_success(command, await process.wait())


def _limits(trials: int, size: tuple[int, int]) -> Limits:
    threads = os.cpu_count() or 1
    pictures = (trials + threads) * _PICTURES_PER_TRIAL
    return Limits(
        wall_seconds=_WALL_S,
        cpu_seconds=_CPU_S,
        memory_bytes=_BASE_MEMORY_BYTES + pictures * size[0] * size[1] * 2,
        file_size_bytes=_LOG_BYTES,
        open_files=64 + 2 * trials,
        niceness=_QUIETER,
    )


def _read_scores(log: Path) -> list[float]:
    """Read the score of each compared frame, without the first one: nothing moves in it yet."""
    frames: list[dict[str, Any]] = json.loads(log.read_bytes())["frames"] if log.exists() else []
    scores = [float(frame["metrics"]["vmaf"]) for frame in frames]
    if not scores:
        raise MediaRefused("damaged", "None of its pictures can be decoded: the file is damaged.")
    return scores[1:] or scores


def _read_sizes(packets: Path) -> list[int]:
    lines = packets.read_text("ascii").splitlines()
    return [int(line.split(",")[4]) for line in lines if not line.startswith("#")]


def _bitrate_bps(sizes: Sequence[int], plan: SegmentPlan) -> float:
    """Reckon with one keyframe for each run of the plan, however short the piece was."""
    rate = plan.frame_rate
    key, *others = sizes
    run_bytes = key + (rate.gop_frames - 1) * (fmean(others) if others else key)
    return float(run_bytes * 8 / rate.seconds(rate.gop_frames))


def _to_point(rung: Rung, trials: Sequence[_Trial]) -> QualityPoint:
    return QualityPoint(
        width=rung.width,
        height=rung.height,
        crf=rung.crf,
        bitrate_bps=max(1, round(fmean(trial.bitrate_bps for trial in trials))),
        peak_bitrate_bps=max(1, round(max(trial.bitrate_bps for trial in trials))),
        vmaf=fmean(trial.vmaf for trial in trials),
    )
