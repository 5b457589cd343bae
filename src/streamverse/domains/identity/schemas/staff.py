"""The JSON of permissions and of those who have them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Self
from uuid import UUID

from msgspec import Meta, Struct

from streamverse.domains.identity.models import AccountRow
from streamverse.domains.identity.rules.permissions import ALL_PERMISSIONS, PERMISSIONS
from streamverse.domains.identity.schemas.accounts import Text
from streamverse.domains.identity.service.staff import power_of_account
from streamverse.kit.paging import Page
from streamverse.kit.work import Role

Permissions = Annotated[list[Text], Meta(max_length=100)]


class RoleOut(Struct):
    """A role and what comes with it."""

    role: Role
    permissions: list[str]


class PermissionsOut(Struct):
    """All permissions that there are, what each role has, and what you have yourself."""

    permissions: list[str]
    roles: list[RoleOut]
    own: list[str]

    @classmethod
    def of(cls, own: Iterable[str]) -> Self:
        """Show what there is."""
        return cls(
            permissions=sorted(ALL_PERMISSIONS),
            roles=[RoleOut(role, sorted(PERMISSIONS[role])) for role in Role],
            own=sorted(own),
        )


class StaffChangeIn(Struct):
    """Another role, other permissions beside it; what is left out stays."""

    role: Role | None = None
    extra_permissions: Permissions | None = None


class StaffOut(Struct):
    """Somebody who helps to run the service, and all that they may do."""

    id: UUID
    email: str
    display_name: str
    role: Role
    extra_permissions: list[str]
    permissions: list[str]

    @classmethod
    def of(cls, row: AccountRow) -> Self:
        """Show an account's power."""
        return cls(
            id=row.id,
            email=row.email,
            display_name=row.display_name,
            role=Role(row.role),
            extra_permissions=row.extra_permissions.split(),
            permissions=sorted(power_of_account(row).permissions),
        )


class StaffPage(Struct):
    """Some of the staff, and the cursor to the next ones."""

    items: list[StaffOut]
    next_cursor: str | None

    @classmethod
    def of(cls, page: Page[AccountRow]) -> Self:
        """Show a page."""
        return cls([StaffOut.of(row) for row in page.items], page.next_cursor)
