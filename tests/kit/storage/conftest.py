"""Stores to test: a folder, and a bucket on a server in this process."""

import secrets
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from moto.server import ThreadedMotoServer
from obstore.store import S3Store

from streamverse.kit.storage import BucketAccess, BucketStore, DiskStore, ObjectStore


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3_endpoint: str) -> str:
    name = f"bucket-{secrets.token_hex(8)}"
    httpx.put(f"{s3_endpoint}/{name}").raise_for_status()
    return name


@pytest.fixture
def access(s3_endpoint: str) -> BucketAccess:
    return BucketAccess(
        endpoint=s3_endpoint,
        access_key_id="key",
        secret_access_key="not a secret",
        retry_for=timedelta(seconds=1),
    )


@pytest.fixture
def raw_bucket(bucket: str, access: BucketAccess) -> S3Store:
    return S3Store(
        bucket,
        endpoint=access.endpoint,
        access_key_id="key",
        secret_access_key="not a secret",
        region=access.region,
        client_options={"allow_http": True},
    )


@pytest.fixture
async def bucket_store(bucket: str, access: BucketAccess) -> AsyncIterator[BucketStore]:
    store = BucketStore(bucket, "some/prefix", access)
    yield store
    await store.aclose()


@pytest.fixture
async def disk_store(tmp_path: Path) -> AsyncIterator[DiskStore]:
    store = DiskStore(tmp_path / "store")
    yield store
    await store.aclose()


@pytest.fixture(params=["disk", "bucket"])
def store(request: pytest.FixtureRequest) -> ObjectStore:
    return request.getfixturevalue(f"{request.param}_store")
