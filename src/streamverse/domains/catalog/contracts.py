"""What the catalog shows to others: ids, views, its settings and its events."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date, datetime
from typing import NewType
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from streamverse.domains.media.contracts import AssetId
from streamverse.kit.events import Event
from streamverse.kit.jobs import Job

TitleId = NewType("TitleId", UUID)


class TitleKind(enum.StrEnum):
    """What sort of thing people watch."""

    MOVIE = "movie"
    SERIES = "series"
    SEASON = "season"
    EPISODE = "episode"
    CLIP = "clip"
    EVENT = "event"


class MarkerKind(enum.StrEnum):
    """What a stretch of a title is."""

    INTRO = "intro"
    RECAP = "recap"
    CREDITS = "credits"
    CHAPTER = "chapter"


class RelationKind(enum.StrEnum):
    """How one title stands to another."""

    SEQUEL = "sequel"
    PREQUEL = "prequel"
    SPIN_OFF = "spin_off"
    REMAKE = "remake"
    VERSION = "version"
    RELATED = "related"
    TRAILER = "trailer"
    BONUS = "bonus"


class CollectionKind(enum.StrEnum):
    """Whether titles are shown together, or had together."""

    COLLECTION = "collection"
    BUNDLE = "bundle"


class TitleState(enum.StrEnum):
    """How much of a title there is to watch."""

    ANNOUNCED = "announced"
    PROCESSING = "processing"
    PLAYABLE = "playable"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class CatalogSettings:
    """What the operator decides about titles."""

    is_publish_on_upload: bool = True
    bin_days: int = 30


@dataclass(frozen=True, slots=True)
class Viewer:
    """What decides which titles somebody may know of.

    ``oldest_age`` is the highest age rating that they may see; ``region`` is the country that they
    are in (ISO 3166-1, two letters), None where it is not known.
    """

    oldest_age: int
    region: str | None = None
    sees_unpublished: bool = False


class Visibility(enum.Enum):
    """Whether a title may be known of, or why not."""

    VISIBLE = "visible"
    GONE = "gone"
    NOT_PUBLISHED = "not_published"
    TOO_MATURE = "too_mature"
    NOT_HERE = "not_here"
    NOT_NOW = "not_now"
    NOT_IN_PLAN = "not_in_plan"


class Lock(enum.StrEnum):
    """Why somebody who may know of a title may not watch it."""

    PLAN = "plan"


@dataclass(frozen=True, slots=True)
class Title:
    """Something to watch; ``age`` is the one that it is for, those above it taken in."""

    id: TitleId
    asset_id: AssetId | None
    kind: TitleKind
    name: str
    year: int | None
    credit: str | None
    state: TitleState
    is_published: bool
    duration_ms: int | None
    created_at: datetime
    age: int


@dataclass(frozen=True, slots=True)
class Judged:
    """A title, if there is one, and whether somebody may know of it."""

    title: Title | None
    visibility: Visibility
    has_markers: bool


@dataclass(frozen=True, slots=True)
class PublicTitle:
    """What anybody may be told of a title, who they are or not."""

    id: TitleId
    kind: TitleKind
    name: str
    description: str
    year: int | None
    picture_url: str | None


# --- what is said about a title -------------------------------------------------------------------


class Words(Struct, frozen=True):
    """What is said about a title in one language."""

    name: str = ""
    tagline: str = ""
    description: str = ""


class CreditLine(Struct, frozen=True):
    """Somebody's part in a title. Without a number, the person of this name is meant, or made."""

    name: str
    job: str
    character: str = ""
    person_id: UUID | None = None


class WindowLine(Struct, frozen=True):
    """Where and when a title may be watched, or may not; None is everywhere and unbounded."""

    region: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    is_barring: bool = False


class MarkerLine(Struct, frozen=True):
    """A named stretch of a title."""

    kind: MarkerKind
    start_ms: int
    end_ms: int
    label: str = ""


class RelatedLine(Struct, frozen=True):
    """How another title stands to this one."""

    title_id: UUID
    kind: RelationKind


class TitlePatch(Struct, frozen=True, omit_defaults=True):
    """New words and facts about a title; what is not set stays, lists are given whole.

    The same document is what the editor sends, what files of metadata hold, and what is kept of an
    edit so that it can be undone.
    """

    name: str | UnsetType = UNSET
    original_name: str | UnsetType = UNSET
    tagline: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    credit: str | UnsetType = UNSET
    year: int | UnsetType | None = UNSET
    released_on: date | UnsetType | None = UNSET
    original_language: str | UnsetType | None = UNSET
    countries: list[str] | UnsetType = UNSET
    minimum_age: int | UnsetType | None = UNSET
    certifications: dict[str, str] | UnsetType = UNSET
    advisories: list[str] | UnsetType = UNSET
    external_ids: dict[str, str] | UnsetType = UNSET
    number: int | UnsetType | None = UNSET
    genres: list[str] | UnsetType = UNSET
    tags: list[str] | UnsetType = UNSET
    studios: list[str] | UnsetType = UNSET
    credits: list[CreditLine] | UnsetType = UNSET
    translations: dict[str, Words] | UnsetType = UNSET
    windows: list[WindowLine] | UnsetType = UNSET
    plans: list[UUID] | UnsetType = UNSET
    markers: list[MarkerLine] | UnsetType = UNSET
    related: list[RelatedLine] | UnsetType = UNSET


# --- what is found --------------------------------------------------------------------------------


class FindableKind(enum.StrEnum):
    """What sort of thing a search leads to."""

    MOVIE = "movie"
    SERIES = "series"
    CLIP = "clip"
    EVENT = "event"
    PERSON = "person"
    COLLECTION = "collection"
    BUNDLE = "bundle"
    GENRE = "genre"
    STUDIO = "studio"


class Findable(Struct, frozen=True, omit_defaults=True):
    """What may be found, and by which words; ``weight`` is how many titles have to do with it."""

    id: UUID
    tenant_id: UUID
    kind: FindableKind
    name: str
    slug: str = ""
    other_names: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    year: int | None = None
    language: str | None = None
    weight: int = 0


# --- titles in batches, for other domains ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Watchable:
    """What progress is measured by; the root is the series, or the title itself."""

    title_id: TitleId
    root_id: TitleId
    duration_ms: int | None
    credits_start_ms: int | None


@dataclass(frozen=True, slots=True)
class EpisodePlace:
    """Where an episode stands."""

    series_id: TitleId
    series_name: str
    season: int
    number: int


# --- what is done ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PurgeDeleted(Job):
    """Remove for good what has been deleted long enough."""


# --- what happens ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TitleAdded(Event):
    """There is a title more, which viewers do not see yet."""

    title_id: TitleId


@dataclass(frozen=True, slots=True)
class TitleChanged(Event):
    """Something about a title is said otherwise, or other people may see it."""

    title_id: TitleId


@dataclass(frozen=True, slots=True)
class TitlePublished(Event):
    """Viewers can see a title from now on."""

    title_id: TitleId


@dataclass(frozen=True, slots=True)
class TitleUnpublished(Event):
    """Viewers can no longer see a title."""

    title_id: TitleId


@dataclass(frozen=True, slots=True)
class TitleDeleted(Event):
    """A title is gone: staff may bring it back until it is purged."""

    title_id: TitleId


@dataclass(frozen=True, slots=True)
class TitleRestored(Event):
    """A deleted title is there again."""

    title_id: TitleId


@dataclass(frozen=True, slots=True)
class TitlePurged(Event):
    """A title is gone for good, with its media."""

    title_id: TitleId
    asset_id: AssetId | None


@dataclass(frozen=True, slots=True)
class CollectionChanged(Event):
    """A collection or bundle was made, said otherwise, or removed."""

    collection_id: UUID
    kind: CollectionKind = CollectionKind.COLLECTION
