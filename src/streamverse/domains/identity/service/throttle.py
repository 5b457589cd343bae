"""Slows down whoever guesses passwords."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from streamverse.domains.identity.errors import TooManyAttempts

FREE_ATTEMPTS = 5
LONGEST_PAUSE = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=1)
REMEMBERED_LIMIT = 10_000


@dataclass(slots=True)
class _Attempts:
    failures: int
    last_at: datetime
    barred_until: datetime


class LogInThrottle:
    """Counts failed log-ins per address and place, in this process.

    After five in a row each further one needs a pause, twice as long every time.
    """

    def __init__(self) -> None:
        self._attempts: OrderedDict[tuple[str, str], _Attempts] = OrderedDict()

    def enter(self, email_normalised: str, place: str, now: datetime) -> None:
        """Begin an attempt, or raise TooManyAttempts.

        It counts as failed until ``succeed`` is called, so that many at once gain nothing.
        """
        known = self._attempts.get((email_normalised, place))
        if known is None or now - known.last_at >= FORGOTTEN_AFTER:
            known = _Attempts(0, now, now)
        if now < known.barred_until:
            raise TooManyAttempts(math.ceil((known.barred_until - now).total_seconds()))
        known.failures += 1
        known.last_at = now
        known.barred_until = now + _pause_after(known.failures)
        self._remember((email_normalised, place), known)

    def succeed(self, email_normalised: str, place: str) -> None:
        """Forget what failed before."""
        self._attempts.pop((email_normalised, place), None)

    def _remember(self, key: tuple[str, str], attempts: _Attempts) -> None:
        self._attempts[key] = attempts
        self._attempts.move_to_end(key)
        if len(self._attempts) > REMEMBERED_LIMIT:
            self._attempts.popitem(last=False)


def _pause_after(failures: int) -> timedelta:
    if failures < FREE_ATTEMPTS:
        return timedelta()
    # The exponent is bounded because no timedelta is long enough for a stubborn guesser's.
    return min(timedelta(seconds=2 ** min(failures - FREE_ATTEMPTS, 20)), LONGEST_PAUSE)
