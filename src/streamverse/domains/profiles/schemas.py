"""The JSON of profiles."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from streamverse.domains.profiles.contracts import (
    GivenPin,
    ProfileChange,
    ProfileDraft,
    ProfileId,
)
from streamverse.domains.profiles.models import ProfileRow
from streamverse.domains.profiles.rules.presets import PRESETS
from streamverse.domains.profiles.rules.words import DEFAULT_LANGUAGE
from streamverse.domains.profiles.service.family import Family, view_of

BASE_PATH = "/api/v1"
PICTURE_TAG_LENGTH = 12

# Beyond any length that the rules allow; they say it in better words.
Text = Annotated[str, Meta(max_length=1000)]
PinText = Annotated[str, Meta(max_length=100)]


class ProofIn(Struct):
    """The PIN of an adult profile, which shows that a grown-up is asking."""

    profile_id: UUID
    pin: PinText

    def given(self) -> GivenPin:
        """Give the PIN to be checked."""
        return GivenPin(ProfileId(self.profile_id), self.pin)


class ProfileIn(Struct, kw_only=True):
    """A new profile; what is left out is chosen to fit."""

    name: Text
    avatar: Text | None = None
    is_kids: bool = False
    maturity_limit: int | None = None
    pin_above_age: int | None = None
    language: Text = DEFAULT_LANGUAGE
    proof: ProofIn | None = None

    def to_draft(self) -> ProfileDraft:
        """Give the profile that is asked for."""
        return ProfileDraft(
            *(self.name, self.is_kids, self.maturity_limit, self.language, self.avatar),
            pin_above_age=self.pin_above_age,
        )


class ProfileChangeIn(Struct, kw_only=True):
    """What to change about a profile; what is left out stays as it is."""

    name: Text | UnsetType = UNSET
    avatar: Text | UnsetType = UNSET
    is_kids: bool | UnsetType = UNSET
    maturity_limit: int | UnsetType = UNSET
    pin_above_age: int | UnsetType | None = UNSET
    language: Text | UnsetType = UNSET
    proof: ProofIn | None = None

    def to_change(self) -> ProfileChange:
        """Give the change that is asked for."""
        return ProfileChange(
            *(self.name, self.is_kids, self.maturity_limit, self.language, self.avatar),
            pin_above_age=self.pin_above_age,
        )


class SwitchIn(Struct):
    """The PIN of the profile to switch to, and what shows that a grown-up is asking."""

    pin: PinText | None = None
    proof: ProofIn | None = None

    def given(self, profile_id: UUID) -> Iterator[GivenPin]:
        """Give the PINs to be checked, each once."""
        if self.pin is not None:
            yield GivenPin(ProfileId(profile_id), self.pin)
        if self.proof is not None and (self.pin is None or self.proof.profile_id != profile_id):
            yield self.proof.given()


class PinIn(Struct):
    """A new PIN, and the old one or what shows that a grown-up is asking."""

    # With a default, so that the rules say what is missing.
    pin: PinText = ""
    proof: ProofIn | None = None


class ProfileOut(Struct, kw_only=True):
    """One of those who watch with an account.

    What is for an age above `pin_above_age` asks for a grown-up's PIN before it plays.
    """

    id: UUID
    name: str
    avatar: str
    avatar_url: str
    is_kids: bool
    maturity_limit: int
    pin_above_age: int | None
    language: str
    has_pin: bool
    is_current: bool
    created_at: datetime

    @classmethod
    def of(cls, row: ProfileRow, *, is_current: bool) -> Self:
        """Show a profile."""
        view = view_of(row)
        return cls(
            id=view.id,
            name=view.name,
            avatar=view.avatar,
            avatar_url=_avatar_url(row),
            is_kids=view.is_kids,
            maturity_limit=view.maturity_limit,
            pin_above_age=view.pin_above_age,
            language=view.language,
            has_pin=view.has_pin,
            is_current=is_current,
            created_at=row.created_at,
        )

    @classmethod
    def within(cls, family: Family, row: ProfileRow) -> Self:
        """Show a profile among its family."""
        return cls.of(row, is_current=family.current is not None and family.current.id == row.id)


class PresetOut(Struct):
    """An avatar to choose."""

    avatar: str
    url: str


class ProfilesOut(Struct):
    """A family, and the avatars that there are to choose from."""

    items: list[ProfileOut]
    presets: list[PresetOut]

    @classmethod
    def of(cls, family: Family) -> Self:
        """Show a family."""
        presets = [PresetOut(f"preset:{n}", preset_url(n)) for n in range(1, PRESETS + 1)]
        return cls([ProfileOut.within(family, row) for row in family.rows], presets)


def _avatar_url(row: ProfileRow) -> str:
    if row.picture_digest is None:
        return preset_url(row.preset)
    tag = row.picture_digest[:PICTURE_TAG_LENGTH]
    return f"{BASE_PATH}/users/me/profiles/{row.id}/avatar?v={tag}"


def preset_url(number: int) -> str:
    """Tell where a preset is."""
    return f"{BASE_PATH}/avatars/{number}"
