"""The JSON of two-factor log-in: authenticator apps, backup codes and resets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

from msgspec import Struct

from streamverse.domains.identity.schemas.accounts import Text
from streamverse.domains.identity.schemas.log_in import Code
from streamverse.domains.identity.service.mfa import BackupCodesLeft, TotpSetup
from streamverse.domains.identity.service.mfa_resets import ResetRequest
from streamverse.kit.paging import Page


class MfaStatusOut(Struct):
    """Whether a log-in asks for more than the password, and what it then takes."""

    is_enabled: bool
    methods: list[str]


class TotpSetupOut(Struct):
    """What an authenticator app is given: by picture, by link or by hand."""

    secret: str
    otpauth_uri: str
    qr_svg: str

    @classmethod
    def of(cls, setup: TotpSetup) -> Self:
        """Show a set-up."""
        return cls(setup.secret, setup.otpauth_uri, setup.qr_svg)


class TotpVerifyIn(Struct):
    """The code that the app shows now."""

    code: Code


class BackupCodesOut(Struct):
    """Codes that are good once each, shown this once."""

    codes: list[str]

    @classmethod
    def of(cls, codes: Sequence[str]) -> Self:
        """Show codes."""
        return cls(list(codes))


class BackupCodesLeftOut(Struct):
    """How many backup codes are still good, of how many, and when they were made."""

    left: int
    total: int
    made_at: datetime | None

    @classmethod
    def of(cls, found: BackupCodesLeft) -> Self:
        """Show a count."""
        return cls(found.left, found.total, found.made_at)


class BackupCodeIn(Struct):
    """A backup code that finishes a log-in, and whether this device shall be asked less."""

    ticket: Text
    code: Code
    trust_device: bool = False


class MfaResetIn(Struct):
    """Whose factors are to be taken off."""

    account_id: UUID


class MfaResetRequestIn(Struct):
    """The ticket of a log-in that cannot be finished."""

    ticket: Text


class MfaResetRequestedOut(Struct):
    """What happens next."""

    detail: str


class MfaResetRequestOut(Struct):
    """Somebody who knows the password of an account and has lost its factors."""

    account_id: UUID
    email: str
    display_name: str
    requested_at: datetime

    @classmethod
    def of(cls, found: ResetRequest) -> Self:
        """Show a request."""
        return cls(found.account_id, found.email, found.display_name, found.requested_at)


class MfaResetRequestPage(Struct):
    """Some requests, and the cursor to the next ones."""

    items: list[MfaResetRequestOut]
    next_cursor: str | None

    @classmethod
    def of(cls, page: Page[ResetRequest]) -> Self:
        """Show a page."""
        return cls([MfaResetRequestOut.of(each) for each in page.items], page.next_cursor)
