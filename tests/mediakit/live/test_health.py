"""A publisher measured by the samples alone."""

from __future__ import annotations

from dataclasses import dataclass, field

from streamverse.mediakit.ingest.samples import CLOCK_HZ, Sample
from streamverse.mediakit.live.health import HealthMeter, Reading

FRAME, SOUND = CLOCK_HZ // 30, 1920
PAYLOAD = bytes(1000)


@dataclass
class Line:
    """Brings samples at the speed of life, as many seconds late as it is told."""

    meter: HealthMeter = field(default_factory=lambda: HealthMeter(0.0))
    picture: int = 0
    now_s: float = 0.0

    def bring(
        self,
        pictures: int,
        *,
        gop: int = 60,
        lost: frozenset[int] = frozenset(),
        late_s: float = 0.0,
        reordered: int = 0,
        shift: int = 0,
    ) -> None:
        """Bring pictures of 30 a second, but those that are lost."""
        for number in range(self.picture, self.picture + pictures):
            if number not in lost:
                ticks = number * FRAME
                self.now_s = ticks / CLOCK_HZ + late_s
                at = ticks + shift
                is_key = number % gop == 0
                sample = Sample("video", at, at + reordered, is_key, PAYLOAD)
                self.meter.take(sample, self.now_s)
        self.picture += pictures

    def sound(self, at_ticks: int) -> None:
        """Bring a frame of sound."""
        sample = Sample("audio", at_ticks, at_ticks, is_keyframe=True, payload=bytes(100))
        self.meter.take(sample, self.now_s)

    def read(self, after_s: float) -> Reading:
        """Read what came."""
        return self.meter.read(after_s)


def test_pictures_are_counted_with_their_bits_and_their_rate():
    line = Line()
    line.bring(60)
    line.sound(59 * FRAME)
    assert line.read(2.0) == Reading(
        seconds=2.0,
        video_bps=240_000,
        audio_bps=400,
        pictures=60,
        dropped=0,
        frame_rate=30.0,
        keyframe_s=None,
        late_ms=0,
        offset_ms=0,
        is_reordered=False,
    )
    empty = line.read(4.0)
    assert (empty.pictures, empty.video_bps, empty.late_ms, empty.offset_ms) == (0, 0, None, None)


def test_times_in_whole_milliseconds_do_not_change_the_rate():
    meter = HealthMeter(0.0)
    for number in range(60):
        ticks = round(number * 1000 / 30) * 90
        meter.take(Sample("video", ticks, ticks, number == 0, PAYLOAD), ticks / CLOCK_HZ)
    assert meter.read(2.0).frame_rate == 30.0


def test_keyframes_are_as_far_apart_as_they_were_or_as_one_is_missed():
    line = Line()
    line.bring(61, gop=60)
    assert line.read(2.0).keyframe_s == 2.0
    line.bring(200, gop=1000)
    assert line.read(8.7).keyframe_s == 6.67
    alone = Line()
    alone.bring(140, gop=1000)
    assert alone.read(4.7).keyframe_s is None
    alone.bring(60, gop=1000)
    assert alone.read(6.7).keyframe_s == 6.63


def test_lost_pictures_are_gaps_in_their_times():
    line = Line()
    line.bring(30)
    line.bring(30, lost=frozenset({40, 41, 50}))
    reading = line.read(2.0)
    assert (reading.pictures, reading.dropped, reading.frame_rate) == (57, 3, 30.0)


def test_pictures_are_late_against_the_most_punctual_one():
    line = Line()
    line.bring(30, late_s=0.25)
    assert line.read(1.0).late_ms == 0
    line.bring(30, late_s=2.0)
    assert line.read(2.0).late_ms == 1750
    line.bring(30, late_s=0.25)
    assert line.read(3.0).late_ms == 0


def test_a_jump_of_the_publishers_clock_is_no_lateness_and_no_gap():
    line = Line()
    line.bring(60)
    line.bring(60, shift=1000 * CLOCK_HZ)
    reading = line.read(4.0)
    assert (reading.dropped, reading.late_ms, reading.keyframe_s) == (0, 0, None)
    line.bring(60, shift=-1000 * CLOCK_HZ)
    assert line.read(6.0).late_ms == 0


def test_sound_and_pictures_that_are_apart_are_told():
    line = Line()
    line.bring(30)
    line.sound(29 * FRAME - CLOCK_HZ)
    assert line.read(1.0).offset_ms == -1000


def test_sound_alone_is_late_by_itself():
    meter = HealthMeter(0.0)
    for number, late_s in enumerate((0.0, 0.0, 1.5)):
        ticks = number * SOUND
        sample = Sample("audio", ticks, ticks, is_keyframe=True, payload=b"x")
        meter.take(sample, ticks / CLOCK_HZ + late_s)
    reading = meter.read(1.0)
    assert (reading.late_ms, reading.frame_rate, reading.keyframe_s) == (1500, None, None)


def test_reordered_pictures_are_told():
    line = Line()
    line.bring(5, reordered=FRAME)
    assert line.read(1.0).is_reordered
