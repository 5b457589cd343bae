"""The verbs of profiles that others may call."""

from __future__ import annotations

from streamverse.domains.identity.contracts import AccountId, Exporter
from streamverse.domains.profiles.contracts import Profile
from streamverse.domains.profiles.repository import Choices, Profiles
from streamverse.domains.profiles.rules.access import (
    ADULT_AGE,
    may_watch,
    oldest_age_in,
    oldest_age_of,
)
from streamverse.domains.profiles.rules.preferences import read_preferences
from streamverse.domains.profiles.service.family import view_of
from streamverse.domains.profiles.service.pictures import STORE_OWNERS as PROFILES_STORE_OWNERS
from streamverse.domains.profiles.service.pictures import PictureStudio
from streamverse.kit.work import Work

__all__ = [
    "PROFILES_STORE_OWNERS",
    "PROFILE_EXPORTERS",
    "PictureStudio",
    "get_current_profile",
    "get_oldest_age",
    "may_watch",
]


async def get_current_profile(work: Work) -> Profile | None:
    """Get the profile that the actor's session has chosen; None before it has."""
    actor = work.actor
    if actor.session_id is None or actor.account_id is None:
        return None
    row = await Choices(work).find_profile(actor.session_id, AccountId(actor.account_id))
    return view_of(row) if row else None


async def get_oldest_age(work: Work) -> int:
    """Get the highest age rating that who is watching may see.

    A session that has chosen nobody yet may see what it could see by choosing somebody unlocked.
    """
    actor = work.actor
    if actor.account_id is None or actor.session_id is None:
        return ADULT_AGE
    current = await get_current_profile(work)
    if current is not None:
        return oldest_age_of(current)
    family = await Profiles(work).of_account(AccountId(actor.account_id))
    return oldest_age_in([view_of(row) for row in family])


async def _export_profiles(work: Work, account_id: AccountId) -> object:
    rows = await Profiles(work).of_account(account_id)
    return [
        {
            "id": row.id,
            "name": row.name,
            "is_kids": row.is_kids,
            "maturity_limit": row.maturity_limit,
            "language": row.language,
            "has_pin": row.pin_hash is not None,
            "has_picture": row.picture_digest is not None,
            "preferences": read_preferences(row.preferences, row.language),
            "created_at": row.created_at,
        }
        for row in rows
    ]


PROFILE_EXPORTERS = (Exporter("profiles", _export_profiles),)
