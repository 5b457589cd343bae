"""A family before its screen: the profiles of an account, and the one that the session has chosen.

Every use case starts from it, because what one profile may depends on all the others.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from streamverse.domains.identity.contracts import AccountId, ActivityKind
from streamverse.domains.identity.public import record_activity, set_locale
from streamverse.domains.profiles.contracts import Profile, ProfileId
from streamverse.domains.profiles.errors import (
    GrownUpRequired,
    PasswordRequired,
    PinRequired,
    ProfileNotFound,
)
from streamverse.domains.profiles.models import ProfileRow
from streamverse.domains.profiles.repository import Choices, ChosenRow, Profiles
from streamverse.domains.profiles.rules.access import Proof, Verdict, is_adult, is_fresh
from streamverse.domains.profiles.rules.preferences import read_preferences
from streamverse.kit.errors import Unauthenticated
from streamverse.kit.work import Actor, Work


@dataclass(frozen=True, slots=True)
class Family:
    """The profiles of the actor's account, oldest first."""

    rows: Sequence[ProfileRow]
    current: Profile | None
    chosen_at: datetime | None
    pin_shown_at: datetime | None

    @property
    def openers(self) -> list[ProfileId]:
        """Name those whose PIN speaks for a grown-up."""
        return [profile.id for profile in self.profiles if profile.has_pin and is_adult(profile)]

    @property
    def profiles(self) -> list[Profile]:
        """Give them as views."""
        return [view_of(row) for row in self.rows]

    def get(self, work: Work, profile_id: ProfileId) -> ProfileRow:
        """Get one of them, or fail with ``ProfileNotFound``."""
        row = next((row for row in self.rows if row.id == profile_id), None)
        if row is None:
            raise not_found(work, profile_id)
        return row

    def prove(self, work: Work, shown: Collection[ProfileId] = ()) -> Proof:
        """Put together what the request has shown: right PINs, and how fresh its log-in is."""
        is_log_in_fresh = is_fresh(
            self.current, self.chosen_at, work.actor.authenticated_at, work.now
        )
        # A PIN may have been taken off since it was right.
        locked = (profile for profile in self.profiles if profile.has_pin)
        return Proof(tuple(p for p in locked if p.id in shown), is_log_in_fresh)

    def ensure(self, verdict: Verdict, profile_id: ProfileId | None = None) -> None:
        """Raise what is missing, if anything is."""
        match verdict:
            case Verdict.ALLOWED:
                return
            case Verdict.NEEDS_PIN if profile_id is not None:
                raise PinRequired(profile_id)
            case Verdict.NEEDS_PASSWORD:
                raise PasswordRequired
            case _:
                raise GrownUpRequired(self.openers)


async def load_family(work: Work, *, is_locked: bool = False) -> Family:
    """Load the actor's family; locked, no other Work changes it meanwhile."""
    account_id = account_of(work.actor)
    profiles = Profiles(work)
    find = profiles.lock_account if is_locked else profiles.of_account
    rows = await find(account_id)
    choice = await Choices(work).find(work.actor.session_id) if work.actor.session_id else None
    current = next((row for row in rows if choice and row.id == choice.profile_id), None)
    if choice is None or current is None:
        return Family(rows, None, None, None)
    return Family(rows, view_of(current), choice.chosen_at, choice.pin_shown_at)


async def set_language(work: Work, family: Family, row: ProfileRow, language: str) -> None:
    """Give a profile another language; the first profile's is that of the account's mails too."""
    if language != row.language and row is family.rows[0]:
        await set_locale(work, account_of(work.actor), language)
    row.language = language


def not_found(work: Work, profile_id: ProfileId) -> ProfileNotFound:
    """Give the refusal of a profile; the activity log has it if it is another family's."""

    async def write_down(aftermath: Work) -> None:
        if await Profiles(aftermath).exists(profile_id):
            facts = {"problem": ProfileNotFound.code, "profile_id": str(profile_id)}
            record_activity(aftermath, ActivityKind.REQUEST_REFUSED, facts)

    work.if_refused(write_down)
    return ProfileNotFound(profile_id)


def account_of(actor: Actor) -> AccountId:
    """Give the account whose family it is."""
    if actor.account_id is None:
        raise Unauthenticated("Log in to do this.")
    return AccountId(actor.account_id)


def view_of(row: ProfileRow | ChosenRow) -> Profile:
    """Show a profile to others."""
    preferences = read_preferences(row.preferences, row.language)
    return Profile(
        id=ProfileId(row.id),
        account_id=AccountId(row.account_id),
        name=row.name,
        avatar="picture" if row.picture_digest else f"preset:{row.preset}",
        is_kids=row.is_kids,
        maturity_limit=row.maturity_limit,
        language=row.language,
        has_pin=row.pin_hash is not None,
        pin_above_age=row.pin_above_age,
        is_adult_hidden=preferences.parental.is_adult_hidden,
        is_pin_needed_to_buy=preferences.parental.is_pin_needed_to_buy,
        is_history_kept=preferences.privacy.is_history_kept,
        is_personalised=preferences.privacy.is_personalised,
        is_mailed=preferences.notifications.is_by_email,
    )
