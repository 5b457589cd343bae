"""The JSON of activity."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from msgspec import Struct, structs

from streamverse.domains.identity.contracts import ActivityKind
from streamverse.domains.identity.models import ActivityRow
from streamverse.kit.paging import Page


class ActivityOut(Struct):
    """Something that happened around log-ins."""

    id: UUID
    kind: ActivityKind
    at: datetime
    ip: str
    browser: str
    os: str
    facts: dict[str, Any]

    @classmethod
    def of(cls, row: ActivityRow) -> Self:
        """Show what happened."""
        return cls(row.id, ActivityKind(row.kind), row.at, row.ip, row.browser, row.os, row.facts)


class StaffActivityOut(ActivityOut):
    """The same for staff, who read of everybody; nobody's where the address is unknown."""

    account_id: UUID | None

    @classmethod
    def of(cls, row: ActivityRow) -> Self:
        """Show what happened, and to whom."""
        return cls(**structs.asdict(ActivityOut.of(row)), account_id=row.account_id)


class StaffActivityPage(Struct):
    """Some of what happened to anybody, and the cursor to what was before."""

    items: list[StaffActivityOut]
    next_cursor: str | None

    @classmethod
    def of(cls, page: Page[ActivityRow]) -> Self:
        """Show a page."""
        return cls([StaffActivityOut.of(row) for row in page.items], page.next_cursor)


class ActivityPage(Struct):
    """Some of what happened, and the cursor to what was before."""

    items: list[ActivityOut]
    next_cursor: str | None

    @classmethod
    def of(cls, page: Page[ActivityRow]) -> Self:
        """Show a page."""
        return cls([ActivityOut.of(row) for row in page.items], page.next_cursor)
