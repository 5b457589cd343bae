"""Showing once more who one is, and changing the password, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import TYPE_CHECKING

import httpx
import pytest
from sqlalchemy import select

from streamverse.domains.identity.contracts import PasswordChanged
from streamverse.domains.identity.models import AccountRow, ActivityRow
from streamverse.kit.clock import FixedClock
from streamverse.kit.events import EventRow, event_name
from streamverse.kit.work import Actor, Workshop
from tests.factories.accounts import PASSWORD, People

if TYPE_CHECKING:
    from tests.conftest import Clients
    from tests.conftest import Visit as OpenClient

VIEWER = {"email": "viewer@example.org", "password": PASSWORD}
NEW_PASSWORD = "four kettles on stilts"
COOKIE = "__Host-sv_session"
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
async def browser(visit: OpenClient, people: People) -> AsyncGenerator[httpx.AsyncClient]:
    """Log the viewer in on a browser."""
    assert people
    async with visit(headers=SAME_SITE) as client:
        assert (await client.post("/auth/login", json=VIEWER)).status_code == 200
        yield client


async def kinds(workshop: Workshop) -> list[str]:
    async with workshop.reading(Actor.system()) as work:
        return list(await work.session.scalars(select(ActivityRow.kind).order_by(ActivityRow.id)))


async def hashes(workshop: Workshop) -> set[str]:
    async with workshop.reading(Actor.system()) as work:
        return set(await work.session.scalars(select(AccountRow.password_hash)))


def moment(clock: FixedClock, **later: float) -> str:
    return (clock.now() + timedelta(**later)).isoformat().replace("+00:00", "Z")


async def change(client: httpx.AsyncClient, password: str = NEW_PASSWORD) -> httpx.Response:
    return await client.post("/auth/password", json={"new_password": password})


async def test_something_sensitive_needs_a_fresh_log_in(
    browser: httpx.AsyncClient, workshop: Workshop, clock: FixedClock
) -> None:
    clock.advance(timedelta(minutes=10, seconds=1))
    before = await hashes(workshop)

    refused = await change(browser)

    assert (refused.status_code, refused.json()["code"]) == (403, "identity.reauth_required")
    assert await hashes(workshop) == before


async def test_a_password_shown_again_makes_the_log_in_fresh_and_its_secret_new(
    browser: httpx.AsyncClient, workshop: Workshop, visit: OpenClient, clock: FixedClock
) -> None:
    clock.advance(timedelta(days=1))
    former = browser.cookies[COOKIE]

    shown = await browser.post("/auth/reauth", json={"password": PASSWORD})

    assert shown.status_code == 200
    assert shown.headers["cache-control"] == "no-store"
    assert shown.json() == {
        "authenticated_at": moment(clock),
        "valid_until": moment(clock, minutes=10),
    }
    assert browser.cookies[COOKIE] != former
    async with visit(cookies={COOKIE: former}) as thief:
        assert (await thief.get("/auth/me")).status_code == 401
    assert (await change(browser)).status_code == 204
    assert "reauthenticated" in await kinds(workshop)


async def test_a_wrong_password_makes_nothing_fresh(
    browser: httpx.AsyncClient, workshop: Workshop, clock: FixedClock
) -> None:
    clock.advance(timedelta(days=1))
    former = browser.cookies[COOKIE]

    wrong = await browser.post("/auth/reauth", json={"password": "wrong"})

    assert (wrong.status_code, wrong.json()["code"]) == (403, "identity.password_wrong")
    assert browser.cookies[COOKIE] == former
    assert (await change(browser)).status_code == 403
    assert (await kinds(workshop))[-1] == "reauthentication_failed"


@pytest.mark.parametrize("shown", [{"code": "123456"}, {"backup_code": "x"}, {}])
async def test_a_factor_that_the_account_does_not_have_is_wrong(
    browser: httpx.AsyncClient, workshop: Workshop, shown: dict[str, str]
) -> None:
    wrong = await browser.post("/auth/reauth", json=shown)

    assert (wrong.status_code, wrong.json()["code"]) == (403, "identity.factor_wrong")
    assert (await kinds(workshop))[-1] == "reauthentication_failed"


async def test_guessing_is_slowed_down_here_too(browser: httpx.AsyncClient) -> None:
    for _ in range(5):
        assert (await browser.post("/auth/reauth", json={"password": "no"})).status_code == 403

    barred = await browser.post("/auth/reauth", json={"password": PASSWORD})

    assert (barred.status_code, barred.headers["retry-after"]) == (429, "1")


async def test_a_program_shows_it_again_without_a_cookie(
    clients: Clients, clock: FixedClock
) -> None:
    clock.advance(timedelta(hours=1))
    assert (await change(clients.viewer)).status_code == 403

    shown = await clients.viewer.post("/auth/reauth", json={"password": PASSWORD})

    assert (shown.status_code, "set-cookie" in shown.headers) == (200, False)
    assert (await change(clients.viewer)).status_code == 204


async def test_another_password_ends_the_other_sessions(
    browser: httpx.AsyncClient, clients: Clients, workshop: Workshop, people: People
) -> None:
    former = browser.cookies[COOKIE]

    changed = await change(browser)

    assert changed.status_code == 204
    assert browser.cookies[COOKIE] != former
    assert (await browser.get("/auth/me")).status_code == 200
    assert (await clients.viewer.get("/auth/me")).status_code == 401
    old = await clients.nobody.post("/auth/login", json=VIEWER)
    assert (old.status_code, old.json()["code"]) == (401, "identity.wrong_credentials")
    new = await clients.nobody.post("/auth/token", json={**VIEWER, "password": NEW_PASSWORD})
    assert new.status_code == 200
    assert "password_changed" in await kinds(workshop)
    async with workshop.reading(Actor.system()) as work:
        told = (await work.session.scalars(select(EventRow))).all()
    (event,) = [row for row in told if row.name == event_name(PasswordChanged)]
    assert event.payload == {"account_id": str(people.viewer.account_id)}


@pytest.mark.parametrize("password", ["short", "password1", "viewer@example.org", "x" * 257])
async def test_a_password_that_will_not_do_changes_nothing(
    browser: httpx.AsyncClient, workshop: Workshop, password: str
) -> None:
    before, former = await hashes(workshop), browser.cookies[COOKIE]

    refused = await change(browser, password)

    assert (refused.status_code, refused.json()["code"]) == (422, "kit.invalid")
    assert [found["field"] for found in refused.json()["fields"]] == ["password"]
    assert await hashes(workshop) == before
    assert browser.cookies[COOKIE] == former


async def test_an_answer_with_a_secret_is_not_kept_for_repeating(
    clients: Clients, clock: FixedClock
) -> None:
    key = {"Idempotency-Key": "once"}
    clock.advance(timedelta(hours=1))
    shown = await clients.viewer.post("/auth/reauth", json={"password": PASSWORD}, headers=key)

    again = await clients.viewer.post("/auth/reauth", json={"password": PASSWORD}, headers=key)

    assert (shown.status_code, again.status_code) == (200, 200)
    assert "idempotency-replayed" not in again.headers
