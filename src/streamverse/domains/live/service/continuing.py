"""A broadcast that goes on elsewhere: its edge, as far as it can be read from index and store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from streamverse.domains.live.repository import Broadcasts
from streamverse.domains.live.rules.leases import Place, head_of_gap
from streamverse.domains.live.service.edge import LiveSegment, LiveTrack, Stretch
from streamverse.domains.live.service.recordings import object_key
from streamverse.kit.work import Actor
from streamverse.mediakit.ingest.samples import CLOCK_HZ
from streamverse.mediakit.live.heads import read_head
from streamverse.mediakit.live.packager import TARGET_DURATION_S

if TYPE_CHECKING:
    from uuid import UUID

    from streamverse.domains.live.models import LiveSegmentRow
    from streamverse.domains.live.service.edge import LiveEdge
    from streamverse.domains.live.service.leases import Hold
    from streamverse.kit.storage import ObjectStore
    from streamverse.kit.work import Workshop
    from streamverse.mediakit.cmaf import InitSegment


@dataclass(frozen=True, slots=True)
class Past:
    """What is there of a broadcast: segments by track, and how each of its stretches began."""

    is_noted: bool
    tracks: Mapping[str, Sequence[LiveSegmentRow]]
    firsts: Sequence[LiveSegmentRow]
    heads: Mapping[str, Mapping[int, InitSegment]]

    def timescale(self, row: LiveSegmentRow) -> int:
        """Tell in how many ticks a second a segment counts."""
        return self.heads[row.track][row.head].timescale

    def end_ticks(self, now: datetime) -> int:
        """Say where the clock of the broadcast stands by now, behind all that it has."""
        ends: list[float] = [0.0]
        for rows in self.tracks.values():
            last, scale = rows[-1], self.timescale(rows[-1])
            passed_s = (now - last.starts_at).total_seconds()
            ends.append(last.start_ticks / scale + max(passed_s, last.duration_ticks / scale))
        return int(max(ends) * CLOCK_HZ)


async def load_past(
    workshop: Workshop, store: ObjectStore, tenant_id: UUID, hold: Hold, rewind: timedelta
) -> Past:
    """Read what is there of a broadcast that can still be rewound to."""
    async with workshop.reading(Actor.system(tenant_id)) as work:
        broadcasts = Broadcasts(work)
        is_noted = await broadcasts.find(hold.broadcast_id) is not None
        recent = await broadcasts.segments(hold.broadcast_id, since=work.now - rewind)
        rows = {(row.track, row.number): row for row in recent}
        # The end of each track is needed, however long ago it was.
        last = await broadcasts.last_segments(hold.broadcast_id)
        rows |= {(row.track, row.number): row for row in last}
        firsts = await broadcasts.first_segments(hold.broadcast_id)
    tracks: dict[str, list[LiveSegmentRow]] = defaultdict(list)
    for _, row in sorted(rows.items()):
        tracks[row.track].append(row)
    heads: dict[str, dict[int, InitSegment]] = defaultdict(dict)
    for track, number in sorted({(row.track, row.head) for row in (*rows.values(), *firsts)}):
        key = object_key(hold.broadcast_id, f"{track}/init-{number}.mp4")
        heads[track][number] = read_head(await store.get(key))
    return Past(is_noted, tracks, firsts, heads)


def restore(edge: LiveEdge, past: Past, begins: Place, now: datetime) -> None:
    """Let an edge name what is there, and what is missing up to where it goes on."""
    for row in past.firsts:
        starts_s = row.start_ticks / past.timescale(row)
        edge.stretches.setdefault(row.stretch, Stretch(row.starts_at, starts_s))
    for name, rows in past.tracks.items():
        track = edge.tracks[name] = LiveTrack(name)
        track.heads = _fill_heads(past.heads[name], begins.head)
        whole = [_segment_of(row, past.timescale(row)) for row in rows]
        for one, following in pairwise(whole):
            track.segments.append(one)
            after = Place(following.number, following.head)
            track.segments += _gaps(one, after, following.starts_at)
        track.segments.append(whole[-1])
        track.segments += _gaps(whole[-1], begins, now)


def _fill_heads(known: Mapping[int, InitSegment], count: int) -> list[InitSegment]:
    """List heads by their numbers; for those that nothing is stored of, any will do."""
    usual = known[max(known)]
    return [known.get(number, usual) for number in range(count)]


def _segment_of(row: LiveSegmentRow, timescale: int) -> LiveSegment:
    return LiveSegment(
        row.number,
        row.head,
        row.starts_at,
        timescale,
        is_whole=True,
        is_stored=True,
        start_ticks=row.start_ticks,
        duration_ticks=row.duration_ticks,
        is_independent=row.is_independent,
        stretch=row.stretch,
    )


def _gaps(before: LiveSegment, after: Place, until: datetime) -> Iterator[LiveSegment]:
    """Give the segments that are missing behind one, which share the time until another."""
    count = after.segment - before.number - 1
    if count <= 0:
        return
    ended_at = before.starts_at + timedelta(seconds=before.duration_s)
    missing_s = max((until - ended_at).total_seconds(), 0.0)
    each_s = min(max(missing_s / count, 1 / CLOCK_HZ), float(TARGET_DURATION_S))
    for place in range(count):
        number = before.number + 1 + place
        yield LiveSegment(
            number,
            head_of_gap(number, before.head, after),
            ended_at + timedelta(seconds=place * each_s),
            CLOCK_HZ,
            is_whole=True,
            is_stored=True,
            is_gap=True,
            duration_ticks=max(1, int(each_s * CLOCK_HZ)),
            stretch=before.stretch,
        )
