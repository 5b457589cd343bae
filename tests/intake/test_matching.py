"""Titles that are looked up at TMDB, which is played by a server on this machine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from streamverse.app import registry
from streamverse.app.resources import Resources
from streamverse.domains.catalog.contracts import TitleKind
from streamverse.domains.catalog.models import TitleRow
from streamverse.domains.identity.contracts import DEFAULT_TENANT_ID
from streamverse.domains.intake.contracts import METADATA_LANE, LookUpTitles, SourceName
from streamverse.domains.intake.models import MatchRow
from streamverse.domains.media.models import ArtworkRow, PackageRow
from streamverse.kit.clock import FixedClock
from streamverse.kit.jobs import DEFAULT_LANE
from streamverse.kit.work import Actor, Workshop
from streamverse.kit.worker import Worker
from tests.conftest import Clients
from tests.factories.accounts import People
from tests.factories.pipeline import Json, fetch, stored_files
from tests.factories.titles import make_title
from tests.factories.tmdb_server import (
    KEY,
    TmdbServer,
    film,
    person,
    run_tmdb_server,
    series,
    translation,
)

LookUp = Callable[[], Awaitable[None]]


@pytest.fixture
def tmdb() -> Iterator[TmdbServer]:
    """Run TMDB."""
    with run_tmdb_server() as server:
        yield server


@pytest.fixture
def tmdb_key() -> str:
    """Give the operator's key."""
    return KEY


@pytest.fixture
def resources(resources: Resources, tmdb: TmdbServer, tmdb_key: str) -> Resources:
    """Have a key for it."""
    settings = replace(
        resources.settings,
        tmdb_key=tmdb_key,
        tmdb_address=tmdb.address,
        title_languages=("en", "de", "pt-BR"),
    )
    return replace(resources, settings=settings)


@pytest.fixture
def look_up(resources: Resources, clock: FixedClock) -> LookUp:
    """Let time pass, and do what is due but for the media."""
    handlers = registry.handlers_by_name(resources)
    lanes = {DEFAULT_LANE: 1, METADATA_LANE: 1}
    worker = Worker(resources.workshop, handlers, name="matches", lanes=lanes)

    async def work() -> None:
        await worker.run_until_idle()
        clock.advance(timedelta(minutes=1))
        async with resources.workshop.work(Actor.system()) as order:
            order.enqueue(LookUpTitles())
        await worker.run_until_idle()

    return work


async def add(clients: Clients, name: str, kind: str = "movie", **said: object) -> str:
    answer = await clients.owner.post("/admin/titles", json={"kind": kind, "name": name, **said})
    assert answer.status_code == 201, answer.text
    return answer.json()["title"]["id"]


async def document(clients: Clients, title_id: str) -> Json:
    answer = await clients.owner.get(f"/admin/titles/{title_id}")
    assert answer.status_code == 200, answer.text
    return answer.json()["said"]


async def matches(clients: Clients, which: str = "unsure") -> Json:
    answer = await clients.owner.get("/admin/matches", params={"which": which})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def decide(clients: Clients, title_id: str, **decision: object) -> Json:
    answer = await clients.owner.post(f"/admin/matches/{title_id}", json={"decision": decision})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def titles_of_intake(workshop: Workshop, *names: str) -> list[str]:
    """Add films as a scan does: staff has said nothing of them."""
    async with workshop.work(Actor.system(DEFAULT_TENANT_ID)) as work:
        ids = [await make_title(work, name) for name in names]
        work.session.add_all(
            MatchRow(title_id=title_id, state="new", candidates=[], due_at=work.now)
            for title_id in ids
        )
    return [str(title_id) for title_id in ids]


def lighthouse(**more: object) -> Json:
    return film(
        11,
        "The Last Lighthouse",
        "2012-05-04",
        original_title="Der letzte Leuchtturm",
        tagline="It still burns.",
        translations={
            "translations": [
                translation("de", "DE", title="Der letzte Leuchtturm", overview="Es brennt."),
                translation("pt", "PT", title="O último farol"),
                translation("pt", "BR", title="O farol", overview="Ele arde."),
                translation("fr", "FR", title="Le phare"),
            ]
        },
        **more,
    )


async def test_a_film_that_is_sure_gets_all_that_is_known_of_it(
    workshop: Workshop, tmdb: TmdbServer, look_up: LookUp, clients: Clients, people: People
) -> None:
    tmdb.know(lighthouse(), film(12, "The Last Lighthouse", "1961-01-01"))
    [title_id] = await titles_of_intake(workshop, "Last Lighthouse")
    async with workshop.work(people.owner) as work:
        (await work.session.get_one(TitleRow, UUID(title_id))).year = 2012
    await look_up()
    said = await document(clients, title_id)
    assert said == {
        "name": "The Last Lighthouse",
        "original_name": "Der letzte Leuchtturm",
        "tagline": "It still burns.",
        "description": "What happens in The Last Lighthouse.",
        "credit": "",
        "year": 2012,
        "released_on": "2012-05-04",
        "original_language": "de",
        "countries": ["DE"],
        "minimum_age": None,
        "certifications": {"DE": "12"},
        "advisories": [],
        "external_ids": {"tmdb": "11", "imdb": "tt0000011"},
        "number": None,
        "genres": ["Drama"],
        "tags": [],
        "studios": ["Example Films"],
        "credits": [
            {**line, "person_id": found["person_id"]}
            for line, found in zip(
                [
                    {"name": "Ben Example", "job": "director", "character": ""},
                    {"name": "Ada Example", "job": "actor", "character": "The Keeper"},
                ],
                said["credits"],
                strict=True,
            )
        ],
        "translations": {
            "de": {
                "name": "Der letzte Leuchtturm",
                "tagline": "",
                "description": "Es brennt.",
            },
            "pt-BR": {"name": "O farol", "tagline": "", "description": "Ele arde."},
        },
        "windows": [],
        "plans": [],
        "markers": [],
        "related": [],
    }
    assert (await matches(clients))["items"] == []
    assert (await matches(clients))["counts"] == {"matched": 1}
    # The words came by themselves: there is nothing among the edits, and nothing is staff's.
    assert (await clients.owner.get("/admin/titles/edits")).json()["items"] == []
    asked = len(tmdb.asked)
    await look_up()
    assert len(tmdb.asked) == asked


async def test_its_picture_becomes_the_poster_unless_somebody_chose_one(
    workshop: Workshop, tmdb: TmdbServer, look_up: LookUp
) -> None:
    tmdb.know(film(11, "Lighthouse", "2012-05-04"), film(13, "Harbour", "2013-05-04"))
    ids = await titles_of_intake(workshop, "Lighthouse", "Harbour")
    async with workshop.work(Actor.system(DEFAULT_TENANT_ID)) as work:
        chosen = await work.session.scalar(
            select(PackageRow).where(PackageRow.asset_id == UUID(ids[1]))
        )
        assert chosen is not None
        chosen.is_poster_chosen = True
    await look_up()
    async with workshop.reading(Actor.system()) as work:
        rows = {str(row.asset_id): row for row in await work.session.scalars(select(PackageRow))}
    assert rows[ids[0]].poster_id is not None
    assert rows[ids[1]].poster_id is None
    pictures = [path for path in tmdb.asked if path.startswith("/images")]
    assert pictures == [
        "/images/w1280/back11.jpg",
        # The people of both films are the same two.
        "/images/w185/face2.jpg",
        "/images/w185/face1.jpg",
    ]


async def test_a_series_and_its_people_have_pictures_of_their_own(
    workshop: Workshop,
    resources: Resources,
    tmdb: TmdbServer,
    look_up: LookUp,
    clients: Clients,
) -> None:
    tmdb.know(series(70, "The Harbour", "2008-02-01"))
    show = await add(clients, "The Harbour", "series")
    await look_up()
    details = (await clients.owner.get(f"/titles/{show}/details")).json()
    portraits = {each["name"]: each["portrait_url"] for each in details["credits"]}
    assert portraits["Dee Example"] is None
    [card] = (await clients.owner.get("/titles")).json()["items"]
    assert card["poster_url"] == details["title"]["poster_url"]
    person = (await clients.owner.get("/people/ada-example")).json()
    assert person["portrait_url"] == portraits["Ada Example"]
    for address in (card["poster_url"], person["portrait_url"]):
        picture = await fetch(clients.owner, address)
        assert (picture.status_code, picture.headers["content-type"]) == (200, "image/jpeg")
    files = stored_files(resources.scratch.parent / "store")
    assert sum(show in path for path in files) == 6  # two widths, three forms each
    await look_up()
    assert stored_files(resources.scratch.parent / "store") == files
    removed = [f"/titles/{show}", f"/admin/titles/{show}/permanently"]
    for path in removed:
        assert (await clients.owner.delete(path)).status_code == 204
    async with workshop.reading(Actor.system()) as work:
        left = [row.subject_id for row in await work.session.scalars(select(ArtworkRow))]
    assert UUID(show) not in left
    assert len(left) == 2


async def test_a_series_fills_its_seasons_and_episodes_and_those_that_come_later(
    tmdb: TmdbServer, look_up: LookUp, clients: Clients
) -> None:
    tmdb.know(series(70, "The Harbour", "2008-02-01"))
    tmdb.seasons[70, 1] = {
        "_id": "s1",
        "air_date": "2008-02-01",
        "name": "Season 1",
        "overview": "The first winter.",
        "id": 701,
        "season_number": 1,
        "episodes": [
            {
                "air_date": f"2008-02-0{number}",
                "episode_number": number,
                "id": number,
                "name": name,
                "overview": f"What happens in {name}.",
                "crew": [person(4, "Eve Example", job="Director", department="Directing")],
                "guest_stars": [person(5, "Fay Example", character="A guest", order=1)],
            }
            for number, name in ((1, "Arrival"), (2, "Fog"))
        ],
    }
    show = await add(clients, "The Harbour", "series")
    season = await add(clients, "Season 1", "season", parent_id=show, number=1)
    first = await add(clients, "Episode 1", "episode", parent_id=season, number=1)
    # What staff said in adding stays, and what it did not say is filled.
    await look_up()
    said = await document(clients, show)
    assert said["certifications"] == {"US": "TV-14"}
    assert said["external_ids"] == {"tmdb": "70", "tvdb": "77070"}
    assert [line["job"] for line in said["credits"]] == ["creator", "director", "actor"]
    assert (await document(clients, season))["description"] == "The first winter."
    episode = await document(clients, first)
    assert episode["description"] == "What happens in Arrival."
    assert episode["released_on"] == "2008-02-01"
    assert [line["name"] for line in episode["credits"]] == ["Eve Example", "Fay Example"]
    second = await add(clients, "Episode 2", "episode", parent_id=season, number=2)
    await look_up()
    assert (await document(clients, second))["description"] == "What happens in Fog."


async def test_what_staff_fetches_for_a_series_is_undone_in_one_go(
    tmdb: TmdbServer, clients: Clients
) -> None:
    tmdb.know(series(70, "The Harbour", "2008-02-01"))
    episode = {"episode_number": 1, "name": "Arrival", "overview": "They arrive."}
    tmdb.seasons[70, 1] = {"name": "Season 1", "overview": "Winter.", "episodes": [episode]}
    show = await add(clients, "The Harbour", "series")
    season = await add(clients, "Season 1", "season", parent_id=show, number=1)
    first = await add(clients, "Episode 1", "episode", parent_id=season, number=1)
    before = [await document(clients, each) for each in (show, season, first)]
    assert (await decide(clients, show, type="fetch"))["state"] == "matched"
    assert (await document(clients, first))["description"] == "They arrive."
    edits = (await clients.owner.get("/admin/titles/edits")).json()["items"]
    undone = await clients.owner.post(f"/admin/titles/edits/{edits[0]['id']}/undo")
    assert undone.status_code == 204
    assert [await document(clients, each) for each in (show, season, first)] == before


async def test_a_wrong_match_is_put_right(
    workshop: Workshop, tmdb: TmdbServer, look_up: LookUp, clients: Clients
) -> None:
    tmdb.know(lighthouse())
    [title_id] = await titles_of_intake(workshop, "The Last Lighthouse")
    await look_up()
    tmdb.know(film(15, "The Last Lighthouse Keeper", "1999-01-01"))
    await decide(clients, title_id, type="chosen", number="15")
    said = await document(clients, title_id)
    assert (said["name"], said["year"]) == ("The Last Lighthouse Keeper", 1999)
    assert (said["external_ids"]["tmdb"], said["tagline"], said["translations"]) == ("15", "", {})


async def test_what_is_not_sure_is_shown_with_what_it_may_be_until_somebody_says(
    workshop: Workshop, tmdb: TmdbServer, look_up: LookUp, clients: Clients
) -> None:
    tmdb.know(film(11, "Lighthouse", "2012-05-04"), film(12, "Lighthouse", "1961-01-01"))
    [title_id] = await titles_of_intake(workshop, "Lighthouse")
    await look_up()
    shown = await matches(clients)
    assert (shown["sources"], shown["problem"], shown["counts"]) == (["tmdb"], None, {"unsure": 1})
    [item] = shown["items"]
    assert (item["title_id"], item["name"], item["kind"]) == (title_id, "Lighthouse", "movie")
    assert item["candidates"] == [
        {
            "source": "tmdb",
            "number": number,
            "name": "Lighthouse",
            "original_name": None,
            "year": year,
            "overview": "What happens in Lighthouse.",
            "picture": f"/poster{number}.jpg",
        }
        for number, year in (("11", 2012), ("12", 1961))
    ]
    assert (await document(clients, title_id))["description"] == ""
    picture = await clients.owner.get("/admin/matches/picture", params={"picture": "/poster12.jpg"})
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/jpeg")
    assert tmdb.asked[-1] == "/images/w185/poster12.jpg"

    decided = await decide(clients, title_id, type="chosen", number="12")
    assert (decided["state"], decided["number"]) == ("matched", "12")
    assert (await document(clients, title_id))["year"] == 1961
    assert (await matches(clients))["items"] == []


async def test_a_name_of_another_country_is_found_by_a_closer_look(
    workshop: Workshop, tmdb: TmdbServer, look_up: LookUp, clients: Clients
) -> None:
    other = {"titles": [{"iso_3166_1": "RU", "title": "Маяк", "type": ""}]}
    tmdb.know(film(11, "The Lamp at Sea", "2012-05-04", alternative_titles=other))
    [title_id] = await titles_of_intake(workshop, "Маяк")
    await look_up()
    assert (await document(clients, title_id))["name"] == "The Lamp at Sea"


async def test_none_of_these_is_remembered(
    workshop: Workshop, tmdb: TmdbServer, look_up: LookUp, clients: Clients
) -> None:
    tmdb.know(film(11, "Lighthouse", "2012-05-04"), film(12, "Lighthouse", "1961-01-01"))
    [title_id] = await titles_of_intake(workshop, "Lighthouse")
    await look_up()
    assert (await decide(clients, title_id, type="none"))["state"] == "set_aside"
    asked = len(tmdb.asked)
    await look_up()
    assert (await matches(clients))["counts"] == {"set_aside": 1}
    assert len(tmdb.asked) == asked


async def test_the_editor_fetches_and_that_can_be_undone_for_good(
    workshop: Workshop,
    tmdb: TmdbServer,
    look_up: LookUp,
    clients: Clients,
    clock: FixedClock,
) -> None:
    tmdb.know(lighthouse())
    [title_id] = await titles_of_intake(workshop, "The Last Lighthouse")
    edited = await clients.owner.patch(
        f"/admin/titles/{title_id}", json={"description": "Our own words."}
    )
    assert edited.status_code == 200
    assert (await decide(clients, title_id, type="fetch"))["state"] == "matched"
    said = await document(clients, title_id)
    assert (said["description"], said["tagline"]) == ("Our own words.", "It still burns.")
    edits = (await clients.owner.get("/admin/titles/edits")).json()["items"]
    undone = await clients.owner.post(f"/admin/titles/edits/{edits[0]['id']}/undo")
    assert undone.status_code == 204
    assert (await document(clients, title_id))["tagline"] == ""
    clock.advance(timedelta(days=31))
    await look_up()
    said = await document(clients, title_id)
    assert (said["description"], said["tagline"]) == ("Our own words.", "")


async def test_it_is_looked_at_again_after_a_month(
    workshop: Workshop, tmdb: TmdbServer, look_up: LookUp, clients: Clients, clock: FixedClock
) -> None:
    tmdb.know(lighthouse())
    [title_id] = await titles_of_intake(workshop, "The Last Lighthouse")
    await look_up()
    tmdb.know(lighthouse(overview="It was restored."))
    clock.advance(timedelta(days=31))
    await look_up()
    assert (await document(clients, title_id))["description"] == "It was restored."


async def test_titles_that_go_together_are_related(
    workshop: Workshop, tmdb: TmdbServer, look_up: LookUp, clients: Clients
) -> None:
    tmdb.know(film(11, "Lighthouse", "2012-05-04"))
    tmdb.know(film(14, "Lighthouse Two", "2014-05-04", recommendations={"results": [{"id": 11}]}))
    first, second = await titles_of_intake(workshop, "Lighthouse", "Lighthouse Two")
    await look_up()
    assert (await document(clients, second))["related"] == [{"title_id": first, "kind": "related"}]


async def test_a_number_that_is_known_needs_no_search(
    workshop: Workshop, tmdb: TmdbServer, look_up: LookUp, clients: Clients, people: People
) -> None:
    tmdb.know(film(11, "Lighthouse", "2012-05-04"))
    by_imdb, by_tmdb = await titles_of_intake(workshop, "xyz", "abc")
    async with workshop.work(people.owner) as work:
        for title_id, ids in ((by_imdb, {"imdb": "tt0000011"}), (by_tmdb, {"tmdb": "11"})):
            (await work.session.get_one(TitleRow, UUID(title_id))).external_ids = ids
    await look_up()
    assert (await matches(clients))["counts"] == {"matched": 2}
    assert not any(path.startswith("/search") for path in tmdb.asked)
    assert sum(path.startswith("/find/tt0000011?") for path in tmdb.asked) == 1


async def test_search_by_hand(
    workshop: Workshop, tmdb: TmdbServer, look_up: LookUp, clients: Clients
) -> None:
    tmdb.know(film(11, "Lighthouse", "2012-05-04"))
    [title_id] = await titles_of_intake(workshop, "DSC 0001")
    await look_up()
    assert (await matches(clients))["counts"] == {"unknown": 1}
    answer = await clients.owner.get(
        f"/admin/matches/{title_id}/candidates", params={"name": "lighthouse", "year": 1990}
    )
    assert [each["number"] for each in answer.json()["items"]] == ["11"]


# --- what goes wrong ------------------------------------------------------------------------------


async def test_a_key_that_is_not_accepted_is_said_once_and_nothing_changes(
    workshop: Workshop, tmdb: TmdbServer, look_up: LookUp, clients: Clients
) -> None:
    refusal = b'{"status_code":7,"status_message":"Invalid API key","success":false}'
    tmdb.instead = [(401, {}, refusal)] * 2
    [title_id] = await titles_of_intake(workshop, "Lighthouse")
    await look_up()
    await look_up()
    assert len(tmdb.asked) == 1
    shown = await matches(clients, "new")
    sentence = (
        "The TMDB key is not accepted: set STREAMVERSE_TMDB_KEY to the key or the token that "
        "themoviedb.org shows in your account's settings under API."
    )
    assert shown["problem"] == {"code": "intake.source_refused", "detail": sentence}
    before = await document(clients, title_id)
    answer = await clients.owner.post(
        f"/admin/matches/{title_id}", json={"decision": {"type": "fetch"}}
    )
    assert (answer.status_code, answer.json()["detail"]) == (409, sentence)
    assert await document(clients, title_id) == before
    assert KEY not in answer.text


async def test_it_waits_when_it_is_told_to(
    workshop: Workshop, tmdb: TmdbServer, look_up: LookUp, clients: Clients
) -> None:
    tmdb.know(lighthouse())
    [title_id] = await titles_of_intake(workshop, "The Last Lighthouse")
    tmdb.instead = [(429, {"Retry-After": "0"}, b"{}")]
    await look_up()
    assert (await matches(clients))["counts"] == {"matched": 1}
    tmdb.instead = [(429, {"Retry-After": "600"}, b"{}")]
    answer = await clients.owner.post(
        f"/admin/matches/{title_id}", json={"decision": {"type": "fetch"}}
    )
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "600")


@pytest.mark.parametrize(
    ("instead", "reason"),
    [
        ((500, {}, b"{}"), "it answered with status 500"),
        ((200, {}, b"<html>"), "its answer is not as described"),
        ((200, {}, b'{"results": [{"id": "x"}]}'), "its answer is not as described"),
    ],
)
async def test_an_answer_that_is_none_is_said(
    workshop: Workshop,
    tmdb: TmdbServer,
    clients: Clients,
    instead: tuple[int, dict[str, str], bytes],
    reason: str,
) -> None:
    [title_id] = await titles_of_intake(workshop, "Lighthouse")
    tmdb.instead = [instead]
    answer = await clients.owner.post(
        f"/admin/matches/{title_id}", json={"decision": {"type": "fetch"}}
    )
    assert (answer.status_code, answer.json()["facts"]["reason"]) == (503, reason)
    assert (await matches(clients, "new"))["counts"] == {"new": 1}


async def test_one_that_it_does_not_know_any_more_holds_nobody_up(
    workshop: Workshop, tmdb: TmdbServer, look_up: LookUp, clients: Clients, people: People
) -> None:
    tmdb.know(film(11, "Lighthouse", "2012-05-04"))
    gone, _ = await titles_of_intake(workshop, "Gone", "Lighthouse")
    async with workshop.work(people.owner) as work:
        (await work.session.get_one(TitleRow, UUID(gone))).external_ids = {"tmdb": "999"}
    await look_up()
    assert (await matches(clients))["counts"] == {"matched": 1, "unknown": 1}


async def test_what_is_no_film_is_not_looked_up(
    workshop: Workshop, tmdb: TmdbServer, clients: Clients
) -> None:
    clip = await add(clients, "Behind the scenes", "clip")
    answer = await clients.owner.post(
        f"/admin/matches/{clip}", json={"decision": {"type": "fetch"}}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "intake.title_not_matchable")
    assert tmdb.asked == []


async def test_a_title_of_another_tenant_is_none(
    workshop: Workshop, tmdb: TmdbServer, clients: Clients
) -> None:
    [title_id] = await titles_of_intake(workshop, "Lighthouse")
    for decision in ({"type": "fetch"}, {"type": "none"}, {"type": "chosen", "number": "11"}):
        answer = await clients.stranger.post(
            f"/admin/matches/{title_id}", json={"decision": decision}
        )
        assert (answer.status_code, answer.json()["code"]) == (404, "catalog.title_not_found")
    assert tmdb.asked == []
    assert (await matches(clients, "new"))["counts"] == {"new": 1}
    assert (await clients.stranger.get("/admin/matches?which=new")).json()["counts"] == {}


@pytest.mark.parametrize("picture", ["/../3/movie/1", "https://example.org/x.jpg", "/a.svg", ""])
async def test_only_pictures_are_fetched(tmdb: TmdbServer, clients: Clients, picture: str) -> None:
    answer = await clients.owner.get("/admin/matches/picture", params={"picture": picture})
    assert (answer.status_code, tmdb.asked) == (404, [])


@pytest.mark.parametrize("tmdb_key", [""])
async def test_without_a_key_nothing_is_asked(
    workshop: Workshop, tmdb: TmdbServer, look_up: LookUp, clients: Clients
) -> None:
    [title_id] = await titles_of_intake(workshop, "Lighthouse")
    await look_up()
    shown = await matches(clients, "new")
    assert (shown["sources"], shown["counts"], tmdb.asked) == ([], {"new": 1}, [])
    answer = await clients.owner.post(
        f"/admin/matches/{title_id}", json={"decision": {"type": "fetch"}}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "intake.source_missing")
    assert (await document(clients, title_id))["description"] == ""


async def test_the_longer_key_goes_into_a_header(resources: Resources, tmdb: TmdbServer) -> None:
    tmdb.know(film(11, "Lighthouse", "2012-05-04"))
    settings = replace(resources.settings, tmdb_key=f"{KEY}.token")
    source = replace(resources, settings=settings).metadata_sources.named(SourceName.TMDB)
    found = await source.search(TitleKind.MOVIE, "Lighthouse", 2012)
    assert [each.number for each in found] == ["11"]
    assert tmdb.authorizations == [f"Bearer {KEY}.token"]
    assert "api_key" not in tmdb.asked[0]
    assert KEY not in repr(source)
