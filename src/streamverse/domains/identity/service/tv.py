"""Logging in on a television: it shows a code, and somebody logged in elsewhere approves it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from streamverse.domains.identity.contracts import (
    AccountId,
    ActivityKind,
    IdentitySettings,
    SessionId,
    SessionKind,
)
from streamverse.domains.identity.errors import LinkInvalid, LinkUsed
from streamverse.domains.identity.errors.tv import (
    AuthorizationPending,
    SlowDown,
    TvCodeExpired,
    TvCodeNotFound,
    TvLogInDenied,
)
from streamverse.domains.identity.models import SessionRow, TvLogInRow
from streamverse.domains.identity.repository import Accounts, Sessions, TvLogIns
from streamverse.domains.identity.rules.tv import (
    INTERVAL_S,
    LIFETIME,
    SLOWER_BY_S,
    is_too_fast,
    read_user_code,
    show_user_code,
    spell_user_code,
)
from streamverse.domains.identity.rules.user_agents import clean_device_name
from streamverse.domains.identity.service import activity, log_in, sessions
from streamverse.domains.identity.service.sessions import SessionStarted
from streamverse.domains.identity.service.visits import Visit
from streamverse.kit.clock import new_id
from streamverse.kit.errors import Problem
from streamverse.kit.tokens import hash_secret, new_secret
from streamverse.kit.work import Actor, Work, Workshop


class TvState(StrEnum):
    """What became of a code."""

    PENDING = "pending"
    APPROVED = "approved"
    DENIED = "denied"
    REDEEMED = "redeemed"


@dataclass(frozen=True, slots=True)
class TvCodes:
    """What a television asks with, and what it shows."""

    row: TvLogInRow
    device_code: str = field(repr=False)

    @property
    def user_code(self) -> str:
        """Give the code as it is shown."""
        return show_user_code(self.row.user_code)


# --- on the television ----------------------------------------------------------------------------


async def begin(work: Work, client_name: str, kind: SessionKind, visit: Visit) -> TvCodes:
    """Give a television its codes."""
    device_code, software = new_secret(), visit.software
    row = TvLogInRow(
        id=new_id(),
        device_code_hash=hash_secret(device_code),
        user_code=await _free_user_code(work),
        session_kind=kind.value,
        client_name=clean_device_name(client_name) or software.name,
        ip=visit.ip,
        browser=software.browser,
        os=software.os,
        state=TvState.PENDING.value,
        interval_s=INTERVAL_S,
        created_at=work.now,
        expires_at=work.now + LIFETIME,
    )
    await TvLogIns(work).add(row)
    return TvCodes(row, device_code)


async def _free_user_code(work: Work) -> str:
    while True:
        code = spell_user_code(int(hash_secret(new_secret()), 16))
        if await TvLogIns(work).find_shown(code) is None:
            return code


async def ask(workshop: Workshop, actor: Actor, device_code: str, visit: Visit) -> None:
    """Let a television ask whether it may log in, and raise why it may not yet, or never.

    In a Work of its own, so that when it asked is known however the request ends.
    """
    async with workshop.work(actor) as work:
        row = await TvLogIns(work).lock(hash_secret(device_code))
        if row is None:
            raise LinkInvalid
        refusal = _refusal(row, work)
        row.asked_at = work.now
        if isinstance(refusal, LinkUsed):
            facts = {"purpose": "tv_log_in"}
            account_id = await _approving_account(work, row)
            activity.record(work, account_id, ActivityKind.ONE_TIME_REFUSED, visit, facts)
    if refusal is not None:
        raise refusal


def _refusal(row: TvLogInRow, work: Work) -> Problem | None:
    if row.state == TvState.REDEEMED:
        return LinkUsed()
    if row.expires_at <= work.now:
        return TvCodeExpired()
    if row.state == TvState.DENIED:
        return TvLogInDenied()
    if is_too_fast(row.asked_at, work.now, row.interval_s):
        row.interval_s += SLOWER_BY_S
        return SlowDown(row.interval_s)
    return AuthorizationPending(row.interval_s) if row.state == TvState.PENDING else None


async def redeem(
    work: Work, settings: IdentitySettings, device_code: str, visit: Visit
) -> SessionStarted:
    """Log a television in that was approved; of many who ask at once, one is."""
    row = await TvLogIns(work).find(hash_secret(device_code))
    approving = await _approving_session(work, row) if row else None
    if row is None or approving is None:
        raise LinkInvalid
    if not await TvLogIns(work).move(row.id, TvState.APPROVED, TvState.REDEEMED):
        raise LinkUsed
    started = await log_in.finish_log_in(
        work,
        settings,
        await Accounts(work).get(AccountId(approving.account_id)),
        SessionKind(row.session_kind),
        visit,
        amr=frozenset(approving.amr.split()),
        device_name=row.client_name,
    )
    # Otherwise a session that is too old for something sensitive could approve itself a fresh one.
    started.session.authenticated_at = approving.authenticated_at
    facts = {"client": row.client_name}
    activity.record(work, approving.account_id, ActivityKind.TV_LOGGED_IN, visit, facts)
    return started


async def _approving_session(work: Work, row: TvLogInRow) -> SessionRow | None:
    session_id = row.approving_session_id
    return await Sessions(work).lock(SessionId(session_id)) if session_id else None


async def _approving_account(work: Work, row: TvLogInRow) -> UUID | None:
    session = await _approving_session(work, row)
    return session.account_id if session else None


# --- on the phone ---------------------------------------------------------------------------------


async def find_waiting(work: Work, user_code: str) -> TvLogInRow:
    """Find the television that shows a code and waits, or raise TvCodeNotFound."""
    row = await TvLogIns(work).find_shown(read_user_code(user_code))
    if row is None or row.state != TvState.PENDING or row.expires_at <= work.now:
        raise TvCodeNotFound
    return row


async def approve(work: Work, user_code: str) -> None:
    """Let the television that shows a code log in to the actor's account."""
    row = await find_waiting(work, user_code)
    session = await sessions.get_own_session(work)
    is_first = await TvLogIns(work).move(
        row.id, TvState.PENDING, TvState.APPROVED, approving_session_id=session.id
    )
    if not is_first:
        raise TvCodeNotFound


async def deny(work: Work, user_code: str) -> None:
    """Let the television that shows a code not log in."""
    row = await find_waiting(work, user_code)
    if not await TvLogIns(work).move(row.id, TvState.PENDING, TvState.DENIED):
        raise TvCodeNotFound


async def drop_expired(work: Work) -> None:
    """Forget the codes that have expired."""
    await TvLogIns(work).remove_expired()
