"""Jobs: how many that do nothing four workers bring from queued to done in a second."""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier

import uvloop
from sqlalchemy import func, select

from benchmarks.bench import Bench
from benchmarks.databases import databases
from benchmarks.figures import Figure
from streamverse.app.resources import Resources, open_resources
from streamverse.app.settings import Settings, load_settings
from streamverse.domains.identity.contracts import DEFAULT_TENANT_ID
from streamverse.kit.jobs import DEFAULT_LANE, Job, JobHandlers, JobRow, JobState
from streamverse.kit.work import Actor, Work
from streamverse.kit.worker import Worker, handlers_of

WORKERS = 4
MOST_SECONDS = 300


@dataclass(frozen=True, slots=True)
class DoNothing(Job):
    """A job that is all overhead."""

    number: int


def measure(bench: Bench) -> list[Figure]:
    """Order jobs and let one process, then four, do them, on each database."""
    figures: list[Figure] = []
    with databases(bench) as kinds:
        for kind, environ in kinds.items():
            folder = str(bench.new_folder("jobs"))
            settings = load_settings(environ, overrides={"data_dir": folder})
            figures += _measure_on(kind, settings, bench.scale.job_count)
    return figures


def _measure_on(kind: str, settings: Settings, count: int) -> list[Figure]:
    ordered = uvloop.run(order(settings, count))
    alone = do_all(settings, 1, count)
    uvloop.run(order(settings, count))
    together = do_all(settings, WORKERS, count)
    return [
        Figure(name=f"{kind}: {WORKERS} workers / 1 worker", value=together / alone),
        Figure(name=f"{kind}: claimed and done by {WORKERS} workers", value=together, unit="/s"),
        Figure(name=f"{kind}: claimed and done by 1 worker", value=alone, unit="/s"),
        Figure(name=f"{kind}: ordered, one in each transaction", value=ordered, unit="/s"),
    ]


async def order(settings: Settings, count: int) -> float:
    """Order jobs, and tell how many could be ordered in a second."""
    async with open_resources(settings) as resources:
        started_at = time.perf_counter()
        for number in range(count):
            async with resources.workshop.work(Actor.system(DEFAULT_TENANT_ID)) as work:
                work.enqueue(DoNothing(number))
        return count / (time.perf_counter() - started_at)


def do_all(settings: Settings, workers: int, count: int) -> float:
    """Let processes do what is queued, and tell how many were done in a second."""
    processes = multiprocessing.get_context("spawn")
    start = processes.Barrier(workers + 1)
    working = [
        processes.Process(target=work_until_idle, args=(settings, f"bench/{place}", start))
        for place in range(workers)
    ]
    for process in working:
        process.start()
    # Their start-up is not measured: all are let go at once.
    start.wait(MOST_SECONDS)
    started_at = datetime.now(UTC)
    for process in working:
        process.join(MOST_SECONDS)
    done, ended_at = uvloop.run(_outcome(settings, started_at))
    if done != count:
        raise RuntimeError(f"{done} of {count} jobs were done.")
    return count / (ended_at - started_at).total_seconds()


def work_until_idle(settings: Settings, name: str, start: Barrier) -> None:
    """Do jobs, one at a time, until none is left: the body of a process."""
    uvloop.run(_work(settings, name, start))


async def _work(settings: Settings, name: str, start: Barrier) -> None:
    async with open_resources(settings) as resources:
        worker = _worker(resources, name)
        await asyncio.to_thread(start.wait, MOST_SECONDS)
        await worker.run_until_idle()


def _worker(resources: Resources, name: str) -> Worker:
    async def do_nothing(_work: Work, _job: DoNothing) -> None:
        pass

    handlers = JobHandlers()
    handlers.brief(DoNothing, do_nothing)
    return Worker(resources.workshop, handlers_of(handlers, []), name=name, lanes={DEFAULT_LANE: 1})


async def _outcome(settings: Settings, since: datetime) -> tuple[int, datetime]:
    """Count the jobs that were done since then, and tell when the last one was."""
    query = select(func.count(), func.max(JobRow.finished_at)).where(
        JobRow.state == JobState.DONE, JobRow.finished_at >= since
    )
    async with (
        open_resources(settings) as resources,
        resources.workshop.reading(Actor.system()) as work,
    ):
        count, last = (await work.session.execute(query)).one()
    return count, last or since
