"""Registering: open or closed, and the same answer whether or not the address is known."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from streamverse.domains.identity.contracts import (
    AccountAdded,
    AccountId,
    AccountRegistered,
    IdentitySettings,
    RegistrationRepeated,
)
from streamverse.domains.identity.models import AccountRow, ActivityRow
from streamverse.domains.identity.repository import Accounts
from streamverse.domains.identity.service import accounts
from streamverse.domains.identity.service.mails import Correspondence
from streamverse.kit.events import EventRow, event_name
from streamverse.kit.work import Actor, Workshop
from tests.factories.accounts import PASSWORD, People
from tests.factories.mails import read_mails

if TYPE_CHECKING:
    from tests.conftest import Clients

FORM = {"email": "Ada@example.org", "password": PASSWORD, "display_name": "Ada"}
ANSWER = {"detail": "Look in your mail: what we have sent there says how to go on."}


@pytest.fixture
def identity_settings(identity_settings: IdentitySettings) -> IdentitySettings:
    """Let anybody register."""
    return replace(identity_settings, is_registration_open=True)


async def rows(workshop: Workshop, table: Any) -> list[Any]:
    async with workshop.reading(Actor.system()) as work:
        return list(await work.session.scalars(select(table).order_by(table.id)))


async def told(workshop: Workshop, event: type) -> list[dict[str, str]]:
    found = await rows(workshop, EventRow)
    return [row.payload for row in found if row.name == event_name(event)]


async def find(workshop: Workshop, email: str) -> AccountRow:
    async with workshop.reading(Actor.system()) as work:
        row = await Accounts(work).find_by_email(email)
    assert row is not None
    return row


async def test_whoever_registers_waits_for_a_mail(clients: Clients, workshop: Workshop) -> None:
    answer = await clients.nobody.post("/auth/register", json=FORM)

    assert (answer.status_code, answer.json()) == (202, ANSWER)
    row = await find(workshop, "ada@example.org")
    assert (row.role, row.email_verified_at, row.display_name) == ("viewer", None, "Ada")
    assert await told(workshop, AccountRegistered) == [{"account_id": str(row.id)}]
    assert await told(workshop, AccountAdded) == []
    assert [event.kind for event in await rows(workshop, ActivityRow)] == ["registered"]


async def test_the_mails_come_in_the_language_of_the_browser(
    clients: Clients,
    workshop: Workshop,
    correspondence: Correspondence,
    deliver: Callable[[], Awaitable[None]],
) -> None:
    headers = {"Accept-Language": "fr, de-AT;q=0.9, en;q=0.5"}
    answer = await clients.nobody.post("/auth/register", json=FORM, headers=headers)

    assert answer.status_code == 202
    assert (await find(workshop, "ada@example.org")).locale == "de"
    await deliver()
    [mail] = await read_mails(workshop, correspondence)
    assert (mail.locale, mail.subject) == ("de", "Bestätige deine E-Mail-Adresse")


async def test_nobody_registers_as_more_than_a_viewer(clients: Clients, workshop: Workshop) -> None:
    wished = {"role": "owner", "permissions": ["titles.edit"], "email_verified_at": "2030-01-01"}

    answer = await clients.nobody.post("/auth/register", json={**FORM, **wished})

    assert (answer.status_code, answer.json()) == (202, ANSWER)
    row = await find(workshop, "ada@example.org")
    assert (row.role, row.extra_permissions, row.email_verified_at) == ("viewer", "", None)


async def test_nobody_enters_before_the_address_is_confirmed(
    clients: Clients, workshop: Workshop
) -> None:
    await clients.nobody.post("/auth/register", json=FORM)
    login = {"email": FORM["email"], "password": PASSWORD}

    for path in ("/auth/login", "/auth/token"):
        refused = await clients.nobody.post(path, json=login)
        assert (refused.status_code, refused.json()["code"]) == (403, "identity.email_unverified")

    row = await find(workshop, "ada@example.org")
    for _ in range(2):
        async with workshop.work(Actor(row.tenant_id)) as work:
            accounts.verify_email(work, await Accounts(work).lock(AccountId(row.id)))
    assert (await clients.nobody.post("/auth/login", json=login)).status_code == 200
    assert await told(workshop, AccountAdded) == [{"account_id": str(row.id)}]


async def test_a_known_address_gets_the_same_answer_and_its_owner_a_mail(
    clients: Clients, workshop: Workshop, people: People
) -> None:
    before = await find(workshop, "viewer@example.org")
    form = {**FORM, "email": "VIEWER@example.org", "password": "another kettle on stilts"}

    answer = await clients.nobody.post("/auth/register", json=form)

    assert (answer.status_code, answer.json()) == (202, ANSWER)
    after = await find(workshop, "viewer@example.org")
    assert (after.password_hash, after.display_name) == (before.password_hash, before.display_name)
    assert await told(workshop, RegistrationRepeated) == [
        {"account_id": str(people.viewer.account_id)}
    ]
    assert await told(workshop, AccountRegistered) == []


async def test_until_an_address_is_confirmed_the_latest_word_counts(
    clients: Clients, workshop: Workshop
) -> None:
    await clients.nobody.post("/auth/register", json={**FORM, "display_name": "Eve"})
    squatter = await find(workshop, "ada@example.org")

    await clients.nobody.post("/auth/register", json=FORM)

    row = await find(workshop, "ada@example.org")
    assert (row.id, row.display_name) == (squatter.id, "Ada")
    assert row.password_hash != squatter.password_hash
    assert len(await told(workshop, AccountRegistered)) == 2


async def test_two_who_register_one_address_at_once_get_one_account(
    clients: Clients, workshop: Workshop
) -> None:
    answers = await asyncio.gather(
        *(clients.nobody.post("/auth/register", json=FORM) for _ in range(3))
    )

    assert [answer.status_code for answer in answers] == [202, 202, 202]
    assert len([row for row in await rows(workshop, AccountRow) if row.email[0] == "A"]) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "\u0430da@example.org"}, "email"),
        ({"email": "ada"}, "email"),
        ({"password": "password1"}, "password"),
        ({"display_name": ""}, "display_name"),
    ],
)
async def test_what_will_not_do_is_refused_whole(
    clients: Clients, workshop: Workshop, changes: dict[str, str], field: str
) -> None:
    refused = await clients.nobody.post("/auth/register", json={**FORM, **changes})

    assert refused.status_code == 422
    assert [found["field"] for found in refused.json()["fields"]] == [field]
    assert len(await rows(workshop, AccountRow)) == 3
    assert await told(workshop, AccountRegistered) == []


async def test_nobody_is_flooded_with_mails(clients: Clients) -> None:
    for _ in range(5):
        assert (await clients.nobody.post("/auth/register", json=FORM)).status_code == 202

    barred = await clients.nobody.post("/auth/register", json=FORM)

    assert (barred.status_code, barred.headers["retry-after"]) == (429, "1")


class TestClosed:
    """Registering where staff make the accounts."""

    @pytest.fixture
    def identity_settings(self, identity_settings: IdentitySettings) -> IdentitySettings:
        return replace(identity_settings, is_registration_open=False)

    async def test_nobody_registers(self, clients: Clients, workshop: Workshop) -> None:
        refused = await clients.nobody.post("/auth/register", json=FORM)

        assert refused.status_code == 403
        assert refused.json()["code"] == "identity.registration_closed"
        assert len(await rows(workshop, AccountRow)) == 3
        assert not (await clients.nobody.get("/setup")).json()["is_registration_open"]
