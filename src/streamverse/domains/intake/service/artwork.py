"""Giving titles and people the pictures that the metadata source has, in our store and sizes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from msgspec import UNSET

from streamverse.domains.catalog import public as catalog
from streamverse.domains.catalog.contracts import CreditLine, TitleId
from streamverse.domains.intake.errors import EntryNotFound
from streamverse.domains.intake.repository import Matches
from streamverse.domains.media import public as media

if TYPE_CHECKING:
    from streamverse.domains.catalog.contracts import Title
    from streamverse.domains.intake.service.sources import Sources
    from streamverse.domains.media.public import NewPicture
    from streamverse.kit.storage import ObjectStore
    from streamverse.kit.work import Work
    from streamverse.kit.worker import Run

MOST_FACES = 15


@dataclass(frozen=True, slots=True)
class ArtworkTaker:
    """Fetches pictures; needs the store and what develops them."""

    store: ObjectStore
    lightbox: media.Lightbox

    async def take(self, run: Run, sources: Sources, title_id: UUID) -> None:
        """Give a title its picture, unless somebody has chosen one, and its people theirs."""
        async with run.reading() as work:
            row = await Matches(work).find(title_id)
            title = await _find_pictureless(work, title_id)
            faces = await _find_faceless(work, title_id, row.faces if row else {})
        if row is not None and row.picture is not None and title is not None:
            picture = await self._develop(sources, row.picture, is_small=False)
            if picture is not None:
                async with run.work() as work:
                    await self._hang(work, title_id, picture)
        for person_id, face in faces:
            portrait = await self._develop(sources, face, is_small=True)
            if portrait is not None:
                async with run.work() as work:
                    await media.give_artwork(work, self.store, person_id, portrait)

    async def _develop(
        self, sources: Sources, picture: str, *, is_small: bool
    ) -> NewPicture | None:
        try:
            content = await sources.fetch_picture(picture, is_small=is_small)
            return await self.lightbox.develop(content)
        except (EntryNotFound, media.PosterUnreadable):
            return None

    async def _hang(self, work: Work, title_id: UUID, picture: NewPicture) -> None:
        title = await _find_pictureless(work, title_id)
        if title is None:
            return
        if title.asset_id is not None:
            await media.give_poster(work, self.store, title.asset_id, picture)
            return
        await media.give_artwork(work, self.store, title.id, picture)
        await catalog.note_artwork(work, title.id)


async def _find_pictureless(work: Work, title_id: UUID) -> Title | None:
    """Find a title that has no picture, or none that somebody chose."""
    title = await catalog.find_title(work, TitleId(title_id))
    if title is None or not await catalog.is_kept(work, title.id):
        return None
    if title.asset_id is not None:
        return title if await media.needs_poster(work, title.asset_id) else None
    return None if await media.find_pictured(work, [title_id]) else title


async def _find_faceless(
    work: Work, title_id: UUID, faces: Mapping[str, str]
) -> Iterable[tuple[UUID, str]]:
    """Find the first people of a title who have no picture, each with what there is of them."""
    said = await catalog.describe_title(work, TitleId(title_id))
    lines: Iterable[CreditLine] = () if said is None or said.credits is UNSET else said.credits
    shown = {
        line.person_id: faces[line.name] for line in lines if line.person_id and line.name in faces
    }
    first = dict(list(shown.items())[:MOST_FACES])
    pictured = await media.find_pictured(work, first.keys())
    return [(person_id, face) for person_id, face in first.items() if person_id not in pictured]
