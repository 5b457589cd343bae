"""Objects as files in a folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path

from streamverse.kit.storage import files
from streamverse.kit.storage.file_threads import FileThreads
from streamverse.kit.storage.objects import (
    ByteRange,
    ObjectNotFound,
    PutResult,
    StorageFull,
    StoredObject,
    StoreUnavailable,
    checked_key,
    in_blocks,
)

_BLOCK_BYTES = 1 << 20
_LISTED_AT_ONCE = 1000
_NO_FILE = (FileNotFoundError, IsADirectoryError, NotADirectoryError)


class DiskStore:
    """An ObjectStore in a folder: the key is the path, so that a web server can serve it too.

    Several processes may share the folder. Hidden beside the objects are ``.staging`` for drafts
    and ``.growing`` for growing objects; all must lie on one file system that knows hard links.
    """

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()
        self._staging = self._root / ".staging"
        self._growing = self._root / ".growing"
        self._threads = FileThreads()

    async def put(
        self, key: str, content: bytes | AsyncIterable[bytes], *, is_create_only: bool = False
    ) -> PutResult:
        """Store an object whole or not at all, replacing another unless told to create only."""
        target = self._path(key)
        draft = files.Draft(self._staging)
        try:
            if isinstance(content, AsyncIterable):
                async for block in in_blocks(content, _BLOCK_BYTES):
                    await self._threads.run(partial(draft.write, block))
            else:
                await self._threads.run(partial(draft.write, content))
            was_created = await self._threads.run(
                partial(draft.publish, target, is_create_only=is_create_only)
            )
        finally:
            await self._threads.run(draft.discard)
        return PutResult(draft.size_bytes, was_created)

    async def get(self, key: str, span: ByteRange | None = None) -> bytes:
        """Read an object into memory; a range that ends behind it is cut short."""
        path = self._path(key)
        try:
            return await self._threads.run(partial(_read, path, span))
        except _NO_FILE as error:
            raise ObjectNotFound(key) from error

    async def stream(self, key: str, span: ByteRange | None = None) -> AsyncGenerator[bytes]:
        """Read an object in pieces of about a megabyte or less."""
        try:
            file = await self._threads.run(partial(self._path(key).open, "rb", buffering=0))
        except _NO_FILE as error:
            raise ObjectNotFound(key) from error
        with file:
            start, end = _bounds(file.fileno(), span)
            while start < end:
                size_bytes = min(_BLOCK_BYTES, end - start)
                read = partial(os.pread, file.fileno(), size_bytes, start)
                piece = await self._threads.run(read)
                if not piece:
                    raise StoreUnavailable(
                        f"The file of {key} has become shorter while it was read."
                    )
                start += len(piece)
                yield piece

    async def head(self, key: str) -> int | None:
        """Tell the size of an object in bytes, or None if there is no such object."""
        return await self._threads.run(partial(files.file_size, self._path(key)))

    async def delete(self, key: str) -> None:
        """Delete an object; deleting none is no failure."""
        await self._threads.run(partial(files.remove_file, self._path(key), self._root))

    async def delete_prefix(self, prefix: str) -> None:
        """Delete all objects below a prefix, the growing ones too."""
        for root in (self._root, self._growing):
            folder = root / checked_key(prefix)
            await self._threads.run(partial(files.remove_tree, folder, self._staging, root))

    async def list(self, prefix: str = "") -> AsyncGenerator[StoredObject]:
        """List the whole objects below a prefix, in no certain order."""
        async for found in self._walk(self._path(prefix) if prefix else self._root, self._root):
            yield found

    async def growing(self) -> AsyncGenerator[StoredObject]:
        """List the growing objects, in no certain order."""
        async for found in self._walk(self._growing, self._growing):
            yield found

    def local_path(self, key: str) -> Path | None:
        """Give the file of an object, existing or not."""
        return self._path(key)

    @asynccontextmanager
    async def local_copy(self, key: str, into_folder: Path) -> AsyncGenerator[Path]:  # noqa: ARG002
        """Lend an object's own file; nothing is copied."""
        if await self.head(key) is None:
            raise ObjectNotFound(key)
        yield self._path(key)

    async def append(self, key: str, at_offset: int, chunks: AsyncIterable[bytes]) -> int:
        """Continue a growing object at an offset, dropping what lies beyond; give its new size."""
        growing = files.GrowingFile(self._growing_path(key), at_offset)
        try:
            await self._threads.run(growing.open)
            async for block in in_blocks(chunks, _BLOCK_BYTES):
                await self._write_or_take_back(growing, block)
        finally:
            await self._threads.run(growing.close)
        return growing.size_bytes

    async def appended_bytes(self, key: str) -> int:
        """Tell how many bytes of a growing object are there; 0 if there is none."""
        return await self._threads.run(partial(files.file_size, self._growing_path(key))) or 0

    async def seal(self, key: str, into: str) -> int:
        """Turn a growing object into a whole one by renaming it, and give its size."""
        source, target = self._growing_path(key), self._path(into)
        try:
            await self._threads.run(partial(files.move, source, target))
        except FileNotFoundError as error:
            sealed_before_bytes = await self.head(into)
            if sealed_before_bytes is None:
                raise ObjectNotFound(key) from error
            return sealed_before_bytes
        await self._threads.run(partial(files.remove_empty_folders, source.parent, self._growing))
        return await self._threads.run(lambda: target.stat().st_size)

    async def discard(self, key: str) -> None:
        """Drop a growing object; dropping none is no failure."""
        path = self._growing_path(key)
        await self._threads.run(partial(files.remove_file, path, self._growing))

    async def concatenate(self, keys: Sequence[str], into: str) -> int:
        """Join whole objects into another one, and give its size; the parts stay."""
        return (await self.put(into, self._streams(keys))).size_bytes

    async def free_bytes(self) -> int | None:
        """Tell how much still fits on the disk."""

        def measure() -> int:
            files.make_folder(self._root)
            return shutil.disk_usage(self._root).free

        return await self._threads.run(measure)

    async def sweep(self) -> int:
        """Remove what writers left behind that died half-way, and tell how many things it was."""
        return await self._threads.run(partial(files.sweep, self._staging))

    async def aclose(self) -> None:
        """Let go of the threads."""
        self._threads.close()

    def _path(self, key: str) -> Path:
        return self._root / checked_key(key)

    def _growing_path(self, key: str) -> Path:
        return self._growing / checked_key(key)

    async def _walk(self, folder: Path, root: Path) -> AsyncGenerator[StoredObject]:
        found = files.walk(folder)
        while batch := await self._threads.run(lambda: [*islice(found, _LISTED_AT_ONCE)]):
            for path, facts in batch:
                modified_at = datetime.fromtimestamp(facts.st_mtime, UTC)
                yield StoredObject(path.relative_to(root).as_posix(), facts.st_size, modified_at)

    async def _write_or_take_back(self, growing: files.GrowingFile, block: bytes) -> None:
        try:
            await self._threads.run(partial(growing.write, block))
        except StorageFull:
            await self._threads.run(growing.take_back)
            raise

    async def _streams(self, keys: Sequence[str]) -> AsyncIterator[bytes]:
        for key in keys:
            async for piece in self.stream(key):
                yield piece


def _read(path: Path, span: ByteRange | None) -> bytes:
    with path.open("rb") as file:
        start, end = _bounds(file.fileno(), span)
        file.seek(start)
        return file.read(end - start)


def _bounds(descriptor: int, span: ByteRange | None) -> tuple[int, int]:
    size_bytes = os.fstat(descriptor).st_size
    return (0, size_bytes) if span is None else span.within(size_bytes)
