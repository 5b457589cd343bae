"""All SQL of intake."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, false, func, or_, select, true

from streamverse.domains.intake.contracts import (
    FileId,
    FileState,
    FolderId,
    MatchState,
    SourceName,
)
from streamverse.domains.intake.errors import FileNotFound, FolderNotFound
from streamverse.domains.intake.models import ContainerRow, FileRow, FolderRow, MatchRow
from streamverse.kit.work import Work

# How many of each state, and how many are missing or were changed: what a folder's card shows.
MISSING, CHANGED = "missing", "changed"


class Folders:
    """The folders of the tenant."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: FolderRow) -> None:
        """Add a folder."""
        self._work.session.add(row)

    async def all(self) -> Sequence[FolderRow]:
        """List the folders, by path."""
        query = select(FolderRow).where(FolderRow.removed_at.is_(None)).order_by(FolderRow.path)
        return list(await self._work.session.scalars(query))

    async def watched(self) -> Sequence[FolderRow]:
        """List the folders that are watched."""
        query = select(FolderRow).where(FolderRow.removed_at.is_(None), FolderRow.is_watched)
        return list(await self._work.session.scalars(query))

    async def find(self, folder_id: FolderId) -> FolderRow | None:
        """Find a folder."""
        return await self._work.session.scalar(
            select(FolderRow).where(FolderRow.id == folder_id, FolderRow.removed_at.is_(None))
        )

    async def get(self, folder_id: FolderId) -> FolderRow:
        """Get a folder, or fail with ``FolderNotFound``."""
        row = await self.find(folder_id)
        if row is None:
            raise FolderNotFound
        return row

    async def of_path(self, path: str) -> FolderRow | None:
        """Find a folder by its path, even one that was removed."""
        return await self._work.session.scalar(select(FolderRow).where(FolderRow.path == path))


class Files:
    """The files of the tenant's folders."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: FileRow) -> None:
        """Add a file."""
        self._work.session.add(row)

    async def lock(self, file_id: FileId) -> FileRow:
        """Get a file for change, or fail with ``FileNotFound``."""
        query = select(FileRow).where(FileRow.id == file_id).with_for_update()
        row = await self._work.session.scalar(query)
        if row is None:
            raise FileNotFound
        return row

    async def find(self, file_id: FileId) -> FileRow | None:
        """Find a file."""
        return await self._work.session.scalar(select(FileRow).where(FileRow.id == file_id))

    async def lock_all(self, file_ids: Collection[UUID]) -> Mapping[UUID, FileRow]:
        """Get some files for change."""
        query = select(FileRow).where(FileRow.id.in_(file_ids)).with_for_update()
        found = await self._work.session.scalars(query.execution_options(populate_existing=True))
        return {row.id: row for row in found}

    async def lock_of_asset(self, asset_id: UUID) -> FileRow | None:
        """Find the file that an asset was made of, for change."""
        query = select(FileRow).where(FileRow.asset_id == asset_id).with_for_update()
        return await self._work.session.scalar(query)

    async def has_title(self, title_id: UUID) -> bool:
        """Tell whether a title is some file's already."""
        query = select(FileRow.id).where(FileRow.title_id == title_id).limit(1)
        return await self._work.session.scalar(query) is not None

    async def lock_of_title(self, title_id: UUID) -> FileRow | None:
        """Find the file that became a title, for change."""
        query = select(FileRow).where(FileRow.title_id == title_id).with_for_update()
        return await self._work.session.scalar(query)

    async def paths_of_roots(self, title_ids: Collection[UUID]) -> Mapping[UUID, str]:
        """Give of each of some films and series the first of its files."""
        query = (
            select(FileRow.root_id, func.min(FileRow.path))
            .where(FileRow.root_id.in_(title_ids))
            .group_by(FileRow.root_id)
        )
        found = await self._work.session.execute(query)
        return {root_id: path for root_id, path in found if root_id is not None}

    async def described(self, title_ids: Collection[UUID]) -> Collection[UUID]:
        """Tell which of some titles were described by a file that lies beside their own."""
        found: set[UUID] = set()
        for row in (FileRow, ContainerRow):
            query = select(row.title_id).where(
                row.title_id.in_(title_ids), row.described_ns.is_not(None)
            )
            found.update(each for each in await self._work.session.scalars(query) if each)
        return found

    async def in_folder(self, folder_id: FolderId) -> Sequence[FileRow]:
        """List all files of a folder."""
        query = select(FileRow).where(FileRow.folder_id == folder_id)
        return list(await self._work.session.scalars(query))

    async def lost_elsewhere(
        self, folder_id: FolderId, fingerprints: Collection[str]
    ) -> Mapping[str, FileRow]:
        """Find files that are missing from other folders, by what tells them from all others."""
        query = (
            select(FileRow)
            .join(FolderRow, FolderRow.id == FileRow.folder_id)
            .where(
                FileRow.folder_id != folder_id,
                FileRow.fingerprint.in_(fingerprints),
                or_(FileRow.missing_since.is_not(None), FolderRow.removed_at.is_not(None)),
            )
            .with_for_update(of=FileRow)
        )
        return {row.fingerprint or "": row for row in await self._work.session.scalars(query)}

    async def page(
        self, folder_id: FolderId, which: str, *, after: str, limit: int
    ) -> Sequence[FileRow]:
        """List files of a folder in a state, by path, from behind one."""
        query = select(FileRow).where(
            FileRow.folder_id == folder_id, _in_state(which), FileRow.path > after
        )
        return list(await self._work.session.scalars(query.order_by(FileRow.path).limit(limit)))

    async def count(self, folder_ids: Collection[UUID]) -> Mapping[UUID, Mapping[str, int]]:
        """Count the files of some folders by state."""
        query = (
            select(
                FileRow.folder_id,
                FileRow.state,
                FileRow.missing_since.is_not(None),
                FileRow.is_changed,
                func.count(),
            )
            .where(FileRow.folder_id.in_(folder_ids))
            .group_by(
                FileRow.folder_id,
                FileRow.state,
                FileRow.missing_since.is_not(None),
                FileRow.is_changed,
            )
        )
        counts: dict[UUID, dict[str, int]] = {each: defaultdict(int) for each in folder_ids}
        for folder_id, state, is_missing, is_changed, number in await self._work.session.execute(
            query
        ):
            name = MISSING if is_missing else CHANGED if is_changed else state
            counts[folder_id][name] += number
        return counts

    async def count_taken(self) -> int:
        """Count the files that media has and is not done with."""
        query = select(func.count()).select_from(FileRow)
        found = await self._work.session.scalar(query.where(FileRow.state == FileState.TAKEN))
        return found or 0

    async def waiting(self, limit: int) -> Sequence[tuple[FileRow, FolderRow]]:
        """List the files whose turn is next, with their folders."""
        query = (
            select(FileRow, FolderRow)
            .join(FolderRow, FolderRow.id == FileRow.folder_id)
            .where(
                FileRow.state == FileState.WAITING,
                FileRow.missing_since.is_(None),
                FolderRow.removed_at.is_(None),
            )
            .order_by(FileRow.id)
            .limit(limit)
            .with_for_update(of=FileRow)
        )
        return [(file, folder) for file, folder in await self._work.session.execute(query)]


def _in_state(which: str) -> ColumnElement[bool]:
    is_there = FileRow.missing_since.is_(None)
    if which == MISSING:
        return ~is_there
    if which == CHANGED:
        return is_there & (FileRow.is_changed == true())
    return is_there & (FileRow.is_changed == false()) & (FileRow.state == which)


class Containers:
    """The series and seasons that were made for files."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: ContainerRow) -> None:
        """Add a container."""
        self._work.session.add(row)

    async def find(self, key: str) -> ContainerRow | None:
        """Find what was made for a name."""
        return await self._work.session.scalar(select(ContainerRow).where(ContainerRow.key == key))

    async def lock(self, key: str) -> ContainerRow:
        """Get what was made for a name, for change."""
        query = select(ContainerRow).where(ContainerRow.key == key).with_for_update()
        return (await self._work.session.scalars(query)).one()

    async def of_titles(self, title_ids: Collection[UUID]) -> Mapping[UUID, ContainerRow]:
        """Give those of some titles that were made here."""
        query = select(ContainerRow).where(ContainerRow.title_id.in_(title_ids))
        return {row.title_id: row for row in await self._work.session.scalars(query)}

    async def unshown(self, title_ids: Collection[UUID]) -> Sequence[ContainerRow]:
        """List those of some titles that were made here and never published."""
        query = select(ContainerRow).where(
            ContainerRow.title_id.in_(title_ids), ContainerRow.is_shown == false()
        )
        return list(await self._work.session.scalars(query))


class Matches:
    """Which entries of the metadata source the tenant's films and series are."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: MatchRow) -> None:
        """Add a match."""
        self._work.session.add(row)

    async def find(self, title_id: UUID) -> MatchRow | None:
        """Find the match of a title."""
        return await self._work.session.scalar(
            select(MatchRow).where(MatchRow.title_id == title_id)
        )

    async def lock(self, title_id: UUID) -> MatchRow | None:
        """Find the match of a title for change."""
        query = select(MatchRow).where(MatchRow.title_id == title_id).with_for_update()
        return await self._work.session.scalar(query.execution_options(populate_existing=True))

    async def lock_all(self, title_ids: Collection[UUID]) -> Mapping[UUID, MatchRow]:
        """Find the matches of some titles for change, in the order of their numbers."""
        if not title_ids:
            return {}
        query = select(MatchRow).where(MatchRow.title_id.in_(title_ids)).with_for_update()
        query = query.order_by(MatchRow.title_id).execution_options(populate_existing=True)
        return {row.title_id: row for row in await self._work.session.scalars(query)}

    async def next_due(self, now: datetime) -> MatchRow | None:
        """Find the title whose turn it is: new ones before those that are looked up again."""
        query = (
            select(MatchRow)
            .where(MatchRow.due_at <= now)
            .order_by(MatchRow.looked_at.is_not(None), MatchRow.due_at, MatchRow.title_id)
        )
        return await self._work.session.scalar(query.limit(1))

    async def tenants_due(self, now: datetime) -> Sequence[UUID]:
        """List the tenants that have titles whose turn it is."""
        query = select(MatchRow.tenant_id).where(MatchRow.due_at <= now).distinct()
        return list(await self._work.session.scalars(query))

    async def of_numbers(self, source: SourceName, numbers: Collection[str]) -> Sequence[UUID]:
        """List the titles that are some entries of a source."""
        query = select(MatchRow.title_id).where(
            MatchRow.number.in_(numbers),
            MatchRow.source == source,
            MatchRow.state == MatchState.MATCHED,
        )
        return list(await self._work.session.scalars(query.order_by(MatchRow.title_id)))

    async def page(self, state: str, *, after: UUID | None, limit: int) -> Sequence[MatchRow]:
        """List the matches in a state, in the order in which their titles came."""
        query = select(MatchRow).where(MatchRow.state == state)
        if after is not None:
            query = query.where(MatchRow.title_id > after)
        return list(
            await self._work.session.scalars(query.order_by(MatchRow.title_id).limit(limit))
        )

    async def count(self) -> Mapping[str, int]:
        """Count the matches by state."""
        query = select(MatchRow.state, func.count()).group_by(MatchRow.state)
        return {row[0]: row[1] for row in await self._work.session.execute(query)}
