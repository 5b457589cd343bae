"""Low-latency DASH: what the manifest says, to the letter, and how another parser reads it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from mpegdash.parser import MPEGDASHParser

from streamverse.mediakit.live.mpd import (
    MpdPeriod,
    MpdSegment,
    MpdTrack,
    ahead_of_end_s,
    render_mpd,
)
from tests.factories.golden import assert_golden

BEGAN_AT = datetime(2030, 1, 1, 12, 0, tzinfo=UTC)
GOLDEN = Path(__file__).parents[1] / "golden"
MPD = "{urn:mpeg:dash:schema:mpd:2011}"


def period(number: int, first: int, starts_s: float, count: int = 3) -> MpdPeriod:
    """Let there be segments of two seconds, from one on."""
    start = first * 180_000
    video = MpdTrack(
        name="v",
        codec="avc1.64001f",
        timescale=90_000,
        bitrate_bps=2_000_000,
        segments=[MpdSegment(first + n, start + 180_000 * n, 180_000) for n in range(count)],
        head=number,
        width=1280,
        height=720,
    )
    audio = MpdTrack(
        name="a",
        codec="mp4a.40.2",
        timescale=48_000,
        bitrate_bps=128_000,
        segments=[
            MpdSegment(first, first * 96_000, 97_280),
            MpdSegment(first + 1, first * 96_000 + 97_280, 95_232),
            # Some sound was missing.
            MpdSegment(first + 2, first * 96_000 + 195_000, 96_256),
        ],
        head=number,
        channels=2,
        sample_rate_hz=48_000,
    )
    return MpdPeriod(number, starts_s, first * 2.0, [video, audio])


PERIODS = [period(0, 7, 14.0), period(1, 10, 25.5)]


@pytest.mark.parametrize("is_ended", [False, True])
def test_a_manifest_to_the_letter(is_ended: bool):
    text = render_mpd(PERIODS, began_at=BEGAN_AT, rewind_s=7200, ahead_s=1.65, is_ended=is_ended)
    assert_golden(GOLDEN / f"live{'.ended' if is_ended else ''}.mpd", text)


def test_a_period_plays_at_the_time_of_the_wall_clock():
    text = render_mpd(PERIODS, began_at=BEGAN_AT, rewind_s=60, ahead_s=1.65, is_ended=False)
    mpd = ET.fromstring(text)  # noqa: S314 - our own
    found = [
        (element.get("start"), element.find(f".//{MPD}SegmentTemplate"))
        for element in mpd.iter(f"{MPD}Period")
    ]
    for (start, template), expected in zip(found, PERIODS, strict=True):
        assert template is not None
        assert start == f"PT{expected.starts_s:.3f}S"
        offset = int(template.get("presentationTimeOffset", ""))
        first = template.find(f"{MPD}SegmentTimeline/{MPD}S")
        assert first is not None
        assert int(first.get("t", "")) == offset


def test_another_parser_reads_it():
    text = render_mpd(PERIODS, began_at=BEGAN_AT, rewind_s=60, ahead_s=1.65, is_ended=False)
    parsed = MPEGDASHParser.parse(text)
    assert parsed.type == "dynamic"
    templates = [
        one.representations[0].segment_templates[0]
        for each in parsed.periods
        for one in each.adaptation_sets
    ]
    assert [(one.start_number, one.media) for one in templates] == [
        (7, "v/$Number$.m4s"),
        (7, "a/$Number$.m4s"),
        (10, "v/$Number$.m4s"),
        (10, "a/$Number$.m4s"),
    ]
    sound = [(s.t, s.d) for s in templates[1].segment_timelines[0].Ss]
    assert sound == [(672_000, 97_280), (769_280, 95_232), (867_000, 96_256)]


def test_a_segment_may_be_asked_for_when_its_first_part_is_there():
    assert ahead_of_end_s(2.0) == pytest.approx(1.65)
    assert ahead_of_end_s(0.2) == 0
