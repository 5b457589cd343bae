"""Staff: who helps to run the service, and what each of them may do."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from streamverse.domains.identity.contracts import AccountId, ActivityKind, AuditAction
from streamverse.domains.identity.errors.mails import RoleNotYours
from streamverse.domains.identity.errors.staff import (
    AccountAboveYou,
    OnlyOwner,
    OwnRole,
    PermissionNotYours,
)
from streamverse.domains.identity.models import AccountRow
from streamverse.domains.identity.repository import Accounts, Tenants
from streamverse.domains.identity.rules.staff import (
    STAFF_ROLES,
    Power,
    check_permissions,
    extra_to,
    power_of,
    write_permissions,
)
from streamverse.domains.identity.service import activity, sessions
from streamverse.domains.identity.service.audit import audit
from streamverse.domains.identity.service.visits import NOWHERE
from streamverse.kit.errors import Unauthenticated
from streamverse.kit.paging import Listing, Page
from streamverse.kit.work import Role, Work

STAFF = Listing("identity.staff", tuple[UUID])


def power_of_account(row: AccountRow) -> Power:
    """Give what an account may do."""
    return power_of(Role(row.role), row.extra_permissions)


async def list_staff(
    work: Work, cursor: str | None = None, limit: int | None = None
) -> Page[AccountRow]:
    """List the accounts that may do more than watch and upload, oldest first."""
    request = STAFF.request(cursor, limit)
    after = request.after[0] if request.after else None
    rows = await Accounts(work).page_staff(STAFF_ROLES, after=after, limit=request.fetch_limit)
    return request.page(rows, lambda row: (row.id,))


async def change_staff(
    work: Work,
    account_id: AccountId,
    *,
    role: Role | None = None,
    extra_permissions: Sequence[str] | None = None,
) -> AccountRow:
    """Give an account another role or other permissions beside it; what is None stays.

    The account is logged out everywhere, so that nothing that it holds is worth more than it is.
    """
    if account_id == work.actor.account_id:
        raise OwnRole
    row = await lock_below(work, account_id)
    new_role = role or Role(row.role)
    named = row.extra_permissions.split() if extra_permissions is None else extra_permissions
    extra = write_permissions(extra_to(new_role, check_permissions(named, "extra_permissions")))
    if (new_role, extra) == (row.role, row.extra_permissions):
        return row
    await require_gift(work, power_of(new_role, extra))
    if new_role is not Role.OWNER:
        await require_other_owner(work, row)
    before = {"role_before": row.role, "extra_permissions_before": row.extra_permissions.split()}
    row.role, row.extra_permissions = new_role.value, extra
    await sessions.end_sessions(work, account_id)
    after = {"role": row.role, "extra_permissions": extra.split()}
    activity.record(work, account_id, ActivityKind.ROLE_CHANGED, NOWHERE, after)
    await audit(work, AuditAction.ROLE_CHANGED, f"account:{account_id}", {**before, **after})
    return row


async def lock_below(work: Work, account_id: AccountId) -> AccountRow:
    """Get an account for change by the program itself, or by somebody who has all that it has.

    Two owners may act on each other at the same moment: one at a time goes on from here.
    """
    await Tenants(work).lock_own()
    row = await Accounts(work).lock(account_id)
    if work.actor.account_id and not (await own_power(work)).covers(power_of_account(row)):
        raise AccountAboveYou
    return row


async def require_gift(work: Work, gift: Power) -> None:
    """Refuse to give away what the actor does not have."""
    own = await own_power(work)
    if own.covers(gift):
        return
    missing = sorted(gift.permissions - own.permissions)
    raise PermissionNotYours(*missing or (Role.OWNER.value,))


async def require_role(work: Work, role: Role) -> None:
    """Refuse to make an account with a role that the actor may not give."""
    if role is not Role.VIEWER and not work.actor.may("roles.manage"):
        raise RoleNotYours
    await require_gift(work, power_of(role))


async def own_power(work: Work) -> Power:
    """Give what the actor may do by now: it may have become less since the request began."""
    actor = work.actor
    if actor.account_id is None:
        return Power(frozenset())
    row = await Accounts(work).look_again(AccountId(actor.account_id))
    if row is None:
        raise Unauthenticated("Your account has been removed.")
    now = power_of_account(row)
    return Power(now.permissions & actor.permissions, now.is_owner and actor.is_owner)


async def require_other_owner(work: Work, row: AccountRow) -> None:
    """Refuse to let go of the only owner who can log in; the tenant must be locked."""
    if row.role == Role.OWNER and not await Accounts(work).has_owner_beside(AccountId(row.id)):
        raise OnlyOwner
