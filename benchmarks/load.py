"""Load from wrk, a client in C that costs little beside the server it asks."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from benchmarks.bench import Bench
from benchmarks.peers import WRK, find_peer

SCRIPT = Path(__file__).with_name("wrk.lua")


class Load(msgspec.Struct, frozen=True):
    """What a server managed to answer."""

    requests: int
    duration_us: int
    size_bytes: int
    p50_us: int
    p99_us: int
    failures: int

    @property
    def per_second(self) -> float:
        """Requests answered in a second."""
        return self.requests / self.duration_us * 1_000_000


def run_load(
    bench: Bench, url: str, *, connections: int, headers: Mapping[str, str] | None = None
) -> Load:
    """Ask one address again and again; an answer other than 200 is an error."""
    named = [part for name, value in (headers or {}).items() for part in ("-H", f"{name}: {value}")]
    return _run(bench, SCRIPT, [*named, url], connections)


def run_script(bench: Bench, script: Path, url: str, *given: str, connections: int) -> Load:
    """Ask what a script says; an answer other than 2xx is an error."""
    return _run(bench, script, [url, "--", *given], connections)


def _run(bench: Bench, script: Path, arguments: Sequence[str], connections: int) -> Load:
    wrk, seconds = find_peer(bench, WRK), bench.scale.load_seconds
    command = [wrk, "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s"]
    answer = subprocess.run(
        [*command, "--latency", "-s", str(script), *arguments],
        capture_output=True,
        check=True,
        text=True,
        timeout=seconds + 30,
    )
    load = read_load(answer.stdout)
    if load.failures or not load.requests:
        raise RuntimeError(f"{load.failures} of {load.requests} requests failed: {arguments}")
    return load


def read_load(output: str) -> Load:
    """Read what our script made wrk print last, after all that it says by itself."""
    return msgspec.json.decode(output.splitlines()[-1], type=Load)
