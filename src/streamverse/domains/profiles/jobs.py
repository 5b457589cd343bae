"""The durable work of profiles."""

from __future__ import annotations

from streamverse.domains.profiles.contracts import SweepPictures
from streamverse.domains.profiles.service import pictures
from streamverse.kit.jobs import JobHandlers
from streamverse.kit.storage import ObjectStore
from streamverse.kit.work import Work


def handlers(store: ObjectStore) -> JobHandlers:
    """Declare the jobs, with the store that they tidy."""
    declared = JobHandlers()

    async def sweep_pictures(work: Work, job: SweepPictures) -> None:
        await pictures.sweep_pictures(work, store, job)

    declared.brief(SweepPictures, sweep_pictures)
    return declared
