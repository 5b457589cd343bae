"""What pictures are taken of: the file of an asset, or the segments of a recording."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from streamverse.domains.media.contracts import PackageId
from streamverse.domains.media.jobs.workshop import read_facts
from streamverse.domains.media.rules.reels import PICTURES, head_of
from streamverse.domains.media.service import reels
from streamverse.domains.media.service.keys import open_reel_keys
from streamverse.mediakit.cenc import decrypt_init, decrypt_segment
from streamverse.mediakit.frames import round_half_up
from streamverse.mediakit.joining import write_index
from streamverse.mediakit.probe import probe
from streamverse.mediakit.protection import key_ids
from streamverse.mediakit.timeline import Span, TrackKind

if TYPE_CHECKING:
    from streamverse.domains.media.jobs.workshop import Workshop
    from streamverse.domains.media.models import AssetRow, PackageRow
    from streamverse.domains.media.service.keys import KeySafe
    from streamverse.kit.storage import ObjectStore
    from streamverse.kit.worker import Run
    from streamverse.mediakit.cenc import ContentKey
    from streamverse.mediakit.probe import MediaFacts
    from streamverse.mediakit.timeline import Timeline

# A first picture is taken of so many segments.
GLANCE_SEGMENTS = 5


@dataclass(frozen=True, slots=True)
class Subject:
    """A file to look at, and when it begins in what people watch."""

    path: Path
    facts: MediaFacts
    begins_ms: int = 0


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a recording plays, and where its objects lie."""

    timeline: Timeline
    place: reels.CutPlace
    keys: Mapping[UUID, ContentKey]


async def find_recorded(run: Run, package: PackageRow, safe: KeySafe) -> Recorded | None:
    """Find what a package plays of a reel, and the keys of what is encrypted of it."""
    package_id = PackageId(package.id)
    async with run.reading() as work:
        timeline = await reels.find_cut_timeline(work, package_id, package.created_at)
        place = await reels.find_place(work, package_id)
        if timeline is None or place is None:
            return None
        wanted = {key_id for span in timeline.spans for key_id in key_ids(span.package)}
        if not wanted:
            return Recorded(timeline, place, {})
        return Recorded(timeline, place, await open_reel_keys(work, safe, [place.reel_id], wanted))


@asynccontextmanager
async def open_subject(
    workshop: Workshop, asset: AssetRow, recorded: Recorded | None, *, glance_at: float | None
) -> AsyncGenerator[Subject]:
    """Give the file of an asset; of a recording, its longest span joined.

    For a glance, a few segments from a share of its length on will do.
    """
    if recorded is None:
        async with workshop.source_file(asset.source_key) as path:
            yield Subject(path, read_facts(asset))
        return
    span, begins_s = _longest(recorded.timeline)
    if glance_at is not None:
        numbers = span.numbers
        first = numbers[int(len(numbers) * glance_at)]
        last = min(numbers[-1], first + GLANCE_SEGMENTS - 1)
        span = replace(span, first=first, last=last)
    with workshop.scratch_folder() as folder:
        path = folder / "joined.mp4"
        await _join(workshop.store, recorded, span, path)
        facts = await probe(path, workshop.tools)
        yield Subject(path, facts, round_half_up(begins_s * 1000))


def _longest(timeline: Timeline) -> tuple[Span, Fraction]:
    begins_s, starts = Fraction(), list[tuple[Span, Fraction]]()
    for span in timeline.spans:
        starts.append((span, begins_s))
        begins_s += span.duration_s
    seen = [each for each in starts if each[0].package.tracks_of(TrackKind.VIDEO)]
    return max(seen, key=lambda each: each[0].duration_s)


async def _join(store: ObjectStore, recorded: Recorded, span: Span, path: Path) -> None:
    """Write a span into one file, decrypted if it has a key."""
    track, head = span.package.reference, head_of(span.package.id) or 0
    segments, place = track.numbered(span.numbers), recorded.place
    secret = recorded.keys.get(track.key_id) if track.key_id is not None else None
    init = await store.get(place.object_key(PICTURES, head, "init.mp4") or "")
    clear = decrypt_init(init) if secret is not None else init

    def write_head(sizes: Sequence[int]) -> bytes:
        durations = [segment.duration_ticks for segment in segments]
        start_ticks = track.start_ticks(span.first)
        lines = list(zip(sizes, durations, strict=True))
        return clear + write_index(track.timescale, start_ticks, lines)

    sizes: list[int] = []
    with path.open("wb") as file:
        # Its length does not depend on the sizes, which are known in the end.
        file.write(write_head([segment.size_bytes for segment in segments]))
        for segment in segments:
            name = place.object_key(PICTURES, head, f"{segment.number}.m4s") or ""
            payload = await store.get(name)
            if secret is not None:
                payload = decrypt_segment(init, payload, secret)
            sizes.append(file.write(payload))
        file.seek(0)
        file.write(write_head(sizes))
