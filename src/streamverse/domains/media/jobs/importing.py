"""Fetching files that lie elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from streamverse.domains.media.contracts import FetchUpload
from streamverse.domains.media.jobs.workshop import view_problem
from streamverse.domains.media.service import remote_imports
from streamverse.kit.jobs import JobHandlers

if TYPE_CHECKING:
    from streamverse.domains.media.service.remote_imports import Intake
    from streamverse.kit.errors import Problem
    from streamverse.kit.work import Work
    from streamverse.kit.worker import Run


@dataclass(frozen=True, slots=True)
class ImportingJobs:
    """Fill uploads from where their files lie."""

    intake: Intake

    def handlers(self) -> JobHandlers:
        """Say which jobs these are, and how each ends when it cannot be done."""
        declared = JobHandlers()
        declared.lengthy(FetchUpload, self.fetch_upload, ending=self.upload_unfetched)
        return declared

    async def fetch_upload(self, run: Run, job: FetchUpload) -> None:
        """Fetch what is missing."""
        await remote_imports.fetch_upload(run, self.intake, job.upload_id)

    async def upload_unfetched(self, work: Work, job: FetchUpload, problem: Problem) -> None:
        """Tell why the file could not be fetched; leave nothing of one that nobody wants."""
        await remote_imports.give_up_import(work, job.upload_id, view_problem(problem))
