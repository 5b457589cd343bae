"""The rungs beside what a publisher sends: which there are, and the one ffmpeg that makes them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Final

from streamverse.mediakit import hardware, hevc, picture, sandbox
from streamverse.mediakit.av1 import SEQUENCE_HEADER, units_in
from streamverse.mediakit.av1_sequence import read_sequence
from streamverse.mediakit.bits import BitReader
from streamverse.mediakit.ffmpeg import QUIET
from streamverse.mediakit.frames import FALLBACK_RATE, FrameRate
from streamverse.mediakit.hardware import Accelerator, Encoder
from streamverse.mediakit.ingest.formats import AV1_FIXED_BYTES
from streamverse.mediakit.ingest.samples import CLOCK_HZ, Sample, VideoFormat
from streamverse.mediakit.ladder import WORTH_A_RUNG, DynamicRange, LadderPolicy, Rung, choose_rungs
from streamverse.mediakit.live.packager import TARGET_DURATION_S

# What is sent is the rung above.
TALLEST: Final = 1080
# Baseline, Main and High: eight bits of 4:2:0, which every browser and television decodes.
PROFILES_FOR_ALL: Final = frozenset({66, 77, 100})
# So many points of pictures one processor encodes in a second with a good reserve; decoding and
# scaling take a part of what encoding does, and hardware leaves only that.
POINTS_PER_PROCESSOR_S: Final = 50_000_000
DECODING_SHARE: Final = 0.25
TWO_THREADS_FROM: Final = 720
_LONGEST_S: Final = 7 * 24 * 3600
_BASE_MEMORY_BYTES: Final = 2 << 30
_ENCODER_BYTES: Final = 1 << 29
_BYTES_PER_POINT: Final = 256
_DECODERS: Final = "h264,hevc,av1,libdav1d"


def fits_all(media: VideoFormat) -> bool:
    """Tell whether pictures are coded such that every device decodes them."""
    return media.codec == "h264" and media.configuration[1] in PROFILES_FOR_ALL


def rate_of(samples: Sequence[Sample]) -> FrameRate:
    """Tell how many pictures a second a few of them make, which need not be in order."""
    shown = sorted(sample.present_ticks for sample in samples)
    steps = [after - before for before, after in pairwise(shown) if after > before]
    return (
        FrameRate.normalise(Fraction(CLOCK_HZ) / Fraction(median(steps)))
        if steps
        else (FALLBACK_RATE)
    )


def choose_live_rungs(
    media: VideoFormat, rate: FrameRate, *, is_own_size: bool, names: Collection[str] = ()
) -> tuple[Rung, ...]:
    """Choose the rungs below what is sent, from the largest down.

    With `is_own_size` what is sent is not for everybody, and there is one like it. Rungs of these
    names there were before stay, however small the picture has become.
    """
    policy = LadderPolicy(largest_short_side=TALLEST)
    usual = [
        one for one in choose_rungs(media.width, media.height, rate, policy) if not one.is_lean
    ]
    lines = min(media.width, media.height)
    chosen = [one for one in usual if _lines(one) * WORTH_A_RUNG <= lines]
    if is_own_size and usual[0] not in chosen:
        chosen.insert(0, replace(usual[0], is_again=True))
    known = {one.track_name for one in chosen}
    kept = [_like_before(usual[-1], name) for name in names if name not in known]
    return tuple(sorted([*chosen, *kept], key=lambda one: -one.width * one.height))


def _lines(rung: Rung) -> int:
    return min(rung.width, rung.height)


def _like_before(smallest: Rung, name: str) -> Rung:
    """Go on with a rung for which the picture is too small now."""
    lines, _, again = name.removeprefix("v").partition("-")
    return replace(smallest, name=f"{lines}p", is_again=again != "")


def points_per_second(
    media: VideoFormat, rungs: Sequence[Rung], rate: FrameRate, encoder: Encoder | None
) -> float:
    """Estimate how much there is to do, in points of pictures that are encoded in a second."""
    pictures = float(rate.per_second)
    read = media.width * media.height * DECODING_SHARE
    share = DECODING_SHARE if encoder is not None else 1.0
    return pictures * (read + share * sum(rung.width * rung.height for rung in rungs))


def encoding_command(
    ffmpeg: Path,
    media: VideoFormat,
    rungs: Sequence[Rung],
    rate: FrameRate,
    encoder: Encoder | None = None,
) -> sandbox.Command:
    """Say how pictures in FLV on the first pipe become H.264 in FLV on one pipe for each rung.

    A keyframe is made of every keyframe, and at the latest where a segment ends without one.
    """
    upload = hardware.upload_filters(encoder) if encoder else []
    argv = (
        *(str(ffmpeg), *QUIET, "-nostdin", "-copyts"),
        *(hardware.device_arguments(encoder) if encoder else ()),
        *("-protocol_whitelist", "pipe", "-codec_whitelist", _DECODERS),
        *("-probesize", "32", "-analyzeduration", "0", "-threads", "1"),
        *("-f", "flv", "-i", sandbox.pipe_url(0)),
        *("-filter_complex_threads", "1", "-filter_complex", _graph(media, rungs, upload)),
        *(one for index, rung in enumerate(rungs) for one in _output(index, rung, rate, encoder)),
    )
    points = media.width * media.height + sum(rung.width * rung.height for rung in rungs)
    limits = sandbox.Limits(
        wall_seconds=_LONGEST_S,
        cpu_seconds=_LONGEST_S,
        memory_bytes=_BASE_MEMORY_BYTES + len(rungs) * _ENCODER_BYTES + points * _BYTES_PER_POINT,
        open_files=256,
    )
    command = sandbox.Command(argv, pipe_count=1 + len(rungs), limits=limits)
    return hardware.confine(encoder, command) if encoder else command


def range_of(media: VideoFormat) -> DynamicRange:
    """Tell how the brightness of pictures is coded, as their encoder says."""
    transfer = None
    if media.codec == "hevc":
        sets = hevc.parameter_sets(media.configuration)
        found = next(nal for nal in sets if nal[0] >> 1 & 0x3F == hevc.SEQUENCE_SET)
        transfer = hevc.read_sequence(found)[1].transfer
    elif media.codec == "av1":
        units = memoryview(media.configuration)[AV1_FIXED_BYTES:]
        start, stop = next(
            (start, stop) for kind, _, start, stop in units_in(units) if kind == SEQUENCE_HEADER
        )
        transfer = read_sequence(BitReader(bytes(units[start:stop]))).transfer
    high = (DynamicRange.PQ, DynamicRange.HLG)
    return next((one for one in high if one.transfer_characteristics == transfer), DynamicRange.SDR)


def _graph(media: VideoFormat, rungs: Sequence[Rung], upload: Sequence[str]) -> str:
    """Scale each rung from the next larger one, which is less to read.

    Bright pictures are brought to what every screen shows at the size of the largest one.
    """
    lines = [f"[0:v:0]{_begin(media, rungs[0])}"]
    for index, rung in enumerate(rungs[1:]):
        lines[-1] += f",split=2[o{index}][s{index}]"
        lines.append(f"[s{index}]{_scale(rung)}")
    lines[-1] += f"[o{len(rungs) - 1}]"
    ends = (f"[o{index}]{','.join(upload) or 'null'}[v{index}]" for index in range(len(rungs)))
    return ";".join([*lines, *ends])


def _begin(media: VideoFormat, rung: Rung) -> str:
    dynamic_range = range_of(media)
    if not dynamic_range.is_high:
        return _scale(rung)
    mapped = picture.map_tones(picture.TRANSFERS[dynamic_range], rung.width, rung.height)
    return ",".join([*mapped, "setsar=1"])


def _scale(rung: Rung) -> str:
    size = f"scale={rung.width}:{rung.height}:flags=bilinear:out_range=tv"
    return f"{size},setsar=1,format=yuv420p"


def _output(index: int, rung: Rung, rate: FrameRate, encoder: Encoder | None) -> Iterator[str]:
    longest = max(1, int(TARGET_DURATION_S * rate.per_second))
    yield from ("-map", f"[v{index}]", "-fps_mode", "passthrough", "-enc_time_base", "1:1000")
    yield from _coding(rung, encoder)
    yield from ("-g", str(longest), "-bf", "0", "-force_key_frames", "source")
    yield from ("-maxrate", str(rung.max_bitrate_bps), "-bufsize", str(rung.buffer_size_bits))
    yield from ("-flags", "+cgop+bitexact", "-flush_packets", "1")
    yield from ("-flvflags", "no_duration_filesize", "-f", "flv", sandbox.pipe_url(1 + index))


def _coding(rung: Rung, encoder: Encoder | None) -> list[str]:
    """Write how an encoder gives each picture as soon as it has taken it."""
    promise = ["-profile:v", rung.profile, "-level", rung.level]
    quality, rate_bps = str(rung.crf), str(rung.max_bitrate_bps * 2 // 3)
    if encoder is None:
        threads = "2" if rung.lines >= TWO_THREADS_FROM else "1"
        return [
            *("-c:v", "libx264", "-preset", "superfast", "-tune", "zerolatency", *promise),
            *("-threads", threads, "-sc_threshold", "0", "-forced-idr", "1", "-crf", quality),
        ]
    common = ["-c:v", encoder.name, *promise]
    if encoder.accelerator is Accelerator.NVENC:
        speed = ["-preset", "p4", "-tune", "ull", "-zerolatency", "1", "-delay", "0"]
        keys = ["-forced-idr", "1", "-no-scenecut", "1"]
        return [*common, *speed, *keys, "-rc", "vbr", "-cq", quality, "-b:v", "0"]
    if encoder.accelerator is Accelerator.QSV:
        speed = ["-preset", "veryfast", "-async_depth", "1", "-look_ahead", "0"]
        return [*common, *speed, "-forced_idr", "1", "-idr_interval", "0", "-b:v", rate_bps]
    return [*common, "-async_depth", "1", "-idr_interval", "0", "-rc_mode", "VBR", "-b:v", rate_bps]
