"""What operators do with streams: settings, templates, plans, order, times, stop and start."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import httpx
import pytest

from streamverse.domains.identity.contracts import AccountId
from streamverse.domains.live.contracts import RemindOfStreams
from streamverse.domains.live.jobs import LiveJobs
from streamverse.domains.live.public import LIVE_EXPORTERS
from streamverse.domains.live.rules.backups import STALLED_S
from streamverse.domains.live.service.desk import SECOND, STOPPED, TAKEN_OVER
from streamverse.kit.jobs import DEFAULT_LANE
from streamverse.kit.work import Actor, Workshop
from streamverse.kit.worker import Worker, handlers_of
from streamverse.mediakit.ingest.samples import PublishRefused
from tests.conftest import Clients
from tests.factories.mails import read_mails
from tests.live.conftest import Channel, Clock, go_on, make_stream

if TYPE_CHECKING:
    from streamverse.app.resources import Resources
    from streamverse.domains.identity.service.mails import Correspondence
    from streamverse.kit.clock import FixedClock
    from tests.factories.accounts import People

DEFAULTS: dict[str, Any] = {
    "rewind_minutes": 120,
    "height": None,
    "latency": "low",
    "access": "everybody",
    "plan_ids": [],
    "newcomer": "take_over",
    "ladder": "as_sent",
    "has_passphrase": False,
    "protection": "none",
    "key_lasts_s": 600,
    "recordings": "private",
    "clips": "off",
}


async def listed(client: httpx.AsyncClient) -> list[str]:
    """Give the names of the streams in their order."""
    return [one["name"] for one in (await client.get("/live/streams")).json()]


async def show(client: httpx.AsyncClient, channel: Channel) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(f"/live/streams/{channel.id}")).json()
    return found


async def make_plan(clients: Clients, name: str, *, is_default: bool = False) -> str:
    made = await clients.owner.post("/admin/plans", json={"name": name, "is_default": is_default})
    assert made.status_code == 201, made.text
    plan_id: str = made.json()["id"]
    return plan_id


# --- settings -------------------------------------------------------------------------------------


async def test_a_stream_is_changed_field_by_field(clients: Clients, channel: Channel):
    change = {"name": " Mass ", "height": 1080, "latency": "steady", "newcomer": "refuse"}
    changed = await clients.owner.patch(f"/live/streams/{channel.id}", json=change)
    assert changed.status_code == 200, changed.text
    shown = await show(clients.viewer, channel)
    assert shown == changed.json()
    assert {name: shown[name] for name in DEFAULTS} == {
        **DEFAULTS,
        "height": 1080,
        "latency": "steady",
        "newcomer": "refuse",
    }
    assert (shown["name"], shown["description"]) == ("Mass", "")
    await clients.owner.patch(f"/live/streams/{channel.id}", json={"height": None})
    assert (await show(clients.viewer, channel))["height"] is None


@pytest.mark.parametrize(
    "change",
    [
        {"access": "plans"},
        {"access": "plans", "plan_ids": [str(uuid4())]},
    ],
)
async def test_plans_that_there_are_not_are_refused(
    clients: Clients, channel: Channel, change: dict[str, Any]
):
    before = await show(clients.owner, channel)
    refused = await clients.owner.patch(f"/live/streams/{channel.id}", json=change)
    assert (refused.status_code, refused.json()["code"]) == (422, "live.stream_invalid")
    assert [one["field"] for one in refused.json()["fields"]] == ["plan_ids"]
    assert await show(clients.owner, channel) == before


async def test_templates_are_ours_and_the_operators(clients: Clients):
    ours = (await clients.owner.get("/live/templates")).json()
    assert [one["name"] for one in ours] == [
        *("Service or lecture", "Match or auction", "Concert on slow lines"),
        "Rehearsal for staff",
    ]
    assert {one["id"] for one in ours} == {None}
    settings = {**DEFAULTS, "height": 720, "rewind_minutes": 15}
    made = await clients.owner.post(
        "/live/templates", json={"name": " Club night ", "settings": settings}
    )
    assert made.status_code == 201, made.text
    assert (made.json()["name"], made.json()["settings"]) == ("Club night", settings)
    assert (await clients.owner.get("/live/templates")).json() == [*ours, made.json()]
    assert (await clients.stranger.get("/live/templates")).json() == ours
    address = f"/live/templates/{made.json()['id']}"
    assert (await clients.stranger.delete(address)).json()["code"] == "live.template_not_found"
    assert (await clients.owner.delete(address)).status_code == 204
    assert (await clients.owner.get("/live/templates")).json() == ours
    assert (await clients.owner.delete(address)).status_code == 404


# --- who may watch --------------------------------------------------------------------------------


async def test_a_stream_for_staff_is_hidden_from_everybody_else(clients: Clients, channel: Channel):
    await clients.owner.patch(f"/live/streams/{channel.id}", json={"access": "staff"})
    assert await listed(clients.viewer) == []
    assert await listed(clients.owner) == ["Sunday service"]
    for method, path in (("GET", ""), ("POST", "/playback")):
        hidden = await clients.viewer.request(method, f"/live/streams/{channel.id}{path}")
        assert (hidden.status_code, hidden.json()["code"]) == (404, "live.stream_not_found")
    (await channel.connect()).begin()
    refused = await clients.owner.post(f"/live/streams/{channel.id}/playback")
    assert refused.json()["code"] == "live.stream_not_live"


async def test_a_stream_for_plans_is_for_who_has_one(clients: Clients, channel: Channel):
    gold = await make_plan(clients, "Gold")
    change = {"access": "plans", "plan_ids": [gold]}
    await clients.owner.patch(f"/live/streams/{channel.id}", json=change)
    publisher = await channel.connect()
    publisher.begin()
    publisher.send(3)
    await channel.settle()
    refused = await clients.viewer.post(f"/live/streams/{channel.id}/playback")
    assert (refused.status_code, refused.json()["code"]) == (403, "live.plan_needed")
    assert refused.json()["detail"] == (
        "This stream is part of another plan: Gold. Ask whoever runs this service."
    )
    assert (await clients.owner.post(f"/live/streams/{channel.id}/playback")).status_code == 201
    silver = await make_plan(clients, "Silver", is_default=True)
    change = {"plan_ids": [gold, silver]}
    await clients.owner.patch(f"/live/streams/{channel.id}", json=change)
    assert (await clients.viewer.post(f"/live/streams/{channel.id}/playback")).status_code == 201
    await clients.owner.patch(f"/live/streams/{channel.id}", json={"access": "everybody"})
    assert (await show(clients.owner, channel))["access"] == "everybody"


async def test_a_plan_for_another_country_shows_no_stream(clients: Clients, channel: Channel):
    publisher = await channel.connect()
    publisher.begin()
    publisher.send(3)
    await channel.settle()
    abroad = {"name": "Duo", "is_default": True, "regions": ["AT", "DE"]}
    made = await clients.owner.post("/admin/plans", json=abroad)
    assert made.status_code == 201, made.text
    refused = await clients.viewer.post(f"/live/streams/{channel.id}/playback")
    assert (refused.status_code, refused.json()["code"]) == (403, "live.plan_region")
    assert refused.json()["facts"] == {"plan": "Duo", "regions": ["AT", "DE"]}
    assert (await clients.owner.post(f"/live/streams/{channel.id}/playback")).status_code == 201


# --- who sends ------------------------------------------------------------------------------------


async def test_a_newcomer_is_refused_where_that_is_wanted(clients: Clients, channel: Channel):
    await clients.owner.patch(f"/live/streams/{channel.id}", json={"newcomer": "refuse"})
    first = await channel.connect()
    with pytest.raises(PublishRefused) as refused:
        await channel.connect()
    assert refused.value.sentence == SECOND
    assert first.line.closed == []
    health = (await clients.owner.get(f"/live/streams/{channel.id}/health")).json()
    (incident,) = health["incidents"]
    assert (incident["sentence"], incident["is_refusal"]) == (SECOND, True)
    first.receiver.on_end("The publisher hung up.")
    await channel.connect()


async def test_what_is_fetched_gives_way_even_where_newcomers_are_refused(
    clients: Clients, channel: Channel
):
    await clients.owner.patch(f"/live/streams/{channel.id}", json={"newcomer": "refuse"})
    fetched = await channel.connect(is_fetched=True)
    sent = await channel.connect()
    assert fetched.line.closed == [TAKEN_OVER]
    assert sent.line.closed == []


async def test_a_stream_that_is_stopped_ends_at_once_and_takes_nobody(
    clients: Clients, channel: Channel
):
    publisher = await channel.connect()
    publisher.begin()
    publisher.send(3)
    await channel.settle()
    stopped = await clients.owner.post("/live/streams/stop", json={"ids": [str(channel.id)]})
    assert stopped.status_code == 204, stopped.text
    assert publisher.line.closed == [STOPPED]
    shown = await show(clients.viewer, channel)
    assert (shown["state"], shown["is_stopped"], shown["live_since"]) == ("idle", True, None)
    with pytest.raises(PublishRefused) as refused:
        await channel.connect()
    assert refused.value.sentence == STOPPED
    started = await clients.owner.post("/live/streams/start", json={"ids": [str(channel.id)]})
    assert started.status_code == 204
    assert not (await show(clients.viewer, channel))["is_stopped"]
    await channel.connect()


async def test_a_stream_whose_encoder_is_gone_is_away_until_it_is_back_or_stopped(
    clients: Clients, channel: Channel
):
    publisher = await channel.connect()
    publisher.begin()
    publisher.send(3)
    await channel.settle()
    publisher.receiver.on_end("The publisher hung up.")
    assert (await show(clients.viewer, channel))["state"] == "away"
    back = await channel.connect()
    back.begin()
    assert (await show(clients.viewer, channel))["state"] == "live"
    back.receiver.on_end("The publisher hung up.")
    await clients.owner.post("/live/streams/stop", json={"ids": [str(channel.id)]})
    assert (await show(clients.viewer, channel))["state"] == "idle"


async def test_a_stream_is_away_while_its_encoder_is_silent(
    clients: Clients, channel: Channel, pace: Clock
):
    publisher = await channel.connect()
    publisher.begin()
    go_on(pace, 3, publisher)
    await channel.settle()
    pace.now_s += STALLED_S - 0.1
    assert (await show(clients.viewer, channel))["state"] == "live"
    pace.now_s += 0.2
    assert (await show(clients.viewer, channel))["state"] == "away"
    # Other servers learn the same.
    assert list(channel.desk.publishing) == []
    go_on(pace, 0.1, publisher)
    assert (await show(clients.viewer, channel))["state"] == "live"
    assert list(channel.desk.publishing) == [channel.id]
    assert publisher.line.closed == []


async def test_who_comes_back_before_the_old_line_is_dead_is_not_refused(
    clients: Clients, channel: Channel, pace: Clock
):
    await clients.owner.patch(f"/live/streams/{channel.id}", json={"newcomer": "refuse"})
    cut = await channel.connect()
    cut.begin()
    go_on(pace, 3, cut)
    with pytest.raises(PublishRefused):
        await channel.connect()
    pace.now_s += STALLED_S
    back = await channel.connect()
    assert cut.line.closed == [TAKEN_OVER]
    health = (await clients.owner.get(f"/live/streams/{channel.id}/health")).json()
    told = [(one["sentence"], one["is_refusal"]) for one in health["incidents"]]
    assert told == [(TAKEN_OVER, False), (SECOND, True)]
    back.begin()
    go_on(pace, 2, back)
    await channel.settle()
    assert (await show(clients.viewer, channel))["state"] == "live"
    with pytest.raises(PublishRefused):
        await channel.connect()


# --- many at once ---------------------------------------------------------------------------------


async def test_streams_are_put_in_order_and_removed_together(clients: Clients):
    ids = [(await make_stream(clients, name=name))["id"] for name in "ABCD"]
    ordered = await clients.owner.put("/live/streams/order", json={"ids": [ids[2], ids[0]]})
    assert ordered.status_code == 204, ordered.text
    assert await listed(clients.viewer) == ["C", "A", "B", "D"]
    await make_stream(clients, name="E")
    assert await listed(clients.viewer) == ["C", "A", "B", "D", "E"]
    removed = await clients.owner.post("/live/streams/remove", json={"ids": ids[1:3]})
    assert removed.status_code == 204
    assert await listed(clients.viewer) == ["A", "D", "E"]


async def test_none_is_removed_where_one_is_live(clients: Clients, channel: Channel):
    publisher = await channel.connect()
    publisher.begin()
    publisher.send(3)
    await channel.settle()
    other = (await make_stream(clients, name="Other"))["id"]
    both = {"ids": [other, str(channel.id)]}
    refused = await clients.owner.post("/live/streams/remove", json=both)
    assert (refused.status_code, refused.json()["code"]) == (409, "live.stream_is_live")
    assert await listed(clients.owner) == ["Sunday service", "Other"]


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "stop"), ("POST", "start"), ("POST", "remove"), ("PUT", "order")]
)
async def test_what_is_not_ones_own_is_not_touched(
    clients: Clients, channel: Channel, method: str, path: str
):
    both = {"ids": [str(channel.id)]}
    answer = await clients.stranger.request(method, f"/live/streams/{path}", json=both)
    assert (answer.status_code, answer.json()["code"]) == (404, "live.stream_not_found")
    shown = await show(clients.owner, channel)
    assert not shown["is_stopped"]


# --- times ----------------------------------------------------------------------------------------

WEEKLY = {"begins": "2029-12-30T10:00", "zone": "Europe/Berlin", "minutes": 90, "is_weekly": True}


async def set_slots(clients: Clients, channel: Channel, *slots: dict[str, Any]) -> httpx.Response:
    address = f"/live/streams/{channel.id}/schedule"
    return await clients.owner.put(address, json={"slots": list(slots)})


async def test_a_stream_has_times_and_a_next_one(clients: Clients, channel: Channel):
    once = {**WEEKLY, "begins": "2030-01-01T20:00", "is_weekly": False, "minutes": 30}
    written = await set_slots(clients, channel, once, WEEKLY)
    assert written.status_code == 200, written.text
    kept = await clients.owner.get(f"/live/streams/{channel.id}/schedule")
    assert kept.json() == {"slots": [WEEKLY, once]}
    shown = await show(clients.viewer, channel)
    assert (shown["next_starts_at"], shown["next_ends_at"]) == (
        *("2030-01-01T19:00:00Z", "2030-01-01T19:30:00Z"),
    )
    await set_slots(clients, channel, WEEKLY)
    shown = await show(clients.viewer, channel)
    assert shown["next_starts_at"] == "2030-01-06T09:00:00Z"
    await set_slots(clients, channel)
    assert (await show(clients.viewer, channel))["next_starts_at"] is None


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (
            {"zone": "Europe/Atlantis"},
            "There is no time zone 'Europe/Atlantis': name one such as Europe/Berlin.",
        ),
        ({"begins": "2030-02-30T10:00"}, "There is no such time: 2030-02-30T10:00."),
    ],
)
async def test_a_time_that_there_is_not_is_refused(
    clients: Clients, channel: Channel, wrong: dict[str, str], sentence: str
):
    await set_slots(clients, channel, WEEKLY)
    refused = await set_slots(clients, channel, WEEKLY, {**WEEKLY, **wrong})
    assert (refused.status_code, refused.json()["code"]) == (422, "live.stream_invalid")
    assert refused.json()["detail"] == sentence
    kept = await clients.owner.get(f"/live/streams/{channel.id}/schedule")
    assert kept.json() == {"slots": [WEEKLY]}


# --- reminders ------------------------------------------------------------------------------------


async def remind(resources: Resources, correspondence: Correspondence) -> None:
    """Let the job run, as a worker runs it."""
    workshop = resources.workshop
    async with workshop.work(Actor.system()) as work:
        work.enqueue(RemindOfStreams())
    jobs = LiveJobs(workshop, correspondence, resources.store).handlers()
    worker = Worker(workshop, handlers_of([*jobs], []), name="test", lanes={DEFAULT_LANE: 1})
    await worker.run_until_idle()


async def ask(clients: Clients, channel: Channel) -> str:
    """Let the viewer ask for a reminder, and give its address."""
    (profile,) = (await clients.viewer.get("/users/me/profiles")).json()["items"]
    address = f"/live/streams/{channel.id}/reminders/{profile['id']}"
    assert (await clients.viewer.put(address)).status_code == 204
    return address


async def test_who_asked_is_written_to_once_before_it_begins(
    clients: Clients,
    channel: Channel,
    clock: FixedClock,
    workshop: Workshop,
    resources: Resources,
    correspondence: Correspondence,
):
    await set_slots(clients, channel, {**WEEKLY, "begins": "2030-01-01T20:00"})
    address = await ask(clients, channel)
    assert (await clients.viewer.put(address)).status_code == 204
    assert (await clients.viewer.get(address)).json() == {"is_asked": True}
    await remind(resources, correspondence)
    assert await read_mails(workshop, correspondence) == []
    clock.advance(timedelta(hours=18, minutes=50))
    await remind(resources, correspondence)
    await remind(resources, correspondence)
    (mail,) = await read_mails(workshop, correspondence)
    assert mail.subject == "About to begin: Sunday service"
    assert f"/live/{channel.id}" in mail.text
    assert (await clients.viewer.get(address)).json() == {"is_asked": False}


async def test_who_asked_is_written_to_when_it_begins_without_a_time(
    clients: Clients,
    channel: Channel,
    workshop: Workshop,
    resources: Resources,
    correspondence: Correspondence,
):
    await ask(clients, channel)
    publisher = await channel.connect()
    publisher.begin()
    publisher.send(3)
    await channel.settle()
    await remind(resources, correspondence)
    assert len(await read_mails(workshop, correspondence)) == 1


async def test_a_reminder_is_dropped_exported_and_ones_own(
    clients: Clients, channel: Channel, workshop: Workshop, people: People
):
    address = await ask(clients, channel)
    for client in (clients.owner, clients.stranger):
        assert (await client.get(address)).status_code == 404
    (exporter,) = LIVE_EXPORTERS
    account_id = people.viewer.account_id
    assert account_id is not None
    async with workshop.reading(people.viewer) as work:
        exported: Any = await exporter.export(work, AccountId(account_id))
    assert [(one["stream_id"], one["stream"]) for one in exported] == [
        (UUID(str(channel.id)), "Sunday service")
    ]
    assert (await clients.viewer.delete(address)).status_code == 204
    assert (await clients.viewer.get(address)).json() == {"is_asked": False}
