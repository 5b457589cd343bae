"""What is kept for which asset, and what nothing refers to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from streamverse.domains.identity import public as identity
from streamverse.domains.identity.contracts import DEFAULT_TENANT_ID
from streamverse.domains.media.contracts import AssetId, CollectOrphans, PackageId
from streamverse.domains.media.errors import CensusNeeded, CensusRunning
from streamverse.domains.media.models import AssetRow, CensusRow, StorageRow
from streamverse.domains.media.repository import (
    Assets,
    Censuses,
    Packages,
    StoredWeights,
    existing_assets,
    existing_packages,
    existing_uploads,
)
from streamverse.domains.media.rules.packages import package_prefix
from streamverse.domains.media.rules.weights import Weights, purpose_of, purposes
from streamverse.domains.media.service.reels import find_cut_timeline
from streamverse.kit.clock import new_id
from streamverse.kit.errors import NotFound
from streamverse.kit.orphans import owner_by_id
from streamverse.kit.paging import Listing, Page

if TYPE_CHECKING:
    from datetime import datetime

    from streamverse.kit.orphans import Census
    from streamverse.kit.storage import ObjectStore
    from streamverse.kit.work import Work
    from streamverse.kit.worker import Run
    from streamverse.mediakit.timeline import Timeline

STORED_ASSETS = Listing("media.stored_assets", tuple[int, UUID])
SHOWN_CENSUSES = 10
FRESH = timedelta(days=1)

# Each of these ids is in a row before the first byte is stored under it, and is never used again.
STORE_OWNERS = (
    owner_by_id("assets", existing_assets),
    owner_by_id("packages", existing_packages),
    owner_by_id("uploads", existing_uploads),
    owner_by_id("joining", existing_uploads),
)


# --- what things weigh ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StorageTotals:
    """What a tenant has in the store, by what it is kept for."""

    weights: Mapping[str, int]
    arriving_bytes: int


async def total_storage(work: Work) -> StorageTotals:
    """Add up what the actor's tenant has in the store."""
    weights = StoredWeights(work)
    return StorageTotals(await weights.totals(), await weights.arriving_bytes())


async def list_stored(
    work: Work, cursor: str | None, limit: int | None
) -> Page[tuple[StorageRow, AssetRow]]:
    """List assets with what they weigh, the heaviest first."""
    request = STORED_ASSETS.request(cursor, limit)
    rows = await StoredWeights(work).page(after=request.after, limit=request.fetch_limit)
    return request.page(rows, lambda row: (row[0].total_bytes, row[0].asset_id))


async def total_by_tenant(work: Work) -> Sequence[tuple[UUID, str, int]]:
    """Add up what each tenant has in the store, the heaviest first; for a Work of all tenants."""
    totals = await StoredWeights(work).totals_of_tenants()
    names = await identity.find_tenants(work)
    found = [(tenant_id, name, totals.get(tenant_id, 0)) for tenant_id, name in names.items()]
    return sorted(found, key=lambda each: -each[2])


async def measure_storage(run: Run, store: ObjectStore, asset_id: AssetId, now: datetime) -> None:
    """Weigh what an asset has in the store; of two that do so at once, the later one counts."""
    async with run.reading() as work:
        packages = await Packages(work).of_assets([asset_id])
        tracks = {
            package.id: purposes(
                (track.name, track.kind, track.codec)
                for track in await Packages(work).tracks(PackageId(package.id))
            )
            for package in packages
        }
        cuts = [await find_cut_timeline(work, PackageId(package.id), now) for package in packages]
    weights = Weights()
    for timeline in cuts:
        _weigh_cut(weights, timeline)
    async for found in store.list(f"assets/{asset_id}"):
        weights.add(purpose_of(found.key, {}), found.size_bytes)
    for package_id, of_tracks in tracks.items():
        async for found in store.list(package_prefix(package_id)):
            weights.add(purpose_of(found.key, of_tracks), found.size_bytes)
    async with run.work() as work:
        await _keep_weights(work, asset_id, weights, now)


def _weigh_cut(weights: Weights, timeline: Timeline | None) -> None:
    """Count what a recording plays in; what several titles play counts for each."""
    for span in timeline.spans if timeline is not None else ():
        for track in span.package.tracks:
            [purpose] = purposes([(track.name, track.kind, track.codec)]).values()
            for segment in track.numbered(span.numbers_in(track)):
                weights.add(purpose, segment.size_bytes)


async def _keep_weights(work: Work, asset_id: AssetId, weights: Weights, now: datetime) -> None:
    if await Assets(work).find(asset_id) is None:
        return
    row = await StoredWeights(work).lock(asset_id)
    if row is None:
        row = StorageRow(asset_id=asset_id)
        StoredWeights(work).add(row)
    elif row.measured_at > now:
        return
    for name in (*Weights.__slots__, "total_bytes"):
        setattr(row, name, getattr(weights, name))
    row.measured_at = now


# --- what nothing refers to -----------------------------------------------------------------------


def require_operator(work: Work) -> None:
    """Hide from the tenants of a service what concerns all of them."""
    if work.actor.tenant_id != DEFAULT_TENANT_ID:
        raise NotFound("There is nothing at this address.")


async def list_censuses(work: Work) -> Sequence[CensusRow]:
    """List the latest walks through the store."""
    require_operator(work)
    return await Censuses(work).latest(SHOWN_CENSUSES)


async def order_census(work: Work, *, is_dry_run: bool) -> CensusRow:
    """Order a walk through the store; one that deletes needs one before it that only looked."""
    require_operator(work)
    latest = await Censuses(work).latest(1)
    before = latest[0] if latest else None
    if before is not None and before.finished_at is None:
        raise CensusRunning
    if not is_dry_run:
        has_looked = before is not None and before.is_dry_run and before.problem is None
        if before is None or not has_looked or work.now - before.started_at > FRESH:
            raise CensusNeeded
    row = CensusRow(id=new_id(), is_dry_run=is_dry_run, started_at=work.now)
    Censuses(work).add(row)
    work.enqueue(CollectOrphans(row.id), subject_id=row.id, dedupe_key="census")
    if not is_dry_run:
        await identity.record_audit(work, "media.orphans_deleted", f"census:{row.id}")
    return row


async def finish_census(work: Work, census_id: UUID, found: Census) -> None:
    """Write down what a walk has found."""
    row = await Censuses(work).find(census_id)
    if row is not None:
        row.found, row.finished_at = msgspec.to_builtins(found), work.now
