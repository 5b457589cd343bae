"""The JSON of titles: cards, documents, edits."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from msgspec import Meta, Struct

from streamverse.domains.catalog.contracts import (
    Lock,
    TitleKind,
    TitlePatch,
    TitleState,
)
from streamverse.domains.catalog.models import EditRow, TitleRow
from streamverse.domains.catalog.repository import CardRow
from streamverse.domains.catalog.service.titles import Shown
from streamverse.domains.media.public import PosterAddresses
from streamverse.kit.paging import Page

# Beyond any length that the rules allow; they say it in better words.
Text = Annotated[str, Meta(max_length=10_000)]


class TitleProblemOut(Struct):
    """Why a title could not be made: a stable code and a sentence for people."""

    code: str
    detail: str


class PosterOut(Struct):
    """The picture of a title: `{base_url}/{width}.avif`, `.webp` or `.jpg` in several widths.

    The preview is a few moments of the film as a small MP4 without sound.
    """

    base_url: str
    widths: list[int]
    preview_url: str | None

    @classmethod
    def of(cls, poster: PosterAddresses | None) -> PosterOut | None:
        """Show where a poster is."""
        if poster is None:
            return None
        return PosterOut(poster.still.base_url, poster.still.widths, poster.preview_url)


class TitleCardOut(Struct, kw_only=True):
    """A title as it stands in a list; `locked_by` is why the viewer may not watch it."""

    id: UUID
    name: str
    kind: TitleKind
    state: TitleState
    is_published: bool
    duration_ms: int | None
    poster_url: str | None
    poster: PosterOut | None
    created_at: datetime
    progress: float | None
    locked_by: Lock | None

    @classmethod
    def of(cls, shown: Shown[CardRow]) -> TitleCardOut:
        """Show a card."""
        row = shown.row
        return TitleCardOut(
            id=row.id,
            name=row.name,
            kind=TitleKind(row.kind),
            state=TitleState(row.state),
            is_published=row.published_at is not None,
            duration_ms=row.duration_ms,
            poster_url=shown.poster.still.url if shown.poster else None,
            poster=PosterOut.of(shown.poster),
            created_at=row.created_at,
            progress=shown.progress,
            locked_by=shown.locked_by,
        )


class TitlePage(Struct):
    """Some titles, and the cursor to the next ones."""

    items: list[TitleCardOut]
    next_cursor: str | None

    @classmethod
    def of(cls, page: Page[Shown[CardRow]]) -> Self:
        """Show a page."""
        return cls([TitleCardOut.of(shown) for shown in page.items], page.next_cursor)


class TitleOut(Struct, kw_only=True):
    """A title with everything that is known about it."""

    id: UUID
    asset_id: UUID | None
    parent_id: UUID | None
    number: int | None
    name: str
    kind: TitleKind
    state: TitleState
    is_published: bool
    duration_ms: int | None
    poster_url: str | None
    poster: PosterOut | None
    created_at: datetime
    progress: float | None
    locked_by: Lock | None
    original_name: str
    tagline: str
    description: str
    credit: str
    year: int | None
    released_on: date | None
    minimum_age: int | None
    advisories: list[str]
    width: int | None
    height: int | None
    problem: TitleProblemOut | None

    @classmethod
    def of(cls, shown: Shown[TitleRow]) -> Self:
        """Show a title."""
        row, problem = shown.row, shown.row.problem
        return cls(
            id=row.id,
            asset_id=row.asset_id,
            parent_id=row.parent_id,
            number=row.number,
            name=row.name,
            kind=TitleKind(row.kind),
            state=TitleState(row.state),
            is_published=row.published_at is not None,
            duration_ms=row.duration_ms,
            poster_url=shown.poster.still.url if shown.poster else None,
            poster=PosterOut.of(shown.poster),
            created_at=row.created_at,
            progress=shown.progress,
            locked_by=shown.locked_by,
            original_name=row.original_name,
            tagline=row.tagline,
            description=row.description,
            credit=row.credit,
            year=row.year,
            released_on=row.released_on,
            minimum_age=row.effective_age,
            advisories=row.advisories,
            width=row.width,
            height=row.height,
            problem=TitleProblemOut(problem["code"], problem["detail"]) if problem else None,
        )


class TitleDocumentOut(Struct):
    """A title as viewers see it, and everything that is said about it, as staff edits it."""

    title: TitleOut
    said: TitlePatch
    published_at: datetime | None


class NewTitleIn(Struct):
    """A title to be made, without media."""

    kind: TitleKind
    name: Text
    parent_id: UUID | None = None
    number: int | None = None

    def to_patch(self) -> TitlePatch:
        """Give what is said about it from the start."""
        return TitlePatch(name=self.name, number=self.number)


class PlaceIn(Struct):
    """What a title is to be, and beneath what."""

    kind: TitleKind
    parent_id: UUID | None = None
    number: Annotated[int, Meta(ge=0, le=100_000)] | None = None


class ScheduleIn(Struct):
    """From when on viewers see a title."""

    at: datetime


class BulkEditIn(Struct):
    """The same change for several titles."""

    title_ids: list[UUID]
    change: TitlePatch


class EditOut(Struct):
    """What somebody changed in one go: what titles said before, and after."""

    id: UUID
    account_id: UUID | None
    what: str
    before: dict[str, dict[str, Any]]
    after: dict[str, dict[str, Any]]
    created_at: datetime
    undone_at: datetime | None

    @classmethod
    def of(cls, row: EditRow) -> Self:
        """Show an edit."""
        return cls(
            row.id,
            row.account_id,
            row.what,
            row.before,
            row.after,
            row.created_at,
            row.undone_at,
        )


class EditPage(Struct):
    """Some edits, and the cursor to earlier ones."""

    items: list[EditOut]
    next_cursor: str | None

    @classmethod
    def of(cls, page: Page[EditRow]) -> Self:
        """Show a page."""
        return cls([EditOut.of(row) for row in page.items], page.next_cursor)
