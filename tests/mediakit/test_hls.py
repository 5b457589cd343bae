"""HLS playlists are right letter by letter, and other people's parser reads what we meant."""

from dataclasses import replace
from pathlib import Path

import m3u8
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.mediakit.frames import USUAL_RATES, FrameRate, SegmentPlan
from streamverse.mediakit.hls import render_master, render_media
from streamverse.mediakit.timeline import (
    Package,
    Segment,
    Span,
    Timeline,
    TimelineEmpty,
    Track,
    TrackKind,
)
from tests.factories.golden import assert_golden
from tests.factories.timelines import (
    GOLDEN_TIMELINES,
    STARTED_AT,
    Signed,
    make_film,
    make_film_for_slow_lines,
    make_segments,
    make_timeline,
    make_video_track,
    make_voices,
)

GOLDEN = Path(__file__).parent / "golden"
MEDIA = [
    ("film", "v480"),
    ("film", "a0"),
    ("growing", "v480"),
    ("growing", "a0"),
    ("clip", "v360"),
    ("radio", "a0"),
    ("subtitles", "t1"),
    ("adverts", "v480"),
    ("adverts", "a0"),
    ("protected_advert", "v480"),
    ("protected_advert", "a0"),
]


def test_lean_pictures_go_with_lean_sound_and_others_with_none_of_it():
    master = m3u8.loads(render_master(GOLDEN_TIMELINES["lean"], Signed()))
    together: dict[str, set[str]] = {}
    for variant in master.playlists:
        sound = {media.uri.split(".")[0] for media in variant.media if media.type == "AUDIO"}
        together.setdefault(variant.uri.split(".")[0], set()).update(sound)
    usual, lean = {"a0", "a1", "a0-surround"}, {"a0-lean", "a1-lean", "a0-surround", "a1"}
    assert together == {
        **dict.fromkeys(("v720", "v480", "v360"), usual),
        **dict.fromkeys(("v270", "v180"), lean),
    }


def test_lean_sound_is_not_listed_before_its_pictures_are_there():
    film = make_film_for_slow_lines()
    early = replace(film, tracks=tuple(t for t in film.tracks if t.name not in {"v270", "v180"}))
    assert "-lean" not in render_master(make_timeline(early), Signed())


def test_lean_pictures_take_the_usual_sound_before_theirs_is_there():
    film = make_film_for_slow_lines()
    early = replace(film, tracks=tuple(t for t in film.tracks if not t.name.endswith("-lean")))
    master = m3u8.loads(render_master(make_timeline(early), Signed()))
    audio = [variant.stream_info.audio for variant in master.playlists if "v180" in variant.uri]
    assert audio == ["audio-0", "audio-1"]


def renditions_of(timeline: Timeline) -> list[str]:
    names = [track.name for span in timeline.spans for track in span.package.tracks]
    return list(dict.fromkeys(names))


@pytest.mark.parametrize("name", GOLDEN_TIMELINES)
def test_master_playlists(name: str):
    text = render_master(GOLDEN_TIMELINES[name], Signed())
    assert_golden(GOLDEN / f"{name}.master.m3u8", text)


@pytest.mark.parametrize(("name", "track"), MEDIA)
def test_media_playlists(name: str, track: str):
    text = render_media(GOLDEN_TIMELINES[name], track, Signed())
    assert_golden(GOLDEN / f"{name}.{track}.m3u8", text)


@pytest.mark.parametrize("name", GOLDEN_TIMELINES)
def test_a_parser_reads_the_master_playlist(name: str):
    timeline = GOLDEN_TIMELINES[name]
    playlist = m3u8.loads(render_master(timeline, Signed()))
    assert playlist.is_variant
    assert playlist.is_independent_segments
    offered = {variant.uri.split(".")[0] for variant in playlist.playlists}
    offered |= {media.uri.split(".")[0] for media in playlist.media}
    assert offered == set(renditions_of(timeline))
    for variant in playlist.playlists:
        info = variant.stream_info
        assert info.bandwidth >= info.average_bandwidth > 0
        groups = [media for media in variant.media if media.type == "AUDIO"]
        assert bool(groups) == (info.audio is not None)
        assert sum(media.default == "YES" for media in groups) == bool(groups)
        assert len({media.name for media in groups}) == len(groups)


@pytest.mark.parametrize("name", GOLDEN_TIMELINES)
def test_a_parser_reads_the_media_playlists(name: str):
    timeline = GOLDEN_TIMELINES[name]
    lengths_s: set[int] = set()
    discontinuities: set[int] = set()
    for track in renditions_of(timeline):
        playlist = m3u8.loads(render_media(timeline, track, Signed()))
        assert playlist.is_endlist == timeline.is_ended
        assert playlist.playlist_type == ("vod" if timeline.is_ended else "event")
        assert playlist.target_duration == timeline.target_duration_s
        assert all(round(segment.duration) <= 4 for segment in playlist.segments)
        lengths_s.add(round(sum(segment.duration for segment in playlist.segments)))
        discontinuities.add(sum(segment.discontinuity for segment in playlist.segments))
    assert lengths_s == {round(timeline.playable_duration_s)}
    assert discontinuities == {len(timeline.spans) - 1}


def test_what_a_variant_says():
    master = m3u8.loads(render_master(GOLDEN_TIMELINES["film"], Signed()))
    info = master.playlists[0].stream_info
    assert info.resolution == (854, 480)
    assert info.frame_rate == 25.0
    assert info.codecs == "avc1.64001e,mp4a.40.2"
    # The heaviest run of video is its first segment: 480,000 bytes in two seconds.
    video_peak, audio_peak = 481_000 * 8 // 2, 31_000 * 8 * 48000 // (94 * 1024)
    assert video_peak <= info.bandwidth - audio_peak <= video_peak + 5000


def test_names_of_people_cannot_break_a_line():
    master = render_master(make_timeline(make_voices()), Signed())
    assert all(line.startswith(("#EXT", "v480.m3u8")) for line in master.splitlines())
    media = {entry.uri.split(".")[0]: entry for entry in m3u8.loads(master).media}
    assert {name: entry.language for name, entry in media.items()} == {
        "a0": "en",
        "a1": None,
        "a2": None,
        "a3": "de",
        "a4": "de",
        "a5": None,
    }
    assert [entry.name for entry in media.values()] == [
        "Director's 'cut' #EXT-X-ENDLIST",
        "<&]]>",
        "Ünïcödé 日本",
        "de",
        "de (2)",
        "Audio",
    ]


@given(st.text(), st.text())
def test_no_name_can_break_a_line(language: str, label: str):
    film = make_film()
    sound = replace(film.tracks[-1], language=language, label=label)
    package = replace(film, tracks=(*film.tracks[:-1], sound))
    master = render_master(make_timeline(package), Signed())
    assert len(master.splitlines()) == 8
    (media,) = m3u8.loads(master).media
    assert (media.type, media.uri) == ("AUDIO", "a0.m3u8?for=a%20b")


@given(st.text())
def test_no_address_can_break_a_line(part: str):
    class Strange(Signed):
        def init(self, package_id: str, track_name: str) -> str:
            return f"/{package_id}/{track_name}/{part}"

        def segment(self, package_id: str, track_name: str, number: int) -> str:
            return f"/{package_id}/{track_name}/{number}/{part}"

    text = render_media(make_timeline(make_film()), "v480", Strange())
    assert len(text.splitlines()) == 7 + 2 * 6 + 1
    assert text.isascii()


@given(st.sampled_from(USUAL_RATES), st.integers(1, 2000), st.data())
def test_no_segment_is_longer_than_the_target(
    rate: FrameRate, total_frames: int, data: st.DataObject
):
    count = SegmentPlan(rate, total_frames).segment_count
    known = data.draw(st.none() | st.integers(1, count))
    whole = make_timeline(make_film(frame_rate=rate, total_frames=total_frames))
    grown = make_timeline(make_film(frame_rate=rate, total_frames=total_frames, known=known))
    for track in ("v480", "a0"):
        playlist = m3u8.loads(render_media(grown, track, Signed()))
        assert playlist.target_duration == 4
        assert all(int(segment.duration + 0.5) <= 4 for segment in playlist.segments)
        later = render_media(whole, track, Signed())
        assert [segment.uri for segment in m3u8.loads(later).segments][
            : len(playlist.segments)
        ] == [segment.uri for segment in playlist.segments]


@given(st.sampled_from(USUAL_RATES), st.integers(1, 2000), st.data())
def test_a_growing_playlist_only_grows(rate: FrameRate, total_frames: int, data: st.DataObject):
    known = data.draw(st.integers(1, SegmentPlan(rate, total_frames).segment_count))
    growth = [make_film(frame_rate=rate, total_frames=total_frames, known=n) for n in (known, 999)]
    earlier, later = (render_media(make_timeline(film), "v480", Signed()) for film in growth)
    assert later.startswith(earlier)


def test_a_target_that_was_promised_too_short_gives_way():
    film = make_film()
    package = replace(film, target_duration_s=1)
    assert m3u8.loads(render_media(make_timeline(package), "v480", Signed())).target_duration == 4


def test_a_growing_title_is_announced_by_what_was_asked_of_the_encoder():
    growing = GOLDEN_TIMELINES["growing"]
    info = m3u8.loads(render_master(growing, Signed())).playlists[0].stream_info
    assert info.average_bandwidth == 1_500_000 + 128_000
    assert info.bandwidth > info.average_bandwidth


def test_a_title_that_has_grown_far_is_announced_by_what_it_weighs():
    timeline = make_timeline(make_film(total_frames=2000, known=10))
    info = m3u8.loads(render_master(timeline, Signed())).playlists[0].stream_info
    video_bits, audio_bits = (10 * size + 45_000 for size in (480_000, 30_000))
    assert info.average_bandwidth == pytest.approx((video_bits + audio_bits) * 8 / 36, rel=0.001)


def test_a_window_that_slides_is_no_event():
    timeline = make_timeline(make_film(known=5)).slice(2)
    text = render_media(timeline, "v480", Signed())
    assert "#EXT-X-MEDIA-SEQUENCE:2\n" in text
    assert "EVENT" not in text
    assert "EXT-X-START" not in text
    assert "ENDLIST" not in text


def test_sound_of_two_codecs_makes_two_groups():
    film = make_film(languages=("en", "en"))
    other = replace(film.tracks[-1], name="a0-opus", codec="opus")
    package = replace(film, tracks=(film.tracks[0], film.tracks[2], other))
    master = m3u8.loads(render_master(make_timeline(package), Signed()))
    assert [(v.uri.split(".")[0], v.stream_info.codecs) for v in master.playlists] == [
        ("v480", "avc1.64001e,mp4a.40.2"),
        ("v480", "avc1.64001e,opus"),
    ]
    assert [v.stream_info.audio for v in master.playlists] == ["audio-0", "audio-1"]


def test_pictures_of_unknown_size_are_offered_all_the_same():
    track = Track(
        name="v0",
        kind=TrackKind.VIDEO,
        codec="avc1.64001e",
        timescale=1000,
        target_bitrate_bps=1,
        segments=[Segment(0, 2000, 1000)],
    )
    timeline = make_timeline(Package(id="x", tracks=(track,), is_complete=True))
    assert render_master(timeline, Signed()).splitlines()[3:] == [
        '#EXT-X-STREAM-INF:BANDWIDTH=4000,AVERAGE-BANDWIDTH=4000,CODECS="avc1.64001e"',
        "v0.m3u8?for=a%20b",
    ]


def test_a_very_short_title_has_the_bit_rate_of_the_whole():
    film = make_film(total_frames=10, languages=())
    info = m3u8.loads(render_master(make_timeline(film), Signed())).playlists[0].stream_info
    assert info.bandwidth == info.average_bandwidth == 480_000 * 8 * 10 // 4


def test_segments_without_length_count_for_nothing():
    (track, *_) = make_video_track(SegmentPlan(FrameRate(25), 10), (640, 360))
    package = Package(
        id="x", tracks=(replace(track, segments=make_segments([0], 9)),), is_complete=True
    )
    info = m3u8.loads(render_master(make_timeline(package), Signed())).playlists[0].stream_info
    assert info.bandwidth == info.average_bandwidth == 850_000


def test_sound_that_ended_before_a_cut_is_a_gap():
    film = make_film()
    sound = replace(film.tracks[-1], segments=film.tracks[-1].segments[:2])
    package = replace(film, tracks=(*film.tracks[:-1], sound))
    text = render_media(make_timeline(package).slice(3), "a0", Signed())
    assert text.count("#EXT-X-GAP") == 3
    assert "#EXT-X-MAP" not in text


def test_a_span_that_has_not_begun_is_left_out():
    next_up = replace(make_film(known=0), id="next")
    timeline = Timeline((Span(make_film()), Span(next_up)), STARTED_AT)
    text = render_media(timeline, "v480", Signed())
    assert "DISCONTINUITY" not in text
    assert "next" not in text


def test_what_cannot_be_played_yet_is_refused():
    for timeline in (Timeline((), STARTED_AT), make_timeline(make_film(known=0))):
        with pytest.raises(TimelineEmpty, match=r"^Nothing of this can be played yet; ask again"):
            render_master(timeline, Signed())
        with pytest.raises(TimelineEmpty):
            render_media(timeline, "v480", Signed())


def test_an_unknown_track_is_refused():
    with pytest.raises(LookupError, match="The timeline has no track named 'v1080'"):
        render_media(make_timeline(make_film()), "v1080", Signed())
