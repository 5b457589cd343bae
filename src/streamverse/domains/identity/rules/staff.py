"""Who may give which power to whom: nobody more than they have, and to nobody above them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from streamverse.domains.identity.rules.permissions import (
    ALL_PERMISSIONS,
    PERMISSIONS,
    permissions_of,
)
from streamverse.kit.errors import FieldProblem, Invalid
from streamverse.kit.work import Role

# Creators and viewers are whom the service is for; all others run it.
STAFF_ROLES = frozenset(Role) - {Role.CREATOR, Role.VIEWER}


@dataclass(frozen=True, slots=True)
class Power:
    """What somebody may do. Owners are more than the sum of their permissions."""

    permissions: frozenset[str]
    is_owner: bool = False

    def covers(self, other: Power) -> bool:
        """Tell whether this is at least as much."""
        return other.permissions <= self.permissions and (self.is_owner or not other.is_owner)


def power_of(role: Role, extra_permissions: str = "") -> Power:
    """Give what an account may do; a permission that there no longer is counts for nothing."""
    extra = ALL_PERMISSIONS.intersection(extra_permissions.split())
    return Power(permissions_of({role}) | extra, role is Role.OWNER)


def write_permissions(permissions: Iterable[str]) -> str:
    """Write permissions as they are kept."""
    return " ".join(sorted(permissions))


def extra_to(role: Role, permissions: Iterable[str]) -> frozenset[str]:
    """Give which of some permissions a role does not have already."""
    return frozenset(permissions) - PERMISSIONS[role]


def check_permissions(names: Iterable[str], field: str) -> frozenset[str]:
    """Give the permissions with these names, or raise Invalid for those that do not exist."""
    wanted = frozenset(names)
    unknown = sorted(wanted - ALL_PERMISSIONS)
    if unknown:
        sentence = f"There is no such permission: {', '.join(unknown)}."
        raise Invalid(sentence, fields=(FieldProblem(field, sentence),))
    return wanted
