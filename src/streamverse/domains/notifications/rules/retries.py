"""What an attempt means: delivered, tried again, given up, or the endpoint switched off."""

from __future__ import annotations

from datetime import datetime, timedelta

FIRST_SUCCESS, FIRST_REDIRECT, GONE = 200, 300, 410
# A day altogether; after the last one the message is a dead letter.
PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=8),
    timedelta(hours=8),
)


def is_delivered(status: int | None) -> bool:
    """Tell whether an answer says that the message has arrived; a redirect does not."""
    return status is not None and FIRST_SUCCESS <= status < FIRST_REDIRECT


def next_try(tries: int, now: datetime) -> datetime | None:
    """Tell when a message is tried again after so many attempts; None when it is given up."""
    return now + PAUSES[tries - 1] if tries <= len(PAUSES) else None


def why_disable(
    status: int | None, failing_since: datetime, now: datetime, disable_after: timedelta
) -> str | None:
    """Tell why an endpoint is switched off after a failure; None where it is not."""
    if status == GONE:
        return "It answered that it is gone for good (410)."
    if now - failing_since >= disable_after:
        days = disable_after // timedelta(days=1)
        return f"It has taken no message for {days} days."
    return None
