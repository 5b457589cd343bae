"""Titles that are part of some plans alone: who sees them locked."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from streamverse.domains.billing import public as billing
from streamverse.domains.catalog.models import TitleRow
from streamverse.domains.catalog.repository import Aspects, CardRow
from streamverse.domains.catalog.repository.judging import JudgedRow
from streamverse.domains.catalog.rules.visibility import is_in_plan
from streamverse.domains.catalog.service.viewers import sees_unpublished
from streamverse.domains.identity.contracts import AccountId
from streamverse.kit.work import Work


async def find_own_plan(work: Work) -> UUID | None:
    """Find the plan that the actor has."""
    if work.actor.account_id is None:
        return None
    own = await billing.find_entitlements(work, AccountId(work.actor.account_id))
    return own.plan_id


async def find_locked(work: Work, rows: Iterable[CardRow | TitleRow]) -> Collection[UUID]:
    """Tell which of some titles the actor's plan leaves out; where none could be, nothing is asked.

    A title is part of the plans of its series.
    """
    limited = [row for row in rows if row.has_plans]
    if not limited or sees_unpublished(work.actor):
        return ()
    own_id = await find_own_plan(work)
    of_root = await Aspects(work).plans(list({row.root_id for row in limited}))
    return {
        row.id
        for row in limited
        if not is_in_plan(of_root.get(row.root_id, ()), own_id, sees_unpublished=False)
    }


async def is_in_own_plan(work: Work, row: TitleRow | JudgedRow, own_id: UUID | None) -> bool:
    """Tell whether a title is part of the plan that the actor has."""
    if not row.has_plans:
        return True
    plan_ids = (await Aspects(work).plans([row.root_id])).get(row.root_id, ())
    return is_in_plan(plan_ids, own_id, sees_unpublished=sees_unpublished(work.actor))


async def list_plan_names(work: Work, root_id: UUID) -> list[str]:
    """List what the plans are called that a title is part of alone."""
    plan_ids = (await Aspects(work).plans([root_id])).get(root_id, ())
    return list((await billing.find_plan_names(work, plan_ids)).values())
