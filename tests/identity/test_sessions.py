"""Where somebody is logged in: sessions, devices and what happened, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from streamverse.domains.identity.contracts import (
    AccountId,
    DeviceAppeared,
    DeviceId,
    SessionsEnded,
)
from streamverse.domains.identity.models import ActivityRow, DeviceRow, SessionRow
from streamverse.domains.identity.repository import Devices
from streamverse.domains.identity.service import devices
from streamverse.domains.identity.service.visits import Visit
from streamverse.kit.clock import FixedClock, new_id
from streamverse.kit.events import EventRow, event_name
from streamverse.kit.work import Actor, Workshop
from tests.factories.accounts import PASSWORD, People

if TYPE_CHECKING:
    from tests.conftest import Clients
    from tests.conftest import Visit as OpenClient

VIEWER = {"email": "viewer@example.org", "password": PASSWORD}
LINUX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Browsers:
    """Two browsers of the viewer, and one that nobody has used yet."""

    laptop: httpx.AsyncClient
    phone: httpx.AsyncClient
    fresh: httpx.AsyncClient


@pytest.fixture
async def browsers(visit: OpenClient, people: People) -> AsyncGenerator[Browsers]:
    """Log the viewer in on two browsers."""
    assert people.viewer.account_id
    async with AsyncExitStack() as stack:

        async def open_browser(user_agent: str) -> httpx.AsyncClient:
            headers = {"User-Agent": user_agent, "Sec-Fetch-Site": "same-origin"}
            return await stack.enter_async_context(visit(headers=headers))

        laptop, phone = await open_browser(LINUX), await open_browser(PHONE)
        for browser in (laptop, phone):
            assert (await browser.post("/auth/login", json=VIEWER)).status_code == 200
        yield Browsers(laptop, phone, await open_browser(LINUX))


async def items(client: httpx.AsyncClient, path: str) -> list[Json]:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.json()["next_cursor"] is None
    return answer.json()["items"]


async def rows(workshop: Workshop, table: Any) -> list[Any]:
    async with workshop.reading(Actor.system()) as work:
        return list(await work.session.scalars(select(table).order_by(table.id)))


async def kinds(workshop: Workshop) -> list[str]:
    return [row.kind for row in await rows(workshop, ActivityRow)]


def now(clock: FixedClock) -> str:
    return clock.now().isoformat().replace("+00:00", "Z")


# --- sessions -------------------------------------------------------------------------------------


async def test_everybody_sees_where_they_are_logged_in(
    browsers: Browsers, clock: FixedClock
) -> None:
    mobile, desktop = await items(browsers.laptop, "/auth/sessions")

    assert desktop == {
        "id": desktop["id"],
        "kind": "browser",
        "is_current": True,
        "device": {
            "id": desktop["device"]["id"],
            "name": "Firefox on Linux",
            "kind": "desktop",
            "browser": "Firefox",
            "os": "Linux",
        },
        "ip": "127.0.0.1",
        "place": None,
        "created_at": now(clock),
        "authenticated_at": now(clock),
        "last_used_at": now(clock),
        "expires_at": (clock.now() + timedelta(days=30)).isoformat().replace("+00:00", "Z"),
    }
    assert (mobile["is_current"], mobile["device"]["name"]) == (False, "Safari on iOS")
    assert (await items(browsers.laptop, "/users/me/devices/sessions")) == [mobile, desktop]


async def test_sessions_come_in_pages(browsers: Browsers) -> None:
    first = (await browsers.laptop.get("/auth/sessions", params={"limit": 1})).json()
    cursor = first["next_cursor"]

    second = (
        await browsers.laptop.get("/auth/sessions", params={"limit": 1, "cursor": cursor})
    ).json()

    names = [page["items"][0]["device"]["os"] for page in (first, second)]
    assert (names, second["next_cursor"]) == (["iOS", "Linux"], None)


async def test_one_other_session_is_ended(browsers: Browsers, workshop: Workshop) -> None:
    mobile, _ = await items(browsers.laptop, "/auth/sessions")

    ended = await browsers.laptop.delete(f"/auth/sessions/{mobile['id']}")

    assert ended.status_code == 204
    assert (await browsers.phone.get("/auth/me")).status_code == 401
    assert (await browsers.laptop.get("/auth/me")).status_code == 200
    assert (await kinds(workshop))[-1] == "session_ended"
    told = [row for row in await rows(workshop, EventRow) if row.name == event_name(SessionsEnded)]
    assert [row.payload["session_ids"] for row in told] == [[mobile["id"]]]
    again = await browsers.laptop.delete(f"/auth/sessions/{mobile['id']}")
    assert (again.status_code, again.json()["code"]) == (404, "identity.session_not_found")


async def test_all_other_sessions_are_ended(browsers: Browsers) -> None:
    ended = await browsers.laptop.post("/auth/sessions/revoke-others")

    assert (ended.status_code, ended.json()) == (200, {"ended": 1})
    assert (await browsers.phone.get("/auth/me")).status_code == 401
    assert (await browsers.laptop.get("/auth/me")).status_code == 200


async def test_all_sessions_are_ended_this_one_too(browsers: Browsers, clients: Clients) -> None:
    ended = await browsers.laptop.post("/auth/sessions/revoke-all")

    # The third is the program that the viewer of the tests uses.
    assert (ended.status_code, ended.json()) == (200, {"ended": 3})
    assert "__Host-sv_session" not in browsers.laptop.cookies
    for client in (browsers.laptop, browsers.phone, clients.viewer):
        assert (await client.get("/auth/me")).status_code == 401
    assert (await clients.owner.get("/auth/me")).status_code == 200


@pytest.mark.parametrize("role", ["viewer", "stranger"])
async def test_the_session_or_device_of_another_account_does_not_exist(
    clients: Clients, workshop: Workshop, people: People, role: str
) -> None:
    (session,) = [
        row for row in await rows(workshop, SessionRow) if row.account_id == people.owner.account_id
    ]
    async with workshop.work(people.owner) as work:
        device = await _add_device(work, people.owner.account_id)
    client = clients.of(role)

    found = [
        await client.delete(f"/auth/sessions/{session.id}"),
        await client.delete(f"/users/me/devices/{device.id}"),
        await client.delete(f"/auth/trusted-devices/{device.id}"),
        await client.delete(f"/auth/sessions/{new_id()}"),
    ]

    assert [answer.status_code for answer in found] == [404] * 4
    assert (await clients.owner.get("/auth/me")).status_code == 200
    assert len(await rows(workshop, DeviceRow)) == 1


async def _add_device(work: Any, account_id: UUID | None) -> DeviceRow:
    row = DeviceRow(
        id=new_id(),
        account_id=account_id,
        secret_hash="a hash",
        name="A device",
        kind="desktop",
        browser="",
        os="",
        ip="",
        first_seen_at=work.now,
        last_seen_at=work.now,
        trusted_until=work.now + timedelta(days=1),
    )
    await Devices(work).add(row)
    return row


async def test_logging_in_again_replaces_the_session_of_the_browser(
    browsers: Browsers, workshop: Workshop, visit: OpenClient
) -> None:
    former = browsers.laptop.cookies["__Host-sv_session"]
    before = len(await rows(workshop, SessionRow))

    assert (await browsers.laptop.post("/auth/login", json=VIEWER)).status_code == 200

    assert browsers.laptop.cookies["__Host-sv_session"] != former
    assert len(await rows(workshop, SessionRow)) == before
    async with visit(cookies={"__Host-sv_session": former}) as thief:
        assert (await thief.get("/auth/me")).status_code == 401


# --- devices --------------------------------------------------------------------------------------


async def test_a_browser_that_comes_back_is_the_same_device(
    browsers: Browsers, workshop: Workshop, clock: FixedClock
) -> None:
    first_seen = now(clock)
    clock.advance(timedelta(days=2))
    named = {**VIEWER, "device_name": "Desk"}
    assert (await browsers.laptop.post("/auth/login", json=named)).status_code == 200

    mobile, desktop = await items(browsers.laptop, "/users/me/devices")

    assert desktop == {
        "id": desktop["id"],
        "name": "Desk",
        "kind": "desktop",
        "browser": "Firefox",
        "os": "Linux",
        "ip": "127.0.0.1",
        "is_current": True,
        "is_trusted": False,
        "trusted_until": None,
        "session_count": 1,
        "first_seen_at": first_seen,
        "last_seen_at": now(clock),
    }
    assert (mobile["name"], mobile["is_current"]) == ("Safari on iOS", False)
    assert (await kinds(workshop)).count("device_added") == 2


async def test_the_owner_hears_of_each_new_device_but_the_first(
    browsers: Browsers, workshop: Workshop, people: People, clock: FixedClock
) -> None:
    assert browsers
    appeared = [
        row for row in await rows(workshop, EventRow) if row.name == event_name(DeviceAppeared)
    ]

    _, second = await rows(workshop, DeviceRow)
    assert [row.payload for row in appeared] == [
        {
            "account_id": str(people.viewer.account_id),
            "device_id": str(second.id),
            "name": "Safari on iOS",
            "ip": "127.0.0.1",
            "seen_at": now(clock),
        }
    ]


async def test_the_device_cookie_is_as_safe_as_the_sessions(browsers: Browsers) -> None:
    answer = await browsers.fresh.post("/auth/login", json=VIEWER)

    (cookie,) = [
        header
        for header in answer.headers.get_list("set-cookie")
        if header.startswith("__Host-sv_device=")
    ]
    assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))


async def test_a_forgotten_device_is_logged_out_and_new_the_next_time(
    browsers: Browsers, workshop: Workshop
) -> None:
    mobile, _ = await items(browsers.laptop, "/users/me/devices")

    gone = await browsers.laptop.delete(f"/users/me/devices/{mobile['id']}")

    assert gone.status_code == 204
    assert (await browsers.phone.get("/auth/me")).status_code == 401
    assert (await kinds(workshop))[-1] == "device_removed"
    assert (await browsers.phone.post("/auth/login", json=VIEWER)).status_code == 200
    assert (await kinds(workshop)).count("device_added") == 3


async def test_all_devices_are_forgotten(browsers: Browsers, workshop: Workshop) -> None:
    gone = await browsers.laptop.post("/users/me/devices/revoke-all")

    assert (gone.status_code, gone.json()) == (200, {"ended": 2})
    assert (await browsers.laptop.get("/auth/me")).status_code == 401
    assert await rows(workshop, DeviceRow) == []


async def test_two_accounts_share_a_browser_and_not_a_device(
    browsers: Browsers, workshop: Workshop
) -> None:
    owner = {"email": "owner@example.org", "password": PASSWORD}

    assert (await browsers.laptop.post("/auth/login", json=owner)).status_code == 200

    (own,) = await items(browsers.laptop, "/users/me/devices")
    assert own["is_current"]
    laptops = [row for row in await rows(workshop, DeviceRow) if row.os == "Linux"]
    assert len({row.secret_hash for row in laptops}) == 1
    assert len({row.account_id for row in laptops}) == 2


async def test_trust_ends_by_itself_and_when_told(
    browsers: Browsers, workshop: Workshop, people: People, clock: FixedClock
) -> None:
    viewer_id = AccountId(people.viewer.account_id)
    async with workshop.work(people.viewer) as work:
        for row in await work.session.scalars(select(DeviceRow)):
            devices.trust(work, row, Visit())

    mobile, desktop = await items(browsers.laptop, "/auth/trusted-devices")
    assert (mobile["is_trusted"], desktop["is_trusted"]) == (True, True)

    ended = await browsers.laptop.delete(f"/auth/trusted-devices/{mobile['id']}")
    assert ended.status_code == 204
    assert await items(browsers.laptop, "/auth/trusted-devices") == [desktop]
    assert (await browsers.phone.get("/auth/me")).status_code == 200
    assert (await kinds(workshop))[-1] == "device_trust_ended"

    clock.advance(timedelta(days=29))
    secret = browsers.laptop.cookies["__Host-sv_device"]
    async with workshop.reading(people.viewer) as work:
        assert await devices.is_trusted(work, viewer_id, Visit(device_secret=secret))
        assert not await devices.is_trusted(work, viewer_id, Visit(device_secret="another"))
        assert not await devices.is_trusted(work, viewer_id, Visit())
    clock.advance(timedelta(days=1))
    async with workshop.reading(people.viewer) as work:
        assert not await devices.is_trusted(work, viewer_id, Visit(device_secret=secret))


async def test_a_device_is_removed_only_by_its_account(workshop: Workshop, people: People) -> None:
    async with workshop.work(people.owner) as work:
        row = await _add_device(work, people.owner.account_id)
    async with workshop.work(people.viewer) as work:
        own_id = AccountId(people.viewer.account_id)
        assert await Devices(work).remove(own_id, DeviceId(row.id)) == 0


# --- activity -------------------------------------------------------------------------------------


async def test_what_happened_is_listed_latest_first(browsers: Browsers, clock: FixedClock) -> None:
    wrong = {**VIEWER, "password": "wrong"}
    assert (await browsers.fresh.post("/auth/login", json=wrong)).status_code == 401

    happened = await items(browsers.laptop, "/auth/activity")

    assert [event["kind"] for event in happened] == [
        "log_in_failed",
        "logged_in",
        "device_added",
        "logged_in",
        "device_added",
    ]
    assert happened[0] == {
        "id": happened[0]["id"],
        "kind": "log_in_failed",
        "at": now(clock),
        "ip": "127.0.0.1",
        "browser": "Firefox",
        "os": "Linux",
        "facts": {},
    }
    assert happened[1]["facts"] == {"kind": "browser", "amr": ["pwd"], "device": "Safari on iOS"}


async def test_nobody_reads_what_happened_to_somebody_else(
    browsers: Browsers, clients: Clients
) -> None:
    assert browsers
    assert await items(clients.owner, "/auth/activity") == []
    assert await items(clients.owner, "/auth/sessions") != []
    assert await items(clients.stranger, "/users/me/devices") == []


async def test_failures_at_unknown_addresses_are_written_down_without_them(
    clients: Clients, workshop: Workshop
) -> None:
    unknown = {"email": "unknown@example.org", "password": "wrong"}

    assert (await clients.nobody.post("/auth/login", json=unknown)).status_code == 401

    (row,) = await rows(workshop, ActivityRow)
    assert (row.kind, row.account_id, row.facts) == ("log_in_failed", None, {})


async def test_a_log_in_storm_cannot_shut_the_known_browser_out(
    browsers: Browsers, visit: OpenClient, clock: FixedClock
) -> None:
    wrong = {**VIEWER, "password": "wrong"}
    for _ in range(5):
        assert (await browsers.fresh.post("/auth/login", json=wrong)).status_code == 401
    barred = await browsers.fresh.post("/auth/login", json=VIEWER)
    assert (barred.status_code, barred.headers["retry-after"]) == (429, "1")

    assert (await browsers.laptop.post("/auth/login", json=VIEWER)).status_code == 200


@pytest.mark.parametrize("path", ["/auth/login", "/auth/token", "/auth/register", "/auth/refresh"])
async def test_ten_megabytes_of_password_are_not_even_read(
    clients: Clients, workshop: Workshop, path: str
) -> None:
    huge = {**VIEWER, "password": "x" * 10_000_000, "refresh_token": "x"}

    refused = await clients.nobody.post(path, json=huge)

    assert refused.status_code == 413
    assert refused.json()["detail"] == "The request is larger than this address accepts."
    (row,) = await rows(workshop, ActivityRow)
    assert (row.kind, row.account_id) == ("request_refused", None)
    assert row.facts == {"problem": "kit.http_413", "path": f"/api/v1{path}"}


async def test_many_oversized_requests_fill_no_log(clients: Clients, workshop: Workshop) -> None:
    huge = {**VIEWER, "password": "x" * 20_000}

    answers = [await clients.viewer.post("/auth/login", json=huge) for _ in range(10)]

    assert [answer.status_code for answer in answers] == [413] * 5 + [429] * 5
    assert len(await rows(workshop, ActivityRow)) == 5
