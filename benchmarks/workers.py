"""Workers: how much faster two encode than one, and how right the time left was that they told."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median

import httpx

from benchmarks.bench import Bench
from benchmarks.figures import CannotMeasure, Figure
from benchmarks.films import run_ffmpeg
from benchmarks.programs import end, title_of_upload, upload, wait_for
from streamverse.mediakit.ffmpeg import find_tools, usable_processors
from tests.factories.processes import Process, owner_client

WORKERS = 2
MOST_SECONDS = 1800
# As often as the page does: whoever answers has the same processors as those who encode.
LOOK_EVERY_S = 1.5
JUDGED_FROM = 0.1
PLAIN_SECONDS = 120
# Each keeps to a processor of its own, chosen by its place among the workers.
ALONE = {"STREAMVERSE_WORKER_THREADS": "1", "STREAMVERSE_WORKER_POLL_MS": "100"}


@dataclass(frozen=True, slots=True)
class Encoded:
    """How long a film took, and what was promised meanwhile: ``(when, progress, seconds left)``."""

    seconds: float
    promises: tuple[tuple[float, float, float], ...]

    def worst_promise(self) -> float | None:
        """Tell by how much of the whole time a promise was wrong, from the first tenth on."""
        wrong = [
            abs(at_s + left_s - self.seconds) / self.seconds
            for at_s, progress, left_s in self.promises
            if progress >= JUDGED_FROM
        ]
        return max(wrong, default=None)


def measure(bench: Bench) -> list[Figure]:
    """Take turns between one worker, two, and plain ffmpegs, each with one processor."""
    if usable_processors() < WORKERS:
        raise CannotMeasure(f"Two workers need {WORKERS} processors: use a larger machine.")
    film = pattern_film(bench)
    one: list[Encoded] = []
    two: list[Encoded] = []
    plain: list[float] = []
    for _ in range(bench.scale.worker_rounds):
        one.append(encode_with(bench, film, 1))
        two.append(encode_with(bench, film, WORKERS))
        plain.append(plain_gain(bench, film))
    promises = [p for run in (*one, *two) if (p := run.worst_promise()) is not None]
    return [
        Figure(
            name="two workers with a processor each / one",
            value=median(a.seconds / b.seconds for a, b in zip(one, two, strict=True)),
            at_least=1.8,
        ),
        Figure(name="two plain ffmpegs side by side / one", value=median(plain)),
        *(
            Figure(name="time left, largest error after a tenth", value=worst, at_most=0.2)
            for worst in sorted(promises)[-1:]
        ),
        Figure(name="one worker", value=median(run.seconds for run in one), unit="s"),
        Figure(name="two workers", value=median(run.seconds for run in two), unit="s"),
    ]


def pattern_film(bench: Bench) -> Path:
    """Make a film of several chunks that are all equally hard."""
    film = bench.folder / "chunks.mp4"
    if not film.exists():
        seconds = bench.scale.chunks_film_s
        run_ffmpeg(
            *("-f", "lavfi", "-i", f"testsrc2=size=640x360:rate=25:duration={seconds}"),
            *("-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}"),
            *("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"),
            str(film),
        )
    return film


def plain_gain(bench: Bench, film: Path) -> float:
    """Tell how much more two ffmpegs with a processor each do than one: what the machine allows."""
    alone_s = plain_seconds(bench, film, 1)
    return WORKERS * alone_s / plain_seconds(bench, film, WORKERS)


def plain_seconds(bench: Bench, film: Path, count: int) -> float:
    """Measure how long so many take that all encode the film at once."""
    tools = find_tools()
    began = time.monotonic()
    children = [
        subprocess.Popen(
            [
                *("taskset", "-c", str(place), tools.ffmpeg, "-v", "error", "-nostdin", "-y"),
                *("-threads", "1", "-i", film, "-t", str(PLAIN_SECONDS), "-an"),
                *("-c:v", "libx264", "-preset", "veryfast", "-threads", "1"),
                bench.folder / f"plain-{place}.mp4",
            ]
        )
        for place in sorted(os.sched_getaffinity(0))[:count]
    ]
    if any(child.wait(MOST_SECONDS) for child in children):
        raise RuntimeError("A plain ffmpeg failed: its own words are above.")
    return time.monotonic() - began


def encode_with(bench: Bench, film: Path, workers: int) -> Encoded:
    """Encode a film in a new installation with so many workers."""
    with installation(bench, workers, ALONE) as (api, working), owner_client(api) as client:
        location = upload(client, film)
        for worker in working:
            worker.start()
        title_of_upload(client, location)
        return _follow(client)


@contextmanager
def installation(
    bench: Bench, workers: int, settings: Mapping[str, str]
) -> Generator[tuple[Process, list[Process]]]:
    """Start an API, and prepare workers beside it."""
    data_dir = bench.new_folder("workers") / "data"
    given = {**bench.settings, **settings}
    api = Process("api", data_dir, settings=given)
    working = [Process("worker", data_dir, settings=given) for _ in range(workers)]
    try:
        api.start()
        yield api, working
    finally:
        for process in (*(worker for worker in working if worker.is_started), api):
            end(process)
        shutil.rmtree(data_dir.parent)


def _follow(client: httpx.Client) -> Encoded:
    """Look on until the film is ready; the time counts from the first job of its encoding."""
    seen: list[tuple[float, float, float]] = []
    deadline = time.monotonic() + MOST_SECONDS
    while time.monotonic() < deadline:
        (item,) = client.get("/processing").raise_for_status().json()["items"]
        now_s = time.time()
        if item["problem"] is not None:
            raise RuntimeError(item["problem"]["detail"])
        if item["eta_seconds"] is not None:
            seen.append((now_s, item["progress"], item["eta_seconds"]))
        if item["stage"] == "ready":
            break
        time.sleep(LOOK_EVERY_S)
    jobs = wait_for(lambda: _ended_jobs(client), timeout_s=30)
    first_s = min(_instant(job["started_at"]) for job in jobs)
    last_s = max(_instant(job["finished_at"]) for job in jobs)
    promises = tuple((at_s - first_s, progress, left_s) for at_s, progress, left_s in seen)
    return Encoded(last_s - first_s, promises)


def _ended_jobs(client: httpx.Client) -> list[dict[str, str]] | None:
    (item,) = client.get("/processing").raise_for_status().json()["items"]
    named = ("media.encode_part", "media.encode_sound", "media.finish_package")
    jobs = [job for job in item["jobs"] if job["name"] in named]
    return jobs if all(job["finished_at"] for job in jobs) else None


def _instant(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
