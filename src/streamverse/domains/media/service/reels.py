"""Recordings: reels that are kept, and cut into what titles play. Nothing is ever encoded."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from streamverse.domains.media.contracts import (
    AssetId,
    MeasureStorage,
    PackageId,
    ReelId,
    ReelLoosened,
)
from streamverse.domains.media.errors import CutEmpty, NoRecording
from streamverse.domains.media.models import AssetRow, CutRow, PackageRow, ReelRow
from streamverse.domains.media.repository import Assets, Cuts, Packages, ReelKeys, Reels
from streamverse.domains.media.rules.packages import Recipe, source_key
from streamverse.domains.media.rules.reels import (
    Reel,
    ReelHead,
    ReelSegment,
    Run,
    make_recipe,
    make_timeline,
    runs_of,
)
from streamverse.domains.media.rules.states import PackageState
from streamverse.domains.media.service.pictures import order_pictures, order_poster
from streamverse.kit.clock import new_id
from streamverse.kit.jobs import LOW
from streamverse.mediakit.frames import round_half_up

if TYPE_CHECKING:
    from datetime import datetime

    from streamverse.kit.work import Work
    from streamverse.mediakit.timeline import Timeline


@dataclass(frozen=True, slots=True)
class NewCut:
    """A cut that can be played from now on."""

    asset_id: AssetId
    duration_ms: int
    width: int | None
    height: int | None


@dataclass(frozen=True, slots=True)
class CutView:
    """A recording in its editor: where it may be cut, and what of it is played.

    ``instants_ms`` are those at which the segments of the whole begin, and its end. ``runs`` count
    them from 0, up to one that is left out.
    """

    reel_id: ReelId
    instants_ms: Sequence[int]
    runs: Sequence[tuple[int, int]]


# --- reels ----------------------------------------------------------------------------------------


async def keep_reel(
    work: Work,
    reel_id: ReelId,
    store_prefix: str,
    heads: Mapping[str, Sequence[ReelHead]],
    segments: Sequence[ReelSegment],
) -> None:
    """Keep what a broadcast stored, or what it has stored since then."""
    row = await Reels(work).find_for_change(reel_id)
    if row is None:
        row = ReelRow(id=reel_id, store_prefix=store_prefix, heads={}, created_at=work.now)
        Reels(work).add(row)
    row.heads = msgspec.to_builtins(heads)
    await work.session.flush()
    known = {(each.track, each.number) for each in await Reels(work).segments(reel_id)}
    fresh = [one for one in segments if (one.track, one.number) not in known]
    if fresh:
        owned = {"tenant_id": row.tenant_id, "reel_id": reel_id}
        await Reels(work).add_segments([{**msgspec.to_builtins(one), **owned} for one in fresh])


async def loosen_reel(work: Work, reel_id: ReelId) -> Sequence[Run] | None:
    """Let go of a reel what no cut plays; tell what is still played, or None if there is no reel.

    Whoever stored the rest may delete it now.
    """
    row = await Reels(work).find_for_change(reel_id)
    if row is None:
        await ReelKeys(work).remove_of(reel_id)
        return None
    runs = await list_played(work, reel_id)
    if runs:
        await Reels(work).keep_only(reel_id, runs)
    else:
        await Reels(work).remove(row)
        await ReelKeys(work).remove_of(reel_id)
    return runs


async def list_played(work: Work, reel_id: ReelId) -> Sequence[Run]:
    """List what cuts play of a reel."""
    return [
        (first, last)
        for cut in await Cuts(work).of_reel(reel_id)
        for first, last in (*cut.runs, *cut.whole)
    ]


async def load_reel(work: Work, reel_id: ReelId) -> Reel:
    """Load the index of a reel."""
    row = await Reels(work).find(reel_id)
    heads = row.heads if row is not None else {}
    return Reel.of(
        msgspec.convert(heads, dict[str, list[ReelHead]]), await Reels(work).segments(reel_id)
    )


# --- cuts -----------------------------------------------------------------------------------------


async def cut_reel(
    work: Work, reel_id: ReelId, name: str, runs: Sequence[Run] | None = None
) -> NewCut:
    """Make an asset that plays runs of a reel, or all of it; it is ready at once."""
    await Reels(work).lock(reel_id)
    reel = await load_reel(work, reel_id)
    timeline = make_timeline(reel, reel.whole if runs is None else runs, work.now)
    if timeline.playable_count == 0:
        raise CutEmpty
    asset_id, package_id = AssetId(new_id()), PackageId(new_id())
    Assets(work).add(
        AssetRow(
            id=asset_id,
            name=name,
            source_key=source_key(asset_id),
            size_bytes=timeline.size_bytes,
            duration_ms=timeline.playable_duration_ms,
            facts={},
            created_at=work.now,
            # There never was a file that it was made from.
            source_deleted_at=work.now,
        )
    )
    await work.session.flush()
    package = PackageRow(
        id=package_id,
        asset_id=asset_id,
        recipe=make_recipe(reel, timeline).stored(),
        state=PackageState.READY,
        duration_ms=timeline.playable_duration_ms,
        is_poster_chosen=False,
        text_revision=0,
        created_at=work.now,
        playable_at=work.now,
        ready_at=work.now,
    )
    Packages(work).add(package)
    await work.session.flush()
    played = [list(run) for run in runs_of(timeline)]
    Cuts(work).add(CutRow(package_id=package_id, reel_id=reel_id, runs=played, whole=played))
    await work.session.flush()
    _order_looks(work, package)
    picture = reel.picture
    return NewCut(
        asset_id,
        timeline.playable_duration_ms,
        picture.width if picture else None,
        picture.height if picture else None,
    )


def _order_looks(work: Work, package: PackageRow) -> None:
    """Order pictures of what is played now, and weigh it."""
    if Recipe.read(package.recipe).rungs:
        if package.poster_id is None:
            order_poster(work, package)
        order_pictures(work, package)
    work.enqueue(MeasureStorage(AssetId(package.asset_id)), priority=LOW)


async def view_cut(work: Work, asset_id: AssetId) -> CutView:
    """Show where a recording may be cut, or fail with ``NoRecording``."""
    cut = await _get_cut(work, asset_id)
    reel = await load_reel(work, ReelId(cut.reel_id))
    whole = make_timeline(reel, _read_runs(cut.whole), work.now)
    instants = [round_half_up(second * 1000) for second in whole.starts_s()]
    return CutView(
        ReelId(cut.reel_id), instants, _count_runs(whole, _played_runs(reel, cut, work.now))
    )


def _played_runs(reel: Reel, cut: CutRow, now: datetime) -> list[Run]:
    """Give the runs that a cut plays, without those that are no longer there."""
    return runs_of(make_timeline(reel, _read_runs(cut.runs), now))


async def recut(work: Work, asset_id: AssetId, start: int, stop: int) -> int:
    """Play other segments of the whole, and tell how long that is in milliseconds.

    Addresses and numbers of segments stay, so that whoever watches goes on with what is left.
    """
    cut = await _get_cut(work, asset_id)
    row = await Packages(work).lock(PackageId(cut.package_id))
    reel_row = await Reels(work).lock(ReelId(cut.reel_id))
    reel = await load_reel(work, ReelId(reel_row.id))
    whole = make_timeline(reel, _read_runs(cut.whole), work.now)
    timeline = whole.slice(start, stop)
    if timeline.playable_count == 0:
        raise CutEmpty
    cut.runs = [list(run) for run in runs_of(timeline)]
    row.duration_ms = timeline.playable_duration_ms
    row.sprites_id = row.preview_id = None
    # Whatever remembers a manifest on the way notices that it is another one.
    row.text_revision += 1
    _order_looks(work, row)
    return row.duration_ms


async def cut_again(work: Work, asset_id: AssetId, name: str, start: int, stop: int) -> NewCut:
    """Make another asset of a part of a recording's whole."""
    cut = await _get_cut(work, asset_id)
    reel_id = ReelId(cut.reel_id)
    whole = make_timeline(await load_reel(work, reel_id), _read_runs(cut.whole), work.now)
    part = whole.slice(start, stop)
    if part.playable_count == 0:
        raise CutEmpty
    return await cut_reel(work, reel_id, name, runs_of(part))


async def loosen_of_assets(work: Work, package_ids: Collection[PackageId]) -> None:
    """Tell which reels are played less when some packages are removed."""
    for package_id in package_ids:
        cut = await Cuts(work).find(package_id)
        if cut is not None:
            work.emit(ReelLoosened(ReelId(cut.reel_id)))


# --- playing --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CutPlace:
    """Where the objects of a cut lie, and which of them it plays."""

    reel_id: ReelId
    store_prefix: str
    runs: Sequence[Run]
    # The tracks that the reel has of its own name: what was sent has none, nor has the sound.
    tracks: Collection[str] = ()

    def object_key(self, track_name: str, head: int, name: str) -> str | None:
        """Give the name of a head or of a segment in the store, if the cut plays it."""
        track = track_name if track_name in self.tracks else track_name[0]
        if name == "init.mp4":
            return f"{self.store_prefix}/{track}/init-{head}.mp4"
        number = int(name.partition(".")[0])
        if any(first <= number <= last for first, last in self.runs):
            return f"{self.store_prefix}/{track}/{number}.m4s"
        return None


async def find_place(work: Work, package_id: PackageId) -> CutPlace | None:
    """Find where the objects of a package lie that plays a reel."""
    cut = await Cuts(work).find(package_id)
    row = await Reels(work).find(ReelId(cut.reel_id)) if cut is not None else None
    if cut is None or row is None:
        return None
    return CutPlace(ReelId(row.id), row.store_prefix, _read_runs(cut.runs), tuple(row.heads))


async def find_cut_timeline(
    work: Work, package_id: PackageId, started_at: datetime
) -> Timeline | None:
    """Load the timeline of a package that plays a reel."""
    cut = await Cuts(work).find(package_id)
    if cut is None:
        return None
    reel = await load_reel(work, ReelId(cut.reel_id))
    return make_timeline(reel, _read_runs(cut.runs), started_at)


async def _get_cut(work: Work, asset_id: AssetId) -> CutRow:
    cut = await Cuts(work).of_asset(asset_id)
    if cut is None:
        raise NoRecording
    return cut


def _read_runs(stored: Sequence[Sequence[int]]) -> list[Run]:
    return [(first, last) for first, last in stored]


def _count_runs(whole: Timeline, runs: Sequence[Run]) -> list[tuple[int, int]]:
    """Turn numbers of segments into places in the whole."""
    numbers = [number for span in whole.spans for number in span.numbers]
    places = {number: place for place, number in enumerate(numbers)}
    return [(places[first], places[last] + 1) for first, last in runs]
