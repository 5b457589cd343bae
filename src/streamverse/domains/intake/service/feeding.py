"""Giving media its files: a few at a time, so that no more is copied than is soon encoded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from streamverse.domains.catalog import public as catalog
from streamverse.domains.catalog.contracts import CatalogSettings, TitleId
from streamverse.domains.intake.contracts import FileId, FileState, TakeSidecars
from streamverse.domains.intake.repository import Containers, Files
from streamverse.domains.intake.service.describing import describe_by_tags
from streamverse.domains.intake.service.matching import order_known_artwork
from streamverse.domains.intake.service.scanning import order_feeding
from streamverse.domains.intake.service.shelving import find_kept
from streamverse.domains.media import public as media

if TYPE_CHECKING:
    from streamverse.domains.intake.models import FileRow, FolderRow
    from streamverse.domains.media.contracts import AssetId, ProblemView
    from streamverse.kit.work import Work

FILES_AT_ONCE = 6


async def feed(work: Work) -> None:
    """Let media take in as many of the next files as there is room for."""
    room = FILES_AT_ONCE - await Files(work).count_taken()
    if room > 0:
        for file, folder in await Files(work).waiting(room):
            await _give(work, file, folder)


async def _give(work: Work, file: FileRow, folder: FolderRow) -> None:
    title_id = await find_kept(work, file)
    if title_id is None:
        file.state = FileState.SET_ASIDE.value
        order_feeding(work)
        return
    title = await catalog.find_title(work, title_id)
    name = title.name if title else ""
    asset_id = await media.order_file(work, Path(folder.path) / file.path, {"title": name})
    await catalog.await_media(work, title_id, asset_id)
    file.asset_id, file.state, file.is_changed = asset_id, FileState.TAKEN.value, False


async def note_accepted(work: Work, asset_id: AssetId) -> None:
    """Look for what lies beside a file that was taken in."""
    row = await Files(work).lock_of_asset(asset_id)
    if row is not None:
        key = f"intake:sidecars:{row.id}"
        work.enqueue(TakeSidecars(FileId(row.id)), subject_id=asset_id, dedupe_key=key)
        await describe_by_tags(work, row, asset_id)
        await order_known_artwork(work, row.title_id)


async def note_playable(work: Work, settings: CatalogSettings, asset_id: AssetId) -> None:
    """Show the series and season of an episode with it, the first time."""
    row = await Files(work).lock_of_asset(asset_id)
    if row is None or not settings.is_publish_on_upload:
        return
    above = [each for each in (row.root_id, row.parent_id) if each is not None]
    for container in await Containers(work).unshown(above):
        container.is_shown = True
        await catalog.publish_container(work, TitleId(container.title_id))


async def note_ready(work: Work, asset_id: AssetId) -> None:
    """Let the copy of a file go that is encoded, and give media the next one."""
    row = await Files(work).lock_of_asset(asset_id)
    if row is not None:
        row.state = FileState.READY.value
        await media.let_source_go(work, asset_id)
        order_feeding(work)


async def note_failed(work: Work, asset_id: AssetId, problem: ProblemView) -> None:
    """Write down why a file could not be taken in, and give media the next one."""
    row = await Files(work).lock_of_asset(asset_id)
    if row is not None and row.state != FileState.READY:
        row.state, row.problem = FileState.REFUSED.value, msgspec.to_builtins(problem)
        order_feeding(work)


async def note_retried(work: Work, asset_id: AssetId) -> None:
    """Write down that media has taken a file up again."""
    row = await Files(work).lock_of_asset(asset_id)
    if row is not None:
        row.state, row.problem = FileState.TAKEN.value, None


async def note_purged(work: Work, title_id: TitleId) -> None:
    """Leave a file alone whose title somebody has removed for good."""
    row = await Files(work).lock_of_title(title_id)
    if row is not None:
        row.title_id = row.parent_id = row.root_id = None
        if row.state != FileState.REFUSED:
            row.state = FileState.SET_ASIDE.value
        order_feeding(work)
