"""Films that are fetched from elsewhere: an address of the web, or a bucket of the settings."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3  # pyright: ignore[reportMissingTypeStubs]
import msgspec
import pytest
from moto.server import ThreadedMotoServer
from sqlalchemy import func, select

from streamverse.app.resources import Resources
from streamverse.app.worker import open_worker
from streamverse.domains.media.models import RemoteImportRow, UploadRow
from streamverse.domains.media.public import UploadLimits
from streamverse.domains.media.service.remote_imports import PAUSES
from streamverse.kit.clock import FixedClock
from streamverse.kit.work import Actor, Workshop
from tests.conftest import Clients
from tests.factories.media import MediaFactory
from tests.factories.pipeline import Json, WorkOff, eventually, stored_files, upload_row
from tests.factories.web_servers import RangedFile, WebServer, answer, header, web_server

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
_untyped: Any = boto3  # it brings no types

LIMIT_BYTES = 1 << 20
BREAK = 1_000


@pytest.fixture
async def server() -> AsyncGenerator[WebServer]:
    async with web_server() as opened:
        yield opened


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """Serve S3 from this process, with a bucket of films."""
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    yield f"http://{host}:{port}"
    moto.stop()


@pytest.fixture(scope="module")
def archive(endpoint: str) -> Any:
    client = _untyped.client(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id="a",
        aws_secret_access_key="b",
        region_name="us-east-1",
    )
    client.create_bucket(Bucket="archive")
    return client


@pytest.fixture
def upload_limits(upload_limits: UploadLimits) -> UploadLimits:
    return replace(upload_limits, max_bytes=LIMIT_BYTES)


@pytest.fixture
def resources(resources: Resources, server: WebServer, endpoint: str) -> Resources:
    """Let the test's server be reached, and its bucket."""
    bucket = {
        "bucket": "archive",
        "endpoint": endpoint,
        "access_key_id": "a",
        "secret_access_key": "very secret",
    }
    settings = replace(
        resources.settings,
        fetch_allowed_hosts=(server.host,),
        import_buckets=msgspec.json.encode([bucket]).decode(),
    )
    return replace(resources, settings=settings)


@pytest.fixture
def film(media: MediaFactory) -> bytes:
    return media.make("one_frame").read_bytes()


async def order(clients: Clients, url: str, **said: Any) -> Json:
    given = await clients.owner.post("/uploads/from-url", json={"url": url, **said})
    assert given.status_code == 201, given.text
    return given.json()


async def state_of(clients: Clients, ordered: Json) -> Json:
    return await upload_row(clients.owner, f"/uploads/{ordered['id']}")


async def count(workshop: Workshop, table: Any) -> int:
    async with workshop.reading(Actor.system()) as work:
        return await work.session.scalar(select(func.count()).select_from(table)) or 0


# --- from an address ------------------------------------------------------------------------------


async def test_a_film_at_an_address_becomes_a_title(
    clients: Clients,
    server: WebServer,
    film: bytes,
    work_off: WorkOff,
    workshop: Workshop,
    tmp_path: Path,
) -> None:
    server.replies["/films/My%20film.mp4?token=secret"] = RangedFile(film)
    address = server.url("/films/My%20film.mp4?token=secret")
    digest = hashlib.sha256(film).hexdigest()
    ordered = await order(clients, address, credit="Its makers", sha256=digest.upper())
    assert (ordered["state"], ordered["size_bytes"], ordered["title_id"]) == ("fetching", 0, None)
    assert ordered["origin"] == server.url("/films/My%20film.mp4")
    await work_off()
    row = await state_of(clients, ordered)
    assert (row["state"], row["problem"]) == ("accepted", None)
    assert (row["size_bytes"], row["offset_bytes"]) == (len(film), len(film))
    assert row["filename"] == "My film.mp4"
    title = (await clients.owner.get(f"/titles/{row['title_id']}")).json()
    assert (title["name"], title["credit"]) == ("My film", "Its makers")
    kept = tmp_path / "store" / f"assets/{row['asset_id']}/source"
    assert kept.read_bytes() == film
    assert await count(workshop, RemoteImportRow) == 0


async def test_the_answer_may_name_the_file_but_not_over_the_title(
    clients: Clients, server: WebServer, film: bytes, work_off: WorkOff
) -> None:
    named = 'Content-Disposition: attachment; filename="Big_Film.mp4"'
    server.replies["/get?id=7"] = answer(film, "200 OK", named)
    untitled = await order(clients, server.url("/get?id=7"))
    titled = await order(clients, server.url("/get?id=7"), title="Mine")
    await work_off()
    rows = [await state_of(clients, ordered) for ordered in (untitled, titled)]
    assert [row["filename"] for row in rows] == ["Big_Film.mp4"] * 2
    assert [row["title_name"] for row in rows] == ["Big Film", "Mine"]


async def test_a_film_that_breaks_off_goes_on_where_it_stopped(
    clients: Clients,
    server: WebServer,
    film: bytes,
    work_off: WorkOff,
    clock: FixedClock,
    tmp_path: Path,
) -> None:
    server.replies["/film.mp4"] = RangedFile(film, breaks_after=[BREAK])
    ordered = await order(clients, server.url("/film.mp4"))
    await work_off()
    row = await state_of(clients, ordered)
    assert (row["state"], row["offset_bytes"], row["size_bytes"]) == ("fetching", BREAK, len(film))
    assert row["problem"]["detail"] == (
        f"127.0.0.1 gave no answer that can be used: it broke off after {BREAK} B."
    )
    clock.advance(PAUSES[0])
    await work_off()
    row = await state_of(clients, ordered)
    assert (row["state"], row["problem"]) == ("accepted", None)
    assert header(server.asked[1], "Range") == f"bytes={BREAK}-"
    assert header(server.asked[1], "If-Range") == '"one"'
    kept = tmp_path / "store" / f"assets/{row['asset_id']}/source"
    assert kept.read_bytes() == film


@pytest.mark.parametrize("kind", ["no ranges", "no validator", "another file"])
async def test_what_cannot_be_continued_starts_over(
    clients: Clients,
    server: WebServer,
    film: bytes,
    work_off: WorkOff,
    clock: FixedClock,
    tmp_path: Path,
    kind: str,
) -> None:
    served = RangedFile(film, breaks_after=[BREAK])
    served.has_ranges = kind != "no ranges"
    served.etag = None if kind == "no validator" else served.etag
    server.replies["/film.mp4"] = served
    ordered = await order(clients, server.url("/film.mp4"))
    await work_off()
    if kind == "another file":
        served.content, served.etag = film + b"\0\0\0\x08free", '"two"'
    clock.advance(PAUSES[0])
    await work_off()
    row = await state_of(clients, ordered)
    assert row["state"] == "accepted"
    kept = tmp_path / "store" / f"assets/{row['asset_id']}/source"
    assert kept.read_bytes() == served.content


async def test_a_worker_that_is_stopped_hands_over_what_it_has(
    clients: Clients,
    server: WebServer,
    film: bytes,
    work_off: WorkOff,
    resources: Resources,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("streamverse.domains.media.service.uploads.CHECKPOINT_BYTES", 512)
    ended = asyncio.Event()
    whole = RangedFile(film)

    async def stall(head: bytes, writer: asyncio.StreamWriter) -> None:
        if header(head, "Range"):
            await whole(head, writer)
            return
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(film)}\r\n".encode())
        writer.write(b'ETag: "one"\r\n\r\n' + film[:BREAK])
        await writer.drain()
        await ended.wait()

    server.replies["/film.mp4"] = stall
    ordered = await order(clients, server.url("/film.mp4"))
    async with open_worker(resources) as worker:
        running = asyncio.create_task(worker.run())

        async def is_under_way() -> bool:
            return (await state_of(clients, ordered))["offset_bytes"] == BREAK

        await eventually(is_under_way)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    await work_off()
    ended.set()
    assert (await state_of(clients, ordered))["state"] == "accepted"
    assert header(server.asked[1], "Range") == f"bytes={BREAK}-"


REFUSALS = [
    (
        answer(b"<html>", "200 OK", "Content-Type: text/html; charset=utf-8"),
        "media.import_refused",
        (
            "There is a web page at this address, not a film: open it in a browser and copy the "
            "address of the film itself."
        ),
    ),
    (
        answer(b"", "404 Not Found"),
        "media.import_refused",
        "127.0.0.1 has no file at this address (404): check it.",
    ),
    (
        answer(b"", "403 Forbidden"),
        "media.import_refused",
        (
            "127.0.0.1 does not let us have this file (403): its link may have run out, or need a "
            "log-in."
        ),
    ),
    (
        answer(b"", "204 No Content"),
        "media.file_empty",
        "This file is empty: choose one with a film in it.",
    ),
    (
        answer(b"", "418 Teapot"),
        "media.import_refused",
        "127.0.0.1 does not send this file: it answers with status 418.",
    ),
    (
        answer(b"x", "206 Partial Content"),
        "media.import_refused",
        "127.0.0.1 sends a part of the file without saying which.",
    ),
    (
        answer(b"x", "206 Partial Content", "Content-Range: bytes 5-5/6"),
        "media.import_refused",
        "Another part of the file was sent than we asked for.",
    ),
    (
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n",
        "media.upload_too_large",
        "This file has 99,999,999 bytes; this service takes 1,048,576 at most.",
    ),
    (
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (LIMIT_BYTES + 1),
        "media.upload_too_large",
        "More bytes came than were announced, or than are taken.",
    ),
    (
        answer(b"", "302 Found", "Location: http://127.0.0.1:8080/"),
        "kit.address_refused",
        (
            "127.0.0.1 lies in a private network, from which nothing is fetched: use an address "
            "on the internet, or have the host allowed by whoever runs this service."
        ),
    ),
    (
        answer(b"words, not a film"),
        "media.not_media",
        "This file is a text, not a film or a recording: choose a video or audio file.",
    ),
]


async def test_what_is_no_film_is_refused_in_a_sentence_and_leaves_nothing(
    clients: Clients, server: WebServer, work_off: WorkOff, tmp_path: Path
) -> None:
    found: list[tuple[str, str, str]] = []
    for reply, _, _ in REFUSALS:
        server.replies["/film.mp4"] = reply
        ordered = await order(clients, server.url("/film.mp4"))
        await work_off()
        row = await state_of(clients, ordered)
        found.append((row["state"], row["problem"]["code"], row["problem"]["detail"]))
        assert stored_files(tmp_path / "store") == []
    assert found == [("refused", code, sentence) for _, code, sentence in REFUSALS]


async def test_a_film_with_another_checksum_is_refused(
    clients: Clients, server: WebServer, film: bytes, work_off: WorkOff, tmp_path: Path
) -> None:
    server.replies["/film.mp4"] = RangedFile(film)
    ordered = await order(clients, server.url("/film.mp4"), sha256="0" * 64)
    await work_off()
    row = await state_of(clients, ordered)
    assert (row["state"], row["problem"]["code"]) == ("refused", "media.file_damaged")
    assert stored_files(tmp_path / "store") == []


async def test_a_server_that_fails_is_asked_again_and_in_the_end_given_up(
    clients: Clients, server: WebServer, work_off: WorkOff, clock: FixedClock, tmp_path: Path
) -> None:
    server.replies["/film.mp4"] = answer(b"", "503 Service Unavailable")
    ordered = await order(clients, server.url("/film.mp4"))
    for tries, pause in enumerate(PAUSES, start=1):
        await work_off()
        row = await state_of(clients, ordered)
        assert (len(server.asked), row["state"]) == (tries, "fetching")
        clock.advance(pause)
    await work_off()
    row = await state_of(clients, ordered)
    assert (row["state"], row["problem"]["detail"]) == (
        "refused",
        "127.0.0.1 gave no answer that can be used: it answered with status 503.",
    )
    clock.advance(timedelta(days=1))
    await work_off()
    assert len(server.asked) == len(PAUSES) + 1
    assert stored_files(tmp_path / "store") == []


async def test_a_film_that_always_breaks_off_at_the_same_place_is_given_up(
    clients: Clients, server: WebServer, film: bytes, work_off: WorkOff, clock: FixedClock
) -> None:
    served = RangedFile(film, has_ranges=False, breaks_after=[BREAK] * 99)
    server.replies["/film.mp4"] = served
    ordered = await order(clients, server.url("/film.mp4"))
    for pause in (*PAUSES, timedelta()):
        await work_off()
        clock.advance(pause)
    assert (await state_of(clients, ordered))["state"] == "refused"
    assert len(server.asked) == len(PAUSES) + 1


async def test_a_fetch_can_be_cancelled_in_the_middle(
    clients: Clients,
    server: WebServer,
    film: bytes,
    work_off: WorkOff,
    resources: Resources,
    workshop: Workshop,
    tmp_path: Path,
) -> None:
    is_asked, ended = asyncio.Event(), asyncio.Event()

    async def stall(_head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(film)}\r\n\r\n".encode())
        writer.write(film[:BREAK])
        await writer.drain()
        is_asked.set()
        await ended.wait()

    server.replies["/film.mp4"] = stall
    ordered = await order(clients, server.url("/film.mp4"))
    async with open_worker(resources) as worker:
        running = asyncio.create_task(worker.run())
        await is_asked.wait()
        path = f"/uploads/{ordered['id']}"
        gone = await clients.owner.delete(path, headers={"Tus-Resumable": "1.0.0"})
        assert gone.status_code == 204

        async def is_tidy() -> bool:
            return stored_files(tmp_path / "store") == []

        await eventually(is_tidy)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    ended.set()
    await work_off()
    assert stored_files(tmp_path / "store") == []
    assert (await count(workshop, UploadRow), await count(workshop, RemoteImportRow)) == (0, 0)


NEVER_ASKED: list[tuple[Json, str]] = [
    ({"url": "http://127.0.0.1:8080/film.mp4"}, "kit.address_refused"),
    ({"url": "http://169.254.169.254/latest/meta-data/"}, "kit.address_refused"),
    ({"url": "http://localhost/film.mp4"}, "kit.address_refused"),
    ({"url": "file:///etc/passwd"}, "kit.address_refused"),
    ({"url": "https://user:secret@example.org/"}, "kit.address_refused"),
    ({"url": ""}, "kit.address_refused"),
    ({"url": "s3://archive/"}, "media.import_refused"),
    ({"url": "s3://archive/a\nb"}, "media.import_refused"),
    ({"url": "s3://other/film.mp4"}, "media.bucket_unknown"),
    ({"url": "s3://archive/film.mp4", "sha256": "xyz"}, "media.import_refused"),
    ({}, "kit.invalid"),
]


async def test_an_address_that_can_never_be_asked_is_refused_at_once(
    clients: Clients, workshop: Workshop, server: WebServer
) -> None:
    answered = [await clients.owner.post("/uploads/from-url", json=said) for said, _ in NEVER_ASKED]
    assert [given.json()["code"] for given in answered] == [code for _, code in NEVER_ASKED]
    assert await count(workshop, UploadRow) == 0
    assert server.asked == []


async def test_a_fetched_upload_takes_no_bytes(clients: Clients, server: WebServer) -> None:
    ordered = await order(clients, server.url("/film.mp4"))
    headers = {
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": "0",
        "Content-Type": "application/offset+octet-stream",
    }
    refused = await clients.owner.patch(f"/uploads/{ordered['id']}", headers=headers, content=b"x")
    assert (refused.status_code, refused.json()["code"]) == (409, "media.upload_closed")
    assert (await state_of(clients, ordered))["offset_bytes"] == 0


# --- from a bucket --------------------------------------------------------------------------------


async def test_films_of_a_bucket_are_listed_and_taken_in(
    clients: Clients, archive: Any, film: bytes, work_off: WorkOff
) -> None:
    names = ["new/a film.mp4", "new/deep/über.mp4", "old/one.mp4", "old/two.mp4"]
    for name in names:
        archive.put_object(Bucket="archive", Key=name, Body=film)
    archive.put_object(Bucket="archive", Key="new/", Body=b"")
    assert (await clients.owner.get("/uploads/buckets")).json() == {"items": ["archive"]}
    path = "/uploads/buckets/archive/objects"
    listed = (await clients.owner.get(path, params={"folder": "new"})).json()
    assert [item["key"] for item in listed["items"]] == names[:2]
    assert listed["items"][0]["size_bytes"] == len(film)
    assert listed["next_cursor"] is None
    pages = [(await clients.owner.get(path, params={"limit": 3})).json()]
    cursor = pages[0]["next_cursor"]
    pages.append((await clients.owner.get(path, params={"limit": 3, "cursor": cursor})).json())
    assert [item["key"] for page in pages for item in page["items"]] == names
    ordered = await clients.owner.post(
        "/uploads/from-bucket", json={"bucket": "archive", "keys": names[:2]}
    )
    assert [item["origin"] for item in ordered.json()["items"]] == [
        f"s3://archive/{name}" for name in names[:2]
    ]
    await work_off()
    rows = [await state_of(clients, item) for item in ordered.json()["items"]]
    assert [(row["state"], row["title_name"]) for row in rows] == [
        ("accepted", "a film"),
        ("accepted", "über"),
    ]


async def test_a_name_that_is_not_in_the_bucket_is_told(
    clients: Clients, archive: Any, work_off: WorkOff
) -> None:
    del archive
    ordered = await order(clients, "s3://archive/nothing.mp4")
    await work_off()
    row = await state_of(clients, ordered)
    assert (row["state"], row["problem"]["detail"]) == (
        "refused",
        "There is no s3://archive/nothing.mp4: check the name.",
    )


async def test_a_bucket_is_of_one_tenant(clients: Clients, archive: Any) -> None:
    del archive
    assert (await clients.stranger.get("/uploads/buckets")).json() == {"items": []}
    for answered in (
        await clients.stranger.get("/uploads/buckets/archive/objects"),
        await clients.stranger.post("/uploads/from-url", json={"url": "s3://archive/one.mp4"}),
        await clients.stranger.post(
            "/uploads/from-bucket", json={"bucket": "archive", "keys": ["one.mp4"]}
        ),
    ):
        assert (answered.status_code, answered.json()["code"]) == (404, "media.bucket_unknown")
    assert (await clients.stranger.get("/uploads")).json()["items"] == []


def test_secrets_of_buckets_are_not_shown(resources: Resources) -> None:
    assert "very secret" not in repr(resources.settings)
    assert "very secret" not in repr(resources.intake)
