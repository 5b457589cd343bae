"""How a publisher is doing, measured from the samples as they arrive and from nothing else."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from statistics import median
from typing import Final

from streamverse.mediakit.ingest.samples import CLOCK_HZ, Kind, Sample

# So many steps between pictures say how long a usual one is: three seconds of 30 a second.
STEPS_KEPT: Final = 90
STEPS_NEEDED: Final = 10
# A step so much longer than a usual one has lost a picture.
GAP: Final = 1.5
# A longer step, or one back, is a jump of the publisher's clock.
LONGEST_STEP_TICKS: Final = 10 * CLOCK_HZ
# What is late is so against the most punctual picture of so many readings.
PUNCTUAL_OF: Final = 30


@dataclass(frozen=True, slots=True)
class Reading:
    """What came in since the reading before; None is what nobody can say yet.

    ``late_ms`` is how much later than the most punctual one the latest picture (or, without
    pictures, sound) came, ``offset_ms`` how far the sound that has come is ahead of the pictures.
    """

    seconds: float
    video_bps: int
    audio_bps: int
    pictures: int
    dropped: int
    frame_rate: float | None = None
    keyframe_s: float | None = None
    late_ms: int | None = None
    offset_ms: int | None = None
    is_reordered: bool = False


class HealthMeter:
    """Counts one publisher; ``now_s`` is a clock of ours that never jumps."""

    def __init__(self, now_s: float) -> None:
        self._since_s = now_s
        self._bytes: dict[Kind, int] = {"video": 0, "audio": 0}
        self._last_ticks: dict[Kind, int] = {}
        self._steps = deque[int](maxlen=STEPS_KEPT)
        self._pictures = self._dropped = 0
        self._keyframe_ticks: int | None = None
        self._keyframe_step: int | None = None
        self._is_reordered = False
        self._lags_s: list[float] = []
        self._punctual_s = deque[float](maxlen=PUNCTUAL_OF)

    def take(self, sample: Sample, now_s: float) -> None:
        """Count a sample that has just come."""
        kind, ticks = sample.kind, sample.decode_ticks
        self._bytes[kind] += len(sample.payload)
        before = self._last_ticks.get(kind)
        self._last_ticks[kind] = ticks
        step = ticks - before if before is not None else None
        is_jump = step is not None and not 0 <= step <= LONGEST_STEP_TICKS
        if is_jump or (kind == "video" and before is None):
            self._begin_anew()
            step = None
        if kind == "video":
            self._take_picture(sample, step)
        if kind == "video" or "video" not in self._last_ticks:
            self._lags_s.append(now_s - ticks / CLOCK_HZ)

    def _take_picture(self, sample: Sample, step: int | None) -> None:
        self._pictures += 1
        self._is_reordered = self._is_reordered or sample.present_ticks != sample.decode_ticks
        if step is not None:
            self._take_step(step)
        if sample.is_keyframe:
            if self._keyframe_ticks is not None:
                self._keyframe_step = sample.decode_ticks - self._keyframe_ticks
            self._keyframe_ticks = sample.decode_ticks

    def _take_step(self, step: int) -> None:
        if len(self._steps) >= STEPS_NEEDED:
            usual = median(self._steps)
            if step > GAP * usual > 0:
                self._dropped += round(step / usual) - 1
        self._steps.append(step)

    def _begin_anew(self) -> None:
        """Forget what is counted from times of before, or from sound that came before pictures."""
        self._keyframe_ticks = None
        self._lags_s.clear()
        self._punctual_s.clear()

    def read(self, now_s: float) -> Reading:
        """Say what came since the last time, and begin to count anew."""
        seconds = max(now_s - self._since_s, 0.001)
        reading = Reading(
            seconds=seconds,
            video_bps=round(8 * self._bytes["video"] / seconds),
            audio_bps=round(8 * self._bytes["audio"] / seconds),
            pictures=self._pictures,
            dropped=self._dropped,
            frame_rate=self._frame_rate(),
            keyframe_s=self._keyframe_s(),
            late_ms=self._late_ms(),
            offset_ms=self._offset_ms(),
            is_reordered=self._is_reordered,
        )
        self._since_s, self._pictures, self._dropped = now_s, 0, 0
        self._bytes = {"video": 0, "audio": 0}
        self._lags_s.clear()
        return reading

    def _frame_rate(self) -> float | None:
        """Count pictures by the usual step, as times of RTMP are whole milliseconds."""
        if len(self._steps) < STEPS_NEEDED:
            return None
        longest = GAP * median(self._steps)
        usual = [step for step in self._steps if 0 < step <= longest]
        return round(CLOCK_HZ * len(usual) / sum(usual), 1) if usual else None

    def _keyframe_s(self) -> float | None:
        """Give the last distance of keyframes, or how long there has been none if that is more."""
        if self._keyframe_ticks is None:
            return None
        since = self._last_ticks["video"] - self._keyframe_ticks
        longest = max(since, self._keyframe_step or 0)
        is_known = self._keyframe_step is not None or since > LONGEST_STEP_TICKS // 2
        return round(longest / CLOCK_HZ, 2) if is_known else None

    def _late_ms(self) -> int | None:
        if not self._lags_s:
            return None
        self._punctual_s.append(min(self._lags_s))
        return round(1000 * (max(self._lags_s) - min(self._punctual_s)))

    def _offset_ms(self) -> int | None:
        if not (self._bytes["video"] and self._bytes["audio"]):
            return None
        apart = self._last_ticks["audio"] - self._last_ticks["video"]
        return round(1000 * apart / CLOCK_HZ)
