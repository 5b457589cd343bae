"""How what is kept of an asset is weighed anew when something was added to it."""

from __future__ import annotations

from streamverse.domains.media.contracts import (
    AssetAccepted,
    AssetFailed,
    AssetId,
    MeasureStorage,
    PackageReady,
    PosterMade,
)
from streamverse.domains.media.repository import Assets
from streamverse.kit.events import Listeners
from streamverse.kit.jobs import LOW
from streamverse.kit.work import Work

listeners = Listeners("media")


@listeners.on(AssetAccepted)
async def weigh_accepted(work: Work, accepted: AssetAccepted) -> None:
    """Weigh what was taken in."""
    await _weigh(work, accepted.asset_id)


@listeners.on(PosterMade)
async def weigh_pictured(work: Work, made: PosterMade) -> None:
    """Weigh the pictures."""
    await _weigh(work, made.asset_id)


@listeners.on(PackageReady)
async def weigh_packaged(work: Work, ready: PackageReady) -> None:
    """Weigh the segments."""
    await _weigh(work, ready.asset_id)


@listeners.on(AssetFailed)
async def weigh_failed(work: Work, failed: AssetFailed) -> None:
    """Weigh what is left of it."""
    await _weigh(work, failed.asset_id)


async def _weigh(work: Work, asset_id: AssetId) -> None:
    if await Assets(work).find(asset_id) is not None:
        work.enqueue(MeasureStorage(asset_id), priority=LOW)
