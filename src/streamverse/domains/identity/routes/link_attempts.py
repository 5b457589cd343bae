"""Slows down whoever tries links and tokens that are no good, and nobody else."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime

from streamverse.domains.identity.errors import (
    LinkExpired,
    LinkInvalid,
    LinkUsed,
    RefreshInvalid,
    RefreshReused,
)
from streamverse.domains.identity.service.throttle import LogInThrottle, network_of
from streamverse.domains.identity.service.visits import Visit


@contextmanager
def link_attempt(throttle: LogInThrottle, visit: Visit, now: datetime) -> Generator[None]:
    """Count what is done with a link or a token as failed if that is no good."""
    subject = f"links from {network_of(visit.ip)}"
    throttle.enter(subject, visit.ip, now)
    is_good = True
    try:
        yield
    except (LinkInvalid, LinkExpired, LinkUsed, RefreshInvalid, RefreshReused):
        is_good = False
        raise
    finally:
        if is_good:
            throttle.succeed(subject, visit.ip)
