"""What is being done to which file, for the people who wait for it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from streamverse.domains.media.contracts import AssetId, Stage
from streamverse.domains.media.repository import Packages, Uploads
from streamverse.domains.media.rules.packages import encode_progress
from streamverse.domains.media.rules.states import PackageState
from streamverse.domains.media.service.assets import resume_encoding
from streamverse.kit.jobs import ACTIVE, Jobs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from streamverse.domains.media.models import AssetRow, PackageRow
    from streamverse.kit.db import JsonObject
    from streamverse.kit.jobs import JobRow
    from streamverse.kit.work import Work

SHOWN_FOR = timedelta(hours=24)
UNFINISHED = (PackageState.ENCODING, PackageState.FINISHING, PackageState.FAILED)
MIN_PROGRESS_FOR_ETA = 0.02

_STAGES = {
    PackageState.ENCODING: Stage.ENCODING,
    PackageState.FINISHING: Stage.FINISHING,
    PackageState.READY: Stage.READY,
    PackageState.FAILED: Stage.FAILED,
}


@dataclass(frozen=True, slots=True)
class Processing:
    """How far one file is, and the jobs about it."""

    asset_id: AssetId
    name: str
    stage: Stage
    progress: float
    eta_s: float | None
    problem: JsonObject | None
    jobs: Sequence[JobRow]


async def list_processing(work: Work) -> list[Processing]:
    """List what is being processed, then what was finished lately."""
    found = await Packages(work).recent(work.now - SHOWN_FOR, UNFINISHED)
    checking = {u.asset_id: u for u in await Uploads(work).checking() if u.asset_id is not None}
    jobs: dict[UUID | None, list[JobRow]] = defaultdict(list)
    for job in await Jobs(work).of_subjects([*checking, *(asset.id for _, asset in found)]):
        jobs[job.subject_id].append(job)
    progress = await _progress(work, [package for package, _ in found])
    items = [
        *(
            _checked(AssetId(asset_id), upload.title_name, jobs[asset_id])
            for asset_id, upload in checking.items()
        ),
        *(
            _encoded(package, asset, jobs[asset.id], progress[package.id], work.now)
            for package, asset in found
        ),
    ]
    items.sort(key=lambda item: item.stage in (Stage.READY, Stage.FAILED))
    return items


def _checked(asset_id: AssetId, name: str, jobs: Sequence[JobRow]) -> Processing:
    return Processing(
        asset_id=asset_id,
        name=name,
        stage=Stage.CHECKING,
        progress=0.0,
        eta_s=None,
        problem=None,
        jobs=jobs,
    )


def _encoded(
    package: PackageRow, asset: AssetRow, jobs: Sequence[JobRow], progress: float, now: datetime
) -> Processing:
    return Processing(
        asset_id=AssetId(asset.id),
        name=asset.name,
        stage=_STAGES[PackageState(package.state)],
        progress=progress,
        eta_s=_eta_s(jobs, progress, now),
        problem=package.problem,
        jobs=jobs,
    )


def _eta_s(jobs: Sequence[JobRow], progress: float, now: datetime) -> float | None:
    started = [job.started_at for job in jobs if job.started_at is not None]
    is_active = any(job.state in ACTIVE for job in jobs)
    if not started or not is_active or not MIN_PROGRESS_FOR_ETA <= progress < 1:
        return None
    spent_s = (now - min(started)).total_seconds()
    return spent_s / progress * (1 - progress)


async def retry_job(work: Work, job_id: UUID) -> JobRow:
    """Try a job again that was given up or cancelled, with all that stopped because of it."""
    row = await Jobs(work).retry(job_id)
    if row.subject_id is not None:
        await resume_encoding(work, AssetId(row.subject_id))
    return row


async def progress_of(work: Work, asset_ids: Sequence[AssetId]) -> dict[AssetId, float]:
    """Tell how far the encoding of some assets is, from 0 to 1."""
    packages = await Packages(work).of_assets(asset_ids)
    progress = await _progress(work, packages)
    return {AssetId(package.asset_id): progress[package.id] for package in packages}


async def _progress(work: Work, packages: Sequence[PackageRow]) -> dict[UUID, float]:
    unready = [package.id for package in packages if package.state != PackageState.READY]
    parts = await Packages(work).parts_of(unready) if unready else {}
    return {
        package.id: encode_progress(parts[package.id]) if package.id in parts else 1.0
        for package in packages
    }
