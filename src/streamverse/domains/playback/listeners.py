"""What follows for playback from what happens elsewhere; safe to run twice."""

from __future__ import annotations

from streamverse.domains.identity.contracts import SessionsEnded
from streamverse.domains.playback.repository import PlaybackSessions
from streamverse.kit.events import Listeners
from streamverse.kit.work import Work

listeners = Listeners("playback")


@listeners.on(SessionsEnded)
async def end_sessions(work: Work, ended: SessionsEnded) -> None:
    """Let what a log-in watches end with it, so that its place is free for others."""
    await PlaybackSessions(work).end_of_log_ins(ended.session_ids)
