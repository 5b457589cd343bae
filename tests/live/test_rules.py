"""What is wrong with streams, when they begin, who watches them and who may."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.domains.live.rules.access import Access, Verdict, is_region_covered, judge
from streamverse.domains.live.rules.audiences import THERE_FOR_S, Audience
from streamverse.domains.live.rules.health import (
    LOOKED_AT,
    LOWERED_AFTER,
    RAISED_AFTER,
    TOLD_EVERY,
    USUAL_NEEDS,
    WELL_AFTER,
    Ailment,
    Complaint,
    News,
    Outlook,
    Watch,
    find_complaints,
)
from streamverse.domains.live.rules.schedules import Showing, Slot, is_zone, next_showing
from streamverse.mediakit.live.health import Reading

WELL = Reading(
    seconds=2.0,
    video_bps=4_000_000,
    audio_bps=128_000,
    pictures=60,
    dropped=0,
    frame_rate=30.0,
    keyframe_s=2.0,
    late_ms=20,
    offset_ms=-30,
)


def outlook(*last: Reading, before: int = USUAL_NEEDS, **more: Any) -> Outlook:
    return Outlook((*(WELL,) * before, *last), **more)


def sick(count: int = LOOKED_AT, **change: Any) -> list[Reading]:
    return [replace(WELL, **change)] * count


def test_a_stream_that_comes_in_well_has_no_complaints():
    assert find_complaints(outlook(height=1080, wanted_height=1080, level_db=-12.0)) == []
    assert find_complaints(outlook(before=1)) == []
    assert find_complaints(Outlook(())) == []


CASES: list[tuple[Outlook, Ailment, str]] = [
    (
        outlook(is_gone=True),
        Ailment.GONE,
        "The encoder is gone: look at its line, and start it again.",
    ),
    (
        outlook(*sick(keyframe_s=10.0)),
        Ailment.KEYFRAMES_RARE,
        "Your encoder sends a key frame every 10 s; set it to 2.",
    ),
    (
        outlook(left_out=("v720", "v480")),
        Ailment.LADDER_SHORT,
        (
            "This machine has no room to make 720p and 480p beside what you send: "
            "send a smaller picture, or leave smaller ones out in the settings of the stream."
        ),
    ),
    (
        outlook(*sick(late_ms=3200)),
        Ailment.LINE_SLOW,
        (
            "What your encoder sends comes 3.2 s late: its line or its computer is too slow. "
            "Set a lower bitrate."
        ),
    ),
    (
        outlook(*sick(video_bps=1_000_000)),
        Ailment.BITRATE_FALLEN,
        (
            "Your encoder sends 1.13 Mbit/s where it sent 4.13 Mbit/s: look at its line, "
            "or set a bitrate that the line always bears."
        ),
    ),
    (
        outlook(*sick(video_bps=30_000_000), before=0),
        Ailment.BITRATE_HIGH,
        "Your encoder sends 30.1 Mbit/s, which few viewers can follow; set less than 20 Mbit/s.",
    ),
    (
        outlook(*sick(pictures=54, dropped=6)),
        Ailment.PICTURES_DROPPED,
        (
            "Your encoder drops 10% of its pictures: set a lower bitrate or frame rate, "
            "or a faster preset."
        ),
    ),
    (
        outlook(*sick(pictures=0)),
        Ailment.PICTURES_MISSING,
        "Your encoder sends no pictures: look at its source and at its video settings.",
    ),
    (
        outlook(*sick(frame_rate=15.0)),
        Ailment.FRAME_RATE_LOW,
        "Your encoder sends 15 pictures a second; set 25 or 30.",
    ),
    (
        outlook(*sick(is_reordered=True)),
        Ailment.REORDERED,
        "Your encoder uses B-frames, which cost time; set them to 0, or tune for zero latency.",
    ),
    (
        outlook(height=720, wanted_height=1080),
        Ailment.SIZE_OTHER,
        (
            "Your encoder sends 720 lines, and this stream is meant to have 1080; "
            "set its output to 1080p."
        ),
    ),
    (
        outlook(*sick(audio_bps=0)),
        Ailment.SOUND_MISSING,
        "Your encoder sends no sound: choose a microphone or another source in it.",
    ),
    (
        outlook(*sick(offset_ms=-2500)),
        Ailment.SOUND_APART,
        "The sound is 2.5 s after the pictures: restart the encoder, or set its audio delay to 0.",
    ),
    (
        outlook(*sick(offset_ms=1500)),
        Ailment.SOUND_APART,
        "The sound is 1.5 s before the pictures: restart the encoder, or set its audio delay to 0.",
    ),
    (
        outlook(level_db=-90.0),
        Ailment.SOUND_SILENT,
        "The sound is silent: unmute the microphone, or choose another one in the encoder.",
    ),
    (
        outlook(level_db=0.0),
        Ailment.SOUND_LOUD,
        "The sound is as loud as can be and may crackle: turn the microphone down.",
    ),
]


@pytest.mark.parametrize(("judged", "ailment", "sentence"), CASES)
def test_each_ailment_is_named_with_its_cure(judged: Outlook, ailment: Ailment, sentence: str):
    assert find_complaints(judged) == [Complaint(ailment, sentence)]


def test_every_ailment_has_a_case():
    assert {ailment for _, ailment, _ in CASES} == set(Ailment)


def test_sound_alone_has_no_pictures_to_complain_of():
    alone = sick(pictures=0, video_bps=0, frame_rate=None, keyframe_s=None, offset_ms=None)
    assert find_complaints(outlook(*alone, before=0, has_pictures=False)) == []


def test_one_late_reading_is_no_complaint():
    assert find_complaints(outlook(*sick(1, late_ms=5000))) == []


def test_the_grave_comes_first():
    found = find_complaints(outlook(*sick(is_reordered=True, audio_bps=0, keyframe_s=8.0)))
    assert [one.ailment for one in found] == [
        *(Ailment.KEYFRAMES_RARE, Ailment.SOUND_MISSING, Ailment.REORDERED),
    ]
    assert [one.is_grave for one in found] == [True, True, False]


NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
GRAVE = Complaint(Ailment.SOUND_MISSING, "No sound.")
OTHER = Complaint(Ailment.KEYFRAMES_RARE, "Rare.")
ADVICE = Complaint(Ailment.REORDERED, "Reordered.")


def test_what_lasts_is_shown_until_it_has_been_away_for_a_while():
    watch = Watch()
    assert watch.see([GRAVE], NOW) == []
    assert watch.see([ADVICE, GRAVE], NOW + RAISED_AFTER) == [GRAVE]
    later = NOW + RAISED_AFTER + RAISED_AFTER
    assert watch.see([], later) == [GRAVE, ADVICE]
    assert watch.see([], NOW + RAISED_AFTER + LOWERED_AFTER) == []


def test_the_grave_is_told_once_and_its_end_after_a_minute():
    watch = Watch()
    assert watch.tell([ADVICE], NOW) is None
    assert watch.tell([GRAVE], NOW) is News.UNWELL
    assert watch.tell([GRAVE], NOW + TOLD_EVERY) is None
    over = NOW + TOLD_EVERY
    assert watch.tell([], over + WELL_AFTER - timedelta(seconds=1)) is None
    assert watch.tell([], over + WELL_AFTER) is News.WELL
    assert watch.tell([], over + 2 * WELL_AFTER) is None


def test_nobody_is_told_of_something_else_within_five_minutes():
    watch = Watch()
    assert watch.tell([GRAVE], NOW) is News.UNWELL
    soon = NOW + TOLD_EVERY - timedelta(seconds=1)
    assert watch.tell([GRAVE, OTHER], soon) is None
    assert watch.tell([GRAVE, OTHER], NOW + TOLD_EVERY) is News.UNWELL
    # Well and unwell again within the time: nobody is told twice.
    well = NOW + TOLD_EVERY + WELL_AFTER
    assert watch.tell([], well) is News.WELL
    assert watch.tell([GRAVE], well) is None
    assert watch.tell([GRAVE], NOW + 2 * TOLD_EVERY) is News.UNWELL


# --- times ----------------------------------------------------------------------------------------

BERLIN = "Europe/Berlin"
HOUR = timedelta(hours=1)


def sunday(**change: Any) -> Slot:
    slot = Slot(datetime(2026, 3, 22, 10), BERLIN, 60, is_weekly=True)  # noqa: DTZ001 - local
    return replace(slot, **change)


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "starts_at"),
    [
        (at(2026, 3, 1), at(2026, 3, 22, 9)),
        (at(2026, 3, 22, 9, 59), at(2026, 3, 22, 9)),
        # Summer time begins on the 29th of March, and ends on the 25th of October.
        (at(2026, 3, 22, 10), at(2026, 3, 29, 8)),
        (at(2026, 10, 18, 9), at(2026, 10, 25, 9)),
        (at(2036, 7, 16), at(2036, 7, 20, 8)),
    ],
)
def test_a_week_keeps_the_time_on_the_wall(now: datetime, starts_at: datetime):
    assert next_showing([sunday()], now) == Showing(starts_at, starts_at + HOUR)


def test_what_happens_once_is_over_after_it():
    once = sunday(is_weekly=False)
    assert next_showing([once], at(2026, 3, 22, 9, 30)) == Showing(
        at(2026, 3, 22, 9), at(2026, 3, 22, 10)
    )
    assert next_showing([once], at(2026, 3, 22, 10)) is None
    assert next_showing([], at(2026, 3, 22, 10)) is None


def test_of_several_times_the_next_counts():
    evening = sunday(begins=datetime(2026, 3, 18, 19))  # noqa: DTZ001 - local
    assert next_showing([sunday(), evening], at(2026, 3, 23)) == Showing(
        at(2026, 3, 25, 18), at(2026, 3, 25, 19)
    )


def test_an_hour_that_is_left_out_or_comes_twice_has_an_instant():
    gap = sunday(begins=datetime(2026, 3, 29, 2, 30), is_weekly=False)  # noqa: DTZ001 - local
    found = next_showing([gap], at(2026, 3, 1))
    assert found is not None
    assert found.starts_at == at(2026, 3, 29, 1, 30)
    twice = sunday(begins=datetime(2026, 10, 25, 2, 30), is_weekly=False)  # noqa: DTZ001 - local
    found = next_showing([twice], at(2026, 3, 1))
    assert found is not None
    assert found.starts_at == at(2026, 10, 25, 0, 30)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 - local
    st.sampled_from([BERLIN, "America/New_York", "Pacific/Chatham", "UTC", "Asia/Kathmandu"]),
    st.integers(1, 1440),
)
def test_the_next_time_is_the_first_that_is_not_over(now: datetime, zone: str, minutes: int):
    instant = now.replace(tzinfo=UTC)
    slot = Slot(datetime(2026, 1, 5, 20), zone, minutes, is_weekly=True)  # noqa: DTZ001 - local
    found = next_showing([slot], instant)
    assert found is not None
    assert found.ends_at > instant
    local = found.starts_at.astimezone(ZoneInfo(zone))
    assert (local.weekday(), local.hour, local.minute) == (0, 20, 0)
    a_week_before = found.ends_at - timedelta(days=7, hours=-1)
    assert a_week_before <= instant + 2 * HOUR or found.starts_at == slot.begins.replace(
        tzinfo=ZoneInfo(zone)
    )


@pytest.mark.parametrize(
    ("name", "is_there"),
    [(BERLIN, True), ("UTC", True), ("Europe/Atlantis", False), ("../x", False), ("", False)],
)
def test_zones_are_those_of_the_world(name: str, is_there: bool):
    assert is_zone(name) is is_there


# --- who watches ----------------------------------------------------------------------------------


def test_devices_are_counted_and_not_what_they_ask():
    audience, one, two = Audience(), uuid4(), uuid4()
    for device, broadcast, now_s in (("a", one, 0.0), ("a", one, 1.0), ("b", one, 1.0)):
        audience.enter(broadcast, device, now_s)
        audience.leave(broadcast, device, now_s)
    assert (audience.count(one, 1.0), audience.count(two, 1.0)) == (2, 0)
    assert audience.counts(1.0) == {one: 2}
    assert audience.counts(1.0 + THERE_FOR_S) == {}


def test_who_waits_is_there_however_long():
    audience, one = Audience(), uuid4()
    audience.enter(one, "a", 0.0)
    assert audience.counts(100.0) == {one: 1}
    audience.leave(one, "a", 100.0)
    assert audience.count(one, 100.0) == 1
    assert audience.count(one, 100.0 + THERE_FOR_S) == 0


GOLD, SILVER = uuid4(), uuid4()


@pytest.mark.parametrize(
    ("access", "own", "is_staff", "verdict"),
    [
        (Access.EVERYBODY, None, False, Verdict.ALLOWED),
        (Access.PLANS, GOLD, False, Verdict.ALLOWED),
        (Access.PLANS, SILVER, False, Verdict.PLAN_NEEDED),
        (Access.PLANS, None, False, Verdict.PLAN_NEEDED),
        (Access.PLANS, None, True, Verdict.ALLOWED),
        (Access.STAFF, GOLD, False, Verdict.HIDDEN),
        (Access.STAFF, None, True, Verdict.ALLOWED),
    ],
)
def test_a_stream_is_for_whom_it_says(
    access: Access, own: UUID | None, is_staff: bool, verdict: Verdict
):
    assert judge(access, [GOLD], own, is_staff=is_staff) is verdict


@pytest.mark.parametrize(
    ("regions", "region", "is_covered"),
    [
        ((), None, True),
        ((), "FR", True),
        (("AT",), "AT", True),
        (("AT",), "FR", False),
        (("AT",), None, False),
    ],
)
def test_a_plan_covers_the_regions_that_it_names(
    regions: tuple[str, ...], region: str | None, *, is_covered: bool
):
    assert is_region_covered(regions, region) is is_covered
