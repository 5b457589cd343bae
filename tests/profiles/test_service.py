"""Families on real databases: who comes, changes, goes, and takes the screen."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from streamverse.domains.identity.contracts import AccountId
from streamverse.domains.identity.service import accounts
from streamverse.domains.profiles.contracts import (
    Profile,
    ProfileAdded,
    ProfileChange,
    ProfileDraft,
    ProfileId,
    ProfileRemoved,
)
from streamverse.domains.profiles.errors import (
    GrownUpRequired,
    LastProfile,
    PinRequired,
    ProfileNotFound,
    SessionNeeded,
    TooManyProfiles,
)
from streamverse.domains.profiles.models import CurrentRow, ProfileRow
from streamverse.domains.profiles.public import get_current_profile
from streamverse.domains.profiles.service import preferences, profiles
from streamverse.kit.clock import FixedClock
from streamverse.kit.errors import Invalid, Problem
from streamverse.kit.events import EventRow, event_name
from streamverse.kit.work import Actor, Workshop
from tests.factories.accounts import People
from tests.factories.families import Home, take_a_seat

HIDE = {"parental": {"is_adult_hidden": True}}
SHOW = {"parental": {"is_adult_hidden": False}}


async def count(workshop: Workshop, table: type) -> int:
    async with workshop.reading(Actor.system()) as work:
        return await work.session.scalar(select(func.count()).select_from(table)) or 0


async def current(workshop: Workshop, actor: Actor) -> Profile | None:
    async with workshop.reading(actor) as work:
        return await get_current_profile(work)


async def refused(home: Home, actor: Actor, call: object, *args: object) -> Problem:
    """Expect a use case to be refused, and nothing to have changed."""
    before = await home.rows()
    with pytest.raises(Problem) as problem:
        async with home.workshop.work(actor) as work:
            await call(work, *args)  # type: ignore[operator]
    assert await home.rows() == before
    return problem.value


# --- the first profile ----------------------------------------------------------------------------


async def test_an_account_without_profiles_gets_its_first(
    workshop: Workshop, people: People
) -> None:
    family = await profiles.open_family(workshop, people.viewer)

    (row,) = family.rows
    assert (row.name, row.maturity_limit, row.is_kids) == ("Viewer", 18, False)
    assert row.account_id == people.viewer.account_id
    assert family.current is None
    again = await profiles.open_family(workshop, people.viewer)
    assert [row.id for row in again.rows] == [row.id]


async def test_of_many_who_look_at_once_one_makes_the_first(
    workshop: Workshop, people: People
) -> None:
    families = await asyncio.gather(
        *(profiles.open_family(workshop, people.viewer) for _ in range(8))
    )

    assert {len(family.rows) for family in families} == {1}
    assert await count(workshop, ProfileRow) == 1
    async with workshop.reading(Actor.system()) as work:
        names = (await work.session.scalars(select(EventRow.name))).all()
    assert names.count(event_name(ProfileAdded)) == 1


# --- adding and removing --------------------------------------------------------------------------


async def test_a_family_has_at_most_eight(home: Home) -> None:
    async def add(number: int) -> bool:
        try:
            async with home.workshop.work(home.door) as work:
                await profiles.add_profile(work, ProfileDraft(f"{number}"))
        except TooManyProfiles:
            return False
        return True

    added = await asyncio.gather(*(add(number) for number in range(6)))

    assert sorted(added) == [False, False, False, True, True, True]
    assert await count(home.workshop, ProfileRow) == 8


async def test_everybody_gets_an_avatar_of_their_own(home: Home) -> None:
    async with home.workshop.reading(Actor.system()) as work:
        presets = (await work.session.scalars(select(ProfileRow.preset))).all()

    assert sorted(presets) == [1, 2, 3, 4, 5]


async def test_removing_tells_and_leaves_the_screen_without_a_profile(home: Home) -> None:
    await home.sit(home.teen)

    async with home.workshop.work(home.sofa) as work:
        await profiles.remove_profile(work, home.teen)

    assert await home.row(home.teen) is None
    assert await current(home.workshop, home.sofa) is None
    async with home.workshop.reading(Actor.system()) as work:
        payload = await work.session.scalar(
            select(EventRow.payload).where(EventRow.name == event_name(ProfileRemoved))
        )
    assert payload == {"profile_id": str(home.teen), "account_id": str(home.sofa.account_id)}


async def test_of_two_who_remove_each_other_one_stays(workshop: Workshop, people: People) -> None:
    first = (await profiles.open_family(workshop, people.viewer)).rows[0]
    async with workshop.work(people.viewer) as work:
        second = await profiles.add_profile(work, ProfileDraft("Second"))

    async def remove(profile_id: UUID) -> type[Exception] | None:
        try:
            async with workshop.work(people.viewer) as work:
                await profiles.remove_profile(work, ProfileId(profile_id))
        except LastProfile:
            return LastProfile
        return None

    found = await asyncio.gather(remove(first.id), remove(second.id))

    assert sorted(found, key=str) == [LastProfile, None]
    assert await count(workshop, ProfileRow) == 1


async def test_a_locked_profile_goes_only_by_the_password(home: Home) -> None:
    problem = await refused(home, home.sofa, profiles.remove_profile, home.parent)
    assert isinstance(problem, GrownUpRequired)
    assert problem.facts == {"profile_ids": [str(home.parent)]}

    async with home.workshop.work(home.door) as work:
        await profiles.remove_profile(work, home.parent)
    assert await home.row(home.parent) is None


# --- changing -------------------------------------------------------------------------------------


async def test_a_change_touches_what_it_names(home: Home) -> None:
    async with home.workshop.work(home.sofa) as work:
        row, _ = await profiles.change_profile(
            work, home.teen, ProfileChange(name=" Ada ", language="DE-at", avatar="preset:7")
        )

    assert (row.name, row.language, row.preset) == ("Ada", "de-AT", 7)
    assert (row.maturity_limit, row.is_kids) == (12, False)


@pytest.mark.parametrize(
    "change",
    [
        ProfileChange(is_kids=False),
        ProfileChange(maturity_limit=16),
        ProfileChange(name=""),
        ProfileChange(language="nonsense"),
        ProfileChange(avatar="preset:99"),
    ],
)
async def test_a_refused_change_changes_nothing(home: Home, change: ProfileChange) -> None:
    problem = await refused(home, home.sofa, profiles.change_profile, home.child, change)
    assert isinstance(problem, (GrownUpRequired, Invalid))


async def test_a_grown_up_sets_a_child_free_by_a_pin(home: Home) -> None:
    async with home.workshop.work(home.sofa) as work:
        row, _ = await profiles.change_profile(
            work, home.child, ProfileChange(is_kids=False, maturity_limit=16), {home.parent}
        )

    assert (row.is_kids, row.maturity_limit) == (False, 16)


async def test_a_child_makes_nothing_to_escape_by(home: Home) -> None:
    await home.sit(home.child)

    for call, *args in (
        (profiles.add_profile, ProfileDraft("Door")),
        (profiles.add_profile, ProfileDraft("Door", is_kids=True)),
        (profiles.change_profile, home.first, ProfileChange(name="Mine")),
        (profiles.change_profile, home.child, ProfileChange(is_kids=False)),
        (profiles.remove_profile, home.child),
        (profiles.switch_profile, home.first),
        (profiles.switch_profile, home.teen),
        (preferences.change_preferences, home.first, HIDE),
    ):
        assert isinstance(await refused(home, home.sofa, call, *args), GrownUpRequired), call


async def test_a_log_in_before_the_childs_turn_is_not_the_childs(
    home: Home, clock: FixedClock
) -> None:
    sofa = replace(home.sofa, authenticated_at=clock.now())
    clock.advance(timedelta(minutes=1))
    await home.sit(home.child)
    clock.advance(timedelta(minutes=1))

    problem = await refused(home, sofa, profiles.switch_profile, home.first)
    assert isinstance(problem, GrownUpRequired)

    async with home.workshop.work(replace(sofa, authenticated_at=clock.now())) as work:
        await profiles.switch_profile(work, home.first)
    found = await current(home.workshop, sofa)
    assert found is not None
    assert found.id == home.first


# --- switching ------------------------------------------------------------------------------------


async def test_each_screen_remembers_its_own_profile(home: Home) -> None:
    async with home.workshop.work(home.sofa) as work:
        await profiles.switch_profile(work, home.small)
    async with home.workshop.work(home.door) as work:
        await profiles.switch_profile(work, home.teen)

    on_sofa, at_door = [await current(home.workshop, seat) for seat in (home.sofa, home.door)]
    assert on_sofa == Profile(
        id=home.small,
        account_id=AccountId(home.sofa.account_id or UUID(int=0)),
        name="Small",
        avatar="preset:5",
        is_kids=True,
        maturity_limit=6,
        language="en",
        has_pin=False,
    )
    assert at_door is not None
    assert at_door.name == "Teen"


async def test_one_screen_switched_many_times_at_once_ends_as_one_of_them(home: Home) -> None:
    async def switch(profile_id: ProfileId) -> None:
        async with home.workshop.work(home.sofa) as work:
            await profiles.switch_profile(work, profile_id)

    await asyncio.gather(switch(home.teen), switch(home.first), switch(home.teen))

    found = await current(home.workshop, home.sofa)
    assert found is not None
    assert found.id in {home.teen, home.first}
    assert await count(home.workshop, CurrentRow) == 1


async def test_a_lock_keeps_everybody_out(home: Home) -> None:
    problem = await refused(home, home.door, profiles.switch_profile, home.parent)

    assert isinstance(problem, PinRequired)
    assert await current(home.workshop, home.door) is None


async def test_without_a_log_in_there_is_nothing_to_remember_it(home: Home) -> None:
    program = replace(home.sofa, session_id=None)

    problem = await refused(home, program, profiles.switch_profile, home.teen)
    assert isinstance(problem, SessionNeeded)
    assert await current(home.workshop, program) is None


async def test_profiles_of_another_family_do_not_exist(home: Home, people: People) -> None:
    other = await take_a_seat(home.workshop, people.owner)
    await profiles.open_family(home.workshop, other)
    fresh = replace(other, authenticated_at=home.now)
    stranger = await take_a_seat(home.workshop, people.stranger)

    for actor in (other, fresh, stranger):
        for call, *args in (
            (profiles.change_profile, home.teen, ProfileChange(name="Mine")),
            (profiles.remove_profile, home.teen),
            (profiles.switch_profile, home.teen),
            (preferences.get_preferences, home.teen),
            (preferences.change_preferences, home.teen, HIDE),
        ):
            assert isinstance(await refused(home, actor, call, *args), ProfileNotFound), call
    assert await current(home.workshop, other) is None


async def test_a_family_goes_with_its_account(home: Home, people: People) -> None:
    async with home.workshop.work(people.owner) as work:
        await accounts.remove_account(work, AccountId(home.sofa.account_id or UUID(int=0)))

    assert await home.rows() == []


# --- preferences ----------------------------------------------------------------------------------


async def test_preferences_are_merged_and_kept(home: Home) -> None:
    for patch in (
        {"playback": {"quality_cap": "720p"}, "audio_languages": ["ja", "en"]},
        {"playback": {"is_next_autoplayed": False}},
    ):
        async with home.workshop.work(home.sofa) as work:
            await preferences.change_preferences(work, home.teen, patch)

    async with home.workshop.reading(home.sofa) as work:
        found = await preferences.get_preferences(work, home.teen)
        others = await preferences.get_preferences(work, home.child)
    assert (found.playback.quality_cap, found.playback.is_next_autoplayed) == ("720p", False)
    assert found.audio_languages == ["ja", "en"]
    assert others.audio_languages == []


async def test_the_interface_language_is_the_profiles(home: Home) -> None:
    async with home.workshop.work(home.sofa) as work:
        found = await preferences.change_preferences(work, home.teen, {"interface_language": "AR"})
    assert found.interface_language == "ar"
    row = await home.row(home.teen)
    assert row is not None
    assert (row.language, row.preferences["chosen"]) == ("ar", {})

    async with home.workshop.work(home.sofa) as work:
        await preferences.change_preferences(work, home.teen, {"playback": {}})
        found = await preferences.get_preferences(work, home.teen)
    assert found.interface_language == "ar"
    async with home.workshop.work(home.sofa) as work:
        found = await preferences.change_preferences(work, home.teen, {"interface_language": None})
    assert found.interface_language == "en"


async def test_what_was_hidden_is_shown_again_only_by_a_grown_up(home: Home) -> None:
    async with home.workshop.work(home.sofa) as work:
        await preferences.change_preferences(work, home.first, HIDE)

    problem = await refused(home, home.sofa, preferences.change_preferences, home.first, SHOW)
    assert isinstance(problem, GrownUpRequired)

    async with home.workshop.work(home.door) as work:
        found = await preferences.change_preferences(work, home.first, SHOW)
    assert found.parental.is_adult_hidden is False


async def test_wrong_preferences_change_nothing(home: Home) -> None:
    patch = {"audio_languages": ["ja"], "playback": {"speed": 2}}

    problem = await refused(home, home.sofa, preferences.change_preferences, home.teen, patch)

    assert isinstance(problem, Invalid)
    assert [found.field for found in problem.fields] == ["playback.speed"]
