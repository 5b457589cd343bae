"""What a source holds, found out from its first seconds."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

from streamverse.mediakit.ingest.elementary import Heard
from streamverse.mediakit.ingest.samples import CLOCK_HZ, AudioFormat, Sample, VideoFormat

# So many pictures say how many there are in a second.
PICTURES_NEEDED: Final = 20
# Sound that has not come with so much of the pictures does not come.
ALONE_TICKS: Final = 2 * CLOCK_HZ


@dataclass(slots=True)
class Holding:
    """What was found in a source."""

    video: VideoFormat | None = None
    audio: AudioFormat | None = None
    frame_rate: float | None = None
    bitrate_bps: int | None = None


class Trial:
    """Listens until it is known what a source holds."""

    def __init__(self) -> None:
        self.holding = Holding()
        self._shown: list[int] = []
        self._first: int | None = None
        self._last = 0
        self._size_bytes = 0

    def take(self, heard: Heard) -> bool:
        """Take what is heard, and tell whether it is enough."""
        if isinstance(heard, VideoFormat):
            self.holding.video = heard
        elif isinstance(heard, AudioFormat):
            self.holding.audio = heard
        else:
            self._take_sample(heard)
        lasts = 0 if self._first is None else self._last - self._first
        has_both = self.holding.audio is not None and len(self._shown) >= PICTURES_NEEDED
        return has_both or lasts >= ALONE_TICKS

    @property
    def has_media(self) -> bool:
        """Tell whether anything to play has come."""
        return self._first is not None

    def finish(self) -> Holding:
        """Say what was found."""
        shown, holding = sorted(self._shown), self.holding
        if len(shown) > 1 and shown[-1] > shown[0]:
            rate = CLOCK_HZ * (len(shown) - 1) / (shown[-1] - shown[0])
            holding.frame_rate = round(rate, 2)
        lasts = 0 if self._first is None else self._last - self._first
        if lasts > 0:
            holding.bitrate_bps = round(8 * self._size_bytes * CLOCK_HZ / lasts)
        return holding

    def _take_sample(self, sample: Sample) -> None:
        if sample.kind == "video":
            self._shown.append(sample.present_ticks)
        self._first = sample.decode_ticks if self._first is None else self._first
        self._last = max(self._last, sample.decode_ticks)
        self._size_bytes += len(sample.payload)


async def try_source(heard: AsyncGenerator[Heard], trial: Trial) -> None:
    """Listen to a source until it is known what it holds."""
    async with aclosing(heard) as source:
        async for one in source:
            if trial.take(one):
                return
