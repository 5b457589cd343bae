"""Addresses and tokens for what fetches media in a player's place, such as a CDN."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from streamverse.domains.identity import public as identity
from streamverse.domains.media.contracts import PackageId
from streamverse.domains.playback.errors import SessionEnded, SessionLive, SessionNotFound
from streamverse.domains.playback.repository import PlaybackSessions

if TYPE_CHECKING:
    from streamverse.domains.media.public import MediaAddresses
    from streamverse.domains.playback.contracts import PlaybackSessionId
    from streamverse.kit.work import Work


@dataclass(frozen=True, slots=True)
class Grant:
    """What opens the media of a session: a token, the path below which it does, and until when.

    Below ``cookie_path`` it opens the same from a cookie.
    """

    token: str
    base: str
    cookie_path: str
    expires_at: datetime


async def sign_session(
    work: Work, addresses: MediaAddresses, session_id: PlaybackSessionId
) -> Grant:
    """Sign anew for an open session of a title by the actor's own log-in."""
    row = await PlaybackSessions(work).find(session_id)
    if row is None or row.log_in_id != identity.find_holder(work.actor):
        raise SessionNotFound
    if row.ended_at is not None:
        raise SessionEnded
    if row.package_id is None:
        raise SessionLive
    package_id = PackageId(row.package_id)
    return Grant(
        token=addresses.stream_grant(package_id, row.id, work.now, work.actor.place),
        base=addresses.stream_base(package_id, row.id, work.now, work.actor.place),
        cookie_path=addresses.cookie_path(package_id),
        expires_at=addresses.expires_at(work.now),
    )
