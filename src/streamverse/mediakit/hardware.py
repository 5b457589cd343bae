"""Encoders in hardware: which ones this machine really has, and how each is told what to make.

What a driver promises and what it does differ, so one frame is encoded with each, as confined as
every encode is. A track is made by one encoder from its first chunk to its last: each writes heads
of its own. So the choice is made for a whole group of tracks, and when the hardware fails, the
group is made anew in software.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from streamverse.mediakit import sandbox
from streamverse.mediakit.ffmpeg import QUIET, Tools
from streamverse.mediakit.ladder import CodecFamily
from streamverse.mediakit.sandbox import Command, Limits

if TYPE_CHECKING:
    from streamverse.mediakit.ladder import Rung

CODECS: Final = ("h264", "hevc", "av1")
_TRIAL_LIMITS = Limits(wall_seconds=15, cpu_seconds=15, memory_bytes=4 << 30, open_files=256)
_TRIAL_PICTURE = "color=c=black:s=640x360:r=25:d=0.04"
# CUDA sets addresses aside for all that a card might ever hold; it uses a small part of them.
_CUDA_ADDRESSES = 128 << 30
_EIGHT_BITS = 8
# What drivers read to find out what they drive.
_DRIVER_FACTS = ("/sys/dev/char", "/sys/devices", "/proc/driver/nvidia")


class Accelerator(StrEnum):
    """A family of hardware encoders."""

    NVENC = "nvenc"
    QSV = "qsv"
    VAAPI = "vaapi"


@dataclass(frozen=True, slots=True)
class Encoder:
    """An encoder of ffmpeg, in software where it has no accelerator."""

    codec: str
    name: str
    accelerator: Accelerator | None = None
    device: Path | None = None

    @property
    def is_hardware(self) -> bool:
        """Whether it is more than a program."""
        return self.accelerator is not None

    def can_make(self, rungs: Sequence[Rung]) -> bool:
        """Tell whether renditions are of a kind that all cards make alike: plain eight bits."""
        return not self.is_hardware or all(
            rung.bit_depth == _EIGHT_BITS and not rung.dynamic_range.is_high for rung in rungs
        )


SOFTWARE: Final = {
    "h264": Encoder("h264", "libx264"),
    "hevc": Encoder("hevc", "libx265"),
    "av1": Encoder("av1", "libsvtav1"),
}


@dataclass(frozen=True, slots=True)
class Hardware:
    """What was found: encoders that work, and why those that might have do not."""

    encoders: tuple[Encoder, ...]
    failures: tuple[str, ...]


def candidates(devices: Path = Path("/dev")) -> tuple[Encoder, ...]:
    """List the encoders that the device nodes of this machine hint at, the best first."""
    rendering = sorted(devices.glob("dri/renderD*"))
    nvidia = sorted(devices.glob("nvidia[0-9]*"))
    found = [
        *((Accelerator.NVENC, node) for node in nvidia),
        *((Accelerator.QSV, node) for node in rendering),
        *((Accelerator.VAAPI, node) for node in rendering),
    ]
    return tuple(
        Encoder(codec, f"{codec}_{accelerator}", accelerator, node)
        for accelerator, node in found
        for codec in CODECS
    )


async def detect(tools: Tools, devices: Path = Path("/dev")) -> Hardware:
    """Encode a frame with everything that might work, and keep what does."""
    encoders: list[Encoder] = []
    failures: list[str] = []
    for encoder in candidates(devices):
        complaint = await _try_out(encoder, tools)
        if complaint is None:
            encoders.append(encoder)
        else:
            failures.append(f"{encoder.name} on {encoder.device}: {complaint}")
    return Hardware(tuple(encoders), tuple(failures))


async def _try_out(encoder: Encoder, tools: Tools) -> str | None:
    """Say why an encoder does not work, nothing if it does."""
    async with sandbox.run(trial_command(encoder, tools)) as process:
        end = await process.wait()
    if end.code == 0:
        return None
    return end.last_lines[-1] if end.last_lines else f"exit code {end.code}"


def trial_command(encoder: Encoder, tools: Tools) -> Command:
    """Write the command that encodes one frame."""
    argv = (
        *(str(tools.ffmpeg), *QUIET, "-nostdin", *device_arguments(encoder)),
        *("-f", "lavfi", "-i", _TRIAL_PICTURE, "-frames:v", "1"),
        *("-vf", ",".join(upload_filters(encoder) or ("format=nv12",))),
        *("-c:v", encoder.name, "-f", "null", "-"),
    )
    return confine(encoder, Command(argv, limits=_TRIAL_LIMITS))


def confine(encoder: Encoder, command: Command) -> Command:
    """Let a command reach the device that it encodes with, and what its driver reads."""
    if not encoder.is_hardware:
        return command
    facts = tuple(Path(folder) for folder in _DRIVER_FACTS if Path(folder).exists())
    limits = command.limits
    if encoder.accelerator is Accelerator.NVENC:
        limits = replace(limits, memory_bytes=limits.memory_bytes + _CUDA_ADDRESSES)
    return replace(
        command,
        inputs=(*command.inputs, *facts),
        devices=device_nodes(encoder),
        limits=limits,
    )


def device_nodes(encoder: Encoder) -> tuple[Path, ...]:
    """Name the device nodes that an encode must be able to open."""
    if encoder.device is None:
        return ()
    beside = ("nvidiactl", "nvidia-uvm", "nvidia-uvm-tools", "nvidia-modeset")
    others = beside if encoder.accelerator is Accelerator.NVENC else ()
    nodes = (encoder.device, *(encoder.device.parent / name for name in others))
    return tuple(node for node in nodes if node.exists())


def device_arguments(encoder: Encoder) -> list[str]:
    """Write what stands before the input: the device, where one is used."""
    match encoder.accelerator:
        case Accelerator.VAAPI:
            return ["-vaapi_device", str(encoder.device)]
        case Accelerator.QSV:
            return ["-init_hw_device", f"qsv=hw,child_device={encoder.device}"]
        case Accelerator.NVENC | None:
            return []


def upload_filters(encoder: Encoder) -> list[str]:
    """Name the filters that bring a picture to the encoder, at the end of its branch."""
    match encoder.accelerator:
        case Accelerator.VAAPI:
            return ["format=nv12", "hwupload"]
        case Accelerator.QSV:
            return ["format=nv12", "hwupload=extra_hw_frames=64"]
        case Accelerator.NVENC:
            return ["format=nv12"]
        case None:
            return []


def _h264_promise(rung: Rung) -> tuple[str, ...]:
    return ("-profile:v", rung.profile, "-level", rung.level)


def _hevc_promise(rung: Rung) -> tuple[str, ...]:
    return ("-profile:v", rung.profile, "-level", rung.level, "-tag:v", "hvc1")


def _av1_promise(_rung: Rung) -> tuple[str, ...]:
    # Not every driver can be told a level; what it chose is read from what it writes.
    return ()


# What manifests say of a rendition before it is there.
_PROMISES = {
    CodecFamily.H264: _h264_promise,
    CodecFamily.HEVC: _hevc_promise,
    CodecFamily.AV1: _av1_promise,
}


def video_arguments(encoder: Encoder, rung: Rung, gop_frames: int) -> list[str]:
    """Write how a hardware encoder makes a rung: closed runs of pictures, none reordered."""
    quality = str(rung.crf)
    caps = ["-maxrate", str(rung.max_bitrate_bps), "-bufsize", str(rung.buffer_size_bits)]
    common = [
        *("-c:v", encoder.name, *_PROMISES[rung.codec_family](rung)),
        *("-g", str(gop_frames), "-bf", "0", "-flags", "+cgop+bitexact"),
    ]
    match encoder.accelerator:
        case Accelerator.NVENC:
            control = ["-rc", "vbr", "-cq", quality, "-b:v", "0", *caps]
            return [*common, "-preset", "p5", *control, "-forced-idr", "1", "-no-scenecut", "1"]
        case Accelerator.QSV:
            target = ["-b:v", str(rung.max_bitrate_bps * 2 // 3), *caps]
            return [*common, "-preset", "medium", *target, "-idr_interval", "0", "-adaptive_i", "0"]
        case Accelerator.VAAPI:
            target = ["-rc_mode", "QVBR", "-global_quality", quality]
            average = ["-b:v", str(rung.max_bitrate_bps * 2 // 3), *caps]
            return [*common, *target, *average, "-idr_interval", "0"]
        case None:
            raise ValueError(f"{encoder.name} is no encoder in hardware.")
