"""What is being done to which file, for the people who wait for it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from streamverse.domains.media.contracts import (
    ENCODE_LANE,
    SOUND_LANE,
    AssetId,
    EncodePart,
    EncodeSound,
    Stage,
)
from streamverse.domains.media.errors import PackageNotFound
from streamverse.domains.media.repository import Packages, Uploads
from streamverse.domains.media.rules.checks import CheckReport
from streamverse.domains.media.rules.effort import efforts, encode_progress
from streamverse.domains.media.rules.estimates import PartWork, time_left_s
from streamverse.domains.media.rules.packages import Recipe, RungGroup
from streamverse.domains.media.rules.states import PackageState, PartKind
from streamverse.domains.media.service.assets import resume_encoding
from streamverse.kit.jobs import ACTIVE, Jobs, job_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from streamverse.domains.media.models import AssetRow, PackageRow, PartRow
    from streamverse.kit.db import JsonObject
    from streamverse.kit.jobs import JobRow
    from streamverse.kit.work import Work

SHOWN_FOR = timedelta(hours=24)
UNFINISHED = (PackageState.ENCODING, PackageState.FINISHING, PackageState.FAILED)
ENCODE_JOBS = (job_name(EncodePart), job_name(EncodeSound))

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
    parts = await _unready_parts(work, [package for package, _ in found])
    items = [
        *(
            _checked(AssetId(asset_id), upload.title_name, jobs[asset_id])
            for asset_id, upload in checking.items()
        ),
        *(
            _encoded(package, asset, jobs[asset.id], parts.get(package.id, ()), work.now)
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
    package: PackageRow,
    asset: AssetRow,
    jobs: Sequence[JobRow],
    parts: Sequence[PartRow],
    now: datetime,
) -> Processing:
    return Processing(
        asset_id=AssetId(asset.id),
        name=asset.name,
        stage=_STAGES[PackageState(package.state)],
        progress=_progress(package, parts),
        eta_s=_time_left_s(package, parts, jobs, now),
        problem=package.problem,
        jobs=jobs,
    )


def _time_left_s(
    package: PackageRow, parts: Sequence[PartRow], jobs: Sequence[JobRow], now: datetime
) -> float | None:
    if package.state != PackageState.ENCODING or not any(job.state in ACTIVE for job in jobs):
        return None
    by_number = {
        job.arguments["part_number"]: job
        for job in jobs
        if job.name in ENCODE_JOBS and job.arguments["package_id"] == str(package.id)
    }
    recipe, length_s = Recipe.read(package.recipe), package.duration_ms / 1000
    segment_s = length_s / recipe.plan.segment_count
    effort = efforts(recipe)
    known = [
        _part_work(part, effort[part.group], by_number.get(part.number), segment_s, now)
        for part in parts
    ]
    if recipe.awaits_groups:
        kind = RungGroup.H264
        known.append(PartWork(lane=ENCODE_LANE, kind=kind, effort=effort[kind], length_s=length_s))
    return time_left_s(known)


def _part_work(
    part: PartRow, effort: float, job: JobRow | None, segment_s: float, now: datetime
) -> PartWork:
    length_s = part.segment_count * segment_s
    share = (part.next_segment - part.first_segment) / part.segment_count
    started_at = job.started_at if job else None
    stopped_at = (job.finished_at if job else None) or now
    if part.finished_at is not None:
        share = 1.0
    elif job is not None and job.progress is not None:
        share = max(share, job.progress)
    return PartWork(
        lane=SOUND_LANE if part.kind == PartKind.AUDIO else ENCODE_LANE,
        kind=part.group,
        effort=effort,
        length_s=length_s,
        done_s=length_s * share,
        started_s=started_at.timestamp() if started_at else None,
        stopped_s=stopped_at.timestamp() if started_at else None,
    )


async def time_left(work: Work, asset_ids: Sequence[AssetId]) -> dict[AssetId, float]:
    """Estimate how many seconds the encoding of some assets still takes, where one can tell."""
    packages = await Packages(work).of_assets(asset_ids)
    parts = await Packages(work).parts_of([package.id for package in packages])
    jobs = await Jobs(work).of_subjects(asset_ids)
    left = {
        AssetId(package.asset_id): _time_left_s(
            package,
            parts[package.id],
            [job for job in jobs if job.subject_id == package.asset_id],
            work.now,
        )
        for package in packages
    }
    return {asset_id: left_s for asset_id, left_s in left.items() if left_s is not None}


async def get_checks(work: Work, asset_id: AssetId) -> CheckReport:
    """Get what was measured on an asset's package, or fail with ``PackageNotFound``."""
    for package in await Packages(work).of_assets([asset_id]):
        if package.checks is not None:
            return CheckReport.read(package.checks)
    raise PackageNotFound


async def retry_job(work: Work, job_id: UUID) -> JobRow:
    """Try a job again that was given up or cancelled, with all that stopped because of it."""
    row = await Jobs(work).retry(job_id)
    if row.subject_id is not None:
        await resume_encoding(work, AssetId(row.subject_id))
    return row


async def progress_of(work: Work, asset_ids: Sequence[AssetId]) -> dict[AssetId, float]:
    """Tell how far the encoding of some assets is, from 0 to 1."""
    packages = await Packages(work).of_assets(asset_ids)
    parts = await _unready_parts(work, packages)
    return {
        AssetId(package.asset_id): _progress(package, parts.get(package.id, ()))
        for package in packages
    }


async def _unready_parts(
    work: Work, packages: Sequence[PackageRow]
) -> Mapping[UUID, Sequence[PartRow]]:
    unready = [package.id for package in packages if package.state != PackageState.READY]
    return await Packages(work).parts_of(unready) if unready else {}


def _progress(package: PackageRow, parts: Sequence[PartRow]) -> float:
    if package.state == PackageState.READY:
        return 1.0
    recipe = Recipe.read(package.recipe)
    return encode_progress(parts, efforts(recipe), recipe.awaited_segments)
