"""Heads of live tracks, as other programs read them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from streamverse.mediakit.ffmpeg import Tools
from streamverse.mediakit.ingest.rtmp_server import RtmpServer
from streamverse.mediakit.ingest.samples import AudioFormat, Kind, VideoFormat
from streamverse.mediakit.live.heads import timescale_of, write_head
from streamverse.mediakit.live.packager import Packager, Part, Piece
from streamverse.mediakit.live.timestamps import SteadyClock
from tests.factories.ingest import AAC, H264, KEY, Studio, run, run_ffmpeg, sources

CODINGS = {
    "h264": (*H264, *AAC),
    "hevc": ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error", *AAC),
    "av1": (
        *("-c:v", "libsvtav1", "-preset", "12", "-svtav1-params", "lookahead=0"),
        *("-c:a", "libopus"),
    ),
}
NAMES = {
    "h264": ("h264", "aac", "avc1.42c0"),
    "hevc": ("hevc", "aac", "hvc1.1."),
    "av1": ("av1", "opus", "av01.0."),
}


@pytest.mark.parametrize("coding", CODINGS)
async def test_what_is_published_can_be_decoded_from_its_parts(
    coding: str, tools: Tools, tmp_path: Path
):
    studio = Studio()
    server = RtmpServer(studio.admit)
    port = await server.listen("127.0.0.1", 0)
    target = f"rtmp://127.0.0.1:{port}/live/{KEY}"
    code, _ = await run_ffmpeg(tools, *sources(3), *CODINGS[coding], "-f", "flv", target)
    assert code == 0
    await server.close()
    recorder, clock = studio.recorder, SteadyClock()
    formats = {type(media): media for media in recorder.formats}
    video, audio = formats[VideoFormat], formats[AudioFormat]
    assert isinstance(video, VideoFormat)
    assert isinstance(audio, AudioFormat)
    packager = Packager(video, audio)
    pieces = [piece for sample in recorder.samples for piece in packager.add(clock.steady(sample))]
    pieces += packager.finish()
    seen: list[str] = []
    tracks: list[tuple[VideoFormat | AudioFormat, Kind]] = [(video, "video"), (audio, "audio")]
    for media, kind in tracks:
        head = write_head(media)
        film = tmp_path / f"{kind}.mp4"
        film.write_bytes(bytes(head) + _joined(pieces, kind))
        _, printed = await run(
            *(str(tools.ffprobe), "-v", "error", "-of", "json", "-count_packets"),
            *("-show_entries", "stream=codec_name,nb_read_packets,width,sample_rate"),
            str(film),
        )
        (stream,) = json.loads(printed)["streams"]
        seen.append(stream["codec_name"])
        assert int(stream["nb_read_packets"]) == len(recorder.of(kind))
        code, complaint = await run_ffmpeg(tools, "-xerror", "-i", str(film), "-f", "null", "-")
        assert (code, complaint) == (0, "")
    expected_video, expected_audio, name = NAMES[coding]
    assert seen == [expected_video, expected_audio]
    head = write_head(video)
    assert head.codec.startswith(name)
    assert (head.width, head.height, head.timescale) == (320, 180, 90_000)
    assert write_head(audio).sample_rate_hz == timescale_of(audio)


def _joined(pieces: Sequence[Piece], kind: Kind) -> bytes:
    parts = (piece for piece in pieces if isinstance(piece, Part) and piece.kind == kind)
    return b"".join(part.payload for part in parts)


def test_sound_at_a_rate_beyond_its_field_says_it_in_ticks():
    head = write_head(AudioFormat("aac", bytes.fromhex("1010"), 96_000, 2))
    assert (head.timescale, head.sample_rate_hz, head.codec) == (96_000, 0, "mp4a.40.2")


def test_a_description_that_is_too_long_is_refused():
    with pytest.raises(ValueError, match="cannot be 128 bytes long"):
        write_head(AudioFormat("aac", bytes(128), 48_000, 2))
