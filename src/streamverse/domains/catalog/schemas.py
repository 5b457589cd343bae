"""The catalog's JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from streamverse.domains.catalog.contracts import TitleChange, TitleKind, TitleState
from streamverse.domains.catalog.models import TitleRow
from streamverse.domains.catalog.repository import CardRow
from streamverse.domains.catalog.service import Home, Rail, Shown
from streamverse.kit.paging import Page

# Beyond any length that the rules allow; they say it in better words.
Text = Annotated[str, Meta(max_length=10_000)]


class TitleProblemOut(Struct):
    """Why a title could not be made: a stable code and a sentence for people."""

    code: str
    detail: str


class TitleCardOut(Struct, kw_only=True):
    """A title as it stands in a list."""

    id: UUID
    name: str
    kind: TitleKind
    state: TitleState
    is_published: bool
    duration_ms: int | None
    poster_url: str | None
    created_at: datetime
    progress: float | None

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
            poster_url=shown.poster_url,
            created_at=row.created_at,
            progress=shown.progress,
        )


class TitlePage(Struct):
    """Some titles, and the cursor to the next ones."""

    items: list[TitleCardOut]
    next_cursor: str | None

    @classmethod
    def of(cls, page: Page[Shown[CardRow]]) -> Self:
        """Show a page."""
        return cls([TitleCardOut.of(shown) for shown in page.items], page.next_cursor)


class RailOut(Struct):
    """A row of titles on the home page."""

    id: str
    name: str
    items: list[TitleCardOut]

    @classmethod
    def of(cls, rail: Rail) -> Self:
        """Show a rail."""
        return cls(rail.id, rail.name, [TitleCardOut.of(card) for card in rail.cards])


class HomeOut(Struct):
    """The home page, and how many titles there are in all."""

    rails: list[RailOut]
    title_count: int

    @classmethod
    def of(cls, home: Home) -> Self:
        """Show the home page."""
        return cls([RailOut.of(rail) for rail in home.rails], home.title_count)


class TitleOut(Struct, kw_only=True):
    """A title with everything that is known about it."""

    id: UUID
    asset_id: UUID
    name: str
    kind: TitleKind
    state: TitleState
    is_published: bool
    duration_ms: int | None
    poster_url: str | None
    created_at: datetime
    progress: float | None
    description: str
    credit: str
    year: int | None
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
            name=row.name,
            kind=TitleKind(row.kind),
            state=TitleState(row.state),
            is_published=row.published_at is not None,
            duration_ms=row.duration_ms,
            poster_url=shown.poster_url,
            created_at=row.created_at,
            progress=shown.progress,
            description=row.description,
            credit=row.credit,
            year=row.year,
            width=row.width,
            height=row.height,
            problem=TitleProblemOut(problem["code"], problem["detail"]) if problem else None,
        )


class TitleChangeIn(Struct):
    """New words about a title; what is left out stays as it is."""

    name: Text | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    credit: Text | UnsetType = UNSET
    year: int | UnsetType | None = UNSET

    def to_change(self) -> TitleChange:
        """Give the change that is asked for."""
        return TitleChange(self.name, self.description, self.credit, self.year)
