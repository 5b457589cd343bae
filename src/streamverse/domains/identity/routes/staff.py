"""Staff and permissions over HTTP."""

from __future__ import annotations

from uuid import UUID

from litestar import get, patch
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from streamverse.domains.identity.contracts import AccountId, ActivityKind
from streamverse.domains.identity.errors import AccountNotFound
from streamverse.domains.identity.errors.staff import (
    AccountAboveYou,
    OnlyOwner,
    OwnRole,
    PermissionNotYours,
)
from streamverse.domains.identity.schemas.activity import StaffActivityPage
from streamverse.domains.identity.schemas.staff import (
    PermissionsOut,
    StaffChangeIn,
    StaffOut,
    StaffPage,
)
from streamverse.domains.identity.service import activity, staff
from streamverse.kit.errors import Forbidden, Invalid, Unauthenticated
from streamverse.kit.http import (
    ReauthRequired,
    may,
    problems,
    recently_authenticated,
    signed_in,
)
from streamverse.kit.work import Work


@get("/admin/permissions", guards=[signed_in], responses=problems(Unauthenticated))
async def list_permissions(work: NamedDependency[Work]) -> PermissionsOut:
    """List the permissions that there are, what each role has, and what you have."""
    return PermissionsOut.of(work.actor.permissions)


@get(
    "/admin/staff",
    guards=[may("accounts.read")],
    responses=problems(Unauthenticated, Forbidden, Invalid),
)
async def list_staff(
    work: NamedDependency[Work],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> StaffPage:
    """List who may do more than watch and upload, oldest first."""
    return StaffPage.of(await staff.list_staff(work, cursor, limit))


@patch(
    "/admin/staff/{account_id:uuid}",
    guards=[may("roles.manage"), recently_authenticated],
    responses=problems(
        Unauthenticated,
        Forbidden,
        ReauthRequired,
        AccountAboveYou,
        PermissionNotYours,
        AccountNotFound,
        OwnRole,
        OnlyOwner,
        Invalid,
    ),
)
async def change_staff(
    account_id: FromPath[UUID], data: JSONBody[StaffChangeIn], work: NamedDependency[Work]
) -> StaffOut:
    """Give an account another role or other permissions; it is logged out everywhere."""
    row = await staff.change_staff(
        work, AccountId(account_id), role=data.role, extra_permissions=data.extra_permissions
    )
    return StaffOut.of(row)


@get(
    "/admin/activity",
    guards=[may("audit.read")],
    responses=problems(Unauthenticated, Forbidden, Invalid),
)
async def list_activity(
    work: NamedDependency[Work],
    account_id: FromQuery[UUID | None] = None,
    kind: FromQuery[ActivityKind | None] = None,
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> StaffActivityPage:
    """List what happened around log-ins, latest first: of all accounts and of none, or of one."""
    about = AccountId(account_id) if account_id else None
    page = await activity.list_activity(work, about, cursor, limit, kind=kind)
    return StaffActivityPage.of(page)


handlers = (list_permissions, list_staff, change_staff, list_activity)
