"""What people see of the catalog, over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.catalog.errors import TitleNotFound
from streamverse.domains.catalog.models import TitleRow
from streamverse.domains.catalog.schemas.titles import TitleOut, TitlePage
from streamverse.domains.catalog.service import titles
from streamverse.domains.media.public import MediaAddresses
from streamverse.kit.errors import Invalid, Unauthenticated
from streamverse.kit.http import problems, revalidated, signed_in
from streamverse.kit.work import Work

QUERY_LIMIT = 200


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
    page = await titles.list_titles(work, media_addresses, query=words, cursor=cursor, limit=limit)
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
    row = await titles.get_title(work, TitleId(title_id))
    return await show_one(work, media_addresses, row)


@get(
    "/titles/{title_id:uuid}/children",
    guards=[signed_in],
    middleware=[revalidated],
    responses=problems(Unauthenticated, TitleNotFound),
)
async def list_children(
    title_id: FromPath[UUID],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
) -> list[TitleOut]:
    """List the seasons of a series, or the episodes of a season, by number."""
    await titles.get_title(work, TitleId(title_id))
    rows = await titles.list_beneath(work, TitleId(title_id))
    return [TitleOut.of(shown) for shown in await titles.show(work, media_addresses, rows)]


async def show_one(work: Work, addresses: MediaAddresses, row: TitleRow) -> TitleOut:
    """Show a title as JSON."""
    [shown] = await titles.show(work, addresses, [row])
    return TitleOut.of(shown)
