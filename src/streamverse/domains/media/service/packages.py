"""Growing a package segment by segment until it is whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from streamverse.domains.media.contracts import (
    AssetId,
    FinishPackage,
    PackageId,
    PackagePlayable,
    PackageReady,
    PosterMade,
)
from streamverse.domains.media.errors import PackageBroken
from streamverse.domains.media.repository import Packages
from streamverse.domains.media.rules.packages import (
    PLAYABLE_AFTER_SEGMENTS,
    Recipe,
    playable_segments,
    to_package,
)
from streamverse.domains.media.rules.states import PackageState
from streamverse.kit.jobs import HIGH
from streamverse.mediakit.timeline import Package, Span, Timeline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamverse.domains.media.models import PackageRow, PartRow
    from streamverse.kit.work import Work

SYNC_TOLERANCE_MS = 500


@dataclass(frozen=True, slots=True)
class NewSegment:
    """A segment that is in the store and may be announced."""

    track_name: str
    number: int
    duration_ticks: int
    size_bytes: int


async def start_part(work: Work, package_id: PackageId, number: int) -> PartRow:
    """Note that an encoder starts on a part, and tell where it must go on."""
    part = await Packages(work).lock_part(package_id, number)
    if part.finished_at is None:
        part.encode_starts += 1
    return part


async def announce_segments(
    work: Work, package_id: PackageId, part_number: int, segments: Sequence[NewSegment]
) -> None:
    """Add segments to the index: from now on players may ask for them, and they never change."""
    packages = Packages(work)
    package = await packages.lock(package_id)
    part = await packages.lock_part(package_id, part_number)
    tracks = {track.name: track for track in await packages.tracks(package_id)}
    fresh = [segment for segment in segments if segment.number >= part.next_segment]
    if not fresh:
        return
    await packages.append_segments(
        [
            {
                "track_id": tracks[segment.track_name].id,
                "number": segment.number,
                "duration_ticks": segment.duration_ticks,
                "size_bytes": segment.size_bytes,
            }
            for segment in fresh
        ]
    )
    part.next_segment = max(segment.number for segment in fresh) + 1
    if package.playable_at is None:
        await _note_if_playable(work, package)


async def _note_if_playable(work: Work, package: PackageRow) -> None:
    parts = await Packages(work).parts(PackageId(package.id))
    needed = min(PLAYABLE_AFTER_SEGMENTS, Recipe.read(package.recipe).plan.segment_count)
    if playable_segments(parts) >= needed:
        package.playable_at = work.now
        work.emit(PackagePlayable(AssetId(package.asset_id), PackageId(package.id)))


async def finish_part(work: Work, package_id: PackageId, number: int) -> None:
    """Note that a part is whole; the last one orders the package's checks."""
    packages = Packages(work)
    package = await packages.lock(package_id)
    part = await packages.lock_part(package_id, number)
    part.finished_at = part.finished_at or work.now
    parts = await packages.parts(package_id)
    if all(part.finished_at for part in parts) and package.state == PackageState.ENCODING:
        order_checks(work, package)


def order_checks(work: Work, package: PackageRow) -> None:
    """Order the checks of a package that has all its parts."""
    package.state = PackageState.FINISHING
    work.enqueue(
        FinishPackage(PackageId(package.id)),
        priority=HIGH,
        subject_id=package.asset_id,
        dedupe_key=f"finish:{package.id}",
    )


async def finish_package(work: Work, package_id: PackageId) -> None:
    """Check that all tracks tell the same time without a hole, and declare the package ready."""
    row = await Packages(work).lock(package_id)
    if row.state != PackageState.FINISHING:
        return
    package = await load_package(work, row)
    _check(package)
    asset_id = AssetId(row.asset_id)
    if row.playable_at is None:
        row.playable_at = work.now
        work.emit(PackagePlayable(asset_id, package_id))
    row.state, row.ready_at = PackageState.READY, work.now
    timeline = Timeline(spans=(Span(package=package),), started_at=row.created_at)
    row.duration_ms = timeline.playable_duration_ms
    work.emit(PackageReady(asset_id, package_id, row.duration_ms))


def _check(package: Package) -> None:
    reference = package.reference
    expected_ms = package.expected_duration_ms or 0
    for track in package.tracks:
        if track.playable_count != len(track.segments) or not track.segments:
            raise PackageBroken(f"The track {track.name} has a hole, so it is not shown to anyone.")
    found_ms = float(reference.duration_s(range(len(reference.segments))) * 1000)
    if abs(found_ms - expected_ms) > SYNC_TOLERANCE_MS + expected_ms * 0.01:
        raise PackageBroken(
            f"The encoded film lasts {found_ms / 1000:.1f} s, not {expected_ms / 1000:.1f} s."
        )


async def load_package(work: Work, row: PackageRow) -> Package:
    """Load what timelines are made of."""
    packages = Packages(work)
    tracks = await packages.tracks(PackageId(row.id))
    index = await packages.segments([track.id for track in tracks])
    return to_package(row, tracks, await packages.parts(PackageId(row.id)), index)


async def load_timeline(work: Work, package_id: PackageId) -> Timeline:
    """Load the timeline of one package: a span that grows until the package is whole."""
    row = await Packages(work).get(package_id)
    package = await load_package(work, row)
    return Timeline(spans=(Span(package=package),), started_at=row.created_at)


async def note_poster(work: Work, package_id: PackageId) -> None:
    """Note that the poster is in the store."""
    row = await Packages(work).lock(package_id)
    if not row.has_poster:
        row.has_poster = True
        work.emit(PosterMade(AssetId(row.asset_id), package_id))
