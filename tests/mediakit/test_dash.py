"""DASH manifests are right letter by letter, and other people's parser reads what we meant."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpegdash.parser import MPEGDASHParser

from streamverse.mediakit.dash import available_since, render_mpd
from streamverse.mediakit.timeline import Span, Timeline, TimelineEmpty
from tests.factories.golden import assert_golden
from tests.factories.timelines import (
    GOLDEN_TIMELINES,
    STARTED_AT,
    Signed,
    make_film,
    make_film_with_subtitles,
    make_timeline,
    make_voices,
)

GOLDEN = Path(__file__).parent / "golden"
NOW = datetime(2026, 3, 1, 12, 0, 7, 250_000, tzinfo=UTC)
MPD = "{urn:mpeg:dash:schema:mpd:2011}"


@pytest.mark.parametrize("name", GOLDEN_TIMELINES)
def test_manifests(name: str):
    assert_golden(GOLDEN / f"{name}.mpd", render_mpd(GOLDEN_TIMELINES[name], Signed(), NOW))


@pytest.mark.parametrize("name", GOLDEN_TIMELINES)
def test_a_parser_reads_the_manifest(name: str):
    timeline = GOLDEN_TIMELINES[name]
    mpd = MPEGDASHParser.parse(render_mpd(timeline, Signed(), NOW))
    assert mpd.type == ("static" if timeline.is_ended else "dynamic")
    assert len(mpd.periods) == len(timeline.spans)
    for period, span in zip(mpd.periods, timeline.spans, strict=True):
        listed: list[str] = []
        for adaptation_set in period.adaptation_sets:
            for representation in adaptation_set.representations:
                listed.append(representation.id)
                if adaptation_set.mime_type == "text/vtt":
                    (whole,) = representation.base_urls
                    assert whole.base_url_value.endswith("/all.vtt?key=1&for=2")
                    continue
                (template,) = representation.segment_templates
                (segments,) = template.segment_timelines
                ticks = sum(entry.d * (1 + (entry.r or 0)) for entry in segments.Ss)
                length_s = ticks / template.timescale
                assert length_s == pytest.approx(float(span.duration_s), abs=0.03)
                ahead_s = (
                    segments.Ss[0].t - template.presentation_time_offset
                ) / template.timescale
                assert 0 <= ahead_s < 1024 / 48000
                assert template.start_number == span.first
                assert "$Number$" in template.media
        assert sorted(listed) == sorted(track.name for track in span.package.tracks)


def test_a_clip_begins_in_the_middle_of_its_subtitles():
    clip = make_timeline(make_film_with_subtitles()).slice(2)
    tree = ET.fromstring(render_mpd(clip, Signed(), NOW))  # noqa: S314
    (first, *_) = tree.iter(f"{MPD}SegmentBase")
    assert dict(first.items()) == {"timescale": "1000", "presentationTimeOffset": "4000"}


@pytest.mark.parametrize("name", GOLDEN_TIMELINES)
def test_segments_follow_one_another(name: str):
    tree = ET.fromstring(render_mpd(GOLDEN_TIMELINES[name], Signed(), NOW))  # noqa: S314
    for segments in tree.iter(f"{MPD}SegmentTimeline"):
        expected = int(segments[0].attrib["t"])
        for entry in segments:
            assert int(entry.attrib["t"]) == expected
            expected += int(entry.attrib["d"]) * (1 + int(entry.get("r", "0")))


def test_periods_follow_one_another():
    mpd = MPEGDASHParser.parse(render_mpd(GOLDEN_TIMELINES["adverts"], Signed(), NOW))
    assert [(period.start, period.duration) for period in mpd.periods] == [
        ("PT0.000S", "PT4.000S"),
        ("PT4.000S", "PT3.337S"),
        ("PT7.337S", "PT12.400S"),
        ("PT19.737S", "PT2.400S"),
    ]
    assert mpd.media_presentation_duration == "PT22.137S"


def test_names_of_people_stay_inside_their_attribute():
    text = render_mpd(make_timeline(make_voices()), Signed(), NOW)
    tree = ET.fromstring(text)  # noqa: S314
    sets = tree.findall(f"{MPD}Period/{MPD}AdaptationSet[@contentType='audio']")
    assert [(entry.get("lang"), entry.findtext(f"{MPD}Label")) for entry in sets] == [
        ("en", 'Director\'s "cut" #EXT-X-ENDLIST'),
        ("und", "<&]]>"),
        ("und", "Ünïcödé 日本"),
        ("de", None),
        ("de", "de"),
        ("und", None),
    ]


@given(st.text(), st.text(), st.text())
def test_no_name_can_break_the_manifest(language: str, label: str, key: str):
    class Strange(Signed):
        def init(self, package_id: str, track_name: str) -> str:
            return f"/{package_id}/{track_name}?{key}"

    film = make_film()
    sound = replace(film.tracks[-1], language=language, label=label)
    package = replace(film, tracks=(*film.tracks[:-1], sound))
    tree = ET.fromstring(render_mpd(make_timeline(package), Strange(), NOW))  # noqa: S314
    sets = tree.findall(f"{MPD}Period/{MPD}AdaptationSet")
    assert [entry.get("contentType") for entry in sets] == ["video", "audio"]
    assert [entry.tag for entry in sets[1]] == [f"{MPD}Label", f"{MPD}Representation"]


def test_a_growing_title_has_its_whole_length_from_the_start():
    early = make_timeline(make_film(known=2, expected_duration_ms=16_400))
    late = make_timeline(make_film(known=5, expected_duration_ms=16_400))
    first, second = (
        MPEGDASHParser.parse(render_mpd(timeline, Signed(), NOW)) for timeline in (early, late)
    )
    assert first.media_presentation_duration == "PT16.400S"
    assert first.availability_start_time == second.availability_start_time
    assert first.minimum_update_period == "PT2S"
    assert first.publish_time == "2026-03-01T12:00:07.250Z"
    assert first.periods[0].duration is None


@given(st.integers(1, 6), st.none() | st.integers(0, 60_000), st.integers(0, 60_000))
def test_whatever_is_listed_is_available(known: int, expected_ms: int | None, elapsed_ms: int):
    timeline = make_timeline(make_film(known=known, expected_duration_ms=expected_ms))
    now = STARTED_AT + timedelta(milliseconds=elapsed_ms)
    listed = timedelta(milliseconds=timeline.playable_duration_ms)
    assert available_since(timeline, now) + listed <= now


def test_a_live_stream_is_available_as_it_happens():
    timeline = make_timeline(make_film(known=3))
    now = STARTED_AT + timedelta(seconds=9)
    assert available_since(timeline, now) == STARTED_AT
    text = render_mpd(timeline, Signed(), now)
    assert "mediaPresentationDuration" not in text


def test_times_are_written_in_utc():
    zone = datetime.fromisoformat("2026-03-01T14:00:07.250+02:00")
    timeline = GOLDEN_TIMELINES["growing"]
    assert render_mpd(timeline, Signed(), zone) == render_mpd(timeline, Signed(), NOW)


def test_a_manifest_that_has_ended_does_not_change():
    timeline = GOLDEN_TIMELINES["film"]
    later = NOW + timedelta(days=400)
    assert render_mpd(timeline, Signed(), later) == render_mpd(timeline, Signed(), NOW)


def test_a_dollar_in_an_address_is_not_taken_for_a_template():
    text = render_mpd(make_timeline(make_film()), Signed(), NOW)
    assert 'initialization="/media/film/v480/init.mp4?key=$$1"' in text


def test_a_track_without_segments_is_left_out():
    film = make_film()
    sound = replace(film.tracks[-1], segments=())
    timeline = make_timeline(replace(film, tracks=(*film.tracks[:-1], sound)))
    assert "audio" not in render_mpd(timeline, Signed(), NOW)


def test_a_span_that_has_not_begun_is_left_out():
    next_up = replace(make_film(known=0), id="next")
    timeline = Timeline((Span(make_film()), Span(next_up)), STARTED_AT)
    mpd = MPEGDASHParser.parse(render_mpd(timeline, Signed(), NOW))
    assert len(mpd.periods) == 1
    assert mpd.type == "dynamic"


def test_what_cannot_be_played_yet_is_refused():
    with pytest.raises(TimelineEmpty, match="Nothing of this can be played yet"):
        render_mpd(make_timeline(make_film(known=0)), Signed(), NOW)
