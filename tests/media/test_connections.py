"""Connections that break, that come twice, and disks that are full: uploads go on all the same."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from streamverse.app.api import create_app
from streamverse.app.resources import Resources
from streamverse.domains.media.contracts import UploadId
from streamverse.domains.media.service.uploads import Reception, receive
from tests.conftest import Clients
from tests.factories.accounts import People
from tests.factories.pipeline import (
    OCTETS,
    TUS,
    WorkOff,
    send_bytes,
    start_upload,
    stored_files,
    upload_row,
)

CONTENT = bytes(range(256)) * 40


async def offset_of(client: httpx.AsyncClient, path: str) -> int:
    answer = await client.head(path, headers=TUS)
    assert answer.status_code == 200
    return int(answer.headers["Upload-Offset"])


def refusal(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["Tus-Resumable"] == "1.0.0"
    return answer.status_code, answer.json()["code"]


# --- connections that break -----------------------------------------------------------------------


async def break_off(
    application: Any, client: httpx.AsyncClient, path: str, *pieces: bytes, **headers: str
) -> list[dict[str, Any]]:
    """Send the beginning of a PATCH as a server would, then tell that the client is gone."""
    coming: list[dict[str, Any]] = [
        *({"type": "http.request", "body": piece, "more_body": True} for piece in pieces),
        {"type": "http.disconnect"},
    ]
    sent: list[dict[str, Any]] = []

    async def receive_next() -> dict[str, Any]:
        return coming.pop(0) if len(coming) > 1 else coming[0]

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    given = {
        **OCTETS,
        "Upload-Offset": "0",
        "Authorization": client.headers["Authorization"],
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "PATCH",
        "scheme": "https",
        "path": f"/api/v1{path}",
        "raw_path": f"/api/v1{path}".encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in given.items()],
        "server": ("video.example.org", 443),
        "client": ("192.0.2.1", 1234),
    }
    await application(scope, receive_next, send)
    return sent


async def test_what_arrived_before_a_connection_broke_is_kept(
    clients: Clients, application: Any, tmp_path: Path
):
    path = await start_upload(clients.owner, len(CONTENT))
    await break_off(application, clients.owner, path, CONTENT[:2000], CONTENT[2000:3000])
    assert await offset_of(clients.owner, path) == 3000
    assert (await send_bytes(clients.owner, path, CONTENT[3000:], 3000)).status_code == 204
    (growing,) = (tmp_path / "store/.growing/uploads").iterdir()
    assert growing.read_bytes() == CONTENT


async def test_with_a_checksum_all_or_nothing_is_kept(clients: Clients, application: Any):
    path = await start_upload(clients.owner, len(CONTENT))
    digest = base64.b64encode(hashlib.sha256(CONTENT).digest()).decode()
    checksum = {"Upload_Checksum": f"sha256 {digest}"}
    await break_off(application, clients.owner, path, CONTENT[:2000], **checksum)
    assert await offset_of(clients.owner, path) == 0
    assert (await send_bytes(clients.owner, path, CONTENT)).status_code == 204


async def test_a_server_that_stops_in_the_middle_leaves_the_upload_to_be_continued(
    clients: Clients, tmp_path: Path
):
    path = await start_upload(clients.owner, len(CONTENT))
    await send_bytes(clients.owner, path, CONTENT[:1000])
    tap = Tap()
    tap.send(CONTENT[1000:2000])
    headers = {**OCTETS, "Upload-Offset": "1000"}
    sending = asyncio.create_task(clients.owner.patch(path, headers=headers, content=tap))
    await tap.opened_by(sending)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    offset = await offset_of(clients.owner, path)
    assert offset in {1000, 2000}
    assert (await send_bytes(clients.owner, path, CONTENT[offset:], offset)).status_code == 204
    (growing,) = (tmp_path / "store/.growing/uploads").iterdir()
    assert growing.read_bytes() == CONTENT
    assert (await upload_row(clients.owner, path))["state"] == "checking"


# --- connections that come twice ------------------------------------------------------------------


class Tap:
    """A body that comes piece by piece, when the test says so."""

    def __init__(self) -> None:
        self._pieces: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._taken = asyncio.Event()

    def send(self, piece: bytes | None) -> None:
        self._pieces.put_nowait(piece)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self._taken.set()
        while (piece := await self._pieces.get()) is not None:
            yield piece

    async def opened_by(self, sending: asyncio.Task[Any]) -> None:
        """Wait until somebody asks for the first piece; a sender that ends before has failed."""
        taken = asyncio.create_task(self._taken.wait())
        await asyncio.wait([sending, taken], return_when=asyncio.FIRST_COMPLETED)
        assert taken.done(), sending


async def test_a_second_connection_takes_over(clients: Clients, tmp_path: Path):
    path = await start_upload(clients.owner, len(CONTENT))
    tap = Tap()
    tap.send(CONTENT[:2000])
    headers = {**OCTETS, "Upload-Offset": "0"}
    first = asyncio.create_task(clients.owner.patch(path, headers=headers, content=tap))
    await tap.opened_by(first)
    second = await send_bytes(clients.owner, path, CONTENT)
    assert second.status_code == 204
    assert refusal(await first) == (423, "media.upload_taken")
    (growing,) = (tmp_path / "store/.growing/uploads").iterdir()
    assert growing.read_bytes() == CONTENT


async def test_terminating_stops_the_connection_that_sends(
    clients: Clients, work_off: WorkOff, tmp_path: Path
):
    path = await start_upload(clients.owner, 1000)
    tap = Tap()
    tap.send(bytes(10))
    headers = {**OCTETS, "Upload-Offset": "0"}
    sending = asyncio.create_task(clients.owner.patch(path, headers=headers, content=tap))
    await tap.opened_by(sending)
    assert refusal(await clients.stranger.delete(path, headers=TUS))[0] == 404
    assert not sending.done()
    assert (await clients.owner.delete(path, headers=TUS)).status_code == 204
    assert refusal(await sending)[0] in {404, 423}
    await work_off()
    assert stored_files(tmp_path / "store") == []


async def test_a_writer_in_another_process_is_fenced_off(
    clients: Clients, people: People, resources: Resources
):
    path = await start_upload(clients.owner, 100)
    upload_id = UploadId(UUID(path.rsplit("/", 1)[-1]))
    tap = Tap()
    tap.send(bytes(10))
    reception = Reception(
        *(resources.workshop, people.owner, resources.store, resources.upload_limits, upload_id)
    )
    elsewhere = asyncio.create_task(receive(reception, 0, None, aiter(tap)))
    await tap.opened_by(elsewhere)
    assert (await send_bytes(clients.owner, path, CONTENT[:60])).status_code == 204
    tap.send(None)
    with pytest.raises(Exception, match="Another connection went on"):
        await elsewhere
    assert await offset_of(clients.owner, path) == 60


# --- a full disk ----------------------------------------------------------------------------------


@contextmanager
def files_no_larger_than(size_bytes: int) -> Iterator[None]:
    """Let the kernel refuse larger files, as it refuses them on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_full_disk_stops_one_upload_and_not_the_others(clients: Clients):
    path = await start_upload(clients.owner, 6 << 20)
    assert (await send_bytes(clients.owner, path, bytes(1 << 20))).status_code == 204
    other = await start_upload(clients.owner, len(CONTENT))
    with files_no_larger_than(4 << 20):
        answer = await send_bytes(clients.owner, path, bytes(5 << 20), 1 << 20)
        assert refusal(answer) == (507, "kit.storage_full")
        assert (await send_bytes(clients.owner, other, CONTENT)).status_code == 204
    assert await offset_of(clients.owner, path) == 1 << 20
    assert (await send_bytes(clients.owner, path, bytes(5 << 20), 1 << 20)).status_code == 204


async def test_a_file_that_will_not_fit_is_refused_at_once(
    resources: Resources, clients: Clients, tmp_path: Path
):
    limits = replace(resources.upload_limits, min_free_bytes=1 << 60)
    crowded = create_app(replace(resources, upload_limits=limits), web_folder=tmp_path / "web")
    transport = httpx.ASGITransport(crowded)
    headers = {**clients.owner.headers, **TUS, "Upload-Length": "10"}
    async with httpx.AsyncClient(transport=transport, base_url=clients.owner.base_url) as client:
        answer = await client.post("/uploads", headers=headers)
        assert refusal(answer) == (507, "kit.storage_full")
        assert "free some space" in answer.json()["detail"]
    assert (await clients.owner.get("/uploads")).json()["items"] == []
