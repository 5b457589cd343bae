"""What the library shows to others: ids and views."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NewType
from uuid import UUID

from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.profiles.contracts import ProfileId
from streamverse.kit.jobs import Job

ViewingId = NewType("ViewingId", UUID)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a profile is with a title; ``resume_at_ms`` is None where it would begin anew."""

    title_id: TitleId
    root_id: TitleId
    position_ms: int
    duration_ms: int
    is_finished: bool
    watched_at: datetime
    resume_at_ms: int | None


@dataclass(frozen=True, slots=True)
class ProgressReport:
    """What a player tells: ``sequence`` grows within a viewing, ``watched_ms`` is its whole."""

    profile_id: ProfileId
    title_id: TitleId
    viewing_id: ViewingId
    sequence: int
    position_ms: int
    watched_ms: int
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Audience:
    """How many profiles watched a title (a series as a whole) in a region of late."""

    tenant_id: UUID
    region: str | None
    title_id: TitleId
    of_day: int
    of_week: int


@dataclass(frozen=True, slots=True)
class ListEntry:
    """A title to be put on a list: by its number, or by what it is called."""

    title_id: UUID | None = None
    title: str = ""
    year: int | None = None
    folder: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RemindOfOpened(Job):
    """Write to those who wait for what can be watched by now."""
