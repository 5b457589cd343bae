"""Histories and progress."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    Integer,
    Uuid,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)

from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.library.contracts import Audience, ProgressReport
from streamverse.domains.library.models import ProgressRow, ViewingRow
from streamverse.domains.library.rules.watching import BEGUN_MS
from streamverse.domains.profiles.contracts import ProfileId
from streamverse.kit.db import insert_into
from streamverse.kit.paging import is_before
from streamverse.kit.questions import Question
from streamverse.kit.work import Work


@dataclass(frozen=True, slots=True)
class OpenEnd:
    """Where somebody stopped."""

    title_id: UUID
    root_id: UUID
    position_ms: int
    duration_ms: int
    is_finished: bool


# Written once: the home page asks these each time.
_LAST_WATCHED = (
    select(ProgressRow)
    .where(ProgressRow.profile_id == bindparam("profile_id", type_=Uuid()))
    .order_by(ProgressRow.watched_at.desc())
    .limit(bindparam("most", type_=Integer()))
)
_OPEN_ENDS = Question(
    _LAST_WATCHED.with_only_columns(
        ProgressRow.title_id,
        ProgressRow.root_id,
        ProgressRow.position_ms,
        ProgressRow.duration_ms,
        ProgressRow.is_finished,
    ).where(
        ProgressRow.is_hidden.is_(False),
        or_(ProgressRow.is_finished.is_(False), ProgressRow.title_id != ProgressRow.root_id),
    )
)
_RECENT_ROOTS = Question(_LAST_WATCHED.with_only_columns(ProgressRow.root_id))
# And each player that starts asks this.
_STOP = Question(
    select(ProgressRow.position_ms, ProgressRow.is_finished).where(
        ProgressRow.profile_id == bindparam("profile_id", type_=Uuid()),
        ProgressRow.title_id == bindparam("title_id", type_=Uuid()),
    )
)


class Viewings:
    """The history of profiles."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def record(
        self, report: ProgressReport, root_id: TitleId, *, is_finished: bool
    ) -> datetime | None:
        """Write a report down; give when its viewing began, or None if it was late or foreign."""
        said = insert_into(self._work.session, ViewingRow)
        new = said.excluded
        statement = said.on_conflict_do_update(
            index_elements=[ViewingRow.id],
            set_={
                "sequence": new.sequence,
                "position_ms": new.position_ms,
                "duration_ms": new.duration_ms,
                "watched_ms": func.max(ViewingRow.watched_ms, new.watched_ms)
                if _is_sqlite(self._work)
                else func.greatest(ViewingRow.watched_ms, new.watched_ms),
                "is_finished": or_(ViewingRow.is_finished, new.is_finished),
                "seen_at": new.seen_at,
            },
            where=and_(
                ViewingRow.profile_id == new.profile_id,
                ViewingRow.title_id == new.title_id,
                ViewingRow.sequence < new.sequence,
            ),
        ).returning(ViewingRow.started_at)
        values = {
            "id": report.viewing_id,
            "profile_id": report.profile_id,
            "title_id": report.title_id,
            "root_id": root_id,
            "region": self._work.actor.region,
            "sequence": report.sequence,
            "position_ms": report.position_ms,
            "duration_ms": report.duration_ms,
            "watched_ms": report.watched_ms,
            "is_finished": is_finished,
            "started_at": self._work.now,
            "seen_at": self._work.now,
        }
        return (await self._work.session.execute(statement, [values])).scalar()

    async def page(
        self, profile_id: ProfileId, *, before: tuple[datetime, UUID] | None, limit: int
    ) -> Sequence[ViewingRow]:
        """List a history, newest first."""
        query = select(ViewingRow).where(ViewingRow.profile_id == profile_id)
        if before is not None:
            query = query.where(is_before(ViewingRow.started_at, ViewingRow.id, before))
        query = query.order_by(ViewingRow.started_at.desc(), ViewingRow.id.desc()).limit(limit)
        return (await self._work.session.scalars(query)).all()

    async def since(self, profile_id: ProfileId, moment: datetime) -> Sequence[ViewingRow]:
        """List what a profile has watched since some moment."""
        query = select(ViewingRow).where(
            ViewingRow.profile_id == profile_id, ViewingRow.started_at >= moment
        )
        return (await self._work.session.scalars(query)).all()

    async def total(self, profile_id: ProfileId) -> tuple[int, int, int, int]:
        """Count a profile's viewings, titles, watched titles and milliseconds."""
        query = select(
            func.count(),
            func.count(ViewingRow.title_id.distinct()),
            func.coalesce(func.sum(ViewingRow.watched_ms), 0),
        ).where(ViewingRow.profile_id == profile_id)
        viewings, titles, watched_ms = (await self._work.session.execute(query)).one()
        finished = await self._work.session.scalar(
            select(func.count(ViewingRow.title_id.distinct())).where(
                ViewingRow.profile_id == profile_id, ViewingRow.is_finished.is_(True)
            )
        )
        return viewings, titles, finished or 0, int(watched_ms)

    async def audiences(self, day: datetime, week: datetime) -> Sequence[Audience]:
        """Count who watched each title since a moment of late and one before, by region."""
        recent = case((ViewingRow.seen_at >= day, ViewingRow.profile_id))
        query = (
            select(
                ViewingRow.tenant_id,
                ViewingRow.region,
                ViewingRow.root_id,
                func.count(recent.distinct()),
                func.count(ViewingRow.profile_id.distinct()),
            )
            .where(ViewingRow.seen_at >= week, ViewingRow.watched_ms >= BEGUN_MS)
            .group_by(ViewingRow.tenant_id, ViewingRow.region, ViewingRow.root_id)
        )
        return [
            Audience(tenant_id, region, TitleId(root_id), of_day, of_week)
            for tenant_id, region, root_id, of_day, of_week in await self._work.session.execute(
                query
            )
        ]

    async def remove(self, profile_id: ProfileId, viewing_id: UUID) -> bool:
        """Remove an entry, with the progress of its title if nothing else speaks of it."""
        gone = delete(ViewingRow).where(
            ViewingRow.id == viewing_id, ViewingRow.profile_id == profile_id
        )
        removed = await self._work.session.execute(gone.returning(ViewingRow.title_id))
        title_id = removed.scalar()
        if title_id is None:
            return False
        others = exists().where(
            ViewingRow.profile_id == profile_id, ViewingRow.title_id == title_id
        )
        await self._work.session.execute(
            delete(ProgressRow).where(
                ProgressRow.profile_id == profile_id, ProgressRow.title_id == title_id, ~others
            )
        )
        return True

    async def clear(self, profile_id: ProfileId) -> None:
        """Remove all that a profile has watched."""
        for table in (ViewingRow, ProgressRow):
            await self._work.session.execute(delete(table).where(table.profile_id == profile_id))


class Progresses:
    """How far profiles are."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def move(
        self, report: ProgressReport, root_id: TitleId, began_at: datetime, *, is_finished: bool
    ) -> None:
        """Move a profile's position in a title, unless a later viewing has told it.

        Who looks into a watched title for a moment does not take back that it is watched.
        """
        said = insert_into(self._work.session, ProgressRow)
        new = said.excluded
        is_glance = and_(ProgressRow.is_finished, new.position_ms < BEGUN_MS)
        statement = said.on_conflict_do_update(
            index_elements=[ProgressRow.profile_id, ProgressRow.title_id],
            set_={
                "position_ms": new.position_ms,
                "duration_ms": new.duration_ms,
                "is_finished": or_(new.is_finished, is_glance),
                "is_hidden": new.is_hidden,
                "began_at": new.began_at,
                "watched_at": new.watched_at,
            },
            where=ProgressRow.began_at <= new.began_at,
        )
        values = {
            "profile_id": report.profile_id,
            "title_id": report.title_id,
            "root_id": root_id,
            "position_ms": report.position_ms,
            "duration_ms": report.duration_ms,
            "is_finished": is_finished,
            "is_hidden": False,
            "began_at": began_at,
            "watched_at": self._work.now,
        }
        await self._work.session.execute(statement, [values])

    async def of_titles(
        self, profile_id: ProfileId, title_ids: Collection[TitleId]
    ) -> Sequence[ProgressRow]:
        """Find how far a profile is with some titles."""
        query = select(ProgressRow).where(
            ProgressRow.profile_id == profile_id, ProgressRow.title_id.in_(title_ids)
        )
        return (await self._work.session.scalars(query)).all()

    async def find_stop(self, profile_id: ProfileId, title_id: TitleId) -> tuple[int, bool] | None:
        """Find where a profile stopped in a title, and whether that was its end."""
        row = await _STOP.ask_one(self._work.session, profile_id=profile_id, title_id=title_id)
        return (row[0], row[1]) if row is not None else None

    async def open_ends(self, profile_id: ProfileId, limit: int) -> Sequence[OpenEnd]:
        """List where a profile stopped last, newest first, but for what cannot go on.

        That is what was hidden since, and what is watched to its end and stands by itself.
        """
        found = await _OPEN_ENDS.ask(self._work.session, profile_id=profile_id, most=limit)
        return [OpenEnd(*row) for row in found]

    async def ends_of(self, profile_id: ProfileId, root_id: TitleId) -> Sequence[ProgressRow]:
        """List how far a profile is with what belongs to a series, the last watched first."""
        query = (
            select(ProgressRow)
            .where(ProgressRow.profile_id == profile_id, ProgressRow.root_id == root_id)
            .order_by(ProgressRow.watched_at.desc(), ProgressRow.title_id.desc())
        )
        return (await self._work.session.scalars(query)).all()

    async def recent_roots(self, profile_id: ProfileId, limit: int) -> Sequence[TitleId]:
        """List what a profile has watched last, newest first: series instead of episodes."""
        found = await _RECENT_ROOTS.ask(self._work.session, profile_id=profile_id, most=limit)
        return list(dict.fromkeys(TitleId(root_id) for (root_id,) in found))

    async def hide(self, profile_id: ProfileId, title_id: TitleId) -> None:
        """Offer no more to go on with a title, or with the series that it is an episode of."""
        roots = select(ProgressRow.root_id).where(
            ProgressRow.profile_id == profile_id,
            or_(ProgressRow.title_id == title_id, ProgressRow.root_id == title_id),
        )
        found = set(await self._work.session.scalars(roots))
        await self._work.session.execute(
            update(ProgressRow)
            .where(ProgressRow.profile_id == profile_id, ProgressRow.root_id.in_(found))
            .values(is_hidden=True)
        )


def _is_sqlite(work: Work) -> bool:
    return work.session.get_bind().dialect.name == "sqlite"
