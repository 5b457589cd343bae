"""Sessions: started, recognised, prolonged, listed and ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from streamverse.domains.identity.contracts import (
    AccountId,
    ActivityKind,
    DeviceId,
    IdentitySettings,
    SessionId,
    SessionKind,
    SessionsEnded,
)
from streamverse.domains.identity.errors import SessionNeeded, SessionNotFound
from streamverse.domains.identity.models import AccountRow, DeviceRow, SessionRow
from streamverse.domains.identity.repository import (
    Devices,
    OneTimeSecrets,
    SessionHolder,
    Sessions,
)
from streamverse.domains.identity.rules.sessions import is_due_for_renewal, session_expiry
from streamverse.domains.identity.rules.staff import power_of
from streamverse.domains.identity.service import activity
from streamverse.domains.identity.service.access_tokens import (
    looks_like_access_token,
    verify_access_token,
)
from streamverse.kit.clock import new_id
from streamverse.kit.paging import Listing, Page
from streamverse.kit.tokens import hash_secret, new_secret
from streamverse.kit.work import Actor, Work

SESSIONS = Listing("identity.sessions", tuple[UUID])


@dataclass(frozen=True, slots=True)
class SessionStarted:
    """A new session on a device; both secrets are shown this once.

    A program has no use for ``secret``: it is given tokens (``service.tokens``).
    """

    account: AccountRow
    session: SessionRow
    secret: str = field(repr=False)
    device: DeviceRow
    device_secret: str = field(repr=False)
    is_new_device: bool


@dataclass(frozen=True, slots=True)
class Recognised:
    """Who uses a session, and whether it is time to write that down."""

    actor: Actor
    holder: SessionHolder
    is_due_for_renewal: bool


async def add_session(
    work: Work,
    settings: IdentitySettings,
    account: AccountRow,
    device: DeviceRow,
    *,
    kind: SessionKind,
    amr: Iterable[str],
) -> tuple[SessionRow, str]:
    """Add a session on a device and give its secret, of which only a hash is kept."""
    secret = new_secret()
    row = SessionRow(
        id=new_id(),
        account_id=account.id,
        device_id=device.id,
        secret_hash=hash_secret(secret),
        kind=kind.value,
        amr=" ".join(sorted(amr)),
        ip=device.ip,
        created_at=work.now,
        authenticated_at=work.now,
        last_used_at=work.now,
        expires_at=work.now + settings.lifetime(kind),
    )
    sessions = Sessions(work)
    sessions.add(row)
    await sessions.flush()
    return row, secret


async def recognise(
    work: Work,
    settings: IdentitySettings,
    *,
    cookie: str | None = None,
    bearer: str | None = None,
    place: str = "",
) -> Recognised | None:
    """Find out who asks; a bearer token is accepted only as such, a cookie only as a cookie."""
    holder = await _find_holder(work, settings, cookie, bearer)
    if holder is None:
        return None
    actor = Actor(
        tenant_id=holder.tenant_id,
        account_id=holder.account_id,
        roles=frozenset({holder.role}),
        permissions=power_of(holder.role, holder.extra_permissions).permissions,
        session_id=holder.session_id,
        authenticated_at=holder.authenticated_at,
        locale=holder.locale,
        place=place,
    )
    return Recognised(actor, holder, is_due_for_renewal(holder.last_used_at, work.now))


async def _find_holder(
    work: Work, settings: IdentitySettings, cookie: str | None, bearer: str | None
) -> SessionHolder | None:
    sessions = Sessions(work)
    if bearer and looks_like_access_token(bearer):
        signed = await verify_access_token(work, settings, bearer)
        return (
            await sessions.find_signed_holder(signed.session_id, signed.key_id) if signed else None
        )
    if bearer:
        # What programs were given before there were access tokens, until it expires.
        return await sessions.find_holder(hash_secret(bearer), SessionKind.PROGRAM)
    if cookie:
        return await sessions.find_holder(hash_secret(cookie), SessionKind.BROWSER)
    return None


async def renew_session(work: Work, settings: IdentitySettings, session: Recognised) -> None:
    """Let a session that is in use last its whole lifetime again."""
    holder = session.holder
    lifetime = settings.lifetime(holder.kind)
    expires_at = session_expiry(holder.created_at, work.now, lifetime)
    await Sessions(work).renew(holder.session_id, expires_at, session.actor.place)
    if holder.device_id is not None:
        await Devices(work).see(holder.device_id, session.actor.place)


async def get_own_session(work: Work) -> SessionRow:
    """Get the session that the actor is logged in with, for change."""
    if work.actor.session_id is None:
        raise SessionNeeded
    row = await Sessions(work).lock(SessionId(work.actor.session_id))
    if row is None:
        raise SessionNotFound
    return row


async def find_own_end(work: Work) -> datetime | None:
    """Find when the session that the actor is logged in with ends."""
    own = work.actor.session_id
    return await Sessions(work).find_end(SessionId(own)) if own else None


async def find_own_device(work: Work) -> DeviceId | None:
    """Find the device that the actor is logged in on."""
    own = work.actor.session_id
    return await Sessions(work).find_device(SessionId(own)) if own else None


def renew_secret(session: SessionRow) -> str | None:
    """Replace the secret of a browser's session, as whenever its power changes."""
    if session.kind != SessionKind.BROWSER:
        return None
    secret = new_secret()
    session.secret_hash = hash_secret(secret)
    return secret


async def list_sessions(
    work: Work, account_id: AccountId, cursor: str | None = None, limit: int | None = None
) -> Page[tuple[SessionRow, DeviceRow | None]]:
    """List where an account is logged in, newest first."""
    request = SESSIONS.request(cursor, limit)
    before = request.after[0] if request.after else None
    rows = await Sessions(work).page(account_id, before=before, limit=request.fetch_limit)
    return request.page(rows, lambda row: (row[0].id,))


async def end_session(work: Work, account_id: AccountId, session_id: SessionId) -> None:
    """End one session of an account."""
    if not await end_sessions(work, account_id, only=session_id):
        raise SessionNotFound
    activity.record(
        work, account_id, ActivityKind.SESSION_ENDED, facts={"session_id": str(session_id)}
    )


async def end_all_sessions(work: Work, account_id: AccountId) -> int:
    """End every session of an account, this one too, and say how many."""
    count = await end_sessions(work, account_id)
    activity.record(work, account_id, ActivityKind.SESSIONS_ENDED, facts={"sessions": count})
    return count


async def end_other_sessions(work: Work, account_id: AccountId) -> int:
    """End the sessions of an account but for the actor's own, and say how many."""
    own = work.actor.session_id
    count = await end_sessions(work, account_id, but=SessionId(own) if own else None)
    activity.record(work, account_id, ActivityKind.SESSIONS_ENDED, facts={"sessions": count})
    return count


async def end_sessions(
    work: Work,
    account_id: AccountId,
    *,
    only: SessionId | None = None,
    but: SessionId | None = None,
    on: DeviceId | None = None,
) -> int:
    """End sessions of an account without a record: all, one, all but one, or those on a device."""
    ended = await Sessions(work).end(account_id, only=only, but=but, on=on)
    if ended:
        work.emit(SessionsEnded(account_id, ended))
    return len(ended)


async def log_out(work: Work) -> None:
    """End the session that the actor is logged in with, if there is one."""
    actor = work.actor
    if actor.session_id is None or actor.account_id is None:
        return
    await end_sessions(work, AccountId(actor.account_id), only=SessionId(actor.session_id))
    activity.record(work, actor.account_id, ActivityKind.LOGGED_OUT)


async def drop_expired(work: Work) -> None:
    """Forget the sessions, links and tickets that are no longer good, and old activity."""
    await Sessions(work).remove_expired()
    await OneTimeSecrets(work).remove_expired()
    await activity.forget_old_activity(work)
