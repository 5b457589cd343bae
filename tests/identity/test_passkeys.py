"""Passkeys: added, named and removed."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import timedelta
from typing import TYPE_CHECKING

import cbor2
import pytest
from sqlalchemy import update

from streamverse.domains.identity.contracts import IdentitySettings
from streamverse.domains.identity.errors.factors import PasskeysUnavailable
from streamverse.domains.identity.models import (
    AccountRow,
    DeviceRow,
    FederatedIdentityRow,
    PasskeyRow,
)
from streamverse.domains.identity.service import passkeys
from streamverse.kit.clock import FixedClock, new_id
from streamverse.kit.work import Actor, Workshop
from tests.factories.accounts import People
from tests.factories.authenticator import (
    FOREIGN_ORIGINS,
    Authenticator,
    from_base64url,
    to_base64url,
)
from tests.factories.factors import (
    COOKIE,
    Person,
    activity,
    refusal,
    rows,
)

if TYPE_CHECKING:
    from tests.conftest import Clients

REFUSED = (403, "identity.passkey_refused")
WRONG = (401, "identity.passkey_wrong")
DAMAGED: tuple[object, ...] = (None, "", "!", "AAAA", 7, [], {})


# --- adding ---------------------------------------------------------------------------------------


async def test_a_browser_is_asked_for_a_key_that_tells_nothing_about_its_owner(
    viewer: Person, people: People
) -> None:
    asked = (await viewer.ask("register/options"))["publicKey"]

    assert asked["rp"] == {"id": "video.example.org", "name": "video.example.org"}
    assert asked["user"]["name"] == "viewer@example.org"
    assert asked["user"]["displayName"] == "Viewer"
    handle = from_base64url(asked["user"]["id"])
    assert len(handle) == 32
    assert people.viewer.account_id
    assert people.viewer.account_id.bytes not in handle
    assert asked["attestation"] == "none"
    assert asked["authenticatorSelection"]["residentKey"] == "preferred"
    assert asked["excludeCredentials"] == []
    assert len(from_base64url(asked["challenge"])) == 32
    again = (await viewer.ask("register/options"))["publicKey"]
    assert again["user"]["id"] == asked["user"]["id"]
    assert again["challenge"] != asked["challenge"]


async def test_a_passkey_is_added_and_the_session_gets_a_new_secret(
    viewer: Person, workshop: Workshop, clock: FixedClock
) -> None:
    async with workshop.work(Actor.system()) as work:
        until = clock.now() + timedelta(days=9)
        await work.session.execute(update(DeviceRow).values(trusted_until=until))
    former = viewer.client.cookies[COOKIE]
    viewer.device.is_synced = True

    added = await viewer.add(name=" My\x00 key ")

    assert (added.status_code, added.headers["cache-control"]) == (201, "no-store")
    assert viewer.client.cookies[COOKIE] != former
    shown = added.json()
    assert shown == {
        "id": shown["id"],
        "name": "My key",
        "is_synced": True,
        "created_at": "2030-01-01T00:00:00Z",
        "last_used_at": None,
    }
    assert (await viewer.client.get("/auth/passkeys")).json() == {"items": [shown]}
    (row,) = await rows(workshop, PasskeyRow)
    assert row.transports == "hybrid internal"
    assert [device.trusted_until for device in await rows(workshop, DeviceRow)] == [None]
    assert (await activity(workshop))[-1] == ("passkey_added", {"passkey": "My key"})


async def test_a_second_passkey_is_made_on_another_device(viewer: Person) -> None:
    first = (await viewer.add()).json()
    (first_id,) = viewer.device.keys
    viewer.device = Authenticator()

    asked = (await viewer.ask("register/options"))["publicKey"]
    second = (await viewer.add()).json()

    assert asked["excludeCredentials"] == [
        {
            "id": to_base64url(first_id),
            "type": "public-key",
            "transports": ["hybrid", "internal"],
        }
    ]
    assert [first["name"], second["name"]] == ["Firefox on Linux"] * 2
    assert (await viewer.client.get("/auth/passkeys")).json() == {"items": [first, second]}


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
async def test_a_passkey_made_elsewhere_is_refused(
    viewer: Person, workshop: Workshop, origin: str
) -> None:
    former = viewer.client.cookies[COOKIE]
    viewer.device.origin = origin

    assert refusal(await viewer.add()) == REFUSED

    assert await rows(workshop, PasskeyRow) == []
    assert viewer.client.cookies[COOKIE] == former
    refused = ("one_time_refused", {"purpose": "passkey_registration"})
    assert (await activity(workshop))[-1] == refused


async def test_what_is_asked_is_answered_once_in_time_and_by_who_was_asked(
    viewer: Person, owner: Person, workshop: Workshop, clock: FixedClock
) -> None:
    asked = await viewer.ask("register/options")
    other = await viewer.ask("register/options")
    made = viewer.device.create(asked["publicKey"])

    assert refusal(await owner.register(asked["ticket"], made)) == (403, "identity.link_invalid")
    assert refusal(await viewer.register(other["ticket"], made)) == REFUSED
    assert (await viewer.register(asked["ticket"], made)).status_code == 201
    assert refusal(await viewer.register(asked["ticket"], made)) == (409, "identity.link_used")
    clock.advance(timedelta(minutes=5))
    late = await viewer.register(other["ticket"], made)
    assert refusal(late) == (403, "identity.link_expired")
    assert refusal(await viewer.register("x" * 43, made)) == (403, "identity.link_invalid")
    assert len(await rows(workshop, PasskeyRow)) == 1


async def test_of_two_answers_at_once_one_is_kept(viewer: Person, workshop: Workshop) -> None:
    asked = await viewer.ask("register/options")
    made = viewer.device.create(asked["publicKey"])

    answers = await asyncio.gather(*(viewer.register(asked["ticket"], made) for _ in range(3)))

    statuses = sorted(answer.status_code for answer in answers)
    assert statuses[0] == 201
    assert 201 not in statuses[1:]
    assert len(await rows(workshop, PasskeyRow)) == 1


async def test_a_passkey_of_another_account_cannot_be_added(
    viewer: Person, owner: Person, workshop: Workshop
) -> None:
    await viewer.add()
    (credential_id,) = viewer.device.keys
    asked = await owner.ask("register/options")
    made = owner.device.create(asked["publicKey"])
    (own_id,) = owner.device.keys
    # The attestation of nobody is not signed, so that a thief can put any id there.
    attested = cbor2.loads(from_base64url(made["response"]["attestationObject"]))
    attested["authData"] = attested["authData"].replace(own_id, credential_id)
    made["response"]["attestationObject"] = to_base64url(cbor2.dumps(attested))

    refused = await owner.register(asked["ticket"], made)

    assert refusal(refused) == (409, "identity.passkey_taken")
    (kept,) = await rows(workshop, PasskeyRow)
    assert kept.credential_id == credential_id


@pytest.mark.parametrize(
    "part", ["id", "rawId", "type", "clientDataJSON", "attestationObject", "response"]
)
async def test_a_damaged_answer_is_refused(viewer: Person, workshop: Workshop, part: str) -> None:
    for value in DAMAGED:
        viewer.device = Authenticator()
        asked = await viewer.ask("register/options")
        made = viewer.device.create(asked["publicKey"])
        holder = made["response"] if part in made["response"] else made
        holder[part] = value

        assert refusal(await viewer.register(asked["ticket"], made)) == REFUSED, value

    assert await rows(workshop, PasskeyRow) == []


async def test_an_account_has_at_most_twenty(viewer: Person, workshop: Workshop) -> None:
    for _ in range(20):
        viewer.device = Authenticator()
        assert (await viewer.add()).status_code == 201

    full = await viewer.client.post("/auth/passkeys/register/options", json={})

    assert refusal(full) == (409, "identity.too_many_passkeys")
    assert full.json()["facts"] == {"limit": 20}
    assert len(await rows(workshop, PasskeyRow)) == 20


async def test_a_service_under_a_number_has_no_passkeys(
    workshop: Workshop, identity_settings: IdentitySettings
) -> None:
    numbered = dataclasses.replace(identity_settings, issuer="http://127.0.0.1:8000")
    async with workshop.work(Actor.system()) as work:
        with pytest.raises(PasskeysUnavailable):
            await passkeys.begin_log_in(work, numbered)


# --- keeping --------------------------------------------------------------------------------------


async def test_a_passkey_is_renamed(viewer: Person, workshop: Workshop) -> None:
    passkey_id = (await viewer.add(name="Old")).json()["id"]

    renamed = await viewer.client.patch(f"/auth/passkeys/{passkey_id}", json={"name": " New "})
    empty = await viewer.client.patch(f"/auth/passkeys/{passkey_id}", json={"name": "\n"})

    assert (renamed.status_code, renamed.json()["name"]) == (200, "New")
    assert refusal(empty) == (422, "kit.invalid")
    assert empty.json()["fields"][0]["field"] == "name"
    assert [row.name for row in await rows(workshop, PasskeyRow)] == ["New"]
    written = ("passkey_renamed", {"passkey": "New", "former_name": "Old"})
    assert (await activity(workshop))[-1] == written


async def test_a_removed_passkey_opens_nothing(
    viewer: Person, away: Person, workshop: Workshop
) -> None:
    passkey_id = (await viewer.add(name="Lost")).json()["id"]
    former = viewer.client.cookies[COOKIE]

    removed = await viewer.client.delete(f"/auth/passkeys/{passkey_id}")

    assert removed.status_code == 204
    assert viewer.client.cookies[COOKIE] != former
    assert (await activity(workshop))[-1] == ("passkey_removed", {"passkey": "Lost"})
    assert refusal(await away.enter()) == WRONG
    again = await viewer.client.delete(f"/auth/passkeys/{passkey_id}")
    assert refusal(again) == (404, "identity.passkey_not_found")


async def test_nobody_touches_the_passkeys_of_others(
    viewer: Person, owner: Person, clients: Clients, workshop: Workshop
) -> None:
    passkey_id = (await viewer.add(name="Mine")).json()["id"]

    for client in (owner.client, clients.stranger):
        assert (await client.get("/auth/passkeys")).json() == {"items": []}
        for answer in (
            await client.patch(f"/auth/passkeys/{passkey_id}", json={"name": "Theirs"}),
            await client.delete(f"/auth/passkeys/{passkey_id}"),
        ):
            assert refusal(answer) == (404, "identity.passkey_not_found")
    assert [row.name for row in await rows(workshop, PasskeyRow)] == ["Mine"]


async def test_the_last_way_in_stays(
    viewer: Person, away: Person, workshop: Workshop, clock: FixedClock, people: People
) -> None:
    passkey_id = (await viewer.add()).json()["id"]
    async with workshop.work(Actor.system()) as work:
        await work.session.execute(update(AccountRow).values(password_hash=""))

    refused = await viewer.client.delete(f"/auth/passkeys/{passkey_id}")

    assert refusal(refused) == (409, "identity.last_way_in")
    assert (await away.enter()).status_code == 200
    async with workshop.work(people.viewer) as work:
        work.session.add(
            FederatedIdentityRow(
                id=new_id(),
                account_id=people.viewer.account_id,
                provider="google",
                issuer="https://accounts.example.org",
                subject="7",
                created_at=clock.now(),
            )
        )
    assert (await viewer.client.delete(f"/auth/passkeys/{passkey_id}")).status_code == 204


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "register/options"), ("POST", "register"), ("DELETE", "{id}")],
)
async def test_passkeys_are_changed_only_soon_after_a_log_in(
    viewer: Person, clients: Clients, clock: FixedClock, method: str, path: str
) -> None:
    address = f"/auth/passkeys/{path.format(id=new_id())}"
    assert (await clients.nobody.request(method, address)).status_code == 401
    clock.advance(timedelta(minutes=11))

    refused = await viewer.client.request(method, address)

    assert refusal(refused) == (403, "identity.reauth_required")
