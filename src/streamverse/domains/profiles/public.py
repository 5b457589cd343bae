"""The verbs of profiles that others may call."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from streamverse.domains.identity.contracts import AccountId, Exporter
from streamverse.domains.profiles.contracts import Byline, Preferences, Profile, ProfileId
from streamverse.domains.profiles.errors import PinPaused, PinWrong, ProfileNotFound
from streamverse.domains.profiles.repository import Choices, ChosenRow, Profiles
from streamverse.domains.profiles.rules.access import (
    ADULT_AGE,
    may_watch,
    oldest_age_in,
    oldest_age_of,
)
from streamverse.domains.profiles.rules.preferences import read_preferences
from streamverse.domains.profiles.schemas import ProofIn, preset_url
from streamverse.domains.profiles.service.family import load_family, not_found, view_of
from streamverse.domains.profiles.service.pictures import STORE_OWNERS as PROFILES_STORE_OWNERS
from streamverse.domains.profiles.service.pictures import PictureStudio
from streamverse.domains.profiles.service.pins import check_pins, find_gate, keep_gate_open
from streamverse.kit.work import Work

__all__ = [
    "ADULT_AGE",
    "PROFILES_STORE_OWNERS",
    "PROFILE_EXPORTERS",
    "PictureStudio",
    "PinPaused",
    "PinWrong",
    "ProfileNotFound",
    "ProofIn",
    "check_pins",
    "find_bylines",
    "find_gate",
    "find_profiles",
    "get_current_profile",
    "get_current_viewer",
    "get_oldest_age",
    "get_own_profile",
    "keep_gate_open",
    "list_profile_ids",
    "may_watch",
    "oldest_age_of",
]


async def get_current_profile(work: Work) -> Profile | None:
    """Get the profile that the actor's session has chosen; None before it has."""
    row = await _find_current(work)
    return view_of(row) if row else None


async def get_current_viewer(work: Work) -> tuple[Profile | None, Preferences]:
    """Get the profile that the actor's session has chosen, and how whoever watches likes it."""
    row = await _find_current(work)
    if row is None:
        return None, Preferences()
    return view_of(row), read_preferences(row.preferences, row.language)


async def _find_current(work: Work) -> ChosenRow | None:
    actor = work.actor
    if actor.session_id is None or actor.account_id is None:
        return None
    return await Choices(work).find_profile(actor.session_id, AccountId(actor.account_id))


async def get_own_profile(work: Work, profile_id: ProfileId) -> Profile:
    """Get a profile of the actor's account, or fail with ``ProfileNotFound``.

    A session that goes on as a child's profile has no other.
    """
    family = await load_family(work)
    row = family.get(work, profile_id)
    if family.current is not None and family.current.is_kids and family.current.id != profile_id:
        raise not_found(work, profile_id)
    return view_of(row)


async def list_profile_ids(work: Work, account_id: AccountId) -> Sequence[ProfileId]:
    """List who watches with an account."""
    return [ProfileId(row.id) for row in await Profiles(work).of_account(account_id)]


async def find_bylines(
    work: Work, profile_ids: Collection[ProfileId]
) -> Mapping[ProfileId, Byline]:
    """Find what strangers are told of some profiles, whoever asks."""
    rows = await Profiles(work).of_ids(profile_ids)
    return {ProfileId(row.id): Byline(row.name, preset_url(row.preset)) for row in rows}


async def find_profiles(
    work: Work, profile_ids: Collection[ProfileId]
) -> Mapping[ProfileId, Profile]:
    """Find some profiles, whoever asks."""
    rows = await Profiles(work).of_ids(profile_ids)
    return {ProfileId(row.id): view_of(row) for row in rows}


async def get_oldest_age(work: Work, current: Profile | None = None) -> int:
    """Get the highest age rating that who is watching may see; who has the profile, gives it.

    A session that has chosen nobody yet may see what it could see by choosing somebody unlocked.
    """
    actor = work.actor
    if actor.account_id is None or actor.session_id is None:
        return ADULT_AGE
    current = current or await get_current_profile(work)
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
            "pin_above_age": row.pin_above_age,
            "language": row.language,
            "has_pin": row.pin_hash is not None,
            "has_picture": row.picture_digest is not None,
            "preferences": read_preferences(row.preferences, row.language),
            "created_at": row.created_at,
        }
        for row in rows
    ]


PROFILE_EXPORTERS = (Exporter("profiles", _export_profiles),)
