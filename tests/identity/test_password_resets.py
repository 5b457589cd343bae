"""Forgotten passwords: nobody learns who has an account, and a link works once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from sqlalchemy import select

from streamverse.domains.identity.contracts import (
    ActivityKind,
    PasswordResetRequested,
    Purpose,
)
from streamverse.domains.identity.models import AccountRow, ActivityRow, OneTimeRow
from streamverse.domains.identity.service import one_time
from streamverse.domains.identity.service.mails import Correspondence
from streamverse.kit.clock import FixedClock
from streamverse.kit.events import EventRow, event_name
from streamverse.kit.work import Actor, Workshop
from tests.factories.accounts import PASSWORD, People
from tests.factories.factors import COOKIE, turn_on
from tests.factories.mails import link_in, read_mails, token_in

if TYPE_CHECKING:
    from tests.conftest import Clients

VIEWER = "viewer@example.org"
NEW_PASSWORD = "a much longer and newer phrase"
REQUEST, VERIFY, CONFIRM = (
    f"/auth/password-reset/{step}" for step in ("request", "verify", "confirm")
)

Deliver = Callable[[], Awaitable[None]]


async def find_account(workshop: Workshop, actor: Actor) -> AccountRow:
    async with workshop.reading(actor) as work:
        row = await work.session.get(AccountRow, actor.account_id)
    assert row is not None
    return row


async def activities(workshop: Workshop) -> list[tuple[Any, str]]:
    async with workshop.reading(Actor.system()) as work:
        rows = await work.session.scalars(select(ActivityRow).order_by(ActivityRow.id))
        return [(row.account_id, row.kind) for row in rows]


def assert_refused(response: httpx.Response, status: int, code: str) -> None:
    assert (response.status_code, response.json()["code"]) == (status, code)


@pytest.fixture
def ask(
    clients: Clients,
    deliver: Deliver,
    workshop: Workshop,
    correspondence: Correspondence,
    clock: FixedClock,
) -> Callable[[], Awaitable[str]]:
    """Ask for a link and read the mail."""

    async def ask_for_it() -> str:
        clock.advance(timedelta(minutes=1))
        assert (await clients.nobody.post(REQUEST, json={"email": VIEWER})).status_code == 202
        await deliver()
        return token_in((await read_mails(workshop, correspondence))[-1])

    return ask_for_it


async def test_a_forgotten_password_is_replaced(
    clients: Clients,
    people: People,
    workshop: Workshop,
    correspondence: Correspondence,
    deliver: Deliver,
    clock: FixedClock,
) -> None:
    asked = await clients.nobody.post(REQUEST, json={"email": " VIEWER@example.org "})
    assert asked.status_code == 202
    assert (await find_account(workshop, people.viewer)).email == VIEWER
    await deliver()
    [mail] = await read_mails(workshop, correspondence)
    page, token = link_in(mail)
    assert (mail.to, page) == (VIEWER, "https://video.example.org/reset-password")

    seen = await clients.nobody.post(VERIFY, json={"token": token})
    assert seen.status_code == 200
    expires_at = (clock.now() + timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    assert seen.json() == {"expires_at": expires_at}

    done = await clients.nobody.post(CONFIRM, json={"token": token, "password": NEW_PASSWORD})
    assert (done.status_code, done.content) == (204, b"")

    assert (await clients.viewer.get("/auth/me")).status_code == 401
    assert (await clients.owner.get("/auth/me")).status_code == 200
    old = await clients.nobody.post("/auth/token", json={"email": VIEWER, "password": PASSWORD})
    assert_refused(old, 401, "identity.wrong_credentials")
    new = await clients.nobody.post("/auth/token", json={"email": VIEWER, "password": NEW_PASSWORD})
    assert new.status_code == 200
    assert (people.viewer.account_id, ActivityKind.PASSWORD_RESET) in await activities(workshop)
    await deliver()
    notice = (await read_mails(workshop, correspondence))[1]
    assert (notice.to, notice.subject) == (VIEWER, "Your password was changed")


async def test_the_answer_is_the_same_for_every_address(
    clients: Clients, workshop: Workshop, correspondence: Correspondence, deliver: Deliver
) -> None:
    known = await clients.nobody.post(REQUEST, json={"email": VIEWER})
    unknown = await clients.nobody.post(REQUEST, json={"email": "eve@example.org"})
    nonsense = await clients.nobody.post(REQUEST, json={"email": "nonsense"})

    assert known.status_code == unknown.status_code == nonsense.status_code == 202
    assert known.content == unknown.content == nonsense.content
    assert known.headers == unknown.headers
    async with workshop.reading(Actor.system()) as work:
        events = await work.session.scalars(select(EventRow.name))
        # As much is written for one as for the other, so that it takes the same time.
        assert list(events) == [event_name(PasswordResetRequested)] * 3
    await deliver()
    assert [mail.to for mail in await read_mails(workshop, correspondence)] == [VIEWER]


async def test_another_service_keeps_its_own_accounts(
    clients: Clients, workshop: Workshop, correspondence: Correspondence, deliver: Deliver
) -> None:
    await clients.nobody.post(REQUEST, json={"email": "owner@example.org"})
    await deliver()

    [mail] = await read_mails(workshop, correspondence)
    refused = await clients.stranger.post(
        CONFIRM, json={"token": token_in(mail), "password": NEW_PASSWORD}
    )
    assert_refused(refused, 403, "identity.link_invalid")
    assert (await clients.stranger.get("/auth/me")).status_code == 200
    assert (await clients.owner.get("/auth/me")).status_code == 200


async def test_the_mail_comes_in_the_language_of_the_account(
    clients: Clients,
    people: People,
    workshop: Workshop,
    correspondence: Correspondence,
    deliver: Deliver,
) -> None:
    async with workshop.work(people.viewer) as work:
        (await work.session.get_one(AccountRow, people.viewer.account_id)).locale = "ar-EG"

    await clients.nobody.post(REQUEST, json={"email": VIEWER})
    await deliver()

    [mail] = await read_mails(workshop, correspondence)
    assert (mail.locale, mail.subject) == ("ar", "اختيار كلمة مرور جديدة")
    assert '<html lang="ar" dir="rtl">' in mail.html


async def test_a_newer_link_makes_the_older_one_void(
    clients: Clients, ask: Callable[[], Awaitable[str]]
) -> None:
    first, second = await ask(), await ask()

    assert_refused(
        await clients.nobody.post(CONFIRM, json={"token": first, "password": NEW_PASSWORD}),
        403,
        "identity.link_invalid",
    )
    done = await clients.nobody.post(CONFIRM, json={"token": second, "password": NEW_PASSWORD})
    assert done.status_code == 204


@pytest.mark.parametrize("path", [VERIFY, CONFIRM])
@pytest.mark.parametrize(
    ("spoil", "status", "code"),
    [
        ("spent", 409, "identity.link_used"),
        ("expired", 403, "identity.link_expired"),
        ("altered", 403, "identity.link_invalid"),
        ("foreign", 403, "identity.link_invalid"),
        ("empty", 403, "identity.link_invalid"),
    ],
)
async def test_a_link_that_is_no_good_changes_nothing_and_is_written_down(
    clients: Clients,
    people: People,
    workshop: Workshop,
    clock: FixedClock,
    ask: Callable[[], Awaitable[str]],
    *,
    path: str,
    spoil: str,
    status: int,
    code: str,
) -> None:
    token = await ask()
    match spoil:
        case "spent":
            form = {"token": token, "password": PASSWORD}
            assert (await clients.nobody.post(CONFIRM, json=form)).status_code == 204
        case "expired":
            clock.advance(timedelta(hours=1))
        case "altered":
            token = token[:-1] + ("A" if token[-1] != "A" else "B")
        case "foreign":
            async with workshop.work(people.viewer) as work:
                own_id = people.viewer.account_id
                token = one_time.issue(work, Purpose.EMAIL_VERIFICATION, own_id, timedelta(hours=1))
        case _:
            token = ""
    before = await find_account(workshop, people.viewer)

    refused = await clients.nobody.post(path, json={"token": token, "password": NEW_PASSWORD})

    assert_refused(refused, status, code)
    assert (await find_account(workshop, people.viewer)).password_hash == before.password_hash
    is_known = spoil in ("spent", "expired")
    about = people.viewer.account_id if is_known else None
    assert (await activities(workshop))[-1] == (about, ActivityKind.ONE_TIME_REFUSED)


@pytest.mark.parametrize("password", ["short", "x" * 257, VIEWER, "password1234"])
async def test_a_bad_password_does_not_spend_the_link(
    clients: Clients, ask: Callable[[], Awaitable[str]], password: str
) -> None:
    token = await ask()

    refused = await clients.nobody.post(CONFIRM, json={"token": token, "password": password})

    assert_refused(refused, 422, "kit.invalid")
    assert [field["field"] for field in refused.json()["fields"]] == ["password"]
    done = await clients.nobody.post(CONFIRM, json={"token": token, "password": NEW_PASSWORD})
    assert done.status_code == 204


async def test_of_two_who_confirm_at_once_one_succeeds(
    clients: Clients, ask: Callable[[], Awaitable[str]]
) -> None:
    token = await ask()
    passwords = [f"{NEW_PASSWORD} {number}" for number in range(4)]

    answers = await asyncio.gather(
        *(
            clients.nobody.post(CONFIRM, json={"token": token, "password": password})
            for password in passwords
        )
    )

    assert sorted(answer.status_code for answer in answers) == [204, 409, 409, 409]
    [winner] = [
        password
        for password, answer in zip(passwords, answers, strict=True)
        if answer.status_code == 204
    ]
    form = {"email": VIEWER, "password": winner}
    assert (await clients.nobody.post("/auth/token", json=form)).status_code == 200


async def test_a_reset_ends_what_was_begun_with_the_old_password(
    clients: Clients, people: People, workshop: Workshop, ask: Callable[[], Awaitable[str]]
) -> None:
    await clients.viewer.post("/auth/email/change", json={"new_email": "eve@example.org"})
    token = await ask()

    await clients.nobody.post(CONFIRM, json={"token": token, "password": NEW_PASSWORD})

    async with workshop.reading(people.viewer) as work:
        rows = await work.session.scalars(select(OneTimeRow))
        assert [(row.purpose, row.used_at is None) for row in rows] == [
            (Purpose.PASSWORD_RESET, False)
        ]


async def test_a_reset_leaves_the_second_factor_as_it_is(
    browser: httpx.AsyncClient,
    elsewhere: httpx.AsyncClient,
    clock: FixedClock,
    ask: Callable[[], Awaitable[str]],
) -> None:
    phone, _ = await turn_on(browser, clock)

    await elsewhere.post(CONFIRM, json={"token": await ask(), "password": NEW_PASSWORD})

    entered = await elsewhere.post("/auth/login", json={"email": VIEWER, "password": NEW_PASSWORD})
    assert (entered.status_code, elsewhere.cookies.get(COOKIE)) == (202, None)
    answer = {"ticket": entered.json()["ticket"], "code": phone.next_code()}
    assert (await elsewhere.post("/auth/login/mfa", json=answer)).status_code == 200


async def test_a_reset_proves_the_address(
    clients: Clients, people: People, workshop: Workshop, ask: Callable[[], Awaitable[str]]
) -> None:
    async with workshop.work(people.viewer) as work:
        row = await work.session.get_one(AccountRow, people.viewer.account_id)
        row.email_verified_at = None
    token = await ask()

    await clients.nobody.post(CONFIRM, json={"token": token, "password": NEW_PASSWORD})

    assert (await find_account(workshop, people.viewer)).email_verified_at is not None


async def test_whoever_tries_links_is_slowed_down_and_nobody_else(
    clients: Clients, ask: Callable[[], Awaitable[str]], workshop: Workshop
) -> None:
    token = await ask()
    for number in range(5):
        refused = await clients.nobody.post(VERIFY, json={"token": f"guess {number}"})
        assert_refused(refused, 403, "identity.link_invalid")
    before = len(await activities(workshop))

    barred = await clients.nobody.post(VERIFY, json={"token": token})

    assert_refused(barred, 429, "identity.too_many_attempts")
    assert barred.headers["retry-after"] == "1"
    assert len(await activities(workshop)) == before


async def test_a_link_that_is_good_may_be_looked_at_often(
    clients: Clients, ask: Callable[[], Awaitable[str]]
) -> None:
    token = await ask()
    for _ in range(10):
        assert (await clients.nobody.post(VERIFY, json={"token": token})).status_code == 200


async def test_asking_too_often_is_slowed_down_whether_or_not_the_address_is_known(
    clients: Clients,
    clock: FixedClock,
    workshop: Workshop,
    correspondence: Correspondence,
    deliver: Deliver,
) -> None:
    for email in (VIEWER, "eve@example.org"):
        assert (await clients.nobody.post(REQUEST, json={"email": email})).status_code == 202
        refused = await clients.nobody.post(REQUEST, json={"email": email.upper()})
        assert_refused(refused, 429, "identity.too_many_mails")
        assert refused.headers["retry-after"] == "60"
    await deliver()
    assert len(await read_mails(workshop, correspondence)) == 1

    clock.advance(timedelta(minutes=1))
    assert (await clients.nobody.post(REQUEST, json={"email": VIEWER})).status_code == 202
