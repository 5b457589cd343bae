"""Keeping the store in order: what things weigh, what is let go, what nothing refers to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from streamverse.domains.identity import public as identity
from streamverse.domains.media.contracts import (
    ApplyRetention,
    CollectOrphans,
    DeleteOldOrphans,
    DeleteSource,
    MeasureStorage,
)
from streamverse.domains.media.jobs.workshop import view_problem
from streamverse.domains.media.repository import Censuses
from streamverse.domains.media.service import retention, storage_report
from streamverse.kit.jobs import JobHandlers
from streamverse.kit.orphans import YOUNGEST, Census, OrphanCollector
from streamverse.kit.work import Actor

if TYPE_CHECKING:
    from streamverse.domains.media.rules.retention import Retention
    from streamverse.kit.errors import Problem
    from streamverse.kit.work import Work
    from streamverse.kit.worker import Run

RETAIN_EVERY = timedelta(hours=1)
SWEEP_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class StoringJobs:
    """Weigh, let go and clean up. ``orphan_days`` of 0 leaves orphans to people."""

    collector: OrphanCollector
    settings: Retention
    orphan_days: int = 0

    def handlers(self) -> JobHandlers:
        """Say which jobs these are, and when they run."""
        declared = JobHandlers()
        declared.lengthy(MeasureStorage, self.measure_storage)
        declared.lengthy(DeleteSource, self.delete_source)
        declared.lengthy(CollectOrphans, self.collect_orphans, ending=self.orphans_uncollected)
        declared.lengthy(ApplyRetention, self.apply_retention)
        declared.lengthy(DeleteOldOrphans, self.delete_old_orphans)
        declared.every(RETAIN_EVERY, ApplyRetention())
        declared.every(SWEEP_EVERY, DeleteOldOrphans())
        return declared

    async def measure_storage(self, run: Run, job: MeasureStorage) -> None:
        """Weigh what an asset has in the store."""
        now = self.collector.workshop.clock.now()
        await storage_report.measure_storage(run, self.collector.store, job.asset_id, now)

    async def delete_source(self, run: Run, job: DeleteSource) -> None:
        """Remove a source that has been let go, and weigh what is left."""
        async with run.reading() as work:
            key = await retention.find_deleted_source(work, job.asset_id)
        if key is not None:
            await self.collector.store.delete(key)
            async with run.work() as work:
                work.enqueue(MeasureStorage(job.asset_id))

    async def apply_retention(self, run: Run, _job: ApplyRetention) -> None:
        """Go through the tenants, each in Works of its own."""
        async with run.reading() as work:
            tenants = await identity.find_tenants(work)
        for tenant_id in tenants:
            is_more = True
            while is_more:
                async with self.collector.workshop.work(Actor.system(tenant_id)) as work:
                    is_more = await retention.apply_retention(work, self.settings)

    async def collect_orphans(self, run: Run, job: CollectOrphans) -> None:
        """Walk through the store, as it was ordered."""
        async with run.reading() as work:
            row = await Censuses(work).find(job.census_id)
        if row is None or row.finished_at is not None:
            return
        found = await self.collector.collect(is_dry_run=row.is_dry_run)
        async with run.work() as work:
            await storage_report.finish_census(work, job.census_id, found)

    async def orphans_uncollected(self, work: Work, job: CollectOrphans, problem: Problem) -> None:
        """Say why a walk came to no end."""
        row = await Censuses(work).find(job.census_id)
        if row is not None:
            row.problem = msgspec.to_builtins(view_problem(problem))
            row.finished_at = work.now

    async def delete_old_orphans(self, _run: Run, _job: DeleteOldOrphans) -> None:
        """Delete what nothing has referred to for long, if the operator wants that."""
        if self.orphan_days:
            age = max(timedelta(days=self.orphan_days), YOUNGEST)
            await self.collector.collect(is_dry_run=False, older_than=age, census=Census())
