"""Giving a title what lies beside its file: subtitles and a poster."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from streamverse.domains.intake.contracts import FileId, FolderId
from streamverse.domains.intake.repository import Files, Folders
from streamverse.domains.intake.rules.file_names import is_video
from streamverse.domains.intake.rules.sidecars import (
    SubtitleFile,
    poster_beside,
    subtitles_beside,
)
from streamverse.domains.media import public as media
from streamverse.domains.media.contracts import AssetId

if TYPE_CHECKING:
    from streamverse.kit.folders import Roots
    from streamverse.kit.storage import ObjectStore
    from streamverse.kit.worker import Run

SUBTITLES_LIMIT_BYTES = 5 << 20
PICTURE_LIMIT_BYTES = 20 << 20


@dataclass(frozen=True, slots=True)
class SidecarTaker:
    """Reads what lies beside files; needs the roots, the store and what develops pictures."""

    roots: Roots
    store: ObjectStore
    lightbox: media.Lightbox

    async def take(self, run: Run, file_id: FileId) -> None:
        """Give a title what lies beside its file; what cannot be read is left out."""
        async with run.reading() as work:
            row = await Files(work).find(file_id)
            folder = await Folders(work).find(FolderId(row.folder_id)) if row else None
        if row is None or row.asset_id is None or folder is None:
            return
        path, asset_id = Path(folder.path) / row.path, AssetId(row.asset_id)
        names = await asyncio.to_thread(_names_beside, path)
        for found in subtitles_beside(path.name, names):
            await self._take_subtitles(run, asset_id, path.parent, found)
        is_alone = path.parent != Path(folder.path) and sum(map(is_video, names)) == 1
        poster = poster_beside(path.name, names, is_alone=is_alone)
        if poster is not None:
            await self._take_poster(run, asset_id, path.parent / poster)

    async def _take_subtitles(
        self, run: Run, asset_id: AssetId, folder: Path, found: SubtitleFile
    ) -> None:
        content = await asyncio.to_thread(
            self.roots.read, folder / found.name, SUBTITLES_LIMIT_BYTES
        )
        words = media.SubtitleWords(
            found.language, label=None, is_forced=found.is_forced, is_sdh=found.is_sdh
        )
        if content is None:
            return
        try:
            given = await media.read_subtitles(content, words)
            async with run.work() as work:
                known = await media.list_subtitles(work, asset_id)
                if not any(media.is_same_subtitles(each, given) for each in known):
                    await media.add_subtitles(work, self.store, asset_id, given)
        except (media.SubtitlesUnreadable, media.TooManySubtitles):
            return

    async def _take_poster(self, run: Run, asset_id: AssetId, path: Path) -> None:
        content = await asyncio.to_thread(self.roots.read, path, PICTURE_LIMIT_BYTES)
        if content is None:
            return
        try:
            picture = await self.lightbox.develop(content)
        except media.PosterUnreadable:
            return
        async with run.work() as work:
            await media.give_poster(work, self.store, asset_id, picture)


def _names_beside(path: Path) -> list[str]:
    try:
        return [each.name for each in path.parent.iterdir()]
    except OSError:
        return []
