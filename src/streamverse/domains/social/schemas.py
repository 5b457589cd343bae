"""The JSON of reviews."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from streamverse.domains.profiles.contracts import Byline
from streamverse.domains.social.contracts import ReportReason
from streamverse.domains.social.models import ReportRow
from streamverse.domains.social.rules import MOST_STARS, Summary
from streamverse.domains.social.service.judging import ReportedReview
from streamverse.domains.social.service.reviews import (
    ReviewBoard,
    ReviewChange,
    ReviewDraft,
    ShownReview,
)
from streamverse.kit.paging import Page

Stars = Annotated[int, Meta(ge=1, le=MOST_STARS)]
# Beyond any length that the rules allow; they say it in better words.
Text = Annotated[str, Meta(max_length=20_000)]


class ReviewIn(Struct):
    """What somebody thinks of a title: one to five stars, and words if they like."""

    rating: Stars
    text: Text = ""
    has_spoilers: bool = False

    def to_draft(self) -> ReviewDraft:
        """Give what is to be written."""
        return ReviewDraft(self.rating, self.text, self.has_spoilers)


class ReviewChangeIn(Struct):
    """What they think by now; what is left out stays."""

    rating: Stars | UnsetType = UNSET
    text: Text | UnsetType = UNSET
    has_spoilers: bool | UnsetType = UNSET

    def to_change(self) -> ReviewChange:
        """Give what is to be changed."""
        return ReviewChange(self.rating, self.text, self.has_spoilers)


class VoteIn(Struct):
    """Whether a review helped; null withdraws the vote."""

    vote: Literal["helpful", "unhelpful"] | None

    @property
    def is_helpful(self) -> bool | None:
        """Give the vote."""
        return None if self.vote is None else self.vote == "helpful"


class ReportIn(Struct):
    """Why staff should look at a review."""

    reason: ReportReason
    comment: Text = ""


class DecisionIn(Struct):
    """What staff decides over a review."""

    decision: Literal["keep", "remove"]


class AuthorOut(Struct):
    """Who wrote a review, as far as strangers are told."""

    name: str
    avatar_url: str

    @classmethod
    def of(cls, author: Byline) -> Self:
        """Show an author."""
        return cls(author.name, author.avatar_url)


class ReviewOut(Struct, kw_only=True):
    """A review; `own_vote` and `is_reported` are of who is watching."""

    id: UUID
    title_id: UUID
    author: AuthorOut
    rating: int
    text: str
    has_spoilers: bool
    helpful_count: int
    unhelpful_count: int
    own_vote: Literal["helpful", "unhelpful"] | None
    is_own: bool
    is_reported: bool
    is_removed: bool
    created_at: datetime
    edited_at: datetime | None

    @classmethod
    def of(cls, shown: ShownReview) -> Self:
        """Show a review."""
        row = shown.row
        return cls(
            id=row.id,
            title_id=row.title_id,
            author=AuthorOut.of(shown.author),
            rating=row.rating,
            text=row.text,
            has_spoilers=row.has_spoilers,
            helpful_count=row.helpful_count,
            unhelpful_count=row.unhelpful_count,
            own_vote=_vote(is_helpful=shown.own_vote),
            is_own=shown.is_own,
            is_reported=shown.is_reported,
            is_removed=row.removed_at is not None,
            created_at=row.created_at,
            edited_at=row.edited_at,
        )


def _vote(*, is_helpful: bool | None) -> Literal["helpful", "unhelpful"] | None:
    if is_helpful is None:
        return None
    return "helpful" if is_helpful else "unhelpful"


class SummaryOut(Struct):
    """How a title is rated: `counts` are of one star to five, `average` is null without any."""

    count: int
    average: float | None
    counts: list[int]

    @classmethod
    def of(cls, summary: Summary) -> Self:
        """Show how a title is rated."""
        return cls(summary.count, summary.average, list(summary.counts))


class ReviewsOut(Struct):
    """What is thought of a title; a rating without words counts, and is not listed."""

    summary: SummaryOut
    own: ReviewOut | None
    items: list[ReviewOut]
    next_cursor: str | None

    @classmethod
    def of(cls, board: ReviewBoard) -> Self:
        """Show what is thought."""
        return cls(
            summary=SummaryOut.of(board.summary),
            own=ReviewOut.of(board.own) if board.own else None,
            items=[ReviewOut.of(shown) for shown in board.page.items],
            next_cursor=board.page.next_cursor,
        )


class ReportOut(Struct):
    """Why somebody wants a review looked at."""

    reason: ReportReason
    comment: str
    reported_at: datetime

    @classmethod
    def of(cls, row: ReportRow) -> Self:
        """Show a report."""
        return cls(ReportReason(row.reason), row.comment, row.reported_at)


class ReportedReviewOut(Struct):
    """A review that staff shall look at."""

    review: ReviewOut
    title_name: str
    reports: list[ReportOut]

    @classmethod
    def of(cls, reported: ReportedReview) -> Self:
        """Show a review with what is said against it."""
        return cls(
            ReviewOut.of(reported.shown),
            reported.title_name,
            [ReportOut.of(row) for row in reported.reports],
        )


class ReportedPage(Struct):
    """Some of the reviews that staff shall look at."""

    items: list[ReportedReviewOut]
    next_cursor: str | None

    @classmethod
    def of(cls, page: Page[ReportedReview]) -> Self:
        """Show a page."""
        return cls([ReportedReviewOut.of(one) for one in page.items], page.next_cursor)
