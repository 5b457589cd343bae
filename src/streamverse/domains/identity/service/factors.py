"""What all factors of an account have in common: its keys, its wrong codes, and their change."""

from __future__ import annotations

import math

from streamverse.domains.identity.contracts import AccountId, IdentitySettings
from streamverse.domains.identity.errors.factors import FactorPaused
from streamverse.domains.identity.models import FactorSetRow
from streamverse.domains.identity.repository import FactorSets
from streamverse.domains.identity.rules.factors import pause_after
from streamverse.domains.identity.service import devices, sessions
from streamverse.kit.crypto import new_key
from streamverse.kit.work import Actor, Work, Workshop


async def ensure_factor_set(
    work: Work, settings: IdentitySettings, account_id: AccountId
) -> FactorSetRow:
    """Give an account what its factors need, made with the first; its row must be locked."""
    known = await FactorSets(work).find(account_id)
    if known is not None:
        return known
    row = FactorSetRow(
        account_id=account_id,
        user_handle=new_key(),
        backup_key_sealed=settings.vault.encrypt(new_key(), _belongs_to(account_id)),
        failures=0,
        created_at=work.now,
    )
    await FactorSets(work).add(row)
    return row


def open_backup_key(settings: IdentitySettings, row: FactorSetRow) -> bytes:
    """Give the key of an account's backup codes; what an old key sealed is sealed anew."""
    belongs_to = _belongs_to(AccountId(row.account_id))
    key = settings.vault.decrypt(row.backup_key_sealed, belongs_to)
    if not settings.vault.is_current(row.backup_key_sealed):
        row.backup_key_sealed = settings.vault.encrypt(key, belongs_to)
    return key


async def enter_attempt(workshop: Workshop, actor: Actor, account_id: AccountId) -> None:
    """Begin an attempt at a code of an account, or raise FactorPaused.

    In a Work of its own, before the code is looked at: it counts as failed until ``succeed``, so
    that many at once gain nothing. Call it before the request's own Work is used.
    """
    async with workshop.work(actor) as work:
        row = await FactorSets(work).lock(account_id)
        if row is None:
            return
        if row.paused_until is not None and work.now < row.paused_until:
            left = row.paused_until - work.now
            raise FactorPaused(math.ceil(left.total_seconds()))
        row.failures += 1
        row.paused_until = work.now + pause_after(row.failures)


async def succeed(work: Work, account_id: AccountId) -> None:
    """Forget an account's wrong codes, and that it asked for a reset: its owner has a factor."""
    await FactorSets(work).forget_failures(account_id)


async def factors_changed(work: Work, account_id: AccountId) -> str | None:
    """Trust no device any more, and give the actor's session, if a browser's, a new secret."""
    await devices.end_all_trust(work, account_id)
    return sessions.renew_secret(await sessions.get_own_session(work))


def _belongs_to(account_id: AccountId) -> bytes:
    return b"identity_factor_set " + account_id.bytes
