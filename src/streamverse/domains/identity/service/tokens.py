"""Tokens of programs: an access token at a time, and refresh tokens that are spent once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from streamverse.domains.identity.contracts import (
    AccountId,
    ActivityKind,
    DeviceId,
    IdentitySettings,
    SessionId,
    SessionKind,
)
from streamverse.domains.identity.errors import RefreshInvalid, RefreshReused
from streamverse.domains.identity.models import AccountRow, RefreshTokenRow, SessionRow
from streamverse.domains.identity.repository import (
    Accounts,
    Devices,
    RefreshTokens,
    Sessions,
)
from streamverse.domains.identity.rules.sessions import may_be_lost_answer, session_expiry
from streamverse.domains.identity.service import activity, sessions
from streamverse.domains.identity.service.access_tokens import issue_access_token
from streamverse.domains.identity.service.visits import Visit
from streamverse.kit.clock import new_id
from streamverse.kit.tokens import hash_secret, new_secret
from streamverse.kit.work import Work


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a program goes on with."""

    access_token: str = field(repr=False)
    expires_at: datetime
    refresh_token: str = field(repr=False)
    refresh_expires_at: datetime


async def issue_tokens(
    work: Work, settings: IdentitySettings, account: AccountRow, session: SessionRow
) -> TokenPair:
    """Give a program the tokens of a session that has just begun."""
    row, secret = _new_generation(work, session)
    RefreshTokens(work).add(row)
    return await _pair(work, settings, account, session, secret)


async def refresh(
    work: Work, settings: IdentitySettings, refresh_token: str, visit: Visit
) -> TokenPair:
    """Exchange a refresh token for the next pair.

    One that was exchanged before ends the session, unless it comes back at once and what it was
    exchanged for has not been used: then an answer was lost.
    """
    tokens = RefreshTokens(work)
    token = await tokens.find(hash_secret(refresh_token))
    session = await Sessions(work).lock(SessionId(token.session_id)) if token else None
    account = await Accounts(work).find(AccountId(session.account_id)) if session else None
    if token is None or session is None or account is None:
        about = await Sessions(work).find_account(SessionId(token.session_id)) if token else None
        facts = {"problem": RefreshInvalid.code}
        activity.record_if_refused(work, about, ActivityKind.REQUEST_REFUSED, visit, facts)
        raise RefreshInvalid
    row, secret = _new_generation(work, session)
    if not await _exchange(tokens, token, row, work.now):
        _end_family_if_refused(work, session, visit)
        raise RefreshReused
    tokens.add(row)
    lifetime = settings.lifetime(SessionKind(session.kind))
    session.expires_at = session_expiry(session.created_at, work.now, lifetime)
    session.last_used_at, session.ip = work.now, visit.ip
    if session.device_id is not None:
        await Devices(work).see(DeviceId(session.device_id), visit.ip)
    return await _pair(work, settings, account, session, secret)


async def _exchange(
    tokens: RefreshTokens, token: RefreshTokenRow, new: RefreshTokenRow, now: datetime
) -> bool:
    if token.used_at is None and await tokens.spend(token.id, new.id):
        return True
    # Another request may have exchanged it since it was read.
    known = await tokens.look_again(token.id)
    successor = await tokens.look_again(known.successor_id) if known else None
    if known is None or known.used_at is None or successor is None:
        return False
    is_used = successor.used_at is not None
    if not may_be_lost_answer(known.used_at, now, is_successor_used=is_used):
        return False
    return await tokens.replace_successor(token.id, successor.id, new.id)


def _end_family_if_refused(work: Work, session: SessionRow, visit: Visit) -> None:
    account_id, session_id = AccountId(session.account_id), SessionId(session.id)

    async def end_family(aftermath: Work) -> None:
        await sessions.end_sessions(aftermath, account_id, only=session_id)
        activity.record(aftermath, account_id, ActivityKind.REFRESH_REUSED, visit)

    work.if_refused(end_family)


def _new_generation(work: Work, session: SessionRow) -> tuple[RefreshTokenRow, str]:
    secret = new_secret()
    row = RefreshTokenRow(
        id=new_id(),
        session_id=session.id,
        secret_hash=hash_secret(secret),
        created_at=work.now,
    )
    return row, secret


async def _pair(
    work: Work,
    settings: IdentitySettings,
    account: AccountRow,
    session: SessionRow,
    secret: str,
) -> TokenPair:
    access = await issue_access_token(work, settings, account, session)
    return TokenPair(access.text, access.expires_at, secret, session.expires_at)
