"""Sessions: logging in, being recognised, logging out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from streamverse.domains.identity.contracts import (
    AccountId,
    IdentitySettings,
    SessionId,
    SessionKind,
)
from streamverse.domains.identity.errors import WrongCredentials
from streamverse.domains.identity.models import AccountRow, SessionRow
from streamverse.domains.identity.repository import Accounts, Sessions
from streamverse.domains.identity.rules import is_due_for_renewal, normalise_email
from streamverse.domains.identity.service.passwords import (
    hash_password,
    is_password,
    needs_new_hash,
)
from streamverse.domains.identity.service.throttle import LogInThrottle
from streamverse.kit.clock import new_id
from streamverse.kit.tokens import hash_secret, new_secret
from streamverse.kit.work import Actor, Work, Workshop


@dataclass(frozen=True, slots=True)
class SessionStarted:
    """A new session; its secret is shown this once."""

    account: AccountRow
    secret: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Recognised:
    """Who uses a session, and whether it is time to write that down."""

    actor: Actor
    session_id: SessionId
    kind: SessionKind
    is_due_for_renewal: bool


@dataclass(frozen=True, slots=True)
class Proof:
    """Whose password was given, and its hash anew if the kept one is out of date."""

    account_id: AccountId
    fresh_hash: str | None = None


async def prove_password(
    workshop: Workshop,
    actor: Actor,
    throttle: LogInThrottle,
    *,
    email: str,
    password: str,
    place: str,
) -> Proof:
    """Find out whose address and password these are, or raise WrongCredentials.

    Opens a Work of its own and closes it before the hashing, which no transaction should wait for.
    ``place`` is where the attempt comes from, say an IP address.
    """
    email_normalised = normalise_email(email)
    throttle.enter(email_normalised, place, workshop.clock.now())
    async with workshop.reading(actor) as work:
        account = await Accounts(work).find_by_email(email_normalised)
    is_right = await is_password(password, account.password_hash if account else None)
    if account is None or not is_right:
        raise WrongCredentials
    throttle.succeed(email_normalised, place)
    is_outdated = needs_new_hash(account.password_hash)
    return Proof(AccountId(account.id), await hash_password(password) if is_outdated else None)


async def log_in(
    work: Work, settings: IdentitySettings, proof: Proof, kind: SessionKind
) -> SessionStarted:
    """Start a session for whoever has proved their password."""
    account = await Accounts(work).find(proof.account_id)
    if account is None:
        raise WrongCredentials
    account.password_hash = proof.fresh_hash or account.password_hash
    return start_session(work, settings, account, kind)


def start_session(
    work: Work, settings: IdentitySettings, account: AccountRow, kind: SessionKind
) -> SessionStarted:
    """Start a session for an account; of its secret only a hash is kept."""
    secret = new_secret()
    expires_at = work.now + settings.lifetime(kind)
    row = SessionRow(
        id=new_id(),
        account_id=account.id,
        secret_hash=hash_secret(secret),
        kind=kind.value,
        created_at=work.now,
        last_used_at=work.now,
        expires_at=expires_at,
    )
    Sessions(work).add(row)
    return SessionStarted(account, secret, expires_at)


async def recognise(
    work: Work, *, cookie: str | None = None, bearer: str | None = None
) -> Recognised | None:
    """Find out who asks; a bearer token is accepted only as such, a cookie only as a cookie."""
    secret, kind = (bearer, SessionKind.PROGRAM) if bearer else (cookie, SessionKind.BROWSER)
    if not secret:
        return None
    holder = await Sessions(work).find_holder(hash_secret(secret), kind)
    if holder is None:
        return None
    actor = Actor(holder.tenant_id, holder.account_id, frozenset({holder.role}))
    is_due = is_due_for_renewal(holder.last_used_at, work.now)
    return Recognised(actor, holder.session_id, kind, is_due)


async def renew_session(work: Work, settings: IdentitySettings, session: Recognised) -> None:
    """Let a session that is in use last its whole lifetime again."""
    await Sessions(work).renew(session.session_id, settings.lifetime(session.kind))


async def log_out(work: Work, secret: str) -> None:
    """End the session with this secret, if there is one."""
    await Sessions(work).remove(hash_secret(secret))


async def drop_expired_sessions(work: Work) -> None:
    """Forget the sessions that are no longer good."""
    await Sessions(work).remove_expired()
