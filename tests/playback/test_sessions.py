"""Opening and ending sessions: who may watch, how many at once, and what ends with a session."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from streamverse.app.resources import Resources
from streamverse.domains.catalog.contracts import (
    MarkerKind,
    MarkerLine,
    TitleId,
    TitlePatch,
    WindowLine,
)
from streamverse.domains.catalog.service.editing import edit_titles
from streamverse.domains.identity.models import DeviceRow
from streamverse.domains.playback.contracts import (
    LEASE,
    EndedBy,
    PlaybackSessionId,
    PlaybackSettings,
    TidySessions,
)
from streamverse.domains.playback.jobs import handlers
from streamverse.domains.playback.models import PlaybackSessionRow
from streamverse.domains.playback.repository import PlaybackSessions
from streamverse.domains.playback.rules.lines import Watched
from streamverse.domains.playback.service.desk import PlaybackDesk
from streamverse.domains.playback.service.opening import end_session
from streamverse.kit.clock import FixedClock
from streamverse.kit.networks import network_of
from streamverse.kit.tokens import Signer
from streamverse.kit.work import Actor, Workshop
from streamverse.kit.worker import Worker, handlers_of
from tests.conftest import Clients, Visit
from tests.factories.accounts import PASSWORD, People
from tests.factories.media import MediaFactory
from tests.factories.pipeline import WorkOff, fetch, logged_in_often, make_film
from tests.factories.statements import heard
from tests.factories.titles import make_title

Json = dict[str, Any]
MOMENT = timedelta(seconds=1)


@pytest.fixture
async def film(workshop: Workshop, people: People) -> TitleId:
    """Let there be a film for everybody."""
    async with workshop.work(people.owner) as work:
        return await make_title(work, "Big Buck Bunny")


async def enter(client: httpx.AsyncClient, title_id: object, **asked: Any) -> httpx.Response:
    return await client.post("/player/sessions/enhanced", json={"title_id": str(title_id), **asked})


async def opened(client: httpx.AsyncClient, title_id: object, **asked: Any) -> Json:
    answer = await enter(client, title_id, **asked)
    assert answer.status_code == 201, answer.text
    return answer.json()


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def rows(workshop: Workshop) -> list[PlaybackSessionRow]:
    async with workshop.reading(Actor.system()) as work:
        found = await work.session.scalars(
            select(PlaybackSessionRow).order_by(PlaybackSessionRow.id)
        )
        return list(found)


@pytest.fixture
async def viewers(
    workshop: Workshop, people: People, visit: Visit
) -> AsyncGenerator[list[httpx.AsyncClient]]:
    """Log one person in five times."""
    async with logged_in_often(workshop, people.viewer, visit, 5) as clients:
        yield clients


# --- what a player begins with --------------------------------------------------------------------


async def test_a_session_is_all_that_a_player_begins_with(
    clients: Clients, film: TitleId, workshop: Workshop, people: People, clock: FixedClock
):
    async with workshop.work(people.owner) as work:
        line = MarkerLine(MarkerKind.INTRO, 1000, 2000)
        await edit_titles(work, [film], TitlePatch(markers=[line]), "Marked")
    session = await opened(clients.viewer, film)
    (row,) = await rows(workshop)
    assert session["session_id"] == str(row.id)
    assert row.id.hex in session["playback"]["hls_url"]
    assert session["playback"]["name"] == "Big Buck Bunny"
    assert (session["heartbeat_ms"], session["lease_ms"]) == (20_000, 90_000)
    assert session["markers"] == [{"kind": "intro", "start_ms": 1000, "end_ms": 2000, "label": ""}]
    assert session["resume_at_ms"] is session["next_title"] is session["throughput_bps"] is None
    assert (row.account_id, row.lease_until) == (people.viewer.account_id, clock.now() + LEASE)
    assert (row.ended_at, row.state, row.sequence) == (None, "starting", -1)
    assert session["buffering"] == {"ahead_ms": 30_000, "resume_after_ms": 500}


async def test_an_opening_asks_little_of_the_database(
    viewers: list[httpx.AsyncClient], film: TitleId, workshop: Workshop
):
    viewer, another = viewers[:2]
    profile = (await viewer.post("/users/me/profiles", json={"name": "Me"})).json()
    await viewer.post(f"/users/me/profiles/{profile['id']}/switch", json={})
    # The master is written for whoever comes first.
    await opened(another, film)
    with heard(workshop.database) as asked:
        await opened(viewer, film)
    # Who asks; who watches; the plan; the title; its package; where the profile stopped. Then, for
    # one at a time: the account; who else watches; the session itself.
    found = [(way, re.findall(r"(?:\nFROM|INTO) (\w+)", text)[-1]) for way, text in asked]
    assert found == [
        ("alone", "identity_session"),
        ("alone", "profiles_profile"),
        ("alone", "billing_plan"),
        ("alone", "catalog_title"),
        ("alone", "media_package"),
        ("alone", "library_progress"),
        ("within", "identity_account"),
        ("within", "playback_session"),
        ("within", "playback_session"),
    ]


async def test_a_session_knows_where_its_profile_goes_on(clients: Clients, film: TitleId):
    profile = (await clients.viewer.post("/users/me/profiles", json={"name": "Me"})).json()
    switched = await clients.viewer.post(f"/users/me/profiles/{profile['id']}/switch", json={})
    assert switched.status_code == 200
    report = {
        "viewing_id": str(uuid4()),
        "sequence": 1,
        "position_ms": 15_000,
        "duration_ms": 30_000,
        "watched_ms": 15_000,
    }
    told = await clients.viewer.put(f"/users/{profile['id']}/progress/{film}", json=report)
    assert told.is_success, told.text
    first = await opened(clients.viewer, film)
    assert first["resume_at_ms"] == 15_000
    # Whoever else of the family has sat down goes on with what runs, where it stood.
    other = (await clients.viewer.post("/users/me/profiles", json={"name": "You"})).json()
    await clients.viewer.post(f"/users/me/profiles/{other['id']}/switch", json={})
    again = await opened(clients.viewer, film, resumes=first["session_id"])
    assert again["session_id"] == first["session_id"]
    assert again["resume_at_ms"] == 15_000
    assert (await opened(clients.viewer, film))["resume_at_ms"] is None


async def test_the_same_session_goes_on_for_the_log_in_that_has_it(
    viewers: list[httpx.AsyncClient], film: TitleId, workshop: Workshop, clock: FixedClock
):
    first = await opened(viewers[0], film)
    clock.advance(timedelta(seconds=30))
    again = await opened(viewers[0], film, resumes=first["session_id"])
    assert again["session_id"] == first["session_id"]
    (row,) = await rows(workshop)
    assert row.lease_until == clock.now() + LEASE
    # Whoever names somebody else's gets one of their own.
    theirs = await opened(viewers[1], film, resumes=first["session_id"])
    assert theirs["session_id"] != first["session_id"]
    assert len(await rows(workshop)) == 2


# --- who may --------------------------------------------------------------------------------------

LATER = datetime(2030, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("patch", "told"),
    [
        (TitlePatch(windows=[WindowLine("DE")]), (403, "playback.title_not_here")),
        (TitlePatch(windows=[WindowLine(is_barring=True)]), (403, "playback.title_not_here")),
        (TitlePatch(windows=[WindowLine(starts_at=LATER)]), (403, "playback.title_not_now")),
    ],
    ids=["elsewhere", "barred", "later"],
)
async def test_a_title_that_is_kept_away(
    clients: Clients,
    film: TitleId,
    workshop: Workshop,
    people: People,
    patch: TitlePatch,
    told: tuple[int, str],
):
    async with workshop.work(people.owner) as work:
        await edit_titles(work, [film], patch, "Moved")
    assert refusal(await enter(clients.viewer, film)) == told
    assert await rows(workshop) == []


async def test_who_is_not_let_in(
    clients: Clients, film: TitleId, workshop: Workshop, people: People
):
    async with workshop.work(people.owner) as work:
        hidden = await make_title(work, "Hidden", published_at=None)
    unknown = (404, "playback.title_not_found")
    assert refusal(await enter(clients.nobody, film)) == (401, "kit.unauthenticated")
    assert refusal(await enter(clients.stranger, film)) == unknown
    assert refusal(await enter(clients.viewer, hidden)) == unknown
    assert refusal(await enter(clients.viewer, uuid4())) == unknown
    child = await clients.viewer.post("/users/me/profiles", json={"name": "Kid", "is_kids": True})
    await clients.viewer.post(f"/users/me/profiles/{child.json()['id']}/switch", json={})
    assert refusal(await enter(clients.viewer, film)) == (403, "playback.title_too_mature")
    assert await rows(workshop) == []


async def test_a_device_that_decodes_nothing_of_it(
    clients: Clients, film: TitleId, workshop: Workshop
):
    answer = await enter(clients.viewer, film, device={"codecs": ["av01", "mp4a"]})
    assert refusal(answer) == (409, "playback.device_cannot_play")
    assert await rows(workshop) == []
    await opened(clients.viewer, film, device={"codecs": ["avc1", "mp4a"]})


@pytest.mark.parametrize("codec", ["", "a b", "avc1.64001f", "x" * 9, "avc1\n"])
async def test_a_device_that_says_nonsense(clients: Clients, film: TitleId, codec: str):
    answer = await enter(clients.viewer, film, device={"codecs": [codec]})
    assert answer.status_code == 422


# --- how many at once -----------------------------------------------------------------------------


async def test_too_many_streams_are_named_so_that_one_can_be_ended(
    viewers: list[httpx.AsyncClient], film: TitleId, workshop: Workshop, clock: FixedClock
):
    sessions = [await opened(viewer, film) for viewer in viewers[:3]]
    clock.advance(MOMENT)
    answer = await enter(viewers[3], film)
    assert refusal(answer) == (409, "playback.too_many_streams")
    facts = answer.json()["facts"]
    assert facts["limit"] == 3
    assert [(one["id"], one["title"]) for one in facts["streams"]] == [
        (session["session_id"], "Big Buck Bunny") for session in sessions
    ]
    assert len(await rows(workshop)) == 3
    ended = await viewers[3].delete(f"/player/sessions/{sessions[1]['session_id']}")
    assert ended.status_code == 204
    fourth = await opened(viewers[3], film)
    assert [row.ended_by for row in await rows(workshop)] == [None, "chosen", None, None]
    # The one that was ended asks again, and is told the same.
    told = await enter(viewers[1], film, resumes=sessions[1]["session_id"])
    assert refusal(told) == (409, "playback.too_many_streams")
    assert fourth["session_id"] in told.text


async def test_a_lease_ends_by_itself_and_gives_way_to_the_next(
    viewers: list[httpx.AsyncClient], film: TitleId, workshop: Workshop, clock: FixedClock
):
    for viewer in viewers[:3]:
        await opened(viewer, film)
    clock.advance(LEASE - MOMENT)
    assert refusal(await enter(viewers[3], film)) == (409, "playback.too_many_streams")
    began_at = clock.now() - LEASE + MOMENT
    clock.advance(MOMENT)
    await opened(viewers[3], film)
    ends = [(row.ended_by, row.ended_at) for row in await rows(workshop)]
    assert ends == [*[("silence", began_at + LEASE)] * 3, (None, None)]


async def test_a_page_that_is_loaded_again_takes_its_own_place(
    viewers: list[httpx.AsyncClient], film: TitleId, workshop: Workshop
):
    for viewer in viewers[:3]:
        await opened(viewer, film)
    await opened(viewers[0], film)
    assert [row.ended_by for row in await rows(workshop)] == ["viewer", None, None, None]


async def test_the_count_is_exact_when_all_come_at_once(
    viewers: list[httpx.AsyncClient], film: TitleId, workshop: Workshop, people: People
):
    async with workshop.work(people.owner) as work:
        films = [film, *[await make_title(work, f"Film {number}") for number in range(2)]]
    wishes = [(viewer, one) for viewer in viewers[:4] for one in films]
    answers = await asyncio.gather(*(enter(*wish) for wish in wishes))
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [409] * 9
    assert len([row for row in await rows(workshop) if row.ended_at is None]) == 3


async def test_other_accounts_have_their_own_count(
    viewers: list[httpx.AsyncClient], clients: Clients, film: TitleId
):
    for viewer in viewers[:3]:
        await opened(viewer, film)
    await opened(clients.owner, film)


async def test_an_account_watches_on_as_many_devices_as_it_may(
    clients: Clients, film: TitleId, workshop: Workshop, visit: Visit, resources: Resources
):
    resources.playback_desk.settings = PlaybackSettings(devices_at_most=1)
    viewer = {"email": "viewer@example.org", "password": PASSWORD}

    async def on(name: str) -> httpx.Response:
        named = {**viewer, "device_name": name}
        token = (await clients.nobody.post("/auth/token", json=named)).json()["access_token"]
        async with visit(headers={"Authorization": f"Bearer {token}"}) as client:
            return await enter(client, film)

    assert (await on("Television")).status_code == 201
    assert refusal(await on("Phone")) == (409, "playback.too_many_devices")
    [row] = await rows(workshop)
    assert row.device_name == "Television"
    # A device that was removed leaves its place.
    removed = await clients.viewer.delete(f"/users/me/devices/{row.device_id}")
    assert removed.status_code == 204
    assert (await on("Phone")).status_code == 201
    assert [one.device_name for one in await rows(workshop)] == ["Television", "Phone"]


async def test_who_wishes_no_history_is_not_named(
    clients: Clients, film: TitleId, workshop: Workshop
):
    profile = (await clients.viewer.post("/users/me/profiles", json={"name": "Me"})).json()
    path = f"/users/me/profiles/{profile['id']}"
    assert (await clients.viewer.post(f"{path}/switch", json={})).status_code == 200
    await opened(clients.viewer, film)
    wished = {"privacy": {"is_history_kept": False}}
    assert (await clients.viewer.patch(f"{path}/preferences", json=wished)).is_success
    await opened(clients.viewer, film)
    assert [str(row.profile_id) for row in await rows(workshop)] == [profile["id"], "None"]


async def test_only_ones_own_sessions_can_be_ended_but_for_staff(
    viewers: list[httpx.AsyncClient], clients: Clients, film: TitleId, workshop: Workshop
):
    own = (await opened(clients.owner, film))["session_id"]
    theirs = (await opened(viewers[0], film))["session_id"]
    for client in (viewers[0], clients.stranger):
        told = refusal(await client.delete(f"/player/sessions/{own}"))
        assert told == (404, "playback.session_not_found")
    assert [row.ended_at for row in await rows(workshop)] == [None, None]
    assert (await clients.owner.delete(f"/player/sessions/{theirs}")).status_code == 204
    assert [row.ended_by for row in await rows(workshop)] == [None, EndedBy.STAFF]
    # Ending it again changes nothing.
    assert (await viewers[0].delete(f"/player/sessions/{theirs}")).status_code == 204
    assert [row.ended_by for row in await rows(workshop)] == [None, EndedBy.STAFF]


async def test_a_log_out_frees_the_place(
    viewers: list[httpx.AsyncClient], film: TitleId, workshop: Workshop, deliver: Any
):
    for viewer in viewers[:3]:
        await opened(viewer, film)
    assert (await viewers[0].post("/auth/logout")).status_code == 204
    await deliver()
    assert [row.ended_by for row in await rows(workshop)] == ["log_out", None, None]
    await opened(viewers[3], film)


async def test_silent_sessions_are_ended_and_old_ones_forgotten(
    clients: Clients, film: TitleId, workshop: Workshop, clock: FixedClock
):
    await opened(clients.viewer, film)
    job_handlers = handlers_of([*handlers(PlaybackSettings())], [])

    async def tidy() -> None:
        async with workshop.work(Actor.system()) as work:
            work.enqueue(TidySessions())
        await Worker(workshop, job_handlers, name="test", lanes={"default": 1}).run_until_idle()

    await tidy()
    assert [row.ended_by for row in await rows(workshop)] == [None]
    clock.advance(LEASE)
    for _ in range(2):
        await tidy()
        assert [row.ended_by for row in await rows(workshop)] == ["silence"]
    clock.advance(timedelta(days=90) + MOMENT)
    await tidy()
    assert await rows(workshop) == []


# --- what is bound to a session -------------------------------------------------------------------


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_addresses_of_a_session_end_with_it(
    clients: Clients, work_off: WorkOff, media: MediaFactory
):
    title_id = await make_film(clients.owner, work_off, media.make("short"))
    session = await opened(clients.viewer, title_id)
    url = session["playback"]["hls_url"]
    segment = url.replace("master.m3u8", "v360/0.m4s")
    for address in (url, segment):
        assert (await fetch(clients.nobody, address)).status_code == 200
    await clients.viewer.delete(f"/player/sessions/{session['session_id']}")
    for address in (url, segment):
        assert refusal(await fetch(clients.nobody, address)) == (403, "kit.grant_expired")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_another_process_ends_is_refused_here_when_it_was_written_down(
    clients: Clients,
    resources: Resources,
    people: People,
    work_off: WorkOff,
    media: MediaFactory,
):
    title_id = await make_film(clients.owner, work_off, media.make("short"))
    session = await opened(clients.viewer, title_id)
    url = session["playback"]["hls_url"]
    assert (await fetch(clients.nobody, url)).status_code == 200
    elsewhere = PlaybackDesk(resources.workshop, Signer([b"k" * 32]))
    async with resources.workshop.work(people.viewer) as work:
        await end_session(work, elsewhere, PlaybackSessionId(UUID(session["session_id"])))
    # It is asked about again in a while, or known at once from what was fetched.
    assert (await fetch(clients.nobody, url)).status_code == 200
    await resources.playback_desk.write()
    assert refusal(await fetch(clients.nobody, url)) == (403, "kit.grant_expired")


async def test_how_fast_the_line_was_is_told_of_the_network_that_one_is_in(
    clients: Clients, film: TitleId, workshop: Workshop, people: People
):
    async with workshop.work(people.viewer) as work:
        device_id = uuid4()
        said = dict.fromkeys(("secret_hash", "name", "kind", "browser", "os", "ip"), "tv")
        times = {"first_seen_at": work.now, "last_seen_at": work.now}
        owner = {"id": device_id, "account_id": people.viewer.account_id}
        work.session.add(DeviceRow(**owner, **said, **times))
    for _ in range(2):
        await opened(clients.viewer, film)
    async with workshop.work(Actor.system()) as work:
        here, there = await work.session.scalars(
            select(PlaybackSessionRow).order_by(PlaybackSessionRow.id)
        )
        here.device_id = there.device_id = device_id
        here.throughput_bps, there.throughput_bps = 1_000_000, 9_000_000
        here.played_ms, here.stalled_ms = 99_000, 1_000
        here.network, there.network = "192.0.2.0/24", "198.51.100.0/24"
    async with workshop.reading(people.viewer) as work:
        known = PlaybackSessions(work)
        assert await known.watched_on(device_id, "192.0.2.0/24") == [
            Watched(is_here=False, throughput_bps=9_000_000, played_ms=0, stalled_ms=0),
            Watched(is_here=True, throughput_bps=1_000_000, played_ms=99_000, stalled_ms=1_000),
        ]
        assert await known.watched_on(uuid4(), "192.0.2.0/24") == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_licences_are_given_to_open_sessions_of_the_same_log_in(
    clients: Clients, work_off: WorkOff, media: MediaFactory
):
    title_id = await make_film(clients.owner, work_off, media.make("short"), protection="clearkey")
    session = await opened(clients.viewer, title_id)
    drm = session["playback"]["drm"]
    path = drm["license_url"].removeprefix("/api/v1")
    wanted = {"kids": drm["key_ids"]}
    assert len((await clients.viewer.post(path, json=wanted)).json()["keys"]) == 2
    refused = (403, "playback.license_not_yours")
    assert refusal(await clients.owner.post(path, json=wanted)) == refused
    await clients.viewer.delete(f"/player/sessions/{session['session_id']}")
    assert refusal(await clients.viewer.post(path, json=wanted)) == refused


@pytest.mark.parametrize(
    ("place", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("", ""),
        ("unknown", ""),
    ],
)
def test_networks_are_wide(place: str, network: str):
    assert network_of(place) == network
