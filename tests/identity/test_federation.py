"""Logging in with another service: against a real one that can be told to lie."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest
from sqlalchemy import func, select, update

from streamverse.domains.identity.contracts import (
    ActivityKind,
    IdentitySettings,
    Purpose,
)
from streamverse.domains.identity.models import (
    AccountRow,
    ActivityRow,
    FederatedIdentityRow,
    OneTimeRow,
    SessionRow,
)
from streamverse.domains.identity.repository import Accounts
from streamverse.domains.identity.rules import normalise_email
from streamverse.domains.identity.rules.federation import (
    Flow,
    safe_next,
)
from streamverse.domains.identity.service import one_time
from streamverse.kit.clock import FixedClock
from streamverse.kit.work import Actor, Work, Workshop
from tests.factories.accounts import PASSWORD, People, make_account
from tests.factories.oidc_server import (
    Lies,
    OidcServer,
    query_of,
    rsa_key,
    run_oidc_server,
    settings_for,
)

START, CALLBACK = (f"/auth/oidc/example/{step}" for step in ("start", "callback"))
VIEWER = "viewer@example.org"

Visit = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def is_open(request: pytest.FixtureRequest) -> bool:
    """Let anybody register, unless a test says otherwise."""
    return getattr(request, "param", True)


@pytest.fixture
def identity_settings(identity_settings: IdentitySettings, is_open: bool) -> IdentitySettings:
    return dataclasses.replace(identity_settings, is_registration_open=is_open)


@pytest.fixture(autouse=True)
def server(clock: FixedClock, tmp_path: Path) -> Iterator[OidcServer]:
    """Run a provider and name it in the settings of the application."""
    with run_oidc_server(int(clock.now().timestamp())) as running:
        given = f"oidc_providers = '''{settings_for(running)}'''\n"
        (tmp_path / "streamverse.toml").write_text(given)
        yield running


@pytest.fixture
async def browser(visit: Visit, people: People) -> AsyncGenerator[httpx.AsyncClient]:
    """Open a browser that nobody has used yet."""
    async with visit() as client:
        yield client


async def leave(client: httpx.AsyncClient, server: OidcServer, page: str = "/watch") -> Any:
    """Go to the provider, log in there, and give what it sends back."""
    started = await client.get(START, params={"next": page})
    assert started.status_code == 303, started.text
    return server.authorize(started.headers["location"])


async def come_back(client: httpx.AsyncClient, returned: dict[str, str]) -> str:
    answer = await client.get(CALLBACK, params=returned)
    assert answer.status_code == 303, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return answer.headers["location"]


async def trip(client: httpx.AsyncClient, server: OidcServer) -> str:
    return await come_back(client, await leave(client, server))


async def rows(workshop: Workshop, table: type[Any]) -> list[Any]:
    async with workshop.reading(Actor.system()) as work:
        return list((await work.session.scalars(select(table).order_by(table.id))).all())


async def activities(workshop: Workshop) -> list[tuple[UUID | None, str]]:
    return [(row.account_id, row.kind) for row in await rows(workshop, ActivityRow)]


async def log_in(client: httpx.AsyncClient, email: str = VIEWER) -> None:
    answer = await client.post("/auth/login", json={"email": email, "password": PASSWORD})
    assert answer.status_code == 200, answer.text


async def begin_link(client: httpx.AsyncClient, server: OidcServer) -> dict[str, str]:
    answer = await client.post("/auth/oidc/example/link", json={"next": "/account/security"})
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    return server.authorize(answer.json()["address"])


# --- the first time -------------------------------------------------------------------------------


async def test_the_log_in_page_learns_which_providers_there_are(browser: httpx.AsyncClient):
    answer = await browser.get("/auth/providers")
    assert answer.json() == {"items": [{"id": "example", "name": "Example"}]}


async def test_somebody_new_gets_an_account(
    browser: httpx.AsyncClient, server: OidcServer, workshop: Workshop
):
    assert await trip(browser, server) == "/watch"

    me = (await browser.get("/auth/me")).json()
    assert (me["email"], me["display_name"], me["role"]) == (
        "new@example.org",
        "Somebody New",
        "viewer",
    )
    assert me["is_email_verified"] is True
    [identity] = await rows(workshop, FederatedIdentityRow)
    assert (identity.issuer, identity.subject) == (server.issuer, "subject-1")
    account_id = UUID(me["id"])
    assert await activities(workshop) == [
        (account_id, ActivityKind.IDENTITY_LINKED),
        (account_id, ActivityKind.REGISTERED),
        (account_id, ActivityKind.EMAIL_VERIFIED),
        (account_id, ActivityKind.DEVICE_ADDED),
        (account_id, ActivityKind.LOGGED_IN),
    ]
    [session] = await rows(workshop, SessionRow)
    assert (session.kind, session.amr) == ("browser", "fed")
    # Nobody's password opens it.
    tried = await browser.post("/auth/login", json={"email": "new@example.org", "password": ""})
    assert tried.json()["code"] == "identity.wrong_credentials"


async def test_they_come_back_whatever_their_address_is_by_then(
    browser: httpx.AsyncClient, server: OidcServer, visit: Visit, workshop: Workshop
):
    await trip(browser, server)
    first = (await browser.get("/auth/me")).json()["id"]
    server.person["email"], server.person["email_verified"] = VIEWER, False

    async with visit() as other:
        assert await trip(other, server) == "/watch"
        assert (await other.get("/auth/me")).json()["id"] == first
    [identity] = await rows(workshop, FederatedIdentityRow)
    assert (identity.email, identity.last_used_at is not None) == (VIEWER, True)
    # Once asked, a provider is known for an hour.
    assert server.asked.count("/.well-known/openid-configuration") == 1
    assert server.asked.count("/jwks") == 1


async def test_an_address_that_has_an_account_does_not_open_it(
    browser: httpx.AsyncClient, server: OidcServer, workshop: Workshop
):
    server.person["email"] = " Viewer@EXAMPLE.org"
    assert await trip(browser, server) == "/login?error=identity.link_needed"
    assert (await browser.get("/auth/me")).status_code == 401
    assert await rows(workshop, FederatedIdentityRow) == []
    assert await activities(workshop) == [(None, ActivityKind.LOG_IN_FAILED)]


async def test_an_address_that_was_registered_but_never_confirmed_is_given_to_its_owner(
    browser: httpx.AsyncClient, server: OidcServer, workshop: Workshop, people: People
):
    async with workshop.work(people.nobody) as work:
        planted = await make_account(work, "new@example.org", display_name="Mallory")
        planted.email_verified_at = None

    assert await trip(browser, server) == "/watch"
    me = (await browser.get("/auth/me")).json()
    assert (me["id"], me["display_name"]) == (str(planted.id), "Somebody New")
    theirs = {"email": "new@example.org", "password": PASSWORD}
    assert (await browser.post("/auth/token", json=theirs)).status_code == 401


@pytest.mark.parametrize("verified", [False, "false", None, "yes"])
async def test_an_address_that_the_provider_does_not_vouch_for_makes_no_account(
    browser: httpx.AsyncClient, server: OidcServer, workshop: Workshop, verified: object
):
    server.person["email_verified"] = verified
    before = len(await rows(workshop, AccountRow))
    page = await trip(browser, server)
    assert page == "/login?error=identity.provider_email_unverified"
    assert len(await rows(workshop, AccountRow)) == before


async def test_a_deceptive_address_makes_no_account(browser: httpx.AsyncClient, server: OidcServer):
    server.person["email"] = "v\u0456ewer@example.org"
    assert await trip(browser, server) == "/login?error=kit.invalid"


@pytest.mark.parametrize("is_open", [False], indirect=True)
async def test_nobody_registers_where_that_is_closed(
    browser: httpx.AsyncClient, server: OidcServer, workshop: Workshop
):
    before = len(await rows(workshop, AccountRow))
    assert await trip(browser, server) == "/login?error=identity.registration_closed"
    assert len(await rows(workshop, AccountRow)) == before


@pytest.mark.parametrize("is_open", [False], indirect=True)
async def test_whoever_is_invited_gets_the_role_they_are_invited_to(
    browser: httpx.AsyncClient, server: OidcServer, workshop: Workshop, people: People
):
    facts = {"email_normalised": normalise_email("new@example.org"), "role": "editor"}
    async with workshop.work(people.owner) as work:
        one_time.issue(work, Purpose.INVITATION, None, timedelta(days=7), {**facts, "locale": "de"})

    assert await trip(browser, server) == "/watch"
    me = (await browser.get("/auth/me")).json()
    assert (me["role"], me["locale"]) == ("editor", "de")
    [invitation] = [
        row for row in await rows(workshop, OneTimeRow) if row.purpose == Purpose.INVITATION
    ]
    assert invitation.used_at is not None


async def test_a_form_is_taken_as_well(
    browser: httpx.AsyncClient, server: OidcServer, visit: Visit
):
    returned = await leave(browser, server)
    # A browser leaves our cookies out when another site sends a form.
    async with visit() as bare:
        bounced = await bare.post(
            CALLBACK,
            data={**returned, "user": "{}"},
            headers={"Origin": server.issuer, "Sec-Fetch-Site": "cross-site"},
        )
    assert bounced.status_code == 303
    address = bounced.headers["location"]
    assert address.startswith("/api/v1/auth/oidc/example/callback?")
    assert query_of(address) == returned
    answer = await browser.get(f"https://video.example.org{address}")
    assert answer.headers["location"] == "/watch"


# --- what is refused ------------------------------------------------------------------------------


async def test_a_lie_logs_nobody_in(
    browser: httpx.AsyncClient, server: OidcServer, workshop: Workshop
):
    server.lies = Lies(claims={"nonce": "another"})
    assert await trip(browser, server) == "/login?error=identity.provider_answer_invalid"
    assert (await browser.get("/auth/me")).status_code == 401
    assert await rows(workshop, FederatedIdentityRow) == []
    [failure] = await rows(workshop, ActivityRow)
    assert (failure.account_id, failure.kind) == (None, ActivityKind.LOG_IN_FAILED)
    assert failure.facts == {"provider": "example", "problem": "identity.provider_answer_invalid"}


@pytest.mark.parametrize("issuer", ["https://evil.example.com", None])
async def test_a_code_of_another_issuer_is_sent_to_nobody(
    browser: httpx.AsyncClient, server: OidcServer, issuer: str | None
):
    server.lies = Lies(returned={"iss": issuer})
    assert await trip(browser, server) == "/login?error=identity.provider_answer_invalid"
    assert server.forms == []


async def test_an_old_issuer_need_not_name_itself(browser: httpx.AsyncClient, server: OidcServer):
    server.lies = Lies(
        returned={"iss": None}, metadata={"authorization_response_iss_parameter_supported": None}
    )
    assert await trip(browser, server) == "/watch"


async def test_whoever_does_not_want_to_is_told_so(browser: httpx.AsyncClient, server: OidcServer):
    server.lies = Lies(returned={"code": None, "error": "access_denied"})
    assert await trip(browser, server) == "/login?error=identity.provider_refused"


async def test_a_provider_that_is_not_there(browser: httpx.AsyncClient):
    answer = await browser.get("/auth/oidc/nobody/start")
    assert answer.headers["location"] == "/login?error=identity.provider_not_found"
    answer = await browser.get("/auth/oidc/nobody/callback")
    assert answer.headers["location"] == "/login?error=identity.provider_not_found"


async def test_a_provider_that_does_not_answer_is_told_to_the_visitor(
    browser: httpx.AsyncClient, server: OidcServer
):
    server.lies.status = 503
    answer = await browser.get(START)
    assert answer.headers["location"] == "/login?error=identity.provider_unavailable"


async def test_a_new_key_is_learned_at_once_and_then_once_a_minute(
    browser: httpx.AsyncClient, server: OidcServer, clock: FixedClock
):
    await trip(browser, server)
    server.keys = [rsa_key("second"), rsa_key("first")]
    assert await trip(browser, server) == "/login?error=identity.provider_answer_invalid"
    assert server.asked.count("/jwks") == 1
    server.now_s += 60
    clock.advance(timedelta(minutes=1))
    assert await trip(browser, server) == "/watch"
    assert server.asked.count("/jwks") == 2


# --- the way there and back -----------------------------------------------------------------------


async def test_another_browser_cannot_end_the_trip(
    browser: httpx.AsyncClient, server: OidcServer, visit: Visit, workshop: Workshop
):
    returned = await leave(browser, server)
    async with visit() as victim:
        assert await come_back(victim, returned) == "/login?error=identity.link_invalid"
        await leave(victim, server)
        assert await come_back(victim, returned) == "/login?error=identity.link_invalid"
        assert (await victim.get("/auth/me")).status_code == 401
    assert server.forms == []
    assert (None, ActivityKind.ONE_TIME_REFUSED) in await activities(workshop)
    assert await come_back(browser, returned) == "/watch"


async def test_a_trip_ends_once(browser: httpx.AsyncClient, server: OidcServer):
    returned = await leave(browser, server)
    cookies = dict(browser.cookies)
    await come_back(browser, returned)
    assert "__Host-sv_oidc" not in browser.cookies
    browser.cookies.update(cookies)
    assert await come_back(browser, returned) == "/login?error=identity.link_used"
    assert len(server.forms) == 1


async def test_two_returns_at_once_spend_one_trip(browser: httpx.AsyncClient, server: OidcServer):
    returned = await leave(browser, server)
    pages = await asyncio.gather(*(come_back(browser, returned) for _ in range(2)))
    assert sorted(pages) == ["/login?error=identity.link_used", "/watch"]


async def test_a_trip_ends_in_time(
    browser: httpx.AsyncClient, server: OidcServer, clock: FixedClock
):
    returned = await leave(browser, server)
    clock.advance(timedelta(minutes=10))
    assert await come_back(browser, returned) == "/login?error=identity.link_expired"


async def test_altered_and_missing_states_end_no_trip(
    browser: httpx.AsyncClient, server: OidcServer
):
    returned = await leave(browser, server)
    for state in ("", "nonsense", returned["state"][:-1], returned["state"] + "A"):
        page = await come_back(browser, {**returned, "state": state})
        assert page == "/login?error=identity.link_invalid"
    assert server.forms == []


async def test_the_records_hold_nothing_that_ends_a_trip(
    browser: httpx.AsyncClient, server: OidcServer, workshop: Workshop
):
    started = await browser.get(START)
    sent = query_of(started.headers["location"])
    secret = browser.cookies["__Host-sv_oidc"]
    flow = Flow.of(secret)
    assert (sent["nonce"], sent["code_challenge"]) == (flow.nonce, flow.challenge)
    [row] = await rows(workshop, OneTimeRow)
    kept = msgspec.json.encode([row.secret_hash, row.facts]).decode()
    for hidden in (secret, flow.verifier, sent["nonce"], sent["state"]):
        assert hidden not in kept


@pytest.mark.parametrize(
    ("asked", "page"),
    [
        ("/titles/1?t=5", "/titles/1?t=5"),
        ("https://evil.example.com/", "/"),
        ("//evil.example.com/", "/"),
        ("/\\evil.example.com", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\nb", "/"),
        ("/" + "a" * 512, "/"),
        ("", "/"),
    ],
)
def test_the_page_afterwards_is_one_of_ours(asked: str, page: str):
    assert safe_next(asked) == page


async def test_trips_that_lead_nowhere_have_to_pause(browser: httpx.AsyncClient):
    pages = [(await browser.get(START)).headers["location"] for _ in range(6)]
    assert pages[-1] == "/login?error=identity.too_many_attempts"
    assert all(page.startswith("http://127.0.0.1") for page in pages[:-1])


# --- second factors and sleeping accounts ---------------------------------------------------------


async def test_the_own_second_factor_still_counts(
    browser: httpx.AsyncClient,
    server: OidcServer,
    monkeypatch: pytest.MonkeyPatch,
    workshop: Workshop,
):
    from streamverse.domains.identity.service.second_factors import AccountFactors  # noqa: PLC0415

    await trip(browser, server)
    await browser.post("/auth/logout")

    async def methods_of(self: Any, work: Work, account_id: UUID) -> tuple[str, ...]:
        return ("totp", "passkey")

    monkeypatch.setattr(AccountFactors, "methods_of", methods_of)
    page = await trip(browser, server)
    assert page.startswith("/login?next=%2Fwatch#ticket=")
    assert page.endswith("&methods=totp%2Cpasskey")
    assert (await browser.get("/auth/me")).status_code == 401
    [ticket] = [row for row in await rows(workshop, OneTimeRow) if row.purpose == Purpose.LOG_IN]
    assert ticket.facts["amr"] == ["fed"]


async def test_a_sleeping_account_is_woken_with_a_ticket(
    browser: httpx.AsyncClient, server: OidcServer
):
    await trip(browser, server)
    assert (await browser.post("/auth/account/deactivate")).status_code == 204
    page = await trip(browser, server)
    head, _, ticket = page.partition("#ticket=")
    assert head == "/login?error=identity.account_deactivated"
    assert (await browser.get("/auth/me")).status_code == 401

    woken = await browser.post("/auth/account/reactivate", json={"ticket": ticket})
    assert (woken.status_code, woken.json()["email"]) == (200, "new@example.org")
    again = await browser.post("/auth/account/reactivate", json={"ticket": ticket})
    assert (again.status_code, again.json()["code"]) == (409, "identity.link_used")
    other = await browser.post("/auth/account/reactivate", json={"ticket": "nonsense"})
    assert (other.status_code, other.json()["code"]) == (403, "identity.link_invalid")


# --- links ----------------------------------------------------------------------------------------


async def test_an_account_is_linked_from_within_and_then_entered(
    browser: httpx.AsyncClient, server: OidcServer, people: People, workshop: Workshop
):
    server.person.update(email=VIEWER, email_verified=False)
    await log_in(browser)
    returned = await begin_link(browser, server)
    assert await come_back(browser, returned) == "/account/security"
    assert (people.viewer.account_id, ActivityKind.IDENTITY_LINKED) in await activities(workshop)
    # Doing so again changes nothing.
    assert await come_back(browser, await begin_link(browser, server)) == "/account/security"

    listed = (await browser.get("/auth/identities")).json()["items"]
    assert [(item["provider"], item["email"]) for item in listed] == [("example", VIEWER)]
    await browser.post("/auth/logout")
    assert await trip(browser, server) == "/watch"
    assert (await browser.get("/auth/me")).json()["id"] == str(people.viewer.account_id)


async def test_a_link_ends_where_it_began(
    browser: httpx.AsyncClient, server: OidcServer, workshop: Workshop
):
    await log_in(browser)
    returned = await begin_link(browser, server)
    await browser.post("/auth/logout")
    assert await come_back(browser, returned) == "/login?error=identity.link_invalid"
    await log_in(browser, "owner@example.org")
    assert await come_back(browser, returned) == "/login?error=identity.link_invalid"
    assert await rows(workshop, FederatedIdentityRow) == []


async def test_a_person_is_one_account(
    browser: httpx.AsyncClient, server: OidcServer, workshop: Workshop
):
    await trip(browser, server)
    await log_in(browser)
    page = await come_back(browser, await begin_link(browser, server))
    assert page == "/account/security?error=identity.identity_taken"
    assert len(await rows(workshop, FederatedIdentityRow)) == 1


async def test_linking_takes_a_log_in_of_late(browser: httpx.AsyncClient, clock: FixedClock):
    refused = await browser.post("/auth/oidc/example/link", json={})
    assert refused.status_code == 401
    await log_in(browser)
    clock.advance(timedelta(minutes=11))
    refused = await browser.post("/auth/oidc/example/link", json={})
    assert (refused.status_code, refused.json()["code"]) == (403, "identity.reauth_required")


async def test_a_link_is_removed_but_not_the_last_way_in(
    browser: httpx.AsyncClient, server: OidcServer, visit: Visit, workshop: Workshop
):
    await trip(browser, server)
    [identity] = await rows(workshop, FederatedIdentityRow)
    address = f"/auth/identities/{identity.id}"
    kept = await browser.delete(address)
    assert (kept.status_code, kept.json()["code"]) == (409, "identity.last_way_in")
    assert len(await rows(workshop, FederatedIdentityRow)) == 1

    async with visit() as other:
        await log_in(other)
        foreign = await other.delete(address)
        assert (foreign.status_code, foreign.json()["code"]) == (404, "identity.identity_not_found")

    async with workshop.work(Actor.system()) as work:
        await work.session.execute(update(AccountRow).values(password_hash="x"))
    assert (await browser.delete(address)).status_code == 204
    assert await rows(workshop, FederatedIdentityRow) == []
    assert (identity.account_id, ActivityKind.IDENTITY_UNLINKED) in await activities(workshop)


async def test_two_first_log_ins_at_once_make_one_account(
    server: OidcServer, visit: Visit, workshop: Workshop, people: People
):
    async with visit() as one, visit() as other:
        trips = [(client, await leave(client, server)) for client in (one, other)]
        pages = await asyncio.gather(*(come_back(client, back) for client, back in trips))
    assert set(pages) <= {
        "/watch",
        "/login?error=identity.identity_taken",
        "/login?error=identity.link_needed",
    }
    assert "/watch" in pages
    async with workshop.reading(people.nobody) as work:
        count = await work.session.scalar(
            select(func.count()).where(AccountRow.email == "new@example.org")
        )
        assert count == 1
        assert await Accounts(work).find_by_email("new@example.org") is not None
