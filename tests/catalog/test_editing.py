"""Work on titles: documents, bulk edits, undoing, and series with their seasons and episodes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from streamverse.domains.catalog.contracts import (
    CreditLine,
    MarkerKind,
    MarkerLine,
    RelatedLine,
    RelationKind,
    TitleChanged,
    TitleId,
    TitleKind,
    TitlePatch,
    WindowLine,
    Words,
)
from streamverse.domains.catalog.errors import EditOvertaken, PlaceNotPossible, TitleNotFound
from streamverse.domains.catalog.models import TitleRow
from streamverse.domains.catalog.repository import Titles
from streamverse.domains.catalog.rules.patches import given_fields
from streamverse.domains.catalog.service import editing, lifecycle, titles
from streamverse.domains.media.public import MediaAddresses
from streamverse.kit.clock import FixedClock, new_id
from streamverse.kit.errors import Invalid
from streamverse.kit.events import event_name
from streamverse.kit.work import Actor, Workshop
from tests.catalog.test_service import events
from tests.factories.accounts import People
from tests.factories.titles import make_title

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
DOCUMENT = TitlePatch(
    name="Big Buck Bunny",
    original_name="Peach",
    tagline="A rabbit with a heart.",
    year=2008,
    countries=["NL"],
    minimum_age=6,
    certifications={"DE": "FSK 6"},
    advisories=["violence"],
    external_ids={"imdb": "tt1254207"},
    genres=["Animation", "Comedy"],
    tags=["open", "rabbit"],
    studios=["Blender Institute"],
    translations={"de": Words("Der dicke Hase", "", "Ein Hase.")},
    windows=[WindowLine("DE", None, NOON), WindowLine("FR", is_barring=True)],
    markers=[MarkerLine(MarkerKind.INTRO, 0, 10_000, "Opening")],
)


async def make_one(workshop: Workshop, people: People, name: str = "A film") -> TitleId:
    async with workshop.work(people.owner) as work:
        return await make_title(work, name)


async def edit(workshop: Workshop, people: People, patch: TitlePatch, *title_ids: TitleId) -> None:
    async with workshop.work(people.owner) as work:
        await editing.edit_titles(work, title_ids, patch, "edited")


async def said(workshop: Workshop, people: People, title_id: TitleId) -> TitlePatch:
    async with workshop.reading(people.owner) as work:
        row = await titles.get_title_to_edit(work, title_id)
        return (await editing.describe(work, [row]))[title_id]


async def undo(workshop: Workshop, people: People, position: int = 0) -> None:
    async with workshop.work(people.owner) as work:
        page = await editing.list_edits(work)
        await editing.undo_edit(work, page.items[position].id)


async def test_everything_that_is_written_is_read_again(workshop: Workshop, people: People) -> None:
    title_id = await make_one(workshop, people)

    await edit(workshop, people, DOCUMENT, title_id)

    found = given_fields(await said(workshop, people, title_id))
    assert {name: found[name] for name in given_fields(DOCUMENT)} == given_fields(DOCUMENT)
    assert await events(workshop) == [
        (event_name(TitleChanged), str(title_id)),
        (event_name(TitleChanged), str(title_id)),
    ]


async def test_people_are_known_again_by_name_and_number(
    workshop: Workshop, people: People
) -> None:
    first, second = await make_one(workshop, people), await make_one(workshop, people)
    director = CreditLine("Sacha Goedegebure", "director")
    await edit(workshop, people, TitlePatch(credits=[director]), first)
    [known] = given_fields(await said(workshop, people, first))["credits"]

    lines = [
        CreditLine("SACHA GOEDEGEBURE", "writer"),
        CreditLine("Whoever", "actor", "Bunny", known.person_id),
    ]
    await edit(workshop, people, TitlePatch(credits=lines), second)

    [writer, actor] = given_fields(await said(workshop, people, second))["credits"]
    assert writer == CreditLine("Sacha Goedegebure", "writer", "", known.person_id)
    assert actor == CreditLine("Sacha Goedegebure", "actor", "Bunny", known.person_id)


async def test_titles_are_related_to_other_titles_only(workshop: Workshop, people: People) -> None:
    first, second = await make_one(workshop, people), await make_one(workshop, people)
    line = RelatedLine(second, RelationKind.SEQUEL)

    await edit(workshop, people, TitlePatch(related=[line]), first)

    assert given_fields(await said(workshop, people, first))["related"] == [line]
    for stranger in (first, new_id()):
        with pytest.raises(Invalid, match="There is no other title"):
            wrong = TitlePatch(related=[RelatedLine(stranger, RelationKind.SEQUEL)])
            await edit(workshop, people, wrong, first)
    assert given_fields(await said(workshop, people, first))["related"] == [line]


async def test_several_titles_are_changed_together_or_not_at_all(
    workshop: Workshop, people: People
) -> None:
    ids = [await make_one(workshop, people, name) for name in ("One", "Two")]

    await edit(workshop, people, TitlePatch(tags=["new"]), *ids)
    with pytest.raises(TitleNotFound):
        await edit(workshop, people, TitlePatch(tags=["lost"]), *ids, TitleId(new_id()))
    with pytest.raises(Invalid, match="Choose 1 to 500 titles"):
        await edit(workshop, people, TitlePatch(tags=["lost"]))

    documents = [await said(workshop, people, title_id) for title_id in ids]
    assert [(document.name, document.tags) for document in documents] == [
        ("One", ["new"]),
        ("Two", ["new"]),
    ]


async def test_an_edit_is_undone_once(workshop: Workshop, people: People) -> None:
    ids = [await make_one(workshop, people, name) for name in ("One", "Two")]
    before = [await said(workshop, people, title_id) for title_id in ids]

    await edit(workshop, people, DOCUMENT, *ids)
    for _ in range(2):
        await undo(workshop, people)

    assert [await said(workshop, people, title_id) for title_id in ids] == before


async def test_what_was_changed_again_is_not_undone(workshop: Workshop, people: People) -> None:
    title_id = await make_one(workshop, people)
    await edit(workshop, people, TitlePatch(year=1999, tags=["a"]), title_id)
    await edit(workshop, people, TitlePatch(year=2000), title_id)

    with pytest.raises(EditOvertaken, match="“A film” was changed again since"):
        await undo(workshop, people, position=1)
    document = await said(workshop, people, title_id)
    assert (document.year, document.tags) == (2000, ["a"])

    await undo(workshop, people, position=0)
    await undo(workshop, people, position=1)
    document = await said(workshop, people, title_id)
    assert (document.year, document.tags) == (None, [])


async def test_an_edit_that_changes_nothing_is_not_kept(workshop: Workshop, people: People) -> None:
    title_id = await make_one(workshop, people)

    await edit(workshop, people, TitlePatch(name="A film"), title_id)

    async with workshop.reading(people.owner) as work:
        assert (await editing.list_edits(work)).items == ()


# --- series ---------------------------------------------------------------------------------------


async def make_series(workshop: Workshop, people: People) -> dict[str, TitleId]:
    """Make a series of one season with one episode, all published."""
    async with workshop.work(people.owner) as work:
        series = await lifecycle.create_title(work, TitleKind.SERIES, "Series")
        season = await lifecycle.create_title(
            work, TitleKind.SEASON, "Season 1", parent_id=TitleId(series.id)
        )
        episode_id = await make_title(
            work, "Pilot", kind="episode", parent_id=season.id, root_id=series.id, number=1
        )
        for title_id in (series.id, season.id):
            await lifecycle.publish_title(work, TitleId(title_id))
        return {
            "series": TitleId(series.id),
            "season": TitleId(season.id),
            "episode": episode_id,
        }


async def shown(workshop: Workshop, actor: Actor, ids: dict[str, TitleId]) -> set[str]:
    async with workshop.reading(actor) as work:
        return {
            name
            for name, title_id in ids.items()
            if await titles.find_visible(work, title_id) is not None
        }


async def stored(workshop: Workshop, title_id: TitleId) -> TitleRow:
    async with workshop.reading(Actor.system()) as work:
        row = await Titles(work).find(title_id)
        assert row is not None
        return row


async def test_only_series_stand_in_lists(
    workshop: Workshop, people: People, addresses: MediaAddresses
) -> None:
    ids = await make_series(workshop, people)

    async with workshop.reading(people.viewer) as work:
        page = await titles.list_titles(work, addresses)
        assert [card.row.id for card in page.items] == [ids["series"]]
        [season] = await titles.list_beneath(work, ids["series"])
        [episode] = await titles.list_beneath(work, ids["season"])
    assert (season.id, episode.id) == (ids["season"], ids["episode"])


async def test_what_happens_to_a_series_happens_to_all_of_it(
    workshop: Workshop, people: People, clock: FixedClock
) -> None:
    ids = await make_series(workshop, people)
    everything = set(ids)
    assert await shown(workshop, people.viewer, ids) == everything

    verbs: list[tuple[Any, TitleId, set[str]]] = [
        (lifecycle.unpublish_title, ids["season"], {"series"}),
        (lifecycle.publish_title, ids["season"], everything),
        (lifecycle.archive_title, ids["series"], set()),
        (lifecycle.publish_title, ids["series"], everything),
        (lifecycle.delete_title, ids["season"], {"series"}),
        (lifecycle.delete_title, ids["series"], set()),
        (lifecycle.restore_title, ids["series"], {"series"}),
        (lifecycle.restore_title, ids["season"], everything),
    ]
    for verb, title_id, left in verbs:
        async with workshop.work(people.owner) as work:
            await verb(work, title_id)
        clock.advance(timedelta(seconds=1))
        assert await shown(workshop, people.viewer, ids) == left


async def test_age_and_availability_hold_for_all_of_a_series(
    workshop: Workshop, people: People, clock: FixedClock
) -> None:
    ids = await make_series(workshop, people)

    await edit(workshop, people, TitlePatch(minimum_age=12), ids["series"])
    await edit(workshop, people, TitlePatch(minimum_age=16), ids["episode"])
    ages = [(await stored(workshop, title_id)).effective_age for title_id in ids.values()]
    assert ages == [12, 12, 16]

    until = clock.now() + timedelta(days=1)
    patch = TitlePatch(windows=[WindowLine(None, None, until)])
    await edit(workshop, people, patch, ids["series"])
    assert await shown(workshop, people.viewer, ids) == set(ids)
    clock.advance(timedelta(days=1))
    assert await shown(workshop, people.viewer, ids) == set()
    # That an episode says nothing of it, as in an imported file, changes nothing.
    await edit(workshop, people, TitlePatch(windows=[]), ids["episode"])
    assert (await stored(workshop, ids["episode"])).has_windows
    assert await shown(workshop, people.viewer, ids) == set()
    assert await shown(workshop, people.owner, ids) == set(ids)
    with pytest.raises(Invalid, match="set on the series"):
        await edit(workshop, people, patch, ids["episode"])


async def test_a_scheduled_title_appears_in_time(
    workshop: Workshop, people: People, clock: FixedClock
) -> None:
    async with workshop.work(people.owner) as work:
        at = clock.now() + timedelta(hours=1)
        title_id = await make_title(work, "Soon", published_at=at)
    assert await shown(workshop, people.viewer, {"soon": title_id}) == set()

    clock.advance(timedelta(hours=1))

    assert await shown(workshop, people.viewer, {"soon": title_id}) == {"soon"}


async def test_titles_stand_only_where_they_can(workshop: Workshop, people: People) -> None:
    ids = await make_series(workshop, people)

    for kind, parent_id in (
        (TitleKind.EPISODE, None),
        (TitleKind.MOVIE, ids["series"]),
        (TitleKind.SEASON, ids["season"]),
    ):
        with pytest.raises(PlaceNotPossible):
            async with workshop.work(people.owner) as work:
                await lifecycle.create_title(work, kind, "Lost", parent_id=parent_id)


async def test_a_purged_series_takes_everything_along(workshop: Workshop, people: People) -> None:
    ids = await make_series(workshop, people)

    async with workshop.work(people.owner) as work:
        await lifecycle.delete_title(work, ids["series"])
        await lifecycle.purge_title(work, ids["series"])

    async with workshop.reading(Actor.system()) as work:
        assert await Titles(work).existing(list(ids.values())) == set()
