"""The JSON of logging in: passwords, second factors and tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self

from msgspec import Meta, Struct, field

from streamverse.domains.identity.schemas.accounts import Text
from streamverse.domains.identity.service.log_in import FactorAnswer, Ticket
from streamverse.domains.identity.service.tokens import TokenPair

Code = Annotated[str, Meta(max_length=64)]


class LoginIn(Struct):
    """What somebody logs in with; ``device_name`` is what they call the device."""

    email: Text
    password: Text
    device_name: Text | None = None


class FactorIn(Struct, kw_only=True):
    """A second factor: a code, a backup code or what a passkey signed."""

    code: Code | None = None
    backup_code: Code | None = None
    passkey: dict[str, Any] | None = None

    def answer(self) -> FactorAnswer:
        """Give what was shown."""
        return FactorAnswer(self.code, self.backup_code, self.passkey)


class MfaIn(FactorIn, kw_only=True):
    """What finishes a log-in, and whether this device shall be asked less from now on."""

    ticket: Text
    trust_device: bool = False


class MfaRequiredOut(Struct):
    """The password was right, and one of these methods has to follow within five minutes."""

    ticket: str
    methods: list[str]
    mfa_required: bool = True

    @classmethod
    def of(cls, ticket: Ticket) -> Self:
        """Show a ticket."""
        return cls(ticket.secret, list(ticket.methods))


class TokenIn(Struct):
    """What a program logs in with; ``device_secret`` is what it was given the last time."""

    email: Text
    password: Text
    mfa: FactorIn | None = None
    device_name: Text | None = None
    device_secret: Text | None = None


class RefreshIn(Struct):
    """The refresh token to exchange."""

    refresh_token: Text


class TokenOut(Struct):
    """What a program goes on with; ``device_secret`` lets it be recognised at its next log-in."""

    access_token: str
    expires_at: datetime
    refresh_token: str
    refresh_expires_at: datetime
    device_secret: str | None = None
    token_type: str = "bearer"  # noqa: S105 - the scheme's name in RFC 6750

    @classmethod
    def of(cls, pair: TokenPair, device_secret: str | None = None) -> Self:
        """Show a pair of tokens."""
        return cls(
            pair.access_token,
            pair.expires_at,
            pair.refresh_token,
            pair.refresh_expires_at,
            device_secret,
        )


class ReauthIn(FactorIn, kw_only=True):
    """What somebody who is logged in shows once more: the password, or a second factor."""

    password: Text | None = field(default=None)


class ReauthOut(Struct):
    """Since when and until when sensitive things can be done."""

    authenticated_at: datetime
    valid_until: datetime
