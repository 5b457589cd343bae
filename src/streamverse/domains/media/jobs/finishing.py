"""The end of a package: its checks, or the removal of what is left of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from streamverse.domains.media.contracts import AssetId, DeleteFiles, FinishPackage
from streamverse.domains.media.jobs.workshop import Workshop, view_problem
from streamverse.domains.media.repository import Packages
from streamverse.domains.media.service import assets, packages

if TYPE_CHECKING:
    from streamverse.kit.errors import Problem
    from streamverse.kit.jobs import JobHandlers
    from streamverse.kit.work import Work
    from streamverse.kit.worker import Run


@dataclass(frozen=True, slots=True)
class FinishingJobs:
    """Check packages that are whole, and remove what nobody needs."""

    workshop: Workshop

    def declare(self, handlers: JobHandlers) -> None:
        """Say which jobs these are, and how each ends when it cannot be done."""
        handlers.brief(FinishPackage, self.finish_package, ending=self.package_unfinished)
        handlers.lengthy(DeleteFiles, self.delete_files)

    async def finish_package(self, work: Work, job: FinishPackage) -> None:
        """Check the whole package and declare it ready."""
        await packages.finish_package(work, job.package_id)

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
