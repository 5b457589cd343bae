"""Live: how far viewers are behind what happens, and what many publishers and viewers cost."""

from __future__ import annotations

import asyncio
import re
import subprocess
import threading
import time
from collections.abc import Generator, Iterable
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import quantiles
from typing import Any

import httpx

from benchmarks.bench import Bench
from benchmarks.figures import Figure
from benchmarks.films import short_film
from benchmarks.live_viewers import ask_all, watch
from benchmarks.playable import COOKIE, browser, log_in
from benchmarks.programs import cpu_seconds, running
from streamverse.mediakit.ffmpeg import find_tools
from tests.factories.media import BITS, beep, picture
from tests.factories.processes import Process, owner_client

RATE = 30
MOST_P50_S, MOST_P95_S = 2.0, 2.5
MOST_PROCESSORS, MOST_HELD_MS = 1.0, 100.0
# One part: whoever is later than this does not follow any more.
MOST_LATE_MS = 350.0
FIRST_PICTURE_WITHIN_MS = 60_000
LOOKS_PER_SECOND = 2
# The first seconds are those of the browser, not of the stream.
SETTLED_AFTER_S = 10
TOLD_EVERY_S = 0.1
FRAME = re.compile(r"frame=\s*(\d+)")
HINT = re.compile(r'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="[^"]*?(\d+)\.(\d+)\.m4s')
ASKED_AGAIN_AFTER_S = 0.05
# Reads the number that the shown picture carries (tests/factories/media.py), with the moment.
NUMBERS = """
async ({ bits, count, pause }) => {
  const video = document.querySelector("video");
  const canvas = new OffscreenCanvas(bits, 1);
  const ink = canvas.getContext("2d", { willReadFrequently: true });
  const seen = [];
  while (seen.length < count) {
    const at = await new Promise((shown) => video.requestVideoFrameCallback(shown));
    ink.drawImage(video, 0, 0, video.videoWidth, video.videoHeight / 8, 0, 0, bits, 1);
    const { data } = ink.getImageData(0, 0, bits, 1);
    let number = 0;
    for (let bit = 0; bit < bits; bit++) if (data[4 * bit] > 127) number += 2 ** bit;
    seen.push([(performance.timeOrigin + at) / 1000, number]);
    await new Promise((later) => setTimeout(later, pause));
  }
  return seen;
}
"""


def measure(bench: Bench) -> list[Figure]:
    """Look at a clock through the whole way, then add publishers, then viewers who wait."""
    with running(bench, "serve") as server, owner_client(server) as client:
        figures = _latency(bench, server, client)
        figures += _publishers(bench, server, client)
        return [*figures, *_held(bench, server, client)]


# --- latency --------------------------------------------------------------------------------------


@dataclass
class Clock:
    """When an encoder had its first picture, by what it tells of the later ones."""

    rate: int = RATE
    began_at: float = float("inf")

    def listen(self, lines: Iterable[str]) -> None:
        """Take what an encoder tells, until it ends."""
        for line in lines:
            found = FRAME.match(line)
            if found and int(found[1]) > self.rate:
                began_at = time.time() - (int(found[1]) - 1) / self.rate
                self.began_at = min(self.began_at, began_at)


def look_at_clock(
    bench: Bench, server: Process, client: httpx.Client, mode: str = "low"
) -> list[float]:
    """Watch a clock with a chosen delay, and tell by how many seconds it was late each time."""
    stream_id, target = make_stream(client, "Clock")
    clock = Clock()
    with encoding(target, clock), browser(bench) as chromium:
        context = chromium.new_context(viewport={"width": 1280, "height": 800})
        context.add_cookies([{"name": COOKIE, "value": log_in(server), "url": server.url}])
        page = context.new_page()
        page.set_default_timeout(FIRST_PICTURE_WITHIN_MS)
        page.add_init_script(f"localStorage.setItem('streamverse.latency', '{mode}')")
        page.goto(f"{server.url}/live/{stream_id}")
        page.wait_for_function("() => document.querySelector('video')?.currentTime > 0")
        page.wait_for_timeout(0 if bench.scale.is_quick else SETTLED_AFTER_S * 1000)
        asked = {
            "bits": BITS,
            "count": bench.scale.live_seconds * LOOKS_PER_SECOND,
            "pause": 1000 / LOOKS_PER_SECOND,
        }
        seen: list[tuple[float, int]] = page.evaluate(NUMBERS, asked)
        context.close()
    return [at - (clock.began_at + number / RATE) for at, number in seen]


def _latency(bench: Bench, server: Process, client: httpx.Client) -> list[Figure]:
    behind_s = look_at_clock(bench, server, client)
    steps = quantiles(behind_s, n=100)
    tenth = max(1, len(behind_s) // 10)
    creep = sum(behind_s[-tenth:]) / tenth - sum(behind_s[:tenth]) / tenth
    return [
        Figure(name="LL-HLS, glass to glass, p50", value=steps[49], unit="s", at_most=MOST_P50_S),
        Figure(name="LL-HLS, glass to glass, p95", value=steps[94], unit="s", at_most=MOST_P95_S),
        Figure(name="LL-HLS, last tenth against the first", value=creep, unit="s"),
    ]


@contextmanager
def encoding(target: str, clock: Clock, size: tuple[int, int] = (640, 360)) -> Generator[None]:
    """Send a picture that carries its number, as it is made."""
    sources = (picture(*size, str(clock.rate), 36_000), beep(36_000))
    inputs = [part for one in sources for part in ("-re", "-f", "lavfi", "-i", one)]
    coding = (
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-tune",
        "zerolatency",
        "-g",
        str(2 * clock.rate),
    )
    encoder = subprocess.Popen(
        [
            *(str(find_tools().ffmpeg), "-v", "error", "-nostdin", *inputs, *coding),
            *("-pix_fmt", "yuv420p", "-c:a", "aac", "-progress", "pipe:1"),
            *("-stats_period", str(TOLD_EVERY_S), "-f", "flv", target),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    listening = threading.Thread(target=clock.listen, args=(encoder.stdout,), daemon=True)
    listening.start()
    with ended(encoder):
        yield


@contextmanager
def ended(encoder: subprocess.Popen[Any]) -> Generator[None]:
    """End an encoder afterwards, whatever happens."""
    try:
        yield
    finally:
        encoder.kill()
        encoder.wait()


# --- publishers -----------------------------------------------------------------------------------


def _publishers(bench: Bench, server: Process, client: httpx.Client) -> list[Figure]:
    """Send films of about 5 Mb/s as they are."""
    count = bench.scale.live_publishers
    film = str(short_film(bench))
    with ExitStack() as stack:
        for number in range(count):
            _, target = make_stream(client, f"Camera {number}")
            stack.enter_context(_sending(film, target))
        _wait_until_live(client, count)
        before, began = cpu_seconds(server.pid), time.monotonic()
        time.sleep(bench.scale.live_publishing_s)
        used = (cpu_seconds(server.pid) - before) / (time.monotonic() - began)
    name = f"processors for {count} publishers by RTMP"
    return [Figure(name=name, value=used, unit="processors", at_most=MOST_PROCESSORS)]


@contextmanager
def _sending(film: str, target: str) -> Generator[None]:
    looped = ("-re", "-stream_loop", "-1", "-i", film)
    encoder = subprocess.Popen(
        [
            *(str(find_tools().ffmpeg), "-v", "fatal", "-nostdin", *looped),
            *("-c", "copy", "-f", "flv", target),
        ]
    )
    with ended(encoder):
        yield


def _wait_until_live(client: httpx.Client, count: int) -> None:
    while True:
        streams = client.get("/live/streams").raise_for_status().json()
        if sum(one["name"].startswith("Camera") and one["state"] == "live" for one in streams) == (
            count
        ):
            return
        time.sleep(0.5)


# --- viewers who wait -----------------------------------------------------------------------------


def _held(bench: Bench, server: Process, client: httpx.Client) -> list[Figure]:
    """Let many ask for the next part, and see how long after the first the last is answered."""
    stream_id, target = make_stream(client, "Full house")
    count, audience = bench.scale.live_viewers, bench.scale.live_audience
    with encoding(target, Clock()):
        master = await_playback(client, stream_id)
        rounds = [
            asyncio.run(ask_all(server.url, _ahead(server.url, master), count))
            for _ in range(1 if bench.scale.is_quick else 5)
        ]
        before, began = cpu_seconds(server.pid), time.monotonic()
        seconds = bench.scale.live_watching_s
        watched = asyncio.run(watch(server.url, master, audience, seconds))
        used = (cpu_seconds(server.pid) - before) / (time.monotonic() - began)
    spread_ms = sorted(rounds)[len(rounds) // 2]
    name = f"{count} held playlist requests, from the first answer to the last"
    who = f"{audience} viewers by LL-HLS"
    return [
        Figure(name=name, value=spread_ms, unit="ms", at_most=MOST_HELD_MS),
        Figure(name=f"{who}: share of parts that reach them", value=watched.share, at_least=1.0),
        Figure(
            name=f"{who}: a part comes after it came to the first, p95",
            value=watched.late_ms,
            unit="ms",
            at_most=MOST_LATE_MS,
        ),
        Figure(name=f"{who}: processors", value=used, unit="processors"),
    ]


def _ahead(url: str, master: str) -> str:
    """Name what is far enough ahead for all to have asked for it by then."""
    playlist = master.replace("master", "v")
    hint = await_hint(f"{url}{playlist}")
    return f"{playlist}?_HLS_msn={int(hint[1]) + 1}&_HLS_part=3"


def await_hint(playlist: str) -> re.Match[str]:
    """Find what comes next: while a segment that has ended is being stored, nothing is named."""
    while (hint := HINT.search(httpx.get(playlist).raise_for_status().text)) is None:
        time.sleep(ASKED_AGAIN_AFTER_S)
    return hint


# --- streams --------------------------------------------------------------------------------------


def make_stream(client: httpx.Client, name: str, **wishes: int) -> tuple[str, str]:
    """Make a stream, and give its id and where its encoder sends to."""
    made = client.post("/live/streams", json={"name": name, **wishes}).raise_for_status().json()
    shown = client.get(f"/live/streams/{made['id']}/key").raise_for_status().json()
    return made["id"], f"{shown['rtmp_url']}/{shown['key']}"


def await_playback(client: httpx.Client, stream_id: str) -> str:
    """Wait until a stream can be watched, and give the path of its master playlist."""
    while True:
        answer = client.post(f"/live/streams/{stream_id}/playback")
        if answer.is_success:
            address: str = answer.json()["hls_url"]
            return address
        time.sleep(0.2)
