"""How what is kept of an asset is weighed anew when something was added to it."""

from __future__ import annotations

from streamverse.domains.media.contracts import (
    AssetAccepted,
    AssetFailed,
    MeasureStorage,
    PackageReady,
    PosterMade,
)
from streamverse.kit.events import Listeners
from streamverse.kit.jobs import LOW
from streamverse.kit.work import Work

listeners = Listeners("media")


@listeners.on(AssetAccepted)
async def weigh_accepted(work: Work, accepted: AssetAccepted) -> None:
    """Weigh what was taken in."""
    work.enqueue(MeasureStorage(accepted.asset_id), priority=LOW)


@listeners.on(PosterMade)
async def weigh_pictured(work: Work, made: PosterMade) -> None:
    """Weigh the pictures."""
    work.enqueue(MeasureStorage(made.asset_id), priority=LOW)


@listeners.on(PackageReady)
async def weigh_packaged(work: Work, ready: PackageReady) -> None:
    """Weigh the segments."""
    work.enqueue(MeasureStorage(ready.asset_id), priority=LOW)


@listeners.on(AssetFailed)
async def weigh_failed(work: Work, failed: AssetFailed) -> None:
    """Weigh what is left of it."""
    work.enqueue(MeasureStorage(failed.asset_id), priority=LOW)
