"""What a plan allows: how many at once, on how many devices, how tall, where, and what."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from streamverse.app.resources import Resources
from streamverse.domains.billing.contracts import Entitlements
from streamverse.domains.catalog.contracts import TitleId, TitleKind, TitlePatch
from streamverse.domains.catalog.service import editing, lifecycle
from streamverse.domains.media.contracts import AssetId, PackageId, PackageView
from streamverse.domains.playback.contracts import PlaybackSettings
from streamverse.domains.playback.rules.access import Access, Wish, decide_access
from streamverse.domains.playback.rules.limits import Limits, allow_height, limits_of
from streamverse.kit.work import Workshop
from streamverse.mediakit.ladder import CodecFamily
from streamverse.mediakit.tailoring import EVERYTHING, Tailoring
from tests.billing.test_routes import make_plan
from tests.conftest import Clients, Visit
from tests.factories.accounts import PASSWORD, People
from tests.factories.media import MediaFactory
from tests.factories.pipeline import WorkOff, fetch, logged_in_often, make_film
from tests.factories.titles import make_title
from tests.playback.test_sessions import Json, enter, opened, refusal, rows

H264, AV1 = CodecFamily.H264, CodecFamily.AV1


# --- decisions ------------------------------------------------------------------------------------


def test_a_plan_goes_before_the_settings() -> None:
    settings = PlaybackSettings(streams_at_once=3, devices_at_most=5)
    assert limits_of(settings, Entitlements()) == Limits(3, 5)
    both = Entitlements(streams_at_once=2, devices_at_most=0)
    assert limits_of(settings, both) == Limits(2, 0)


@pytest.mark.parametrize(
    ("max_height", "codecs", "allowed"),
    [
        (None, (), None),
        (720, (), 720),
        (144, (), 180),
        (144, ("avc1",), 180),
        (144, ("av01",), 270),
        (480, ("av01",), 480),
        # Whoever decodes none of them is refused for that.
        (144, ("hvc1",), 180),
    ],
)
def test_the_lowest_picture_is_always_allowed(
    max_height: int | None, codecs: tuple[str, ...], allowed: int | None
) -> None:
    package = PackageView(
        package_id=PackageId(uuid4()),
        asset_id=AssetId(uuid4()),
        is_complete=True,
        poster=None,
        sprites=None,
        text_revision=0,
        playable_ms=0,
        duration_ms=0,
        renditions=((H264, 1080), (H264, 180), (AV1, 1080), (AV1, 270)),
    )
    tailoring = Tailoring(codecs=codecs)
    entitled = Entitlements(max_height=max_height)
    assert allow_height(tailoring, entitled, package) == replace(tailoring, allowed_height=allowed)


@pytest.mark.parametrize(
    ("region", "regions", "access"),
    [
        ("DE", ("DE", "AT"), Access.ALLOWED),
        ("FR", ("DE", "AT"), Access.PLAN_REGION),
        (None, ("DE",), Access.PLAN_REGION),
        (None, (), Access.ALLOWED),
        ("FR", (), Access.ALLOWED),
    ],
)
def test_regions_of_a_plan(region: str | None, regions: tuple[str, ...], access: Access) -> None:
    wish = Wish(is_playable=True, has_failed=False, region=region, regions=regions)
    assert decide_access(wish) is access


def test_nothing_is_capped_without_a_plan() -> None:
    assert allow_height(EVERYTHING, Entitlements(), None) is EVERYTHING


# --- through the door -----------------------------------------------------------------------------


@pytest.fixture
async def film(workshop: Workshop, people: People) -> TitleId:
    """Let there be a film for everybody."""
    async with workshop.work(people.owner) as work:
        return await make_title(work, "Big Buck Bunny")


async def give_plan(clients: Clients, people: People, name: str = "Duo", **said: Any) -> Json:
    """Let the viewer have a plan."""
    plan = await make_plan(clients.owner, name, **said)
    path = f"/admin/accounts/{people.viewer.account_id}/plan"
    assert (await clients.owner.put(path, json={"plan_id": plan["id"]})).status_code == 200
    return plan


@pytest.fixture
async def twenty(
    workshop: Workshop, people: People, visit: Visit
) -> AsyncGenerator[list[httpx.AsyncClient]]:
    """Log one person in twenty times."""
    async with logged_in_often(workshop, people.viewer, visit, 20) as clients:
        yield clients


async def test_twenty_at_once_on_a_plan_of_two(
    twenty: list[httpx.AsyncClient],
    clients: Clients,
    film: TitleId,
    workshop: Workshop,
    people: People,
):
    await give_plan(clients, people, streams_at_once=2)
    answers = await asyncio.gather(*(enter(client, film) for client in twenty))
    assert sorted(answer.status_code for answer in answers) == [201] * 2 + [409] * 18
    running = [str(row.id) for row in await rows(workshop)]
    refused = [answer for answer in answers if answer.status_code == 409]
    assert {refusal(one)[1] for one in refused} == {"playback.too_many_streams"}
    for one in refused:
        facts = one.json()["facts"]
        assert facts["limit"] == 2
        assert [stream["id"] for stream in facts["streams"]] == running
    # Whoever is refused chooses, ends one and comes in.
    late = answers.index(next(one for one in answers if one.status_code == 409))
    ended = await twenty[late].delete(f"/player/sessions/{running[0]}")
    assert ended.status_code == 204
    await opened(twenty[late], film)
    assert [row.ended_at is None for row in await rows(workshop)] == [False, True, True]


async def test_a_plan_without_a_limit_has_none(
    twenty: list[httpx.AsyncClient], clients: Clients, film: TitleId, people: People
):
    await give_plan(clients, people, streams_at_once=0)
    for client in twenty[:5]:
        await opened(client, film)


async def test_devices_by_plan(
    clients: Clients, film: TitleId, workshop: Workshop, people: People, visit: Visit
):
    await give_plan(clients, people, devices_at_most=1)
    viewer = {"email": "viewer@example.org", "password": PASSWORD}

    async def on(name: str) -> httpx.Response:
        named = {**viewer, "device_name": name}
        token = (await clients.nobody.post("/auth/token", json=named)).json()["access_token"]
        async with visit(headers={"Authorization": f"Bearer {token}"}) as client:
            return await enter(client, film)

    assert (await on("Television")).status_code == 201
    told = await on("Phone")
    assert refusal(told) == (409, "playback.too_many_devices")
    assert told.json()["facts"]["limit"] == 1
    assert "remove one of them" in told.json()["detail"]
    [device] = (await clients.viewer.get("/users/me/plan")).json()["devices"]
    assert (device["name"], device["is_current"]) == ("Television", False)
    assert (await clients.viewer.delete(f"/users/me/devices/{device['id']}")).status_code == 204
    assert (await on("Phone")).status_code == 201
    assert [row.device_name for row in await rows(workshop)] == ["Television", "Phone"]


async def test_a_plan_for_another_country(
    clients: Clients, film: TitleId, workshop: Workshop, people: People
):
    await give_plan(clients, people, regions=["AT", "DE"])
    told = await enter(clients.viewer, film)
    assert refusal(told) == (403, "playback.plan_region")
    assert told.json()["facts"] == {"plan": "Duo", "regions": ["AT", "DE"]}
    assert await rows(workshop) == []


# --- titles of some plans -------------------------------------------------------------------------


async def limit_to(workshop: Workshop, people: People, title_id: TitleId, *plan_ids: str) -> None:
    async with workshop.work(people.owner) as work:
        patch = TitlePatch(plans=[UUID(plan_id) for plan_id in plan_ids])
        await editing.edit_titles(work, [title_id], patch, "Limited")


async def test_a_title_of_other_plans_is_shown_locked_and_refused(
    clients: Clients, film: TitleId, workshop: Workshop, people: People
):
    premium = await make_plan(clients.owner, "Premium")
    family = await make_plan(clients.owner, "Family")
    await limit_to(workshop, people, film, family["id"], premium["id"])
    [card] = (await clients.viewer.get("/titles")).json()["items"]
    assert (card["name"], card["locked_by"]) == ("Big Buck Bunny", "plan")
    assert (await clients.viewer.get(f"/titles/{film}")).json()["locked_by"] == "plan"
    [rail] = (await clients.viewer.get("/home/rails")).json()["rails"]
    assert [item["locked_by"] for item in rail["items"]] == ["plan"]
    told = await enter(clients.viewer, film)
    assert refusal(told) == (403, "playback.plan_needed")
    assert told.json()["facts"]["plans"] == ["Premium", "Family"]
    assert await rows(workshop) == []
    # Whoever gets one of them watches; the page that was remembered is not theirs any more.
    path = f"/admin/accounts/{people.viewer.account_id}/plan"
    await clients.owner.put(path, json={"plan_id": family["id"]})
    [card] = (await clients.viewer.get("/titles")).json()["items"]
    assert card["locked_by"] is None
    [rail] = (await clients.viewer.get("/home/rails")).json()["rails"]
    assert [item["locked_by"] for item in rail["items"]] == [None]
    await opened(clients.viewer, film)


async def test_staff_watches_what_it_works_on(
    clients: Clients, film: TitleId, workshop: Workshop, people: People
):
    premium = await make_plan(clients.owner, "Premium")
    await limit_to(workshop, people, film, premium["id"])
    [card] = (await clients.owner.get("/titles")).json()["items"]
    assert card["locked_by"] is None
    await opened(clients.owner, film)


async def test_the_plans_of_a_series_hold_for_all_of_it(
    clients: Clients, film: TitleId, workshop: Workshop, people: People
):
    premium = await make_plan(clients.owner, "Premium")
    async with workshop.work(people.owner) as work:
        series = TitleId((await lifecycle.create_title(work, TitleKind.SERIES, "Rabbits")).id)
        await lifecycle.publish_title(work, series)
    await limit_to(workshop, people, series, premium["id"])
    async with workshop.work(people.owner) as work:
        await lifecycle.place_title(work, film, TitleKind.EPISODE, parent_id=series, number=1)
    assert refusal(await enter(clients.viewer, film)) == (403, "playback.plan_needed")
    [episode] = (await clients.viewer.get(f"/titles/{series}/children")).json()
    assert episode["locked_by"] == "plan"
    told = await clients.owner.patch(f"/admin/titles/{film}", json={"plans": [premium["id"]]})
    assert told.json()["fields"][0]["field"] == "plans"
    # Nothing is said of the episode itself, by whom ever: what its series says holds still.
    await limit_to(workshop, people, film)
    assert refusal(await enter(clients.viewer, film)) == (403, "playback.plan_needed")
    await limit_to(workshop, people, series)
    await opened(clients.viewer, film)


async def test_only_plans_that_there_are(clients: Clients, film: TitleId):
    foreign = await make_plan(clients.stranger, "Theirs")
    for plan_id in (foreign["id"], str(uuid4())):
        told = await clients.owner.patch(f"/admin/titles/{film}", json={"plans": [plan_id]})
        assert (told.status_code, told.json()["fields"][0]["field"]) == (422, "plans")
    said = (await clients.owner.get(f"/admin/titles/{film}")).json()["said"]
    assert said.get("plans", []) == []


async def test_a_film_that_leaves_its_series_leaves_its_plans(
    clients: Clients, film: TitleId, workshop: Workshop, people: People
):
    premium = await make_plan(clients.owner, "Premium")
    async with workshop.work(people.owner) as work:
        series = TitleId((await lifecycle.create_title(work, TitleKind.SERIES, "Rabbits")).id)
        await lifecycle.publish_title(work, series)
        await lifecycle.place_title(work, film, TitleKind.EPISODE, parent_id=series)
    await limit_to(workshop, people, series, premium["id"])
    assert refusal(await enter(clients.viewer, film)) == (403, "playback.plan_needed")
    async with workshop.work(people.owner) as work:
        await lifecycle.place_title(work, film, TitleKind.MOVIE)
    await opened(clients.viewer, film)


# --- one's own plan -------------------------------------------------------------------------------


async def test_the_limits_of_the_service_are_those_of_who_has_no_plan(clients: Clients):
    assert (await clients.viewer.get("/users/me/plan")).json() == {
        "name": None,
        "ends_at": None,
        "streams_at_once": 3,
        "devices_at_most": 0,
        "max_height": None,
        "regions": [],
        "streams": [],
        "devices": [],
    }


async def test_ones_own_plan_and_what_of_it_is_in_use(
    clients: Clients, film: TitleId, people: People
):
    said = {"streams_at_once": 2, "devices_at_most": 4, "max_height": 720}
    await give_plan(clients, people, **said)
    session = await opened(clients.viewer, film)
    own = (await clients.viewer.get("/users/me/plan")).json()
    assert {name: own[name] for name in said} == said
    assert (own["name"], own["regions"], own["ends_at"]) == ("Duo", [], None)
    [stream] = own["streams"]
    assert (stream["id"], stream["title"]) == (session["session_id"], "Big Buck Bunny")
    assert (await clients.owner.get("/users/me/plan")).json()["streams"] == []


async def test_ones_own_plan_tells_until_when_it_was_given(clients: Clients, people: People):
    plan = await make_plan(clients.owner, "Trial")
    path = f"/admin/accounts/{people.viewer.account_id}/plan"
    given = {"plan_id": plan["id"], "ends_at": "2099-01-02T03:04:05Z"}
    assert (await clients.owner.put(path, json=given)).status_code == 200
    own = (await clients.viewer.get("/users/me/plan")).json()
    assert (own["name"], own["ends_at"]) == ("Trial", "2099-01-02T03:04:05Z")


# --- the tallest picture --------------------------------------------------------------------------

TOO_TALL = (403, "media.rendition_not_allowed")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_taller_pictures_are_neither_listed_nor_given(
    clients: Clients,
    people: People,
    media: MediaFactory,
    work_off: WorkOff,
    resources: Resources,
):
    del resources
    title_id = await make_film(clients.owner, work_off, media.make("high"))
    await give_plan(clients, people, max_height=480)
    session = await opened(clients.viewer, title_id)
    master = session["playback"]["hls_url"]
    text = (await fetch(clients.viewer, master)).text
    assert session["playback"]["hls_master"] == text
    assert "v720.m3u8" not in text
    assert "v480.m3u8" in text
    dash = (await fetch(clients.viewer, session["playback"]["dash_url"])).text
    assert "v720/" not in dash
    assert "v480/" in dash
    for name in ("v720.m3u8", "v720/init.mp4", "v720/0.m4s"):
        address = master.replace("master.m3u8", name)
        assert refusal(await fetch(clients.viewer, address)) == TOO_TALL
        shorter = address.replace("v720", "v480")
        assert (await fetch(clients.viewer, shorter)).status_code == 200
    # Who has no plan has all of it.
    free = (await opened(clients.owner, title_id))["playback"]["hls_url"]
    assert "v720.m3u8" in (await fetch(clients.owner, free)).text
    segment = await fetch(clients.owner, free.replace("master.m3u8", "v720/0.m4s"))
    assert segment.status_code == 200
