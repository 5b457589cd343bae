"""Ladders: smaller renditions of what goes out, made as long as this machine bears it.

Whatever becomes of them, what a publisher sends goes out as it is. A rung that is not there for a
while has gaps in the place of segments, and no player that begins is led to it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from streamverse.domains.live.service.edge import PICTURES, LiveSegment, LiveTrack
from streamverse.mediakit.ffmpeg import usable_processors
from streamverse.mediakit.ingest.samples import Sample, VideoFormat
from streamverse.mediakit.live.heads import write_head
from streamverse.mediakit.live.packager import Part, Piece, RungPackager, SegmentStart
from streamverse.mediakit.live.rung_encoder import FellBehind, RungEncoder
from streamverse.mediakit.live.rungs import (
    POINTS_PER_PROCESSOR_S,
    choose_live_rungs,
    encoding_command,
    fits_all,
    points_per_second,
    rate_of,
)

if TYPE_CHECKING:
    from streamverse.domains.live.service.edge import LiveEdge
    from streamverse.domains.live.service.shields import Shield
    from streamverse.mediakit.cmaf import InitSegment
    from streamverse.mediakit.frames import FrameRate
    from streamverse.mediakit.hardware import Encoder
    from streamverse.mediakit.ladder import Rung

log = logging.getLogger(__name__)

# So many pictures say how many there are in a second.
PICTURES_NEEDED = 10
STARTS_KEPT = 16
# An encoder that gives nothing is tried again later and later; another one with the next keyframe.
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
# What is under way when a broadcast ends comes out within this time.
DRAINED_WITHIN_S = 10.0

FindEncoder = Callable[[], Awaitable["Encoder | None"]]


async def no_encoder() -> Encoder | None:
    """Encode in software."""
    return None


class LadderDesk:
    """Shares out among broadcasts what this machine can encode."""

    def __init__(
        self,
        ffmpeg: Path | None,
        processors: float | None = None,
        find_encoder: FindEncoder = no_encoder,
    ) -> None:
        self.ffmpeg = ffmpeg
        self.processors = usable_processors() if processors is None else processors
        self.encoder: Encoder | None = None
        self._find_encoder = find_encoder
        self._taken: dict[object, float] = {}

    async def prepare(self) -> None:
        """Find out what encodes here."""
        self.encoder = await self._find_encoder()

    def take(
        self, owner: object, media: VideoFormat, rungs: Sequence[Rung], rate: FrameRate
    ) -> Sequence[Rung]:
        """Take room for as many rungs as there is some for; the largest is given up first."""
        free = self.processors * POINTS_PER_PROCESSOR_S - sum(self._taken.values())
        for first in range(len(rungs)):
            points = points_per_second(media, rungs[first:], rate, self.encoder)
            if points <= free:
                self._taken[owner] = points
                return rungs[first:]
        return ()

    def give_back(self, owner: object) -> None:
        """Leave room to others."""
        self._taken.pop(owner, None)


@dataclass(slots=True, eq=False)
class _Run:
    """One encoder, from a keyframe on until it ends."""

    owner: object
    encoder: RungEncoder
    packagers: Mapping[str, RungPackager]
    is_own_size: bool
    heads: dict[str, InitSegment] = field(default_factory=dict[str, "InitSegment"])
    is_finished: bool = False
    has_given: bool = False


class LiveLadder:
    """The rungs of one broadcast, which follow its pictures onto the edge."""

    def __init__(
        self,
        desk: LadderDesk,
        edge: LiveEdge,
        store: Callable[[LiveTrack, LiveSegment], None],
        shield: Shield,
    ) -> None:
        # What the machine does not bear, by the names of tracks.
        self.left_out: Collection[str] = ()
        self._desk = desk
        self._edge = edge
        self._store = store
        self._shield = shield
        self._media: VideoFormat | None = None
        self._early: list[Sample] = []
        self._starts = deque[SegmentStart](maxlen=STARTS_KEPT)
        self._run: _Run | None = None
        self._tasks: dict[_Run, asyncio.Task[None]] = {}
        self._names: dict[str, None] = {}
        self._are_keyframes_rare = False
        self._given_up = 0
        self._pause_s = FIRST_PAUSE_S
        self._waits_until_s = 0.0

    # --- what goes in -----------------------------------------------------------------------------

    def take_format(self, media: VideoFormat) -> None:
        """Take how the pictures that follow are coded."""
        self.pause()
        self._media = media

    def begin_segment(self, start: SegmentStart) -> None:
        """Hear that a segment of what is sent has begun."""
        self._are_keyframes_rare = self._are_keyframes_rare or not start.is_keyframe
        self._starts.append(start)
        for run in self._tasks:
            for packager in run.packagers.values():
                packager.begin_segment(start)

    def take(self, sample: Sample) -> None:
        """Take a picture, at its place on the broadcast's clock."""
        if self._media is None or self._desk.ffmpeg is None:
            return
        run = self._run
        if run is not None and sample.is_keyframe and run.is_own_size != self._is_own_size:
            self._finish(run)
            run = None
        if run is not None:
            run.encoder.take(sample)
        elif self._early or (sample.is_keyframe and self._is_time()):
            self._early.append(sample)
            if len(self._early) >= PICTURES_NEEDED:
                self._start(self._media)

    def end_segment(self, number: int) -> None:
        """Hear that a segment of what is sent is whole: rungs that nobody makes have a gap."""
        for name, track in self._edge.tracks.items():
            if name in self._names and not any(name in run.packagers for run in self._tasks):
                self._fill(track, number)

    def pause(self) -> None:
        """Let what is under way come out: nothing more comes for now.

        What comes next may be less to do, on a machine that has less to do: all is tried again.
        """
        self._media, self._early = None, []
        self._given_up, self._pause_s, self._waits_until_s = 0, FIRST_PAUSE_S, 0.0
        if self._run is not None:
            self._finish(self._run)

    async def end(self) -> None:
        """Wait until all is out."""
        self.pause()
        tasks = list(self._tasks.values())
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=DRAINED_WITHIN_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    @property
    def _is_own_size(self) -> bool:
        is_for_all = self._media is None or fits_all(self._media)
        return self._are_keyframes_rare or not is_for_all

    def _is_time(self) -> bool:
        return asyncio.get_running_loop().time() >= self._waits_until_s

    # --- encoders come and go ---------------------------------------------------------------------

    def _start(self, media: VideoFormat) -> None:
        early, self._early = self._early, []
        rate = rate_of(early)
        is_own_size = self._is_own_size
        wanted = choose_live_rungs(media, rate, is_own_size=is_own_size, names=self._names)
        owner = object()
        made = self._desk.take(owner, media, wanted[self._given_up :], rate)
        self.left_out = [one.track_name for one in wanted if one not in made]
        for name in self.left_out:
            if name in self._edge.tracks:
                self._edge.tracks[name].is_offered = False
        if not made or self._desk.ffmpeg is None:
            self._waits_until_s = asyncio.get_running_loop().time() + LONGEST_PAUSE_S
            return
        names = [one.track_name for one in made]
        self._names.update(dict.fromkeys(names))
        packagers = {name: RungPackager() for name in names}
        command = encoding_command(self._desk.ffmpeg, media, made, rate, self._desk.encoder)
        encoder = RungEncoder(
            command, media, names, rate, lambda name, heard: self._hear(run, name, heard)
        )
        run = _Run(owner, encoder, packagers, is_own_size)
        for start in self._starts:
            if start.present_ticks >= early[0].present_ticks:
                for packager in packagers.values():
                    packager.begin_segment(start)
        for sample in early:
            encoder.take(sample)
        self._run = run
        self._tasks[run] = asyncio.create_task(self._attend(run))

    async def _attend(self, run: _Run) -> None:
        try:
            await run.encoder.run()
        except FellBehind:
            log.warning("This machine is too slow for the rungs %s.", ", ".join(run.packagers))
            self._given_up += 0 if run.is_finished else 1
        except Exception:
            log.exception("The rungs %s could not be made.", ", ".join(run.packagers))
        finally:
            self._desk.give_back(run.owner)
            self._take_leave(run)

    def _finish(self, run: _Run) -> None:
        run.is_finished, self._run = True, None
        run.encoder.finish()
        # What is left to do is little, and whoever begins does not wait for it.
        self._desk.give_back(run.owner)

    def _take_leave(self, run: _Run) -> None:
        """Give what is left, or gaps in its place."""
        if run.is_finished:
            for name, packager in run.packagers.items():
                self._take_pieces(run, name, packager.finish())
        elif run.has_given:
            self._pause_s = FIRST_PAUSE_S
        else:
            self._waits_until_s = asyncio.get_running_loop().time() + self._pause_s
            self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
        self._tasks.pop(run, None)
        if self._run is run:
            self._run = None
        pictures = self._edge.tracks[PICTURES].segments
        whole = next((one.number for one in reversed(pictures) if one.is_whole), -1)
        for name in run.packagers:
            track = self._edge.tracks.get(name)
            is_made = any(name in other.packagers for other in self._tasks)
            if track is not None and not is_made:
                track.is_offered = run.is_finished
                self._fill(track, whole)

    # --- what comes out ---------------------------------------------------------------------------

    def _hear(self, run: _Run, name: str, heard: VideoFormat | Sample) -> None:
        if isinstance(heard, VideoFormat):
            run.heads[name] = write_head(heard)
            return
        run.has_given = True
        self._take_pieces(run, name, run.packagers[name].add(heard))

    def _take_pieces(self, run: _Run, name: str, pieces: Sequence[Piece]) -> None:
        for piece in pieces:
            if isinstance(piece, Part):
                self._take_part(run, name, piece)
            else:
                self._end_segment(name, piece.segment)
        if pieces:
            self._edge.ring()

    def _take_part(self, run: _Run, name: str, part: Part) -> None:
        sent = self._edge.tracks[PICTURES].find(part.segment)
        if sent is None:
            return
        track = self._edge.tracks.setdefault(name, LiveTrack(name))
        segment = track.segments[-1] if track.segments else None
        if segment is None or segment.number < part.segment:
            head = self._shield.head(sent.head, name, run.heads[name])
            if not self._place_head(track, sent.head, head):
                return
            self._fill(track, part.segment - 1)
            segment = LiveSegment(
                part.segment, sent.head, sent.starts_at, sent.timescale, stretch=sent.stretch
            )
            track.segments.append(segment)
        if segment.number == part.segment and not segment.is_whole:
            begins = not segment.parts
            segment.add(self._shield.part(segment.head, name, part, begins_segment=begins))
            track.is_offered = True

    def _end_segment(self, name: str, number: int) -> None:
        track = self._edge.tracks.get(name)
        segment = track.find(number) if track is not None else None
        if track is not None and segment is not None and not segment.is_whole:
            segment.is_whole = True
            self._store(track, segment)

    @staticmethod
    def _place_head(track: LiveTrack, number: int, head: InitSegment) -> bool:
        """Give a track its head at a number that no other head has been played under."""
        track.heads += [head] * (number + 1 - len(track.heads))
        if track.heads[number] == head:
            return True
        if any(one.head == number and not one.is_gap for one in track.segments):
            log.warning("The rung %s is coded otherwise than before.", track.name)
            return False
        track.heads[number] = head
        return True

    def _fill(self, track: LiveTrack, last: int) -> None:
        """Put gaps where a track lacks segments, up to a number."""
        if not track.segments:
            return
        newest = track.segments[-1]
        first = newest.number + 1 if newest.is_whole else newest.number
        for number in range(first, last + 1):
            sent = self._edge.tracks[PICTURES].find(number)
            if sent is None or not sent.is_whole:
                continue
            if track.segments[-1].number == number:
                track.segments.pop()
            track.segments.append(LiveSegment.gap_of(sent))
        self._edge.ring()
