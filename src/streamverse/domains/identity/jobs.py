"""Identity's durable work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from streamverse.domains.identity.service import sessions
from streamverse.kit.jobs import Job, JobHandlers
from streamverse.kit.work import Work


@dataclass(frozen=True, slots=True)
class DropExpiredSessions(Job):
    """Forget the sessions that are no longer good."""


async def drop_expired_sessions(work: Work, _job: DropExpiredSessions) -> None:
    """Run by schedule."""
    await sessions.drop_expired_sessions(work)


handlers = JobHandlers()
handlers.brief(DropExpiredSessions, drop_expired_sessions)
handlers.every(timedelta(days=1), DropExpiredSessions())
