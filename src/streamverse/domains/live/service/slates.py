"""Slates: the picture of a stream that viewers see while nothing comes in on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamverse.domains.live.repository import Streams
from streamverse.domains.media import public as media

if TYPE_CHECKING:
    from streamverse.domains.live.contracts import StreamId
    from streamverse.domains.media.public import MediaAddresses, NewPicture, PictureAddress
    from streamverse.kit.storage import ObjectStore
    from streamverse.kit.work import Actor, Work, Workshop

SLATE_LIMIT_BYTES = 20 << 20


async def check_stream(workshop: Workshop, actor: Actor, stream_id: StreamId) -> None:
    """Fail early if there is no such stream, before a picture for it is read."""
    async with workshop.reading(actor) as work:
        await Streams(work).get(stream_id)


async def set_slate(
    work: Work,
    store: ObjectStore,
    addresses: MediaAddresses,
    stream_id: StreamId,
    picture: NewPicture,
) -> PictureAddress:
    """Let a stream show a picture, in place of the one it had, and give where that is."""
    await Streams(work).lock([stream_id])
    await media.give_artwork(work, store, stream_id, picture)
    return (await media.artworks(work, addresses, [stream_id]))[stream_id]


async def remove_slate(work: Work, stream_id: StreamId) -> None:
    """Show what every stream shows. Doing so again changes nothing."""
    await Streams(work).lock([stream_id])
    await media.drop_artwork(work, stream_id)
