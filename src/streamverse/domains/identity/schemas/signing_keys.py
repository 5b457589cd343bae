"""The JSON of signing keys."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from msgspec import Struct

from streamverse.domains.identity.models import SigningKeyRow


class JwksOut(Struct):
    """The public keys, as RFC 7517 has them."""

    keys: list[dict[str, Any]]


class SigningKeyOut(Struct):
    """A key and its time: when it signs from, and until when it verifies."""

    id: UUID
    created_at: datetime
    signs_from: datetime
    verifies_until: datetime | None
    is_signing: bool

    @classmethod
    def of(cls, row: SigningKeyRow, signing_id: UUID | None) -> Self:
        """Show a key."""
        return cls(row.id, row.created_at, row.signs_from, row.verifies_until, row.id == signing_id)


class SigningKeyList(Struct):
    """All keys that verify now or soon, newest first: never more than a few."""

    items: list[SigningKeyOut]
