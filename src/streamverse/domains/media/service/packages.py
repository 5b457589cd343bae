"""Growing a package segment by segment until it is whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from streamverse.domains.media.contracts import (
    AssetId,
    EncodePart,
    EncodeSound,
    FinishPackage,
    PackageId,
    PackagePlayable,
    PackageReady,
)
from streamverse.domains.media.errors import PartBegunAnew
from streamverse.domains.media.models import PartRow, TrackRow
from streamverse.domains.media.repository import Packages, Subtitles
from streamverse.domains.media.rules.checks import Decoded, store_decoded
from streamverse.domains.media.rules.packages import (
    PackagePlan,
    PlannedPart,
    PlannedTrack,
    Recipe,
    RungGroup,
    leading_parts,
    needed_codec,
    plan_group,
    playable_segments,
    to_package,
)
from streamverse.domains.media.rules.states import PackageState, PartKind
from streamverse.domains.media.rules.subtitles import text_tracks
from streamverse.domains.media.service.keys import name_keys
from streamverse.domains.media.service.pictures import is_seen, order_pictures, order_poster
from streamverse.domains.media.service.reels import find_cut_timeline
from streamverse.kit.clock import new_id
from streamverse.kit.jobs import HIGH, LOW, NORMAL
from streamverse.mediakit.timeline import Package, Span, Timeline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamverse.domains.media.models import PackageRow
    from streamverse.domains.media.rules.checks import CheckReport
    from streamverse.kit.work import Work
    from streamverse.mediakit.ladder import Rung

SYNC_TOLERANCE_MS = 500
# A film that nobody can watch yet goes before the better renditions of one that plays.
LEADING_PRIORITY = NORMAL - 4
GROUP_PRIORITIES: Mapping[str, int] = {RungGroup.HEVC: LOW - 20, RungGroup.AV1: LOW - 20}


@dataclass(frozen=True, slots=True)
class NewSegment:
    """A segment that is in the store and may be announced."""

    track_name: str
    number: int
    duration_ticks: int
    size_bytes: int


async def add_plan(
    work: Work, package: PackageRow, plan: PackagePlan, *, priority: int = NORMAL
) -> None:
    """Add tracks and parts to a package and order their encoding, what playing waits for first.

    ``priority`` is that of the whole package among others.
    """
    packages, package_id = Packages(work), PackageId(package.id)
    position = len(await packages.tracks(package_id))
    parts = list(await packages.parts(package_id))
    new_parts = [
        _part_row(package_id, number, part) for number, part in enumerate(plan.parts, len(parts))
    ]
    packages.add(
        *(
            _track_row(package_id, place, track)
            for place, track in enumerate(plan.tracks, position)
        ),
        *new_parts,
    )
    leading = {part.number for part in leading_parts([*parts, *new_parts])}
    for part in new_parts:
        is_leading = part.number in leading
        if is_leading or part.kind == PartKind.VIDEO:
            order_part(work, package, part, is_leading=is_leading, package_priority=priority)


async def add_groups(
    work: Work,
    package_id: PackageId,
    groups: Mapping[RungGroup, Sequence[Rung]],
    *,
    priority: int = NORMAL,
) -> None:
    """Add the groups that a package awaits, and order them. Adding them again changes nothing."""
    package = await Packages(work).lock(package_id)
    recipe = Recipe.read(package.recipe)
    if not recipe.awaits_groups:
        return
    for group, rungs in groups.items():
        recipe = recipe.with_rungs(group, rungs)
    recipe = replace(recipe, awaits_groups=False)
    package.recipe = recipe.stored()
    for group in (group for group in recipe.ordered_groups if group in groups):
        await add_plan(work, package, plan_group(recipe, group), priority=priority)
        await work.session.flush()
    await _order_checks_if_whole(work, package)


def order_part(
    work: Work,
    package: PackageRow,
    part: PartRow,
    *,
    is_leading: bool,
    package_priority: int = NORMAL,
) -> None:
    """Order the encoding of a part: first what playing waits for, last what only some can use."""
    package_id = PackageId(package.id)
    order = EncodeSound if part.kind == PartKind.AUDIO else EncodePart
    priority = LEADING_PRIORITY if is_leading else GROUP_PRIORITIES.get(part.group, NORMAL)
    work.enqueue(
        order(package_id, part.number),
        priority=priority + package_priority - NORMAL,
        needs=needed_codec(part),
        subject_id=package.asset_id,
        dedupe_key=f"encode:{package_id}:{part.number}",
    )


def _part_row(package_id: PackageId, number: int, part: PlannedPart) -> PartRow:
    return PartRow(
        package_id=package_id,
        number=number,
        kind=part.kind,
        group=part.group,
        track_name=part.track_name,
        chunk_number=part.chunk_number,
        first_segment=part.first_segment,
        segment_count=part.segment_count,
        next_segment=part.first_segment,
        encode_starts=0,
    )


def _track_row(package_id: PackageId, position: int, track: PlannedTrack) -> TrackRow:
    return TrackRow(
        id=new_id(),
        package_id=package_id,
        position=position,
        name=track.name,
        kind=track.kind,
        codec=track.codec,
        timescale=track.timescale,
        width=track.width,
        height=track.height,
        frame_rate=track.frame_rate,
        channels=track.channels,
        sample_rate_hz=track.sample_rate_hz,
        language=track.language,
        label=track.label,
        target_bitrate_bps=track.target_bitrate_bps,
    )


async def announce_segments(
    work: Work, package_id: PackageId, part_number: int, segments: Sequence[NewSegment]
) -> None:
    """Add segments to the index: from now on players may ask for them, and they never change."""
    packages = Packages(work)
    package = await packages.lock(package_id)
    part = await packages.lock_part(package_id, part_number)
    tracks = {track.name: track for track in await packages.tracks(package_id)}
    if not {segment.track_name for segment in segments} <= set(tracks):
        raise PartBegunAnew
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
    if playable_segments(parts) > 0:
        await _note_playable(work, package)


async def _note_playable(work: Work, package: PackageRow) -> None:
    """Tell everybody; a film that will not be whole for long gets a first picture now."""
    package.playable_at = work.now
    work.emit(PackagePlayable(AssetId(package.asset_id), PackageId(package.id)))
    await _order_other_sounds(work, package)
    if Recipe.read(package.recipe).has_preview:
        _order_first_picture(work, package)


async def _order_other_sounds(work: Work, package: PackageRow) -> None:
    """Order what only some players can use: it would have taken time from what all wait for."""
    parts = await Packages(work).parts(PackageId(package.id))
    leading = leading_parts(parts)
    for part in parts:
        if part.kind == PartKind.AUDIO and part.finished_at is None and part not in leading:
            order_part(work, package, part, is_leading=False)


def _order_first_picture(work: Work, package: PackageRow) -> None:
    if package.poster_id is None and is_seen(package):
        order_poster(work, package)


async def note_codec(work: Work, package_id: PackageId, track_name: str, codec: str) -> None:
    """Note as what an encoder has declared a track, where that is its own choice."""
    for track in await Packages(work).tracks(package_id):
        if track.name == track_name:
            track.codec = codec


async def finish_part(
    work: Work,
    package_id: PackageId,
    number: int,
    decoded: Iterable[Decoded] = (),
    made_with: str | None = None,
) -> None:
    """Note that a part is whole, and what came out of decoding it; the last orders the checks."""
    packages = Packages(work)
    package = await packages.lock(package_id)
    part = await packages.lock_part(package_id, number)
    if made_with is not None and part.made_with != made_with:
        raise PartBegunAnew
    part.finished_at, part.decoded = part.finished_at or work.now, store_decoded(decoded)
    await _order_checks_if_whole(work, package)


async def _order_checks_if_whole(work: Work, package: PackageRow) -> None:
    if Recipe.read(package.recipe).awaits_groups or package.state != PackageState.ENCODING:
        return
    parts = await Packages(work).parts(PackageId(package.id))
    if all(part.finished_at for part in parts):
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


async def note_checks(work: Work, package_id: PackageId, report: CheckReport) -> None:
    """Keep what the checks of a package have measured."""
    row = await Packages(work).lock(package_id)
    row.checks = report.stored()


async def finish_package(work: Work, package_id: PackageId) -> None:
    """Declare a package that has passed its checks ready, and order the pictures of the film.

    Nobody waits for those, so that they do not take processors from what makes it playable.
    """
    row = await Packages(work).lock(package_id)
    if row.state != PackageState.FINISHING:
        return
    package = await load_package(work, row)
    asset_id = AssetId(row.asset_id)
    if row.playable_at is None:
        await _note_playable(work, row)
    row.state, row.ready_at = PackageState.READY, work.now
    timeline = Timeline(spans=(Span(package=package),), started_at=row.created_at)
    row.duration_ms = timeline.playable_duration_ms
    work.emit(PackageReady(asset_id, package_id, row.duration_ms))
    _order_first_picture(work, row)
    if row.sprites_id is None and is_seen(row):
        order_pictures(work, row)


async def load_package(work: Work, row: PackageRow) -> Package:
    """Load what timelines are made of."""
    packages = Packages(work)
    tracks = await packages.tracks(PackageId(row.id))
    index = await packages.segments([track.id for track in tracks])
    package = to_package(row, tracks, await packages.parts(PackageId(row.id)), index)
    return await name_keys(work, package)


async def load_timeline(work: Work, package_id: PackageId) -> Timeline:
    """Load the timeline of one package: a span that grows until the package is whole."""
    row = await Packages(work).get(package_id)
    recorded = await find_cut_timeline(work, package_id, row.created_at)
    if recorded is not None:
        return recorded
    package = await load_package(work, row)
    subtitles = await Subtitles(work).shown(package_id)
    texts = text_tracks(Recipe.read(row.recipe).plan, subtitles)
    whole = replace(package, tracks=(*package.tracks, *texts))
    return Timeline(spans=(Span(package=whole),), started_at=row.created_at)
