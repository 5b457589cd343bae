"""Recommendations over HTTP."""

from __future__ import annotations

from typing import Annotated, cast

from litestar import MediaType, Response, Router, get
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import QueryParameter

from streamverse.domains.media.public import MediaAddresses
from streamverse.domains.recommendations.rules import Ranking
from streamverse.domains.recommendations.schemas import HomeOut, TitlesOut
from streamverse.domains.recommendations.service import home
from streamverse.domains.recommendations.service.home import TOP_LIMIT, HomeMemory
from streamverse.kit.errors import Invalid, Unauthenticated
from streamverse.kit.http import problems, revalidated, signed_in
from streamverse.kit.work import Work

MOST = 60
Limit = Annotated[int, QueryParameter(ge=1, le=MOST)]


@get(
    "/home/rails",
    guards=[signed_in],
    middleware=[revalidated],
    responses=problems(Unauthenticated),
)
async def get_home(
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
    home_memory: NamedDependency[HomeMemory],
) -> Response[HomeOut]:
    """Show the home page."""
    page = await home.get_home(work, media_addresses, home_memory)
    return cast("Response[HomeOut]", Response(page, media_type=MediaType.JSON))


@get(
    "/trending",
    guards=[signed_in],
    middleware=[revalidated],
    responses=problems(Unauthenticated, Invalid),
)
async def list_trending(
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
    limit: Limit = 24,
) -> TitlesOut:
    """List what is watched more than before, in your region first."""
    return TitlesOut.of(await home.list_ranking(work, media_addresses, Ranking.TRENDING, limit))


@get(
    "/top10",
    guards=[signed_in],
    middleware=[revalidated],
    responses=problems(Unauthenticated),
)
async def list_top(
    work: NamedDependency[Work], media_addresses: NamedDependency[MediaAddresses]
) -> TitlesOut:
    """List the ten titles that are watched most in your region."""
    return TitlesOut.of(await home.list_ranking(work, media_addresses, Ranking.TOP, TOP_LIMIT))


@get(
    "/recommendations",
    guards=[signed_in],
    middleware=[revalidated],
    responses=problems(Unauthenticated, Invalid),
)
async def list_recommended(
    work: NamedDependency[Work],
    media_addresses: NamedDependency[MediaAddresses],
    home_memory: NamedDependency[HomeMemory],
    limit: Limit = 24,
) -> TitlesOut:
    """List what you might like by what you watched."""
    found = await home.list_recommended(work, media_addresses, home_memory, limit)
    return TitlesOut.of(found)


def provide_memory(state: State) -> HomeMemory:
    """Give what the application remembers of home pages."""
    memory: HomeMemory = state.setdefault("home_memory", HomeMemory())
    return memory


router = Router(
    path="/",
    route_handlers=[get_home, list_trending, list_top, list_recommended],
    dependencies={"home_memory": Provide(provide_memory, sync_to_thread=False)},
    tags=["home"],
)
