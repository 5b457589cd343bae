"""Which permissions each role has: what a role is for, written down in one place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from streamverse.kit.work import Role

ALL_PERMISSIONS = frozenset(
    {
        "accounts.read",
        "accounts.manage",
        "roles.manage",
        "api_keys.manage",
        "signing_keys.manage",
        "audit.read",
        "mail.read",
        "titles.edit",
        "titles.publish",
        "media.upload",
        "jobs.manage",
        "reports.read",
        "storage.manage",
        "webhooks.manage",
        "moderation.manage",
        "live.manage",
        "plans.manage",
    }
)
PERMISSIONS: Mapping[Role, frozenset[str]] = {
    Role.OWNER: ALL_PERMISSIONS,
    # Who may hand out roles could make themselves owner.
    Role.ADMIN: ALL_PERMISSIONS - {"roles.manage", "signing_keys.manage"},
    Role.EDITOR: frozenset(
        {"titles.edit", "titles.publish", "media.upload", "jobs.manage", "live.manage"}
    ),
    Role.MODERATOR: frozenset({"accounts.read", "moderation.manage"}),
    Role.SUPPORT: frozenset({"accounts.read", "audit.read"}),
    Role.ANALYST: frozenset({"reports.read"}),
    Role.CREATOR: frozenset({"media.upload"}),
    Role.VIEWER: frozenset(),
}


def permissions_of(roles: Iterable[Role]) -> frozenset[str]:
    """Give everything that somebody with these roles may do."""
    return frozenset[str]().union(*(PERMISSIONS[role] for role in roles))
