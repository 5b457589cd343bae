"""Pictures and subtitles of packages."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from streamverse.domains.media.contracts import (
    AssetId,
    PackageId,
    PictureId,
    PosterView,
    SubtitleId,
)
from streamverse.domains.media.errors import PictureNotFound, SubtitleNotFound
from streamverse.domains.media.models import ArtworkRow, PackageRow, PictureRow, SubtitleRow
from streamverse.domains.media.rules.states import PictureKind, SubtitleState

if TYPE_CHECKING:
    from streamverse.kit.work import Work


class Pictures:
    """What there is to look at of packages."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, *rows: PictureRow) -> None:
        """Add pictures."""
        self._work.session.add_all(rows)

    async def get(self, package_id: PackageId, picture_id: PictureId) -> PictureRow:
        """Get a picture of a package, or fail with ``PictureNotFound``."""
        row = await self._work.session.scalar(
            select(PictureRow).where(
                PictureRow.id == picture_id, PictureRow.package_id == package_id
            )
        )
        if row is None:
            raise PictureNotFound
        return row

    async def find(self, picture_id: UUID | None) -> PictureRow | None:
        """Find a picture, if one is named."""
        if picture_id is None:
            return None
        return await self._work.session.scalar(
            select(PictureRow).where(PictureRow.id == picture_id)
        )

    async def given(self, package: PackageRow) -> Sequence[PictureRow]:
        """List the pictures that people gave for a package, with the poster that they chose."""
        chosen = package.poster_id if package.is_poster_chosen else None
        found = await self.of_package(PackageId(package.id))
        return [row for row in found if row.kind == PictureKind.UPLOADED or row.id == chosen]

    async def of_package(self, package_id: PackageId) -> Sequence[PictureRow]:
        """List the pictures of a package in order."""
        found = await self._work.session.scalars(
            select(PictureRow)
            .where(PictureRow.package_id == package_id)
            .order_by(PictureRow.kind, PictureRow.position, PictureRow.id)
        )
        return found.all()

    async def posters(self, asset_ids: Sequence[AssetId]) -> dict[AssetId, PosterView]:
        """Find the posters of some assets; of lists, nothing else is asked."""
        found = await self._work.session.execute(
            select(
                PackageRow.asset_id,
                PackageRow.id,
                PictureRow.id,
                PictureRow.width,
                PackageRow.preview_id,
            )
            .join(PictureRow, PictureRow.id == PackageRow.poster_id)
            .where(PackageRow.asset_id.in_(asset_ids))
        )
        return {
            AssetId(asset_id): PosterView(
                PackageId(package_id),
                PictureId(picture_id),
                width,
                PictureId(preview_id) if preview_id is not None else None,
            )
            for asset_id, package_id, picture_id, width, preview_id in found
        }

    async def remove(self, row: PictureRow) -> None:
        """Remove a picture's row."""
        await self._work.session.delete(row)


class Subtitles:
    """The subtitles of packages."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: SubtitleRow) -> None:
        """Add subtitles."""
        self._work.session.add(row)

    async def find(self, subtitle_id: SubtitleId) -> SubtitleRow | None:
        """Find subtitles."""
        return await self._work.session.scalar(
            select(SubtitleRow).where(SubtitleRow.id == subtitle_id)
        )

    async def get(self, package_id: PackageId, subtitle_id: SubtitleId) -> SubtitleRow:
        """Get subtitles of a package, or fail with ``SubtitleNotFound``."""
        row = await self.find(subtitle_id)
        if row is None or row.package_id != package_id:
            raise SubtitleNotFound
        return row

    async def of_package(self, package_id: PackageId) -> Sequence[SubtitleRow]:
        """List the subtitles of a package, in the order they came."""
        found = await self._work.session.scalars(
            select(SubtitleRow).where(SubtitleRow.package_id == package_id).order_by(SubtitleRow.id)
        )
        return found.all()

    async def shown(self, package_id: PackageId) -> Sequence[SubtitleRow]:
        """List the subtitles that viewers may choose."""
        rows = await self.of_package(package_id)
        return [row for row in rows if row.state == SubtitleState.READY]

    async def remove(self, row: SubtitleRow) -> None:
        """Remove the row of subtitles."""
        await self._work.session.delete(row)


class Artworks:
    """The pictures of what is no film."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: ArtworkRow) -> None:
        """Add a picture."""
        self._work.session.add(row)

    async def lock(self, subject_id: UUID) -> ArtworkRow | None:
        """Find the picture of something for change."""
        query = select(ArtworkRow).where(ArtworkRow.subject_id == subject_id).with_for_update()
        return await self._work.session.scalar(query.execution_options(populate_existing=True))

    async def of_subjects(self, subject_ids: Collection[UUID]) -> Mapping[UUID, ArtworkRow]:
        """Find the pictures of some things."""
        query = select(ArtworkRow).where(ArtworkRow.subject_id.in_(subject_ids))
        return {row.subject_id: row for row in await self._work.session.scalars(query)}

    async def remove(self, row: ArtworkRow) -> None:
        """Remove a picture's row."""
        await self._work.session.delete(row)
