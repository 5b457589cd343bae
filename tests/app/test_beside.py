"""Several processes answer on one port, and live and die as one."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.factories.processes import Process

pytestmark = pytest.mark.postgresql
COUNT = 3
WITHIN_S = 120
LISTENS = "0A"


@pytest.fixture
def api(database_url: str, tmp_path: Path) -> Iterator[Process]:
    """Run the API in three processes, of which all listen."""
    settings = {
        "STREAMVERSE_DATABASE_URL": database_url,
        "STREAMVERSE_API_PROCESSES": str(COUNT),
    }
    process = Process("api", tmp_path / "data", settings=settings)
    process.start()
    eventually(lambda: listeners_on(process.port) == COUNT)
    yield process
    process.kill()


def eventually(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def listeners_on(port: int) -> int:
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    sockets = (line.split()[1:4] for line in lines)
    return sum(local.endswith(f":{port:04X}") and is_ == LISTENS for local, _, is_ in sockets)


def others_of(process: Process) -> list[int]:
    children = Path(f"/proc/{process.pid}/task").glob("*/children")
    pids = [int(pid) for file in children for pid in file.read_text().split()]
    return [pid for pid in pids if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def test_all_of_them_answer_and_end_together(api: Process) -> None:
    for _ in range(20):
        assert httpx.get(f"{api.url}/api/v1/ops/health", timeout=60).status_code == 200
    assert api.stop() == 0
    assert listeners_on(api.port) == 0


def test_when_the_first_is_killed_the_others_end(api: Process) -> None:
    api.kill()
    eventually(lambda: listeners_on(api.port) == 0)


def test_when_another_is_killed_all_end_and_say_so(api: Process) -> None:
    os.kill(others_of(api)[0], signal.SIGKILL)
    eventually(lambda: listeners_on(api.port) == 0)
    assert api.stop() != 0
    assert "One of the processes that answer requests has ended" in api.log_file.read_text()
