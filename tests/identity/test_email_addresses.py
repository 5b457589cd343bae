"""Addresses are confirmed by whoever reads their mail, and changed only so."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import httpx
import pytest
from sqlalchemy import select

from streamverse.domains.identity.contracts import (
    AccountId,
    AccountRegistered,
    ActivityKind,
    Purpose,
)
from streamverse.domains.identity.models import AccountRow, ActivityRow
from streamverse.domains.identity.service import one_time
from streamverse.domains.identity.service.mails import Correspondence
from streamverse.kit.clock import FixedClock
from streamverse.kit.mail import Mail
from streamverse.kit.work import Actor, Workshop
from tests.factories.accounts import People, make_account
from tests.factories.mails import link_in, read_mails, token_in

if TYPE_CHECKING:
    from tests.conftest import Clients

VIEWER, NEW = "viewer@example.org", "New@example.org"
STATUS, VERIFY, RESEND, CHANGE = (
    f"/auth/email/{step}" for step in ("status", "verify", "resend", "change")
)
PAGE = "https://video.example.org/verify-email"

Deliver = Callable[[], Awaitable[None]]


def assert_refused(response: httpx.Response, status: int, code: str) -> None:
    assert (response.status_code, response.json()["code"]) == (status, code)


async def find_account(workshop: Workshop, actor: Actor) -> AccountRow:
    async with workshop.reading(actor) as work:
        return await work.session.get_one(AccountRow, actor.account_id)


async def kinds_of(workshop: Workshop, actor: Actor) -> list[str]:
    async with workshop.reading(actor) as work:
        rows = await work.session.scalars(
            select(ActivityRow)
            .where(ActivityRow.account_id == actor.account_id)
            .order_by(ActivityRow.id)
        )
        return [row.kind for row in rows]


@pytest.fixture
def mails(
    workshop: Workshop, correspondence: Correspondence, deliver: Deliver
) -> Callable[[], Awaitable[list[Mail]]]:
    """Deliver what is due, then read all mails."""

    async def deliver_and_read() -> list[Mail]:
        await deliver()
        return await read_mails(workshop, correspondence)

    return deliver_and_read


ReadMails = Callable[[], Awaitable[list[Mail]]]


@pytest.fixture
async def doubtful(workshop: Workshop, people: People) -> Actor:
    """Let the viewer's address be unconfirmed."""
    async with workshop.work(people.viewer) as work:
        row = await work.session.get_one(AccountRow, people.viewer.account_id)
        row.email_verified_at = None
    return people.viewer


# --- confirming -----------------------------------------------------------------------------------


async def test_whoever_registers_confirms_the_address(
    clients: Clients, workshop: Workshop, doubtful: Actor, mails: ReadMails, clock: FixedClock
) -> None:
    async with workshop.work(doubtful) as work:
        work.emit(AccountRegistered(AccountId(doubtful.account_id)))
    [mail] = await mails()
    page, token = link_in(mail)
    assert (mail.to, mail.subject, page) == (VIEWER, "Confirm your e-mail address", PAGE)
    assert (await clients.viewer.get(STATUS)).json() == {
        "email": VIEWER,
        "is_verified": False,
        "verified_at": None,
        "pending_email": None,
    }

    confirmed = await clients.nobody.post(VERIFY, json={"token": token})

    now = clock.now().isoformat().replace("+00:00", "Z")
    assert confirmed.status_code == 200
    assert confirmed.json() == {"email": VIEWER, "verified_at": now}
    assert (await clients.viewer.get(STATUS)).json()["is_verified"] is True
    assert await kinds_of(workshop, doubtful) == [ActivityKind.EMAIL_VERIFIED]
    again = await clients.nobody.post(VERIFY, json={"token": token})
    assert_refused(again, 409, "identity.link_used")
    assert (await kinds_of(workshop, doubtful))[-1] == ActivityKind.ONE_TIME_REFUSED


async def test_a_new_link_makes_the_older_one_void(
    clients: Clients, doubtful: Actor, mails: ReadMails, clock: FixedClock, workshop: Workshop
) -> None:
    assert (await clients.viewer.post(RESEND, json={})).status_code == 202
    clock.advance(timedelta(minutes=1))
    assert (await clients.nobody.post(RESEND, json={"email": VIEWER})).status_code == 202
    first, second = await mails()

    refused = await clients.nobody.post(VERIFY, json={"token": token_in(first)})
    assert_refused(refused, 403, "identity.link_invalid")
    assert (await find_account(workshop, doubtful)).email_verified_at is None
    confirmed = await clients.nobody.post(VERIFY, json={"token": token_in(second)})
    assert confirmed.status_code == 200


@pytest.mark.usefixtures("people")
async def test_asking_for_a_link_tells_nothing_about_an_address(
    clients: Clients, mails: ReadMails
) -> None:
    confirmed = await clients.nobody.post(RESEND, json={"email": VIEWER})
    unknown = await clients.nobody.post(RESEND, json={"email": "eve@example.org"})

    assert confirmed.status_code == unknown.status_code == 202
    assert confirmed.content == unknown.content
    assert await mails() == []


async def test_a_link_for_a_confirmed_or_no_address_is_refused(
    clients: Clients, mails: ReadMails
) -> None:
    refused = await clients.viewer.post(RESEND, json={})
    assert_refused(refused, 409, "identity.email_verified_already")
    assert_refused(await clients.nobody.post(RESEND, json={}), 401, "kit.unauthenticated")
    assert await mails() == []


@pytest.mark.usefixtures("doubtful")
async def test_links_are_not_sent_as_often_as_somebody_likes(
    clients: Clients, mails: ReadMails
) -> None:
    for client, form in ((clients.viewer, {}), (clients.nobody, {"email": VIEWER})):
        assert (await client.post(RESEND, json=form)).status_code == 202
        refused = await client.post(RESEND, json=form)
        assert_refused(refused, 429, "identity.too_many_mails")
        assert refused.headers["retry-after"] == "60"

    assert len(await mails()) == 2


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        ("expired", "identity.link_expired"),
        ("altered", "identity.link_invalid"),
        ("foreign", "identity.link_invalid"),
    ],
)
async def test_a_link_that_is_no_good_confirms_nothing(
    clients: Clients,
    workshop: Workshop,
    doubtful: Actor,
    mails: ReadMails,
    clock: FixedClock,
    *,
    spoil: str,
    code: str,
) -> None:
    await clients.viewer.post(RESEND, json={})
    token = token_in((await mails())[0])
    match spoil:
        case "expired":
            clock.advance(timedelta(hours=24))
        case "altered":
            token = token.swapcase()
        case _:
            async with workshop.work(doubtful) as work:
                own_id = doubtful.account_id
                token = one_time.issue(work, Purpose.PASSWORD_RESET, own_id, timedelta(hours=1))

    refused = await clients.nobody.post(VERIFY, json={"token": token})

    assert_refused(refused, 403, code)
    assert (await find_account(workshop, doubtful)).email_verified_at is None


@pytest.mark.usefixtures("doubtful")
async def test_of_two_who_confirm_at_once_one_succeeds(clients: Clients, mails: ReadMails) -> None:
    await clients.viewer.post(RESEND, json={})
    token = token_in((await mails())[0])

    answers = await asyncio.gather(
        *(clients.nobody.post(VERIFY, json={"token": token}) for _ in range(3))
    )

    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]


# --- changing -------------------------------------------------------------------------------------


async def test_an_address_is_changed_by_whoever_reads_the_new_one(
    clients: Clients, workshop: Workshop, people: People, mails: ReadMails
) -> None:
    asked = await clients.viewer.post(CHANGE, json={"new_email": f" {NEW}"})
    assert asked.status_code == 202
    [mail] = await mails()
    assert (mail.to, mail.subject) == (NEW, "Confirm your new e-mail address")
    status = (await clients.viewer.get(STATUS)).json()
    assert (status["email"], status["pending_email"]) == (VIEWER, NEW)

    confirmed = await clients.nobody.post(VERIFY, json={"token": token_in(mail)})

    assert (confirmed.status_code, confirmed.json()["email"]) == (200, NEW)
    status = (await clients.viewer.get(STATUS)).json()
    assert (status["email"], status["pending_email"]) == (NEW, None)
    row = await find_account(workshop, people.viewer)
    assert (row.email, row.email_normalised) == (NEW, "new@example.org")
    notice = (await mails())[1]
    assert (notice.to, notice.subject) == (VIEWER, "Your e-mail address was changed")
    assert NEW in notice.text
    assert "#token=" not in notice.text
    assert await kinds_of(workshop, people.viewer) == [ActivityKind.EMAIL_CHANGED]


async def test_links_that_went_to_the_old_address_are_void_after_the_change(
    clients: Clients, mails: ReadMails, clock: FixedClock
) -> None:
    await clients.nobody.post("/auth/password-reset/request", json={"email": VIEWER})
    await clients.viewer.post(CHANGE, json={"new_email": NEW})
    clock.advance(timedelta(minutes=1))
    by_address = {mail.to: token_in(mail) for mail in await mails()}

    await clients.nobody.post(VERIFY, json={"token": by_address[NEW]})

    refused = await clients.nobody.post(
        "/auth/password-reset/verify", json={"token": by_address[VIEWER]}
    )
    assert_refused(refused, 403, "identity.link_invalid")


async def test_a_second_change_makes_the_first_one_void(
    clients: Clients, mails: ReadMails, clock: FixedClock
) -> None:
    await clients.viewer.post(CHANGE, json={"new_email": "one@example.org"})
    clock.advance(timedelta(minutes=1))
    await clients.viewer.post(CHANGE, json={"new_email": "two@example.org"})
    first, second = await mails()

    refused = await clients.nobody.post(VERIFY, json={"token": token_in(first)})
    assert_refused(refused, 403, "identity.link_invalid")
    assert (await clients.viewer.get(STATUS)).json()["pending_email"] == "two@example.org"
    confirmed = await clients.nobody.post(VERIFY, json={"token": token_in(second)})
    assert confirmed.json()["email"] == "two@example.org"


async def test_whoever_asks_for_a_taken_address_does_not_learn_that(
    clients: Clients, workshop: Workshop, people: People, mails: ReadMails, clock: FixedClock
) -> None:
    free = await clients.viewer.post(CHANGE, json={"new_email": NEW})
    clock.advance(timedelta(minutes=1))
    taken = await clients.viewer.post(CHANGE, json={"new_email": "OWNER@example.org"})

    assert (taken.status_code, taken.content) == (free.status_code, free.content)
    reminder = (await mails())[1]
    assert (reminder.to, reminder.subject) == ("owner@example.org", "You already have an account")
    assert "#token=" not in reminder.text
    assert (await find_account(workshop, people.viewer)).email == VIEWER


async def test_an_address_that_was_taken_meanwhile_is_not_taken_twice(
    clients: Clients, workshop: Workshop, people: People, mails: ReadMails
) -> None:
    await clients.viewer.post(CHANGE, json={"new_email": NEW})
    token = token_in((await mails())[0])
    async with workshop.work(Actor(people.owner.tenant_id)) as work:
        await make_account(work, NEW)

    refused = await clients.nobody.post(VERIFY, json={"token": token})

    assert_refused(refused, 409, "identity.email_taken")
    assert (await find_account(workshop, people.viewer)).email == VIEWER
    assert len(await mails()) == 1


@pytest.mark.parametrize(
    "new_email",
    [VIEWER, "Viewer@EXAMPLE.org", "nonsense", "", "a@b@c d", "x\r\n@example.org", "x" * 255],
)
async def test_an_address_that_will_not_do_is_named(
    clients: Clients, mails: ReadMails, new_email: str
) -> None:
    refused = await clients.viewer.post(CHANGE, json={"new_email": new_email})

    assert_refused(refused, 422, "kit.invalid")
    assert {field["field"] for field in refused.json()["fields"]} == {"new_email"}
    assert await mails() == []


async def test_changing_needs_a_recent_log_in(clients: Clients, clock: FixedClock) -> None:
    form = {"new_email": NEW}
    assert_refused(await clients.nobody.post(CHANGE, json=form), 401, "kit.unauthenticated")
    clock.advance(timedelta(minutes=11))

    refused = await clients.viewer.post(CHANGE, json=form)

    assert_refused(refused, 403, "identity.reauth_required")


async def test_changes_are_not_asked_for_as_often_as_somebody_likes(clients: Clients) -> None:
    assert (await clients.viewer.post(CHANGE, json={"new_email": NEW})).status_code == 202

    refused = await clients.viewer.post(CHANGE, json={"new_email": "x@example.org"})

    assert_refused(refused, 429, "identity.too_many_mails")
    assert refused.headers["retry-after"] == "60"


async def test_nobody_has_no_address(clients: Clients) -> None:
    assert_refused(await clients.nobody.get(STATUS), 401, "kit.unauthenticated")
