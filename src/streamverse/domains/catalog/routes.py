"""The catalog over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from streamverse.domains.catalog import service
from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.catalog.errors import TitleNotFound, TitleNotPlayable
from streamverse.domains.catalog.models import TitleRow
from streamverse.domains.catalog.schemas import HomeOut, TitleChangeIn, TitleOut, TitlePage
from streamverse.domains.media.public import MediaAddresses
from streamverse.kit.errors import Forbidden, Invalid, Unauthenticated
from streamverse.kit.http import may, problems, revalidated, signed_in
from streamverse.kit.work import Work

QUERY_LIMIT = 200


@get(
    "/home/rails",
    guards=[signed_in],
    middleware=[revalidated],
    responses=problems(Unauthenticated),
)
async def get_home(
    work: NamedDependency[Work], media_addresses: NamedDependency[MediaAddresses]
) -> HomeOut:
    """Show the home page."""
    return HomeOut.of(await service.get_home(work, media_addresses))


@get(
    "/titles",
    guards=[signed_in],
    middleware=[revalidated],
    responses=problems(Unauthenticated, Invalid),
)
async def list_titles(
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
    words: Annotated[str | None, QueryParameter(name="query", max_length=QUERY_LIMIT)] = None,
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> TitlePage:
    """List titles, newest first; viewers see what is published."""
    page = await service.list_titles(work, media_addresses, query=words, cursor=cursor, limit=limit)
    return TitlePage.of(page)


@get(
    "/titles/{title_id:uuid}",
    guards=[signed_in],
    middleware=[revalidated],
    responses=problems(Unauthenticated, TitleNotFound),
)
async def get_title(
    title_id: FromPath[UUID],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> TitleOut:
    """Show one title."""
    row = await service.get_title(work, TitleId(title_id))
    return await _show(work, media_addresses, row)


@patch(
    "/titles/{title_id:uuid}",
    guards=[may("titles.edit")],
    responses=problems(Unauthenticated, Forbidden, TitleNotFound, Invalid),
)
async def change_title(
    title_id: FromPath[UUID],
    data: JSONBody[TitleChangeIn],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> TitleOut:
    """Change what is said about a title."""
    row = await service.change_title(work, TitleId(title_id), data.to_change())
    return await _show(work, media_addresses, row)


@post(
    "/titles/{title_id:uuid}/publish",
    guards=[may("titles.publish")],
    status_code=200,
    responses=problems(Unauthenticated, Forbidden, TitleNotFound, TitleNotPlayable),
)
async def publish_title(
    title_id: FromPath[UUID],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> TitleOut:
    """Make a title visible to viewers."""
    row = await service.publish_title(work, TitleId(title_id))
    return await _show(work, media_addresses, row)


@post(
    "/titles/{title_id:uuid}/unpublish",
    guards=[may("titles.publish")],
    status_code=200,
    responses=problems(Unauthenticated, Forbidden, TitleNotFound),
)
async def unpublish_title(
    title_id: FromPath[UUID],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> TitleOut:
    """Hide a title from viewers."""
    row = await service.unpublish_title(work, TitleId(title_id))
    return await _show(work, media_addresses, row)


@delete(
    "/titles/{title_id:uuid}",
    guards=[may("titles.edit")],
    responses=problems(Unauthenticated, Forbidden, TitleNotFound),
)
async def delete_title(title_id: FromPath[UUID], work: NamedDependency[Work]) -> None:
    """Delete a title and its media."""
    await service.delete_title(work, TitleId(title_id))


async def _show(work: Work, addresses: MediaAddresses, row: TitleRow) -> TitleOut:
    [shown] = await service.show(work, addresses, [row])
    return TitleOut.of(shown)


router = Router(
    path="/",
    route_handlers=[
        get_home,
        list_titles,
        get_title,
        change_title,
        publish_title,
        unpublish_title,
        delete_title,
    ],
    request_max_body_size=100_000,
    tags=["catalog"],
)
