"""The whole way once more with the media in a bucket instead of a folder."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncGenerator, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from moto.server import ThreadedMotoServer
from obstore.store import S3Store

from streamverse.kit.storage import BucketAccess, BucketStore, ObjectStore
from tests.conftest import Clients
from tests.factories.media import MediaFactory
from tests.factories.pipeline import (
    TUS,
    WorkOff,
    fetch,
    metadata_header,
    play,
    remove_film,
    send_bytes,
    start_upload,
    upload,
    upload_row,
)

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """Serve S3 from this process."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    httpx.put(f"http://{host}:{port}/films").raise_for_status()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
async def store(endpoint: str, tmp_path: Path) -> AsyncGenerator[ObjectStore]:
    """Keep the media of each test below a prefix of its own."""
    access = BucketAccess(
        endpoint=endpoint,
        access_key_id="key",
        secret_access_key="not a secret",
        retry_for=timedelta(seconds=1),
    )
    opened = BucketStore("films", tmp_path.name, access)
    yield opened
    await opened.aclose()


@pytest.fixture
def raw(endpoint: str, tmp_path: Path) -> S3Store:
    """Look at the bucket itself, at what grows or waits there too."""
    return S3Store(
        "films",
        prefix=tmp_path.name,
        endpoint=endpoint,
        access_key_id="key",
        secret_access_key="not a secret",
        region="us-east-1",
        client_options={"allow_http": True},
    )


def names(raw: S3Store) -> list[str]:
    return sorted(found["path"] for found in raw.list().collect())


async def test_a_film_in_a_bucket_plays_and_goes(
    clients: Clients, work_off: WorkOff, media: MediaFactory, raw: S3Store, tmp_path: Path
):
    film = media.make("pattern").read_bytes()
    path = await start_upload(clients.owner, len(film))
    for start in range(0, len(film), 20_000):
        piece = film[start : start + 20_000]
        digest = base64.b64encode(hashlib.sha1(piece, usedforsecurity=False).digest()).decode()
        checksum = {"Upload-Checksum": f"sha1 {digest}"}
        answer = await send_bytes(clients.owner, path, piece, start, checksum)
        assert answer.status_code == 204
    await work_off()
    title_id = (await upload_row(clients.owner, path))["title_id"]
    started = await play(clients.viewer, title_id)
    assert (started["is_growing"], started["playable_ms"]) == (False, 6000)
    base = started["hls_url"].removesuffix("master.m3u8")
    package_id = started["hls_url"].split("/")[3]
    assert [name for name in names(raw) if "/pictures/" not in name] == sorted(
        [
            f"assets/{title_id}/source",
            *(f"packages/{package_id}/{track}/init.mp4" for track in ("a0", "v360")),
            *(
                f"packages/{package_id}/{track}/{n}.m4s"
                for track in ("a0", "v360")
                for n in (0, 1, 2)
            ),
        ]
    )
    assert raw.get(f"assets/{title_id}/source").bytes() == film
    segment = raw.get(f"packages/{package_id}/v360/1.m4s").bytes().to_bytes()
    served = await fetch(clients.nobody, f"{base}v360/1.m4s")
    assert (served.status_code, served.content) == (200, segment)
    assert served.headers["cache-control"] == "public, max-age=31536000, immutable"
    part = await fetch(clients.nobody, f"{base}v360/1.m4s", Range="bytes=10-19")
    assert (part.status_code, part.content) == (206, segment[10:20])
    assert (await fetch(clients.nobody, f"{base}v360/9.m4s")).status_code == 404
    assert (await fetch(clients.nobody, started["poster_url"])).headers["content-type"] == (
        "image/jpeg"
    )
    assert list((tmp_path / "scratch").iterdir()) == []
    await remove_film(clients.owner, title_id)
    await work_off()
    assert names(raw) == []


async def test_parts_are_joined_in_a_bucket(
    clients: Clients, work_off: WorkOff, media: MediaFactory, raw: S3Store
):
    film = media.make("one_frame").read_bytes()
    pieces = film[:1000], film[1000:]
    partial = {"Upload-Concat": "partial"}
    paths = [await start_upload(clients.owner, len(piece), partial) for piece in pieces]
    for path, piece in zip(paths, pieces, strict=True):
        assert (await send_bytes(clients.owner, path, piece)).status_code == 204
    addresses = " ".join(f"/api/v1{path}" for path in paths)
    said = {"Upload-Metadata": metadata_header({"filename": "joined.mp4"})}
    headers = {**TUS, **said, "Upload-Concat": f"final;{addresses}"}
    answer = await clients.owner.post("/uploads", headers=headers)
    await work_off()
    row = await upload_row(clients.owner, answer.headers["Location"])
    assert row["state"] == "accepted"
    assert raw.get(f"assets/{row['asset_id']}/source").bytes() == film
    assert {name.split("/")[0] for name in names(raw)} == {"assets", "packages"}


async def test_a_refused_file_leaves_nothing_in_a_bucket(
    clients: Clients, work_off: WorkOff, media: MediaFactory, raw: S3Store
):
    for kind, code in (("text", "media.not_media"), ("damaged", "media.damaged")):
        path = await upload(clients.owner, media.make(kind).read_bytes())
        await work_off()
        assert (await upload_row(clients.owner, path))["problem"]["code"] == code
        assert names(raw) == []
