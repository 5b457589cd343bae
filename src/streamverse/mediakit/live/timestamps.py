"""The times of a live stream made steady: they never run backward and never jump."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from streamverse.mediakit.ingest.samples import CLOCK_HZ, Kind, Sample

# A longer step is a jump of the publisher's clock, or a silence that nobody wants to watch.
LONGEST_STEP_TICKS: Final = 10 * CLOCK_HZ
# Pictures and sound of one moment come no farther apart than this.
LONGEST_APART_TICKS: Final = 2 * CLOCK_HZ
# A shorter step back is a publisher that counts badly, and its next sample is right again.
SHORTEST_JUMP_BACK_TICKS: Final = CLOCK_HZ
LONGEST_REORDERING_TICKS: Final = 2 * CLOCK_HZ
# After a jump, pictures and sound go on so much later than the last of either.
PAUSE_TICKS: Final = CLOCK_HZ // 30


class SteadyClock:
    """Moves what a publisher says onto one timeline, pictures and sound by the same amount.

    Each kind keeps the shift that it has until its times jump. Then it takes the shift to which
    the other kind has jumped, or else a new one, so that the two stay together whichever is first.
    """

    def __init__(self, start_ticks: int = 0) -> None:
        self._start_ticks = self._end_ticks = start_ticks
        self._newest_shift: int | None = None
        self._shifts: dict[Kind, int] = {}
        self._last_ticks: dict[Kind, int] = {}

    @property
    def end_ticks(self) -> int:
        """Where a timeline that goes on from here begins."""
        return self._end_ticks

    def steady(self, sample: Sample) -> Sample:
        """Give a sample its place: later than all of its kind before it."""
        kind, reordering = sample.kind, sample.present_ticks - sample.decode_ticks
        decode_ticks = sample.decode_ticks + self._shift(kind, sample.decode_ticks)
        decode_ticks = max(decode_ticks, self._last(kind) + 1)
        self._last_ticks[kind] = decode_ticks
        self._end_ticks = max(self._end_ticks, decode_ticks + PAUSE_TICKS)
        reordering = min(max(reordering, 0), LONGEST_REORDERING_TICKS)
        return replace(sample, decode_ticks=decode_ticks, present_ticks=decode_ticks + reordering)

    def _shift(self, kind: Kind, said_ticks: int) -> int:
        newest = self._newest_shift
        candidates = [shift for shift in (self._shifts.get(kind), newest) if shift is not None]
        for shift in candidates:
            place = said_ticks + shift
            if self._is_step(place - self._last(kind)) or self._is_beside(place, kind):
                break
        else:
            shift = self._newest_shift = self._end_ticks - said_ticks
        self._shifts[kind] = shift
        return shift

    def _last(self, kind: Kind) -> int:
        return self._last_ticks.get(kind, self._start_ticks - 1)

    def _is_beside(self, place_ticks: int, kind: Kind) -> bool:
        """Tell whether a kind that was missing comes back where the other one is by now."""
        is_later = place_ticks > self._last(kind)
        return is_later and abs(place_ticks - self._end_ticks) <= LONGEST_APART_TICKS

    @staticmethod
    def _is_step(step_ticks: int) -> bool:
        return -SHORTEST_JUMP_BACK_TICKS < step_ticks <= LONGEST_STEP_TICKS
