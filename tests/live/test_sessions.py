"""Sessions of live streams: counted with those of titles, listed, ended, kept by fetches."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import httpx
import pytest

from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.identity.contracts import AccountId
from streamverse.domains.media.service.delivery import HOLDER_REMEMBERED_FOR_S
from streamverse.domains.playback.contracts import LEASE
from streamverse.domains.playback.public import PLAYBACK_EXPORTERS
from streamverse.kit.clock import FixedClock
from streamverse.kit.work import Workshop
from tests.conftest import Clients, Visit
from tests.factories.accounts import People
from tests.factories.pipeline import fetch, logged_in_often
from tests.factories.titles import make_title
from tests.live.conftest import Channel
from tests.playback.test_plans import give_plan
from tests.playback.test_sessions import Json, enter, opened, refusal, rows

if TYPE_CHECKING:
    from streamverse.app.resources import Resources

TOO_MANY = (409, "playback.too_many_streams")


@pytest.fixture
async def film(workshop: Workshop, people: People) -> TitleId:
    """Let there be a film for everybody."""
    async with workshop.work(people.owner) as work:
        return await make_title(work, "Big Buck Bunny")


@pytest.fixture
async def on_air(channel: Channel) -> Channel:
    """Let five seconds go out."""
    publisher = await channel.connect()
    publisher.begin()
    publisher.send(5)
    await channel.settle()
    return channel


@pytest.fixture
async def viewers(
    workshop: Workshop, people: People, visit: Visit
) -> AsyncGenerator[list[httpx.AsyncClient]]:
    """Log one person in four times."""
    async with logged_in_often(workshop, people.viewer, visit, 4) as clients:
        yield clients


async def enter_live(client: httpx.AsyncClient, stream_id: object, **asked: Any) -> httpx.Response:
    return await client.post("/player/sessions/live", json={"stream_id": str(stream_id), **asked})


async def opened_live(client: httpx.AsyncClient, stream_id: object, **asked: Any) -> Json:
    answer = await enter_live(client, stream_id, **asked)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def tell(client: httpx.AsyncClient, session: Json, *events: Json) -> httpx.Response:
    said = {"session_id": session["session_id"], "token": session["events_token"]}
    return await client.post("/player/events", json={**said, "events": list(events)})


async def test_a_session_is_all_that_a_player_begins_with(
    clients: Clients, on_air: Channel, workshop: Workshop, people: People, clock: FixedClock
):
    session = await opened_live(clients.viewer, on_air.id)
    (row,) = await rows(workshop)
    assert session["session_id"] == str(row.id)
    assert datetime.fromisoformat(session["server_time"]) == clock.now()
    assert (session["heartbeat_ms"], session["lease_ms"]) == (20_000, 90_000)
    assert session["throughput_bps"] is None
    assert (row.stream_id, row.title_id, row.package_id) == (on_air.id, None, None)
    assert (row.account_id, row.lease_until) == (people.viewer.account_id, clock.now() + LEASE)
    master = await fetch(clients.nobody, session["playback"]["hls_url"])
    assert master.text.startswith("#EXTM3U")
    told = await clients.viewer.get(f"/player/sessions/{row.id}/debug-info")
    assert (told.json()["package_id"], told.json()["is_open"]) == (None, True)


async def test_who_is_not_let_in(clients: Clients, channel: Channel, workshop: Workshop):
    unknown = (404, "live.stream_not_found")
    assert refusal(await enter_live(clients.nobody, channel.id)) == (401, "kit.unauthenticated")
    assert refusal(await enter_live(clients.stranger, channel.id)) == unknown
    assert refusal(await enter_live(clients.viewer, uuid4())) == unknown
    assert refusal(await enter_live(clients.viewer, channel.id)) == (409, "live.stream_not_live")
    assert await rows(workshop) == []


async def test_titles_and_streams_are_counted_together(
    viewers: list[httpx.AsyncClient],
    clients: Clients,
    film: TitleId,
    on_air: Channel,
    workshop: Workshop,
    people: People,
):
    await give_plan(clients, people, streams_at_once=1)
    first = await opened(viewers[0], film)
    for refused in (
        await enter_live(viewers[1], on_air.id),
        await viewers[1].post(f"/live/streams/{on_air.id}/playback"),
    ):
        assert refusal(refused) == TOO_MANY
        [running] = refused.json()["facts"]["streams"]
        assert (running["id"], running["title"]) == (first["session_id"], "Big Buck Bunny")
    assert len(await rows(workshop)) == 1
    await viewers[1].delete(f"/player/sessions/{first['session_id']}")
    second = await opened_live(viewers[1], on_air.id)
    refused = await enter(viewers[0], film)
    assert refusal(refused) == TOO_MANY
    [running] = refused.json()["facts"]["streams"]
    assert (running["id"], running["title"]) == (second["session_id"], "Sunday service")
    [own] = (await viewers[2].get("/users/me/plan")).json()["streams"]
    assert (own["id"], own["title"]) == (second["session_id"], "Sunday service")


async def test_the_count_is_exact_when_all_come_at_once(
    viewers: list[httpx.AsyncClient],
    clients: Clients,
    film: TitleId,
    on_air: Channel,
    workshop: Workshop,
    people: People,
):
    await give_plan(clients, people, streams_at_once=2)
    asking = [enter(one, film) for one in viewers] + [enter_live(one, on_air.id) for one in viewers]
    answers = await asyncio.gather(*asking)
    assert sorted(one.status_code for one in answers) == [201] * 2 + [409] * 6
    assert len([row for row in await rows(workshop) if row.ended_at is None]) == 2


async def test_a_player_that_says_nothing_goes_on_in_its_session(
    clients: Clients, on_air: Channel, workshop: Workshop
):
    path = f"/live/streams/{on_air.id}/playback"
    first = (await clients.viewer.post(path)).json()
    assert (await clients.viewer.post(path)).json() == first
    (row,) = await rows(workshop)
    # Whoever names it goes on as well; a page that was loaded again takes its own place.
    again = await opened_live(clients.viewer, on_air.id, resumes=str(row.id))
    assert again["session_id"] == str(row.id)
    await opened_live(clients.viewer, on_air.id)
    assert [one.ended_by for one in await rows(workshop)] == ["viewer", None]


async def test_what_is_ended_stops_within_seconds(
    clients: Clients, on_air: Channel, clock: FixedClock
):
    session = await opened_live(clients.viewer, on_air.id)
    playlist = session["playback"]["hls_url"].replace("master", "v")
    assert (await fetch(clients.nobody, playlist)).status_code == 200
    ended = await clients.owner.delete(f"/player/sessions/{session['session_id']}")
    assert ended.status_code == 204
    clock.advance(timedelta(seconds=HOLDER_REMEMBERED_FOR_S))
    refused = await fetch(clients.nobody, playlist)
    assert refusal(refused) == (403, "kit.grant_expired")
    told = await clients.viewer.get(f"/player/sessions/{session['session_id']}/analytics")
    assert told.json()["ended_by"] == "staff"


async def test_what_is_fetched_keeps_the_lease(
    clients: Clients,
    on_air: Channel,
    clock: FixedClock,
    workshop: Workshop,
    resources: Resources,
):
    session = await opened_live(clients.viewer, on_air.id)
    clock.advance(timedelta(seconds=60))
    segment = session["playback"]["hls_url"].replace("master.m3u8", "v/0.m4s")
    said = {"CMCD_Object": "br=600,d=2000,ot=v", "CMCD_Request": "mtp=4000"}
    assert (await fetch(clients.nobody, segment, **said)).status_code == 200
    await resources.playback_desk.write()
    (row,) = await rows(workshop)
    assert row.lease_until == clock.now() + LEASE
    assert (row.played_ms, row.bitrate_bps, row.throughput_bps) == (2000, 600_000, 4_000_000)


async def test_a_device_is_one_viewer_in_whatever_session(clients: Clients, on_air: Channel):
    broadcast = on_air.desk.find(on_air.id)
    assert broadcast is not None
    first = await opened_live(clients.viewer, on_air.id)
    await fetch(clients.nobody, first["playback"]["hls_url"])
    second = await opened_live(clients.viewer, on_air.id)
    await fetch(clients.nobody, second["playback"]["hls_url"])
    assert on_air.desk.audiences.count_here(broadcast.id) == 1
    other = await opened_live(clients.owner, on_air.id)
    await fetch(clients.nobody, other["playback"]["hls_url"])
    assert on_air.desk.audiences.count_here(broadcast.id) == 2


async def test_staff_lists_who_watches_live_and_how_it_went(
    clients: Clients, on_air: Channel, clock: FixedClock
):
    session = await opened_live(clients.viewer, on_air.id)
    clock.advance(timedelta(seconds=30))
    await tell(
        clients.nobody,
        session,
        {"sequence": 0, "at_ms": 500, "kind": "playing"},
        {"sequence": 1, "at_ms": 10_500, "kind": "stalled"},
        {"sequence": 2, "at_ms": 11_500, "kind": "playing"},
    )
    [seen] = (await clients.owner.get("/admin/sessions?is_running=true")).json()["items"]
    expected = {
        "id": session["session_id"],
        "title_id": None,
        "stream_id": str(on_air.id),
        "title": "Sunday service",
        "state": "playing",
        "startup_ms": 500,
        "played_ms": 10_000,
        "stall_count": 1,
    }
    assert {name: seen[name] for name in expected} == expected
    [group] = (await clients.owner.get("/admin/sessions/quality?by=title")).json()["items"]
    assert (group["key"], group["name"]) == (str(on_air.id), "Sunday service")


async def test_a_stream_that_somebody_may_not_know_of_any_more_has_no_name(
    clients: Clients, on_air: Channel
):
    session = await opened_live(clients.viewer, on_air.id)
    hidden = await clients.owner.patch(f"/live/streams/{on_air.id}", json={"access": "staff"})
    assert hidden.status_code == 200
    [own] = (await clients.viewer.get("/users/me/plan")).json()["streams"]
    assert own["title"] is None
    path = f"/player/sessions/{session['session_id']}/analytics"
    assert (await clients.viewer.get(path)).json()["title"] == ""
    assert (await clients.owner.get(path)).json()["title"] == "Sunday service"


async def test_no_token_or_cookie_opens_a_stream(clients: Clients, on_air: Channel):
    session = await opened_live(clients.viewer, on_air.id)
    for path in ("signed-url", "token", "cookies"):
        answer = await clients.viewer.get(f"/delivery/{path}?session_id={session['session_id']}")
        assert refusal(answer) == (409, "playback.session_live")


async def test_people_get_a_copy_of_what_they_watched_live(
    clients: Clients, on_air: Channel, workshop: Workshop, people: People
):
    await opened_live(clients.viewer, on_air.id)
    [exporter] = PLAYBACK_EXPORTERS
    assert people.viewer.account_id is not None
    async with workshop.reading(people.viewer) as work:
        found = await exporter.export(work, AccountId(people.viewer.account_id))
    assert [(one["title_id"], one["stream_id"]) for one in found] == [(None, UUID(str(on_air.id)))]


async def test_a_stream_goes_with_its_sessions(
    clients: Clients, on_air: Channel, workshop: Workshop
):
    await opened_live(clients.viewer, on_air.id)
    await on_air.desk.end_all()
    assert (await clients.owner.delete(f"/live/streams/{on_air.id}")).status_code == 204
    assert await rows(workshop) == []
