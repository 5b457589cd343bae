"""Who may become, change, add, lock and remove whom in a family, and who may watch what.

A family shares one account and often one screen, so that a session tells nothing about who sits
before it. What it tells is which profile was chosen last, and when somebody last logged in; beyond
that, a grown-up shows who they are by a PIN.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from streamverse.domains.profiles.contracts import Profile

ADULT_AGE = 18
REAUTH_LASTS = timedelta(minutes=10)


class Verdict(enum.Enum):
    """Whether something may be done, or what is missing."""

    ALLOWED = "allowed"
    NEEDS_PIN = "needs_pin"
    NEEDS_GROWN_UP = "needs_grown_up"
    NEEDS_PASSWORD = "needs_password"  # noqa: S105 - what is missing, not what it is


@dataclass(frozen=True, slots=True)
class Proof:
    """What was shown with a request: whose PINs were right, and whether the log-in is fresh."""

    shown: tuple[Profile, ...] = ()
    is_fresh: bool = False

    @property
    def is_grown_up(self) -> bool:
        """Tell whether a grown-up must be asking."""
        return self.is_fresh or any(is_adult(profile) for profile in self.shown)

    def has_pin_of(self, profile: Profile) -> bool:
        """Tell whether a profile's own PIN was right."""
        return any(shown.id == profile.id for shown in self.shown)


NOTHING_SHOWN = Proof()


def is_adult(profile: Profile) -> bool:
    """Tell whether a profile may see everything."""
    return not profile.is_kids and profile.maturity_limit >= ADULT_AGE


def is_fresh(
    current: Profile | None,
    chosen_at: datetime | None,
    authenticated_at: datetime | None,
    now: datetime,
) -> bool:
    """Tell whether the account's password (or what stands for it) was shown just now.

    A log-in from before a profile with a limit was chosen does not count: the parent logged in, and
    then the child got the screen.
    """
    if authenticated_at is None or now - authenticated_at > REAUTH_LASTS:
        return False
    is_limited = current is not None and (not is_adult(current) or _has_gate(current))
    return not is_limited or chosen_at is None or authenticated_at > chosen_at


def may_watch(profile: Profile, certification_age: int | None) -> bool:
    """Tell whether a title may be shown; one that nobody has certified counts as for adults."""
    age = ADULT_AGE if certification_age is None else certification_age
    return age <= oldest_age_of(profile)


def oldest_age_of(profile: Profile) -> int:
    """Give the highest age rating that a profile shows."""
    return min(profile.maturity_limit, ADULT_AGE - 1 if profile.is_adult_hidden else ADULT_AGE)


def oldest_age_in(family: Sequence[Profile]) -> int:
    """Give the highest age rating that somebody sees who has chosen no profile yet.

    It is what they get by choosing one that no PIN locks; where there are no profiles, everything.
    """
    if not family:
        return ADULT_AGE
    unlocked = [p for p in family if may_switch(None, p, NOTHING_SHOWN) is Verdict.ALLOWED]
    return max((oldest_age_of(profile) for profile in unlocked), default=0)


def open_age_of(profile: Profile) -> int:
    """Give the highest age rating that a profile plays without a PIN."""
    gate = ADULT_AGE if profile.pin_above_age is None else profile.pin_above_age
    return min(oldest_age_of(profile), gate)


def open_age_in(family: Sequence[Profile]) -> int:
    """Give what somebody plays without a PIN who has chosen no profile yet."""
    if not family:
        return ADULT_AGE
    unlocked = [p for p in family if may_switch(None, p, NOTHING_SHOWN) is Verdict.ALLOWED]
    return max((open_age_of(profile) for profile in unlocked), default=0)


def may_switch(current: Profile | None, target: Profile, proof: Proof) -> Verdict:
    """Decide whether a session may go on as another profile.

    A lock opens by its own PIN alone, so that nobody slips into a profile just because somebody has
    logged in a moment ago.
    """
    if target.has_pin and not proof.has_pin_of(target):
        return Verdict.NEEDS_PIN
    if _leaves_kids(current, target) and not proof.is_grown_up:
        return Verdict.NEEDS_GROWN_UP
    return Verdict.ALLOWED


def may_add(
    current: Profile | None, family: Sequence[Profile], added: Profile, proof: Proof
) -> Verdict:
    """Decide whether a profile may be added: nobody makes what they could not have anyway."""
    if proof.is_grown_up or not family:
        return Verdict.ALLOWED
    within = _within_reach(current, family)
    limit = max((profile.maturity_limit for profile in within), default=0)
    open_age = max((open_age_of(profile) for profile in within), default=0)
    if _is_child(current) or added.maturity_limit > limit or open_age_of(added) > open_age:
        return Verdict.NEEDS_GROWN_UP
    return Verdict.ALLOWED


def may_change(current: Profile | None, before: Profile, after: Profile, proof: Proof) -> Verdict:
    """Decide whether a profile may become what it would be after a change."""
    if proof.is_grown_up:
        return Verdict.ALLOWED
    if _loosens(before, after):
        return Verdict.NEEDS_GROWN_UP
    is_own = current is not None and current.id == before.id
    if not is_own and _is_guarded(current, before) and not proof.has_pin_of(before):
        return Verdict.NEEDS_GROWN_UP
    return Verdict.ALLOWED


def may_remove(current: Profile | None, profile: Profile, proof: Proof) -> Verdict:
    """Decide whether a profile may be removed."""
    if _is_guarded(current, profile) and not proof.is_grown_up:
        return Verdict.NEEDS_GROWN_UP
    return Verdict.ALLOWED


def may_lock(profile: Profile, proof: Proof) -> Verdict:
    """Decide whether a profile may get a PIN, or another one in place of its own.

    The first PIN of an adult profile is the key to all others, so a session alone cannot set it.
    """
    if proof.is_fresh or proof.has_pin_of(profile):
        return Verdict.ALLOWED
    if profile.has_pin:
        return Verdict.NEEDS_PIN
    return Verdict.ALLOWED if proof.is_grown_up else Verdict.NEEDS_GROWN_UP


def may_unlock(profile: Profile, proof: Proof) -> Verdict:
    """Decide whether a profile's PIN may be taken off, which is for those who forgot it too."""
    is_open = not profile.has_pin
    return Verdict.ALLOWED if is_open or proof.is_fresh else Verdict.NEEDS_PASSWORD


def _is_child(current: Profile | None) -> bool:
    return current is not None and current.is_kids


def _leaves_kids(current: Profile | None, target: Profile) -> bool:
    if current is None or not current.is_kids:
        return False
    gets_more = target.maturity_limit > current.maturity_limit
    return not target.is_kids or gets_more or open_age_of(target) > open_age_of(current)


def _is_guarded(current: Profile | None, profile: Profile) -> bool:
    return profile.has_pin or _is_child(current)


def _loosens(before: Profile, after: Profile) -> bool:
    return (
        (before.is_kids and not after.is_kids)
        or after.maturity_limit > before.maturity_limit
        or _opens_gate(before, after)
        or (before.is_adult_hidden and not after.is_adult_hidden)
        or (before.is_pin_needed_to_buy and not after.is_pin_needed_to_buy)
    )


def _has_gate(profile: Profile) -> bool:
    return profile.pin_above_age is not None


def _opens_gate(before: Profile, after: Profile) -> bool:
    if before.pin_above_age is None:
        return False
    return after.pin_above_age is None or after.pin_above_age > before.pin_above_age


def _within_reach(current: Profile | None, family: Sequence[Profile]) -> list[Profile]:
    """List the profiles that a session has or gets by a switch without any proof."""
    here = [current] if current is not None else []
    return here + [
        profile
        for profile in family
        if may_switch(current, profile, NOTHING_SHOWN) is Verdict.ALLOWED
    ]
