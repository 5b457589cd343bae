"""PINs on real databases: guessed, changed, forgotten."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from streamverse.domains.profiles.contracts import GivenPin, PinRefused, ProfileId
from streamverse.domains.profiles.errors import (
    GrownUpRequired,
    PasswordRequired,
    PinPaused,
    PinRequired,
    PinWrong,
    ProfileNotFound,
)
from streamverse.domains.profiles.service import pins, profiles
from streamverse.kit.clock import FixedClock
from streamverse.kit.db import Database
from streamverse.kit.errors import Invalid, Problem
from streamverse.kit.events import EventRow, event_name
from streamverse.kit.work import Actor, Workshop
from tests.factories.accounts import People
from tests.factories.families import PIN, Home


async def guess(
    home: Home, pin: str, profile_id: ProfileId | None = None, workshop: Workshop | None = None
) -> type[Problem] | None:
    """Try a PIN and give how it was refused."""
    given = [GivenPin(profile_id or home.parent, pin)]
    try:
        await pins.check_pins(workshop or home.workshop, home.sofa, given)
    except (PinWrong, PinPaused) as problem:
        return type(problem)
    return None


async def refusals(workshop: Workshop) -> list[dict[str, object]]:
    async with workshop.reading(Actor.system()) as work:
        found = await work.session.scalars(
            select(EventRow.payload)
            .where(EventRow.name == event_name(PinRefused))
            .order_by(EventRow.id)
        )
        return list(found)


async def set_pin(home: Home, actor: Actor, profile_id: ProfileId, pin: str, *given: str) -> None:
    """Set a PIN, showing the present one and the parent's where given."""
    pin_hash = await pins.prepare_pin(home.workshop, actor, profile_id, pin)
    shown = await pins.check_pins(
        home.workshop, actor, [GivenPin(profile_id, each) for each in given]
    )
    async with home.workshop.work(actor) as work:
        await pins.set_pin(work, profile_id, pin_hash, shown)


async def test_a_right_pin_opens_and_is_kept_only_as_a_hash(home: Home) -> None:
    shown = await pins.check_pins(home.workshop, home.sofa, [GivenPin(home.parent, PIN)])

    assert shown == {home.parent}
    row = await home.row(home.parent)
    assert row is not None
    assert row.pin_hash is not None
    assert row.pin_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert (row.pin_failures, row.pin_paused_until) == (0, None)


async def test_a_pin_guessed_a_thousand_times_is_guessed_five_times(
    home: Home, clock: FixedClock
) -> None:
    found = [await guess(home, f"{number:04}") for number in range(1000)]

    assert found == [PinWrong] * 5 + [PinPaused] * 995
    assert await guess(home, PIN) is PinPaused
    assert [payload["failures"] for payload in await refusals(home.workshop)] == [1, 2, 3, 4, 5]
    row = await home.row(home.parent)
    assert row is not None
    assert (row.pin_failures, row.pin_paused_until) == (5, clock.now() + timedelta(seconds=30))


async def test_each_further_try_takes_a_longer_pause(home: Home, clock: FixedClock) -> None:
    for _ in range(5):
        assert await guess(home, "0000") is PinWrong
    for pause_s in (30, 60, 120):
        clock.advance(timedelta(seconds=pause_s - 1))
        with pytest.raises(PinPaused) as paused:
            await pins.check_pins(home.workshop, home.sofa, [GivenPin(home.parent, PIN)])
        assert paused.value.retry_after_s == 1
        clock.advance(timedelta(seconds=1))
        assert await guess(home, "0000") is PinWrong

    clock.advance(timedelta(minutes=4))
    assert await guess(home, PIN) is None
    assert await guess(home, "0000") is PinWrong
    assert await guess(home, "0000") is PinWrong


async def test_many_guesses_at_once_gain_nothing(home: Home) -> None:
    found = await asyncio.gather(*(guess(home, f"{number:04}") for number in range(20)))

    assert found.count(PinWrong) == 5
    assert found.count(PinPaused) == 15


async def test_another_server_and_a_restart_remember_the_guesses(
    home: Home, database_url: str, clock: FixedClock
) -> None:
    for _ in range(5):
        await guess(home, "0000")
    database = Database(database_url)
    elsewhere = Workshop(database, clock=clock)

    assert await guess(home, PIN, workshop=elsewhere) is PinPaused
    await database.close()


async def test_each_lock_has_its_own_tries(home: Home) -> None:
    await set_pin(home, home.door, home.teen, "1111")
    for _ in range(6):
        await guess(home, "0000")

    assert await guess(home, "1111", home.teen) is None
    assert await guess(home, PIN) is PinPaused


async def test_a_pin_for_what_is_not_locked_shows_nothing(home: Home) -> None:
    assert await pins.check_pins(home.workshop, home.sofa, [GivenPin(home.first, PIN)]) == set()


async def test_nobody_guesses_at_another_family(home: Home, people: People) -> None:
    before = await home.rows()

    for actor in (people.owner, people.stranger):
        with pytest.raises(ProfileNotFound):
            await pins.check_pins(home.workshop, actor, [GivenPin(home.parent, PIN)])
        with pytest.raises(ProfileNotFound):
            await pins.prepare_pin(home.workshop, actor, home.parent, "1234")
        with pytest.raises(ProfileNotFound):
            async with home.workshop.work(actor) as work:
                await pins.take_pin_off(work, home.parent)
    assert await home.rows() == before


# --- setting and taking off -----------------------------------------------------------------------


async def test_a_pin_is_changed_by_whoever_knows_it(home: Home) -> None:
    await set_pin(home, home.sofa, home.parent, "13579", PIN)

    assert await guess(home, "13579") is None
    assert await guess(home, PIN) is PinWrong


@pytest.mark.parametrize("pin", ["", "123", "123456789", "abcd"])
async def test_what_is_no_pin_is_not_set(home: Home, pin: str) -> None:
    before = await home.rows()

    with pytest.raises(Invalid, match="4 to 8 digits"):
        await set_pin(home, home.door, home.teen, pin)
    assert await home.rows() == before


async def test_who_only_has_the_screen_sets_no_pin(home: Home) -> None:
    before = await home.rows()

    with pytest.raises(PinRequired):
        await set_pin(home, home.sofa, home.parent, "1234")
    with pytest.raises(GrownUpRequired):
        await set_pin(home, home.sofa, home.first, "1234")
    assert await home.rows() == before


async def test_a_forgotten_pin_is_taken_off_by_the_password(home: Home) -> None:
    for _ in range(6):
        await guess(home, "0000")
    before = await home.rows()
    with pytest.raises(PasswordRequired):
        async with home.workshop.work(home.sofa) as work:
            await pins.take_pin_off(work, home.parent)
    assert await home.rows() == before

    for _ in range(2):
        async with home.workshop.work(home.door) as work:
            await pins.take_pin_off(work, home.parent)

    row = await home.row(home.parent)
    assert row is not None
    assert (row.pin_hash, row.pin_failures, row.pin_paused_until) == (None, 0, None)


async def test_a_log_in_of_long_ago_takes_nothing_off(home: Home, clock: FixedClock) -> None:
    clock.advance(timedelta(minutes=10, seconds=1))

    with pytest.raises(PasswordRequired):
        async with home.workshop.work(home.door) as work:
            await pins.take_pin_off(work, home.parent)


async def test_a_pin_taken_off_since_it_was_right_shows_nothing(home: Home) -> None:
    await home.sit(home.child)
    shown = await pins.check_pins(home.workshop, home.sofa, [GivenPin(home.parent, PIN)])
    async with home.workshop.work(home.door) as work:
        await pins.take_pin_off(work, home.parent)

    with pytest.raises(GrownUpRequired):
        async with home.workshop.work(replace(home.sofa)) as work:
            await profiles.switch_profile(work, home.first, shown)
