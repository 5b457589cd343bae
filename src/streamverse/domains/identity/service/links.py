"""Links in mails: found and spent, and what is refused is written down."""

from __future__ import annotations

from streamverse.domains.identity.contracts import AccountId, ActivityKind, Purpose
from streamverse.domains.identity.errors import LinkInvalid
from streamverse.domains.identity.models import OneTimeRow
from streamverse.domains.identity.repository import OneTimeSecrets
from streamverse.domains.identity.service import activity, one_time
from streamverse.domains.identity.service.visits import Visit
from streamverse.kit.tokens import hash_secret
from streamverse.kit.work import Work


async def find_link(work: Work, secret: str, visit: Visit, *purposes: Purpose) -> OneTimeRow:
    """Find a link that is still good for one of some purposes, and leave it so."""
    purpose = await _purpose_of(work, secret, visit, purposes)
    return await one_time.look_at(work, purpose, secret)


async def spend_link(work: Work, secret: str, visit: Visit, *purposes: Purpose) -> OneTimeRow:
    """Use a link up for the purpose that it has; of many who try at once, one succeeds."""
    purpose = await _purpose_of(work, secret, visit, purposes)
    return await one_time.spend(work, purpose, secret)


def account_of(link: OneTimeRow) -> AccountId:
    """Give whose link this is."""
    if link.account_id is None:
        raise LinkInvalid
    return AccountId(link.account_id)


async def _purpose_of(
    work: Work, secret: str, visit: Visit, purposes: tuple[Purpose, ...]
) -> Purpose:
    """Find out what a link is for; should the Work come to nothing, its account will see that."""
    for purpose in purposes:
        row = await OneTimeSecrets(work).find(purpose, hash_secret(secret))
        if row is not None:
            break
    else:
        purpose, row = purposes[0], None
    activity.record_if_refused(
        work,
        row.account_id if row else None,
        ActivityKind.ONE_TIME_REFUSED,
        visit,
        {"purpose": purpose.value},
    )
    return purpose
