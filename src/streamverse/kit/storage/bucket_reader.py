"""Reading a bucket that others fill: names of any kind, nothing written."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import obstore
from obstore.exceptions import InvalidPathError, PreconditionError

from streamverse.kit.errors import Invalid
from streamverse.kit.storage.bucket import BucketAccess, connect, explained

_PIECE_BYTES = 1 << 18
KEY_LIMIT = 1024


class ForeignName(Invalid):
    """A name in a bucket cannot be asked for."""

    code = "kit.foreign_name"
    title = "This name cannot be used"


@dataclass(frozen=True, slots=True)
class FoundObject:
    """An object in somebody's bucket."""

    key: str
    size_bytes: int
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class ObjectRest:
    """An object from some byte on: where it starts, how large all of it is, and its version."""

    start: int
    size_bytes: int
    etag: str | None
    chunks: AsyncIterator[bytes]


class BucketReader:
    """Lists and reads the objects of a bucket."""

    def __init__(self, bucket: str, access: BucketAccess) -> None:
        self._store = connect(bucket, "", access)

    async def list(self, folder: str, *, after: str | None, limit: int) -> Sequence[FoundObject]:
        """List what lies in a folder and those below it, by name, from behind a name on.

        What is empty is left out: that is how stores make folders.
        """
        # One overload speaks of Arrow, which is not installed.
        batches = obstore.list(  # pyright: ignore[reportUnknownMemberType]
            self._store, folder.strip("/") or None, offset=after, chunk_size=limit
        )
        found: list[FoundObject] = []
        with explained(folder), _named(folder):
            async for batch in batches:
                found += [
                    FoundObject(item["path"], item["size"], item["last_modified"])
                    for item in batch
                    if item["size"] > 0
                ]
                if len(found) >= limit:
                    break
        return found[:limit]

    async def open(self, key: str, start: int = 0, etag: str | None = None) -> ObjectRest:
        """Open an object from a byte on, or from its first if it is not the version named."""
        options: obstore.GetOptions = {}
        if start and etag:
            options = {"range": {"offset": start}, "if_match": etag}
        with explained(key), _named(key):
            try:
                result = await obstore.get_async(self._store, key, options=options)
            except PreconditionError:
                result = await obstore.get_async(self._store, key)
        return ObjectRest(
            start=result.range[0],
            size_bytes=result.meta["size"],
            etag=result.meta["e_tag"],
            chunks=_pieces(key, result),
        )


async def _pieces(key: str, result: obstore.GetResult) -> AsyncIterator[bytes]:
    with explained(key):
        async for piece in result.stream(min_chunk_size=_PIECE_BYTES):
            yield bytes(piece)


@contextmanager
def _named(name: str) -> Generator[None]:
    if len(name) > KEY_LIMIT or not name.isprintable():
        raise ForeignName("A name in a bucket has up to 1,024 characters that can be seen.")
    try:
        yield
    except InvalidPathError as unfit:
        raise ForeignName(
            "There is a name in this folder with an empty part, `.` or `..` between its slashes, "
            "which cannot be read: rename it in the bucket, or choose another folder."
        ) from unfit
