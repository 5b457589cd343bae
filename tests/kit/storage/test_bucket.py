"""What only a bucket can do wrong."""

import asyncio
import itertools
import threading
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3  # pyright: ignore[reportMissingTypeStubs]
import httpx
import pytest
from obstore.store import S3Store

from streamverse.kit.errors import Unavailable
from streamverse.kit.storage import (
    BucketAccess,
    BucketStore,
    ByteRange,
    ObjectNotFound,
    StorageFull,
    StoreUnavailable,
)
from streamverse.kit.storage.feed import Feed
from streamverse.kit.storage.multiparts import Multiparts, Signature

_untyped: Any = boto3  # it brings no types
BLOCK = 8 << 20
GROWING = "some/prefix/.growing/up"


async def chunks_of(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


@contextmanager
def server_that_fails(
    status: int, body: bytes = b"", *, from_put: int = 0, behind: str = ""
) -> Generator[str]:
    """Serve a store that fails, from a certain PUT on if there is a real one behind it."""
    puts = itertools.count(1)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if behind and (self.command != "PUT" or next(puts) < from_put):
                url = behind + self.path
                real = httpx.request(self.command, url, content=content, headers=dict(self.headers))
                self.reply(real.status_code, real.content, real.headers.get("ETag"))
            else:
                self.reply(status, body, None)

        def reply(self, answered: int, content: bytes, tag: str | None) -> None:
            self.send_response(answered)
            self.send_header("ETag", tag or "")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = answer  # noqa: N815 as the base class asks

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the parent has it
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def store_at(endpoint: str, bucket: str = "bucket") -> BucketStore:
    access = BucketAccess(
        endpoint, access_key_id="a", secret_access_key="b", retry_for=timedelta(0)
    )
    return BucketStore(bucket, "some/prefix", access)


def s3_client(endpoint: str) -> Any:
    return _untyped.client(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id="a",
        aws_secret_access_key="b",
        region_name="us-east-1",
    )


def uploads_in_progress(endpoint: str, bucket: str) -> list[object]:
    return s3_client(endpoint).list_multipart_uploads(Bucket=bucket).get("Uploads", [])


def list_raw(bucket: S3Store, prefix: str | None = None) -> list[dict[str, Any]]:
    untyped: Any = bucket
    return untyped.list(prefix).collect()


async def test_secret_is_not_shown(access: BucketAccess):
    assert "not a secret" not in repr(access)


async def test_objects_lie_below_the_prefix(bucket_store: BucketStore, raw_bucket: S3Store):
    await bucket_store.put("a/key", b"content")
    assert raw_bucket.get("some/prefix/a/key").bytes() == b"content"


async def test_no_files_here(bucket_store: BucketStore):
    await bucket_store.put("key", b"content")
    assert bucket_store.local_path("key") is None
    assert await bucket_store.free_bytes() is None


async def test_growing_object_is_made_of_blocks(bucket_store: BucketStore, raw_bucket: S3Store):
    await bucket_store.append("up", 0, chunks_of(b"x" * (2 * BLOCK + 5)))
    blocks = list_raw(raw_bucket, GROWING)
    assert [(block["path"].rsplit("/")[-1], block["size"]) for block in blocks] == [
        ("0000000000000000", BLOCK),
        (f"{BLOCK:016d}", BLOCK),
        (f"{2 * BLOCK:016d}", 5),
    ]


async def test_blocks_behind_a_gap_do_not_count(bucket_store: BucketStore, raw_bucket: S3Store):
    await bucket_store.append("up", 0, chunks_of(b"x" * (BLOCK + 5)))
    await bucket_store.append("up", BLOCK + 5, chunks_of(b"yy"))
    raw_bucket.delete(f"{GROWING}/{BLOCK:016d}")
    assert await bucket_store.appended_bytes("up") == BLOCK


async def test_seal_that_died_while_tidying_up_keeps_the_whole_object(
    bucket_store: BucketStore, raw_bucket: S3Store
):
    await bucket_store.append("up", 0, chunks_of(b"x" * (BLOCK + 5)))
    await bucket_store.put("film", b"x" * (BLOCK + 5))
    raw_bucket.delete(f"{GROWING}/{0:016d}")
    assert await bucket_store.seal("up", "film") == BLOCK + 5
    assert await bucket_store.head("film") == BLOCK + 5
    assert list_raw(raw_bucket, GROWING) == []


async def test_growing_objects_below_a_growing_object_do_not_mix(bucket_store: BucketStore):
    await bucket_store.append("up", 0, chunks_of(b"outer"))
    await bucket_store.append("up/1", 0, chunks_of(b"within"))
    assert await bucket_store.appended_bytes("up") == 5
    await bucket_store.discard("up")
    assert await bucket_store.appended_bytes("up/1") == 6


async def test_feed_that_is_stopped_fails():
    feed = Feed(chunks_of(b"one", b"two"))
    assert await anext(feed) == b"one"
    feed.stop()
    with pytest.raises(asyncio.CancelledError):
        await anext(feed)
    unasked = Feed(chunks_of(b"one"))
    unasked.stop()
    with pytest.raises(asyncio.CancelledError):
        await anext(unasked)
    assert unasked.size_bytes == 0


async def test_upload_that_fails_is_ended(bucket_store: BucketStore, bucket: str, s3_endpoint: str):
    async def failing() -> AsyncIterator[bytes]:
        yield b"x" * (2 * BLOCK)
        raise FileNotFoundError("not the store's")

    with pytest.raises(FileNotFoundError, match="not the store's"):
        await bucket_store.put("key", failing())
    assert uploads_in_progress(s3_endpoint, bucket) == []


async def test_sweep_spares_young_drafts(
    bucket_store: BucketStore, raw_bucket: S3Store, monkeypatch: pytest.MonkeyPatch
):
    await bucket_store.put("key", b"x")
    raw_bucket.put("some/prefix/.staging/draft", b"x")
    assert await bucket_store.sweep() == 0
    monkeypatch.setattr("streamverse.kit.storage.bucket._STALE_AFTER", timedelta(seconds=-5))
    assert await bucket_store.sweep() == 1
    assert await bucket_store.sweep() == 0
    assert await bucket_store.get("key") == b"x"


async def test_missing_bucket(access: BucketAccess):
    store = BucketStore("no-such-bucket", access=access)
    for failing in (store.put("key", b"x"), store.get("key")):
        with pytest.raises(StoreUnavailable, match=r"bucket of the store does not exist"):
            await failing
    await store.aclose()


async def test_store_that_does_not_answer():
    with server_that_fails(500) as endpoint:
        pass
    store = store_at(endpoint)
    with pytest.raises(StoreUnavailable, match="does not answer") as caught:
        await store.put("key", b"x")
    assert isinstance(caught.value, Unavailable)
    assert caught.value.status == 503
    await store.aclose()


async def test_store_that_refuses_the_key():
    with server_that_fails(403) as endpoint:
        store = store_at(endpoint)
        with pytest.raises(StoreUnavailable, match="does not accept our key"):
            await store.get("key")
        await store.aclose()


@pytest.mark.parametrize(
    ("status", "body"),
    [(507, b""), (403, b"<Error><Code>QuotaExceeded</Code></Error>")],
)
async def test_full_store(status: int, body: bytes):
    with server_that_fails(status, body) as endpoint:
        store = store_at(endpoint)
        with pytest.raises(StorageFull, match="free some space") as caught:
            await store.put("key", b"x")
        assert caught.value.status == 507
        assert caught.value.code == "kit.storage_full"
        await store.aclose()


async def test_append_to_a_store_that_gets_full_takes_its_blocks_back(
    bucket: str, s3_endpoint: str, raw_bucket: S3Store
):
    with server_that_fails(507, from_put=4, behind=s3_endpoint) as endpoint:
        store = store_at(endpoint, bucket)
        await store.append("up", 0, chunks_of(b"x" * 10))
        with pytest.raises(StorageFull):
            await store.append("up", 10, chunks_of(b"y" * (3 * BLOCK)))
        assert await store.appended_bytes("up") == 10
        await store.aclose()
    assert len(list_raw(raw_bucket, GROWING)) == 1


async def test_upload_to_a_store_that_gets_full_leaves_nothing(
    bucket: str, s3_endpoint: str, raw_bucket: S3Store
):
    for is_create_only in (False, True):
        with server_that_fails(507, from_put=2, behind=s3_endpoint) as endpoint:
            store = store_at(endpoint, bucket)
            content = chunks_of(b"y" * (3 * BLOCK))
            with pytest.raises(StorageFull):
                await store.put("film", content, is_create_only=is_create_only)
            await store.aclose()
    assert list_raw(raw_bucket) == []
    assert uploads_in_progress(s3_endpoint, bucket) == []


async def test_upload_that_is_cancelled_is_ended(
    bucket_store: BucketStore, bucket: str, s3_endpoint: str
):
    is_stalled = asyncio.Event()

    async def stalling() -> AsyncIterator[bytes]:
        yield b"x" * (2 * BLOCK)
        is_stalled.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(bucket_store.put("key", stalling()))
    await is_stalled.wait()
    assert len(uploads_in_progress(s3_endpoint, bucket)) == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert uploads_in_progress(s3_endpoint, bucket) == []


async def test_uploads_that_their_writers_abandoned_are_ended(
    bucket_store: BucketStore, bucket: str, s3_endpoint: str
):
    client = s3_client(s3_endpoint)
    keys = ("some/prefix/film one", "some/prefix/ü", "some/prefix/a", "elsewhere/film")
    for key in keys:
        client.create_multipart_upload(Bucket=bucket, Key=key)
    # This server says of every upload that it was begun in November 2010.
    young = Multiparts(f"{s3_endpoint}/{bucket}", "some/prefix/", Signature("a", "b", "us-east-1"))
    assert await young.end_older_than(datetime(2010, 11, 1, tzinfo=UTC)) == 0
    assert len(uploads_in_progress(s3_endpoint, bucket)) == 4
    assert await bucket_store.sweep() == 3
    (left,) = client.list_multipart_uploads(Bucket=bucket)["Uploads"]
    assert left["Key"] == "elsewhere/film"


async def test_a_store_that_lists_no_uploads_still_sweeps(
    bucket_store: BucketStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    with server_that_fails(501) as endpoint:
        unable = Multiparts(f"{endpoint}/bucket", "", Signature("a", "b", "us-east-1"))
        monkeypatch.setattr(bucket_store, "_multiparts", unable)
        assert await bucket_store.sweep() == 0
    assert "does not let us end abandoned multipart uploads" in caplog.text


async def test_a_large_object_is_put_in_parts_side_by_side_with_a_checksum(
    bucket_store: BucketStore, bucket: str, s3_endpoint: str
):
    content = bytes(range(256)) * (BLOCK // 256 * 3)
    await bucket_store.put("film", chunks_of(content, b"tail"))
    head = s3_client(s3_endpoint).head_object(
        Bucket=bucket, Key="some/prefix/film", ChecksumMode="ENABLED"
    )
    assert head["ContentLength"] == len(content) + 4
    assert head["ETag"].endswith('-4"')
    assert head["ChecksumSHA256"]
    assert await bucket_store.get("film", ByteRange(3 * BLOCK - 2)) == b"\xfe\xfftail"
    assert await bucket_store.get("film", ByteRange(257, 260)) == b"\x01\x02\x03"


def test_requests_are_signed_as_the_store_expects():
    # The examples in "Authenticating Requests: Using the Authorization Header" of Amazon S3.
    signature = Signature(
        "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1"
    )
    moment = datetime(2013, 5, 24, tzinfo=UTC)
    url = "https://examplebucket.s3.amazonaws.com/"
    signed = {
        "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543": {"lifecycle": ""},
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7": {
            "prefix": "J",
            "max-keys": "2",
        },
    }
    for expected, query in signed.items():
        headers = signature.headers("GET", url, query, moment)
        assert headers["authorization"].endswith(f"Signature={expected}")
    assert "EXAMPLEKEY" not in repr(signature)


async def test_local_copy_that_fails_leaves_no_file(bucket_store: BucketStore, tmp_path: Path):
    with pytest.raises(ObjectNotFound):
        async with bucket_store.local_copy("nothing", tmp_path):
            pass
    assert list(tmp_path.iterdir()) == []
