"""What only a disk can do wrong."""

import asyncio
import errno
import fcntl
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from streamverse.kit.storage import DiskStore, StorageFull, StoreUnavailable

FILL_THE_DISK = """
import asyncio, json, sys
from pathlib import Path
from streamverse.kit.storage import DiskStore, StorageFull

MEGABYTE = 1 << 20

async def chunks_of(size_bytes):
    for _ in range(size_bytes // 65536):
        yield bytes(65536)

async def refusal(work):
    try:
        await work
    except StorageFull as error:
        return [error.status, error.code, str(error)]

async def main(root):
    store = DiskStore(root)
    await store.put("kept", b"kept")
    await store.append("up/1", 0, chunks_of(MEGABYTE // 2))
    refusals = [
        await refusal(store.put("film", bytes(4 * MEGABYTE))),
        await refusal(store.put("film", chunks_of(4 * MEGABYTE))),
        await refusal(store.put("film", chunks_of(4 * MEGABYTE), is_create_only=True)),
        await refusal(store.append("up/1", MEGABYTE // 2, chunks_of(4 * MEGABYTE))),
        await refusal(store.append("up/2", 0, chunks_of(4 * MEGABYTE))),
    ]
    await store.append("up/1", MEGABYTE // 2, chunks_of(MEGABYTE // 2))
    await store.put("small", b"still fits")
    return {
        "refusals": refusals,
        "objects": sorted([found.key async for found in store.list()]),
        "drafts": [path.name for path in (root / ".staging").iterdir()],
        "appended": [await store.appended_bytes(key) for key in ("up/1", "up/2")],
        "kept": (await store.get("kept")).decode(),
    }

if len(sys.argv) > 2:
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 * MEGABYTE, 2 * MEGABYTE))
print(json.dumps(asyncio.run(main(Path(sys.argv[1])))))
"""

START_A_DRAFT = """
import asyncio, sys
from pathlib import Path
from streamverse.kit.storage import DiskStore

async def stalling():
    yield bytes(2 << 20)
    print("started", flush=True)
    await asyncio.Event().wait()

asyncio.run(DiskStore(Path(sys.argv[1])).put("film", stalling()))
"""


def drafts_in(root: Path) -> list[Path]:
    return list((root / ".staging").iterdir())


def check_full_disk(printed: str, sentence: str) -> None:
    seen = json.loads(printed)
    assert seen["refusals"] == [[507, "kit.storage_full", sentence]] * 5
    assert seen["objects"] == ["kept", "small"]
    assert seen["drafts"] == []
    assert seen["appended"] == [1 << 20, 0]
    assert seen["kept"] == "kept"


def may_mount() -> bool:
    unshare = shutil.which("unshare")
    command = [unshare or "", "--map-root-user", "--mount", "true"]
    return unshare is not None and subprocess.run(command, check=False).returncode == 0


@pytest.mark.skipif(not may_mount(), reason="this machine lets nobody mount a small file system")
def test_full_disk(tmp_path: Path):
    mount_and_run = 'mount -t tmpfs -o size=3m none "$1" && exec "$2" -c "$3" "$1"'
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c", mount_and_run, "sh"]
    command += [str(tmp_path), sys.executable, FILL_THE_DISK]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    check_full_disk(
        done.stdout,
        "The disk is full: free some space or move the store to a larger disk, then try again.",
    )


def test_file_larger_than_the_limit(tmp_path: Path):
    command = [sys.executable, "-c", FILL_THE_DISK, str(tmp_path), "limited"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    check_full_disk(
        done.stdout,
        "The file is larger than this disk or the limits of this process allow: raise the limit "
        "or move the store to a file system that takes larger files.",
    )


async def test_other_failures_of_the_disk_stay_what_they_are(
    disk_store: DiskStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    def broken(_descriptor: int) -> None:
        raise OSError(errno.EIO, "the disk is broken")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="the disk is broken"):
        await disk_store.put("key", b"x")
    assert drafts_in(tmp_path / "store") == []
    assert await disk_store.head("key") is None


async def test_append_to_a_disk_that_gets_full_takes_its_bytes_back(
    disk_store: DiskStore, monkeypatch: pytest.MonkeyPatch
):
    real_write = os.write

    def full_soon(descriptor: int, block: bytes) -> int:
        if os.fstat(descriptor).st_size > 1 << 20:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real_write(descriptor, block)

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield bytes(1 << 20)

    await disk_store.append("up", 0, empty())
    monkeypatch.setattr(os, "write", full_soon)
    with pytest.raises(StorageFull, match="The disk is full"):
        await disk_store.append("up", 0, chunks())
    assert await disk_store.appended_bytes("up") == 0


async def test_object_is_durable_before_it_is_seen(
    disk_store: DiskStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    target = tmp_path / "store" / "a" / "key"
    seen: list[tuple[str, bool]] = []
    real_fsync = os.fsync

    def fsync(descriptor: int) -> None:
        synced = Path(f"/dev/fd/{descriptor}").resolve()
        seen.append((synced.parent.name if synced.is_file() else synced.name, target.exists()))
        real_fsync(descriptor)

    (tmp_path / "store").mkdir()
    monkeypatch.setattr(os, "fsync", fsync)
    await disk_store.put("a/key", b"content")
    assert seen == [(".staging", False), ("store", False), ("a", True)]


async def test_sweep_removes_the_drafts_of_the_dead_only(disk_store: DiskStore, tmp_path: Path):
    root = tmp_path / "store"
    assert await disk_store.sweep() == 0
    command = [sys.executable, "-c", START_A_DRAFT, str(root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "started\n"
        assert await disk_store.sweep() == 0
        assert len(drafts_in(root)) == 1
        writer.kill()
    assert await disk_store.head("film") is None
    assert await disk_store.sweep() == 1
    assert drafts_in(root) == []


async def test_sweep_finishes_a_removal_that_died(disk_store: DiskStore, tmp_path: Path):
    remains = tmp_path / "store" / ".staging" / "doomed" / "folder"
    remains.mkdir(parents=True)
    (remains / "file").write_bytes(b"x")
    assert await disk_store.sweep() == 1
    assert drafts_in(tmp_path / "store") == []


async def test_sweep_passes_over_what_is_gone_before_it_looks(
    disk_store: DiskStore, tmp_path: Path
):
    staging = tmp_path / "store" / ".staging"
    staging.mkdir(parents=True)
    (staging / "vanished").symlink_to("nowhere")
    assert await disk_store.sweep() == 0


async def test_draft_that_is_swept_before_it_is_locked_is_made_again(
    disk_store: DiskStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    real_flock = fcntl.flock

    def flock(descriptor: int, operation: int) -> None:
        monkeypatch.setattr(fcntl, "flock", real_flock)
        [draft] = drafts_in(tmp_path / "store")
        draft.unlink()
        real_flock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", flock)
    await disk_store.put("key", b"content")
    assert await disk_store.get("key") == b"content"
    assert drafts_in(tmp_path / "store") == []


async def test_folder_that_vanishes_is_made_again(
    disk_store: DiskStore, monkeypatch: pytest.MonkeyPatch
):
    real_link = os.link

    def link(source: Path, target: Path) -> None:
        monkeypatch.setattr(os, "link", real_link)
        target.parent.rmdir()
        real_link(source, target)

    monkeypatch.setattr(os, "link", link)
    await disk_store.put("a/key", b"content", is_create_only=True)
    assert await disk_store.get("a/key") == b"content"


async def test_puts_and_deletes_in_one_folder_do_not_disturb_each_other(disk_store: DiskStore):
    async def put_and_delete(number: int) -> None:
        for _ in range(20):
            await disk_store.put(f"a/b/{number}", b"x")
            await disk_store.delete(f"a/b/{number}")

    await asyncio.gather(*(put_and_delete(number) for number in range(4)))
    assert [found.key async for found in disk_store.list()] == []


async def test_draft_that_someone_removes_is_not_published(disk_store: DiskStore, tmp_path: Path):
    async def sabotaged() -> AsyncIterator[bytes]:
        yield bytes(2 << 20)
        for draft in drafts_in(tmp_path / "store"):
            draft.unlink()

    with pytest.raises(FileNotFoundError):
        await disk_store.put("key", sabotaged())
    assert await disk_store.head("key") is None


async def test_put_below_an_object_is_refused(disk_store: DiskStore, tmp_path: Path):
    await disk_store.put("a", b"object")
    with pytest.raises(NotADirectoryError):
        await disk_store.put("a/b", b"below")
    assert await disk_store.get("a") == b"object"
    assert drafts_in(tmp_path / "store") == []


async def test_list_passes_over_what_is_gone_before_it_looks(disk_store: DiskStore, tmp_path: Path):
    await disk_store.put("a/key", b"x")
    (tmp_path / "store" / "a" / "vanished").symlink_to("nowhere")
    assert [found.key async for found in disk_store.list("a")] == ["a/key"]
    assert [found.key async for found in disk_store.list("a/key")] == []


async def test_empty_folders_do_not_stay(disk_store: DiskStore, tmp_path: Path):
    await disk_store.put("a/b/c", b"x")
    await disk_store.append("d/e/f", 0, empty())
    await disk_store.append("g/h/i", 0, empty())
    await disk_store.delete("a/b/c")
    await disk_store.seal("d/e/f", "sealed")
    await disk_store.discard("g/h/i")
    root = tmp_path / "store"
    assert sorted(path.name for path in root.rglob("*")) == [".growing", ".staging", "sealed"]


async def empty() -> AsyncIterator[bytes]:
    for chunk in ():
        yield chunk


async def test_local_path_is_the_file(disk_store: DiskStore, tmp_path: Path):
    await disk_store.put("a/key", b"x")
    assert disk_store.local_path("a/key") == tmp_path / "store" / "a" / "key"
    assert (tmp_path / "store" / "a" / "key").stat().st_mode & 0o777 == 0o644


async def test_free_bytes(disk_store: DiskStore, tmp_path: Path):
    free = await disk_store.free_bytes()
    assert free is not None
    assert abs(free - shutil.disk_usage(tmp_path).free) < 1 << 30


async def test_file_that_someone_cuts_short_ends_the_stream(disk_store: DiskStore):
    await disk_store.put("key", bytes(3 << 20))
    stream = disk_store.stream("key")
    assert len(await anext(stream)) == 1 << 20
    path = disk_store.local_path("key")
    assert path is not None
    os.truncate(path, 1 << 20)
    with pytest.raises(StoreUnavailable, match="has become shorter"):
        await anext(stream)


async def test_cancelled_work_has_ended_before_the_caller_goes_on(
    disk_store: DiskStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    may_go_on = threading.Event()
    is_writing = asyncio.Event()
    loop = asyncio.get_running_loop()
    real_write = os.write

    def slow_write(descriptor: int, block: bytes) -> int:
        loop.call_soon_threadsafe(is_writing.set)
        may_go_on.wait()
        return real_write(descriptor, block)

    monkeypatch.setattr(os, "write", slow_write)
    put = asyncio.create_task(disk_store.put("key", b"content"))
    await is_writing.wait()
    for _ in range(2):
        put.cancel()
        await asyncio.sleep(0)
        assert not put.done()
    may_go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await put
    assert drafts_in(tmp_path / "store") == []
    assert await disk_store.head("key") is None


async def test_stream_that_is_left_closes_its_file(disk_store: DiskStore):
    await disk_store.put("key", bytes(3 << 20))
    before = len(os.listdir("/dev/fd"))  # noqa: PTH208 a pathlib iterator holds one more open
    stream = disk_store.stream("key")
    await anext(stream)
    await stream.aclose()
    assert len(os.listdir("/dev/fd")) == before  # noqa: PTH208
