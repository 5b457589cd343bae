"""What identity shows to others: ids, the view of an account, its settings and its events."""

from __future__ import annotations

import enum
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple, NewType
from uuid import UUID

from streamverse.kit.crypto import Vault
from streamverse.kit.events import Event
from streamverse.kit.jobs import Job
from streamverse.kit.work import Actor, Role, Work

TenantId = NewType("TenantId", UUID)
AccountId = NewType("AccountId", UUID)
SessionId = NewType("SessionId", UUID)
DeviceId = NewType("DeviceId", UUID)
ApiKeyId = NewType("ApiKeyId", UUID)

# Fixed, so that every process knows it without asking and none can make a second one.
DEFAULT_TENANT_ID = TenantId(UUID(int=1))


class SessionKind(enum.StrEnum):
    """Who holds a session's secret, and so where it is accepted."""

    BROWSER = "browser"
    PROGRAM = "program"


class Purpose(enum.StrEnum):
    """What a one-time secret is good for, and nothing else."""

    LOG_IN = "log_in"
    PASSKEY_LOG_IN = "passkey_log_in"
    PASSKEY_REGISTRATION = "passkey_registration"
    EMAIL_VERIFICATION = "email_verification"
    EMAIL_CHANGE = "email_change"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a purpose, no password
    INVITATION = "invitation"
    ACCOUNT_REACTIVATION = "account_reactivation"
    FEDERATED_LOG_IN = "federated_log_in"
    ACCOUNT_LINK = "account_link"


class ActivityKind(enum.StrEnum):
    """What may happen around log-ins."""

    LOGGED_IN = "logged_in"
    LOG_IN_FAILED = "log_in_failed"
    LOGGED_OUT = "logged_out"
    SESSION_ENDED = "session_ended"
    SESSIONS_ENDED = "sessions_ended"
    REFRESH_REUSED = "refresh_reused"
    DEVICE_ADDED = "device_added"
    DEVICE_TRUSTED = "device_trusted"
    DEVICE_TRUST_ENDED = "device_trust_ended"
    DEVICE_REMOVED = "device_removed"
    REAUTHENTICATED = "reauthenticated"
    REAUTHENTICATION_FAILED = "reauthentication_failed"
    SECOND_FACTOR_FAILED = "second_factor_failed"
    SECOND_FACTOR_ENABLED = "second_factor_enabled"
    SECOND_FACTOR_DISABLED = "second_factor_disabled"
    SECOND_FACTOR_RESET_REQUESTED = "second_factor_reset_requested"
    SECOND_FACTOR_RESET = "second_factor_reset"
    BACKUP_CODES_MADE = "backup_codes_made"
    BACKUP_CODE_USED = "backup_code_used"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_RENAMED = "passkey_renamed"
    PASSKEY_REMOVED = "passkey_removed"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - something that happens, no password
    PASSWORD_RESET = "password_reset"  # noqa: S105 - the same
    REGISTERED = "registered"
    EMAIL_VERIFIED = "email_verified"
    EMAIL_CHANGED = "email_changed"
    ONE_TIME_REFUSED = "one_time_refused"
    IDENTITY_LINKED = "identity_linked"
    IDENTITY_UNLINKED = "identity_unlinked"
    TV_LOGGED_IN = "tv_logged_in"
    DEACTIVATED = "deactivated"
    REACTIVATED = "reactivated"
    DELETION_REQUESTED = "deletion_requested"
    ROLE_CHANGED = "role_changed"
    PROFILE_PIN_FAILED = "profile_pin_failed"
    REQUEST_REFUSED = "request_refused"


class ConsentKind(enum.StrEnum):
    """What somebody may agree to."""

    TERMS = "terms"
    MARKETING = "marketing"
    ANALYTICS = "analytics"


class AuditAction(enum.StrEnum):
    """What identity writes into the audit log; other domains add words of their own."""

    ACCOUNT_ADDED = "identity.account_added"
    ACCOUNT_REMOVED = "identity.account_removed"
    ROLE_CHANGED = "identity.role_changed"
    INVITATION_SENT = "identity.invitation_sent"
    INVITATION_WITHDRAWN = "identity.invitation_withdrawn"
    INVITATION_ACCEPTED = "identity.invitation_accepted"
    API_KEY_MADE = "identity.api_key_made"
    API_KEY_REVOKED = "identity.api_key_revoked"
    SIGNING_KEY_ROTATED = "identity.signing_key_rotated"
    SECOND_FACTOR_RESET = "identity.second_factor_reset"


@dataclass(frozen=True, slots=True)
class IdentitySettings:
    """What the operator decides: keys, who may register, and how long log-ins last unused.

    ``issuer`` is who signs access tokens, the service's public address; ``terms_version`` names the
    terms that people agree to at present.
    """

    setup_key: bytes = field(repr=False)
    vault: Vault = field(repr=False)
    issuer: str = "http://localhost"
    session_lifetime: timedelta = timedelta(days=30)
    token_lifetime: timedelta = timedelta(days=90)
    is_secure: bool = False
    is_registration_open: bool = False
    terms_version: str = "1"

    def lifetime(self, kind: SessionKind) -> timedelta:
        """Give how long a session of this kind lasts when nobody uses it."""
        return self.session_lifetime if kind is SessionKind.BROWSER else self.token_lifetime


@dataclass(frozen=True, slots=True)
class Account:
    """A person who can log in."""

    id: AccountId
    email: str
    display_name: str
    role: Role
    locale: str
    created_at: datetime
    is_email_verified: bool


class AccountName(NamedTuple):
    """What an account is found by."""

    id: AccountId
    display_name: str
    email: str


@dataclass(frozen=True, slots=True)
class Device:
    """A browser or app that an account has logged in on."""

    id: DeviceId
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class KeyHolder(Actor):
    """A program that acts by a key of the API: it has the key's scopes, and no role."""

    api_key_id: ApiKeyId | None = None


@dataclass(frozen=True, slots=True)
class AccountAdded(Event):
    """Somebody can log in from now on."""

    account_id: AccountId


@dataclass(frozen=True, slots=True)
class AccountRemoved(Event):
    """Somebody can no longer log in, and what is kept about them shall go."""

    account_id: AccountId


@dataclass(frozen=True, slots=True)
class AccountRegistered(Event):
    """Somebody wants an account and has yet to show that the address is theirs."""

    account_id: AccountId


@dataclass(frozen=True, slots=True)
class RegistrationRepeated(Event):
    """Somebody wants an account with an address that has one; only its owner may learn of it."""

    account_id: AccountId


@dataclass(frozen=True, slots=True)
class DeviceAppeared(Event):
    """An account that has used other devices was entered from one it has not used before."""

    account_id: AccountId
    device_id: DeviceId
    name: str
    ip: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class PasswordChanged(Event):
    """An account has another password now."""

    account_id: AccountId


@dataclass(frozen=True, slots=True)
class SessionsEnded(Event):
    """Log-ins of an account ended before their time: what is bound to them is void."""

    account_id: AccountId
    session_ids: tuple[SessionId, ...]


@dataclass(frozen=True, slots=True)
class EmailVerificationRequested(Event):
    """Somebody asked for a link that confirms an address.

    Told for addresses without such an account too: both cost the asked process the same time.
    """

    account_id: AccountId | None


@dataclass(frozen=True, slots=True)
class PasswordResetRequested(Event):
    """Somebody asked for a link to choose a new password; told for unknown addresses too."""

    account_id: AccountId | None


@dataclass(frozen=True, slots=True)
class SecondFactorEnabled(Event):
    """Logging in to an account takes a second step from now on."""

    account_id: AccountId


@dataclass(frozen=True, slots=True)
class SecondFactorDisabled(Event):
    """The password alone is enough again, by the account's own wish or by staff."""

    account_id: AccountId


@dataclass(frozen=True, slots=True)
class BackupCodesMade(Event):
    """An account has new backup codes in place of its old ones."""

    account_id: AccountId


@dataclass(frozen=True, slots=True)
class PasskeyAdded(Event):
    """An account can be entered with one more passkey."""

    account_id: AccountId
    name: str


@dataclass(frozen=True, slots=True)
class PasskeyRemoved(Event):
    """A passkey no longer enters an account, by the account's own wish or by staff."""

    account_id: AccountId
    name: str


@dataclass(frozen=True, slots=True)
class AccountPaused(Event):
    """An account was deactivated until its owner wakes it."""

    account_id: AccountId


@dataclass(frozen=True, slots=True)
class DeletionScheduled(Event):
    """An account will be deleted, unless its owner changes their mind until then."""

    account_id: AccountId
    delete_at: datetime


@dataclass(frozen=True, slots=True)
class ConsentChanged(Event):
    """Somebody agreed to something, or does so no longer."""

    account_id: AccountId
    kind: ConsentKind
    is_given: bool


# --- what everybody may take along ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Exporter:
    """A domain's part of the copy that people get of what is kept about them.

    ``name`` is that of its file; ``export`` gives what can be written as JSON.
    """

    name: str
    export: Callable[[Work, AccountId], Awaitable[object]]


# --- durable work about one account ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DeleteAccount(Job):
    """Delete an account whose owner has wished it and not taken it back."""

    account_id: AccountId


@dataclass(frozen=True, slots=True)
class BuildExport(Job):
    """Make the copy that somebody has asked for of what is kept about them."""

    export_id: UUID


@dataclass(frozen=True, slots=True)
class DropExports(Job):
    """Delete the copies that were made for an account that is gone."""

    account_id: AccountId
