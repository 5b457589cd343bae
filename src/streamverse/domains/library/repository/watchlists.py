"""Lists, their folders, and the links to them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Integer, Uuid, bindparam, delete, func, select

from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.library.models import FolderRow, ShareRow, WatchlistRow
from streamverse.domains.profiles.contracts import ProfileId
from streamverse.kit.questions import Question
from streamverse.kit.work import Work

# Written once: the home page asks it each time.
_FIRST = Question(
    select(WatchlistRow.title_id)
    .where(WatchlistRow.profile_id == bindparam("profile_id", type_=Uuid()))
    .order_by(WatchlistRow.position, WatchlistRow.title_id)
    .limit(bindparam("most", type_=Integer()))
)


class Watchlists:
    """The lists of profiles."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: WatchlistRow) -> None:
        """Add a title to a list."""
        self._work.session.add(row)

    async def of_profile(
        self, profile_id: ProfileId, *, is_locked: bool = False
    ) -> Sequence[WatchlistRow]:
        """Give a list in its order; locked, no other Work changes what is on it."""
        query = (
            select(WatchlistRow)
            .where(WatchlistRow.profile_id == profile_id)
            .order_by(WatchlistRow.position, WatchlistRow.title_id)
        )
        if is_locked:
            query = query.with_for_update().execution_options(populate_existing=True)
        return (await self._work.session.scalars(query)).all()

    async def first(self, profile_id: ProfileId, limit: int) -> Sequence[TitleId]:
        """Give what comes first on a list."""
        found = await _FIRST.ask(self._work.session, profile_id=profile_id, most=limit)
        return [TitleId(title_id) for (title_id,) in found]

    async def remove(self, profile_id: ProfileId, title_ids: Collection[TitleId]) -> None:
        """Take titles off a list."""
        await self._work.session.execute(
            delete(WatchlistRow).where(
                WatchlistRow.profile_id == profile_id, WatchlistRow.title_id.in_(title_ids)
            )
        )

    async def clear(self, profile_id: ProfileId) -> None:
        """Take everything off a list."""
        await self._work.session.execute(
            delete(WatchlistRow).where(WatchlistRow.profile_id == profile_id)
        )


class Folders:
    """The folders of lists."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: FolderRow) -> None:
        """Add a folder."""
        self._work.session.add(row)

    async def of_profile(self, profile_id: ProfileId) -> Sequence[FolderRow]:
        """List somebody's folders, by name."""
        query = select(FolderRow).where(FolderRow.profile_id == profile_id)
        return (await self._work.session.scalars(query.order_by(FolderRow.name))).all()

    async def remove(self, row: FolderRow) -> None:
        """Remove a folder: what was in it stays on the list, links to it go."""
        await self._work.session.delete(row)


class Shares:
    """The links to lists."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: ShareRow) -> None:
        """Add a link."""
        self._work.session.add(row)

    async def of_profile(self, profile_id: ProfileId) -> Sequence[ShareRow]:
        """List the links to somebody's list, oldest first."""
        query = select(ShareRow).where(ShareRow.profile_id == profile_id).order_by(ShareRow.id)
        return (await self._work.session.scalars(query)).all()

    async def find_by_token(self, token: str) -> ShareRow | None:
        """Find a link."""
        return await self._work.session.scalar(select(ShareRow).where(ShareRow.token == token))

    async def remove(self, profile_id: ProfileId, share_id: UUID) -> bool:
        """Revoke a link, and tell whether there was one."""
        removed = await self._work.session.execute(
            delete(ShareRow)
            .where(ShareRow.id == share_id, ShareRow.profile_id == profile_id)
            .returning(ShareRow.id)
        )
        return removed.scalar() is not None

    async def count(self, profile_id: ProfileId) -> int:
        """Count the links to somebody's list."""
        query = select(func.count()).select_from(ShareRow)
        return await self._work.session.scalar(query.where(ShareRow.profile_id == profile_id)) or 0
