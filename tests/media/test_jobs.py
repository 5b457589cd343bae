"""A file's way through the real worker: checked, encoded, packaged, played, let go."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import delete, select

from streamverse.app.resources import Resources
from streamverse.app.worker import open_worker
from streamverse.domains.media.contracts import (
    CheckUpload,
    DeleteFiles,
    EncodePart,
    FinishPackage,
    MakePoster,
    PackageId,
    UploadId,
)
from streamverse.domains.media.models import PartRow, SegmentRow, TrackRow
from streamverse.domains.media.rules.states import PartKind
from streamverse.kit.clock import FixedClock
from streamverse.kit.jobs import Job
from streamverse.kit.work import Actor, Workshop
from tests.conftest import Clients
from tests.factories.accounts import People
from tests.factories.media import MediaFactory, beep, picture
from tests.factories.pipeline import (
    TUS,
    Json,
    WorkOff,
    check_only,
    eventually,
    fetch,
    held_worker,
    make_film,
    play,
    play_growing,
    remove_film,
    stored_files,
    upload,
    upload_row,
)

LOST = {
    "code": "media.file_lost",
    "detail": "This file is no longer in the store: upload it again.",
}

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give the folder of the store."""
    return tmp_path / "store"


async def title_of(clients: Clients, title_id: str) -> Json:
    return (await clients.owner.get(f"/titles/{title_id}")).json()


async def parts_of(workshop: Workshop) -> list[PartRow]:
    async with workshop.reading(Actor.system()) as work:
        return list(await work.session.scalars(select(PartRow).order_by(PartRow.number)))


async def index_of(workshop: Workshop) -> list[tuple[str, int, int, int]]:
    """List what is announced: ``(track, number, duration_ticks, size_bytes)``."""
    async with workshop.reading(Actor.system()) as work:
        found = await work.session.execute(
            select(TrackRow.name, SegmentRow.number, SegmentRow.duration_ticks)
            .add_columns(SegmentRow.size_bytes)
            .join(SegmentRow, SegmentRow.track_id == TrackRow.id)
            .order_by(TrackRow.name, SegmentRow.number)
        )
        return [(name, number, ticks, size) for name, number, ticks, size in found]


def ages(folder: Path) -> dict[str, int]:
    """Tell when each file was written, so that a second writer shows."""
    return {name: (folder / name).stat().st_mtime_ns for name in stored_files(folder)}


async def order(workshop: Workshop, people: People, *jobs: Job) -> None:
    async with workshop.work(people.owner) as work:
        for job in jobs:
            work.enqueue(job)


# --- the way --------------------------------------------------------------------------------------


async def test_a_file_becomes_a_title_that_plays(
    clients: Clients, work_off: WorkOff, media: MediaFactory, workshop: Workshop, folder: Path
):
    said = {"title": "A film", "credit": "Its makers", "description": "Squares.", "year": "2008"}
    title_id = await make_film(clients.owner, work_off, media.make("pattern"), **said)
    title = await title_of(clients, title_id)
    assert (title["name"], title["state"], title["is_published"]) == ("A film", "ready", True)
    assert (title["credit"], title["description"], title["year"]) == (
        *("Its makers", "Squares.", 2008),
    )
    assert (title["width"], title["height"], title["duration_ms"]) == (320, 180, 6000)
    started = await play(clients.viewer, title_id)
    assert (started["is_growing"], started["playable_ms"], started["duration_ms"]) == (
        *(False, 6000, 6000),
    )
    for url in (started["hls_url"], started["dash_url"], started["poster_url"]):
        assert (await fetch(clients.nobody, url)).status_code == 200
    package_id = started["hls_url"].split("/")[3]
    sizes = {
        name: (folder / name).stat().st_size
        for name in stored_files(folder)
        if name.endswith(".m4s")
    }
    assert sizes == {
        f"packages/{package_id}/{track}/{number}.m4s": size_bytes
        for track, number, _, size_bytes in await index_of(workshop)
    }
    assert {
        name for name in stored_files(folder) if name not in sizes and "/pictures/" not in name
    } == {
        f"assets/{title['asset_id']}/source",
        f"packages/{package_id}/a0/init.mp4",
        f"packages/{package_id}/v360/init.mp4",
    }
    assert (folder / f"assets/{title['asset_id']}/source").read_bytes() == (
        media.make("pattern").read_bytes()
    )


async def test_every_job_may_run_twice(
    clients: Clients,
    work_off: WorkOff,
    media: MediaFactory,
    workshop: Workshop,
    people: People,
    folder: Path,
):
    title_id = await make_film(clients.owner, work_off, media.make("pattern"))
    (row,) = (await clients.owner.get("/uploads")).json()["items"]
    parts = await parts_of(workshop)
    package_id = PackageId(parts[0].package_id)
    before = (await index_of(workshop), ages(folder), await title_of(clients, title_id))
    await order(
        workshop,
        people,
        CheckUpload(UploadId(UUID(row["id"]))),
        *(EncodePart(package_id, part.number) for part in parts),
        FinishPackage(package_id),
        DeleteFiles(("packages/nothing",)),
    )
    await work_off()
    assert (await index_of(workshop), ages(folder), await title_of(clients, title_id)) == before
    assert [part.encode_starts for part in await parts_of(workshop)] == [1, 1]
    await order(workshop, people, MakePoster(package_id))
    await work_off()
    assert stored_files(folder) == sorted(before[1])
    jobs = (await clients.owner.get("/jobs", params={"limit": 100})).json()["items"]
    # A poster that was replaced stays for a day.
    assert {job["state"] for job in jobs if job["label"] != "Clean up"} == {"done"}


@on_sqlite
async def test_sound_alone_becomes_a_title(
    clients: Clients, work_off: WorkOff, media: MediaFactory, folder: Path
):
    title_id = await make_film(clients.owner, work_off, media.make("sound"))
    title = await title_of(clients, title_id)
    assert (title["state"], title["width"], title["poster_url"]) == ("ready", None, None)
    started = await play(clients.viewer, title_id)
    assert started["duration_ms"] == pytest.approx(5000, abs=30)
    assert {Path(name).parent.name for name in stored_files(folder) if "packages" in name} == {"a0"}


@on_sqlite
async def test_two_languages_and_no_sound_at_all(
    clients: Clients, work_off: WorkOff, media: MediaFactory
):
    for kind, tracks in (("languages", ["a0", "a1"]), ("silent", [])):
        title_id = await make_film(clients.owner, work_off, media.make(kind))
        assert (await title_of(clients, title_id))["state"] == "ready"
        started = await play(clients.owner, title_id)
        master = (await fetch(clients.nobody, started["hls_url"])).text
        assert [name for name in ("a0", "a1") if f'"{name}.m3u8"' in master] == tracks


# --- growing --------------------------------------------------------------------------------------


async def test_a_title_plays_while_it_is_encoded(
    clients: Clients, media: MediaFactory, resources: Resources
):
    path = await upload(clients.owner, media.make("long").read_bytes())
    async with held_worker(resources, "/v360/3.m4s") as store:

        async def state_is(state: str) -> Json | None:
            row = await upload_row(clients.owner, path)
            if row["title_id"] is None:
                return None
            title = await title_of(clients, row["title_id"])
            return title if title["state"] == state else None

        title = await eventually(lambda: state_is("playable"))
        assert title["is_published"]
        assert 0 < title["progress"] < 1
        started = await play_growing(clients.viewer, title["id"], 8000)
        assert started["duration_ms"] == 20_500
        playlist = started["hls_url"].replace("master", "v360")
        growing = (await fetch(clients.nobody, playlist)).text
        assert "#EXT-X-PLAYLIST-TYPE:EVENT" in growing
        assert "#EXT-X-ENDLIST" not in growing
        assert [line for line in growing.splitlines() if line.endswith(".m4s")] == [
            f"v360/{number}.m4s" for number in range(3)
        ]
        sound = (await fetch(clients.nobody, playlist.replace("v360", "a0"))).text
        assert sound.count(".m4s") == 3
        mpd = (await fetch(clients.nobody, started["dash_url"])).text
        assert 'type="dynamic"' in mpd
        base = started["hls_url"].removesuffix("master.m3u8")
        assert (await fetch(clients.nobody, f"{base}v360/2.m4s")).status_code == 200
        assert (await fetch(clients.nobody, f"{base}v360/3.m4s")).status_code == 404
        (item,) = (await clients.owner.get("/processing")).json()["items"]
        assert (item["stage"], item["title_id"]) == ("encoding", title["id"])
        store.go_on.set()
        assert await eventually(lambda: state_is("ready"))
    whole = (await fetch(clients.nobody, playlist)).text
    assert whole.endswith("#EXT-X-ENDLIST\n")
    assert 'type="static"' in (await fetch(clients.nobody, started["dash_url"])).text

    def listed(text: str) -> list[str]:
        return [line for line in text.splitlines() if line.startswith(("#EXTINF", "v360/"))]

    # What was announced stays as it was: same numbers, same durations.
    assert listed(whole)[: len(listed(growing))] == listed(growing)
    assert whole.count(".m4s\n") == 7
    (target,) = {line for line in growing.splitlines() if "TARGETDURATION" in line}
    assert target in whole


@on_sqlite
async def test_sound_that_ends_early_holds_no_pictures_up(
    clients: Clients, media: MediaFactory, resources: Resources, tmp_path: Path
):
    film = tmp_path / "film.mp4"
    media.lavfi(film, picture(seconds=20.5), beep(2))
    path = await upload(clients.owner, film.read_bytes())
    async with held_worker(resources, "/v360/4.m4s"):

        async def is_playable() -> bool:
            row = await upload_row(clients.owner, path)
            return (await title_of(clients, row["title_id"])).get("state") == "playable"

        assert await eventually(is_playable)
        title_id = (await upload_row(clients.owner, path))["title_id"]
        started = await play_growing(clients.owner, title_id, 12_000)
        playlist = started["hls_url"].replace("master", "v360")
        assert (await fetch(clients.nobody, playlist)).text.count(".m4s") == 4
        sound = (await fetch(clients.nobody, playlist.replace("v360", "a0"))).text
        assert sound.count(".m4s") == 1


# --- workers that die, and workers that only seemed to -------------------------------------------


def video_part(parts: list[PartRow]) -> PartRow:
    return next(part for part in parts if part.kind == PartKind.VIDEO)


@on_sqlite
async def test_what_was_encoded_is_not_encoded_again(
    clients: Clients,
    media: MediaFactory,
    workshop: Workshop,
    resources: Resources,
    work_off: WorkOff,
    folder: Path,
):
    path = await upload(clients.owner, media.make("long").read_bytes())
    async with held_worker(resources, "/v360/3.m4s"):
        pass  # The worker ends in the middle.
    part = video_part(await parts_of(workshop))
    assert (part.next_segment, part.finished_at, part.encode_starts) == (3, None, 1)
    announced, written = await index_of(workshop), ages(folder)
    await work_off()
    assert (await upload_row(clients.owner, path))["state"] == "accepted"
    parts = await parts_of(workshop)
    assert video_part(parts).encode_starts == 2
    assert all(part.finished_at for part in parts)
    whole = await index_of(workshop)
    assert [line for line in whole if line in announced] == announced
    assert [(track, number) for track, number, *_ in whole if track == "v360"] == [
        ("v360", number) for number in range(7)
    ]
    assert {name: age for name, age in ages(folder).items() if name in written} == written
    title_id = (await upload_row(clients.owner, path))["title_id"]
    assert (await title_of(clients, title_id))["state"] == "ready"


async def test_a_worker_that_seemed_dead_changes_nothing_more(
    clients: Clients,
    media: MediaFactory,
    workshop: Workshop,
    resources: Resources,
    clock: FixedClock,
    folder: Path,
):
    path = await upload(clients.owner, media.make("long").read_bytes())
    async with held_worker(resources, "/v360/3.m4s") as store:
        async with open_worker(resources) as other:
            clock.advance(timedelta(seconds=resources.settings.job_lease_seconds + 1))
            await other.release_expired()
            await other.run_until_idle()
        title_id = (await upload_row(clients.owner, path))["title_id"]

        async def is_all_done() -> bool:
            # The first worker may be at other jobs of the film; what was replaced stays for a day.
            jobs = (await clients.owner.get("/jobs", params={"limit": 100})).json()["items"]
            states = {job["state"] for job in jobs if job["label"] != "Clean up"}
            return states == {"done"}

        assert await eventually(is_all_done)
        assert (await title_of(clients, title_id))["state"] == "ready"
        before = await index_of(workshop), ages(folder)
        store.go_on.set()
    assert (await index_of(workshop), ages(folder)) == before
    assert video_part(await parts_of(workshop)).encode_starts == 2
    assert [number for track, number, *_ in before[0] if track == "v360"] == list(range(7))


@on_sqlite
async def test_what_was_stored_and_not_announced_is_announced_as_it_is(
    clients: Clients,
    media: MediaFactory,
    work_off: WorkOff,
    workshop: Workshop,
    people: People,
    folder: Path,
):
    """A worker that died between the two leaves segments that nobody knows of."""
    await make_film(clients.owner, work_off, media.make("pattern"))
    announced, written = await index_of(workshop), ages(folder)
    async with workshop.work(Actor.system()) as work:
        for part in await work.session.scalars(select(PartRow)):
            part.next_segment, part.finished_at = 0, None
        await work.session.execute(delete(SegmentRow))
    parts = await parts_of(workshop)
    await order(workshop, people, *(EncodePart(PackageId(p.package_id), p.number) for p in parts))
    await work_off()
    assert (await index_of(workshop), ages(folder)) == (announced, written)


@on_sqlite
async def test_jobs_about_what_is_gone_end_quietly(
    clients: Clients,
    media: MediaFactory,
    work_off: WorkOff,
    workshop: Workshop,
    people: People,
    folder: Path,
):
    gone = PackageId(UUID(int=1))
    await order(workshop, people, MakePoster(gone), FinishPackage(gone), EncodePart(gone, 0))
    await work_off()
    path = await upload(clients.owner, media.make("one_frame").read_bytes())
    (growing,) = (folder / ".growing/uploads").iterdir()
    growing.unlink()
    await work_off()
    row = await upload_row(clients.owner, path)
    assert (row["state"], row["problem"]) == ("refused", LOST)
    assert stored_files(folder) == []


@on_sqlite
async def test_a_source_that_was_lost_is_told(
    clients: Clients, media: MediaFactory, resources: Resources, work_off: WorkOff, folder: Path
):
    path = await upload(clients.owner, media.make("one_frame").read_bytes())
    await check_only(resources)
    title_id = (await upload_row(clients.owner, path))["title_id"]
    (folder / f"assets/{title_id}/source").unlink()
    await work_off()
    title = await title_of(clients, title_id)
    assert (title["state"], title["problem"]) == ("failed", LOST)


# --- cancel, retry, delete ------------------------------------------------------------------------


async def encode_job(clients: Clients, label: str = "pictures") -> Json:
    (item,) = (await clients.owner.get("/processing")).json()["items"]
    jobs = [job for job in item["jobs"] if job["name"].startswith("media.encode_")]
    return next((job for job in jobs if label in job["label"]), jobs[-1])


async def test_a_waiting_encode_is_cancelled_and_taken_up_again(
    clients: Clients, media: MediaFactory, resources: Resources, work_off: WorkOff, folder: Path
):
    path = await upload(clients.owner, media.make("pattern").read_bytes())
    await check_only(resources)
    title_id = (await upload_row(clients.owner, path))["title_id"]
    job = await encode_job(clients)
    assert (await clients.owner.post(f"/jobs/{job['id']}/cancel")).status_code == 200
    await work_off()
    title = await title_of(clients, title_id)
    assert (title["state"], title["is_published"]) == ("failed", False)
    assert title["problem"] == {"code": "kit.job_cancelled", "detail": "This was cancelled."}
    (item,) = (await clients.owner.get("/processing")).json()["items"]
    assert (item["stage"], item["problem"]) == ("failed", title["problem"])
    refused = await clients.owner.post(f"/titles/{title_id}/playback")
    assert (refused.status_code, refused.json()["code"]) == (409, "playback.title_not_playable_yet")
    answer = await clients.owner.post(f"/jobs/{job['id']}/retry")
    assert (answer.status_code, answer.json()["state"]) == (200, "queued")
    await work_off()
    assert (await title_of(clients, title_id))["state"] == "ready"
    assert (await play(clients.viewer, title_id))["poster_url"] is not None
    again = await clients.owner.post(f"/jobs/{job['id']}/retry")
    assert (again.status_code, again.json()["code"]) == (409, "kit.job_state_conflict")
    assert not [name for name in stored_files(folder) if name.startswith(".")]


@on_sqlite
async def test_a_running_encode_is_cancelled_and_goes_on_where_it_stood(
    clients: Clients,
    media: MediaFactory,
    resources: Resources,
    workshop: Workshop,
    work_off: WorkOff,
    folder: Path,
):
    path = await upload(clients.owner, media.make("long").read_bytes())
    async with held_worker(resources, "/v360/3.m4s"):
        job = await encode_job(clients)
        assert job["state"] == "running"
        assert (await clients.owner.post(f"/jobs/{job['id']}/cancel")).status_code == 200

        async def is_failed() -> bool:
            (item,) = (await clients.owner.get("/processing")).json()["items"]
            # The others end a moment after the one that was cancelled.
            states = {job["state"] for job in item["jobs"]}
            return item["stage"] == "failed" and states.isdisjoint({"queued", "running"})

        assert await eventually(is_failed)
    written = ages(folder)
    await clients.owner.post(f"/jobs/{job['id']}/retry")
    await work_off()
    title_id = (await upload_row(clients.owner, path))["title_id"]
    assert (await title_of(clients, title_id))["state"] == "ready"
    assert {name: age for name, age in ages(folder).items() if name in written} == written
    assert video_part(await parts_of(workshop)).encode_starts == 2


async def test_a_deleted_title_leaves_no_file(
    clients: Clients, media: MediaFactory, work_off: WorkOff, folder: Path
):
    title_id = await make_film(clients.owner, work_off, media.make("pattern"))
    started = await play(clients.owner, title_id)
    await remove_film(clients.owner, title_id)
    # The session that the addresses were signed for went with the title.
    assert (await fetch(clients.nobody, started["hls_url"])).status_code == 403
    await work_off()
    assert stored_files(folder) == []
    base = started["hls_url"].removesuffix("master.m3u8")
    assert (await fetch(clients.nobody, f"{base}v360/0.m4s")).status_code == 403
    assert (await clients.owner.get("/processing")).json()["items"] == []
    assert (await clients.owner.post(f"/titles/{title_id}/playback")).status_code == 404


@on_sqlite
@pytest.mark.parametrize("held", ["/v360/3.m4s", "/a0/0.m4s", "/320.webp", "/index.vtt"])
async def test_a_title_deleted_while_it_is_made_leaves_no_file(
    clients: Clients,
    media: MediaFactory,
    resources: Resources,
    work_off: WorkOff,
    folder: Path,
    held: str,
):
    path = await upload(clients.owner, media.make("long").read_bytes())
    async with held_worker(resources, held) as store:

        async def title_id() -> str | None:
            row = await upload_row(clients.owner, path)
            found = await clients.owner.get(f"/titles/{row['title_id']}")
            return row["title_id"] if found.status_code == 200 else None

        made = await eventually(title_id)
        await remove_film(clients.owner, made)
        store.go_on.set()

        async def is_over() -> bool:
            jobs = (await clients.owner.get("/jobs", params={"limit": 100})).json()["items"]
            return not [job for job in jobs if job["state"] in {"queued", "running"}]

        await eventually(is_over)
    await work_off()
    assert stored_files(folder) == []


# --- failures -------------------------------------------------------------------------------------


@on_sqlite
async def test_a_failure_of_ours_keeps_the_file_for_another_try(
    clients: Clients,
    media: MediaFactory,
    resources: Resources,
    clock: FixedClock,
    work_off: WorkOff,
    folder: Path,
    tmp_path: Path,
):
    path = await upload(clients.owner, media.make("pattern").read_bytes())
    await check_only(resources)
    title_id = (await upload_row(clients.owner, path))["title_id"]
    broken = tmp_path / "ffmpeg"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    tools = replace(resources.tools, ffmpeg=broken)
    for _ in range(5):
        async with open_worker(replace(resources, tools=tools)) as worker:
            await worker.run_until_idle()
        clock.advance(timedelta(minutes=20))
    title = await title_of(clients, title_id)
    assert title["state"] == "failed"
    assert title["problem"]["code"] == "media.preparation_failed"
    assert "ffmpeg" not in title["problem"]["detail"]
    assert [Path(name).name for name in stored_files(folder)] == ["source"]
    job = await encode_job(clients)
    await clients.owner.post(f"/jobs/{job['id']}/retry")
    await work_off()
    assert (await title_of(clients, title_id))["state"] == "ready"
    await remove_film(clients.owner, title_id)
    await work_off()
    assert stored_files(folder) == []
    assert list((tmp_path / "scratch").iterdir()) == []


@on_sqlite
async def test_a_package_that_misses_a_segment_is_shown_to_nobody(
    clients: Clients,
    media: MediaFactory,
    resources: Resources,
    workshop: Workshop,
    work_off: WorkOff,
):
    path = await upload(clients.owner, media.make("pattern").read_bytes())
    await check_only(resources)
    async with workshop.work(Actor.system()) as work:
        for part in await work.session.scalars(select(PartRow)):
            part.next_segment += 1  # as if the first had been announced
    await work_off()
    row = await upload_row(clients.owner, path)
    title = await title_of(clients, row["title_id"])
    assert title["state"] == "failed"
    assert title["problem"] == {
        "code": "media.package_broken",
        "detail": "A part of the encoded film is no longer in the store, so the film is not shown "
        "to anyone: try it again.",
    }
    refused = await clients.owner.post(f"/titles/{row['title_id']}/playback")
    assert refused.status_code == 409
    # Another try makes it anew: what is broken stays broken.
    dead = (await clients.owner.get("/jobs", params={"state": "dead"})).json()["items"]
    assert [job["name"] for job in dead] == ["media.encode_part"]
    assert (await clients.owner.post(f"/jobs/{dead[0]['id']}/retry")).status_code == 200
    assert (await title_of(clients, row["title_id"]))["state"] == "failed"
    await work_off()
    assert (await title_of(clients, row["title_id"]))["state"] == "ready"


@on_sqlite
async def test_a_file_whose_upload_was_taken_off_the_list(
    clients: Clients,
    media: MediaFactory,
    resources: Resources,
    work_off: WorkOff,
    folder: Path,
):
    """Titles do not need the upload that they came by, neither to fail nor to go."""
    path = await upload(clients.owner, media.make("damaged").read_bytes())
    await check_only(resources)
    damaged = (await upload_row(clients.owner, path))["title_id"]
    assert (await clients.owner.delete(path, headers=TUS)).status_code == 204
    await work_off()
    assert (await clients.owner.get(f"/titles/{damaged}")).status_code == 404
    title_id = await make_film(clients.owner, work_off, media.make("one_frame"))
    (row,) = (await clients.owner.get("/uploads")).json()["items"]
    assert (await clients.owner.delete(f"/uploads/{row['id']}", headers=TUS)).status_code == 204
    await remove_film(clients.owner, title_id)
    await work_off()
    assert stored_files(folder) == []
