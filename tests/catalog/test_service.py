"""Titles on real databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from streamverse.domains.catalog import public
from streamverse.domains.catalog.contracts import (
    Title,
    TitleDeleted,
    TitleId,
    TitleKind,
    TitlePatch,
    TitlePublished,
    TitlePurged,
    TitleRestored,
    TitleState,
    TitleUnpublished,
)
from streamverse.domains.catalog.errors import TitleNotDeleted, TitleNotFound, TitleNotPlayable
from streamverse.domains.catalog.models import TitleRow
from streamverse.domains.catalog.service import editing, lifecycle, titles
from streamverse.domains.media.contracts import AssetId
from streamverse.domains.media.models import AssetRow
from streamverse.domains.media.public import MediaAddresses
from streamverse.kit.clock import FixedClock, new_id
from streamverse.kit.errors import Invalid
from streamverse.kit.events import EventRow, event_name
from streamverse.kit.work import Actor, Workshop
from tests.factories.accounts import People
from tests.factories.titles import DURATION_MS, make_library, make_title


async def events(workshop: Workshop) -> list[tuple[str, str]]:
    async with workshop.reading(Actor.system()) as work:
        rows = await work.session.scalars(select(EventRow).order_by(EventRow.id))
        return [(row.name, row.payload["title_id"]) for row in rows]


async def make_one(workshop: Workshop, owner: Actor, **changes: object) -> TitleId:
    async with workshop.work(owner) as work:
        return await make_title(work, **changes)


async def stored(workshop: Workshop, title_id: TitleId) -> TitleRow | None:
    async with workshop.reading(Actor.system()) as work:
        return await work.session.get(TitleRow, title_id)


# --- what people see ------------------------------------------------------------------------------


async def test_a_title_is_seen_by_whoever_may(workshop: Workshop, people: People) -> None:
    shown = await make_one(workshop, people.owner)
    hidden = await make_one(workshop, people.owner, published_at=None)
    sights = [
        (people.owner, shown, True),
        (people.owner, hidden, True),
        (people.viewer, shown, True),
        (people.viewer, hidden, False),
        (people.stranger, shown, False),
        (people.owner, TitleId(new_id()), False),
    ]

    for actor, title_id, is_seen in sights:
        async with workshop.reading(actor) as work:
            if is_seen:
                assert (await titles.get_title(work, title_id)).id == title_id
            else:
                with pytest.raises(TitleNotFound):
                    await titles.get_title(work, title_id)


async def test_titles_are_shown_with_what_media_knows(
    workshop: Workshop, people: People, addresses: MediaAddresses
) -> None:
    pictured = await make_one(workshop, people.owner, has_poster=True)
    bare = await make_one(workshop, people.owner)

    async with workshop.reading(people.viewer) as work:
        page = await titles.list_titles(work, addresses)

    shown = {card.row.id: card for card in page.items}
    assert shown[bare].poster is None
    assert shown[bare].progress is None
    poster = shown[pictured].poster
    assert poster is not None
    assert poster.still.url == f"{poster.still.base_url}/1280.jpg"
    assert (poster.still.widths, poster.preview_url) == ([320, 640, 1280], None)


async def test_an_unfinished_title_tells_how_far_it_is(
    workshop: Workshop, people: People, addresses: MediaAddresses
) -> None:
    title_id = await make_one(workshop, people.owner, state="playable")

    async with workshop.reading(people.viewer) as work:
        page = await titles.list_titles(work, addresses)

    assert [(card.row.id, card.progress) for card in page.items] == [(title_id, 1.0)]


async def test_titles_come_in_pages_newest_first(
    workshop: Workshop, people: People, addresses: MediaAddresses
) -> None:
    async with workshop.work(people.owner) as work:
        await make_library(work, (f"Film {number}" for number in range(5)))
    await make_one(workshop, people.owner, name="Hidden", published_at=None)

    async def names(actor: Actor) -> list[list[str]]:
        pages: list[list[str]] = []
        cursor: str | None = None
        async with workshop.reading(actor) as work:
            while not pages or cursor:
                page = await titles.list_titles(work, addresses, cursor=cursor, limit=2)
                pages.append([card.row.name for card in page.items])
                cursor = page.next_cursor
        return pages

    assert await names(people.viewer) == [["Film 4", "Film 3"], ["Film 2", "Film 1"], ["Film 0"]]
    assert await names(people.owner) == [
        ["Hidden", "Film 4"],
        ["Film 3", "Film 2"],
        ["Film 1", "Film 0"],
    ]
    assert await names(people.stranger) == [[]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("buck", ["Big Buck Bunny"]),
        ("BUNNY big", ["Big Buck Bunny"]),
        ("amelie", ["Amélie"]),
        ("100%", ["100% Wolf"]),
        ("1_0", []),
        ("\\", ["Back\\slash"]),
        ("", ["Back\\slash", "100% Wolf", "Amélie", "Big Buck Bunny"]),
        ("nothing like it", []),
    ],
)
async def test_titles_are_found_by_the_words_of_their_names(
    workshop: Workshop, people: People, addresses: MediaAddresses, *, query: str, found: list[str]
) -> None:
    async with workshop.work(people.owner) as work:
        await make_library(work, ["Big Buck Bunny", "Amélie", "100% Wolf", "Back\\slash"])

    async with workshop.reading(people.viewer) as work:
        page = await titles.list_titles(work, addresses, query=query)

    assert [card.row.name for card in page.items] == found


# --- what the owner changes -----------------------------------------------------------------------


async def test_only_what_is_set_is_changed(
    workshop: Workshop, people: People, addresses: MediaAddresses
) -> None:
    title_id = await make_one(workshop, people.owner, name="Old", credit="Somebody", year=1999)

    async with workshop.work(people.owner) as work:
        patch = TitlePatch(name=" Été ", year=None)
        await editing.edit_titles(work, [title_id], patch, "edited")

    row = await stored(workshop, title_id)
    assert row is not None
    assert (row.name, row.credit, row.year, row.description) == ("Été", "Somebody", None, "")
    async with workshop.reading(people.viewer) as work:
        page = await titles.list_titles(work, addresses, query="ete")
    assert [card.row.id for card in page.items] == [title_id]


async def test_a_bad_change_changes_nothing(workshop: Workshop, people: People) -> None:
    title_id = await make_one(workshop, people.owner, name="Old")

    with pytest.raises(Invalid):
        async with workshop.work(people.owner) as work:
            patch = TitlePatch(name="", credit="New")
            await editing.edit_titles(work, [title_id], patch, "edited")

    row = await stored(workshop, title_id)
    assert row is not None
    assert (row.name, row.credit) == ("Old", "")


async def test_publishing_and_hiding_again_changes_nothing(
    workshop: Workshop, people: People, clock: FixedClock
) -> None:
    title_id = await make_one(workshop, people.owner, published_at=None)
    published_at = clock.now()

    for verb in (lifecycle.publish_title, lifecycle.unpublish_title):
        for _ in range(2):
            async with workshop.work(people.owner) as work:
                row = await verb(work, title_id)
            is_published = verb is lifecycle.publish_title
            assert row.published_at == (published_at if is_published else None)
            clock.advance(timedelta(hours=1))

    assert await events(workshop) == [
        (event_name(TitlePublished), str(title_id)),
        (event_name(TitleUnpublished), str(title_id)),
    ]


@pytest.mark.parametrize(
    ("state", "reason"), [("processing", "still being processed"), ("failed", "processing failed")]
)
async def test_what_cannot_be_played_is_not_published(
    workshop: Workshop, people: People, state: str, reason: str
) -> None:
    title_id = await make_one(workshop, people.owner, state=state, published_at=None)

    with pytest.raises(TitleNotPlayable, match=reason):
        async with workshop.work(people.owner) as work:
            await lifecycle.publish_title(work, title_id)

    row = await stored(workshop, title_id)
    assert row is not None
    assert row.published_at is None
    assert await events(workshop) == []


async def test_a_deleted_title_can_be_brought_back_until_it_is_purged(
    workshop: Workshop, people: People, addresses: MediaAddresses
) -> None:
    title_id = await make_one(workshop, people.owner)

    async def listed(actor: Actor) -> int:
        async with workshop.reading(actor) as work:
            return len((await titles.list_titles(work, addresses)).items)

    async with workshop.work(people.owner) as work:
        await lifecycle.delete_title(work, title_id)
    assert (await listed(people.owner), await listed(people.viewer)) == (0, 0)
    async with workshop.reading(people.owner) as work:
        [binned] = (await titles.list_deleted(work, addresses)).items
    assert binned.row.id == title_id

    for _ in range(2):
        async with workshop.work(people.owner) as work:
            await lifecycle.restore_title(work, title_id)
    assert (await listed(people.owner), await listed(people.viewer)) == (1, 1)

    async with workshop.work(people.owner) as work:
        with pytest.raises(TitleNotDeleted):
            await lifecycle.purge_title(work, title_id)
        await lifecycle.delete_title(work, title_id)
        await lifecycle.purge_title(work, title_id)
    assert await stored(workshop, title_id) is None
    async with workshop.reading(Actor.system()) as work:
        assert await work.session.scalar(select(func.count()).select_from(AssetRow)) == 0
    told = [TitleDeleted, TitleRestored, TitleDeleted, TitlePurged]
    assert await events(workshop) == [(event_name(event), str(title_id)) for event in told]


async def test_what_lies_long_enough_in_the_bin_is_purged(
    workshop: Workshop, people: People, clock: FixedClock
) -> None:
    old = await make_one(workshop, people.owner)
    young = await make_one(workshop, people.owner)
    async with workshop.work(people.owner) as work:
        await lifecycle.delete_title(work, old)
    clock.advance(timedelta(days=20))
    async with workshop.work(people.owner) as work:
        await lifecycle.delete_title(work, young)
    clock.advance(timedelta(days=11))

    async with workshop.work(people.owner) as work:
        assert await lifecycle.purge_deleted(work, keep_days=30) == 1

    assert await stored(workshop, old) is None
    assert await stored(workshop, young) is not None


@pytest.mark.parametrize("verb", ["publish_title", "unpublish_title", "delete_title"])
async def test_another_tenants_title_cannot_be_touched(
    workshop: Workshop, people: People, verb: str
) -> None:
    title_id = await make_one(workshop, people.stranger)

    with pytest.raises(TitleNotFound):
        async with workshop.work(people.owner) as work:
            await getattr(lifecycle, verb)(work, title_id)

    row = await stored(workshop, title_id)
    assert row is not None
    assert row.published_at is not None


# --- what other domains see -----------------------------------------------------------------------


async def test_others_find_titles_whoever_asks(
    workshop: Workshop, people: People, clock: FixedClock
) -> None:
    title_id = await make_one(workshop, people.owner, credit="Somebody", published_at=None)

    async with workshop.reading(people.nobody) as work:
        assert await public.find_title(work, TitleId(new_id())) is None
        assert await public.find_title(work, title_id) == Title(
            id=title_id,
            asset_id=AssetId(title_id),
            kind=TitleKind.MOVIE,
            name="A film",
            year=None,
            credit="Somebody",
            state=TitleState.READY,
            is_published=False,
            duration_ms=DURATION_MS,
            created_at=clock.now(),
            age=18,
        )
