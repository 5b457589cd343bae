"""FLV's packets: the old ones, those of enhanced RTMP, and those that nobody should send."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.mediakit.ingest.flv import (
    FRAMES,
    START,
    AudioTag,
    FlvTracks,
    VideoTag,
    write_format,
    write_sample,
)
from streamverse.mediakit.ingest.formats import join_nals
from streamverse.mediakit.ingest.samples import AudioFormat, MediaRefused, Sample, VideoFormat

AVCC = bytes.fromhex("0142c00dffe100176742c00dda05067e7c0440000003004000000f03c50aa801000468ce0fc8")
HVCC = bytes.fromhex(
    "0101600000009000000000003cf000fcfdf8f800000f01210001002b420101016000000300900000030000"
    "03003ca00a080c1f3e595952930bc05a020000030002000003003c10"
)
AV1C = bytes.fromhex("81000c000a0b0200000521e7f66017c002")
ASC = bytes.fromhex("1190")
OPUS = b"OpusHead\1\2\x38\1\x80\xbb\0\0\0\0\0"
IDR = join_nals([b"\x65\x88\x84"])
# The parameter sets that the configuration names, and those of larger pictures, both by x264.
SAME = [AVCC[8:31], AVCC[34:]]
LARGER = [bytes.fromhex("6742c01eda0280bfe5c044000003000400000300f03c58ba80"), AVCC[34:]]
INTER = join_nals([b"\x41\x9a\x02"])


def started(*messages: bytes) -> FlvTracks:
    tracks = FlvTracks()
    for message in messages:
        assert isinstance(tracks.read_video(message, 0), VideoFormat)
    return tracks


def test_old_h264():
    tracks = FlvTracks()
    assert tracks.read_video(b"\x17\0\0\0\0" + AVCC, 0) == VideoFormat("h264", AVCC, 320, 180)
    key = tracks.read_video(b"\x17\1\0\0\x43" + IDR, 40)
    assert key == Sample("video", 3600, 9630, is_keyframe=True, payload=IDR)
    inter = tracks.read_video(b"\x27\1\xff\xff\xff" + INTER, 80)
    assert inter == Sample("video", 7200, 7110, is_keyframe=False, payload=INTER)
    # Whoever says key frame of a picture that refers to others is not believed.
    assert not tracks.read_video(b"\x17\1\0\0\0" + INTER, 120).is_keyframe
    assert tracks.read_video(b"\x17\2\0\0\0", 120) is None


def test_a_size_that_only_pictures_say():
    tracks = started(b"\x17\0\0\0\0" + AVCC)
    announced, larger = b"\x17\0\0\0\0" + AVCC, b"\x17\1\0\0\0" + join_nals(LARGER) + IDR
    plain = b"\x17\1\0\0\0" + IDR
    found = tracks.renew(larger)
    assert found is not None
    assert (found.codec, found.width, found.height) == ("h264", 640, 360)
    assert tracks.renew(larger) is None
    assert tracks.read_video(larger, 0).payload == join_nals(LARGER) + IDR
    # What was announced at first is said again, but pictures go on as they are.
    assert tracks.read_video(announced, 40) is None
    assert tracks.renew(larger) is None
    # Nothing else is said by a picture: now it is true.
    assert tracks.read_video(announced, 80) is None
    assert tracks.renew(plain) == VideoFormat("h264", AVCC, 320, 180)
    assert tracks.renew(plain) is None


def test_what_is_no_keyframe_says_nothing_of_sizes():
    sets = join_nals(LARGER)
    assert FlvTracks().renew(b"\x17\1\0\0\0" + sets + IDR) is None
    tracks = started(b"\x17\0\0\0\0" + AVCC)
    inter, hevc = b"\x17\1\0\0\0" + sets + INTER, b"\x93hvc1" + sets + IDR
    for message in (b"", b"\x27\1\0\0\0" + sets + IDR, inter, hevc, b"\x17\2\0\0\0"):
        assert tracks.renew(message) is None
    assert tracks.renew(b"\x17\1\0\0\0" + join_nals(SAME) + IDR) is None


def test_a_broken_size_within_pictures_is_refused():
    tracks = started(b"\x17\0\0\0\0" + AVCC)
    with pytest.raises(MediaRefused, match="sequence parameter set that breaks off"):
        tracks.renew(b"\x17\1\0\0\0" + join_nals([b"\x67"]) + IDR)


def test_old_aac():
    tracks = FlvTracks()
    assert tracks.read_audio(b"\xaf\1early", 0) is None
    assert tracks.read_audio(b"\xaf\0" + ASC, 0) == AudioFormat("aac", ASC, 48_000, 2)
    assert tracks.read_audio(b"\xaf\1frame", 21) == Sample(
        "audio", 1890, 1890, is_keyframe=True, payload=b"frame"
    )
    assert tracks.read_audio(b"\xaf\1", 42) is None


def test_a_format_is_said_when_it_changes():
    tracks = started(b"\x17\0\0\0\0" + AVCC)
    assert tracks.read_video(b"\x17\0\0\0\0" + AVCC, 0) is None
    assert tracks.read_video(b"\x90av01" + AV1C, 0) == VideoFormat("av1", AV1C, 320, 180)
    # Pictures of the codec before come too late.
    assert tracks.read_video(b"\x17\1\0\0\0" + IDR, 0) is None
    assert isinstance(tracks.read_audio(b"\xaf\0" + ASC, 0), AudioFormat)
    assert tracks.read_audio(b"\xaf\0" + ASC, 0) is None


def test_enhanced_video():
    tracks = started(b"\x90avc1" + AVCC)
    with_composition = tracks.read_video(b"\x91avc1\0\0\x0a" + IDR, 20)
    assert with_composition == Sample("video", 1800, 2700, is_keyframe=True, payload=IDR)
    without = tracks.read_video(b"\xa3avc1" + INTER, 40)
    assert without == Sample("video", 3600, 3600, is_keyframe=False, payload=INTER)


def test_enhanced_hevc():
    tracks = started(b"\x90hvc1" + HVCC)
    cra = join_nals([b"\x2a\1pic"])
    found = tracks.read_video(b"\x91hvc1\0\0\x0a" + cra, 0)
    assert found == Sample("video", 0, 900, is_keyframe=True, payload=cra)


def test_enhanced_av1():
    tracks = started(b"\x90av01" + AV1C)
    key = tracks.read_video(b"\x91av01\x12\x00\x0a\x01\x00", 0)
    assert key == Sample("video", 0, 0, is_keyframe=True, payload=b"\x0a\x01\x00")
    assert not tracks.read_video(b"\xa1av01\x32\x00", 10).is_keyframe
    assert tracks.read_video(b"\xa1av01", 20) is None


def test_enhanced_sound():
    tracks = FlvTracks()
    content = b"\0\2\1\x38\0\0\xbb\x80\0\0\0"
    assert tracks.read_audio(b"\x90Opus" + OPUS, 0) == AudioFormat("opus", content, 48_000, 2)
    assert tracks.read_audio(b"\x91Opusframe", 20).payload == b"frame"
    assert tracks.read_audio(b"\x90mp4a" + ASC, 40) == AudioFormat("aac", ASC, 48_000, 2)
    # The end, and how channels are laid out.
    assert tracks.read_audio(b"\x92mp4a", 40) is None
    assert tracks.read_audio(b"\x94mp4a\1\2\0\0\0\3", 40) is None


def test_of_many_tracks_the_default_one_is_taken():
    size = len(AVCC).to_bytes(3)
    many = b"\x96\x10avc1" + b"\1\0\0\3odd" + b"\0" + size + AVCC
    tracks = started(many)
    # One track: this one, then another.
    assert tracks.read_video(b"\x96\x01avc1\0\0\0\0" + IDR, 0).payload == IDR
    assert tracks.read_video(b"\x96\x01avc1\1\0\0\0" + IDR, 0) is None
    # Many codecs.
    body = b"\0\0\0" + INTER
    mixed = b"\xa6\x21" + b"hvc1\1\0\0\1x" + b"avc1\0" + len(body).to_bytes(3) + body
    assert tracks.read_video(mixed, 0).payload == INTER
    # Sound.
    assert tracks.read_audio(b"\x95\x00mp4a\0" + ASC, 0).channels == 2
    assert tracks.read_audio(b"\x95\x01mp4a\0frame", 0).payload == b"frame"
    assert tracks.read_audio(b"\x95\x01mp4a\1frame", 0) is None


def test_nanoseconds_beside_the_time():
    tracks = started(b"\x90avc1" + AVCC)
    # 500,000 ns are 45 ticks; an extension that nobody knows is as long as 256 bytes.
    offset = b"\x97\2" + (500_000).to_bytes(3) + b"\x07"
    unknown = b"\xff\x01\x00" + bytes(257) + b"\x13"
    assert tracks.read_video(offset + unknown + b"avc1" + IDR, 1).decode_ticks == 135
    tracks.read_audio(b"\x90mp4a" + ASC, 0)
    sound = b"\x97\2" + (500_000).to_bytes(3) + b"\x01mp4aframe"
    assert tracks.read_audio(sound, 1).decode_ticks == 135


def test_packets_that_show_nothing():
    tracks = FlvTracks()
    assert tracks.read_video(b"", 0) is None
    assert tracks.read_audio(b"", 0) is None
    # A command to the player, old and new, and colours of HDR.
    assert tracks.read_video(b"\x57\0", 0) is None
    assert tracks.read_video(b"\xd1\0", 0) is None
    assert tracks.read_video(b"\x94hvc1\2\0\x09colorInfo", 0) is None
    # Pictures before any format.
    assert tracks.read_video(b"\x17\1\0\0\0" + IDR, 0) is None
    assert tracks.read_video(b"\x17\0\0\0\0" + AVCC, 0) is not None
    assert tracks.read_video(b"\x17\1\0\0\0", 0) is None


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        (b"\x17\1\0", "breaks off"),
        (b"\x12\0\0", "FLV's kind 2 is not taken; set H.264"),
        (b"\x90vp09", "Video in 'vp09' is not taken; set H.264, HEVC or AV1"),
        (b"\x17\0\0\0\0\0\0\0\1\x67", "start codes"),
        (b"\x95avc1", "packets of the kind 5"),
        (b"\x96\x11", "breaks off"),
    ],
)
def test_video_that_is_refused(message: bytes, sentence: str):
    with pytest.raises(MediaRefused, match=sentence):
        FlvTracks().read_video(message, 0)


def test_pictures_with_start_codes_are_refused():
    with pytest.raises(MediaRefused, match="start codes"):
        started(b"\x17\0\0\0\0" + AVCC).read_video(b"\x17\1\0\0\0\0\0\0\1\x65\x88\x84", 0)


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        (b"\x2f\xff", "FLV's kind 2 is not taken; set AAC or Opus"),
        (b"\x90ac-3", "Sound in 'ac-3' is not taken; set AAC or Opus"),
        (b"\xaf", "breaks off"),
    ],
)
def test_sound_that_is_refused(message: bytes, sentence: str):
    with pytest.raises(MediaRefused, match=sentence):
        FlvTracks().read_audio(message, 0)


def test_the_clock_of_32_bits_goes_on():
    tracks = FlvTracks()
    tracks.read_audio(b"\xaf\0" + ASC, 0)
    wrap = 1 << 32
    times = [wrap - 20, 3, 1, wrap - 5, 1_000_000, 0]
    found = [tracks.read_audio(b"\xaf\1x", time).decode_ticks // 90 for time in times]
    assert found == [wrap - 20, wrap + 3, wrap + 1, wrap - 5, wrap + 1_000_000, wrap]


def test_both_tracks_go_by_one_clock():
    tracks = started(b"\x17\0\0\0\0" + AVCC)
    tracks.read_audio(b"\xaf\0" + ASC, 0)
    wrap = 1 << 32
    assert tracks.read_audio(b"\xaf\1x", wrap - 10).decode_ticks == (wrap - 10) * 90
    assert tracks.read_video(b"\x17\1\0\0\0" + IDR, 5).decode_ticks == (wrap + 5) * 90


composition = st.integers(-(1 << 23), (1 << 23) - 1)


@given(st.sampled_from(["h264", "hevc", "av1"]), st.sampled_from([1, 2]), composition, st.binary())
def test_video_reads_back(codec: str, frame_kind: int, composition_ms: int, body: bytes):
    tag = VideoTag(codec, FRAMES, frame_kind, 0 if codec == "av1" else composition_ms, 0, body)
    assert VideoTag.parse(bytes(tag)) == tag
    start = VideoTag(codec, START, 1, 0, 0, body)
    assert VideoTag.parse(bytes(start)) == start


@given(st.sampled_from(["aac", "opus"]), st.sampled_from([START, FRAMES]), st.binary())
def test_sound_reads_back(codec: str, kind: int, body: bytes):
    tag = AudioTag(codec, kind, 0, body)
    assert AudioTag.parse(bytes(tag)) == tag


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes):
    tracks = started(b"\x17\0\0\0\0" + AVCC)
    for read in (tracks.read_video, tracks.read_audio):
        with suppress(MediaRefused):
            read(data, 0)


def test_what_is_passed_on_reads_back():
    tracks, mirror = FlvTracks(), FlvTracks()
    for message in (b"\x17\0\0\0\0" + AVCC, b"\x90hvc1" + HVCC, b"\x90av01" + AV1C):
        media = tracks.read_video(message, 0)
        assert mirror.read_video(write_format(media), 0) == media
        payload = b"\x32\1x" if media.codec == "av1" else join_nals([b"\x41\x9a"])
        shown = 900 if media.codec == "av1" else 9000
        sample = Sample("video", 900, shown, is_keyframe=False, payload=payload)
        assert mirror.read_video(write_sample(media, sample), 10) == sample
    for message in (b"\xaf\0" + ASC, b"\x90Opus" + OPUS):
        media = tracks.read_audio(message, 0)
        assert mirror.read_audio(write_format(media), 0) == media
        sample = Sample("audio", 900, 900, is_keyframe=True, payload=b"frame")
        assert mirror.read_audio(write_sample(media, sample), 10) == sample
