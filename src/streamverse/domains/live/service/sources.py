"""Where streams are fetched from: named, tried, shown without its password, forgotten."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from streamverse.domains.live.contracts import PullState, SourceTimes, StreamId
from streamverse.domains.live.errors import SourceNotFound
from streamverse.domains.live.models import SourceRow
from streamverse.domains.live.repository import Sources, Streams
from streamverse.domains.live.rules.sources import Source, keep_password, read_address
from streamverse.domains.live.service.pulls import (
    ELSEWHERE,
    Pull,
    open_source,
    seal_source,
)

if TYPE_CHECKING:
    from streamverse.domains.live.models import StreamRow
    from streamverse.domains.live.service.desk import LiveDesk
    from streamverse.kit.work import Work
    from streamverse.mediakit.pull.trial import Holding

STOPPED = "This stream is stopped: start it, and its source is fetched again."
NOT_YET = "The source is fetched when a time of the stream comes."
COMING = "The source is about to be fetched."


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSource:
    """What staff says of a source; a password that is None stays as it is."""

    address: str
    user: str = ""
    password: str | None = None
    is_on: bool = True
    times: SourceTimes = SourceTimes.ALWAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    """A source, and what becomes of it right now."""

    source: Source
    state: PullState
    since: datetime | None = None
    problem: str | None = None
    retry_at: datetime | None = None
    bitrate_bps: int | None = None


async def find_source(work: Work, desk: LiveDesk, stream_id: StreamId) -> SourceView | None:
    """Find where a stream is fetched from, or fail with ``StreamNotFound``."""
    stream = await Streams(work).get(stream_id)
    row = await Sources(work).find(stream_id)
    return None if row is None else _view(desk, stream, _read(desk, row))


async def set_source(work: Work, desk: LiveDesk, stream_id: StreamId, new: NewSource) -> SourceView:
    """Write where a stream is fetched from; what goes on is fetched anew if it changes."""
    (stream,) = await Streams(work).lock([stream_id])
    row = await Sources(work).find(stream_id)
    source = _decide(new, None if row is None else _read(desk, row))
    if source.is_on:
        await desk.pulls.check(source)
    if row is None or not _is_same(source, _read(desk, row)):
        sealed = seal_source(desk.settings.vault, stream_id, source)
    else:
        sealed = row.sealed
    if row is None:
        row = SourceRow(stream_id=stream_id)
        Sources(work).add(row)
    row.sealed, row.is_on, row.times = sealed, source.is_on, source.times
    row.changed_at = work.now
    work.after_commit(desk.pulls.wake)
    return _view(desk, stream, source)


async def remove_source(work: Work, desk: LiveDesk, stream_id: StreamId) -> None:
    """Forget where a stream is fetched from."""
    await Streams(work).lock([stream_id])
    row = await Sources(work).find(stream_id)
    if row is None:
        raise SourceNotFound
    await Sources(work).remove(row)
    work.after_commit(desk.pulls.wake)


async def try_source(work: Work, desk: LiveDesk, stream_id: StreamId, new: NewSource) -> Holding:
    """Find out what a source holds before it is saved."""
    stream = await Streams(work).get(stream_id)
    row = await Sources(work).find(stream_id)
    source = _decide(new, None if row is None else _read(desk, row))
    return await desk.pulls.try_out(source, stream.height)


def _decide(new: NewSource, before: Source | None) -> Source:
    address, user, password = read_address(new.address, new.user.strip(), new.password)
    if password is None:
        password = keep_password(address, user, before)
    return Source(address, user, password, new.is_on, new.times)


def _read(desk: LiveDesk, row: SourceRow) -> Source:
    source = open_source(desk.settings.vault, row.stream_id, row.sealed)
    return replace(source, is_on=row.is_on, times=SourceTimes(row.times))


def _is_same(one: Source, other: Source) -> bool:
    return (one.address, one.user, one.password) == (other.address, other.user, other.password)


def _view(desk: LiveDesk, stream: StreamRow, source: Source) -> SourceView:
    if not source.is_on:
        return SourceView(source=source, state=PullState.OFF)
    if stream.stopped_at is not None:
        return SourceView(source=source, state=PullState.WAITING, problem=STOPPED)
    if not desk.pulls.is_fetching:
        return SourceView(source=source, state=PullState.WAITING, problem=ELSEWHERE)
    pull = desk.pulls.find(stream.id)
    if pull is None:
        is_always = source.times is SourceTimes.ALWAYS
        pull = Pull(problem=COMING if is_always else NOT_YET)
    return SourceView(
        source=source,
        state=pull.state,
        since=pull.since,
        problem=pull.problem,
        retry_at=pull.retry_at,
        bitrate_bps=_bitrate(desk, stream) if pull.state is PullState.RECEIVING else None,
    )


def _bitrate(desk: LiveDesk, stream: StreamRow) -> int | None:
    health = desk.health.find(StreamId(stream.id))
    if health is None or not health.moments:
        return None
    reading = health.moments[-1].reading
    return reading.video_bps + reading.audio_bps
