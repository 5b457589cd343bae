"""Signing keys: published before they sign, verifying after they did, replaced each month."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from streamverse.domains.identity.contracts import IdentitySettings
from streamverse.domains.identity.jobs import RotateSigningKeys, handlers
from streamverse.domains.identity.models import SigningKeyRow
from streamverse.domains.identity.service import signing_keys
from streamverse.kit.clock import FixedClock
from streamverse.kit.crypto import KEY_BYTES, Undecryptable, Vault
from streamverse.kit.work import Actor, Workshop
from streamverse.kit.worker import Worker, handlers_of
from tests.factories.accounts import PASSWORD

if TYPE_CHECKING:
    from tests.conftest import Clients

VIEWER = {"email": "viewer@example.org", "password": PASSWORD}
JWKS = "https://video.example.org/.well-known/jwks.json"


async def token(clients: Clients) -> str:
    return (await clients.nobody.post("/auth/token", json=VIEWER)).json()["access_token"]


async def is_good(clients: Clients, text: str) -> bool:
    headers = {"Authorization": f"Bearer {text}"}
    return (await clients.nobody.get("/auth/me", headers=headers)).status_code == 200


async def published(clients: Clients) -> list[str]:
    return [key["kid"] for key in (await clients.nobody.get(JWKS)).json()["keys"]]


async def signing(clients: Clients) -> list[Any]:
    items = (await clients.owner.get("/admin/jwks")).json()["items"]
    return [item["id"] for item in items if item["is_signing"]]


async def keys(workshop: Workshop) -> list[SigningKeyRow]:
    async with workshop.reading(Actor.system()) as work:
        query = select(SigningKeyRow).order_by(SigningKeyRow.id)
        return list(await work.session.scalars(query))


async def test_a_new_key_is_published_before_it_signs_and_the_old_one_goes_later(
    clients: Clients, clock: FixedClock
) -> None:
    assert await published(clients) == []
    old_token = await token(clients)
    (old,) = await published(clients)
    await clients.owner.post("/auth/reauth", json={"password": PASSWORD})

    rotated = await clients.owner.post("/admin/jwks")

    assert rotated.status_code == 201
    new, _ = await published(clients)
    assert new != old
    assert await signing(clients) == [old]
    clock.advance(timedelta(minutes=9))
    assert await is_good(clients, old_token)

    clock.advance(timedelta(minutes=6))
    assert await signing(clients) == [new]
    assert await published(clients) == [new, old]
    assert await is_good(clients, await token(clients))

    clock.advance(timedelta(minutes=11))
    assert await published(clients) == [new]


async def test_whoever_may_not_rotate_changes_nothing(
    clients: Clients, workshop: Workshop, clock: FixedClock
) -> None:
    assert (await clients.viewer.post("/admin/jwks")).status_code == 403
    assert (await clients.viewer.get("/admin/jwks")).status_code == 403
    assert (await clients.nobody.get("/admin/jwks")).status_code == 401
    clock.advance(timedelta(minutes=11))
    late = await clients.owner.post("/admin/jwks")
    assert (late.status_code, late.json()["code"]) == (403, "identity.reauth_required")
    assert await keys(workshop) == []


async def test_a_job_replaces_the_key_each_month_and_forgets_the_old_one(
    workshop: Workshop, clock: FixedClock, identity_settings: IdentitySettings
) -> None:
    declared = handlers(identity_settings)
    worker = Worker(workshop, handlers_of(declared, []), name="test", lanes={"default": 1})

    async def run() -> list[SigningKeyRow]:
        async with workshop.work(Actor.system()) as work:
            work.enqueue(RotateSigningKeys())
        await worker.run_until_idle()
        return await keys(workshop)

    (first,) = await run()
    assert first.signs_from == clock.now()
    assert len(await run()) == 1
    clock.advance(timedelta(days=30))
    first, second = await run()
    assert second.signs_from == clock.now() + timedelta(minutes=15)
    assert first.verifies_until == second.signs_from + timedelta(minutes=11)
    clock.advance(timedelta(days=1))
    assert [row.id for row in await run()] == [second.id]
    assert timedelta(days=1) in {schedule.every for schedule in declared.schedules}


async def test_a_key_is_sealed_and_belongs_to_its_row(
    workshop: Workshop, identity_settings: IdentitySettings
) -> None:
    async with workshop.work(Actor.system()) as work:
        row = await signing_keys.rotate(work, identity_settings.vault)
        assert b"PRIVATE" not in row.private_sealed
        assert "d" not in row.public_jwk

    async with workshop.work(Actor.system()) as work:
        with pytest.raises(Undecryptable):
            await signing_keys.signing_key(work, Vault([b"x" * KEY_BYTES]))
