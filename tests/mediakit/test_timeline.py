"""Timelines can be cut and joined anywhere, and nothing is lost or played twice."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.mediakit.frames import USUAL_RATES, SegmentPlan
from streamverse.mediakit.timeline import (
    Package,
    Segment,
    Span,
    Timeline,
    TimelineMalformed,
    Track,
    TrackKind,
)
from tests.factories.timelines import (
    STARTED_AT,
    make_audio_track,
    make_film,
    make_text_track,
    make_timeline,
    make_video_track,
)


@st.composite
def packages(draw: st.DrawFn, *, may_grow: bool = False) -> Package:
    grows = may_grow and draw(st.booleans())
    return make_film(
        package_id=draw(st.uuids()).hex,
        frame_rate=draw(st.sampled_from(USUAL_RATES)),
        total_frames=draw(st.integers(1, 1500)),
        languages=draw(st.lists(st.just("en"), max_size=1)),
        known=draw(st.integers(0, 6)) if grows else None,
    )


@st.composite
def timelines(draw: st.DrawFn, *, may_grow: bool = True) -> Timeline:
    before = draw(st.lists(packages(), max_size=3))
    return make_timeline(*before, draw(packages(may_grow=may_grow)))


def played(timeline: Timeline) -> list[tuple[str, int]]:
    return [(span.package.id, number) for span in timeline.spans for number in span.numbers]


@given(timelines(), st.integers(0, 30))
def test_the_two_sides_of_a_cut_make_the_whole(timeline: Timeline, position: int):
    before, after = timeline.slice(0, position), timeline.slice(position)
    assert before + after == timeline
    assert before.is_ended
    assert after.is_ended == timeline.is_ended
    assert before.playable_duration_s + after.playable_duration_s == timeline.playable_duration_s
    assert before.size_bytes + after.size_bytes == timeline.size_bytes


@given(timelines(), st.integers(0, 30), st.integers(0, 30))
def test_a_slice_plays_what_lies_between(timeline: Timeline, start: int, stop: int):
    part = timeline.slice(start, stop)
    assert played(part) == played(timeline)[start:stop]
    assert part.playable_count == len(played(part))


@given(timelines(), st.integers(0, 20), st.integers(0, 20), st.integers(0, 20), st.integers(0, 20))
def test_a_slice_of_a_slice_is_a_slice(timeline: Timeline, a: int, b: int, c: int, d: int):
    stop = min(a + b, a + c + d)
    assert played(timeline.slice(a, a + b).slice(c, c + d)) == played(timeline.slice(a + c, stop))


@given(timelines(may_grow=False), timelines(may_grow=False), timelines())
def test_it_does_not_matter_which_are_joined_first(a: Timeline, b: Timeline, c: Timeline):
    assert (a + b) + c == a + (b + c)
    assert played(a + b + c) == played(a) + played(b) + played(c)


@given(timelines(), timelines(may_grow=False), st.integers(0, 30))
def test_an_insertion_only_adds(timeline: Timeline, extra: Timeline, position: int):
    inserted = timeline.insert(position, extra)
    before, after = played(timeline)[:position], played(timeline)[position:]
    assert played(inserted) == before + played(extra) + after
    assert inserted.is_ended == timeline.is_ended
    assert inserted.playable_duration_s == timeline.playable_duration_s + extra.playable_duration_s


@given(timelines(may_grow=False), st.integers(0, 90_000), st.integers(1, 90_000))
def test_a_slice_by_time_holds_the_whole_stretch(timeline: Timeline, start_ms: int, length_ms: int):
    part = timeline.slice_ms(start_ms, start_ms + length_ms)
    end_ms = timeline.playable_duration_s * 1000
    if start_ms >= end_ms:
        assert played(part) == []
        return
    wanted_ms = min(start_ms + length_ms, end_ms) - start_ms
    longest_ms = 2 * (timeline.target_duration_s + Fraction(1, 2)) * 1000
    assert wanted_ms <= part.playable_duration_s * 1000 <= wanted_ms + longest_ms


def test_a_slice_by_time_takes_only_the_segments_that_are_touched():
    timeline = make_timeline(make_film())  # segments of 2, 2, 4, 4 and 4 seconds, and 0.4
    assert [number for _, number in played(timeline.slice_ms(0, 2000))] == [0]
    assert [number for _, number in played(timeline.slice_ms(2000, 4001))] == [1, 2]
    assert [number for _, number in played(timeline.slice_ms(1999, 2001))] == [0, 1]
    assert [number for _, number in played(timeline.slice_ms(12_000))] == [4, 5]
    assert [number for _, number in played(timeline.slice_ms(-5, 1))] == [0]
    assert played(timeline.slice_ms(16_400)) == []


def test_growing_adds_to_the_end_alone():
    before, later = make_timeline(make_film(known=2)), make_timeline(make_film(known=4))
    ended = make_timeline(make_film())
    assert played(before) == played(later)[:2] == played(ended)[:2]
    assert (before.is_ended, later.is_ended, ended.is_ended) == (False, False, True)
    assert (before.playable_duration_ms, later.playable_duration_ms) == (4000, 12_000)
    assert ended.playable_duration_ms == 16_400
    assert before.target_duration_s == ended.target_duration_s == 4


def test_a_slice_without_end_goes_on_growing():
    part = make_timeline(make_film(known=3)).slice(5)
    assert part.spans == (Span(make_film(known=3), 3),)
    assert not part.is_ended
    assert part.playable_count == 0


def test_a_span_whose_end_is_not_there_yet_is_growing():
    package = make_film(known=3)
    assert not Timeline((Span(package, 0, 3),), STARTED_AT).is_ended
    assert Timeline((Span(package, 0, 2),), STARTED_AT).is_ended
    assert Timeline((Span(make_film(), 0, 99),), STARTED_AT).is_ended


def test_nothing_follows_a_growing_span():
    growing = make_timeline(make_film(known=2))
    with pytest.raises(TimelineMalformed, match="Nothing can follow a span that is still growing"):
        growing + make_timeline(make_film(package_id="other"))


def test_an_empty_timeline_has_ended():
    timeline = Timeline((), STARTED_AT)
    assert timeline.is_ended
    assert (timeline.playable_count, timeline.playable_duration_ms) == (0, 0)
    assert timeline.target_duration_s == 1
    assert timeline + timeline == timeline


@pytest.mark.parametrize(("first", "last"), [(-1, None), (3, 2)])
def test_a_span_goes_forward(first: int, last: int | None):
    with pytest.raises(TimelineMalformed, match=f"cannot go from segment {first} to {last}"):
        Span(make_film(), first, last)


def test_a_package_has_pictures_or_sound():
    text = make_text_track(SegmentPlan(USUAL_RATES[0], 10), "t0", "en")
    with pytest.raises(TimelineMalformed, match="The package x has neither pictures nor sound"):
        Package(id="x", tracks=(text,), is_complete=True)


@given(st.sets(st.integers(0, 12)))
def test_what_is_playable_ends_at_the_first_hole(numbers: set[int]):
    track = replace(
        make_film().tracks[0], segments=[Segment(number, 1, 1) for number in sorted(numbers)]
    )
    expected = next(count for count in range(14) if count not in numbers)
    assert track.playable_stop == expected
    assert [s.number for s in track.numbered(range(1, 20))] == list(range(1, expected))


def with_counts(*counts: int, complete: tuple[str, ...] = (), is_complete: bool = False) -> Package:
    """Make a film of v480, v360 and a0 with so many segments each."""
    film = make_film()
    tracks = tuple(
        replace(track, segments=track.segments[:count], is_complete=track.name in complete)
        for track, count in zip(film.tracks, counts, strict=True)
    )
    return replace(film, tracks=tracks, is_complete=is_complete)


@pytest.mark.parametrize(
    ("package", "expected"),
    [
        (with_counts(3, 3, 5), 3),
        (with_counts(3, 2, 5), 2),
        (with_counts(5, 5, 1), 1),
        (with_counts(5, 5, 0), 0),
        (with_counts(5, 5, 1, complete=("a0",)), 5),  # sound that ends sooner
        (with_counts(5, 5, 1, is_complete=True), 5),
    ],
)
def test_what_is_playable_waits_for_every_growing_track(package: Package, expected: int):
    assert package.playable_stop == expected


def test_subtitles_hold_nobody_up():
    plan = SegmentPlan(USUAL_RATES[0], 100)
    text = replace(make_text_track(plan, "t0", "en"), segments=())
    package = Package(id="x", tracks=(*make_video_track(plan, (640, 360)), text), is_complete=False)
    assert package.playable_stop == 6


def test_sound_may_outlast_the_pictures_to_the_end_but_not_in_a_cut():
    plan, longer = SegmentPlan(USUAL_RATES[0], 30), SegmentPlan(USUAL_RATES[0], 60)
    tracks = (*make_video_track(plan, (640, 360)), make_audio_track(longer, "a0"))
    span = Span(Package(id="x", tracks=tracks, is_complete=True))
    assert span.numbers == range(3)
    assert span.numbers_in(tracks[1]) == range(4)
    assert replace(span, last=2).numbers_in(tracks[1]) == range(3)


def test_what_all_tracks_weigh():
    timeline = make_timeline(make_film()).slice(1, 3)
    assert timeline.size_bytes == 2 * (480_000 + 360_000 + 30_000) + 3 * (1000 + 2000)


def test_the_expected_duration():
    growing = make_timeline(make_film(known=3, expected_duration_ms=16_400))
    assert growing.expected_duration_ms == 16_400
    assert growing.slice(1).expected_duration_ms == 14_400
    assert growing.slice(0, 2).expected_duration_ms == 4000
    advert = make_timeline(make_film(package_id="ad", total_frames=100))
    assert growing.insert(1, advert).expected_duration_ms == 20_400
    assert make_timeline(make_film(known=3)).expected_duration_ms is None
    assert make_timeline(make_film()).expected_duration_ms == 16_400


def test_an_expected_duration_that_was_too_short_gives_way():
    assert make_timeline(make_film(known=3, expected_duration_ms=1)).expected_duration_ms == 8000


def test_the_end_of_a_cut_that_is_not_there_yet_cannot_be_foretold():
    package = make_film(known=3, expected_duration_ms=16_400)
    assert Timeline((Span(package, 0, 4),), STARTED_AT).expected_duration_ms is None


def test_sound_alone_is_its_own_reference():
    track: Track = make_audio_track(SegmentPlan(USUAL_RATES[0], 30), "a0")
    package = Package(id="x", tracks=(track,), is_complete=True)
    assert package.reference is track
    assert package.tracks_of(TrackKind.VIDEO) == ()
    assert Span(package).duration_s == Fraction(6 * 48000 + 768, 48000)
