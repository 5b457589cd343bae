"""Logging in: a password, perhaps a second factor, then a session on a device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol, runtime_checkable
from uuid import UUID

from streamverse.domains.identity.contracts import (
    AccountId,
    ActivityKind,
    IdentitySettings,
    Purpose,
    SessionId,
    SessionKind,
)
from streamverse.domains.identity.errors import (
    AccountDeactivated,
    EmailUnverified,
    SecondFactorRequired,
    WrongCredentials,
)
from streamverse.domains.identity.models import AccountRow, OneTimeRow
from streamverse.domains.identity.repository import Accounts, Sessions
from streamverse.domains.identity.rules import normalise_email
from streamverse.domains.identity.service import activity, devices, one_time, privacy, sessions
from streamverse.domains.identity.service.passwords import (
    hash_password,
    is_password,
    needs_new_hash,
    require_place,
)
from streamverse.domains.identity.service.sessions import SessionStarted
from streamverse.domains.identity.service.throttle import LogInThrottle
from streamverse.domains.identity.service.visits import Visit
from streamverse.kit.work import Actor, Work, Workshop

TICKET_LIFETIME = timedelta(minutes=5)
TICKET_TRIES = 5
NOBODY = AccountId(UUID(int=0))

# How somebody has shown who they are, in the words of RFC 8176.
BY_PASSWORD = frozenset({"pwd"})
BY_CODE = frozenset({"pwd", "otp", "mfa"})
BY_PASSKEY = frozenset({"pwd", "hwk", "mfa"})
# It has no word for another service that vouches for somebody.
BY_PROVIDER = frozenset({"fed"})


@runtime_checkable
class SecondFactors(Protocol):
    """What an account can show beside its password; each check raises FactorWrong."""

    async def methods_of(self, work: Work, account_id: AccountId) -> tuple[str, ...]:
        """List the methods that an account has set up; none means that it asks for none."""
        ...

    async def enter(
        self, workshop: Workshop, actor: Actor, account_id: AccountId, answer: FactorAnswer
    ) -> None:
        """Count an attempt in a Work of its own, before the request's is used, or refuse it."""
        ...

    async def check_totp(self, work: Work, account_id: AccountId, code: str) -> None:
        """Check a code of an authenticator app."""
        ...

    async def check_backup_code(self, work: Work, account_id: AccountId, code: str) -> None:
        """Check a backup code and use it up."""
        ...

    async def check_passkey(
        self, work: Work, account_id: AccountId, answer: Mapping[str, Any]
    ) -> None:
        """Check what a passkey has signed."""
        ...


@dataclass(frozen=True, slots=True)
class Proof:
    """Whose password was given, and its hash anew if the kept one is out of date."""

    account_id: AccountId
    fresh_hash: str | None = None


@dataclass(frozen=True, slots=True)
class FactorAnswer:
    """What somebody shows as their second factor: one of three."""

    code: str | None = field(default=None, repr=False)
    backup_code: str | None = field(default=None, repr=False)
    passkey: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Ticket:
    """A half-finished log-in, and the methods that can finish it."""

    secret: str = field(repr=False)
    methods: tuple[str, ...]


# --- the password ---------------------------------------------------------------------------------


async def prove_password(
    workshop: Workshop,
    actor: Actor,
    throttle: LogInThrottle,
    *,
    email: str,
    password: str,
    visit: Visit,
) -> Proof:
    """Find out whose address and password these are, or raise WrongCredentials.

    Opens Works of its own and closes them before the hashing, which no transaction should wait for.
    A failure is written down whether or not the address is known, so that it takes the same time.
    """
    require_place()
    email_normalised = normalise_email(email)
    async with workshop.reading(actor) as work:
        account = await Accounts(work).find_by_email(email_normalised)
        account_id = AccountId(account.id) if account else NOBODY
        device = await devices.find_device(work, account_id, visit)
    known_device = str(device.id) if device else None
    throttle.enter(email_normalised, visit.ip, workshop.clock.now(), known_device=known_device)
    is_right = await is_password(password, account.password_hash if account else None)
    if account is None or not is_right:
        async with workshop.work(actor) as work:
            about = account.id if account else None
            activity.record(work, about, ActivityKind.LOG_IN_FAILED, visit)
        raise WrongCredentials
    throttle.succeed(email_normalised, visit.ip, known_device=known_device)
    is_outdated = needs_new_hash(account.password_hash)
    return Proof(account_id, await hash_password(password) if is_outdated else None)


async def log_in(
    work: Work,
    settings: IdentitySettings,
    factors: SecondFactors,
    proof: Proof,
    visit: Visit,
    *,
    device_name: str | None = None,
) -> SessionStarted | Ticket:
    """Log a browser in for whoever has proved their password, or ask for a second factor."""
    account = await _enter(work, proof)
    return await go_on(
        work, settings, factors, account, visit, amr=BY_PASSWORD, device_name=device_name
    )


async def go_on(
    work: Work,
    settings: IdentitySettings,
    factors: SecondFactors,
    account: AccountRow,
    visit: Visit,
    *,
    amr: frozenset[str],
    device_name: str | None = None,
    is_waking: bool = False,
) -> SessionStarted | Ticket:
    """Log a browser in for whoever has shown who they are, or ask for a second factor.

    ``is_waking`` lets an account that sleeps be entered, which wakes it.
    """
    if not is_waking:
        require_open(account)
    methods = await needed_methods(work, factors, account, visit)
    if methods:
        secret = one_time.issue(
            work,
            Purpose.LOG_IN,
            AccountId(account.id),
            TICKET_LIFETIME,
            {
                "device_name": device_name,
                **({"amr": sorted(amr)} if amr != BY_PASSWORD else {}),
                **({"is_waking": True} if is_waking else {}),
            },
            tries=TICKET_TRIES,
        )
        return Ticket(secret, methods)
    if is_waking:
        await privacy.wake(work, account, visit)
    return await finish_log_in(
        work,
        settings,
        account,
        SessionKind.BROWSER,
        visit,
        amr=amr,
        device_name=device_name,
    )


async def log_in_program(
    work: Work,
    settings: IdentitySettings,
    factors: SecondFactors,
    proof: Proof,
    visit: Visit,
    *,
    answer: FactorAnswer | None = None,
    device_name: str | None = None,
) -> SessionStarted:
    """Log a program in, which sends its second factor along if the account asks for one."""
    account = await _enter(work, proof)
    methods = await needed_methods(work, factors, account, visit)
    amr = BY_PASSWORD
    # What is sent is checked even where a trusted device would need none: it was counted.
    if answer is not None and await factors.methods_of(work, AccountId(account.id)):
        amr = await check_factor(work, factors, AccountId(account.id), answer, visit)
    elif methods:
        raise SecondFactorRequired(methods)
    return await finish_log_in(
        work,
        settings,
        account,
        SessionKind.PROGRAM,
        visit,
        amr=amr,
        device_name=device_name,
    )


async def _enter(work: Work, proof: Proof) -> AccountRow:
    account = await Accounts(work).find(proof.account_id)
    if account is None:
        raise WrongCredentials
    account.password_hash = proof.fresh_hash or account.password_hash
    require_open(account)
    return account


# --- the second factor ----------------------------------------------------------------------------


async def needed_methods(
    work: Work, factors: SecondFactors, account: AccountRow, visit: Visit
) -> tuple[str, ...]:
    """List the second factors that a log-in has to show one of: none on a trusted device."""
    account_id = AccountId(account.id)
    methods = await factors.methods_of(work, account_id)
    if methods and await devices.is_trusted(work, account_id, visit):
        return ()
    return methods


def enter_factor(
    throttle: LogInThrottle, account_id: UUID, visit: Visit, workshop: Workshop
) -> None:
    """Count an attempt at a second factor, which many tickets must not multiply."""
    throttle.enter(_factor_of(account_id), visit.ip, workshop.clock.now())


def succeed_factor(throttle: LogInThrottle, account_id: UUID, visit: Visit) -> None:
    """Forget the failed attempts at a second factor."""
    throttle.succeed(_factor_of(account_id), visit.ip)


def _factor_of(account_id: UUID) -> str:
    return f"second factor of {account_id}"


async def check_factor(
    work: Work,
    factors: SecondFactors,
    account_id: AccountId,
    answer: FactorAnswer,
    visit: Visit,
) -> frozenset[str]:
    """Check a second factor and give how the log-in was made, or raise FactorWrong."""
    activity.record_if_refused(work, account_id, ActivityKind.SECOND_FACTOR_FAILED, visit)
    if answer.passkey is not None:
        await factors.check_passkey(work, account_id, answer.passkey)
        return BY_PASSKEY
    if answer.backup_code is not None:
        await factors.check_backup_code(work, account_id, answer.backup_code)
    else:
        await factors.check_totp(work, account_id, answer.code or "")
    return BY_CODE


async def answer_ticket(
    work: Work,
    settings: IdentitySettings,
    factors: SecondFactors,
    visit: Visit,
    *,
    ticket: OneTimeRow,
    secret: str,
    answer: FactorAnswer,
    is_device_trusted: bool = False,
) -> SessionStarted:
    """Finish a log-in by a second factor; the ticket must have been tried (``try_once``)."""
    account = await Accounts(work).find(AccountId(ticket.account_id or NOBODY))
    if account is None:
        raise WrongCredentials
    if ticket.facts.get("is_waking"):
        # A wrong factor undoes it with all the rest.
        await privacy.wake(work, account, visit)
    require_open(account)
    await one_time.spend(work, Purpose.LOG_IN, secret)
    amr = await check_factor(work, factors, AccountId(account.id), answer, visit)
    amr = amr - BY_PASSWORD | frozenset(ticket.facts.get("amr", BY_PASSWORD))
    return await finish_log_in(
        work,
        settings,
        account,
        SessionKind.BROWSER,
        visit,
        amr=amr,
        device_name=ticket.facts.get("device_name"),
        is_device_trusted=is_device_trusted,
    )


# --- the session ----------------------------------------------------------------------------------


def require_open(account: AccountRow) -> None:
    """Refuse accounts that nobody can enter at present."""
    if account.deactivated_at is not None:
        raise AccountDeactivated
    if account.email_verified_at is None:
        raise EmailUnverified


async def finish_log_in(
    work: Work,
    settings: IdentitySettings,
    account: AccountRow,
    kind: SessionKind,
    visit: Visit,
    *,
    amr: frozenset[str],
    device_name: str | None = None,
    is_device_trusted: bool = False,
) -> SessionStarted:
    """Start a session for whoever has shown who they are, however they did."""
    require_open(account)
    # Of two log-ins at once in one new browser, the second finds the device of the first.
    await Accounts(work).lock(AccountId(account.id))
    await _end_former_session(work, kind)
    device = await devices.see_device(work, account, visit, device_name)
    if is_device_trusted:
        devices.trust(work, device.row, visit)
    session, secret = await sessions.add_session(
        work, settings, account, device.row, kind=kind, amr=amr
    )
    facts = {"kind": kind.value, "amr": sorted(amr), "device": device.row.name}
    activity.record(work, account.id, ActivityKind.LOGGED_IN, visit, facts)
    return SessionStarted(account, session, secret, device.row, device.secret, device.is_new)


async def _end_former_session(work: Work, kind: SessionKind) -> None:
    """End the session that the browser's cookie still holds: the new one takes its place."""
    former_id = work.actor.session_id
    if former_id is None or kind is not SessionKind.BROWSER:
        return
    former = await Sessions(work).lock(SessionId(former_id))
    if former is not None and former.kind == SessionKind.BROWSER:
        await sessions.end_sessions(work, AccountId(former.account_id), only=SessionId(former.id))
