"""The operator's folders, and what the operator says of files that were not understood."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from streamverse.domains.catalog import public as catalog
from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.identity import public as identity
from streamverse.domains.identity.contracts import DEFAULT_TENANT_ID
from streamverse.domains.intake.contracts import FileId, FileState, FolderId, FolderKind
from streamverse.domains.intake.errors import FileUnderWay, FolderNested
from streamverse.domains.intake.models import FileRow, FolderRow
from streamverse.domains.intake.repository import Files, Folders
from streamverse.domains.intake.rules.file_names import Extra, Unclear, Understood
from streamverse.domains.intake.service.scanning import (
    order_feeding,
    order_scan,
    put_at,
    retake,
    understand,
)
from streamverse.domains.intake.service.shelving import Shelf, add_extra
from streamverse.kit.clock import new_id
from streamverse.kit.errors import FieldProblem, Invalid
from streamverse.kit.folders import Roots
from streamverse.kit.jobs import JobRow, Jobs
from streamverse.kit.paging import Listing, Page

if TYPE_CHECKING:
    from streamverse.kit.work import Work

FILES = Listing("intake.files", tuple[str])
UNDECIDED = (FileState.UNCLEAR, FileState.SET_ASIDE, FileState.REFUSED)
SENTENCES = {
    Unclear.TWICE: "Another file is this episode already.",
    Unclear.CONTAINER_DELETED: "The season of this episode was deleted: restore it first.",
}


@dataclass(frozen=True, slots=True)
class ShownFolder:
    """A folder, how many files of each state it has, and how far its scan is."""

    row: FolderRow
    counts: Mapping[str, int]
    is_scanning: bool
    progress: float | None


async def list_places(work: Work, roots: Roots, path: str) -> Sequence[str]:
    """List the folders that could be named, right beneath one or at the top."""
    return await asyncio.to_thread(_own(work, roots).list_folders, path)


def _own(work: Work, roots: Roots) -> Roots:
    """Give the roots to whom the server belongs: other tenants see nothing of its disks."""
    return roots if work.actor.tenant_id == DEFAULT_TENANT_ID else Roots()


async def list_folders(work: Work) -> Sequence[ShownFolder]:
    """List the folders with what is in them."""
    rows = await Folders(work).all()
    ids = [row.id for row in rows]
    counts = await Files(work).count(ids)
    running: dict[UUID | None, JobRow] = {
        job.subject_id: job for job in await Jobs(work).active_of(ids) if job.run_at <= work.now
    }
    return [
        ShownFolder(row, counts[row.id], row.id in running, _progress(running.get(row.id)))
        for row in rows
    ]


def _progress(job: JobRow | None) -> float | None:
    return job.progress if job is not None else None


async def add_folder(
    work: Work, roots: Roots, path: str, kind: FolderKind, *, is_watched: bool
) -> FolderRow:
    """Add a folder and look through it; one that was here before goes on where it stopped."""
    real = await asyncio.to_thread(_own(work, roots).admit, path)
    for other in await Folders(work).all():
        if _overlap(Path(other.path), real):
            raise FolderNested(other.path)
    row = await Folders(work).of_path(str(real))
    if row is None:
        row = FolderRow(id=new_id(), path=str(real), created_at=work.now)
        Folders(work).add(row)
    row.kind, row.is_watched, row.removed_at, row.problem = kind.value, is_watched, None, None
    await work.session.flush()
    order_scan(work, FolderId(row.id))
    await _audit(work, "intake.folder_added", row)
    return row


def _overlap(one: Path, other: Path) -> bool:
    return one == other or one in other.parents or other in one.parents


async def change_folder(
    work: Work, folder_id: FolderId, kind: FolderKind, *, is_watched: bool
) -> FolderRow:
    """Say otherwise what lies in a folder, and whether it is watched."""
    row = await Folders(work).get(folder_id)
    row.kind, row.is_watched = kind.value, is_watched
    return row


async def remove_folder(work: Work, folder_id: FolderId) -> None:
    """Leave a folder alone from now on; its titles stay, and nothing on the disk is touched."""
    row = await Folders(work).get(folder_id)
    row.removed_at = work.now
    await Jobs(work).cancel_subject(row.id)
    await _audit(work, "intake.folder_removed", row)


async def scan_now(work: Work, folder_id: FolderId) -> None:
    """Look through a folder now."""
    row = await Folders(work).get(folder_id)
    order_scan(work, FolderId(row.id))


async def list_files(
    work: Work, folder_id: FolderId, which: str, *, cursor: str | None, limit: int | None
) -> Page[FileRow]:
    """List the files of a folder in a state, by path."""
    await Folders(work).get(folder_id)
    request = FILES.request(cursor, limit)
    after = request.after[0] if request.after else ""
    rows = await Files(work).page(folder_id, which, after=after, limit=request.fetch_limit)
    return request.page(rows, lambda row: (row.path,))


# --- mending --------------------------------------------------------------------------------------


async def explain_file(work: Work, file_id: FileId, understood: Understood) -> FileRow:
    """Say what a file is that was not understood."""
    row = await _lock_in(work, file_id, UNDECIDED)
    await understand(work, Shelf(), row, understood)
    if row.state == FileState.UNCLEAR:
        sentence = SENTENCES.get(Unclear(row.reason), "Say what this file is.")
        raise Invalid(sentence, fields=(FieldProblem("number", sentence),))
    order_feeding(work)
    return row


async def explain_extra(work: Work, file_id: FileId, extra: Extra, owner_id: TitleId) -> FileRow:
    """Say that a file is bonus material of a title."""
    row = await _lock_in(work, file_id, UNDECIDED)
    if not await catalog.is_kept(work, owner_id):
        raise catalog.TitleNotFound(owner_id)
    put_at(row, await add_extra(work, extra, owner_id))
    order_feeding(work)
    return row


async def set_aside(work: Work, file_id: FileId) -> FileRow:
    """Leave a file alone that is not to be taken in."""
    row = await _lock_in(work, file_id, UNDECIDED)
    row.state = FileState.SET_ASIDE.value
    return row


async def take_again(work: Work, file_id: FileId) -> FileRow:
    """Take a file in once more that was changed, refused or set aside."""
    row = await _lock_in(work, file_id, (*UNDECIDED, FileState.READY))
    folder = await Folders(work).get(FolderId(row.folder_id))
    await retake(work, Shelf(), row, FolderKind(folder.kind))
    order_feeding(work)
    return row


async def _lock_in(work: Work, file_id: FileId, states: Collection[FileState]) -> FileRow:
    """Get a file for change, or fail with ``FileUnderWay`` if it is in another state."""
    row = await Files(work).lock(file_id)
    if row.state not in states:
        raise FileUnderWay
    return row


async def _audit(work: Work, action: str, row: FolderRow) -> None:
    await identity.record_audit(work, action, f"folder:{row.id}", {"path": row.path})
