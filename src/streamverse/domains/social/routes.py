"""Reviews over HTTP."""

from __future__ import annotations

from uuid import UUID

from litestar import Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.catalog.public import TitleNotFound
from streamverse.domains.social.contracts import ReviewId, ReviewSort
from streamverse.domains.social.errors import (
    KidsMayNotTakePart,
    ProfileNeeded,
    ReportExists,
    ReviewExists,
    ReviewNotFound,
    ReviewNotOwn,
    ReviewOwn,
    ReviewsThrottled,
    ReviewTakenDown,
)
from streamverse.domains.social.schemas import (
    DecisionIn,
    ReportedPage,
    ReportIn,
    ReviewChangeIn,
    ReviewIn,
    ReviewOut,
    ReviewsOut,
    VoteIn,
)
from streamverse.domains.social.service import judging, reviews
from streamverse.kit.errors import Forbidden, Invalid, Unauthenticated
from streamverse.kit.http import may, problems, signed_in
from streamverse.kit.work import Work

TITLE = "/titles/{title_id:uuid}/reviews"
REVIEW = "/reviews/{review_id:uuid}"
TAKING_PART = (Unauthenticated, ProfileNeeded, KidsMayNotTakePart, Invalid)


@get(TITLE, guards=[signed_in], responses=problems(Unauthenticated, TitleNotFound, Invalid))
async def list_reviews(
    title_id: FromPath[UUID],
    work: NamedDependency[Work],
    sort: FromQuery[ReviewSort] = ReviewSort.HELPFUL,
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> ReviewsOut:
    """List what is thought of a title, and sum up how it is rated."""
    board = await reviews.list_reviews(work, TitleId(title_id), sort, cursor=cursor, limit=limit)
    return ReviewsOut.of(board)


@post(
    TITLE,
    guards=[signed_in],
    responses=problems(
        *TAKING_PART, TitleNotFound, ReviewExists, ReviewTakenDown, ReviewsThrottled
    ),
)
async def write_review(
    title_id: FromPath[UUID], data: JSONBody[ReviewIn], work: NamedDependency[Work]
) -> ReviewOut:
    """Say what you think of a title."""
    return ReviewOut.of(await reviews.write_review(work, TitleId(title_id), data.to_draft()))


@patch(
    REVIEW,
    guards=[signed_in],
    responses=problems(*TAKING_PART, ReviewNotFound, ReviewNotOwn, ReviewTakenDown),
)
async def change_review(
    review_id: FromPath[UUID], data: JSONBody[ReviewChangeIn], work: NamedDependency[Work]
) -> ReviewOut:
    """Say otherwise what you think."""
    return ReviewOut.of(await reviews.change_review(work, ReviewId(review_id), data.to_change()))


@delete(
    REVIEW,
    guards=[signed_in],
    responses=problems(Unauthenticated, ReviewNotFound, ReviewNotOwn, ReviewTakenDown),
)
async def remove_review(review_id: FromPath[UUID], work: NamedDependency[Work]) -> None:
    """Delete your review; staff takes down anybody's."""
    await reviews.remove_review(work, ReviewId(review_id))


@post(
    f"{REVIEW}/vote",
    guards=[signed_in],
    status_code=200,
    responses=problems(*TAKING_PART, ReviewNotFound, ReviewOwn),
)
async def vote_on_review(
    review_id: FromPath[UUID], data: JSONBody[VoteIn], work: NamedDependency[Work]
) -> ReviewOut:
    """Say whether a review helped you, or take that back."""
    voted = await judging.vote_on_review(work, ReviewId(review_id), is_helpful=data.is_helpful)
    return ReviewOut.of(voted)


@post(
    f"{REVIEW}/report",
    guards=[signed_in],
    status_code=204,
    responses=problems(*TAKING_PART, ReviewNotFound, ReviewOwn, ReportExists, ReviewsThrottled),
)
async def report_review(
    review_id: FromPath[UUID], data: JSONBody[ReportIn], work: NamedDependency[Work]
) -> None:
    """Ask staff to look at a review."""
    await judging.report_review(work, ReviewId(review_id), data.reason, data.comment)


# --- staff ----------------------------------------------------------------------------------------


@get(
    "/admin/reviews",
    guards=[may("moderation.manage")],
    responses=problems(Unauthenticated, Forbidden, Invalid),
)
async def list_reported(
    work: NamedDependency[Work],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> ReportedPage:
    """List the reviews that were reported, oldest first."""
    return ReportedPage.of(await judging.list_reported(work, cursor=cursor, limit=limit))


@post(
    "/admin/reviews/{review_id:uuid}/decision",
    guards=[may("moderation.manage")],
    status_code=204,
    responses=problems(Unauthenticated, Forbidden, ReviewNotFound, Invalid),
)
async def decide_on_review(
    review_id: FromPath[UUID], data: JSONBody[DecisionIn], work: NamedDependency[Work]
) -> None:
    """Keep a review or take it down; what was reported of it is settled."""
    is_kept = data.decision == "keep"
    await judging.decide_on_review(work, ReviewId(review_id), is_kept=is_kept)


router = Router(
    path="/",
    route_handlers=[
        list_reviews,
        write_review,
        change_review,
        remove_review,
        vote_on_review,
        report_review,
        list_reported,
        decide_on_review,
    ],
    request_max_body_size=131_072,
    tags=["social"],
)
