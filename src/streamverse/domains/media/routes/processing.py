"""What is being processed, and the jobs behind it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from streamverse.domains.media.contracts import AssetId
from streamverse.domains.media.errors import PackageNotFound
from streamverse.domains.media.schemas.processing import (
    ChecksOut,
    JobOut,
    JobsOut,
    ProcessingItem,
    ProcessingOut,
    WorkerOut,
    WorkersOut,
)
from streamverse.domains.media.service import processing
from streamverse.kit.heartbeats import Workers
from streamverse.kit.http import may, problems
from streamverse.kit.jobs import JobEnded, JobNotFound, Jobs, JobState
from streamverse.kit.paging import CursorInvalid, Listing
from streamverse.kit.work import Work

JOB_PAGES = Listing("jobs", tuple[UUID])


@get("/processing", guards=[may("jobs.manage")])
async def get_processing(work: NamedDependency[Work]) -> ProcessingOut:
    """List what is being processed, active things first."""
    items = await processing.list_processing(work)
    return ProcessingOut([ProcessingItem.of(item, work.now) for item in items])


@get("/workers", guards=[may("jobs.manage")])
async def list_workers(work: NamedDependency[Work]) -> WorkersOut:
    """List the workers, and what each of them does."""
    running = await Jobs(work).running()
    return WorkersOut(
        [
            WorkerOut.of(row, [job for job in running if job.worker == row.name], work.now)
            for row in await Workers(work).all()
        ]
    )


@get(
    "/titles/{title_id:uuid}/checks",
    guards=[may("jobs.manage")],
    responses=problems(PackageNotFound),
)
async def get_checks(title_id: FromPath[UUID], work: NamedDependency[Work]) -> ChecksOut:
    """Tell what was measured on a title's encoded film before it was declared ready."""
    return ChecksOut.of(await processing.get_checks(work, AssetId(title_id)))


@get("/jobs", guards=[may("jobs.manage")], responses=problems(CursorInvalid))
async def list_jobs(
    work: NamedDependency[Work],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
    only: Annotated[JobState | None, QueryParameter(name="state")] = None,
) -> JobsOut:
    """List jobs, newest first."""
    request = JOB_PAGES.request(cursor, limit)
    before = request.after[0] if request.after else None
    rows = await Jobs(work).page(before=before, limit=request.fetch_limit, state=only)
    page = request.page(rows, lambda row: (row.id,))
    return JobsOut([JobOut.of(row, work.now) for row in page.items], page.next_cursor)


@post(
    "/jobs/{job_id:uuid}/cancel",
    guards=[may("jobs.manage")],
    status_code=200,
    responses=problems(JobNotFound, JobEnded),
)
async def cancel_job(job_id: FromPath[UUID], work: NamedDependency[Work]) -> JobOut:
    """Stop a job that waits or runs."""
    return JobOut.of(await Jobs(work).cancel(job_id), work.now)


@post(
    "/jobs/{job_id:uuid}/retry",
    guards=[may("jobs.manage")],
    status_code=200,
    responses=problems(JobNotFound, JobEnded),
)
async def retry_job(job_id: FromPath[UUID], work: NamedDependency[Work]) -> JobOut:
    """Try again what was given up or cancelled."""
    return JobOut.of(await processing.retry_job(work, job_id), work.now)


routes = (get_processing, list_workers, get_checks, list_jobs, cancel_job, retry_job)
