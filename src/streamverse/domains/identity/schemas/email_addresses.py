"""The JSON of e-mail addresses: confirming and changing them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from msgspec import Meta, Struct

from streamverse.domains.identity.models import AccountRow
from streamverse.domains.identity.service.email_addresses import AddressStatus

# Beyond any length that the rules allow; they say it in better words.
Text = Annotated[str, Meta(max_length=1000)]


class EmailVerifyIn(Struct):
    """The secret of the link that went to an address."""

    token: Text


class EmailVerifiedOut(Struct):
    """The address that is confirmed now."""

    email: str
    verified_at: datetime | None

    @classmethod
    def of(cls, row: AccountRow) -> Self:
        """Show what was confirmed."""
        return cls(row.email, row.email_verified_at)


class EmailResendIn(Struct):
    """The address that a new link is for; whoever is logged in may leave it out."""

    email: Text | None = None


class EmailChangeIn(Struct):
    """The address that an account shall have."""

    new_email: Text


class EmailStatusOut(Struct):
    """An account's address, whether it is confirmed, and the one that waits to be."""

    email: str
    is_verified: bool
    verified_at: datetime | None
    pending_email: str | None

    @classmethod
    def of(cls, status: AddressStatus) -> Self:
        """Show the address of an account."""
        account = status.account
        verified_at = account.email_verified_at
        return cls(account.email, verified_at is not None, verified_at, status.pending_email)
