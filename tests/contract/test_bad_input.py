"""Bad input, case by case: refused with a clear sentence, nothing changed, written down.

Each row of the table is one thing that somebody may send. What "nothing" is: every row of every
table that is about people, but for the activity log and the counts that slow guessers down.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from sqlalchemy import select

from streamverse.domains.identity.contracts import AccountId, IdentitySettings, Purpose
from streamverse.domains.identity.models import (
    AccountRow,
    ActivityRow,
    DeviceRow,
    OneTimeRow,
    RefreshTokenRow,
    SessionRow,
)
from streamverse.domains.identity.service import one_time
from streamverse.domains.profiles.models import ProfileRow
from streamverse.kit.clock import FixedClock
from streamverse.kit.work import Actor, Workshop
from tests.factories.accounts import PASSWORD, People

if TYPE_CHECKING:
    from tests.conftest import Clients

VIEWER = {"email": "viewer@example.org", "password": PASSWORD}
RESET, CONFIRM = "/auth/password-reset/request", "/auth/password-reset/confirm"
NEW_PASSWORD = "a much longer and newer phrase"
PIN = "2468"
HOUR = timedelta(hours=1)
TABLES = (AccountRow, DeviceRow, OneTimeRow, ProfileRow, RefreshTokenRow, SessionRow)
# What counts attempts changes by design, and so does when something was last seen.
COUNTS = {"pin_failures", "pin_paused_until", "tries_left", "last_used_at", "last_seen_at"}


@dataclass(frozen=True, slots=True)
class World:
    """What a case may use, and what it may have prepared."""

    clients: Clients
    people: People
    workshop: Workshop
    clock: FixedClock

    async def reset_link(self, who: Actor | None = None) -> str:
        """Give the secret of a link that lets somebody choose a new password."""
        actor = who or self.people.viewer
        async with self.workshop.work(actor) as work:
            account_id = AccountId(actor.account_id) if actor.account_id else None
            return one_time.issue(work, Purpose.PASSWORD_RESET, account_id, HOUR)

    async def confirm(self, token: str) -> httpx.Response:
        """Choose a new password with a link."""
        body = {"token": token, "password": NEW_PASSWORD}
        return await self.clients.nobody.post(CONFIRM, json=body)

    async def tokens(self) -> dict[str, str]:
        """Log the viewer's program in."""
        answer = await self.clients.nobody.post("/auth/token", json=VIEWER)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def refresh(self, token: str) -> httpx.Response:
        """Exchange a refresh token."""
        return await self.clients.nobody.post("/auth/refresh", json={"refresh_token": token})

    async def profile(self, client: httpx.AsyncClient) -> str:
        """Give the path of the first profile of somebody."""
        family = (await client.get("/users/me/profiles")).json()
        return f"/users/me/profiles/{family['items'][0]['id']}"


Send = Callable[[], Awaitable[httpx.Response]]
Prepare = Callable[[World], Awaitable[Send]]


# --- links ----------------------------------------------------------------------------------------


async def an_expired_link(world: World) -> Send:
    token = await world.reset_link()
    world.clock.advance(HOUR)
    return lambda: world.confirm(token)


async def a_used_link(world: World) -> Send:
    token = await world.reset_link()
    assert (await world.confirm(token)).status_code == 204
    return lambda: world.confirm(token)


async def an_altered_link(world: World) -> Send:
    token = await world.reset_link()
    return lambda: world.confirm(token.swapcase())


async def a_link_of_another_service(world: World) -> Send:
    token = await world.reset_link(world.people.stranger)
    return lambda: world.confirm(token)


async def a_link_for_something_else(world: World) -> Send:
    viewer_id = world.people.viewer.account_id
    assert viewer_id is not None
    async with world.workshop.work(world.people.viewer) as work:
        token = one_time.issue(work, Purpose.EMAIL_CHANGE, AccountId(viewer_id), HOUR)
    return lambda: world.confirm(token)


async def a_doubled_link(world: World) -> Send:
    token = await world.reset_link()
    return lambda: world.confirm(token + token)


# --- tokens ---------------------------------------------------------------------------------------


async def an_expired_refresh_token(world: World) -> Send:
    token = (await world.tokens())["refresh_token"]
    world.clock.advance(timedelta(days=91))
    return lambda: world.refresh(token)


async def an_altered_refresh_token(world: World) -> Send:
    token = (await world.tokens())["refresh_token"]
    return lambda: world.refresh(token.swapcase())


async def a_doubled_refresh_token(world: World) -> Send:
    token = (await world.tokens())["refresh_token"]
    return lambda: world.refresh(token + token)


async def an_access_token_in_its_place(world: World) -> Send:
    token = (await world.tokens())["access_token"]
    return lambda: world.refresh(token[:200])


# --- passwords, addresses, profiles ---------------------------------------------------------------


async def a_password_of_ten_megabytes(world: World) -> Send:
    body = {**VIEWER, "password": "x" * 10_000_000}
    return lambda: world.clients.nobody.post("/auth/login", json=body)


async def a_lookalike_that_registers(world: World) -> Send:
    body = {"email": "v\u0456ewer@example.org", "password": PASSWORD, "display_name": "Viewer"}
    return lambda: world.clients.nobody.post("/auth/register", json=body)


async def a_lookalike_that_logs_in(world: World) -> Send:
    body = {"email": "v\u0456ewer@example.org", "password": PASSWORD}
    return lambda: world.clients.nobody.post("/auth/login", json=body)


async def a_lookalike_as_a_new_address(world: World) -> Send:
    body = {"new_email": "\u03bfwner@example.org"}
    return lambda: world.clients.viewer.post("/auth/email/change", json=body)


async def a_lookalike_that_staff_adds(world: World) -> Send:
    body = {"email": "v\u0456ewer@example.org", "password": PASSWORD, "display_name": "Viewer"}
    return lambda: world.clients.owner.post("/accounts", json=body)


async def a_lookalike_that_is_invited(world: World) -> Send:
    body = {"email": "v\u0456ewer@example.org"}
    return lambda: world.clients.owner.post("/invitations", json=body)


async def a_profile_of_another_family(world: World) -> Send:
    theirs = await world.profile(world.clients.owner)
    await world.profile(world.clients.viewer)
    return lambda: world.clients.viewer.patch(theirs, json={"name": "Mine"})


async def the_preferences_of_another_family(world: World) -> Send:
    theirs = await world.profile(world.clients.owner)
    await world.profile(world.clients.viewer)
    return lambda: world.clients.viewer.get(f"{theirs}/preferences")


async def the_pin_of_another_family(world: World) -> Send:
    theirs = await world.profile(world.clients.owner)
    await world.profile(world.clients.viewer)
    return lambda: world.clients.viewer.post(f"{theirs}/switch", json={"pin": "0000"})


INVALID = (403, "identity.link_invalid", "This link or code is not valid")
REFRESH = (401, "identity.refresh_invalid", "This refresh token is not valid any more: log in")
LOOKALIKE = (422, "kit.invalid", "mixes letters of different alphabets that look alike")
NO_PROFILE = (404, "profiles.profile_not_found", "Your account has no such profile")
OF_RESET = {"purpose": "password_reset"}
LOOKALIKE_FACTS = {"problem": "look_alike_address"}

# What is sent; how it is refused; what the activity log says of it, and about whom.
TABLE: list[tuple[Prepare, tuple[int, str, str], str, str | None, dict[str, Any]]] = [
    (
        an_expired_link,
        (403, "identity.link_expired", "This link or code has expired"),
        "one_time_refused",
        "viewer",
        OF_RESET,
    ),
    (
        a_used_link,
        (409, "identity.link_used", "This link or code was used already"),
        "one_time_refused",
        "viewer",
        OF_RESET,
    ),
    (an_altered_link, INVALID, "one_time_refused", None, OF_RESET),
    (a_link_of_another_service, INVALID, "one_time_refused", None, OF_RESET),
    (a_link_for_something_else, INVALID, "one_time_refused", None, OF_RESET),
    (a_doubled_link, INVALID, "one_time_refused", None, OF_RESET),
    (
        an_expired_refresh_token,
        REFRESH,
        "request_refused",
        "viewer",
        {"problem": "identity.refresh_invalid"},
    ),
    *(
        (prepare, REFRESH, "request_refused", None, {"problem": "identity.refresh_invalid"})
        for prepare in (
            an_altered_refresh_token,
            a_doubled_refresh_token,
            an_access_token_in_its_place,
        )
    ),
    (
        a_password_of_ten_megabytes,
        (413, "kit.http_413", "The request is larger than this address accepts"),
        "request_refused",
        None,
        {"problem": "kit.http_413", "path": "/api/v1/auth/login"},
    ),
    (a_lookalike_that_registers, LOOKALIKE, "request_refused", None, LOOKALIKE_FACTS),
    (
        a_lookalike_that_logs_in,
        (401, "identity.wrong_credentials", "The e-mail address or the password is wrong"),
        "log_in_failed",
        None,
        {},
    ),
    (a_lookalike_as_a_new_address, LOOKALIKE, "request_refused", "viewer", LOOKALIKE_FACTS),
    (a_lookalike_that_staff_adds, LOOKALIKE, "request_refused", "owner", LOOKALIKE_FACTS),
    (a_lookalike_that_is_invited, LOOKALIKE, "request_refused", "owner", LOOKALIKE_FACTS),
    *(
        (prepare, NO_PROFILE, "request_refused", "viewer", {"problem": NO_PROFILE[1]})
        for prepare in (
            a_profile_of_another_family,
            the_preferences_of_another_family,
            the_pin_of_another_family,
        )
    ),
]


@pytest.fixture
def identity_settings(identity_settings: IdentitySettings) -> IdentitySettings:
    """Let anybody register."""
    return replace(identity_settings, is_registration_open=True)


@pytest.fixture
def world(clients: Clients, people: People, workshop: Workshop, clock: FixedClock) -> World:
    """Put together what the cases use."""
    return World(clients, people, workshop, clock)


async def all_that_is_kept(workshop: Workshop) -> dict[str, list[tuple[object, ...]]]:
    """Read every table that is about people, without what is counted."""
    kept: dict[str, list[tuple[object, ...]]] = {}
    async with workshop.reading(Actor.system()) as work:
        for table in TABLES:
            names = [attr.key for attr in table.__mapper__.column_attrs if attr.key not in COUNTS]
            rows = await work.session.scalars(select(table).order_by(table.id))
            kept[table.__tablename__] = [
                tuple(getattr(row, name) for name in names) for row in rows
            ]
    return kept


async def written_down(workshop: Workshop) -> list[ActivityRow]:
    async with workshop.reading(Actor.system()) as work:
        return list(await work.session.scalars(select(ActivityRow).order_by(ActivityRow.id)))


def _name(each: object) -> str:
    return each.__name__ if callable(each) else ""


@pytest.mark.parametrize(("prepare", "refusal", "kind", "about", "facts"), TABLE, ids=_name)
async def test_bad_input_is_refused_explained_and_written_down(
    world: World,
    *,
    prepare: Prepare,
    refusal: tuple[int, str, str],
    kind: str,
    about: str | None,
    facts: dict[str, Any],
) -> None:
    send = await prepare(world)
    before, noted = await all_that_is_kept(world.workshop), await written_down(world.workshop)

    answer = await send()

    status, code, sentence = refusal
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert sentence in answer.json()["detail"]
    assert await all_that_is_kept(world.workshop) == before
    [row] = (await written_down(world.workshop))[len(noted) :]
    account_id = getattr(world.people, about).account_id if about else None
    assert (row.kind, row.account_id) == (kind, account_id)
    assert facts.items() <= row.facts.items()
    assert PASSWORD not in str(row.facts)


# --- what takes more than one request -------------------------------------------------------------


async def test_of_two_requests_that_spend_one_link_one_succeeds(world: World) -> None:
    token = await world.reset_link()

    answers = await asyncio.gather(world.confirm(token), world.confirm(token))

    assert sorted(answer.status_code for answer in answers) == [204, 409]
    [refused] = [answer for answer in answers if answer.status_code == 409]
    assert refused.json()["code"] == "identity.link_used"
    kinds = [row.kind for row in await written_down(world.workshop)]
    assert sorted(kinds) == ["one_time_refused", "password_reset"]


async def test_a_reused_refresh_token_ends_its_family(world: World) -> None:
    token = (await world.tokens())["refresh_token"]
    assert (await world.refresh(token)).status_code == 200
    world.clock.advance(timedelta(minutes=1))
    sessions = len((await all_that_is_kept(world.workshop))["identity_session"])

    answer = await world.refresh(token)

    assert (answer.status_code, answer.json()["code"]) == (401, "identity.refresh_reused")
    # The only thing that changes is what has to: the copied token's family is gone.
    kept = await all_that_is_kept(world.workshop)
    assert len(kept["identity_session"]) == sessions - 1
    last = (await written_down(world.workshop))[-1]
    assert (last.kind, last.account_id) == ("refresh_reused", world.people.viewer.account_id)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: token[:-4] + token[-4:].swapcase(),
        lambda token: f"{token}.{token}",
        lambda token: token.replace(token.split(".")[2], ""),
        lambda token: f"{token}, Bearer {token}",
    ],
    ids=["altered", "doubled", "unsigned", "twice in one header"],
)
async def test_a_spoilt_access_token_makes_nobody_of_its_bearer(
    world: World, spoil: Callable[[str], str]
) -> None:
    token = (await world.tokens())["access_token"]
    before = await all_that_is_kept(world.workshop)

    headers = {"Authorization": f"Bearer {spoil(token)}"}
    answer = await world.clients.nobody.post("/auth/sessions/revoke-all", headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (401, "kit.unauthenticated")
    assert answer.json()["detail"] == "Log in to do this."
    assert await all_that_is_kept(world.workshop) == before


async def test_a_pin_guessed_a_thousand_times(world: World) -> None:
    viewer = world.clients.viewer
    path = await world.profile(viewer)
    assert (await viewer.put(f"{path}/pin", json={"pin": PIN})).status_code == 200
    before, noted = await all_that_is_kept(world.workshop), await written_down(world.workshop)

    found: list[tuple[int, str]] = []
    for number in range(1000):
        answer = await viewer.post(f"{path}/switch", json={"pin": f"{number:04}"})
        found.append((answer.status_code, answer.json()["code"]))

    assert found[:5] == [(403, "profiles.pin_wrong")] * 5
    assert found[5:] == [(429, "profiles.pin_paused")] * 995
    assert await all_that_is_kept(world.workshop) == before
    rows = (await written_down(world.workshop))[len(noted) :]
    profile_id = path.rpartition("/")[2]
    # As many as were looked at: the others never came so far.
    assert [(row.kind, row.account_id, row.facts) for row in rows] == [
        (
            "profile_pin_failed",
            world.people.viewer.account_id,
            {"profile_id": profile_id, "failures": failures},
        )
        for failures in range(1, 6)
    ]


async def test_a_profile_that_nobody_has_is_no_news(world: World) -> None:
    await world.profile(world.clients.viewer)
    noted = len(await written_down(world.workshop))
    nowhere = "/users/me/profiles/00000000-0000-0000-0000-000000000077"

    answer = await world.clients.viewer.patch(nowhere, json={"name": "Mine"})

    assert (answer.status_code, answer.json()["code"]) == (404, "profiles.profile_not_found")
    assert len(await written_down(world.workshop)) == noted
