"""Reviews: written, changed, listed, deleted."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import UNSET, UnsetType

from streamverse.domains.catalog import public as catalog
from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.identity.contracts import AccountId, Exporter
from streamverse.domains.identity.public import record_audit
from streamverse.domains.profiles import public as profiles
from streamverse.domains.profiles.contracts import Byline, Profile, ProfileId
from streamverse.domains.social.contracts import (
    ReviewId,
    ReviewRemoved,
    ReviewSort,
    ReviewWritten,
)
from streamverse.domains.social.errors import (
    KidsMayNotTakePart,
    ProfileNeeded,
    ReviewExists,
    ReviewNotFound,
    ReviewNotOwn,
    ReviewsThrottled,
    ReviewTakenDown,
)
from streamverse.domains.social.models import ReviewRow
from streamverse.domains.social.repository import Reports, Reviews, Votes
from streamverse.domains.social.rules import (
    TEXT_LIMIT,
    WRITTEN_LIMIT,
    WRITTEN_WINDOW,
    Summary,
    tidy_text,
)
from streamverse.kit.clock import new_id
from streamverse.kit.paging import Listing, Page
from streamverse.kit.work import Actor, Work

# A cursor of one order leads nowhere in another.
LISTINGS: Mapping[ReviewSort, Listing[Any]] = {
    sort: Listing(
        f"social.reviews.{sort}",
        tuple[datetime, UUID] if sort is ReviewSort.NEWEST else tuple[int, UUID],
    )
    for sort in ReviewSort
}


@dataclass(frozen=True, slots=True)
class ReviewDraft:
    """What somebody thinks of a title."""

    rating: int
    text: str = ""
    has_spoilers: bool = False


@dataclass(frozen=True, slots=True)
class ReviewChange:
    """What they think by now; what is not set stays."""

    rating: int | UnsetType = UNSET
    text: str | UnsetType = UNSET
    has_spoilers: bool | UnsetType = UNSET


@dataclass(frozen=True, slots=True)
class ShownReview:
    """A review as a profile sees it."""

    row: ReviewRow
    author: Byline
    is_own: bool
    own_vote: bool | None = None
    is_reported: bool = False


@dataclass(frozen=True, slots=True)
class ReviewBoard:
    """What is thought of a title: by everybody, by some, and by who is watching."""

    summary: Summary
    own: ShownReview | None
    page: Page[ShownReview]


async def list_reviews(
    work: Work, title_id: TitleId, sort: ReviewSort, *, cursor: str | None, limit: int | None
) -> ReviewBoard:
    """List what is thought of a title; kids see how it is rated, and nothing that was written."""
    await ensure_visible(work, title_id)
    request = LISTINGS[sort].request(cursor, limit)
    summary = Summary.of(await Reviews(work).count_ratings(title_id))
    profile = await profiles.get_current_profile(work)
    if profile is not None and profile.is_kids:
        return ReviewBoard(summary, None, Page(()))
    rows = await Reviews(work).page(title_id, sort, after=request.after, limit=request.fetch_limit)
    page = request.page(rows, lambda row: _key(row, sort))
    own = await Reviews(work).find_of(profile.id, title_id) if profile else None
    shown = await show(work, profile, [*page.items, *([own] if own else [])])
    return ReviewBoard(
        summary=summary,
        own=shown[own.id] if own else None,
        page=Page(tuple(shown[row.id] for row in page.items), page.next_cursor),
    )


def _key(row: ReviewRow, sort: ReviewSort) -> tuple[object, UUID]:
    values = {
        ReviewSort.HELPFUL: row.helpfulness_ppm,
        ReviewSort.NEWEST: row.created_at,
        ReviewSort.HIGHEST: row.rating,
        ReviewSort.LOWEST: -row.rating,
    }
    return values[sort], row.id


async def write_review(work: Work, title_id: TitleId, draft: ReviewDraft) -> ShownReview:
    """Say what the actor's profile thinks of a title, once."""
    await ensure_visible(work, title_id)
    author = await get_participant(work)
    text = tidy_text(draft.text, TEXT_LIMIT, "text")
    since = work.now - WRITTEN_WINDOW
    ensure_within_limit(work, *await Reviews(work).written_since(author.id, since))
    row = await Reviews(work).add_unless_there(
        {
            "id": new_id(),
            "title_id": title_id,
            "profile_id": author.id,
            "rating": draft.rating,
            "text": text,
            "has_spoilers": draft.has_spoilers and bool(text),
            "created_at": work.now,
        }
    )
    if row is None:
        raise await _standing(work, author, title_id)
    _tell_written(work, row)
    return await show_one(work, author, row)


async def _standing(
    work: Work, author: Profile, title_id: TitleId
) -> ReviewExists | ReviewTakenDown:
    row = await Reviews(work).find_of(author.id, title_id)
    if row is None or row.removed_at is not None:
        return ReviewTakenDown()
    return ReviewExists(ReviewId(row.id))


async def change_review(work: Work, review_id: ReviewId, change: ReviewChange) -> ShownReview:
    """Say otherwise what the actor's profile thinks; others see that it was edited."""
    row, author = await lock_review(work, review_id)
    if row.profile_id != author.id:
        raise ReviewNotOwn
    if row.removed_at is not None:
        raise ReviewTakenDown
    before = row.rating, row.text, row.has_spoilers
    if change.rating is not UNSET:
        row.rating = change.rating
    if change.text is not UNSET:
        row.text = tidy_text(change.text, TEXT_LIMIT, "text")
    if change.has_spoilers is not UNSET:
        row.has_spoilers = change.has_spoilers
    row.has_spoilers = row.has_spoilers and bool(row.text)
    if (row.rating, row.text, row.has_spoilers) != before:
        row.edited_at = work.now
        _tell_written(work, row)
    return await show_one(work, author, row)


async def remove_review(work: Work, review_id: ReviewId) -> None:
    """Delete one's own review; staff takes down anybody's."""
    row = await Reviews(work).lock(review_id)
    profile = await profiles.get_current_profile(work)
    is_own = row is not None and profile is not None and row.profile_id == profile.id
    if row is None or not (is_own or await _may_know(work, row)):
        raise ReviewNotFound(review_id)
    if is_own and row.removed_at is None:
        await Reviews(work).remove(row)
        _tell_removed(work, row)
    elif is_own:
        raise ReviewTakenDown
    elif may_moderate(work.actor):
        await take_down(work, row)
    else:
        raise ReviewNotOwn


async def take_down(work: Work, row: ReviewRow) -> None:
    """Show a review to nobody but its author. Doing so again changes nothing."""
    await Reports(work).settle(ReviewId(row.id))
    if row.removed_at is None:
        row.removed_at = work.now
        _tell_removed(work, row)
        await record_audit(work, "social.review_removed", f"review:{row.id}", facts_of(row))


def facts_of(row: ReviewRow) -> dict[str, Any]:
    """Give what the audit log says of a review: its words are the author's."""
    return {"title_id": str(row.title_id), "profile_id": str(row.profile_id)}


# --- who may do what ------------------------------------------------------------------------------


def may_moderate(actor: Actor) -> bool:
    """Tell whether somebody looks after what others write."""
    return actor.may("moderation.manage")


async def ensure_visible(work: Work, title_id: TitleId) -> None:
    """Fail with ``TitleNotFound`` if the actor may not know of a title."""
    if await catalog.find_visible_title(work, title_id) is None:
        raise catalog.TitleNotFound(title_id)


async def get_participant(work: Work) -> Profile:
    """Get the profile that takes part: one is chosen, and it is no child's."""
    profile = await profiles.get_current_profile(work)
    if profile is None:
        raise ProfileNeeded
    if profile.is_kids:
        raise KidsMayNotTakePart
    return profile


async def lock_review(work: Work, review_id: ReviewId) -> tuple[ReviewRow, Profile]:
    """Lock a review that the actor may know of, and give it with the profile that takes part."""
    row = await Reviews(work).lock(review_id)
    profile = await profiles.get_current_profile(work)
    is_own = row is not None and profile is not None and row.profile_id == profile.id
    is_hidden = row is None or (row.removed_at is not None and not is_own)
    if row is None or is_hidden or not await _may_know(work, row):
        raise ReviewNotFound(review_id)
    return row, await get_participant(work)


async def _may_know(work: Work, row: ReviewRow) -> bool:
    return await catalog.find_visible_title(work, TitleId(row.title_id)) is not None


def ensure_within_limit(work: Work, count: int, first: datetime | None) -> None:
    """Fail if so much was written within the hour that more would be a flood."""
    if count >= WRITTEN_LIMIT and first is not None:
        left = first + WRITTEN_WINDOW - work.now
        raise ReviewsThrottled(WRITTEN_LIMIT, max(1, math.ceil(left.total_seconds())))


# --- how it is shown ------------------------------------------------------------------------------


async def show(
    work: Work, profile: Profile | None, rows: Sequence[ReviewRow]
) -> Mapping[UUID, ShownReview]:
    """Show reviews to a profile, or to nobody in particular."""
    ids = {row.id for row in rows}
    authors = await profiles.find_bylines(work, {ProfileId(row.profile_id) for row in rows})
    votes: Mapping[UUID, bool] = {}
    reported: Collection[UUID] = ()
    if profile is not None and ids:
        votes = await Votes(work).of_reviews(profile.id, ids)
        reported = await Reports(work).of_reviews(profile.id, ids)
    return {
        row.id: ShownReview(
            row=row,
            author=authors[ProfileId(row.profile_id)],
            is_own=profile is not None and row.profile_id == profile.id,
            own_vote=votes.get(row.id),
            is_reported=row.id in reported,
        )
        for row in rows
    }


async def show_one(work: Work, profile: Profile, row: ReviewRow) -> ShownReview:
    """Show one review to a profile."""
    await work.session.flush()
    return (await show(work, profile, [row]))[row.id]


def _tell_written(work: Work, row: ReviewRow) -> None:
    review_id, title_id = ReviewId(row.id), TitleId(row.title_id)
    work.emit(ReviewWritten(review_id, title_id, ProfileId(row.profile_id), row.rating))


def _tell_removed(work: Work, row: ReviewRow) -> None:
    work.emit(ReviewRemoved(ReviewId(row.id), TitleId(row.title_id), ProfileId(row.profile_id)))


# --- what people get of what is kept about them ---------------------------------------------------


async def _export_account(work: Work, account_id: AccountId) -> object:
    profile_ids = await profiles.list_profile_ids(work, account_id)
    reviews = await Reviews(work).of_profiles(profile_ids)
    names = await catalog.find_names(work, {TitleId(row.title_id) for row in reviews})
    return {
        "reviews": [
            {
                "profile_id": row.profile_id,
                "title_id": row.title_id,
                "title": names.get(row.title_id, ""),
                "rating": row.rating,
                "text": row.text,
                "has_spoilers": row.has_spoilers,
                "created_at": row.created_at,
                "edited_at": row.edited_at,
                "removed_at": row.removed_at,
            }
            for row in reviews
        ],
        "votes": [
            {
                "profile_id": vote.profile_id,
                "review_id": vote.review_id,
                "is_helpful": vote.is_helpful,
                "voted_at": vote.voted_at,
            }
            for vote in await Votes(work).of_profiles(profile_ids)
        ],
        "reports": [
            {
                "profile_id": report.profile_id,
                "review_id": report.review_id,
                "reason": report.reason,
                "comment": report.comment,
                "reported_at": report.reported_at,
            }
            for report in await Reports(work).of_profiles(profile_ids)
        ],
    }


EXPORTERS = (Exporter("reviews", _export_account),)
