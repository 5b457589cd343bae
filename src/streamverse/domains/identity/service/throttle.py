"""Slows down whoever guesses: per address and place, per network, and in all."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, ip_address, ip_network

from streamverse.domains.identity.errors import TooManyAttempts

FORGOTTEN_AFTER = timedelta(hours=1)
REMEMBERED_LIMIT = 10_000
IPV4_NETWORK_BITS, IPV6_NETWORK_BITS = 24, 56


@dataclass(frozen=True, slots=True)
class Limit:
    """So many failures are free; each further one needs a pause, twice as long every time."""

    free: int
    longest_pause: timedelta

    def pause_after(self, failures: int) -> timedelta:
        """Give how long to wait after so many failures."""
        if failures < self.free:
            return timedelta()
        # The exponent is bounded because no timedelta is long enough for a stubborn guesser's.
        return min(timedelta(seconds=2 ** min(failures - self.free, 20)), self.longest_pause)


# What is shared with others has short pauses: nobody may shut somebody else out for long.
AT_ONE_PLACE = Limit(5, timedelta(minutes=15))
ON_ONE_ACCOUNT = Limit(100, timedelta(seconds=30))
FROM_ONE_NETWORK = Limit(50, timedelta(minutes=2))
BY_EVERYBODY = Limit(2000, timedelta(seconds=5))


@dataclass(slots=True)
class _Attempts:
    failures: int
    last_at: datetime
    barred_until: datetime


Key = tuple[str, ...]


class LogInThrottle:
    """Counts failed attempts, in this process.

    ``subject`` is what is guessed about, say a normalised address. Whoever comes with a device that
    the account knows has a count of their own, which no stranger's failures can touch.
    """

    def __init__(self) -> None:
        self._attempts: OrderedDict[Key, _Attempts] = OrderedDict()

    def enter(
        self, subject: str, place: str, now: datetime, *, known_device: str | None = None
    ) -> None:
        """Begin an attempt, or raise TooManyAttempts.

        It counts as failed until ``succeed`` is called, so that many at once gain nothing.
        """
        counted = [
            (key, limit, self._recall(key, now))
            for key, limit in _limits(subject, place, known_device)
        ]
        barred_until = max(attempts.barred_until for _, _, attempts in counted)
        if now < barred_until:
            raise TooManyAttempts(math.ceil((barred_until - now).total_seconds()))
        for key, limit, attempts in counted:
            attempts.failures += 1
            attempts.last_at = now
            attempts.barred_until = now + limit.pause_after(attempts.failures)
            self._remember(key, attempts)

    def succeed(self, subject: str, place: str, *, known_device: str | None = None) -> None:
        """Forget what failed before, and take the attempt out of the counts that are shared."""
        (own, _), *shared = _limits(subject, place, known_device)
        self._attempts.pop(own, None)
        for key, limit in shared:
            attempts = self._attempts.get(key)
            if attempts is not None:
                attempts.failures = max(0, attempts.failures - 1)
                attempts.barred_until = attempts.last_at + limit.pause_after(attempts.failures)

    def _recall(self, key: Key, now: datetime) -> _Attempts:
        known = self._attempts.get(key)
        if known is None or now - known.last_at >= FORGOTTEN_AFTER:
            return _Attempts(0, now, now)
        return known

    def _remember(self, key: Key, attempts: _Attempts) -> None:
        self._attempts[key] = attempts
        self._attempts.move_to_end(key)
        if len(self._attempts) > REMEMBERED_LIMIT:
            self._attempts.popitem(last=False)


def _limits(subject: str, place: str, known_device: str | None) -> Iterator[tuple[Key, Limit]]:
    if known_device is not None:
        yield ("device", subject, known_device), AT_ONE_PLACE
        return
    yield ("place", subject, _home_of(place)), AT_ONE_PLACE
    yield ("account", subject), ON_ONE_ACCOUNT
    yield ("network", network_of(place)), FROM_ONE_NETWORK
    yield ("everybody",), BY_EVERYBODY


def network_of(place: str) -> str:
    """Give the network that an address is in, as large as one customer of a provider may have."""
    try:
        address = ip_address(place)
    except ValueError:
        return place
    bits = IPV4_NETWORK_BITS if isinstance(address, IPv4Address) else IPV6_NETWORK_BITS
    return str(ip_network((address, bits), strict=False))


def _home_of(place: str) -> str:
    """Give a single household's address: with IPv6 each has more than can be counted."""
    return network_of(place) if ":" in place else place
