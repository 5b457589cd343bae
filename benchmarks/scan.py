"""Scan: how long a folder of oddly named films and shows takes to become titles."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from random import Random

from sqlalchemy import func, select

from benchmarks.bench import Bench
from benchmarks.databases import databases
from benchmarks.figures import Figure
from streamverse.app import registry
from streamverse.app.resources import Resources, open_resources
from streamverse.app.settings import Settings, load_settings
from streamverse.domains.identity.contracts import DEFAULT_TENANT_ID
from streamverse.domains.intake.contracts import FolderId, FolderKind
from streamverse.domains.intake.models import FileRow
from streamverse.domains.intake.service.folders import add_folder, scan_now
from streamverse.kit.jobs import DEFAULT_LANE
from streamverse.kit.work import Actor
from streamverse.kit.worker import Worker

MOST_SECONDS = 60.0
SIZE_BYTES = 300_000
WRITTEN_AT = 1_600_000_000
_WORDS = ("Nacht", "Été", "Сталкер", "千と千尋", "فيلم", "the long", "Mr. & Mrs", "100%", "(500)")
_ENDS = ("1080p.BluRay.x264-GRP", "WEB-DL", "[1080p][ABCD1234]", "proper", "")


def measure(bench: Bench) -> list[Figure]:
    """Look through a new folder, and again when nothing has happened, on each database."""
    root = bench.new_folder("scanned")
    _fill(root, bench.scale.scanned_file_count)
    figures: list[Figure] = []
    with databases(bench) as kinds:
        for kind, environ in kinds.items():
            folder = str(bench.new_folder("scan"))
            overrides = {"data_dir": folder, "library_roots": str(root)}
            settings = load_settings(environ, overrides=overrides)
            first_s, again_s = asyncio.run(_scan_twice(settings, root))
            count = bench.scale.scanned_file_count
            figures += [
                Figure(
                    name=f"{kind}: {count:,} files become titles",
                    value=first_s,
                    unit="s",
                    at_most=MOST_SECONDS,
                ),
                Figure(name=f"{kind}: looked through again", value=again_s, unit="s"),
            ]
    return figures


def _fill(root: Path, count: int) -> None:
    """Put so many files there: films by themselves and in folders, shows, and what is not clear."""
    random = Random(7)  # noqa: S311 - the same names in every run
    for number in range(count):
        words = f"{random.choice(_WORDS)} {number}"
        show = f"Show {number // 100}"
        path = root / random.choice(
            (
                f"{words} ({1950 + number % 70}).mkv",
                f"{words.replace(' ', '.')}.{1950 + number % 70}.{random.choice(_ENDS)}.mkv",
                f"{words} ({1950 + number % 70})/{words}.mkv",
                f"{show}/Season {number % 5}/{show} - S{number % 5:02}E{number % 100:03}.mkv",
                f"{show} - 1x{number % 100:02} - {words}.avi",
                f"[Group] {show} - {number}v2 [720p].mkv",
                f"{words} cd{number % 9}.avi",
            )
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.write(f"{number} {words}".encode())
            file.truncate(SIZE_BYTES)
        # What was just written may still be growing, and would be left for later.
        os.utime(path, (WRITTEN_AT, WRITTEN_AT))


async def _scan_twice(settings: Settings, root: Path) -> tuple[float, float]:
    async with open_resources(settings) as resources:
        actor = Actor.system(DEFAULT_TENANT_ID)
        roots = resources.library_roots
        async with resources.workshop.work(actor) as work:
            row = await add_folder(work, roots, str(root), FolderKind.MIXED, is_watched=False)
        first_s = await _work_off(resources)
        async with resources.workshop.reading(actor) as work:
            made = select(func.count()).where(FileRow.title_id.is_not(None))
            if not await work.session.scalar(made):
                raise RuntimeError("The scan has made no title.")
        async with resources.workshop.work(actor) as work:
            await scan_now(work, FolderId(row.id))
        return first_s, await _work_off(resources)


async def _work_off(resources: Resources) -> float:
    """Do what is due, with everything that follows from it but the media."""
    handlers = registry.handlers_by_name(resources)
    worker = Worker(resources.workshop, handlers, name="scan", lanes={DEFAULT_LANE: 3})
    began_at = time.perf_counter()
    await worker.run_until_idle()
    return time.perf_counter() - began_at
