"""What profiles show to others: ids, views, preferences, events and a job."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, NewType
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType, field

from streamverse.domains.identity.contracts import AccountId
from streamverse.kit.events import Event
from streamverse.kit.jobs import Job

ProfileId = NewType("ProfileId", UUID)
MaturityLimit = Literal[0, 6, 12, 16, 18]
GatedAge = Literal[0, 6, 12, 16]

# A tag of BCP 47 in the forms that media use: language, script, region, variants. To Python a `$`
# also stands before a last line break, to JSON Schema it does not.
Language = Annotated[
    str,
    Meta(
        max_length=35,
        pattern=r"^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?"
        r"(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*$(?!\n)",
    ),
]
Languages = Annotated[list[Language], Meta(max_length=8)]
Colour = Annotated[str, Meta(pattern=r"^#[0-9A-Fa-f]{6}$(?!\n)")]
Percent = Annotated[int, Meta(ge=0, le=100)]


@dataclass(frozen=True, slots=True)
class Profile:
    """One of those who watch with an account.

    What is for an age above ``pin_above_age`` is shown, and asks for a PIN before it plays.
    """

    id: ProfileId
    account_id: AccountId
    name: str
    avatar: str
    is_kids: bool
    maturity_limit: int
    language: str
    has_pin: bool
    pin_above_age: int | None = None
    is_adult_hidden: bool = False
    is_pin_needed_to_buy: bool = False
    is_history_kept: bool = True
    is_personalised: bool = True
    is_mailed: bool = True


@dataclass(frozen=True, slots=True)
class Gate:
    """Up to which age whoever watches plays without a PIN, and whose PINs open the rest.

    ``chosen_at`` is when the session has chosen its profile, if it has. A PIN may have been right
    just now (``is_shown``), or not long ago.
    """

    open_age: int
    openers: tuple[ProfileId, ...] = ()
    chosen_at: datetime | None = None
    is_shown: bool = False
    is_remembered: bool = False

    @property
    def is_open(self) -> bool:
        """Tell whether everything plays."""
        return self.is_shown or self.is_remembered


@dataclass(frozen=True, slots=True)
class GivenPin:
    """What somebody says the PIN of a profile is."""

    profile_id: ProfileId
    pin: str


@dataclass(frozen=True, slots=True)
class Byline:
    """What strangers are told of a profile: its name, and its preset, never its own picture."""

    name: str
    avatar_url: str


@dataclass(frozen=True, slots=True)
class ProfileDraft:
    """A profile to be made; what is None is chosen to fit."""

    name: str
    is_kids: bool = False
    maturity_limit: int | None = None
    language: str = "en"
    avatar: str | None = None
    pin_above_age: int | None = None


@dataclass(frozen=True, slots=True)
class ProfileChange:
    """What to change about a profile; what is not set stays."""

    name: str | UnsetType = UNSET
    is_kids: bool | UnsetType = UNSET
    maturity_limit: int | UnsetType = UNSET
    language: str | UnsetType = UNSET
    avatar: str | UnsetType = UNSET
    pin_above_age: int | UnsetType | None = UNSET


# --- preferences ----------------------------------------------------------------------------------


class SubtitleAppearance(Struct, frozen=True):
    """How subtitles look."""

    size: Literal["small", "medium", "large", "huge"] = "medium"
    font: Literal["sans", "serif", "monospace", "casual"] = "sans"
    colour: Colour = "#FFFFFF"
    background_colour: Colour = "#000000"
    background_opacity_percent: Percent = 60
    edge: Literal["none", "outline", "shadow", "raised", "depressed"] = "none"


class PlaybackPreferences(Struct, frozen=True):
    """How films play."""

    quality_cap: Literal["none", "480p", "720p", "1080p", "1440p", "2160p"] = "none"
    data_use: Literal["automatic", "saver", "balanced", "unlimited"] = "automatic"
    speed_percent: Literal[50, 75, 100, 125, 150, 175, 200] = 100
    is_next_autoplayed: bool = True
    is_preview_autoplayed: bool = True


class DownloadPreferences(Struct, frozen=True):
    """How films are taken along."""

    quality: Literal["standard", "high"] = "standard"
    is_wifi_only: bool = True
    is_deleted_when_watched: bool = False


class NotificationPreferences(Struct, frozen=True):
    """What to be told of, and where."""

    is_by_email: bool = True
    is_by_push: bool = True
    has_new_episodes: bool = True
    has_recommendations: bool = False
    has_offers: bool = False


class PrivacyPreferences(Struct, frozen=True):
    """What is remembered and made use of."""

    is_history_kept: bool = True
    is_personalised: bool = True


class ParentalPreferences(Struct, frozen=True):
    """What is kept away."""

    is_adult_hidden: bool = False
    is_pin_needed_to_buy: bool = False


class Preferences(Struct, frozen=True):
    """How somebody likes it; languages come in the order in which they are wanted."""

    interface_language: Language = "en"
    audio_languages: Languages = field(default_factory=list[Language])
    subtitle_languages: Languages = field(default_factory=list[Language])
    subtitle_appearance: SubtitleAppearance = field(default_factory=SubtitleAppearance)
    playback: PlaybackPreferences = field(default_factory=PlaybackPreferences)
    downloads: DownloadPreferences = field(default_factory=DownloadPreferences)
    notifications: NotificationPreferences = field(default_factory=NotificationPreferences)
    privacy: PrivacyPreferences = field(default_factory=PrivacyPreferences)
    parental: ParentalPreferences = field(default_factory=ParentalPreferences)


# --- what happens ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ProfileAdded(Event):
    """Somebody more watches with an account."""

    profile_id: ProfileId
    account_id: AccountId


@dataclass(frozen=True, slots=True)
class ProfileRemoved(Event):
    """Somebody no longer watches with an account, and what is kept about them shall go."""

    profile_id: ProfileId
    account_id: AccountId


@dataclass(frozen=True, slots=True)
class PinRefused(Event):
    """Somebody gave a wrong PIN, so many times in a row by now."""

    profile_id: ProfileId
    account_id: AccountId
    failures: int


@dataclass(frozen=True, slots=True)
class SweepPictures(Job):
    """Delete the pictures of an account that none of its profiles shows."""

    account_id: AccountId
