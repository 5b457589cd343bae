"""Plans, and who has which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from streamverse.domains.billing.contracts import PlanId
from streamverse.domains.billing.errors import (
    PlanArchived,
    PlanNameTaken,
    PlanNotFound,
    TooManyPlans,
)
from streamverse.domains.billing.models import PlanRow, SubscriptionRow
from streamverse.domains.billing.repository import Plans, Subscriptions
from streamverse.domains.billing.rules import PlanDraft, tidy_draft
from streamverse.domains.identity import public as identity
from streamverse.domains.identity.contracts import AccountId
from streamverse.kit.clock import new_id
from streamverse.kit.errors import FieldProblem, Invalid
from streamverse.kit.work import Work

PLANS_LIMIT = 50


@dataclass(frozen=True, slots=True)
class Subscribed:
    """The plan of an account, and until when; one that was not given is the default one."""

    plan: PlanRow | None
    given: SubscriptionRow | None


async def list_plans(work: Work) -> Sequence[PlanRow]:
    """List the plans in their order."""
    return await Plans(work).all()


async def count_subscriptions(work: Work) -> Mapping[UUID, int]:
    """Count by plan how many accounts were given it."""
    return await Subscriptions(work).counts()


async def add_plan(work: Work, draft: PlanDraft) -> PlanRow:
    """Make a plan, which stands behind the others."""
    tidied = tidy_draft(draft)
    plans = await Plans(work).lock_all()
    if len(plans) >= PLANS_LIMIT:
        raise TooManyPlans(PLANS_LIMIT)
    position = max((plan.position for plan in plans), default=-1) + 1
    row = PlanRow(id=new_id(), position=position, created_at=work.now)
    await _write(work, row, tidied, plans)
    await _audit(work, "billing.plan_added", row)
    return row


async def change_plan(work: Work, plan_id: PlanId, draft: PlanDraft) -> PlanRow:
    """Say everything about a plan anew; who has it has it as it is from now on."""
    tidied = tidy_draft(draft)
    plans = await Plans(work).lock_all()
    row = _one_of(plans, plan_id)
    await _write(work, row, tidied, plans)
    await _audit(work, "billing.plan_changed", row)
    return row


async def order_plans(work: Work, plan_ids: Sequence[PlanId]) -> Sequence[PlanRow]:
    """Put the plans into an order; those that are not named stand behind."""
    plans = await Plans(work).lock_all()
    named = [_one_of(plans, plan_id) for plan_id in dict.fromkeys(plan_ids)]
    ordered = [*named, *(plan for plan in plans if plan not in named)]
    for position, plan in enumerate(ordered):
        plan.position = position
    return ordered


async def find_subscription(work: Work, account_id: AccountId) -> Subscribed:
    """Find which plan an account has, and how it came to it."""
    if await identity.find_account(work, account_id) is None:
        raise identity.AccountNotFound(account_id)
    given = await Subscriptions(work).find_running(account_id)
    plans = await Plans(work).all()
    if given is not None:
        return Subscribed(_one_of(plans, PlanId(given.plan_id)), given)
    return Subscribed(next((plan for plan in plans if plan.is_default), None), None)


async def give_plan(
    work: Work, account_id: AccountId, plan_id: PlanId | None, ends_at: datetime | None = None
) -> Subscribed:
    """Give an account a plan from now on, until some moment if one is named; None takes it back.

    What it was given before ends now, so that an account never has two.
    """
    if ends_at is not None and (ends_at.tzinfo is None or ends_at <= work.now):
        problem = "Name a moment to come with its time zone, like 2027-01-01T00:00:00Z."
        raise Invalid(problem, fields=(FieldProblem("ends_at", problem),))
    await identity.lock_account(work, account_id)
    subscriptions = Subscriptions(work)
    running = await subscriptions.find_running(account_id)
    plan = await Plans(work).get(plan_id) if plan_id else None
    is_kept = running is not None and running.plan_id == plan_id
    if plan is not None and plan.archived_at is not None and not is_kept:
        raise PlanArchived(plan.name)
    await subscriptions.end_running(account_id)
    if plan is not None:
        await subscriptions.add(
            SubscriptionRow(
                id=new_id(),
                account_id=account_id,
                plan_id=plan.id,
                starts_at=work.now,
                ends_at=ends_at,
            )
        )
    facts = {"name": plan.name if plan else ""}
    await identity.record_audit(work, "billing.plan_given", f"account:{account_id}", facts)
    return await find_subscription(work, account_id)


async def _write(work: Work, row: PlanRow, draft: PlanDraft, plans: Sequence[PlanRow]) -> None:
    others = [plan for plan in plans if plan.id != row.id]
    if any(plan.name == draft.name for plan in others):
        raise PlanNameTaken(draft.name)
    if draft.is_default:
        for plan in others:
            plan.is_default = False
        # There are never two, not even for a moment.
        await work.session.flush()
    row.name, row.description = draft.name, draft.description
    row.streams_at_once, row.devices_at_most = draft.streams_at_once, draft.devices_at_most
    row.max_height, row.regions = draft.max_height, list(draft.regions)
    row.is_default = draft.is_default
    row.archived_at = (row.archived_at or work.now) if draft.is_archived else None
    await Plans(work).add(row)


def _one_of(plans: Sequence[PlanRow], plan_id: PlanId) -> PlanRow:
    found = next((plan for plan in plans if plan.id == plan_id), None)
    if found is None:
        raise PlanNotFound
    return found


async def _audit(work: Work, action: str, row: PlanRow) -> None:
    await identity.record_audit(work, action, f"plan:{row.id}", {"name": row.name})
