"""How files follow what happens to their media and their titles."""

from __future__ import annotations

from collections.abc import Sequence

from streamverse.domains.catalog.contracts import (
    CatalogSettings,
    TitleAdded,
    TitlePurged,
    TitleRestored,
)
from streamverse.domains.intake.service import feeding, matching
from streamverse.domains.media.contracts import (
    AssetAccepted,
    AssetFailed,
    EncodingRetried,
    PackagePlayable,
    PackageReady,
    UploadRefused,
)
from streamverse.kit.events import Listeners
from streamverse.kit.work import Work


def listeners(settings: CatalogSettings) -> Listeners:
    """Declare the reactions of intake."""
    declared = Listeners("intake")

    @declared.on(AssetAccepted)
    async def look_beside(work: Work, accepted: AssetAccepted) -> None:
        await feeding.note_accepted(work, accepted.asset_id)

    @declared.on(PackagePlayable)
    async def show_containers(work: Work, playable: PackagePlayable) -> None:
        await feeding.note_playable(work, settings, playable.asset_id)

    @declared.on(PackageReady)
    async def note_ready(work: Work, ready: PackageReady) -> None:
        await feeding.note_ready(work, ready.asset_id)

    @declared.on(AssetFailed)
    async def note_failed(work: Work, failed: AssetFailed) -> None:
        await feeding.note_failed(work, failed.asset_id, failed.problem)

    @declared.on(UploadRefused)
    async def note_refused(work: Work, refused: UploadRefused) -> None:
        await feeding.note_failed(work, refused.asset_id, refused.problem)

    @declared.on(EncodingRetried)
    async def note_retried(work: Work, retried: EncodingRetried) -> None:
        await feeding.note_retried(work, retried.asset_id)

    @declared.on(TitlePurged)
    async def note_purged(work: Work, purged: TitlePurged) -> None:
        await feeding.note_purged(work, purged.title_id)

    @declared.on_many(TitleAdded)
    async def await_matching(work: Work, added: Sequence[TitleAdded]) -> None:
        await matching.note_titles(work, [each.title_id for each in added])

    @declared.on(TitleRestored)
    async def await_matching_again(work: Work, restored: TitleRestored) -> None:
        await matching.note_titles(work, [restored.title_id])

    return declared
