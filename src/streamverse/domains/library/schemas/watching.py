"""The JSON of progress and histories."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from msgspec import Meta, Struct

from streamverse.domains.catalog.contracts import EpisodePlace, TitleId
from streamverse.domains.catalog.public import TitleCardOut
from streamverse.domains.library.contracts import Progress, ProgressReport, ViewingId
from streamverse.domains.library.service.history import Statistics, Stream
from streamverse.domains.library.service.watching import ContinuedCard
from streamverse.domains.profiles.contracts import ProfileId
from streamverse.kit.paging import Page

DAY_MS = 86_400_000
# No film is longer than a week, and no sitting either.
Milliseconds = Annotated[int, Meta(ge=0, le=7 * DAY_MS)]


class ProgressIn(Struct):
    """How far a player is: the same `viewing_id` all the time, and a `sequence` that grows."""

    viewing_id: UUID
    sequence: Annotated[int, Meta(ge=0, le=2**31 - 1)]
    position_ms: Milliseconds
    duration_ms: Milliseconds
    watched_ms: Milliseconds

    def to_report(self, profile_id: UUID, title_id: UUID) -> ProgressReport:
        """Give the report."""
        return ProgressReport(
            profile_id=ProfileId(profile_id),
            title_id=TitleId(title_id),
            viewing_id=ViewingId(self.viewing_id),
            sequence=self.sequence,
            position_ms=self.position_ms,
            watched_ms=self.watched_ms,
            duration_ms=self.duration_ms,
        )


class ProgressOut(Struct):
    """How far somebody is with a title; `resume_at_ms` is null where it begins anew."""

    title_id: UUID
    position_ms: int
    duration_ms: int
    is_finished: bool
    resume_at_ms: int | None
    watched_at: datetime

    @classmethod
    def of(cls, progress: Progress) -> Self:
        """Show progress."""
        return cls(
            title_id=progress.title_id,
            position_ms=progress.position_ms,
            duration_ms=progress.duration_ms,
            is_finished=progress.is_finished,
            resume_at_ms=progress.resume_at_ms,
            watched_at=progress.watched_at,
        )


class ProgressesOut(Struct):
    """How far somebody is with the titles that were asked about and begun."""

    items: list[ProgressOut]


class PlaceOut(Struct):
    """Where an episode stands."""

    series_id: UUID
    series_name: str
    season: int
    number: int

    @classmethod
    def of(cls, place: EpisodePlace | None) -> PlaceOut | None:
        """Show a place, if there is one."""
        if place is None:
            return None
        return PlaceOut(place.series_id, place.series_name, place.season, place.number)


class ContinuedOut(Struct):
    """What to go on with; without `resume_at_ms` it is the next episode, from its start."""

    title: TitleCardOut
    episode: PlaceOut | None
    resume_at_ms: int | None
    duration_ms: int

    @classmethod
    def of(cls, shown: ContinuedCard) -> Self:
        """Show what to go on with."""
        continued = shown.continued
        return cls(
            title=shown.card,
            episode=PlaceOut.of(continued.place),
            resume_at_ms=continued.resume_at_ms,
            duration_ms=continued.duration_ms or shown.card.duration_ms or 0,
        )


class ContinueWatchingOut(Struct):
    """What somebody may go on with, what was watched last first."""

    items: list[ContinuedOut]


class StreamOut(Struct, kw_only=True):
    """An entry of a history; its kind tells streams from downloads in the combined list."""

    id: UUID
    kind: str
    title: TitleCardOut
    episode: PlaceOut | None
    started_at: datetime
    watched_ms: int
    position_ms: int
    duration_ms: int
    is_finished: bool

    @classmethod
    def of(cls, stream: Stream) -> Self:
        """Show an entry."""
        row = stream.row
        return cls(
            id=row.id,
            kind="stream",
            title=stream.card,
            episode=PlaceOut.of(stream.place),
            started_at=row.started_at,
            watched_ms=row.watched_ms,
            position_ms=row.position_ms,
            duration_ms=row.duration_ms,
            is_finished=row.is_finished,
        )


class StreamPage(Struct):
    """Some entries, and the cursor to earlier ones."""

    items: list[StreamOut]
    next_cursor: str | None

    @classmethod
    def of(cls, page: Page[Stream]) -> Self:
        """Show a page."""
        return cls([StreamOut.of(stream) for stream in page.items], page.next_cursor)


class DayOut(Struct):
    """How long was watched on a day of UTC."""

    day: date
    watched_ms: int


class GenreTimeOut(Struct):
    """How long a genre was watched."""

    name: str
    watched_ms: int


class StatisticsOut(Struct):
    """What a history adds up to: all of it, and the last thirty days by day and genre."""

    watched_ms: int
    viewing_count: int
    title_count: int
    finished_count: int
    days: list[DayOut]
    genres: list[GenreTimeOut]

    @classmethod
    def of(cls, counted: Statistics) -> Self:
        """Show what was counted."""
        return cls(
            watched_ms=counted.watched_ms,
            viewing_count=counted.viewing_count,
            title_count=counted.title_count,
            finished_count=counted.finished_count,
            days=[DayOut(day, watched_ms) for day, watched_ms in counted.days.items()],
            genres=[GenreTimeOut(name, watched_ms) for name, watched_ms in counted.genres],
        )
