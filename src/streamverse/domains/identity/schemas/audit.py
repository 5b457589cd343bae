"""The JSON of the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from msgspec import Struct

from streamverse.domains.identity.models import AuditRow
from streamverse.domains.identity.service.audit import Verified
from streamverse.kit.paging import Page


class AuditEntryOut(Struct):
    """Who did what to what, when and from where; ``hash`` covers it and the entry before."""

    seq: int
    at: datetime
    actor_id: UUID | None
    api_key_id: UUID | None
    place: str
    action: str
    subject: str
    facts: dict[str, Any]
    hash: str

    @classmethod
    def of(cls, row: AuditRow) -> Self:
        """Show an entry."""
        return cls(
            seq=row.seq,
            at=row.at,
            actor_id=row.actor_id,
            api_key_id=row.api_key_id,
            place=row.place,
            action=row.action,
            subject=row.subject,
            facts=row.facts,
            hash=row.hash,
        )


class AuditVerifiedOut(Struct):
    """Whether the log is whole, how many entries it should have, and the hash of the last.

    Where it does not hold, ``broken_at`` is the first entry that shows it and ``problem`` says how.
    """

    is_whole: bool
    count: int
    hash: str
    broken_at: int | None
    problem: str | None

    @classmethod
    def of(cls, verified: Verified) -> Self:
        """Show what reading the log has shown."""
        head, broken = verified.head, verified.broken
        return cls(
            is_whole=broken is None,
            count=head.count,
            hash=head.hash,
            broken_at=broken.seq if broken else None,
            problem=str(broken) if broken else None,
        )


class AuditPage(Struct):
    """Some entries, and the cursor to those before."""

    items: list[AuditEntryOut]
    next_cursor: str | None

    @classmethod
    def of(cls, page: Page[AuditRow]) -> Self:
        """Show a page."""
        return cls([AuditEntryOut.of(row) for row in page.items], page.next_cursor)
