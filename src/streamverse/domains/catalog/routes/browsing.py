"""Browsing over HTTP."""

from __future__ import annotations

from typing import Any

from litestar import Request, get
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery

from streamverse.domains.catalog.contracts import TitleKind
from streamverse.domains.catalog.rules.browsing import Match, Sort, Wish, refuse_unknown
from streamverse.domains.catalog.schemas.browsing import FiltersOut
from streamverse.domains.catalog.schemas.titles import TitlePage
from streamverse.domains.catalog.service import browsing
from streamverse.domains.catalog.service.browsing import FilterMemory, new_filter_memory
from streamverse.domains.media.public import MediaAddresses
from streamverse.kit.errors import Invalid, Unauthenticated
from streamverse.kit.http import problems, revalidated, signed_in
from streamverse.kit.work import Work


async def read_wish(  # noqa: PLR0913 - one for each filter
    request: Request[Any, Any, Any],
    *,
    genre: FromQuery[list[str] | None] = None,
    match: FromQuery[Match] = Match.ANY,
    studio: FromQuery[list[str] | None] = None,
    tag: FromQuery[list[str] | None] = None,
    language: FromQuery[list[str] | None] = None,
    kind: FromQuery[list[TitleKind] | None] = None,
    year_from: FromQuery[int | None] = None,
    year_to: FromQuery[int | None] = None,
    age: FromQuery[int | None] = None,
    sort: FromQuery[Sort] = Sort.NEWEST,
) -> Wish:
    """Read what somebody browses for from the address."""
    refuse_unknown(request.query_params.keys())
    return Wish(
        genres=tuple(genre or ()),
        match=match,
        studios=tuple(studio or ()),
        tags=tuple(tag or ()),
        languages=tuple(language or ()),
        kinds=tuple(kind or ()),
        year_from=year_from,
        year_to=year_to,
        age=age,
        sort=sort,
    )


@get(
    "/browse",
    guards=[signed_in],
    middleware=[revalidated],
    dependencies={"wish": Provide(read_wish)},
    responses=problems(Unauthenticated, Invalid),
)
async def browse_titles(
    wish: NamedDependency[Wish],
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> TitlePage:
    """List titles by filters; of several values of one filter any will do, of genres as asked."""
    page = await browsing.browse(work, media_addresses, wish, cursor=cursor, limit=limit)
    return TitlePage.of(page)


def provide_filter_memory(state: State) -> FilterMemory:
    """Give what the application remembers of filters."""
    memory: FilterMemory = state.setdefault("filter_memory", new_filter_memory())
    return memory


@get(
    "/browse/filters",
    guards=[signed_in],
    middleware=[revalidated],
    dependencies={"filter_memory": Provide(provide_filter_memory, sync_to_thread=False)},
    responses=problems(Unauthenticated),
)
async def list_filters(
    work: NamedDependency[Work], filter_memory: NamedDependency[FilterMemory]
) -> FiltersOut:
    """List what there is to filter by."""
    return FiltersOut.of(await browsing.list_filters(work, filter_memory), work.actor.locale)
