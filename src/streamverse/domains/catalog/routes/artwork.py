"""The pictures of titles that have no media, over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request, delete, put
from litestar.di import NamedDependency
from litestar.params import FromPath

from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.catalog.errors import PictureOfMedia, PictureTooLarge, TitleNotFound
from streamverse.domains.catalog.routes.viewing import show_one
from streamverse.domains.catalog.schemas.titles import TitleOut
from streamverse.domains.catalog.service import artwork
from streamverse.domains.catalog.service.artwork import PICTURE_LIMIT_BYTES
from streamverse.domains.media.public import Lightbox, MediaAddresses, PosterUnreadable
from streamverse.kit.http import may, problems
from streamverse.kit.work import Work, Workshop

PICTURE = "/admin/titles/{title_id:uuid}/picture"

AnyRequest = Request[Any, Any, Any]


@put(
    PICTURE,
    guards=[may("titles.edit")],
    request_max_body_size=None,
    responses=problems(PosterUnreadable, PictureTooLarge, PictureOfMedia, TitleNotFound),
)
async def give_picture(  # noqa: PLR0917 - what the framework injects, by name
    title_id: FromPath[UUID],
    request: AnyRequest,
    work: NamedDependency[Work],
    workshop: NamedDependency[Workshop],
    media_addresses: NamedDependency[MediaAddresses],
    lightbox: NamedDependency[Lightbox],
) -> TitleOut:
    """Upload a picture (PNG, JPEG or WebP, the body as it is) for a title without media."""
    await artwork.check_title(workshop, request.user, TitleId(title_id))
    picture = await lightbox.develop(await _read_body(request))
    row = await artwork.give_picture(work, lightbox.store, TitleId(title_id), picture)
    return await show_one(work, media_addresses, row)


@delete(
    PICTURE,
    guards=[may("titles.edit")],
    status_code=200,
    responses=problems(PictureOfMedia, TitleNotFound),
)
async def remove_picture(
    title_id: FromPath[UUID],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> TitleOut:
    """Take the picture of a title without media away."""
    row = await artwork.remove_picture(work, TitleId(title_id))
    return await show_one(work, media_addresses, row)


async def _read_body(request: AnyRequest) -> bytes:
    """Read an upload, no further than it may be long."""
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > PICTURE_LIMIT_BYTES:
            raise PictureTooLarge(PICTURE_LIMIT_BYTES)
    return bytes(content)
