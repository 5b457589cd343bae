"""Encode: the whole import of a film against one plain ffmpeg that makes the same ladder."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from os import environ
from pathlib import Path
from statistics import median

import httpx

from benchmarks.bench import Bench
from benchmarks.figures import Figure
from benchmarks.films import looped_film, run_ffmpeg, short_film
from benchmarks.programs import (
    children_cpu_seconds,
    is_ready,
    running,
    title_of_upload,
    upload,
    wait_for,
)
from streamverse.domains.media.rules.packages import SURROUND_FROM_CHANNELS
from streamverse.mediakit.ffmpeg import find_tools
from streamverse.mediakit.frames import FrameRate
from streamverse.mediakit.ladder import Rung, choose_rungs
from streamverse.mediakit.probe import probe
from streamverse.mediakit.sound import SAMPLE_RATE_HZ, SOUND_FORMATS, SoundFormat, SoundKind
from tests.factories.processes import owner_client

MOST_SECONDS = 900
SEGMENTED = (
    *("-f", "hls", "-hls_time", "4", "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4"),
)


@dataclass(frozen=True, slots=True)
class Spent:
    """What something took: on the clock, and of the processors."""

    wall_s: float
    cpu_s: float


def measure(bench: Bench) -> list[Figure]:
    """Take turns: the command, plain ffmpeg, the server."""
    film = short_film(bench)
    arguments = plain_arguments(film)
    commands: list[Spent] = []
    plain: list[Spent] = []
    served: list[float] = []
    with running(bench, "serve") as server, owner_client(server) as client:
        for _ in range(bench.scale.encode_rounds):
            data_dir = prepare_installation(bench)
            commands.append(_spend(partial(import_film, bench, film, data_dir)))
            shutil.rmtree(data_dir)
            plain.append(_spend(lambda: encode_plainly(bench, arguments)))
            served.append(time_to_ready(client, film))
    chunked, whole = measure_chunked(bench)
    return [
        Figure(
            name="streamverse import --wait / plain ffmpeg, wall time",
            value=median(a.wall_s / b.wall_s for a, b in zip(commands, plain, strict=True)),
            at_most=1.10,
        ),
        Figure(
            name="end of upload to ready in serve / plain ffmpeg",
            value=median(a / b.wall_s for a, b in zip(served, plain, strict=True)),
            at_most=1.10,
        ),
        Figure(
            name="streamverse import --wait / plain ffmpeg, processor time",
            value=median(a.cpu_s / b.cpu_s for a, b in zip(commands, plain, strict=True)),
        ),
        Figure(
            name="a film of many chunks / plain ffmpeg, wall time",
            value=chunked.wall_s / whole.wall_s,
            at_most=1.10,
        ),
        Figure(
            name="a film of many chunks / plain ffmpeg, processor time",
            value=chunked.cpu_s / whole.cpu_s,
        ),
        Figure(name="plain ffmpeg", value=median(one.wall_s for one in plain), unit="s"),
        Figure(name="import --wait", value=median(one.wall_s for one in commands), unit="s"),
        Figure(name="end of upload to ready", value=median(served), unit="s"),
        Figure(name="a film of many chunks, plain ffmpeg", value=whole.wall_s, unit="s"),
    ]


def measure_chunked(bench: Bench) -> tuple[Spent, Spent]:
    """Import a film that is cut into chunks, with the rungs that plain ffmpeg makes as well."""
    film = looped_film(bench, bench.scale.chunked_film_loops)
    data_dir = prepare_installation(bench)
    chunked = _spend(partial(import_film, bench, film, data_dir, STREAMVERSE_LADDER="batch"))
    shutil.rmtree(data_dir)
    whole = _spend(lambda: encode_plainly(bench, plain_arguments(film)))
    return chunked, whole


def prepare_installation(bench: Bench) -> Path:
    """Make an installation without films: an import into it does not begin with its tables."""
    data_dir = bench.new_folder("import")
    _run_streamverse(bench, "--data-dir", str(data_dir), "migrate")
    return data_dir


def import_film(bench: Bench, film: Path, data_dir: Path, **settings: str) -> None:
    """Import a film by the command line."""
    arguments = ("--data-dir", str(data_dir), "import", str(film), "--wait")
    _run_streamverse(bench, *arguments, **settings)


def _run_streamverse(bench: Bench, *arguments: str, **settings: str) -> None:
    command = [sys.executable, "-m", "streamverse", *arguments]
    environment = {**environ, **bench.settings, **settings}
    subprocess.run(
        command, env=environment, stdout=subprocess.DEVNULL, check=True, timeout=MOST_SECONDS
    )


def encode_plainly(bench: Bench, arguments: list[str]) -> None:
    """Make the same renditions, as segments with a playlist each, as somebody would by hand."""
    folder = bench.new_folder("plain")
    run_ffmpeg(*[part.replace("{folder}", str(folder)) for part in arguments])
    shutil.rmtree(folder)


def time_to_ready(client: httpx.Client, film: Path) -> float:
    """Upload a film and time how long the server takes from the last byte on."""
    location = upload(client, film)
    started_at = time.perf_counter()
    title_id = title_of_upload(client, location)
    # Each look costs the server some milliseconds of the time that is measured.
    wait_for(lambda: is_ready(client, title_id) or None, timeout_s=MOST_SECONDS, look_every_s=0.2)
    took_s = time.perf_counter() - started_at
    # Posters and previews come afterwards, and would slow down what is measured next.
    wait_for(lambda: _has_pictures(client, title_id), timeout_s=MOST_SECONDS)
    return took_s


def _has_pictures(client: httpx.Client, title_id: str) -> bool | None:
    album = client.get(f"/assets/{title_id}/pictures").raise_for_status().json()
    return None if album["is_being_made"] else True


def plain_arguments(film: Path) -> list[str]:
    """Write the plain command: same rungs, rate control and keyframes, and the sound."""
    facts = asyncio.run(probe(film, find_tools()))
    if facts.video is None:
        raise ValueError("A film without pictures has no ladder.")
    rate = facts.plan().frame_rate
    rungs = choose_rungs(facts.video.width, facts.video.height, rate)
    branches = "".join(f"[s{index}]" for index in range(len(rungs)))
    scaled = [
        f"[s{index}]scale={rung.width}:{rung.height},setsar=1,format=yuv420p[v{index}]"
        for index, rung in enumerate(rungs)
    ]
    graph = ";".join([f"[0:v:0]fps={rate},split={len(rungs)}{branches}", *scaled])
    outputs = [part for index, rung in enumerate(rungs) for part in _rung(index, rung, rate)]
    has_surround = facts.audios[0].channels >= SURROUND_FROM_CHANNELS
    kinds = [SoundKind.STEREO, *([SoundKind.SURROUND] if has_surround else [])]
    for index, kind in enumerate(kinds):
        outputs += _sound(f"a{index}", SOUND_FORMATS[kind])
    return ["-i", str(film), "-filter_complex", graph, *outputs]


def _rung(index: int, rung: Rung, rate: FrameRate) -> list[str]:
    gop_frames = str(rate.gop_frames)
    return [
        *("-map", f"[v{index}]", "-c:v", "libx264", "-preset", "veryfast"),
        *("-profile:v", rung.profile, "-level", rung.level, "-crf", str(rung.crf)),
        *("-maxrate", str(rung.max_bitrate_bps), "-bufsize", str(rung.buffer_size_bits)),
        *("-g", gop_frames, "-keyint_min", gop_frames, "-sc_threshold", "0", "-bf", "3"),
        *("-flags", "+cgop", *_segments(rung.track_name)),
    ]


def _sound(track: str, sound: SoundFormat) -> list[str]:
    rates = ("-ar", str(SAMPLE_RATE_HZ), "-ac", str(sound.channels), "-b:a", str(sound.bitrate_bps))
    return ["-map", "0:a:0", "-c:a", sound.encoder, *rates, *_segments(track)]


def _segments(track: str) -> list[str]:
    init = ("-hls_fmp4_init_filename", f"{track}.mp4")
    names = ("-hls_segment_filename", f"{{folder}}/{track}-%d.m4s")
    return [*SEGMENTED, *init, *names, f"{{folder}}/{track}.m3u8"]


def _spend(call: Callable[[], None]) -> Spent:
    started_at, used_before = time.perf_counter(), children_cpu_seconds()
    call()
    return Spent(time.perf_counter() - started_at, children_cpu_seconds() - used_before)
