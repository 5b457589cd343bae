"""All SQL of billing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, and_, bindparam, func, or_, select, update

from streamverse.domains.billing.contracts import WITHOUT_PLAN, Entitlements, PlanId
from streamverse.domains.billing.errors import PlanNotFound
from streamverse.domains.billing.models import PlanRow, SubscriptionRow
from streamverse.domains.identity.contracts import AccountId
from streamverse.kit.db import UtcDateTime
from streamverse.kit.questions import Question
from streamverse.kit.work import Work


def _runs(now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    ends_at = SubscriptionRow.ends_at
    return and_(SubscriptionRow.starts_at <= now, or_(ends_at.is_(None), ends_at > now))


# Written once: whoever presses play asks it.
_ALLOWED = Question(
    select(
        PlanRow.id,
        PlanRow.name,
        PlanRow.streams_at_once,
        PlanRow.devices_at_most,
        PlanRow.max_height,
        PlanRow.regions,
        SubscriptionRow.ends_at,
    )
    .outerjoin(
        SubscriptionRow,
        and_(
            SubscriptionRow.plan_id == PlanRow.id,
            SubscriptionRow.account_id == bindparam("account_id", type_=Uuid()),
            _runs(bindparam("now", type_=UtcDateTime())),
        ),
    )
    .where(or_(SubscriptionRow.id.is_not(None), PlanRow.is_default))
    # What was given goes before the default one.
    .order_by(SubscriptionRow.id.is_(None), SubscriptionRow.starts_at.desc())
    .limit(1)
)


class Plans:
    """The plans of the tenant."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def add(self, row: PlanRow) -> None:
        """Add a plan."""
        self._work.session.add(row)
        await self._work.session.flush()

    async def all(self) -> Sequence[PlanRow]:
        """List the plans in their order."""
        query = select(PlanRow).order_by(PlanRow.position, PlanRow.id)
        return (await self._work.session.scalars(query)).all()

    async def lock_all(self) -> Sequence[PlanRow]:
        """List the plans in their order, for change; one Work at a time gets them."""
        query = select(PlanRow).order_by(PlanRow.position, PlanRow.id).with_for_update()
        found = await self._work.session.scalars(query.execution_options(populate_existing=True))
        return found.all()

    async def get(self, plan_id: PlanId) -> PlanRow:
        """Get a plan, or fail with ``PlanNotFound``."""
        row = await self._work.session.scalar(select(PlanRow).where(PlanRow.id == plan_id))
        if row is None:
            raise PlanNotFound
        return row

    async def names(self, plan_ids: Collection[UUID]) -> Mapping[UUID, str]:
        """Give what plans are called, in their order."""
        query = select(PlanRow.id, PlanRow.name).where(PlanRow.id.in_(plan_ids))
        found = await self._work.session.execute(query.order_by(PlanRow.position, PlanRow.id))
        return {row.id: row.name for row in found}

    async def allowed(self, account_id: AccountId) -> Entitlements:
        """Find what the plan of an account allows now, in one question."""
        row = await _ALLOWED.ask_one(self._work.session, account_id=account_id, now=self._work.now)
        if row is None:
            return WITHOUT_PLAN
        plan_id, name, streams_at_once, devices_at_most, max_height, regions, ends_at = row
        return Entitlements(
            plan_id=PlanId(plan_id),
            plan_name=name,
            streams_at_once=streams_at_once,
            devices_at_most=devices_at_most,
            max_height=max_height,
            regions=tuple(regions),
            ends_at=ends_at,
        )


class Subscriptions:
    """Who has which plan."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def add(self, row: SubscriptionRow) -> None:
        """Add a subscription."""
        self._work.session.add(row)
        await self._work.session.flush()

    async def find_running(self, account_id: AccountId) -> SubscriptionRow | None:
        """Find what an account was given and still has."""
        query = (
            select(SubscriptionRow)
            .where(SubscriptionRow.account_id == account_id, _runs(self._work.now))
            .order_by(SubscriptionRow.starts_at.desc())
            .limit(1)
        )
        return await self._work.session.scalar(query)

    async def end_running(self, account_id: AccountId) -> None:
        """End what an account was given."""
        await self._work.session.execute(
            update(SubscriptionRow)
            .where(SubscriptionRow.account_id == account_id, _runs(self._work.now))
            .values(ends_at=self._work.now)
        )

    async def counts(self) -> Mapping[UUID, int]:
        """Count by plan how many accounts were given it and still have it."""
        query = (
            select(SubscriptionRow.plan_id, func.count())
            .where(_runs(self._work.now))
            .group_by(SubscriptionRow.plan_id)
        )
        found = await self._work.session.execute(query)
        return {row[0]: row[1] for row in found}

    async def of_account(self, account_id: AccountId) -> Sequence[tuple[SubscriptionRow, str]]:
        """List all that an account was ever given, with the names of the plans."""
        query = (
            select(SubscriptionRow, PlanRow.name)
            .join(PlanRow, PlanRow.id == SubscriptionRow.plan_id)
            .where(SubscriptionRow.account_id == account_id)
            .order_by(SubscriptionRow.id)
        )
        return [(row, name) for row, name in await self._work.session.execute(query)]
