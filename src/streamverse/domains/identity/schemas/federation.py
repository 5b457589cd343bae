"""The JSON of logging in with another service."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

from msgspec import Struct

from streamverse.domains.identity.models import FederatedIdentityRow
from streamverse.domains.identity.rules.federation import Provider
from streamverse.domains.identity.schemas.accounts import Text


class ProviderOut(Struct):
    """Another service that people may log in with."""

    id: str
    name: str


class ProviderList(Struct):
    """The services that people may log in with."""

    items: list[ProviderOut]

    @classmethod
    def of(cls, providers: Sequence[Provider]) -> Self:
        """Show providers."""
        return cls([ProviderOut(provider.id, provider.name) for provider in providers])


class IdentityLinkIn(Struct):
    """Which page of ours to come back to."""

    next: Text | None = None


class IdentityLinkOut(Struct):
    """The address at which to log in; it is good for this browser alone."""

    address: str


class IdentityOut(Struct):
    """A log-in at another service that enters the account."""

    id: UUID
    provider: str
    email: str | None
    created_at: datetime
    last_used_at: datetime | None


class IdentityList(Struct):
    """The log-ins at other services that enter the account, oldest first."""

    items: list[IdentityOut]

    @classmethod
    def of(cls, rows: Sequence[FederatedIdentityRow]) -> Self:
        """Show them."""
        return cls(
            [
                IdentityOut(row.id, row.provider, row.email, row.created_at, row.last_used_at)
                for row in rows
            ]
        )
