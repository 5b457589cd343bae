"""Letting go what has been kept for long enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamverse.domains.identity import public as identity
from streamverse.domains.media.contracts import AssetExpired, AssetId, DeleteSource
from streamverse.domains.media.models import RetentionRow
from streamverse.domains.media.repository import Assets, Retentions
from streamverse.domains.media.service import assets
from streamverse.kit.clock import new_id

if TYPE_CHECKING:
    from streamverse.domains.media.rules.retention import Retention
    from streamverse.kit.work import Work

BATCH = 200


async def find_retention(work: Work, settings: Retention) -> Retention:
    """Find how long the actor's tenant keeps things."""
    row = await Retentions(work).find()
    return settings.with_choices(row) if row is not None else settings


async def find_choices(work: Work) -> RetentionRow:
    """Find what the actor's tenant has chosen itself; what it has not is None."""
    return await Retentions(work).find() or RetentionRow()


async def choose_retention(work: Work, choices: dict[str, int | None]) -> RetentionRow:
    """Let the actor's tenant keep things for as long as it wants; None takes a choice back."""
    row = await Retentions(work).find()
    if row is None:
        row = RetentionRow(id=new_id())
        Retentions(work).add(row)
    for name, chosen in choices.items():
        setattr(row, name, chosen)
    await identity.record_audit(work, "media.retention_chosen", "retention:media", {**choices})
    return row


async def apply_retention(work: Work, settings: Retention) -> bool:
    """Let go what is due of one tenant; tell whether there may be more."""
    rules = await find_retention(work, settings)
    let_go = await _drop_sources(work, rules) + await _drop_failed(work, rules)
    before = rules.due_before(rules.refused_days, work.now)
    if before is not None:
        await Retentions(work).forget_refused(before)
    return let_go >= BATCH


async def _drop_sources(work: Work, rules: Retention) -> int:
    before = rules.due_before(rules.source_days, work.now)
    if before is None:
        return 0
    rows = await Retentions(work).unneeded_sources(before, BATCH)
    for row in rows:
        row.source_deleted_at = work.now
        work.enqueue(DeleteSource(AssetId(row.id)))
    return len(rows)


async def _drop_failed(work: Work, rules: Retention) -> int:
    before = rules.due_before(rules.failed_days, work.now)
    if before is None:
        return 0
    asset_ids = await Retentions(work).long_failed(before, BATCH)
    for asset_id in asset_ids:
        await assets.delete_asset(work, asset_id)
        work.emit(AssetExpired(asset_id))
    return len(asset_ids)


async def let_source_go(work: Work, asset_id: AssetId) -> None:
    """Let the file go that an asset was made from: whoever gave it keeps another."""
    row = await Assets(work).find(asset_id)
    if row is not None and row.source_deleted_at is None:
        row.source_deleted_at = work.now
        work.enqueue(DeleteSource(asset_id))


async def find_deleted_source(work: Work, asset_id: AssetId) -> str | None:
    """Find the name of a source that has been let go, unless its asset is gone."""
    row = await Assets(work).find(asset_id)
    return row.source_key if row is not None and row.source_deleted_at is not None else None
