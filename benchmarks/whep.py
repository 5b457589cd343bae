"""WebRTC: how far viewers by WHEP are behind what happens, and how many a processor serves."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

import httpx

from benchmarks.bench import Bench
from benchmarks.figures import CannotMeasure, Figure
from benchmarks.live import look_at_clock, make_stream
from benchmarks.programs import cpu_seconds, running
from streamverse.mediakit.ffmpeg import find_tools
from tests.factories.processes import Process, owner_client
from tests.factories.webrtc import SDP, FarPeer, until

MOST_P50_S, MOST_P95_S = 0.3, 0.5
LEAST_VIEWERS = 100
CONNECT_WITHIN_S = 60
SETTLED_AFTER_S = 2
SOURCES = ("testsrc2=size=1280x720:rate=30", "sine=frequency=440:sample_rate=48000")
# Noise costs bits, so that the rate is what it should be.
CODING = (
    *("-vf", "noise=alls=20:allf=t", "-c:v", "libx264", "-preset", "ultrafast"),
    *("-tune", "zerolatency", "-g", "60", "-pix_fmt", "yuv420p"),
    *("-b:v", "2500k", "-maxrate", "2500k", "-bufsize", "2500k", "-c:a", "aac"),
)


def measure(bench: Bench) -> list[Figure]:
    """Look at a clock by WebRTC, then let many watch at once."""
    with running(bench, "serve") as server, owner_client(server) as client:
        steps = quantiles(look_at_clock(bench, server, client, "lowest"), n=100)
        name = "WHEP, glass to glass"
        return [
            Figure(name=f"{name}, p50", value=steps[49], unit="s", at_most=MOST_P50_S),
            Figure(name=f"{name}, p95", value=steps[94], unit="s", at_most=MOST_P95_S),
            _viewers(bench, server, client),
        ]


@dataclass
class Counter(FarPeer):
    """A viewer who only counts what arrives, because opening it costs as much as sending it."""

    datagrams: int = 0

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Count, once there is something to count."""
        if self.line is None:
            super().datagram_received(data, addr)
        else:
            self.datagrams += 1


def _viewers(bench: Bench, server: Process, client: httpx.Client) -> Figure:
    stream_id, target = make_stream(client, "Full house by WebRTC")
    film = bench.folder / "2500k.flv"
    _make_film(film, 4 if bench.scale.is_quick else 20)
    with _sending(str(film), target):
        url = _await_whep(client, stream_id)
        used = asyncio.run(_watch_all(bench, server, f"{server.url}{url}"))
    count = bench.scale.webrtc_viewers
    name = "viewers by WHEP of 2.5 Mb/s for each processor"
    return Figure(name=name, value=count / used, unit="viewers", at_least=LEAST_VIEWERS)


async def _watch_all(bench: Bench, server: Process, url: str) -> float:
    """Let so many watch, and tell the processors that the server needs for them."""
    counters = [Counter("recvonly") for _ in range(bench.scale.webrtc_viewers)]
    async with httpx.AsyncClient(timeout=CONNECT_WITHIN_S) as client:
        for counter in counters:
            answer = await client.post(url, content=counter.offer, headers=SDP)
            await counter.connect(answer.raise_for_status().text)
            await until(lambda one=counter: one.line is not None)
    await asyncio.sleep(SETTLED_AFTER_S)
    before = [counter.datagrams for counter in counters]
    used, began = cpu_seconds(server.pid), time.monotonic()
    # Less than they may be silent.
    await asyncio.sleep(min(10, bench.scale.live_publishing_s))
    used, took = cpu_seconds(server.pid) - used, time.monotonic() - began
    counts = [counter.datagrams - one for counter, one in zip(counters, before, strict=True)]
    for counter in counters:
        counter.leave()
    if min(counts) < max(counts) * 0.9:
        raise CannotMeasure(f"Not all viewers got all of it: {min(counts)} of {max(counts)}.")
    return used / took


def _make_film(film: Path, seconds: int) -> None:
    inputs = [part for one in SOURCES for part in ("-f", "lavfi", "-i", one)]
    command = [str(find_tools().ffmpeg), "-v", "error", "-nostdin", "-y", *inputs, *CODING]
    subprocess.run([*command, "-t", str(seconds), str(film)], check=True, timeout=600)


@contextmanager
def _sending(film: str, target: str) -> Generator[None]:
    looped = ("-re", "-stream_loop", "-1", "-i", film, "-c", "copy", "-f", "flv", target)
    encoder = subprocess.Popen([str(find_tools().ffmpeg), "-v", "fatal", "-nostdin", *looped])
    try:
        yield
    finally:
        encoder.kill()
        encoder.wait()


def _await_whep(client: httpx.Client, stream_id: str) -> str:
    while True:
        answer = client.post(f"/live/streams/{stream_id}/playback")
        if answer.is_success:
            address: str | None = answer.json()["whep_url"]
            if address is None:
                raise CannotMeasure("The stream is not offered by WebRTC.")
            return address
        time.sleep(0.2)
