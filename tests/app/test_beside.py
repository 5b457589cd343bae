"""Several processes answer on one port, and live and die as one."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from streamverse.mediakit.ffmpeg import find_tools
from tests.factories.ingest import AAC, H264, sources
from tests.factories.processes import Process, free_port, owner_client

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
        "STREAMVERSE_RTMP_PORT": str(free_port()),
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


def test_all_of_them_show_what_the_first_takes(api: Process) -> None:
    with owner_client(api) as client:
        stream_id = client.post("/live/streams", json={"name": "Channel"}).json()["id"]
        shown = client.get(f"/live/streams/{stream_id}/key").json()
        target = f"{shown['rtmp_url']}/{shown['key']}"
        coding = ("-re", *sources(300), *H264, "-g", "60", *AAC, "-f", "flv", target)
        ffmpeg = str(find_tools().ffmpeg)
        encoder = subprocess.Popen([ffmpeg, "-v", "error", "-nostdin", *coding])
        try:
            path = f"/live/streams/{stream_id}/playback"
            eventually(lambda: client.post(path).status_code == 201)
            playing = client.post(path).json()
            base = api.url + playing["hls_url"].removesuffix("master.m3u8")
            eventually(lambda: "v/1.m4s" in httpx.get(f"{base}v.m3u8", timeout=60).text)
            # Each connection may come to another process.
            for name in ("v.m3u8", "master.m3u8", "manifest.mpd", "v/0.m4s"):
                answers = [httpx.get(base + name, timeout=60) for _ in range(12)]
                assert {answer.status_code for answer in answers} == {200}, name
            bodies = {httpx.get(f"{base}v/0.m4s", timeout=60).content for _ in range(12)}
            assert len(bodies) == 1
            for _ in range(12):
                health = httpx.get(
                    f"{client.base_url}live/streams/{stream_id}/health",
                    headers={"Authorization": client.headers["Authorization"]},
                    timeout=60,
                )
                assert (health.status_code, health.json()["moments"] != []) == (200, True)
        finally:
            encoder.kill()
            encoder.wait(timeout=60)
