"""Formats: read from configurations and from parameter sets, of what real encoders write."""

from __future__ import annotations

import subprocess
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.mediakit import avc, hevc
from streamverse.mediakit.ffmpeg import Tools
from streamverse.mediakit.ingest.formats import (
    aac_configuration,
    aac_format,
    av1_format,
    avc_format,
    avc_format_of,
    format_within,
    hevc_format,
    hevc_format_of,
    join_nals,
    opus_format,
    opus_head,
    read_nals,
    stands_alone,
)
from streamverse.mediakit.ingest.samples import AudioFormat, MediaRefused, VideoFormat

# Written by x264, x265 and SVT-AV1 for pictures of 320 times 180 points.
AVCC = (
    b"\x01d\x00\r\xff\xe1\x00\x1agd\x00\r\xac\xd9AA\x9f\x9f\x01\x10\x00\x00\x03\x00\x10\x00\x00"
    b'\x03\x03\xc0\xf1B\x99`\x01\x00\x06h\xeb\xe3\xcb"\xc0\xfd\xf8\xf8\x00'
)
AV1C = bytes.fromhex("81000c000a0b0200000521e7f66017c002")


def first_picture(tools: Tools, *options: str, size: str = "320x180") -> dict[int, list[bytes]]:
    """Have ffmpeg encode a picture; give its NAL units as they stand between start codes."""
    source = f"color=c=gray:s={size}:r=30:d=0.1"
    command = [str(tools.ffmpeg), "-v", "error", "-f", "lavfi", "-i", source, *options, "-"]
    raw = subprocess.run(command, check=True, capture_output=True, timeout=120).stdout
    nals = [nal.rstrip(b"\0") for nal in raw.split(b"\0\0\1")[1:]]
    is_hevc = "hevc" in options
    kinds: dict[int, list[bytes]] = {}
    for nal in nals:
        kinds.setdefault(nal[0] >> 1 & 0x3F if is_hevc else nal[0] & 0x1F, []).append(nal)
    return kinds


@pytest.mark.parametrize(
    ("size", "pixels", "expected"),
    [
        ("320x180", "yuv420p", (320, 180)),
        ("1920x1080", "yuv420p", (1920, 1080)),
        ("322x182", "yuv422p", (322, 182)),
        ("321x181", "yuv444p", (321, 181)),
        ("321x181", "gray", (321, 181)),
        ("320x180", "yuv420p10le", (320, 180)),
    ],
)
def test_h264_of_parameter_sets(tools: Tools, size: str, pixels: str, expected: tuple[int, int]):
    options = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", pixels, "-f", "h264")
    nals = first_picture(tools, *options, size=size)
    found = avc_format_of(nals[avc.SEQUENCE_SET], nals[avc.PICTURE_SET])
    assert (found.codec, found.width, found.height) == ("h264", *expected)
    assert list(avc.parameter_sets(found.configuration)) == [
        *nals[avc.SEQUENCE_SET],
        *nals[avc.PICTURE_SET],
    ]
    assert avc_format(found.configuration) == found
    _, sequence = avc.read_sequence(nals[avc.SEQUENCE_SET][0])
    chroma = {"gray": 0, "yuv422p": 2, "yuv444p": 3}.get(pixels, 1)
    bits = 10 if "10" in pixels else 8
    assert (sequence.chroma_format, sequence.luma_bits, sequence.chroma_bits) == (
        *(chroma, bits, bits),
    )


def test_interlaced_h264(tools: Tools):
    options = ("-c:v", "libx264", "-x264-params", "interlaced=1", "-f", "h264")
    nals = first_picture(tools, *options, size="1920x1080")
    found = avc_format_of(nals[avc.SEQUENCE_SET], nals[avc.PICTURE_SET])
    assert (found.width, found.height) == (1920, 1080)


@pytest.mark.parametrize(
    ("size", "pixels", "expected"),
    [
        ("320x180", "yuv420p", (320, 180)),
        ("322x182", "yuv422p10le", (322, 182)),
        ("321x181", "yuv444p", (321, 181)),
    ],
)
def test_hevc_of_parameter_sets(tools: Tools, size: str, pixels: str, expected: tuple[int, int]):
    options = ("-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", pixels, "-x265-params")
    nals = first_picture(tools, *options, "log-level=error", "-f", "hevc", size=size)
    found = hevc_format_of([(kind, nals[kind]) for kind in (32, 33, 34)])
    assert (found.codec, found.width, found.height) == ("hevc", *expected)
    assert list(hevc.parameter_sets(found.configuration)) == [
        nals[kind][0] for kind in (32, 33, 34)
    ]
    assert hevc_format(found.configuration) == found
    _, sequence = hevc.read_sequence(nals[hevc.SEQUENCE_SET][0])
    assert found.configuration[:13] == b"\1" + sequence.profile
    bits = 10 if "10" in pixels else 8
    assert (sequence.luma_bits, sequence.chroma_bits, sequence.sublayers) == (bits, bits, 1)


def test_the_configuration_of_x264():
    assert avc_format(AVCC) == VideoFormat("h264", AVCC, 320, 180)


def test_shorter_lengths_are_made_four_bytes():
    short = AVCC[:4] + b"\xfd" + AVCC[5:]
    assert avc_format(short) == VideoFormat("h264", AVCC, 320, 180)
    picture = b"\0\3\x65ab\0\0\0\2\x06c"
    assert read_nals("h264", picture, 2) == (b"\0\0\0\3\x65ab\0\0\0\2\x06c", True)


def test_av1():
    assert av1_format(AV1C) == VideoFormat("av1", AV1C, 320, 180)


@pytest.mark.parametrize(
    ("configuration", "sentence"),
    [
        (b"\0\0\0\1\x67", "start codes"),
        (b"\0\0\1\x67", "start codes"),
        (b"", "broken way"),
        (AVCC[:20], "broken way"),
        (b"\1\x64\0\x0d\xff\xe0\0", "without a sequence parameter set"),
        (b"\1\x64\0\x0d\xff\xe1\0\2\x67\x64\0", "broken way"),
    ],
)
def test_broken_h264_is_refused(configuration: bytes, sentence: str):
    with pytest.raises(MediaRefused, match=sentence):
        avc_format(configuration)


def test_broken_hevc_is_refused():
    with pytest.raises(MediaRefused, match="broken way"):
        hevc_format(b"\1")
    with pytest.raises(MediaRefused, match="without a sequence parameter set"):
        hevc_format(b"\1" + bytes(22))
    with pytest.raises(MediaRefused, match="start codes"):
        hevc_format(b"\0\0\0\1" + bytes(22))


def test_broken_av1_is_refused():
    with pytest.raises(MediaRefused, match="without a sequence header"):
        av1_format(AV1C[:4])
    for broken in (AV1C[:8], AV1C[:4] + b"\x0a" + b"\xff" * 9, AV1C[:4] + b"\x0c"):
        with pytest.raises(MediaRefused, match="broken way"):
            av1_format(broken)


def bits_of(*fields: str) -> bytes:
    bits = "".join(fields).replace(" ", "")
    return int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8))


def golomb(number: int) -> str:
    code = f"{number + 1:b}"
    return "0" * (len(code) - 1) + code


def test_absurd_pictures_are_refused():
    start = f"{0x67:08b} {100:08b} {0:08b} {13:08b}"
    rest = "".join(map(golomb, (0, 0, 0, 0)))
    wide = bits_of(
        start, "1", golomb(1), golomb(0), golomb(0), "00", rest, "0", golomb(2000), "1110"
    )
    with pytest.raises(MediaRefused, match="32016 times 16 points"):
        avc_format_of([wide + bytes(4)], [b"\x68\1"])
    deep = bits_of(start, "1", golomb(1), golomb(9), golomb(0), "00", rest, "0", "11110")
    with pytest.raises(MediaRefused, match="colours that there are not"):
        avc_format_of([deep + bytes(4)], [b"\x68\1"])
    with pytest.raises(MediaRefused, match="breaks off"):
        avc_format_of([b"\x67\x64"], [])


@given(st.binary(max_size=64))
def test_any_configuration_is_read_or_refused(data: bytes):
    for read in (avc_format, hevc_format, av1_format, aac_format, opus_format):
        for start in (b"", b"OpusHead", b"\1\x64\0\x0d\xff\xe1\0", AV1C[:4] + b"\x0a"):
            with suppress(MediaRefused):
                read(start + data)


@given(st.lists(st.binary(min_size=1, max_size=20), max_size=5))
def test_nal_units_are_walked(nals: list[bytes]):
    joined = join_nals(nals)
    for codec in ("h264", "hevc"):
        is_alone = any(stands_alone(codec, nal[0]) for nal in nals)
        assert read_nals(codec, joined, 4) == (joined, is_alone)


def test_pictures_that_do_not_fit():
    with pytest.raises(MediaRefused, match="start codes"):
        read_nals("h264", b"\0\0\0\1\x65\x88\x84\x00", 4)
    with pytest.raises(MediaRefused, match="do not fit"):
        read_nals("h264", b"\0\0\0\x09\x65", 4)
    assert read_nals("h264", b"\0\0\0\0\0\0\0\1\x65", 4) == (b"\0\0\0\0\0\0\0\1\x65", True)


def test_which_units_stand_alone():
    assert [stands_alone("h264", head) for head in (0x65, 0x25, 0x41, 0x67)] == [
        *(True, True, False, False),
    ]
    assert [stands_alone("hevc", kind << 1) for kind in (1, 16, 19, 21, 23, 32)] == [
        *(False, True, True, True, True, False),
    ]


@pytest.mark.parametrize(
    ("configuration", "rate_hz", "channels"),
    [
        (bytes.fromhex("1190"), 48_000, 2),
        (bytes.fromhex("1208"), 44_100, 1),
        # HE-AAC that says so: the rate is that of the core, which the times count in.
        (bytes.fromhex("2b098800"), 24_000, 1),
        (bits_of("00010", "1111", f"{22_255:024b}", "0111"), 22_255, 8),
    ],
)
def test_aac(configuration: bytes, rate_hz: int, channels: int):
    assert aac_format(configuration) == AudioFormat("aac", configuration, rate_hz, channels)


@pytest.mark.parametrize(
    ("configuration", "sentence"),
    [
        (b"\x11", "broken way"),
        (bits_of("00001", "0011", "0010"), "object type 1 is not taken; set AAC-LC"),
        (bits_of("11111", "001010", "0011", "0010"), "object type 42"),
        (bits_of("00010", "1101", "0010"), "a sample rate that there is not"),
        (bits_of("00010", "1111", "0" * 24, "0010"), "set stereo"),
        (bits_of("00010", "0011", "0000"), "set stereo"),
        (bits_of("00010", "0011", "1000"), "set stereo"),
    ],
)
def test_aac_that_is_refused(configuration: bytes, sentence: str):
    with pytest.raises(MediaRefused, match=sentence):
        aac_format(configuration)


def test_the_configuration_of_an_adts_header():
    assert aac_format(aac_configuration(2, 4, 6)).channels == 6
    assert aac_configuration(2, 3, 2) == bytes.fromhex("1190")


STEREO = b"OpusHead\1\2\x38\1\x80\xbb\0\0\0\0\0"
SURROUND = b"OpusHead\1\6\x38\1\x80\xbb\0\0\xfe\xff\1\4\2\0\4\1\2\3\5"


def test_opus():
    content = b"\0\2\1\x38\0\0\xbb\x80\0\0\0"
    assert opus_format(STEREO) == AudioFormat("opus", content, 48_000, 2)
    assert opus_format(SURROUND).channels == 6
    assert opus_head(content) == STEREO
    assert opus_head(opus_format(SURROUND).configuration) == SURROUND


@pytest.mark.parametrize(
    ("head", "sentence"),
    [
        (b"\1\2\x38\1", "identification header"),
        (b"OpusHead\1\2", "broken way"),
        (STEREO[:9] + b"\3" + STEREO[10:], "channels that cannot be"),
        (STEREO[:9] + b"\0" + STEREO[10:], "channels that cannot be"),
        (SURROUND[:-1], "channels that cannot be"),
    ],
)
def test_opus_that_is_refused(head: bytes, sentence: str):
    with pytest.raises(MediaRefused, match=sentence):
        opus_format(head)


@pytest.mark.parametrize(
    ("codec", "options"),
    [
        ("h264", ("-c:v", "libx264", "-preset", "ultrafast", "-f", "h264")),
        ("hevc", (*("-c:v", "libx265", "-preset", "ultrafast"), "-f", "hevc")),
    ],
)
def test_a_picture_may_bring_its_format(codec: str, options: tuple[str, ...], tools: Tools):
    small, large = (first_picture(tools, *options, size=size) for size in ("320x180", "640x360"))
    kinds = (32, 33, 34) if codec == "hevc" else (7, 8)

    def format_of(nals: dict[int, list[bytes]]) -> VideoFormat:
        if codec == "hevc":
            return hevc_format_of([(kind, nals[kind]) for kind in kinds])
        return avc_format_of(nals[7], nals[8])

    before = format_of(small)
    pictures = [nal for kind, nals in large.items() if kind not in kinds for nal in nals]
    sets = [nal for kind in kinds for nal in large[kind]]
    found = format_within(before, join_nals([*sets, *pictures]))
    assert found == format_of(large)
    assert (found.width, found.height) == (640, 360)
    assert format_within(before, join_nals(pictures)) is None
    # What a picture does not bring stays as it was.
    sequence = [nal for nal in sets if nal not in {*large[kinds[-1]], *large[kinds[0]]}]
    partly = format_within(before, join_nals([*(sequence or large[7]), *pictures]))
    assert partly is not None
    read = hevc.parameter_sets if codec == "hevc" else avc.parameter_sets
    assert list(read(partly.configuration))[-1] == small[kinds[-1]][0]


def test_a_picture_in_av1_may_bring_its_format(tools: Tools):
    before = av1_format(AV1C)
    header = AV1C[4:]
    assert format_within(before, header + b"\x32\1\0") == before
    assert format_within(before, b"\x32\1\0") is None
    with pytest.raises(MediaRefused, match="AV1 in a broken way"):
        format_within(before, b"\x0a\1\0")
    for pixels in ("yuv420p", "yuv420p10le"):
        command = [
            *(str(tools.ffmpeg), "-v", "error", "-f", "lavfi"),
            *("-i", "color=c=gray:s=640x360:r=30:d=0.1", "-c:v", "libsvtav1", "-preset", "12"),
            *("-pix_fmt", pixels, "-movflags", "frag_keyframe+empty_moov", "-f", "mp4", "-"),
        ]
        made = subprocess.run(command, check=True, capture_output=True, timeout=120).stdout
        start = made.index(b"av1C") + 4
        size = int.from_bytes(made[start - 8 : start - 4]) - 8
        written = av1_format(made[start : start + size])
        assert (written.width, written.height) == (640, 360)
        assert format_within(before, written.configuration[4:]) == written
