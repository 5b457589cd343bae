"""Showing once more who one is, before something sensitive."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from streamverse.domains.identity.contracts import AccountId, ActivityKind
from streamverse.domains.identity.errors import PasswordWrong, SessionNeeded
from streamverse.domains.identity.repository import Accounts
from streamverse.domains.identity.service import activity, devices, sessions
from streamverse.domains.identity.service.log_in import FactorAnswer, SecondFactors
from streamverse.domains.identity.service.passwords import is_password
from streamverse.domains.identity.service.throttle import LogInThrottle
from streamverse.domains.identity.service.visits import Visit
from streamverse.kit.errors import Unauthenticated
from streamverse.kit.work import Actor, Work, Workshop


@dataclass(frozen=True, slots=True)
class Reauthenticated:
    """Since when somebody counts as having just logged in, and a browser's new secret."""

    at: datetime
    secret: str | None = field(repr=False)


async def prove_own_password(
    workshop: Workshop, actor: Actor, throttle: LogInThrottle, password: str, visit: Visit
) -> None:
    """Check the password of whoever is logged in; in Works of its own, closed before hashing."""
    account_id = own_account_id(actor)
    async with workshop.reading(actor) as work:
        account = await Accounts(work).find(account_id)
        device = await devices.find_device(work, account_id, visit)
    if account is None:
        raise Unauthenticated("Your account has been removed.")
    known_device = str(device.id) if device else None
    subject = account.email_normalised
    throttle.enter(subject, visit.ip, workshop.clock.now(), known_device=known_device)
    if not await is_password(password, account.password_hash):
        async with workshop.work(actor) as work:
            activity.record(work, account_id, ActivityKind.REAUTHENTICATION_FAILED, visit)
        raise PasswordWrong
    throttle.succeed(subject, visit.ip, known_device=known_device)


async def check_own_factor(
    work: Work, factors: SecondFactors, answer: FactorAnswer, visit: Visit
) -> None:
    """Check a second factor of whoever is logged in."""
    account_id = own_account_id(work.actor)
    activity.record_if_refused(work, account_id, ActivityKind.REAUTHENTICATION_FAILED, visit)
    if answer.backup_code is not None:
        await factors.check_backup_code(work, account_id, answer.backup_code)
    elif answer.passkey is not None:
        await factors.check_passkey(work, account_id, answer.passkey)
    else:
        await factors.check_totp(work, account_id, answer.code or "")


async def confirm(work: Work, visit: Visit) -> Reauthenticated:
    """Let the session of whoever has just shown who they are count as fresh."""
    session = await sessions.get_own_session(work)
    session.authenticated_at = work.now
    activity.record(work, session.account_id, ActivityKind.REAUTHENTICATED, visit)
    return Reauthenticated(work.now, sessions.renew_secret(session))


def own_account_id(actor: Actor) -> AccountId:
    """Give the account of a person who is logged in; a key of the API is none."""
    if actor.account_id is None or actor.session_id is None:
        raise SessionNeeded
    return AccountId(actor.account_id)
