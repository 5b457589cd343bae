"""The SQL of sessions and refresh tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, delete, exists, select, update

from streamverse.domains.identity.contracts import (
    AccountId,
    DeviceId,
    SessionId,
    SessionKind,
    TenantId,
)
from streamverse.domains.identity.models import (
    AccountRow,
    DeviceRow,
    RefreshTokenRow,
    SessionRow,
    SigningKeyRow,
)
from streamverse.domains.identity.repository.signing_keys import is_verifying
from streamverse.kit.questions import Question
from streamverse.kit.work import Role, Work


@dataclass(frozen=True, slots=True)
class SessionHolder:
    """A session and the account that holds it, as one query gives them."""

    session_id: SessionId
    kind: SessionKind
    device_id: DeviceId | None
    created_at: datetime
    authenticated_at: datetime
    last_used_at: datetime
    tenant_id: TenantId
    account_id: AccountId
    role: Role
    extra_permissions: str
    locale: str


# Written once: every request asks one of them.
_GOOD = (
    select(
        SessionRow.id,
        SessionRow.kind,
        SessionRow.device_id,
        SessionRow.created_at,
        SessionRow.authenticated_at,
        SessionRow.last_used_at,
        AccountRow.tenant_id,
        AccountRow.id,
        AccountRow.role,
        AccountRow.extra_permissions,
        AccountRow.locale,
    )
    .join(AccountRow, AccountRow.id == SessionRow.account_id)
    .where(SessionRow.expires_at > bindparam("now"))
)
_OF_SECRET = Question(
    _GOOD.where(
        SessionRow.secret_hash == bindparam("secret_hash"), SessionRow.kind == bindparam("kind")
    )
)
_OF_TOKEN = Question(
    _GOOD.where(
        SessionRow.id == bindparam("session_id", type_=Uuid()),
        SessionRow.kind == SessionKind.PROGRAM.value,
        exists().where(
            SigningKeyRow.id == bindparam("key_id", type_=Uuid()), is_verifying(bindparam("now"))
        ),
    )
)


def _holder(row: tuple[Any, ...] | None) -> SessionHolder | None:
    if row is None:
        return None
    session_id, kind, device_id, created_at, authenticated_at, last_used_at, *account = row
    tenant_id, account_id, role, extra_permissions, locale = account
    return SessionHolder(
        session_id=SessionId(session_id),
        kind=SessionKind(kind),
        device_id=DeviceId(device_id) if device_id else None,
        created_at=created_at,
        authenticated_at=authenticated_at,
        last_used_at=last_used_at,
        tenant_id=TenantId(tenant_id),
        account_id=AccountId(account_id),
        role=Role(role),
        extra_permissions=extra_permissions,
        locale=locale,
    )


class Sessions:
    """The log-ins that last."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: SessionRow) -> None:
        """Add a session."""
        self._work.session.add(row)

    async def flush(self) -> None:
        """Write what was added, before something that refers to it."""
        await self._work.session.flush()

    async def find_holder(self, secret_hash: str, kind: SessionKind) -> SessionHolder | None:
        """Find who holds the session with this secret, if it is still good."""
        asked = {"secret_hash": secret_hash, "kind": kind.value, "now": self._work.now}
        return _holder(await _OF_SECRET.ask_one(self._work.session, **asked))

    async def find_signed_holder(self, session_id: SessionId, key_id: UUID) -> SessionHolder | None:
        """Find who holds a program's session, if it is still good, and the key of its token too."""
        asked = {"session_id": session_id, "key_id": key_id, "now": self._work.now}
        return _holder(await _OF_TOKEN.ask_one(self._work.session, **asked))

    async def lock(self, session_id: SessionId) -> SessionRow | None:
        """Find a session that is still good, for change."""
        return await self._work.session.scalar(
            select(SessionRow)
            .where(SessionRow.id == session_id, SessionRow.expires_at > self._work.now)
            .with_for_update()
        )

    async def find_end(self, session_id: SessionId) -> datetime | None:
        """Find when a session ends if nobody uses it any more."""
        return await self._work.session.scalar(
            select(SessionRow.expires_at).where(SessionRow.id == session_id)
        )

    async def find_account(self, session_id: SessionId) -> AccountId | None:
        """Find whose session it is or was, also when it is no longer good."""
        found = await self._work.session.scalar(
            select(SessionRow.account_id).where(SessionRow.id == session_id)
        )
        return AccountId(found) if found else None

    async def find_device(self, session_id: SessionId) -> DeviceId | None:
        """Find the device that a session is on."""
        found = await self._work.session.scalar(
            select(SessionRow.device_id).where(SessionRow.id == session_id)
        )
        return DeviceId(found) if found else None

    async def renew(self, session_id: SessionId, expires_at: datetime, ip: str) -> None:
        """Write down that a session is in use, from where, and when it ends now."""
        await self._work.session.execute(
            update(SessionRow)
            .where(SessionRow.id == session_id)
            .values(last_used_at=self._work.now, expires_at=expires_at, ip=ip)
        )

    async def page(
        self, account_id: AccountId, *, before: UUID | None, limit: int
    ) -> Sequence[tuple[SessionRow, DeviceRow | None]]:
        """List the sessions of an account that are still good, newest first, and their devices."""
        query = (
            select(SessionRow, DeviceRow)
            .outerjoin(DeviceRow, DeviceRow.id == SessionRow.device_id)
            .where(SessionRow.account_id == account_id, SessionRow.expires_at > self._work.now)
            .order_by(SessionRow.id.desc())
            .limit(limit)
        )
        if before is not None:
            query = query.where(SessionRow.id < before)
        return [(session, device) for session, device in await self._work.session.execute(query)]

    async def end(
        self,
        account_id: AccountId,
        *,
        only: SessionId | None = None,
        but: SessionId | None = None,
        on: DeviceId | None = None,
    ) -> tuple[SessionId, ...]:
        """End sessions of an account: all, one, all but one, or those on a device."""
        query = delete(SessionRow).where(SessionRow.account_id == account_id)
        if only is not None:
            query = query.where(SessionRow.id == only)
        if but is not None:
            query = query.where(SessionRow.id != but)
        if on is not None:
            query = query.where(SessionRow.device_id == on)
        ended = await self._work.session.scalars(query.returning(SessionRow.id))
        return tuple(map(SessionId, ended))

    async def remove_expired(self) -> None:
        """Remove the sessions that are no longer good."""
        await self._work.session.execute(
            delete(SessionRow).where(SessionRow.expires_at <= self._work.now)
        )


class RefreshTokens:
    """The generations of refresh tokens."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, row: RefreshTokenRow) -> None:
        """Add a generation."""
        self._work.session.add(row)

    async def find(self, secret_hash: str) -> RefreshTokenRow | None:
        """Find a token, used or not."""
        return await self._work.session.scalar(
            select(RefreshTokenRow).where(RefreshTokenRow.secret_hash == secret_hash)
        )

    async def look_again(self, token_id: UUID | None) -> RefreshTokenRow | None:
        """Find a token as it is now, whatever was read before."""
        return await self._work.session.scalar(
            select(RefreshTokenRow)
            .where(RefreshTokenRow.id == token_id)
            .execution_options(populate_existing=True)
        )

    async def spend(self, token_id: UUID, successor_id: UUID) -> bool:
        """Exchange a token for its successor, unless somebody has: one of many at once can."""
        spent = await self._work.session.scalar(
            update(RefreshTokenRow)
            .where(RefreshTokenRow.id == token_id, RefreshTokenRow.used_at.is_(None))
            .values(used_at=self._work.now, successor_id=successor_id)
            .returning(RefreshTokenRow.id)
        )
        return spent is not None

    async def replace_successor(self, token_id: UUID, old: UUID, new: UUID) -> bool:
        """Name another successor, unless the one before was replaced or used."""
        if not await self.spend(old, new):
            return False
        await self._work.session.execute(
            update(RefreshTokenRow).where(RefreshTokenRow.id == token_id).values(successor_id=new)
        )
        return True
