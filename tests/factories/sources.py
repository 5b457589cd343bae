"""Sources that streams are fetched from: HLS made by ffmpeg, cameras played by GStreamer."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from streamverse.mediakit.ffmpeg import Tools
from streamverse.mediakit.pull.sources import Fetched, PieceMissing
from tests.factories.ingest import AAC, H264, sources
from tests.factories.web_servers import WebServer, answer

PLACE = "https://club.example/live/"
# Debian's bindings are of its own Python.
PYTHON = "/usr/bin/python3"
CAMERA = Path(__file__).with_name("camera.py")


def make_hls(tools: Tools, folder: Path, *options: str, seconds: float = 4) -> Path:
    """Have ffmpeg write segments of a second, with their playlist; it ends."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [str(tools.ffmpeg), "-v", "error", "-nostdin", "-y", *sources(seconds)]
    form = ("-f", "hls", "-hls_time", "1", "-hls_list_size", "0")
    chosen = options if "-c:v" in options else (*H264, *AAC, *options)
    playlist = folder / "index.m3u8"
    arguments = [*command, *chosen, *form, str(playlist)]
    subprocess.run(arguments, check=True, timeout=120, cwd=folder)
    return playlist


@dataclass
class Shelf:
    """Files behind addresses; ``changes`` are done to each of them when it is asked for."""

    folder: Path
    changes: dict[str, Callable[[bytes, int], bytes]] = field(
        default_factory=dict[str, Callable[[bytes, int], bytes]]
    )
    asked: list[str] = field(default_factory=list[str])

    async def fetch(self, address: str, span: tuple[int, int] | None, limit_bytes: int) -> Fetched:
        name = address.removeprefix(PLACE)
        self.asked.append(name)
        path = self.folder / name
        if not path.is_file():
            raise PieceMissing(f"{urlsplit(address).hostname} has nothing at this address.")
        body = path.read_bytes()
        if name in self.changes:
            body = self.changes[name](body, self.asked.count(name))
        if span is not None:
            body = body[span[0] : sum(span)]
        assert len(body) <= limit_bytes
        return Fetched(address, body)


def going_on(segments: int) -> Callable[[bytes, int], bytes]:
    """Show so many segments of a playlist at first, then all of it, then its end."""

    def change(body: bytes, times: int) -> bytes:
        text = body.decode().replace("#EXT-X-ENDLIST\n", "").replace("PLAYLIST-TYPE", "PADDING")
        if times == 1:
            head, *rest = text.split("#EXTINF")
            return "#EXTINF".join([head, *rest[:segments]]).encode()
        return text.encode() if times == 2 else text.encode() + b"#EXT-X-ENDLIST\n"

    return change


@asynccontextmanager
async def going_out(tools: Tools, folder: Path, server: WebServer) -> AsyncGenerator[str]:
    """Let ffmpeg make a stream that goes on, and a server give it; give its address."""
    folder.mkdir(parents=True, exist_ok=True)
    form = ("-f", "hls", "-hls_time", "1", "-hls_list_size", "6", "-hls_flags", "temp_file")
    command = (
        *(str(tools.ffmpeg), "-v", "error", "-nostdin", "-y"),
        *(part for part in paced(sources(600))),
        *(*H264, *AAC, *form, str(folder / "index.m3u8")),
    )
    process = await asyncio.create_subprocess_exec(*command)

    async def give(head: bytes, writer: asyncio.StreamWriter) -> None:
        path = folder / head.split()[1].decode().rpartition("/")[2]
        writer.write(answer(path.read_bytes()) if path.is_file() else answer(b"", "404 Not Found"))

    server.fallback = give
    try:
        yield server.url("/live/index.m3u8")
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def paced(inputs: tuple[str, ...]) -> tuple[str, ...]:
    """Have inputs read at the pace of the clock."""
    return tuple(part for one in inputs for part in (("-re", one) if one == "-f" else (one,)))


@dataclass
class Camera:
    """A camera that GStreamer plays."""

    port: int
    process: asyncio.subprocess.Process

    @property
    def address(self) -> str:
        return f"rtsp://127.0.0.1:{self.port}/live"

    @property
    def host(self) -> str:
        """What an operator allows to reach it."""
        return f"127.0.0.1:{self.port}"


@asynccontextmanager
async def camera(pipeline: str, *, scheme: str = "", port: int = 0) -> AsyncGenerator[Camera]:
    """Play a camera, which asks for a password by Basic or Digest if wanted."""
    command = (PYTHON, str(CAMERA), pipeline, scheme, str(port))
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            found = int(await process.stdout.readline())
        yield Camera(found, process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
