"""All SQL of social."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, select, update
from sqlalchemy.orm import InstrumentedAttribute

from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.profiles.contracts import ProfileId
from streamverse.domains.social.contracts import ReviewId, ReviewSort
from streamverse.domains.social.models import ReportRow, ReviewRow, VoteRow
from streamverse.kit.db import insert_into
from streamverse.kit.paging import is_before
from streamverse.kit.work import Work

# All of them downward.
_ORDERS: Mapping[ReviewSort, ColumnElement[Any] | InstrumentedAttribute[Any]] = {
    ReviewSort.HELPFUL: ReviewRow.helpfulness_ppm,
    ReviewSort.NEWEST: ReviewRow.created_at,
    ReviewSort.HIGHEST: ReviewRow.rating,
    ReviewSort.LOWEST: -ReviewRow.rating,
}
_IS_SHOWN = ReviewRow.removed_at.is_(None)
_IS_REPORTED = exists().where(ReportRow.review_id == ReviewRow.id, ReportRow.settled_at.is_(None))


class Reviews:
    """What profiles think of titles."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def add_unless_there(self, values: Mapping[str, object]) -> ReviewRow | None:
        """Add a review, and give it; None if the profile has one of the title."""
        statement = (
            insert_into(self._work.session, ReviewRow).on_conflict_do_nothing().returning(ReviewRow)
        )
        return (await self._work.session.scalars(statement, [dict(values)])).one_or_none()

    async def find(self, review_id: ReviewId) -> ReviewRow | None:
        """Find a review."""
        return await self._work.session.scalar(select(ReviewRow).where(ReviewRow.id == review_id))

    async def lock(self, review_id: ReviewId) -> ReviewRow | None:
        """Find a review that no other Work changes meanwhile."""
        query = select(ReviewRow).where(ReviewRow.id == review_id).with_for_update()
        return await self._work.session.scalar(query.execution_options(populate_existing=True))

    async def find_of(self, profile_id: ProfileId, title_id: TitleId) -> ReviewRow | None:
        """Find what a profile thinks of a title."""
        query = select(ReviewRow).where(ReviewRow.profile_id == profile_id)
        return await self._work.session.scalar(query.where(ReviewRow.title_id == title_id))

    async def remove(self, row: ReviewRow) -> None:
        """Remove a review, with its votes and reports."""
        await self._work.session.delete(row)

    async def page(
        self, title_id: TitleId, sort: ReviewSort, *, after: tuple[Any, UUID] | None, limit: int
    ) -> Sequence[ReviewRow]:
        """List the reviews of a title that say something."""
        order = _ORDERS[sort]
        query = select(ReviewRow).where(
            ReviewRow.title_id == title_id, _IS_SHOWN, ReviewRow.text != ""
        )
        if after is not None:
            query = query.where(is_before(order, ReviewRow.id, after))
        query = query.order_by(order.desc(), ReviewRow.id.desc()).limit(limit)
        return (await self._work.session.scalars(query)).all()

    async def count_ratings(self, title_id: TitleId) -> Mapping[int, int]:
        """Count how many gave a title each number of stars."""
        query = select(ReviewRow.rating, func.count()).where(
            ReviewRow.title_id == title_id, _IS_SHOWN
        )
        found = await self._work.session.execute(query.group_by(ReviewRow.rating))
        return {row[0]: row[1] for row in found}

    async def of_profiles(self, profile_ids: Collection[ProfileId]) -> Sequence[ReviewRow]:
        """List all that some profiles think, oldest first."""
        query = select(ReviewRow).where(ReviewRow.profile_id.in_(profile_ids))
        return (await self._work.session.scalars(query.order_by(ReviewRow.id))).all()

    async def written_since(
        self, profile_id: ProfileId, moment: datetime
    ) -> tuple[int, datetime | None]:
        """Count what a profile has written since some moment, and tell when it began."""
        return await _count_since(self._work, profile_id, moment, ReviewRow, ReviewRow.created_at)

    async def reported_page(self, after: tuple[UUID] | None, limit: int) -> Sequence[ReviewRow]:
        """List the reviews that staff shall look at, oldest first."""
        query = select(ReviewRow).where(_IS_SHOWN, _IS_REPORTED)
        if after is not None:
            query = query.where(ReviewRow.id > after[0])
        return (await self._work.session.scalars(query.order_by(ReviewRow.id).limit(limit))).all()


class Votes:
    """Whether reviews were found helpful."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: VoteRow) -> None:
        """Add a vote."""
        self._work.session.add(row)

    async def find(self, review_id: ReviewId, profile_id: ProfileId) -> VoteRow | None:
        """Find a profile's vote on a review."""
        return await self._work.session.scalar(
            select(VoteRow).where(VoteRow.review_id == review_id, VoteRow.profile_id == profile_id)
        )

    async def remove(self, row: VoteRow) -> None:
        """Withdraw a vote."""
        await self._work.session.delete(row)

    async def of_reviews(
        self, profile_id: ProfileId, review_ids: Collection[UUID]
    ) -> Mapping[UUID, bool]:
        """Find a profile's votes on some reviews."""
        query = select(VoteRow.review_id, VoteRow.is_helpful).where(
            VoteRow.profile_id == profile_id, VoteRow.review_id.in_(review_ids)
        )
        found = await self._work.session.execute(query)
        return {row[0]: row[1] for row in found}

    async def of_profiles(self, profile_ids: Collection[ProfileId]) -> Sequence[VoteRow]:
        """List all votes of some profiles, oldest first."""
        query = select(VoteRow).where(VoteRow.profile_id.in_(profile_ids))
        return (await self._work.session.scalars(query.order_by(VoteRow.voted_at))).all()


class Reports:
    """What staff shall look at."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def add_unless_there(self, values: Mapping[str, object]) -> bool:
        """Add a report, and tell whether it is the profile's first on the review."""
        statement = (
            insert_into(self._work.session, ReportRow)
            .on_conflict_do_nothing()
            .returning(ReportRow.review_id)
        )
        return (await self._work.session.execute(statement, [dict(values)])).first() is not None

    async def made_since(
        self, profile_id: ProfileId, moment: datetime
    ) -> tuple[int, datetime | None]:
        """Count what a profile has reported since some moment, and tell when it began."""
        return await _count_since(self._work, profile_id, moment, ReportRow, ReportRow.reported_at)

    async def of_reviews(
        self, profile_id: ProfileId, review_ids: Collection[UUID]
    ) -> Collection[UUID]:
        """Tell which of some reviews a profile has reported."""
        query = select(ReportRow.review_id).where(
            ReportRow.profile_id == profile_id, ReportRow.review_id.in_(review_ids)
        )
        return set(await self._work.session.scalars(query))

    async def open_of(self, review_ids: Collection[UUID]) -> Mapping[UUID, Sequence[ReportRow]]:
        """Give the reports on some reviews that staff has not looked at, oldest first."""
        query = select(ReportRow).where(
            ReportRow.review_id.in_(review_ids), ReportRow.settled_at.is_(None)
        )
        found: dict[UUID, list[ReportRow]] = {}
        for row in await self._work.session.scalars(query.order_by(ReportRow.reported_at)):
            found.setdefault(row.review_id, []).append(row)
        return found

    async def settle(self, review_id: ReviewId) -> None:
        """Write down that staff has looked at a review."""
        await self._work.session.execute(
            update(ReportRow)
            .where(and_(ReportRow.review_id == review_id, ReportRow.settled_at.is_(None)))
            .values(settled_at=self._work.now)
        )

    async def of_profiles(self, profile_ids: Collection[ProfileId]) -> Sequence[ReportRow]:
        """List all reports of some profiles, oldest first."""
        query = select(ReportRow).where(ReportRow.profile_id.in_(profile_ids))
        return (await self._work.session.scalars(query.order_by(ReportRow.reported_at))).all()


async def _count_since(
    work: Work,
    profile_id: ProfileId,
    moment: datetime,
    row: type[ReviewRow | ReportRow],
    made_at: InstrumentedAttribute[datetime],
) -> tuple[int, datetime | None]:
    query = select(func.count(), func.min(made_at)).where(
        row.profile_id == profile_id, made_at > moment
    )
    count, first = (await work.session.execute(query)).one()
    return count, first
