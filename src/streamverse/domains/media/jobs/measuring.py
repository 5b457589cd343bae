"""Measuring films, so that each gets the renditions that suit it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from streamverse.domains.media.contracts import AssetId, MeasureTitle
from streamverse.domains.media.errors import FileRefused
from streamverse.domains.media.jobs.workshop import Workshop, read_facts
from streamverse.domains.media.repository import Assets, Packages
from streamverse.domains.media.rules.ladders import choose_groups, fixed_groups, fixed_rungs
from streamverse.domains.media.rules.packages import Recipe
from streamverse.domains.media.rules.states import PackageState
from streamverse.domains.media.service import assets
from streamverse.domains.media.service.measuring import keep_measurement
from streamverse.domains.media.service.packages import add_groups
from streamverse.mediakit.measured_ladder import list_trials
from streamverse.mediakit.probe import MediaRefused
from streamverse.mediakit.quality import measure_rungs

if TYPE_CHECKING:
    from streamverse.kit.errors import Problem
    from streamverse.kit.jobs import JobHandlers
    from streamverse.kit.work import Work
    from streamverse.kit.worker import Run

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MeasuringJobs:
    """Measure a film; do with the fixed ladder where that fails."""

    workshop: Workshop

    def declare(self, handlers: JobHandlers) -> None:
        """Say which jobs these are, and how each ends when it cannot be done."""
        handlers.lengthy(MeasureTitle, self.measure_title, ending=self.title_unmeasured)

    async def measure_title(self, run: Run, job: MeasureTitle) -> None:
        """Try sizes and qualities on pieces of the film, and choose its renditions."""
        async with run.reading() as work:
            package = await Packages(work).get(job.package_id)
            asset = await Assets(work).find(AssetId(package.asset_id))
        if asset is None or not Recipe.read(package.recipe).awaits_groups:
            return
        facts = read_facts(asset)
        run.report(0.0, "measuring the quality")
        async with self.workshop.source_file(asset.source_key) as path:
            try:
                points = await measure_rungs(
                    path,
                    facts,
                    list_trials(fixed_rungs(facts)),
                    tools=self.workshop.tools,
                    on_progress=run.report,
                )
            except MediaRefused as refusal:
                raise FileRefused(refusal.sentence, reason=refusal.code) from refusal
        report, groups = choose_groups(facts, self.workshop.policy, points)
        async with run.work() as work:
            await keep_measurement(
                work, job.package_id, report, groups, package_priority=job.package_priority
            )

    async def title_unmeasured(self, work: Work, job: MeasureTitle, problem: Problem) -> None:
        """Give a film that cannot or shall not be measured the fixed ladder.

        Of one that is gone nothing is left; a package that failed meanwhile is measured when
        somebody tries it again.
        """
        package = await Packages(work).find(job.package_id)
        if package is None:
            assets.delete_remains(work, job.package_id)
            return
        asset = await Assets(work).find(AssetId(package.asset_id))
        if asset is None or package.state != PackageState.ENCODING:
            return
        log.warning("a film gets the fixed ladder: %s", problem.detail)
        groups = fixed_groups(read_facts(asset), self.workshop.policy)
        await add_groups(work, job.package_id, groups, priority=job.package_priority)
