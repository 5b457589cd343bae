"""Publishers of live streams, and a receiver that keeps what they send."""

import asyncio
import shutil
import socket
from collections.abc import Callable
from dataclasses import dataclass, field

from streamverse.mediakit.ffmpeg import Tools
from streamverse.mediakit.ingest.samples import (
    AudioFormat,
    PublishRefused,
    PublishRequest,
    Sample,
    VideoFormat,
)
from tests.factories.media import beep, picture

KEY = "live_6f2b"
GSTREAMER = shutil.which("gst-launch-1.0") or ""
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "30")
AAC = ("-c:a", "aac", "-b:a", "64k")


@dataclass
class Recorder:
    """Keeps all that a publisher sends; `is_willing` says whether more is welcome."""

    request: PublishRequest | None = None
    formats: list[VideoFormat | AudioFormat] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    is_willing: asyncio.Event = field(default_factory=asyncio.Event)
    times_asked: int = 0

    def __post_init__(self) -> None:
        self.is_willing.set()

    def on_format(self, media: VideoFormat | AudioFormat, /) -> None:
        self.formats.append(media)

    def on_sample(self, sample: Sample, /) -> None:
        self.samples.append(sample)

    def on_end(self, reason: str, /) -> None:
        self.reasons.append(reason)

    async def writable(self) -> None:
        self.times_asked += 1
        await self.is_willing.wait()

    def of(self, kind: str) -> list[Sample]:
        return [sample for sample in self.samples if sample.kind == kind]


@dataclass
class Studio:
    """Admits whoever knows the key, and keeps who asked and what came."""

    recorder: Recorder = field(default_factory=Recorder)
    asked: list[PublishRequest] = field(default_factory=list)

    async def admit(self, request: PublishRequest) -> Recorder:
        self.asked.append(request)
        if request.key != KEY:
            raise PublishRefused("There is no stream with this key.")
        self.recorder.request = request
        return self.recorder


async def until(is_so: Callable[[], bool], within_s: float = 60) -> None:
    """Wait for something that comes by itself."""
    async with asyncio.timeout(within_s):
        while not is_so():
            await asyncio.sleep(0.01)


def sources(seconds: float = 2, size: tuple[int, int] = (320, 180)) -> tuple[str, ...]:
    """Describe a picture and a sound as inputs of ffmpeg."""
    width, height = size
    inputs = (picture(width, height, seconds=seconds), beep(seconds))
    return tuple(part for source in inputs for part in ("-f", "lavfi", "-i", source))


async def run_ffmpeg(tools: Tools, *arguments: str) -> tuple[int, str]:
    """Run ffmpeg to its end; give its exit code and what it printed."""
    command = (str(tools.ffmpeg), "-v", "error", "-nostdin", "-y", *arguments)
    return await run(*command)


async def run(*command: str) -> tuple[int, str]:
    """Run a program to its end; give its exit code and what it printed."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        async with asyncio.timeout(120):
            printed, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
    return process.returncode or 0, printed.decode("utf-8", "replace")


def free_port(kind: socket.SocketKind) -> int:
    """Find a port that nobody listens at, for a program that has to be told one."""
    with socket.socket(socket.AF_INET, kind) as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])
