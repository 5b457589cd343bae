"""How far somebody is: what reports change and what they do not, and what one goes on with."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.catalog.models import MarkerRow, TitleRow
from streamverse.domains.catalog.public import TitleNotFound
from streamverse.domains.library.models import ProgressRow, ViewingRow
from streamverse.domains.library.service import watching
from streamverse.domains.profiles.public import ProfileNotFound
from streamverse.domains.profiles.service import preferences, profiles
from streamverse.kit.clock import new_id
from streamverse.kit.events import EventRow
from streamverse.kit.work import Actor, Workshop
from tests.factories.titles import title_columns

if TYPE_CHECKING:
    from streamverse.domains.media.public import MediaAddresses
    from tests.library.conftest import Sofa


async def count(workshop: Workshop, table: type[ViewingRow | ProgressRow | EventRow]) -> int:
    async with workshop.reading(Actor.system()) as work:
        return await work.session.scalar(select(func.count()).select_from(table)) or 0


async def make_series(sofa: Sofa, *seasons: int, **changes: object) -> list[TitleId]:
    """Put a series into the catalogue with so many episodes in each season; give the episodes."""
    series_id, episodes = new_id(), list[TitleId]()
    now = sofa.clock.now()
    given = {"root_id": series_id, **changes}
    async with sofa.workshop.work(sofa.owner) as work:

        async def add(name: str, **columns: object) -> None:
            work.session.add(TitleRow(**title_columns(name, now, **{**given, **columns})))
            await work.session.flush()

        await add("Series", id=series_id, asset_id=None, kind="series")
        for season, length in enumerate(seasons, 1):
            season_id = new_id()
            place = {"parent_id": series_id, "number": season}
            await add(f"Season {season}", id=season_id, kind="season", **place)
            for number in range(1, length + 1):
                episode_id = new_id()
                place = {"parent_id": season_id, "number": number}
                await add(f"S{season}E{number}", id=episode_id, kind="episode", **place)
                episodes.append(TitleId(episode_id))
    return episodes


async def test_the_last_report_tells_where_it_goes_on(sofa: Sofa) -> None:
    film = await sofa.film("A film")
    await sofa.watch(film, 10_000, 20_000, 15_000)
    assert await sofa.progress(film) == (15_000, False)
    assert await count(sofa.workshop, ViewingRow) == 1


async def test_late_and_repeated_reports_change_nothing(sofa: Sofa) -> None:
    film = await sofa.film("A film")
    player = await sofa.watch(film, 10_000, 20_000)
    await player.report(50_000, sequence=1)
    await player.report(60_000, sequence=2)
    assert await sofa.progress(film) == (20_000, False)


async def test_an_earlier_sitting_does_not_overtake_a_later_one(sofa: Sofa) -> None:
    film = await sofa.film("A film")
    earlier = await sofa.watch(film, 10_000)
    await sofa.watch(film, 40_000)
    await earlier.report(12_000)
    assert await sofa.progress(film) == (40_000, False)


async def test_a_sitting_belongs_to_one_profile_and_title(sofa: Sofa) -> None:
    film, other = await sofa.film("A film"), await sofa.film("Another")
    player = await sofa.watch(film, 20_000)
    player.title_id = other
    await player.report(90_000)
    assert await sofa.progress(other) is None
    assert await sofa.progress(film) == (20_000, False)


async def test_a_glance_does_not_take_back_that_it_is_watched(sofa: Sofa) -> None:
    film = await sofa.film("A film")
    await sofa.watch(film, 96_000)
    await sofa.watch(film, 2_000)
    assert await sofa.progress(film) == (2_000, True)
    await sofa.watch(film, 12_000)
    assert await sofa.progress(film) == (12_000, False)


async def test_credits_end_a_film(sofa: Sofa) -> None:
    film = await sofa.film("A film")
    async with sofa.workshop.work(sofa.owner) as work:
        work.session.add(
            MarkerRow(
                id=new_id(),
                title_id=film,
                kind="credits",
                start_ms=80_000,
                end_ms=100_000,
                label="",
            )
        )
    await sofa.watch(film, 80_000)
    assert await sofa.progress(film) == (80_000, True)
    assert await sofa.continued() == []


async def test_what_is_begun_is_gone_on_with_the_last_first(sofa: Sofa) -> None:
    films = [await sofa.film(f"Film {number}") for number in range(3)]
    for film in films:
        await sofa.watch(film, 30_000)
    await sofa.watch(films[0], 9_000)
    assert await sofa.continued() == [(films[2], 30_000), (films[1], 30_000)]


async def test_after_an_episode_comes_the_next_one(sofa: Sofa) -> None:
    first, second, third = await make_series(sofa, 2, 1)
    await sofa.watch(first, 96_000)
    assert await sofa.continued() == [(second, None)]
    await sofa.watch(second, 40_000)
    assert await sofa.continued() == [(second, 40_000)]
    await sofa.watch(second, 99_000)
    assert await sofa.continued() == [(third, None)]
    await sofa.watch(third, 99_000)
    assert await sofa.continued() == []


async def test_a_series_goes_on_where_it_was_left_though_it_was_taken_off_the_row(
    sofa: Sofa, addresses: MediaAddresses
) -> None:
    first, second, third = await make_series(sofa, 2, 1)
    [other] = await make_series(sofa, 1)
    async with sofa.workshop.reading(sofa.owner) as work:
        roots = {one: (await work.session.get_one(TitleRow, one)).root_id for one in (first, other)}

    async def going_on() -> list[tuple[TitleId, int | None, int]]:
        async with sofa.workshop.reading(sofa.home.sofa) as work:
            shown = await watching.show_continued_of(
                work, addresses, sofa.home.first, TitleId(roots[first])
            )
        places = [(one, one.continued.place) for one in shown]
        return [
            (TitleId(one.card.id), one.continued.resume_at_ms, place.number)
            for one, place in places
            if place is not None
        ]

    assert await going_on() == []
    await sofa.watch(first, 96_000)
    await sofa.watch(second, 40_000)
    await sofa.watch(other, 40_000)
    async with sofa.workshop.work(sofa.home.sofa) as work:
        await watching.hide_continued(work, sofa.home.first, second)
    assert await going_on() == [(second, 40_000, 2)]
    # A glance at another episode does not count.
    await sofa.watch(third, 2_000)
    assert await going_on() == [(second, 40_000, 2)]
    await sofa.watch(second, 99_000)
    assert await going_on() == [(third, None, 1)]
    await sofa.watch(third, 99_000)
    assert await going_on() == []


async def test_what_is_hidden_comes_back_when_it_is_watched_again(sofa: Sofa) -> None:
    first, second = await make_series(sofa, 2)
    await sofa.watch(first, 96_000)
    async with sofa.workshop.work(sofa.home.sofa) as work:
        await watching.hide_continued(work, sofa.home.first, first)
    assert await sofa.continued() == []
    await sofa.watch(first, 96_000)
    assert await sofa.continued() == [(second, None)]


async def test_a_child_goes_on_only_with_what_it_may_see(
    sofa: Sofa, addresses: MediaAddresses
) -> None:
    """Whatever was watched before the limit was lowered is not shown any more."""
    home = sofa.home
    cartoon = await sofa.film("Cartoon", minimum_age=0, effective_age=0)
    thriller = await sofa.film("Thriller", minimum_age=16, effective_age=16)
    await sofa.watch(cartoon, 30_000, profile_id=home.child)
    await sofa.watch(thriller, 30_000, profile_id=home.child)
    await home.sit(home.child)
    async with sofa.workshop.reading(home.sofa) as work:
        shown = await watching.show_continued(work, addresses, home.child)
        progress = await watching.find_progress(work, home.child, [cartoon, thriller])
    assert [one.card.id for one in shown] == [cartoon]
    assert [one.title_id for one in progress] == [cartoon]
    with pytest.raises(TitleNotFound):
        await sofa.watch(thriller, 60_000, profile_id=home.child)


async def test_a_child_reaches_no_other_profile(sofa: Sofa) -> None:
    cartoon = await sofa.film("Cartoon", minimum_age=0, effective_age=0)
    await sofa.home.sit(sofa.home.child)
    with pytest.raises(ProfileNotFound):
        await sofa.watch(cartoon, 30_000, profile_id=sofa.home.first)
    assert await count(sofa.workshop, ViewingRow) == 0


async def test_nobody_reports_for_another_family(sofa: Sofa) -> None:
    film = await sofa.film("A film")
    player = await sofa.watch(film)
    player.actor = sofa.owner
    with pytest.raises(ProfileNotFound):
        await player.report(10_000)
    assert await count(sofa.workshop, ViewingRow) == 0


async def test_whoever_wants_no_history_has_none(sofa: Sofa) -> None:
    film = await sofa.film("A film")
    async with sofa.workshop.work(sofa.home.door) as work:
        patch = {"privacy": {"is_history_kept": False}}
        await preferences.change_preferences(work, sofa.home.first, patch)
    await sofa.watch(film, 30_000)
    assert await count(sofa.workshop, ViewingRow) == 0
    assert await count(sofa.workshop, ProgressRow) == 0


async def test_reports_do_not_go_through_the_event_table(sofa: Sofa) -> None:
    film = await sofa.film("A film")
    before = await count(sofa.workshop, EventRow)
    await sofa.watch(film, *range(10_000, 90_000, 10_000))
    assert await count(sofa.workshop, EventRow) == before


async def test_a_removed_profile_takes_its_history_along(sofa: Sofa) -> None:
    film = await sofa.film("A film")
    await sofa.watch(film, 30_000, profile_id=sofa.home.teen)
    await sofa.watch(film, 30_000)
    sofa.clock.advance(-timedelta(minutes=2))
    async with sofa.workshop.work(sofa.home.door) as work:
        await profiles.remove_profile(work, sofa.home.teen)
    assert await count(sofa.workshop, ViewingRow) == 1
    assert await count(sofa.workshop, ProgressRow) == 1
