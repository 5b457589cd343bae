"""What nothing refers to is found and deleted, and never anything else."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from streamverse.app.registry import STORE_OWNERS
from streamverse.app.resources import Resources
from streamverse.app.worker import open_worker
from streamverse.domains.identity.models import ExportRow
from streamverse.domains.media.models import UploadRow
from streamverse.domains.media.repository import Packages
from streamverse.domains.media.rules.states import UploadState
from streamverse.kit.clock import FixedClock, new_id
from streamverse.kit.orphans import Census, OrphanCollector
from streamverse.kit.storage import ObjectStore
from streamverse.kit.work import Workshop
from tests.conftest import Clients
from tests.factories.accounts import People
from tests.factories.media import MediaFactory
from tests.factories.pipeline import (
    WorkOff,
    eventually,
    fetch,
    play,
    send_bytes,
    start_upload,
    upload,
    upload_row,
)
from tests.factories.pipeline import stored_files as names_in
from tests.factories.titles import make_asset

DIGEST = "a" * 64
AT_ONCE = timedelta(0)


async def chunk(content: bytes) -> AsyncIterator[bytes]:
    yield content


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def collector(workshop: Workshop, store: ObjectStore) -> OrphanCollector:
    return OrphanCollector(workshop, store, STORE_OWNERS)


async def plant(store: ObjectStore, *keys: str) -> set[str]:
    for key in keys:
        await store.put(key, b"12345")
    return set(keys)


async def plant_orphans(store: ObjectStore) -> set[str]:
    """Store a thing of each kind that belongs to nothing."""
    growing = f"uploads/{new_id()}"
    await store.append(growing, 0, chunk(b"12345"))
    package_id = new_id()
    return {growing} | await plant(
        store,
        f"assets/{new_id()}/source",
        f"packages/{package_id}/v360/init.mp4",
        f"packages/{package_id}/v360/0.m4s",
        f"packages/{new_id()}/poster.webp",
        f"joining/{new_id()}/{new_id()}",
        f"exports/{new_id()}/{new_id()}.zip.sealed",
        f"avatars/{new_id()}/{DIGEST}.webp",
    )


async def plant_owned(workshop: Workshop, people: People, store: ObjectStore) -> set[str]:
    """Store a thing of each kind that a row refers to."""
    upload_id, coming_id, export_id = new_id(), new_id(), new_id()
    async with workshop.work(people.owner) as work:
        asset_id = await make_asset(work)
        (package,) = await Packages(work).of_assets([asset_id])
        work.session.add(
            UploadRow(
                id=upload_id,
                filename="film.mp4",
                title_name="Film",
                tus_metadata="",
                size_bytes=5,
                state=UploadState.CHECKING,
                asset_id=coming_id,
                created_at=work.now,
            )
        )
        work.session.add(
            ExportRow(
                id=export_id,
                account_id=people.viewer.account_id,
                state="ready",
                requested_at=work.now,
                expires_at=work.now,
            )
        )
    growing = f"uploads/{upload_id}"
    await store.append(growing, 0, chunk(b"12345"))
    return {growing} | await plant(
        store,
        f"assets/{asset_id}/source",
        f"assets/{coming_id}/source",
        f"packages/{package.id}/v360/0.m4s",
        f"packages/{package.id}/pictures/1.avif",
        f"joining/{upload_id}/{new_id()}",
        f"exports/{people.viewer.account_id}/{export_id}.zip.sealed",
    )


async def names(store: ObjectStore) -> set[str]:
    whole = {found.key async for found in store.list()}
    return whole | {found.key async for found in store.growing()}


# --- what is found --------------------------------------------------------------------------------


async def test_only_what_nothing_refers_to_is_found_and_deleted(
    collector: OrphanCollector, workshop: Workshop, people: People, store: ObjectStore
) -> None:
    orphans = await plant_orphans(store)
    owned = await plant_owned(workshop, people, store)
    strange = await plant(
        store, "strange/thing", "notes", "assets/readme", f"exports/{new_id()}/notes.txt"
    )
    everything = orphans | owned | strange
    looked = await collector.collect(is_dry_run=True)
    assert await names(store) == everything
    assert (looked.stored.count, looked.stored.size_bytes) == (19, 19 * 5)
    assert (looked.orphans.count, looked.orphans.size_bytes) == (8, 40)
    assert (looked.unclaimed.count, looked.deleted.count) == (4, 0)
    assert set(looked.examples) == orphans
    done = await collector.collect(is_dry_run=False)
    assert (done.orphans.count, done.deleted.count, done.deleted.size_bytes) == (8, 8, 40)
    assert await names(store) == owned | strange
    again = await collector.collect(is_dry_run=False)
    assert (again.stored.count, again.orphans.count) == (11, 0)


async def test_nothing_younger_than_a_day_is_an_orphan(
    collector: OrphanCollector, store: ObjectStore, clock: FixedClock, folder: Path
) -> None:
    young, old = (f"assets/{new_id()}/source" for _ in range(2))
    await plant(store, young, old)
    for key, age in ((young, timedelta(hours=23)), (old, timedelta(hours=25))):
        at = (clock.now() - age).timestamp()
        os.utime(folder / key, (at, at))
    assert (await collector.collect(is_dry_run=False)).examples == [old]
    assert await names(store) == {young}
    clock.advance(timedelta(hours=2))
    assert (await collector.collect(is_dry_run=False)).examples == [young]
    assert await names(store) == set()


# --- while others work ----------------------------------------------------------------------------


async def keep_collecting(collector: OrphanCollector, is_over: Callable[[], bool]) -> list[Census]:
    """Collect again and again, even what was written this moment."""
    found: list[Census] = []
    while not is_over():
        found.append(await collector.collect(is_dry_run=False, older_than=AT_ONCE))
        await asyncio.sleep(0.005)
    return found


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_uploads_and_encodes_in_flight_lose_nothing(
    clients: Clients,
    resources: Resources,
    media: MediaFactory,
    collector: OrphanCollector,
    store: ObjectStore,
    work_off: WorkOff,
    folder: Path,
) -> None:
    film = media.make("pattern").read_bytes()
    orphans = await plant_orphans(store)
    is_over = False
    async with open_worker(resources) as worker:
        running = asyncio.create_task(worker.run())
        collecting = asyncio.create_task(keep_collecting(collector, lambda: is_over))
        paths = [await upload(clients.owner, film)]
        paths.append(await start_upload(clients.owner, len(film)))
        for start in range(0, len(film), 10_000):
            piece = film[start : start + 10_000]
            assert (await send_bytes(clients.owner, paths[1], piece, start)).status_code == 204

        async def are_ready() -> bool:
            return all([await is_ready(clients, path) for path in paths])

        await eventually(are_ready)
        is_over = True
        censuses = await collecting
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    await work_off()
    assert len(censuses) > 10
    deleted = [name for census in censuses for name in census.examples]
    assert set(deleted) == orphans
    for path in paths:
        title_id = (await upload_row(clients.owner, path))["title_id"]
        await watch_whole(clients, title_id)
    packages = {name.split("/")[1] for name in names_in(folder) if name.startswith("packages")}
    assert len(packages) == len(paths)


async def is_ready(clients: Clients, path: str) -> bool:
    title_id = (await upload_row(clients.owner, path))["title_id"]
    title = await clients.owner.get(f"/titles/{title_id}")
    return title.status_code == 200 and title.json()["state"] == "ready"


async def watch_whole(clients: Clients, title_id: str) -> None:
    """Fetch every segment that the playlists name."""
    started = await play(clients.viewer, title_id)
    base = started["hls_url"].removesuffix("master.m3u8")
    for track in ("v360", "a0"):
        playlist = (await fetch(clients.nobody, f"{base}{track}.m3u8")).text
        lines = [line for line in playlist.splitlines() if line and not line.startswith("#")]
        assert len(lines) == 3
        for line in (*lines, f"{track}/init.mp4"):
            assert (await fetch(clients.nobody, base + line)).status_code == 200
    assert (await fetch(clients.nobody, started["poster_url"])).status_code == 200


# --- over HTTP ------------------------------------------------------------------------------------

ORPHANS = "/media/storage/orphans"


async def test_staff_looks_first_and_deletes_then(
    clients: Clients, store: ObjectStore, work_off: WorkOff, clock: FixedClock
) -> None:
    orphans = await plant_orphans(store)
    too_early = await clients.owner.post(ORPHANS, json={"is_dry_run": False})
    assert (too_early.status_code, too_early.json()["code"]) == (409, "media.census_needed")
    ordered = await clients.owner.post(ORPHANS, json={})
    assert (ordered.status_code, ordered.json()["is_dry_run"]) == (202, True)
    assert ordered.json()["orphans"] is None
    twice = await clients.owner.post(ORPHANS, json={})
    assert (twice.status_code, twice.json()["code"]) == (409, "media.census_running")
    await work_off()
    (looked,) = (await clients.owner.get(ORPHANS)).json()["items"]
    assert (looked["orphans"], looked["deleted"]) == (
        {"count": 8, "size_bytes": 40},
        {"count": 0, "size_bytes": 0},
    )
    assert set(looked["examples"]) == orphans
    assert await names(store) == orphans
    assert (await clients.owner.post(ORPHANS, json={"is_dry_run": False})).status_code == 202
    await work_off()
    deleted, _ = (await clients.owner.get(ORPHANS)).json()["items"]
    assert deleted["deleted"] == {"count": 8, "size_bytes": 40}
    assert await names(store) == set()
    log = (await clients.owner.get("/auth/audit-log")).json()["items"]
    assert log[0]["action"] == "media.orphans_deleted"
    await clients.owner.post(ORPHANS, json={})
    await work_off()
    clock.advance(timedelta(hours=25))
    too_late = await clients.owner.post(ORPHANS, json={"is_dry_run": False})
    assert too_late.json()["code"] == "media.census_needed"


async def test_the_store_is_of_all_tenants_and_searched_by_the_first(clients: Clients) -> None:
    for answered in (
        await clients.stranger.get(ORPHANS),
        await clients.stranger.post(ORPHANS, json={}),
        await clients.stranger.get("/media/storage/tenants"),
    ):
        assert answered.status_code == 404
    assert (await clients.owner.get(ORPHANS)).json() == {"items": []}
