"""Counts what was asked for lately, in this process, and tells when there is room for more."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

REMEMBERED_LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class Quota:
    """So many within such a time."""

    count: int
    within: timedelta


Key = tuple[str, str]
Quotas = tuple[Quota, ...]


class QuotaCounter:
    """When each of some things was asked for last, as far back as its quotas need."""

    def __init__(self) -> None:
        self._asked: OrderedDict[Key, deque[datetime]] = OrderedDict()

    def take(self, wanted: Mapping[Key, Quotas], now: datetime) -> timedelta | None:
        """Count one more under all keys; if one has no room, count none and give the wait."""
        free_at = max((at for key in wanted for at in self._waits(key, wanted[key])), default=now)
        if free_at > now:
            return free_at - now
        for key, quotas in wanted.items():
            self._count(key, now, longest=max(quota.count for quota in quotas))
        return None

    def _waits(self, key: Key, quotas: Quotas) -> Iterator[datetime]:
        asked = self._asked.get(key, ())
        for quota in quotas:
            if len(asked) >= quota.count:
                yield asked[-quota.count] + quota.within

    def _count(self, key: Key, now: datetime, *, longest: int) -> None:
        asked = self._asked.setdefault(key, deque(maxlen=longest))
        asked.append(now)
        self._asked.move_to_end(key)
        if len(self._asked) > REMEMBERED_LIMIT:
            self._asked.popitem(last=False)
