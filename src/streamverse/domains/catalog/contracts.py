"""What the catalog shows to others: ids, views, its settings and its events."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import NewType
from uuid import UUID

from msgspec import UNSET, UnsetType

from streamverse.domains.media.contracts import AssetId
from streamverse.kit.events import Event

TitleId = NewType("TitleId", UUID)


class TitleKind(enum.StrEnum):
    """What sort of thing people watch."""

    MOVIE = "movie"


class TitleState(enum.StrEnum):
    """How much of a title there is to watch."""

    PROCESSING = "processing"
    PLAYABLE = "playable"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class CatalogSettings:
    """What the operator decides about titles."""

    is_publish_on_upload: bool = True


@dataclass(frozen=True, slots=True)
class Title:
    """Something to watch."""

    id: TitleId
    asset_id: AssetId
    kind: TitleKind
    name: str
    credit: str | None
    state: TitleState
    is_published: bool
    duration_ms: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class TitleChange:
    """New words about a title; what is not set stays."""

    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    credit: str | UnsetType = UNSET
    year: int | UnsetType | None = UNSET


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
    """A title is gone, with its media."""

    title_id: TitleId
    asset_id: AssetId
