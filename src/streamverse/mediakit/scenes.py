"""Scenes: a film looked through once, at low resolution, for its cuts and its good pictures."""

import math
from asyncio import IncompleteReadError, StreamReader
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from streamverse.mediakit import picture
from streamverse.mediakit.artwork import Still, fitted_size, to_rgb
from streamverse.mediakit.ffmpeg import QUIET, Tools, ensure_success, input_arguments
from streamverse.mediakit.probe import MediaFacts, VideoFacts
from streamverse.mediakit.sandbox import Command, Limits, pipe_url, run

SURVEY_WIDTH: Final = 320
# Up to here every picture is decoded; of longer films only those that need no others.
DECODED_WHOLE_UP_TO_MS: Final = 120_000
SHORTEST_SCENE_MS: Final = 3000
_DARKEST, _BRIGHTEST = 0.09, 0.91
_LEAST_CONTRAST: Final = 0.15
_CUT: Final = 0.08
_LARGEST_HOLE: Final = 3  # steps without a picture
_LAST_MEASUREMENT: Final = "lavfi.scd.score"
_LIMITS = Limits(wall_seconds=6 * 3600, cpu_seconds=12 * 3600, memory_bytes=3 << 30, niceness=15)


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture of the film and what was measured of it, all but the time from 0 to 1."""

    at_ms: int
    brightness: float
    contrast: float
    sharpness: float
    change: float

    @property
    def is_telling(self) -> bool:
        """Whether there is something to see: neither black nor white nor amid a fade."""
        return _DARKEST < self.brightness < _BRIGHTEST and self.contrast >= _LEAST_CONTRAST


@dataclass(frozen=True, slots=True)
class Sample:
    """A frame with its pixels."""

    frame: Frame
    still: Still


@dataclass(frozen=True, slots=True)
class Scene:
    """A stretch of the film between two cuts, and the frame that shows it best."""

    start_ms: int
    end_ms: int
    best: Frame


def survey_size(video: VideoFacts) -> tuple[int, int]:
    """Choose the size at which a film is looked through, of which a half is even too."""
    return fitted_size(video, SURVEY_WIDTH, multiple=4)


async def survey(
    path: Path, facts: MediaFacts, *, step_ms: int, is_whole: bool, tools: Tools
) -> AsyncGenerator[Sample, None]:
    """Go through a film in steps, decoding all of it, or nothing but its keyframes.

    The generator must be closed by whoever leaves it early, which ends the decoder. What cannot
    be decoded is passed over.
    """
    video = facts.video
    if video is None:
        raise ValueError("A source without pictures cannot be looked through.")
    width, height = survey_size(video)
    command = _command(path, facts, video, step_ms=step_ms, is_whole=is_whole, tools=tools)
    async with run(command) as process:
        pictures, measurements = process.pipes
        while (frame := await _read_frame(measurements)) is not None:
            try:
                pixels = await pictures.readexactly(width * height * 3)
            except IncompleteReadError:
                break
            yield Sample(frame, Still(width, height, pixels))
        ensure_success(command, await process.wait())


def is_sparse(frames: Sequence[Frame], duration_ms: int, step_ms: int) -> bool:
    """Tell whether a film has too few keyframes to stand for all of it."""
    instants = [0, *(frame.at_ms for frame in frames), duration_ms]
    holes = (after - before for before, after in pairwise(instants))
    return max(holes) > _LARGEST_HOLE * step_ms


def choose_posters(frames: Sequence[Frame], count: int) -> list[Frame]:
    """Choose the best frames, spread over the film, the best of all first.

    The film is cut into so many stretches; each sends its sharpest telling frame, if it has one.
    """
    if not frames:
        return []
    end_ms = frames[-1].at_ms + 1
    chosen: dict[int, Frame] = {}
    for frame in frames:
        stretch = frame.at_ms * count // end_ms
        if frame.is_telling and _merit(frame) > _merit(chosen.get(stretch)):
            chosen[stretch] = frame
    best = sorted(chosen.values(), key=_merit, reverse=True)
    return best or sorted(frames, key=_fallback_merit, reverse=True)[:1]


def find_scenes(frames: Sequence[Frame], duration_ms: int, most: int) -> list[Scene]:
    """Cut the film where its picture changes, at the clearest of the cuts if there are too many."""
    if not frames:
        return []
    cuts = sorted((f for f in frames[1:] if f.change >= _CUT), key=_change, reverse=True)
    starts = [0]
    for cut in cuts:
        if len(starts) < most and all(abs(cut.at_ms - s) >= SHORTEST_SCENE_MS for s in starts):
            starts.append(cut.at_ms)
    return list(_scenes(sorted(starts), frames, duration_ms))


def _scenes(starts: Sequence[int], frames: Sequence[Frame], duration_ms: int) -> Iterator[Scene]:
    for start_ms, end_ms in zip(starts, [*starts[1:], duration_ms], strict=True):
        own = [frame for frame in frames if start_ms <= frame.at_ms < max(end_ms, start_ms + 1)]
        if own:
            yield Scene(start_ms, end_ms, choose_posters(own, 1)[0])


def _merit(frame: Frame | None) -> float:
    """Weigh a frame: sharp, neither dark nor glaring, with something in it."""
    if frame is None:
        return -1.0
    balance = 1 - abs(frame.brightness - 0.45)
    return frame.sharpness * balance * min(1.0, frame.contrast * 2)


def _fallback_merit(frame: Frame) -> tuple[float, float]:
    return frame.contrast, frame.sharpness


def _change(frame: Frame) -> float:
    return frame.change


def _command(
    path: Path,
    facts: MediaFacts,
    video: VideoFacts,
    *,
    step_ms: int,
    is_whole: bool,
    tools: Tools,
) -> Command:
    size, step_s = survey_size(video), step_ms / 1000
    filters = [
        *(picture.normalise(video) if is_whole else ()),
        f"select='isnan(prev_selected_t)+gte(t-prev_selected_t,{step_s:.3f}-0.001)'",
        *picture.tone_map(video, *size),
        *picture.scale(video, *size),
        "signalstats",
        "blurdetect",
        "scdet=threshold=100",
        f"metadata=mode=print:file='pipe\\:{pipe_url(1).partition(':')[2]}':direct=1",
        *to_rgb(video),
    ]
    argv = (
        *(str(tools.ffmpeg), *QUIET, "-nostdin"),
        *("-skip_frame", "default" if is_whole else "nokey"),
        *input_arguments(path, facts.container.demuxer),
        *("-map", f"0:{video.stream_index}", "-vf", ",".join(filters)),
        *("-fps_mode", "passthrough", "-f", "rawvideo", pipe_url(0)),
    )
    return Command(argv, (path,), pipe_count=2, limits=_LIMITS)


async def _read_frame(measurements: StreamReader) -> Frame | None:
    """Read what the filters say of one frame; None at the end."""
    said: dict[str, str] = {}
    async for line in measurements:
        text = line.decode("ascii", errors="replace").strip()
        if text.startswith("frame:"):
            said = {"at_s": text.rpartition("pts_time:")[2]}
            continue
        name, _, value = text.partition("=")
        said[name] = value
        if name == _LAST_MEASUREMENT:
            return _frame(said)
    return None


def _frame(said: dict[str, str]) -> Frame:
    low, high = (_number(said, f"lavfi.signalstats.{name}") for name in ("YLOW", "YHIGH"))
    blur = _number(said, "lavfi.blur")
    return Frame(
        at_ms=max(0, math.floor(_number(said, "at_s") * 1000)),
        brightness=_number(said, "lavfi.signalstats.YAVG") / 255,
        contrast=(high - low) / 255,
        # A picture without edges has no blur either.
        sharpness=min(1.0, 1 / blur) if blur > 0 else 0.0,
        change=_number(said, "lavfi.scd.mafd") / 100,
    )


def _number(said: dict[str, str], name: str) -> float:
    number = float(said.get(name, "nan"))
    return number if math.isfinite(number) else 0.0
