"""The slates of streams, over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request, delete, put
from litestar.di import NamedDependency
from litestar.params import FromPath

from streamverse.domains.live.contracts import StreamId
from streamverse.domains.live.errors import SlateTooLarge, StreamNotFound
from streamverse.domains.live.schemas.streams import LiveSlateOut
from streamverse.domains.live.service import slates
from streamverse.domains.live.service.slates import SLATE_LIMIT_BYTES
from streamverse.domains.media.public import Lightbox, MediaAddresses, PosterUnreadable
from streamverse.kit.http import may, problems
from streamverse.kit.work import Work, Workshop

SLATE = "/streams/{stream_id:uuid}/slate"

AnyRequest = Request[Any, Any, Any]


@put(
    SLATE,
    guards=[may("live.manage")],
    request_max_body_size=None,
    responses=problems(PosterUnreadable, SlateTooLarge, StreamNotFound),
)
async def set_slate(  # noqa: PLR0917 - what the framework injects, by name
    stream_id: FromPath[UUID],
    request: AnyRequest,
    work: NamedDependency[Work],
    workshop: NamedDependency[Workshop],
    media_addresses: NamedDependency[MediaAddresses],
    lightbox: NamedDependency[Lightbox],
) -> LiveSlateOut:
    """Upload the picture (PNG, JPEG or WebP, the body as it is) shown while nothing comes in."""
    await slates.check_stream(workshop, request.user, StreamId(stream_id))
    picture = await lightbox.develop(await _read_body(request))
    address = await slates.set_slate(
        work, lightbox.store, media_addresses, StreamId(stream_id), picture
    )
    return LiveSlateOut.of(address)


@delete(SLATE, guards=[may("live.manage")], responses=problems(StreamNotFound))
async def remove_slate(stream_id: FromPath[UUID], work: NamedDependency[Work]) -> None:
    """Show what every stream shows while nothing comes in."""
    await slates.remove_slate(work, StreamId(stream_id))


async def _read_body(request: AnyRequest) -> bytes:
    """Read an upload, no further than it may be long."""
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > SLATE_LIMIT_BYTES:
            raise SlateTooLarge(SLATE_LIMIT_BYTES)
    return bytes(content)


handlers = [set_slate, remove_slate]
