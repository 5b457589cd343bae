"""Logging in with a second factor: tickets, tries and trusted devices."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from streamverse.domains.identity.contracts import (
    AccountId,
    IdentitySettings,
    Purpose,
    SessionKind,
)
from streamverse.domains.identity.errors import (
    AccountDeactivated,
    EmailUnverified,
    FactorWrong,
    LinkExpired,
    LinkUsed,
    SecondFactorRequired,
    TooManyAttempts,
    TriesUsedUp,
)
from streamverse.domains.identity.models import ActivityRow, DeviceRow, OneTimeRow, SessionRow
from streamverse.domains.identity.repository import Accounts
from streamverse.domains.identity.service import log_in, one_time
from streamverse.domains.identity.service.log_in import (
    FactorAnswer,
    Proof,
    Ticket,
)
from streamverse.domains.identity.service.sessions import SessionStarted
from streamverse.domains.identity.service.throttle import LogInThrottle
from streamverse.domains.identity.service.visits import Visit
from streamverse.kit.clock import FixedClock
from streamverse.kit.errors import Problem
from streamverse.kit.work import Actor, Work, Workshop
from tests.factories.accounts import People
from tests.factories.factors import NoSecondFactors

HOME = Visit("192.0.2.1", "curl/8.5.0")
RIGHT = FactorAnswer(code="123456")


@dataclass(slots=True)
class OneCode(NoSecondFactors):
    """An authenticator app that always shows the same code, and one backup code."""

    backup_codes: set[str] = field(default_factory=lambda: {"backup"})

    async def methods_of(self, work: Work, account_id: AccountId) -> tuple[str, ...]:
        return ("totp", "backup_code")

    async def check_totp(self, work: Work, account_id: AccountId, code: str) -> None:
        if code != "123456":
            raise FactorWrong

    async def check_backup_code(self, work: Work, account_id: AccountId, code: str) -> None:
        if code not in self.backup_codes:
            raise FactorWrong

    async def check_passkey(
        self, work: Work, account_id: AccountId, answer: Mapping[str, Any]
    ) -> None:
        if answer != {"signed": True}:
            raise FactorWrong


@dataclass(frozen=True, slots=True)
class Door:
    """What the viewer logs in through."""

    workshop: Workshop
    settings: IdentitySettings
    people: People
    factors: OneCode = field(default_factory=OneCode)

    async def enter(self, visit: Visit = HOME) -> SessionStarted | Ticket:
        proof = Proof(AccountId(self.people.viewer.account_id))
        async with self.workshop.work(self.people.nobody) as work:
            return await log_in.log_in(
                work, self.settings, self.factors, proof, visit, device_name="Sofa"
            )

    async def ticket(self, visit: Visit = HOME) -> str:
        found = await self.enter(visit)
        assert isinstance(found, Ticket)
        assert found.methods == ("totp", "backup_code")
        return found.secret

    async def answer(
        self, secret: str, answer: FactorAnswer = RIGHT, *, is_device_trusted: bool = False
    ) -> SessionStarted:
        ticket = await one_time.try_once(self.workshop, self.people.nobody, Purpose.LOG_IN, secret)
        async with self.workshop.work(self.people.nobody) as work:
            return await log_in.answer_ticket(
                work,
                self.settings,
                self.factors,
                HOME,
                ticket=ticket,
                secret=secret,
                answer=answer,
                is_device_trusted=is_device_trusted,
            )

    async def count(self, table: type) -> int:
        async with self.workshop.reading(Actor.system()) as work:
            return await work.session.scalar(select(func.count()).select_from(table)) or 0

    async def kinds(self) -> list[str]:
        async with self.workshop.reading(Actor.system()) as work:
            return list(
                await work.session.scalars(select(ActivityRow.kind).order_by(ActivityRow.id))
            )


@pytest.fixture
def door(workshop: Workshop, people: People, identity_settings: IdentitySettings) -> Door:
    """Give the door of a service whose accounts have second factors."""
    return Door(workshop, identity_settings, people)


async def test_a_password_alone_gives_a_ticket_and_nothing_else(door: Door) -> None:
    await door.ticket()

    assert (await door.count(SessionRow), await door.count(DeviceRow)) == (0, 0)
    assert await door.kinds() == []


@pytest.mark.parametrize(
    ("answer", "amr"),
    [
        (RIGHT, "mfa otp pwd"),
        (FactorAnswer(backup_code="backup"), "mfa otp pwd"),
        (FactorAnswer(passkey={"signed": True}), "hwk mfa pwd"),
    ],
)
async def test_a_second_factor_finishes_the_log_in(
    door: Door, answer: FactorAnswer, amr: str
) -> None:
    secret = await door.ticket()

    started = await door.answer(secret, answer)

    assert (started.session.amr, started.device.name) == (amr, "Sofa")
    assert started.device.trusted_until is None
    assert await door.kinds() == ["device_added", "logged_in"]


async def test_a_ticket_is_good_once_even_for_many_at_once(door: Door) -> None:
    secret = await door.ticket()

    outcomes = await asyncio.gather(
        *(door.answer(secret) for _ in range(3)), return_exceptions=True
    )

    kinds = sorted(type(outcome).__name__ for outcome in outcomes)
    assert kinds == ["LinkUsed", "LinkUsed", "SessionStarted"]
    assert await door.count(SessionRow) == 1
    with pytest.raises(LinkUsed):
        await door.answer(secret)


async def test_wrong_codes_use_the_ticket_up_and_are_written_down(door: Door) -> None:
    secret = await door.ticket()

    for number in range(5):
        with pytest.raises(FactorWrong):
            await door.answer(secret, FactorAnswer(code=f"{number}"))

    with pytest.raises(TriesUsedUp):
        await door.answer(secret)
    assert await door.count(SessionRow) == 0
    assert await door.kinds() == [*["second_factor_failed"] * 5, "one_time_refused"]


async def test_a_ticket_waits_five_minutes(door: Door, clock: FixedClock) -> None:
    secret = await door.ticket()
    clock.advance(timedelta(minutes=5))

    with pytest.raises(LinkExpired):
        await door.answer(secret)


async def test_many_tickets_are_no_way_to_guess_on(door: Door, clock: FixedClock) -> None:
    throttle, viewer_id = LogInThrottle(), AccountId(door.people.viewer.account_id)
    for _ in range(5):
        log_in.enter_factor(throttle, viewer_id, HOME, door.workshop)

    with pytest.raises(TooManyAttempts):
        log_in.enter_factor(throttle, viewer_id, HOME, door.workshop)

    clock.advance(timedelta(seconds=1))
    log_in.enter_factor(throttle, viewer_id, HOME, door.workshop)
    log_in.succeed_factor(throttle, viewer_id, HOME)
    log_in.enter_factor(throttle, viewer_id, HOME, door.workshop)


async def test_a_trusted_device_is_asked_for_the_password_only(
    door: Door, clock: FixedClock
) -> None:
    started = await door.answer(await door.ticket(), is_device_trusted=True)
    assert started.device.trusted_until == clock.now() + timedelta(days=30)
    known = Visit(HOME.ip, HOME.user_agent, started.device_secret)

    again = await door.enter(known)

    assert isinstance(again, SessionStarted)
    assert (again.is_new_device, again.session.amr) == (False, "pwd")
    assert "device_trusted" in await door.kinds()
    clock.advance(timedelta(days=30))
    assert isinstance(await door.enter(known), Ticket)
    assert isinstance(await door.enter(), Ticket)


async def test_a_program_sends_its_code_along(door: Door) -> None:
    proof = Proof(AccountId(door.people.viewer.account_id))

    async def enter(answer: FactorAnswer | None) -> SessionStarted:
        async with door.workshop.work(door.people.nobody) as work:
            return await log_in.log_in_program(
                work, door.settings, door.factors, proof, HOME, answer=answer
            )

    with pytest.raises(SecondFactorRequired) as asked:
        await enter(None)
    assert asked.value.facts == {"methods": ["totp", "backup_code"]}
    with pytest.raises(FactorWrong):
        await enter(FactorAnswer(code="wrong"))
    assert await door.kinds() == ["second_factor_failed"]
    started = await enter(RIGHT)
    assert (started.session.kind, started.session.amr) == ("program", "mfa otp pwd")


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ("deactivated_at", AccountDeactivated),
        ("email_verified_at", EmailUnverified),
    ],
)
async def test_a_closed_account_is_not_entered_in_any_way(
    door: Door, clock: FixedClock, change: str, refusal: type[Problem]
) -> None:
    account_id = AccountId(door.people.viewer.account_id)
    secret = await door.ticket()
    async with door.workshop.work(door.people.viewer) as work:
        account = await Accounts(work).lock(account_id)
        setattr(account, change, clock.now() if change == "deactivated_at" else None)

    with pytest.raises(refusal):
        await door.enter()
    with pytest.raises(refusal):
        await door.answer(secret)
    with pytest.raises(refusal):
        async with door.workshop.work(door.people.nobody) as work:
            await log_in.finish_log_in(
                work,
                door.settings,
                await Accounts(work).get(account_id),
                SessionKind.BROWSER,
                HOME,
                amr=frozenset({"hwk"}),
            )
    assert await door.count(SessionRow) == 0


async def test_a_ticket_keeps_no_code_and_no_password(door: Door) -> None:
    await door.ticket()

    async with door.workshop.reading(Actor.system()) as work:
        row = (await work.session.scalars(select(OneTimeRow))).one()
    assert (row.facts, row.tries_left) == ({"device_name": "Sofa"}, 5)


async def test_two_log_ins_at_once_in_a_known_browser_are_one_device(door: Door) -> None:
    started = await door.answer(await door.ticket(), is_device_trusted=True)
    known = Visit(HOME.ip, HOME.user_agent, started.device_secret)

    await asyncio.gather(*(door.enter(known) for _ in range(4)))

    assert (await door.count(DeviceRow), await door.count(SessionRow)) == (1, 5)
