"""What becomes of a broadcast: a recording, clips of moments, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from streamverse.domains.live.contracts import (
    BroadcastEnded,
    BroadcastId,
    Keep,
    KeepRecording,
    LetGo,
    RecordingKind,
    RecordingMade,
    StreamId,
)
from streamverse.domains.live.errors import ClipsOff, NothingToClip, StreamNotLive
from streamverse.domains.live.models import BroadcastRow, LiveSegmentRow, StreamRow
from streamverse.domains.live.repository import Broadcasts, Streams, Unrecorded
from streamverse.domains.live.service.edge import PICTURES, SOUND, keys_of
from streamverse.domains.live.service.watching import get_watchable
from streamverse.domains.media import public as media
from streamverse.domains.media.contracts import ReelId
from streamverse.domains.media.public import NewCut, ReelHead, ReelSegment
from streamverse.kit.jobs import HIGH

if TYPE_CHECKING:
    from streamverse.kit.work import Work
    from streamverse.mediakit.cmaf import InitSegment

CLIPPED = timedelta(minutes=1)
# Players that follow an edge learn of its end in this time, and may still rewind.
LET_GO_AFTER = timedelta(minutes=2)


def store_prefix(broadcast_id: UUID) -> str:
    """Name the folder of a broadcast in the store."""
    return f"live/{broadcast_id}"


def object_key(broadcast_id: UUID, name: str) -> str:
    """Name an object of a broadcast in the store."""
    return f"{store_prefix(broadcast_id)}/{name}"


# --- the end of a broadcast -----------------------------------------------------------------------


async def end_broadcast(work: Work, stream_id: StreamId, broadcast_id: BroadcastId) -> None:
    """Note that a broadcast is over, and order what becomes of it."""
    if await Broadcasts(work).end(broadcast_id, work.now):
        work.emit(BroadcastEnded(stream_id, broadcast_id))
        work.enqueue(
            KeepRecording(broadcast_id),
            priority=HIGH,
            subject_id=broadcast_id,
            dedupe_key=f"keep:{broadcast_id}",
        )


@dataclass(frozen=True, slots=True)
class Unkept:
    """A broadcast that is over and has not become anything yet."""

    stream: StreamRow
    broadcast: BroadcastRow
    segments: Sequence[LiveSegmentRow]

    @property
    def head_names(self) -> Mapping[str, Sequence[str]]:
        """Name the objects of the heads of each track."""
        last: dict[str, int] = {}
        for segment in self.segments:
            last[segment.track] = max(segment.head, last.get(segment.track, 0))
        return {
            track: [f"{track}/init-{head}.mp4" for head in range(count + 1)]
            for track, count in last.items()
        }


async def find_unkept(work: Work, broadcast_id: BroadcastId) -> Unkept | None:
    """Find a broadcast that is over, until it has become something."""
    row = await Broadcasts(work).find(broadcast_id)
    stream = await Streams(work).find(StreamId(row.stream_id)) if row is not None else None
    if row is None or stream is None or row.ended_at is None:
        return None
    segments = await Broadcasts(work).segments(broadcast_id)
    return Unkept(stream, row, segments) if segments else None


async def keep_recording(
    work: Work, unkept: Unkept, heads: Mapping[str, Sequence[InitSegment | None]]
) -> None:
    """Let a broadcast become a title, or nothing. From now on its reel is its index."""
    stream, broadcast_id = unkept.stream, BroadcastId(unkept.broadcast.id)
    keep = Keep(stream.recordings)
    await Broadcasts(work).forget_segments(broadcast_id)
    if keep is Keep.OFF:
        work.enqueue(LetGo(broadcast_id), run_at=work.now + LET_GO_AFTER)
        return
    began_at = unkept.broadcast.started_at
    name = f"{stream.name}, {began_at:%Y-%m-%d}"
    await _keep_reel(work, broadcast_id, heads, unkept.segments)
    cut = await media.cut_reel(work, ReelId(broadcast_id), name)
    _tell(work, stream, cut, name, keep, RecordingKind.WHOLE, began_at)


# --- clips ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip of which there is a title in a moment."""

    title_id: UUID
    name: str
    is_public: bool


async def clip_last_minute(
    work: Work, stream_id: StreamId, heads: Mapping[str, Sequence[InitSegment | None]]
) -> Clip:
    """Make a clip of the last minute that went out on a stream."""
    stream = await get_watchable(work, stream_id)
    keep = Keep(stream.clips)
    is_staff = work.actor.may("live.manage")
    if keep is Keep.OFF and not is_staff:
        raise ClipsOff
    broadcast = await Broadcasts(work).find_running(stream_id)
    if broadcast is None:
        raise StreamNotLive(stream_id)
    broadcast_id = BroadcastId(broadcast.id)
    stored = await Broadcasts(work).segments(broadcast_id, since=work.now - CLIPPED)
    segments = _complete(stored)
    if not segments:
        raise NothingToClip
    name = f"{stream.name}, {work.now:%Y-%m-%d %H:%M}"
    await _keep_reel(work, broadcast_id, heads, segments)
    run = segments[0].number, segments[-1].number
    cut = await media.cut_reel(work, ReelId(broadcast_id), name, [run])
    title_id = _tell(work, stream, cut, name, keep, RecordingKind.CLIP, work.now)
    return Clip(title_id, name, is_public=keep is Keep.PUBLIC)


def _complete(stored: Sequence[LiveSegmentRow]) -> Sequence[LiveSegmentRow]:
    """Leave out what has not reached the store in all tracks: those of a number come in turn."""
    by_number: dict[int, set[str]] = {}
    for row in stored:
        by_number.setdefault(row.number, set()).add(row.track)
    leading = PICTURES if any(PICTURES in tracks for tracks in by_number.values()) else SOUND
    shown = sorted(number for number, tracks in by_number.items() if leading in tracks)
    while len(shown) > 1 and by_number[shown[-1]] < by_number[shown[-2]]:
        shown.pop()
    kept = set(shown)
    return [row for row in stored if row.number in kept]


async def _keep_reel(
    work: Work,
    broadcast_id: BroadcastId,
    heads: Mapping[str, Sequence[InitSegment | None]],
    segments: Sequence[LiveSegmentRow],
) -> None:
    await media.keep_reel(
        work,
        ReelId(broadcast_id),
        store_prefix(broadcast_id),
        {track: [_describe(head) for head in each] for track, each in heads.items()},
        [ReelSegment(*(getattr(row, name) for name in ReelSegment.__slots__)) for row in segments],
    )


def _describe(head: InitSegment | None) -> ReelHead:
    """Say how a head is coded; one that was never stored has no segments either."""
    if head is None:
        return ReelHead("", 1)
    return ReelHead(
        head.codec,
        head.timescale,
        head.width,
        head.height,
        head.channels,
        head.sample_rate_hz,
        key_id=next(iter(keys_of(bytes(head))), None),
    )


def _tell(  # noqa: PLR0917 - all that a title begins with
    work: Work,
    stream: StreamRow,
    cut: NewCut,
    name: str,
    keep: Keep,
    kind: RecordingKind,
    recorded_at: datetime,
) -> UUID:
    work.emit(
        RecordingMade(
            asset_id=cut.asset_id,
            stream_id=StreamId(stream.id),
            kind=kind,
            name=name,
            is_public=keep is Keep.PUBLIC,
            duration_ms=cut.duration_ms,
            width=cut.width,
            height=cut.height,
            recorded_at=recorded_at,
        )
    )
    # The title of an asset has its id.
    return cut.asset_id


# --- letting go -----------------------------------------------------------------------------------


async def let_all_go(work: Work, stream_id: StreamId) -> None:
    """Order that all of a stream is deleted that nothing plays."""
    for broadcast_id in await Broadcasts(work).ids_of(stream_id):
        order_letting_go(work, broadcast_id)


def order_letting_go(work: Work, broadcast_id: BroadcastId) -> None:
    """Order that what a broadcast stored is deleted where nothing plays it."""
    work.enqueue(LetGo(broadcast_id), run_at=work.now + LET_GO_AFTER)


async def trim(work: Work, one: Unrecorded) -> Sequence[str]:
    """Take out of the index what nobody can play any more of what goes out; name its objects."""
    kept = await media.list_played(work, ReelId(one.broadcast_id))
    before = work.now - one.rewind - LET_GO_AFTER
    gone = await Broadcasts(work).trim(one.broadcast_id, before, kept)
    return [object_key(one.broadcast_id, f"{track}/{number}.m4s") for track, number in gone]


async def let_go(work: Work, broadcast_id: BroadcastId) -> Sequence[tuple[int, int]] | None:
    """Take out of the index what nothing plays, and tell which numbers stay.

    None while the broadcast runs or has not become anything yet: all of it stays.
    """
    row = await Broadcasts(work).find(broadcast_id)
    if row is not None:
        is_settled = not await Broadcasts(work).segments(broadcast_id)
        if row.ended_at is None or not is_settled:
            return None
    return await media.loosen_reel(work, ReelId(broadcast_id)) or ()
