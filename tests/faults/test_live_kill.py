"""The node that holds a stream is killed or stops in order: viewers hardly notice."""

from __future__ import annotations

import hashlib
import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from streamverse.mediakit.ffmpeg import find_tools
from tests.factories.ingest import AAC, H264, sources
from tests.factories.processes import Process, free_port, owner_client

TOOLS = find_tools()
WITHIN_S = 120
SECRET = "a secret that all processes of a test share"
_WHOLE = re.compile(r"^(?P<gap>#EXT-X-GAP\n)?#EXTINF:[\d.]+,\n(?P<uri>\S+)$", re.MULTILINE)
_PART = re.compile(r'#EXT-X-PART:[^\n]*URI="([^"]+)"')


def eventually(is_so: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + WITHIN_S
    while not (found := is_so()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return found


@dataclass
class Viewer:
    """Follows the pictures of a stream at one address, and remembers all that it was told."""

    base: str
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=60))
    texts: list[str] = field(default_factory=list[str])
    refused: list[str] = field(default_factory=list[str])
    bodies: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    is_over: threading.Event = field(default_factory=threading.Event)

    def follow(self) -> None:
        """Ask for the next part again and again, as players do, and fetch what is named."""
        query = ""
        while not self.is_over.is_set():
            try:
                answer = self.client.get(f"{self.base}v.m3u8{query}")
            except httpx.TransportError:
                time.sleep(0.2)
                continue
            if answer.status_code != 200:
                self.refused.append(f"{query} {answer.text}")
                query = ""
                time.sleep(0.2)
                continue
            self.texts.append(answer.text)
            wanted = [uri for _, uri in whole(answer.text)] + _PART.findall(answer.text)
            for uri in wanted[-8:]:
                if uri not in self.bodies:
                    self.fetch(uri)
            query = _next_query(answer.text)

    def fetch(self, uri: str) -> int:
        """Fetch a file, and remember what was in it."""
        try:
            answer = self.client.get(self.base + uri)
        except httpx.TransportError:
            return 0
        if answer.status_code == 200:
            digest = hashlib.sha256(answer.content).hexdigest()
            self.bodies.setdefault(uri, set()).add(digest)
        return answer.status_code

    @property
    def newest(self) -> str:
        """The last playlist."""
        return self.texts[-1] if self.texts else ""

    @property
    def named_whole(self) -> set[str]:
        """All that was ever named as whole."""
        return {uri for text in self.texts for is_gap, uri in whole(text) if not is_gap}


def whole(text: str) -> list[tuple[bool, str]]:
    return [(bool(found["gap"]), found["uri"]) for found in _WHOLE.finditer(text)]


def _next_query(text: str) -> str:
    hint = re.search(r'PRELOAD-HINT:TYPE=PART,URI="v/(\d+)\.(\d+)\.m4s"', text)
    return f"?_HLS_msn={hint[1]}&_HLS_part={hint[2]}" if hint else ""


@contextmanager
def publishing(port: int, key: str) -> Iterator[subprocess.Popen[bytes]]:
    """Let an encoder send at the speed of life."""
    target = f"rtmp://127.0.0.1:{port}/live/{key}"
    coding = ("-re", *sources(600), *H264, "-g", "60", *AAC, "-f", "flv", target)
    encoder = subprocess.Popen([str(TOOLS.ffmpeg), "-v", "error", "-nostdin", *coding])
    try:
        yield encoder
    finally:
        encoder.kill()
        encoder.wait(timeout=60)


@contextmanager
def watching(base: str) -> Iterator[Viewer]:
    viewer = Viewer(base)
    thread = threading.Thread(target=viewer.follow)
    thread.start()
    try:
        yield viewer
    finally:
        viewer.is_over.set()
        thread.join()
        viewer.client.close()


@contextmanager
def ffmpeg_player(base: str, pictures: int) -> Iterator[subprocess.Popen[bytes]]:
    """Play until so many pictures were decoded."""
    command = (str(TOOLS.ffmpeg), "-nostdin", "-v", "fatal", "-i", f"{base}master.m3u8")
    counted = ("-map", "0:v:0", "-frames:v", str(pictures), "-f", "null", "/dev/null")
    player = subprocess.Popen([*command, *counted])
    try:
        yield player
    finally:
        player.kill()
        player.wait(timeout=60)


def open_stream(client: httpx.Client) -> tuple[str, str]:
    stream_id = client.post("/live/streams", json={"name": "Channel"}).json()["id"]
    return stream_id, client.get(f"/live/streams/{stream_id}/key").json()["key"]


def find_base(client: httpx.Client, process: Process, stream_id: str) -> str:
    def ask() -> str:
        answer = client.post(f"/live/streams/{stream_id}/playback")
        return str(answer.json()["hls_url"]) if answer.status_code == 201 else ""

    return process.url + eventually(ask).removesuffix("master.m3u8")


def assert_whole(viewer: Viewer, gaps: int, *, given: int = 0) -> None:
    """Check all that viewers were promised, where a stream was given away so many times."""
    assert viewer.refused == []
    sequences = [int(re.findall(r"MEDIA-SEQUENCE:(\d+)", text)[0]) for text in viewer.texts]
    assert sequences == sorted(sequences)
    ends = [int(re.findall(r"v/(\d+)\.", text)[-1]) for text in viewer.texts]
    assert ends == sorted(ends)
    final = whole(viewer.newest)
    assert [uri for _, uri in final] == [f"v/{number}.m4s" for number in range(len(final))]
    assert [is_gap for is_gap, _ in final].count(True) == gaps
    discontinuities = viewer.newest.count("#EXT-X-DISCONTINUITY\n")
    assert discontinuities == 2 * gaps + given
    with httpx.Client(timeout=60) as viewer.client:
        for uri in viewer.named_whole:
            assert viewer.fetch(uri) == 200, uri
    assert {uri for uri, seen in viewer.bodies.items() if len(seen) > 1} == set()
    # What was a gap for somebody never becomes anything else.
    lost = {uri for text in viewer.texts for is_gap, uri in whole(text) if is_gap}
    assert lost & viewer.named_whole == set()


@dataclass
class House:
    """Processes that share a database, a store and a secret."""

    api: Process
    nodes: list[Process]
    rtmp_ports: list[int]
    settings: dict[str, str]
    folder: Path


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    """Let two nodes take streams, and a third process serve viewers."""
    shared = {
        "STREAMVERSE_DATABASE_URL": database_url,
        "STREAMVERSE_STORE_URL": (tmp_path / "store").as_uri(),
        "STREAMVERSE_SECRET_KEY": SECRET,
        "STREAMVERSE_IS_LIVE_TAKEN": "false",
    }
    ports = [free_port(), free_port()]
    nodes = [
        Process(
            "live",
            tmp_path / f"node-{place}" / "data",
            settings={**shared, "STREAMVERSE_RTMP_PORT": str(port)},
        )
        for place, port in enumerate(ports)
    ]
    api = Process("api", tmp_path / "api" / "data", settings=shared)
    for process in (api, *nodes):
        process.data_dir.mkdir(parents=True)
        process.start()
    yield House(api, nodes, ports, shared, tmp_path)
    for process in (api, *nodes):
        process.kill()


@pytest.mark.postgresql
def test_another_node_goes_on_when_one_is_killed(house: House) -> None:
    with owner_client(house.api) as client:
        stream_id, key = open_stream(client)
        with publishing(house.rtmp_ports[0], key):
            base = find_base(client, house.api, stream_id)
            with watching(base) as viewer:
                eventually(lambda: len(whole(viewer.newest)) >= 3)
                with ffmpeg_player(base, 450) as player:
                    eventually(lambda: len(whole(viewer.newest)) >= 5)
                    house.nodes[0].kill()
                    before = len(whole(viewer.newest))
                    with publishing(house.rtmp_ports[1], key):
                        eventually(lambda: len(whole(viewer.newest)) >= before + 5)
                        assert player.wait(timeout=WITHIN_S) == 0
                        client.post("/live/streams/stop", json={"ids": [stream_id]})
                        eventually(lambda: "#EXT-X-ENDLIST" in viewer.newest)
        assert_whole(viewer, gaps=1)
        worker = Process("worker", house.folder / "worker" / "data", settings=house.settings)
        worker.data_dir.mkdir(parents=True)
        worker.start()
        try:
            title = eventually(lambda: recorded(client, stream_id))
        finally:
            worker.kill()
        shown_s = sum(map(float, re.findall(r"(?<!GAP\n)#EXTINF:([\d.]+)", viewer.newest)))
        assert title["duration_ms"] == pytest.approx(1000 * shown_s, abs=100)


@pytest.mark.postgresql
def test_another_node_goes_on_without_a_gap_when_one_stops(house: House) -> None:
    with owner_client(house.api) as client:
        stream_id, key = open_stream(client)
        with publishing(house.rtmp_ports[0], key) as encoder:
            base = find_base(client, house.api, stream_id)
            with watching(base) as viewer:
                eventually(lambda: len(whole(viewer.newest)) >= 3)
                assert house.nodes[0].stop() == 0
                # The encoder is let go, and would connect anew.
                assert encoder.wait(timeout=WITHIN_S) != 0
                before = len(whole(viewer.newest))
                with publishing(house.rtmp_ports[1], key):
                    eventually(lambda: len(whole(viewer.newest)) >= before + 3)
                    client.post("/live/streams/stop", json={"ids": [stream_id]})
                    eventually(lambda: "#EXT-X-ENDLIST" in viewer.newest)
        assert_whole(viewer, gaps=0, given=1)


def recorded(client: httpx.Client, stream_id: str) -> dict[str, Any] | None:
    found = client.get(f"/live/streams/{stream_id}/recordings").json()
    assert len(found) <= 1
    return found[0] if found else None


def test_one_server_goes_on_when_it_starts_again(tmp_path: Path) -> None:
    port = free_port()
    settings = {"STREAMVERSE_RTMP_PORT": str(port)}
    process = Process("serve", tmp_path / "data", settings=settings)
    process.start()
    try:
        with owner_client(process) as client:
            stream_id, key = open_stream(client)
            with publishing(port, key):
                base = find_base(client, process, stream_id)
                with watching(base) as viewer:
                    eventually(lambda: len(whole(viewer.newest)) >= 3)
                    process.kill()
                    before = len(whole(viewer.newest))
                    process.start()
                    with publishing(port, key):
                        eventually(lambda: len(whole(viewer.newest)) >= before + 4)
            assert_whole(viewer, gaps=1)
    finally:
        process.kill()


def test_one_server_goes_on_without_a_gap_when_it_was_stopped(tmp_path: Path) -> None:
    port = free_port()
    settings = {"STREAMVERSE_RTMP_PORT": str(port)}
    process = Process("serve", tmp_path / "data", settings=settings)
    process.start()
    try:
        with owner_client(process) as client:
            stream_id, key = open_stream(client)
            with publishing(port, key):
                base = find_base(client, process, stream_id)
                with watching(base) as viewer:
                    eventually(lambda: len(whole(viewer.newest)) >= 3)
                    assert process.stop() == 0
                    before = len(whole(viewer.newest))
                    process.start()
                    with publishing(port, key):
                        eventually(lambda: len(whole(viewer.newest)) >= before + 3)
            # Who waited was asked to come again.
            assert [text for text in viewer.refused if "live.edge_moving" not in text] == []
            viewer.refused.clear()
            assert_whole(viewer, gaps=0, given=1)
    finally:
        process.kill()
