"""What players tell of sessions: taken without waiting, written in bulk, told to who may know."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from streamverse.app.resources import Resources
from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.playback.contracts import LEASE
from streamverse.domains.playback.service.reports import ISSUES_LIMIT
from streamverse.kit.clock import FixedClock
from streamverse.kit.work import Workshop
from tests.conftest import Clients
from tests.factories.accounts import People
from tests.factories.media import MediaFactory
from tests.factories.pipeline import WorkOff, fetch, make_film
from tests.factories.titles import make_title
from tests.playback.test_sessions import Json, opened, refusal, rows

SITTING = [
    {"sequence": 0, "at_ms": 0, "kind": "quality", "bitrate_bps": 1_000_000, "height": 360},
    {"sequence": 1, "at_ms": 300, "kind": "playing", "position_ms": 0},
    {"sequence": 2, "at_ms": 10_300, "kind": "stalled", "position_ms": 10_000},
    {"sequence": 3, "at_ms": 11_300, "kind": "playing", "position_ms": 10_000},
    {"sequence": 4, "at_ms": 20_300, "kind": "heartbeat", "buffer_ms": 8000},
]
LEFT = {"sequence": 5, "at_ms": 20_300, "kind": "left"}
REPORTED = {"is_reported": "true"}
UNKNOWN = (404, "playback.session_not_found")


@pytest.fixture
async def session(clients: Clients, workshop: Workshop, people: People, clock: FixedClock) -> Json:
    """Let the viewer watch a film since half a minute."""
    async with workshop.work(people.owner) as work:
        film: TitleId = await make_title(work, "Big Buck Bunny")
    begun = await opened(clients.viewer, film)
    clock.advance(timedelta(seconds=30))
    return begun


async def tell(
    client: httpx.AsyncClient, session: Json, *events: Json, **changes: Any
) -> httpx.Response:
    batch = {
        "session_id": session["session_id"],
        "token": session["events_token"],
        "events": list(events),
    }
    return await client.post("/player/events", json={**batch, **changes})


async def analytics(client: httpx.AsyncClient, session: Json) -> Json:
    answer = await client.get(f"/player/sessions/{session['session_id']}/analytics")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_sitting_is_told_without_a_log_in(
    clients: Clients, session: Json, clock: FixedClock, workshop: Workshop
):
    answer = await tell(clients.nobody, session, *SITTING)
    assert (answer.status_code, answer.json()) == (202, {"ended_by": None})
    # Nothing is written while somebody waits.
    assert (await rows(workshop))[0].sequence == -1
    # Comes again with its end, as after a lost answer.
    await tell(clients.nobody, session, *SITTING[2:], LEFT)
    told = await analytics(clients.viewer, session)
    expected = {
        "title": "Big Buck Bunny",
        "startup_ms": 300,
        "played_ms": 19_000,
        "stalled_ms": 1_000,
        "stall_count": 1,
        "rebuffering_ratio": 0.05,
        "average_bitrate_bps": 1_000_000,
        "position_ms": 10_000,
        "height": 360,
        "ended_by": "viewer",
        "issue_count": 0,
        "issues": [],
    }
    assert {name: told[name] for name in expected} == expected
    assert told["timeline"] == [
        {"at_ms": 0, "word": "bitrate", "value": 1_000_000},
        {"at_ms": 300, "word": "playing", "value": 0},
        {"at_ms": 10_300, "word": "stalled", "value": 10_000},
        {"at_ms": 11_300, "word": "playing", "value": 10_000},
        {"at_ms": 20_300, "word": "buffer", "value": 8000},
    ]
    assert (await rows(workshop))[0].ended_at == clock.now()
    assert (await tell(clients.nobody, session, LEFT)).json() == {"ended_by": "viewer"}


async def test_a_heartbeat_keeps_the_lease(
    clients: Clients, session: Json, clock: FixedClock, workshop: Workshop, resources: Resources
):
    await tell(clients.nobody, session)
    await resources.playback_desk.write()
    assert (await rows(workshop))[0].lease_until == clock.now() + LEASE


@pytest.mark.parametrize(
    "events",
    [
        [{"sequence": -1, "at_ms": 0, "kind": "playing"}],
        [{"sequence": 0, "at_ms": -1, "kind": "playing"}],
        [{"sequence": 0, "at_ms": 0, "kind": "sneezed"}],
        [{"sequence": 0, "at_ms": 0, "kind": "failed", "code": "x" * 65}],
        [{"sequence": 0, "at_ms": 10**13, "kind": "playing"}],
        SITTING * 41,
    ],
)
async def test_nonsense_is_refused(
    clients: Clients, session: Json, events: list[Json], resources: Resources, workshop: Workshop
):
    before = (await rows(workshop))[0].lease_until
    assert (await tell(clients.nobody, session, *events)).status_code == 422
    await resources.playback_desk.write()
    assert (await rows(workshop))[0].lease_until == before


async def test_the_token_is_that_of_one_session(
    clients: Clients, session: Json, resources: Resources, workshop: Workshop
):
    token: str = session["events_token"]
    grant = session["playback"]["hls_url"].split("/")[2]
    before = (await rows(workshop))[0].lease_until
    for changes in (
        {"token": token[:-1]},
        {"token": grant[:32]},
        {"token": ""},
        {"session_id": str(uuid4())},
    ):
        answer = await tell(clients.viewer, session, *SITTING, **changes)
        assert refusal(answer) == (403, "playback.events_token_invalid")
    await resources.playback_desk.write()
    assert (await rows(workshop))[0].lease_until == before


async def test_how_it_went_is_for_who_watched_and_for_staff(clients: Clients, session: Json):
    path = f"/player/sessions/{session['session_id']}"
    for name in ("analytics", "debug-info"):
        assert refusal(await clients.stranger.get(f"{path}/{name}")) == UNKNOWN
        for client in (clients.viewer, clients.owner):
            assert (await client.get(f"{path}/{name}")).status_code == 200
    facts = (await clients.viewer.get(f"{path}/debug-info")).json()
    assert (facts["is_open"], facts["lease_left_ms"], facts["state"]) == (True, 60_000, "starting")


async def test_a_child_is_not_told_what_the_others_watch(clients: Clients, session: Json):
    child = await clients.viewer.post("/users/me/profiles", json={"name": "Kid", "is_kids": True})
    await clients.viewer.post(f"/users/me/profiles/{child.json()['id']}/switch", json={})
    assert (await analytics(clients.viewer, session))["title"] == ""
    assert (await analytics(clients.owner, session))["title"] == "Big Buck Bunny"


async def test_an_issue_is_kept_with_what_the_player_knows(clients: Clients, session: Json):
    path = f"/player/sessions/{session['session_id']}/report-issue"
    issue = {"kind": "sound", "words": " It crackles. ", "facts": {"buffer_s": 1.5, "codec": None}}
    for client in (clients.owner, clients.stranger):
        assert refusal(await client.post(path, json=issue)) == UNKNOWN
    assert (await clients.viewer.post(path, json={**issue, "kind": "x"})).status_code == 422
    assert (await analytics(clients.viewer, session))["issues"] == []
    for _ in range(ISSUES_LIMIT):
        assert (await clients.viewer.post(path, json=issue)).status_code == 201
    assert refusal(await clients.viewer.post(path, json=issue)) == (
        409,
        "playback.too_many_issues",
    )
    kept = (await analytics(clients.owner, session))["issues"]
    assert len(kept) == ISSUES_LIMIT
    assert (kept[0]["words"], kept[0]["facts"]) == ("It crackles.", issue["facts"])
    opened = await clients.viewer.post(
        "/player/sessions/enhanced", json={"title_id": session["playback"]["title_id"]}
    )
    other = opened.json()["session_id"]
    for asked, ids in (({}, [other, session["session_id"]]), (REPORTED, [session["session_id"]])):
        listed = (await clients.owner.get("/admin/sessions", params=asked)).json()["items"]
        assert [one["id"] for one in listed] == ids
    assert listed[0]["issue_count"] == ISSUES_LIMIT


async def test_a_quality_that_was_chosen_is_on_the_timeline(clients: Clients, session: Json):
    path = f"/player/sessions/{session['session_id']}"
    assert (
        refusal(await clients.owner.post(f"{path}/quality-switch", json={"height": 720})) == UNKNOWN
    )
    for height in (720, None):
        answer = await clients.viewer.post(f"{path}/quality-switch", json={"height": height})
        assert answer.status_code == 204
    chosen = [
        {"at_ms": 30_000, "word": "chosen", "value": 720},
        {"at_ms": 30_000, "word": "chosen", "value": 0},
    ]
    assert (await analytics(clients.viewer, session))["timeline"] == chosen
    await clients.viewer.delete(path)
    late = await clients.viewer.post(f"{path}/quality-switch", json={"height": 480})
    assert refusal(late) == (409, "playback.session_ended")
    assert (await analytics(clients.viewer, session))["timeline"] == chosen


async def test_staff_lists_who_watches_and_how_it_went(clients: Clients, session: Json):
    await tell(clients.nobody, session, *SITTING)
    running = (await clients.owner.get("/admin/sessions?is_running=true")).json()
    assert [one["id"] for one in running["items"]] == [session["session_id"]]
    assert running["items"][0]["played_ms"] == 19_000
    assert (await clients.owner.get("/admin/sessions?is_running=false")).json()["items"] == []
    await tell(clients.nobody, session, LEFT)
    past = (await clients.owner.get("/admin/sessions?is_running=false")).json()["items"]
    assert [one["ended_by"] for one in past] == ["viewer"]
    [by_title] = (await clients.owner.get("/admin/sessions/quality?by=title")).json()["items"]
    assert by_title == {
        "key": session["playback"]["title_id"],
        "name": "Big Buck Bunny",
        "sessions": 1,
        "startup_median_ms": 300,
        "startup_slow_ms": 300,
        "rebuffering_ratio": 0.05,
        "stall_count": 1,
        "average_bitrate_bps": 1_000_000,
        "played_ms": 19_000,
        "failed_sessions": 0,
    }
    [by_region] = (await clients.owner.get("/admin/sessions/quality?by=region")).json()["items"]
    assert (by_region["key"], by_region["sessions"]) == ("", 1)
    assert (await clients.stranger.get("/admin/sessions")).json()["items"] == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_player_that_tells_nothing_is_known_by_what_it_fetches(
    clients: Clients,
    work_off: WorkOff,
    media: MediaFactory,
    clock: FixedClock,
    workshop: Workshop,
):
    title_id = await make_film(clients.owner, work_off, media.make("short"))
    begun = await opened(clients.viewer, title_id)
    clock.advance(timedelta(seconds=30))
    segment = begun["playback"]["hls_url"].replace("master.m3u8", "v360/0.m4s")
    in_header = {"CMCD_Object": "br=600,d=1000,ot=v", "CMCD_Status": "bs"}
    assert (await fetch(clients.nobody, segment, **in_header)).status_code == 200
    in_query = f"{segment}?CMCD=br%3D600%2Cd%3D1000%2Cot%3Dv%2Cmtp%3D4000"
    assert (await fetch(clients.nobody, in_query)).status_code == 200
    told = await analytics(clients.viewer, begun)
    assert (told["played_ms"], told["average_bitrate_bps"]) == (2000, 600_000)
    assert (told["throughput_bps"], told["starved_count"]) == (4_000_000, 1)
    assert (await rows(workshop))[0].lease_until == clock.now() + LEASE
