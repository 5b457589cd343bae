"""What was searched how often: counted in memory, written in bulk, without who it was."""

from __future__ import annotations

from collections import Counter
from datetime import date
from uuid import UUID

from streamverse.domains.search.repository import QueryDays
from streamverse.domains.search.rules.text import fold
from streamverse.kit.work import Actor, Work, Workshop

# Whoever makes up words to fill the memory fills no more than this between two writes.
KEYS_LIMIT = 10_000
QUERY_LIMIT = 100

Key = tuple[UUID, date, str]


class Tallies:
    """The searches of this process since they were written last."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._searches: Counter[Key] = Counter()
        self._empties: Counter[Key] = Counter()

    def count(self, work: Work, query: str, *, has_found: bool) -> None:
        """Count a search."""
        words = " ".join(fold(query).split())[:QUERY_LIMIT]
        key = (work.actor.tenant_id, work.now.date(), words)
        if not words or (key not in self._searches and len(self._searches) >= KEYS_LIMIT):
            return
        self._searches[key] += 1
        if not has_found:
            self._empties[key] += 1

    async def write(self) -> None:
        """Add what was counted to what is kept, all in one transaction."""
        searches, self._searches = self._searches, Counter()
        empties, self._empties = self._empties, Counter()
        if not searches:
            return
        rows = [
            {
                "tenant_id": tenant_id,
                "day": day,
                "query": query,
                "search_count": count,
                "empty_count": empties[tenant_id, day, query],
            }
            for (tenant_id, day, query), count in sorted(searches.items())
        ]
        async with self._workshop.work(Actor.system()) as work:
            await QueryDays(work).add(rows)
