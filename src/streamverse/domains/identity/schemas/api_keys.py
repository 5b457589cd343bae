"""The JSON of the keys of the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from msgspec import Meta, Struct

from streamverse.domains.identity.models import ApiKeyRow
from streamverse.domains.identity.rules.api_keys import NewKey
from streamverse.domains.identity.schemas.accounts import Text
from streamverse.kit.paging import Page

Moment = Annotated[datetime, Meta(tz=True)]
Scopes = Annotated[list[Text], Meta(max_length=100)]


class ApiKeyIn(Struct):
    """A new key: what it may do, until when, and how often it may be used."""

    name: Text
    scopes: Scopes
    expires_at: Moment
    requests_per_minute: int = 120
    requests_per_day: int = 50_000

    def to_key(self) -> NewKey:
        """Give what is wanted in the words of the rules."""
        return NewKey(
            name=" ".join(self.name.split()),
            scopes=frozenset(self.scopes),
            expires_at=self.expires_at,
            requests_per_minute=self.requests_per_minute,
            requests_per_day=self.requests_per_day,
        )


class ApiKeyOut(Struct):
    """A key, without what makes it one."""

    id: UUID
    name: str
    account_id: UUID
    scopes: list[str]
    requests_per_minute: int
    requests_per_day: int
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None

    @classmethod
    def of(cls, row: ApiKeyRow) -> Self:
        """Show a key."""
        return cls(
            id=row.id,
            name=row.name,
            account_id=row.account_id,
            scopes=row.scopes.split(),
            requests_per_minute=row.requests_per_minute,
            requests_per_day=row.requests_per_day,
            created_at=row.created_at,
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
        )


class ApiKeyMadeOut(Struct):
    """A new key and its text, which nobody can show again."""

    api_key: ApiKeyOut
    key: str


class ApiKeyPage(Struct):
    """Some keys, and the cursor to the next ones."""

    items: list[ApiKeyOut]
    next_cursor: str | None

    @classmethod
    def of(cls, page: Page[ApiKeyRow]) -> Self:
        """Show a page."""
        return cls([ApiKeyOut.of(row) for row in page.items], page.next_cursor)
