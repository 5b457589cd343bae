"""The pictures of titles that have no media: of series and seasons, and of what is to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.catalog.errors import PictureOfMedia
from streamverse.domains.catalog.models import TitleRow
from streamverse.domains.catalog.repository import Titles
from streamverse.domains.catalog.service.titles import get_title_to_edit
from streamverse.domains.media import public as media

if TYPE_CHECKING:
    from streamverse.domains.media.public import NewPicture
    from streamverse.kit.storage import ObjectStore
    from streamverse.kit.work import Actor, Work, Workshop

PICTURE_LIMIT_BYTES = 20 << 20


async def check_title(workshop: Workshop, actor: Actor, title_id: TitleId) -> None:
    """Fail early if a title can be given no picture, before one for it is read."""
    async with workshop.reading(actor) as work:
        _refuse_media(await get_title_to_edit(work, title_id))


async def give_picture(
    work: Work, store: ObjectStore, title_id: TitleId, picture: NewPicture
) -> TitleRow:
    """Let a picture stand for a title, in place of the one it had."""
    row = await _lock(work, title_id)
    await media.give_artwork(work, store, title_id, picture)
    await Titles(work).note_picture(row, has_picture=True)
    return row


async def remove_picture(work: Work, title_id: TitleId) -> TitleRow:
    """Take the picture of a title away. Doing so again changes nothing."""
    row = await _lock(work, title_id)
    await media.drop_artwork(work, title_id)
    await Titles(work).note_picture(row, has_picture=False)
    return row


async def _lock(work: Work, title_id: TitleId) -> TitleRow:
    await get_title_to_edit(work, title_id)
    row = await Titles(work).lock(title_id)
    _refuse_media(row)
    return row


def _refuse_media(row: TitleRow) -> None:
    if row.asset_id is not None:
        raise PictureOfMedia(TitleId(row.id))
