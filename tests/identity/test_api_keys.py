"""Keys of the API: never worth more than their scopes and their maker, counted, revoked at once."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from streamverse.domains.identity.contracts import ApiKeyId
from streamverse.domains.identity.errors.api_keys import KeyThrottled
from streamverse.domains.identity.models import AccountRow, ApiKeyRow
from streamverse.domains.identity.rules.api_keys import (
    NewKey,
    check_new_key,
    is_due_to_be_seen,
    read_key,
    write_key,
)
from streamverse.domains.identity.service.key_throttle import KeyThrottle
from streamverse.kit.clock import FixedClock
from streamverse.kit.errors import Invalid
from streamverse.kit.tokens import hash_secret, new_secret
from streamverse.kit.work import Actor, Role, Workshop
from tests.factories.accounts import PASSWORD, People, make_account, make_session

if TYPE_CHECKING:
    from tests.conftest import Clients, Visit

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
KEY_ID = ApiKeyId(UUID(int=7))
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def assert_refused(response: httpx.Response, status: int, code: str) -> None:
    assert (response.status_code, response.json()["code"]) == (status, code), response.text


# --- rules ----------------------------------------------------------------------------------------


@given(st.uuids())
def test_a_key_is_read_as_it_was_written(key_id: UUID) -> None:
    secret = new_secret()
    shown = read_key(write_key(ApiKeyId(key_id), secret))
    assert shown is not None
    assert (shown.id, shown.secret) == (key_id, secret)
    assert secret not in repr(shown)


@given(st.text() | st.from_regex(r"sv_key_[0-9a-f]{30,34}_[A-Za-z0-9_-]{40,42}", fullmatch=True))
def test_what_is_no_key_is_not_read(text: str) -> None:
    assert read_key(text) is None


@pytest.mark.parametrize(
    ("last_used_at", "is_due"),
    [
        (None, True),
        (NOON, False),
        (NOON - HOUR + timedelta(seconds=1), False),
        (NOON - HOUR, True),
    ],
)
def test_use_is_written_down_hourly(last_used_at: datetime | None, is_due: bool) -> None:
    assert is_due_to_be_seen(last_used_at, NOON) is is_due


def test_everything_that_is_wrong_with_a_new_key_is_said() -> None:
    wanted = NewKey("", frozenset(), NOON, 0, 10**9)
    with pytest.raises(Invalid) as refused:
        check_new_key(wanted, NOON)
    assert [found.field for found in refused.value.fields] == [
        "name",
        "scopes",
        "expires_at",
        "requests_per_minute",
        "requests_per_day",
    ]
    check_new_key(NewKey("x", frozenset({"a"}), NOON + timedelta(days=366), 1, 1), NOON)
    with pytest.raises(Invalid, match="within a year"):
        check_new_key(NewKey("x", frozenset({"a"}), NOON + timedelta(days=367), 1, 1), NOON)


# --- the throttle ---------------------------------------------------------------------------------


def enter(throttle: KeyThrottle, now: datetime, key_id: ApiKeyId = KEY_ID) -> int:
    """Make a request; give how long to wait, or nothing if it was let in."""
    try:
        throttle.enter(key_id, now, per_minute=3, per_day=5)
    except KeyThrottled as refusal:
        return refusal.retry_after_s
    return 0


def test_a_key_is_held_to_its_minute_and_its_day() -> None:
    throttle = KeyThrottle()
    assert [enter(throttle, NOON) for _ in range(4)] == [0, 0, 0, 60]
    assert enter(throttle, NOON + timedelta(seconds=59.5)) == 1
    assert enter(throttle, NOON, ApiKeyId(UUID(int=8))) == 0
    # What was refused does not count.
    assert [enter(throttle, NOON + MINUTE) for _ in range(3)] == [0, 0, 86_340]
    assert enter(throttle, NOON + DAY) == 0


# --- HTTP -----------------------------------------------------------------------------------------


def form(clock: FixedClock, *scopes: str, **changes: object) -> dict[str, object]:
    expires_at = (clock.now() + timedelta(days=30)).isoformat()
    return {"name": "Robot", "scopes": list(scopes), "expires_at": expires_at, **changes}


async def make(client: httpx.AsyncClient, wanted: dict[str, object]) -> dict[str, Any]:
    made = await client.post("/admin/api-keys", json=wanted)
    assert made.status_code == 201, made.text
    return made.json()


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


async def rows(workshop: Workshop) -> list[ApiKeyRow]:
    async with workshop.reading(Actor.system()) as work:
        return list(await work.session.scalars(select(ApiKeyRow).order_by(ApiKeyRow.id)))


async def actions(clients: Clients) -> list[tuple[str, str | None]]:
    items = (await clients.owner.get("/auth/audit-log")).json()["items"]
    return [(item["action"], item["api_key_id"]) for item in items]


@pytest.fixture
async def robot(
    clients: Clients, visit: Visit, clock: FixedClock
) -> AsyncGenerator[httpx.AsyncClient]:
    """Make a key that edits and reads the log, and a program that uses it."""
    made = await make(clients.owner, form(clock, "titles.edit", "audit.read"))
    async with visit(headers=bearer(made["key"])) as client:
        yield client


async def test_a_key_is_shown_once_and_kept_as_a_hash(
    clients: Clients, workshop: Workshop, people: People, clock: FixedClock
) -> None:
    made = await clients.owner.post(
        "/admin/api-keys", json=form(clock, "titles.edit", "audit.read", name="  My   robot ")
    )

    assert made.status_code == 201
    assert made.headers["cache-control"] == "no-store"
    shown, key = made.json()["api_key"], made.json()["key"]
    secret = key.removeprefix(f"sv_key_{UUID(shown['id']).hex}_")
    [row] = await rows(workshop)
    assert row.secret_hash == hash_secret(secret)
    assert shown == {
        "id": str(row.id),
        "name": "My robot",
        "account_id": str(people.owner.account_id),
        "scopes": ["audit.read", "titles.edit"],
        "requests_per_minute": 120,
        "requests_per_day": 50_000,
        "created_at": clock.now().isoformat().replace("+00:00", "Z"),
        "expires_at": (clock.now() + timedelta(days=30)).isoformat().replace("+00:00", "Z"),
        "last_used_at": None,
    }
    listed = await clients.owner.get("/admin/api-keys")
    assert listed.json() == {"items": [shown], "next_cursor": None}
    assert secret not in listed.text
    entry = (await clients.owner.get("/auth/audit-log")).json()["items"][0]
    assert (entry["action"], entry["subject"]) == ("identity.api_key_made", f"api_key:{row.id}")
    assert secret not in str(entry)
    assert (await clients.stranger.get("/admin/api-keys")).json()["items"] == []


async def test_a_key_does_what_its_scopes_name_and_nothing_else(
    clients: Clients, robot: httpx.AsyncClient
) -> None:
    assert (await robot.get("/auth/audit-log")).status_code == 200
    assert (await robot.get("/home/rails")).status_code == 200
    missing = await robot.patch(f"/titles/{uuid4()}", json={"name": "X"})
    assert_refused(missing, 404, "catalog.title_not_found")
    for path in ("/accounts", "/jobs", "/admin/staff", "/admin/jwks", "/mails"):
        code = "identity.key_not_enough" if path == "/mails" else "kit.forbidden"
        assert_refused(await robot.get(path), 403, code)


async def test_a_key_is_kept_from_what_belongs_to_a_person(
    clients: Clients, robot: httpx.AsyncClient
) -> None:
    for method, path in (
        ("GET", "/auth/me"),
        ("GET", "/auth/sessions"),
        ("POST", "/auth/sessions/revoke-all"),
        ("POST", "/auth/password"),
        ("POST", "/auth/reauth"),
        ("GET", "/auth/activity"),
        ("GET", "/users/me/devices"),
        ("GET", "/users/me/profiles"),
        ("GET", "/admin/permissions"),
    ):
        assert_refused(await robot.request(method, path), 403, "identity.key_not_enough")
    assert (await clients.owner.get("/auth/me")).status_code == 200


async def test_a_key_makes_no_keys_and_gives_no_roles(
    clients: Clients, workshop: Workshop, people: People, clock: FixedClock
) -> None:
    made = await make(clients.owner, form(clock, "api_keys.manage", "roles.manage"))
    by_key = bearer(made["key"])
    refused = await clients.nobody.post(
        "/admin/api-keys", json=form(clock, "api_keys.manage"), headers=by_key
    )
    assert_refused(refused, 403, "identity.reauth_required")
    refused = await clients.nobody.patch(
        f"/admin/staff/{people.viewer.account_id}", json={"role": "editor"}, headers=by_key
    )
    assert_refused(refused, 403, "identity.reauth_required")
    assert len(await rows(workshop)) == 1
    # Taking power away is always safe, its own too.
    revoked = await clients.nobody.delete(
        f"/admin/api-keys/{made['api_key']['id']}", headers=by_key
    )
    assert revoked.status_code == 204
    assert await actions(clients) == [
        ("identity.api_key_revoked", made["api_key"]["id"]),
        ("identity.api_key_made", None),
    ]


async def test_a_revoked_key_is_worthless_at_once(
    clients: Clients, robot: httpx.AsyncClient, workshop: Workshop
) -> None:
    [row] = await rows(workshop)
    path = f"/admin/api-keys/{row.id}"
    assert_refused(await clients.stranger.delete(path), 404, "identity.api_key_not_found")
    assert (await robot.get("/home/rails")).status_code == 200

    assert (await clients.owner.delete(path)).status_code == 204

    assert_refused(await robot.get("/home/rails"), 401, "kit.unauthenticated")
    assert_refused(await clients.owner.delete(path), 404, "identity.api_key_not_found")
    assert await rows(workshop) == []


async def test_a_key_expires(robot: httpx.AsyncClient, clients: Clients, clock: FixedClock) -> None:
    clock.advance(timedelta(days=30) - timedelta(seconds=1))
    assert (await robot.get("/home/rails")).status_code == 200
    clock.advance(timedelta(seconds=1))
    assert_refused(await robot.get("/home/rails"), 401, "kit.unauthenticated")
    assert len((await clients.owner.get("/admin/api-keys")).json()["items"]) == 1


async def test_a_key_is_worth_no_more_than_its_maker(
    clients: Clients, workshop: Workshop, people: People, visit: Visit, clock: FixedClock
) -> None:
    async with workshop.work(Actor.system(people.owner.tenant_id)) as work:
        admin = await make_account(work, "admin@example.org", role=Role.ADMIN)
        secret = make_session(work, admin.id)
    async with visit(headers=bearer(secret)) as client:
        refused = await client.post("/admin/api-keys", json=form(clock, "roles.manage"))
        assert_refused(refused, 403, "identity.permission_not_yours")
        assert refused.json()["facts"]["missing"] == ["roles.manage"]
        made = await make(client, form(clock, "accounts.read", "titles.edit"))
    async with visit(headers=bearer(made["key"])) as robot:
        assert (await robot.get("/accounts")).status_code == 200
        await clients.owner.patch(f"/admin/staff/{admin.id}", json={"role": "editor"})
        assert_refused(await robot.get("/accounts"), 403, "kit.forbidden")
        missing = await robot.patch(f"/titles/{uuid4()}", json={"name": "X"})
        assert missing.status_code == 404
        async with workshop.work(Actor.system()) as work:
            row = await work.session.get(AccountRow, admin.id)
            assert row is not None
            row.deactivated_at = clock.now()
        assert_refused(await robot.get("/home/rails"), 401, "kit.unauthenticated")
        assert (await clients.owner.delete(f"/accounts/{admin.id}")).status_code == 204
    assert await rows(workshop) == []


async def test_an_altered_key_is_nobodys(
    clients: Clients, workshop: Workshop, clock: FixedClock
) -> None:
    key = (await make(clients.owner, form(clock, "titles.edit")))["key"]
    other = (await make(clients.owner, form(clock, "audit.read")))["key"]
    start = len("sv_key_") + 32
    for altered in (
        key[:-1],
        f"{key}A",
        key[:-1] + ("A" if key[-1] != "A" else "B"),
        key[:start] + other[start:],
        f"sv_key_{uuid4().hex}{key[start:]}",
        "sv_key_",
        key.upper(),
    ):
        refused = await clients.nobody.get("/home/rails", headers=bearer(altered))
        assert_refused(refused, 401, "kit.unauthenticated")
        assert refused.headers["www-authenticate"] == "Bearer"
    assert [row.last_used_at for row in await rows(workshop)] == [None, None]


async def test_a_key_is_no_cookie(clients: Clients, visit: Visit, clock: FixedClock) -> None:
    made = await make(clients.owner, form(clock, "titles.edit"))
    async with visit(cookies={"__Host-sv_session": made["key"]}) as client:
        assert_refused(await client.get("/home/rails"), 401, "kit.unauthenticated")


async def test_use_is_written_down_at_most_hourly(
    robot: httpx.AsyncClient, workshop: Workshop, clock: FixedClock
) -> None:
    first = clock.now()
    await robot.get("/home/rails")
    clock.advance(timedelta(minutes=59))
    await robot.get("/home/rails")
    assert [row.last_used_at for row in await rows(workshop)] == [first]
    clock.advance(MINUTE)
    await robot.get("/home/rails")
    assert [row.last_used_at for row in await rows(workshop)] == [clock.now()]


async def test_a_key_that_is_used_too_often_has_to_wait(
    clients: Clients, visit: Visit, clock: FixedClock
) -> None:
    limits = {"requests_per_minute": 2, "requests_per_day": 3}
    made = await make(clients.owner, form(clock, "titles.edit", **limits))
    other = await make(clients.owner, form(clock, "titles.edit", **limits))
    async with visit(headers=bearer(made["key"])) as robot:
        for _ in range(2):
            assert (await robot.get("/home/rails")).status_code == 200
        clock.advance(timedelta(seconds=20))
        refused = await robot.get("/home/rails")
        assert_refused(refused, 429, "identity.key_throttled")
        assert refused.headers["retry-after"] == "40"
        assert refused.json()["facts"] == {"limit": 2, "per": "minute"}
        elsewhere = await clients.nobody.get("/home/rails", headers=bearer(other["key"]))
        assert elsewhere.status_code == 200

        clock.advance(timedelta(seconds=40))
        assert (await robot.get("/home/rails")).status_code == 200
        refused = await robot.get("/home/rails")
        assert refused.json()["facts"] == {"limit": 3, "per": "day"}
        assert refused.headers["retry-after"] == str(24 * 3600 - 60)
        clock.advance(DAY)
        assert (await robot.get("/home/rails")).status_code == 200


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["house.burn"]}, "scopes"),
        ({"scopes": "titles.edit"}, "scopes"),
        ({"expires_at": "2000-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": "2999-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": "2030-01-01T00:00:00"}, "expires_at"),
        ({"expires_at": None}, "expires_at"),
        ({"requests_per_minute": 0}, "requests_per_minute"),
        ({"requests_per_day": 10_000_001}, "requests_per_day"),
    ],
)
async def test_a_key_that_will_not_do_is_not_made(
    clients: Clients,
    workshop: Workshop,
    clock: FixedClock,
    *,
    changes: dict[str, object],
    field: str,
) -> None:
    wanted = form(clock, "titles.edit", **changes)
    refused = await clients.owner.post("/admin/api-keys", json=wanted)
    assert_refused(refused, 422, "kit.invalid")
    assert refused.json()["fields"][0]["field"] == field
    assert await rows(workshop) == []
    assert await actions(clients) == []


async def test_a_key_needs_an_end(clients: Clients, workshop: Workshop) -> None:
    refused = await clients.owner.post(
        "/admin/api-keys", json={"name": "Robot", "scopes": ["titles.edit"]}
    )
    assert refused.status_code == 422
    assert "expires_at" in refused.text
    assert await rows(workshop) == []


async def test_a_key_is_made_soon_after_a_log_in_only(
    clients: Clients, workshop: Workshop, clock: FixedClock
) -> None:
    clock.advance(timedelta(minutes=11))
    refused = await clients.owner.post("/admin/api-keys", json=form(clock, "titles.edit"))
    assert_refused(refused, 403, "identity.reauth_required")
    await clients.owner.post("/auth/reauth", json={"password": PASSWORD})
    assert (await make(clients.owner, form(clock, "titles.edit")))["key"].startswith("sv_key_")
    assert len(await rows(workshop)) == 1


async def test_keys_come_in_pages(clients: Clients, clock: FixedClock) -> None:
    for name in ("one", "two", "three"):
        await make(clients.owner, form(clock, "titles.edit", name=name))
    first = (await clients.owner.get("/admin/api-keys", params={"limit": 2})).json()
    assert [item["name"] for item in first["items"]] == ["three", "two"]
    cursor = {"cursor": first["next_cursor"]}
    second = (await clients.owner.get("/admin/api-keys", params=cursor)).json()
    assert [item["name"] for item in second["items"]] == ["one"]
    assert second["next_cursor"] is None


@pytest.mark.parametrize(
    ("role", "status", "code"),
    [("nobody", 401, "kit.unauthenticated"), ("viewer", 403, "kit.forbidden")],
)
async def test_only_who_manages_keys_sees_them(
    clients: Clients, workshop: Workshop, clock: FixedClock, *, role: str, status: int, code: str
) -> None:
    client = clients.of(role)
    assert_refused(await client.get("/admin/api-keys"), status, code)
    made = await client.post("/admin/api-keys", json=form(clock, "titles.edit"))
    assert_refused(made, status, code)
    assert_refused(await client.delete(f"/admin/api-keys/{uuid4()}"), status, code)
    assert await rows(workshop) == []
