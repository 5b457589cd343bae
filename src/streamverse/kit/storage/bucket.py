"""Objects in a bucket of an S3-compatible store."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Generator,
    Sequence,
)
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    PermissionDeniedError,
    UnauthenticatedError,
)
from obstore.store import S3Store

from streamverse.kit.storage.feed import Feed
from streamverse.kit.storage.file_threads import FileThreads
from streamverse.kit.storage.multiparts import Multiparts, Signature
from streamverse.kit.storage.objects import (
    MAX_BLOCK_BYTES,
    AppendGap,
    ByteRange,
    ObjectNotFound,
    PutResult,
    StorageFull,
    StoredObject,
    StoreUnavailable,
    checked_key,
    in_blocks,
)

if TYPE_CHECKING:
    from obstore.store import S3Config

log = logging.getLogger(__name__)

_GROWING = ".growing"
_STAGING = ".staging"
_STALE_AFTER = timedelta(days=1)
_PIECE_BYTES = 1 << 20
# S3 takes 10,000 parts; a few are left over for what an estimate misses.
_MAX_PARTS = 9_900
_UPLOADS_AT_ONCE = 4
_MARKS_OF_FULL = (" 507 ", "XMinioStorageFull", "QuotaExceeded")


@dataclass(frozen=True, slots=True)
class BucketAccess:
    """Where the store is and who we are there; without a key, the machine's own role is used."""

    endpoint: str = ""
    region: str = "us-east-1"
    access_key_id: str = ""
    secret_access_key: str = field(default="", repr=False)
    retry_for: timedelta = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class _Block:
    """A piece of a growing object: a stored object whose name is its offset."""

    path: str
    start: int
    size_bytes: int

    @property
    def end(self) -> int:
        return self.start + self.size_bytes


class BucketStore:
    """An ObjectStore in a bucket, in bounded memory.

    A growing object is a row of blocks under ``.growing/{key}/`` until it is sealed. Where the
    machine's own role is used instead of a key, give the bucket a lifecycle rule that ends
    abandoned multipart uploads: those of a killed process cannot be seen from here then.
    """

    def __init__(self, bucket: str, prefix: str = "", access: BucketAccess | None = None) -> None:
        access = access or BucketAccess()
        self._store = connect(bucket, prefix, access)
        self._multiparts = _multiparts(bucket, prefix, access)
        self._threads = FileThreads()

    async def put(
        self, key: str, content: bytes | AsyncIterable[bytes], *, is_create_only: bool = False
    ) -> PutResult:
        """Store an object whole or not at all, replacing another unless told to create only."""
        path = checked_key(key)
        if not isinstance(content, AsyncIterable):
            return await self._put_bytes(path, content, is_create_only=is_create_only)
        blocks = in_blocks(content)
        first = await anext(blocks, b"")
        if len(first) < MAX_BLOCK_BYTES:
            # Asking for the next block raises what the chunks may have failed with.
            await anext(blocks, b"")
            return await self._put_bytes(path, first, is_create_only=is_create_only)
        if is_create_only:
            return await self._put_many_new(path, _chain(first, blocks))
        return PutResult(await self._put_many(path, _chain(first, blocks)), was_created=True)

    async def get(self, key: str, span: ByteRange | None = None) -> bytes:
        """Read an object into memory; a range that ends behind it is cut short."""
        result = await self._open(key, span)
        with explained(key):
            return bytes(await result.bytes_async())

    async def stream(self, key: str, span: ByteRange | None = None) -> AsyncGenerator[bytes]:
        """Read an object in pieces of about a megabyte or less."""
        pieces = (await self._open(key, span)).stream(min_chunk_size=_PIECE_BYTES)
        with explained(key):
            async for piece in pieces:
                yield bytes(piece)

    async def head(self, key: str) -> int | None:
        """Tell the size of an object in bytes, or None if there is no such object."""
        try:
            with explained(key):
                return (await obstore.head_async(self._store, checked_key(key)))["size"]
        except ObjectNotFound:
            return None

    async def delete(self, key: str) -> None:
        """Delete an object; deleting none is no failure."""
        await self._delete_all([checked_key(key)])

    async def delete_prefix(self, prefix: str) -> None:
        """Delete all objects below a prefix, the growing ones too."""
        for folder in (checked_key(prefix), f"{_GROWING}/{prefix}"):
            await self._delete_all([found["path"] async for found in self._found(folder)])

    async def list(self, prefix: str = "") -> AsyncGenerator[StoredObject]:
        """List the whole objects below a prefix, in no certain order."""
        async for found in self._found(checked_key(prefix) if prefix else None):
            if not found["path"].startswith("."):
                yield StoredObject(found["path"], found["size"], found["last_modified"])

    async def growing(self) -> AsyncGenerator[StoredObject]:
        """List the growing objects, in no certain order."""
        grown: dict[str, StoredObject] = {}
        async for found in self._found(_GROWING):
            key = found["path"].removeprefix(f"{_GROWING}/").rpartition("/")[0]
            before = grown.get(key) or StoredObject(key, 0, found["last_modified"])
            grown[key] = StoredObject(
                key,
                before.size_bytes + found["size"],
                max(before.modified_at, found["last_modified"]),
            )
        for each in grown.values():
            yield each

    def local_path(self, key: str) -> Path | None:
        """Give None: a bucket keeps no files here."""
        checked_key(key)

    @asynccontextmanager
    async def local_copy(self, key: str, into_folder: Path) -> AsyncGenerator[Path]:
        """Lend a copy of an object in the folder; it is removed afterwards."""
        path = into_folder / f"{secrets.token_hex(8)}-{Path(checked_key(key)).name}"
        try:
            with await self._threads.run(partial(path.open, "xb")) as file:
                async for piece in self.stream(key):
                    await self._threads.run(partial(file.write, piece))
                await self._threads.run(file.flush)
            yield path
        finally:
            await self._threads.run(partial(path.unlink, missing_ok=True))

    async def append(self, key: str, at_offset: int, chunks: AsyncIterable[bytes]) -> int:
        """Continue a growing object at an offset, dropping what lies beyond; give its new size."""
        await self._cut(key, at_offset)
        end = at_offset
        try:
            async for block in in_blocks(chunks):
                await self._put_bytes(_block_path(key, end), block)
                end += len(block)
        except StorageFull:
            await self._cut(key, at_offset)
            raise
        if end == 0:
            await self._put_bytes(_block_path(key, 0), b"")
        return end

    async def appended_bytes(self, key: str) -> int:
        """Tell how many bytes of a growing object are there; 0 if there is none."""
        return _end(_row(await self._blocks(key)))

    async def seal(self, key: str, into: str) -> int:
        """Turn a growing object into a whole one by copying its blocks, and give its size."""
        row = _row(await self._blocks(key))
        if row:
            size_bytes = _end(row)
            paths = [block.path for block in row]
            await self._put_many(checked_key(into), self._streams(paths), size_bytes)
        else:
            sealed_before_bytes = await self.head(into)
            if sealed_before_bytes is None:
                raise ObjectNotFound(key)
            size_bytes = sealed_before_bytes
        await self.discard(key)
        return size_bytes

    async def discard(self, key: str) -> None:
        """Drop a growing object; dropping none is no failure."""
        blocks = await self._blocks(key)
        if blocks:
            # The first block goes first and alone: what a crash leaves then cannot be taken for a
            # shorter object.
            await self._delete_all([blocks[0].path])
            await self._delete_all([block.path for block in blocks[1:]])

    async def concatenate(self, keys: Sequence[str], into: str) -> int:
        """Join whole objects into another one, and give its size; the parts stay."""
        total_bytes = 0
        for key in keys:
            size_bytes = await self.head(key)
            if size_bytes is None:
                raise ObjectNotFound(key)
            total_bytes += size_bytes
        return await self._put_many(checked_key(into), self._streams(keys), total_bytes)

    async def free_bytes(self) -> int | None:
        """Give None: a bucket has no bound that it tells."""
        return None

    async def sweep(self) -> int:
        """Remove drafts and parts that nobody finished within a day, and tell how many."""
        stale_before = datetime.now(UTC) - _STALE_AFTER
        drafts = self._found(_STAGING)
        stale = [draft["path"] async for draft in drafts if draft["last_modified"] < stale_before]
        await self._delete_all(stale)
        return len(stale) + await self._end_abandoned(stale_before)

    async def _end_abandoned(self, stale_before: datetime) -> int:
        if self._multiparts is None:
            return 0
        try:
            return await self._multiparts.end_older_than(stale_before)
        except httpx.HTTPError:
            # A key that may not list them, or a store that does not know how, still stores well.
            log.warning("the store does not let us end abandoned multipart uploads", exc_info=True)
            return 0

    async def aclose(self) -> None:
        """Let go of the threads."""
        self._threads.close()

    async def _put_bytes(
        self, path: str, content: bytes, *, is_create_only: bool = False
    ) -> PutResult:
        mode = "create" if is_create_only else "overwrite"
        was_created = True
        with explained(path):
            try:
                await obstore.put_async(
                    self._store,
                    path,
                    content,
                    mode=mode,
                    chunk_size=MAX_BLOCK_BYTES,
                    max_concurrency=_UPLOADS_AT_ONCE,
                )
            except AlreadyExistsError:
                was_created = False
        return PutResult(len(content), was_created)

    async def _put_many(
        self, path: str, chunks: AsyncIterable[bytes], expected_bytes: int = 0
    ) -> int:
        """Upload in parts: obstore ends the upload if the feed fails, not if it is cancelled."""
        feed = Feed(chunks)
        upload = asyncio.ensure_future(
            obstore.put_async(
                self._store,
                path,
                feed,
                use_multipart=True,
                chunk_size=max(MAX_BLOCK_BYTES, -(-expected_bytes // _MAX_PARTS)),
                max_concurrency=_UPLOADS_AT_ONCE,
            )
        )
        try:
            with explained(path, feed):
                await asyncio.shield(upload)
        except asyncio.CancelledError:
            feed.stop()
            with suppress(BaseException):
                await upload
            raise
        return feed.size_bytes

    async def _put_many_new(self, path: str, chunks: AsyncIterable[bytes]) -> PutResult:
        """Upload under another name, then copy within the store: only a copy can be conditional."""
        draft = f"{_STAGING}/{secrets.token_hex(12)}"
        was_created = True
        try:
            size_bytes = await self._put_many(draft, chunks)
            with explained(path):
                try:
                    await obstore.copy_async(self._store, draft, path, overwrite=False)
                except AlreadyExistsError:
                    was_created = False
        finally:
            await self._delete_all([draft])
        return PutResult(size_bytes, was_created)

    async def _open(self, key: str, span: ByteRange | None) -> obstore.GetResult:
        options: obstore.GetOptions = {}
        if span is not None:
            options["range"] = (
                {"offset": span.start} if span.end is None else (span.start, span.end)
            )
        try:
            with explained(key):
                return await obstore.get_async(self._store, checked_key(key), options=options)
        except StoreUnavailable:
            # A range that cannot be had looks like any other failure: see whether it was that.
            size_bytes = None if span is None else await self.head(key)
            if span is not None and size_bytes is not None:
                span.within(size_bytes)
            raise

    async def _delete_all(self, paths: Sequence[str]) -> None:
        if paths:
            with explained(paths[0]):
                await obstore.delete_async(self._store, paths)

    async def _found(
        self, folder: str | None, behind: str | None = None
    ) -> AsyncGenerator[obstore.ObjectMeta]:
        # One overload speaks of Arrow, which is not installed.
        batches = obstore.list(  # pyright: ignore[reportUnknownMemberType]
            self._store, folder, offset=behind, chunk_size=1000
        )
        with explained(folder or ""):
            async for batch in batches:
                for found in batch:
                    yield found

    async def _blocks(self, key: str, from_offset: int = 0) -> Sequence[_Block]:
        folder = f"{_GROWING}/{checked_key(key)}"
        behind = _block_path(key, from_offset - 1) if from_offset > 0 else None
        blocks: list[_Block] = []
        async for found in self._found(folder, behind):
            name = found["path"].removeprefix(folder + "/")
            # Below the key may lie another one that grows, say `film/part` below `film`.
            if "/" not in name:
                blocks.append(_Block(found["path"], int(name), found["size"]))
        return sorted(blocks, key=lambda block: block.start)

    async def _cut(self, key: str, at_offset: int) -> None:
        """Drop all bytes of a growing object from an offset on."""
        blocks = await self._blocks(key, from_offset=at_offset - MAX_BLOCK_BYTES)
        before = [block for block in blocks if block.start < at_offset]
        if at_offset > 0 and (not before or before[-1].end < at_offset):
            raise AppendGap(at_offset, await self.appended_bytes(key))
        await self._delete_all([block.path for block in blocks if block.start >= at_offset])
        if before and before[-1].end > at_offset:
            last = before[-1]
            with explained(key):
                kept = await obstore.get_range_async(
                    self._store, last.path, start=0, end=at_offset - last.start
                )
            await self._put_bytes(last.path, bytes(kept))

    async def _streams(self, paths: Sequence[str]) -> AsyncIterator[bytes]:
        for path in paths:
            with explained(path):
                result = await obstore.get_async(self._store, path)
                async for piece in result.stream(min_chunk_size=_PIECE_BYTES):
                    yield bytes(piece)


def connect(bucket: str, prefix: str, access: BucketAccess) -> S3Store:
    """Get ready to ask a bucket; nothing is asked yet."""
    config: S3Config = {
        "region": access.region,
        "copy_if_not_exists": "multipart",
        # The store computes it as well, and keeps it with the object.
        "checksum_algorithm": "SHA256",
    }
    if access.endpoint:
        config["endpoint"] = access.endpoint
    if access.access_key_id:
        config["access_key_id"] = access.access_key_id
        config["secret_access_key"] = access.secret_access_key
    return S3Store(
        bucket,
        prefix=prefix or None,
        config=config,
        client_options={
            "allow_http": access.endpoint.startswith("http://"),
            "connect_timeout": timedelta(seconds=5),
            "read_timeout": timedelta(seconds=30),
            # The whole of one request: a viewer may take hours over one long object.
            "timeout": timedelta(hours=24),
        },
        retry_config={"max_retries": 10, "retry_timeout": access.retry_for},
    )


def _multiparts(bucket: str, prefix: str, access: BucketAccess) -> Multiparts | None:
    if not access.access_key_id:
        return None
    endpoint = access.endpoint or f"https://s3.{access.region}.amazonaws.com"
    return Multiparts(
        f"{endpoint.rstrip('/')}/{bucket}",
        f"{prefix}/" if prefix else "",
        Signature(access.access_key_id, access.secret_access_key, access.region),
    )


@contextmanager
def explained(key: str, feed: Feed | None = None) -> Generator[None]:
    """Say of a failure of the store what it means to whoever asked for this object."""
    try:
        yield
    except (OSError, BaseError) as error:
        if feed is not None and feed.failure is not None:
            raise feed.failure from None
        raise _explanation(key, error) from error


def _explanation(key: str, error: Exception) -> Exception:
    text = str(error)
    if "NoSuchBucket" in text:
        return StoreUnavailable("The bucket of the store does not exist: make it, or name another.")
    if isinstance(error, FileNotFoundError):
        return ObjectNotFound(key)
    if any(mark in text for mark in _MARKS_OF_FULL):
        return StorageFull(
            "The store is full: free some space or have its quota raised, then try again."
        )
    if isinstance(error, PermissionDeniedError | UnauthenticatedError):
        return StoreUnavailable("The store does not accept our key: check the S3 settings.")
    return StoreUnavailable("The store does not answer: check that it runs and the S3 settings.")


def _block_path(key: str, offset: int) -> str:
    return f"{_GROWING}/{key}/{offset:016d}"


def _row(blocks: Sequence[_Block]) -> list[_Block]:
    """Give the blocks from the first byte on up to the first gap."""
    row: list[_Block] = []
    for block in blocks:
        if block.start != _end(row):
            break
        row.append(block)
    return row


def _end(row: Sequence[_Block]) -> int:
    return row[-1].end if row else 0


async def _chain(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for block in rest:
        yield block
