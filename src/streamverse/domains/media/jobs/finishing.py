"""The end of a package: its checks, or the removal of what is left of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from streamverse.domains.media.contracts import AssetId, CarryOver, DeleteFiles, FinishPackage
from streamverse.domains.media.errors import PackageBroken
from streamverse.domains.media.jobs.inspection import Inspection
from streamverse.domains.media.jobs.workshop import Workshop, read_facts, view_problem
from streamverse.domains.media.repository import Assets, Packages
from streamverse.domains.media.rules.checks import join_decoded
from streamverse.domains.media.rules.packages import Recipe, package_prefix
from streamverse.domains.media.rules.states import PackageState
from streamverse.domains.media.service import assets, keys, packages
from streamverse.domains.media.service.subtitles import order_uncut

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
        handlers.lengthy(FinishPackage, self.finish_package, ending=self.package_unfinished)
        handlers.lengthy(DeleteFiles, self.delete_files)
        handlers.lengthy(CarryOver, self.carry_over)

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
            decoded = join_decoded(await Packages(work).parts(job.package_id))
        async with run.work() as work:
            opened = await keys.open_keys(work, self.workshop.key_safe, job.package_id)
        recipe, facts = Recipe.read(row.recipe), read_facts(asset)
        with self.workshop.scratch_folder() as folder:
            inspection = Inspection(
                *(self.workshop, package, facts, recipe.plan, folder, run.report, opened, decoded)
            )
            report = await inspection.make()
            if recipe.has_preview and report.problem is None and asset.source_deleted_at is None:
                async with self.workshop.source_file(asset.source_key) as source:
                    report = await inspection.compare_with_source(source)
        async with run.work() as work:
            await packages.note_checks(work, job.package_id, report)
        if report.problem is not None:
            raise PackageBroken(report.problem)
        async with run.work() as work:
            await packages.finish_package(work, job.package_id)

    async def package_unfinished(self, work: Work, job: FinishPackage, problem: Problem) -> None:
        """Keep a package that did not pass its checks away from viewers."""
        package = await Packages(work).find(job.package_id)
        if package is not None:
            await assets.fail_encoding(work, AssetId(package.asset_id), view_problem(problem))

    async def carry_over(self, run: Run, job: CarryOver) -> None:
        """Copy what is kept, and only then let all go that is where it was."""
        store = self.workshop.store
        old, new = package_prefix(job.old_id), package_prefix(job.new_id)
        for folder in job.kept:
            async for found in store.list(f"{old}/{folder}"):
                content = await store.get(found.key)
                await store.put(new + found.key.removeprefix(old), content, is_create_only=True)
        async with run.work() as work:
            package = await Packages(work).find(job.new_id)
            if package is None:  # deleted meanwhile, before all was there
                assets.delete_remains(work, job.new_id)
            else:
                await order_uncut(work, package)
            assets.delete_remains(work, job.old_id)

    async def delete_files(self, _run: Run, job: DeleteFiles) -> None:
        """Remove what nobody needs any more."""
        for prefix in job.prefixes:
            await self.workshop.store.discard(prefix)
            await self.workshop.store.delete_prefix(prefix)
