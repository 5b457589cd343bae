"""Search over HTTP: what is found, by whom, and what is remembered of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from streamverse.domains.catalog.contracts import (
    CreditLine,
    TitleKind,
    TitlePatch,
    WindowLine,
    Words,
)
from streamverse.domains.catalog.service import editing, lifecycle
from streamverse.domains.library.contracts import ProgressReport, ViewingId
from streamverse.domains.library.service import watching
from streamverse.domains.search.models import ChoiceRow, HistoryRow, QueryDayRow
from streamverse.kit.clock import FixedClock, new_id
from streamverse.kit.work import Actor, Workshop
from tests.billing.test_routes import make_plan
from tests.factories.accounts import make_session

if TYPE_CHECKING:
    from streamverse.app.resources import Resources
    from tests.conftest import Clients, Visit
    from tests.factories.families import Home
    from tests.search.conftest import Shelf


async def found_by(client: httpx.AsyncClient, query: str, **narrowed: Any) -> list[str]:
    answer = await client.get("/search", params={"query": query, **narrowed})
    assert answer.status_code == 200, answer.text
    return [hit["name"] for hit in answer.json()["hits"]]


async def proposed_to(client: httpx.AsyncClient, query: str) -> list[str]:
    answer = await client.get("/search/suggestions", params={"query": query})
    assert answer.status_code == 200, answer.text
    return [hit["name"] for hit in answer.json()]


async def test_a_title_is_found_by_its_names_people_and_genres(
    clients: Clients, shelf: Shelf
) -> None:
    title_id = await shelf.add(
        "Das leise Meer",
        original_name="The Quiet Sea",
        year=1994,
        original_language="de-AT",
        genres=["Drama"],
        studios=["Harbour Film"],
        credits=[CreditLine("Mila Torvald", "actor")],
        translations={"ru": Words("Тихое море")},
    )

    answer = (await clients.viewer.get("/search", params={"query": "quiet see"})).json()

    assert answer["hits"] == [
        {
            "id": str(title_id),
            "kind": "movie",
            "name": "Das leise Meer",
            "slug": "",
            "year": 1994,
            "genres": ["Drama"],
            "name_spans": [],
            "matched_name": "The Quiet Sea",
            "matched_spans": [{"start": 4, "end": 9}, {"start": 10, "end": 13}],
            "poster": None,
            "locked_by": None,
        }
    ]
    assert answer["did_you_mean"] == "quiet sea"
    assert answer["facets"] == {
        "kinds": [{"kind": "movie", "count": 1}],
        "genres": [{"genre": "Drama", "count": 1}],
        "decades": [{"decade": 1990, "count": 1}],
        "languages": [{"language": "de", "count": 1}],
    }
    assert not answer["is_more"]
    assert await found_by(clients.viewer, "тихое") == ["Das leise Meer"]
    assert await found_by(clients.viewer, "torvald") == ["Mila Torvald", "Das leise Meer"]
    assert await found_by(clients.viewer, "drama") == ["Drama", "Das leise Meer"]
    assert await found_by(clients.viewer, "harbour fil") == ["Harbour Film"]
    assert await proposed_to(clients.viewer, "mil") == ["Mila Torvald"]


async def test_a_collection_and_a_bundle_are_each_found_as_what_they_are(
    clients: Clients, shelf: Shelf
) -> None:
    title_id = await shelf.add("Foghorn")
    made: dict[str, str] = {}
    said = {"name": "Rainy days", "title_ids": [str(title_id)], "is_published": True}
    for kind in ("collection", "bundle"):
        answer = await clients.owner.post("/admin/collections", json={"kind": kind, "said": said})
        made[kind] = answer.raise_for_status().json()["id"]
    await shelf.tell()
    hits = (await clients.viewer.get("/search", params={"query": "rainy"})).json()["hits"]
    assert {hit["kind"]: hit["id"] for hit in hits} == made
    bundle = await clients.viewer.get(f"/bundles/{made['bundle']}")
    assert bundle.json()["name"] == "Rainy days"
    # What happens to a title leaves each what it is.
    await shelf.add("Foghorn again")
    async with shelf.workshop.work(shelf.editor) as work:
        await editing.edit_titles(work, [title_id], TitlePatch(year=1999), "dated")
    await shelf.tell()
    hits = (await clients.viewer.get("/search", params={"query": "rainy"})).json()["hits"]
    assert {hit["kind"]: hit["id"] for hit in hits} == made
    removed = await clients.owner.delete(f"/admin/collections/{made['bundle']}")
    assert removed.status_code == 204
    await shelf.tell()
    assert await found_by(clients.viewer, "rainy", kind="bundle") == []
    assert await found_by(clients.viewer, "rainy", kind="collection") == ["Rainy days"]


async def test_what_a_plan_leaves_out_is_found_with_a_lock(clients: Clients, shelf: Shelf) -> None:
    plan = await make_plan(clients.owner, "Premium")
    for name, plans in (("Foghorn", [UUID(plan["id"])]), ("Foghorn again", [])):
        title_id = await shelf.add(name)
        async with shelf.workshop.work(shelf.editor) as work:
            await editing.edit_titles(work, [title_id], TitlePatch(plans=plans), "limited")
    await shelf.tell()

    async def locks(client: httpx.AsyncClient) -> dict[str, str | None]:
        hits = (await client.get("/search", params={"query": "foghorn"})).json()["hits"]
        return {hit["name"]: hit["locked_by"] for hit in hits}

    assert await locks(clients.viewer) == {"Foghorn": "plan", "Foghorn again": None}
    # Who works on titles watches them all.
    assert await locks(clients.owner) == {"Foghorn": None, "Foghorn again": None}


async def test_answers_are_narrowed_while_the_counts_stay(clients: Clients, shelf: Shelf) -> None:
    await shelf.add("Night Train", genres=["Drama"], year=1994)
    await shelf.add("Night Watch", genres=["Horror"], year=2004)
    await shelf.add("Night School", genres=["Drama"], year=2006, kind=TitleKind.SERIES)

    answer = await clients.viewer.get(
        "/search", params={"query": "night", "genre": "Drama", "decade": [1990, 2000]}
    )

    assert [hit["name"] for hit in answer.json()["hits"]] == ["Night Train", "Night School"]
    assert answer.json()["facets"]["genres"] == [
        {"genre": "Drama", "count": 2},
        {"genre": "Horror", "count": 1},
    ]
    assert answer.json()["facets"]["kinds"] == [
        {"kind": "movie", "count": 1},
        {"kind": "series", "count": 1},
    ]
    assert await found_by(clients.viewer, "night", kind="series") == ["Night School"]
    refused = await clients.viewer.get("/search", params={"query": "night", "kind": "planet"})
    assert refused.status_code == 422


async def test_search_follows_a_title_through_its_life(
    clients: Clients, shelf: Shelf, workshop: Workshop
) -> None:
    title_id = await shelf.add("Night Train", is_published=False)
    assert await found_by(clients.viewer, "night train") == []
    assert await found_by(clients.owner, "night train") == ["Night Train"]

    async with workshop.work(shelf.editor) as work:
        await lifecycle.publish_title(work, title_id)
        await editing.edit_titles(work, [title_id], TitlePatch(name="Day Train"), "renamed")
    await shelf.tell()
    assert await found_by(clients.viewer, "day train") == ["Day Train"]
    assert await found_by(clients.viewer, "night") == []

    async with workshop.work(shelf.editor) as work:
        await lifecycle.unpublish_title(work, title_id)
    # Hidden at once: search asks the catalog, whatever its index still holds.
    assert await found_by(clients.viewer, "day train") == []

    async with workshop.work(shelf.editor) as work:
        await lifecycle.publish_title(work, title_id)
        await lifecycle.delete_title(work, title_id)
    await shelf.tell()
    assert await found_by(clients.owner, "day train") == []

    async with workshop.work(shelf.editor) as work:
        await lifecycle.restore_title(work, title_id)
    await shelf.tell()
    assert await found_by(clients.viewer, "day train") == ["Day Train"]


async def test_tenants_find_only_what_is_theirs(clients: Clients, shelf: Shelf) -> None:
    await shelf.add("Night Train", genres=["Drama"])

    assert await found_by(clients.stranger, "night train") == []
    assert await proposed_to(clients.stranger, "dram") == []


async def test_what_is_not_for_here_and_now_is_not_found(
    clients: Clients, shelf: Shelf, clock: FixedClock
) -> None:
    later = clock.now() + timedelta(days=1)
    await shelf.add("Night Train", windows=[WindowLine(region="FR")])
    await shelf.add("Night Watch", windows=[WindowLine(starts_at=later)])

    assert await found_by(clients.viewer, "night") == []
    assert await found_by(clients.owner, "night") == ["Night Train", "Night Watch"]

    clock.advance(timedelta(days=1))
    assert await found_by(clients.viewer, "night") == ["Night Watch"]


@pytest.fixture
async def sofa(workshop: Workshop, home: Home, visit: Visit) -> Any:
    """Give the client of the family's screen."""
    async with workshop.work(home.sofa) as work:
        secret = make_session(work, home.sofa.account_id)
    async with visit(headers={"Authorization": f"Bearer {secret}"}) as client:
        yield client


async def watch_as(client: httpx.AsyncClient, profile_id: UUID) -> None:
    answer = await client.post(f"/users/me/profiles/{profile_id}/switch", json={})
    assert answer.status_code < 300, answer.text


async def test_a_child_finds_no_way_to_what_it_may_not_see(
    sofa: httpx.AsyncClient, home: Home, shelf: Shelf
) -> None:
    said = {"genres": ["Slasher"], "studios": ["Gore Films"], "year": 1984}
    people = [CreditLine("Vincent Grimm", "director")]
    adult = await shelf.add(
        "Midnight Slaughter", minimum_age=18, original_language="fr", credits=people, **said
    )
    await shelf.add("Midnight Snack", minimum_age=0, genres=["Comedy"], year=2014)
    await watch_as(sofa, home.first)
    assert "Midnight Slaughter" in await found_by(sofa, "midnight")
    chosen = {"kind": "movie", "id": str(adult)}
    kept = await sofa.post("/search/history", json={"query": "slaughter", "chosen": chosen})
    assert kept.status_code == 204
    assert len((await sofa.get("/search/trending")).json()) == 1

    await watch_as(sofa, home.small)

    queries = ["midnight", "midnight slaughter", "slaughter", "slaugther", "grimm", "slasher",
               "gore films", "1984"]  # fmt: skip
    for query in queries:
        answer = await sofa.get("/search", params={"query": query})
        proposals = await sofa.get("/search/suggestions", params={"query": query})
        for shown in (answer.text, proposals.text):
            for word in ("laughter", "Grimm", "Slasher", "Gore", str(adult), "1980", '"fr"'):
                assert word not in shown, (query, shown)
    counts = (await sofa.get("/search", params={"query": "midnight"})).json()["facets"]
    assert counts["kinds"] == [{"kind": "movie", "count": 1}]
    assert counts["genres"] == [{"genre": "Comedy", "count": 1}]
    assert (await sofa.get("/search/trending")).json() == []
    assert (await sofa.get("/search/history")).json() == []


async def test_pages_stay_full_where_much_is_hidden(
    sofa: httpx.AsyncClient, home: Home, shelf: Shelf, workshop: Workshop
) -> None:
    for number in range(70):
        async with workshop.work(shelf.editor) as work:
            row = await lifecycle.create_title(work, TitleKind.MOVIE, f"Night {number}")
            row.minimum_age = 0 if number % 7 == 0 else 18
            await lifecycle.publish_title(work, row.id)
    await shelf.tell()
    await watch_as(sofa, home.small)

    assert len(await found_by(sofa, "night")) == 10
    assert len(await proposed_to(sofa, "nig")) == 8


async def test_a_profile_has_a_history_of_its_own(
    sofa: httpx.AsyncClient, home: Home, shelf: Shelf, clock: FixedClock, workshop: Workshop
) -> None:
    await watch_as(sofa, home.first)
    for query in ("night train", "sea", "Night  Tráin"):
        clock.advance(timedelta(seconds=1))
        assert (await sofa.post("/search/history", json={"query": query})).status_code == 204

    listed = (await sofa.get("/search/history")).json()
    assert [past["query"] for past in listed] == ["Night  Tráin", "sea"]

    await watch_as(sofa, home.teen)
    assert (await sofa.get("/search/history")).json() == []
    foreign = await sofa.delete(f"/search/history/{listed[0]['id']}")
    assert (foreign.status_code, foreign.json()["code"]) == (404, "search.search_not_found")

    await watch_as(sofa, home.first)
    assert (await sofa.get("/search/history")).json() == listed
    assert (await sofa.delete(f"/search/history/{listed[0]['id']}")).status_code == 204
    assert (await sofa.get("/search/history")).json() == listed[1:]
    assert (await sofa.delete("/search/history")).status_code == 204
    assert (await sofa.get("/search/history")).json() == []


async def test_who_wishes_no_history_has_none(sofa: httpx.AsyncClient, home: Home) -> None:
    await watch_as(sofa, home.first)
    changed = await sofa.patch(
        f"/users/me/profiles/{home.first}/preferences",
        json={"privacy": {"is_history_kept": False}},
    )
    assert changed.status_code == 200, changed.text

    assert (await sofa.post("/search/history", json={"query": "sea"})).status_code == 204

    assert (await sofa.get("/search/history")).json() == []


async def test_taste_decides_between_films_of_one_name(
    sofa: httpx.AsyncClient, home: Home, shelf: Shelf, workshop: Workshop
) -> None:
    await shelf.add("Storm", genres=["Comedy"], year=2001)
    await shelf.add("Storm", genres=["Drama"], year=2002)
    seen = await shelf.add("Rain", genres=["Drama"])
    async with workshop.work(home.sofa) as work:
        report = ProgressReport(home.first, seen, ViewingId(new_id()), 1, 15_000, 15_000, 30_000)
        await watching.report_progress(work, report)

    async def years() -> list[int]:
        hits = (await sofa.get("/search", params={"query": "storm"})).json()["hits"]
        typed = (await sofa.get("/search/suggestions", params={"query": "stor"})).json()
        assert [hit["id"] for hit in typed] == [hit["id"] for hit in hits]
        return [hit["year"] for hit in hits]

    await watch_as(sofa, home.teen)
    assert await years() == [2001, 2002]
    await watch_as(sofa, home.first)
    assert await years() == [2002, 2001]
    privacy = {"privacy": {"is_personalised": False}}
    path = f"/users/me/profiles/{home.first}/preferences"
    assert (await sofa.patch(path, json=privacy)).status_code == 200
    assert await years() == [2001, 2002]


async def test_a_profile_that_goes_takes_its_history_along(
    sofa: httpx.AsyncClient, home: Home, shelf: Shelf, workshop: Workshop
) -> None:
    await watch_as(sofa, home.teen)
    await sofa.post("/search/history", json={"query": "sea"})
    await watch_as(sofa, home.first)
    assert (await sofa.delete(f"/users/me/profiles/{home.teen}")).status_code == 204
    await shelf.tell()

    async with workshop.reading(Actor.system()) as work:
        assert list(await work.session.scalars(select(HistoryRow))) == []


async def test_what_people_go_on_to_is_trending_and_goes_together(
    sofa: httpx.AsyncClient, home: Home, shelf: Shelf, workshop: Workshop
) -> None:
    train, watch = [await shelf.add(f"Night {name}") for name in ("Train", "Watch")]
    await watch_as(sofa, home.first)
    for query, title_id in (("tr", train), ("wa", watch), ("wat", watch)):
        chosen = {"kind": "movie", "id": str(title_id)}
        await sofa.post("/search/history", json={"query": query, "chosen": chosen})
    unknown = {"kind": "movie", "id": str(new_id())}
    await sofa.post("/search/history", json={"query": "x", "chosen": unknown})

    trending = (await sofa.get("/search/trending")).json()
    assert [hit["name"] for hit in trending] == ["Night Watch", "Night Train"]
    answer = (await sofa.get("/search", params={"query": "train"})).json()
    assert [hit["name"] for hit in answer["also_searched"]] == ["Night Watch"]
    async with workshop.reading(Actor.system()) as work:
        chosen_ids = {row.chosen_id for row in await work.session.scalars(select(ChoiceRow))}
    assert chosen_ids == {train, watch}


async def test_the_operator_sees_what_was_searched_and_not_by_whom(
    clients: Clients, shelf: Shelf, resources: Resources, clock: FixedClock, workshop: Workshop
) -> None:
    await shelf.add("Night Train", genres=["Drama"])
    for query in ("Night", "night ", "zeppelin"):
        await clients.viewer.get("/search", params={"query": query})
    await clients.viewer.get("/search", params={"query": "night", "genre": "Drama"})
    await resources.search_desk.tallies.write()
    first = clock.now().date()
    second = clock.advance(timedelta(days=1)).date()
    await clients.viewer.get("/search", params={"query": "zeppelin"})
    await resources.search_desk.tallies.write()
    await resources.search_desk.tallies.write()

    shown = (await clients.owner.get("/admin/searches")).json()

    assert shown == {
        "days": [
            {"day": f"{second}", "search_count": 1, "empty_count": 1},
            {"day": f"{first}", "search_count": 3, "empty_count": 1},
        ],
        "most_searched": [
            {"query": "night", "search_count": 2, "empty_count": 0},
            {"query": "zeppelin", "search_count": 2, "empty_count": 2},
        ],
        "not_found": [{"query": "zeppelin", "search_count": 2, "empty_count": 2}],
        "document_count": 2,
        "kept_days": 90,
    }
    assert (await clients.stranger.get("/admin/searches")).json()["days"] == []
    one_day = (await clients.owner.get("/admin/searches", params={"days": 1})).json()
    assert [day["day"] for day in one_day["days"]] == [f"{second}"]
    async with workshop.reading(Actor.system()) as work:
        assert len(list(await work.session.scalars(select(QueryDayRow)))) == 3
