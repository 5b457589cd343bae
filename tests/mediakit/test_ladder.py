"""The ladder fits every source and never enlarges it."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.mediakit.frames import USUAL_RATES, FrameRate
from streamverse.mediakit.ladder import CodecFamily, DynamicRange, LadderPolicy, choose_rungs
from streamverse.mediakit.renditions import LEAN_PICTURE_BPS
from streamverse.mediakit.sound import SOUND_FORMATS, SoundKind

LEAN = ("270p 480x270", "180p 320x180")
UPRIGHT = ("270p 270x480", "180p 180x320")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ((1920, 1080), ["1080p 1920x1080", "720p 1280x720", "480p 854x480", "360p 640x360", *LEAN]),
        (
            (1080, 1920),
            ["1080p 1080x1920", "720p 720x1280", "480p 480x854", "360p 360x640", *UPRIGHT],
        ),
        ((1280, 720), ["720p 1280x720", "480p 854x480", "360p 640x360", *LEAN]),
        (
            (3840, 2160),
            [
                "2160p 3840x2160",
                "1440p 2560x1440",
                "1080p 1920x1080",
                "720p 1280x720",
                "480p 854x480",
                "360p 640x360",
                *LEAN,
            ],
        ),
        # cinema: the width fits
        (
            (1920, 800),
            [
                *("1080p 1920x800", "720p 1280x534", "480p 854x356", "360p 640x266"),
                *("270p 480x200", "180p 320x134"),
            ],
        ),
        (
            (1440, 1080),
            [
                *("1080p 1440x1080", "720p 960x720", "480p 640x480", "360p 480x360"),
                *("270p 360x270", "180p 240x180"),
            ],
        ),
        # between two boxes: kept as it is
        ((1600, 900), ["1080p 1600x900", "720p 1280x720", "480p 854x480", "360p 640x360", *LEAN]),
        ((1918, 1078), ["1080p 1918x1078", "720p 1280x720", "480p 854x480", "360p 640x360", *LEAN]),
        # hardly larger than a box: not worth a rung
        ((1366, 768), ["720p 1280x720", "480p 854x480", "360p 640x360", *LEAN]),
        # small ones get no more than that
        ((854, 480), ["480p 854x480", "360p 640x360"]),
        ((640, 360), ["360p 640x360"]),
        ((320, 240), ["360p 320x240"]),
        ((33, 17), ["144p 32x16"]),
        ((1, 1), ["144p 2x2"]),
        ((1000, 1), ["720p 1000x2", "480p 854x2", "360p 640x2", "270p 480x2", "180p 320x2"]),
    ],
)
def test_rungs(source: tuple[int, int], expected: list[str]):
    rungs = choose_rungs(*source, FrameRate(30))
    assert [f"{rung.name} {rung.width}x{rung.height}" for rung in rungs] == expected


def test_a_source_beyond_the_ladder_is_brought_down_to_it():
    first = choose_rungs(7680, 4320, FrameRate(30))[0]
    assert (first.name, first.width, first.height) == ("2160p", 3840, 2160)


def test_a_rung_says_how_to_encode_it():
    full, _, _, small, *_, lean = choose_rungs(1920, 1080, FrameRate(30000, 1001))
    assert (full.track_name, full.profile, full.level, full.codec) == (
        "v1080",
        "high",
        "4.0",
        "avc1.640028",
    )
    assert (full.max_bitrate_bps, full.buffer_size_bits, full.crf) == (5_500_000, 8_250_000, 23)
    assert (small.track_name, small.level, small.codec) == ("v360", "3.0", "avc1.64001e")
    assert (lean.track_name, lean.is_lean, lean.max_bitrate_bps) == ("v180", True, 130_000)


def test_more_pictures_a_second_cost_more():
    full = choose_rungs(1920, 1080, FrameRate(60))[0]
    assert (full.max_bitrate_bps, full.level, full.codec) == (8_250_000, "4.2", "avc1.64002a")


@pytest.mark.parametrize("rate", [FrameRate(25), FrameRate(60)])
@pytest.mark.parametrize("family", CodecFamily)
def test_a_slow_line_carries_the_lean_rungs_with_lean_sound(rate: FrameRate, family: CodecFamily):
    rungs = choose_rungs(3840, 2160, rate, LadderPolicy((family,)))
    lean = [rung.max_bitrate_bps for rung in rungs if rung.is_lean]
    assert len(lean) == 2
    assert lean[0] <= LEAN_PICTURE_BPS
    assert lean[1] + SOUND_FORMATS[SoundKind.LEAN].bitrate_bps <= 200_000


def test_no_step_of_the_ladder_is_a_chasm():
    stereo, lean = (SOUND_FORMATS[kind].bitrate_bps for kind in (SoundKind.STEREO, SoundKind.LEAN))
    whole = [
        rung.max_bitrate_bps + (lean if rung.is_lean else stereo)
        for rung in choose_rungs(3840, 2160, FrameRate(25))
    ]
    assert max(high / low for high, low in pairwise(whole)) < 2.5


@given(st.integers(1, 10_000), st.integers(1, 10_000), st.sampled_from(USUAL_RATES))
def test_rungs_of_any_source(width: int, height: int, rate: FrameRate):
    rungs = choose_rungs(width, height, rate)
    assert 1 <= len(rungs) <= 8
    for rung in rungs:
        assert rung.width % 2 == rung.height % 2 == 0
        assert 2 <= rung.width <= max(2, width)
        assert 2 <= rung.height <= max(2, height)
        longer, shorter = max(rung.width, rung.height), min(rung.width, rung.height)
        assert shorter <= int(rung.name.removesuffix("p"))
        assert longer <= int(rung.name.removesuffix("p")) * Fraction(16, 9) + 1
        if min(rung.width, rung.height) >= 100:
            assert abs(rung.width * height - rung.height * width) <= 2 * (width + height)
        assert 30 <= rung.level_idc <= 52
    bitrates = [rung.max_bitrate_bps for rung in rungs]
    assert bitrates == sorted(bitrates, reverse=True)
    assert len({rung.track_name for rung in rungs}) == len(rungs)


@pytest.mark.parametrize(("width", "height"), [(0, 720), (1280, 0), (-1, -1)])
def test_a_picture_without_size_is_refused(width: int, height: int):
    with pytest.raises(ValueError, match=f"not {width}x{height}"):
        choose_rungs(width, height, FrameRate(25))


def test_a_rate_off_the_grid_is_refused():
    with pytest.raises(ValueError, match="at 60 a second at most, not 120/1"):
        choose_rungs(1920, 1080, FrameRate(120))


def test_every_codec_has_the_ladder_with_fewer_bits():
    rungs = choose_rungs(1920, 1080, FrameRate(25), LadderPolicy(tuple(CodecFamily)))
    assert [rung.track_name for rung in rungs] == [
        f"v{height}{suffix}"
        for suffix in ("", "-hevc", "-av1")
        for height in (1080, 720, 480, 360, 270, 180)
    ]
    assert [rung.max_bitrate_bps for rung in rungs[::6]] == [5_500_000, 3_300_000, 2_750_000]
    assert [(rung.codec, rung.level) for rung in rungs[::6]] == [
        ("avc1.640028", "4.0"),
        ("hvc1.1.6.L120.90", "4.0"),
        ("av01.0.08M.08", "4.0"),
    ]


@pytest.mark.parametrize(
    ("dynamic_range", "transfer"), [(DynamicRange.PQ, 16), (DynamicRange.HLG, 18)]
)
def test_high_dynamic_range_is_for_codecs_that_keep_it(dynamic_range: DynamicRange, transfer: int):
    policy = LadderPolicy(tuple(CodecFamily), dynamic_range, bit_depth=10)
    rungs = choose_rungs(640, 360, FrameRate(25), policy)
    assert [(rung.bit_depth, rung.dynamic_range, rung.profile) for rung in rungs] == [
        (8, DynamicRange.SDR, "high"),
        (10, dynamic_range, "main10"),
        (10, dynamic_range, "main"),
    ]
    assert rungs[1].codec == "hvc1.2.4.L63.90"
    assert rungs[2].codec == f"av01.0.01M.10.0.111.09.{transfer}.09.0"


def test_deep_pictures_are_for_codecs_that_keep_them():
    policy = LadderPolicy(tuple(CodecFamily), bit_depth=10)
    rungs = choose_rungs(640, 360, FrameRate(25), policy)
    assert [rung.bit_depth for rung in rungs] == [8, 10, 10]
    assert rungs[2].codec == "av01.0.01M.10"


def test_the_operator_sets_the_largest_size():
    rungs = choose_rungs(3840, 2160, FrameRate(25), LadderPolicy(largest_short_side=1080))
    assert [rung.name for rung in rungs] == ["1080p", "720p", "480p", "360p", "270p", "180p"]


def test_pictures_smaller_than_a_block_are_in_h264_alone():
    rungs = choose_rungs(64, 12, FrameRate(25), LadderPolicy(tuple(CodecFamily)))
    assert [(rung.track_name, rung.width, rung.height) for rung in rungs] == [("v144", 64, 12)]


@given(
    st.integers(16, 10_000),
    st.integers(16, 10_000),
    st.sampled_from(USUAL_RATES),
    st.sampled_from(CodecFamily),
)
def test_every_rung_has_a_level_of_its_codec(
    width: int, height: int, rate: FrameRate, family: CodecFamily
):
    for rung in choose_rungs(width, height, rate, LadderPolicy((family,))):
        assert 2 <= float(rung.level) <= 5.2
        assert len(rung.codec) <= len("hvc1.1.6.L123.90")
