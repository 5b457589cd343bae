"""What is remembered for a moment: bounded by weight and by age."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
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
