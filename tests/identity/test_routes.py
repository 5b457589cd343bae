"""Identity over HTTP: who may call, what comes back, and how it fails."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from http.cookies import Morsel, SimpleCookie
from typing import TYPE_CHECKING

import httpx
import pytest
from sqlalchemy import func, select

from streamverse.domains.identity.contracts import (
    DEFAULT_TENANT_ID,
    IdentitySettings,
    SessionKind,
)
from streamverse.domains.identity.models import AccountRow, SessionRow
from streamverse.domains.identity.public import ensure_default_tenant
from streamverse.kit.clock import FixedClock, new_id
from streamverse.kit.crypto import KEY_BYTES, Vault
from streamverse.kit.tokens import setup_token
from streamverse.kit.work import Actor, Workshop
from tests.factories.accounts import PASSWORD, People, make_session

if TYPE_CHECKING:
    from tests.conftest import Clients, Visit

NEW = {"email": "ada@example.org", "password": PASSWORD, "display_name": "Ada"}
VIEWER = {"email": "viewer@example.org", "password": PASSWORD}
AT_HOME = IdentitySettings(
    setup_key=b"the key of the set-up link", vault=Vault([bytes(KEY_BYTES)]), is_secure=False
)
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


async def count(workshop: Workshop, table: type) -> int:
    async with workshop.reading(Actor.system()) as work:
        return await work.session.scalar(select(func.count()).select_from(table)) or 0


def assert_problem(response: httpx.Response, status: int, code: str) -> None:
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert (response.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert problem["type"] == f"urn:streamverse:problem:{code}"
    assert problem["title"]
    assert problem["detail"]


def session_cookie(response: httpx.Response) -> Morsel[str]:
    for header in response.headers.get_list("set-cookie"):
        for name, cookie in SimpleCookie(header).items():
            if name.endswith("sv_session"):
                return cookie
    message = "no session cookie was set"
    raise AssertionError(message)


# --- setting up -----------------------------------------------------------------------------------


@pytest.fixture
async def empty(workshop: Workshop) -> None:
    """Let the service have no account yet."""
    async with workshop.work(Actor.system()) as work:
        await ensure_default_tenant(work)


@pytest.mark.usefixtures("empty")
async def test_setting_up_logs_the_owner_in_and_closes_the_set_up(
    visit: Visit, identity_settings: IdentitySettings, clock: FixedClock
) -> None:
    token = setup_token(identity_settings.setup_key)
    async with visit() as client:
        assert (await client.get("/setup")).json() == {
            "needs_owner": True,
            "is_registration_open": False,
        }

        made = await client.post("/setup", json={"token": token, **NEW})

        assert made.status_code == 201
        account = made.json()
        assert account == {
            "id": account["id"],
            "email": "ada@example.org",
            "display_name": "Ada",
            "role": "owner",
            "locale": "en",
            "created_at": clock.now().isoformat().replace("+00:00", "Z"),
            "is_email_verified": True,
        }
        assert (await client.get("/auth/me")).json() == account
        assert not (await client.get("/setup")).json()["needs_owner"]
        again = await client.post(
            "/setup", json={"token": token, **NEW, "email": "eve@example.org"}, headers=SAME_SITE
        )
    assert_problem(again, 409, "identity.setup_closed")


@pytest.mark.usefixtures("empty")
@pytest.mark.parametrize(
    ("changes", "status", "code", "fields"),
    [
        ({"token": "wrong"}, 403, "identity.setup_token_wrong", []),
        ({"password": "short"}, 422, "kit.invalid", ["password"]),
        (
            {"email": "x", "password": "x", "display_name": ""},
            422,
            "kit.invalid",
            ["email", "password", "display_name"],
        ),
        ({"email": None}, 422, "kit.invalid", ["email"]),
        ({"email": "x" * 1001}, 422, "kit.invalid", ["email"]),
    ],
)
async def test_a_refused_set_up_leaves_the_service_as_it_was(
    visit: Visit,
    workshop: Workshop,
    identity_settings: IdentitySettings,
    *,
    changes: dict[str, object],
    status: int,
    code: str,
    fields: list[str],
) -> None:
    form = {"token": setup_token(identity_settings.setup_key), **NEW, **changes}
    async with visit() as client:
        refused = await client.post("/setup", json=form)

    assert_problem(refused, status, code)
    assert [found["field"] for found in refused.json().get("fields", [])] == fields
    assert "set-cookie" not in refused.headers
    assert await count(workshop, AccountRow) == 0


@pytest.mark.usefixtures("empty")
async def test_a_huge_body_is_not_read(visit: Visit, workshop: Workshop) -> None:
    async with visit() as client:
        refused = await client.post("/setup", json={"token": "x" * 100_000, **NEW})

    assert_problem(refused, 413, "kit.http_413")
    assert await count(workshop, AccountRow) == 0


# --- logging in and out ---------------------------------------------------------------------------


@pytest.mark.usefixtures("people")
async def test_a_browser_gets_a_cookie_that_scripts_and_other_sites_do_not(visit: Visit) -> None:
    async with visit() as client:
        response = await client.post("/auth/login", json=VIEWER)
        assert response.status_code == 200
        assert response.json()["email"] == "viewer@example.org"

        cookie = session_cookie(response)
        assert len(cookie.value) == 43
        assert (cookie["httponly"], cookie["samesite"]) == (True, "lax")
        assert (cookie.key, cookie["path"], cookie["domain"]) == ("__Host-sv_session", "/", "")
        assert (cookie["secure"], response.headers["cache-control"]) == (True, "no-store")
        assert (await client.get("/auth/me")).json()["role"] == "viewer"


@pytest.mark.parametrize(
    ("identity_settings", "scheme", "is_secure"),
    [
        (AT_HOME, "http", False),
        (AT_HOME, "https", True),
        (replace(AT_HOME, is_secure=True), "http", True),
    ],
)
@pytest.mark.usefixtures("people", "identity_settings")
async def test_a_cookie_is_secure_where_https_is_spoken(
    visit: Visit, scheme: str, *, is_secure: bool
) -> None:
    async with visit() as client:
        response = await client.post(f"{scheme}://localhost/api/v1/auth/login", json=VIEWER)

    cookie = session_cookie(response)
    assert (cookie["secure"] is True) is is_secure
    assert cookie.key.startswith("__Host-") is is_secure


@pytest.mark.parametrize("path", ["/auth/login", "/auth/token"])
async def test_wrong_credentials_open_nothing(
    clients: Clients, workshop: Workshop, path: str
) -> None:
    before = await count(workshop, SessionRow)

    refused = await clients.nobody.post(path, json={**VIEWER, "password": "wrong"})

    assert_problem(refused, 401, "identity.wrong_credentials")
    assert "set-cookie" not in refused.headers
    assert await count(workshop, SessionRow) == before


async def test_too_many_failures_bar_the_address_for_a_while(
    clients: Clients, clock: FixedClock
) -> None:
    wrong = {**VIEWER, "password": "wrong"}
    for _ in range(5):
        assert (await clients.nobody.post("/auth/login", json=wrong)).status_code == 401

    barred = await clients.nobody.post("/auth/token", json=VIEWER)

    assert_problem(barred, 429, "identity.too_many_attempts")
    assert barred.headers["retry-after"] == "1"
    clock.advance(timedelta(seconds=1))
    assert (await clients.nobody.post("/auth/token", json=VIEWER)).status_code == 200


@pytest.mark.usefixtures("people")
async def test_logging_out_ends_the_session_and_forgets_the_cookie(
    visit: Visit, workshop: Workshop
) -> None:
    async with visit() as client:
        secret = session_cookie(await client.post("/auth/login", json=VIEWER)).value

        left = await client.post("/auth/logout", headers=SAME_SITE)

        assert left.status_code == 204
        assert left.content == b""
        assert session_cookie(left)["max-age"] == "0"
        assert_problem(await client.get("/auth/me"), 401, "kit.unauthenticated")
    assert await count(workshop, SessionRow) == 0
    async with visit(cookies={"__Host-sv_session": secret}) as thief:
        assert (await thief.get("/auth/me")).status_code == 401


async def test_a_program_logs_out_too_and_nobody_may_try(clients: Clients) -> None:
    assert (await clients.nobody.post("/auth/logout")).status_code == 204

    assert (await clients.viewer.post("/auth/logout")).status_code == 204

    assert (await clients.viewer.get("/auth/me")).status_code == 401
    assert (await clients.owner.get("/auth/me")).status_code == 200


async def test_who_is_logged_in_nowhere_is_told_so(clients: Clients) -> None:
    refused = await clients.nobody.get("/auth/me")

    assert_problem(refused, 401, "kit.unauthenticated")
    assert refused.headers["www-authenticate"] == "Bearer"


@pytest.mark.usefixtures("people")
async def test_another_sites_page_cannot_use_the_cookie(visit: Visit, workshop: Workshop) -> None:
    async with visit() as client:
        await client.post("/auth/login", json=VIEWER)

        forged = await client.post("/auth/logout", headers={"Sec-Fetch-Site": "cross-site"})

        assert_problem(forged, 403, "kit.foreign_origin")
        assert (await client.get("/auth/me")).status_code == 200
    assert await count(workshop, SessionRow) == 1


# --- sessions that are in use ---------------------------------------------------------------------


async def test_a_session_in_use_lasts_and_reading_writes_nothing(
    visit: Visit, workshop: Workshop, people: People, clock: FixedClock
) -> None:
    async with workshop.work(people.viewer) as work:
        secret = make_session(
            work, people.viewer.account_id, SessionKind.BROWSER, timedelta(days=30)
        )
    async with visit(cookies={"__Host-sv_session": secret}, headers=SAME_SITE) as client:
        clock.advance(timedelta(days=29))
        await client.get("/auth/me")
        assert await expiry(workshop) - clock.now() == timedelta(days=1)

        await client.post(f"/titles/{new_id()}/playback")
        assert await expiry(workshop) - clock.now() == timedelta(days=30)

        clock.advance(timedelta(minutes=59))
        await client.post(f"/titles/{new_id()}/playback")
        assert await expiry(workshop) - clock.now() == timedelta(days=30, minutes=-59)


async def expiry(workshop: Workshop) -> object:
    async with workshop.reading(Actor.system()) as work:
        return await work.session.scalar(select(SessionRow.expires_at))


# --- accounts -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "status", "code"),
    [("nobody", 401, "kit.unauthenticated"), ("viewer", 403, "kit.forbidden")],
)
async def test_only_the_owner_sees_and_changes_accounts(
    clients: Clients, workshop: Workshop, people: People, *, role: str, status: int, code: str
) -> None:
    client, before = clients.of(role), await count(workshop, AccountRow)

    assert_problem(await client.get("/accounts"), status, code)
    assert_problem(await client.post("/accounts", json=NEW), status, code)
    assert_problem(await client.delete(f"/accounts/{people.owner.account_id}"), status, code)

    assert await count(workshop, AccountRow) == before


async def test_the_owner_adds_lists_and_removes_an_account(clients: Clients) -> None:
    added = await clients.owner.post("/accounts", json=NEW)
    assert added.status_code == 201
    assert added.json()["role"] == "viewer"

    listed = (await clients.owner.get("/accounts")).json()
    assert [account["email"] for account in listed["items"]] == [
        "owner@example.org",
        "viewer@example.org",
        "ada@example.org",
    ]
    assert listed["next_cursor"] is None
    assert listed["items"][2] == added.json()

    removed = await clients.owner.delete(f"/accounts/{added.json()['id']}")
    assert (removed.status_code, removed.content) == (204, b"")
    assert len((await clients.owner.get("/accounts")).json()["items"]) == 2


async def test_a_second_owner_can_be_added(clients: Clients, visit: Visit) -> None:
    added = await clients.owner.post("/accounts", json={**NEW, "role": "owner"})
    assert added.json()["role"] == "owner"

    async with visit() as client:
        await client.post("/auth/login", json={"email": NEW["email"], "password": PASSWORD})
        assert (await client.get("/accounts")).status_code == 200


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"email": "Viewer@example.org"}, 409, "identity.email_taken"),
        ({"password": "ADA@example.org"}, 422, "kit.invalid"),
        ({"role": "king"}, 422, "kit.invalid"),
    ],
)
async def test_a_refused_account_is_not_added(
    clients: Clients, workshop: Workshop, changes: dict[str, str], status: int, code: str
) -> None:
    before = await count(workshop, AccountRow)

    refused = await clients.owner.post("/accounts", json={**NEW, **changes})

    assert_problem(refused, status, code)
    assert await count(workshop, AccountRow) == before


async def test_removing_oneself_a_stranger_or_nobody_is_refused(
    clients: Clients, workshop: Workshop, people: People
) -> None:
    before = await count(workshop, AccountRow)
    refusals = {
        people.owner.account_id: (409, "identity.own_account"),
        people.stranger.account_id: (404, "identity.account_not_found"),
        new_id(): (404, "identity.account_not_found"),
    }

    for account_id, (status, code) in refusals.items():
        refused = await clients.owner.delete(f"/accounts/{account_id}")
        assert_problem(refused, status, code)

    assert (await clients.owner.delete("/accounts/not-an-id")).status_code == 404
    assert await count(workshop, AccountRow) == before


async def test_a_forged_cursor_is_refused(clients: Clients) -> None:
    assert_problem(
        await clients.owner.get("/accounts", params={"cursor": "forged"}), 422, "kit.cursor_invalid"
    )


def test_the_default_tenant_is_known_without_asking() -> None:
    assert DEFAULT_TENANT_ID.int == 1
