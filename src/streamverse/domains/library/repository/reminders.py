"""Who wants to be reminded of what."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import delete, func, select

from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.library.models import ReminderRow
from streamverse.domains.profiles.contracts import ProfileId
from streamverse.kit.db import insert_into
from streamverse.kit.work import Work


class Reminders:
    """The reminders of profiles."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def add_unless_there(self, profile_id: ProfileId, title_id: TitleId) -> None:
        """Add a reminder, for the region that the actor is in."""
        session = self._work.session
        values = {
            "profile_id": profile_id,
            "title_id": title_id,
            "region": self._work.actor.region,
            "asked_at": self._work.now,
        }
        await session.execute(insert_into(session, ReminderRow).on_conflict_do_nothing(), [values])

    async def remove(self, profile_id: ProfileId, title_id: TitleId) -> None:
        """Remove a reminder, if there is one."""
        await self._work.session.execute(
            delete(ReminderRow).where(
                ReminderRow.profile_id == profile_id, ReminderRow.title_id == title_id
            )
        )

    async def count(self, profile_id: ProfileId) -> int:
        """Count what a profile wants to be reminded of."""
        query = select(func.count()).where(ReminderRow.profile_id == profile_id)
        return await self._work.session.scalar(query) or 0

    async def of_profiles(self, profile_ids: Collection[ProfileId]) -> Sequence[ReminderRow]:
        """List what profiles want to be reminded of, in the order in which they asked."""
        query = select(ReminderRow).where(ReminderRow.profile_id.in_(profile_ids))
        query = query.order_by(ReminderRow.asked_at, ReminderRow.title_id)
        return (await self._work.session.scalars(query)).all()

    async def titles_by_region(self) -> Mapping[str | None, Collection[TitleId]]:
        """Give the titles that somebody waits for, by where they wait."""
        found: dict[str | None, set[TitleId]] = {}
        query = select(ReminderRow.region, ReminderRow.title_id).distinct()
        for region, title_id in await self._work.session.execute(query):
            found.setdefault(region, set()).add(TitleId(title_id))
        return found

    async def lock_waiting(
        self, region: str | None, title_ids: Collection[TitleId]
    ) -> Sequence[ReminderRow]:
        """Lock the reminders of titles that have opened in a region."""
        query = select(ReminderRow).where(
            ReminderRow.region.is_not_distinct_from(region), ReminderRow.title_id.in_(title_ids)
        )
        return (await self._work.session.scalars(query.with_for_update(skip_locked=True))).all()

    async def drop(self, row: ReminderRow) -> None:
        """Remove a reminder that has been seen to."""
        await self._work.session.delete(row)

    async def tenants(self) -> Collection[UUID]:
        """Tell in which tenants somebody waits for something."""
        return set(await self._work.session.scalars(select(ReminderRow.tenant_id).distinct()))
