"""Titles that are looked up at AniList, which is played by a server on this machine."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import select

from streamverse.app import registry
from streamverse.app.resources import Resources
from streamverse.domains.catalog.contracts import TitlePatch
from streamverse.domains.identity.contracts import DEFAULT_TENANT_ID
from streamverse.domains.intake.contracts import (
    METADATA_LANE,
    Candidate,
    LookUpTitles,
    SourceName,
)
from streamverse.domains.intake.models import MatchRow
from streamverse.domains.intake.rules import anilist
from streamverse.domains.intake.rules.descriptions import Description
from streamverse.domains.intake.service.asking import Pace
from streamverse.domains.media.models import ArtworkRow
from streamverse.kit.clock import FixedClock
from streamverse.kit.jobs import DEFAULT_LANE
from streamverse.kit.work import Actor, Workshop
from streamverse.kit.worker import Worker
from tests.conftest import Clients
from tests.factories.anilist_server import AniListServer, anime, run_anilist_server
from tests.factories.tmdb_server import KEY, TmdbServer, film, run_tmdb_server

LookUp = Callable[[], Awaitable[None]]
Json = dict[str, Any]


@pytest.fixture
def anilist_server() -> Iterator[AniListServer]:
    """Run AniList."""
    with run_anilist_server() as server:
        yield server


@pytest.fixture
def tmdb() -> Iterator[TmdbServer]:
    """Run TMDB."""
    with run_tmdb_server() as server:
        yield server


@pytest.fixture
def tmdb_key() -> str:
    """Give the operator's key for TMDB: none, unless a test has one."""
    return ""


@pytest.fixture
def resources(
    resources: Resources, anilist_server: AniListServer, tmdb: TmdbServer, tmdb_key: str
) -> Resources:
    """Have AniList switched on."""
    settings = replace(
        resources.settings,
        anilist=True,
        anilist_address=anilist_server.address,
        tmdb_key=tmdb_key,
        tmdb_address=tmdb.address,
        title_languages=("de", "en", "ja"),
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


async def add(clients: Clients, name: str, kind: str = "series", **said: object) -> str:
    answer = await clients.owner.post("/admin/titles", json={"kind": kind, "name": name, **said})
    assert answer.status_code == 201, answer.text
    return answer.json()["title"]["id"]


async def matches(clients: Clients, which: str) -> Json:
    answer = await clients.owner.get("/admin/matches", params={"which": which})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def document(clients: Clients, title_id: str) -> Json:
    answer = await clients.owner.get(f"/admin/titles/{title_id}")
    assert answer.status_code == 200, answer.text
    return answer.json()["said"]


async def decide(clients: Clients, title_id: str, **decision: object) -> Json:
    answer = await clients.owner.post(f"/admin/matches/{title_id}", json={"decision": decision})
    assert answer.status_code == 200, answer.text
    return answer.json()


def northern_star(**more: object) -> Json:
    names = {"romaji": "Kita no Hoshi", "english": "Northern Star", "native": "北の星"}
    return anime(21, "Kita no Hoshi", 1998, **{"title": names, "synonyms": ["NS"], **more})


# --- what is taken --------------------------------------------------------------------------------


async def test_a_series_that_is_sure_gets_all_that_is_known_of_it(
    workshop: Workshop, anilist_server: AniListServer, look_up: LookUp, clients: Clients
) -> None:
    anilist_server.know(northern_star())
    title_id = await add(clients, "NS")
    await look_up()
    [match] = (await matches(clients, "matched"))["items"]
    assert (match["source"], match["number"]) == ("anilist", "21")
    said = await document(clients, title_id)
    assert (said["name"], said["original_name"]) == ("Northern Star", "北の星")
    assert said["description"] == "What happens in Kita no Hoshi.\n\n(Source: Example)"
    assert (said["year"], said["released_on"]) == (1998, "1998-04-03")
    assert (said["original_language"], said["countries"]) == ("ja", ["JP"])
    assert said["external_ids"] == {"anilist": "21", "mal": "9021"}
    assert (said["genres"], said["studios"]) == (["Drama", "Mecha"], ["Studio Example"])
    assert [(line["name"], line["job"], line["character"]) for line in said["credits"]] == [
        ("Dai Example", "director", ""),
        ("Fumi Example", "writer", ""),
        ("Emi Example", "composer", ""),
        ("Aki Example", "actor", "The Pilot"),
    ]
    names = {tag: words["name"] for tag, words in said["translations"].items()}
    assert names == {"en": "Northern Star", "ja": "北の星"}
    async with workshop.reading(Actor.system()) as work:
        pictured = {row.subject_id for row in await work.session.scalars(select(ArtworkRow))}
    assert (len(pictured), UUID(title_id) in pictured) == (5, True)
    assert anilist_server.pictures[0] == "/file/anilistcdn/media/anime/banner/21-a.jpg"


async def test_a_number_in_the_name_of_a_folder_needs_no_search(
    anilist_server: AniListServer, look_up: LookUp, clients: Clients
) -> None:
    anilist_server.know(northern_star())
    title_id = await add(clients, "xyz")
    numbers = {"external_ids": {"anilist": "21"}}
    assert (await clients.owner.patch(f"/admin/titles/{title_id}", json=numbers)).status_code == 200
    await look_up()
    assert (await matches(clients, "matched"))["counts"] == {"matched": 1}
    assert [asked["variables"] for asked in anilist_server.asked] == [{"id": 21}]


async def test_films_and_series_are_told_apart_and_adult_entries_left_out(
    anilist_server: AniListServer, look_up: LookUp, clients: Clients
) -> None:
    anilist_server.know(northern_star(format="MOVIE"), anime(22, "Tomoshibi", 2001, isAdult=True))
    await add(clients, "Northern Star")
    await add(clients, "Tomoshibi")
    await look_up()
    assert (await matches(clients, "unknown"))["counts"] == {"unknown": 2}
    await add(clients, "Northern Star", "movie")
    await look_up()
    assert (await matches(clients, "unknown"))["counts"] == {"unknown": 2, "matched": 1}


async def test_what_belongs_together_is_related(
    anilist_server: AniListServer, look_up: LookUp, clients: Clients
) -> None:
    anilist_server.know(northern_star())
    anilist_server.know(anime(22, "Tomoshibi", 2001, relations={"nodes": [{"id": 21}]}))
    first = await add(clients, "Northern Star")
    await look_up()
    second = await add(clients, "Tomoshibi")
    await look_up()
    assert (await document(clients, second))["related"] == [{"title_id": first, "kind": "related"}]


# --- beside TMDB ----------------------------------------------------------------------------------


@pytest.mark.parametrize("tmdb_key", [KEY])
async def test_it_is_asked_only_where_tmdb_is_not_sure(
    anilist_server: AniListServer, tmdb: TmdbServer, look_up: LookUp, clients: Clients
) -> None:
    anilist_server.know(northern_star(format="MOVIE"), anime(22, "Harbour", 2012, format="MOVIE"))
    tmdb.know(film(11, "Harbour", "2012-05-04"))
    await add(clients, "Harbour", "movie", year=2012)
    await look_up()
    assert anilist_server.asked == []
    await add(clients, "Northern Star", "movie", year=1998)
    await look_up()
    found = (await matches(clients, "matched"))["items"]
    assert {(one["name"], one["source"], one["number"]) for one in found} == {
        ("Harbour", "tmdb", "11"),
        ("Northern Star", "anilist", "21"),
    }


@pytest.mark.parametrize("tmdb_key", [KEY])
async def test_where_tmdb_knows_two_a_third_of_anilist_is_only_proposed(
    anilist_server: AniListServer, tmdb: TmdbServer, look_up: LookUp, clients: Clients
) -> None:
    anilist_server.know(anime(22, "Harbour", 2012, format="MOVIE"))
    tmdb.know(film(11, "Harbour", "2012-05-04"), film(12, "Harbour", "2012-09-01"))
    title_id = await add(clients, "Harbour", "movie", year=2012)
    await look_up()
    [match] = (await matches(clients, "unsure"))["items"]
    assert match["source"] is None
    assert [(one["source"], one["number"]) for one in match["candidates"]] == [
        ("tmdb", "11"),
        ("tmdb", "12"),
        ("anilist", "22"),
    ]
    picture = match["candidates"][2]["picture"]
    shown = await clients.owner.get("/admin/matches/picture", params={"picture": picture})
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    decided = await decide(clients, title_id, type="chosen", source="anilist", number="22")
    assert (decided["state"], decided["source"], decided["number"]) == ("matched", "anilist", "22")
    assert (await document(clients, title_id))["description"].startswith("What happens in Harbour")
    edits = (await clients.owner.get("/admin/titles/edits")).json()["items"]
    assert edits[0]["what"] == "matched with AniList"


async def test_what_another_source_said_stays_while_that_one_is_not_asked(
    workshop: Workshop, anilist_server: AniListServer, look_up: LookUp, clients: Clients
) -> None:
    title_id = await add(clients, "Northern Star")
    async with workshop.work(Actor.system(DEFAULT_TENANT_ID)) as work:
        known = {"state": "matched", "source": "tmdb", "number": "603", "due_at": work.now}
        work.session.add(MatchRow(title_id=UUID(title_id), candidates=[], **known))
    await look_up()
    [match] = (await matches(clients, "matched"))["items"]
    assert (match["source"], match["number"], anilist_server.asked) == ("tmdb", "603", [])
    answer = await clients.owner.post(
        f"/admin/matches/{title_id}", json={"decision": {"type": "chosen", "number": "603"}}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "intake.source_missing")


# --- what goes wrong ------------------------------------------------------------------------------


async def test_it_waits_when_it_is_told_to(
    anilist_server: AniListServer, look_up: LookUp, clients: Clients
) -> None:
    anilist_server.know(northern_star())
    said = b'{"data":null,"errors":[{"message":"Too Many Requests.","status":429}]}'
    title_id = await add(clients, "Northern Star")
    anilist_server.instead = [(429, {"Retry-After": "0", "X-RateLimit-Limit": "60000"}, said)]
    await look_up()
    assert (await matches(clients, "matched"))["counts"] == {"matched": 1}
    anilist_server.instead = [(429, {"Retry-After": "57", "X-RateLimit-Limit": "30"}, said)]
    answer = await clients.owner.post(
        f"/admin/matches/{title_id}", json={"decision": {"type": "fetch"}}
    )
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "57")
    assert answer.json()["detail"] == (
        "AniList gets too many requests at the moment: try again in 57 s."
    )


async def test_requests_go_as_slowly_as_it_says() -> None:
    pace = Pace(2.0)
    loop = asyncio.get_running_loop()
    await pace.turn()
    pace.change(0.05)
    began = loop.time()
    await pace.turn()
    assert 0.03 <= loop.time() - began < 2


@pytest.mark.parametrize(
    ("said", "detail"),
    [
        ((200, {}, b"<html>"), "its answer is not as described"),
        ((403, {}, b"{}"), "it answered with status 403"),
        ((401, {}, b"{}"), "it answered with status 401"),
    ],
)
async def test_an_answer_that_is_none_is_said(
    anilist_server: AniListServer,
    clients: Clients,
    said: tuple[int, dict[str, str], bytes],
    detail: str,
) -> None:
    title_id = await add(clients, "Northern Star")
    anilist_server.instead = [said]
    answer = await clients.owner.post(
        f"/admin/matches/{title_id}", json={"decision": {"type": "fetch"}}
    )
    assert (answer.status_code, answer.json()["detail"]) == (
        503,
        f"127.0.0.1 gave no answer that can be used: {detail}.",
    )


async def test_an_entry_that_is_gone_is_said(
    anilist_server: AniListServer, clients: Clients
) -> None:
    title_id = await add(clients, "Northern Star")
    decision = {"type": "chosen", "source": "anilist", "number": "404"}
    answer = await clients.owner.post(f"/admin/matches/{title_id}", json={"decision": decision})
    assert (answer.status_code, answer.json()["code"]) == (404, "intake.entry_not_found")
    assert [asked["variables"] for asked in anilist_server.asked] == [{"id": 404}]


@pytest.mark.parametrize(
    "picture",
    [
        "https://example.org/file/a.jpg",
        "https://s4.anilist.co.example.org/file/a.jpg",
        "https://s4.anilist.co/file/../a.jpg",
        "https://s4.anilist.co/file/a.svg",
        "https://[",
        "/back11.jpg",
    ],
)
async def test_only_its_pictures_are_fetched(
    anilist_server: AniListServer, clients: Clients, picture: str
) -> None:
    answer = await clients.owner.get("/admin/matches/picture", params={"picture": picture})
    assert (answer.status_code, anilist_server.pictures) == (404, [])


# --- what is read ---------------------------------------------------------------------------------


def test_an_entry_becomes_a_candidate_with_all_of_its_names() -> None:
    document = """{"id": 1, "title": {"romaji": "Kita no Hoshi", "english": "Northern Star",
      "native": "北の星"}, "synonyms": ["Northern Star", "NS"],
      "description": "One.<br><br>\\n<i>Two</i> &amp; three.",
      "startDate": {"year": 1998, "month": 4, "day": 3},
      "coverImage": {"large": "https://s4.anilist.co/file/a.jpg"}}"""
    media = msgspec.json.decode(document, type=anilist.Media)
    assert anilist.read_candidate(media) == Candidate(
        number="1",
        name="Northern Star",
        names=("Kita no Hoshi", "北の星", "NS"),
        year=1998,
        overview="One.\n\nTwo & three.",
        picture="https://s4.anilist.co/file/a.jpg",
        source=SourceName.ANILIST,
    )
    assert anilist.read_day(media.start_date) == date(1998, 4, 3)


def test_an_entry_of_which_little_is_known_is_read_too() -> None:
    details = msgspec.json.decode('{"id": 2, "title": {"romaji": "A"}}', type=anilist.Details)
    known = anilist.read_candidate(details)
    assert (known.name, known.names, known.year, known.overview) == ("A", (), None, "")
    assert anilist.read_day(anilist.Day(1998, 2, 30)) is None
    patch = TitlePatch(name="A", external_ids={"anilist": "2"})
    assert anilist.read_details(details, ["en", "fr"]) == Description(patch)


@pytest.mark.parametrize(
    ("languages", "name"),
    [
        (["en"], "Northern Star"),
        (["fr"], "Northern Star"),
        (["ja"], "北の星"),
        (["zh"], "Northern Star"),
    ],
)
def test_the_name_is_the_one_that_people_know(languages: list[str], name: str) -> None:
    details = msgspec.convert(northern_star(), anilist.Details)
    assert anilist.read_details(details, languages).patch.name == name
