"""What is in the store, and how long it is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, update

from streamverse.app.resources import Resources
from streamverse.domains.catalog.models import TitleRow
from streamverse.domains.media.contracts import ApplyRetention, AssetId, ProblemView
from streamverse.domains.media.models import AssetRow, StorageRow, UploadRow
from streamverse.domains.media.rules.retention import Retention
from streamverse.domains.media.rules.weights import Weights, purpose_of, purposes
from streamverse.domains.media.service import assets
from streamverse.kit.clock import FixedClock
from streamverse.kit.work import Actor, Workshop
from tests.conftest import Clients
from tests.factories.accounts import People
from tests.factories.media import MediaFactory
from tests.factories.pipeline import (
    Json,
    WorkOff,
    fetch,
    make_film,
    play,
    start_upload,
    stored_files,
    upload,
    upload_row,
)

STORAGE, RETENTION = "/media/storage", "/media/retention"
PROBLEM = ProblemView("media.preparation_failed", "Something failed.")
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


async def retain(workshop: Workshop, work_off: WorkOff) -> None:
    async with workshop.work(Actor.system()) as work:
        work.enqueue(ApplyRetention())
    await work_off()


def sizes(folder: Path, part: str) -> int:
    return sum((folder / n).stat().st_size for n in stored_files(folder) if part in n)


# --- what is there --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "purpose"),
    [
        ("assets/1/source", "source"),
        ("assets/1/words.vtt", "other"),
        ("assets/1/cover.jpg", "pictures"),
        ("packages/2/v1080/init.mp4", "h264"),
        ("packages/2/v1080-hevc/7.m4s", "hevc"),
        ("packages/2/v1080-av1/7.m4s", "av1"),
        ("packages/2/a0/7.m4s", "sound"),
        ("packages/2/t0/7.m4s", "other"),
        ("packages/2/poster.webp", "pictures"),
        ("packages/2/sprites/3.avif", "pictures"),
        ("packages/2/gone/7.m4s", "other"),
    ],
)
def test_what_an_object_is_kept_for(key: str, purpose: str) -> None:
    tracks = purposes(
        [
            ("v1080", "video", "avc1.64001e"),
            ("v1080-hevc", "video", "hvc1.1.6.L93"),
            ("v1080-av1", "video", "av01.0.04M.08"),
            ("a0", "audio", "mp4a.40.2"),
            ("t0", "text", "wvtt"),
        ]
    )
    assert purpose_of(key, tracks) == purpose


def test_weights_add_up() -> None:
    weights = Weights()
    for size_bytes, purpose in enumerate(("source", "h264", "sound", "h264"), start=1):
        weights.add(purpose, size_bytes)
    assert (weights.h264_bytes, weights.sound_bytes, weights.total_bytes) == (6, 3, 10)


@on_sqlite
async def test_films_are_weighed_when_they_are_ready_and_forgotten_with_them(
    clients: Clients, media: MediaFactory, work_off: WorkOff, folder: Path
) -> None:
    assert (await clients.owner.get(STORAGE)).json()["totals"]["total_bytes"] == 0
    title_id = await make_film(clients.owner, work_off, media.make("pattern"), title="Film")
    shown = (await clients.owner.get(STORAGE)).json()
    expected = {
        "source_bytes": sizes(folder, "source"),
        "h264_bytes": sizes(folder, "/v360/"),
        "hevc_bytes": 0,
        "av1_bytes": 0,
        "sound_bytes": sizes(folder, "/a0/"),
        "pictures_bytes": sizes(folder, "/pictures/"),
        "other_bytes": 0,
    }
    expected["total_bytes"] = sum(expected.values())
    assert min(expected[name] for name in ("source_bytes", "h264_bytes", "pictures_bytes")) > 0
    assert shown["totals"] == expected
    (item,) = shown["items"]
    assert (item["asset_id"], item["name"], item["weights"], item["has_source"]) == (
        *(title_id, "Film", expected, True),
    )
    await clients.owner.delete(f"/titles/{title_id}")
    await work_off()
    assert (await clients.owner.get(STORAGE)).json()["totals"] == expected  # it is in the bin
    await clients.owner.delete(f"/admin/titles/{title_id}/permanently")
    await work_off()
    shown = (await clients.owner.get(STORAGE)).json()
    assert (shown["items"], shown["totals"]["total_bytes"]) == ([], 0)


async def weigh(workshop: Workshop, people: People, *totals: int) -> None:
    """Let there be assets of some weights."""
    async with workshop.work(people.owner) as work:
        for number, total_bytes in enumerate(totals, start=1):
            asset_id = UUID(int=number)
            work.session.add(
                AssetRow(
                    id=asset_id,
                    name=f"Film {number}",
                    source_key=f"assets/{asset_id}/source",
                    size_bytes=1,
                    duration_ms=1,
                    facts={},
                    created_at=work.now,
                )
            )
            await work.session.flush()
            weights = {f"{name.removesuffix('_bytes')}_bytes": 0 for name in Weights.__slots__}
            weights |= {"source_bytes": total_bytes, "total_bytes": total_bytes}
            work.session.add(StorageRow(asset_id=asset_id, measured_at=work.now, **weights))


async def test_the_heaviest_come_first_in_pages(
    clients: Clients, workshop: Workshop, people: People
) -> None:
    await weigh(workshop, people, 5, 9, 5, 7)
    names: list[str] = []
    cursor: str | None = None
    while True:
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await clients.owner.get(STORAGE, params=params)).json()
        names += [item["name"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert names == ["Film 2", "Film 4", "Film 3", "Film 1"]
    assert page["totals"]["total_bytes"] == 26
    stranger = (await clients.stranger.get(STORAGE)).json()
    assert (stranger["items"], stranger["totals"]["total_bytes"]) == ([], 0)
    tenants = (await clients.owner.get(f"{STORAGE}/tenants")).json()["items"]
    assert [tenant["total_bytes"] for tenant in tenants] == [26, 0]


async def test_what_is_still_arriving_is_told_apart(clients: Clients) -> None:
    path = await start_upload(clients.owner, 100)
    headers = {
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": "0",
        "Content-Type": "application/offset+octet-stream",
    }
    await clients.owner.patch(path, headers=headers, content=b"x" * 40)
    assert (await clients.owner.get(STORAGE)).json()["arriving_bytes"] == 40


# --- how long it is kept --------------------------------------------------------------------------


async def choose(clients: Clients, **choices: int | None) -> Json:
    answered = await clients.owner.patch(RETENTION, json=choices)
    assert answered.status_code == 200, answered.text
    return answered.json()


async def test_a_tenant_chooses_over_the_settings(clients: Clients) -> None:
    by_settings = {"source_days": 0, "failed_days": 0, "refused_days": 30, "upload_hours": 72}
    assert (await clients.owner.get(RETENTION)).json() == {**by_settings, "chosen": []}
    shown = await choose(clients, source_days=7, refused_days=0)
    assert shown == {
        **by_settings,
        "source_days": 7,
        "refused_days": 0,
        "chosen": ["source_days", "refused_days"],
    }
    shown = await choose(clients, source_days=None, upload_hours=2)
    assert (shown["source_days"], shown["chosen"]) == (0, ["refused_days", "upload_hours"])
    assert (await clients.stranger.get(RETENTION)).json() == {**by_settings, "chosen": []}
    refused = await clients.owner.patch(RETENTION, json={"source_days": -1, "upload_hours": 5})
    assert refused.status_code == 422
    assert (await clients.owner.get(RETENTION)).json() == shown


def test_nothing_is_due_where_things_are_kept() -> None:
    now = FixedClock().now()
    assert Retention().due_before(0, now) is None
    assert Retention().due_before(3, now) == now - timedelta(days=3)


@on_sqlite
async def test_a_source_goes_when_its_package_has_been_ready_for_long(
    clients: Clients,
    media: MediaFactory,
    work_off: WorkOff,
    workshop: Workshop,
    clock: FixedClock,
    folder: Path,
) -> None:
    title_id = await make_film(clients.owner, work_off, media.make("pattern"))
    await choose(clients, source_days=7)
    source = f"assets/{title_id}/source"
    clock.advance(timedelta(days=6, hours=23))
    await retain(workshop, work_off)
    assert source in stored_files(folder)
    clock.advance(timedelta(hours=1))
    await retain(workshop, work_off)
    await retain(workshop, work_off)
    assert source not in stored_files(folder)
    (item,) = (await clients.owner.get(STORAGE)).json()["items"]
    assert (item["has_source"], item["weights"]["source_bytes"]) == (False, 0)
    assert item["weights"]["h264_bytes"] > 0
    started = await play(clients.viewer, title_id)
    assert (await fetch(clients.nobody, started["hls_url"])).status_code == 200


@on_sqlite
async def test_a_failed_film_goes_with_its_title_and_all_that_is_left_of_it(
    clients: Clients,
    media: MediaFactory,
    work_off: WorkOff,
    workshop: Workshop,
    clock: FixedClock,
    folder: Path,
) -> None:
    ready_id = await make_film(clients.owner, work_off, media.make("pattern"))
    failed_id = await make_film(clients.owner, work_off, media.make("one_frame"))
    async with workshop.work(Actor.system()) as work:
        tenant_id = await work.session.scalar(select(TitleRow.tenant_id))
    assert tenant_id is not None
    async with workshop.work(Actor.system(tenant_id)) as work:
        (package,) = await assets.Packages(work).of_assets([AssetId(UUID(failed_id))])
        package.state = "encoding"
        await work.session.flush()
        await assets.fail_encoding(work, AssetId(UUID(failed_id)), PROBLEM)
    # Posters that better ones took the place of are shown by open pages for a day.
    clock.advance(timedelta(days=1))
    await work_off()
    before = stored_files(folder)
    await choose(clients, failed_days=3)
    clock.advance(timedelta(days=1))
    await retain(workshop, work_off)
    assert stored_files(folder) == before
    clock.advance(timedelta(days=1))
    await retain(workshop, work_off)
    assert (await clients.owner.get(f"/titles/{failed_id}")).status_code == 404
    assert (await clients.owner.get(f"/titles/{ready_id}")).status_code == 200
    assert {name.split("/")[1] for name in stored_files(folder) if name.startswith("assets")} == {
        ready_id
    }


async def test_refused_uploads_leave_the_list(
    clients: Clients,
    media: MediaFactory,
    work_off: WorkOff,
    workshop: Workshop,
    clock: FixedClock,
) -> None:
    path = await upload(clients.owner, media.make("text").read_bytes())
    await work_off()
    assert (await upload_row(clients.owner, path))["state"] == "refused"
    clock.advance(timedelta(days=29))
    await start_upload(clients.owner, 10)
    await retain(workshop, work_off)
    assert len((await clients.owner.get("/uploads")).json()["items"]) == 2
    clock.advance(timedelta(days=1))
    await retain(workshop, work_off)
    items = (await clients.owner.get("/uploads")).json()["items"]
    assert path.rsplit("/", 1)[-1] not in [item["id"] for item in items]


async def test_an_upload_stands_still_for_as_long_as_the_tenant_says(
    clients: Clients, workshop: Workshop, clock: FixedClock
) -> None:
    await choose(clients, upload_hours=48)
    await start_upload(clients.owner, 10)
    async with workshop.reading(Actor.system()) as work:
        expires_at = await work.session.scalar(select(UploadRow.expires_at))
    assert expires_at == clock.now() + timedelta(hours=48)


@on_sqlite
async def test_what_is_being_made_keeps_its_source(
    clients: Clients, media: MediaFactory, work_off: WorkOff, workshop: Workshop, folder: Path
) -> None:
    title_id = await make_film(clients.owner, work_off, media.make("pattern"))
    async with workshop.work(Actor.system()) as work:
        await work.session.execute(update(assets.PackageRow).values(ready_at=None))
    await choose(clients, source_days=1)
    await retain(workshop, work_off)
    assert f"assets/{title_id}/source" in stored_files(folder)


def test_the_settings_say_how_long_things_are_kept(resources: Resources) -> None:
    settings = replace(resources.settings, retention_source_days=9, upload_expiry_hours=3)
    assert replace(resources, settings=settings).retention == Retention(
        source_days=9, failed_days=0, refused_days=30, upload_hours=3
    )
