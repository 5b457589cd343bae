"""Renditions group by group: what plays early, what manifests show of it, what comes later."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import m3u8
import pytest
from sqlalchemy import select

from streamverse.app.resources import Resources
from streamverse.domains.media.contracts import AssetId, PackageId
from streamverse.domains.media.errors import PackageNotFound
from streamverse.domains.media.models import PartRow, TrackRow
from streamverse.domains.media.repository import Packages
from streamverse.domains.media.rules.packages import Recipe, RungGroup
from streamverse.domains.media.rules.states import PackageState
from streamverse.domains.media.service import assets, packages
from streamverse.kit.clock import FixedClock, new_id
from streamverse.kit.jobs import JobRow
from streamverse.kit.work import Actor, Workshop
from streamverse.mediakit.frames import FrameRate
from streamverse.mediakit.ladder import LadderPolicy, choose_rungs
from streamverse.mediakit.timeline import Package
from tests.conftest import Clients
from tests.factories.accounts import People
from tests.factories.media import MediaFactory
from tests.factories.pipeline import (
    Json,
    WorkOff,
    eventually,
    fetch,
    held_worker,
    play_growing,
    upload,
    upload_row,
)
from tests.factories.titles import make_asset

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
RATE = FrameRate(30)
LOW = choose_rungs(640, 360, RATE)
BETTER = choose_rungs(1280, 720, RATE)[:2]
FRUGAL = choose_rungs(640, 360, RATE, LadderPolicy(("av1",)))


async def title_in(clients: Clients, path: str, *states: str) -> Json | None:
    """Find the title of an upload once it is in one of some states."""
    row = await upload_row(clients.owner, path)
    if row["title_id"] is None:
        return None
    title = (await clients.owner.get(f"/titles/{row['title_id']}")).json()
    return title if title.get("state") in states else None


async def variants(clients: Clients, started: Json) -> list[str]:
    master = m3u8.loads((await fetch(clients.nobody, started["hls_url"])).text)
    return [playlist.uri.removesuffix(".m3u8") for playlist in master.playlists]


@on_sqlite
async def test_a_long_film_plays_in_its_lowest_rendition_before_the_others_are_begun(
    clients: Clients, media: MediaFactory, resources: Resources, workshop: Workshop
):
    path = await upload(clients.owner, media.make("slow_minute").read_bytes())
    async with held_worker(resources, "/v480/9.m4s") as store:
        title = await eventually(lambda: title_in(clients, path, "playable"))
        # The low one is there as a whole, and the better one still grows beside it.
        started = await play_growing(clients.viewer, title["id"], 62_000)
        assert started["duration_ms"] == 62_000
        assert await variants(clients, started) == ["v360"]
        playlist = started["hls_url"].replace("master", "v360")
        assert (await fetch(clients.nobody, playlist)).text.count(".m4s") == 17
        assert (await fetch(clients.nobody, playlist.replace("v360", "v480"))).status_code == 404
        mpd = (await fetch(clients.nobody, started["dash_url"])).text
        assert ('id="v360"' in mpd, 'id="v480"' in mpd) == (True, False)
        async with workshop.reading(Actor.system()) as work:
            query = select(PartRow.group).order_by(PartRow.number)
            assert list(await work.session.scalars(query)) == [
                "stereo",
                *["preview"] * 3,
                *["h264"] * 3,
            ]
        store.go_on.set()
        assert await eventually(lambda: title_in(clients, path, "ready"))
    assert await variants(clients, started) == ["v480", "v360"]


@on_sqlite
async def test_chunks_of_different_encoders_are_not_joined(
    clients: Clients,
    media: MediaFactory,
    resources: Resources,
    clock: FixedClock,
    work_off: WorkOff,
    tmp_path: Path,
):
    path = await upload(clients.owner, media.make("pattern").read_bytes())
    async with held_worker(resources, "/v360/1.m4s"):
        pass  # The worker ends in the middle.
    (init,) = (tmp_path / "store").rglob("v360/init.mp4")
    init.write_bytes(media.make("pattern").read_bytes()[:500])
    for _ in range(6):
        await work_off()
        clock.advance(timedelta(minutes=20))
    title = await title_in(clients, path, "failed")
    assert title is not None
    assert title["problem"]["code"] == "media.preparation_failed"
    assert title["problem"]["detail"].startswith("The workers encode this film in different ways")


# --- groups that come later -----------------------------------------------------------------------


async def make_waiting_package(workshop: Workshop, people: People) -> PackageId:
    """Let there be a package whose preview is whole and whose other groups are still chosen."""
    async with workshop.work(people.owner) as work:
        asset_id = await make_asset(work)
        (row,) = await Packages(work).of_assets([asset_id])
        recipe = Recipe("30/1", 900, {RungGroup.PREVIEW: LOW}, sounds=(), awaits_groups=True)
        row.recipe = recipe.stored()
        plan = packages.plan_group(recipe, RungGroup.PREVIEW)
        await packages.add_plan(work, row, plan)
        await work.session.flush()
        package_id = PackageId(row.id)
        await packages.finish_part(work, package_id, 0)
    return package_id


async def state_of(workshop: Workshop, package_id: PackageId) -> tuple[str, list[str], list[str]]:
    """Give a package's state, its tracks and the groups of its parts."""
    async with workshop.reading(Actor.system()) as work:
        row = await Packages(work).get(package_id)
        tracks = select(TrackRow.name).order_by(TrackRow.position)
        parts = select(PartRow.group).order_by(PartRow.number)
        return (
            row.state,
            list(await work.session.scalars(tracks)),
            list(await work.session.scalars(parts)),
        )


async def orders(workshop: Workshop) -> list[tuple[int, int]]:
    """List the encodes that are ordered, as priority and part, in the order they are taken."""
    async with workshop.reading(Actor.system()) as work:
        query = select(JobRow).where(JobRow.name == "media.encode_part")
        rows = list(await work.session.scalars(query.order_by(JobRow.priority, JobRow.id)))
        return [(row.priority, row.arguments["part_number"]) for row in rows]


async def test_a_package_that_awaits_groups_is_not_whole(workshop: Workshop, people: People):
    package_id = await make_waiting_package(workshop, people)
    assert await state_of(workshop, package_id) == (PackageState.ENCODING, ["v360"], ["preview"])


async def test_groups_are_added_once_and_encoded_in_their_order(workshop: Workshop, people: People):
    package_id = await make_waiting_package(workshop, people)
    groups = {RungGroup.AV1: FRUGAL, RungGroup.H264: BETTER}
    for _ in range(2):
        async with workshop.work(people.owner) as work:
            await packages.add_groups(work, package_id, groups)
    assert await state_of(workshop, package_id) == (
        PackageState.ENCODING,
        ["v360", "v720", "v480", "v360-av1"],
        ["preview", "h264", "av1"],
    )
    assert await orders(workshop) == [(46, 0), (50, 1), (70, 2)]
    async with workshop.work(people.owner) as work:
        await packages.finish_part(work, package_id, 1)
        assert (await Packages(work).get(package_id)).state == PackageState.ENCODING
        await packages.finish_part(work, package_id, 2)
        assert (await Packages(work).get(package_id)).state == PackageState.FINISHING


async def test_a_package_to_which_nothing_is_added_is_whole(workshop: Workshop, people: People):
    package_id = await make_waiting_package(workshop, people)
    async with workshop.work(people.owner) as work:
        await packages.add_groups(work, package_id, {})
    assert await state_of(workshop, package_id) == (PackageState.FINISHING, ["v360"], ["preview"])


async def test_groups_of_a_package_that_is_gone(workshop: Workshop, people: People):
    async with workshop.work(people.owner) as work:
        with pytest.raises(PackageNotFound):
            await packages.add_groups(work, PackageId(new_id()), {RungGroup.H264: BETTER})


async def test_a_retry_orders_every_group_where_it_belongs(workshop: Workshop, people: People):
    package_id = await make_waiting_package(workshop, people)
    async with workshop.work(people.owner) as work:
        await packages.add_groups(work, package_id, {RungGroup.H264: BETTER})
        row = await Packages(work).get(package_id)
        row.state = PackageState.FAILED
    async with workshop.work(people.owner) as work:
        row = await Packages(work).get(package_id)
        await assets.resume_encoding(work, AssetId(row.asset_id))
    assert (await state_of(workshop, package_id))[0] == PackageState.ENCODING
    assert (await orders(workshop))[-1] == (50, 1)


async def test_what_grows_beside_the_first_group_is_not_shown(workshop: Workshop, people: People):
    package_id = await make_waiting_package(workshop, people)
    async with workshop.work(people.owner) as work:
        await packages.add_groups(work, package_id, {RungGroup.H264: BETTER})

    async def shown() -> Package:
        async with workshop.reading(Actor.system()) as work:
            return await packages.load_package(work, await Packages(work).get(package_id))

    assert [track.name for track in (await shown()).tracks] == ["v360"]
    async with workshop.work(people.owner) as work:
        await packages.finish_part(work, package_id, 1)
    assert [(track.name, track.is_complete) for track in (await shown()).tracks] == [
        *(("v720", True), ("v480", True), ("v360", True)),
    ]
