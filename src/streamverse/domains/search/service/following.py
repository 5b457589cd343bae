"""How a process's indexes follow the documents, and how what was searched is counted meanwhile."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from streamverse.domains.catalog.contracts import Findable
from streamverse.domains.search.repository import Change, Documents
from streamverse.domains.search.rules.entries import Entry, entry_of
from streamverse.domains.search.rules.tastes import Taste
from streamverse.domains.search.service.index import TitleIndex
from streamverse.domains.search.service.tallies import Tallies
from streamverse.kit.memory import ShortMemory
from streamverse.kit.work import Actor, Workshop

log = logging.getLogger(__name__)

AT_ONCE = 5_000
LOOK_EVERY_S = 0.5
COUNT_EVERY_S = 10.0
# Whoever has just watched something types many letters before that matters.
TASTE_KEPT_S = 60.0
TASTES_KEPT = 10_000


class SearchDesk:
    """What a process searches with: indexes of tenants, tastes, and counts of what was asked."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._indexes: dict[UUID, TitleIndex] = {}
        self._nothing = TitleIndex()
        self._version = 0
        self._generation: int | None = None
        self.tallies = Tallies(workshop)
        self.tastes: ShortMemory[UUID, Taste] = ShortMemory(limit=TASTES_KEPT, seconds=TASTE_KEPT_S)

    def index_of(self, tenant_id: UUID) -> TitleIndex:
        """Give the index of a tenant, as it is by now."""
        return self._indexes.get(tenant_id, self._nothing)

    async def catch_up(self) -> None:
        """Take in what was written since; a new generation is built beside, and put in place."""
        async with self._workshop.reading(Actor.system()) as work:
            revision = await Documents(work).revision()
        if revision is None:
            return
        if self._generation is None:
            self._generation = revision.generation
        if revision.generation != self._generation:
            built: dict[UUID, TitleIndex] = {}
            self._version = await self._read(built, 0)
            self._indexes, self._generation = built, revision.generation
        elif revision.version > self._version:
            self._version = await self._read(self._indexes, self._version)

    async def run(self) -> None:
        """Follow until cancelled, and leave no count behind."""
        looks = 0
        try:
            while True:
                await _try(self.catch_up)
                await asyncio.sleep(LOOK_EVERY_S)
                looks += 1
                if looks % int(COUNT_EVERY_S / LOOK_EVERY_S) == 0:
                    await _try(self.tallies.write)
        finally:
            await _try(self.tallies.write)

    async def _read(self, indexes: dict[UUID, TitleIndex], version: int) -> int:
        while True:
            async with self._workshop.reading(Actor.system()) as work:
                changes = await Documents(work).after(version, AT_ONCE)
            if not changes:
                return version
            # What has been read is not read again if a later part fails.
            await asyncio.to_thread(_apply, indexes, changes)
            version = changes[-1].version
            if indexes is self._indexes:
                self._version = version


def _apply(indexes: dict[UUID, TitleIndex], changes: Sequence[Change]) -> None:
    entries: Mapping[UUID, list[Entry]] = defaultdict(list)
    gone: Mapping[UUID, list[UUID]] = defaultdict(list)
    for change in changes:
        if change.words is None:
            gone[change.tenant_id].append(change.id)
        else:
            found = msgspec.convert(change.words, Findable)
            entries[change.tenant_id].append(entry_of(found))
    for tenant_id in {*entries, *gone}:
        index = indexes.setdefault(tenant_id, TitleIndex())
        index.change(entries.get(tenant_id, ()), gone.get(tenant_id, ()))


async def _try(call: Any) -> None:  # noqa: ANN401
    try:
        await call()
    except Exception:
        log.exception("search could not follow; it tries again")
