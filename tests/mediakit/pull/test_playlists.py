"""HLS playlists of others, whole and broken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.mediakit.pull.playlists import (
    Key,
    Master,
    MediaPlaylist,
    Piece,
    Segment,
    Variant,
    choose_sound,
    choose_variant,
    parse_playlist,
)
from streamverse.mediakit.pull.sources import PullFailed

PLACE = "https://club.example/live/index.m3u8?token=1"
HEAD = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n"
MASTER = """#EXTM3U
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="Commentary",DEFAULT=NO,URI="talk.m3u8"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="Stadium",DEFAULT=YES,URI="/sound.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=800000,RESOLUTION=640x360,CODECS="avc1.4d401e,mp4a.40.2",AUDIO="a"
360.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=5000000,RESOLUTION=1920x1080,CODECS="avc1.640028,mp4a.40.2"
https://cdn.example/1080.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=2500000,RESOLUTION=1280x720,CODECS="avc1.64001f,ac-3"
720-ac3.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=60000000,RESOLUTION=3840x2160,CODECS="hvc1.2.4.L150,mp4a.40.2"
2160.m3u8
"""


def read_media(text: str) -> MediaPlaylist:
    found = parse_playlist(HEAD + text, PLACE)
    assert isinstance(found, MediaPlaylist)
    return found


def read_master(text: str = MASTER) -> Master:
    found = parse_playlist(text, PLACE)
    assert isinstance(found, Master)
    return found


@pytest.mark.parametrize(
    ("highest", "chosen"),
    [
        (None, "https://cdn.example/1080.m3u8"),
        (1080, "https://cdn.example/1080.m3u8"),
        (720, "https://club.example/live/360.m3u8"),
        # Nothing is so small: the smallest is nearest.
        (144, "https://club.example/live/360.m3u8"),
    ],
)
def test_the_best_variant_that_can_be_passed_on(highest: int | None, chosen: str):
    assert choose_variant(read_master(), highest).address == chosen


def test_sound_of_its_own_is_found():
    master = read_master()
    small = choose_variant(master, 360)
    assert choose_sound(master, small) == "https://club.example/sound.m3u8"
    assert choose_sound(master, choose_variant(master, None)) is None
    assert small == Variant(
        "https://club.example/live/360.m3u8", 800_000, 360, ("avc1.4d401e", "mp4a.40.2"), "a"
    )


def test_codecs_that_nobody_takes_are_refused():
    with pytest.raises(PullFailed, match=r"no quality in H\.264"):
        choose_variant(read_master(MASTER.replace("avc1", "mp4v").replace("hvc1", "vvc1")), None)


def test_segments_with_all_that_holds_for_them():
    found = read_media(
        "#EXT-X-MEDIA-SEQUENCE:7\n"
        "#EXT-X-DISCONTINUITY-SEQUENCE:2\n"
        '#EXT-X-MAP:URI="head.mp4",BYTERANGE="100@0"\n'
        "#EXT-X-BYTERANGE:50@100\n#EXTINF:4.0,\nall.mp4\n"
        "#EXT-X-BYTERANGE:60\n#EXTINF:3.5,title\nall.mp4\n"
        "#EXT-X-DISCONTINUITY\n"
        '#EXT-X-KEY:METHOD=AES-128,URI="key",IV=0x0000000000000000000000000000000A\n'
        '#EXT-X-MAP:URI="other.mp4"\n'
        "#EXT-X-GAP\n#EXTINF:4,\nthird.mp4\n"
        "#EXT-X-KEY:METHOD=NONE\n#EXTINF:4,\nfourth.mp4\n#EXT-X-ENDLIST\n"
    )
    at = "https://club.example/live/"
    head, other = Piece(f"{at}head.mp4", (0, 100)), Piece(f"{at}other.mp4")
    key = Key(f"{at}key", bytes(15) + b"\x0a")
    assert (found.target_s, found.is_ended) == (4, True)
    assert found.segments == [
        Segment(7, Piece(f"{at}all.mp4", (100, 50)), 4.0, 2, head=head),
        Segment(8, Piece(f"{at}all.mp4", (150, 60)), 3.5, 2, head=head),
        Segment(9, Piece(f"{at}third.mp4"), 4, 3, head=other, key=key, is_gap=True),
        Segment(10, Piece(f"{at}fourth.mp4"), 4, 3, head=other),
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is no HLS playlist"),
        ("<html>", "is no HLS playlist"),
        ("#EXTM3U\n#EXTINF:4,\na.ts\n", "says of no length"),
        ("#EXTM3U\n#EXT-X-TARGETDURATION:86400\n", "says of no length"),
        (HEAD + "#EXTINF:long,\na.ts\n", "a number that is none"),
        (HEAD + "#EXTINF:nan,\na.ts\n", "a number that is none"),
        (HEAD + "#EXT-X-MEDIA-SEQUENCE:-1\n", "a number that is none"),
        (HEAD + "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=k\n", "encrypted by SAMPLE-AES"),
        (HEAD + "#EXT-X-KEY:METHOD=AES-128,URI=k,IV=0xzz\n", "a broken IV"),
        (HEAD + f"#EXT-X-KEY:METHOD=AES-128,URI=k,IV=0x{'0' * 40}\n", "a broken IV"),
    ],
)
def test_what_cannot_be_read_says_why(text: str, sentence: str):
    with pytest.raises(PullFailed, match=sentence):
        parse_playlist(text, PLACE)


@given(st.text(alphabet='#EXT-INFMAP:,="0123456789@xuri\n.', max_size=400))
def test_nothing_else_happens(text: str):
    try:
        parse_playlist("#EXTM3U\n" + text, PLACE)
    except PullFailed:
        return
