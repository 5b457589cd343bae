"""What identity shows to others: ids, the view of an account, its settings and its events."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NewType
from uuid import UUID

from streamverse.kit.events import Event
from streamverse.kit.work import Role

TenantId = NewType("TenantId", UUID)
AccountId = NewType("AccountId", UUID)
SessionId = NewType("SessionId", UUID)

# Fixed, so that every process knows it without asking and none can make a second one.
DEFAULT_TENANT_ID = TenantId(UUID(int=1))


class SessionKind(enum.StrEnum):
    """Who holds a session's secret, and so where it is accepted."""

    BROWSER = "browser"
    PROGRAM = "program"


@dataclass(frozen=True, slots=True)
class IdentitySettings:
    """What the operator decides: the key of the set-up link, and how long log-ins last unused."""

    setup_key: bytes = field(repr=False)
    session_lifetime: timedelta = timedelta(days=30)
    token_lifetime: timedelta = timedelta(days=90)
    is_secure: bool = False

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
    created_at: datetime


@dataclass(frozen=True, slots=True)
class AccountAdded(Event):
    """Somebody can log in from now on."""

    account_id: AccountId


@dataclass(frozen=True, slots=True)
class AccountRemoved(Event):
    """Somebody can no longer log in, and what is kept about them shall go."""

    account_id: AccountId
