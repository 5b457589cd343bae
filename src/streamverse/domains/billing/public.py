"""The verbs of billing that others may call."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from streamverse.domains.billing.contracts import Entitlements
from streamverse.domains.billing.repository import Plans, Subscriptions
from streamverse.domains.identity.contracts import AccountId, Exporter
from streamverse.kit.work import Work


async def find_entitlements(work: Work, account_id: AccountId) -> Entitlements:
    """Find what an account may by the plan that it has now, in one question."""
    return await Plans(work).allowed(account_id)


async def find_plan_names(work: Work, plan_ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Find what plans are called, in their order; what is none is left out."""
    return await Plans(work).names(plan_ids) if plan_ids else {}


async def _export_subscriptions(work: Work, account_id: AccountId) -> object:
    return [
        {"plan": name, "starts_at": row.starts_at, "ends_at": row.ends_at}
        for row, name in await Subscriptions(work).of_account(account_id)
    ]


BILLING_EXPORTERS = (Exporter("plans", _export_subscriptions),)
