"""Pictures that stand for a film."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from streamverse.domains.media.contracts import AssetId, MakePoster
from streamverse.domains.media.jobs.workshop import Workshop, read_facts
from streamverse.domains.media.repository import Assets, Packages
from streamverse.domains.media.rules.packages import poster_key
from streamverse.domains.media.service import assets, packages
from streamverse.mediakit import artwork

if TYPE_CHECKING:
    from streamverse.kit.errors import Problem
    from streamverse.kit.jobs import JobHandlers
    from streamverse.kit.work import Work
    from streamverse.kit.worker import Run

POSTER_WIDTH = 1280
POSTER_AT = 0.35


@dataclass(frozen=True, slots=True)
class PictureJobs:
    """Make the pictures of a package."""

    workshop: Workshop

    def declare(self, handlers: JobHandlers) -> None:
        """Say which jobs these are, and how each ends when it cannot be done."""
        handlers.lengthy(MakePoster, self.make_poster, ending=self.poster_unmade)

    async def make_poster(self, run: Run, job: MakePoster) -> None:
        """Take a good frame from the first half."""
        async with run.reading() as work:
            package = await Packages(work).find(job.package_id)
            asset = await Assets(work).find(AssetId(package.asset_id)) if package else None
        if asset is None:
            return
        facts = read_facts(asset)
        async with self.workshop.source_file(asset.source_key) as path:
            picture = await artwork.poster(
                path,
                facts,
                at_ms=int(facts.duration_ms * POSTER_AT),
                width=POSTER_WIDTH,
                tools=self.workshop.tools,
            )
        await self.workshop.store.put(poster_key(job.package_id), picture)
        async with run.work() as work:
            await packages.note_poster(work, job.package_id)

    async def poster_unmade(self, work: Work, job: MakePoster, _problem: Problem) -> None:
        """Do without a poster; leave nothing of one whose package is gone."""
        if await Packages(work).find(job.package_id) is None:
            assets.delete_remains(work, job.package_id)
