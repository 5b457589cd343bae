"""The pages of the catalog over HTTP: what stands on them, for whom, and how they fail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import pytest

from streamverse.domains.catalog.contracts import TitleId, TitleKind
from streamverse.domains.catalog.service import lifecycle
from streamverse.kit.clock import FixedClock, new_id
from streamverse.kit.work import Workshop
from tests.factories.accounts import People
from tests.factories.titles import make_title

if TYPE_CHECKING:
    from tests.conftest import Clients

CREDITS = [
    {"name": "Ada Lee", "job": "director"},
    {"name": "Bo Kim", "job": "actor", "character": "The Rabbit"},
    {"name": "Ada Lee", "job": "actor", "character": "A bird"},
]
DOCUMENT: dict[str, Any] = {
    "genres": ["Drama", "Crime"],
    "studios": ["Blue Door"],
    "credits": CREDITS,
    "year": 2008,
    "minimum_age": 6,
    "original_language": "de",
    "countries": ["DE"],
    "certifications": {"DE": "FSK 6"},
    "advisories": ["violence"],
    "translations": {"en": {"name": "Night train"}},
}


@pytest.fixture
async def films(workshop: Workshop, people: People, clients: Clients) -> dict[str, TitleId]:
    """Let there be films that have to do with one another."""
    ids: dict[str, TitleId] = {}
    async with workshop.work(people.owner) as work:
        for name in ("Nachtzug", "Nachtzug 2", "Teaser", "Alike", "Adults", "Other"):
            ids[name] = await make_title(work, name)
    said: dict[str, dict[str, Any]] = {
        "Nachtzug": {
            **DOCUMENT,
            "related": [
                {"title_id": str(ids["Nachtzug 2"]), "kind": "sequel"},
                {"title_id": str(ids["Teaser"]), "kind": "trailer"},
            ],
        },
        "Nachtzug 2": {"minimum_age": 6},
        "Teaser": {"minimum_age": 0},
        "Alike": {"genres": ["Crime"], "minimum_age": 12, "year": 2020, "studios": ["Blue Door"]},
        "Adults": {**DOCUMENT, "minimum_age": 18, "translations": {}, "tags": ["secret"]},
        "Other": {"genres": ["Comedy"], "minimum_age": 0, "original_language": "ja"},
    }
    for name, document in said.items():
        changed = await clients.owner.patch(f"/admin/titles/{ids[name]}", json=document)
        assert changed.status_code == 200, changed.text
    return ids


@pytest.fixture
async def series(workshop: Workshop, people: People) -> dict[str, TitleId]:
    """Let there be a series of two seasons and specials, of which one episode is to come."""
    async with workshop.work(people.owner) as work:
        show = await lifecycle.create_title(work, TitleKind.SERIES, "Series")
        ids = {"show": TitleId(show.id)}
        for number in (0, 1, 2):
            season = await lifecycle.create_title(
                work, TitleKind.SEASON, f"Season {number}", parent_id=ids["show"]
            )
            season.number = number
            ids[f"season {number}"] = TitleId(season.id)
            await lifecycle.publish_title(work, TitleId(season.id))
        for season_number, number in ((0, 1), (1, 1), (1, 2), (2, 1)):
            name = f"{season_number}x{number}"
            ids[name] = await make_title(work, name, duration_ms=60_000)
            await lifecycle.place_title(
                work,
                ids[name],
                TitleKind.EPISODE,
                parent_id=ids[f"season {season_number}"],
                number=number,
            )
        await lifecycle.publish_title(work, ids["show"])
    return ids


async def get(client: httpx.AsyncClient, path: str, **params: Any) -> Any:
    answer = await client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def names(client: httpx.AsyncClient, **params: Any) -> list[str]:
    return [item["name"] for item in (await get(client, "/browse", **params))["items"]]


# --- titles ---------------------------------------------------------------------------------------


async def test_everything_about_a_movie(clients: Clients, films: dict[str, TitleId]) -> None:
    page = await get(clients.viewer, f"/titles/{films['Nachtzug']}/details")

    assert page["title"]["name"] == "Night train"
    assert page["genres"] == [
        {"slug": "drama", "name": "Drama"},
        {"slug": "crime", "name": "Crime"},
    ]
    assert page["studios"] == [{"slug": "blue-door", "name": "Blue Door"}]
    assert [(c["slug"], c["job"], c["character"]) for c in page["credits"]] == [
        ("ada-lee", "director", ""),
        ("bo-kim", "actor", "The Rabbit"),
        ("ada-lee", "actor", "A bird"),
    ]
    assert (page["original_language"], page["countries"]) == ("de", ["DE"])
    assert page["certifications"] == {"DE": "FSK 6"}
    assert page["title"]["advisories"] == ["violence"]
    assert [(r["kind"], r["title"]["name"]) for r in page["related"]] == [("sequel", "Nachtzug 2")]
    assert [(r["kind"], r["title"]["name"]) for r in page["extras"]] == [("trailer", "Teaser")]
    assert [title["name"] for title in page["similar"]] == ["Adults", "Alike"]
    assert page["next_episode"] is None
    assert page["above"] == []


async def test_a_relation_is_seen_from_either_side(
    clients: Clients, films: dict[str, TitleId]
) -> None:
    sequel = await get(clients.viewer, f"/titles/{films['Nachtzug 2']}/details")

    assert [(r["kind"], r["title"]["name"]) for r in sequel["related"]] == [("prequel", "Nachtzug")]


async def test_what_follows_in_a_series(clients: Clients, series: dict[str, TitleId]) -> None:
    followers: dict[str, str | None] = {}
    for name, title_id in series.items():
        following = (await get(clients.viewer, f"/titles/{title_id}/details"))["next_episode"]
        followers[name] = following["name"] if following else None

    assert followers == {
        "show": "1x1",
        "season 0": "0x1",
        "season 1": "1x1",
        "season 2": "2x1",
        "0x1": None,
        "1x1": "1x2",
        "1x2": "2x1",
        "2x1": None,
    }
    above = (await get(clients.viewer, f"/titles/{series['1x2']}/details"))["above"]
    assert [(one["kind"], one["number"]) for one in above] == [("series", None), ("season", 1)]


async def test_the_numbers_of_a_series_hold_for_what_is_beneath_it(
    clients: Clients, series: dict[str, TitleId]
) -> None:
    said = {"show": {"tmdb": "77", "imdb": "tt0000077"}, "1x2": {"imdb": "tt0000078"}}
    for name, ids in said.items():
        path = f"/admin/titles/{series[name]}"
        changed = await clients.owner.patch(path, json={"external_ids": ids})
        assert changed.status_code == 200, changed.text
    shown = {
        name: (await get(clients.viewer, f"/titles/{series[name]}/details"))["external_ids"]
        for name in ("season 1", "1x1", "1x2")
    }
    assert shown == {
        "season 1": said["show"],
        "1x1": said["show"],
        "1x2": {"tmdb": "77", "imdb": "tt0000078"},
    }


async def test_a_whole_season(clients: Clients, series: dict[str, TitleId]) -> None:
    bundle = await get(clients.viewer, f"/titles/{series['show']}/seasons/1/bundle")

    assert [episode["name"] for episode in bundle["episodes"]] == ["1x1", "1x2"]
    assert (bundle["season"]["number"], bundle["duration_ms"]) == (1, 120_000)
    missing = await clients.viewer.get(f"/titles/{series['show']}/seasons/9/bundle")
    assert (missing.status_code, missing.json()["code"]) == (404, "catalog.season_not_found")


async def test_markers(clients: Clients, films: dict[str, TitleId]) -> None:
    marker = {"kind": "intro", "start_ms": 1000, "end_ms": 9000, "label": ""}
    title_id = films["Nachtzug"]
    await clients.owner.patch(f"/admin/titles/{title_id}", json={"markers": [marker]})

    assert await get(clients.viewer, f"/episodes/{title_id}/markers") == [marker]


async def test_a_series_keeps_what_is_beneath_it(
    clients: Clients, series: dict[str, TitleId], films: dict[str, TitleId]
) -> None:
    for title_id, place in (
        (series["show"], {"kind": "movie"}),
        (films["Other"], {"kind": "series"}),
        (films["Other"], {"kind": "episode", "parent_id": str(films["Alike"])}),
        (films["Other"], {"kind": "episode"}),
    ):
        refused = await clients.owner.post(f"/admin/titles/{title_id}/place", json=place)
        assert (refused.status_code, refused.json()["code"]) == (409, "catalog.place_not_possible")
    assert (await get(clients.viewer, f"/titles/{series['show']}"))["kind"] == "series"
    assert (await get(clients.viewer, f"/titles/{films['Other']}"))["kind"] == "movie"


async def test_a_publication_is_scheduled(
    clients: Clients, films: dict[str, TitleId], clock: FixedClock
) -> None:
    path = f"/admin/titles/{films['Other']}/schedule"
    at = clock.now() + timedelta(hours=1)

    naive = await clients.owner.post(path, json={"at": "2027-01-01T00:00:00"})
    assert naive.status_code == 422
    assert "Other" in await names(clients.viewer)
    scheduled = await clients.owner.post(path, json={"at": at.isoformat()})
    assert scheduled.status_code == 200
    assert "Other" not in await names(clients.viewer)
    clock.advance(timedelta(hours=1))
    assert "Other" in await names(clients.viewer)


# --- people, studios, genres ----------------------------------------------------------------------


async def test_a_person_and_their_titles(clients: Clients, films: dict[str, TitleId]) -> None:
    person = await get(clients.viewer, "/people/ada-lee")

    assert (person["name"], person["biography"]) == ("Ada Lee", "")
    assert [
        (part["title"]["name"], part["jobs"], part["characters"]) for part in person["parts"]
    ] == [
        ("Adults", ["director", "actor"], ["A bird"]),
        ("Nachtzug", ["director", "actor"], ["A bird"]),
    ]
    assert films


async def test_a_studio_and_a_genre(clients: Clients, films: dict[str, TitleId]) -> None:
    studio = await get(clients.viewer, "/studios/blue-door")
    assert studio == {"slug": "blue-door", "name": "Blue Door", "description": "", "country": None}

    genre = await get(clients.viewer, "/genres/crime")
    assert genre == {"slug": "crime", "name": "Crime", "parent": None, "children": []}
    assert films


async def genre_ids(client: httpx.AsyncClient) -> dict[str, str]:
    return {genre["name"]: genre["id"] for genre in await get(client, "/admin/genres")}


async def test_genres_beneath_genres(clients: Clients, films: dict[str, TitleId]) -> None:
    ids = await genre_ids(clients.owner)
    for name, parent in (("Crime", "Drama"), ("Comedy", "Crime")):
        said = {"name": name, "names": {"en": f"{name}!"}, "parent_id": ids[parent]}
        changed = await clients.owner.put(f"/admin/genres/{ids[name]}", json=said)
        assert changed.status_code == 200, changed.text

    crime = await get(clients.viewer, "/genres/crime")
    assert (crime["name"], crime["parent"]["slug"]) == ("Crime!", "drama")
    assert crime["children"] == [{"slug": "comedy", "name": "Comedy!"}]
    assert await names(clients.viewer, genre="drama") == ["Other", "Adults", "Alike", "Nachtzug"]
    before = await get(clients.owner, "/admin/genres")
    for said in (
        {"name": "Drama", "parent_id": ids["Comedy"]},
        {"name": "Drama", "parent_id": ids["Drama"]},
        {"name": "Drama", "parent_id": str(UUID(int=7))},
        {"name": " "},
        {"name": "Drama", "names": {"??": "Drama"}},
    ):
        refused = await clients.owner.put(f"/admin/genres/{ids['Drama']}", json=said)
        assert refused.status_code == 422
    assert await get(clients.owner, "/admin/genres") == before
    assert films


@pytest.mark.parametrize("path", ["/people/nobody", "/studios/none", "/genres/none"])
async def test_what_has_no_title_has_no_page(clients: Clients, path: str) -> None:
    assert (await clients.viewer.get(path)).status_code == 404


# --- browsing -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, ["Other", "Adults", "Alike", "Teaser", "Nachtzug 2", "Nachtzug"]),
        ({"sort": "name"}, ["Adults", "Alike", "Nachtzug", "Nachtzug 2", "Other", "Teaser"]),
        ({"genre": ["crime"]}, ["Adults", "Alike", "Nachtzug"]),
        ({"genre": ["crime", "comedy"]}, ["Other", "Adults", "Alike", "Nachtzug"]),
        ({"genre": ["crime", "drama"], "match": "all"}, ["Adults", "Nachtzug"]),
        ({"year_from": 2009}, ["Alike"]),
        ({"year_to": 2009}, ["Adults", "Nachtzug"]),
        ({"age": 6}, ["Other", "Teaser", "Nachtzug 2", "Nachtzug"]),
        ({"language": ["ja", "fr"]}, ["Other"]),
        ({"studio": "blue-door", "sort": "latest_year"}, ["Alike", "Adults", "Nachtzug"]),
        ({"studio": "blue-door", "sort": "earliest_year"}, ["Nachtzug", "Adults", "Alike"]),
        ({"tag": "Secret"}, ["Adults"]),
        ({"tag": ["secret", "unheard of"], "genre": "crime"}, ["Adults"]),
        ({"tag": "unheard of"}, []),
        ({"kind": ["series"]}, []),
        ({"kind": ["movie", "series"], "language": "ja"}, ["Other"]),
    ],
)
async def test_browsing(
    clients: Clients, films: dict[str, TitleId], filters: dict[str, Any], found: list[str]
) -> None:
    assert await names(clients.viewer, **filters) == found
    assert films


@pytest.mark.parametrize("sort", ["newest", "name", "latest_year", "earliest_year"])
async def test_a_list_by_cursor_loses_nothing(
    clients: Clients, films: dict[str, TitleId], sort: str
) -> None:
    whole = await names(clients.viewer, sort=sort)
    walked: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = await get(clients.viewer, "/browse", sort=sort, limit=2, **cursor)
        walked += [item["name"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert walked == whole
    assert set(walked) == set(films)


async def test_a_cursor_of_another_query_is_refused(
    clients: Clients, films: dict[str, TitleId]
) -> None:
    first = await get(clients.viewer, "/browse", limit=1, genre="crime")
    cursor = first["next_cursor"]

    assert await names(clients.viewer, cursor=cursor, genre="crime") == ["Alike", "Nachtzug"]
    for other in ({}, {"genre": "drama"}, {"genre": "crime", "sort": "name"}):
        refused = await clients.viewer.get("/browse", params={"cursor": cursor, **other})
        assert (refused.status_code, refused.json()["code"]) == (422, "kit.cursor_invalid")
    assert films


@pytest.mark.parametrize(
    ("filters", "sentence"),
    [
        ({"colour": "red"}, "There is no filter 'colour'"),
        ({"genre": "none"}, "There is no genre 'none'"),
        ({"studio": "none"}, "There is no studio 'none'"),
        ({"language": "Klingon!"}, "'Klingon!' is not a language"),
        ({"kind": "episode"}, "Titles of the kind episode are not listed"),
        ({"kind": "dream"}, "dream"),
        ({"sort": "size"}, "size"),
        ({"year_from": 12}, "Give a year from 1870 to 2200."),
        ({"year_from": 2010, "year_to": 2000}, "must not be later"),
        ({"age": 19}, "from 0 to 18"),
        ({"genre": [f"g{number}" for number in range(21)]}, "at most 20"),
    ],
)
async def test_filters_that_mean_nothing_are_refused(
    clients: Clients, filters: dict[str, Any], sentence: str
) -> None:
    refused = await clients.viewer.get("/browse", params=filters)

    assert refused.status_code == 422
    assert sentence in refused.json()["detail"]


async def test_what_there_is_to_filter_by(clients: Clients, films: dict[str, TitleId]) -> None:
    filters = await get(clients.viewer, "/browse/filters")

    assert filters == {
        "genres": [
            {"slug": "comedy", "name": "Comedy", "parent": None},
            {"slug": "crime", "name": "Crime", "parent": None},
            {"slug": "drama", "name": "Drama", "parent": None},
        ],
        "studios": [{"slug": "blue-door", "name": "Blue Door"}],
        "tags": ["secret"],
        "languages": ["de", "ja"],
        "kinds": ["movie"],
        "first_year": 2008,
        "last_year": 2020,
    }
    assert films


async def test_what_is_filtered_by_goes_with_its_titles(
    clients: Clients, workshop: Workshop, people: People, films: dict[str, TitleId]
) -> None:
    """What there is to filter by is remembered, but not beyond a change."""
    assert (await get(clients.viewer, "/browse/filters"))["genres"] != []
    async with workshop.work(people.owner) as work:
        for title_id in films.values():
            await lifecycle.delete_title(work, title_id)
    assert await get(clients.viewer, "/browse/filters") == {
        "genres": [],
        "studios": [],
        "tags": [],
        "languages": [],
        "kinds": [],
        "first_year": None,
        "last_year": None,
    }


# --- collections ----------------------------------------------------------------------------------


async def add_collection(
    client: httpx.AsyncClient, kind: str, name: str, *title_ids: TitleId, **said: Any
) -> Any:
    body = {
        "kind": kind,
        "said": {
            "name": name,
            "title_ids": [str(title_id) for title_id in title_ids],
            "is_published": True,
            **said,
        },
    }
    answer = await client.post("/admin/collections", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_collections_and_bundles(clients: Clients, films: dict[str, TitleId]) -> None:
    ids = films["Other"], films["Nachtzug"]
    made = await add_collection(clients.owner, "collection", "Rainy days", *ids)
    bundle = await add_collection(clients.owner, "bundle", "Rainy days", films["Other"])
    await add_collection(clients.owner, "collection", "Draft", *ids, is_published=False)

    shown = await get(clients.viewer, "/collections/rainy-days")
    assert shown == made
    assert [item["name"] for item in shown["items"]] == ["Other", "Nachtzug"]
    assert await get(clients.viewer, "/collections") == [shown]
    assert await get(clients.viewer, "/bundles") == [bundle]
    assert await get(clients.viewer, f"/bundles/{bundle['id']}") == bundle
    assert (await clients.viewer.get("/collections/draft")).status_code == 404
    assert (await clients.viewer.get(f"/bundles/{made['id']}")).status_code == 404
    details = await get(clients.viewer, f"/titles/{films['Nachtzug']}/details")
    assert [one["slug"] for one in details["collections"]] == ["rainy-days"]

    said = {"name": "Sunny days", "title_ids": [str(films["Alike"])], "is_published": True}
    await clients.owner.put(f"/admin/collections/{made['id']}", json=said)
    changed = await get(clients.viewer, "/collections/sunny-days")
    assert [item["name"] for item in changed["items"]] == ["Alike"]
    await clients.owner.delete(f"/admin/collections/{made['id']}")
    assert await get(clients.viewer, "/collections") == []


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"name": "Rainy days"}, 409),
        ({"name": " !? "}, 422),
        ({"name": "x" * 201}, 422),
        ({"name": "Lost", "title_ids": [str(UUID(int=7))]}, 422),
    ],
)
async def test_a_collection_that_cannot_be(
    clients: Clients, said: dict[str, Any], status: int
) -> None:
    await add_collection(clients.owner, "collection", "Rainy days")
    before = await get(clients.owner, "/admin/collections")

    refused = await clients.owner.post(
        "/admin/collections", json={"kind": "collection", "said": said}
    )

    assert refused.status_code == status
    assert await get(clients.owner, "/admin/collections") == before


# --- a kids profile -------------------------------------------------------------------------------


def addresses_in(told: Any) -> Iterator[str]:
    """List the pages that an answer leads to."""
    if isinstance(told, list):
        for item in told:
            yield from addresses_in(item)
    elif isinstance(told, dict):
        if "id" in told:
            yield f"/titles/{told['id']}/details"
            yield f"/titles/{told['id']}/children"
        for name, value in told.items():
            if name == "slug":
                yield from (f"/{kind}/{value}" for kind in ("people", "studios", "genres"))
                yield f"/collections/{value}"
                yield f"/browse?genre={value}"
                yield f"/browse?studio={value}"
            yield from addresses_in(value)


async def test_a_kids_profile_finds_no_way_to_what_it_may_not_see(
    clients: Clients, films: dict[str, TitleId]
) -> None:
    ids = films["Adults"], films["Alike"], films["Nachtzug"]
    await add_collection(clients.owner, "collection", "For all", *ids)
    await add_collection(clients.owner, "bundle", "For adults", films["Adults"])
    relation = {"title_id": str(films["Adults"]), "kind": "sequel"}
    teaser = {"title_id": str(films["Adults"]), "kind": "trailer"}
    for name, line in (("Nachtzug", relation), ("Other", teaser)):
        said = {"related": [line]}
        answer = await clients.owner.patch(f"/admin/titles/{films[name]}", json=said)
        assert answer.status_code == 200
    child = {"name": "Child", "is_kids": True, "maturity_limit": 6}
    made = (await clients.viewer.post("/users/me/profiles", json=child)).json()
    path = f"/users/me/profiles/{made['id']}/switch"
    assert (await clients.viewer.post(path, json={})).status_code == 200

    forbidden = {"Adults": str(films["Adults"]), "Alike": str(films["Alike"])}
    starts = ["/home/rails", "/titles", "/browse", "/browse/filters", "/collections", "/bundles"]
    starts += [f"/titles/{title_id}/details" for title_id in films.values()]
    starts += [f"/episodes/{title_id}/markers" for title_id in films.values()]
    starts += [f"/titles/{title_id}/children" for title_id in films.values()]
    starts += ["/people/ada-lee", "/people/bo-kim", "/studios/blue-door", "/genres/crime"]
    starts += ["/browse?tag=secret"]
    seen: set[str] = set()
    found: set[str] = set()
    while starts:
        path = starts.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = await clients.viewer.get(path)
        if any(title_id in path for title_id in forbidden.values()):
            assert answer.status_code == 404, path
        if answer.status_code == 200:
            assert not any(title_id in answer.text for title_id in forbidden.values()), path
            assert not any(name in answer.text for name in forbidden), path
            found.update(addresses_in(answer.json()))
            starts += found - seen
    assert f"/titles/{films['Nachtzug']}/details" in found
    assert "/people/ada-lee" in found
    assert (await clients.viewer.get("/bundles")).json() == []
    assert (await get(clients.viewer, "/browse/filters"))["tags"] == []


async def test_a_title_of_another_country_or_time_says_so_to_whoever_may_else_see_it(
    clients: Clients, films: dict[str, TitleId]
) -> None:
    path = f"/titles/{films['Adults']}/details"
    over = [{"ends_at": "2020-01-01T00:00:00Z"}]
    for windows, code in (
        ([{"region": "FR"}], "catalog.title_not_here"),
        (over, "catalog.title_not_now"),
    ):
        said = {"windows": windows}
        await clients.owner.patch(f"/admin/titles/{films['Adults']}", json=said)
        refused = await clients.viewer.get(path)
        assert (refused.status_code, refused.json()["code"]) == (403, code)
        assert "Adults" not in refused.text
        assert (await clients.owner.get(path)).status_code == 200
    assert (await clients.viewer.get(f"/titles/{films['Adults']}")).status_code == 404
    child = {"name": "Child", "is_kids": True, "maturity_limit": 6}
    made = (await clients.viewer.post("/users/me/profiles", json=child)).json()
    switch = f"/users/me/profiles/{made['id']}/switch"
    assert (await clients.viewer.post(switch, json={})).status_code == 200
    refused = await clients.viewer.get(path)
    assert (refused.status_code, refused.json()["code"]) == (404, "catalog.title_not_found")


async def test_a_title_of_nobody_is_not_found(clients: Clients) -> None:
    for path in ("details", "seasons/1/bundle"):
        assert (await clients.viewer.get(f"/titles/{new_id()}/{path}")).status_code == 404
