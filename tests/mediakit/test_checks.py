"""What the checks say of an index, of decoded pictures and of sound."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamverse.mediakit import checks
from streamverse.mediakit.checks import Loudness, OutputBroken
from streamverse.mediakit.containers import MP4, WAV
from streamverse.mediakit.ffmpeg import ToolFailed, Tools
from streamverse.mediakit.frames import FrameRate
from streamverse.mediakit.timeline import Package, Segment, Track, TrackKind
from tests.factories.media import MediaFactory

SECOND_TICKS = 15_360


def track(name: str, *seconds: float, kind: TrackKind = TrackKind.VIDEO) -> Track:
    timescale = SECOND_TICKS if kind is TrackKind.VIDEO else 48_000
    return Track(
        name=name,
        kind=kind,
        codec="avc1.64001e",
        timescale=timescale,
        target_bitrate_bps=1,
        frame_rate=FrameRate(30),
        segments=tuple(
            Segment(number, round(length * timescale), 100) for number, length in enumerate(seconds)
        ),
    )


def package(*tracks: Track) -> Package:
    return Package("p", tracks, is_complete=False)


# --- the index ------------------------------------------------------------------------------------


def test_a_hole_is_found() -> None:
    whole = track("v360", 2, 2, 4)
    assert checks.find_hole(package(whole)) is None
    holey = replace(whole, segments=(whole.segments[0], whole.segments[2]))
    assert checks.find_hole(package(whole, replace(holey, name="v480"))) == (
        "The track v480 has a hole"
    )
    assert checks.find_hole(package(replace(whole, segments=()))) == "The track v360 has a hole"


@pytest.mark.parametrize(
    ("expected_s", "problem"),
    [
        ("8", None),
        ("8.57", None),
        ("7.43", None),
        ("8.6", "The track v360 lasts 8.0 s, not 8.6 s"),
        ("7", "The track v360 lasts 8.0 s, not 7.0 s"),
    ],
)
def test_a_wrong_length_is_found(expected_s: str, problem: str | None) -> None:
    assert checks.find_wrong_length(track("v360", 2, 2, 4), Fraction(expected_s)) == problem


def test_segments_begin_together() -> None:
    sound = track("a0", 1.98, 2.01, 4, kind=TrackKind.AUDIO)
    assert checks.find_misalignment(package(track("v720", 2, 2, 4), sound)) is None
    late = track("v360", 2, 2.04, 3.96)
    assert checks.find_misalignment(package(track("v720", 2, 2, 4), late, sound)) == (
        "Segment 2 of the track v360 begins at 4.040 s, and in the others at 4.000 s"
    )
    early = track("a0", 2, 1.9, 4, kind=TrackKind.AUDIO)
    assert checks.find_misalignment(package(track("v720", 2, 2, 4), early)) == (
        "Segment 2 of the track a0 begins at 3.900 s, and in the others at 4.000 s"
    )


def test_sound_that_ends_early_or_late_is_no_misalignment() -> None:
    for lengths in ((2,), (2, 2, 5)):
        sound = track("a0", *lengths, kind=TrackKind.AUDIO)
        assert checks.find_misalignment(package(track("v720", 2, 2, 4), sound)) is None


@given(st.integers(1, 2000))
def test_samples_are_few_spread_and_real(count: int) -> None:
    chosen = checks.choose_samples(package(track("v", *([4] * count))))

    assert 1 <= len(chosen) <= checks.MOST_SAMPLES
    assert len(chosen) <= max(1, math.ceil(count * checks.SAMPLED_SHARE))
    assert chosen == sorted(set(chosen))
    assert 0 <= chosen[0] <= chosen[-1] < count


def test_all_are_chosen_where_all_are_wanted() -> None:
    assert checks.choose_samples(package(track("v", 4, 4, 4)), is_full=True) == [0, 1, 2]


@pytest.mark.parametrize("segment", [b"", b"\0\0\0\x08free", b"\0\0\0\x10moof\0\0\0\x08traf", b"x"])
def test_a_segment_without_a_time_is_broken(segment: bytes) -> None:
    with pytest.raises(OutputBroken, match="does not say when it is shown"):
        checks.decode_time_ticks(segment)


# --- pictures -------------------------------------------------------------------------------------


def test_pictures_are_compared_by_what_they_show() -> None:
    dice = random.Random(7)
    scene = bytes(dice.randrange(40, 200) for _ in range(2000))
    brighter = bytes(min(255, value * 5 // 4 + 3) for value in scene)
    noisy = bytes(value + dice.randrange(-6, 7) for value in scene)
    other = bytes(dice.randrange(40, 200) for _ in range(2000))
    black, nearly_black = bytes(2000), bytes(dice.randrange(3) for _ in range(2000))

    assert checks.likeness(scene, scene) == pytest.approx(1)
    assert checks.likeness(scene, brighter) > 0.98
    assert checks.likeness(scene, noisy) > 0.95
    assert checks.likeness(scene, other) < 0.2
    assert checks.likeness(scene, scene[64:] + scene[:64]) < 0.2
    assert checks.likeness(scene, black) == checks.likeness(black, scene) == 0
    assert checks.likeness(black, nearly_black) == checks.likeness(black, black) == 1
    assert checks.likeness(scene, scene[:-1]) == checks.likeness(b"", b"") == 0


async def test_every_picture_is_counted(media: MediaFactory, tools: Tools) -> None:
    small = await checks.decode_pictures(media.make("silent"), tools)
    assert (small.frame_count, len(small.thumbnails)) == (180, 180 * 32 * 18)
    counted = await checks.decode_pictures(media.make("silent"), tools, has_thumbnails=False)
    assert counted == checks.Pictures(180, b"")


async def test_damaged_pictures_are_not_decoded(media: MediaFactory, tools: Tools) -> None:
    with pytest.raises(OutputBroken, match="It cannot be decoded"):
        await checks.decode_pictures(media.make("damaged"), tools)


# --- sound ----------------------------------------------------------------------------------------


async def test_sound_is_decoded_and_its_loudness_measured(
    media: MediaFactory, tools: Tools, tmp_path: Path
) -> None:
    tone = tmp_path / "tone.mp4"
    # A stereo sine of 997 Hz at -20 dBFS is -20 LUFS by the definition of the unit.
    source = "aevalsrc=exprs=0.1*sin(2*PI*997*t)|0.1*sin(2*PI*997*t):s=48000:d=5"
    media.lavfi(tone, source, options=("-c:a", "aac", "-b:a", "192k"))
    sound = await checks.decode_sound(tone, tools)

    assert sound.duration_s == pytest.approx(5, abs=0.05)
    assert sound.loudness is not None
    assert sound.loudness.integrated_lufs == pytest.approx(-20, abs=0.3)
    assert sound.loudness.peak_dbfs == pytest.approx(-20, abs=0.5)


async def test_silence_has_no_loudness(media: MediaFactory, tools: Tools, tmp_path: Path) -> None:
    silence = tmp_path / "silence.wav"
    media.lavfi(silence, "anullsrc=r=48000:cl=stereo:d=2", options=())
    found = await checks.measure_loudness(silence, WAV.demuxer, 0, tools)

    assert found.integrated_lufs == checks.SILENCE_LUFS
    assert checks.gain_db(found) == 0
    assert checks.gain_filters(0) == []


async def test_a_gain_brings_a_source_to_the_target(
    media: MediaFactory, tools: Tools, tmp_path: Path
) -> None:
    quiet, louder = tmp_path / "quiet.wav", tmp_path / "louder.wav"
    media.lavfi(quiet, "aevalsrc=exprs=0.05*sin(2*PI*997*t):s=48000:d=5", options=())
    before = await checks.measure_loudness(quiet, WAV.demuxer, 0, tools)
    gain = checks.gain_db(before)
    media.write(louder, "-i", str(quiet), "-af", ",".join(checks.gain_filters(gain)))
    after = await checks.measure_loudness(louder, WAV.demuxer, 0, tools)

    assert after.integrated_lufs == pytest.approx(checks.TARGET_LOUDNESS_LUFS, abs=0.2)


async def test_loudness_of_what_cannot_be_read_is_a_failure(
    media: MediaFactory, tools: Tools
) -> None:
    with pytest.raises(ToolFailed):
        await checks.measure_loudness(media.make("silent"), MP4.demuxer, 7, tools)


@pytest.mark.parametrize(
    ("integrated", "peak", "gain"),
    [
        (-23.0, -20.0, 7.0),
        (-16.0, -3.0, 0.0),
        (-9.0, 0.0, -7.0),
        (-23.0, -4.0, 3.0),  # its peaks leave no room for more
        (-23.0, 0.5, 0.0),
        (checks.SILENCE_LUFS, -math.inf, 0.0),
    ],
)
def test_a_gain_never_makes_peaks_clip(integrated: float, peak: float, gain: float) -> None:
    assert checks.gain_db(Loudness(integrated, 5.0, peak)) == gain


def test_a_gain_is_a_filter() -> None:
    assert checks.gain_filters(-7.0) == ["volume=-7.0dB"]


@pytest.mark.parametrize("lines", [(), ("I: -70.0 LUFS",), ("I: nan LUFS",), ("I: -inf LUFS",)])
def test_nothing_is_read_of_silence(lines: tuple[str, ...]) -> None:
    assert checks.read_loudness(lines) is None
