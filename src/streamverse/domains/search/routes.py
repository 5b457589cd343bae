"""Search over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import Router, delete, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from streamverse.domains.catalog import public as catalog
from streamverse.domains.catalog.contracts import FindableKind
from streamverse.domains.media.public import MediaAddresses
from streamverse.domains.search.contracts import SEARCHES_KEPT, Filters, SyncDocuments
from streamverse.domains.search.errors import SearchNotFound
from streamverse.domains.search.public import SearchDesk
from streamverse.domains.search.repository import QueryDays, days_before
from streamverse.domains.search.rules.text import query_tokens
from streamverse.domains.search.schemas import (
    QUERY_LIMIT,
    FoundAccountOut,
    HitOut,
    PastSearchOut,
    SearchedDayOut,
    SearchedWordsOut,
    SearchesOut,
    SearchIn,
    SearchOut,
)
from streamverse.domains.search.service import accounts, history, searching
from streamverse.kit.errors import Forbidden, Invalid, Unauthenticated
from streamverse.kit.http import may, problems, signed_in
from streamverse.kit.work import Work

RESULTS = 60
SUGGESTIONS = 8
TRENDING = 10
ACCOUNTS = 50
ALSO_SEARCHED = 8
# What people also searched is asked for what answers best.
ASKED_ALSO = 3
WORDS_SHOWN = 100
QueryText = Annotated[str, QueryParameter(name="query", min_length=1, max_length=QUERY_LIMIT)]


async def read_filters(
    kind: FromQuery[list[FindableKind] | None] = None,
    genre: FromQuery[list[str] | None] = None,
    decade: FromQuery[list[int] | None] = None,
    language: FromQuery[list[str] | None] = None,
) -> Filters:
    """Read what a search is narrowed to: several of one sort mean any of them."""
    return Filters(
        frozenset(kind or ()),
        frozenset(genre or ()),
        frozenset(decade or ()),
        frozenset(language or ()),
    )


@get(
    "/search",
    guards=[signed_in],
    dependencies={"filters": Provide(read_filters)},
    responses=problems(Unauthenticated, Invalid),
)
async def search(
    work: NamedDependency[Work],
    search_desk: NamedDependency[SearchDesk],
    media_addresses: NamedDependency[MediaAddresses],
    filters: NamedDependency[Filters],
    words: QueryText,
) -> SearchOut:
    """Find titles, people, collections, genres and studios, in spite of slips."""
    found = await searching.search(work, search_desk, words, filters, RESULTS)
    ids = [hit.entry.id for hit in found.hits]
    posters = await catalog.posters_of_titles(work, media_addresses, ids)
    best = ids[:ASKED_ALSO]
    also = await history.list_also_searched(work, search_desk, best, ALSO_SEARCHED)
    locked = await catalog.find_locked(work, ids)
    return SearchOut.of(found, query_tokens(words), posters, also, locked)


@get("/search/suggestions", guards=[signed_in], responses=problems(Unauthenticated, Invalid))
async def list_suggestions(
    work: NamedDependency[Work],
    search_desk: NamedDependency[SearchDesk],
    media_addresses: NamedDependency[MediaAddresses],
    words: QueryText,
) -> list[HitOut]:
    """Propose what somebody may be about to type."""
    found = await searching.suggest(work, search_desk, words, SUGGESTIONS)
    ids = [hit.entry.id for hit in found]
    posters = await catalog.posters_of_titles(work, media_addresses, ids)
    typed = query_tokens(words)
    return [HitOut.of_rated(hit, typed, posters, is_typing=True) for hit in found]


@get(
    "/search/accounts",
    guards=[may("accounts.read")],
    responses=problems(Unauthenticated, Forbidden, Invalid),
)
async def search_accounts(work: NamedDependency[Work], words: QueryText) -> list[FoundAccountOut]:
    """Find accounts by name or address, in spite of slips, the likeliest first."""
    found = await accounts.search_accounts(work, words, ACCOUNTS)
    return [FoundAccountOut.of(account) for account in found]


@get("/search/trending", guards=[signed_in], responses=problems(Unauthenticated))
async def list_trending(
    work: NamedDependency[Work], search_desk: NamedDependency[SearchDesk]
) -> list[HitOut]:
    """List what people go on to these days from what they search."""
    return [HitOut.of(entry) for entry in await history.list_trending(work, search_desk, TRENDING)]


@get("/search/history", guards=[signed_in], responses=problems(Unauthenticated))
async def list_history(work: NamedDependency[Work]) -> list[PastSearchOut]:
    """List what the profile looked for, the last first."""
    return [PastSearchOut.of(row) for row in await history.list_history(work)]


@post(
    "/search/history",
    guards=[signed_in],
    status_code=204,
    responses=problems(Unauthenticated, Invalid),
)
async def remember_search(
    data: JSONBody[SearchIn],
    work: NamedDependency[Work],
    search_desk: NamedDependency[SearchDesk],
) -> None:
    """Keep what the profile looked for, and what it went on to."""
    chosen = (data.chosen.kind, data.chosen.id) if data.chosen else None
    await history.remember(work, search_desk, data.query, chosen)


@delete("/search/history", guards=[signed_in], responses=problems(Unauthenticated))
async def clear_history(work: NamedDependency[Work]) -> None:
    """Forget everything that the profile looked for."""
    await history.clear_history(work)


@delete(
    "/search/history/{search_id:uuid}",
    guards=[signed_in],
    responses=problems(Unauthenticated, SearchNotFound),
)
async def forget_search(search_id: FromPath[UUID], work: NamedDependency[Work]) -> None:
    """Forget one thing that the profile looked for."""
    await history.forget_search(work, search_id)


@get(
    "/admin/searches",
    guards=[may("reports.read")],
    responses=problems(Unauthenticated, Forbidden, Invalid),
)
async def list_searches(
    work: NamedDependency[Work],
    search_desk: NamedDependency[SearchDesk],
    days: Annotated[int, QueryParameter(ge=1, le=SEARCHES_KEPT.days)] = 7,
) -> SearchesOut:
    """Show what was searched by day, and what was searched in vain; not by whom."""
    counts, since = QueryDays(work), days_before(work.now, days - 1)
    most = await counts.most(since, is_empty=False, limit=WORDS_SHOWN)
    in_vain = await counts.most(since, is_empty=True, limit=WORDS_SHOWN)
    return SearchesOut(
        [SearchedDayOut.of(day) for day in await counts.days(since)],
        [SearchedWordsOut.of(words) for words in most],
        [SearchedWordsOut.of(words) for words in in_vain],
        search_desk.index_of(work.actor.tenant_id).count,
        SEARCHES_KEPT.days,
    )


@post(
    "/admin/search/rebuild",
    guards=[may("titles.edit")],
    status_code=202,
    responses=problems(Unauthenticated, Forbidden),
)
async def rebuild_search(work: NamedDependency[Work]) -> None:
    """Compare search with the catalog and build it anew; what can be found stays so meanwhile."""
    work.enqueue(SyncDocuments(), dedupe_key="search.rebuild")


router = Router(
    path="/",
    route_handlers=[
        search,
        list_suggestions,
        search_accounts,
        list_trending,
        list_history,
        remember_search,
        clear_history,
        forget_search,
        list_searches,
        rebuild_search,
    ],
    tags=["search"],
)
