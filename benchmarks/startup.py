"""Start-up: until `serve` answers, and the memory that it then holds doing nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import median

from benchmarks.bench import Bench
from benchmarks.figures import Figure
from benchmarks.programs import resident_bytes
from tests.factories.processes import free_port

LOOK_EVERY_S = 0.005
MOST_SECONDS = 60
BYTES_IN_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Start:
    """How one start went."""

    seconds: float
    resident_bytes: int


def measure(bench: Bench) -> list[Figure]:
    """Start a new installation, and then the same one again and again."""
    data_dir = bench.new_folder("startup") / "data"
    environment = {"PYTHONPYCACHEPREFIX": str(bench.new_folder("bytecode"))}
    first = start(bench, data_dir, environment)
    later = [start(bench, data_dir, environment) for _ in range(bench.scale.start_rounds)]
    return [
        Figure(
            name="serve answers", value=median(one.seconds for one in later), unit="s", at_most=2
        ),
        Figure(
            name=f"serve holds after {bench.scale.idle_seconds:g} s idle",
            value=median(one.resident_bytes for one in later) / BYTES_IN_MB,
            unit="MB",
            at_most=200,
        ),
        Figure(
            name="serve answers the very first time: no tables, no bytecode",
            value=first.seconds,
            unit="s",
        ),
    ]


def start(bench: Bench, data_dir: Path, settings: dict[str, str]) -> Start:
    """Start ``serve``, wait until it answers, and let it rest."""
    port = free_port()
    environment = {**os.environ, **bench.settings, **settings, "STREAMVERSE_PORT": str(port)}
    command = [sys.executable, "-m", "streamverse", "--data-dir", str(data_dir), "serve"]
    started_at = time.perf_counter()
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            _wait_for_answer(port)
            answered_at = time.perf_counter()
            time.sleep(bench.scale.idle_seconds)
            return Start(answered_at - started_at, resident_bytes(process.pid))
        finally:
            process.terminate()


def _wait_for_answer(port: int) -> None:
    """Look often, by a client that costs next to nothing."""
    deadline = time.monotonic() + MOST_SECONDS
    while time.monotonic() < deadline:
        with closing(HTTPConnection("127.0.0.1", port, timeout=1)) as connection:
            try:
                connection.request("GET", "/api/v1/ops/health")
            except ConnectionError:
                time.sleep(LOOK_EVERY_S)
            else:
                connection.getresponse()
                return
    raise TimeoutError(f"serve did not answer within {MOST_SECONDS} s.")
