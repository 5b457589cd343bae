"""The durable work of playback; running it twice changes nothing."""

from __future__ import annotations

from datetime import timedelta

from streamverse.domains.playback.contracts import PlaybackSettings, TidySessions
from streamverse.domains.playback.repository import PlaybackSessions
from streamverse.kit.jobs import JobHandlers
from streamverse.kit.work import Work

TIDY_EVERY = timedelta(minutes=1)


def handlers(settings: PlaybackSettings) -> JobHandlers:
    """Declare the jobs."""
    declared = JobHandlers()

    async def tidy_sessions(work: Work, _job: TidySessions) -> None:
        sessions = PlaybackSessions(work)
        await sessions.end_silent()
        await sessions.forget(work.now - settings.kept_for)

    declared.brief(TidySessions, tidy_sessions)
    declared.every(TIDY_EVERY, TidySessions())
    return declared
