"""HLS of ffmpeg followed: in both forms, encrypted, torn apart, restarted, stopped, broken."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from itertools import pairwise
from pathlib import Path

import pytest

from streamverse.mediakit.ffmpeg import Tools
from streamverse.mediakit.ingest.elementary import Heard
from streamverse.mediakit.ingest.samples import (
    CLOCK_HZ,
    AudioFormat,
    MediaRefused,
    Sample,
    VideoFormat,
)
from streamverse.mediakit.pull.hls import Eras, Following, Placed, open_segment
from streamverse.mediakit.pull.hls_client import hear_hls
from streamverse.mediakit.pull.pacing import Shelf as Pacer
from streamverse.mediakit.pull.playlists import MediaPlaylist, Piece, Segment
from streamverse.mediakit.pull.sources import PullFailed
from tests.factories.ingest import AAC, H264
from tests.factories.sources import PLACE, Shelf, going_on, make_hls

ENDED = "The source has ended its stream: it is fetched again when it begins."
FMP4 = ("-hls_segment_type", "fmp4")


async def hear(shelf: Shelf, name: str = "index.m3u8", highest: int | None = None) -> list[Heard]:
    """Hear all that an address gives until it ends."""
    heard: list[Heard] = []
    source = hear_hls(PLACE + name, shelf.fetch, highest=highest, is_paced=False)
    async with asyncio.timeout(120), aclosing(source):
        with pytest.raises(PullFailed) as ended:
            async for one in source:
                heard += [one]
    assert ended.value.sentence == ENDED
    return heard


def samples(heard: Sequence[Heard], kind: str) -> list[Sample]:
    return [one for one in heard if isinstance(one, Sample) and one.kind == kind]


def steps(found: Sequence[Sample]) -> set[int]:
    return {later.decode_ticks - one.decode_ticks for one, later in pairwise(found)}


def require_all(heard: Sequence[Heard]) -> None:
    """See that four seconds of pictures and sound have come, steadily, from their formats on."""
    formats = [one for one in heard if not isinstance(one, Sample)]
    pictures, sounds = samples(heard, "video"), samples(heard, "audio")
    assert sorted(type(one).__name__ for one in formats) == ["AudioFormat", "VideoFormat"]
    assert [one.number for one in enumerated(pictures) if one.is_keyframe] == [0, 30, 60, 90]
    assert (len(pictures), steps(pictures)) == (120, {3000})
    assert (len(sounds), steps(sounds)) == (189, {1920})
    assert abs(pictures[0].present_ticks - sounds[0].present_ticks) < CLOCK_HZ // 10


class _Numbered:
    def __init__(self, number: int, sample: Sample) -> None:
        self.number = number
        self.is_keyframe = sample.is_keyframe


def enumerated(found: Sequence[Sample]) -> list[_Numbered]:
    return [_Numbered(number, sample) for number, sample in enumerate(found)]


@pytest.mark.parametrize(
    "options",
    [
        (),
        FMP4,
        ("-hls_flags", "single_file"),
        ("-hls_flags", "single_file", *FMP4),
        ("-hls_enc", "1", "-hls_enc_key", "0123456789abcdef", "-hls_enc_key_url", "key"),
    ],
)
async def test_what_ffmpeg_makes(tools: Tools, tmp_path: Path, options: tuple[str, ...]):
    make_hls(tools, tmp_path, *options)
    shelf = Shelf(tmp_path, {"index.m3u8": going_on(3)})
    if "-hls_enc" in options:
        # ffmpeg takes the key as it is written.
        (tmp_path / "key").write_bytes(b"0123456789abcdef")
    require_all(await hear(shelf))
    assert shelf.asked.count("index.m3u8") == 3


async def test_sound_of_its_own_playlist(tools: Tools, tmp_path: Path):
    make_hls(tools, tmp_path / "v", *H264, "-an")
    make_hls(tools, tmp_path / "a", "-vn", "-c:v", "libx264", *AAC, *FMP4)
    (tmp_path / "master.m3u8").write_text(
        '#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="A",URI="a/index.m3u8"\n'
        '#EXT-X-STREAM-INF:BANDWIDTH=1000,AUDIO="a"\nv/index.m3u8\n'
    )
    shelf = Shelf(tmp_path, {"v/index.m3u8": going_on(3), "a/index.m3u8": going_on(3)})
    heard = await hear(shelf, "master.m3u8")
    assert len(samples(heard, "video")) == 120
    assert len(samples(heard, "audio")) in {188, 189}
    assert steps(samples(heard, "audio")) == {1920}


async def test_a_discontinuity_goes_on_where_it_was(tools: Tools, tmp_path: Path):
    """Two films of other sizes, each from its own zero: times go on, and heads change."""
    make_hls(tools, tmp_path / "one", seconds=2)
    make_hls(tools, tmp_path / "two", *H264, *AAC, "-s", "640x360", seconds=2)
    (tmp_path / "index.m3u8").write_text(
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\none/index0.ts\n#EXTINF:1,\none/index1.ts\n"
        "#EXT-X-DISCONTINUITY\n#EXTINF:1,\ntwo/index0.ts\n#EXTINF:1,\ntwo/index1.ts\n"
    )
    heard = await hear(Shelf(tmp_path, {"index.m3u8": going_on(4)}))
    sizes = [one.width for one in heard if isinstance(one, VideoFormat)]
    pictures = samples(heard, "video")
    # Three targets from the end.
    assert (sizes, len(pictures)) == ([320, 640], 90)
    assert steps(pictures[:30]) == steps(pictures[30:]) == {3000}
    assert 0 < pictures[30].decode_ticks - pictures[29].decode_ticks < CLOCK_HZ // 4


async def test_segments_that_are_gone_are_left_out(tools: Tools, tmp_path: Path):
    make_hls(tools, tmp_path)
    (tmp_path / "index1.ts").unlink()
    heard = await hear(Shelf(tmp_path, {"index.m3u8": going_on(3)}))
    assert len(samples(heard, "video")) == 90


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\na.ts\n#EXT-X-ENDLIST\n", "is over"),
        (b"\xff\xd8 a picture", "is no HLS playlist"),
    ],
)
async def test_what_is_no_live_stream_is_refused(tmp_path: Path, content: bytes, sentence: str):
    (tmp_path / "index.m3u8").write_bytes(content)
    with pytest.raises(PullFailed, match=sentence):
        async for _ in hear_hls(PLACE + "index.m3u8", Shelf(tmp_path).fetch):
            pass


@pytest.mark.parametrize("content", [b"<html></html>", b"", b"\x00\x00\x00\x18ftyp"])
async def test_segments_of_garbage_are_refused(tmp_path: Path, content: bytes):
    (tmp_path / "a.ts").write_bytes(content)
    (tmp_path / "index.m3u8").write_text("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\na.ts\n")
    with pytest.raises(MediaRefused, match="neither MPEG-TS nor fragmented MP4"):
        async for _ in hear_hls(PLACE + "index.m3u8", Shelf(tmp_path).fetch):
            pass


async def test_a_huge_piece_is_not_asked_for(tmp_path: Path):
    (tmp_path / "a.ts").write_bytes(b"")
    (tmp_path / "index.m3u8").write_text(
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-BYTERANGE:99999999999@0\n#EXTINF:1,\na.ts\n"
    )
    shelf = Shelf(tmp_path)
    with pytest.raises(PullFailed, match="more than 48 MiB"):
        async for _ in hear_hls(PLACE + "index.m3u8", shelf.fetch):
            pass
    assert shelf.asked == ["index.m3u8"]


# --- following, without I/O -----------------------------------------------------------------------


def playlist(*numbers: int, target_s: float = 2) -> MediaPlaylist:
    found = [Segment(number, Piece(f"{number}.ts"), 2) for number in numbers]
    return MediaPlaylist(target_s, found, is_ended=False)


def numbers(following: Following) -> list[int]:
    return [segment.number for _, segment in following.waiting]


def test_following_begins_three_targets_behind_and_takes_what_is_new():
    following = Following(0)
    following.take(playlist(*range(10)), 0)
    assert numbers(following) == [7, 8, 9]
    assert following.due_s == 2
    following.take(playlist(*range(10)), 2)
    assert following.due_s == 3
    following.take(playlist(*range(12)), 3)
    assert numbers(following) == [7, 8, 9, 10, 11]
    following.take(playlist(20, 21), 5)
    assert following.missed == 8


def test_a_source_that_begins_anew_is_followed_in_another_era():
    following = Following(0)
    following.take(playlist(100, 101, 102), 0)
    following.take(playlist(0, 1), 2)
    assert numbers(following) == [100, 101, 102, 0, 1]
    assert [era for era, _ in following.waiting] == [(0, 0)] * 3 + [(1, 0)] * 2


def test_a_playlist_that_stands_still_is_given_up():
    following = Following(0)
    following.take(playlist(1, 2, 3), 0)
    following.take(playlist(1, 2, 3), 15)
    with pytest.raises(PullFailed, match="nothing new for 16 s"):
        following.take(playlist(1, 2, 3), 16)


def picture(second: float) -> Sample:
    ticks = round(second * CLOCK_HZ)
    return Sample("video", ticks, ticks, is_keyframe=True, payload=b"p")


def test_a_jump_that_nobody_announced_is_closed():
    eras = Eras()
    first = list(eras.place((0, 0), [picture(1000), picture(1001)]))
    second = list(eras.place((0, 0), [picture(5), picture(6)]))
    assert [placed.ticks for placed in first] == [0, CLOCK_HZ]
    assert [placed.ticks for placed in second] == [CLOCK_HZ + 3000, 2 * CLOCK_HZ + 3000]


def test_what_comes_in_lumps_is_given_when_it_is_due():
    now_s = [100.0]
    shelf = Pacer(lambda: now_s[0], 60, is_paced=True)
    for second in (0.0, 1.0, 2.0):
        shelf.put(Placed(picture(second).decode_ticks, picture(second)))
    assert shelf.take() == (picture(0), 0.0)
    assert shelf.take() == (None, 1.0)
    now_s[0] = 101.0
    assert shelf.take() == (picture(1), 0.0)
    # The third is late, so that all after it are as late.
    now_s[0] = 105.0
    assert shelf.take() == (picture(2), 0.0)
    shelf.put(Placed(picture(3).decode_ticks, picture(3)))
    assert shelf.take() == (None, 1.0)


def test_more_than_is_wanted_goes_faster():
    now_s = [0.0]
    shelf = Pacer(lambda: now_s[0], 2, is_paced=True)
    for second in (0, 1, 2, 3, 4, 5):
        shelf.put(Placed(picture(second).decode_ticks, picture(second)))
    assert shelf.take()[0] == picture(0)
    now_s[0] = 0.96
    assert shelf.take()[0] == picture(1)


def test_a_segment_is_opened_by_its_key():
    with pytest.raises(MediaRefused, match="does not say"):
        open_segment(b"1" * 15, b"k" * 16, None, 1)
    with pytest.raises(MediaRefused, match="does not say"):
        open_segment(b"1" * 16, b"k" * 15, None, 1)


def test_sound_alone_has_a_format():
    media = AudioFormat("aac", b"\x11\x90", 48_000, 2)
    sound = Sample("audio", 9, 9, is_keyframe=True, payload=b"s")
    placed = list(Eras().place((0, 0), [media, sound]))
    assert [(one.ticks, type(one.heard).__name__) for one in placed] == [
        (0, "AudioFormat"),
        (0, "Sample"),
    ]
