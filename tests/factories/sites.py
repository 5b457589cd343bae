"""Sites: everything that a player can reach from the manifests of a film, as files.

A site is fetched from the real application once for each kind of film; tests share it.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

import httpx
import m3u8
import pytest

from streamverse.app.resources import Resources
from streamverse.app.worker import open_worker
from streamverse.mediakit.ffmpeg import Tools
from streamverse.mediakit.ladder import CodecFamily
from tests.conftest import Clients
from tests.factories.media import MediaFactory
from tests.factories.pipeline import fetch, make_film

H264 = (CodecFamily.H264,)
EVERY_CODEC = tuple(CodecFamily)


@dataclass(frozen=True)
class Site:
    """Everything that a player can reach from the two manifests, as files of the same names."""

    folder: Path
    tools: Tools

    def read(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    def text(self, name: str) -> str:
        return self.read(name).decode()

    def playlist(self, track: str) -> Any:
        return m3u8.loads(self.text(f"{track}.m3u8"))

    @property
    def tracks(self) -> list[str]:
        return sorted(path.stem for path in self.folder.glob("[av]*.m3u8"))

    @property
    def rungs(self) -> list[str]:
        return [track for track in self.tracks if track.startswith("v")]

    def segment_uris(self, track: str) -> list[str]:
        return [segment.uri for segment in self.playlist(track).segments]

    def alone(self, track: str, number: int) -> Path:
        """Join a segment with its head, and with nothing else."""
        path = self.folder / f"{track}-{number}.mp4"
        uri = self.segment_uris(track)[number]
        path.write_bytes(self.read(f"{track}/init.mp4") + self.read(uri))
        return path

    def whole(self, track: str) -> Path:
        path = self.folder / f"{track}.mp4"
        segments = b"".join(map(self.read, self.segment_uris(track)))
        path.write_bytes(self.read(f"{track}/init.mp4") + segments)
        return path

    def packets(self, path: Path) -> list[Packet]:
        found = self.probe(path, "-show_packets", "-show_entries", "packet=pts,dts,duration,flags")
        return [
            Packet(int(p["pts"]), int(p["dts"]), int(p["duration"]), p["flags"].startswith("K"))
            for p in found["packets"]
        ]

    def stream(self, path: Path) -> dict[str, Any]:
        (found,) = self.probe(path, "-show_streams")["streams"]
        return found

    def timescale(self, track: str) -> int:
        base = self.stream(self.alone(track, 0))["time_base"]
        return Fraction(base).denominator

    def probe(self, path: Path, *questions: str) -> dict[str, Any]:
        command = [str(self.tools.ffprobe), "-v", "error", *questions, "-of", "json", str(path)]
        return json.loads(self.run(command))

    def run(self, command: list[str]) -> bytes:
        done = subprocess.run(
            command, check=True, capture_output=True, timeout=240, cwd=self.folder
        )
        assert done.stderr == b"", done.stderr
        return done.stdout


@dataclass(frozen=True)
class Packet:
    pts: int
    dts: int
    duration: int
    is_key: bool


class MakeSite(Protocol):
    """Gives the site of a film of a kind, made with some codecs."""

    async def __call__(self, kind: str, codecs: Sequence[CodecFamily] = H264) -> Site: ...


@pytest.fixture(scope="session")
def sites() -> dict[tuple[str, ...], Path]:
    """Remember the sites that were made."""
    return {}


@pytest.fixture
def make_site(
    clients: Clients,
    resources: Resources,
    media: MediaFactory,
    sites: dict[tuple[str, ...], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> MakeSite:
    """Let a film go the whole way, then fetch what a player is led to."""

    async def make(kind: str, codecs: Sequence[CodecFamily] = H264) -> Site:
        key = (kind, *codecs)
        if key not in sites:
            settings = replace(resources.settings, codecs=tuple(codecs))

            async def work_off() -> None:
                async with open_worker(replace(resources, settings=settings)) as worker:
                    await worker.run_until_idle()

            title_id = await make_film(clients.owner, work_off, media.make(kind))
            wish = {"title_id": title_id}
            opened = await clients.viewer.post("/player/sessions/enhanced", json=wish)
            session = opened.raise_for_status().json()
            folder = tmp_path_factory.mktemp("site")
            await fetch_site(clients.nobody, session["playback"]["hls_url"], folder)
            # Several films are seen in one test, which are not watched at once.
            await clients.viewer.delete(f"/player/sessions/{session['session_id']}")
            sites[key] = folder
        return Site(sites[key], media.tools)

    return make


async def fetch_site(client: httpx.AsyncClient, hls_url: str, folder: Path) -> None:
    """Fetch both manifests and all that they lead to."""
    base = hls_url.removesuffix("master.m3u8")

    async def save(name: str) -> str:
        answer = await fetch(client, base + name)
        assert answer.status_code == 200, name
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(answer.content)
        return answer.text if name.endswith((".m3u8", ".mpd")) else ""

    await save("manifest.mpd")
    master = m3u8.loads(await save("master.m3u8"))
    for uri in {p.uri for p in master.playlists} | {m.uri for m in master.media}:
        playlist = m3u8.loads(await save(uri))
        for segment in playlist.segments:
            await save(segment.uri)
        await save(playlist.segment_map[0].uri)
