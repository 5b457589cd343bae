"""What somebody finds: candidates of the index, seen through the catalog's eyes, then ranked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from streamverse.domains.catalog import public as catalog
from streamverse.domains.catalog.contracts import FindableKind
from streamverse.domains.search.contracts import Filters
from streamverse.domains.search.rules.edits import slips_allowed
from streamverse.domains.search.rules.entries import Entry, Facets, count_facets
from streamverse.domains.search.rules.matching import (
    Rated,
    best_first,
    correction,
    rate,
    worth_showing,
)
from streamverse.domains.search.rules.text import query_tokens
from streamverse.domains.search.service.following import SearchDesk
from streamverse.domains.search.service.index import TitleIndex
from streamverse.domains.search.service.tastes import find_taste
from streamverse.kit.work import Work

CANDIDATES = 200
CANDIDATES_TYPING = 60
# What a profile may not see costs further looks, but not without end.
LOOKS = 5
NOTHING = Filters()


@dataclass(frozen=True, slots=True)
class Found:
    """The answers to a search, best first; ``is_more`` where some were left out."""

    hits: Sequence[Rated]
    facets: Facets
    is_more: bool
    correction: str | None


async def search(work: Work, desk: SearchDesk, query: str, filters: Filters, limit: int) -> Found:
    """Find what was meant among what the actor may know of."""
    words = query_tokens(query)
    index = desk.index_of(work.actor.tenant_id)
    pool = await _candidates(work, index, words, NOTHING)
    narrowed = pool
    if filters != NOTHING:
        narrowed = await _candidates(work, index, words, filters)
    taste = await find_taste(work, desk)
    hits = worth_showing([rate(words, entry, taste=taste) for entry in narrowed])
    all_hits = hits if narrowed is pool else worth_showing([rate(words, one) for one in pool])
    facets = count_facets([hit.entry for hit in all_hits], filters)
    if filters == NOTHING:
        desk.tallies.count(work, query, has_found=bool(hits))
    return Found(hits[:limit], facets, len(hits) > limit, _correct(words, hits))


async def suggest(work: Work, desk: SearchDesk, query: str, limit: int) -> Sequence[Rated]:
    """Find what somebody may be about to type."""
    words = query_tokens(query)
    index = desk.index_of(work.actor.tenant_id)
    taste = await find_taste(work, desk)
    # Where one of several words has two slips, the others lead there.
    for wanted, slips in _attempts(words, most_slips=1 if len(words) > 1 else 2):
        found: list[Rated] = []
        for look in range(LOOKS):
            entries = index.find(
                words,
                wanted=wanted,
                limit=CANDIDATES_TYPING,
                offset=look * CANDIDATES_TYPING,
                slips=slips,
                is_typing=True,
            )
            rated = [rate(words, entry, is_typing=True, taste=taste) for entry in entries]
            found += await _visible_best(work, best_first(rated), limit)
            if len(entries) < CANDIDATES_TYPING or len(found) >= limit:
                break
        if found:
            return worth_showing(found)[:limit]
    return []


async def visible_entries(
    work: Work, desk: SearchDesk, chosen: Iterable[tuple[str, UUID]], limit: int
) -> Sequence[Entry]:
    """Give the entries of what was chosen, as far as the actor may know of them."""
    entries = desk.index_of(work.actor.tenant_id).get(chosen_id for _, chosen_id in chosen)
    return (await visible_among(work, entries))[:limit]


async def visible_among(work: Work, entries: Collection[Entry]) -> Sequence[Entry]:
    """Leave out what the actor may not know of."""
    ids: dict[FindableKind, list[UUID]] = defaultdict(list)
    for entry in entries:
        ids[entry.kind].append(entry.id)
    visible = await catalog.visible_findables(work, ids)
    return [entry for entry in entries if entry.id in visible]


async def _visible_best(work: Work, ordered: Sequence[Rated], limit: int) -> Sequence[Rated]:
    """Give the best that the actor may know of, and ask about no more than it takes."""
    found: list[Rated] = []
    for start in range(0, len(ordered), 2 * limit):
        some = ordered[start : start + 2 * limit]
        visible = {entry.id for entry in await visible_among(work, [one.entry for one in some])}
        found += [one for one in some if one.entry.id in visible]
        if len(found) >= limit:
            break
    return found


async def _candidates(
    work: Work, index: TitleIndex, words: Sequence[str], filters: Filters
) -> Sequence[Entry]:
    """Find what all words lead to; more slips and fewer words only where that led to nothing."""
    for wanted, slips in _attempts(words):
        found: list[Entry] = []
        for look in range(LOOKS):
            entries = index.find(
                words,
                wanted=wanted,
                limit=CANDIDATES,
                offset=look * CANDIDATES,
                slips=slips,
                filters=filters,
            )
            found += await visible_among(work, entries)
            if len(entries) < CANDIDATES or len(found) >= CANDIDATES // 2:
                break
        if found:
            return found
    return []


def _attempts(words: Sequence[str], most_slips: int = 2) -> Iterator[tuple[int, int]]:
    most_slips = min(most_slips, max(map(slips_allowed, words), default=0))
    for wanted in range(len(words), (len(words) + 1) // 2 - 1, -1):
        for slips in range(1, max(1, most_slips) + 1):
            yield wanted, slips


def _correct(words: Sequence[str], hits: Sequence[Rated]) -> str | None:
    """Propose what was meant, out of the best answer alone: what is not seen proposes nothing."""
    if not hits:
        return None
    best = hits[0]
    return correction(words, best.entry.name_of(best.name_number))
