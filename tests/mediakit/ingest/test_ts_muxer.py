"""Transport streams of ours, read by our own reader and by ffmpeg."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.mediakit.ffmpeg import Tools
from streamverse.mediakit.ingest.mpegts import PACKET_BYTES, SYNC, TsDemuxer
from streamverse.mediakit.ingest.samples import (
    CLOCK_HZ,
    AudioFormat,
    MediaRefused,
    Sample,
    VideoFormat,
)
from streamverse.mediakit.ingest.ts_muxer import DELAY_TICKS, TsMuxer
from tests.factories.ingest import AAC, H264, sources

Heard = VideoFormat | AudioFormat | Sample
HEVC = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error:keyint=30")
OPUS = ("-c:a", "libopus")
STEREO = AudioFormat("aac", bytes.fromhex("1190"), 48_000, 2)
Make = Callable[..., list[Heard]]


@pytest.fixture(scope="session")
def make(tools: Tools, tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Have ffmpeg encode, and read what it writes."""
    folder = tmp_path_factory.mktemp("muxer")

    def make(*options: str) -> list[Heard]:
        path = folder / f"{abs(hash(options))}.ts"
        command = [str(tools.ffmpeg), "-v", "error", "-nostdin", *sources(), *options, str(path)]
        subprocess.run(command, check=True, timeout=120)
        return read(path.read_bytes())

    return make


def read(data: bytes) -> list[Heard]:
    demuxer = TsDemuxer()
    heard = [*demuxer.feed(data), *demuxer.finish()]
    assert (demuxer.continuity_errors, demuxer.damaged_packets) == (0, 0)
    return heard


def write(heard: list[Heard]) -> bytes:
    """Write formats, then samples in the order in which they are decoded."""
    muxer = TsMuxer()
    for each in heard:
        if not isinstance(each, Sample):
            muxer.take_format(each)
    samples = [each for each in heard if isinstance(each, Sample)]
    samples.sort(key=lambda one: one.decode_ticks)
    return b"".join(muxer.write(each) for each in samples)


def of(heard: list[Heard], kind: str) -> list[Sample]:
    return [each for each in heard if isinstance(each, Sample) and each.kind == kind]


def formats_of(heard: list[Heard]) -> set[Heard]:
    return {each for each in heard if not isinstance(each, Sample)}


def late(samples: list[Sample]) -> list[tuple[int, int, bool, bytes]]:
    """Say when each is due in what we write."""
    return [
        (
            one.decode_ticks + DELAY_TICKS,
            one.present_ticks + DELAY_TICKS,
            one.is_keyframe,
            one.payload,
        )
        for one in samples
    ]


def told(samples: list[Sample]) -> list[tuple[int, int, bool, bytes]]:
    return [(one.decode_ticks, one.present_ticks, one.is_keyframe, one.payload) for one in samples]


@pytest.mark.parametrize(
    "options",
    [(*H264, *AAC), ("-c:v", "libx264", "-g", "30", *AAC), (*HEVC, *AAC), (*H264, *OPUS)],
    ids=["h264", "b-frames", "hevc", "opus"],
)
def test_what_is_written_is_read_again(make: Make, options: tuple[str, ...]):
    heard = make(*options)
    data = write(heard)
    again = read(data)
    assert formats_of(again) == formats_of(heard)
    for kind in ("video", "audio"):
        assert told(of(again, kind)) == late(of(heard, kind))
    assert len(data) % PACKET_BYTES == 0
    assert {data[at] for at in range(0, len(data), PACKET_BYTES)} == {SYNC}


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ((*H264, *AAC), ["h264", "aac"]),
        ((*HEVC, *AAC), ["hevc", "aac"]),
        ((*H264, *OPUS), ["h264", "opus"]),
        (("-vn", *AAC), ["aac"]),
        (("-an", *H264), ["h264"]),
    ],
    ids=["h264", "hevc", "opus", "sound alone", "pictures alone"],
)
def test_ffmpeg_decodes_it_without_a_word(
    make: Make, tools: Tools, tmp_path: Path, options: tuple[str, ...], names: list[str]
):
    path = tmp_path / "ours.ts"
    heard = make(*options)
    path.write_bytes(write(heard))
    command = [str(tools.ffmpeg), "-v", "warning", "-nostdin", "-i", str(path), "-f", "null", "-"]
    done = subprocess.run(command, check=True, timeout=120, capture_output=True, text=True)
    assert done.stderr == ""
    asked = ("-show_entries", "stream=codec_name:packet=pts", "-of", "csv=p=0", "-v", "error")
    probe = [str(tools.ffprobe), *asked, "-select_streams", "0", str(path)]
    lines = subprocess.run(probe, check=True, timeout=120, capture_output=True, text=True)
    assert [name for name in names if name in lines.stdout] == [names[0]]
    every = [str(tools.ffprobe), "-v", "error", "-show_entries", "stream=codec_name", str(path)]
    shown = subprocess.run(every, check=True, timeout=120, capture_output=True, text=True)
    assert [name for name in names if f"codec_name={name}" in shown.stdout] == names


def clocks_in(data: bytes) -> list[tuple[int, int]]:
    """Find the clock's times, and where each stands."""
    found: list[tuple[int, int]] = []
    for at in range(0, len(data), PACKET_BYTES):
        packet = data[at : at + PACKET_BYTES]
        if packet[3] & 0x20 and packet[4] and packet[5] & 0x10:
            found.append((at, int.from_bytes(packet[6:12]) >> 15))
    return found


def test_the_clock_is_told_with_each_picture_and_before_all_is_due(make: Make):
    heard = make(*H264, *AAC)
    clocks = clocks_in(write(heard))
    assert [ticks for _, ticks in clocks] == [one.decode_ticks for one in of(heard, "video")]
    assert max(later - earlier for (_, earlier), (_, later) in pairwise(clocks)) <= CLOCK_HZ // 10


def test_tables_come_before_each_keyframe_and_four_times_a_second(make: Make):
    heard = make(*H264, *AAC)
    muxer = TsMuxer()
    for media in formats_of(heard):
        muxer.take_format(media)
    samples = sorted(
        (each for each in heard if isinstance(each, Sample)), key=lambda one: one.decode_ticks
    )
    begun = [one for one in samples if muxer.write(one)[1:3] == b"\x40\x00"]
    assert {one for one in samples if one.kind == "video" and one.is_keyframe} <= set(begun)
    steps = [later.decode_ticks - one.decode_ticks for one, later in pairwise(begun)]
    assert max(steps) <= CLOCK_HZ // 4 + 3000
    # Whoever comes late begins with the second group of pictures.
    data = write(heard)
    at = [place for place, _ in clocks_in(data)][30] - 2 * PACKET_BYTES
    second = read(data[at:])
    assert told(of(second, "video")) == late(of(heard, "video")[30:])


def test_a_sound_that_changes_is_announced_anew():
    muxer = TsMuxer()
    muxer.take_format(STEREO)
    first = muxer.write(Sample("audio", 0, 0, is_keyframe=True, payload=b"one"))
    opus = AudioFormat("opus", bytes.fromhex("0002000000000000000000"), 48_000, 2)
    muxer.take_format(opus)
    second = muxer.write(Sample("audio", 1920, 1920, is_keyframe=True, payload=b"\xfctwo"))
    again = read(first + second)
    assert [one.codec for one in again if not isinstance(one, Sample)] == ["aac", "opus"]
    assert [one.payload for one in of(again, "audio")] == [b"one", b"\xfctwo"]


def test_what_was_not_announced_is_left_out():
    muxer = TsMuxer()
    muxer.take_format(STEREO)
    assert muxer.write(Sample("video", 0, 0, is_keyframe=True, payload=b"\0\0\0\1\x65")) == b""


@pytest.mark.parametrize(
    ("media", "sentence"),
    [
        (VideoFormat("av1", b"", 320, 180), "AV1 cannot be sent by SRT"),
        (AudioFormat("aac", bytes.fromhex("2190"), 48_000, 2), "AAC of object type 4"),
        (AudioFormat("aac", bytes.fromhex("1780"), 44_000, 2), "AAC of this sample rate"),
    ],
)
def test_what_a_transport_stream_cannot_hold(media: VideoFormat | AudioFormat, sentence: str):
    with pytest.raises(MediaRefused, match=sentence):
        TsMuxer().take_format(media)


@given(st.lists(st.binary(min_size=1, max_size=600), min_size=1, max_size=20))
def test_sound_of_any_size_fills_whole_packets(payloads: list[bytes]):
    muxer = TsMuxer()
    muxer.take_format(STEREO)
    samples = [
        Sample("audio", 1920 * n, 1920 * n, is_keyframe=True, payload=each)
        for n, each in enumerate(payloads)
    ]
    data = b"".join(map(muxer.write, samples))
    assert len(data) % PACKET_BYTES == 0
    assert [one.payload for one in of(read(data), "audio")] == payloads
