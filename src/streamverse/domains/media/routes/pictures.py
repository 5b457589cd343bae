"""The pictures of a film, for its staff: what there is, and which of them is the poster."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from streamverse.domains.media.contracts import AssetId, PictureId
from streamverse.domains.media.errors import (
    FileTooLarge,
    PackageNotFound,
    PictureNotFound,
    PosterUnreadable,
    SourceLetGo,
)
from streamverse.domains.media.schemas.pictures import PicturesOut, PosterIn
from streamverse.domains.media.service import pictures
from streamverse.domains.media.service.delivery import MediaAddresses
from streamverse.domains.media.service.pictures import POSTER_LIMIT_BYTES, Lightbox
from streamverse.kit.http import may, problems
from streamverse.kit.work import Work, Workshop

PICTURES = "/assets/{asset_id:uuid}/pictures"

AnyRequest = Request[Any, Any, Any]


@get(PICTURES, guards=[may("titles.edit")], responses=problems(PackageNotFound))
async def list_pictures(
    asset_id: FromPath[UUID],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> PicturesOut:
    """List what there is to look at of a film: posters to choose from, chapters, scenes."""
    album = await pictures.list_pictures(work, AssetId(asset_id))
    return PicturesOut.of(album, media_addresses, work.now)


@post(
    f"{PICTURES}/make",
    guards=[may("titles.edit")],
    status_code=202,
    responses=problems(PackageNotFound, SourceLetGo),
)
async def make_pictures(asset_id: FromPath[UUID], work: NamedDependency[Work]) -> None:
    """Look through a film again for good pictures; a poster that somebody chose stays."""
    await pictures.make_anew(work, AssetId(asset_id))


@put(
    "/assets/{asset_id:uuid}/poster",
    guards=[may("titles.edit")],
    responses=problems(PackageNotFound, PictureNotFound),
)
async def choose_poster(
    asset_id: FromPath[UUID],
    data: JSONBody[PosterIn],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> PicturesOut:
    """Let one of the pictures stand for the film."""
    await pictures.choose_poster(work, AssetId(asset_id), PictureId(data.picture_id))
    return await _shown(work, asset_id, media_addresses)


@post(
    "/assets/{asset_id:uuid}/poster",
    guards=[may("titles.edit")],
    request_max_body_size=None,
    responses=problems(PackageNotFound, PosterUnreadable, FileTooLarge),
)
async def upload_poster(  # noqa: PLR0917 - what the framework injects, by name
    asset_id: FromPath[UUID],
    request: AnyRequest,
    work: NamedDependency[Work],
    workshop: NamedDependency[Workshop],
    media_addresses: NamedDependency[MediaAddresses],
    lightbox: NamedDependency[Lightbox],
) -> PicturesOut:
    """Upload a picture (PNG, JPEG or WebP, the body as it is) to stand for the film."""
    await pictures.check_asset(workshop, request.user, AssetId(asset_id))
    content = await read_body(request, "A picture", POSTER_LIMIT_BYTES)
    picture = await lightbox.develop(content)
    await pictures.give_poster(work, lightbox.store, AssetId(asset_id), picture)
    return await _shown(work, asset_id, media_addresses)


async def _shown(work: Work, asset_id: UUID, addresses: MediaAddresses) -> PicturesOut:
    album = await pictures.list_pictures(work, AssetId(asset_id))
    return PicturesOut.of(album, addresses, work.now)


async def read_body(request: AnyRequest, what: str, limit_bytes: int) -> bytes:
    """Read what is sent, no further than it may be long."""
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > limit_bytes:
            raise FileTooLarge(what, limit_bytes)
    return bytes(content)


routes = (list_pictures, make_pictures, choose_poster, upload_poster)
