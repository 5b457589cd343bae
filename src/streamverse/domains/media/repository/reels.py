"""Reels and cuts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import and_, delete, insert, not_, select

from streamverse.domains.media.errors import ReelNotFound
from streamverse.domains.media.models import CutRow, PackageRow, ReelKeyRow, ReelRow, ReelSegmentRow
from streamverse.domains.media.rules.reels import ReelSegment

if TYPE_CHECKING:
    from streamverse.domains.media.contracts import AssetId, PackageId, ReelId
    from streamverse.kit.work import Work


class Reels:
    """What broadcasts left in the store."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: ReelRow) -> None:
        """Add a reel."""
        self._work.session.add(row)

    async def find(self, reel_id: ReelId) -> ReelRow | None:
        """Find a reel."""
        return await self._work.session.scalar(select(ReelRow).where(ReelRow.id == reel_id))

    async def find_for_change(self, reel_id: ReelId) -> ReelRow | None:
        """Find a reel and keep others from cutting it or letting it go."""
        return await self._work.session.scalar(
            select(ReelRow).where(ReelRow.id == reel_id).with_for_update()
        )

    async def lock(self, reel_id: ReelId) -> ReelRow:
        """Get a reel for change, or fail with ``ReelNotFound``."""
        row = await self.find_for_change(reel_id)
        if row is None:
            raise ReelNotFound
        return row

    async def segments(self, reel_id: ReelId) -> Sequence[ReelSegment]:
        """List the index of a reel."""
        columns = [getattr(ReelSegmentRow, name) for name in ReelSegment.__slots__]
        query = select(*columns).where(ReelSegmentRow.reel_id == reel_id)
        found = await self._work.session.execute(query.order_by(ReelSegmentRow.number))
        return [ReelSegment(*row) for row in found]

    async def add_segments(self, rows: Sequence[Mapping[str, object]]) -> None:
        """Add lines to the index of a reel."""
        await self._work.session.execute(insert(ReelSegmentRow), [dict(row) for row in rows])

    async def keep_only(self, reel_id: ReelId, runs: Collection[tuple[int, int]]) -> None:
        """Take all segments but those of some runs out of the index."""
        kept = [ReelSegmentRow.number.between(first, last) for first, last in runs]
        gone = and_(ReelSegmentRow.reel_id == reel_id, *(not_(each) for each in kept))
        await self._work.session.execute(delete(ReelSegmentRow).where(gone))

    async def remove(self, row: ReelRow) -> None:
        """Remove a reel with its index."""
        await self._work.session.execute(delete(ReelRow).where(ReelRow.id == row.id))


class ReelKeys:
    """The keys of encrypted reels, sealed."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: ReelKeyRow) -> None:
        """Add a key."""
        self._work.session.add(row)

    async def has_any(self, reel_id: ReelId) -> bool:
        """Tell whether a reel has keys."""
        query = select(ReelKeyRow.id).where(ReelKeyRow.reel_id == reel_id).limit(1)
        return await self._work.session.scalar(query) is not None

    async def of(
        self, reel_ids: Collection[ReelId], wanted: Collection[UUID]
    ) -> Sequence[ReelKeyRow]:
        """List those of some keys that belong to reels."""
        query = select(ReelKeyRow).where(
            ReelKeyRow.id.in_(wanted), ReelKeyRow.reel_id.in_(reel_ids)
        )
        return (await self._work.session.scalars(query)).all()

    async def remove_of(self, reel_id: ReelId) -> None:
        """Remove the keys of a reel of which nothing is left."""
        await self._work.session.execute(delete(ReelKeyRow).where(ReelKeyRow.reel_id == reel_id))


class Cuts:
    """What packages play of reels."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: CutRow) -> None:
        """Add a cut."""
        self._work.session.add(row)

    async def find(self, package_id: PackageId) -> CutRow | None:
        """Find what a package plays of a reel, if it is of one."""
        return await self._work.session.scalar(
            select(CutRow).where(CutRow.package_id == package_id)
        )

    async def of_asset(self, asset_id: AssetId) -> CutRow | None:
        """Find the cut of an asset."""
        query = select(CutRow).join(PackageRow, PackageRow.id == CutRow.package_id)
        return await self._work.session.scalar(query.where(PackageRow.asset_id == asset_id))

    async def of_reel(self, reel_id: ReelId) -> Sequence[CutRow]:
        """List the cuts of a reel."""
        return (
            await self._work.session.scalars(select(CutRow).where(CutRow.reel_id == reel_id))
        ).all()


async def existing_reels(work: Work, ids: Collection[UUID]) -> set[UUID]:
    """Tell which of these reels there are."""
    found = await work.session.scalars(select(ReelRow.id).where(ReelRow.id.in_(ids)))
    return set(found)
