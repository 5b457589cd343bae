"""Webhooks from the event to the receiver, and what becomes of messages that do not arrive."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from streamverse.app.resources import Resources
from streamverse.app.worker import open_worker
from streamverse.domains.catalog.contracts import TitleId, TitlePublished, TitleUnpublished
from streamverse.domains.notifications.contracts import ForgetDeliveries
from streamverse.domains.notifications.models import DeliveryRow, EndpointRow
from streamverse.domains.notifications.rules.retries import PAUSES
from streamverse.domains.notifications.rules.signatures import read_secret, signed_headers
from streamverse.domains.notifications.service.endpoints import MAX_ENDPOINTS
from streamverse.kit.clock import FixedClock
from streamverse.kit.events import Event, EventRow
from streamverse.kit.work import Actor, Workshop
from tests.conftest import Clients
from tests.factories.accounts import People
from tests.factories.media import MediaFactory
from tests.factories.pipeline import Json, WorkOff, make_film
from tests.factories.web_servers import WebServer, answer, header

HOOKS = "/admin/webhooks"
TITLE_ID = TitleId(UUID(int=7))
PUBLISHED = TitlePublished(TITLE_ID)
OK = answer(b"thanks")


async def add(clients: Clients, receiver: WebServer, *kinds: str, path: str = "/hook") -> Json:
    said = {"url": receiver.url(path), "kinds": kinds or ("catalog.title_published",)}
    made = await clients.owner.post(HOOKS, json=said)
    assert made.status_code == 201, made.text
    return made.json()


async def tell(workshop: Workshop, actor: Actor, *events: Event) -> None:
    async with workshop.work(actor) as work:
        for event in events:
            work.emit(event)


async def hook(clients: Clients, made: Json) -> Json:
    items = (await clients.owner.get(HOOKS)).json()["items"]
    return next(item for item in items if item["id"] == made["webhook"]["id"])


async def log_of(clients: Clients, made: Json) -> list[Json]:
    path = f"{HOOKS}/{made['webhook']['id']}/deliveries"
    return (await clients.owner.get(path)).json()["items"]


async def count(workshop: Workshop, table: Any) -> int:
    async with workshop.reading(Actor.system()) as work:
        return await work.session.scalar(select(func.count()).select_from(table)) or 0


# --- what arrives ---------------------------------------------------------------------------------


async def test_a_message_arrives_signed_and_is_logged(
    clients: Clients,
    receiver: WebServer,
    workshop: Workshop,
    people: People,
    work_off: WorkOff,
    clock: FixedClock,
) -> None:
    receiver.replies["/hook"] = OK
    made = await add(clients, receiver)
    await tell(workshop, people.owner, PUBLISHED, TitleUnpublished(TITLE_ID))
    await work_off()
    (head,), (body,) = receiver.asked, receiver.bodies
    message = json.loads(body)
    assert message == {
        "id": header(head, "webhook-id"),
        "type": "catalog.title_published",
        "timestamp": "2030-01-01T00:00:00Z",
        "data": {"title_id": str(TITLE_ID)},
    }
    assert message["id"].startswith("msg_")
    assert header(head, "Content-Type") == "application/json"
    expected = signed_headers(read_secret(made["secret"]), message["id"], body, clock.now())
    assert {name: header(head, name) for name in expected} == expected
    (delivery,) = await log_of(clients, made)
    assert (delivery["state"], delivery["kind"]) == ("delivered", "catalog.title_published")
    assert (delivery["message_id"], delivery["body"]) == (message["id"], body.decode())
    (attempt,) = delivery["attempts"]
    assert (attempt["status"], attempt["problem"]) == (200, None)


async def test_each_endpoint_hears_what_it_wants_under_one_id_and_its_own_secret(
    clients: Clients, receiver: WebServer, workshop: Workshop, people: People, work_off: WorkOff
) -> None:
    for path in ("/a", "/b", "/c", "/off"):
        receiver.replies[path] = OK
    await add(clients, receiver, path="/a")
    await add(clients, receiver, "catalog.title_published", "media.package_ready", path="/b")
    await add(clients, receiver, "media.package_ready", path="/c")
    off = await add(clients, receiver, path="/off")
    switched = await clients.owner.patch(
        f"{HOOKS}/{off['webhook']['id']}", json={"is_enabled": False}
    )
    assert switched.json()["is_enabled"] is False
    await tell(workshop, people.owner, PUBLISHED)
    await work_off()
    assert sorted(head.split()[1] for head in receiver.asked) == [b"/a", b"/b"]
    assert len({header(head, "webhook-id") for head in receiver.asked}) == 1
    assert len({header(head, "webhook-signature") for head in receiver.asked}) == 2
    assert receiver.bodies[0] == receiver.bodies[1]


async def test_nothing_is_told_to_other_tenants_or_of_nobody(
    clients: Clients, receiver: WebServer, workshop: Workshop, people: People, work_off: WorkOff
) -> None:
    receiver.replies["/hook"] = OK
    await add(clients, receiver)
    await tell(workshop, people.stranger, PUBLISHED)
    await tell(workshop, Actor.system(), PUBLISHED)
    await work_off()
    assert receiver.asked == []
    assert await count(workshop, DeliveryRow) == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_way_of_a_film_is_told(
    clients: Clients, receiver: WebServer, media: MediaFactory, work_off: WorkOff
) -> None:
    receiver.replies["/hook"] = OK
    kinds = [
        "media.asset_accepted",
        "media.package_playable",
        "media.package_ready",
        "catalog.title_published",
        "catalog.title_deleted",
    ]
    await add(clients, receiver, *kinds)
    title_id = await make_film(clients.owner, work_off, media.make("one_frame"))
    await clients.owner.delete(f"/titles/{title_id}")
    await work_off()
    told = [json.loads(body) for body in receiver.bodies]
    assert sorted(message["type"] for message in told) == sorted(kinds)
    assert {message["data"].get("asset_id", title_id) for message in told} == {title_id}


# --- what does not --------------------------------------------------------------------------------


async def test_what_fails_is_tried_again_for_a_day_and_then_given_up(
    clients: Clients,
    receiver: WebServer,
    workshop: Workshop,
    people: People,
    work_off: WorkOff,
    clock: FixedClock,
) -> None:
    receiver.replies["/hook"] = answer(b"", "500 Internal Server Error")
    made = await add(clients, receiver)
    await tell(workshop, people.owner, PUBLISHED)
    for tries, pause in enumerate(PAUSES, start=1):
        await work_off()
        assert len(receiver.asked) == tries
        (delivery,) = await log_of(clients, made)
        assert delivery["state"] == "waiting"
        clock.advance(pause - timedelta(seconds=1))
        await work_off()
        assert len(receiver.asked) == tries
        clock.advance(timedelta(seconds=1))
    await work_off()
    (delivery,) = await log_of(clients, made)
    assert (delivery["state"], delivery["next_try_at"]) == ("failed", None)
    assert [attempt["status"] for attempt in delivery["attempts"]] == [500] * (len(PAUSES) + 1)
    assert len({header(head, "webhook-id") for head in receiver.asked}) == 1
    assert len({header(head, "webhook-timestamp") for head in receiver.asked}) == len(PAUSES) + 1
    assert set(receiver.bodies) == {delivery["body"].encode()}
    assert (await hook(clients, made))["is_enabled"] is True


async def test_a_message_that_was_given_up_can_be_sent_again(
    clients: Clients,
    receiver: WebServer,
    workshop: Workshop,
    people: People,
    work_off: WorkOff,
    clock: FixedClock,
) -> None:
    receiver.replies["/hook"] = answer(b"", "500 Internal Server Error")
    made = await add(clients, receiver)
    await tell(workshop, people.owner, PUBLISHED)
    await work_off()
    (delivery,) = await log_of(clients, made)
    path = f"{HOOKS}/{made['webhook']['id']}/deliveries/{delivery['id']}/redeliver"
    early = await clients.owner.post(path)
    assert (early.status_code, early.json()["code"]) == (409, "notifications.delivery_waiting")
    for pause in PAUSES:
        clock.advance(pause)
        await work_off()
    receiver.replies["/hook"] = OK
    assert (await clients.owner.post(path)).status_code == 202
    await work_off()
    (again,) = await log_of(clients, made)
    assert (again["state"], again["message_id"]) == ("delivered", delivery["message_id"])
    assert [attempt["status"] for attempt in again["attempts"]][-2:] == [500, 200]
    assert (await hook(clients, made))["failing_since"] is None


@pytest.mark.parametrize(
    ("reply", "status", "problem"),
    [
        (answer(b"", "302 Found", "Location: http://127.0.0.1:8080/"), 302, None),
        (b"", None, "127.0.0.1 gave no answer that can be used: Server disconnected without"),
    ],
)
async def test_a_redirect_or_silence_is_no_delivery(
    clients: Clients,
    receiver: WebServer,
    workshop: Workshop,
    people: People,
    work_off: WorkOff,
    reply: bytes,
    status: int | None,
    problem: str | None,
) -> None:
    receiver.replies["/hook"] = reply
    made = await add(clients, receiver)
    await tell(workshop, people.owner, PUBLISHED)
    await work_off()
    ((attempt,),) = [each["attempts"] for each in await log_of(clients, made)]
    assert attempt["status"] == status
    assert (attempt["problem"] or "").startswith(problem or "")
    assert (attempt["problem"] is None) == (problem is None)
    assert len(receiver.asked) == 1


async def test_an_endpoint_that_fails_for_days_is_switched_off_with_a_notice(
    clients: Clients,
    receiver: WebServer,
    workshop: Workshop,
    people: People,
    work_off: WorkOff,
    clock: FixedClock,
) -> None:
    receiver.replies["/hook"] = answer(b"", "500 Internal Server Error")
    made = await add(clients, receiver)
    for _ in range(5):
        await tell(workshop, people.owner, PUBLISHED)
        await work_off()
        assert (await hook(clients, made))["is_enabled"] is True
        clock.advance(timedelta(days=1))
    await tell(workshop, people.owner, PUBLISHED)
    await work_off()
    shown = await hook(clients, made)
    assert (shown["is_enabled"], shown["disabled_because"]) == (
        False,
        "It has taken no message for 5 days.",
    )
    assert {delivery["state"] for delivery in await log_of(clients, made)} == {"failed"}
    async with workshop.reading(people.owner) as work:
        told = await work.session.scalars(
            select(EventRow.name).where(EventRow.name == "notifications.endpoint_disabled")
        )
        assert len(told.all()) == 1
    asked = len(receiver.asked)
    await tell(workshop, people.owner, PUBLISHED)
    clock.advance(timedelta(days=1))
    await work_off()
    assert len(receiver.asked) == asked
    receiver.replies["/hook"] = OK
    path = f"{HOOKS}/{made['webhook']['id']}"
    on = (await clients.owner.patch(path, json={"is_enabled": True})).json()
    assert (on["is_enabled"], on["disabled_because"], on["failing_since"]) == (True, None, None)
    await tell(workshop, people.owner, PUBLISHED)
    await work_off()
    assert len(receiver.asked) == asked + 1


async def test_one_that_says_it_is_gone_is_switched_off_at_once(
    clients: Clients, receiver: WebServer, workshop: Workshop, people: People, work_off: WorkOff
) -> None:
    receiver.replies["/hook"] = answer(b"", "410 Gone")
    made = await add(clients, receiver)
    await tell(workshop, people.owner, PUBLISHED)
    await work_off()
    shown = await hook(clients, made)
    assert (shown["is_enabled"], shown["disabled_because"]) == (
        False,
        "It answered that it is gone for good (410).",
    )


async def test_a_name_that_leads_to_a_private_network_by_now_gets_nothing(
    clients: Clients,
    receiver: WebServer,
    resources: Resources,
    workshop: Workshop,
    people: People,
    work_off: WorkOff,
) -> None:
    made = await add(clients, receiver)
    async with workshop.work(people.owner) as work:
        row = await work.session.scalar(select(EndpointRow))
        assert row is not None
        row.url = "http://127.0.0.1:8080/hook"
    await tell(workshop, people.owner, PUBLISHED)
    await work_off()
    ((attempt,),) = [each["attempts"] for each in await log_of(clients, made)]
    assert attempt["status"] is None
    assert attempt["problem"].startswith("127.0.0.1 lies in a private network")
    del resources


async def test_a_worker_that_dies_while_it_delivers_leaves_the_message_to_the_next(
    clients: Clients,
    receiver: WebServer,
    resources: Resources,
    workshop: Workshop,
    people: People,
    work_off: WorkOff,
) -> None:
    is_asked, ended = asyncio.Event(), asyncio.Event()

    async def stall(_head: bytes, writer: asyncio.StreamWriter) -> None:
        is_asked.set()
        await ended.wait()
        writer.close()

    receiver.replies["/hook"] = stall
    made = await add(clients, receiver)
    await tell(workshop, people.owner, PUBLISHED)
    async with open_worker(resources) as worker:
        running = asyncio.create_task(worker.run())
        await is_asked.wait()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    ended.set()
    receiver.replies["/hook"] = OK
    await work_off()
    (delivery,) = await log_of(clients, made)
    assert delivery["state"] == "delivered"
    assert header(receiver.asked[0], "webhook-id") == header(receiver.asked[1], "webhook-id")


# --- what staff does ------------------------------------------------------------------------------


async def test_a_secret_is_shown_once_and_kept_sealed(
    clients: Clients, receiver: WebServer, workshop: Workshop
) -> None:
    made = await add(clients, receiver)
    key = read_secret(made["secret"])
    assert len(key) == 32
    assert made["secret"] not in (await clients.owner.get(HOOKS)).text
    async with workshop.reading(Actor.system()) as work:
        row = await work.session.scalar(select(EndpointRow))
        assert row is not None
        assert key not in row.sealed_secret
    log = (await clients.owner.get("/auth/audit-log")).json()["items"]
    assert (log[0]["action"], log[0]["facts"]) == (
        "notifications.endpoint_added",
        {"host": "127.0.0.1", "is_enabled": True},
    )


async def test_a_test_message_is_sent_once_whatever_the_endpoint_wants(
    clients: Clients, receiver: WebServer, work_off: WorkOff, clock: FixedClock
) -> None:
    receiver.replies["/hook"] = answer(b"", "500 Internal Server Error")
    made = await add(clients, receiver, "media.package_ready")
    sent = await clients.owner.post(f"{HOOKS}/{made['webhook']['id']}/test")
    assert (sent.status_code, sent.json()["kind"]) == (202, "notifications.test")
    await work_off()
    clock.advance(timedelta(days=1))
    await work_off()
    assert len(receiver.asked) == 1
    (delivery,) = await log_of(clients, made)
    assert delivery["state"] == "failed"
    assert (await hook(clients, made))["failing_since"] is None
    await clients.owner.patch(f"{HOOKS}/{made['webhook']['id']}", json={"is_enabled": False})
    off = await clients.owner.post(f"{HOOKS}/{made['webhook']['id']}/test")
    assert (off.status_code, off.json()["code"]) == (409, "notifications.endpoint_off")


async def test_an_endpoint_is_changed_and_removed(
    clients: Clients, receiver: WebServer, workshop: Workshop, people: People, work_off: WorkOff
) -> None:
    receiver.replies["/new"] = OK
    made = await add(clients, receiver)
    path = f"{HOOKS}/{made['webhook']['id']}"
    change = {"url": receiver.url("/new"), "kinds": ["catalog.title_unpublished"]}
    changed = await clients.owner.patch(path, json={**change, "description": " Ours "})
    assert changed.json() == {**made["webhook"], **change, "description": "Ours"}
    await tell(workshop, people.owner, PUBLISHED, TitleUnpublished(TITLE_ID))
    await work_off()
    assert [head.split()[1] for head in receiver.asked] == [b"/new"]
    for client in (clients.stranger,):
        assert (await client.delete(path)).status_code == 404
        assert (await client.get(f"{path}/deliveries")).status_code == 404
        assert (await client.get(HOOKS)).json()["items"] == []
    assert (await clients.owner.delete(path)).status_code == 204
    assert (await count(workshop, EndpointRow), await count(workshop, DeliveryRow)) == (0, 0)


async def test_what_cannot_be_told_is_refused_and_nothing_is_kept(
    clients: Clients, receiver: WebServer, workshop: Workshop
) -> None:
    kinds = ["catalog.title_published"]
    refusals: list[tuple[Json, int, str]] = [
        ({"url": "http://127.0.0.1:8080/", "kinds": kinds}, 422, "kit.address_refused"),
        ({"url": "http://169.254.169.254/", "kinds": kinds}, 422, "kit.address_refused"),
        ({"url": "ftp://example.org/", "kinds": kinds}, 422, "kit.address_refused"),
        ({"url": receiver.url(), "kinds": ["kit.job"]}, 422, "notifications.kind_unknown"),
        ({"url": receiver.url(), "kinds": []}, 422, "kit.invalid"),
        ({"url": receiver.url()}, 422, "kit.invalid"),
        ({"url": receiver.url(), "kinds": kinds, "secret": "x"}, 422, "kit.invalid"),
        (
            {"url": receiver.url(), "kinds": kinds, "description": "x" * 201},
            422,
            "kit.invalid",
        ),
    ]
    for said, status, code in refusals:
        refused = await clients.owner.post(HOOKS, json=said)
        assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert await count(workshop, EndpointRow) == 0
    assert receiver.asked == []
    made = await add(clients, receiver)
    path = f"{HOOKS}/{made['webhook']['id']}"
    for change in ({"url": "http://localhost/"}, {"kinds": ["kit.job"]}):
        assert (await clients.owner.patch(path, json=change)).status_code == 422
    assert await hook(clients, made) == made["webhook"]
    for _ in range(MAX_ENDPOINTS - 1):
        await add(clients, receiver)
    full = await clients.owner.post(HOOKS, json={"url": receiver.url(), "kinds": kinds})
    assert (full.status_code, full.json()["code"]) == (409, "notifications.too_many_endpoints")
    assert await count(workshop, EndpointRow) == MAX_ENDPOINTS


async def test_the_log_comes_in_pages_and_old_entries_go(
    clients: Clients,
    receiver: WebServer,
    workshop: Workshop,
    people: People,
    work_off: WorkOff,
    clock: FixedClock,
) -> None:
    receiver.replies["/hook"] = OK
    made = await add(clients, receiver)
    await tell(workshop, people.owner, *[PUBLISHED] * 3)
    await work_off()
    path = f"{HOOKS}/{made['webhook']['id']}/deliveries"
    first = (await clients.owner.get(path, params={"limit": 2})).json()
    rest = (
        await clients.owner.get(path, params={"limit": 2, "cursor": first["next_cursor"]})
    ).json()
    ids = [item["id"] for item in first["items"] + rest["items"]]
    assert ids == sorted(ids, reverse=True)
    assert (len(ids), rest["next_cursor"]) == (3, None)
    clock.advance(timedelta(days=29))
    await tell(workshop, people.owner, PUBLISHED)
    await work_off()
    clock.advance(timedelta(days=2))
    async with workshop.work(Actor.system()) as work:
        work.enqueue(ForgetDeliveries())
    await work_off()
    assert await count(workshop, DeliveryRow) == 1
