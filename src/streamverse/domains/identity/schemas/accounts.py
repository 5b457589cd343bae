"""The JSON of accounts: set-up, registration, lists and passwords."""

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
    """Whether the owner's account is still to be made, and whether anybody may register."""

    needs_owner: bool
    is_registration_open: bool


class SetupIn(Struct):
    """The owner's account, and the token of the set-up link."""

    token: Text
    email: Text
    password: Text
    display_name: Text


class RegistrationIn(Struct):
    """The account that somebody wants."""

    email: Text
    password: Text
    display_name: Text


class RegistrationOut(Struct):
    """What to do next; the same whether or not the address has an account already."""

    detail: str


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
    locale: str
    created_at: datetime
    is_email_verified: bool

    @classmethod
    def of(cls, row: AccountRow) -> Self:
        """Show an account."""
        return cls(
            id=row.id,
            email=row.email,
            display_name=row.display_name,
            role=Role(row.role),
            locale=row.locale,
            created_at=row.created_at,
            is_email_verified=row.email_verified_at is not None,
        )


class AccountPage(Struct):
    """Some accounts, and the cursor to the next ones."""

    items: list[AccountOut]
    next_cursor: str | None

    @classmethod
    def of(cls, page: Page[AccountRow]) -> Self:
        """Show a page."""
        return cls([AccountOut.of(row) for row in page.items], page.next_cursor)


class PasswordIn(Struct):
    """The password that somebody wants from now on."""

    new_password: Text
