"""What billing shows to others: the id of a plan, and what somebody's plan allows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NewType
from uuid import UUID

PlanId = NewType("PlanId", UUID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlements:
    """What an account may by its plan; None is what the operator's settings say.

    A limit of 0 is none. ``max_height`` is the tallest picture in lines, by the name of its
    rendition; ``regions`` are the countries to watch in, and no region is everywhere. ``ends_at``
    is when the account has this plan no more, if that is known.
    """

    plan_id: PlanId | None = None
    plan_name: str = ""
    streams_at_once: int | None = None
    devices_at_most: int | None = None
    max_height: int | None = None
    regions: tuple[str, ...] = ()
    ends_at: datetime | None = None


WITHOUT_PLAN = Entitlements()
