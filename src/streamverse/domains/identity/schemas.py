"""Identity's JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from msgspec import Meta, Struct, field

from streamverse.domains.identity.models import AccountRow
from streamverse.kit.paging import Page
from streamverse.kit.work import Role

# Beyond any length that the rules allow; they say it in better words.
Text = Annotated[str, Meta(max_length=1000)]


class SetupOut(Struct):
    """Whether the owner's account is still to be made."""

    needs_owner: bool


class SetupIn(Struct):
    """The owner's account, and the token of the set-up link."""

    token: Text
    email: Text
    password: Text
    display_name: Text


class LoginIn(Struct):
    """What somebody logs in with."""

    email: Text
    password: Text


class TokenOut(Struct):
    """A bearer token for a program."""

    access_token: str
    expires_at: datetime
    token_type: str = "bearer"  # noqa: S105 - the scheme's name in RFC 6750


class AccountIn(Struct):
    """A new account."""

    email: Text
    password: Text
    display_name: Text
    role: Role = field(default=Role.VIEWER)


class AccountOut(Struct):
    """A person who can log in."""

    id: UUID
    email: str
    display_name: str
    role: Role
    created_at: datetime

    @classmethod
    def of(cls, row: AccountRow) -> Self:
        """Show an account."""
        return cls(row.id, row.email, row.display_name, Role(row.role), row.created_at)


class AccountPage(Struct):
    """Some accounts, and the cursor to the next ones."""

    items: list[AccountOut]
    next_cursor: str | None

    @classmethod
    def of(cls, page: Page[AccountRow]) -> Self:
        """Show a page."""
        return cls([AccountOut.of(row) for row in page.items], page.next_cursor)
