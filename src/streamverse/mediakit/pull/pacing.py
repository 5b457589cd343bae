"""What comes in lumps handed on when it is due."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable
from itertools import count
from typing import Final

from streamverse.mediakit.ingest.elementary import Heard
from streamverse.mediakit.ingest.samples import CLOCK_HZ
from streamverse.mediakit.pull.hls import Placed

# Of what waits beyond the wanted, this much more is handed on in a second than a second has.
CATCH_UP: Final = 0.05
LONGEST_NAP_S: Final = 1.0
# Who has nothing left when something comes late begins to count anew from there.
LATE_S: Final = 0.5


class Shelf:
    """Keeps what is placed on one clock until it is due, in the order of that clock.

    The first is due at once. Where more than ``wanted_s`` waits, time goes a little faster; where
    nothing was there when it was due, everything is due that much later.
    """

    def __init__(self, clock: Callable[[], float], wanted_s: float, *, is_paced: bool) -> None:
        self.wanted_s = wanted_s
        self._clock = clock
        self._is_paced = is_paced
        self._waiting: list[tuple[int, int, Heard]] = []
        self._numbers = count()
        self._highest = 0
        self._origin_s: float | None = None
        self._looked_s = 0.0
        self._news = asyncio.Event()
        self._failure: BaseException | None = None

    @property
    def waiting_s(self) -> float:
        """How much waits."""
        return (self._highest - self._waiting[0][0]) / CLOCK_HZ if self._waiting else 0.0

    def put(self, placed: Placed) -> None:
        """Take something."""
        heapq.heappush(self._waiting, (placed.ticks, next(self._numbers), placed.heard))
        self._highest = max(self._highest, placed.ticks)
        self._news.set()

    def end(self, fetching: asyncio.Task[None]) -> None:
        """Hear that nothing more comes, and why; what waits is handed on before."""
        if not fetching.cancelled():
            self._failure = fetching.exception()
        self._news.set()

    def take(self) -> tuple[Heard | None, float]:
        """Give what is due, or else how long until something is; raise when nothing comes."""
        if not self._waiting:
            if self._failure is not None:
                raise self._failure
            return None, LONGEST_NAP_S
        early_s = self._early_s(self._waiting[0][0] / CLOCK_HZ) if self._is_paced else 0.0
        if early_s > 0:
            return None, min(early_s, LONGEST_NAP_S)
        return heapq.heappop(self._waiting)[2], 0.0

    async def nap(self, seconds: float) -> None:
        """Wait for time to pass, or for news where nothing waits."""
        if self._waiting:
            await asyncio.sleep(seconds)
            return
        self._news.clear()
        await self._news.wait()

    def _early_s(self, place_s: float) -> float:
        now_s = self._clock()
        if self._origin_s is None:
            self._origin_s = now_s - place_s
        elif self.waiting_s > self.wanted_s:
            self._origin_s -= CATCH_UP * (now_s - self._looked_s)
        self._looked_s = now_s
        early_s = place_s + self._origin_s - now_s
        if early_s < -LATE_S:
            self._origin_s -= early_s
            return 0.0
        return early_s
