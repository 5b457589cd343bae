"""Low-latency HLS: what playlists say, to the letter, and how another parser reads it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import m3u8
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.mediakit.live.playlist import (
    Edge,
    PartLine,
    Past,
    Rendition,
    Report,
    SegmentLine,
    edge_of,
    render_master,
    render_plain,
    render_playlist,
    settled,
)

BEGAN_AT = datetime(2030, 1, 1, 12, 0, tzinfo=UTC)
PART = PartLine(1 / 3, is_independent=False)
KEY_PART = PartLine(1 / 3, is_independent=True)


def segment(number: int, parts: int = 6, *, is_whole: bool = True, head: int = 0) -> SegmentLine:
    return SegmentLine(
        number=number,
        duration_s=parts / 3,
        starts_at=BEGAN_AT + timedelta(seconds=2 * number),
        parts=[KEY_PART, *[PART] * (parts - 1)] if parts else [],
        is_whole=is_whole,
        head=head,
    )


def test_a_playlist_ends_with_the_part_that_comes_next():
    text = render_playlist(
        Past("v"),
        [segment(7), segment(8, 2, is_whole=False)],
        reports=[Report("a.m3u8", 8, 1)],
    )
    assert text == (
        "#EXTM3U\n"
        "#EXT-X-VERSION:9\n"
        "#EXT-X-TARGETDURATION:4\n"
        "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=24.0,HOLD-BACK=12.0,"
        "PART-HOLD-BACK=1.05\n"
        "#EXT-X-PART-INF:PART-TARGET=0.35\n"
        "#EXT-X-MEDIA-SEQUENCE:7\n"
        "#EXT-X-INDEPENDENT-SEGMENTS\n"
        '#EXT-X-MAP:URI="v/init-0.mp4"\n'
        "#EXT-X-PROGRAM-DATE-TIME:2030-01-01T12:00:14.000Z\n"
        '#EXT-X-PART:DURATION=0.33333,URI="v/7.0.m4s",INDEPENDENT=YES\n'
        '#EXT-X-PART:DURATION=0.33333,URI="v/7.1.m4s"\n'
        '#EXT-X-PART:DURATION=0.33333,URI="v/7.2.m4s"\n'
        '#EXT-X-PART:DURATION=0.33333,URI="v/7.3.m4s"\n'
        '#EXT-X-PART:DURATION=0.33333,URI="v/7.4.m4s"\n'
        '#EXT-X-PART:DURATION=0.33333,URI="v/7.5.m4s"\n'
        "#EXTINF:2.00000,\n"
        "v/7.m4s\n"
        "#EXT-X-PROGRAM-DATE-TIME:2030-01-01T12:00:16.000Z\n"
        '#EXT-X-PART:DURATION=0.33333,URI="v/8.0.m4s",INDEPENDENT=YES\n'
        '#EXT-X-PART:DURATION=0.33333,URI="v/8.1.m4s"\n'
        '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="v/8.2.m4s"\n'
        '#EXT-X-RENDITION-REPORT:URI="a.m3u8",LAST-MSN=8,LAST-PART=1\n'
    )


def test_another_parser_reads_it():
    parsed = m3u8.loads(render_playlist(Past("v"), [segment(n) for n in range(3, 20)]))
    assert parsed.media_sequence == 3
    assert [one.uri for one in parsed.segments] == [f"v/{n}.m4s" for n in range(3, 20)]
    # Those of the last three target durations still have their parts.
    assert [len(one.parts) for one in parsed.segments] == [0] * 11 + [6] * 6
    assert parsed.server_control.can_block_reload == "YES"
    assert parsed.preload_hint.uri == "v/20.0.m4s"
    assert not parsed.is_endlist


def test_an_update_leaves_out_what_is_known():
    segments = [segment(n) for n in range(3, 30)]
    update = render_playlist(Past("v"), segments, is_skipping=True)
    assert "#EXT-X-SKIP:SKIPPED-SEGMENTS=15\n" in update
    # But not the head of what comes, which whoever began to follow later would not know.
    assert update.count("#EXT-X-MAP") == 1
    assert update.index('#EXT-X-MAP:URI="v/init-0.mp4"') < update.index("#EXTINF")
    whole = render_playlist(Past("v"), segments)
    assert whole.endswith(update[update.index("#EXT-X-PROGRAM-DATE-TIME") :])
    assert m3u8.loads(update).skip.skipped_segments == 15


@st.composite
def runs(draw: st.DrawFn) -> list[SegmentLine]:
    """Draw segments of several heads, some of which are missing."""
    found: list[SegmentLine] = []
    head = draw(st.integers(0, 2))
    for number in range(40, 40 + draw(st.integers(1, 40))):
        head += draw(st.sampled_from((0, 0, 0, 1)))
        one = segment(number, draw(st.sampled_from((3, 6, 12))), head=head)
        found.append(
            replace(
                one,
                is_gap=draw(st.sampled_from((False, False, True))),
                is_independent=draw(st.sampled_from((True, True, False))),
            )
        )
    found[-1] = replace(found[-1], is_whole=draw(st.booleans()), is_gap=False)
    return found


@given(data=st.data(), segments=runs(), is_ended=st.booleans(), has_parts=st.booleans())
def test_what_is_written_once_says_the_same_as_what_is_written_anew(
    data: st.DataObject, segments: list[SegmentLine], *, is_ended: bool, has_parts: bool
):
    keys = {head: f'METHOD=SAMPLE-AES,URI="{head}"' for head in range(1, 40, 3)}
    past = Past("v")
    for _ in range(3):
        for one in segments[len(past) : len(past) + settled(segments[len(past) :])]:
            past.add(replace(one, parts=()), keys)
        gone = data.draw(st.integers(0, len(segments) - 1))
        past.forget(gone)
        segments = segments[gone:]
        tail = segments[len(past) :]
        for is_skipping in (False, True):
            asked: Any = {"is_ended": is_ended, "has_parts": has_parts, "keys": keys}
            asked["is_skipping"] = is_skipping
            anew = render_playlist(Past("v"), segments, **asked)
            assert render_playlist(past, tail, **asked) == anew
        for over in (False, True):
            anew = render_plain(Past("v"), segments, is_ended=over, keys=keys)
            assert render_plain(past, tail, is_ended=over, keys=keys) == anew


def test_an_update_of_little_is_whole():
    segments = [segment(n) for n in range(12)]
    assert render_playlist(Past("v"), segments, is_skipping=True) == render_playlist(
        Past("v"), segments
    )


def test_what_has_ended_is_a_plain_playlist():
    segments = [segment(n) for n in range(30)]
    text = render_playlist(
        Past("v"), segments, reports=[Report("a.m3u8", 1, 0)], is_ended=True, is_skipping=True
    )
    assert text.endswith("v/29.m4s\n#EXT-X-ENDLIST\n")
    for name in ("PART:", "PRELOAD-HINT", "RENDITION-REPORT", "SKIP:"):
        assert name not in text


def test_another_head_is_a_break_in_the_timeline():
    text = render_playlist(Past("v"), [segment(0), segment(1, head=1), segment(2, head=1)])
    assert text.count("#EXT-X-DISCONTINUITY\n") == 1
    assert '#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI="v/init-1.mp4"\n' in text
    assert "DISCONTINUITY-SEQUENCE" not in text
    # When the break has been let go, it still counts.
    later = render_playlist(Past("v"), [segment(1, head=1), segment(2, head=1)])
    assert "#EXT-X-DISCONTINUITY-SEQUENCE:1\n" in later
    assert "#EXT-X-DISCONTINUITY\n" not in later


def test_segments_without_keyframes_are_not_called_independent():
    cut_anywhere = replace(segment(1), is_independent=False)
    assert "INDEPENDENT-SEGMENTS" not in render_playlist(Past("v"), [segment(0), cut_anywhere])


def test_before_the_first_part_there_is_nothing_to_wait_for():
    text = render_playlist(Past("v"), [])
    assert text.endswith("#EXT-X-INDEPENDENT-SEGMENTS\n")
    assert "#EXT-X-MEDIA-SEQUENCE:0\n" in text
    assert edge_of([]) is None


@pytest.mark.parametrize(
    ("last", "edge"),
    [(segment(4), Edge(5, 0)), (segment(4, 3, is_whole=False), Edge(4, 3))],
)
def test_where_the_edge_is(last: SegmentLine, edge: Edge):
    assert edge_of([segment(3), last]) == edge


SOUND = (
    '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="Sound",DEFAULT=YES,AUTOSELECT=YES,URI="a.m3u8"'
)
BOTH = '#EXT-X-STREAM-INF:BANDWIDTH=1100000,CODECS="avc1.64001e,mp4a.40.2"'
VIDEO = Rendition("v", "avc1.64001e", 1_000_000, 640, 360)
AUDIO = Rendition("a", "mp4a.40.2", 100_000)


@pytest.mark.parametrize(
    ("renditions", "lines"),
    [
        (
            (VIDEO, AUDIO),
            [
                SOUND,
                f'{BOTH},RESOLUTION=640x360,AUDIO="sound"',
                "v.m3u8",
            ],
        ),
        (
            (VIDEO, None),
            [
                '#EXT-X-STREAM-INF:BANDWIDTH=1000000,CODECS="avc1.64001e",RESOLUTION=640x360',
                "v.m3u8",
            ],
        ),
        ((None, AUDIO), ['#EXT-X-STREAM-INF:BANDWIDTH=100000,CODECS="mp4a.40.2"', "a.m3u8"]),
        ((None, None), []),
    ],
)
def test_a_master_names_what_there_is(
    renditions: tuple[Rendition | None, Rendition | None], lines: list[str]
):
    video, audio = renditions
    pictures = [video] if video is not None else []
    assert render_master(pictures, audio).splitlines() == ["#EXTM3U", "#EXT-X-VERSION:9", *lines]


def test_without_parts_only_whole_segments_are_named():
    text = render_playlist(
        Past("v"),
        [segment(0), segment(1), segment(2, 3, is_whole=False)],
        reports=[Report("a.m3u8", 2, 1)],
        has_parts=False,
    )
    assert text == (
        "#EXTM3U\n"
        "#EXT-X-VERSION:9\n"
        "#EXT-X-TARGETDURATION:4\n"
        "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=24.0,HOLD-BACK=12.0\n"
        "#EXT-X-MEDIA-SEQUENCE:0\n"
        "#EXT-X-INDEPENDENT-SEGMENTS\n"
        '#EXT-X-MAP:URI="v/init-0.mp4"\n'
        "#EXT-X-PROGRAM-DATE-TIME:2030-01-01T12:00:00.000Z\n"
        "#EXTINF:2.00000,\n"
        "v/0.m4s\n"
        "#EXT-X-PROGRAM-DATE-TIME:2030-01-01T12:00:02.000Z\n"
        "#EXTINF:2.00000,\n"
        "v/1.m4s\n"
    )


def test_older_players_are_told_of_whole_segments_alone():
    text = render_plain(Past("v"), [segment(7), segment(8, head=1), segment(9, 2, is_whole=False)])
    assert text == (
        "#EXTM3U\n"
        "#EXT-X-VERSION:7\n"
        "#EXT-X-TARGETDURATION:4\n"
        "#EXT-X-MEDIA-SEQUENCE:7\n"
        '#EXT-X-MAP:URI="v/init-0.mp4"\n'
        "#EXT-X-PROGRAM-DATE-TIME:2030-01-01T12:00:14.000Z\n"
        "#EXTINF:2.00000,\n"
        "v/7.m4s\n"
        "#EXT-X-DISCONTINUITY\n"
        '#EXT-X-MAP:URI="v/init-1.mp4"\n'
        "#EXT-X-PROGRAM-DATE-TIME:2030-01-01T12:00:16.000Z\n"
        "#EXTINF:2.00000,\n"
        "v/8.m4s\n"
    )
    assert render_plain(Past("v"), [segment(8, head=1)], is_ended=True).endswith("#EXT-X-ENDLIST\n")


def test_a_plain_master_leads_to_plain_playlists():
    master = m3u8.loads(render_master([VIDEO], AUDIO, is_plain=True))
    assert master.playlists[0].uri == "plain-v.m3u8"
    assert master.media[0].uri == "plain-a.m3u8"
    assert master.version == 7
