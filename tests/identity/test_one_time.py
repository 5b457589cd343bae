"""Secrets that are good once: spent by one, refused when old, foreign, altered or doubled."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from streamverse.domains.identity.contracts import AccountId, Purpose
from streamverse.domains.identity.errors import LinkExpired, LinkInvalid, LinkUsed, TriesUsedUp
from streamverse.domains.identity.models import OneTimeRow
from streamverse.domains.identity.service import one_time, sessions
from streamverse.kit.clock import FixedClock
from streamverse.kit.errors import Problem
from streamverse.kit.tokens import hash_secret
from streamverse.kit.work import Actor, Workshop
from tests.factories.accounts import People

HOUR = timedelta(hours=1)
RESET = Purpose.PASSWORD_RESET


async def issue(workshop: Workshop, who: Actor, *, tries: int | None = None) -> str:
    async with workshop.work(who) as work:
        account_id = AccountId(who.account_id) if who.account_id else None
        return one_time.issue(work, RESET, account_id, HOUR, {"why": "a test"}, tries=tries)


async def spend(workshop: Workshop, who: Actor, secret: str, purpose: Purpose = RESET) -> str:
    """Tell how spending a secret went."""
    try:
        async with workshop.work(who) as work:
            row = await one_time.spend(work, purpose, secret)
    except Problem as problem:
        return problem.code
    return row.facts["why"]


async def test_a_secret_is_good_once_and_kept_as_a_hash(
    workshop: Workshop, people: People, clock: FixedClock
) -> None:
    secret = await issue(workshop, people.viewer)

    async with workshop.reading(people.viewer) as work:
        row = (await work.session.scalars(select(OneTimeRow))).one()
        assert row.secret_hash == hash_secret(secret)
        assert await one_time.look_at(work, RESET, secret) is row
    assert await spend(workshop, people.viewer, secret) == "a test"
    assert await spend(workshop, people.viewer, secret) == "identity.link_used"
    async with workshop.reading(people.viewer) as work:
        with pytest.raises(LinkUsed):
            await one_time.look_at(work, RESET, secret)
    assert clock.now() == row.created_at


async def test_of_many_who_spend_at_once_one_succeeds(workshop: Workshop, people: People) -> None:
    secret = await issue(workshop, people.viewer)

    outcomes = await asyncio.gather(*(spend(workshop, people.nobody, secret) for _ in range(5)))

    assert sorted(outcomes) == ["a test", *["identity.link_used"] * 4]


async def test_old_foreign_and_altered_secrets_are_refused(
    workshop: Workshop, people: People, clock: FixedClock
) -> None:
    secret = await issue(workshop, people.viewer)

    for wrong in ("", secret[:-1], secret.swapcase(), f"{secret} "):
        assert await spend(workshop, people.viewer, wrong) == "identity.link_invalid"
    foreign = await spend(workshop, people.stranger, secret)
    assert foreign == "identity.link_invalid"
    another = await spend(workshop, people.viewer, secret, Purpose.EMAIL_CHANGE)
    assert another == "identity.link_invalid"
    clock.advance(HOUR)
    assert await spend(workshop, people.viewer, secret) == "identity.link_expired"
    async with workshop.reading(people.viewer) as work:
        assert (await work.session.scalars(select(OneTimeRow.used_at))).one() is None


async def test_a_refused_request_leaves_the_secret_good(workshop: Workshop, people: People) -> None:
    secret = await issue(workshop, people.viewer)

    with pytest.raises(LinkInvalid):
        async with workshop.work(people.nobody) as work:
            await one_time.spend(work, RESET, secret)
            raise LinkInvalid

    assert await spend(workshop, people.nobody, secret) == "a test"


async def test_tries_are_counted_however_they_end(workshop: Workshop, people: People) -> None:
    secret = await issue(workshop, people.viewer, tries=3)

    async def try_it(_number: int) -> bool:
        try:
            await one_time.try_once(workshop, people.nobody, RESET, secret)
        except TriesUsedUp:
            return False
        return True

    outcomes = await asyncio.gather(*map(try_it, range(5)))

    assert sorted(outcomes) == [False, False, True, True, True]


async def test_an_old_ticket_is_not_tried(
    workshop: Workshop, people: People, clock: FixedClock
) -> None:
    secret = await issue(workshop, people.viewer, tries=3)
    clock.advance(HOUR)

    with pytest.raises(LinkExpired):
        await one_time.try_once(workshop, people.nobody, RESET, secret)


async def test_withdrawn_secrets_are_worthless_and_others_stay(
    workshop: Workshop, people: People
) -> None:
    first, others = await issue(workshop, people.viewer), await issue(workshop, people.owner)

    async with workshop.work(people.viewer) as work:
        await one_time.withdraw(work, RESET, AccountId(people.viewer.account_id))

    assert await spend(workshop, people.nobody, first) == "identity.link_invalid"
    assert await spend(workshop, people.nobody, others) == "a test"


async def test_expired_secrets_are_forgotten(
    workshop: Workshop, people: People, clock: FixedClock
) -> None:
    await issue(workshop, people.viewer)
    clock.advance(HOUR)

    for _ in range(2):
        async with workshop.work(Actor.system()) as work:
            await sessions.drop_expired(work)

    async with workshop.reading(Actor.system()) as work:
        assert (await work.session.scalars(select(OneTimeRow))).all() == []
