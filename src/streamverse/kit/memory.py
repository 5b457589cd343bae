"""What is remembered for a moment: bounded by weight and by age."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class ShortMemory(Generic[K, V]):
    """Remembers values for a while; the least recently asked for is forgotten first.

    The age is what makes it safe to remember something that may be deleted elsewhere.
    """

    def __init__(
        self,
        *,
        limit: int,
        seconds: float,
        weigh: Callable[[V], int] = lambda _: 1,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = limit
        self._seconds = seconds
        self._weigh = weigh
        self._clock = clock
        self._weight = 0
        self._kept: OrderedDict[K, tuple[V, float]] = OrderedDict()

    def find(self, key: K) -> V | None:
        """Give what is remembered, if it is not too old."""
        known = self._kept.get(key)
        if known is None:
            return None
        value, until = known
        if self._clock() >= until:
            self._forget(key)
            return None
        self._kept.move_to_end(key)
        return value

    def keep(self, key: K, value: V) -> None:
        """Remember a value, and forget others where there is too much."""
        self._forget(key)
        self._kept[key] = value, self._clock() + self._seconds
        self._weight += self._weigh(value)
        while self._weight > self._limit:
            self._forget(next(iter(self._kept)))

    def _forget(self, key: K) -> None:
        known = self._kept.pop(key, None)
        if known is not None:
            self._weight -= self._weigh(known[0])


class SharedMemory(Generic[K, V]):
    """Remembers what many ask for at once: one of them works it out, and the others wait for it."""

    def __init__(self, memory: ShortMemory[K, V]) -> None:
        self._memory = memory
        self._working: dict[K, asyncio.Future[None]] = {}

    async def find(
        self, key: K, is_good: Callable[[V], bool], work_out: Callable[[], Awaitable[V]]
    ) -> V:
        """Give what is remembered if it is good to whoever asks, else what is worked out now.

        Should whoever works it out fail, the next one who waits for it tries.
        """
        while True:
            known = self._memory.find(key)
            if known is not None and is_good(known):
                return known
            working = self._working.get(key)
            if working is None:
                break
            await asyncio.wait([working])
        done = self._working[key] = asyncio.get_running_loop().create_future()
        try:
            value = await work_out()
            self._memory.keep(key, value)
        finally:
            del self._working[key]
            done.set_result(None)
        return value
