"""Who may watch a stream."""

from __future__ import annotations

import enum
from collections.abc import Collection
from uuid import UUID


class Access(enum.StrEnum):
    """For whom a stream is: everybody who has logged in, some plans, or those who send."""

    EVERYBODY = "everybody"
    PLANS = "plans"
    STAFF = "staff"


class Verdict(enum.StrEnum):
    """What somebody is told who wants to watch."""

    ALLOWED = "allowed"
    HIDDEN = "hidden"
    PLAN_NEEDED = "plan_needed"


def judge(
    access: Access, plan_ids: Collection[UUID], own_plan_id: UUID | None, *, is_staff: bool
) -> Verdict:
    """Decide whether somebody may watch a stream; whoever sends may watch what is sent."""
    if is_staff or access is Access.EVERYBODY:
        return Verdict.ALLOWED
    if access is Access.STAFF:
        return Verdict.HIDDEN
    return Verdict.ALLOWED if own_plan_id in plan_ids else Verdict.PLAN_NEEDED


def is_region_covered(regions: Collection[str], region: str | None) -> bool:
    """Tell whether a plan is for a region: none named is everywhere, an unknown one is in none."""
    return not regions or region in regions
