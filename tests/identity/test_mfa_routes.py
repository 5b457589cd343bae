"""Two-factor log-in over HTTP: turned on, asked for and turned off."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from sqlalchemy import update

from streamverse.domains.identity.models import (
    ActivityRow,
    AuthenticatorAppRow,
    BackupCodeRow,
    DeviceRow,
    FactorSetRow,
    SessionRow,
)
from streamverse.kit.clock import FixedClock
from streamverse.kit.work import Actor, Workshop
from tests.factories.accounts import PASSWORD
from tests.factories.factors import (
    COOKIE,
    FACTOR_WRONG,
    HEADERS,
    VIEWER,
    Phone,
    factor_events,
    finish,
    kinds,
    refusal,
    rows,
    ticket,
    turn_on,
)

if TYPE_CHECKING:
    from tests.conftest import Clients
    from tests.conftest import Visit as OpenClient

MINUTE = timedelta(minutes=1)


# --- turning it on --------------------------------------------------------------------------------


async def test_an_app_is_set_up_by_picture_and_confirmed_by_its_code(
    browser: httpx.AsyncClient, workshop: Workshop, clock: FixedClock
) -> None:
    former = browser.cookies[COOKIE]
    assert (await browser.get("/auth/mfa")).json() == {"is_enabled": False, "methods": []}

    setup = await browser.post("/auth/mfa/setup")

    assert setup.headers["cache-control"] == "no-store"
    shown = setup.json()
    assert shown["qr_svg"].startswith("<svg ")
    assert shown["otpauth_uri"].startswith("otpauth://totp/video.example.org:viewer%40example.org?")
    assert f"secret={shown['secret']}" in shown["otpauth_uri"]
    assert (await browser.get("/auth/mfa")).json()["is_enabled"] is False
    phone = Phone(shown["secret"], clock)

    confirmed = await browser.post("/auth/mfa/verify", json={"code": phone.code()})

    assert confirmed.status_code == 200
    assert confirmed.headers["cache-control"] == "no-store"
    assert len(set(confirmed.json()["codes"])) == 10
    assert browser.cookies[COOKIE] != former
    assert (await browser.get("/auth/mfa")).json() == {
        "is_enabled": True,
        "methods": ["totp", "backup_code"],
    }
    assert await factor_events(workshop) == ["identity.second_factor_enabled"]
    assert (await kinds(workshop))[-1] == "second_factor_enabled"


async def test_nothing_that_is_kept_gives_a_code_away(
    browser: httpx.AsyncClient, workshop: Workshop, clock: FixedClock
) -> None:
    setup = (await browser.post("/auth/mfa/setup")).json()
    codes = (
        await browser.post("/auth/mfa/verify", json={"code": Phone(setup["secret"], clock).code()})
    ).json()["codes"]

    (app,) = await rows(workshop, AuthenticatorAppRow)
    assert setup["secret"].encode() not in app.secret_sealed
    hashes = {row.code_hash for row in await rows(workshop, BackupCodeRow)}
    assert len(hashes) == 10
    assert all(len(code_hash) == 64 for code_hash in hashes)
    assert hashes.isdisjoint(codes)


async def test_a_wrong_first_code_changes_nothing_and_is_written_down(
    browser: httpx.AsyncClient, workshop: Workshop, clock: FixedClock
) -> None:
    setup = (await browser.post("/auth/mfa/setup")).json()

    refused = await browser.post("/auth/mfa/verify", json={"code": "000000"})

    assert refusal(refused) == FACTOR_WRONG
    assert (await kinds(workshop))[-1] == "second_factor_failed"
    assert await rows(workshop, BackupCodeRow) == []
    code = Phone(setup["secret"], clock).code()
    assert (await browser.post("/auth/mfa/verify", json={"code": code})).status_code == 200


async def test_a_set_up_waits_an_hour_and_only_the_latest_counts(
    browser: httpx.AsyncClient, clock: FixedClock
) -> None:
    missing = (409, "identity.totp_setup_missing")
    assert refusal(await browser.post("/auth/mfa/verify", json={"code": "000000"})) == missing
    first = Phone((await browser.post("/auth/mfa/setup")).json()["secret"], clock)
    second = Phone((await browser.post("/auth/mfa/setup")).json()["secret"], clock)
    assert (
        refusal(await browser.post("/auth/mfa/verify", json={"code": first.code()})) == FACTOR_WRONG
    )
    clock.advance(timedelta(hours=1))
    await browser.post("/auth/reauth", json={"password": PASSWORD})

    assert refusal(await browser.post("/auth/mfa/verify", json={"code": second.code()})) == missing


async def test_a_new_phone_takes_the_place_of_the_old_one(
    browser: httpx.AsyncClient, elsewhere: httpx.AsyncClient, clock: FixedClock
) -> None:
    old_phone, old_codes = await turn_on(browser, clock)
    clock.advance(MINUTE)
    setup = (await browser.post("/auth/mfa/setup")).json()
    # Until the new one is confirmed, the old one is asked.
    assert (await finish(elsewhere, code=old_phone.code())).status_code == 200
    new_phone = Phone(setup["secret"], clock)
    await browser.post("/auth/mfa/verify", json={"code": new_phone.code()})

    assert refusal(await finish(elsewhere, code=old_phone.next_code())) == FACTOR_WRONG
    assert refusal(await finish(elsewhere, backup_code=old_codes[0])) == FACTOR_WRONG
    assert (await finish(elsewhere, code=new_phone.code())).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/auth/mfa/setup"),
        ("POST", "/auth/mfa/verify"),
        ("POST", "/auth/mfa/disable"),
        ("GET", "/auth/mfa/backup-codes"),
        ("POST", "/auth/mfa/backup-codes"),
        ("GET", "/auth/recovery-codes"),
    ],
)
async def test_factors_are_touched_only_soon_after_a_log_in(
    browser: httpx.AsyncClient, clients: Clients, clock: FixedClock, method: str, path: str
) -> None:
    json = {"code": "000000"} if method == "POST" else None
    assert (await clients.nobody.request(method, path, json=json)).status_code == 401
    clock.advance(timedelta(minutes=11))

    refused = await browser.request(method, path, json=json)

    assert refusal(refused) == (403, "identity.reauth_required")


# --- logging in -----------------------------------------------------------------------------------


async def test_a_code_is_good_once(
    browser: httpx.AsyncClient,
    elsewhere: httpx.AsyncClient,
    workshop: Workshop,
    clock: FixedClock,
) -> None:
    phone, _ = await turn_on(browser, clock)
    assert refusal(await finish(elsewhere, code=phone.code())) == FACTOR_WRONG, (
        "it confirmed the app"
    )
    code = phone.next_code()

    assert (await finish(elsewhere, code=code)).status_code == 200

    elsewhere.cookies.clear()
    assert refusal(await finish(elsewhere, code=code)) == FACTOR_WRONG
    assert (await kinds(workshop))[-1] == "second_factor_failed"


async def test_a_code_ahead_of_time_voids_those_before_it(
    browser: httpx.AsyncClient, elsewhere: httpx.AsyncClient, clock: FixedClock
) -> None:
    phone, _ = await turn_on(browser, clock)
    clock.advance(MINUTE)

    assert (await finish(elsewhere, code=phone.code_of_a_fast_clock())).status_code == 200

    elsewhere.cookies.clear()
    assert refusal(await finish(elsewhere, code=phone.code())) == FACTOR_WRONG


@pytest.mark.parametrize("kind", ["code", "backup_code"])
async def test_of_many_who_show_one_code_at_once_exactly_one_gets_in(
    browser: httpx.AsyncClient,
    elsewhere: httpx.AsyncClient,
    workshop: Workshop,
    clock: FixedClock,
    kind: str,
) -> None:
    phone, codes = await turn_on(browser, clock)
    shown = {"code": phone.next_code(), "backup_code": codes[0]}[kind]
    tickets = [await ticket(elsewhere) for _ in range(4)]

    answers = await asyncio.gather(
        *(elsewhere.post("/auth/login/mfa", json={"ticket": each, kind: shown}) for each in tickets)
    )

    assert sorted(answer.status_code for answer in answers) == [200, 403, 403, 403]
    assert len(await rows(workshop, SessionRow)) == 2
    used = [row for row in await rows(workshop, BackupCodeRow) if row.used_at]
    assert len(used) == (kind == "backup_code")


async def test_a_backup_code_is_good_once_however_it_is_typed(
    browser: httpx.AsyncClient,
    elsewhere: httpx.AsyncClient,
    workshop: Workshop,
    clock: FixedClock,
) -> None:
    _, codes = await turn_on(browser, clock)
    typed = codes[0].replace("-", " ").upper()

    entered = await elsewhere.post(
        "/auth/mfa/validate-backup",
        json={"ticket": await ticket(elsewhere), "code": typed, "trust_device": True},
    )

    assert entered.status_code == 200
    assert entered.json()["email"] == "viewer@example.org"
    assert (await elsewhere.get("/auth/me")).status_code == 200
    assert (await browser.get("/auth/recovery-codes")).json() == {
        "left": 9,
        "total": 10,
        "made_at": "2030-01-01T00:00:00Z",
    }
    devices = await rows(workshop, DeviceRow)
    assert sorted(device.trusted_until is not None for device in devices) == [False, True]
    written = [row for row in await rows(workshop, ActivityRow) if row.kind == "backup_code_used"]
    assert [row.facts for row in written] == [{"left": 9}]
    elsewhere.cookies.clear()
    again = {"ticket": await ticket(elsewhere), "code": codes[0]}
    assert refusal(await elsewhere.post("/auth/mfa/validate-backup", json=again)) == FACTOR_WRONG


async def test_without_backup_codes_left_they_are_no_method(
    browser: httpx.AsyncClient,
    elsewhere: httpx.AsyncClient,
    workshop: Workshop,
    clock: FixedClock,
) -> None:
    await turn_on(browser, clock)
    async with workshop.work(Actor.system()) as work:
        await work.session.execute(update(BackupCodeRow).values(used_at=clock.now()))

    asked = await elsewhere.post("/auth/login", json=VIEWER)

    assert asked.json()["methods"] == ["totp"]


async def test_new_backup_codes_void_the_old_ones(
    browser: httpx.AsyncClient,
    elsewhere: httpx.AsyncClient,
    workshop: Workshop,
    clock: FixedClock,
) -> None:
    _, old = await turn_on(browser, clock)

    made = await browser.post("/auth/mfa/backup-codes")

    assert (made.status_code, made.headers["cache-control"]) == (201, "no-store")
    new = made.json()["codes"]
    assert (len(set(new)), set(new) & set(old)) == (10, set())
    assert (await kinds(workshop))[-1] == "backup_codes_made"
    assert refusal(await finish(elsewhere, backup_code=old[0])) == FACTOR_WRONG
    assert (await finish(elsewhere, backup_code=new[0])).status_code == 200


async def test_backup_codes_come_only_with_an_app(
    browser: httpx.AsyncClient, workshop: Workshop
) -> None:
    none_yet = await browser.get("/auth/mfa/backup-codes")
    assert none_yet.json() == {"left": 0, "total": 0, "made_at": None}

    refused = await browser.post("/auth/mfa/backup-codes")

    assert refusal(refused) == (409, "identity.second_factor_off")
    assert await rows(workshop, BackupCodeRow) == []


async def test_codes_of_somebody_else_open_nothing(
    browser: httpx.AsyncClient,
    elsewhere: httpx.AsyncClient,
    visit: OpenClient,
    clock: FixedClock,
) -> None:
    await turn_on(browser, clock)
    async with visit(headers=HEADERS) as other:
        owner = {"email": "owner@example.org", "password": PASSWORD}
        assert (await other.post("/auth/login", json=owner)).status_code == 200
        phone, codes = await turn_on(other, clock)

    assert refusal(await finish(elsewhere, code=phone.next_code())) == FACTOR_WRONG
    assert refusal(await finish(elsewhere, backup_code=codes[0])) == FACTOR_WRONG


async def test_wrong_codes_pause_the_account_wherever_they_come_from(
    browser: httpx.AsyncClient,
    elsewhere: httpx.AsyncClient,
    application: Any,
    workshop: Workshop,
    clock: FixedClock,
) -> None:
    _, codes = await turn_on(browser, clock)
    for number in range(5):
        # Each from a network of its own, so that no throttle of one process sees a pattern.
        transport = httpx.ASGITransport(application, client=(f"198.51.{number}.7", 1))
        async with httpx.AsyncClient(
            transport=transport, base_url="https://video.example.org/api/v1", headers=HEADERS
        ) as guesser:
            assert refusal(await finish(guesser, code="000000")) == FACTOR_WRONG

    paused = await finish(elsewhere, backup_code=codes[0])

    assert refusal(paused) == (429, "identity.factor_paused")
    assert paused.headers["retry-after"] == "30"
    assert len(await rows(workshop, SessionRow)) == 1
    clock.advance(timedelta(seconds=30))
    assert (await finish(elsewhere, backup_code=codes[0])).status_code == 200


async def test_a_right_code_forgets_the_wrong_ones(
    browser: httpx.AsyncClient,
    elsewhere: httpx.AsyncClient,
    workshop: Workshop,
    clock: FixedClock,
) -> None:
    phone, _ = await turn_on(browser, clock)
    for _ in range(4):
        assert refusal(await finish(elsewhere, code="000000")) == FACTOR_WRONG
    (counted,) = await rows(workshop, FactorSetRow)
    assert counted.failures == 4

    assert (await finish(elsewhere, code=phone.next_code())).status_code == 200

    (counted,) = await rows(workshop, FactorSetRow)
    assert (counted.failures, counted.paused_until) == (0, None)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"code": ""},
        {"code": "000000"},
        {"backup_code": ""},
        {"backup_code": "0000-0000"},
        {"backup_code": "☃" * 64},
        {"passkey": {}},
        {"passkey": {"ticket": 7, "credential": []}},
        {"passkey": {"ticket": "none", "credential": {"id": "x"}}},
    ],
)
async def test_whatever_else_is_shown_is_refused(
    browser: httpx.AsyncClient,
    elsewhere: httpx.AsyncClient,
    workshop: Workshop,
    clock: FixedClock,
    answer: dict[str, object],
) -> None:
    await turn_on(browser, clock)

    assert refusal(await finish(elsewhere, **answer)) == FACTOR_WRONG

    assert len(await rows(workshop, SessionRow)) == 1
    assert (await kinds(workshop))[-1] == "second_factor_failed"


async def test_an_app_confirms_that_it_is_you(
    browser: httpx.AsyncClient, clock: FixedClock
) -> None:
    phone, codes = await turn_on(browser, clock)
    clock.advance(timedelta(hours=1))

    assert (await browser.post("/auth/reauth", json={"code": phone.code()})).status_code == 200
    assert refusal(await browser.post("/auth/reauth", json={"code": phone.code()})) == FACTOR_WRONG
    used = await browser.post("/auth/reauth", json={"backup_code": codes[0]})
    assert used.status_code == 200
    assert (await browser.get("/auth/mfa/backup-codes")).json()["left"] == 9


async def test_a_program_shows_its_code_along(
    browser: httpx.AsyncClient, elsewhere: httpx.AsyncClient, clock: FixedClock
) -> None:
    phone, _ = await turn_on(browser, clock)

    asked = await elsewhere.post("/auth/token", json=VIEWER)
    shown = {**VIEWER, "mfa": {"code": phone.next_code()}}
    given = await elsewhere.post("/auth/token", json=shown)
    replayed = await elsewhere.post("/auth/token", json=shown)

    assert refusal(asked) == (401, "identity.second_factor_required")
    assert asked.json()["facts"] == {"methods": ["totp", "backup_code"]}
    assert given.status_code == 200
    assert refusal(replayed) == FACTOR_WRONG


# --- turning it off -------------------------------------------------------------------------------


async def test_turned_off_the_password_is_enough_and_no_device_stays_trusted(
    browser: httpx.AsyncClient,
    elsewhere: httpx.AsyncClient,
    workshop: Workshop,
    clock: FixedClock,
) -> None:
    phone, _ = await turn_on(browser, clock)
    assert (await finish(elsewhere, code=phone.next_code(), trust_device=True)).status_code == 200
    former = browser.cookies[COOKIE]

    off = await browser.post("/auth/mfa/disable")

    assert off.status_code == 204
    assert browser.cookies[COOKIE] != former
    assert (await browser.get("/auth/mfa")).json() == {"is_enabled": False, "methods": []}
    assert await rows(workshop, AuthenticatorAppRow) == []
    assert await rows(workshop, BackupCodeRow) == []
    assert [device.trusted_until for device in await rows(workshop, DeviceRow)] == [None, None]
    assert await factor_events(workshop) == [
        "identity.second_factor_enabled",
        "identity.second_factor_disabled",
    ]
    assert (await kinds(workshop))[-1] == "second_factor_disabled"
    elsewhere.cookies.clear()
    assert (await elsewhere.post("/auth/login", json=VIEWER)).status_code == 200


async def test_turning_off_what_is_off_tells_nobody(
    browser: httpx.AsyncClient, workshop: Workshop
) -> None:
    before = await kinds(workshop)

    assert (await browser.post("/auth/mfa/disable")).status_code == 204

    assert (await kinds(workshop), await factor_events(workshop)) == (before, [])


async def test_turning_on_forgets_trusted_devices(
    browser: httpx.AsyncClient, workshop: Workshop, clock: FixedClock
) -> None:
    async with workshop.work(Actor.system()) as work:
        until = clock.now() + timedelta(days=9)
        await work.session.execute(update(DeviceRow).values(trusted_until=until))

    await turn_on(browser, clock)

    assert [device.trusted_until for device in await rows(workshop, DeviceRow)] == [None]


async def test_the_account_is_told_by_mail(
    browser: httpx.AsyncClient,
    clients: Clients,
    clock: FixedClock,
    deliver: Any,
) -> None:
    await turn_on(browser, clock)
    await browser.post("/auth/mfa/disable")

    await deliver()

    mails = (await clients.owner.get("/mails")).json()["items"]
    assert [mail["to"] for mail in mails] == ["viewer@example.org"] * 2
