"""From received bytes to an asset, or to a refusal."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from streamverse.domains.media.contracts import AssetId, CheckUpload, ExpireUploads, ProblemView
from streamverse.domains.media.errors import FileDamaged, FileLost
from streamverse.domains.media.jobs.workshop import Workshop, view_problem
from streamverse.domains.media.repository import Uploads
from streamverse.domains.media.rules.packages import source_key
from streamverse.domains.media.rules.states import UploadState
from streamverse.domains.media.service import assets, keys, uploads
from streamverse.kit.storage import ObjectNotFound
from streamverse.mediakit import probe
from streamverse.mediakit.probe import MediaRefused

if TYPE_CHECKING:
    from streamverse.domains.media.models import UploadRow
    from streamverse.kit.errors import Problem
    from streamverse.kit.jobs import JobHandlers
    from streamverse.kit.work import Work
    from streamverse.kit.worker import Run

EXPIRE_EVERY = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class CheckingJobs:
    """Read what was uploaded; give up what nobody goes on with."""

    workshop: Workshop

    def declare(self, handlers: JobHandlers) -> None:
        """Say which jobs these are, and how each ends when it cannot be done."""
        handlers.lengthy(CheckUpload, self.check_upload, ending=self.upload_unchecked)
        handlers.brief(ExpireUploads, self.expire_uploads)
        handlers.every(EXPIRE_EVERY, ExpireUploads())

    async def check_upload(self, run: Run, job: CheckUpload) -> None:
        """Make the received bytes a file, read its facts, take it in or refuse it."""
        async with run.reading() as work:
            row = await Uploads(work).get(job.upload_id)
        if row.state != UploadState.CHECKING or row.asset_id is None:
            return
        target = source_key(row.asset_id)
        try:
            await self._gather(row, target)
        except ObjectNotFound as lost:
            raise FileLost from lost
        if not await self._is_as_expected(row, target):
            async with run.work() as work:
                await assets.refuse_upload(work, job.upload_id, view_problem(FileDamaged()))
            return
        async with self.workshop.source_file(target) as path:
            try:
                facts = await probe.probe(path, self.workshop.tools)
            except MediaRefused as refusal:
                problem = ProblemView(f"media.{refusal.code}", refusal.sentence)
                async with run.work() as work:
                    await assets.refuse_upload(work, job.upload_id, problem)
                return
        async with run.work() as work:
            await assets.accept_upload(work, job.upload_id, facts, self.workshop.policy)
            asset_id = AssetId(row.asset_id)
            await keys.protect_if_wished(work, self.workshop.key_safe, job.upload_id, asset_id)

    async def _gather(self, row: UploadRow, target: str) -> None:
        """Make one whole object of what was received; what a crash left of it is mended."""
        if row.part_ids is None:
            await self.workshop.store.seal(uploads.upload_key(row.id), target)
            return
        joining = uploads.joining_prefix(row.id)
        if await self.workshop.store.head(target) is None:
            parts = [f"{joining}/{part_id}" for part_id in row.part_ids["ids"]]
            for part_id, part in zip(row.part_ids["ids"], parts, strict=True):
                await self.workshop.store.seal(uploads.upload_key(part_id), part)
            await self.workshop.store.concatenate(parts, target)
        await self.workshop.store.delete_prefix(joining)

    async def _is_as_expected(self, row: UploadRow, target: str) -> bool:
        if row.expected_sha256 is None:
            return True
        digest = hashlib.sha256()
        async for piece in self.workshop.store.stream(target):
            digest.update(piece)
        return digest.hexdigest() == row.expected_sha256

    async def upload_unchecked(self, work: Work, job: CheckUpload, problem: Problem) -> None:
        """Tell the uploader that the check itself failed."""
        await assets.refuse_upload(work, job.upload_id, view_problem(problem))

    async def expire_uploads(self, work: Work, _job: ExpireUploads) -> None:
        """Give up what nobody has continued."""
        await uploads.expire_uploads(work)
