"""Logging in on a television: a code on the screen, approved on a phone, redeemed once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from streamverse.domains.identity.contracts import ActivityKind, IdentitySettings
from streamverse.domains.identity.errors import LinkUsed
from streamverse.domains.identity.jobs import DropExpiredSessions, handlers
from streamverse.domains.identity.models import ActivityRow, DeviceRow, SessionRow, TvLogInRow
from streamverse.domains.identity.rules.tv import (
    LETTERS,
    read_user_code,
    show_user_code,
    spell_user_code,
)
from streamverse.domains.identity.service import tv as service
from streamverse.domains.identity.service.visits import NOWHERE
from streamverse.kit.clock import FixedClock
from streamverse.kit.work import Actor, Workshop
from tests.factories.accounts import PASSWORD, People

CODE, TOKEN = "/auth/device/code", "/auth/device/token"
VIEWER = "viewer@example.org"
SAMSUNG = {"User-Agent": "Mozilla/5.0 (SMART-TV; Linux; Tizen 8.0) SamsungBrowser/5.0 TV Safari"}

Visit = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]
Json = dict[str, Any]


@pytest.fixture
async def tv(visit: Visit, people: People) -> AsyncGenerator[httpx.AsyncClient]:
    """Switch a television on."""
    async with visit(headers=SAMSUNG) as client:
        yield client


@pytest.fixture
async def phone(visit: Visit, people: People) -> AsyncGenerator[httpx.AsyncClient]:
    """Log the viewer in on a phone."""
    async with visit() as client:
        given = {"email": VIEWER, "password": PASSWORD}
        assert (await client.post("/auth/login", json=given)).status_code == 200
        yield client


async def begin(tv: httpx.AsyncClient, **said: str) -> Json:
    answer = await tv.post(CODE, json={"client_name": "Living room", **said})
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    return answer.json()


async def ask(tv: httpx.AsyncClient, codes: Json) -> httpx.Response:
    return await tv.post(TOKEN, json={"device_code": codes["device_code"]})


async def decide(phone: httpx.AsyncClient, codes: Json, how: str) -> httpx.Response:
    return await phone.post(f"/auth/device/{codes['user_code']}/{how}")


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def rows(workshop: Workshop, table: type[Any]) -> list[Any]:
    async with workshop.reading(Actor.system()) as work:
        return list((await work.session.scalars(select(table).order_by(table.id))).all())


async def test_a_television_is_logged_in(
    tv: httpx.AsyncClient, phone: httpx.AsyncClient, people: People, workshop: Workshop
):
    codes = await begin(tv)
    assert (codes["expires_in"], codes["interval"]) == (600, 5)
    assert codes["verification_uri"] == "https://video.example.org/activate"
    complete = f"https://video.example.org/activate?code={codes['user_code']}"
    assert codes["verification_uri_complete"] == complete
    assert codes["qr_svg"].startswith("<svg")
    assert problem(await ask(tv, codes)) == (400, "identity.authorization_pending")

    shown = (await phone.get(f"/auth/device/{codes['user_code']}")).json()
    assert (shown["client_name"], shown["browser"], shown["os"]) == (
        "Living room",
        "Samsung Internet",
        "Tizen",
    )
    assert (shown["user_code"], shown["ip"]) == (codes["user_code"], "127.0.0.1")
    assert (await decide(phone, codes, "approve")).status_code == 204

    redeemed = await ask(tv, codes)
    assert problem(redeemed) == (400, "identity.slow_down")


async def test_it_goes_on_with_tokens(
    tv: httpx.AsyncClient,
    phone: httpx.AsyncClient,
    people: People,
    workshop: Workshop,
):
    codes = await begin(tv)
    await decide(phone, codes, "approve")
    redeemed = await ask(tv, codes)
    assert (redeemed.status_code, redeemed.headers["cache-control"]) == (200, "no-store")
    tokens = redeemed.json()
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert (await tv.get("/auth/me", headers=bearer)).json()["email"] == VIEWER
    renewed = await tv.post("/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert renewed.status_code == 200
    television = (await rows(workshop, DeviceRow))[-1]
    assert (television.name, television.kind) == ("Living room", "tv")
    kinds = [row.kind for row in await rows(workshop, ActivityRow)]
    assert ActivityKind.TV_LOGGED_IN in kinds

    again = await ask(tv, codes)
    assert problem(again) == (409, "identity.link_used")
    refusals = [
        (row.account_id, row.facts)
        for row in await rows(workshop, ActivityRow)
        if row.kind == ActivityKind.ONE_TIME_REFUSED
    ]
    assert refusals == [(people.viewer.account_id, {"purpose": "tv_log_in"})]


async def test_a_page_in_a_browser_goes_on_with_its_cookie(
    tv: httpx.AsyncClient, phone: httpx.AsyncClient
):
    codes = await begin(tv, kind="browser")
    await decide(phone, codes, "approve")
    redeemed = await ask(tv, codes)
    assert (redeemed.status_code, redeemed.json()["email"]) == (200, VIEWER)
    assert (await tv.get("/auth/me")).json()["email"] == VIEWER


async def test_of_two_at_once_one_is_logged_in(
    tv: httpx.AsyncClient, phone: httpx.AsyncClient, workshop: Workshop
):
    codes = await begin(tv)
    before = len(await rows(workshop, SessionRow))
    await decide(phone, codes, "approve")
    answers = await asyncio.gather(*(ask(tv, codes) for _ in range(3)))
    assert [answer.status_code for answer in answers].count(200) == 1
    assert len(await rows(workshop, SessionRow)) == before + 1


async def test_of_two_redemptions_at_once_one_wins(
    tv: httpx.AsyncClient,
    phone: httpx.AsyncClient,
    people: People,
    workshop: Workshop,
    identity_settings: IdentitySettings,
):
    codes = await begin(tv)
    await decide(phone, codes, "approve")
    before = len(await rows(workshop, SessionRow))

    async def redeem() -> None:
        async with workshop.work(people.nobody) as work:
            await service.redeem(work, identity_settings, codes["device_code"], NOWHERE)

    outcomes = await asyncio.gather(*(redeem() for _ in range(3)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes if outcome is not None] == [LinkUsed, LinkUsed]
    assert len(await rows(workshop, SessionRow)) == before + 1


async def test_a_denied_television_is_told_so(
    tv: httpx.AsyncClient, phone: httpx.AsyncClient, workshop: Workshop
):
    codes = await begin(tv)
    assert (await decide(phone, codes, "deny")).status_code == 204
    assert problem(await ask(tv, codes)) == (400, "identity.denied")
    assert problem(await decide(phone, codes, "approve")) == (404, "identity.tv_code_not_found")
    assert problem(await ask(tv, codes)) == (400, "identity.denied")


async def test_whoever_asks_too_often_has_to_slow_down(tv: httpx.AsyncClient, clock: FixedClock):
    codes = await begin(tv)
    assert problem(await ask(tv, codes)) == (400, "identity.authorization_pending")
    clock.advance(timedelta(seconds=4))
    refused = await ask(tv, codes)
    assert problem(refused) == (400, "identity.slow_down")
    assert refused.json()["facts"] == {"interval_s": 10}
    clock.advance(timedelta(seconds=9))
    assert (await ask(tv, codes)).json()["facts"] == {"interval_s": 15}
    clock.advance(timedelta(seconds=15))
    assert problem(await ask(tv, codes)) == (400, "identity.authorization_pending")


async def test_a_code_lasts_ten_minutes(
    tv: httpx.AsyncClient,
    phone: httpx.AsyncClient,
    clock: FixedClock,
    workshop: Workshop,
    identity_settings: Any,
):
    pending, approved = await begin(tv), await begin(tv)
    await decide(phone, approved, "approve")
    clock.advance(timedelta(minutes=10))
    for codes in (pending, approved):
        assert problem(await ask(tv, codes)) == (400, "identity.expired")
    assert problem(await decide(phone, pending, "approve")) == (404, "identity.tv_code_not_found")

    [drop] = [h for h in handlers(identity_settings) if h.arguments is DropExpiredSessions]
    assert drop.brief is not None
    async with workshop.work(Actor.system()) as work:
        await drop.brief(work, DropExpiredSessions())
    assert await rows(workshop, TvLogInRow) == []


@pytest.mark.parametrize("device_code", ["", "nonsense"])
async def test_a_made_up_device_code_is_refused(tv: httpx.AsyncClient, device_code: str):
    answer = await tv.post(TOKEN, json={"device_code": device_code})
    assert problem(answer) == (403, "identity.link_invalid")


async def test_the_code_on_the_screen_is_not_the_one_to_ask_with(
    tv: httpx.AsyncClient, phone: httpx.AsyncClient
):
    codes = await begin(tv)
    await decide(phone, codes, "approve")
    stolen = await tv.post(TOKEN, json={"device_code": codes["user_code"]})
    assert problem(stolen) == (403, "identity.link_invalid")


async def test_nobody_guesses_codes(
    tv: httpx.AsyncClient, phone: httpx.AsyncClient, clock: FixedClock
):
    codes = await begin(tv)
    for _ in range(5):
        missed = await phone.get("/auth/device/BBBB-BBBB")
        assert problem(missed) == (404, "identity.tv_code_not_found")
    barred = await decide(phone, codes, "approve")
    assert problem(barred) == (429, "identity.too_many_attempts")
    assert barred.headers["retry-after"] == "1"
    clock.advance(timedelta(seconds=1))
    assert (await decide(phone, codes, "approve")).status_code == 204


async def test_nobody_who_is_not_logged_in_decides(tv: httpx.AsyncClient):
    codes = await begin(tv)
    assert (await tv.get(f"/auth/device/{codes['user_code']}")).status_code == 401
    for how in ("approve", "deny"):
        assert (await decide(tv, codes, how)).status_code == 401


async def test_another_service_does_not_know_the_code(tv: httpx.AsyncClient, clients: Any):
    codes = await begin(tv)
    answer = await decide(clients.stranger, codes, "approve")
    assert problem(answer) == (404, "identity.tv_code_not_found")


async def test_the_television_is_no_fresher_than_the_phone(
    tv: httpx.AsyncClient, phone: httpx.AsyncClient, clock: FixedClock
):
    clock.advance(timedelta(minutes=11))
    codes = await begin(tv, kind="browser")
    await decide(phone, codes, "approve")
    assert (await ask(tv, codes)).status_code == 200
    refused = await tv.post("/auth/account/deactivate")
    assert problem(refused) == (403, "identity.reauth_required")


async def test_an_approval_ends_with_the_session_that_gave_it(
    tv: httpx.AsyncClient, phone: httpx.AsyncClient
):
    codes = await begin(tv)
    await decide(phone, codes, "approve")
    await phone.post("/auth/sessions/revoke-all")
    assert problem(await ask(tv, codes)) == (403, "identity.link_invalid")


async def test_a_home_that_wants_many_codes_has_to_pause(tv: httpx.AsyncClient):
    for _ in range(5):
        await begin(tv)
    barred = await tv.post(CODE, json={})
    assert problem(barred) == (429, "identity.too_many_attempts")


@pytest.mark.parametrize("body", [{"kind": "owner"}, {"client_name": "x" * 1001}, []])
async def test_what_no_television_says_is_refused(tv: httpx.AsyncClient, body: Any):
    assert (await tv.post(CODE, json=body)).status_code == 422


def test_codes_are_spelt_without_lookalikes():
    assert spell_user_code(0) == "BBBBBBBB"
    assert spell_user_code(20**8 - 1) == "ZZZZZZZZ"
    assert len({spell_user_code(number * 7919) for number in range(1000)}) == 1000
    assert not set(LETTERS) & set("0123456789AEIOUY")
    assert show_user_code("BCDFGHJK") == "BCDF-GHJK"


@pytest.mark.parametrize("typed", ["BCDF-GHJK", "bcdfghjk", " bcdf ghjk ", "b-c-d-f-g-h-j-k"])
def test_codes_are_read_however_they_are_typed(typed: str):
    assert read_user_code(typed) == "BCDFGHJK"
