"""Uploads, assets, packages, and what is kept of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from sqlalchemy import delete, func, insert, inspect, or_, select

from streamverse.domains.media.contracts import AssetId, PackageId
from streamverse.domains.media.errors import PackageNotFound, UploadNotFound
from streamverse.domains.media.models import (
    ArtworkRow,
    AssetRow,
    CensusRow,
    KeyRow,
    MeasurementRow,
    PackageRow,
    PartRow,
    PictureRow,
    RemoteImportRow,
    RetentionRow,
    SegmentRow,
    StorageRow,
    SubtitleRow,
    TrackRow,
    UploadRow,
)
from streamverse.domains.media.rules.states import UploadState
from streamverse.kit import clock
from streamverse.kit.jobs import ACTIVE, JobRow
from streamverse.kit.paging import is_before

if TYPE_CHECKING:
    from streamverse.domains.media.contracts import UploadId
    from streamverse.kit.work import Work


Row = TypeVar("Row", PackageRow, TrackRow, PartRow)


def _copy(row: Row, **changes: object) -> Row:
    columns = {column.key: getattr(row, column.key) for column in inspect(type(row)).column_attrs}
    return type(row)(**{**columns, **changes})


class Uploads:
    """The uploads of the caller; jobs see everybody's."""

    def __init__(self, work: Work) -> None:
        self._work = work
        account_id = work.actor.account_id
        self._own = UploadRow.account_id == account_id if account_id is not None else None

    def add(self, row: UploadRow) -> None:
        """Add an upload."""
        self._work.session.add(row)

    async def get(self, upload_id: UploadId) -> UploadRow:
        """Get an upload, or fail with ``UploadNotFound``."""
        return await self._one(upload_id, is_locked=False)

    async def lock(self, upload_id: UploadId) -> UploadRow:
        """Get an upload for change, or fail with ``UploadNotFound``."""
        return await self._one(upload_id, is_locked=True)

    async def find_of_asset(self, asset_id: AssetId) -> UploadRow | None:
        """Find the upload that an asset came by."""
        return await self._work.session.scalar(
            select(UploadRow).where(UploadRow.asset_id == asset_id)
        )

    async def find(self, upload_id: UploadId) -> UploadRow | None:
        """Find an upload."""
        return await self._work.session.scalar(select(UploadRow).where(UploadRow.id == upload_id))

    async def lock_all(self, upload_ids: Sequence[UploadId]) -> list[UploadRow]:
        """Get several uploads for change, in the order they are named."""
        return [await self.lock(upload_id) for upload_id in upload_ids]

    async def checking(self) -> Sequence[UploadRow]:
        """List the uploads of everybody whose files are being checked, newest first."""
        found = await self._work.session.scalars(
            select(UploadRow)
            .where(UploadRow.state == UploadState.CHECKING, UploadRow.is_partial.is_(False))
            .order_by(UploadRow.id.desc())
        )
        return found.all()

    async def page(self, *, before: UUID | None, limit: int) -> Sequence[UploadRow]:
        """List uploads that people look at, newest first, from below an id."""
        query = (
            select(UploadRow)
            .where(UploadRow.is_partial.is_(False))
            .order_by(UploadRow.id.desc())
            .limit(limit)
        )
        if self._own is not None:
            query = query.where(self._own)
        if before is not None:
            query = query.where(UploadRow.id < before)
        return (await self._work.session.scalars(query)).all()

    async def expired(self, now: datetime, limit: int) -> Sequence[UploadRow]:
        """List unfinished uploads whose time is over."""
        found = await self._work.session.scalars(
            select(UploadRow)
            .where(UploadRow.expires_at <= now, UploadRow.state == UploadState.UPLOADING)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return found.all()

    async def remove(self, row: UploadRow) -> None:
        """Remove an upload's row."""
        await self._work.session.delete(row)

    async def remove_all(self, upload_ids: Sequence[UUID]) -> None:
        """Remove the rows of several uploads."""
        await self._work.session.execute(delete(UploadRow).where(UploadRow.id.in_(upload_ids)))

    async def _one(self, upload_id: UploadId, *, is_locked: bool) -> UploadRow:
        query = select(UploadRow).where(UploadRow.id == upload_id)
        if self._own is not None:
            query = query.where(self._own)
        if is_locked:
            query = query.with_for_update().execution_options(populate_existing=True)
        row = await self._work.session.scalar(query)
        if row is None:
            raise UploadNotFound(upload_id)
        return row


class RemoteImports:
    """Where uploads are fetched from."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: RemoteImportRow) -> None:
        """Add where an upload is fetched from."""
        self._work.session.add(row)

    async def find(self, upload_id: UploadId) -> RemoteImportRow | None:
        """Find where an upload is fetched from; nothing once that has ended."""
        return await self._work.session.scalar(
            select(RemoteImportRow).where(RemoteImportRow.upload_id == upload_id)
        )

    async def remove(self, upload_id: UploadId) -> None:
        """Forget where an upload was fetched from."""
        await self._work.session.execute(
            delete(RemoteImportRow).where(RemoteImportRow.upload_id == upload_id)
        )


class Assets:
    """The files that were taken in."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: AssetRow | MeasurementRow) -> None:
        """Add an asset, or what was measured of one."""
        self._work.session.add(row)

    async def find(self, asset_id: AssetId) -> AssetRow | None:
        """Find an asset."""
        return await self._work.session.scalar(select(AssetRow).where(AssetRow.id == asset_id))

    async def find_measurement(self, asset_id: AssetId) -> MeasurementRow | None:
        """Find what was measured of an asset."""
        return await self._work.session.scalar(
            select(MeasurementRow).where(MeasurementRow.asset_id == asset_id)
        )

    async def remove(self, asset_id: AssetId) -> None:
        """Remove an asset's row; its packages go with it."""
        await self._work.session.execute(delete(AssetRow).where(AssetRow.id == asset_id))


class Keys:
    """The keys of encrypted packages, sealed."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: KeyRow) -> None:
        """Add a key."""
        self._work.session.add(row)

    async def of_package(self, package_id: PackageId) -> Sequence[KeyRow]:
        """List the keys of a package, none if it is in the clear."""
        found = await self._work.session.scalars(
            select(KeyRow).where(KeyRow.package_id == package_id).order_by(KeyRow.kind)
        )
        return found.all()


class Packages:
    """The packages and what belongs to them."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, *rows: PackageRow | TrackRow | PartRow) -> None:
        """Add a package, its tracks and its parts."""
        self._work.session.add_all(rows)

    async def find(self, package_id: PackageId) -> PackageRow | None:
        """Find a package."""
        return await self._work.session.scalar(
            select(PackageRow).where(PackageRow.id == package_id)
        )

    async def get(self, package_id: PackageId) -> PackageRow:
        """Get a package, or fail with ``PackageNotFound``."""
        row = await self.find(package_id)
        if row is None:
            raise PackageNotFound
        return row

    async def lock(self, package_id: PackageId) -> PackageRow:
        """Get a package for change, or fail with ``PackageNotFound``."""
        row = await self._work.session.scalar(
            select(PackageRow).where(PackageRow.id == package_id).with_for_update()
        )
        if row is None:
            raise PackageNotFound
        return row

    async def of_assets(self, asset_ids: Sequence[AssetId]) -> Sequence[PackageRow]:
        """List the packages of some assets."""
        found = await self._work.session.scalars(
            select(PackageRow).where(PackageRow.asset_id.in_(asset_ids))
        )
        return found.all()

    async def recent(
        self, since: datetime, unfinished: Sequence[str]
    ) -> Sequence[tuple[PackageRow, AssetRow]]:
        """List packages that are unfinished or were made since a moment, newest first."""
        found = await self._work.session.execute(
            select(PackageRow, AssetRow)
            .join(AssetRow, AssetRow.id == PackageRow.asset_id)
            .where(or_(PackageRow.state.in_(unfinished), PackageRow.created_at >= since))
            .order_by(PackageRow.id.desc())
            .limit(200)
        )
        return [(package, asset) for package, asset in found]

    async def renew(
        self,
        old: PackageRow,
        new_id: PackageId,
        subtitles: Sequence[SubtitleRow],
        pictures: Sequence[PictureRow],
    ) -> PackageRow:
        """Put a package with the same tracks and parts, of which nothing is made, in its place.

        Some subtitles and pictures go along, and the poster if it is one of these.
        """
        session, old_id = self._work.session, PackageId(old.id)
        tracks, parts = await self.tracks(old_id), await self.parts(old_id)
        is_poster_kept = old.poster_id in {row.id for row in pictures}
        fresh = _copy(old, id=new_id, created_at=self._work.now, is_poster_chosen=is_poster_kept)
        if not is_poster_kept:
            fresh.poster_id = None
        fresh.preview_id = fresh.sprites_id = None
        fresh.playable_at = fresh.ready_at = fresh.checks = None
        session.add(fresh)
        await session.flush()
        for row in (*subtitles, *pictures):
            row.package_id = new_id
        session.add_all(_copy(track, id=clock.new_id(), package_id=new_id) for track in tracks)
        session.add_all(
            _copy(
                part,
                package_id=new_id,
                next_segment=part.first_segment,
                encode_starts=0,
                made_with=None,
                decoded=None,
                finished_at=None,
            )
            for part in parts
        )
        for row in (*tracks, *parts, old):
            session.expunge(row)
        await session.execute(delete(PackageRow).where(PackageRow.id == old_id))
        await session.flush()
        return fresh

    async def tracks(self, package_id: PackageId) -> Sequence[TrackRow]:
        """List the tracks of a package in order."""
        found = await self._work.session.scalars(
            select(TrackRow).where(TrackRow.package_id == package_id).order_by(TrackRow.position)
        )
        return found.all()

    async def segments(self, track_ids: Sequence[UUID]) -> dict[UUID, list[tuple[int, int, int]]]:
        """Give each track's index: ``(number, duration_ticks, size_bytes)`` in order."""
        found = await self._work.session.execute(
            select(
                SegmentRow.track_id,
                SegmentRow.number,
                SegmentRow.duration_ticks,
                SegmentRow.size_bytes,
            )
            .where(SegmentRow.track_id.in_(track_ids))
            .order_by(SegmentRow.track_id, SegmentRow.number)
        )
        index: dict[UUID, list[tuple[int, int, int]]] = {track_id: [] for track_id in track_ids}
        for track_id, number, duration_ticks, size_bytes in found:
            index[track_id].append((number, duration_ticks, size_bytes))
        return index

    async def append_segments(self, rows: Sequence[dict[str, object]]) -> None:
        """Add lines to the segment index."""
        await self._work.session.execute(insert(SegmentRow), list(rows))

    async def forget_segments(self, track_ids: Sequence[UUID]) -> None:
        """Take all lines of some tracks out of the segment index."""
        await self._work.session.execute(
            delete(SegmentRow).where(SegmentRow.track_id.in_(track_ids))
        )

    async def parts(self, package_id: PackageId) -> Sequence[PartRow]:
        """List the parts of a package in order."""
        found = await self._work.session.scalars(
            select(PartRow).where(PartRow.package_id == package_id).order_by(PartRow.number)
        )
        return found.all()

    async def parts_of(self, package_ids: Sequence[UUID]) -> dict[UUID, list[PartRow]]:
        """List the parts of some packages, by package and in order."""
        found = await self._work.session.scalars(
            select(PartRow).where(PartRow.package_id.in_(package_ids)).order_by(PartRow.number)
        )
        parts: dict[UUID, list[PartRow]] = {package_id: [] for package_id in package_ids}
        for part in found:
            parts[part.package_id].append(part)
        return parts

    async def get_part(self, package_id: PackageId, number: int) -> PartRow:
        """Get a part, or fail with ``PackageNotFound``."""
        return await self._part(package_id, number, is_locked=False)

    async def lock_part(self, package_id: PackageId, number: int) -> PartRow:
        """Get a part for change, or fail with ``PackageNotFound``."""
        return await self._part(package_id, number, is_locked=True)

    async def _part(self, package_id: PackageId, number: int, *, is_locked: bool) -> PartRow:
        query = select(PartRow).where(PartRow.package_id == package_id, PartRow.number == number)
        row = await self._work.session.scalar(query.with_for_update() if is_locked else query)
        if row is None:
            raise PackageNotFound
        return row

    async def length_s(
        self, package_id: PackageId, track_name: str, segment_count: int
    ) -> Fraction:
        """Add up how long the first segments of a track last, in seconds, exactly."""
        found = await self._work.session.execute(
            select(TrackRow.timescale, func.sum(SegmentRow.duration_ticks))
            .join(SegmentRow, SegmentRow.track_id == TrackRow.id)
            .where(TrackRow.package_id == package_id, TrackRow.name == track_name)
            .where(SegmentRow.number < segment_count)
            .group_by(TrackRow.timescale)
        )
        lengths = (Fraction(int(ticks), timescale) for timescale, ticks in found)
        return sum(lengths, Fraction())


class StoredWeights:
    """What the assets weigh in the store."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def lock(self, asset_id: AssetId) -> StorageRow | None:
        """Find what an asset weighed when it was measured last, for change."""
        return await self._work.session.scalar(
            select(StorageRow).where(StorageRow.asset_id == asset_id).with_for_update()
        )

    def add(self, row: StorageRow) -> None:
        """Add what an asset weighs."""
        self._work.session.add(row)

    async def totals(self) -> Mapping[str, int]:
        """Add up what all assets weigh, by what it is kept for."""
        columns = [func.coalesce(func.sum(getattr(StorageRow, name)), 0) for name in WEIGHTS]
        found = (await self._work.session.execute(select(*columns))).one()
        return dict(zip(WEIGHTS, map(int, found), strict=True))

    async def totals_of_tenants(self) -> Mapping[UUID, int]:
        """Add up what each tenant's assets weigh."""
        found = await self._work.session.execute(
            select(StorageRow.tenant_id, func.sum(StorageRow.total_bytes)).group_by(
                StorageRow.tenant_id
            )
        )
        return {tenant_id: int(total) for tenant_id, total in found}

    async def page(
        self, *, after: tuple[int, UUID] | None, limit: int
    ) -> Sequence[tuple[StorageRow, AssetRow]]:
        """List assets with what they weigh, the heaviest first."""
        query = (
            select(StorageRow, AssetRow)
            .join(AssetRow, AssetRow.id == StorageRow.asset_id)
            .order_by(StorageRow.total_bytes.desc(), StorageRow.asset_id.desc())
            .limit(limit)
        )
        if after is not None:
            query = query.where(is_before(StorageRow.total_bytes, StorageRow.asset_id, after))
        found = await self._work.session.execute(query)
        return [(weight, asset) for weight, asset in found]

    async def arriving_bytes(self) -> int:
        """Add up what has arrived of uploads that are not taken in yet."""
        under_way = (UploadState.UPLOADING, UploadState.FETCHING, UploadState.CHECKING)
        found = await self._work.session.scalar(
            select(func.sum(UploadRow.offset_bytes)).where(
                UploadRow.state.in_(under_way), UploadRow.part_ids.is_(None)
            )
        )
        return int(found or 0)


WEIGHTS = (
    "source_bytes",
    "h264_bytes",
    "hevc_bytes",
    "av1_bytes",
    "sound_bytes",
    "pictures_bytes",
    "other_bytes",
    "total_bytes",
)


class Retentions:
    """What tenants have decided about how long things are kept, and what is due by that."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def find(self) -> RetentionRow | None:
        """Find what the actor's tenant has decided."""
        return await self._work.session.scalar(
            select(RetentionRow).where(RetentionRow.tenant_id == self._work.actor.tenant_id)
        )

    def add(self, row: RetentionRow) -> None:
        """Add a decision."""
        self._work.session.add(row)

    async def unneeded_sources(self, ready_before: datetime, limit: int) -> Sequence[AssetRow]:
        """List assets that keep their file though every package of them is long ready."""
        packages = select(PackageRow.id).where(PackageRow.asset_id == AssetRow.id)
        is_unready = or_(PackageRow.ready_at.is_(None), PackageRow.ready_at > ready_before)
        jobs = select(JobRow.id).where(JobRow.subject_id == AssetRow.id, JobRow.state.in_(ACTIVE))
        found = await self._work.session.scalars(
            select(AssetRow)
            .where(
                AssetRow.source_deleted_at.is_(None),
                packages.exists(),
                ~packages.where(is_unready).exists(),
                ~jobs.exists(),
            )
            .limit(limit)
        )
        return found.all()

    async def long_failed(self, failed_before: datetime, limit: int) -> Sequence[AssetId]:
        """List assets of which every package failed long ago."""
        packages = select(PackageRow.id).where(PackageRow.asset_id == AssetRow.id)
        is_alive = or_(PackageRow.failed_at.is_(None), PackageRow.failed_at > failed_before)
        found = await self._work.session.scalars(
            select(AssetRow.id)
            .where(packages.exists(), ~packages.where(is_alive).exists())
            .limit(limit)
        )
        return [AssetId(asset_id) for asset_id in found]

    async def forget_refused(self, made_before: datetime) -> None:
        """Take old uploads off the list that were refused or have expired."""
        await self._work.session.execute(
            delete(UploadRow).where(
                UploadRow.state.in_((UploadState.REFUSED, UploadState.EXPIRED)),
                UploadRow.created_at <= made_before,
            )
        )


class Censuses:
    """The walks through the store."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: CensusRow) -> None:
        """Add a walk."""
        self._work.session.add(row)

    async def find(self, census_id: UUID) -> CensusRow | None:
        """Find a walk."""
        return await self._work.session.scalar(select(CensusRow).where(CensusRow.id == census_id))

    async def latest(self, limit: int) -> Sequence[CensusRow]:
        """List walks, the latest first."""
        query = select(CensusRow).order_by(CensusRow.id.desc()).limit(limit)
        return (await self._work.session.scalars(query)).all()


async def existing_assets(work: Work, asset_ids: Collection[UUID]) -> set[UUID]:
    """Tell which of some ids are those of assets, or of uploads that will become one.

    Uploads are asked first: one that becomes an asset in between is found as that.
    """
    found: set[UUID] = set()
    for column in (UploadRow.asset_id, AssetRow.id):
        known = await work.session.scalars(select(column).where(column.in_(asset_ids)))
        found.update(known_id for known_id in known if known_id is not None)
    return found


async def existing_packages(work: Work, package_ids: Collection[UUID]) -> set[UUID]:
    """Tell which of some ids are those of packages, or of what has a picture without one."""
    found: set[UUID] = set()
    for column in (PackageRow.id, ArtworkRow.subject_id):
        query = select(column).where(column.in_(package_ids))
        found.update(await work.session.scalars(query))
    return found


async def existing_uploads(work: Work, upload_ids: Collection[UUID]) -> set[UUID]:
    """Tell which of some ids are those of uploads."""
    query = select(UploadRow.id).where(UploadRow.id.in_(upload_ids))
    return set(await work.session.scalars(query))
