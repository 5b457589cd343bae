"""A moment of a live stream decoded in the sandbox: a picture of it, or how loud it is."""

from __future__ import annotations

import math
from array import array
from pathlib import Path
from typing import Final

from streamverse.mediakit.artwork import Still, read_ppm
from streamverse.mediakit.ffmpeg import QUIET, ToolFailed, Tools, input_arguments, run_to_bytes
from streamverse.mediakit.sandbox import Command, Limits, pipe_url

WIDEST: Final = 640
# Full scale of 16 bits, and what is said of silence.
FULL_SCALE: Final = 32_768
SILENCE_DB: Final = -100.0
# What viewers are sent goes before what is looked at.
_LIMITS = Limits(wall_seconds=20, cpu_seconds=10, niceness=15)
_MOST_BYTES: Final = 8 << 20


async def take_picture(path: Path, tools: Tools) -> Still | None:
    """Take the first picture of a head with a part behind it; None if it cannot be decoded."""
    # Even sides, no larger than lists show it.
    filters = (f"scale=w='trunc(min(iw,{WIDEST})/2)*2':h=-2:out_range=pc", "format=rgb24")
    argv = (
        *(str(tools.ffmpeg), *QUIET, "-nostdin"),
        *input_arguments(path, "mov"),
        *("-map", "0:v:0", "-vf", ",".join(filters), "-frames:v", "1"),
        *("-c:v", "ppm", "-f", "image2pipe", pipe_url(0)),
    )
    command = Command(argv, (path,), pipe_count=1, limits=_LIMITS)
    try:
        return read_ppm(await run_to_bytes(command, most_bytes=_MOST_BYTES))
    except (ToolFailed, ValueError):
        return None


async def measure_level(path: Path, tools: Tools) -> float | None:
    """Tell the loudest instant of a piece of sound in decibels against full scale."""
    argv = (
        *(str(tools.ffmpeg), *QUIET, "-nostdin"),
        *input_arguments(path, "mov"),
        *("-map", "0:a:0", "-c:a", "pcm_s16le", "-f", "s16le", pipe_url(0)),
    )
    command = Command(argv, (path,), pipe_count=1, limits=_LIMITS)
    try:
        samples = array("h", await run_to_bytes(command, most_bytes=_MOST_BYTES))
    except (ToolFailed, ValueError):
        return None
    if not samples:
        return None
    loudest = max(*map(abs, (max(samples), min(samples))))
    return round(20 * math.log10(loudest / FULL_SCALE), 1) if loudest else SILENCE_DB
