"""Finds what is in the store and belongs to nothing, and deletes it if told to.

Each domain says which names are its own and which of them its rows refer to. A name that nobody
claims is never touched, nor is anything younger than a day: what is stored is younger than the row
that it belongs to, and what a row lets go of is never taken up again. Where it might be, its owner
says how to lock it, and looks once more under the lock.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from streamverse.kit.work import Actor, Work, Workshop

if TYPE_CHECKING:
    from streamverse.kit.storage import ObjectStore, StoredObject

YOUNGEST = timedelta(hours=24)
BATCH = 500
EXAMPLES = 50
UUID_PATTERN = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"

FindOwned = Callable[[Work, Sequence[str]], Awaitable[set[str]]]
FindIds = Callable[[Work, Collection[UUID]], Awaitable[set[UUID]]]
Lock = Callable[[Work, Sequence[str]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class StoreOwner:
    """Who answers for the names of a pattern: which of them a row refers to.

    ``lock`` is for names that a row may come to refer to again: it keeps that from happening until
    the Work has ended.
    """

    pattern: re.Pattern[str]
    find_owned: FindOwned
    lock: Lock | None = None


def owner_by_id(prefix: str, find_ids: FindIds) -> StoreOwner:
    """Own all names ``prefix/{id}`` and ``prefix/{id}/…`` of which the id is one of a row."""
    pattern = re.compile(rf"{prefix}/({UUID_PATTERN})(?:/.*)?")

    async def find_owned(work: Work, keys: Sequence[str]) -> set[str]:
        ids = {key: UUID(match[1]) for key in keys if (match := pattern.fullmatch(key))}
        known = await find_ids(work, set(ids.values()))
        return {key for key, each in ids.items() if each in known}

    return StoreOwner(pattern, find_owned)


@dataclass(slots=True)
class Tally:
    """A number of objects, and what they weigh together."""

    count: int = 0
    size_bytes: int = 0

    def add(self, found: StoredObject) -> None:
        """Count an object in."""
        self.count += 1
        self.size_bytes += found.size_bytes


@dataclass(slots=True)
class Census:
    """What a walk through the store has found.

    ``unclaimed`` are objects that no domain answers for; ``examples`` are names of orphans.
    """

    stored: Tally = field(default_factory=Tally)
    orphans: Tally = field(default_factory=Tally)
    deleted: Tally = field(default_factory=Tally)
    unclaimed: Tally = field(default_factory=Tally)
    examples: list[str] = field(default_factory=list[str])


@dataclass(frozen=True, slots=True)
class OrphanCollector:
    """Walks the store."""

    workshop: Workshop
    store: ObjectStore
    owners: Sequence[StoreOwner]

    async def collect(
        self, *, is_dry_run: bool, older_than: timedelta = YOUNGEST, census: Census | None = None
    ) -> Census:
        """Count what nobody owns, and delete it unless this is a dry run.

        A ``census`` that is given is filled while the walk goes on.
        """
        census = census or Census()
        for listed, delete in (
            (self.store.list(), self.store.delete),
            (self.store.growing(), self.store.discard),
        ):
            async for batch in _batches(listed):
                await self._look_at(batch, census, older_than, None if is_dry_run else delete)
        return census

    async def _look_at(
        self,
        batch: Sequence[StoredObject],
        census: Census,
        older_than: timedelta,
        delete: Callable[[str], Awaitable[None]] | None,
    ) -> None:
        written_before = self.workshop.clock.now() - older_than
        claimed: dict[int, list[StoredObject]] = {}
        for found in batch:
            census.stored.add(found)
            place = self._claimant(found.key)
            if place is None:
                census.unclaimed.add(found)
            elif found.modified_at < written_before:
                claimed.setdefault(place, []).append(found)
        for place, objects in claimed.items():
            owner = self.owners[place]
            orphans = await self._orphans_among(owner, objects)
            for orphan in orphans:
                census.orphans.add(orphan)
                if len(census.examples) < EXAMPLES:
                    census.examples.append(orphan.key)
            if delete is not None and orphans:
                await self._delete(owner, orphans, census, delete)

    def _claimant(self, key: str) -> int | None:
        for place, owner in enumerate(self.owners):
            if owner.pattern.fullmatch(key):
                return place
        return None

    async def _orphans_among(
        self, owner: StoreOwner, objects: Sequence[StoredObject]
    ) -> Sequence[StoredObject]:
        async with self.workshop.reading(Actor.system()) as work:
            owned = await owner.find_owned(work, [found.key for found in objects])
        return [found for found in objects if found.key not in owned]

    async def _delete(
        self,
        owner: StoreOwner,
        orphans: Sequence[StoredObject],
        census: Census,
        delete: Callable[[str], Awaitable[None]],
    ) -> None:
        if owner.lock is None:
            await _delete_all(orphans, census, delete)
            return
        keys = [orphan.key for orphan in orphans]
        async with self.workshop.work(Actor.system()) as work:
            await owner.lock(work, keys)
            owned = await owner.find_owned(work, keys)
            still = [orphan for orphan in orphans if orphan.key not in owned]
            await _delete_all(still, census, delete)


async def _delete_all(
    orphans: Sequence[StoredObject], census: Census, delete: Callable[[str], Awaitable[None]]
) -> None:
    for orphan in orphans:
        await delete(orphan.key)
        census.deleted.add(orphan)


async def _batches(
    listed: AsyncIterator[StoredObject],
) -> AsyncGenerator[Sequence[StoredObject]]:
    batch: list[StoredObject] = []
    async for found in listed:
        batch.append(found)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
