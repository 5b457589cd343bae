"""Time and ids: where both come from, and how tests fix them."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Protocol
from uuid import UUID

_MILLISECOND = timedelta(milliseconds=1)
_RANDOM_BITS = 74
_STEP_BYTES = 4


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Tell the time now, aware and in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Tell the time now, aware and in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is told to move; for tests."""

    def __init__(self, at: datetime = datetime(2030, 1, 1, tzinfo=UTC)) -> None:
        if at.tzinfo is None:
            raise ValueError("A clock needs an aware time: give it a tzinfo")
        self._now = at.astimezone(UTC)

    def now(self) -> datetime:
        """Tell the time at which the clock stands."""
        return self._now

    def advance(self, by: timedelta) -> datetime:
        """Move the clock, backwards too, and tell the new time."""
        self._now += by
        return self._now


def milliseconds(span: timedelta) -> int:
    """Count the whole milliseconds of a span, backwards too."""
    return span // _MILLISECOND


class Ids(Protocol):
    """Makes ids."""

    def new_id(self) -> UUID:
        """Make an id that no one else has."""
        ...


class TimeOrderedIds:
    """UUIDv7 (RFC 9562 §5.7): each id sorts after those that this maker made before it.

    Within one millisecond, or while the clock stands or runs backwards, the random bits grow by a
    random step instead (§6.2, method 2), so that an id tells little about its neighbours. May be
    shared by threads. Fix ``clock`` and ``random_bytes`` to get the same ids on every run.
    """

    def __init__(
        self,
        clock: Clock | None = None,
        random_bytes: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._clock = clock or SystemClock()
        self._random_bytes = random_bytes
        self._lock = Lock()
        self._last = 0

    def new_id(self) -> UUID:
        """Make an id that sorts after all earlier ones of this maker."""
        with self._lock:
            self._last = max(self._at_this_moment(), self._last + self._step())
            timestamp_and_random = self._last
        timestamp_ms, random = divmod(timestamp_and_random, 1 << _RANDOM_BITS)
        high, low = divmod(random, 1 << 62)
        return UUID(int=timestamp_ms << 80 | 7 << 76 | high << 64 | 0b10 << 62 | low)

    def _at_this_moment(self) -> int:
        timestamp_ms = int(self._clock.now().timestamp() * 1000)
        random = int.from_bytes(self._random_bytes(10)) >> (80 - _RANDOM_BITS)
        # Many ids in one millisecond may use up its numbers; the next id then borrows from the next
        # millisecond and is still in order.
        return timestamp_ms << _RANDOM_BITS | random

    def _step(self) -> int:
        return 1 + int.from_bytes(self._random_bytes(_STEP_BYTES))


_process_ids = TimeOrderedIds()


def new_id() -> UUID:
    """Make a UUIDv7 that sorts after all earlier ones of this process."""
    return _process_ids.new_id()
