"""What people see of the work on their files, and what they can do about it."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import event

from streamverse.app.resources import Resources
from streamverse.domains.media import public as media_domain
from streamverse.domains.media.contracts import AssetId
from streamverse.domains.media.errors import FileEmpty
from streamverse.domains.media.schemas.processing import JobOut
from streamverse.kit.clock import FixedClock
from streamverse.kit.db import Database
from streamverse.kit.jobs import JobRow
from streamverse.kit.work import Workshop
from tests.conftest import Clients
from tests.factories.accounts import People
from tests.factories.media import MediaFactory
from tests.factories.pipeline import (
    Json,
    WorkOff,
    check_only,
    eventually,
    held_worker,
    make_film,
    play,
    upload,
    upload_row,
)
from tests.factories.titles import make_asset

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def items_of(clients: Clients) -> list[Json]:
    return (await clients.owner.get("/processing")).json()["items"]


@pytest.mark.parametrize("path", ["/processing", "/jobs"])
@pytest.mark.parametrize(("role", "status"), [("nobody", 401), ("viewer", 403)])
@on_sqlite
async def test_only_owners_look(clients: Clients, path: str, role: str, status: int):
    assert (await clients.of(role).get(path)).status_code == status


async def test_a_file_from_its_arrival_to_the_end(
    clients: Clients, media: MediaFactory, resources: Resources, work_off: WorkOff
):
    path = await upload(clients.owner, media.make("pattern").read_bytes(), title="A film")
    (item,) = await items_of(clients)
    assert (item["stage"], item["name"], item["title_id"]) == ("checking", "A film", None)
    assert (item["progress"], item["eta_seconds"], item["problem"]) == (0, None, None)
    assert [(job["label"], job["state"]) for job in item["jobs"]] == [("Check the file", "queued")]
    await check_only(resources)
    (item,) = await items_of(clients)
    title_id = (await upload_row(clients.owner, path))["title_id"]
    assert (item["stage"], item["title_id"], item["progress"]) == ("encoding", title_id, 0)
    assert [(job["label"], job["state"]) for job in item["jobs"]] == [
        *(("Check the file", "done"), ("Encode", "queued"), ("Encode", "queued")),
    ]
    pictures = (await clients.owner.get(f"/assets/{title_id}/pictures")).json()
    assert pictures["is_being_made"] is True
    await work_off()
    (item,) = await items_of(clients)
    assert (item["stage"], item["progress"], item["eta_seconds"]) == ("ready", 1, None)
    assert [(job["label"], job["state"], job["progress"]) for job in item["jobs"]] == [
        ("Check the file", "done", 1),
        ("Encode: sound 1 of 1", "done", 1),
        ("Encode: pictures, part 1 of 1", "done", 1),
        ("Final checks", "done", 1),
        ("Make the poster", "done", 1),
        ("Make pictures: stills", "done", 1),
    ]
    assert {job["problem"] for job in item["jobs"]} == {None}
    assert {job["worker"] for job in item["jobs"]} != {None}


@on_sqlite
async def test_active_files_come_first_and_finished_ones_go_after_a_day(
    clients: Clients, media: MediaFactory, work_off: WorkOff, clock: FixedClock
):
    film = media.make("one_frame")
    for name in ("first", "second"):
        await make_film(clients.owner, work_off, film, title=name)
    await upload(clients.owner, film.read_bytes(), title="third")
    assert [item["name"] for item in await items_of(clients)] == ["third", "second", "first"]
    clock.advance(timedelta(hours=24, seconds=1))
    assert [item["name"] for item in await items_of(clients)] == ["third"]


async def test_the_list_asks_as_often_for_many_as_for_one(
    clients: Clients, workshop: Workshop, people: People, database: Database
):
    async def count() -> int:
        asked: list[str] = []

        def note(*arguments: object) -> None:
            asked.append(str(arguments[2]))

        event.listen(database.engine.sync_engine, "before_cursor_execute", note)
        try:
            await items_of(clients)
        finally:
            event.remove(database.engine.sync_engine, "before_cursor_execute", note)
        return len(asked)

    async with workshop.work(people.owner) as work:
        await make_asset(work)
    one = await count()
    async with workshop.work(people.owner) as work:
        for state in ("encoding", "finishing", "ready", "failed"):
            for _ in range(5):
                await make_asset(work, state=state)
    assert len(await items_of(clients)) == 21
    assert await count() == one


async def test_jobs_are_listed_in_pages_and_by_state(
    clients: Clients, media: MediaFactory, work_off: WorkOff
):
    await make_film(clients.owner, work_off, media.make("one_frame"))
    await upload(clients.owner, b"a text")
    every: list[Json] = []
    cursor = None
    while True:
        query = {"limit": "3", **({"cursor": cursor} if cursor else {})}
        page = (await clients.owner.get("/jobs", params=query)).json()
        every += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    ids = [job["id"] for job in every]
    assert ids == sorted(set(ids), reverse=True)
    waiting = (await clients.owner.get("/jobs", params={"state": "queued"})).json()["items"]
    assert [job["id"] for job in waiting] == [
        job["id"] for job in every if job["state"] == "queued"
    ]
    # The film's first poster, which a better one has replaced, is let go a day later.
    assert [job["name"] for job in waiting] == ["media.check_upload", "media.delete_files"]
    wrong = await clients.owner.get("/jobs", params={"state": "lazy"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "kit.invalid")


@on_sqlite
async def test_jobs_that_cannot_be_cancelled_or_retried(
    clients: Clients, media: MediaFactory, work_off: WorkOff
):
    await make_film(clients.owner, work_off, media.make("one_frame"))
    (done, *_) = (await clients.owner.get("/jobs")).json()["items"]
    for verb in ("cancel", "retry"):
        answer = await clients.owner.post(f"/jobs/{done['id']}/{verb}")
        assert (answer.status_code, answer.json()["code"]) == (409, "kit.job_state_conflict")
        answer = await clients.stranger.post(f"/jobs/{done['id']}/{verb}")
        assert (answer.status_code, answer.json()["code"]) == (404, "kit.job_not_found")
        answer = await clients.owner.post(f"/jobs/{uuid4()}/{verb}")
        assert answer.status_code == 404


@on_sqlite
async def test_a_check_is_cancelled(clients: Clients, media: MediaFactory, work_off: WorkOff):
    path = await upload(clients.owner, media.make("one_frame").read_bytes())
    (item,) = await items_of(clients)
    (job,) = item["jobs"]
    await clients.owner.post(f"/jobs/{job['id']}/cancel")
    await work_off()
    row = await upload_row(clients.owner, path)
    assert (row["state"], row["problem"]["code"]) == ("refused", "kit.job_cancelled")
    assert await items_of(clients) == []


# --- files that are here already ------------------------------------------------------------------


@on_sqlite
async def test_a_file_of_this_machine_is_taken_in(
    clients: Clients,
    media: MediaFactory,
    resources: Resources,
    people: People,
    work_off: WorkOff,
    workshop: Workshop,
):
    async def has_received() -> bool:
        async with workshop.reading(people.owner) as work:
            return await media_domain.has_ever_received(work)

    assert not await has_received()
    world = (workshop, people.owner, resources.store, resources.upload_limits)
    row = await media_domain.import_file(*world, media.make("one_frame"), {"title": "A film"})
    assert row.state == "checking"
    await work_off()
    (item,) = (await clients.owner.get("/titles")).json()["items"]
    assert (item["name"], item["state"]) == ("A film", "ready")
    assert (await play(clients.viewer, item["id"]))["name"] == "A film"
    assert await has_received()


@on_sqlite
async def test_a_file_of_this_machine_is_refused_as_an_uploaded_one_is(
    media: MediaFactory,
    resources: Resources,
    people: People,
    work_off: WorkOff,
    workshop: Workshop,
):
    world = (workshop, people.owner, resources.store, resources.upload_limits)
    with pytest.raises(FileEmpty):
        await media_domain.import_file(*world, media.make("empty"), {})
    row = await media_domain.import_file(*world, media.make("text"), {})
    await work_off()
    async with workshop.reading(people.owner) as work:
        problem = await media_domain.find_upload_problem(work, media_domain.UploadId(row.id))
        assert problem is not None
        assert problem.startswith("This file is a text")
        assert await media_domain.find_package(work, AssetId(uuid4())) is None
        assert await media_domain.progress(work, []) == {}


@pytest.mark.parametrize(
    ("state", "progress", "eta_seconds"),
    [("running", 0.25, 30.0), ("running", None, None), ("running", 0.0, None), ("done", 1.0, None)],
)
def test_when_a_job_will_be_done(state: str, progress: float | None, eta_seconds: float | None):
    now = datetime(2030, 1, 1, tzinfo=UTC)
    row = JobRow(
        id=uuid4(),
        name="media.encode_part",
        state=state,
        progress=progress,
        stage="pictures, part 2 of 3",
        attempts=0,
        created_at=now,
        started_at=now - timedelta(seconds=10),
    )
    shown = JobOut.of(row, now)
    assert (shown.label, shown.eta_seconds) == ("Encode: pictures, part 2 of 3", eta_seconds)


# --- workers, and what was measured ---------------------------------------------------------------


async def test_workers_are_shown_with_what_they_do(
    clients: Clients, media: MediaFactory, resources: Resources
):
    assert (await clients.owner.get("/workers")).json() == {"items": []}
    await upload(clients.owner, media.make("long").read_bytes())
    async with held_worker(resources, "/v360/3.m4s"):

        async def shown() -> Json | None:
            items = (await clients.owner.get("/workers")).json()["items"]
            labels = [job["label"] for item in items for job in item["jobs"]]
            return items[0] if "Encode: pictures, part 1 of 1" in labels else None

        worker = await eventually(shown)
        assert worker["host"] == socket.gethostname()
        assert worker["lanes"] == {
            "default": 3,
            "encode": 1,
            "sound": 1,
            "fetch": 3,
            "pictures": 1,
            "notify": 4,
            "metadata": 1,
        }
        assert set(worker["offers"]) == {"h264", "hevc", "av1"}
        assert (worker["is_missed"], worker["threads"] > 0) == (False, True)
        # What it does for others is none of theirs.
        (same,) = (await clients.stranger.get("/workers")).json()["items"]
        assert (same["name"], same["jobs"]) == (worker["name"], [])
    assert (await clients.owner.get("/workers")).json() == {"items": []}


@on_sqlite
async def test_what_the_checks_have_measured_is_told(
    clients: Clients, media: MediaFactory, resources: Resources, work_off: WorkOff
):
    path = await upload(clients.owner, media.make("pattern").read_bytes())
    await check_only(resources)
    title_id = (await upload_row(clients.owner, path))["title_id"]
    early = await clients.owner.get(f"/titles/{title_id}/checks")
    assert (early.status_code, early.json()["code"]) == (404, "media.package_not_found")
    await work_off()
    checks = (await clients.owner.get(f"/titles/{title_id}/checks")).json()
    assert (checks["problem"], checks["is_full"], checks["sound_offset_ms"]) == (None, False, 0)
    tracks = {track["name"]: track for track in checks["tracks"]}
    assert set(tracks) >= {"v360", "a0"}
    assert (tracks["v360"]["duration_ms"], tracks["v360"]["loudness_lufs"]) == (6000, None)
    assert tracks["a0"]["likeness"] is None
    for role, status in (("stranger", 404), ("viewer", 403), ("nobody", 401)):
        assert (await clients.of(role).get(f"/titles/{title_id}/checks")).status_code == status
