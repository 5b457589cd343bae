"""Families follow their accounts, however often they are told; pictures follow their profiles."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from streamverse.domains.identity.contracts import AccountAdded, AccountId, AccountRemoved
from streamverse.domains.identity.service import accounts
from streamverse.domains.profiles.contracts import ProfileAdded, ProfileDraft, SweepPictures
from streamverse.domains.profiles.jobs import handlers
from streamverse.domains.profiles.listeners import add_first_profile, forget_account
from streamverse.domains.profiles.models import ProfileRow
from streamverse.domains.profiles.service import pictures, profiles
from streamverse.domains.profiles.service.pictures import Picture, PictureStudio
from streamverse.kit.clock import new_id
from streamverse.kit.events import EventRow, event_name
from streamverse.kit.jobs import DEFAULT_LANE, JobRow, JobState
from streamverse.kit.storage import ObjectStore
from streamverse.kit.work import Actor, Role, Workshop
from streamverse.kit.worker import Worker, handlers_of
from tests.factories.accounts import PASSWORD, People
from tests.factories.families import Home

Deliver = Callable[[], Awaitable[None]]


async def names(workshop: Workshop, account_id: object) -> list[str]:
    async with workshop.reading(Actor.system()) as work:
        found = await work.session.scalars(
            select(ProfileRow.name).where(ProfileRow.account_id == account_id)
        )
        return list(found)


async def test_a_new_account_gets_its_first_profile_once(
    workshop: Workshop, people: People, deliver: Deliver
) -> None:
    async with workshop.work(people.owner) as work:
        account = await accounts.add_account(
            work,
            email="ada@example.org",
            password=PASSWORD,
            display_name="Ada " + "x" * 60,
            role=Role.VIEWER,
        )
    await deliver()
    assert await names(workshop, account.id) == ["Ada " + "x" * 36]

    added = AccountAdded(AccountId(account.id))
    async with workshop.work(Actor.system(people.owner.tenant_id)) as work:
        await add_first_profile(work, added)

    assert len(await names(workshop, account.id)) == 1
    async with workshop.reading(Actor.system()) as work:
        told = await work.session.scalar(
            select(func.count()).where(EventRow.name == event_name(ProfileAdded))
        )
    assert told == 1


async def test_late_news_of_an_account_brings_no_removed_profile_back(
    workshop: Workshop, people: People
) -> None:
    first = (await profiles.open_family(workshop, people.viewer)).rows[0]
    async with workshop.work(people.viewer) as work:
        await profiles.add_profile(work, ProfileDraft("Second"))
    async with workshop.work(people.viewer) as work:
        await profiles.remove_profile(work, profiles.ProfileId(first.id))

    async with workshop.work(Actor.system(people.viewer.tenant_id)) as work:
        await add_first_profile(work, AccountAdded(AccountId(first.account_id)))

    assert await names(workshop, first.account_id) == ["Second"]


async def test_news_of_an_account_that_is_gone_again_makes_nothing(
    workshop: Workshop, people: People
) -> None:
    gone = AccountId(new_id())

    async with workshop.work(Actor.system(people.owner.tenant_id)) as work:
        await add_first_profile(work, AccountAdded(gone))

    assert await names(workshop, gone) == []


async def test_a_removed_account_leaves_nothing(
    home: Home, store: ObjectStore, people: People
) -> None:
    account_id = AccountId(home.first)
    await store.put(f"avatars/{account_id}/abc.webp", b"a face")
    async with home.workshop.work(people.owner) as work:
        await accounts.remove_account(work, account_id)

    for _ in range(2):
        async with home.workshop.work(Actor.system(people.owner.tenant_id)) as work:
            await forget_account(work, AccountRemoved(account_id))
    await sweep(home.workshop, store)

    assert await names(home.workshop, account_id) == []
    assert [found async for found in store.list()] == []


# --- pictures -------------------------------------------------------------------------------------


async def sweep(workshop: Workshop, store: ObjectStore) -> None:
    """Do the sweeping that is due."""
    worker = Worker(
        workshop, handlers_of(list(handlers(store)), []), name="test", lanes={DEFAULT_LANE: 1}
    )
    await worker.run_until_idle()
    async with workshop.reading(Actor.system()) as work:
        states = await work.session.scalars(
            select(JobRow.state).where(JobRow.name == "profiles.sweep_pictures")
        )
        assert set(states) == {JobState.DONE}


async def stored(store: ObjectStore) -> list[str]:
    return sorted([Path(found.key).stem async for found in store.list("avatars")])


@pytest.fixture
async def pictured(home: Home, studio: PictureStudio) -> Home:
    """Let two of the family show the same picture."""
    for profile_id in (home.first, home.teen):
        async with home.workshop.work(home.sofa) as work:
            await pictures.set_picture(work, studio, profile_id, Picture(b"a", "aaa"))
    return home


async def test_a_picture_stays_as_long_as_somebody_shows_it(
    pictured: Home, studio: PictureStudio, store: ObjectStore
) -> None:
    home = pictured
    async with home.workshop.work(home.sofa) as work:
        await pictures.set_picture(work, studio, home.first, Picture(b"b", "bbb"))
    await sweep(home.workshop, store)
    assert await stored(store) == ["aaa", "bbb"]

    async with home.workshop.work(home.sofa) as work:
        await profiles.remove_profile(work, home.teen)
    await sweep(home.workshop, store)
    assert await stored(store) == ["bbb"]

    async with home.workshop.work(home.sofa) as work:
        await pictures.remove_picture(work, home.first)
    await sweep(home.workshop, store)
    assert await stored(store) == []


async def test_a_picture_that_comes_back_before_the_sweep_stays(
    pictured: Home, studio: PictureStudio, store: ObjectStore
) -> None:
    home = pictured
    for picture in (Picture(b"b", "bbb"), Picture(b"a", "aaa")):
        async with home.workshop.work(home.sofa) as work:
            await pictures.set_picture(work, studio, home.first, picture)

    await sweep(home.workshop, store)

    assert await stored(store) == ["aaa"]


async def test_the_same_picture_again_changes_nothing(
    pictured: Home, studio: PictureStudio
) -> None:
    before = await pictured.rows()

    async with pictured.workshop.work(pictured.sofa) as work:
        await pictures.set_picture(work, studio, pictured.first, Picture(b"a", "aaa"))

    assert await pictured.rows() == before
    async with pictured.workshop.reading(Actor.system()) as work:
        names = (await work.session.scalars(select(JobRow.name))).all()
    assert SweepPictures.__name__ not in names
    assert "profiles.sweep_pictures" not in names
