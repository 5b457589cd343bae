"""Uploads speak tus 1.0.0, word by word: https://tus.io/protocols/resumable-upload."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from streamverse.domains.media.contracts import ExpireUploads
from streamverse.kit.clock import FixedClock
from streamverse.kit.work import Actor, Workshop
from tests.conftest import Clients
from tests.factories.accounts import People
from tests.factories.media import MediaFactory
from tests.factories.pipeline import (
    EXPIRE_AFTER,
    MAX_UPLOAD_BYTES,
    OCTETS,
    TUS,
    WorkOff,
    make_film,
    metadata_header,
    send_bytes,
    start_upload,
    stored_files,
    upload,
    upload_row,
)

CONTENT = bytes(range(256)) * 40


async def offset_of(client: httpx.AsyncClient, path: str) -> int:
    answer = await client.head(path, headers=TUS)
    assert answer.status_code == 200
    assert answer.headers["Tus-Resumable"] == "1.0.0"
    return int(answer.headers["Upload-Offset"])


def refusal(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["Tus-Resumable"] == "1.0.0"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["detail"].endswith(".")
    return answer.status_code, problem["code"]


def checksum(content: bytes, algorithm: str = "sha1") -> dict[str, str]:
    digest = hashlib.new(algorithm, content, usedforsecurity=False).digest()
    return {"Upload-Checksum": f"{algorithm} {base64.b64encode(digest).decode()}"}


# --- core -----------------------------------------------------------------------------------------


async def test_the_server_tells_what_it_can_do(clients: Clients):
    answer = await clients.nobody.options("/uploads")
    assert answer.status_code == 204
    assert answer.headers["Tus-Resumable"] == "1.0.0"
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert answer.headers["Tus-Max-Size"] == str(MAX_UPLOAD_BYTES)
    assert set(answer.headers["Tus-Extension"].split(",")) == {
        *("creation", "creation-with-upload", "termination"),
        *("checksum", "expiration", "concatenation"),
    }
    assert answer.headers["Tus-Checksum-Algorithm"] == "sha1,sha256,md5"


async def test_a_file_comes_in_pieces(clients: Clients, tmp_path: Path):
    path = await start_upload(clients.owner, len(CONTENT))
    assert await offset_of(clients.owner, path) == 0
    for start in range(0, len(CONTENT), 3000):
        answer = await send_bytes(clients.owner, path, CONTENT[start : start + 3000], start)
        assert answer.status_code == 204
        assert answer.headers["Tus-Resumable"] == "1.0.0"
        assert answer.headers["Upload-Offset"] == str(min(start + 3000, len(CONTENT)))
        assert await offset_of(clients.owner, path) == min(start + 3000, len(CONTENT))
    (growing,) = (tmp_path / "store/.growing/uploads").iterdir()
    assert growing.read_bytes() == CONTENT
    assert (await upload_row(clients.owner, path))["state"] == "checking"


async def test_head_tells_everything_and_is_not_cached(clients: Clients):
    said = {"filename": "film.mp4", "title": "A film", "note": ""}
    path = await start_upload(clients.owner, 100, **said)
    answer = await clients.owner.head(path, headers=TUS)
    assert answer.headers["Upload-Offset"] == "0"
    assert answer.headers["Upload-Length"] == "100"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Upload-Metadata"] == metadata_header(said)
    assert "Upload-Concat" not in answer.headers
    assert answer.content == b""


@pytest.mark.parametrize("offset", [0, 99, 101, 10_000])
async def test_a_wrong_offset_is_a_conflict_and_changes_nothing(clients: Clients, offset: int):
    path = await start_upload(clients.owner, 1000)
    await send_bytes(clients.owner, path, bytes(100))
    answer = await send_bytes(clients.owner, path, bytes(50), offset)
    assert refusal(answer) == (409, "media.offset_mismatch")
    assert answer.json()["facts"] == {"offset_bytes": 100}
    assert await offset_of(clients.owner, path) == 100


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Content-Type": "application/octet-stream"}, (415, "media.content_type_wrong")),
        ({"Content-Type": ""}, (415, "media.content_type_wrong")),
        ({"Upload-Offset": "-1"}, (400, "media.tus_request_invalid")),
        ({"Upload-Offset": "zero"}, (400, "media.tus_request_invalid")),
        ({"Tus-Resumable": "0.2.2"}, (412, "media.tus_version_unsupported")),
    ],
)
async def test_a_patch_that_is_refused(
    clients: Clients, headers: dict[str, str], expected: tuple[int, str]
):
    path = await start_upload(clients.owner, 1000)
    answer = await send_bytes(clients.owner, path, bytes(10), headers=headers)
    assert refusal(answer) == expected
    assert await offset_of(clients.owner, path) == 0


async def test_a_patch_without_its_headers_is_refused(clients: Clients):
    path = await start_upload(clients.owner, 1000)
    for missing, status in (("Upload-Offset", 400), ("Content-Type", 415), ("Tus-Resumable", 412)):
        headers = {**OCTETS, "Upload-Offset": "0"}
        del headers[missing]
        answer = await clients.owner.patch(path, headers=headers, content=bytes(10))
        assert answer.status_code == status
    assert await offset_of(clients.owner, path) == 0


@pytest.mark.parametrize("version", [None, "0.2.2", "1.0", "1.0.00"])
async def test_another_version_is_told_ours_and_nothing_is_done(
    clients: Clients, version: str | None, tmp_path: Path
):
    path = await start_upload(clients.owner, 10)
    headers = {} if version is None else {"Tus-Resumable": version}
    answers = [
        await clients.owner.post("/uploads", headers={**headers, "Upload-Length": "10"}),
        await clients.owner.patch(path, headers=headers),
    ]
    for answer in answers:
        assert refusal(answer) == (412, "media.tus_version_unsupported")
        assert answer.headers["Tus-Version"] == "1.0.0"
    head = await clients.owner.head(path, headers=headers)
    assert (head.status_code, head.headers["Tus-Version"]) == (412, "1.0.0")
    assert len((await clients.owner.get("/uploads")).json()["items"]) == 1
    assert not (tmp_path / "store").exists() or stored_files(tmp_path / "store") == []


async def test_more_bytes_than_were_announced_are_refused(clients: Clients):
    path = await start_upload(clients.owner, 1000)
    answer = await send_bytes(clients.owner, path, bytes(1001))
    assert refusal(answer) == (413, "media.upload_too_large")
    assert await offset_of(clients.owner, path) == 0
    assert (await send_bytes(clients.owner, path, CONTENT[:1000])).status_code == 204


async def test_an_upload_that_is_whole_takes_no_more(clients: Clients):
    path = await upload(clients.owner, CONTENT)
    answer = await send_bytes(clients.owner, path, b"more", len(CONTENT))
    assert refusal(answer) == (409, "media.upload_closed")
    assert await offset_of(clients.owner, path) == len(CONTENT)


async def test_a_patch_of_no_bytes_changes_nothing(clients: Clients):
    path = await start_upload(clients.owner, 10)
    answer = await send_bytes(clients.owner, path, b"")
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, "0")


# --- creation -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, (400, "media.tus_request_invalid")),
        ({"Upload-Defer-Length": "1"}, (400, "media.tus_request_invalid")),
        ({"Upload-Length": "many"}, (400, "media.tus_request_invalid")),
        ({"Upload-Length": "0"}, (422, "media.file_empty")),
        ({"Upload-Length": str(MAX_UPLOAD_BYTES + 1)}, (413, "media.upload_too_large")),
        ({"Upload-Length": "10", "Upload-Metadata": "a Y"}, (400, "media.tus_request_invalid")),
        ({"Upload-Length": "10", "Upload-Concat": "some"}, (400, "media.tus_request_invalid")),
    ],
)
async def test_a_creation_that_is_refused(
    clients: Clients, headers: dict[str, str], expected: tuple[int, str]
):
    answer = await clients.owner.post("/uploads", headers={**TUS, **headers})
    assert refusal(answer) == expected
    assert (await clients.owner.get("/uploads")).json()["items"] == []


async def test_creation_with_the_whole_file(
    clients: Clients, media: MediaFactory, work_off: WorkOff
):
    content = media.make("pattern").read_bytes()
    answer = await clients.owner.post(
        "/uploads", headers={**OCTETS, "Upload-Length": str(len(content))}, content=content
    )
    assert answer.status_code == 201
    assert answer.headers["Upload-Offset"] == str(len(content))
    await work_off()
    row = await upload_row(clients.owner, answer.headers["Location"])
    assert (row["state"], row["title_name"]) == ("accepted", "untitled")


async def test_creation_with_the_first_bytes(clients: Clients):
    answer = await clients.owner.post(
        "/uploads", headers={**OCTETS, "Upload-Length": "1000"}, content=bytes(400)
    )
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, "400")
    path = answer.headers["Location"].removeprefix("/api/v1")
    assert (await send_bytes(clients.owner, path, bytes(600), 400)).status_code == 204


async def test_creation_with_a_checksum_we_do_not_know_creates_nothing(clients: Clients):
    headers = {**OCTETS, "Upload-Length": "10", "Upload-Checksum": "crc32 AAAA"}
    answer = await clients.owner.post("/uploads", headers=headers, content=bytes(10))
    assert refusal(answer) == (400, "media.checksum_unsupported")
    assert (await clients.owner.get("/uploads")).json()["items"] == []


# --- checksum -------------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "md5"])
async def test_a_right_checksum(clients: Clients, algorithm: str):
    path = await start_upload(clients.owner, len(CONTENT))
    first, second = CONTENT[:5000], CONTENT[5000:]
    answer = await send_bytes(clients.owner, path, first, 0, checksum(first, algorithm))
    assert answer.status_code == 204
    answer = await send_bytes(clients.owner, path, second, 5000, checksum(second, algorithm))
    assert answer.headers["Upload-Offset"] == str(len(CONTENT))


async def test_bytes_with_a_wrong_checksum_are_dropped(clients: Clients, tmp_path: Path):
    path = await start_upload(clients.owner, len(CONTENT))
    await send_bytes(clients.owner, path, CONTENT[:100])
    answer = await send_bytes(clients.owner, path, bytes(900), 100, checksum(b"other"))
    assert refusal(answer) == (460, "media.checksum_mismatch")
    assert await offset_of(clients.owner, path) == 100
    assert (await send_bytes(clients.owner, path, CONTENT[100:], 100)).status_code == 204
    (growing,) = (tmp_path / "store/.growing/uploads").iterdir()
    assert growing.read_bytes() == CONTENT


@pytest.mark.parametrize("header", ["crc32 AAAAAA==", "sha512 AAAA", "sha1", "sha1 not-base64!"])
async def test_a_checksum_we_cannot_check_is_refused(clients: Clients, header: str):
    path = await start_upload(clients.owner, 100)
    answer = await send_bytes(clients.owner, path, bytes(100), 0, {"Upload-Checksum": header})
    assert answer.status_code == (460 if header == "sha1" else 400)
    assert await offset_of(clients.owner, path) == 0


# --- termination and expiration -------------------------------------------------------------------


async def test_a_terminated_upload_is_gone(clients: Clients, work_off: WorkOff, tmp_path: Path):
    path = await start_upload(clients.owner, 1000)
    await send_bytes(clients.owner, path, bytes(500))
    answer = await clients.owner.delete(path, headers=TUS)
    assert (answer.status_code, answer.headers["Tus-Resumable"]) == (204, "1.0.0")
    assert (await clients.owner.head(path, headers=TUS)).status_code == 404
    patched = await send_bytes(clients.owner, path, bytes(500), 500)
    assert refusal(patched) == (404, "media.upload_not_found")
    assert refusal(await clients.owner.delete(path, headers=TUS))[0] == 404
    await work_off()
    assert stored_files(tmp_path / "store") == []


async def test_a_file_that_is_checked_cannot_be_terminated(clients: Clients):
    path = await upload(clients.owner, CONTENT)
    assert refusal(await clients.owner.delete(path, headers=TUS)) == (409, "media.upload_closed")
    assert (await upload_row(clients.owner, path))["state"] == "checking"


async def test_expiration_is_told_and_moves_with_every_piece(clients: Clients, clock: FixedClock):
    answer = await clients.owner.post("/uploads", headers={**TUS, "Upload-Length": "1000"})
    path = answer.headers["Location"].removeprefix("/api/v1")
    assert parsedate_to_datetime(answer.headers["Upload-Expires"]) == clock.now() + EXPIRE_AFTER
    clock.advance(timedelta(minutes=50))
    answer = await send_bytes(clients.owner, path, bytes(500))
    assert parsedate_to_datetime(answer.headers["Upload-Expires"]) == clock.now() + EXPIRE_AFTER
    answer = await send_bytes(clients.owner, path, bytes(500), 500)
    assert "Upload-Expires" not in answer.headers


async def test_what_nobody_continues_expires_with_its_bytes(
    clients: Clients,
    people: People,
    workshop: Workshop,
    clock: FixedClock,
    work_off: WorkOff,
    tmp_path: Path,
):
    path = await start_upload(clients.owner, 1000)
    await send_bytes(clients.owner, path, bytes(500))
    clock.advance(EXPIRE_AFTER - timedelta(seconds=1))
    later = await start_upload(clients.owner, 1000)
    await send_bytes(clients.owner, later, bytes(10))
    clock.advance(timedelta(seconds=1))
    async with workshop.work(Actor.system()) as work:
        work.enqueue(ExpireUploads())
    await work_off()
    assert (await clients.owner.head(path, headers=TUS)).status_code == 404
    answer = await send_bytes(clients.owner, path, bytes(500), 500)
    assert refusal(answer) == (404, "media.upload_not_found")
    assert (await upload_row(clients.owner, path))["state"] == "expired"
    assert await offset_of(clients.owner, later) == 10
    assert stored_files(tmp_path / "store") == [f".growing{later}"]
    assert (await clients.owner.delete(path, headers=TUS)).status_code == 204
    assert people.owner.account_id is not None


# --- concatenation --------------------------------------------------------------------------------

PARTIAL = {"Upload-Concat": "partial"}


def final(*paths: str) -> dict[str, str]:
    return {**TUS, "Upload-Concat": "final;" + " ".join(f"/api/v1{path}" for path in paths)}


async def test_parts_come_at_once_and_become_one_film(
    clients: Clients, media: MediaFactory, work_off: WorkOff, tmp_path: Path
):
    content = media.make("pattern").read_bytes()
    half = len(content) // 2
    pieces = (content[:half], content[half:])
    paths = [await start_upload(clients.owner, len(piece), PARTIAL) for piece in pieces]
    await asyncio.gather(
        *(send_bytes(clients.owner, path, piece) for path, piece in zip(paths, pieces, strict=True))
    )
    head = await clients.owner.head(paths[0], headers=TUS)
    assert head.headers["Upload-Concat"] == "partial"
    assert (await clients.owner.get("/uploads")).json()["items"] == []
    headers = {**final(*paths), "Upload-Metadata": metadata_header({"filename": "joined.mp4"})}
    answer = await clients.owner.post("/uploads", headers=headers)
    assert answer.status_code == 201
    joined = answer.headers["Location"].removeprefix("/api/v1")
    head = await clients.owner.head(joined, headers=TUS)
    assert head.headers["Upload-Length"] == head.headers["Upload-Offset"] == str(len(content))
    assert head.headers["Upload-Concat"] == final(*paths)["Upload-Concat"]
    patched = await send_bytes(clients.owner, joined, b"more", len(content))
    assert refusal(patched) == (403, "media.upload_joined")
    await work_off()
    row = await upload_row(clients.owner, joined)
    assert (row["state"], row["title_name"]) == ("accepted", "joined")
    source = tmp_path / f"store/assets/{row['asset_id']}/source"
    assert source.read_bytes() == content
    assert (await clients.owner.head(paths[0], headers=TUS)).status_code == 404
    assert {name.split("/")[0] for name in stored_files(tmp_path / "store")} == {
        *("assets", "packages")
    }


async def test_parts_that_do_not_make_a_film_leave_nothing(
    clients: Clients, work_off: WorkOff, tmp_path: Path
):
    paths = []
    for _ in range(2):
        path = await start_upload(clients.owner, 100, PARTIAL)
        await send_bytes(clients.owner, path, bytes(100))
        paths.append(path)
    answer = await clients.owner.post("/uploads", headers=final(*paths))
    await work_off()
    row = await upload_row(clients.owner, answer.headers["Location"])
    assert row["state"] == "refused"
    assert stored_files(tmp_path / "store") == []


async def test_only_whole_parts_of_ones_own_are_joined_and_once(clients: Clients):
    whole = await start_upload(clients.owner, 10, PARTIAL)
    await send_bytes(clients.owner, whole, bytes(10))
    begun = await start_upload(clients.owner, 10, PARTIAL)
    ordinary = await start_upload(clients.owner, 10)
    foreign = await start_upload(clients.stranger, 10, PARTIAL)
    await send_bytes(clients.stranger, foreign, bytes(10))

    async def join(*paths: str) -> tuple[int, str]:
        return refusal(await clients.owner.post("/uploads", headers=final(*paths)))

    assert await join(whole, begun) == (409, "media.upload_closed")
    assert await join(whole, ordinary) == (409, "media.upload_closed")
    assert await join(whole, foreign) == (404, "media.upload_not_found")
    answer = await clients.owner.post("/uploads", headers=final(whole))
    assert answer.status_code == 201
    assert await join(whole) == (409, "media.upload_closed")
    assert refusal(await clients.owner.delete(whole, headers=TUS)) == (409, "media.upload_closed")


# --- who ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("role", "status"), [("nobody", 401), ("viewer", 403), ("stranger", 404)])
async def test_nobody_touches_the_upload_of_another(clients: Clients, role: str, status: int):
    path = await start_upload(clients.owner, 1000)
    await send_bytes(clients.owner, path, bytes(100))
    other = clients.of(role)
    answers = [
        await send_bytes(other, path, bytes(100), 100),
        await other.delete(path, headers=TUS),
        await other.head(path, headers=TUS),
    ]
    assert [answer.status_code for answer in answers] == [status] * 3
    if role != "stranger":
        answer = await other.post("/uploads", headers={**TUS, "Upload-Length": "10"})
        assert refusal(answer)[0] == status
        assert (await other.get("/uploads")).status_code == status
    else:
        assert (await other.get("/uploads")).json()["items"] == []
    assert await offset_of(clients.owner, path) == 100


# --- the list -------------------------------------------------------------------------------------


async def test_uploads_are_listed_newest_first_in_pages(clients: Clients):
    paths = [await start_upload(clients.owner, 10, filename=f"{n}.mp4") for n in range(5)]
    listed: list[Any] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = (await clients.owner.get("/uploads", params=query)).json()
        listed += page["items"]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert [item["id"] for item in listed] == [path.rsplit("/", 1)[-1] for path in paths[::-1]]
    answer = await clients.owner.get("/uploads", params={"cursor": "elsewhere"})
    assert answer.status_code == 422


async def test_the_browsers_library_sends_a_file(
    clients: Clients, work_off: WorkOff, media: MediaFactory
):
    """An accepted upload can be taken off the list; its title stays."""
    title_id = await make_film(clients.owner, work_off, media.make("pattern"))
    (row,) = (await clients.owner.get("/uploads")).json()["items"]
    assert row["title_id"] == title_id
    assert (await clients.owner.delete(f"/uploads/{row['id']}", headers=TUS)).status_code == 204
    await work_off()
    assert (await clients.owner.get("/uploads")).json()["items"] == []
    assert (await clients.owner.get(f"/titles/{title_id}")).json()["state"] == "ready"
