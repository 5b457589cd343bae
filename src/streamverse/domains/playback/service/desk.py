"""Gathers what players tell and fetch, and writes it down in bulk: nobody who watches waits for it.

What a process has gathered and not written is lost with it: a second of a diagram, and leases live
far longer than that.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from uuid import UUID

from streamverse.domains.playback.contracts import (
    LEASE,
    EndedBy,
    PlaybackSessionId,
    PlaybackSettings,
)
from streamverse.domains.playback.errors import EventsTokenInvalid
from streamverse.domains.playback.models import PlaybackSessionRow
from streamverse.domains.playback.repository import PlaybackSessions
from streamverse.domains.playback.rules.quality import (
    PlayerEvent,
    Quality,
    take_cmcd,
    take_events,
)
from streamverse.kit.clock import milliseconds
from streamverse.kit.errors import Forbidden
from streamverse.kit.memory import ShortMemory
from streamverse.kit.tokens import Signer
from streamverse.kit.work import Actor, Workshop
from streamverse.mediakit.cmcd import parse_cmcd

log = logging.getLogger(__name__)

WRITE_EVERY_S = 1.0
WRITTEN_AT_ONCE = 200
GATHERED_SESSIONS = 50_000
GATHERED_FETCHES = 100
REMEMBERED_ENDED = 50_000
ENDED_REMEMBERED_FOR_S = 3600.0
QUALITY_FIELDS = tuple(one.name for one in fields(Quality))


@dataclass(slots=True)
class _Gathered:
    """What was told of one session since it was written last."""

    seen_at: datetime
    events: list[PlayerEvent] = field(default_factory=list[PlayerEvent])
    fetches: list[str] = field(default_factory=list[str])


class PlaybackDesk:
    """Takes the news of sessions in one process."""

    def __init__(
        self, workshop: Workshop, signer: Signer, settings: PlaybackSettings | None = None
    ) -> None:
        self.settings = settings or PlaybackSettings()
        self._workshop = workshop
        self._signer = signer
        self._gathered: dict[UUID, _Gathered] = {}
        self._ended = ShortMemory[UUID, EndedBy](
            limit=REMEMBERED_ENDED, seconds=ENDED_REMEMBERED_FOR_S
        )

    def sign(self, session_id: PlaybackSessionId, expires_at: datetime) -> str:
        """Give what lets a player tell of a session without a log-in."""
        return self._signer.grant(_scope(session_id), expires_at)

    def take(
        self, session_id: PlaybackSessionId, token: str, events: Sequence[PlayerEvent]
    ) -> EndedBy | None:
        """Take what a player tells, and tell why its session is over, if it is by now."""
        try:
            self._signer.verify(token, _scope(session_id), self._workshop.clock.now())
        except Forbidden as refused:
            raise EventsTokenInvalid from refused
        gathered = self._of(session_id)
        if gathered is not None:
            gathered.events += events
        return self._ended.find(session_id)

    def note_fetch(self, holder_id: UUID, cmcd: str) -> None:
        """Note that the holder of a grant fetches media, and what the player says with it."""
        gathered = self._of(holder_id)
        if gathered is not None and cmcd and len(gathered.fetches) < GATHERED_FETCHES:
            gathered.fetches.append(cmcd)

    def note_end(self, session_id: UUID, by: EndedBy) -> None:
        """Note that a session is over, so that nothing more is given to it from here."""
        self._ended.keep(session_id, by)

    def has_ended(self, holder_id: UUID) -> bool:
        """Tell whether the holder of a grant is a session that is known to be over."""
        return self._ended.find(holder_id) is not None

    def _of(self, session_id: UUID) -> _Gathered | None:
        now = self._workshop.clock.now()
        gathered = self._gathered.get(session_id)
        if gathered is None and len(self._gathered) < GATHERED_SESSIONS:
            gathered = self._gathered[session_id] = _Gathered(now)
        if gathered is not None:
            gathered.seen_at = now
        return gathered

    async def run(self) -> None:
        """Write every second until cancelled, and leave nothing behind."""
        try:
            while True:
                await asyncio.sleep(WRITE_EVERY_S)
                try:
                    await self.write()
                except Exception:
                    log.exception("what players told was lost")
        finally:
            await self.write()

    async def write(self) -> None:
        """Write down what was gathered."""
        gathered, self._gathered = self._gathered, {}
        ids = sorted(gathered)
        for start in range(0, len(ids), WRITTEN_AT_ONCE):
            await self._write({one: gathered[one] for one in ids[start : start + WRITTEN_AT_ONCE]})

    async def _write(self, gathered: Mapping[UUID, _Gathered]) -> None:
        async with self._workshop.work(Actor.system()) as work:
            for row in await PlaybackSessions(work).lock(gathered):
                news = gathered[row.id]
                if row.ended_at is None:
                    take_news(row, news.events, news.fetches, news.seen_at)
                if row.ended_by is not None:
                    self._ended.keep(row.id, EndedBy(row.ended_by))


def take_news(
    row: PlaybackSessionRow,
    events: Sequence[PlayerEvent],
    fetches: Sequence[str],
    seen_at: datetime,
) -> None:
    """Take what was told of an open session into its row; it shows that the player is there."""
    quality = Quality(**{name: getattr(row, name) for name in QUALITY_FIELDS})
    # A list that is changed in place would not be written.
    quality.timeline = list(quality.timeline)
    elapsed_ms = milliseconds(seen_at - row.opened_at)
    has_left = take_events(quality, events, elapsed_ms)
    for fetch in fetches:
        take_cmcd(quality, parse_cmcd(fetch))
    for name in QUALITY_FIELDS:
        setattr(row, name, getattr(quality, name))
    row.lease_until = max(row.lease_until, seen_at + LEASE)
    if has_left:
        row.ended_at = seen_at
        row.ended_by = _reason(quality).value


def _reason(quality: Quality) -> EndedBy:
    by_state = {"ended": EndedBy.FINISHED, "failed": EndedBy.FAILURE}
    return by_state.get(quality.state, EndedBy.VIEWER)


def _scope(session_id: UUID) -> str:
    return f"player events {session_id}"
