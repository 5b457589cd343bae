"""Plans through HTTP: made, changed, ordered, archived, given and taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from streamverse.domains.billing.contracts import WITHOUT_PLAN, Entitlements
from streamverse.domains.billing.public import BILLING_EXPORTERS, find_entitlements
from streamverse.domains.billing.service import PLANS_LIMIT
from streamverse.domains.identity.contracts import AccountId
from streamverse.kit.clock import FixedClock
from streamverse.kit.work import Workshop
from tests.conftest import Clients
from tests.factories.accounts import People
from tests.factories.statements import heard

Json = dict[str, Any]


async def make_plan(owner: httpx.AsyncClient, name: str, **said: Any) -> Json:
    answer = await owner.post("/admin/plans", json={"name": name, **said})
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def listed(clients: Clients) -> list[str]:
    return [one["plan"]["name"] for one in (await clients.owner.get("/admin/plans")).json()]


@pytest.fixture
def viewer_plan(people: People) -> str:
    """Give the address of the viewer's plan."""
    return f"/admin/accounts/{people.viewer.account_id}/plan"


async def allowed(workshop: Workshop, people: People) -> Entitlements:
    assert people.viewer.account_id is not None
    async with workshop.reading(people.viewer) as work:
        return await find_entitlements(work, AccountId(people.viewer.account_id))


# --- plans ----------------------------------------------------------------------------------------


async def test_a_plan_says_what_it_allows(clients: Clients):
    said = {
        "description": "For two rooms.",
        "streams_at_once": 2,
        "devices_at_most": 4,
        "max_height": 720,
        "regions": ["DE", "AT"],
    }
    made = await make_plan(clients.owner, "Duo", **said)
    assert made == {
        "id": made["id"],
        "name": "Duo",
        **said,
        "is_default": False,
        "is_archived": False,
    }
    assert (await clients.viewer.get("/plans")).json() == [made]
    assert (await clients.owner.get("/admin/plans")).json() == [{"plan": made, "accounts": 0}]
    assert (await clients.stranger.get("/admin/plans")).json() == []


async def test_plans_stand_in_the_order_that_staff_gives_them(clients: Clients):
    made = [await make_plan(clients.owner, name) for name in ("One", "Two", "Three")]
    assert await listed(clients) == ["One", "Two", "Three"]
    order = {"plan_ids": [made[2]["id"], made[0]["id"]]}
    ordered = await clients.owner.put("/admin/plans/order", json=order)
    assert [plan["name"] for plan in ordered.json()] == ["Three", "One", "Two"]
    assert await listed(clients) == ["Three", "One", "Two"]
    unknown = {"plan_ids": [str(uuid4())]}
    told = await clients.owner.put("/admin/plans/order", json=unknown)
    assert refusal(told) == (404, "billing.plan_not_found")
    assert await listed(clients) == ["Three", "One", "Two"]


async def test_names_are_taken_once_and_by_tenant(clients: Clients):
    await make_plan(clients.owner, "Basic")
    other = await make_plan(clients.owner, "Other")
    again = await clients.owner.post("/admin/plans", json={"name": " Basic "})
    assert refusal(again) == (409, "billing.plan_name_taken")
    renamed = await clients.owner.put(f"/admin/plans/{other['id']}", json={"name": "Basic"})
    assert refusal(renamed) == (409, "billing.plan_name_taken")
    assert await listed(clients) == ["Basic", "Other"]
    await make_plan(clients.stranger, "Basic")
    foreign = await clients.stranger.put(f"/admin/plans/{other['id']}", json={"name": "Mine"})
    assert refusal(foreign) == (404, "billing.plan_not_found")


async def test_there_are_only_so_many(clients: Clients):
    for number in range(PLANS_LIMIT):
        await make_plan(clients.owner, f"Plan {number}")
    told = await clients.owner.post("/admin/plans", json={"name": "One more"})
    assert refusal(told) == (409, "billing.too_many_plans")


async def test_one_plan_at_most_is_the_default(clients: Clients):
    first = await make_plan(clients.owner, "First", is_default=True)
    second = await make_plan(clients.owner, "Second", is_default=True)
    plans = [one["plan"] for one in (await clients.owner.get("/admin/plans")).json()]
    assert [plan["is_default"] for plan in plans] == [False, True]
    said = {"name": "First", "is_default": True}
    assert (await clients.owner.put(f"/admin/plans/{first['id']}", json=said)).status_code == 200
    plans = [one["plan"] for one in (await clients.owner.get("/admin/plans")).json()]
    assert [plan["is_default"] for plan in plans] == [True, False]
    archived = {"name": "Second", "is_archived": True}
    await clients.owner.put(f"/admin/plans/{second['id']}", json=archived)
    assert [plan["name"] for plan in (await clients.viewer.get("/plans")).json()] == ["First"]


# --- who has which --------------------------------------------------------------------------------


async def test_without_plans_nobody_has_one(
    clients: Clients, workshop: Workshop, people: People, viewer_plan: str
):
    nothing = {"plan": None, "is_given": False, "starts_at": None, "ends_at": None}
    assert (await clients.owner.get(viewer_plan)).json() == nothing
    assert await allowed(workshop, people) == WITHOUT_PLAN


async def test_the_default_plan_is_everybodys_until_another_is_given(
    clients: Clients, workshop: Workshop, people: People, viewer_plan: str
):
    await make_plan(clients.owner, "Basic", streams_at_once=1, is_default=True)
    duo = await make_plan(clients.owner, "Duo", streams_at_once=2, max_height=720, regions=["DE"])
    assert (await allowed(workshop, people)).plan_name == "Basic"
    given = await clients.owner.put(viewer_plan, json={"plan_id": duo["id"]})
    assert (given.json()["plan"]["name"], given.json()["is_given"]) == ("Duo", True)
    entitled = await allowed(workshop, people)
    assert (entitled.plan_name, entitled.streams_at_once) == ("Duo", 2)
    assert (entitled.devices_at_most, entitled.max_height) == (0, 720)
    assert entitled.regions == ("DE",)
    counts = [one["accounts"] for one in (await clients.owner.get("/admin/plans")).json()]
    assert counts == [0, 1]
    taken_back = await clients.owner.put(viewer_plan, json={})
    assert (taken_back.json()["plan"]["name"], taken_back.json()["is_given"]) == ("Basic", False)
    assert (await allowed(workshop, people)).streams_at_once == 1


async def test_a_plan_ends_when_it_was_said_to(
    clients: Clients, workshop: Workshop, people: People, clock: FixedClock, viewer_plan: str
):
    duo = await make_plan(clients.owner, "Duo")
    ends_at = clock.now() + timedelta(days=1)
    said = {"plan_id": duo["id"], "ends_at": ends_at.isoformat()}
    assert (await clients.owner.put(viewer_plan, json=said)).status_code == 200
    clock.advance(timedelta(days=1) - timedelta(seconds=1))
    assert (await allowed(workshop, people)).plan_name == "Duo"
    clock.advance(timedelta(seconds=1))
    assert await allowed(workshop, people) == WITHOUT_PLAN
    late = await clients.owner.put(viewer_plan, json=said)
    assert late.json()["fields"][0]["field"] == "ends_at"


async def test_what_is_given_anew_takes_the_place_of_what_was(
    clients: Clients, workshop: Workshop, people: People, clock: FixedClock, viewer_plan: str
):
    for name in ("One", "Two"):
        plan = await make_plan(clients.owner, name)
        await clients.owner.put(viewer_plan, json={"plan_id": plan["id"]})
        clock.advance(timedelta(seconds=1))
    assert (await allowed(workshop, people)).plan_name == "Two"
    assert people.viewer.account_id is not None
    async with workshop.reading(people.viewer) as work:
        [exporter] = BILLING_EXPORTERS
        kept: Any = await exporter.export(work, AccountId(people.viewer.account_id))
    assert [(one["plan"], one["ends_at"] is None) for one in kept] == [
        ("One", False),
        ("Two", True),
    ]


async def test_an_archived_plan_stays_with_whoever_has_it(
    clients: Clients, workshop: Workshop, people: People, viewer_plan: str
):
    duo = await make_plan(clients.owner, "Duo")
    await clients.owner.put(viewer_plan, json={"plan_id": duo["id"]})
    archived = {"name": "Duo", "is_archived": True}
    await clients.owner.put(f"/admin/plans/{duo['id']}", json=archived)
    assert (await allowed(workshop, people)).plan_name == "Duo"
    assert (await clients.owner.put(viewer_plan, json={"plan_id": duo["id"]})).status_code == 200
    own = f"/admin/accounts/{people.owner.account_id}/plan"
    told = await clients.owner.put(own, json={"plan_id": duo["id"]})
    assert refusal(told) == (409, "billing.plan_archived")


async def test_plans_and_accounts_of_others_do_not_exist(clients: Clients, viewer_plan: str):
    foreign = await make_plan(clients.stranger, "Theirs", is_default=True)
    told = await clients.owner.put(viewer_plan, json={"plan_id": foreign["id"]})
    assert refusal(told) == (404, "billing.plan_not_found")
    for answer in (
        await clients.stranger.get(viewer_plan),
        await clients.stranger.put(viewer_plan, json={}),
    ):
        assert refusal(answer) == (404, "identity.account_not_found")
    assert (await clients.owner.get(viewer_plan)).json()["plan"] is None


async def test_what_somebody_may_is_one_question(
    clients: Clients, workshop: Workshop, people: People
):
    await make_plan(clients.owner, "Basic", is_default=True)
    assert people.viewer.account_id is not None
    async with workshop.reading(people.viewer) as work:
        with heard(workshop.database) as asked:
            await find_entitlements(work, AccountId(people.viewer.account_id))
    assert [(way, "billing_plan" in text) for way, text in asked] == [("alone", True)]
