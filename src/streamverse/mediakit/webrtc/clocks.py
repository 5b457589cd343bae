"""The times of several media of one sender, brought to one clock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from streamverse.mediakit.ingest.samples import CLOCK_HZ
from streamverse.mediakit.webrtc.rtcp import SenderReport
from streamverse.mediakit.webrtc.rtp import Unwrapper

# Reports that say less than this of a shift are not worth a jump.
TOLERANCE_TICKS: Final = CLOCK_HZ // 50
NTP_FRACTION: Final = 1 << 32


class SourceClock:
    """The times of one medium on the clock of all of them."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._times = Unwrapper(32)
        self._shift: int | None = None
        # Where on our clock the sender's wall clock began.
        self._origin: int | None = None

    def place(self, timestamp: int, now_s: float) -> int:
        """Give a time on our clock, which the first packet of each medium begins."""
        ticks = self._ticks_of(timestamp)
        if self._shift is None:
            self._shift = int(now_s * CLOCK_HZ) - ticks
        return ticks + self._shift

    def _ticks_of(self, timestamp: int) -> int:
        """Give a time on the sender's clock, in ticks."""
        return self._times.unwrap(timestamp) * CLOCK_HZ // self._rate_hz

    def take_report(self, said: SenderReport, clocks: Mapping[str, SourceClock]) -> None:
        """Bring sound to where pictures are, now that it is known what was at the same time."""
        if self._shift is None:
            return
        wall_ticks = said.ntp * CLOCK_HZ // NTP_FRACTION
        self._origin = self._ticks_of(said.timestamp) - wall_ticks + self._shift
        video, audio = clocks.get("video"), clocks.get("audio")
        if video is not None and audio is not None:
            audio.follow(video)

    def follow(self, leading: SourceClock) -> None:
        """Move to where the leading medium is, once both know their sender's wall clock."""
        if leading._origin is None or self._origin is None or self._shift is None:
            return
        late = self._origin - leading._origin
        if abs(late) > TOLERANCE_TICKS:
            self._shift -= late
            self._origin -= late
