"""The JSON of passkeys; what browsers make and sign is as WebAuthn has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from msgspec import Struct, field

from streamverse.domains.identity.models import PasskeyRow
from streamverse.domains.identity.schemas.accounts import Text
from streamverse.domains.identity.service.passkeys import Ceremony, PasskeyAnswer


class CeremonyOut(Struct):
    """What to give to ``navigator.credentials``, and the ticket to come back with."""

    ticket: str
    public_key: Mapping[str, Any] = field(name="publicKey")

    @classmethod
    def of(cls, ceremony: Ceremony) -> Self:
        """Show what is asked."""
        return cls(ceremony.ticket, ceremony.options)


class PasskeyOptionsIn(Struct):
    """The ticket of a log-in that waits for its second factor; without one, any passkey will do."""

    ticket: Text | None = None


class PasskeyAnswerIn(Struct):
    """The ticket, and the credential that the browser gave."""

    ticket: Text
    credential: dict[str, Any]

    def answer(self) -> PasskeyAnswer:
        """Give what was shown."""
        return PasskeyAnswer(self.ticket, self.credential)


class PasskeyLoginIn(PasskeyAnswerIn):
    """What logs in without a password; ``device_name`` is what they call the device."""

    device_name: Text | None = None


class PasskeyRegistrationIn(PasskeyAnswerIn):
    """A new passkey, and what to call it; by default what it was made with."""

    name: Text | None = None


class PasskeyNameIn(Struct):
    """Another name."""

    name: Text


class PasskeyOut(Struct):
    """A passkey; a synced one is on several devices of its owner."""

    id: UUID
    name: str
    is_synced: bool
    created_at: datetime
    last_used_at: datetime | None

    @classmethod
    def of(cls, row: PasskeyRow) -> Self:
        """Show a passkey."""
        return cls(row.id, row.name, row.is_synced, row.created_at, row.last_used_at)


class PasskeyList(Struct):
    """All passkeys of an account, oldest first: never more than twenty."""

    items: list[PasskeyOut]

    @classmethod
    def of(cls, rows: Sequence[PasskeyRow]) -> Self:
        """Show them."""
        return cls([PasskeyOut.of(row) for row in rows])
