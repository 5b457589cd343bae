"""Billing's JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from msgspec import Meta, Struct, structs

from streamverse.domains.billing.models import PlanRow
from streamverse.domains.billing.rules import PlanDraft
from streamverse.domains.billing.service import Subscribed

# Beyond what the rules allow; they say it in better words.
Text = Annotated[str, Meta(max_length=2_000)]
Codes = Annotated[list[Annotated[str, Meta(max_length=100)]], Meta(max_length=300)]


class PlanOut(Struct, kw_only=True):
    """A plan and what it allows; a limit of 0 is none, and no region is everywhere."""

    id: UUID
    name: str
    description: str
    streams_at_once: int
    devices_at_most: int
    max_height: int | None
    regions: list[str]
    is_default: bool
    is_archived: bool

    @classmethod
    def of(cls, row: PlanRow) -> PlanOut:
        """Show a plan."""
        return PlanOut(
            id=row.id,
            name=row.name,
            description=row.description,
            streams_at_once=row.streams_at_once,
            devices_at_most=row.devices_at_most,
            max_height=row.max_height,
            regions=row.regions,
            is_default=row.is_default,
            is_archived=row.archived_at is not None,
        )


class OfferedPlanOut(Struct):
    """A plan, and how many accounts were given it."""

    plan: PlanOut
    accounts: int


class PlanIn(Struct, kw_only=True):
    """Everything that staff says of a plan."""

    name: Text
    description: Text = ""
    streams_at_once: int = 0
    devices_at_most: int = 0
    max_height: int | None = None
    regions: Codes = []
    is_default: bool = False
    is_archived: bool = False

    def to_draft(self) -> PlanDraft:
        """Give what the service understands."""
        return PlanDraft(**structs.asdict(self))


class PlanOrderIn(Struct):
    """The plans in their order."""

    plan_ids: Annotated[list[UUID], Meta(max_length=1_000)]


class SubscriptionIn(Struct):
    """The plan that an account shall have, until when; none is the default one."""

    plan_id: UUID | None = None
    ends_at: datetime | None = None


class SubscriptionOut(Struct):
    """The plan that an account has; one that it was not given is the default one."""

    plan: PlanOut | None
    is_given: bool
    starts_at: datetime | None
    ends_at: datetime | None

    @classmethod
    def of(cls, subscribed: Subscribed) -> Self:
        """Show a subscription."""
        plan, given = subscribed.plan, subscribed.given
        return cls(
            PlanOut.of(plan) if plan else None,
            given is not None,
            given.starts_at if given else None,
            given.ends_at if given else None,
        )
