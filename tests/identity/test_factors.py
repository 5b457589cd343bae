"""Wrong codes counted in the database, and secrets that outlive the key they were sealed with."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import timedelta

import pytest
from pyotp.totp import TOTP
from sqlalchemy import select

from streamverse.domains.identity.contracts import AccountId, IdentitySettings, SessionKind
from streamverse.domains.identity.errors import FactorWrong
from streamverse.domains.identity.errors.factors import FactorPaused
from streamverse.domains.identity.models import AuthenticatorAppRow, FactorSetRow
from streamverse.domains.identity.repository import Accounts
from streamverse.domains.identity.service import factors, mfa, sessions
from streamverse.domains.identity.service.log_in import (
    FactorAnswer,
    SecondFactors,
    finish_log_in,
)
from streamverse.domains.identity.service.second_factors import AccountFactors
from streamverse.domains.identity.service.visits import Visit
from streamverse.kit.clock import FixedClock
from streamverse.kit.crypto import KEY_BYTES, Undecryptable, Vault
from streamverse.kit.work import Actor, Workshop
from tests.factories.accounts import People
from tests.factories.factors import NoSecondFactors

HOME = Visit("192.0.2.1", "curl/8.5.0")


@pytest.fixture
async def viewer(workshop: Workshop, people: People, identity_settings: IdentitySettings) -> Actor:
    """Log the viewer in."""
    async with workshop.work(people.nobody) as work:
        started = await finish_log_in(
            work,
            identity_settings,
            await Accounts(work).get(own(people.viewer)),
            SessionKind.BROWSER,
            HOME,
            amr=frozenset({"pwd"}),
        )
    async with workshop.reading(Actor.system()) as work:
        found = await sessions.recognise(work, identity_settings, cookie=started.secret)
    assert found is not None
    return found.actor


@pytest.fixture
async def enrolled(
    workshop: Workshop, viewer: Actor, identity_settings: IdentitySettings, clock: FixedClock
) -> tuple[TOTP, tuple[str, ...]]:
    """Turn the viewer's two-factor log-in on."""
    async with workshop.work(viewer) as work:
        totp = TOTP((await mfa.set_up(work, identity_settings)).secret)
    async with workshop.work(viewer) as work:
        confirmed = await mfa.confirm(work, identity_settings, totp.at(clock.now()), HOME)
    clock.advance(timedelta(minutes=1))
    return totp, confirmed.codes


def own(actor: Actor) -> AccountId:
    assert actor.account_id is not None
    return AccountId(actor.account_id)


async def attempt(workshop: Workshop, actor: Actor) -> bool:
    try:
        await factors.enter_attempt(workshop, actor, own(actor))
    except FactorPaused:
        return False
    return True


@pytest.mark.usefixtures("enrolled")
async def test_of_a_thousand_guesses_five_are_looked_at(workshop: Workshop, viewer: Actor) -> None:
    let_in = [await attempt(workshop, viewer) for _ in range(1000)]

    assert let_in == [True] * 5 + [False] * 995


@pytest.mark.usefixtures("enrolled")
async def test_guesses_at_once_gain_nothing(workshop: Workshop, viewer: Actor) -> None:
    let_in = await asyncio.gather(*(attempt(workshop, viewer) for _ in range(30)))

    assert sum(let_in) == 5


@pytest.mark.usefixtures("enrolled")
async def test_each_further_guess_waits_twice_as_long(
    workshop: Workshop, viewer: Actor, clock: FixedClock
) -> None:
    for _ in range(5):
        await attempt(workshop, viewer)

    for pause_s in (30, 60, 120, 240):
        with pytest.raises(FactorPaused) as paused:
            await factors.enter_attempt(workshop, viewer, own(viewer))
        assert paused.value.retry_after_s == pause_s
        clock.advance(timedelta(seconds=pause_s - 1))
        assert not await attempt(workshop, viewer)
        clock.advance(timedelta(seconds=1))
        assert await attempt(workshop, viewer)


@pytest.mark.usefixtures("enrolled")
async def test_a_passkey_is_not_paused_and_an_account_without_factors_neither(
    workshop: Workshop,
    viewer: Actor,
    people: People,
    identity_settings: IdentitySettings,
) -> None:
    known = AccountFactors(identity_settings)
    for _ in range(9):
        await known.enter(workshop, viewer, own(viewer), FactorAnswer(passkey={}))
        await known.enter(workshop, people.owner, own(people.owner), FactorAnswer(code="1"))

    async with workshop.reading(Actor.system()) as work:
        counted = (await work.session.scalars(select(FactorSetRow.failures))).all()
    assert counted == [0]


def test_both_kinds_of_factors_are_what_a_log_in_asks_for(
    identity_settings: IdentitySettings,
) -> None:
    assert isinstance(AccountFactors(identity_settings), SecondFactors)
    assert isinstance(NoSecondFactors(), SecondFactors)


async def test_no_other_tenant_reaches_the_factors_of_an_account(
    workshop: Workshop,
    viewer: Actor,
    people: People,
    enrolled: tuple[TOTP, tuple[str, ...]],
    identity_settings: IdentitySettings,
    clock: FixedClock,
) -> None:
    totp, codes = enrolled
    known = AccountFactors(identity_settings)
    async with workshop.work(people.stranger) as work:
        assert await known.methods_of(work, own(viewer)) == ()
        with pytest.raises(FactorWrong):
            await known.check_totp(work, own(viewer), totp.at(clock.now()))
        with pytest.raises(FactorWrong):
            await known.check_backup_code(work, own(viewer), codes[0])
    async with workshop.work(viewer) as work:
        assert await known.methods_of(work, own(viewer)) == ("totp", "backup_code")
        await known.check_totp(work, own(viewer), totp.at(clock.now()))
        await known.check_backup_code(work, own(viewer), codes[0])


async def test_with_a_new_key_old_secrets_open_and_are_sealed_anew(
    workshop: Workshop,
    viewer: Actor,
    enrolled: tuple[TOTP, tuple[str, ...]],
    identity_settings: IdentitySettings,
    clock: FixedClock,
) -> None:
    totp, codes = enrolled
    old_key, new_key = b"the key of identity's secrets...."[:KEY_BYTES], bytes(KEY_BYTES)
    rotated = dataclasses.replace(identity_settings, vault=Vault([new_key, old_key]))
    async with workshop.work(viewer) as work:
        await mfa.check_totp(work, rotated, own(viewer), totp.at(clock.now()))
        await mfa.check_backup_code(work, rotated, own(viewer), codes[0])

    clock.advance(timedelta(minutes=1))
    without_old = dataclasses.replace(identity_settings, vault=Vault([new_key]))
    async with workshop.work(viewer) as work:
        await mfa.check_totp(work, without_old, own(viewer), totp.at(clock.now()))
        await mfa.check_backup_code(work, without_old, own(viewer), codes[1])


@pytest.mark.usefixtures("enrolled")
async def test_a_sealed_secret_opens_for_its_own_account_only(
    workshop: Workshop,
    viewer: Actor,
    people: People,
    identity_settings: IdentitySettings,
) -> None:
    async with workshop.work(viewer) as work:
        app = (await work.session.scalars(select(AuthenticatorAppRow))).one()
        app.account_id = own(people.owner)

    async with workshop.work(people.owner) as work:
        with pytest.raises(Undecryptable):
            await mfa.check_totp(work, identity_settings, own(people.owner), "000000")
