"""Tokens of programs over HTTP: issued, checked by others, exchanged once, and never forged."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey
from sqlalchemy import select

from streamverse.domains.identity.contracts import IdentitySettings
from streamverse.domains.identity.models import ActivityRow, RefreshTokenRow, SessionRow
from streamverse.domains.identity.service import signing_keys, tokens
from streamverse.domains.identity.service.visits import Visit
from streamverse.kit.clock import FixedClock
from streamverse.kit.work import Actor, Workshop
from tests.factories.accounts import PASSWORD, People

if TYPE_CHECKING:
    from tests.conftest import Clients
    from tests.conftest import Visit as OpenClient

VIEWER = {"email": "viewer@example.org", "password": PASSWORD}
ISSUER = "https://video.example.org"
Tokens = dict[str, Any]
LogIn = Callable[[], Awaitable[Tokens]]


@pytest.fixture
def log_in(clients: Clients) -> LogIn:
    """Give what logs a program of the viewer in."""

    async def log_in() -> Tokens:
        answer = await clients.nobody.post("/auth/token", json=VIEWER)
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "no-store"
        return answer.json()

    return log_in


async def refresh(clients: Clients, token: str) -> httpx.Response:
    return await clients.nobody.post("/auth/refresh", json={"refresh_token": token})


async def status_with(clients: Clients, bearer: str) -> int:
    headers = {"Authorization": f"Bearer {bearer}"}
    return (await clients.nobody.get("/auth/me", headers=headers)).status_code


async def rows(workshop: Workshop, table: Any) -> list[Any]:
    async with workshop.reading(Actor.system()) as work:
        return list(await work.session.scalars(select(table).order_by(table.id)))


def moment(clock: FixedClock, **later: float) -> str:
    return (clock.now() + timedelta(**later)).isoformat().replace("+00:00", "Z")


# --- access tokens --------------------------------------------------------------------------------


async def test_a_program_gets_a_pair_of_tokens(
    clients: Clients, clock: FixedClock, log_in: LogIn
) -> None:
    given = await log_in()

    assert given == {
        "access_token": given["access_token"],
        "token_type": "bearer",
        "expires_at": moment(clock, minutes=10),
        "refresh_token": given["refresh_token"],
        "refresh_expires_at": moment(clock, days=90),
        "device_secret": given["device_secret"],
    }
    me = await clients.nobody.get(
        "/auth/me", headers={"Authorization": f"bearer {given['access_token']}"}
    )
    assert me.json()["email"] == "viewer@example.org"


async def test_others_can_check_an_access_token_by_the_published_keys(
    clients: Clients, people: People, clock: FixedClock, workshop: Workshop, log_in: LogIn
) -> None:
    token = (await log_in())["access_token"]

    published = await clients.nobody.get(f"{ISSUER}/.well-known/jwks.json")

    assert published.headers["cache-control"] == "public, max-age=300"
    (key,) = published.json()["keys"]
    assert sorted(key) == ["alg", "crv", "kid", "kty", "use", "x", "y"]
    read = jwt.decode(token, KeySet.import_key_set(published.json()), algorithms=["ES256"])
    assert read.header == {"alg": "ES256", "typ": "at+jwt", "kid": key["kid"]}
    (session,) = [row for row in await rows(workshop, SessionRow) if row.device_id]
    now_s = int(clock.now().timestamp())
    assert read.claims == {
        "iss": ISSUER,
        "aud": ISSUER,
        "sub": str(people.viewer.account_id),
        "sid": str(session.id),
        "tid": str(people.viewer.tenant_id),
        "client_id": "streamverse",
        "roles": ["viewer"],
        "amr": ["pwd"],
        "auth_time": now_s,
        "iat": now_s,
        "exp": now_s + 600,
        "jti": read.claims["jti"],
    }


async def test_a_server_whose_clock_is_behind_believes_what_another_has_issued(
    clients: Clients, clock: FixedClock, log_in: LogIn
) -> None:
    token = (await log_in())["access_token"]

    clock.advance(timedelta(seconds=-10))
    assert await status_with(clients, token) == 200
    clock.advance(timedelta(seconds=-1))
    assert await status_with(clients, token) == 401


async def test_an_access_token_ends_after_ten_minutes(
    clients: Clients, clock: FixedClock, log_in: LogIn
) -> None:
    token = (await log_in())["access_token"]

    clock.advance(timedelta(minutes=9, seconds=59))
    assert await status_with(clients, token) == 200
    clock.advance(timedelta(seconds=1))
    assert await status_with(clients, token) == 401


async def test_an_access_token_dies_with_its_session(clients: Clients, log_in: LogIn) -> None:
    token = (await log_in())["access_token"]
    headers = {"Authorization": f"Bearer {token}"}

    assert (await clients.nobody.post("/auth/logout", headers=headers)).status_code == 204

    assert await status_with(clients, token) == 401


def altered(token: str, **claims: Any) -> str:
    header, payload, signature = token.split(".")
    changed = {**json.loads(base64.urlsafe_b64decode(payload + "==")), **claims}
    written = base64.urlsafe_b64encode(json.dumps(changed).encode()).rstrip(b"=").decode()
    return f"{header}.{written}.{signature}"


async def test_no_forged_token_is_believed(
    clients: Clients, clock: FixedClock, workshop: Workshop, people: People, log_in: LogIn
) -> None:
    token = (await log_in())["access_token"]
    real = jwt.decode(token, await signing_key(workshop, clients), algorithms=["ES256"])
    own = ECKey.generate_key("P-256")
    public = (await clients.nobody.get(f"{ISSUER}/.well-known/jwks.json")).json()["keys"][0]
    (owners,) = [
        row for row in await rows(workshop, SessionRow) if row.account_id == people.owner.account_id
    ]
    forged = {
        "another session": altered(token, sid=str(owners.id)),
        "another end": altered(token, exp=int(clock.now().timestamp()) + 10**6),
        "another key": jwt.encode(real.header, real.claims, own, algorithms=["ES256"]),
        "an unknown key": jwt.encode(
            {**real.header, "kid": str(UUID(int=7))}, real.claims, own, algorithms=["ES256"]
        ),
        "our public key as a secret": jwt.encode(
            {**real.header, "alg": "HS256"},
            real.claims,
            OctKey.import_key(json.dumps(public)),
            algorithms=["HS256"],
        ),
        "no signature": ".".join([*token.split(".")[:2], ""]),
        "no algorithm": ".".join(
            [
                base64.urlsafe_b64encode(json.dumps({**real.header, "alg": "none"}).encode())
                .rstrip(b"=")
                .decode(),
                token.split(".")[1],
                "",
            ]
        ),
        "a cut": token[:-1],
        "nonsense": "a.b.c",
        "much nonsense": f"{'a' * 5000}.b.c",
        "nothing": "..",
        "no key id": jwt.encode(
            {"alg": "ES256", "typ": "at+jwt"}, real.claims, own, algorithms=["ES256"]
        ),
    }

    found = {name: await status_with(clients, text) for name, text in forged.items()}

    assert found == dict.fromkeys(forged, 401)
    assert await status_with(clients, token) == 200


async def signing_key(workshop: Workshop, clients: Clients) -> KeySet:
    published = await clients.nobody.get(f"{ISSUER}/.well-known/jwks.json")
    return KeySet.import_key_set(published.json())


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://elsewhere.example.org"},
        {"aud": "https://elsewhere.example.org"},
        {"iat": 4102444800},
        {"sid": "not an id"},
        {"sid": None},
        {"exp": "soon"},
    ],
    ids=str,
)
async def test_what_we_signed_for_something_else_is_not_believed(
    clients: Clients,
    workshop: Workshop,
    identity_settings: IdentitySettings,
    log_in: LogIn,
    change: dict[str, Any],
) -> None:
    token = (await log_in())["access_token"]
    real = jwt.decode(token, await signing_key(workshop, clients), algorithms=["ES256"])
    async with workshop.work(Actor.system()) as work:
        _, key = await signing_keys.signing_key(work, identity_settings.vault)

    signed = jwt.encode(real.header, {**real.claims, **change}, key, algorithms=["ES256"])
    another_type = jwt.encode({**real.header, "typ": "JWT"}, real.claims, key, algorithms=["ES256"])

    assert await status_with(clients, signed) == 401
    assert await status_with(clients, another_type) == 401


async def test_the_token_of_another_tenant_is_for_another_tenant(
    clients: Clients, workshop: Workshop, people: People, identity_settings: IdentitySettings
) -> None:
    from streamverse.domains.identity.contracts import SessionKind  # noqa: PLC0415
    from streamverse.domains.identity.repository import Accounts  # noqa: PLC0415
    from streamverse.domains.identity.service import log_in  # noqa: PLC0415

    async with workshop.work(Actor(people.stranger.tenant_id)) as work:
        account = await Accounts(work).get(people.stranger.account_id)
        started = await log_in.finish_log_in(
            work,
            identity_settings,
            account,
            SessionKind.PROGRAM,
            Visit(),
            amr=log_in.BY_PASSWORD,
        )
        pair = await tokens.issue_tokens(work, identity_settings, account, started.session)
    headers = {"Authorization": f"Bearer {pair.access_token}"}

    shown = (await clients.nobody.get("/auth/me", headers=headers)).json()

    assert shown["id"] == str(people.stranger.account_id)


# --- refresh tokens -------------------------------------------------------------------------------


async def test_a_refresh_token_is_exchanged_for_the_next_pair(
    clients: Clients, clock: FixedClock, log_in: LogIn
) -> None:
    first = await log_in()
    clock.advance(timedelta(days=1))

    answer = await refresh(clients, first["refresh_token"])

    second = answer.json()
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert second["refresh_token"] != first["refresh_token"]
    assert second["expires_at"] == moment(clock, minutes=10)
    assert second["refresh_expires_at"] == moment(clock, days=90)
    assert await status_with(clients, first["access_token"]) == 401
    assert await status_with(clients, second["access_token"]) == 200


async def test_a_used_refresh_token_ends_the_session_for_thief_and_owner(
    clients: Clients, workshop: Workshop, people: People, clock: FixedClock, log_in: LogIn
) -> None:
    first = await log_in()
    second = (await refresh(clients, first["refresh_token"])).json()
    clock.advance(timedelta(seconds=11))
    before = len(await rows(workshop, SessionRow))

    stolen = await refresh(clients, first["refresh_token"])

    assert (stolen.status_code, stolen.json()["code"]) == (401, "identity.refresh_reused")
    assert len(await rows(workshop, SessionRow)) == before - 1
    assert await rows(workshop, RefreshTokenRow) == []
    assert await status_with(clients, second["access_token"]) == 401
    again = await refresh(clients, second["refresh_token"])
    assert (again.status_code, again.json()["code"]) == (401, "identity.refresh_invalid")
    reused, unknown = (await rows(workshop, ActivityRow))[-2:]
    assert (reused.kind, reused.account_id) == ("refresh_reused", people.viewer.account_id)
    assert (unknown.kind, unknown.account_id) == ("request_refused", None)
    # Another session of the same account goes on.
    assert (await clients.viewer.get("/auth/me")).status_code == 200


async def test_a_lost_answer_can_be_asked_for_again(
    clients: Clients, clock: FixedClock, log_in: LogIn
) -> None:
    first = await log_in()
    lost = (await refresh(clients, first["refresh_token"])).json()
    clock.advance(timedelta(seconds=10))

    found = await refresh(clients, first["refresh_token"])

    assert found.status_code == 200
    assert (await refresh(clients, found.json()["refresh_token"])).status_code == 200
    # Whoever has the answer that was thought lost is not the one who asked again.
    revenant = await refresh(clients, lost["refresh_token"])
    assert revenant.json()["code"] == "identity.refresh_reused"


async def test_nothing_was_lost_when_the_answer_was_used(clients: Clients, log_in: LogIn) -> None:
    first = await log_in()
    second = (await refresh(clients, first["refresh_token"])).json()
    assert (await refresh(clients, second["refresh_token"])).status_code == 200

    stolen = await refresh(clients, first["refresh_token"])

    assert stolen.json()["code"] == "identity.refresh_reused"


async def test_of_many_exchanges_at_once_one_token_stays_good(
    clients: Clients, workshop: Workshop, log_in: LogIn
) -> None:
    first = await log_in()

    answers = await asyncio.gather(*(refresh(clients, first["refresh_token"]) for _ in range(4)))

    assert {answer.status_code for answer in answers} <= {200, 401}
    unused = [row for row in await rows(workshop, RefreshTokenRow) if row.used_at is None]
    assert len(unused) == 1


@pytest.mark.parametrize("token", ["", "nonsense", "x" * 43])
async def test_an_unknown_refresh_token_is_refused(clients: Clients, token: str) -> None:
    refused = await refresh(clients, token)

    assert (refused.status_code, refused.json()["code"]) == (401, "identity.refresh_invalid")


async def test_an_access_token_refreshes_nothing_and_the_other_way_round(
    clients: Clients, log_in: LogIn
) -> None:
    given = await log_in()

    assert (await refresh(clients, given["access_token"])).status_code == 401
    assert await status_with(clients, given["refresh_token"]) == 401


async def test_a_refresh_token_ends_with_its_session(
    clients: Clients, clock: FixedClock, log_in: LogIn
) -> None:
    first = await log_in()
    clock.advance(timedelta(days=90))

    refused = await refresh(clients, first["refresh_token"])

    assert (refused.status_code, refused.json()["code"]) == (401, "identity.refresh_invalid")


async def test_refreshing_prolongs_a_session_for_a_year_at_most(
    clients: Clients, clock: FixedClock, workshop: Workshop, log_in: LogIn
) -> None:
    token = (await log_in())["refresh_token"]
    started = clock.now()
    for _ in range(5):
        clock.advance(timedelta(days=70))
        token = (await refresh(clients, token)).json()["refresh_token"]

    (session,) = [row for row in await rows(workshop, SessionRow) if row.device_id]
    assert session.expires_at == started + timedelta(days=365)


async def test_secrets_are_kept_only_as_hashes(workshop: Workshop, log_in: LogIn) -> None:
    given = await log_in()

    (token,) = await rows(workshop, RefreshTokenRow)
    assert len(token.secret_hash) == 64
    assert given["refresh_token"] not in token.secret_hash


async def test_a_program_is_recognised_by_its_device_secret(
    clients: Clients, visit: OpenClient, log_in: LogIn
) -> None:
    given = await log_in()
    again = {**VIEWER, "device_secret": given["device_secret"], "device_name": "My phone"}

    second = (await clients.nobody.post("/auth/token", json=again)).json()

    assert second["device_secret"] == given["device_secret"]
    async with visit(headers={"Authorization": f"Bearer {second['access_token']}"}) as phone:
        devices = (await phone.get("/users/me/devices")).json()["items"]
    assert [(d["name"], d["session_count"]) for d in devices] == [("My phone", 2)]
