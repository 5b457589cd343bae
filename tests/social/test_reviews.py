"""Reviews over HTTP: who may write, see, change and judge them, and in which order they come."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import delete, select

from streamverse.domains.catalog.models import TitleRow
from streamverse.domains.identity.contracts import AccountId
from streamverse.domains.identity.models import AuditRow
from streamverse.domains.profiles.models import ProfileRow
from streamverse.domains.social.models import ReportRow, ReviewRow, VoteRow
from streamverse.domains.social.rules import TEXT_LIMIT, WRITTEN_LIMIT, WRITTEN_WINDOW
from streamverse.domains.social.service.reviews import EXPORTERS
from streamverse.kit.clock import FixedClock, new_id
from streamverse.kit.events import EventRow
from streamverse.kit.work import Actor, Role, Workshop
from tests.factories.titles import make_title

if TYPE_CHECKING:
    from tests.conftest import Clients
    from tests.factories.accounts import People
    from tests.social.conftest import Arrive, Reviewer

LIMITED = "social.reviews_throttled"


async def events(workshop: Workshop) -> list[str]:
    async with workshop.reading(Actor.system()) as work:
        query = select(EventRow.name).where(EventRow.name.startswith("social."))
        return list(await work.session.scalars(query.order_by(EventRow.id)))


async def audited(workshop: Workshop) -> list[str]:
    async with workshop.reading(Actor.system()) as work:
        query = select(AuditRow.action).where(AuditRow.action.startswith("social."))
        return list(await work.session.scalars(query))


async def test_a_review_is_written_seen_by_others_and_edited(
    arrive: Arrive, clock: FixedClock, workshop: Workshop
) -> None:
    anna, ben = await arrive("Anna"), await arrive("Ben")
    written = await anna.write(4, "  A dragon,\r\nand a girl. ", has_spoilers=True)
    assert written["text"] == "A dragon,\nand a girl."
    assert (written["is_own"], written["edited_at"]) == (True, None)
    assert written["author"] == {"name": "Anna", "avatar_url": "/api/v1/avatars/1"}

    seen = await ben.board()
    assert seen["summary"] == {"count": 1, "average": 4.0, "counts": [0, 0, 0, 1, 0]}
    assert seen["own"] is None
    [item] = seen["items"]
    assert (item["id"], item["is_own"], item["has_spoilers"]) == (written["id"], False, True)

    clock.advance(timedelta(minutes=5))
    path = f"/reviews/{written['id']}"
    unchanged = (await anna.ask("PATCH", path, rating=4)).json()
    assert unchanged["edited_at"] is None
    edited = (await anna.ask("PATCH", path, rating=2, has_spoilers=False)).json()
    assert (edited["rating"], edited["text"]) == (2, "A dragon,\nand a girl.")
    assert edited["edited_at"] == clock.now().isoformat().replace("+00:00", "Z")
    assert (await anna.board())["own"] == edited
    assert await events(workshop) == ["social.review_written"] * 2


async def test_a_rating_without_words_counts_and_is_not_listed(arrive: Arrive) -> None:
    anna, ben = await arrive("Anna"), await arrive("Ben")
    own = await anna.write(5, " \n ", has_spoilers=True)
    assert (own["text"], own["has_spoilers"]) == ("", False)
    seen = await ben.board()
    assert (seen["summary"]["count"], seen["items"]) == (1, [])


async def test_there_is_one_review_for_each_profile_and_title(arrive: Arrive) -> None:
    anna = await arrive("Anna")
    first = await anna.write(4, "Good")
    again = await anna.ask("POST", f"/titles/{anna.film}/reviews", rating=1)
    assert (again.status_code, again.json()["code"]) == (409, "social.review_exists")
    assert again.json()["facts"] == {"review_id": first["id"]}
    assert (await anna.board())["summary"]["counts"] == [0, 0, 0, 1, 0]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"rating": 0},
        {"rating": 6},
        {"rating": 4.5},
        {"rating": 4, "text": "x" * (TEXT_LIMIT + 1)},
        {"rating": 4, "text": "x" * 20_001},
        {"rating": 4, "text": None},
    ],
)
async def test_nonsense_is_refused(arrive: Arrive, body: dict[str, Any]) -> None:
    anna = await arrive("Anna")
    refused = await anna.ask("POST", f"/titles/{anna.film}/reviews", **body)
    assert (refused.status_code, refused.json()["code"]) == (422, "kit.invalid")
    assert (await anna.board())["summary"]["count"] == 0


async def test_only_its_author_changes_or_deletes_a_review(
    arrive: Arrive, workshop: Workshop
) -> None:
    anna, ben = await arrive("Anna"), await arrive("Ben")
    path = f"/reviews/{(await anna.write(4, 'Good'))['id']}"
    for method in ("PATCH", "DELETE"):
        refused = await ben.ask(method, path, rating=1)
        assert (refused.status_code, refused.json()["code"]) == (403, "social.review_not_own")
    assert (await ben.board())["items"][0]["rating"] == 4

    assert (await anna.ask("DELETE", path)).status_code == 204
    gone = await anna.ask("DELETE", path)
    assert (gone.status_code, gone.json()["code"]) == (404, "social.review_not_found")
    assert (await anna.board())["own"] is None
    await anna.write(5, "Better than I thought")
    assert await events(workshop) == [
        "social.review_written",
        "social.review_removed",
        "social.review_written",
    ]


# --- votes ----------------------------------------------------------------------------------------


async def test_a_vote_is_given_changed_and_withdrawn(arrive: Arrive) -> None:
    anna, ben, cleo = [await arrive(name) for name in ("Anna", "Ben", "Cleo")]
    review = await anna.write(4, "Good")
    await cleo.vote(review, "helpful")
    told: list[tuple[object, ...]] = []
    for vote in ("helpful", "helpful", "unhelpful", None, None):
        seen = await ben.vote(review, vote)
        told.append((seen["helpful_count"], seen["unhelpful_count"], seen["own_vote"]))
    assert told == [
        (2, 0, "helpful"),
        (2, 0, "helpful"),
        (1, 1, "unhelpful"),
        (1, 0, None),
        (1, 0, None),
    ]
    assert (await cleo.board())["items"][0]["own_vote"] == "helpful"


async def test_nobody_votes_on_or_reports_their_own_review(arrive: Arrive) -> None:
    anna = await arrive("Anna")
    review = await anna.write(4, "Good")
    for act, body in (("vote", {"vote": "helpful"}), ("report", {"reason": "spam"})):
        refused = await anna.ask("POST", f"/reviews/{review['id']}/{act}", **body)
        assert (refused.status_code, refused.json()["code"]) == (403, "social.review_own")
    assert (await anna.board())["own"] == review


# --- orders and pages -----------------------------------------------------------------------------


async def test_reviews_come_in_four_orders_page_by_page(arrive: Arrive, clock: FixedClock) -> None:
    reviewers: list[Reviewer] = [await arrive(name) for name in ("Anna", "Ben", "Cleo", "Dora")]
    reviews: list[dict[str, Any]] = []
    for reviewer, rating in zip(reviewers, (3, 5, 1, 3), strict=True):
        reviews.append(await reviewer.write(rating, "Words"))
        clock.advance(timedelta(minutes=1))
    a, b, c, d = reviews
    await reviewers[1].vote(a, "helpful")
    await reviewers[2].vote(a, "helpful")
    await reviewers[0].vote(c, "helpful")
    await reviewers[0].vote(b, "unhelpful")

    orders = {
        "helpful": [a, c, d, b],
        "newest": [d, c, b, a],
        "highest": [b, d, a, c],
        "lowest": [c, d, a, b],
    }
    for sort, expected in orders.items():
        assert await _walk(reviewers[0], sort) == [review["id"] for review in expected]


async def _walk(reviewer: Reviewer, sort: str) -> list[str]:
    found: list[str] = []
    page = await reviewer.board(sort=sort, limit=1)
    while True:
        found += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            return found
        page = await reviewer.board(sort=sort, limit=1, cursor=page["next_cursor"])


async def test_a_page_stays_where_it_was_when_something_new_is_written(
    arrive: Arrive, clock: FixedClock
) -> None:
    reviewers: list[Reviewer] = [await arrive(name) for name in ("Anna", "Ben", "Cleo")]
    old = []
    for reviewer in reviewers[:2]:
        old.append(await reviewer.write(3, "Words"))
        clock.advance(timedelta(minutes=1))
    first = await reviewers[0].board(sort="newest", limit=1)
    await reviewers[2].write(3, "Later words")
    second = await reviewers[0].board(sort="newest", limit=1, cursor=first["next_cursor"])
    assert [item["id"] for item in second["items"]] == [old[0]["id"]]


async def test_a_cursor_of_another_order_is_refused(arrive: Arrive) -> None:
    anna, ben = await arrive("Anna"), await arrive("Ben")
    await anna.write(3, "Words")
    await ben.write(4, "Words")
    cursor = (await anna.board(sort="newest", limit=1))["next_cursor"]
    for query in ({"sort": "highest", "cursor": cursor}, {"sort": "worst"}):
        refused = await anna.client.get(f"/titles/{anna.film}/reviews", params=query)
        assert refused.status_code == 422


# --- who may know of what -------------------------------------------------------------------------


async def test_who_may_not_know_of_a_title_knows_of_no_review(
    arrive: Arrive, clients: Clients
) -> None:
    anna = await arrive("Anna")
    small = await arrive("Small", is_kids=True, maturity_limit=6)
    review = await anna.write(4, "Good")
    for client in (small.client, clients.stranger):
        for method, path, body, code in (
            ("GET", f"/titles/{anna.film}/reviews", None, "catalog.title_not_found"),
            ("POST", f"/titles/{anna.film}/reviews", {"rating": 1}, "catalog.title_not_found"),
            ("PATCH", f"/reviews/{review['id']}", {"rating": 1}, "social.review_not_found"),
            ("DELETE", f"/reviews/{review['id']}", None, "social.review_not_found"),
            ("POST", f"/reviews/{review['id']}/vote", {"vote": None}, "social.review_not_found"),
            (
                "POST",
                f"/reviews/{review['id']}/report",
                {"reason": "spam"},
                "social.review_not_found",
            ),
        ):
            refused = await client.request(method, path, json=body)
            assert (refused.status_code, refused.json()["code"]) == (404, code)
    assert await anna.board() == {**await anna.board(), "own": review, "items": [review]}


async def test_a_kids_profile_sees_how_a_title_is_rated_and_no_strangers_words(
    arrive: Arrive,
) -> None:
    anna = await arrive("Anna")
    child = await arrive("Child", is_kids=True, maturity_limit=12)
    review = await anna.write(4, "Good")
    assert await child.board() == {
        "summary": {"count": 1, "average": 4.0, "counts": [0, 0, 0, 1, 0]},
        "own": None,
        "items": [],
        "next_cursor": None,
    }
    for path, body in (
        (f"/titles/{anna.film}/reviews", {"rating": 1}),
        (f"/reviews/{review['id']}/vote", {"vote": "helpful"}),
        (f"/reviews/{review['id']}/report", {"reason": "spam"}),
    ):
        refused = await child.ask("POST", path, **body)
        assert (refused.status_code, refused.json()["code"]) == (
            403,
            "social.kids_may_not_take_part",
        )
    assert (await anna.board())["items"] == [review]


async def test_whoever_has_chosen_no_profile_reads_and_does_not_write(
    arrive: Arrive, clients: Clients
) -> None:
    anna = await arrive("Anna")
    await anna.write(4, "Good")
    path = f"/titles/{anna.film}/reviews"
    assert len((await clients.viewer.get(path)).json()["items"]) == 1
    refused = await clients.viewer.post(path, json={"rating": 1})
    assert (refused.status_code, refused.json()["code"]) == (409, "social.profile_needed")
    assert (await anna.board())["summary"]["count"] == 1


async def test_a_withdrawn_title_takes_its_reviews_out_of_sight(
    arrive: Arrive, workshop: Workshop, people: People
) -> None:
    anna = await arrive("Anna")
    review = await anna.write(4, "Good")
    async with workshop.work(people.owner) as work:
        row = await work.session.get_one(TitleRow, UUID(str(anna.film)))
        row.published_at = row.shown_from = None
    assert (await anna.client.get(f"/titles/{anna.film}/reviews")).status_code == 404
    refused = await anna.ask("PATCH", f"/reviews/{review['id']}", rating=1)
    assert refused.json()["code"] == "social.review_not_found"
    # What is one's own can be deleted whatever has become of the title.
    assert (await anna.ask("DELETE", f"/reviews/{review['id']}")).status_code == 204


# --- too much -------------------------------------------------------------------------------------


async def test_nobody_writes_more_than_is_read(
    arrive: Arrive, workshop: Workshop, people: People, clock: FixedClock
) -> None:
    anna = await arrive("Anna")
    async with workshop.work(people.owner) as work:
        films = [
            await make_title(work, f"Film {n}", minimum_age=0, effective_age=0)
            for n in range(WRITTEN_LIMIT + 1)
        ]
    for n, film in enumerate(films):
        answer = await anna.ask("POST", f"/titles/{film}/reviews", rating=3)
        assert answer.status_code == (201 if n < WRITTEN_LIMIT else 429)
    assert (answer.json()["code"], answer.headers["retry-after"]) == (LIMITED, "3600")
    clock.advance(WRITTEN_WINDOW)
    answer = await anna.ask("POST", f"/titles/{films[-1]}/reviews", rating=3)
    assert answer.status_code == 201


# --- what staff sees to ---------------------------------------------------------------------------


async def test_a_report_is_made_once_and_staff_keeps_the_review(
    arrive: Arrive, workshop: Workshop
) -> None:
    anna, ben = await arrive("Anna"), await arrive("Ben")
    staff = await arrive("Staff", role=Role.MODERATOR)
    review = await anna.write(4, "Good")
    path = f"/reviews/{review['id']}/report"
    assert (await ben.ask("POST", path, reason="abuse", comment=" Rude ")).status_code == 204
    again = await ben.ask("POST", path, reason="spam")
    assert (again.status_code, again.json()["code"]) == (409, "social.report_exists")
    assert (await ben.board())["items"][0]["is_reported"] is True

    [reported] = (await staff.client.get("/admin/reviews")).json()["items"]
    assert (reported["title_name"], reported["review"]["id"]) == ("Sintel", review["id"])
    assert [(one["reason"], one["comment"]) for one in reported["reports"]] == [("abuse", "Rude")]
    decided = f"/admin/reviews/{review['id']}/decision"
    assert (await staff.ask("POST", decided, decision="keep")).status_code == 204
    assert (await staff.client.get("/admin/reviews")).json()["items"] == []
    assert (await ben.board())["items"][0]["id"] == review["id"]
    assert (await ben.ask("POST", path, reason="spam")).status_code == 409
    assert await audited(workshop) == ["social.review_kept"]


@pytest.mark.parametrize("is_by_decision", [True, False])
async def test_what_staff_takes_down_is_seen_by_its_author_alone(
    arrive: Arrive, workshop: Workshop, *, is_by_decision: bool
) -> None:
    anna, ben = await arrive("Anna"), await arrive("Ben")
    staff = await arrive("Staff", role=Role.MODERATOR)
    path = f"/reviews/{(await anna.write(1, 'Buy pills'))['id']}"
    await ben.ask("POST", f"{path}/report", reason="spam")
    taken = (
        await staff.ask("POST", f"/admin{path}/decision", decision="remove")
        if is_by_decision
        else await staff.client.delete(path)
    )
    assert taken.status_code == 204
    assert (await staff.client.get("/admin/reviews")).json()["items"] == []
    seen = await ben.board()
    assert (seen["summary"]["count"], seen["items"]) == (0, [])
    refused = await ben.ask("POST", f"{path}/vote", vote="helpful")
    assert refused.json()["code"] == "social.review_not_found"

    assert (await anna.board())["own"]["is_removed"] is True
    for method, where in (
        ("PATCH", path),
        ("DELETE", path),
        ("POST", f"/titles/{anna.film}/reviews"),
    ):
        refused = await anna.ask(method, where, rating=5)
        assert (refused.status_code, refused.json()["code"]) == (409, "social.review_taken_down")
    assert await audited(workshop) == ["social.review_removed"]
    assert (await events(workshop))[-1] == "social.review_removed"

    # A mistake is mended by keeping it after all.
    assert (await staff.ask("POST", f"/admin{path}/decision", decision="keep")).status_code == 204
    assert (await ben.board())["summary"]["count"] == 1


async def test_only_moderators_see_what_was_reported(arrive: Arrive) -> None:
    anna, editor = await arrive("Anna"), await arrive("Editor", role=Role.EDITOR)
    review = await anna.write(4, "Good")
    for who in (anna, editor):
        assert (await who.client.get("/admin/reviews")).status_code == 403
        decided = f"/admin/reviews/{review['id']}/decision"
        assert (await who.ask("POST", decided, decision="remove")).status_code == 403
    assert (await anna.board())["own"] == review


async def test_reported_reviews_come_page_by_page(arrive: Arrive) -> None:
    people = [await arrive(name) for name in ("Anna", "Ben")]
    staff = await arrive("Staff", role=Role.MODERATOR)
    written = [await one.write(3, "Words") for one in people]
    for review in written:
        await staff.ask("POST", f"/reviews/{review['id']}/report", reason="other")
    first = (await staff.client.get("/admin/reviews", params={"limit": 1})).json()
    query = {"limit": 1, "cursor": first["next_cursor"]}
    second = (await staff.client.get("/admin/reviews", params=query)).json()
    found = [page["items"][0]["review"]["id"] for page in (first, second)]
    assert found == [review["id"] for review in written]
    assert second["next_cursor"] is None


# --- what is kept of people -----------------------------------------------------------------------


async def test_the_copy_of_all_that_is_kept_holds_reviews_votes_and_reports(
    arrive: Arrive, workshop: Workshop
) -> None:
    anna, ben = await arrive("Anna"), await arrive("Ben")
    await anna.write(4, "Good")
    theirs = await ben.write(1, "Bad")
    await anna.vote(theirs, "unhelpful")
    await anna.ask("POST", f"/reviews/{theirs['id']}/report", reason="abuse")
    async with workshop.reading(Actor.system()) as work:
        profile = await work.session.get_one(ProfileRow, UUID(anna.profile_id))
        [exporter] = EXPORTERS
        copy: Any = await exporter.export(work, AccountId(profile.account_id))
    assert exporter.name == "reviews"
    assert [(one["title"], one["rating"], one["text"]) for one in copy["reviews"]] == [
        ("Sintel", 4, "Good")
    ]
    assert [(str(one["review_id"]), one["is_helpful"]) for one in copy["votes"]] == [
        (theirs["id"], False)
    ]
    assert [one["reason"] for one in copy["reports"]] == ["abuse"]


async def test_a_profile_that_is_removed_takes_its_reviews_along(
    arrive: Arrive, workshop: Workshop
) -> None:
    anna, ben = await arrive("Anna"), await arrive("Ben")
    review, theirs = await anna.write(4, "Good"), await ben.write(3, "Fair")
    await anna.vote(theirs, "helpful")
    await anna.ask("POST", f"/reviews/{theirs['id']}/report", reason="spam")
    await ben.vote(review, "helpful")
    async with workshop.work(Actor.system()) as work:
        await work.session.execute(delete(ProfileRow).where(ProfileRow.id == UUID(anna.profile_id)))
    async with workshop.reading(Actor.system()) as work:
        left = [str(one) for one in await work.session.scalars(select(ReviewRow.id))]
        assert left == [theirs["id"]]
        for table in (VoteRow, ReportRow):
            assert (await work.session.scalars(select(table.review_id))).all() == []
    # The vote stays as a mere number.
    assert (await ben.board())["own"]["helpful_count"] == 1


async def test_a_review_that_never_was_is_not_found(arrive: Arrive) -> None:
    staff = await arrive("Staff", role=Role.MODERATOR)
    for method, path, body in (
        ("DELETE", f"/reviews/{new_id()}", {}),
        ("POST", f"/admin/reviews/{new_id()}/decision", {"decision": "remove"}),
    ):
        missing = await staff.ask(method, path, **body)
        assert (missing.status_code, missing.json()["code"]) == (404, "social.review_not_found")
