"""Masters list what one viewer's device plays, and put their languages first."""

from __future__ import annotations

import re

import m3u8
import pytest

from streamverse.mediakit.hls import render_master
from streamverse.mediakit.tailoring import EVERYTHING, Tailoring, tailor
from streamverse.mediakit.timeline import TrackKind
from tests.factories.timelines import GOLDEN_TIMELINES, Signed

CODECS = GOLDEN_TIMELINES["codecs"]


def names(tailoring: Tailoring, kind: TrackKind, timeline: str = "codecs") -> list[str]:
    tailored = tailor(GOLDEN_TIMELINES[timeline], tailoring)
    return [track.name for track in tailored.spans[0].package.tracks_of(kind)]


def test_who_says_nothing_gets_everything():
    assert tailor(CODECS, EVERYTHING) is CODECS
    assert tailor(CODECS, Tailoring(audio_languages=("fr",))) == CODECS


@pytest.mark.parametrize(
    ("timeline", "tailoring", "kept"),
    [
        ("codecs", Tailoring(codecs=("avc1", "mp4a")), ["v360"]),
        ("codecs", Tailoring(codecs=("av01", "hvc1")), ["v360-hevc", "v360-av1"]),
        ("codecs", Tailoring(codecs=("vp09",)), ["v360", "v360-hevc", "v360-av1"]),
        ("film", Tailoring(max_height=480), ["v480", "v360"]),
        ("film", Tailoring(max_height=479), ["v360"]),
        ("film", Tailoring(max_height=100), ["v360"]),
        ("film", Tailoring(allowed_height=480), ["v480", "v360"]),
        ("film", Tailoring(allowed_height=360, max_height=480), ["v360"]),
    ],
    ids=["old", "new", "decodes none", "fits", "capped", "none so small", "allowed", "both"],
)
def test_pictures(timeline: str, tailoring: Tailoring, kept: list[str]):
    assert names(tailoring, TrackKind.VIDEO, timeline) == kept


@pytest.mark.parametrize(
    ("name", "is_allowed"),
    [
        ("v480", True),
        ("v480-2-hevc", True),
        ("v720", False),
        ("v720-2", False),
        ("v1080-av1", False),
        ("a0", True),
        ("a0-surround", True),
        ("t1", True),
        ("master", True),
    ],
)
def test_what_is_allowed_is_told_by_the_name_of_a_track(*, name: str, is_allowed: bool):
    assert Tailoring(allowed_height=480).allows(name) is is_allowed
    assert EVERYTHING.allows(name)


def test_sound_that_the_device_does_not_decode_is_left_out():
    assert names(Tailoring(codecs=("avc1", "mp4a")), TrackKind.AUDIO) == ["a0", "a1"]
    assert names(Tailoring(codecs=("avc1",)), TrackKind.AUDIO) == ["a0", "a1", "a0-surround"]


def test_wanted_languages_come_first():
    wanted = Tailoring(audio_languages=("fr", "en-GB"), text_languages=("de",))
    master = render_master(tailor(CODECS, wanted), Signed())
    assert re.findall(r'LANGUAGE="(\w+)",DEFAULT=(\w+)', master)[:2] == [
        ("en", "YES"),
        ("de", "NO"),
    ]
    assert names(wanted, TrackKind.TEXT, "subtitles") == ["t1", "t2", "t0", "t3"]


def test_what_was_tailored_is_a_playlist_of_the_same_film():
    tailored = tailor(CODECS, Tailoring(codecs=("avc1", "mp4a")))
    playlist = m3u8.loads(render_master(tailored, Signed()))
    assert {one.stream_info.codecs for one in playlist.playlists} == {
        one.stream_info.codecs
        for one in m3u8.loads(render_master(CODECS, Signed())).playlists
        if "avc1" in one.stream_info.codecs and "ec-3" not in one.stream_info.codecs
    }
    assert tailored.playable_duration_ms == CODECS.playable_duration_ms
