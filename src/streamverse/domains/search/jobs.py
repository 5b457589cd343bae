"""The durable work of search."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from streamverse.domains.search.contracts import ForgetSearches, SyncDocuments
from streamverse.domains.search.service import documents, history
from streamverse.kit.jobs import JobHandlers

if TYPE_CHECKING:
    from streamverse.kit.work import Work
    from streamverse.kit.worker import Run

SYNC_EVERY = timedelta(days=1)
FORGET_EVERY = timedelta(days=1)


def handlers() -> JobHandlers:
    """Declare the jobs."""
    declared = JobHandlers()

    async def sync_documents(run: Run, _job: SyncDocuments) -> None:
        await documents.sync(run)

    async def forget_searches(work: Work, _job: ForgetSearches) -> None:
        await history.forget_old_searches(work)

    declared.lengthy(SyncDocuments, sync_documents)
    declared.brief(ForgetSearches, forget_searches)
    declared.every(SYNC_EVERY, SyncDocuments())
    declared.every(FORGET_EVERY, ForgetSearches())
    return declared
