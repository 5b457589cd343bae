"""Holds a key of the API to its requests per minute and per day."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from streamverse.domains.identity.contracts import ApiKeyId
from streamverse.domains.identity.errors.api_keys import KeyThrottled

REMEMBERED_LIMIT = 10_000


@dataclass(slots=True)
class _Window:
    """The requests since one came after a pause."""

    name: str
    length: timedelta
    began_at: datetime
    count: int = 0

    def move_to(self, now: datetime) -> None:
        if now - self.began_at >= self.length:
            self.began_at, self.count = now, 0

    def refuse_beyond(self, limit: int, now: datetime) -> None:
        if self.count >= limit:
            left = self.began_at + self.length - now
            raise KeyThrottled(limit, self.name, math.ceil(left.total_seconds()))


class KeyThrottle:
    """Counts the requests under each key, in this process."""

    def __init__(self) -> None:
        self._used: OrderedDict[ApiKeyId, tuple[_Window, _Window]] = OrderedDict()

    def enter(self, key_id: ApiKeyId, now: datetime, *, per_minute: int, per_day: int) -> None:
        """Count one more request, or raise KeyThrottled and count nothing."""
        minute, day = self._used.setdefault(
            key_id,
            (_Window("minute", timedelta(minutes=1), now), _Window("day", timedelta(days=1), now)),
        )
        # The longer pause is what a client should hear of.
        for window, limit in ((day, per_day), (minute, per_minute)):
            window.move_to(now)
            window.refuse_beyond(limit, now)
        minute.count += 1
        day.count += 1
        self._used.move_to_end(key_id)
        if len(self._used) > REMEMBERED_LIMIT:
            self._used.popitem(last=False)
