"""PINs: set, tried at a bearable pace, and taken off by whoever knows the account's password."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

from streamverse.domains.identity.contracts import ActivityKind
from streamverse.domains.identity.public import hash_password, is_password, record_activity
from streamverse.domains.profiles.contracts import (
    Gate,
    GivenPin,
    PinRefused,
    Profile,
    ProfileId,
)
from streamverse.domains.profiles.errors import PinPaused, PinWrong
from streamverse.domains.profiles.models import ProfileRow
from streamverse.domains.profiles.repository import Choices, Profiles
from streamverse.domains.profiles.rules.access import (
    ADULT_AGE,
    may_lock,
    may_unlock,
    open_age_in,
    open_age_of,
)
from streamverse.domains.profiles.rules.pins import check_pin, pause_after
from streamverse.domains.profiles.service.family import (
    Family,
    account_of,
    load_family,
    not_found,
    view_of,
)
from streamverse.kit.work import Actor, Work, Workshop

# An evening: whoever has given the PIN is not asked before each episode.
GATE_STAYS_OPEN = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class _Attempt:
    pin_hash: str
    failures: int


async def check_pins(
    workshop: Workshop, actor: Actor, given: Iterable[GivenPin]
) -> frozenset[ProfileId]:
    """Give the profiles whose PIN was given; raise PinWrong at the first that is not right.

    Uses Works of its own: a wrong PIN counts though its request fails, it counts before it is
    looked at, so that many at once gain nothing, and no transaction waits for the hashing.
    """
    shown: set[ProfileId] = set()
    for each in given:
        async with workshop.work(actor) as work:
            attempt = await _begin(work, each.profile_id)
        if attempt is None:
            continue
        is_right = await is_password(each.pin, attempt.pin_hash)
        async with workshop.work(actor) as work:
            if is_right:
                await Profiles(work).forget_failures(each.profile_id, attempt.pin_hash)
            else:
                _refuse(work, each.profile_id, attempt.failures)
        if not is_right:
            raise PinWrong(each.profile_id)
        shown.add(each.profile_id)
    return frozenset(shown)


async def prepare_pin(workshop: Workshop, actor: Actor, profile_id: ProfileId, pin: str) -> str:
    """Check that this can be a PIN of one of the actor's profiles, and hash it for keeping."""
    async with workshop.reading(actor) as work:
        (await load_family(work)).get(work, profile_id)
    check_pin(pin)
    return await hash_password(pin)


async def set_pin(
    work: Work, profile_id: ProfileId, pin_hash: str, shown: Collection[ProfileId] = ()
) -> tuple[ProfileRow, Family]:
    """Lock a profile, or change its lock, and give it with its family."""
    family = await load_family(work, is_locked=True)
    row = family.get(work, profile_id)
    family.ensure(may_lock(view_of(row), family.prove(work, shown)), profile_id)
    _keep(row, pin_hash)
    return row, family


async def take_pin_off(work: Work, profile_id: ProfileId) -> None:
    """Unlock a profile for good. Taking off what is not there changes nothing."""
    family = await load_family(work, is_locked=True)
    row = family.get(work, profile_id)
    family.ensure(may_unlock(view_of(row), family.prove(work)))
    _keep(row, None)


async def find_gate(work: Work, current: Profile | None, shown: Collection[ProfileId] = ()) -> Gate:
    """Find what whoever watches may play without a PIN, and whether one was right.

    A PIN of an adult profile opens it: whoever watches with a teenager's knows the PIN of that.
    """
    actor = work.actor
    is_without = current is not None and current.pin_above_age is None
    if is_without or actor.session_id is None or actor.account_id is None:
        return Gate(ADULT_AGE)
    family = await load_family(work)
    openers, shown_at = family.openers, family.pin_shown_at
    return Gate(
        open_age=open_age_of(current) if current else open_age_in(family.profiles),
        openers=tuple(sorted(openers)),
        chosen_at=family.chosen_at,
        is_shown=any(profile_id in shown for profile_id in openers),
        is_remembered=shown_at is not None and work.now < shown_at + GATE_STAYS_OPEN,
    )


async def keep_gate_open(work: Work) -> None:
    """Remember that a PIN was right, for as long as the session stays with its profile."""
    choice = await Choices(work).find(work.actor.session_id) if work.actor.session_id else None
    if choice is not None:
        choice.pin_shown_at = work.now


async def _begin(work: Work, profile_id: ProfileId) -> _Attempt | None:
    """Count an attempt as failed until it is known to be right; None if there is no lock."""
    row = await Profiles(work).lock(account_of(work.actor), profile_id)
    if row is None:
        raise not_found(work, profile_id)
    if row.pin_hash is None:
        return None
    if row.pin_paused_until is not None and work.now < row.pin_paused_until:
        left = row.pin_paused_until - work.now
        raise PinPaused(profile_id, math.ceil(left.total_seconds()))
    row.pin_failures += 1
    row.pin_paused_until = work.now + pause_after(row.pin_failures)
    return _Attempt(row.pin_hash, row.pin_failures)


def _refuse(work: Work, profile_id: ProfileId, failures: int) -> None:
    work.emit(PinRefused(profile_id, account_of(work.actor), failures))
    facts = {"profile_id": str(profile_id), "failures": failures}
    record_activity(work, ActivityKind.PROFILE_PIN_FAILED, facts)


def _keep(row: ProfileRow, pin_hash: str | None) -> None:
    row.pin_hash, row.pin_failures, row.pin_paused_until = pin_hash, 0, None
