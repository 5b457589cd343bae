"""What somebody has watched: listed, counted, written out, forgotten."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from streamverse.domains.catalog import public as catalog
from streamverse.domains.catalog.contracts import EpisodePlace, TitleId
from streamverse.domains.identity.contracts import AccountId, Exporter
from streamverse.domains.library.errors import ViewingNotFound
from streamverse.domains.library.models import ViewingRow
from streamverse.domains.library.repository import Viewings
from streamverse.domains.media.public import MediaAddresses
from streamverse.domains.profiles import public as profiles
from streamverse.domains.profiles.contracts import ProfileId
from streamverse.kit.paging import Listing, Page
from streamverse.kit.work import Work

STREAMS = Listing("library.streams", tuple[datetime, UUID])
COUNTED_DAYS = 30
MOST_GENRES = 5
EXPORTED_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Stream:
    """An entry of a history."""

    row: ViewingRow
    card: catalog.TitleCardOut
    place: EpisodePlace | None


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a history adds up to; days are those of UTC, the last thirty."""

    watched_ms: int
    viewing_count: int
    title_count: int
    finished_count: int
    days: Mapping[date, int]
    genres: Sequence[tuple[str, int]]


async def list_streams(
    work: Work,
    addresses: MediaAddresses,
    profile_id: ProfileId,
    *,
    cursor: str | None,
    limit: int | None,
) -> Page[Stream]:
    """List what somebody has watched, newest first; what the actor may not see is left out."""
    await profiles.get_own_profile(work, profile_id)
    request = STREAMS.request(cursor, limit)
    rows = await Viewings(work).page(profile_id, before=request.after, limit=request.fetch_limit)
    page = request.page(rows, lambda row: (row.started_at, row.id))
    title_ids = {TitleId(row.title_id) for row in page.items}
    cards = await catalog.show_cards(work, addresses, title_ids)
    places = await catalog.find_places(work, cards)
    shown = [
        Stream(row, cards[title_id], places.get(title_id))
        for row in page.items
        if (title_id := TitleId(row.title_id)) in cards
    ]
    return Page(tuple(shown), page.next_cursor)


async def remove_stream(work: Work, profile_id: ProfileId, viewing_id: UUID) -> None:
    """Take an entry out of a history."""
    await profiles.get_own_profile(work, profile_id)
    if not await Viewings(work).remove(profile_id, viewing_id):
        raise ViewingNotFound


async def clear_history(work: Work, profile_id: ProfileId) -> None:
    """Forget all that somebody has watched, and where they stopped."""
    await profiles.get_own_profile(work, profile_id)
    await Viewings(work).clear(profile_id)


async def count_history(work: Work, profile_id: ProfileId) -> Statistics:
    """Add a history up."""
    await profiles.get_own_profile(work, profile_id)
    viewings = Viewings(work)
    viewing_count, title_count, finished_count, watched_ms = await viewings.total(profile_id)
    since = work.now - timedelta(days=COUNTED_DAYS)
    recent = await viewings.since(profile_id, since)
    days = {(since + timedelta(days=n)).date(): 0 for n in range(1, COUNTED_DAYS + 1)}
    by_root: Counter[TitleId] = Counter()
    for row in recent:
        by_root[TitleId(row.root_id)] += row.watched_ms
        if (day := row.started_at.date()) in days:
            days[day] += row.watched_ms
    return Statistics(
        watched_ms=watched_ms,
        viewing_count=viewing_count,
        title_count=title_count,
        finished_count=finished_count,
        days=days,
        genres=await _genres(work, by_root),
    )


async def _genres(work: Work, by_root: Counter[TitleId]) -> Sequence[tuple[str, int]]:
    visible = await catalog.keep_visible(work, by_root)
    genres = await catalog.find_genres(work, visible)
    sums: Counter[str] = Counter()
    for title_id, named in genres.items():
        for _, name in named:
            sums[name] += by_root[TitleId(title_id)]
    return sums.most_common(MOST_GENRES)


async def export_history(work: Work, profile_id: ProfileId) -> Sequence[Mapping[str, object]]:
    """Write a history out, as far as the actor may know of its titles."""
    await profiles.get_own_profile(work, profile_id)
    return await _written(work, profile_id, is_everything=False)


async def _written(
    work: Work, profile_id: ProfileId, *, is_everything: bool
) -> list[Mapping[str, object]]:
    written: list[Mapping[str, object]] = []
    before: tuple[datetime, UUID] | None = None
    while rows := await Viewings(work).page(profile_id, before=before, limit=EXPORTED_AT_ONCE):
        title_ids = {TitleId(row.title_id) for row in rows}
        kept = title_ids if is_everything else await catalog.keep_visible(work, title_ids)
        names = await catalog.find_names(work, kept)
        written += [_entry(row, names[row.title_id]) for row in rows if row.title_id in names]
        before = rows[-1].started_at, rows[-1].id
    return written


def _entry(row: ViewingRow, name: str) -> Mapping[str, object]:
    return {
        "title_id": row.title_id,
        "title": name,
        "started_at": row.started_at,
        "watched_ms": row.watched_ms,
        "position_ms": row.position_ms,
        "duration_ms": row.duration_ms,
        "is_finished": row.is_finished,
    }


async def _export_account(work: Work, account_id: AccountId) -> object:
    return [
        {"profile_id": profile_id, **entry}
        for profile_id in await profiles.list_profile_ids(work, account_id)
        for entry in await _written(work, profile_id, is_everything=True)
    ]


EXPORTERS = (Exporter("history", _export_account),)
