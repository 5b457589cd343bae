"""What both stores promise, tested on both."""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from streamverse.kit.errors import Conflict, Invalid, NotFound
from streamverse.kit.storage import (
    AppendGap,
    BucketStore,
    ByteRange,
    DiskStore,
    KeyInvalid,
    ObjectNotFound,
    ObjectStore,
    PutResult,
    RangeNotSatisfiable,
    open_store,
)
from streamverse.kit.storage.objects import in_blocks

MEGABYTE = 1 << 20
LARGE = os.urandom(9 * MEGABYTE + 17)


async def chunks_of(content: bytes, chunk_bytes: int = 300_000) -> AsyncIterator[bytes]:
    for start in range(0, len(content), chunk_bytes):
        yield content[start : start + chunk_bytes]


async def breaking_off(content: bytes) -> AsyncIterator[bytes]:
    async for chunk in chunks_of(content):
        yield chunk
    raise ConnectionResetError("the sender is gone")


async def stalling(content: bytes, is_stalled: asyncio.Event) -> AsyncIterator[bytes]:
    async for chunk in chunks_of(content):
        yield chunk
    is_stalled.set()
    await asyncio.Event().wait()


async def keys_in(store: ObjectStore, prefix: str = "") -> list[str]:
    return sorted([found.key async for found in store.list(prefix)])


async def read_growing(store: ObjectStore, key: str) -> bytes:
    await store.seal(key, "sealed")
    return await store.get("sealed")


@pytest.mark.parametrize("content", [b"", b"film", LARGE], ids=["empty", "small", "large"])
async def test_put_bytes_can_be_read_back(store: ObjectStore, content: bytes):
    assert await store.put("a/film.mp4", content) == PutResult(len(content), was_created=True)
    assert await store.get("a/film.mp4") == content
    assert await store.head("a/film.mp4") == len(content)
    assert b"".join([piece async for piece in store.stream("a/film.mp4")]) == content


@pytest.mark.parametrize("content", [b"", b"film", LARGE], ids=["empty", "small", "large"])
async def test_put_chunks_can_be_read_back(store: ObjectStore, content: bytes):
    result = await store.put("a/film.mp4", chunks_of(content))
    assert result == PutResult(len(content), was_created=True)
    assert await store.get("a/film.mp4") == content


async def test_put_replaces(store: ObjectStore):
    await store.put("key", b"first")
    assert await store.put("key", chunks_of(LARGE)) == PutResult(len(LARGE), was_created=True)
    assert await store.put("key", b"third") == PutResult(5, was_created=True)
    assert await store.get("key") == b"third"


@pytest.mark.parametrize("size", ["bytes", "few chunks", "many chunks"])
async def test_put_create_only_keeps_the_first(store: ObjectStore, size: str):
    def content() -> bytes | AsyncIterator[bytes]:
        return {
            "bytes": b"mine",
            "few chunks": chunks_of(b"mine"),
            "many chunks": chunks_of(LARGE),
        }[size]

    size_bytes = len(LARGE) if size == "many chunks" else 4
    first = await store.put("key", content(), is_create_only=True)
    assert first == PutResult(size_bytes, was_created=True)
    kept = await store.get("key")
    assert len(kept) == size_bytes
    second = await store.put("key", b"other", is_create_only=True)
    assert second == PutResult(5, was_created=False)
    third = await store.put("key", content(), is_create_only=True)
    assert third == PutResult(size_bytes, was_created=False)
    assert await store.get("key") == kept
    assert await keys_in(store) == ["key"]


async def test_put_create_only_has_one_winner_of_many(store: ObjectStore):
    contents = [f"writer {number}".encode() for number in range(8)]
    results = await asyncio.gather(
        *(store.put("key", content, is_create_only=True) for content in contents)
    )
    winners = [
        content for content, result in zip(contents, results, strict=True) if result.was_created
    ]
    assert len(winners) == 1
    assert await store.get("key") == winners[0]


@pytest.mark.parametrize("content", [b"", b"begun", LARGE], ids=["empty", "small", "large"])
@pytest.mark.parametrize("is_create_only", [False, True])
async def test_put_that_breaks_off_leaves_the_old_object(
    store: ObjectStore, content: bytes, is_create_only: bool
):
    await store.put("old", b"old")
    for key in ("old", "new"):
        with pytest.raises(ConnectionResetError, match="the sender is gone"):
            await store.put(key, breaking_off(content), is_create_only=is_create_only)
    assert await store.get("old") == b"old"
    assert await keys_in(store) == ["old"]


async def test_put_that_is_cancelled_leaves_nothing(store: ObjectStore):
    is_stalled = asyncio.Event()
    task = asyncio.create_task(store.put("key", stalling(LARGE, is_stalled)))
    await is_stalled.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await keys_in(store) == []
    assert await store.head("key") is None


async def test_ranges(store: ObjectStore):
    await store.put("key", b"0123456789")
    for span, expected in [
        (ByteRange(0, 1), b"0"),
        (ByteRange(3, 7), b"3456"),
        (ByteRange(7), b"789"),
        (ByteRange(8, 100), b"89"),
    ]:
        assert await store.get("key", span) == expected
        assert b"".join([piece async for piece in store.stream("key", span)]) == expected


async def test_range_behind_the_end_is_not_satisfiable(store: ObjectStore):
    await store.put("key", b"0123456789")
    for span in (ByteRange(10), ByteRange(10, 12)):
        with pytest.raises(RangeNotSatisfiable, match="only 10 bytes") as caught:
            await store.get("key", span)
        assert caught.value.status == 416
        assert caught.value.facts == {"size_bytes": 10}
        with pytest.raises(RangeNotSatisfiable):
            await anext(store.stream("key", span))


@pytest.mark.parametrize(("start", "end"), [(-1, 5), (5, 5), (5, 4)])
def test_range_that_makes_no_sense_is_refused(start: int, end: int):
    with pytest.raises(ValueError, match="must not be empty or negative"):
        ByteRange(start, end)


async def test_stream_comes_in_small_pieces(store: ObjectStore):
    await store.put("key", LARGE)
    sizes = [len(piece) async for piece in store.stream("key")]
    assert sum(sizes) == len(LARGE)
    assert max(sizes) < 3 * MEGABYTE


async def test_missing_object(store: ObjectStore, tmp_path: Path):
    await store.put("folder/key", b"")
    for key in ("nothing", "folder", "folder/key2", "folder/other/key"):
        assert await store.head(key) is None
        for span in (None, ByteRange(3, 4)):
            with pytest.raises(ObjectNotFound, match=f"no object {key} in the store") as caught:
                await store.get(key, span)
            assert isinstance(caught.value, NotFound)
            with pytest.raises(ObjectNotFound):
                await anext(store.stream(key, span))
        with pytest.raises(ObjectNotFound):
            async with store.local_copy(key, tmp_path):
                pass
        await store.delete(key)
    assert await keys_in(store) == ["folder/key"]


async def test_delete(store: ObjectStore):
    await store.put("a/b/one", b"1")
    await store.put("a/b/two", b"2")
    await store.delete("a/b/one")
    assert await keys_in(store) == ["a/b/two"]
    await store.delete("a/b/two")
    assert await keys_in(store) == []
    await store.put("a/b", b"the empty folder is not in the way")
    assert await keys_in(store) == ["a/b"]


async def test_delete_prefix_takes_one_folder_only(store: ObjectStore):
    for key in ("a/b/1", "a/b/c/2", "a/bb", "a/b-3", "c"):
        await store.put(key, b"x")
    await store.append("a/b/growing", 0, chunks_of(b"grows"))
    await store.append("a/bb-growing", 0, chunks_of(b"grows"))
    await store.delete_prefix("a/b")
    await store.delete_prefix("a/b")
    await store.delete_prefix("c")
    assert await keys_in(store) == ["a/b-3", "a/bb", "c"]
    assert await store.appended_bytes("a/b/growing") == 0
    assert await store.appended_bytes("a/bb-growing") == 5


async def test_list(store: ObjectStore):
    await store.append("a/growing", 0, chunks_of(b"hidden until sealed"))
    for key in ("a/1", "a/b/22", "ab/333", "z"):
        await store.put(key, key.encode())
    assert await keys_in(store) == ["a/1", "a/b/22", "ab/333", "z"]
    (found,) = [found async for found in store.list("a/b")]
    assert (found.key, found.size_bytes) == ("a/b/22", 6)
    assert abs(datetime.now(UTC) - found.modified_at) < timedelta(minutes=1)
    assert await keys_in(store, "a") == ["a/1", "a/b/22"]
    assert await keys_in(store, "nothing") == []


async def test_list_growing(store: ObjectStore):
    assert [found async for found in store.growing()] == []
    await store.put("a/whole", b"x")
    await store.append("a/growing", 0, chunks_of(b"x" * (9 << 20)))
    await store.append("z", 0, chunks_of(b"12345"))
    growing = {found.key: found async for found in store.growing()}
    assert {key: found.size_bytes for key, found in growing.items()} == {
        "a/growing": 9 << 20,
        "z": 5,
    }
    assert abs(datetime.now(UTC) - growing["z"].modified_at) < timedelta(minutes=1)
    await store.discard("z")
    assert [found.key async for found in store.growing()] == ["a/growing"]


async def test_local_copy_is_a_file_for_a_while(store: ObjectStore, tmp_path: Path):
    await store.put("a/film.mp4", LARGE)
    folder = tmp_path / "scratch"
    folder.mkdir()
    async with store.local_copy("a/film.mp4", folder) as path:
        assert path.read_bytes() == LARGE
        assert path.suffix == ".mp4"
        assert path == (store.local_path("a/film.mp4") or path)
    assert list(folder.iterdir()) == []
    assert await store.get("a/film.mp4") == LARGE


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/etc/passwd",
        "a//b",
        "a/",
        "../up",
        "a/../b",
        "a/..",
        ".hidden",
        "a/.hidden",
        "a\0b",
        "a\nb",
        "a\n",
        "a b",
        "a\\b",
        "caf\u00e9",
        "%2e%2e",
        "x" * 201,
        "/".join(["x" * 100] * 6),
    ],
)
async def test_key_that_cannot_be(store: ObjectStore, key: str, tmp_path: Path):
    with pytest.raises(KeyInvalid) as caught:
        await store.put(key, b"x")
    assert isinstance(caught.value, Invalid)
    for refused in (
        store.get(key),
        store.head(key),
        store.delete(key),
        store.delete_prefix(key),
        store.appended_bytes(key),
        store.append(key, 0, chunks_of(b"")),
        store.seal(key, "fine"),
        store.discard(key),
        anext(store.stream(key)),
    ):
        with pytest.raises(KeyInvalid):
            await refused
    with pytest.raises(KeyInvalid):
        store.local_path(key)
    assert await keys_in(store) == []
    assert not (tmp_path / "up").exists()


async def test_append_in_steps(store: ObjectStore):
    end = 0
    for start, stop in [(0, 10), (10, 9 * MEGABYTE), (9 * MEGABYTE, len(LARGE))]:
        end = await store.append("up/1", end, chunks_of(LARGE[start:stop]))
        assert end == stop
        assert await store.appended_bytes("up/1") == stop
    assert await keys_in(store) == []
    assert await store.seal("up/1", "films/1.mp4") == len(LARGE)
    assert await store.get("films/1.mp4") == LARGE
    assert await store.appended_bytes("up/1") == 0
    assert await keys_in(store) == ["films/1.mp4"]


@pytest.mark.parametrize("at_offset", [0, 1, 5, 9, 10])
async def test_append_drops_what_lies_beyond(store: ObjectStore, at_offset: int):
    await store.append("up", 0, chunks_of(b"01234"))
    await store.append("up", 5, chunks_of(b"56789"))
    assert await store.append("up", at_offset, chunks_of(b"ab")) == at_offset + 2
    assert await read_growing(store, "up") == b"0123456789"[:at_offset] + b"ab"


async def test_append_beyond_many_blocks(store: ObjectStore):
    await store.append("up", 0, chunks_of(LARGE))
    at_offset = len(LARGE) - 3
    assert await store.append("up", at_offset, chunks_of(b"end!")) == at_offset + 4
    assert await read_growing(store, "up") == LARGE[:-3] + b"end!"


@pytest.mark.parametrize("present", [b"", b"0123456789"])
async def test_append_with_a_gap_is_refused(store: ObjectStore, present: bytes):
    if present:
        await store.append("up", 0, chunks_of(present))
    with pytest.raises(AppendGap, match=f"only {len(present)} bytes have arrived") as caught:
        await store.append("up", 11, chunks_of(b"late"))
    assert isinstance(caught.value, Conflict)
    assert caught.value.facts == {"appended_bytes": len(present)}
    assert await store.appended_bytes("up") == len(present)


async def test_append_that_breaks_off_keeps_what_came(store: ObjectStore):
    with pytest.raises(ConnectionResetError):
        await store.append("up", 0, breaking_off(LARGE))
    assert await store.appended_bytes("up") == len(LARGE)
    await store.append("up", len(LARGE), chunks_of(b"rest"))
    assert await read_growing(store, "up") == LARGE + b"rest"


async def test_append_that_is_cancelled_can_be_continued(store: ObjectStore):
    is_stalled = asyncio.Event()
    task = asyncio.create_task(store.append("up", 0, stalling(LARGE, is_stalled)))
    await is_stalled.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    present_bytes = await store.appended_bytes("up")
    assert present_bytes >= 8 * MEGABYTE
    await store.append("up", present_bytes, chunks_of(LARGE[present_bytes:]))
    assert await read_growing(store, "up") == LARGE


async def test_growing_object_without_bytes(store: ObjectStore):
    assert await store.append("up", 0, chunks_of(b"")) == 0
    assert await store.seal("up", "empty") == 0
    assert await store.get("empty") == b""


async def test_growing_objects_below_each_other_do_not_mix(store: ObjectStore):
    await store.append("up/1", 0, chunks_of(b"one"))
    await store.append("up/10", 0, chunks_of(b"ten"))
    assert await read_growing(store, "up/1") == b"one"
    assert await store.appended_bytes("up/10") == 3


async def test_seal_twice_is_harmless_and_replaces(store: ObjectStore):
    await store.put("film", b"an older one")
    await store.append("up", 0, chunks_of(b"film"))
    assert await store.seal("up", "film") == 4
    assert await store.seal("up", "film") == 4
    assert await store.get("film") == b"film"


async def test_seal_of_nothing(store: ObjectStore):
    with pytest.raises(ObjectNotFound, match="no object up"):
        await store.seal("up", "film")
    assert await keys_in(store) == []


async def test_discard(store: ObjectStore):
    await store.append("up/1", 0, chunks_of(LARGE))
    await store.append("up/2", 0, chunks_of(b"other"))
    await store.discard("up/1")
    await store.discard("up/1")
    assert await store.appended_bytes("up/1") == 0
    assert await store.appended_bytes("up/2") == 5


async def test_concatenate(store: ObjectStore):
    await store.put("a", LARGE)
    await store.put("b", b"")
    await store.put("c", b"end")
    assert await store.concatenate(["a", "b", "c", "c"], "whole") == len(LARGE) + 6
    assert await store.get("whole") == LARGE + b"endend"
    assert await keys_in(store) == ["a", "b", "c", "whole"]


async def test_concatenate_with_a_missing_part(store: ObjectStore):
    await store.put("a", b"a")
    with pytest.raises(ObjectNotFound, match="no object b"):
        await store.concatenate(["a", "b"], "whole")
    assert await keys_in(store) == ["a"]


async def test_blocks_are_regrouped():
    chunks = chunks_of(b"0123456789", chunk_bytes=3)
    assert [block async for block in in_blocks(chunks, 4)] == [b"0123", b"4567", b"89"]
    assert [block async for block in in_blocks(chunks_of(b"0123"), 4)] == [b"0123"]
    assert [block async for block in in_blocks(chunks_of(b""), 4)] == []


async def test_open_store_by_url(tmp_path: Path):
    in_folder = open_store((tmp_path / "my films").as_uri())
    assert isinstance(in_folder, DiskStore)
    assert in_folder.local_path("key") == tmp_path / "my films" / "key"
    in_bucket = open_store("s3://bucket/prefix")
    assert isinstance(in_bucket, BucketStore)
    with pytest.raises(ValueError, match=r"neither file:///folder nor s3://bucket/prefix"):
        open_store("ftp://somewhere")
    for store in (in_folder, in_bucket):
        await store.aclose()
