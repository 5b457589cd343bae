"""Keeps strangers from filling the tables: each question for a passkey leaves a ticket there."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from streamverse.domains.identity.errors.factors import TooManyPasskeyQuestions
from streamverse.domains.identity.service.quotas import Quota, QuotaCounter
from streamverse.domains.identity.service.throttle import network_of

# Every visit to the log-in page asks once, and a school may share one network.
FROM_ONE_NETWORK = (Quota(60, timedelta(minutes=1)), Quota(600, timedelta(hours=1)))


class PasskeyThrottle:
    """Counts the questions for passkeys of people who are not logged in, in this process."""

    def __init__(self) -> None:
        self._asked = QuotaCounter()

    def enter(self, place: str, now: datetime) -> None:
        """Count one more question, or raise TooManyPasskeyQuestions and count nothing."""
        wait = self._asked.take({("place", network_of(place)): FROM_ONE_NETWORK}, now)
        if wait is not None:
            raise TooManyPasskeyQuestions(math.ceil(wait.total_seconds()))
