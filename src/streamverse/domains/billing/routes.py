"""Plans over HTTP."""

from __future__ import annotations

from uuid import UUID

from litestar import Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from streamverse.domains.billing import service
from streamverse.domains.billing.contracts import PlanId
from streamverse.domains.billing.errors import (
    PlanArchived,
    PlanNameTaken,
    PlanNotFound,
    TooManyPlans,
)
from streamverse.domains.billing.schemas import (
    OfferedPlanOut,
    PlanIn,
    PlanOrderIn,
    PlanOut,
    SubscriptionIn,
    SubscriptionOut,
)
from streamverse.domains.identity.contracts import AccountId
from streamverse.domains.identity.public import AccountNotFound
from streamverse.kit.errors import Forbidden, Invalid, Unauthenticated
from streamverse.kit.http import may, problems, signed_in
from streamverse.kit.work import Work

STAFF = "plans.manage"
WRITTEN = problems(Unauthenticated, Forbidden, PlanNotFound, PlanNameTaken, TooManyPlans, Invalid)
SUBSCRIBED = problems(
    Unauthenticated, Forbidden, AccountNotFound, PlanNotFound, PlanArchived, Invalid
)


@get("/plans", guards=[signed_in], responses=problems(Unauthenticated))
async def list_plans(work: NamedDependency[Work]) -> list[PlanOut]:
    """List the plans that are not archived, in their order."""
    rows = await service.list_plans(work)
    return [PlanOut.of(row) for row in rows if row.archived_at is None]


# --- staff ----------------------------------------------------------------------------------------


@get("/admin/plans", guards=[may(STAFF)], responses=problems(Unauthenticated, Forbidden))
async def list_all_plans(work: NamedDependency[Work]) -> list[OfferedPlanOut]:
    """List all plans in their order, and how many accounts were given each."""
    counts = await service.count_subscriptions(work)
    rows = await service.list_plans(work)
    return [OfferedPlanOut(PlanOut.of(row), counts.get(row.id, 0)) for row in rows]


@post("/admin/plans", guards=[may(STAFF)], responses=WRITTEN)
async def add_plan(data: JSONBody[PlanIn], work: NamedDependency[Work]) -> PlanOut:
    """Make a plan, which stands behind the others."""
    return PlanOut.of(await service.add_plan(work, data.to_draft()))


@put("/admin/plans/{plan_id:uuid}", guards=[may(STAFF)], responses=WRITTEN)
async def change_plan(
    plan_id: FromPath[UUID], data: JSONBody[PlanIn], work: NamedDependency[Work]
) -> PlanOut:
    """Say everything about a plan anew: who has it has it as it is from now on."""
    return PlanOut.of(await service.change_plan(work, PlanId(plan_id), data.to_draft()))


@put("/admin/plans/order", guards=[may(STAFF)], responses=WRITTEN)
async def order_plans(data: JSONBody[PlanOrderIn], work: NamedDependency[Work]) -> list[PlanOut]:
    """Put the plans into an order; those that are not named stand behind."""
    rows = await service.order_plans(work, [PlanId(plan_id) for plan_id in data.plan_ids])
    return [PlanOut.of(row) for row in rows]


@get("/admin/accounts/{account_id:uuid}/plan", guards=[may(STAFF)], responses=SUBSCRIBED)
async def get_subscription(
    account_id: FromPath[UUID], work: NamedDependency[Work]
) -> SubscriptionOut:
    """Show which plan an account has."""
    return SubscriptionOut.of(await service.find_subscription(work, AccountId(account_id)))


@put("/admin/accounts/{account_id:uuid}/plan", guards=[may(STAFF)], responses=SUBSCRIBED)
async def give_plan(
    account_id: FromPath[UUID], data: JSONBody[SubscriptionIn], work: NamedDependency[Work]
) -> SubscriptionOut:
    """Give an account a plan, or let it have the default one."""
    plan_id = PlanId(data.plan_id) if data.plan_id else None
    given = await service.give_plan(work, AccountId(account_id), plan_id, data.ends_at)
    return SubscriptionOut.of(given)


router = Router(
    path="/",
    route_handlers=[
        list_plans,
        list_all_plans,
        add_plan,
        change_plan,
        order_plans,
        get_subscription,
        give_plan,
    ],
    request_max_body_size=100_000,
    tags=["billing"],
)
