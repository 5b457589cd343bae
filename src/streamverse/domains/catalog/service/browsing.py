"""Titles by filters, and what there is to filter by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from streamverse.domains.catalog.contracts import Viewer
from streamverse.domains.catalog.models import GenreRow, StudioRow
from streamverse.domains.catalog.repository import Browsing, CardRow, Genres, Revisions, Studios
from streamverse.domains.catalog.rules.browsing import Sort, Wish, check_wish, no_such
from streamverse.domains.catalog.rules.genres import family
from streamverse.domains.catalog.service.pages import list_genres
from streamverse.domains.catalog.service.titles import Shown, show
from streamverse.domains.catalog.service.viewers import viewer_of
from streamverse.domains.media.public import MediaAddresses
from streamverse.kit.memory import SharedMemory, ShortMemory
from streamverse.kit.paging import Listing, Page
from streamverse.kit.work import Work

_PLACES: dict[Sort, Any] = {
    Sort.NEWEST: tuple[datetime, UUID],
    Sort.NAME: tuple[str, UUID],
    Sort.LATEST_YEAR: tuple[int, UUID],
    Sort.EARLIEST_YEAR: tuple[int, UUID],
}


# Studios are not among what the catalog counts changes of.
REMEMBERED, REMEMBERED_VIEWERS = timedelta(minutes=1), 200


@dataclass(frozen=True, slots=True)
class Filters:
    """What there is to filter by, for one viewer."""

    genres: Sequence[GenreRow]
    studios: Sequence[StudioRow]
    tags: Sequence[str]
    languages: Sequence[str]
    kinds: Sequence[str]
    first_year: int | None
    last_year: int | None


@dataclass(frozen=True, slots=True)
class KeptFilters:
    """What there was to filter by at a state of the catalog, and until when that holds."""

    revision: int
    until: datetime
    filters: Filters


FilterMemory = SharedMemory[tuple[UUID, Viewer], KeptFilters]


def new_filter_memory() -> FilterMemory:
    """Make the memory of a process."""
    kept = ShortMemory[tuple[UUID, Viewer], KeptFilters](
        limit=REMEMBERED_VIEWERS, seconds=REMEMBERED.total_seconds()
    )
    return SharedMemory(kept)


async def browse(
    work: Work,
    addresses: MediaAddresses,
    wish: Wish,
    *,
    cursor: str | None = None,
    limit: int | None = None,
) -> Page[Shown[CardRow]]:
    """List the titles that meet a wish and that the actor may know of."""
    check_wish(wish)
    listing = Listing(f"catalog.browse.{wish.fingerprint}", _PLACES[wish.sort])
    request = listing.request(cursor, limit)
    rows = await Browsing(work, await viewer_of(work)).page(
        wish,
        families=await _families(work, wish.genres),
        studio_ids=await _studio_ids(work, wish.studios),
        after=request.after,
        limit=request.fetch_limit,
    )
    page = request.page(rows, lambda row: (row.place, row.card.id))
    shown = await show(work, addresses, [row.card for row in page.items])
    return Page(tuple(shown), page.next_cursor)


async def list_filters(work: Work, memory: FilterMemory) -> Filters:
    """List what there is to filter by among the titles that the actor may know of.

    It takes a look at all of them, so it is remembered while the catalog stays the same.
    """
    viewer, now = await viewer_of(work), work.now
    revision = await Revisions(work).current()

    async def look() -> KeptFilters:
        until = await Revisions(work).good_until(now + REMEMBERED)
        return KeptFilters(revision, until, await _look(work, viewer))

    kept = await memory.find(
        (work.actor.tenant_id, viewer),
        lambda known: known.revision >= revision and now < known.until,
        look,
    )
    return kept.filters


async def _look(work: Work, viewer: Viewer) -> Filters:
    browsing = Browsing(work, viewer)
    sorts = await browsing.sorts()
    years = [year for one in sorts for year in (one.first_year, one.last_year) if year is not None]
    return Filters(
        genres=await list_genres(work),
        studios=await browsing.studios(),
        tags=await browsing.tags(),
        languages=sorted({one.language for one in sorts if one.language}),
        kinds=sorted({one.kind for one in sorts}),
        first_year=min(years, default=None),
        last_year=max(years, default=None),
    )


async def _families(work: Work, slugs: Sequence[str]) -> Sequence[Sequence[UUID]]:
    if not slugs:
        return ()
    genres = await Genres(work).all()
    parents, by_slug = {row.id: row.parent_id for row in genres}, {row.slug: row for row in genres}
    for wanted in slugs:
        if wanted not in by_slug:
            raise no_such("genre", wanted)
    return [family(parents, by_slug[wanted].id) for wanted in slugs]


async def _studio_ids(work: Work, slugs: Sequence[str]) -> Sequence[UUID]:
    if not slugs:
        return ()
    known = await Studios(work).numbers(slugs)
    for wanted in slugs:
        if wanted not in known:
            raise no_such("studio", wanted)
    return list(known.values())
