"""What playback shows to others: ids, its settings and its job."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import timedelta
from typing import NewType
from uuid import UUID

from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.live.contracts import StreamId
from streamverse.kit.db import JsonObject
from streamverse.kit.jobs import Job

PlaybackSessionId = NewType("PlaybackSessionId", UUID)

LEASE = timedelta(seconds=90)
HEARTBEAT_EVERY = timedelta(seconds=20)


class EndedBy(enum.StrEnum):
    """Why somebody no longer watches."""

    FINISHED = "finished"
    VIEWER = "viewer"
    FAILURE = "failure"
    CHOSEN = "chosen"
    SILENCE = "silence"
    LOG_OUT = "log_out"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class PlaybackSettings:
    """What the operator decides about watching; a limit of 0 is none."""

    streams_at_once: int = 3
    devices_at_most: int = 0
    kept_for: timedelta = timedelta(days=90)
    media_cookie_domain: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerWish:
    """What a player can do that asks for something to watch.

    It goes on with the session that it names, or with whichever its log-in has of the same.
    """

    codecs: tuple[str, ...] = ()
    max_height: int | None = None
    resumes: PlaybackSessionId | None = None
    resumes_any: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleWish(PlayerWish):
    """A wish to watch a title."""

    title_id: TitleId


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveWish(PlayerWish):
    """A wish to watch what goes out on a stream."""

    stream_id: StreamId


@dataclass(frozen=True, slots=True)
class Issue:
    """What somebody has to say about a session, with what their player knows."""

    kind: str
    words: str
    facts: JsonObject


@dataclass(frozen=True, slots=True)
class TidySessions(Job):
    """End the sessions that have gone silent, and forget those that are old."""
