"""One-time secrets: links in mails, tickets of half-finished log-ins."""

from __future__ import annotations

from datetime import timedelta

from streamverse.domains.identity.contracts import AccountId, ActivityKind, Purpose
from streamverse.domains.identity.errors import LinkExpired, LinkInvalid, LinkUsed, TriesUsedUp
from streamverse.domains.identity.models import OneTimeRow
from streamverse.domains.identity.repository import OneTimeSecrets
from streamverse.domains.identity.service import activity
from streamverse.domains.identity.service.visits import Visit
from streamverse.kit.clock import new_id
from streamverse.kit.db import JsonObject
from streamverse.kit.tokens import hash_secret, new_secret
from streamverse.kit.work import Actor, Work, Workshop


def issue(
    work: Work,
    purpose: Purpose,
    account_id: AccountId | None,
    lifetime: timedelta,
    facts: JsonObject | None = None,
    *,
    tries: int | None = None,
) -> str:
    """Issue a secret that is good once; ``tries`` limits how often it may be tried."""
    secret = new_secret()
    row = OneTimeRow(
        id=new_id(),
        purpose=purpose.value,
        account_id=account_id,
        secret_hash=hash_secret(secret),
        facts=facts or {},
        created_at=work.now,
        expires_at=work.now + lifetime,
        tries_left=tries,
    )
    OneTimeSecrets(work).add(row)
    return secret


async def look_at(work: Work, purpose: Purpose, secret: str) -> OneTimeRow:
    """Find a secret that is still good and leave it so, or raise what is wrong with it."""
    row = await OneTimeSecrets(work).find(purpose, hash_secret(secret))
    if row is None:
        raise LinkInvalid
    if row.used_at is not None:
        raise LinkUsed
    if row.expires_at <= work.now:
        raise LinkExpired
    return row


async def spend(work: Work, purpose: Purpose, secret: str) -> OneTimeRow:
    """Use a secret up; of many who try at once, one succeeds and the others get LinkUsed."""
    row = await look_at(work, purpose, secret)
    if not await OneTimeSecrets(work).spend(row.id):
        raise LinkUsed
    return row


async def try_once(
    workshop: Workshop,
    actor: Actor,
    purpose: Purpose,
    secret: str,
    visit: Visit | None = None,
) -> OneTimeRow:
    """Use up one of a secret's tries before what is tried with it is checked.

    In a Work of its own, so that the try is counted however the request ends: call it before the
    request's own Work is used. Whoever then succeeds must still ``spend`` the secret.
    """
    async with workshop.work(actor) as work:
        known = await OneTimeSecrets(work).find(purpose, hash_secret(secret))
        about = known.account_id if known else None
        facts = {"purpose": purpose.value}
        activity.record_if_refused(work, about, ActivityKind.ONE_TIME_REFUSED, visit, facts)
        row = await look_at(work, purpose, secret)
        if not await OneTimeSecrets(work).take_try(row.id):
            raise TriesUsedUp
    return row


async def withdraw(work: Work, purpose: Purpose, account_id: AccountId) -> None:
    """Make the unused secrets of an account for a purpose worthless."""
    await OneTimeSecrets(work).withdraw(account_id, purpose)
