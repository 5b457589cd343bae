"""Lost phones: asked for with the password, taken off by staff."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import httpx
import pytest

from streamverse.domains.identity.contracts import AuditAction
from streamverse.domains.identity.models import (
    AccountRow,
    ActivityRow,
    AuditRow,
    AuthenticatorAppRow,
    BackupCodeRow,
    FactorSetRow,
)
from streamverse.kit.clock import FixedClock
from streamverse.kit.events import EventRow
from streamverse.kit.work import Actor, Role, Workshop
from tests.factories.accounts import PASSWORD, People, make_account
from tests.factories.factors import (
    HEADERS,
    VIEWER,
    Person,
    factor_events,
    kinds,
    refusal,
    rows,
    ticket,
    turn_on,
)

if TYPE_CHECKING:
    from tests.conftest import Clients
    from tests.conftest import Visit as OpenClient


async def test_a_lost_phone_is_reported_with_the_password_and_reset_by_staff(
    browser: httpx.AsyncClient,
    elsewhere: httpx.AsyncClient,
    clients: Clients,
    people: People,
    workshop: Workshop,
    clock: FixedClock,
) -> None:
    await turn_on(browser, clock)
    held = await ticket(elsewhere)

    for _ in range(2):
        asked = await elsewhere.post("/auth/mfa-reset/request", json={"ticket": held})
        assert asked.status_code == 202

    assert (await kinds(workshop)).count("second_factor_reset_requested") == 1
    viewer_id = str(people.viewer.account_id)
    assert (await clients.owner.get("/auth/mfa-reset/requests")).json() == {
        "items": [
            {
                "account_id": viewer_id,
                "email": "viewer@example.org",
                "display_name": "Viewer",
                "requested_at": "2030-01-01T00:00:00Z",
            }
        ],
        "next_cursor": None,
    }
    assert (await clients.stranger.get("/auth/mfa-reset/requests")).json()["items"] == []

    reset = await clients.owner.post("/auth/mfa-reset", json={"account_id": viewer_id})

    assert reset.status_code == 204
    assert (await browser.get("/auth/me")).status_code == 401
    for table in (AuthenticatorAppRow, BackupCodeRow, FactorSetRow):
        assert await rows(workshop, table) == []
    void = await elsewhere.post("/auth/login/mfa", json={"ticket": held, "code": "000000"})
    assert refusal(void) == (403, "identity.link_invalid")
    assert (await elsewhere.post("/auth/login", json=VIEWER)).status_code == 200
    written = [row for row in await rows(workshop, ActivityRow) if row.kind.endswith("_reset")]
    assert [(str(row.account_id), row.ip, row.facts) for row in written] == [
        (viewer_id, "", {"by": str(people.owner.account_id)})
    ]
    audited = [
        row
        for row in await rows(workshop, AuditRow)
        if row.action == AuditAction.SECOND_FACTOR_RESET
    ]
    assert [(row.subject, row.actor_id) for row in audited] == [
        (f"account:{viewer_id}", people.owner.account_id)
    ]
    assert (await factor_events(workshop))[-1] == "identity.second_factor_disabled"


async def test_whoever_finds_their_phone_needs_no_reset(
    browser: httpx.AsyncClient,
    elsewhere: httpx.AsyncClient,
    clients: Clients,
    clock: FixedClock,
) -> None:
    phone, _ = await turn_on(browser, clock)
    held = await ticket(elsewhere)
    await elsewhere.post("/auth/mfa-reset/request", json={"ticket": held})
    found = {"ticket": held, "code": phone.next_code()}

    assert (await elsewhere.post("/auth/login/mfa", json=found)).status_code == 200

    assert (await clients.owner.get("/auth/mfa-reset/requests")).json()["items"] == []


async def test_nobody_asks_for_a_reset_without_the_password(
    browser: httpx.AsyncClient,
    elsewhere: httpx.AsyncClient,
    workshop: Workshop,
    clock: FixedClock,
) -> None:
    await turn_on(browser, clock)
    held = await ticket(elsewhere)
    clock.advance(timedelta(minutes=5))

    late = await elsewhere.post("/auth/mfa-reset/request", json={"ticket": held})
    made_up = await elsewhere.post("/auth/mfa-reset/request", json={"ticket": "x" * 43})

    assert refusal(late) == (403, "identity.link_expired")
    assert refusal(made_up) == (403, "identity.link_invalid")
    assert [row.reset_requested_at for row in await rows(workshop, FactorSetRow)] == [None]
    assert (await kinds(workshop))[-2:] == ["one_time_refused"] * 2


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("nobody", (401, "kit.unauthenticated")),
        ("viewer", (403, "kit.forbidden")),
        ("stranger", (404, "identity.account_not_found")),
    ],
)
async def test_only_staff_of_the_service_reset(
    browser: httpx.AsyncClient,
    clients: Clients,
    people: People,
    workshop: Workshop,
    clock: FixedClock,
    role: str,
    expected: tuple[int, str],
) -> None:
    await turn_on(browser, clock)

    body = {"account_id": str(people.viewer.account_id)}
    refused = await clients.of(role).post("/auth/mfa-reset", json=body)

    assert refusal(refused) == expected
    assert len(await rows(workshop, AuthenticatorAppRow)) == 1
    assert await rows(workshop, AuditRow) == []
    listed = await clients.of(role).get("/auth/mfa-reset/requests")
    assert listed.status_code == (200 if role == "stranger" else expected[0])


async def test_staff_reset_neither_themselves_nor_those_above_them(
    clients: Clients, people: People, workshop: Workshop, visit: OpenClient
) -> None:
    async with workshop.work(Actor.system(people.owner.tenant_id)) as work:
        await make_account(work, "admin@example.org", role=Role.ADMIN)
    own = {"account_id": str(people.owner.account_id)}
    itself = await clients.owner.post("/auth/mfa-reset", json=own)
    async with visit(headers=HEADERS) as admin:
        await admin.post("/auth/login", json={"email": "admin@example.org", "password": PASSWORD})
        above = await admin.post("/auth/mfa-reset", json=own)

    assert refusal(itself) == (409, "identity.own_factors")
    assert refusal(above) == (403, "identity.account_above_you")
    assert len(await rows(workshop, AccountRow)) == 4


async def test_whoever_loses_passkeys_by_a_reset_hears_of_each(
    browser: httpx.AsyncClient, clients: Clients, people: People, workshop: Workshop
) -> None:
    added = await Person(browser).add(name="My phone")
    assert added.status_code == 201, added.text

    body = {"account_id": str(people.viewer.account_id)}
    assert (await clients.owner.post("/auth/mfa-reset", json=body)).status_code == 204

    told = [row for row in await rows(workshop, EventRow) if "passkey" in row.name]
    about = {"account_id": body["account_id"], "name": "My phone"}
    assert [(row.name, row.payload) for row in told] == [
        ("identity.passkey_added", about),
        ("identity.passkey_removed", about),
    ]
