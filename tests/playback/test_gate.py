"""Titles that are shown and ask for a PIN: whose, how often, and who gets around it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.profiles.models import CurrentRow, ProfileRow
from streamverse.domains.profiles.rules.pins import FREE_TRIES
from streamverse.domains.profiles.service.pins import GATE_STAYS_OPEN
from streamverse.kit.clock import FixedClock
from streamverse.kit.work import Actor, Workshop
from tests.conftest import Clients
from tests.factories.accounts import People, password_hash
from tests.factories.titles import make_title
from tests.playback.test_sessions import Json, enter, opened, refusal, rows

PIN, OTHER_PIN = "2580", "1111"
MOMENT = timedelta(seconds=1)
NEEDED = (403, "playback.pin_needed")


@pytest.fixture
async def film(workshop: Workshop, people: People) -> TitleId:
    """Let there be a film for those of 16 and older."""
    async with workshop.work(people.owner) as work:
        return await make_title(work, "Big Buck Bunny", minimum_age=16, effective_age=16)


@pytest.fixture
async def family(clients: Clients, workshop: Workshop) -> dict[str, str]:
    """Let a grown-up and a teenager share an account; the teenager's screen asks above 12."""
    ids: dict[str, str] = {}
    for name, asked in {
        "Parent": {},
        "Teen": {"maturity_limit": 16, "pin_above_age": 12},
        "Child": {"maturity_limit": 12, "is_kids": True},
    }.items():
        answer = await clients.viewer.post("/users/me/profiles", json={"name": name, **asked})
        assert answer.status_code == 201, answer.text
        ids[name] = answer.json()["id"]
    async with workshop.work(Actor.system()) as work:
        for row in await work.session.scalars(select(ProfileRow)):
            pins = {"Parent": PIN, "Teen": OTHER_PIN}
            row.pin_hash = password_hash(pins[row.name]) if row.name in pins else None
    return ids


async def sit(client: httpx.AsyncClient, profile_id: str, pin: str | None = None) -> None:
    answer = await client.post(f"/users/me/profiles/{profile_id}/switch", json={"pin": pin})
    assert answer.status_code == 200, answer.text


@pytest.fixture
async def teen(clients: Clients, family: dict[str, str]) -> httpx.AsyncClient:
    """Let the teenager sit before the screen."""
    await sit(clients.viewer, family["Teen"], OTHER_PIN)
    return clients.viewer


def by(profile_id: str, pin: str = PIN) -> Json:
    return {"profile_id": profile_id, "pin": pin}


async def test_a_title_above_the_age_asks_for_a_grown_ups_pin(
    teen: httpx.AsyncClient, family: dict[str, str], film: TitleId, workshop: Workshop
):
    answer = await enter(teen, film)
    assert refusal(answer) == NEEDED
    assert answer.json()["facts"] == {"profile_ids": [family["Parent"]]}
    assert answer.json()["detail"] == (
        "This title asks for the PIN of an adult's profile: enter it."
    )
    assert (await teen.get(f"/titles/{film}")).status_code == 200
    assert await rows(workshop) == []
    session = await opened(teen, film, proof=by(family["Parent"]))
    assert [str(row.id) for row in await rows(workshop)] == [session["session_id"]]


async def test_a_title_up_to_the_age_does_not_ask(
    teen: httpx.AsyncClient, workshop: Workshop, people: People
):
    async with workshop.work(people.owner) as work:
        mild = await make_title(work, "Mild", minimum_age=12, effective_age=12)
    await opened(teen, mild)


async def test_a_wrong_pin_counts_and_too_many_pause(
    teen: httpx.AsyncClient, family: dict[str, str], film: TitleId, workshop: Workshop
):
    wrong = by(family["Parent"], "0000")
    told = [refusal(await enter(teen, film, proof=wrong)) for _ in range(FREE_TRIES)]
    assert told == [(403, "profiles.pin_wrong")] * FREE_TRIES
    assert refusal(await enter(teen, film, proof=wrong)) == (429, "profiles.pin_paused")
    assert refusal(await enter(teen, film, proof=by(family["Parent"]))) == (
        429,
        "profiles.pin_paused",
    )
    assert await rows(workshop) == []


async def test_a_session_that_goes_on_is_not_asked_again(
    teen: httpx.AsyncClient, family: dict[str, str], film: TitleId, clock: FixedClock
):
    first = await opened(teen, film, proof=by(family["Parent"]))
    for _ in range(int(GATE_STAYS_OPEN / MOMENT) // 80 + 1):
        clock.advance(timedelta(seconds=80))
        again = await opened(teen, film, resumes=first["session_id"])
        assert again["session_id"] == first["session_id"]
    await opened(teen, film, resumes=first["session_id"])
    assert refusal(await enter(teen, film)) == NEEDED


async def test_the_pin_is_remembered_for_an_evening(
    teen: httpx.AsyncClient,
    family: dict[str, str],
    film: TitleId,
    workshop: Workshop,
    people: People,
    clock: FixedClock,
):
    async with workshop.work(people.owner) as work:
        episode = await make_title(work, "The next one", effective_age=16)
    await opened(teen, film, proof=by(family["Parent"]))
    clock.advance(GATE_STAYS_OPEN - MOMENT)
    await opened(teen, episode)
    clock.advance(MOMENT)
    assert refusal(await enter(teen, film)) == NEEDED


async def test_it_is_forgotten_when_somebody_else_is_chosen(
    teen: httpx.AsyncClient, family: dict[str, str], film: TitleId, clock: FixedClock
):
    session = await opened(teen, film, proof=by(family["Parent"]))
    clock.advance(MOMENT)
    await sit(teen, family["Teen"], OTHER_PIN)
    assert refusal(await enter(teen, film)) == NEEDED
    # Nor does the session go on that was opened before.
    assert refusal(await enter(teen, film, resumes=session["session_id"])) == NEEDED
    assert refusal(await teen.post(f"/titles/{film}/playback")) == NEEDED


async def test_a_pin_that_opens_nothing_is_not_remembered(
    teen: httpx.AsyncClient, family: dict[str, str], film: TitleId, workshop: Workshop
):
    assert refusal(await enter(teen, film, proof=by(family["Teen"], OTHER_PIN))) == NEEDED
    async with workshop.reading(Actor.system()) as work:
        [choice] = await work.session.scalars(select(CurrentRow))
    assert choice.pin_shown_at is None


async def test_other_log_ins_are_asked_themselves(
    teen: httpx.AsyncClient, clients: Clients, family: dict[str, str], film: TitleId
):
    await opened(teen, film, proof=by(family["Parent"]))
    theirs = await clients.owner.post("/users/me/profiles", json={"name": "X", "pin_above_age": 0})
    await sit(clients.owner, theirs.json()["id"])
    answer = await enter(clients.owner, film)
    assert refusal(answer) == NEEDED
    # Where nobody has a PIN, the answer says what to do.
    assert answer.json()["facts"] == {"profile_ids": []}
    assert "set it under Profiles first" in answer.json()["detail"]
    # The PIN of another family opens nothing.
    foreign = await enter(clients.owner, film, proof=by(family["Parent"]))
    assert refusal(foreign) == (404, "profiles.profile_not_found")


async def test_the_older_route_takes_the_pin_too(
    teen: httpx.AsyncClient, family: dict[str, str], film: TitleId
):
    path = f"/titles/{film}/playback"
    assert refusal(await teen.post(path)) == NEEDED
    assert refusal(await teen.post(path, json={})) == NEEDED
    answer = await teen.post(path, json={"proof": by(family["Parent"])})
    assert (answer.status_code, answer.json()["name"]) == (200, "Big Buck Bunny")


async def test_who_has_chosen_nobody_plays_what_no_lock_keeps(
    clients: Clients, family: dict[str, str], film: TitleId, workshop: Workshop
):
    # Whoever may not even know of it is told nothing of a PIN.
    assert refusal(await enter(clients.viewer, film)) == (403, "playback.title_too_mature")
    async with workshop.work(Actor.system()) as work:
        for row in await work.session.scalars(select(ProfileRow)):
            row.pin_hash = row.pin_hash if row.name == "Parent" else None
    assert refusal(await enter(clients.viewer, film)) == NEEDED
    await opened(clients.viewer, film, proof=by(family["Parent"]))
    assert refusal(await enter(clients.viewer, film)) == NEEDED


async def test_the_level_is_set_by_anybody_and_lifted_by_a_grown_up(
    teen: httpx.AsyncClient, family: dict[str, str]
):
    path = f"/users/me/profiles/{family['Teen']}"

    async def ask(**body: Any) -> tuple[int, Any]:
        answer = await teen.patch(path, json=body)
        found = answer.json()
        return answer.status_code, found.get("code", found.get("pin_above_age"))

    assert await ask(pin_above_age=6) == (200, 6)
    for wider in (12, None):
        assert await ask(pin_above_age=wider) == (403, "profiles.grown_up_required")
    assert await ask(name="Teen") == (200, 6)
    assert await ask(pin_above_age=None, proof=by(family["Parent"])) == (200, None)
    assert (await ask(pin_above_age=7))[0] == 422
