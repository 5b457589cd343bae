"""Every coding of pictures and sound: what it keeps of a source, and that it says what it is."""

import json
import re
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from streamverse.mediakit.cmaf import InitSegment
from streamverse.mediakit.encode import EncodedInit, encode_chunk
from streamverse.mediakit.ffmpeg import Tools
from streamverse.mediakit.frames import FrameRate, SegmentPlan
from streamverse.mediakit.ladder import CodecFamily, DynamicRange, LadderPolicy, make_rung
from streamverse.mediakit.sound import SOUND_FORMATS, SoundKind
from tests.factories.encodes import (
    encode_all,
    encode_best,
    encode_sound,
    open_source,
    packets_of,
)
from tests.factories.media import MediaFactory, beep_starts_ms, frame_numbers

MODERN = [CodecFamily.HEVC, CodecFamily.AV1]


def _stream(path: Path, tools: Tools) -> dict[str, Any]:
    command = [*(str(tools.ffprobe), "-v", "error", "-of", "json", "-show_streams"), str(path)]
    answer = subprocess.run(command, check=True, capture_output=True)
    return json.loads(answer.stdout)["streams"][0]


@pytest.mark.parametrize("codec", CodecFamily)
@pytest.mark.parametrize("rate", [FrameRate(5), FrameRate(30), FrameRate(60)])
async def test_the_codec_is_the_one_that_the_rung_declares(
    media: MediaFactory, codec: CodecFamily, rate: FrameRate
):
    source = replace(await open_source(media, "pattern", codec), plan=SegmentPlan(rate, 1))
    rungs = [
        make_rung(codec, name, size, rate, LadderPolicy((codec,)), max_bitrate_bps=bitrate_bps)
        for name, size, bitrate_bps in (
            *(("16p", (16, 16), 100_000), ("360p", (640, 360), 850_000)),
            *(("720p", (1280, 720), 3_000_000), ("1080p", (608, 1080), 9_000_000)),
        )
    ]
    found: dict[str, tuple[str, int, int | None, int | None, int]] = {}
    async for piece in encode_chunk(
        *(source.path, source.facts, rungs, source.plan, source.plan.chunk(0)),
        tools=source.tools,
    ):
        if isinstance(piece, EncodedInit):
            init = piece.init
            found[piece.track] = (
                *(init.codec, init.timescale, init.width, init.height, init.edit_start_ticks),
            )

    reordered = 0 if codec is CodecFamily.AV1 else 2
    assert found == {
        rung.track_name: (
            *(rung.codec, rate.timescale, rung.width, rung.height),
            reordered * rate.ticks_per_frame,
        )
        for rung in rungs
    }


def _brightness(path: Path, tools: Tools) -> list[float]:
    """Read what the first picture says of the screen it was graded on, and of its light."""
    command = [str(tools.ffmpeg), "-nostdin", "-i", str(path), "-vf", "showinfo"]
    answer = subprocess.run(
        [*command, "-frames:v", "1", "-f", "null", "-"], check=True, capture_output=True, text=True
    )
    told = re.findall(r"showinfo.* - (?:Mastering|Content).*?: (.*)", answer.stderr)
    numbers = re.sub(r"has_\w+:1", "", " ".join(told[:2]))
    return [float(number) for number in re.findall(r"[\d.]+", numbers)]


@pytest.mark.parametrize("codec", MODERN)
@pytest.mark.parametrize(("kind", "transfer"), [("hdr10", "smpte2084"), ("hlg", "arib-std-b67")])
async def test_high_dynamic_range_is_kept(
    media: MediaFactory, tmp_path: Path, codec: CodecFamily, kind: str, transfer: str
):
    source = await open_source(media, kind, codec)
    encoded = await encode_best(source)
    path = encoded.write(tmp_path / "film.mp4")
    stream = _stream(path, media.tools)

    colours = ("pix_fmt", "color_transfer", "color_primaries", "color_space", "color_range")
    assert [stream[name] for name in colours] == [
        *("yuv420p10le", transfer, "bt2020", "bt2020nc", "tv"),
    ]
    assert frame_numbers(path, media.tools) == list(range(60))
    told = [0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.3127, 0.329, 0.0001, 1000, 1000, 400]
    assert _brightness(path, media.tools) == pytest.approx(
        told if kind == "hdr10" else [], rel=0.001, abs=0.00003
    )
    assert InitSegment.parse(encoded.init).codec == source.rungs[0].codec


@pytest.mark.parametrize("kind", ["hdr10", "hlg"])
async def test_high_dynamic_range_is_mapped_to_what_every_screen_shows(
    media: MediaFactory, tmp_path: Path, kind: str
):
    encoded = await encode_best(await open_source(media, kind))
    stream = _stream(encoded.write(tmp_path / "film.mp4"), media.tools)

    assert (stream["pix_fmt"], stream["color_transfer"]) == ("yuv420p", "bt709")
    assert "side_data_list" not in stream


@pytest.mark.parametrize("codec", MODERN)
async def test_deep_pictures_stay_deep(media: MediaFactory, tmp_path: Path, codec: CodecFamily):
    source = await open_source(media, "deep", codec)
    encoded = await encode_best(source)

    assert _stream(encoded.write(tmp_path / "film.mp4"), media.tools)["pix_fmt"] == "yuv420p10le"
    assert source.rungs[0].dynamic_range is DynamicRange.SDR
    assert InitSegment.parse(encoded.init).codec == source.rungs[0].codec


@pytest.mark.parametrize("codec", CodecFamily)
async def test_the_same_run_is_encoded_into_the_same_bytes(media: MediaFactory, codec: CodecFamily):
    source = await open_source(media, "pattern", codec)

    assert await encode_all(source) == await encode_all(source)


@pytest.mark.parametrize("codec", MODERN)
async def test_the_largest_pictures_fit_into_the_memory_that_an_encoder_gets(
    media: MediaFactory, codec: CodecFamily
):
    tracks = await encode_all(await open_source(media, "uhd", codec))

    assert {name: sorted(track.segments) for name, track in tracks.items()} == {
        f"v{size}-{codec}": [0] for size in (2160, 1440, 1080, 720, 480, 360, 270, 180)
    }


@pytest.mark.parametrize(
    ("kind", "codec", "channels"),
    [
        (SoundKind.SURROUND, "ec-3", 6),
        (SoundKind.OPUS, "Opus", 2),
        (SoundKind.LEAN, "mp4a.40.2", 2),
    ],
)
async def test_other_forms_of_sound_stay_with_the_picture(
    media: MediaFactory, tmp_path: Path, kind: SoundKind, codec: str, channels: int
):
    source = await open_source(media, "long_surround")
    encoded = await encode_sound(source, kind=kind)
    path = encoded.write(tmp_path / "sound.mp4")

    beeps = beep_starts_ms(path, media.tools)
    # Within the five milliseconds in which a beep swells through the coding.
    assert beeps[1:] == pytest.approx(list(range(1000, 9000, 1000)), abs=5)
    init = InitSegment.parse(encoded.init)
    assert (init.codec, init.channels, init.sample_rate_hz) == (codec, channels, 48_000)
    samples = SOUND_FORMATS[kind].frame_samples
    times = [int(packet["pts"]) for packet in packets_of(path, media.tools)]
    assert times == list(range(0, samples * len(times), samples))
    stop = 0
    for number, frames in enumerate(source.plan.segments()):
        start, stop = stop, stop + encoded.segments[number].duration_ticks
        window = source.plan.frame_rate.seconds(frames.start) * 48_000
        assert window <= start < window + samples
    rest = await encode_sound(source, from_segment=2, kind=kind)
    assert rest.init == encoded.init
    assert rest.segments == {n: piece for n, piece in encoded.segments.items() if n >= 2}
