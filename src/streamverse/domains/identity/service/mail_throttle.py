"""Keeps mailboxes from being flooded: so many mails for an address, so many from a place."""

from __future__ import annotations

import math
from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from streamverse.domains.identity.errors.mails import TooManyMails
from streamverse.domains.identity.service.throttle import network_of

REMEMBERED_LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class Quota:
    """So many mails within such a time."""

    count: int
    within: timedelta


TO_ONE_ADDRESS = (Quota(1, timedelta(minutes=1)), Quota(5, timedelta(hours=1)))
FROM_ONE_NETWORK = (Quota(30, timedelta(hours=1)),)

Key = tuple[str, str]


class MailThrottle:
    """Counts the mails that were asked for, in this process.

    It counts them whether or not the address is known, so that it tells nothing about that.
    """

    def __init__(self) -> None:
        self._asked: OrderedDict[Key, deque[datetime]] = OrderedDict()

    def enter(self, subject: str, place: str, now: datetime) -> None:
        """Count one more mail, or raise TooManyMails and count nothing.

        ``subject`` is whom the mail is for or about: an address, an account.
        """
        keys = (
            (("subject", subject), TO_ONE_ADDRESS),
            (("place", network_of(place)), FROM_ONE_NETWORK),
        )
        free_at = max((at for key, quotas in keys for at in self._waits(key, quotas)), default=now)
        if free_at > now:
            raise TooManyMails(math.ceil((free_at - now).total_seconds()))
        for key, quotas in keys:
            self._count(key, now, longest=max(quota.count for quota in quotas))

    def _waits(self, key: Key, quotas: tuple[Quota, ...]) -> Iterator[datetime]:
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
