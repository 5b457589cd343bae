"""Profiles come, change and go, and sessions choose among them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from msgspec import UNSET

from streamverse.domains.identity.contracts import AccountId
from streamverse.domains.identity.public import find_account
from streamverse.domains.profiles.contracts import (
    Profile,
    ProfileAdded,
    ProfileChange,
    ProfileDraft,
    ProfileId,
    ProfileRemoved,
    SweepPictures,
)
from streamverse.domains.profiles.errors import LastProfile, SessionNeeded, TooManyProfiles
from streamverse.domains.profiles.models import ProfileRow
from streamverse.domains.profiles.repository import Choices, Profiles
from streamverse.domains.profiles.rules.access import (
    ADULT_AGE,
    may_add,
    may_change,
    may_remove,
    may_switch,
)
from streamverse.domains.profiles.rules.preferences import nothing_chosen
from streamverse.domains.profiles.rules.presets import free_preset
from streamverse.domains.profiles.rules.words import (
    NAME_LIMIT,
    PROFILES_LIMIT,
    preset_number,
    tidy_change,
    tidy_draft,
    tidy_name,
)
from streamverse.domains.profiles.service.family import (
    Family,
    account_of,
    load_family,
    set_language,
    view_of,
)
from streamverse.kit.clock import new_id
from streamverse.kit.work import Actor, Work, Workshop


async def open_family(workshop: Workshop, actor: Actor) -> Family:
    """List the actor's profiles; an account that has none yet gets its first."""
    async with workshop.reading(actor) as work:
        family = await load_family(work)
    if family.rows:
        return family
    async with workshop.work(actor) as work:
        await add_first_profile(work, account_of(actor))
        return await load_family(work)


async def add_first_profile(work: Work, account_id: AccountId) -> None:
    """Give an account its first profile, named like itself, unless it has one already.

    The profile takes the account's id, so that two who make it at once make one.
    """
    profiles = Profiles(work)
    account = await find_account(work, account_id)
    if account is None or await profiles.of_account(account_id):
        return
    draft = ProfileDraft(
        name=tidy_name(account.display_name)[:NAME_LIMIT].strip() or "1",
        maturity_limit=ADULT_AGE,
        language=account.locale,
    )
    row = _make_row(work, ProfileId(account_id), account_id, draft, preset=1)
    if await profiles.add_unless_there(row):
        work.emit(ProfileAdded(ProfileId(row.id), account_id))


async def add_profile(
    work: Work, draft: ProfileDraft, shown: Collection[ProfileId] = ()
) -> ProfileRow:
    """Let somebody more watch with the actor's account."""
    tidied = tidy_draft(draft)
    family = await load_family(work, is_locked=True)
    if len(family.rows) >= PROFILES_LIMIT:
        raise TooManyProfiles(PROFILES_LIMIT)
    chosen = preset_number(tidied.avatar) if tidied.avatar else None
    preset = chosen or free_preset({row.preset for row in family.rows})
    row = _make_row(work, ProfileId(new_id()), account_of(work.actor), tidied, preset=preset)
    proof = family.prove(work, shown)
    family.ensure(may_add(family.current, family.profiles, view_of(row), proof))
    Profiles(work).add(row)
    work.emit(ProfileAdded(ProfileId(row.id), AccountId(row.account_id)))
    return row


async def change_profile(
    work: Work, profile_id: ProfileId, change: ProfileChange, shown: Collection[ProfileId] = ()
) -> tuple[ProfileRow, Family]:
    """Change a profile, and give it with its family."""
    family = await load_family(work, is_locked=True)
    row = family.get(work, profile_id)
    before = view_of(row)
    tidied = tidy_change(change, is_kids=row.is_kids, maturity_limit=row.maturity_limit)
    after = _changed(before, tidied)
    family.ensure(may_change(family.current, before, after, family.prove(work, shown)))
    await set_language(work, family, row, after.language)
    row.name = after.name
    row.is_kids, row.maturity_limit = after.is_kids, after.maturity_limit
    row.pin_above_age = after.pin_above_age
    if tidied.avatar is not UNSET:
        row.preset = preset_number(tidied.avatar) or row.preset
        drop_picture(work, row)
    return row, family


async def remove_profile(work: Work, profile_id: ProfileId) -> None:
    """Remove a profile and what only it showed."""
    family = await load_family(work, is_locked=True)
    row = family.get(work, profile_id)
    family.ensure(may_remove(family.current, view_of(row), family.prove(work)))
    if len(family.rows) == 1:
        raise LastProfile
    drop_picture(work, row)
    await Profiles(work).remove(row)
    work.emit(ProfileRemoved(profile_id, AccountId(row.account_id)))


async def switch_profile(
    work: Work, profile_id: ProfileId, shown: Collection[ProfileId] = ()
) -> ProfileRow:
    """Let the actor's session go on as another profile."""
    family = await load_family(work, is_locked=True)
    row = family.get(work, profile_id)
    if work.actor.session_id is None:
        raise SessionNeeded
    proof = family.prove(work, shown)
    family.ensure(may_switch(family.current, view_of(row), proof), profile_id)
    await Choices(work).choose(work.actor.session_id, profile_id)
    return row


async def forget_account(work: Work, account_id: AccountId) -> None:
    """Remove everything about the family of an account that is gone."""
    await Profiles(work).remove_account(account_id)
    work.enqueue(SweepPictures(account_id))


def drop_picture(work: Work, row: ProfileRow) -> None:
    """Let a profile show its preset again, and the picture's file go if nobody shows it."""
    if row.picture_digest is not None:
        row.picture_digest = None
        work.enqueue(SweepPictures(AccountId(row.account_id)))


def _changed(before: Profile, change: ProfileChange) -> Profile:
    named = {name: getattr(change, name) for name in ProfileChange.__slots__}
    return replace(before, **{name: new for name, new in named.items() if new is not UNSET})


def _make_row(
    work: Work, profile_id: ProfileId, account_id: AccountId, draft: ProfileDraft, *, preset: int
) -> ProfileRow:
    return ProfileRow(
        id=profile_id,
        account_id=account_id,
        name=draft.name,
        preset=preset,
        picture_digest=None,
        is_kids=draft.is_kids,
        maturity_limit=draft.maturity_limit,
        pin_above_age=draft.pin_above_age,
        language=draft.language,
        preferences=nothing_chosen(),
        pin_hash=None,
        pin_failures=0,
        pin_paused_until=None,
        created_at=work.now,
    )
