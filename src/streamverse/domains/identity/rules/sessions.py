"""When a session is renewed, how long it can last, and which exchanges of a token are honest."""

from __future__ import annotations

from datetime import datetime, timedelta

RENEW_EVERY = timedelta(hours=1)
LONGEST_SESSION = timedelta(days=365)
LOST_ANSWER_WITHIN = timedelta(seconds=10)


def is_due_for_renewal(last_used_at: datetime, now: datetime) -> bool:
    """Tell whether a session was last seen long enough ago to write down that it is in use."""
    return now - last_used_at >= RENEW_EVERY


def session_expiry(created_at: datetime, now: datetime, lifetime: timedelta) -> datetime:
    """Give when a session that is used now ends: use prolongs it, but not for ever."""
    return min(now + lifetime, created_at + LONGEST_SESSION)


def may_be_lost_answer(used_at: datetime, now: datetime, *, is_successor_used: bool) -> bool:
    """Tell whether a token comes back because its owner never got the answer.

    A thief is as likely to come back; but then the owner's next exchange finds theirs used.
    """
    return not is_successor_used and now - used_at <= LOST_ANSWER_WITHIN
