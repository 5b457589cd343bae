"""People with phones, passkeys and browsers, and what they leave behind in the tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
from pyotp.totp import TOTP
from sqlalchemy import select

from streamverse.domains.identity.contracts import AccountId
from streamverse.domains.identity.errors import FactorWrong
from streamverse.domains.identity.models import ActivityRow
from streamverse.domains.identity.service.log_in import FactorAnswer
from streamverse.kit.clock import FixedClock
from streamverse.kit.events import EventRow
from streamverse.kit.work import Actor, Work, Workshop
from tests.factories.accounts import PASSWORD
from tests.factories.authenticator import Authenticator

VIEWER = {"email": "viewer@example.org", "password": PASSWORD}
OWNER = {"email": "owner@example.org", "password": PASSWORD}
COOKIE = "__Host-sv_session"
HEADERS = {
    "Sec-Fetch-Site": "same-origin",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
}
FACTOR_WRONG = (403, "identity.factor_wrong")


class NoSecondFactors:
    """The second factors of a service that has none."""

    async def methods_of(self, work: Work, account_id: AccountId) -> tuple[str, ...]:
        """List none."""
        return ()

    async def enter(
        self,
        workshop: Workshop,
        actor: Actor,
        account_id: AccountId,
        answer: FactorAnswer,
    ) -> None:
        """Count nothing: there is nothing to guess."""

    async def check_totp(self, work: Work, account_id: AccountId, code: str) -> None:
        """Refuse."""
        raise FactorWrong

    async def check_backup_code(self, work: Work, account_id: AccountId, code: str) -> None:
        """Refuse."""
        raise FactorWrong

    async def check_passkey(
        self,
        work: Work,
        account_id: AccountId,
        answer: Mapping[str, Any],
    ) -> None:
        """Refuse."""
        raise FactorWrong


class Phone:
    """An authenticator app, by the clock of the test."""

    def __init__(self, secret: str, clock: FixedClock) -> None:
        self._totp = TOTP(secret)
        self._clock = clock

    def code(self) -> str:
        """Show the present code."""
        return self._totp.at(self._clock.now())

    def code_of_a_fast_clock(self) -> str:
        """Show the next code too early."""
        return self._totp.at(self._clock.now(), counter_offset=1)

    def next_code(self) -> str:
        """Wait until the next code, for each is good once."""
        self._clock.advance(timedelta(seconds=30))
        return self.code()


@dataclass(slots=True)
class Person:
    """A browser, and the device that keeps passkeys for it."""

    client: httpx.AsyncClient
    device: Authenticator = field(default_factory=Authenticator)

    async def ask(self, path: str, **body: object) -> dict[str, Any]:
        """Ask what is to be signed."""
        answer = await self.client.post(f"/auth/passkeys/{path}", json=body)
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "no-store"
        return answer.json()

    async def add(self, **said: object) -> httpx.Response:
        """Make a passkey and add it to the account."""
        asked = await self.ask("register/options")
        made = self.device.create(asked["publicKey"])
        return await self.register(asked["ticket"], made, **said)

    async def register(
        self, ticket: str, credential: dict[str, Any], **said: object
    ) -> httpx.Response:
        """Add what was made."""
        body = {"ticket": ticket, "credential": credential, **said}
        return await self.client.post("/auth/passkeys/register", json=body)

    async def sign(self, path: str = "login/options", **body: object) -> dict[str, Any]:
        """Sign what is asked for."""
        asked = await self.ask(path, **body)
        return {"ticket": asked["ticket"], "credential": self.device.get(asked["publicKey"])}

    async def enter(self, answer: dict[str, Any] | None = None) -> httpx.Response:
        """Log in by a passkey alone."""
        return await self.client.post("/auth/passkeys/login", json=answer or await self.sign())


async def turn_on(browser: httpx.AsyncClient, clock: FixedClock) -> tuple[Phone, list[str]]:
    """Turn two-factor log-in on, and give the phone and the backup codes."""
    setup = await browser.post("/auth/mfa/setup")
    assert setup.status_code == 200, setup.text
    phone = Phone(setup.json()["secret"], clock)
    confirmed = await browser.post("/auth/mfa/verify", json={"code": phone.code()})
    assert confirmed.status_code == 200, confirmed.text
    return phone, confirmed.json()["codes"]


async def ticket(client: httpx.AsyncClient) -> str:
    """Begin the viewer's log-in by the password."""
    asked = await client.post("/auth/login", json=VIEWER)
    assert asked.status_code == 202, asked.text
    return asked.json()["ticket"]


async def finish(client: httpx.AsyncClient, **answer: object) -> httpx.Response:
    """Log the viewer in by the password and a second factor."""
    body = {"ticket": await ticket(client), **answer}
    return await client.post("/auth/login/mfa", json=body)


async def rows(workshop: Workshop, table: type[Any]) -> Sequence[Any]:
    """List all that a table keeps."""
    async with workshop.reading(Actor.system()) as work:
        return (await work.session.scalars(select(table))).all()


async def activity(workshop: Workshop) -> list[tuple[str, dict[str, Any]]]:
    """List what was written down about log-ins, in order."""
    async with workshop.reading(Actor.system()) as work:
        found = await work.session.scalars(select(ActivityRow).order_by(ActivityRow.id))
        return [(row.kind, row.facts) for row in found]


async def kinds(workshop: Workshop) -> list[str]:
    """List the kinds of what was written down."""
    return [kind for kind, _ in await activity(workshop)]


async def factor_events(workshop: Workshop) -> list[str]:
    """List what was told of second factors."""
    found = await rows(workshop, EventRow)
    return [row.name for row in found if "second_factor" in row.name]


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Give what tells one refusal from another."""
    return answer.status_code, answer.json()["code"]
