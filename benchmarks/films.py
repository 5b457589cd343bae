"""The films that are measured with."""

from __future__ import annotations

import subprocess
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.figures import CannotMeasure
from streamverse.app.demo import FILM
from streamverse.mediakit.ffmpeg import find_tools

_PATTERN = (
    *("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=4"),
    *("-f", "lavfi", "-i", "sine=frequency=440:duration=4"),
    *("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"),
)


def short_film(bench: Bench) -> Path:
    """Give Big Buck Bunny's half minute in 1080p; four seconds of a pattern when in a hurry."""
    if not bench.scale.is_quick:
        if not FILM.is_file():
            raise CannotMeasure("The demo film is not there: run npm ci.")
        return FILM
    film = bench.folder / "pattern.mp4"
    if not film.exists():
        run_ffmpeg(*_PATTERN, str(film))
    return film


def long_film(bench: Bench) -> Path:
    """Give the short film over and over: ten minutes of it."""
    return looped_film(bench, bench.scale.long_film_loops)


def looped_film(bench: Bench, loops: int) -> Path:
    """Give the short film several times over, copied and not encoded."""
    film = bench.folder / f"looped-{loops}.mp4"
    if not film.exists():
        source = ("-stream_loop", str(loops - 1), "-i", str(short_film(bench)))
        run_ffmpeg(*source, "-map", "0:v", "-map", "0:a", "-c", "copy", str(film))
    return film


def run_ffmpeg(*arguments: str) -> None:
    """Run plain ffmpeg: no sandbox, no pipes."""
    ffmpeg = str(find_tools().ffmpeg)
    command = [ffmpeg, "-hide_banner", "-v", "error", "-nostdin", "-y", *arguments]
    subprocess.run(command, check=True, timeout=1800)
