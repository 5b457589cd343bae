"""The program as its users run it, and what it costs the machine."""

from __future__ import annotations

import base64
import os
import resource
import shutil
import subprocess
import time
from collections.abc import AsyncGenerator, Callable, Generator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import TypeVar

import httpx

from benchmarks.bench import Bench
from streamverse.app.resources import Resources, open_resources
from streamverse.app.settings import load_settings
from tests.factories.processes import Process

T = TypeVar("T")

LOOK_EVERY_S = 0.02
BLOCK_BYTES = 1 << 20
TUS = {"Tus-Resumable": "1.0.0"}
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@contextmanager
def running(
    bench: Bench, command: str, settings: Mapping[str, str] | None = None
) -> Generator[Process]:
    """Run ``serve`` or ``api`` on an empty data folder, and end it whatever happens."""
    data_dir = bench.new_folder(command) / "data"
    process = Process(command, data_dir, settings={**bench.settings, **(settings or {})})
    try:
        process.start()
        yield process
    finally:
        end(process)
        shutil.rmtree(data_dir.parent)


@asynccontextmanager
async def inside(process: Process) -> AsyncGenerator[Resources]:
    """Open what a running process works on, to put things there past its door."""
    environ = {name: value for name, value in process.settings.items() if value}
    settings = load_settings(environ, overrides={"data_dir": str(process.data_dir)})
    async with open_resources(settings) as resources:
        yield resources


def end(process: Process) -> None:
    """Ask a process to end, and insist."""
    try:
        process.stop()
    except subprocess.TimeoutExpired:
        process.kill()


def upload(client: httpx.Client, film: Path) -> str:
    """Upload a film in one piece, and give the upload's address when the last byte is there."""
    filename = base64.b64encode(film.name.encode()).decode()
    length = str(film.stat().st_size)
    headers = {**TUS, "Upload-Length": length, "Upload-Metadata": f"filename {filename}"}
    created = client.post("/uploads", headers=headers).raise_for_status()
    location = created.headers["location"].removeprefix("/api/v1")
    headers = {
        **TUS,
        "Upload-Offset": "0",
        "Content-Type": "application/offset+octet-stream",
        "Content-Length": length,
    }
    client.patch(location, headers=headers, content=_blocks(film)).raise_for_status()
    return location


def _blocks(film: Path) -> Iterator[bytes]:
    with film.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            yield block


def title_of_upload(client: httpx.Client, location: str) -> str:
    """Wait until an upload was checked and has become a title."""
    upload_id = location.rpartition("/")[2]

    def look() -> str | None:
        items = client.get("/uploads").raise_for_status().json()["items"]
        [found] = (item for item in items if item["id"] == upload_id)
        if found["problem"] is not None:
            raise RuntimeError(found["problem"]["detail"])
        return found["title_id"]

    return wait_for(look, timeout_s=60)


def is_ready(client: httpx.Client, title_id: str) -> bool:
    """Tell whether a title is encoded; its problem, if it has one, is raised."""
    answer = client.get(f"/titles/{title_id}")
    if answer.status_code == HTTPStatus.NOT_FOUND:
        return False  # The catalog hears of a film a moment after it was accepted.
    title = answer.raise_for_status().json()
    if title["problem"] is not None:
        raise RuntimeError(title["problem"]["detail"])
    return bool(title["state"] == "ready")


def wait_for(
    look: Callable[[], T | None], *, timeout_s: float, look_every_s: float = LOOK_EVERY_S
) -> T:
    """Look until there is something."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        found = look()
        if found is not None:
            return found
        time.sleep(look_every_s)
    raise TimeoutError(f"Nothing came within {timeout_s:g} s.")


def cpu_seconds(pid: int) -> float:
    """Tell what a process and its living children have used of the processors."""
    return sum(_ticks(one) for one in _family(pid)) / _TICKS_PER_SECOND


def children_cpu_seconds() -> float:
    """Tell what the programs that this one has run to their end have used of the processors."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def resident_bytes(pid: int) -> int:
    """Tell how much memory a process and its children hold."""
    pages = (Path(f"/proc/{one}/statm").read_text().split()[1] for one in _family(pid))
    return sum(map(int, pages)) * _PAGE_BYTES


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task").glob("*/children")
    found = [int(child) for file in children for child in file.read_text().split()]
    return [pid, *(one for child in found for one in _family(child))]


def _ticks(pid: int) -> int:
    # The program's name, in brackets, may hold spaces.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user, system = fields[11:13]
    return int(user) + int(system)
