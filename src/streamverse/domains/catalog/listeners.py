"""How titles follow what happens to their media."""

from __future__ import annotations

from streamverse.domains.catalog.contracts import CatalogSettings
from streamverse.domains.catalog.service import media_news, recordings
from streamverse.domains.live.contracts import RecordingMade
from streamverse.domains.media.contracts import (
    AssetAccepted,
    AssetExpired,
    AssetFailed,
    EncodingRetried,
    PackagePlayable,
    PackageReady,
    PosterMade,
)
from streamverse.kit.events import Listeners
from streamverse.kit.work import Work


def listeners(settings: CatalogSettings) -> Listeners:
    """Declare the catalog's reactions."""
    declared = Listeners("catalog")

    @declared.on(AssetAccepted)
    async def make_title(work: Work, accepted: AssetAccepted) -> None:
        await media_news.take_in(work, accepted)

    @declared.on(PackagePlayable)
    async def mark_playable(work: Work, playable: PackagePlayable) -> None:
        await media_news.mark_playable(work, settings, playable.asset_id)

    @declared.on(PackageReady)
    async def mark_ready(work: Work, ready: PackageReady) -> None:
        await media_news.mark_ready(work, settings, ready)

    @declared.on(AssetFailed)
    async def mark_failed(work: Work, failed: AssetFailed) -> None:
        await media_news.mark_failed(work, failed)

    @declared.on(AssetExpired)
    async def drop_expired(work: Work, expired: AssetExpired) -> None:
        await media_news.drop_expired(work, expired.asset_id)

    @declared.on(EncodingRetried)
    async def mark_retried(work: Work, retried: EncodingRetried) -> None:
        await media_news.mark_retried(work, settings, retried.asset_id)

    @declared.on(PosterMade)
    async def mark_poster(work: Work, made: PosterMade) -> None:
        await media_news.mark_poster(work, made.asset_id)

    @declared.on(RecordingMade)
    async def take_recording(work: Work, made: RecordingMade) -> None:
        await recordings.take_in(work, made)

    return declared
