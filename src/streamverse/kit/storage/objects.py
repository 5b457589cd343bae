"""What every object store does, the names it takes, and how it fails."""

from __future__ import annotations

import re
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from streamverse.kit.errors import Conflict, Invalid, NotFound, Unavailable

MAX_KEY_LENGTH = 512
MAX_BLOCK_BYTES = 8 << 20

# No leading dot: that shuts out `..`, and leaves hidden names to the stores themselves.
_KEY = re.compile(r"[\w=@+-][\w.=@+-]{0,199}(/[\w=@+-][\w.=@+-]{0,199})*", re.ASCII)


class KeyInvalid(Invalid):
    """No object can have this name."""

    code = "kit.key_invalid"


class ObjectNotFound(NotFound):
    """There is no object of this name."""

    code = "kit.object_not_found"

    def __init__(self, key: str) -> None:
        super().__init__(f"There is no object {key} in the store.", key=key)


class RangeNotSatisfiable(Invalid):
    """The range begins at or behind the end of the object."""

    status = 416
    code = "kit.range_not_satisfiable"
    title = "The range lies outside of the file"

    def __init__(self, start: int, size_bytes: int) -> None:
        super().__init__(
            f"The range begins at byte {start}, but there are only {size_bytes} bytes.",
            size_bytes=size_bytes,
        )


class AppendGap(Conflict):
    """Bytes are missing between what has arrived and what is to be appended."""

    code = "kit.append_gap"

    def __init__(self, at_offset: int, appended_bytes: int) -> None:
        super().__init__(
            f"This continues at byte {at_offset}, but only {appended_bytes} bytes have arrived: "
            f"continue at byte {appended_bytes}.",
            appended_bytes=appended_bytes,
        )


class StorageFull(Unavailable):
    """The store has no room left; nothing was stored."""

    status = 507
    code = "kit.storage_full"
    title = "The store is full"


class StoreUnavailable(Unavailable):
    """The store does not answer or does not let us in."""

    code = "kit.store_unavailable"
    title = "The store is not available"


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes from ``start`` up to, not including, ``end``; without an end, up to the last byte."""

    start: int
    end: int | None = None

    def __post_init__(self) -> None:
        if self.start < 0 or (self.end is not None and self.end <= self.start):
            raise ValueError(f"A range of bytes must not be empty or negative: {self}")

    def within(self, size_bytes: int) -> tuple[int, int]:
        """Give start and end within an object of this size, or raise RangeNotSatisfiable."""
        if self.start >= size_bytes:
            raise RangeNotSatisfiable(self.start, size_bytes)
        return self.start, size_bytes if self.end is None else min(self.end, size_bytes)


@dataclass(frozen=True, slots=True)
class PutResult:
    """How many bytes were given, and whether they are now the object.

    ``was_created`` is false only if the put was to create and another one had been first.
    """

    size_bytes: int
    was_created: bool


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object in a listing; the store's clock says when it was last written."""

    key: str
    size_bytes: int
    modified_at: datetime


class ObjectStore(Protocol):
    """Keeps objects by name.

    A name is a path of ASCII letters, digits and ``_ . = @ + -``; another raises KeyInvalid. A name
    that is an object should not be the folder of others. A prefix is a whole folder of names.
    """

    async def put(
        self, key: str, content: bytes | AsyncIterable[bytes], *, is_create_only: bool = False
    ) -> PutResult:
        """Store an object whole or not at all, replacing another unless told to create only."""
        ...

    async def get(self, key: str, span: ByteRange | None = None) -> bytes:
        """Read an object into memory; a range that ends behind it is cut short."""
        ...

    def stream(self, key: str, span: ByteRange | None = None) -> AsyncIterator[bytes]:
        """Read an object in pieces of about a megabyte or less."""
        ...

    async def head(self, key: str) -> int | None:
        """Tell the size of an object in bytes, or None if there is no such object."""
        ...

    async def delete(self, key: str) -> None:
        """Delete an object; deleting none is no failure."""
        ...

    async def delete_prefix(self, prefix: str) -> None:
        """Delete all objects below a prefix, the growing ones too."""
        ...

    def list(self, prefix: str = "") -> AsyncIterator[StoredObject]:
        """List the whole objects below a prefix, in no certain order."""
        ...

    def growing(self) -> AsyncIterator[StoredObject]:
        """List the growing objects, in no certain order."""
        ...

    def local_path(self, key: str) -> Path | None:
        """Give the file of an object, existing or not, if this store keeps files."""
        ...

    def local_copy(self, key: str, into_folder: Path) -> AbstractAsyncContextManager[Path]:
        """Lend an object as a file: its own, or a copy in the folder that is removed afterwards."""
        ...

    async def append(self, key: str, at_offset: int, chunks: AsyncIterable[bytes]) -> int:
        """Continue a growing object at an offset, dropping what lies beyond, and give its new size.

        All bytes survive a crash once this returns. If the chunks fail, those before stay: ask
        ``appended_bytes``. If the store is full, what this call wrote is taken back. Raises
        AppendGap if fewer bytes are there. The caller lets one writer at a time append to a key.
        """
        ...

    async def appended_bytes(self, key: str) -> int:
        """Tell how many bytes of a growing object are there; 0 if there is none."""
        ...

    async def seal(self, key: str, into: str) -> int:
        """Turn a growing object into a whole one, and give its size; doing it again is harmless."""
        ...

    async def discard(self, key: str) -> None:
        """Drop a growing object; dropping none is no failure."""
        ...

    async def concatenate(self, keys: Sequence[str], into: str) -> int:
        """Join whole objects into another one, and give its size; the parts stay."""
        ...

    async def free_bytes(self) -> int | None:
        """Tell how much still fits, or None where that has no known bound."""
        ...

    async def sweep(self) -> int:
        """Remove what writers left behind that died half-way, and tell how many things it was."""
        ...

    async def aclose(self) -> None:
        """Let go of threads and connections."""
        ...


def checked_key(key: str) -> str:
    """Give the key back if it can name an object."""
    if len(key) > MAX_KEY_LENGTH or _KEY.fullmatch(key) is None:
        raise KeyInvalid(
            "The name of an object has up to 512 letters, digits and _ . = @ + - in parts that are "
            "separated by / and do not begin with a dot."
        )
    return key


async def in_blocks(
    chunks: AsyncIterable[bytes], block_bytes: int = MAX_BLOCK_BYTES
) -> AsyncIterator[bytes]:
    """Regroup chunks into blocks of exactly this size, and a last one that may be smaller.

    When the chunks fail, the block begun is still handed out before the failure.
    """
    gathered = bytearray()
    failure: Exception | None = None
    try:
        async for chunk in chunks:
            gathered += chunk
            while len(gathered) >= block_bytes:
                yield bytes(memoryview(gathered)[:block_bytes])
                del gathered[:block_bytes]
    except Exception as error:  # noqa: BLE001 raised again below, after the last block
        failure = error
    if gathered:
        yield bytes(gathered)
    if failure is not None:
        raise failure
