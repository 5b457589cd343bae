"""One broadcast: what a publisher sends becomes parts at the edge and segments in the store."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from streamverse.domains.live.contracts import BroadcastStarted, Encoder, StreamId
from streamverse.domains.live.errors import LeaseLost
from streamverse.domains.live.models import BroadcastRow
from streamverse.domains.live.repository import Broadcasts
from streamverse.domains.live.service.continuing import Past, restore
from streamverse.domains.live.service.edge import (
    PICTURES,
    PROTECTED,
    SOUND,
    LiveEdge,
    LiveSegment,
    LiveTrack,
    Stretch,
)
from streamverse.domains.live.service.ladders import LadderDesk, LiveLadder
from streamverse.domains.live.service.leases import Hold, end_held, give_away
from streamverse.domains.live.service.recordings import object_key
from streamverse.domains.live.service.relays import LiveRelay
from streamverse.domains.live.service.restreams import Fan
from streamverse.domains.live.service.shields import Shield
from streamverse.kit.work import Actor
from streamverse.mediakit.ingest.samples import (
    CLOCK_HZ,
    AudioFormat,
    Kind,
    MediaRefused,
    Sample,
    VideoFormat,
)
from streamverse.mediakit.live.heads import write_head
from streamverse.mediakit.live.packager import (
    TARGET_DURATION_S,
    Packager,
    Part,
    Piece,
    SegmentStart,
)
from streamverse.mediakit.live.timestamps import SteadyClock

if TYPE_CHECKING:
    from streamverse.kit.storage import ObjectStore
    from streamverse.kit.work import Workshop
    from streamverse.mediakit.cmaf import InitSegment

log = logging.getLogger(__name__)

TRACK_OF: dict[Kind, str] = {"video": PICTURES, "audio": SOUND}
# Who has sent so much of one kind alone has nothing of the other.
ALONE_TICKS = CLOCK_HZ
# Pictures that have not come for so long are not waited for: no segment is that long.
PICTURES_GONE_TICKS = TARGET_DURATION_S * CLOCK_HZ
# So many segments of a track may wait for the store before the publisher has to.
UNSTORED_AT_MOST = 4
STORE_PAUSE_S = 0.5


@dataclass(frozen=True, slots=True)
class LiveStream:
    """What a broadcast needs to know of its stream."""

    id: StreamId
    tenant_id: UUID
    rewind: timedelta
    has_parts: bool = True
    has_ladder: bool = False


class Broadcast:
    """What goes out on a stream, by one publisher after another.

    Segment numbers and times go on across publishers, so that viewers stay where they are.
    """

    def __init__(
        self,
        workshop: Workshop,
        store: ObjectStore,
        stream: LiveStream,
        hold: Hold,
        ffmpeg: Path | None = None,
        *,
        ladders: LadderDesk | None = None,
        shield: Shield | None = None,
    ) -> None:
        self.shield = shield or Shield()
        self.id = hold.broadcast_id
        self.stream = stream
        self.hold = hold
        self.edge = LiveEdge(stream.rewind, has_parts=stream.has_parts)
        self.relay = LiveRelay(lambda: workshop.clock.now().timestamp(), ffmpeg)
        self.fan = Fan(ffmpeg)
        self.is_over = False
        # Which encoder was on air last.
        self.encoder: Encoder | None = None
        self.started = asyncio.Event()
        self._workshop = workshop
        self._store = store
        self._clock = SteadyClock()
        self._formats: dict[Kind, VideoFormat | AudioFormat] = {}
        self._early: list[Sample] = []
        self._packager: Packager | None = None
        # When the last picture that was cut is decoded.
        self._pictured_ticks: int | None = None
        self._begins_at: datetime | None = None
        self._begins_stretch = False
        # The segment from which on tracks have the last of their heads.
        self._head_from = 0
        self._is_noted = False
        self._unstored = asyncio.Queue[tuple[LiveTrack, LiveSegment]]()
        self.ladder: LiveLadder | None = None
        if stream.has_ladder and ladders is not None:
            self.ladder = LiveLadder(ladders, self.edge, self._order_storing, self.shield)
        self._has_room = asyncio.Event()
        self._stored_heads: set[tuple[str, int]] = set()
        self._storing = asyncio.create_task(self._store_segments())

    @property
    def tenant_id(self) -> UUID:
        """The tenant that it belongs to."""
        return self.stream.tenant_id

    def go_on(self, past: Past) -> None:
        """Go on with what another node sent out, before the first sample comes."""
        now = self._workshop.clock.now()
        restore(self.edge, past, self.hold.begins, now)
        self._clock = SteadyClock(past.end_ticks(now))
        self._is_noted = past.is_noted
        if self.edge.tracks:
            self.started.set()

    # --- what comes in ----------------------------------------------------------------------------

    def take_format(self, media: VideoFormat | AudioFormat) -> None:
        """Take how what follows is coded; another coding begins a new head."""
        kind: Kind = "video" if isinstance(media, VideoFormat) else "audio"
        if self._formats.get(kind) == media:
            return
        self._end_packager()
        self._formats[kind] = media
        if not self.shield.is_on:
            self.relay.take_format(media)
        self.fan.take_format(media)
        if self.ladder is not None and isinstance(media, VideoFormat):
            self.ladder.take_format(media)

    def take_sample(self, sample: Sample) -> None:
        """Take a picture or a frame of sound."""
        steady = self._clock.steady(sample)
        if not self.shield.is_on:
            self.relay.take_sample(steady)
        self.fan.take_sample(steady)
        are_pictures_gone = self._are_pictures_gone(steady)
        if are_pictures_gone and steady.kind == "video":
            self._begin_anew()
        if self._packager is not None:
            # Nobody plays on without pictures: their sound would fill a segment without end.
            if not are_pictures_gone:
                self._pack(self._packager, steady)
            return
        self._early.append(steady)
        is_alone = steady.decode_ticks - self._early[0].decode_ticks > ALONE_TICKS
        if len(self._formats) == len(TRACK_OF) or is_alone:
            self._begin_packager()

    def _are_pictures_gone(self, sample: Sample) -> bool:
        if self._packager is None or self._pictured_ticks is None:
            return False
        return sample.decode_ticks - self._pictured_ticks > PICTURES_GONE_TICKS

    def _begin_anew(self) -> None:
        """Go on behind a gap as behind another publisher, from the next keyframe on."""
        self._end_packager()
        media = self._formats.get("video")
        if self.ladder is not None and isinstance(media, VideoFormat):
            self.ladder.take_format(media)

    def pause(self) -> None:
        """Give out what there is: the publisher is gone, and may come back."""
        self._end_packager()
        if self.ladder is not None:
            self.ladder.pause()
        self._formats, self._early = {}, []
        self._begins_at = None

    @property
    def webrtc_refusal(self) -> str | None:
        """Say why nobody can watch it by WebRTC, if so."""
        return PROTECTED if self.shield.is_on else self.relay.relay.refusal

    async def keep_up(self) -> None:
        """Wait while the store is behind."""
        most = UNSTORED_AT_MOST * max(2, len(self.edge.tracks))
        while self._unstored.qsize() > most and not self.edge.is_abandoned:
            self._has_room.clear()
            await self._has_room.wait()

    async def end(self) -> None:
        """Store what is left, and say that it is over."""
        await self._store_rest()
        try:
            async with self._workshop.work(Actor.system(self.tenant_id)) as work:
                await end_held(work, self.hold, has_started=self.started.is_set())
        except LeaseLost:
            self.abandon()
            return
        self.edge.is_ended = True
        self.edge.ring()

    async def hand_over(self) -> None:
        """Store what is left, and let another node go on."""
        await self._store_rest()
        async with self._workshop.work(Actor.system(self.tenant_id)) as work:
            await give_away(work, self.hold)
        self.abandon()

    def abandon(self) -> None:
        """Store and announce nothing more: another node has it."""
        self.is_over = True
        self._storing.cancel()
        self.shield.close()
        self.relay.end()
        self.edge.is_abandoned = True
        self.edge.ring()
        self._has_room.set()

    async def let_go(self) -> None:
        """End what else is made of it: rungs, copies for other services, sound for WebRTC."""
        if self.ladder is not None:
            await self.ladder.end()
        await self.fan.end()
        await self.relay.ended()

    async def _store_rest(self) -> None:
        self.pause()
        self.is_over = True
        self.shield.close()
        self.relay.end()
        await self.let_go()
        emptying = asyncio.create_task(self._unstored.join())
        await asyncio.wait([emptying, self._storing], return_when=asyncio.FIRST_COMPLETED)
        emptying.cancel()
        self._storing.cancel()

    # --- parts and segments -----------------------------------------------------------------------

    def _begin_packager(self) -> None:
        """Begin with the formats that there are, on tracks that begin with the same segment."""
        self._write_heads()
        tracks = self.edge.tracks.values()
        numbers = [track.segments[-1].number for track in tracks if track.segments]
        self._head_from = max([*numbers, self.hold.begins.segment - 1]) + 1
        self._begins_stretch = True
        video, audio = self._formats.get("video"), self._formats.get("audio")
        self._packager = Packager(
            video if isinstance(video, VideoFormat) else None,
            audio if isinstance(audio, AudioFormat) else None,
            first_segment=self._head_from,
            on_start=self._begin_segment,
        )
        early, self._early = self._early, []
        for sample in early:
            self._pack(self._packager, sample)

    def _pack(self, packager: Packager, sample: Sample) -> None:
        """Cut a sample before the ladder has it, which cuts its pictures at the same places."""
        if sample.kind == "video":
            self._pictured_ticks = sample.decode_ticks
        self._take_pieces(packager.add(sample))
        if self.ladder is not None and sample.kind == "video":
            self.ladder.take(sample)

    def _begin_segment(self, start: SegmentStart) -> None:
        if self.shield.is_due and start.is_keyframe:
            self._change_keys(start.segment)
            begins_s = start.present_ticks / CLOCK_HZ
            self.edge.stretches[start.segment] = Stretch(self._instant(begins_s), begins_s)
        if self.ladder is not None:
            self.ladder.begin_segment(start)

    def _change_keys(self, segment: int) -> None:
        """Give what goes on from a segment another head, which differs in its keys alone."""
        self.shield.change_keys()
        number = max(len(track.heads) for track in self.edge.tracks.values())
        self.shield.begin_head(number)
        clear = {TRACK_OF[kind]: write_head(media) for kind, media in self._formats.items()}
        for name, track in self.edge.tracks.items():
            last = track.heads[-1]
            track.heads += [last] * (number - len(track.heads))
            track.heads.append(
                self.shield.head(number, name, clear[name]) if name in clear else last
            )
        self._head_from = self.edge.turns_at = segment

    def _write_heads(self) -> None:
        """Give all tracks another head when one of them needs it: players change all at once."""
        clear = {TRACK_OF[kind]: write_head(media) for kind, media in self._formats.items()}
        tracks = self.edge.tracks
        for name in clear:
            tracks.setdefault(name, LiveTrack(name))
        named = [track.segments[-1].head for track in tracks.values() if track.segments]
        last = max([*named, self.hold.begins.head - 1])
        is_ours = last >= self.hold.begins.head
        heads = self._shielded(last, clear)
        is_same = all(tracks[name].heads[last : last + 1] == [head] for name, head in heads.items())
        # A head that no segment came with was never announced: its number is free.
        count = last + 1 if is_ours and is_same else last + 2
        if count > last + 1:
            self.shield.begin_head(last + 1)
            heads = self._shielded(last + 1, clear)
        for name, track in tracks.items():
            head = heads.get(name) or track.heads[-1]
            del track.heads[last + 1 :]
            track.heads += [head] * (count - len(track.heads))

    def _shielded(self, number: int, heads: Mapping[str, InitSegment]) -> dict[str, InitSegment]:
        return {name: self.shield.head(number, name, head) for name, head in heads.items()}

    def _end_packager(self) -> None:
        self._pictured_ticks = None
        if self._packager is not None:
            packager, self._packager = self._packager, None
            self.edge.is_going_on = False
            # What cannot be encrypted has been refused: nothing of it is given out.
            with suppress(MediaRefused):
                self._take_pieces(packager.finish())

    def _take_pieces(self, pieces: list[Piece]) -> None:
        for piece in pieces:
            track = self.edge.tracks[TRACK_OF[piece.kind]]
            if isinstance(piece, Part):
                self._take_part(track, piece)
            else:
                self._end_segment(track, piece.segment)
        if pieces:
            self.edge.ring()

    def _take_part(self, track: LiveTrack, part: Part) -> None:
        segment = track.segments[-1] if track.segments else None
        if segment is None or segment.number != part.segment:
            head = len(track.heads) - (1 if part.segment >= self._head_from else 2)
            timescale = track.heads[head].timescale
            starts_at = self._instant(part.start_ticks / timescale)
            if self._begins_stretch:
                media_starts_s = part.start_ticks / timescale
                self.edge.stretches[part.segment] = Stretch(starts_at, media_starts_s)
                self._begins_stretch = False
            stretch = max(number for number in self.edge.stretches if number <= part.segment)
            segment = LiveSegment(part.segment, head, starts_at, timescale, stretch=stretch)
            track.segments.append(segment)
        begins = not segment.parts
        segment.add(self.shield.part(segment.head, track.name, part, begins_segment=begins))
        self.edge.is_going_on = self._packager is not None
        self.started.set()

    def _end_segment(self, track: LiveTrack, number: int) -> None:
        segment = track.find(number)
        if segment is not None:
            segment.is_whole = True
            self._order_storing(track, segment)
        if self.shield.is_due and "video" not in self._formats and self._packager is not None:
            self._change_keys(number + 1)
            self._begins_stretch = True
        if self.ladder is not None and track.name == PICTURES:
            self.ladder.end_segment(number)

    def _order_storing(self, track: LiveTrack, segment: LiveSegment) -> None:
        self._unstored.put_nowait((track, segment))

    def _instant(self, seconds: float) -> datetime:
        """Say when something happened that has a place on the timeline."""
        if self._begins_at is None:
            self._begins_at = self._workshop.clock.now() - timedelta(seconds=seconds)
        return self._begins_at + timedelta(seconds=seconds)

    # --- what is kept -----------------------------------------------------------------------------

    async def _store_segments(self) -> None:
        """Store segments in their order, until another node has the broadcast."""
        try:
            await self._store_each()
        except LeaseLost:
            log.warning("Another server has taken the stream %s.", self.stream.id)
            self.abandon()

    async def _store_each(self) -> None:
        await self.started.wait()
        if not self._is_noted:
            await self._insist(self._note_start)
        while True:
            track, segment = await self._unstored.get()
            try:
                await self._insist(self._store_head, track, segment.head)
                await self._insist(self._store_segment, track, segment)
            finally:
                self._unstored.task_done()
                self._has_room.set()

    async def _insist(self, act: Callable[..., Awaitable[None]], *arguments: object) -> None:
        """Try until it is done: a segment that is not stored stays in memory meanwhile."""
        while True:
            try:
                return await act(*arguments)
            except LeaseLost:
                raise
            except Exception:
                log.exception("A live segment could not be stored yet.")
                await asyncio.sleep(STORE_PAUSE_S)

    async def _store_head(self, track: LiveTrack, number: int) -> None:
        if (track.name, number) not in self._stored_heads:
            await self._put(track, f"init-{number}.mp4", bytes(track.heads[number]))
            self._stored_heads.add((track.name, number))

    async def _note_start(self) -> None:
        async with self._workshop.work(Actor.system(self.stream.tenant_id)) as work:
            await self.hold.confirm(work)
            Broadcasts(work).add(
                BroadcastRow(id=self.id, stream_id=self.stream.id, started_at=work.now)
            )
            work.emit(BroadcastStarted(self.stream.id, self.id))

    async def _store_segment(self, track: LiveTrack, segment: LiveSegment) -> None:
        payload = segment.payload
        await self._put(track, f"{segment.number}.m4s", payload)
        async with self._workshop.work(Actor.system(self.stream.tenant_id)) as work:
            row = {
                "tenant_id": self.stream.tenant_id,
                "broadcast_id": self.id,
                "track": track.name,
                "number": segment.number,
                "head": segment.head,
                "duration_us": round(segment.duration_s * 1_000_000),
                "size_bytes": len(payload),
                "starts_at": segment.starts_at,
                "start_ticks": segment.start_ticks,
                "duration_ticks": segment.duration_ticks,
                "stretch": segment.stretch,
                "is_independent": segment.is_independent,
            }
            await self.hold.confirm(work)
            await Broadcasts(work).add_segments([row])
        segment.is_stored = True
        self.edge.let_go(self._workshop.clock.now())
        self.edge.ring()

    async def _put(self, track: LiveTrack, name: str, payload: bytes) -> None:
        await self._store.put(object_key(self.id, f"{track.name}/{name}"), payload)
