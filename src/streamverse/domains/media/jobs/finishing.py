"""The end of a package: its checks, or the removal of what is left of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from streamverse.domains.media.contracts import AssetId, DeleteFiles, FinishPackage
from streamverse.domains.media.errors import PackageBroken
from streamverse.domains.media.jobs.inspection import Inspection
from streamverse.domains.media.jobs.workshop import Workshop, read_facts, view_problem
from streamverse.domains.media.repository import Assets, Packages
from streamverse.domains.media.rules.states import PackageState
from streamverse.domains.media.service import assets, keys, packages

if TYPE_CHECKING:
    from streamverse.domains.media.rules.checks import CheckReport
    from streamverse.kit.errors import Problem
    from streamverse.kit.jobs import JobHandlers
    from streamverse.kit.work import Work
    from streamverse.kit.worker import Run
    from streamverse.mediakit.cenc import ContentKey
    from streamverse.mediakit.probe import MediaFacts
    from streamverse.mediakit.timeline import Package, TrackKind


@dataclass(frozen=True, slots=True)
class FinishingJobs:
    """Check packages that are whole, and remove what nobody needs."""

    workshop: Workshop

    def declare(self, handlers: JobHandlers) -> None:
        """Say which jobs these are, and how each ends when it cannot be done."""
        handlers.lengthy(FinishPackage, self.finish_package, ending=self.package_unfinished)
        handlers.lengthy(DeleteFiles, self.delete_files)

    async def finish_package(self, run: Run, job: FinishPackage) -> None:
        """Check the whole package and declare it ready."""
        async with run.reading() as work:
            row = await Packages(work).find(job.package_id)
            if row is None or row.state != PackageState.FINISHING:
                return
            asset = await Assets(work).find(AssetId(row.asset_id))
            if asset is None:
                return
            package = await packages.load_package(work, row)
        async with run.work() as work:
            opened = await keys.open_keys(work, self.workshop.key_safe, job.package_id)
        report = await self._inspect(run, package, read_facts(asset), opened)
        async with run.work() as work:
            await packages.note_checks(work, job.package_id, report)
        if report.problem is not None:
            raise PackageBroken(report.problem)
        async with run.work() as work:
            await packages.finish_package(work, job.package_id)

    async def _inspect(
        self, run: Run, package: Package, facts: MediaFacts, opened: Mapping[TrackKind, ContentKey]
    ) -> CheckReport:
        with self.workshop.scratch_folder() as folder:
            inspection = Inspection(self.workshop, package, facts, folder, run.report, opened)
            return await inspection.make()

    async def package_unfinished(self, work: Work, job: FinishPackage, problem: Problem) -> None:
        """Keep a package that did not pass its checks away from viewers."""
        package = await Packages(work).find(job.package_id)
        if package is not None:
            await assets.fail_encoding(work, AssetId(package.asset_id), view_problem(problem))

    async def delete_files(self, _run: Run, job: DeleteFiles) -> None:
        """Remove what nobody needs any more."""
        for prefix in job.prefixes:
            await self.workshop.store.discard(prefix)
            await self.workshop.store.delete_prefix(prefix)
