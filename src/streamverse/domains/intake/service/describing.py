"""What files know of their titles: NFO beside them, and tags in them; staff knows better."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from streamverse.domains.catalog import public as catalog
from streamverse.domains.catalog.contracts import TitlePatch
from streamverse.domains.intake.contracts import FileId
from streamverse.domains.intake.models import ContainerRow
from streamverse.domains.intake.repository import Containers, Files
from streamverse.domains.intake.rules.nfo import LIMIT_BYTES, NfoUnreadable, read_nfo, read_tags
from streamverse.domains.intake.service.shelving import find_kept
from streamverse.domains.media import public as media
from streamverse.kit.errors import Invalid

if TYPE_CHECKING:
    from uuid import UUID

    from streamverse.domains.intake.contracts import FolderId
    from streamverse.domains.intake.models import FileRow
    from streamverse.domains.intake.service.shelving import Shelf
    from streamverse.domains.media.contracts import AssetId
    from streamverse.kit.folders import Roots, Walk
    from streamverse.kit.work import Work
    from streamverse.kit.worker import Run

SHOW_NFO, FILM_NFO = "tvshow.nfo", "movie.nfo"


class Described:
    """Files that are titles, by their names and by where they lie: an NFO is about one of these."""

    def __init__(self, rows: Iterable[FileRow]) -> None:
        self._of_name: dict[PurePosixPath, list[FileRow]] = {}
        self._in_folder: dict[PurePosixPath, list[FileRow]] = {}
        for row in rows:
            if row.title_id:
                path = PurePosixPath(row.path)
                self._of_name.setdefault(path.with_suffix(""), []).append(row)
                self._in_folder.setdefault(path.parent, []).append(row)

    def by(self, nfo: str) -> Sequence[FileRow]:
        """Give the files that an NFO is about: of its name, or alone in the folder of movie.nfo."""
        path = PurePosixPath(nfo)
        if path.name.lower() != FILM_NFO:
            return self._of_name.get(path.with_suffix(""), ())
        beside = self._in_folder.get(path.parent, ())
        return beside if len(beside) == 1 else ()


@dataclass(frozen=True, slots=True)
class Describer:
    """Reads the NFO files that a walk has found, where they are newer than what was read."""

    run: Run
    roots: Roots
    folder_id: FolderId
    path: Path

    async def describe(self, walk: Walk, shelf: Shelf) -> Mapping[str, str]:
        """Fill titles with what their NFO says, and give what could not be read, with a word."""
        written = {
            file.path: file.modified_ns for file in walk.files if file.path.lower().endswith(".nfo")
        }
        if not written:
            return {}
        async with self.run.reading() as work:
            described = Described(await Files(work).in_folder(self.folder_id))
            shows = await Containers(work).of_titles(
                [owner for nfo in written if (owner := _show_of(nfo, shelf)) is not None]
            )
        broken: dict[str, str] = {}
        for nfo, modified_ns in sorted(written.items()):
            for row in (*_shows_of(nfo, shows, shelf), *described.by(nfo)):
                if row.described_ns != modified_ns and not await self._fill(nfo, row, modified_ns):
                    broken[nfo] = "nfo_unreadable"
        return broken

    async def _fill(self, nfo: str, row: FileRow | ContainerRow, modified_ns: int) -> bool:
        patch = await asyncio.to_thread(self._read, self.path / nfo)
        if patch is None:
            return False
        try:
            async with self.run.work() as work:
                locked = await _lock(work, row)
                locked.described_ns = modified_ns
                title_id = await find_kept(work, locked)
                if title_id is not None:
                    await catalog.fill_title(work, title_id, patch)
        except Invalid:
            return False
        return True

    def _read(self, path: Path) -> TitlePatch | None:
        content = self.roots.read(path, LIMIT_BYTES)
        try:
            return read_nfo(content) if content is not None else None
        except NfoUnreadable:
            return None


async def _lock(work: Work, row: FileRow | ContainerRow) -> FileRow | ContainerRow:
    if isinstance(row, ContainerRow):
        return await Containers(work).lock(row.key)
    return await Files(work).lock(FileId(row.id))


def _show_of(nfo: str, shelf: Shelf) -> UUID | None:
    path = PurePosixPath(nfo)
    return shelf.owner_of(str(path.parent)) if path.name.lower() == SHOW_NFO else None


def _shows_of(
    nfo: str, shows: Mapping[UUID, ContainerRow], shelf: Shelf
) -> tuple[ContainerRow, ...]:
    owner = _show_of(nfo, shelf)
    return (shows[owner],) if owner is not None and owner in shows else ()


async def describe_by_tags(work: Work, row: FileRow, asset_id: AssetId) -> None:
    """Fill what nobody has said of a title yet with what its file says of itself."""
    title_id = await find_kept(work, row)
    if title_id is None:
        return
    patch = read_tags(await media.find_tags(work, asset_id))
    await catalog.fill_title(work, title_id, patch, is_only_empty=True)
