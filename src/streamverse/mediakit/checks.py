"""Whether what was encoded is what players will need: measured on the encoded files themselves.

The index is compared with itself (holes, lengths, alignment), segments with the index (their place
in time), and decoded pictures with each other: every rendition must show the same. Sound is
decoded whole, and its loudness measured by EBU R 128.
"""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from operator import mul
from typing import TYPE_CHECKING, Final

from streamverse.mediakit import sandbox
from streamverse.mediakit.boxes import StreamMalformed, boxes_in
from streamverse.mediakit.containers import MP4
from streamverse.mediakit.ffmpeg import (
    QUIET,
    Progress,
    ToolFailed,
    Tools,
    ensure_success,
    input_arguments,
    read_progress,
)
from streamverse.mediakit.sandbox import Command, Limits, pipe_url
from streamverse.mediakit.timeline import Package, Track, TrackKind

if TYPE_CHECKING:
    from pathlib import Path

TARGET_LOUDNESS_LUFS: Final = -16.0
HIGHEST_PEAK_DBFS: Final = -1.0
SILENCE_LUFS: Final = -70.0
# A frame of sound belongs to the segment in which it begins, so it may lag by less than one.
ALIGNMENT_TOLERANCE_S: Final = Fraction(1, 20)
LENGTH_TOLERANCE: Final = Fraction(1, 100)
LENGTH_TOLERANCE_S: Final = Fraction(1, 2)
SAMPLED_SHARE: Final = Fraction(3, 100)
MOST_SAMPLES: Final = 6
LEAST_LIKENESS: Final = 0.8
# Where bits are scarce the best rendition may look poor; below this it shows something else.
LEAST_VMAF: Final = 20
_FLAT, _STRUCTURED = 2.0, 8.0
_WIDTH, _HEIGHT = 32, 18
_LIMITS = Limits(wall_seconds=4 * 3600, cpu_seconds=4 * 3600, memory_bytes=3 << 30, niceness=15)
_SUMMARY = re.compile(r"^(I|LRA|Peak): +(-?[\d.]+|-inf|nan) (?:LUFS|LU|dBFS)$")


class OutputBroken(Exception):
    """What was encoded is not fit to be shown; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Loudness:
    """How loud something is, by EBU R 128; nothing where it is silent."""

    integrated_lufs: float
    range_lu: float
    peak_dbfs: float


@dataclass(frozen=True, slots=True)
class Sound:
    """What came out of a decoder of sound."""

    duration_s: float
    loudness: Loudness | None


@dataclass(frozen=True, slots=True)
class Pictures:
    """What came out of a decoder of pictures: small grey copies, one after another."""

    frame_count: int
    thumbnails: bytes


# --- the index ------------------------------------------------------------------------------------


def find_hole(package: Package) -> str | None:
    """Say which track lacks segments."""
    for track in package.tracks:
        if track.kind is TrackKind.TEXT:
            continue
        if track.playable_stop != len(track.segments) or not track.segments:
            return f"The track {track.name} has a hole"
    return None


def find_wrong_length(track: Track, expected_s: Fraction) -> str | None:
    """Say whether a track is longer or shorter than its source."""
    found_s = track.duration_s(range(len(track.segments)))
    if abs(found_s - expected_s) <= LENGTH_TOLERANCE_S + expected_s * LENGTH_TOLERANCE:
        return None
    return f"The track {track.name} lasts {float(found_s):.1f} s, not {float(expected_s):.1f} s"


def find_misalignment(package: Package) -> str | None:
    """Say where the segments of one number do not begin together in all tracks."""
    reference = list(_starts_s(package.reference))
    for track in package.tracks:
        if track.kind is TrackKind.TEXT:
            continue
        tolerance_s = 0 if track.kind is TrackKind.VIDEO else ALIGNMENT_TOLERANCE_S
        for number, (expected_s, found_s) in enumerate(
            zip(reference, _starts_s(track), strict=False)
        ):
            if abs(expected_s - found_s) > tolerance_s:
                return (
                    f"Segment {number} of the track {track.name} begins at "
                    f"{float(found_s):.3f} s, and in the others at {float(expected_s):.3f} s"
                )
    return None


def _starts_s(track: Track) -> Iterator[Fraction]:
    durations = [Fraction(s.duration_ticks, track.timescale) for s in track.segments]
    return accumulate(durations[:-1], initial=Fraction())


def start_ticks(track: Track, number: int) -> int:
    """Tell when a segment begins, counted in what its track counts in."""
    return track.duration_ticks(range(number))


def decode_time_ticks(segment: bytes) -> int:
    """Read from a segment itself when its first sample is decoded."""
    try:
        moof = next(box for box in boxes_in(memoryview(segment)) if box.kind == b"moof")
        time = moof.only(b"traf").only(b"tfdt")
        (version,) = time.unpack("B")
        (ticks,) = time.unpack("Q" if version == 1 else "I", 4)
    except (StopIteration, StreamMalformed) as broken:
        raise OutputBroken("A segment does not say when it is shown") from broken
    return ticks


def choose_samples(package: Package, *, is_full: bool = False) -> list[int]:
    """Choose the segments that are decoded in every rendition: spread, and a small share."""
    count = len(package.reference.segments)
    if is_full:
        return list(range(count))
    wanted = min(max(1, math.ceil(count * SAMPLED_SHARE)), MOST_SAMPLES)
    # The very first one is short and often black, so the middles of equal stretches are taken.
    return sorted({(2 * n + 1) * count // (2 * wanted) for n in range(wanted)})


# --- decoding -------------------------------------------------------------------------------------


async def decode_pictures(
    path: Path, tools: Tools, *, has_thumbnails: bool = True, key: str | None = None
) -> Pictures:
    """Decode a head with some segments of a rendition; any fault in them is an OutputBroken."""
    small = f"scale={_WIDTH}:{_HEIGHT}:flags=area,format=gray"
    shown = ("-vf", small, "-f", "rawvideo") if has_thumbnails else ("-f", "null")
    command = _decoder(path, tools, key, "-map", "0:v:0", "-fps_mode", "passthrough", *shown)
    thumbnails, last, _ = await _decode(command)
    return Pictures(last.frames, thumbnails)


async def decode_sound(path: Path, tools: Tools, *, key: str | None = None) -> Sound:
    """Decode a whole track of sound and measure its loudness."""
    measure = "ebur128=framelog=quiet:peak=sample"
    command = _decoder(path, tools, key, "-map", "0:a:0", "-af", measure, "-f", "null")
    _, last, lines = await _decode(command)
    return Sound(last.seconds, read_loudness(lines))


async def measure_loudness(path: Path, demuxer: str, stream_index: int, tools: Tools) -> Loudness:
    """Measure a stream of a source as it will be heard in stereo, to choose a gain for it."""
    heard = "aformat=channel_layouts=stereo,ebur128=framelog=quiet:peak=true"
    argv = (
        *(str(tools.ffmpeg), "-hide_banner", "-v", "info", "-nostats", "-nostdin"),
        *input_arguments(path, demuxer),
        *("-map", f"0:{stream_index}", "-af", heard, "-f", "null", "-"),
    )
    command = Command(argv, (path,), limits=_LIMITS)
    async with sandbox.run(command) as process:
        end = await process.wait()
    ensure_success(command, end)
    silent = Loudness(SILENCE_LUFS, 0.0, -math.inf)
    return read_loudness(end.last_lines) or silent


def _decoder(path: Path, tools: Tools, key: str | None, *output: str) -> Command:
    argv = (
        *(str(tools.ffmpeg), *QUIET[:-1], "info", "-nostats", "-nostdin"),
        *("-progress", pipe_url(1), "-xerror", "-err_detect", "explode"),
        *(("-decryption_key", key) if key else ()),
        *(*input_arguments(path, MP4.demuxer), *output, pipe_url(0)),
    )
    return Command(argv, (path,), pipe_count=2, limits=_LIMITS)


async def _decode(command: Command) -> tuple[bytes, Progress, tuple[str, ...]]:
    async with sandbox.run(command) as process:
        pipe, status = process.pipes
        written, last = await asyncio.gather(pipe.read(), _last_progress(status))
        end = await process.wait()
    try:
        ensure_success(command, end)
    except ToolFailed as failure:
        raise OutputBroken("It cannot be decoded") from failure
    return written, last, end.last_lines


async def _last_progress(status: asyncio.StreamReader) -> Progress:
    last = Progress(0, 0.0, 0.0)
    async for progress in read_progress(status):
        last = progress
    return last


def read_loudness(lines: Sequence[str]) -> Loudness | None:
    """Read the summary of the `ebur128` filter; None for what is silent or too short to tell."""
    found = {m[1]: float(m[2]) for line in lines if (m := _SUMMARY.match(line.strip()))}
    integrated = found.get("I", SILENCE_LUFS)
    if not math.isfinite(integrated) or integrated <= SILENCE_LUFS:
        return None
    return Loudness(integrated, found.get("LRA", 0.0), found.get("Peak", 0.0))


# --- judging --------------------------------------------------------------------------------------


def likeness(these: bytes, those: bytes) -> float:
    """Tell how alike the decoded pictures of two renditions are: 1 the same, 0 unrelated.

    It is the correlation of their brightness over place and time, so a brighter or a tone-mapped
    rendition is like its source, and a black, garbled or late one is not.
    """
    count = len(these)
    if count != len(those) or not these:
        return 0.0
    # Whole numbers are exact, and much faster than the `statistics` of the standard library.
    sums = (sum(these), sum(those))
    spreads = [
        math.sqrt(count * sum(map(mul, each, each)) - total * total) / count
        for each, total in zip((these, those), sums, strict=True)
    ]
    if min(spreads) < _FLAT:
        # A plain picture is like another plain one, whatever the noise in them.
        return 1.0 if max(spreads) < _STRUCTURED else 0.0
    covariance = (count * sum(map(mul, these, those)) - sums[0] * sums[1]) / count**2
    return max(0.0, covariance / math.prod(spreads))


def gain_db(loudness: Loudness, target_lufs: float = TARGET_LOUDNESS_LUFS) -> float:
    """Choose the gain that brings sound to a loudness, as far as its peaks have room for it."""
    if loudness.integrated_lufs <= SILENCE_LUFS:
        return 0.0
    room_db = HIGHEST_PEAK_DBFS - loudness.peak_dbfs
    wanted_db = target_lufs - loudness.integrated_lufs
    return round(min(wanted_db, max(room_db, 0.0)) if wanted_db > 0 else wanted_db, 1)


def gain_filters(gain: float) -> list[str]:
    """Write a gain as filters for an encode's sound, none where there is nothing to do."""
    return [f"volume={gain:.1f}dB"] if gain else []
