"""The durable work of intake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from streamverse.domains.identity.contracts import DEFAULT_TENANT_ID
from streamverse.domains.intake.contracts import (
    FeedFolders,
    FetchArtwork,
    FolderId,
    ForgetLooks,
    LookAtFolders,
    LookUpTitles,
    MatchTitles,
    ScanFolder,
    TakeSidecars,
)
from streamverse.domains.intake.repository import Folders, Matches
from streamverse.domains.intake.service import feeding, matching, scanning
from streamverse.domains.intake.service.artwork import ArtworkTaker
from streamverse.domains.intake.service.sidecars import SidecarTaker
from streamverse.kit.jobs import JobHandlers, Jobs
from streamverse.kit.work import Actor, Work, Workshop

if TYPE_CHECKING:
    from streamverse.domains.intake.service.sources import Sources
    from streamverse.kit.worker import Run

LOOK_EVERY = timedelta(minutes=1)
FORGET_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class IntakeJobs:
    """Look through folders, give media what is in them, and take what others know of it."""

    workshop: Workshop
    taker: SidecarTaker
    artwork: ArtworkTaker
    sources: Sources

    def handlers(self) -> JobHandlers:
        """Say which jobs these are, and when they run."""
        declared = JobHandlers()
        declared.lengthy(ScanFolder, self.scan_folder)
        declared.lengthy(TakeSidecars, self.take_sidecars)
        declared.lengthy(LookAtFolders, self.look_at_folders)
        declared.lengthy(LookUpTitles, self.look_up_titles)
        declared.lengthy(MatchTitles, self.match_titles)
        declared.lengthy(FetchArtwork, self.fetch_artwork)
        declared.brief(FeedFolders, self.feed_folders)
        declared.brief(ForgetLooks, self.forget_looks)
        declared.every(LOOK_EVERY, LookAtFolders())
        declared.every(LOOK_EVERY, LookUpTitles())
        declared.every(FORGET_EVERY, ForgetLooks())
        return declared

    async def scan_folder(self, run: Run, job: ScanFolder) -> None:
        """Look through one folder."""
        now = self.workshop.clock.now()
        await scanning.scan_folder(run, self.taker.roots, job.folder_id, now)

    async def take_sidecars(self, run: Run, job: TakeSidecars) -> None:
        """Take what lies beside a file."""
        await self.taker.take(run, job.file_id)

    async def feed_folders(self, work: Work, _job: FeedFolders) -> None:
        """Give media the next files."""
        await feeding.feed(work)

    async def look_at_folders(self, _run: Run, _job: LookAtFolders) -> None:
        """Order the scans of watched folders, for whom the server belongs to."""
        async with self.workshop.work(Actor.system(DEFAULT_TENANT_ID)) as work:
            for row in await Folders(work).watched():
                scanning.order_scan(work, FolderId(row.id))
            scanning.order_feeding(work)

    async def look_up_titles(self, run: Run, _job: LookUpTitles) -> None:
        """Order the matching of every tenant's titles whose turn it is."""
        if not self.sources:
            return
        async with run.reading() as work:
            tenants = await Matches(work).tenants_due(work.now)
        for tenant_id in tenants:
            async with self.workshop.work(Actor.system(tenant_id)) as work:
                if not await matching.has_just_failed(work):
                    matching.order_matching(work)

    async def match_titles(self, run: Run, _job: MatchTitles) -> None:
        """Match the titles of a tenant whose turn it is."""
        if self.sources:
            await matching.match_titles(run, self.sources)

    async def fetch_artwork(self, run: Run, job: FetchArtwork) -> None:
        """Give a title its picture."""
        if self.sources:
            await self.artwork.take(run, self.sources, job.title_id)

    async def forget_looks(self, work: Work, _job: ForgetLooks) -> None:
        """Forget what was ordered again and again, and is done."""
        often = (LookAtFolders, ScanFolder, FeedFolders, ForgetLooks, LookUpTitles, MatchTitles)
        await Jobs(work).forget_done(often, work.now - FORGET_EVERY)
