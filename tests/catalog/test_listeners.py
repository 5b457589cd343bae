"""Titles follow what happens to their media, however often and in whatever order it is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from streamverse.domains.catalog.contracts import (
    CatalogSettings,
    TitleAdded,
    TitlePublished,
    TitlePurged,
    TitleUnpublished,
)
from streamverse.domains.catalog.models import TitleRow
from streamverse.domains.media.contracts import (
    AssetFailed,
    AssetId,
    EncodingRetried,
    PackageId,
    PackagePlayable,
    PackageReady,
    PosterMade,
    ProblemView,
)
from streamverse.domains.media.models import AssetRow, PackageRow
from streamverse.kit.clock import FixedClock, new_id
from streamverse.kit.events import Event, EventRow, event_name
from streamverse.kit.jobs import JobRow
from streamverse.kit.work import Actor, Workshop
from tests.factories.accounts import People
from tests.factories.titles import accepted, make_asset

PACKAGE_ID = PackageId(new_id())
PROBLEM = ProblemView("media.encoding_failed", "The encoder stopped.")
Tell = Callable[..., Awaitable[None]]


@pytest.fixture
async def asset_id(workshop: Workshop, people: People) -> AssetId:
    """Let media have taken a file in."""
    async with workshop.work(people.owner) as work:
        return await make_asset(work)


@pytest.fixture
def tell(
    workshop: Workshop, people: People, deliver: Callable[[], Awaitable[None]]
) -> Callable[..., Awaitable[None]]:
    """Tell some events, each twice, and let the catalog hear of them."""

    async def tell_all(*events: Event) -> None:
        for event in events:
            for _ in range(2):
                async with workshop.work(Actor.system(people.owner.tenant_id)) as work:
                    work.emit(event)
                await deliver()

    return tell_all


async def title_of(workshop: Workshop, asset_id: AssetId) -> TitleRow:
    async with workshop.reading(Actor.system()) as work:
        return (await work.session.scalars(select(TitleRow).filter_by(asset_id=asset_id))).one()


async def count_titles(workshop: Workshop) -> int:
    async with workshop.reading(Actor.system()) as work:
        return len((await work.session.scalars(select(TitleRow))).all())


async def own_events(workshop: Workshop) -> Sequence[tuple[str, dict[str, Any]]]:
    async with workshop.reading(Actor.system()) as work:
        rows = await work.session.scalars(
            select(EventRow).where(EventRow.name.startswith("catalog.")).order_by(EventRow.id)
        )
        return [(row.name, row.payload) for row in rows]


async def test_a_title_is_made_of_an_accepted_file(
    workshop: Workshop, asset_id: AssetId, tell: Tell, people: People, clock: FixedClock
) -> None:
    await tell(accepted(asset_id))

    row = await title_of(workshop, asset_id)
    assert (row.id, row.tenant_id, row.kind) == (asset_id, people.owner.tenant_id, "movie")
    assert (row.name, row.name_search) == ("Big Buck Bunny", "big buck bunny")
    assert (row.credit, row.description, row.year) == ("Blender Foundation", "A rabbit.", 2008)
    assert (row.state, row.published_at, row.problem) == ("processing", None, None)
    assert (row.duration_ms, row.width, row.height) == (30_000, 1920, 1080)
    assert (row.has_poster, row.created_at) == (False, clock.now())
    assert await count_titles(workshop) == 1


async def test_what_is_not_known_of_a_file_is_left_empty(
    workshop: Workshop, asset_id: AssetId, tell: Tell
) -> None:
    await tell(
        accepted(asset_id, credit=None, description=None, year=None, width=None, height=None)
    )

    row = await title_of(workshop, asset_id)
    assert (row.credit, row.description, row.year) == ("", "", None)
    assert (row.width, row.height) == (None, None)


async def test_a_title_is_published_when_it_can_be_played_then_ready(
    workshop: Workshop, asset_id: AssetId, tell: Tell, clock: FixedClock
) -> None:
    await tell(accepted(asset_id))
    published_at = clock.advance(timedelta(seconds=5))
    await tell(PackagePlayable(asset_id, PACKAGE_ID))
    row = await title_of(workshop, asset_id)
    assert (row.state, row.published_at) == ("playable", published_at)

    clock.advance(timedelta(seconds=5))
    await tell(PackageReady(asset_id, PACKAGE_ID, 29_970), PosterMade(asset_id, PACKAGE_ID))

    row = await title_of(workshop, asset_id)
    assert (row.state, row.published_at, row.duration_ms) == ("ready", published_at, 29_970)
    assert row.has_poster
    assert await own_events(workshop) == [
        (event_name(TitleAdded), {"title_id": str(asset_id)}),
        (event_name(TitlePublished), {"title_id": str(asset_id)}),
    ]


@pytest.mark.parametrize("catalog_settings", [CatalogSettings(is_publish_on_upload=False)])
async def test_where_the_operator_wishes_it_titles_wait_to_be_published(
    workshop: Workshop, asset_id: AssetId, tell: Tell, catalog_settings: CatalogSettings
) -> None:
    assert not catalog_settings.is_publish_on_upload
    await tell(
        accepted(asset_id),
        PackagePlayable(asset_id, PACKAGE_ID),
        PackageReady(asset_id, PACKAGE_ID, 29_970),
    )

    row = await title_of(workshop, asset_id)
    assert (row.state, row.published_at) == ("ready", None)
    assert [name for name, _ in await own_events(workshop)] == [event_name(TitleAdded)]


async def test_older_news_does_not_undo_newer(
    workshop: Workshop, asset_id: AssetId, tell: Tell
) -> None:
    await tell(
        accepted(asset_id),
        PackageReady(asset_id, PACKAGE_ID, 29_970),
        PackagePlayable(asset_id, PACKAGE_ID),
        AssetFailed(asset_id, PROBLEM, is_input_at_fault=False),
        AssetFailed(asset_id, PROBLEM, is_input_at_fault=True),
        EncodingRetried(asset_id),
    )

    row = await title_of(workshop, asset_id)
    assert (row.state, row.duration_ms, row.problem) == ("ready", 29_970, None)
    assert row.published_at is not None
    assert [name for name, _ in await own_events(workshop)] == [
        event_name(TitleAdded),
        event_name(TitlePublished),
    ]


async def test_a_title_that_the_owner_has_hidden_stays_so(
    workshop: Workshop, asset_id: AssetId, tell: Tell
) -> None:
    await tell(accepted(asset_id), PackagePlayable(asset_id, PACKAGE_ID))
    async with workshop.work(Actor.system()) as work:
        await work.session.execute(update(TitleRow).values(published_at=None))

    await tell(PackagePlayable(asset_id, PACKAGE_ID), PackageReady(asset_id, PACKAGE_ID, 29_970))

    assert (await title_of(workshop, asset_id)).published_at is None


async def test_a_failure_of_ours_hides_the_title_and_says_why(
    workshop: Workshop, asset_id: AssetId, tell: Tell
) -> None:
    await tell(
        accepted(asset_id),
        PackagePlayable(asset_id, PACKAGE_ID),
        AssetFailed(asset_id, PROBLEM, is_input_at_fault=False),
        PackagePlayable(asset_id, PACKAGE_ID),
    )

    row = await title_of(workshop, asset_id)
    assert (row.state, row.published_at) == ("failed", None)
    assert row.problem == {"code": "media.encoding_failed", "detail": "The encoder stopped."}
    assert [name for name, _ in await own_events(workshop)] == [
        event_name(TitleAdded),
        event_name(TitlePublished),
        event_name(TitleUnpublished),
    ]


async def test_a_retry_starts_again_where_the_title_stood(
    workshop: Workshop, asset_id: AssetId, tell: Tell
) -> None:
    failed = AssetFailed(asset_id, PROBLEM, is_input_at_fault=False)
    await tell(accepted(asset_id), failed, EncodingRetried(asset_id))
    row = await title_of(workshop, asset_id)
    assert (row.state, row.published_at, row.problem) == ("processing", None, None)

    await tell(PackageReady(asset_id, PACKAGE_ID, 29_970))

    row = await title_of(workshop, asset_id)
    assert row.state == "ready"
    assert row.published_at is not None


async def test_a_retry_shows_again_what_could_be_played_before(
    workshop: Workshop, people: People, tell: Tell, clock: FixedClock
) -> None:
    async with workshop.work(people.owner) as work:
        asset_id = await make_asset(work, playable_at=clock.now())
    failed = AssetFailed(asset_id, PROBLEM, is_input_at_fault=False)

    await tell(accepted(asset_id), PackagePlayable(asset_id, PACKAGE_ID), failed)
    await tell(EncodingRetried(asset_id))

    row = await title_of(workshop, asset_id)
    assert (row.state, row.published_at, row.problem) == ("playable", clock.now(), None)


async def test_a_file_at_fault_leaves_no_title(
    workshop: Workshop, asset_id: AssetId, tell: Tell
) -> None:
    await tell(accepted(asset_id))
    await let_asset_go(workshop, asset_id)

    await tell(AssetFailed(asset_id, PROBLEM, is_input_at_fault=True), accepted(asset_id))

    assert await count_titles(workshop) == 0
    assert await own_events(workshop) == [
        (event_name(TitleAdded), {"title_id": str(asset_id)}),
        (event_name(TitlePurged), {"title_id": str(asset_id), "asset_id": str(asset_id)}),
    ]


async def test_news_of_a_deleted_title_is_ignored(
    workshop: Workshop, asset_id: AssetId, tell: Tell
) -> None:
    await let_asset_go(workshop, asset_id)

    await tell(
        accepted(asset_id),
        PackagePlayable(asset_id, PACKAGE_ID),
        PosterMade(asset_id, PACKAGE_ID),
        PackageReady(asset_id, PACKAGE_ID, 29_970),
        EncodingRetried(asset_id),
    )

    assert await count_titles(workshop) == 0
    assert await jobs_in(workshop, "queued", "dead") == 0


async def test_news_that_overtakes_the_title_waits_for_it(
    workshop: Workshop, asset_id: AssetId, tell: Tell, clock: FixedClock
) -> None:
    await tell(PosterMade(asset_id, PACKAGE_ID), PackagePlayable(asset_id, PACKAGE_ID))
    assert await count_titles(workshop) == 0
    assert await jobs_in(workshop, "queued") == 4

    clock.advance(timedelta(minutes=1))
    await tell(accepted(asset_id))
    clock.advance(timedelta(minutes=1))
    await tell()
    await tell(accepted(asset_id))

    row = await title_of(workshop, asset_id)
    assert (row.state, row.has_poster) == ("playable", True)
    assert await jobs_in(workshop, "queued", "dead") == 0


async def test_each_tenant_hears_only_of_its_own(
    workshop: Workshop, asset_id: AssetId, tell: Tell, people: People
) -> None:
    await tell(accepted(asset_id))

    async with workshop.reading(people.stranger) as work:
        assert (await work.session.scalars(select(TitleRow))).all() == []


async def let_asset_go(workshop: Workshop, asset_id: AssetId) -> None:
    async with workshop.work(Actor.system()) as work:
        await work.session.execute(delete(PackageRow).where(PackageRow.asset_id == asset_id))
        await work.session.execute(delete(AssetRow).where(AssetRow.id == asset_id))


async def jobs_in(workshop: Workshop, *states: str) -> int:
    async with workshop.reading(Actor.system()) as work:
        found = await work.session.scalars(
            select(JobRow).where(JobRow.state.in_(states), JobRow.name.startswith("catalog."))
        )
        return len(found.all())
