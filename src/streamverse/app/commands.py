"""What the commands do that need no API; every one gives its exit code."""

from __future__ import annotations

import asyncio
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from streamverse.app.printing import print_json, print_line
from streamverse.app.resources import Resources, open_resources
from streamverse.app.settings import LANES
from streamverse.app.worker import open_worker
from streamverse.domains.catalog import public as catalog
from streamverse.domains.catalog.contracts import TitleId, TitleState
from streamverse.domains.identity import public as identity
from streamverse.domains.identity.contracts import DEFAULT_TENANT_ID
from streamverse.domains.media import public as media
from streamverse.domains.media.contracts import AssetId, Protection
from streamverse.kit.claims import find_due_lanes
from streamverse.kit.errors import Invalid
from streamverse.kit.jobs import JobEnded, Jobs, JobState
from streamverse.kit.work import Actor
from streamverse.mediakit.ffmpeg import find_tools
from streamverse.mediakit.probe import MediaRefused, probe

if TYPE_CHECKING:
    import argparse
    from collections.abc import AsyncGenerator

    from streamverse.app.settings import Settings
    from streamverse.domains.media.models import UploadRow
    from streamverse.kit.work import Work

LOOK_EVERY_S = 0.2
MOST_LOOKS = 25
MOST_DEAD_JOBS = 1000
BAR_WIDTH = 32


async def run_migrate(settings: Settings, _given: argparse.Namespace) -> int:
    """Bring the tables up to date."""
    async with open_resources(settings):
        print_line("The database is up to date.")
    return 0


async def run_probe(_settings: Settings, given: argparse.Namespace) -> int:
    """Print what a file holds."""
    _require_file(given.file)
    try:
        facts = await probe(given.file, find_tools())
    except MediaRefused as refusal:
        raise Invalid(refusal.sentence) from refusal
    print_json(facts)
    return 0


async def run_jobs(settings: Settings, given: argparse.Namespace) -> int:
    """List the latest jobs, try some again, or cancel one."""
    if given.action == "cancel":
        await _cancel_job(settings, given.job)
    elif given.action == "retry":
        await _retry_jobs(settings, given.job)
    else:
        await _list_jobs(settings, given)
    return 0


async def _cancel_job(settings: Settings, job_id: UUID | None) -> None:
    if job_id is None:
        raise Invalid("Say which job: `streamverse jobs cancel JOB`.")
    async with open_resources(settings) as resources:
        actor = await _actor_for_job(resources, job_id)
        async with resources.workshop.work(actor) as work:
            await Jobs(work).cancel(job_id)
    print_line(f"{job_id} ends within seconds.")


async def _retry_jobs(settings: Settings, job_id: UUID | None) -> None:
    async with open_resources(settings) as resources:
        for chosen in [job_id] if job_id else await _dead_jobs(resources):
            actor = await _actor_for_job(resources, chosen)
            try:
                async with resources.workshop.work(actor) as work:
                    row = await media.retry_job(work, chosen)
            except JobEnded as refusal:
                if job_id is not None:
                    raise
                # Trying one again may have taken others up again that are about the same film.
                print_line(f"{chosen} is left alone: {refusal.detail}")
            else:
                print_line(f"{chosen} is tried again: {row.name}")


async def _dead_jobs(resources: Resources) -> list[UUID]:
    async with resources.workshop.reading(Actor.system()) as work:
        rows = await Jobs(work).page(before=None, limit=MOST_DEAD_JOBS, state=JobState.DEAD)
    return [row.id for row in rows]


async def _actor_for_job(resources: Resources, job_id: UUID) -> Actor:
    """Act for the job's tenant: what is ordered belongs to it."""
    async with resources.workshop.reading(Actor.system()) as work:
        return Actor.system((await Jobs(work).get(job_id)).tenant_id)


async def _list_jobs(settings: Settings, given: argparse.Namespace) -> None:
    state = JobState(given.state) if given.state else None
    async with (
        open_resources(settings) as resources,
        resources.workshop.reading(Actor.system()) as work,
    ):
        rows = await Jobs(work).page(before=None, limit=max(1, given.limit), state=state)
    if given.json:
        shown = ("id", "name", "state", "stage", "progress", "attempts", "worker", "problem")
        print_json([{name: getattr(row, name) for name in shown} for row in rows])
        return
    for row in rows:
        percent = f"{row.progress:4.0%}" if row.progress is not None else "    "
        problem = f"  {row.problem['detail']}" if row.problem else ""
        print_line(f"{row.id}  {row.state:9} {percent}  {row.name} {row.stage or ''}{problem}")


async def run_storage(settings: Settings, given: argparse.Namespace) -> int:
    """Tell what is in the store, or find what nothing refers to."""
    async with open_resources(settings) as resources:
        show = _show_orphans if given.action == "orphans" else _show_storage
        await show(resources, given)
    return 0


async def _show_storage(resources: Resources, _given: argparse.Namespace) -> None:
    async with resources.workshop.reading(Actor.system()) as work:
        for tenant_id, name, total_bytes in await media.total_by_tenant(work):
            print_line(f"{tenant_id}  {total_bytes:>20,} bytes  {name}")


async def _show_orphans(resources: Resources, given: argparse.Namespace) -> None:
    census = await resources.orphan_collector.collect(is_dry_run=not given.delete)
    for name in census.examples:
        print_line(name)
    for tally, what in (
        (census.stored, "in the store"),
        (census.unclaimed, "of which this program knows nothing; they are left alone"),
        (census.orphans, "to which nothing refers"),
        (census.deleted, "deleted"),
    ):
        print_line(f"{tally.count:>12,} objects  {tally.size_bytes:>20,} bytes  {what}")
    if census.orphans.count and not given.delete:
        print_line("Nothing was deleted: `streamverse storage orphans --delete` does it.")


async def run_audit(settings: Settings, _given: argparse.Namespace) -> int:
    """Check the audit log of every tenant."""
    is_whole = True
    async with open_resources(settings) as resources:
        async for verdict in identity.verify_audit_logs(resources.workshop):
            print_line(verdict.sentence())
            is_whole = is_whole and verdict.broken is None
    return 0 if is_whole else 1


async def run_import(settings: Settings, given: argparse.Namespace) -> int:
    """Import a film, and wait for it if told to."""
    is_remote = "://" in given.source
    if not is_remote:
        _require_file(Path(given.source))
    async with open_resources(settings) as resources:
        row = await (_order_import if is_remote else _import_file)(resources, given)
        if not given.wait:
            print_json({"upload_id": row.id, "state": row.state})
            return 0
        if row.asset_id is None:
            raise Invalid("The file could not be taken in.")
        async with _working(resources):
            try:
                await _wait_until_ready(resources, row.id, AssetId(row.asset_id))
            except Invalid:
                await _wait_until_idle(resources)
                raise
        print_json(await _addresses(resources, AssetId(row.asset_id)))
    return 0


async def _import_file(resources: Resources, given: argparse.Namespace) -> UploadRow:
    return await media.import_file(
        resources.workshop,
        Actor.system(DEFAULT_TENANT_ID),
        resources.store,
        resources.upload_limits,
        Path(given.source),
        _said(given),
    )


async def _order_import(resources: Resources, given: argparse.Namespace) -> UploadRow:
    new = media.NewImport(given.source, _said(given), given.sha256)
    async with resources.workshop.work(Actor.system(DEFAULT_TENANT_ID)) as work:
        return await media.order_import(work, resources.intake, new)


def _said(given: argparse.Namespace) -> dict[str, str]:
    said = {"title": given.title or "", "credit": given.credit or ""}
    if given.protect:
        said["protection"] = Protection.CLEARKEY
    return {**said, "batch": "true"} if given.batch else said


def _require_file(path: Path) -> None:
    if not path.is_file():
        raise Invalid(f"There is no file {path}: check the name.")


@asynccontextmanager
async def _working(resources: Resources) -> AsyncGenerator[None]:
    """Run a worker here meanwhile; leases let it share the work with those of a running server."""
    async with open_worker(resources) as worker:
        task = asyncio.create_task(worker.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def _wait_until_ready(resources: Resources, upload_id: UUID, asset_id: AssetId) -> None:
    """Look often, since somebody waits, and count what is left only where somebody sees it."""
    actor, is_seen = Actor.system(DEFAULT_TENANT_ID), sys.stderr.isatty()
    try:
        while True:
            async with resources.workshop.reading(actor) as work:
                if await _is_ready(work, upload_id, asset_id):
                    return
                if is_seen:
                    progress = (await media.progress(work, [asset_id])).get(asset_id, 0.0)
                    _draw(progress, (await media.time_left(work, [asset_id])).get(asset_id))
            await asyncio.sleep(LOOK_EVERY_S)
    finally:
        if is_seen:
            _write_line("")


async def _wait_until_idle(resources: Resources) -> None:
    """Let what a refused file leaves be removed, unless there is much else to do."""
    for _ in range(MOST_LOOKS):
        async with resources.workshop.reading(Actor.system()) as work:
            is_due = await find_due_lanes(work.session, LANES, work.now)
            if not is_due and not await Jobs(work).running():
                return
        await asyncio.sleep(LOOK_EVERY_S)


async def _is_ready(work: Work, upload_id: UUID, asset_id: AssetId) -> bool:
    problem = await media.find_upload_problem(work, media.UploadId(upload_id))
    title = await catalog.find_title(work, TitleId(asset_id))
    if title is not None and title.state is TitleState.FAILED:
        problem = problem or "The film could not be encoded: `streamverse jobs` tells why."
    if problem is not None:
        raise Invalid(problem)
    return title is not None and title.state is TitleState.READY


def _draw(progress: float, left_s: float | None) -> None:
    filled = round(progress * BAR_WIDTH)
    left = f"{left_s:.0f} s left" if left_s is not None else ""
    bar = "█" * filled + "░" * (BAR_WIDTH - filled)
    _write_line(f"{bar} {progress:4.0%}  {left}")


def _write_line(line: str) -> None:
    sys.stderr.write(f"\r\x1b[K{line}")
    sys.stderr.flush()


async def _addresses(resources: Resources, asset_id: AssetId) -> dict[str, object]:
    public_url = resources.settings.public_url
    async with resources.workshop.reading(Actor.system(DEFAULT_TENANT_ID)) as work:
        title = await catalog.find_title(work, TitleId(asset_id))
        package = await media.find_package(work, asset_id)
        if title is None or package is None:
            raise Invalid("The film was removed while it was imported.")
        signed = media.sign_addresses(work, resources.addresses, package)
    return {
        "title_id": title.id,
        "watch_url": f"{public_url}/watch/{title.id}",
        "hls_url": f"{public_url}{signed.hls_url}",
        "dash_url": f"{public_url}{signed.dash_url}",
    }
