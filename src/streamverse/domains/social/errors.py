"""The failures of social."""

from __future__ import annotations

from streamverse.domains.social.contracts import ReviewId
from streamverse.kit.errors import Conflict, Forbidden, NotFound, Throttled


class ReviewNotFound(NotFound):
    """There is no such review, or none that the caller may know of."""

    code = "social.review_not_found"
    title = "No such review"

    def __init__(self, review_id: ReviewId) -> None:
        super().__init__(
            "There is no such review: it may have been deleted.", review_id=str(review_id)
        )


class ReviewExists(Conflict):
    """The profile has reviewed the title already."""

    code = "social.review_exists"
    title = "You have reviewed this already"

    def __init__(self, review_id: ReviewId) -> None:
        super().__init__(
            "You have reviewed this title already: change your review instead.",
            review_id=str(review_id),
        )


class ReviewTakenDown(Conflict):
    """Staff took the review down, and it stays as it is."""

    code = "social.review_taken_down"
    title = "This review was taken down"

    def __init__(self) -> None:
        super().__init__(
            "This review was taken down, so that it cannot be changed or written anew: "
            "ask whoever runs this service if that was a mistake."
        )


class ReviewNotOwn(Forbidden):
    """Somebody else wrote the review."""

    code = "social.review_not_own"
    title = "This is somebody else's review"

    def __init__(self) -> None:
        super().__init__("Only the profile that wrote a review may change or delete it.")


class ReviewOwn(Forbidden):
    """The caller wrote the review."""

    code = "social.review_own"
    title = "This is your own review"

    def __init__(self) -> None:
        super().__init__("Nobody votes on their own review or reports it: edit or delete it.")


class ReportExists(Conflict):
    """The profile has reported the review already."""

    code = "social.report_exists"
    title = "You have reported this already"

    def __init__(self) -> None:
        super().__init__("You have reported this review already: staff will look at it.")


class ProfileNeeded(Conflict):
    """Nobody knows who is watching."""

    code = "social.profile_needed"
    title = "Who is watching?"

    def __init__(self) -> None:
        super().__init__("Choose who is watching first: a review belongs to a profile.")


class KidsMayNotTakePart(Forbidden):
    """A kids profile neither writes nor judges reviews."""

    code = "social.kids_may_not_take_part"
    title = "Not with a kids profile"

    def __init__(self) -> None:
        super().__init__("Kids profiles do not take part in reviews: switch to another profile.")


class ReviewsThrottled(Throttled):
    """A profile has written or reported a lot within the hour."""

    code = "social.reviews_throttled"

    def __init__(self, limit: int, retry_after_s: int) -> None:
        super().__init__(
            f"That was {limit} within an hour: take a break, then go on.",
            retry_after_s=retry_after_s,
            limit=limit,
        )
