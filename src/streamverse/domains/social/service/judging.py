"""What others make of reviews: votes, reports, and what staff decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from streamverse.domains.catalog import public as catalog
from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.identity.public import record_audit
from streamverse.domains.social.contracts import ReportReason, ReviewId, ReviewReported
from streamverse.domains.social.errors import ReportExists, ReviewNotFound, ReviewOwn
from streamverse.domains.social.models import ReportRow, ReviewRow, VoteRow
from streamverse.domains.social.repository import Reports, Reviews, Votes
from streamverse.domains.social.rules import (
    COMMENT_LIMIT,
    WRITTEN_WINDOW,
    helpfulness_ppm,
    tidy_text,
)
from streamverse.domains.social.service.reviews import (
    ShownReview,
    ensure_within_limit,
    facts_of,
    lock_review,
    show,
    show_one,
    take_down,
)
from streamverse.kit.paging import Listing, Page
from streamverse.kit.work import Work

REPORTED = Listing("social.reported", tuple[UUID])


@dataclass(frozen=True, slots=True)
class ReportedReview:
    """A review that staff shall look at, and why."""

    shown: ShownReview
    title_name: str
    reports: Sequence[ReportRow]


async def vote_on_review(
    work: Work, review_id: ReviewId, *, is_helpful: bool | None
) -> ShownReview:
    """Say whether somebody's review helped; None withdraws what was said."""
    row, voter = await lock_review(work, review_id)
    if row.profile_id == voter.id:
        raise ReviewOwn
    votes = Votes(work)
    before = await votes.find(review_id, voter.id)
    if before is not None:
        _count(row, is_helpful=before.is_helpful, by=-1)
        await votes.remove(before)
    if is_helpful is not None:
        _count(row, is_helpful=is_helpful, by=1)
        votes.add(
            VoteRow(
                review_id=review_id,
                profile_id=voter.id,
                is_helpful=is_helpful,
                voted_at=work.now,
            )
        )
    row.helpfulness_ppm = helpfulness_ppm(row.helpful_count, row.unhelpful_count)
    return await show_one(work, voter, row)


def _count(row: ReviewRow, *, is_helpful: bool, by: int) -> None:
    if is_helpful:
        row.helpful_count += by
    else:
        row.unhelpful_count += by


async def report_review(
    work: Work, review_id: ReviewId, reason: ReportReason, comment: str = ""
) -> None:
    """Ask staff to look at somebody's review, once."""
    row, reporter = await lock_review(work, review_id)
    if row.profile_id == reporter.id:
        raise ReviewOwn
    tidied = tidy_text(comment, COMMENT_LIMIT, "comment")
    since = work.now - WRITTEN_WINDOW
    ensure_within_limit(work, *await Reports(work).made_since(reporter.id, since))
    is_first = await Reports(work).add_unless_there(
        {
            "review_id": review_id,
            "profile_id": reporter.id,
            "reason": reason.value,
            "comment": tidied,
            "reported_at": work.now,
        }
    )
    if not is_first:
        raise ReportExists
    work.emit(ReviewReported(review_id, TitleId(row.title_id), reason))


# --- staff ----------------------------------------------------------------------------------------


async def list_reported(
    work: Work, *, cursor: str | None, limit: int | None
) -> Page[ReportedReview]:
    """List the reviews that staff shall look at, oldest first."""
    request = REPORTED.request(cursor, limit)
    rows = await Reviews(work).reported_page(request.after, request.fetch_limit)
    page = request.page(rows, lambda row: (row.id,))
    shown = await show(work, None, page.items)
    reports = await Reports(work).open_of(shown)
    names = await catalog.find_names(work, {TitleId(row.title_id) for row in page.items})
    return page.map(
        lambda row: ReportedReview(
            shown[row.id], names.get(row.title_id, ""), reports.get(row.id, ())
        )
    )


async def decide_on_review(work: Work, review_id: ReviewId, *, is_kept: bool) -> None:
    """Keep a review, taken down or not, or take it down; either settles what was reported."""
    row = await Reviews(work).lock(review_id)
    if row is None:
        raise ReviewNotFound(review_id)
    if not is_kept:
        await take_down(work, row)
        return
    row.removed_at = None
    await Reports(work).settle(review_id)
    await record_audit(work, "social.review_kept", f"review:{row.id}", facts_of(row))
