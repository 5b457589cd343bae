"""Segments: requests and processor time against nginx with one worker, on the same files."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import httpx

from benchmarks.bench import Bench
from benchmarks.figures import Figure
from benchmarks.hello import answers
from benchmarks.load import run_load
from benchmarks.peers import NGINX, WRK, find_peer
from benchmarks.programs import cpu_seconds, running, wait_for
from streamverse.app.resources import open_resources
from streamverse.app.settings import Settings, load_settings
from streamverse.domains.media.contracts import PackageId
from streamverse.domains.media.rules.packages import package_prefix, segment_key
from streamverse.domains.media.service.delivery import NOBODY
from streamverse.kit.clock import new_id
from tests.factories.processes import Process, free_port

CONNECTIONS = 16
SIZES = {"200 KB": 200_000, "2 MB": 2_000_000}
BYTES_IN_GB = 1_000_000_000
_NGINX = """\
{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000000;
    types {{ video/mp4 m4s; }}
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{ listen 127.0.0.1:{port}; root {root}; }}
}}
"""


@dataclass(frozen=True, slots=True)
class Serving:
    """A run of a server: what it answered and what that cost it."""

    per_second: float
    per_cpu_second: float
    cpu_seconds_per_gb: float


def measure(bench: Bench) -> list[Figure]:
    """Take turns between our server and nginx, for each size."""
    for peer in (NGINX, WRK):
        find_peer(bench, peer)
    with running(bench, "api") as api:
        base, folder = _store_segments(api)
        with nginx(bench, folder) as (theirs, pid):
            figures: list[Figure] = []
            for number, name in enumerate(SIZES):
                ours_url = f"{api.url}{base}/v1080/{number}.m4s"
                theirs_url = f"{theirs}/v1080/{number}.m4s"
                _require_same(ours_url, theirs_url)
                figures += _compare(
                    bench,
                    name,
                    ours=lambda url=ours_url: _serve(bench, url, api.pid),
                    theirs=lambda url=theirs_url: _serve(bench, url, pid),
                )
            return figures


def _store_segments(api: Process) -> tuple[str, Path]:
    """Put a segment of each size into the store, and give their signed base and their folder."""
    settings = load_settings({}, overrides={"data_dir": str(api.data_dir)})
    return asyncio.run(_store(settings))


async def _store(settings: Settings) -> tuple[str, Path]:
    package_id = PackageId(new_id())
    async with open_resources(settings) as resources:
        for number, size_bytes in enumerate(SIZES.values()):
            key = segment_key(package_id, "v1080", number)
            await resources.store.put(key, os.urandom(size_bytes), is_create_only=True)
        folder = resources.store.local_path(package_prefix(package_id))
        base = resources.addresses.stream_base(package_id, NOBODY, datetime.now(UTC))
    if folder is None:
        raise ValueError("The store of a new installation is a folder.")
    return base, folder


@contextmanager
def nginx(bench: Bench, root: Path) -> Generator[tuple[str, int]]:
    """Run nginx with one worker on a folder; gives its address and its process."""
    folder, port = bench.new_folder("nginx"), free_port()
    file = folder / "nginx.conf"
    # Started by root it would become somebody who may not read the store.
    user = "user root root;" if os.geteuid() == 0 else ""
    text = _NGINX.format(user=user, folder=folder, port=port, root=root)
    file.write_text(text, encoding="utf-8")
    program = find_peer(bench, NGINX)
    with subprocess.Popen([program, "-p", str(folder), "-c", str(file)]) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(lambda: answers(url), timeout_s=10)
            yield url, process.pid
        finally:
            process.terminate()


def _require_same(ours: str, theirs: str) -> None:
    first, second = httpx.get(ours).raise_for_status(), httpx.get(theirs).raise_for_status()
    if first.content != second.content:
        raise RuntimeError("nginx and StreamVerse do not serve the same bytes.")


def _compare(
    bench: Bench, name: str, *, ours: Callable[[], Serving], theirs: Callable[[], Serving]
) -> list[Figure]:
    pairs = [(ours(), theirs()) for _ in range(bench.scale.load_rounds)]
    return [
        Figure(
            name=f"{name}: requests/s, StreamVerse / nginx",
            value=median(a.per_second / b.per_second for a, b in pairs),
            at_least=0.5,
        ),
        Figure(
            name=f"{name}: requests per processor second, StreamVerse / nginx",
            value=median(a.per_cpu_second / b.per_cpu_second for a, b in pairs),
            at_least=0.5,
        ),
        Figure(
            name=f"{name}: StreamVerse", value=median(a.per_second for a, _ in pairs), unit="/s"
        ),
        Figure(name=f"{name}: nginx", value=median(b.per_second for _, b in pairs), unit="/s"),
        Figure(
            name=f"{name}: StreamVerse, processor",
            value=median(a.cpu_seconds_per_gb for a, _ in pairs),
            unit="s/GB",
        ),
        Figure(
            name=f"{name}: nginx, processor",
            value=median(b.cpu_seconds_per_gb for _, b in pairs),
            unit="s/GB",
        ),
    ]


def _serve(bench: Bench, url: str, pid: int) -> Serving:
    used_before = cpu_seconds(pid)
    load = run_load(bench, url, connections=CONNECTIONS)
    used_s = cpu_seconds(pid) - used_before
    return Serving(load.per_second, load.requests / used_s, used_s / load.size_bytes * BYTES_IN_GB)
