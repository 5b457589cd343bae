"""The audit log: what staff does is written in the same Work as what they do."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from streamverse.domains.identity.contracts import KeyHolder
from streamverse.domains.identity.models import AuditRow
from streamverse.domains.identity.repository import AuditFilter, AuditLog, Tenants
from streamverse.domains.identity.rules.audit import (
    BEGINNING,
    AuditEntry,
    Break,
    ChainedEntry,
    ChainHead,
    chain,
    check_facts,
    find_break,
    find_break_at_end,
    head_after,
)
from streamverse.kit.db import ALL_TENANTS, JsonObject
from streamverse.kit.paging import Listing, Page
from streamverse.kit.work import Actor, Work, Workshop

AUDIT_LOG = Listing("identity.audit_log", tuple[int])


@dataclass(frozen=True, slots=True)
class Verified:
    """What reading a log from end to end has shown: it is whole, or where it is not."""

    tenant_name: str
    head: ChainHead
    broken: Break | None

    def sentence(self) -> str:
        """Say it to the operator."""
        of = f"The audit log of {self.tenant_name}"
        if self.broken is not None:
            return f"{of} does not hold: {self.broken}. Compare it with a backup."
        if not self.head.count:
            return f"{of} is whole: it has no entries yet."
        count = f"{self.head.count} entries" if self.head.count > 1 else "one entry"
        return f"{of} is whole: {count}, the last with hash {self.head.hash}."


async def audit(work: Work, action: str, subject: str, facts: JsonObject | None = None) -> None:
    """Write down that the actor does something to something, say ``title:`` and its id.

    It is true if and only if the Work is committed. Call it last: other Works of the tenant that
    write to the log wait from here to the end of this one.
    """
    actor = work.actor
    if actor.tenant_id == ALL_TENANTS:
        raise ValueError(f"Nobody's log can say that {action} happened: name a tenant.")
    check_facts(facts or {})
    log = AuditLog(work)
    head = await log.lock_head()
    entry = AuditEntry(
        tenant_id=actor.tenant_id,
        seq=head.count + 1,
        at=work.now,
        actor_id=actor.account_id,
        api_key_id=actor.api_key_id if isinstance(actor, KeyHolder) else None,
        place=actor.place,
        action=action,
        subject=subject,
        facts=facts or {},
    )
    await log.add(head, chain(entry, head.hash))


async def list_audit_log(
    work: Work, wanted: AuditFilter, cursor: str | None = None, limit: int | None = None
) -> Page[AuditRow]:
    """List what was done, latest first."""
    request = AUDIT_LOG.request(cursor, limit)
    before = request.after[0] if request.after else None
    rows = await AuditLog(work).page(wanted, before=before, limit=request.fetch_limit)
    return request.page(rows, lambda row: (row.seq,))


async def verify_all(workshop: Workshop) -> AsyncGenerator[Verified]:
    """Verify the log of each tenant."""
    async with workshop.reading(Actor.system()) as work:
        tenants = await Tenants(work).all()
    for tenant in tenants:
        async with workshop.reading(Actor.system(tenant.id)) as work:
            yield await verify_audit_log(work, tenant.name)


async def verify_audit_log(work: Work, tenant_name: str = "this service") -> Verified:
    """Read the tenant's log from end to end and find the first place where it does not hold."""
    log = AuditLog(work)
    last = await _follow(BEGINNING, log.read())
    head = await log.find_head()
    if isinstance(last, ChainHead) and head.count > last.count:
        # Perhaps they were added meanwhile.
        last = await _follow(last, log.read(after=last.count, until=head.count))
    broken = find_break_at_end(last, head) if isinstance(last, ChainHead) else last
    return Verified(tenant_name, head, broken)


async def _follow(last: ChainHead, entries: AsyncGenerator[ChainedEntry]) -> ChainHead | Break:
    """Follow the chain for as long as it holds."""
    async with aclosing(entries):
        async for chained in entries:
            broken = find_break(last, chained)
            if broken is not None:
                return broken
            last = head_after(chained)
    return last
