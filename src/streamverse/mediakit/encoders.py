"""The encoders: how each is told to make closed runs of pictures that join without a seam.

Whatever a chunk shows and however many threads make it, its head is the same bytes: no encoder
may write its settings, the time or statistics into the stream.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from streamverse.mediakit.brightness import CHROMATICITY_STEPS, LUMINANCE_STEPS
from streamverse.mediakit.ladder import CodecFamily, Rung

if TYPE_CHECKING:
    from streamverse.mediakit.brightness import ContentLight, MasteringDisplay
    from streamverse.mediakit.frames import FrameRate
    from streamverse.mediakit.probe import VideoFacts
    from streamverse.mediakit.sound import SoundFormat

# By so many frames a picture is decoded ahead of showing it, where there is room to reorder.
REORDERED_FRAMES: Final = {CodecFamily.H264: 2, CodecFamily.HEVC: 2, CodecFamily.AV1: 0}
# What an encoder needs of memory, against the pictures that it holds.
MEMORY_FACTOR: Final = {CodecFamily.H264: 1, CodecFamily.HEVC: 2, CodecFamily.AV1: 3}
# A fifth of the bits for a twentieth more work (benchmarks/README.md); slower presets pay less.
_H264_CARE: Final = (
    *("-trellis", "1", "-rc-lookahead", "30"),
    *("-aq-mode", "2", "-direct-pred", "auto"),
)
# A tenth of the bits for half as much work again, which is little where pictures are small. What
# is kept of grain beyond its likeness is lost when they are enlarged.
_H264_CARE_OF_SMALL: Final = ("-subq", "7", "-psy", "0")
_SMALL_PIXELS: Final = 450_000


def video_arguments(rung: Rung, rate: FrameRate, video: VideoFacts, threads: int) -> list[str]:
    """Write the arguments that make one rung of a picture."""
    write = {
        CodecFamily.H264: _h264_arguments,
        CodecFamily.HEVC: _hevc_arguments,
        CodecFamily.AV1: _av1_arguments,
    }[rung.codec_family]
    return [
        *write(rung, rate.gop_frames, video, threads),
        *("-crf", str(rung.crf), "-g", str(rate.gop_frames)),
        *("-maxrate", str(rung.max_bitrate_bps), "-bufsize", str(rung.buffer_size_bits)),
    ]


def sound_arguments(sound: SoundFormat) -> list[str]:
    """Write the arguments that make a track of sound."""
    return ["-c:a", sound.encoder, "-b:a", str(sound.bitrate_bps), "-flags", "+bitexact"]


def _h264_arguments(rung: Rung, gop_frames: int, _video: VideoFacts, threads: int) -> list[str]:
    return [
        *("-c:v", "libx264", "-preset", "veryfast", "-threads", str(threads)),
        *("-profile:v", rung.profile, "-level", rung.level),
        *("-keyint_min", str(gop_frames), "-sc_threshold", "0", "-bf", "3"),
        *_h264_care(rung),
        *("-flags", "+cgop+bitexact"),
    ]


def _h264_care(rung: Rung) -> tuple[str, ...]:
    if not rung.is_careful:
        return ()
    is_small = rung.width * rung.height <= _SMALL_PIXELS
    return (*_H264_CARE, *(_H264_CARE_OF_SMALL if is_small else ()))


def _hevc_arguments(rung: Rung, gop_frames: int, video: VideoFacts, threads: int) -> list[str]:
    parameters = {
        "log-level": "none",
        "level-idc": rung.level,
        "high-tier": 0,
        "keyint": gop_frames,
        "min-keyint": gop_frames,
        "open-gop": 0,
        "scenecut": 0,
        "bframes": 3,
        "repeat-headers": 0,
        "info": 0,
        # With these the bits do not depend on how many threads there are.
        "pools": threads,
        "frame-threads": 2,
        "const-vbv": 1,
        **(_hevc_brightness(video) if rung.dynamic_range.is_high else {}),
    }
    return [
        *("-c:v", "libx265", "-preset", "veryfast", "-profile:v", rung.profile),
        *("-tag:v", "hvc1", "-flags", "+cgop+bitexact", "-dolbyvision", "0"),
        *("-chroma_sample_location", "left", "-x265-params", _joined(parameters)),
    ]


def _av1_arguments(rung: Rung, _gop_frames: int, video: VideoFacts, threads: int) -> list[str]:
    parameters = {
        "level": rung.level.replace(".", ""),
        "scd": 0,
        "irefresh-type": 2,  # each run begins with a keyframe, and none looks across it
        "lp": threads,
        **(_av1_brightness(video) if rung.dynamic_range.is_high else {}),
    }
    return [
        *("-c:v", "libsvtav1", "-preset", "8", "-flags", "+cgop+bitexact", "-dolbyvision", "0"),
        *("-chroma_sample_location", "left", "-svtav1-params", _joined(parameters)),
    ]


def _hevc_brightness(video: VideoFacts) -> dict[str, object]:
    found: dict[str, object] = {"hdr10": int(video.color_transfer == "smpte2084")}
    if video.mastering_display is not None:
        found["master-display"] = _mastering(video.mastering_display, 1, 1)
    if video.content_light is not None:
        found["max-cll"] = _light(video.content_light)
    return found


def _av1_brightness(video: VideoFacts) -> dict[str, object]:
    found: dict[str, object] = {}
    if video.mastering_display is not None:
        steps = (CHROMATICITY_STEPS, LUMINANCE_STEPS)
        found["mastering-display"] = _mastering(video.mastering_display, *steps)
    if video.content_light is not None:
        found["content-light"] = _light(video.content_light)
    return found


def _mastering(display: MasteringDisplay, chromaticity: int, luminance: int) -> str:
    """Write primaries and luminance, divided as the encoder wants them."""
    points = zip(
        ("G", "B", "R", "WP", "L"),
        (display.green, display.blue, display.red, display.white, display.luminance),
        (*[chromaticity] * 4, luminance),
        strict=True,
    )
    return "".join(f"{name}({_over(x, by)},{_over(y, by)})" for name, (x, y), by in points)


def _over(value: int, by: int) -> str:
    return str(value) if by == 1 else f"{value / by:.5f}"


def _light(light: ContentLight) -> str:
    return f"{light.max_content},{light.max_average}"


def _joined(parameters: dict[str, object]) -> str:
    return ":".join(f"{name}={value}" for name, value in parameters.items())
