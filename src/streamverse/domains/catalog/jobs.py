"""The durable work of the catalog."""

from __future__ import annotations

from datetime import timedelta

from streamverse.domains.catalog.contracts import CatalogSettings, PurgeDeleted
from streamverse.domains.catalog.service import lifecycle
from streamverse.kit.jobs import JobHandlers
from streamverse.kit.work import Work

PURGE_EVERY = timedelta(hours=1)


def handlers(settings: CatalogSettings) -> JobHandlers:
    """Declare the jobs."""
    declared = JobHandlers()

    async def purge_deleted(work: Work, _job: PurgeDeleted) -> None:
        await lifecycle.purge_deleted(work, settings.bin_days)

    declared.brief(PurgeDeleted, purge_deleted)
    declared.every(PURGE_EVERY, PurgeDeleted())
    return declared
