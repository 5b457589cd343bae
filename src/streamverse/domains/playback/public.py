"""What the composition root takes of playback; no other domain asks it for anything yet."""

from __future__ import annotations

from uuid import UUID

import msgspec

from streamverse.domains.identity.contracts import AccountId, Exporter, SessionId
from streamverse.domains.identity.public import is_holder_active
from streamverse.domains.media.public import Admitted, admit_log_in
from streamverse.domains.playback.contracts import PlaybackSessionId
from streamverse.domains.playback.repository import Issues, PlaybackSessions
from streamverse.domains.playback.service.desk import PlaybackDesk
from streamverse.kit.work import Work
from streamverse.mediakit.tailoring import Tailoring

__all__ = ["PLAYBACK_EXPORTERS", "PlaybackDesk", "admit_holder"]


async def admit_holder(work: Work, holder_id: UUID) -> Admitted | None:
    """Tell what the holder of a grant gets: a session while it is open, as does who opened it."""
    row = await PlaybackSessions(work).find(PlaybackSessionId(holder_id))
    if row is None:
        return await admit_log_in(work, holder_id)
    if row.ended_at is not None or not await is_holder_active(work, SessionId(row.log_in_id)):
        return None
    return Admitted(msgspec.convert(row.tailoring, Tailoring), row.log_in_id)


async def _export_sessions(work: Work, account_id: AccountId) -> object:
    rows = await PlaybackSessions(work).of_account(account_id)
    issues = await Issues(work).of_sessions([row.id for row in rows])
    return [
        {
            "id": row.id,
            "profile_id": row.profile_id,
            "title_id": row.title_id,
            "stream_id": row.stream_id,
            "device": row.device_name,
            "region": row.region,
            "network": row.network,
            "opened_at": row.opened_at,
            "ended_at": row.ended_at,
            "ended_by": row.ended_by,
            "startup_ms": row.startup_ms,
            "played_ms": row.played_ms,
            "stalled_ms": row.stalled_ms,
            "timeline": row.timeline,
            "issues": [
                {"kind": issue.kind, "words": issue.words, "facts": issue.facts}
                for issue in issues
                if issue.session_id == row.id
            ],
        }
        for row in rows
    ]


PLAYBACK_EXPORTERS = (Exporter("playback", _export_sessions),)
