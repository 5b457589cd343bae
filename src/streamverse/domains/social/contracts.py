"""What social shows to others: ids and events."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import NewType
from uuid import UUID

from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.profiles.contracts import ProfileId
from streamverse.kit.events import Event

ReviewId = NewType("ReviewId", UUID)


class ReviewSort(enum.StrEnum):
    """In which order reviews are listed; those that are equal come newest first."""

    HELPFUL = "helpful"
    NEWEST = "newest"
    HIGHEST = "highest"
    LOWEST = "lowest"


class ReportReason(enum.StrEnum):
    """Why staff should look at a review."""

    SPAM = "spam"
    ABUSE = "abuse"
    SPOILER = "spoiler"
    OFF_TOPIC = "off_topic"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ReviewWritten(Event):
    """Somebody says what they think of a title, for the first time or otherwise than before."""

    review_id: ReviewId
    title_id: TitleId
    profile_id: ProfileId
    rating: int


@dataclass(frozen=True, slots=True)
class ReviewRemoved(Event):
    """A review is no longer shown: its author has deleted it, or staff took it down."""

    review_id: ReviewId
    title_id: TitleId
    profile_id: ProfileId


@dataclass(frozen=True, slots=True)
class ReviewReported(Event):
    """Somebody asks staff to look at a review."""

    review_id: ReviewId
    title_id: TitleId
    reason: ReportReason
