"""Accounts and sessions on real databases."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from streamverse.domains.identity import public
from streamverse.domains.identity.contracts import (
    DEFAULT_TENANT_ID,
    Account,
    AccountAdded,
    AccountId,
    AccountRemoved,
    IdentitySettings,
    SessionKind,
)
from streamverse.domains.identity.errors import (
    AccountNotFound,
    EmailTaken,
    OwnAccount,
    SetupClosed,
    SetupTokenWrong,
    TooManyAttempts,
    WrongCredentials,
)
from streamverse.domains.identity.jobs import DropExpiredSessions, handlers
from streamverse.domains.identity.models import AccountRow, SessionRow, TenantRow
from streamverse.domains.identity.repository import Accounts
from streamverse.domains.identity.rules import permissions_of
from streamverse.domains.identity.service import accounts, log_in
from streamverse.domains.identity.service.log_in import Proof
from streamverse.domains.identity.service.sessions import SessionStarted
from streamverse.domains.identity.service.throttle import LogInThrottle
from streamverse.domains.identity.service.visits import Visit
from streamverse.kit.clock import FixedClock, new_id
from streamverse.kit.db import ALL_TENANTS
from streamverse.kit.errors import Invalid, Unauthenticated
from streamverse.kit.events import EventRow, event_name
from streamverse.kit.tokens import hash_secret, setup_token
from streamverse.kit.work import Actor, Role, Workshop
from streamverse.kit.worker import Worker, handlers_of
from tests.factories.accounts import PASSWORD, People, make_account, make_session, password_hash
from tests.factories.factors import NoSecondFactors

EVERYTHING = Actor(ALL_TENANTS)
HOME = Visit("192.0.2.1", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0")
WhoIs = Callable[..., Awaitable[UUID | None]]
FORM = {"email": "Ada@example.org", "password": PASSWORD, "display_name": " Ada "}


async def count(workshop: Workshop, table: type) -> int:
    async with workshop.reading(EVERYTHING) as work:
        return await work.session.scalar(select(func.count()).select_from(table)) or 0


async def events(workshop: Workshop) -> list[tuple[str, dict[str, str]]]:
    async with workshop.reading(EVERYTHING) as work:
        rows = await work.session.scalars(select(EventRow).order_by(EventRow.id))
        return [(row.name, row.payload) for row in rows]


# --- the first start ------------------------------------------------------------------------------


async def test_the_default_tenant_is_made_once(workshop: Workshop) -> None:
    for _ in range(2):
        async with workshop.work(Actor.system()) as work:
            assert await public.ensure_default_tenant(work) == DEFAULT_TENANT_ID

    assert await count(workshop, TenantRow) == 1


@pytest.fixture
async def empty(workshop: Workshop) -> Actor:
    """Give somebody unknown at a service that nobody has set up."""
    async with workshop.work(Actor.system()) as work:
        await public.ensure_default_tenant(work)
    return Actor(DEFAULT_TENANT_ID)


async def test_the_set_up_link_makes_the_owner(
    workshop: Workshop, empty: Actor, identity_settings: IdentitySettings
) -> None:
    async with workshop.reading(empty) as work:
        token = await public.find_setup_token(work, identity_settings)
    assert token is not None
    assert token == setup_token(identity_settings.setup_key)

    async with workshop.work(empty) as work:
        made = await accounts.set_up(work, identity_settings, token=token, **FORM)

    assert (made.email, made.display_name, made.role) == ("Ada@example.org", "Ada", "owner")
    async with workshop.reading(empty) as work:
        assert await public.find_setup_token(work, identity_settings) is None
        assert await public.find_owner(work) == Account(
            id=AccountId(made.id),
            email="Ada@example.org",
            display_name="Ada",
            role=Role.OWNER,
            locale="en",
            created_at=workshop.clock.now(),
            is_email_verified=True,
        )
    assert await events(workshop) == [
        (event_name(AccountAdded), {"account_id": str(made.id)}),
    ]


async def test_a_wrong_token_makes_nobody(
    workshop: Workshop, empty: Actor, identity_settings: IdentitySettings
) -> None:
    with pytest.raises(SetupTokenWrong):
        async with workshop.work(empty) as work:
            await accounts.set_up(work, identity_settings, token="wrong", **FORM)

    assert await count(workshop, AccountRow) == 0


async def test_of_many_who_hold_the_link_one_becomes_the_owner(
    workshop: Workshop, empty: Actor, identity_settings: IdentitySettings
) -> None:
    token = setup_token(identity_settings.setup_key)

    async def try_it(number: int) -> bool:
        form = {**FORM, "email": f"{number}@example.org"}
        try:
            async with workshop.work(empty) as work:
                await accounts.set_up(work, identity_settings, token=token, **form)
        except SetupClosed:
            return False
        return True

    assert sorted(await asyncio.gather(*map(try_it, range(4)))) == [False, False, False, True]
    assert await count(workshop, AccountRow) == 1


# --- accounts -------------------------------------------------------------------------------------


async def test_an_address_has_one_account_however_it_is_spelled(
    workshop: Workshop, people: People
) -> None:
    before = await count(workshop, AccountRow)

    with pytest.raises(EmailTaken):
        async with workshop.work(people.owner) as work:
            await accounts.add_account(
                work, **{**FORM, "email": "VIEWER@example.org"}, role=Role.VIEWER
            )

    assert await count(workshop, AccountRow) == before


async def test_another_tenant_may_use_the_address(workshop: Workshop, people: People) -> None:
    async with workshop.work(people.stranger) as work:
        made = await accounts.add_account(
            work, **{**FORM, "email": "viewer@example.org"}, role=Role.VIEWER
        )

    async with workshop.reading(people.owner) as work:
        assert await public.find_account(work, AccountId(made.id)) is None


async def test_a_bad_account_is_refused_whole(workshop: Workshop, people: People) -> None:
    before = await count(workshop, AccountRow)

    with pytest.raises(Invalid):
        async with workshop.work(people.owner) as work:
            await accounts.add_account(work, **{**FORM, "password": "short"}, role=Role.VIEWER)

    assert await count(workshop, AccountRow) == before


async def test_accounts_are_listed_in_pages_oldest_first(
    workshop: Workshop, people: People
) -> None:
    async with workshop.work(people.owner) as work:
        for number in range(3):
            await make_account(work, f"{number}@example.org")

    seen: list[str] = []
    cursor: str | None = None
    async with workshop.reading(people.owner) as work:
        for _ in range(3):
            page = await accounts.list_accounts(work, cursor, 2)
            seen += [row.email for row in page.items]
            cursor = page.next_cursor

    assert cursor is None
    assert seen == [
        "owner@example.org",
        "viewer@example.org",
        "0@example.org",
        "1@example.org",
        "2@example.org",
    ]


async def test_a_removed_account_takes_its_sessions_along(
    workshop: Workshop, people: People, identity_settings: IdentitySettings
) -> None:
    viewer_id = AccountId(people.viewer.account_id)
    async with workshop.work(people.viewer) as work:
        secret = make_session(work, viewer_id)

    async with workshop.work(people.owner) as work:
        await accounts.remove_account(work, viewer_id)

    assert await count(workshop, SessionRow) == 0
    async with workshop.reading(Actor.system()) as work:
        found = await public.authenticate(work, identity_settings, bearer=secret)
        assert found == Actor(DEFAULT_TENANT_ID)
    assert (event_name(AccountRemoved), {"account_id": str(viewer_id)}) in await events(workshop)


async def test_nobody_removes_themselves_strangers_or_the_unknown(
    workshop: Workshop, people: People
) -> None:
    before = await count(workshop, AccountRow)
    refusals = [
        (people.owner.account_id, OwnAccount),
        (people.stranger.account_id, AccountNotFound),
        (new_id(), AccountNotFound),
    ]

    for account_id, refusal in refusals:
        with pytest.raises(refusal):
            async with workshop.work(people.owner) as work:
                await accounts.remove_account(work, AccountId(account_id))

    assert await count(workshop, AccountRow) == before


async def test_two_owners_who_remove_each_other_do_not_both_go(
    workshop: Workshop, people: People
) -> None:
    async with workshop.work(people.owner) as work:
        row = await make_account(work, "second@example.org", role=Role.OWNER)
    owners = frozenset({Role.OWNER})
    second = Actor(DEFAULT_TENANT_ID, row.id, owners, permissions_of(owners))

    async def remove(remover: Actor, removed: Actor) -> None:
        async with workshop.work(remover) as work:
            await accounts.remove_account(work, AccountId(removed.account_id))

    outcomes = await asyncio.gather(
        remove(people.owner, second), remove(second, people.owner), return_exceptions=True
    )

    assert {type(outcome) for outcome in outcomes} == {type(None), Unauthenticated}
    async with workshop.reading(people.owner) as work:
        assert await public.find_owner(work) is not None


# --- logging in -----------------------------------------------------------------------------------


async def prove(
    workshop: Workshop, who: Actor, throttle: LogInThrottle | None = None, **changes: str
) -> Proof:
    given = {"email": "viewer@example.org", "password": PASSWORD, **changes}
    throttle = throttle or LogInThrottle()
    return await log_in.prove_password(workshop, who, throttle, visit=HOME, **given)


async def start(
    workshop: Workshop, settings: IdentitySettings, who: Actor, proof: Proof
) -> SessionStarted:
    async with workshop.work(who) as work:
        started = await log_in.log_in(work, settings, NoSecondFactors(), proof, HOME)
    assert isinstance(started, SessionStarted)
    return started


async def test_a_password_is_proved_under_any_spelling_of_the_address(
    workshop: Workshop, people: People
) -> None:
    proof = await prove(workshop, people.nobody, email=" Viewer@Example.ORG")

    assert proof == Proof(AccountId(people.viewer.account_id))


@pytest.mark.parametrize(
    "changes", [{"password": "wrong"}, {"email": "unknown@example.org"}, {"password": ""}]
)
async def test_whatever_is_wrong_the_answer_is_the_same(
    workshop: Workshop, people: People, changes: dict[str, str]
) -> None:
    with pytest.raises(WrongCredentials) as refused:
        await prove(workshop, people.nobody, **changes)

    assert refused.value.detail == "The e-mail address or the password is wrong."


async def test_another_tenants_password_proves_nothing(workshop: Workshop, people: People) -> None:
    with pytest.raises(WrongCredentials):
        await prove(workshop, people.stranger)


async def test_guessing_is_slowed_down_even_when_the_guess_is_right(
    workshop: Workshop, people: People
) -> None:
    throttle = LogInThrottle()
    for _ in range(5):
        with pytest.raises(WrongCredentials):
            await prove(workshop, people.nobody, throttle, password="wrong")

    with pytest.raises(TooManyAttempts):
        await prove(workshop, people.nobody, throttle)


async def test_many_guesses_at_once_are_counted_before_they_are_checked(
    workshop: Workshop, people: People
) -> None:
    throttle = LogInThrottle()

    outcomes = await asyncio.gather(
        *(prove(workshop, people.nobody, throttle, password="wrong") for _ in range(8)),
        return_exceptions=True,
    )

    kinds = [type(outcome) for outcome in outcomes]
    assert kinds.count(WrongCredentials) == 5
    assert kinds.count(TooManyAttempts) == 3


async def test_a_hash_of_older_parameters_is_replaced(
    workshop: Workshop, people: People, identity_settings: IdentitySettings
) -> None:
    from argon2 import PasswordHasher  # noqa: PLC0415 - only this test makes old hashes

    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    async with workshop.work(people.owner) as work:
        await make_account(work, "old@example.org", hashed=old)

    proof = await prove(workshop, people.nobody, email="old@example.org")
    await start(workshop, identity_settings, people.nobody, proof)

    async with workshop.reading(people.nobody) as work:
        row = await Accounts(work).find_by_email("old@example.org")
    assert row is not None
    assert row.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert (await prove(workshop, people.nobody, email="old@example.org")).fresh_hash is None


async def test_who_was_removed_meanwhile_is_not_logged_in(
    workshop: Workshop, people: People, identity_settings: IdentitySettings
) -> None:
    gone = Proof(AccountId(new_id()))

    with pytest.raises(WrongCredentials):
        await start(workshop, identity_settings, people.nobody, gone)

    assert await count(workshop, SessionRow) == 0


async def test_a_session_is_kept_only_as_a_hash(
    workshop: Workshop, people: People, identity_settings: IdentitySettings
) -> None:
    proof = Proof(AccountId(people.viewer.account_id))
    started = await start(workshop, identity_settings, people.nobody, proof)

    async with workshop.reading(EVERYTHING) as work:
        row = (await work.session.scalars(select(SessionRow))).one()
    assert row.secret_hash == hash_secret(started.secret)
    assert row.expires_at == workshop.clock.now() + timedelta(days=30)
    assert (row.amr, row.ip, row.kind) == ("pwd", HOME.ip, "browser")
    assert row.authenticated_at == workshop.clock.now()
    assert started.device_secret not in (started.secret, started.device.secret_hash)
    assert (row.tenant_id, row.account_id) == (people.viewer.tenant_id, people.viewer.account_id)


# --- being recognised -----------------------------------------------------------------------------


@pytest.fixture
def who_is(workshop: Workshop, identity_settings: IdentitySettings) -> WhoIs:
    """Give what recognises people by what they show."""

    async def recognise(**shown: str) -> UUID | None:
        async with workshop.reading(Actor.system()) as work:
            return (await public.authenticate(work, identity_settings, **shown)).account_id

    return recognise


async def test_whoever_is_recognised_has_the_permissions_of_their_role(
    workshop: Workshop, people: People, clock: FixedClock, identity_settings: IdentitySettings
) -> None:
    async with workshop.work(people.owner) as work:
        secret = make_session(work, people.owner.account_id)
    async with workshop.reading(Actor.system()) as work:
        found = await public.authenticate(work, identity_settings, bearer=secret, place="192.0.2.1")

    assert found == replace(
        people.owner,
        session_id=found.session_id,
        authenticated_at=clock.now(),
        place="192.0.2.1",
    )
    assert found.session_id is not None
    assert found.may("accounts.manage")
    assert not people.viewer.may("accounts.manage")


async def test_a_secret_is_good_only_where_it_belongs(
    workshop: Workshop, people: People, who_is: WhoIs
) -> None:
    viewer_id = people.viewer.account_id
    async with workshop.work(people.viewer) as work:
        cookie = make_session(work, viewer_id, SessionKind.BROWSER)
        bearer = make_session(work, viewer_id, SessionKind.PROGRAM)

    assert await who_is(cookie=cookie) == people.viewer.account_id
    assert await who_is(bearer=bearer) == people.viewer.account_id
    assert await who_is(cookie=bearer) is None
    assert await who_is(bearer=cookie) is None
    assert await who_is(cookie="nonsense") is None
    assert await who_is() is None
    assert await who_is(cookie=cookie, bearer="nonsense") is None


async def test_everybody_is_recognised_for_their_own_tenant(
    workshop: Workshop, people: People, who_is: WhoIs
) -> None:
    async with workshop.work(people.stranger) as work:
        secret = make_session(work, people.stranger.account_id)

    assert await who_is(bearer=secret) == people.stranger.account_id


async def test_a_session_ends(
    workshop: Workshop, people: People, clock: FixedClock, who_is: WhoIs
) -> None:
    async with workshop.work(people.viewer) as work:
        secret = make_session(
            work,
            people.viewer.account_id,
            lifetime=timedelta(hours=1),
        )
    clock.advance(timedelta(minutes=59, seconds=59))
    assert await who_is(bearer=secret) == people.viewer.account_id

    clock.advance(timedelta(seconds=1))

    assert await who_is(bearer=secret) is None


async def test_expired_sessions_are_dropped_by_a_job_and_good_ones_stay(
    workshop: Workshop,
    people: People,
    clock: FixedClock,
    identity_settings: IdentitySettings,
) -> None:
    async with workshop.work(people.viewer) as work:
        make_session(work, people.viewer.account_id, lifetime=timedelta(days=1))
        good = make_session(work, people.viewer.account_id, lifetime=timedelta(days=3))
    clock.advance(timedelta(days=2))
    worker = Worker(
        workshop, handlers_of(handlers(identity_settings), []), name="test", lanes={"default": 1}
    )

    for _ in range(2):
        async with workshop.work(Actor.system()) as work:
            work.enqueue(DropExpiredSessions())
        await worker.run_until_idle()

    async with workshop.reading(EVERYTHING) as work:
        kept = (await work.session.scalars(select(SessionRow.secret_hash))).all()
    assert kept == [hash_secret(good)]


def test_the_password_of_the_tests_is_hashed_as_the_program_does() -> None:
    assert password_hash().startswith("$argon2id$v=19$m=19456,t=2,p=1$")
