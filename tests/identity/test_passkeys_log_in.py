"""Passkeys: logged in with alone, and shown beside the password."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import cbor2
import httpx
import pytest
from sqlalchemy import update

from streamverse.domains.identity.models import (
    FactorSetRow,
    OneTimeRow,
    PasskeyRow,
    SessionRow,
)
from streamverse.kit.clock import FixedClock
from streamverse.kit.work import Actor, Workshop
from tests.factories.accounts import People
from tests.factories.authenticator import (
    FOREIGN_ORIGINS,
    Authenticator,
    to_base64url,
)
from tests.factories.factors import (
    COOKIE,
    FACTOR_WRONG,
    VIEWER,
    Person,
    activity,
    refusal,
    rows,
    ticket,
    turn_on,
)

if TYPE_CHECKING:
    from tests.conftest import Clients

REFUSED = (403, "identity.passkey_refused")
WRONG = (401, "identity.passkey_wrong")
DAMAGED: tuple[object, ...] = (None, "", "!", "AAAA", 7, [], {})


# --- logging in with nothing else -----------------------------------------------------------------


async def test_a_passkey_alone_logs_in(
    viewer: Person, away: Person, workshop: Workshop, clock: FixedClock
) -> None:
    await viewer.add()
    clock.advance(timedelta(minutes=1))
    answer = {**await away.sign(), "device_name": "Sofa"}

    entered = await away.enter(answer)

    assert (entered.status_code, entered.json()["email"]) == (200, "viewer@example.org")
    assert entered.headers["cache-control"] == "no-store"
    assert (await away.client.get("/auth/me")).status_code == 200
    (row,) = await rows(workshop, PasskeyRow)
    assert (row.sign_count, row.last_used_at) == (1, clock.now())
    session = max(await rows(workshop, SessionRow), key=lambda each: each.id)
    assert session.amr == "hwk mfa user"
    kind, facts = (await activity(workshop))[-1]
    assert (kind, facts["device"]) == ("logged_in", "Sofa")


async def test_a_passkey_alone_is_enough_where_two_factors_are_asked_for(
    viewer: Person, away: Person, clock: FixedClock
) -> None:
    await viewer.add()
    await turn_on(viewer.client, clock)

    assert (await away.enter()).status_code == 200


async def test_what_is_asked_is_the_same_for_everybody(
    viewer: Person, away: Person, owner: Person
) -> None:
    before = (await away.ask("login/options"))["publicKey"]
    await viewer.add()
    await owner.add()
    after = (await away.ask("login/options"))["publicKey"]

    assert before.pop("challenge") != after.pop("challenge")
    assert before == after
    assert after["allowCredentials"] == []
    assert (after["rpId"], after["userVerification"]) == ("video.example.org", "required")


async def test_an_answer_is_good_once_even_for_many_at_once(
    viewer: Person, away: Person, workshop: Workshop
) -> None:
    await viewer.add()
    viewer.device.is_counting = False
    answer = await away.sign()

    entered = await asyncio.gather(*(away.enter(answer) for _ in range(3)))

    assert sorted(each.status_code for each in entered) == [200, 409, 409]
    assert refusal(await away.enter(answer)) == (409, "identity.link_used")
    assert len(await rows(workshop, SessionRow)) == 2


async def test_an_answer_comes_in_time_and_to_what_was_asked(
    viewer: Person, away: Person, workshop: Workshop, clock: FixedClock
) -> None:
    await viewer.add()
    answer, other = await away.sign(), await away.sign()

    crossed = {**answer, "ticket": other["ticket"]}
    assert refusal(await away.enter(crossed)) == WRONG
    unknown = {**answer, "ticket": "x" * 43}
    assert refusal(await away.enter(unknown)) == (403, "identity.link_invalid")
    clock.advance(timedelta(minutes=5))
    assert refusal(await away.enter(answer)) == (403, "identity.link_expired")

    assert len(await rows(workshop, SessionRow)) == 1
    failed = ("log_in_failed", {"by": "passkey"})
    assert (await activity(workshop))[-3:] == [failed] * 3


def without_a_finger(device: Authenticator) -> None:
    device.is_user_verified = False


def with_a_stranger_s_key(device: Authenticator) -> None:
    (known,) = device.keys
    forged = Authenticator()
    options: dict[str, Any] = {
        "rp": {"id": "video.example.org"},
        "user": {"id": to_base64url(device.keys[known].user_handle)},
        "challenge": "",
        "excludeCredentials": [],
    }
    forged.create(options)
    (held,) = forged.keys.values()
    device.keys[known] = held


def with_another_handle(device: Authenticator) -> None:
    (held,) = device.keys.values()
    held.user_handle = bytes(32)


def with_an_unknown_id(device: Authenticator) -> None:
    (held,) = device.keys.values()
    device.keys = {bytes(32): held}


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
async def test_what_was_signed_elsewhere_opens_nothing(
    viewer: Person, away: Person, workshop: Workshop, origin: str
) -> None:
    await viewer.add()
    viewer.device.origin = origin

    assert refusal(await away.enter()) == WRONG

    assert len(await rows(workshop, SessionRow)) == 1


@pytest.mark.parametrize(
    "lie",
    [
        without_a_finger,
        with_a_stranger_s_key,
        with_another_handle,
        with_an_unknown_id,
    ],
)
async def test_whoever_signs_wrongly_gets_one_answer_and_no_session(
    viewer: Person,
    away: Person,
    workshop: Workshop,
    lie: Callable[[Authenticator], None],
) -> None:
    await viewer.add()
    lie(viewer.device)

    refused = await away.enter()

    assert refusal(refused) == WRONG
    assert COOKIE not in away.client.cookies
    assert len(await rows(workshop, SessionRow)) == 1
    assert [row.sign_count for row in await rows(workshop, PasskeyRow)] == [0]
    assert (await activity(workshop))[-1] == ("log_in_failed", {"by": "passkey"})


@pytest.mark.parametrize(
    "part",
    ["id", "rawId", "type", "clientDataJSON", "authenticatorData", "signature", "userHandle"],
)
async def test_a_damaged_signature_is_refused(
    viewer: Person, away: Person, workshop: Workshop, clock: FixedClock, part: str
) -> None:
    await viewer.add()
    for value in DAMAGED:
        clock.advance(timedelta(hours=1))  # the throttle has forgotten the last one
        answer = await away.sign()
        credential = answer["credential"]
        holder = credential["response"] if part in credential["response"] else credential
        holder[part] = value

        assert refusal(await away.enter(answer)) == WRONG, value

    assert len(await rows(workshop, SessionRow)) == 1


async def test_a_count_that_does_not_grow_is_that_of_a_copy(
    viewer: Person, away: Person, workshop: Workshop
) -> None:
    await viewer.add()
    for _ in range(2):
        assert (await away.enter()).status_code == 200
    (held,) = viewer.device.keys.values()

    for copied_at in (0, 1):
        held.sign_count = copied_at
        assert refusal(await away.enter()) == WRONG

    assert [row.sign_count for row in await rows(workshop, PasskeyRow)] == [2]
    held.sign_count = 2
    assert (await away.enter()).status_code == 200


async def test_devices_that_do_not_count_are_let_in(viewer: Person, away: Person) -> None:
    viewer.device.is_counting = False
    await viewer.add()

    for _ in range(2):
        assert (await away.enter()).status_code == 200


async def test_a_public_key_that_is_no_point_opens_nothing(
    viewer: Person, away: Person, workshop: Workshop
) -> None:
    await viewer.add()
    nowhere = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: bytes(32), -3: bytes(32)})
    async with workshop.work(Actor.system()) as work:
        await work.session.execute(update(PasskeyRow).values(public_key=nowhere))

    assert refusal(await away.enter()) == WRONG


async def test_who_tries_on_and_on_has_to_wait(viewer: Person, away: Person) -> None:
    await viewer.add()
    without_a_finger(viewer.device)
    for _ in range(5):
        assert refusal(await away.enter()) == WRONG

    slowed = await away.enter()

    assert refusal(slowed) == (429, "identity.too_many_attempts")
    assert slowed.headers["retry-after"] == "1"


# --- beside the password --------------------------------------------------------------------------


async def finish(client: httpx.AsyncClient, held: str, answer: dict[str, Any]) -> httpx.Response:
    return await client.post("/auth/login/mfa", json={"ticket": held, "passkey": answer})


async def test_a_passkey_is_a_second_factor(
    viewer: Person, away: Person, workshop: Workshop, clock: FixedClock
) -> None:
    await viewer.add()
    await turn_on(viewer.client, clock)
    begun = (await away.client.post("/auth/login", json=VIEWER)).json()
    assert begun["methods"] == ["totp", "backup_code", "passkey"]
    held = begun["ticket"]
    asked = await away.ask("login/options", ticket=held)
    # The password has been shown: a touch is enough.
    assert asked["publicKey"]["userVerification"] == "preferred"
    (credential_id,) = viewer.device.keys
    allowed = [each["id"] for each in asked["publicKey"]["allowCredentials"]]
    assert allowed == [to_base64url(credential_id)]
    without_a_finger(viewer.device)
    credential = viewer.device.get(asked["publicKey"])
    del credential["response"]["userHandle"]
    answer = {"ticket": asked["ticket"], "credential": credential}

    entered = await finish(away.client, held, answer)

    assert entered.status_code == 200
    session = max(await rows(workshop, SessionRow), key=lambda each: each.id)
    assert session.amr == "hwk mfa pwd"


async def test_only_the_account_s_own_passkey_finishes_its_log_in(
    viewer: Person, away: Person, owner: Person, workshop: Workshop, clock: FixedClock
) -> None:
    for person in (viewer, owner):
        await person.add()
        await turn_on(person.client, clock)
    held = await ticket(away.client)

    foreign = await owner.sign("login/options")
    of_nobody = await away.sign()
    asked = await away.ask("login/options", ticket=held)
    (owner_key,) = owner.device.keys
    swapped = {
        "ticket": asked["ticket"],
        "credential": owner.device.get(asked["publicKey"], with_id=owner_key),
    }

    for answer in (foreign, of_nobody, swapped):
        assert refusal(await finish(away.client, held, answer)) == FACTOR_WRONG
    assert len(await rows(workshop, SessionRow)) == 2


async def test_what_was_signed_for_a_log_in_with_a_password_is_no_log_in_without(
    viewer: Person, away: Person, workshop: Workshop, clock: FixedClock
) -> None:
    await viewer.add()
    await turn_on(viewer.client, clock)
    answer = await away.sign(ticket=await ticket(away.client))

    assert refusal(await away.enter(answer)) == (403, "identity.link_invalid")

    assert len(await rows(workshop, SessionRow)) == 1


async def test_nobody_learns_an_account_s_passkeys_without_its_password(
    viewer: Person, away: Person
) -> None:
    await viewer.add()

    refused = await away.client.post("/auth/passkeys/login/options", json={"ticket": "x" * 43})

    assert refusal(refused) == (403, "identity.link_invalid")


async def test_a_passkey_confirms_that_it_is_you(
    viewer: Person, owner: Person, clock: FixedClock
) -> None:
    await viewer.add()
    await owner.add()
    clock.advance(timedelta(hours=1))
    asked = await viewer.ask("reauth/options")
    assert asked["publicKey"]["userVerification"] == "required"
    (owner_key,) = owner.device.keys
    foreign = {
        "ticket": asked["ticket"],
        "credential": owner.device.get(asked["publicKey"], with_id=owner_key),
    }
    refused = await viewer.client.post("/auth/reauth", json={"passkey": foreign})
    assert refusal(refused) == FACTOR_WRONG
    own = await viewer.sign("reauth/options")

    confirmed = await viewer.client.post("/auth/reauth", json={"passkey": own})

    assert confirmed.status_code == 200
    assert (await viewer.client.post("/auth/mfa/setup")).status_code == 200


async def test_a_reset_takes_the_passkeys_away_too(
    viewer: Person, away: Person, clients: Clients, people: People, workshop: Workshop
) -> None:
    await viewer.add()

    body = {"account_id": str(people.viewer.account_id)}
    assert (await clients.owner.post("/auth/mfa-reset", json=body)).status_code == 204

    assert refusal(await away.enter()) == WRONG
    assert await rows(workshop, PasskeyRow) == []
    assert await rows(workshop, FactorSetRow) == []


async def test_a_removed_account_leaves_nothing_behind(
    viewer: Person, clients: Clients, people: People, workshop: Workshop, clock: FixedClock
) -> None:
    await viewer.add()
    await turn_on(viewer.client, clock)

    gone = await clients.owner.delete(f"/accounts/{people.viewer.account_id}")

    assert gone.status_code == 204
    for table in (PasskeyRow, FactorSetRow, OneTimeRow):
        assert await rows(workshop, table) == []


# --- questions without end ------------------------------------------------------------------------


async def test_a_network_asks_for_passkeys_sixty_times_a_minute(
    elsewhere: httpx.AsyncClient, workshop: Workshop, clock: FixedClock
) -> None:
    ask = elsewhere.post
    for _ in range(60):
        assert (await ask("/auth/passkeys/login/options", json={})).status_code == 200
    before = len(await rows(workshop, OneTimeRow))

    clock.advance(timedelta(seconds=20))
    refused = await ask("/auth/passkeys/login/options", json={})

    assert refusal(refused) == (429, "identity.too_many_passkey_questions")
    assert refused.headers["retry-after"] == "40"
    assert "try again in 40 seconds, or log in with your password" in refused.json()["detail"]
    assert len(await rows(workshop, OneTimeRow)) == before
    clock.advance(timedelta(seconds=40))
    assert (await ask("/auth/passkeys/login/options", json={})).status_code == 200
