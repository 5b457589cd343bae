"""The parts of a package: how far they are, how much work, and what was decoded of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from streamverse.domains.media.models import PartRow
from streamverse.domains.media.rules.checks import Decoded, join_decoded, store_decoded
from streamverse.domains.media.rules.effort import SOUND, efforts, encode_progress
from streamverse.domains.media.rules.packages import (
    Recipe,
    RungGroup,
    SoundTrack,
    decoded_tracks,
    playable_segments,
    reference_track,
    shown_tracks,
    whole_tracks,
)
from streamverse.domains.media.rules.states import PartKind
from streamverse.mediakit.checks import Loudness, Sound
from streamverse.mediakit.frames import FrameRate
from streamverse.mediakit.ladder import CodecFamily, LadderPolicy, choose_rungs
from streamverse.mediakit.sound import SoundKind

NOW = datetime(2030, 1, 1, tzinfo=UTC)
FIRST = UUID(int=1)


def part(
    number: int,
    kind: PartKind,
    first: int,
    count: int,
    *,
    done: int = 0,
    group: str,
    track: str | None = None,
    is_finished: bool = False,
) -> PartRow:
    return PartRow(
        package_id=FIRST,
        number=number,
        kind=kind,
        group=group,
        track_name=track,
        first_segment=first,
        segment_count=count,
        next_segment=first + done,
        finished_at=NOW if is_finished else None,
    )


def pictures(
    number: int, first: int, count: int, done: int, group: RungGroup = RungGroup.H264
) -> PartRow:
    is_finished = done == count
    return part(
        number, PartKind.VIDEO, first, count, done=done, group=group, is_finished=is_finished
    )


def preview(number: int, first: int, count: int, done: int) -> PartRow:
    return pictures(number, first, count, done, RungGroup.PREVIEW)


def sound(number: int, track: str, done: int, *, is_finished: bool = False) -> PartRow:
    kind = SoundKind.SURROUND if track.endswith("-surround") else SoundKind.STEREO
    return part(
        *(number, PartKind.AUDIO, 0, 60),
        done=done,
        group=kind,
        track=track,
        is_finished=is_finished,
    )


@pytest.mark.parametrize(
    ("parts", "count"),
    [
        ([], 0),
        ([pictures(0, 0, 31, 0)], 0),
        ([pictures(0, 0, 31, 5)], 5),
        # A later run may be ahead of an earlier one that is not finished.
        ([pictures(0, 0, 31, 5), pictures(1, 31, 29, 20)], 5),
        ([pictures(1, 31, 29, 20), pictures(0, 0, 31, 31)], 51),
        # Sound that is still made holds the pictures up; sound that is whole does not.
        ([sound(0, "a0", 2), pictures(1, 0, 31, 5)], 2),
        ([sound(0, "a0", 2, is_finished=True), pictures(1, 0, 31, 5)], 5),
        ([sound(0, "a0", 9), sound(1, "a1", 3), pictures(2, 0, 31, 5)], 3),
        # Without pictures, the first track of sound is what the rest is measured by.
        ([sound(0, "a0", 9)], 9),
        ([sound(0, "a0", 9, is_finished=True), sound(1, "a1", 3)], 3),
        ([sound(0, "a0", 3, is_finished=True), sound(1, "a1", 9)], 3),
        # Playing waits for the first group and for stereo, and for nothing else.
        ([preview(0, 0, 31, 9), pictures(1, 0, 31, 2)], 9),
        ([pictures(1, 0, 31, 31), preview(0, 0, 31, 9)], 9),
        ([sound(0, "a0", 9), sound(1, "a0-surround", 1), preview(2, 0, 31, 7)], 7),
    ],
)
def test_how_many_segments_can_be_played(parts: Sequence[PartRow], count: int):
    assert playable_segments(parts) == count


EVERY = LadderPolicy(tuple(CodecFamily))
RATE = FrameRate(25)
RECIPE = Recipe(
    frame_rate="25/1",
    total_frames=3000,
    groups={
        RungGroup.PREVIEW: choose_rungs(640, 360, RATE),
        RungGroup.H264: choose_rungs(1280, 720, RATE)[:2],
        RungGroup.AV1: choose_rungs(640, 360, RATE, EVERY)[2:],
    },
    sounds=(
        SoundTrack("a0", 0, SoundKind.STEREO, is_default=True),
        SoundTrack("a1", 1, SoundKind.STEREO),
        SoundTrack("a0-surround", 0, SoundKind.SURROUND),
    ),
)


@pytest.mark.parametrize(
    ("parts", "whole", "shown"),
    [
        (
            [sound(0, "a0", 2, is_finished=True), sound(1, "a1", 60), preview(2, 0, 31, 5)],
            {"a0"},
            {"a0", "a1", "v360"},
        ),
        # A group is whole when every run of it is.
        (
            [preview(0, 0, 31, 31), preview(1, 31, 29, 3), pictures(2, 0, 60, 9)],
            set[str](),
            {"v360"},
        ),
        (
            [preview(0, 0, 31, 5), pictures(1, 0, 31, 31), pictures(2, 31, 29, 29)],
            {"v720", "v480"},
            {"v360", "v720", "v480"},
        ),
        (
            [sound(0, "a0", 9), sound(1, "a0-surround", 5), pictures(2, 0, 60, 9)],
            set[str](),
            {"a0", "v720", "v480"},
        ),
        (
            [
                sound(0, "a0-surround", 5, is_finished=True),
                *(preview(1, 0, 60, 60), pictures(2, 0, 60, 9, RungGroup.AV1)),
            ],
            {"a0-surround", "v360"},
            {"a0-surround", "v360"},
        ),
    ],
)
def test_tracks_that_are_whole_and_those_that_are_shown(
    parts: Sequence[PartRow], whole: set[str], shown: set[str]
):
    assert whole_tracks(RECIPE, parts) == whole
    assert shown_tracks(RECIPE, parts) == shown


def test_a_package_is_measured_by_what_plays_first():
    assert reference_track(RECIPE) == "v360"
    assert reference_track(replace(RECIPE, groups={})) == "a0"
    assert reference_track(replace(RECIPE, groups={}, sounds=())) is None


@pytest.mark.parametrize(
    ("parts", "progress"),
    [
        ([], 1.0),
        ([sound(0, "a0", 0), pictures(1, 0, 60, 0)], 0.0),
        ([sound(0, "a0", 60, is_finished=True), pictures(1, 0, 60, 0)], 1 / 61),
        ([sound(0, "a0", 60, is_finished=True), pictures(1, 0, 60, 30)], 31 / 61),
        # Sound may end early, or outlast the pictures: either is done when it is done.
        ([sound(0, "a0", 2, is_finished=True), pictures(1, 0, 60, 60)], 1.0),
        ([sound(0, "a0", 70), pictures(1, 0, 60, 60)], 1.0),
        ([preview(0, 0, 60, 60), pictures(1, 0, 60, 0)], 12 / 72),
    ],
)
def test_progress(parts: Sequence[PartRow], progress: float):
    effort = {"preview": 12.0, "h264": 60.0, "stereo": 1.0}
    assert encode_progress(parts, effort) == pytest.approx(progress)


def test_the_effort_of_a_part_goes_by_what_there_is_to_encode():
    opened = 0.2 * 1280 * 720
    larger = sum(rung.width * rung.height for rung in RECIPE.groups[RungGroup.H264])
    assert efforts(RECIPE) == {
        SoundKind.STEREO: SOUND,
        SoundKind.SURROUND: SOUND,
        RungGroup.PREVIEW: pytest.approx(25 * (opened + 640 * 360)),
        RungGroup.H264: pytest.approx(25 * (opened + larger)),
        RungGroup.AV1: pytest.approx(25 * (opened + 1.75 * 640 * 360)),
    }


def test_what_is_awaited_is_some_times_what_was_made_before():
    recipe = replace(RECIPE, groups={RungGroup.PREVIEW: RECIPE.groups[RungGroup.PREVIEW]})
    effort = efforts(replace(recipe, awaits_groups=True))
    assert effort[RungGroup.H264] == 5 * effort[RungGroup.PREVIEW]


def test_the_smallest_of_each_codec_is_decoded_whole():
    [largest, *_] = RECIPE.groups[RungGroup.H264]
    names = [rung.track_name for rung in RECIPE.groups[RungGroup.H264]]
    assert largest.track_name == names[0]
    assert decoded_tracks(RECIPE, RungGroup.PREVIEW, is_full=False) == ("v360",)
    assert decoded_tracks(RECIPE, RungGroup.H264, is_full=False) == ()
    assert decoded_tracks(RECIPE, RungGroup.H264, is_full=True) == tuple(names)
    assert decoded_tracks(RECIPE, RungGroup.AV1, is_full=False) == ("v360-av1",)


def test_what_was_decoded_part_by_part_is_put_together():
    heard = Sound(60.0, Loudness(-20.0, 5.0, -1.0))
    parts = [
        sound(0, "a0", 60, is_finished=True),
        sound(1, "a1", 60, is_finished=True),
        preview(2, 0, 30, 30),
        preview(3, 30, 30, 30),
        pictures(4, 0, 30, 30),
        pictures(5, 30, 30, 30),
    ]
    for place, decoded in (
        (0, Decoded(track="a0", sound=heard)),
        (2, Decoded(track="v360", frame_count=700)),
        (3, Decoded(track="v360", frame_count=750)),
        # Half of it was made by a worker that did not look.
        (4, Decoded(track="v720", frame_count=750)),
    ):
        parts[place].decoded = store_decoded([decoded])
    assert join_decoded(parts) == {
        "a0": Decoded(track="a0", sound=heard),
        "v360": Decoded(track="v360", frame_count=1450),
    }


def test_measured_rungs_take_the_place_of_fixed_ones():
    rungs = choose_rungs(640, 360, RATE)
    changed = RECIPE.with_rungs(RungGroup.H264, rungs)
    assert changed.groups == {**RECIPE.groups, RungGroup.H264: rungs}
    assert RECIPE.with_rungs(RungGroup.AV1, ()).ordered_groups == (
        *(RungGroup.PREVIEW, RungGroup.H264),
    )
