"""The JSON of invitations."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from msgspec import Meta, Struct, field

from streamverse.domains.identity.models import OneTimeRow
from streamverse.kit.paging import Page
from streamverse.kit.work import Role

# Beyond any length that the rules allow; they say it in better words.
Text = Annotated[str, Meta(max_length=1000)]
Locale = Annotated[str, Meta(max_length=35, pattern="^[A-Za-z0-9_-]+$")]


class InvitationIn(Struct):
    """Whom to invite, as what, and in which language; by default the inviter's."""

    email: Text
    role: Role = field(default=Role.VIEWER)
    locale: Locale | None = None


class InvitationOut(Struct):
    """An invitation that waits to be accepted."""

    id: UUID
    email: str
    role: Role
    invited_by: str
    created_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, row: OneTimeRow) -> Self:
        """Show an invitation."""
        facts = row.facts
        return cls(
            id=row.id,
            email=facts["email"],
            role=Role(facts["role"]),
            invited_by=facts["inviter"],
            created_at=row.created_at,
            expires_at=row.expires_at,
        )


class InvitationPage(Struct):
    """Some invitations, and the cursor to the next ones."""

    items: list[InvitationOut]
    next_cursor: str | None

    @classmethod
    def of(cls, page: Page[OneTimeRow]) -> Self:
        """Show a page."""
        return cls([InvitationOut.of(row) for row in page.items], page.next_cursor)


class InvitationVerifyIn(Struct):
    """The secret of the link that went to the address."""

    token: Text


class InvitationAcceptIn(Struct):
    """The secret of the link, and the account that is missing only this."""

    token: Text
    password: Text
    display_name: Text
