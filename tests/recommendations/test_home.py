"""The home page: which rails, what is in them, and that nothing is in them that may not be seen."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from sqlalchemy import select

from streamverse.domains.catalog.contracts import TitleId
from streamverse.domains.catalog.models import (
    CollectionItemRow,
    CollectionRow,
    GenreRow,
    TitleGenreRow,
    TitleRow,
    WindowRow,
)
from streamverse.domains.library.contracts import ProgressReport, ViewingId
from streamverse.domains.library.service import watching
from streamverse.domains.profiles.contracts import ProfileId
from streamverse.domains.profiles.service import preferences
from streamverse.domains.recommendations.models import TrendRow
from streamverse.domains.recommendations.rules import Ranking
from streamverse.domains.recommendations.schemas import HomeOut
from streamverse.domains.recommendations.service import home as home_page
from streamverse.domains.recommendations.service import trends
from streamverse.domains.recommendations.service.home import HomeMemory
from streamverse.kit.clock import FixedClock, new_id
from streamverse.kit.work import Actor, Workshop
from tests.factories.accounts import People
from tests.factories.families import Home, make_home
from tests.factories.statements import heard
from tests.factories.titles import make_title

if TYPE_CHECKING:
    from streamverse.domains.media.public import MediaAddresses
    from tests.conftest import Clients

HIDE: dict[str, Callable[[TitleRow, FixedClock], None]] = {
    "deleted": lambda row, clock: setattr(row, "deleted_at", clock.now()),
    "withdrawn": lambda row, _: setattr(row, "shown_from", None),
    "too mature": lambda row, _: setattr(row, "effective_age", 18),
}


@dataclass(slots=True)
class Evening:
    """A family before its home page."""

    home: Home
    workshop: Workshop
    clock: FixedClock
    owner: Actor
    addresses: MediaAddresses
    memory: HomeMemory = field(default_factory=HomeMemory)

    async def film(self, name: str, genre: str | None = None, **changes: object) -> TitleId:
        """Put a film into the catalogue that everybody may see."""
        given = {"minimum_age": 0, "effective_age": 0, **changes}
        async with self.workshop.work(self.owner) as work:
            title_id = await make_title(work, name, **given)
            if genre is not None:
                row = await work.session.scalar(select(GenreRow).where(GenreRow.slug == genre))
                if row is None:
                    row = GenreRow(id=new_id(), slug=genre, name=genre.title(), names={})
                    work.session.add(row)
                    await work.session.flush()
                work.session.add(TitleGenreRow(title_id=title_id, genre_id=row.id))
        return title_id

    async def watch(self, title_id: TitleId, position_ms: int = 15_000, **who: ProfileId) -> None:
        """Watch a film for a while."""
        report = ProgressReport(
            profile_id=who.get("profile_id", self.home.first),
            title_id=title_id,
            viewing_id=ViewingId(new_id()),
            sequence=1,
            position_ms=position_ms,
            watched_ms=position_ms,
            duration_ms=30_000,
        )
        actor = replace(self.home.sofa, region="DE")
        async with self.workshop.work(actor) as work:
            await watching.report_progress(work, report)

    async def compute(self) -> None:
        """Do what the schedule does."""
        async with self.workshop.work(Actor.system()) as work:
            await trends.compute_trends(work)

    async def change(self, title_id: TitleId, act: Callable[[TitleRow], None]) -> None:
        """Change a title behind everybody's back."""
        async with self.workshop.work(self.owner) as work:
            row = await work.session.get(TitleRow, title_id)
            assert row is not None
            act(row)

    async def look(self, *, by: Actor | None = None) -> dict[str, list[str]]:
        """Open the home page and give the names in its rails."""
        page = await self.page(by=by)
        return {rail.id: [item.name for item in rail.items] for rail in page.rails}

    async def page(self, *, by: Actor | None = None) -> HomeOut:
        """Open the home page."""
        actor = replace(by or self.home.sofa, region="DE")
        async with self.workshop.reading(actor) as work:
            written = await home_page.get_home(work, self.addresses, self.memory)
        return msgspec.json.decode(written, type=HomeOut)


@pytest.fixture
async def evening(
    workshop: Workshop, people: People, clock: FixedClock, addresses: MediaAddresses
) -> Evening:
    """Let the viewer's family sit down."""
    home = await make_home(workshop, people.viewer)
    await home.sit(home.first)
    return Evening(home, workshop, clock, people.owner, addresses)


async def test_an_empty_library_has_no_rails(clients: Clients) -> None:
    for client in (clients.owner, clients.viewer):
        assert (await client.get("/home/rails")).json() == {"hero": None, "rails": []}
        for path in ("/trending", "/top10", "/recommendations"):
            assert (await client.get(path)).json() == {"items": []}


async def test_what_was_published_last_comes_first(evening: Evening) -> None:
    now = evening.clock.now()
    for days in (2, 0, 1):
        at = now - timedelta(days=days)
        await evening.film(f"{days} days old", published_at=at)
    await evening.film("Hidden", published_at=None)
    assert await evening.look() == {"new": ["0 days old", "1 days old", "2 days old"]}


async def test_staff_sees_what_is_not_ready_first(evening: Evening, people: People) -> None:
    await evening.film("Ready")
    await evening.film("Failed", state="failed", published_at=None)
    seen = await evening.look(by=people.owner)
    assert list(seen.items()) == [("in_progress", ["Failed"]), ("new", ["Ready"])]


async def test_what_is_begun_is_gone_on_with(evening: Evening) -> None:
    film = await evening.film("Begun")
    await evening.watch(film)
    page = await evening.page()
    [rail] = [rail for rail in page.rails if rail.id == "continue_watching"]
    assert [(item.name, item.resume_at_ms) for item in rail.items] == [("Begun", 15_000)]


async def test_the_top_ten_are_those_of_the_region(evening: Evening) -> None:
    films = [await evening.film(f"Film {number:02}") for number in range(12)]
    for film in films:
        await evening.watch(film)
    await evening.watch(films[5], profile_id=evening.home.teen)
    await evening.compute()
    seen = await evening.look()
    assert len(seen["top10"]) == 10
    assert (seen["top10"][0], seen["trending"][0]) == ("Film 05", "Film 05")
    async with evening.workshop.reading(Actor.system()) as work:
        places = (
            await work.session.execute(
                select(TrendRow.region, TrendRow.place).where(
                    TrendRow.title_id == films[5], TrendRow.ranking == Ranking.TOP.value
                )
            )
        ).all()
    assert sorted(tuple(place) for place in places) == [("", 1), ("DE", 1)]


async def test_trends_computed_again_replace_what_was(evening: Evening) -> None:
    for number in range(3):
        await evening.watch(await evening.film(f"Film {number}"))
    await evening.compute()
    await evening.compute()
    assert sorted((await evening.look())["top10"]) == ["Film 0", "Film 1", "Film 2"]
    evening.clock.advance(timedelta(days=8))
    evening.memory = HomeMemory()
    await evening.compute()
    assert "top10" not in await evening.look()


async def test_genres_collections_and_what_is_like_what_was_watched(evening: Evening) -> None:
    seen_film = await evening.film("Seen", "drama")
    other = await evening.film("Other", "drama")
    await evening.film("Funny", "comedy")
    async with evening.workshop.work(evening.owner) as work:
        collection_id = new_id()
        work.session.add(
            CollectionRow(
                id=collection_id,
                kind="collection",
                slug="best",
                name="The best",
                is_on_home=True,
                published_at=work.now,
                created_at=work.now,
            )
        )
        await work.session.flush()
        work.session.add(CollectionItemRow(collection_id=collection_id, title_id=other, position=1))
    await evening.watch(seen_film)
    seen = await evening.look()
    assert (seen["because"], seen["collection:best"]) == (["Other"], ["Other"])
    assert (seen["genre:drama"], seen["genre:comedy"]) == (["Other", "Seen"], ["Funny"])
    page = await evening.page()
    assert {rail.kind: rail.name for rail in page.rails}["because"] == "Drama"

    async with evening.workshop.work(evening.home.door) as work:
        patch: dict[str, Any] = {"privacy": {"is_personalised": False}}
        await preferences.change_preferences(work, evening.home.first, patch)
    assert "because" not in await evening.look()


async def test_what_is_to_come_is_announced_until_it_is_there(evening: Evening) -> None:
    opens_at = evening.clock.now() + timedelta(days=3)
    await evening.film("Soon", published_at=opens_at)
    await evening.film("Too mature", published_at=opens_at, effective_age=16)
    await evening.home.sit(evening.home.child)
    page = await evening.page()
    [rail] = page.rails
    assert (rail.id, [(item.name, item.opens_at) for item in rail.items]) == (
        "coming_soon",
        [("Soon", opens_at)],
    )
    evening.clock.advance(timedelta(days=4))
    assert await evening.look() == {"new": ["Soon"]}


@pytest.mark.parametrize("hide", HIDE.values(), ids=HIDE.keys())
async def test_a_child_is_shown_nothing_that_went_away_a_moment_ago(
    evening: Evening, hide: Callable[[TitleRow, FixedClock], None]
) -> None:
    """Whatever is remembered only proposes: all rails are asked about again."""
    child = evening.home.child
    gone = await evening.film("Gone", "drama")
    stay = [await evening.film("Stays", "drama") for _ in range(3)]
    for film in (gone, *stay):
        await evening.watch(film, profile_id=child)
    await evening.compute()
    await evening.home.sit(child)
    before = await evening.look()
    assert {rail for rail, names in before.items() if "Gone" in names} == {
        "continue_watching",
        "new",
        "trending",
        "top10",
        "genre:drama",
    }

    await evening.change(gone, lambda row: hide(row, evening.clock))

    page = await evening.page()
    assert all(item.name == "Stays" for rail in page.rails for item in rail.items)
    assert page.hero is not None
    assert page.hero.title.name == "Stays"
    async with evening.workshop.reading(evening.home.sofa) as work:
        for ranking in Ranking:
            ranked = await home_page.list_ranking(work, evening.addresses, ranking, 10)
            assert [card.name for card in ranked] == ["Stays"] * 3
        liked = await home_page.list_recommended(work, evening.addresses, evening.memory, 10)
        assert {card.name for card in liked} == {"Stays"}


async def test_a_child_and_a_grown_up_share_no_memory(evening: Evening) -> None:
    await evening.film("For all")
    await evening.film("Thriller", "drama", effective_age=16)
    assert set((await evening.look())["genre:drama"]) == {"Thriller"}
    await evening.home.sit(evening.home.child)
    assert await evening.look() == {"new": ["For all"]}


# --- what is remembered holds only as long as the catalog is the same -----------------------------


async def bar(evening: Evening, title_id: TitleId, **window: object) -> None:
    """Say where and when a film may not be watched."""
    async with evening.workshop.work(evening.owner) as work:
        work.session.add(WindowRow(id=new_id(), title_id=title_id, is_barring=True, **window))
        row = await work.session.get_one(TitleRow, title_id)
        row.has_windows = True


async def test_a_window_that_closes_by_itself_closes_the_rails(evening: Evening) -> None:
    now = evening.clock.now()
    gone = await evening.film("Gone")
    await evening.film("Stays")
    await evening.watch(gone)
    await bar(evening, gone, starts_at=now + timedelta(seconds=5))
    assert await evening.look() == {"continue_watching": ["Gone"], "new": ["Stays", "Gone"]}
    evening.clock.advance(timedelta(seconds=5))
    assert await evening.look() == {"new": ["Stays"]}


async def test_a_barred_region_is_remembered_apart(evening: Evening) -> None:
    gone = await evening.film("Gone")
    await evening.film("Stays")
    await bar(evening, gone, region="FR")
    assert await evening.look() == {"new": ["Stays", "Gone"]}
    async with evening.workshop.reading(replace(evening.home.sofa, region="FR")) as work:
        written = await home_page.get_home(work, evening.addresses, evening.memory)
    page = msgspec.json.decode(written, type=HomeOut)
    assert [[item.name for item in rail.items] for rail in page.rails] == [["Stays"]]


async def test_an_edit_is_seen_at_once(evening: Evening) -> None:
    film = await evening.film("Before")
    await evening.watch(film)
    assert (await evening.look())["new"] == ["Before"]
    await evening.change(film, lambda row: setattr(row, "name", "After"))
    page = await evening.page()
    assert {item.name for rail in page.rails for item in rail.items} == {"After"}
    assert page.hero is not None
    assert page.hero.title.name == "After"


async def test_a_change_of_one_process_is_seen_by_all(evening: Evening) -> None:
    film = await evening.film("Gone")
    memories = [HomeMemory(), HomeMemory()]
    for memory in memories:
        evening.memory = memory
        assert await evening.look() == {"new": ["Gone"]}
    await evening.change(film, lambda row: setattr(row, "shown_from", None))
    for memory in memories:
        evening.memory = memory
        assert await evening.look() == {}


async def test_tenants_share_no_memory(evening: Evening) -> None:
    await evening.film("Ours")
    assert await evening.look() == {"new": ["Ours"]}
    stranger = Actor(new_id(), region="DE")
    async with evening.workshop.reading(stranger) as work:
        written = await home_page.get_home(work, evening.addresses, evening.memory)
    assert msgspec.json.decode(written, type=HomeOut) == HomeOut(None, [])


async def test_while_nothing_changes_nothing_is_worked_out_again(evening: Evening) -> None:
    """Of what is common, only the number of changes is asked for."""
    film = await evening.film("Film", "drama")
    await evening.watch(film)
    await evening.look()
    with heard(evening.workshop.database) as asked:
        await evening.look()
    tables = [re.findall(r"FROM (\w+)", text) for _, text in asked if "FROM" in text]
    assert tables == [
        ["profiles_profile"],
        ["catalog_revision"],
        ["library_progress"],
        ["library_watchlist"],
        ["library_progress"],
    ]


async def test_who_began_before_a_change_leaves_nothing_of_it_behind(evening: Evening) -> None:
    """A slow request looks at the past, and what it finds there is its own."""
    if not evening.workshop.database.is_sqlite:
        return
    film = await evening.film("Gone")
    await evening.watch(film)
    slow = evening.workshop.start(replace(evening.home.sofa, region="DE"), is_read_only=True)
    await slow.session.execute(select(TitleRow.id))
    await evening.change(film, lambda row: setattr(row, "shown_from", None))
    assert await evening.look() == {}
    await home_page.get_home(slow, evening.addresses, evening.memory)
    await slow.close()
    assert await evening.look() == {}
