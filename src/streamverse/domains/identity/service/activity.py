"""Activity: what happened around log-ins, written for the account's owner to read."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from streamverse.domains.identity.contracts import AccountId, ActivityKind
from streamverse.domains.identity.models import ActivityRow
from streamverse.domains.identity.repository import Activities
from streamverse.domains.identity.rules.emails import clean_email, is_lookalike
from streamverse.domains.identity.service.visits import Visit
from streamverse.kit.clock import new_id
from streamverse.kit.db import JsonObject
from streamverse.kit.paging import Listing, Page
from streamverse.kit.work import Work

KEPT_FOR = timedelta(days=365)
ACTIVITY = Listing("identity.activity", tuple[UUID])


def record(
    work: Work,
    account_id: UUID | None,
    kind: ActivityKind,
    visit: Visit | None = None,
    facts: JsonObject | None = None,
) -> None:
    """Write down what happened; without a visit, from where the actor comes."""
    software = (visit or Visit()).software
    row = ActivityRow(
        id=new_id(),
        account_id=account_id,
        kind=kind.value,
        at=work.now,
        ip=visit.ip if visit else work.actor.place,
        browser=software.browser,
        os=software.os,
        facts=facts or {},
    )
    Activities(work).add(row)


def record_if_refused(
    work: Work,
    account_id: UUID | None,
    kind: ActivityKind,
    visit: Visit | None = None,
    facts: JsonObject | None = None,
) -> None:
    """Write down what happened if and only if this Work ends without commit."""

    async def record_it(aftermath: Work) -> None:
        record(aftermath, account_id, kind, visit, facts)

    work.if_refused(record_it)


def note_lookalike(work: Work, email: str, visit: Visit | None = None) -> None:
    """Write down, should it be refused, that somebody tried a look-alike of an address."""
    if is_lookalike(clean_email(email)):
        facts = {"problem": "look_alike_address"}
        about = work.actor.account_id
        record_if_refused(work, about, ActivityKind.REQUEST_REFUSED, visit, facts)


async def list_activity(
    work: Work,
    account_id: AccountId | None,
    cursor: str | None = None,
    limit: int | None = None,
    *,
    kind: ActivityKind | None = None,
) -> Page[ActivityRow]:
    """List what happened to an account, or to anybody, latest first."""
    request = ACTIVITY.request(cursor, limit)
    before = request.after[0] if request.after else None
    rows = await Activities(work).page(
        account_id, kind=kind, before=before, limit=request.fetch_limit
    )
    return request.page(rows, lambda row: (row.id,))


async def forget_old_activity(work: Work) -> None:
    """Forget what happened more than a year ago."""
    await Activities(work).remove_older(work.now - KEPT_FOR)
