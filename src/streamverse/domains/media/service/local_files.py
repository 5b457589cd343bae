"""Files of folders of this machine, read as if they were fetched."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from streamverse.domains.media.errors import ImportRefused
from streamverse.domains.media.rules.origins import Head

if TYPE_CHECKING:
    from streamverse.kit.folders import Roots

BLOCK_BYTES = 1 << 20
SCHEME = "file"


def file_in(address: str) -> Path | None:
    """Read ``file:///folder/film.mp4``; None for every other kind of address."""
    parts = urlsplit(address)
    return Path(unquote(parts.path)) if parts.scheme == SCHEME else None


@asynccontextmanager
async def open_file(
    roots: Roots, path: Path, start: int, validator: str | None
) -> AsyncGenerator[tuple[Head, AsyncIterator[bytes]]]:
    """Read a file from a byte on; from the first if it is not the one it was."""
    try:
        descriptor = await asyncio.to_thread(roots.open, path)
    except OSError as failure:
        raise ImportRefused(
            f"{path.name} cannot be read: it was moved or removed, or the program may not read it."
        ) from failure
    try:
        facts = os.fstat(descriptor)
        now = f"{facts.st_size}-{facts.st_mtime_ns}"
        start = start if validator == now else 0
        yield Head(start, facts.st_size, now, None), _blocks(descriptor, start, facts.st_size)
    finally:
        os.close(descriptor)


async def _blocks(descriptor: int, start: int, end: int) -> AsyncGenerator[bytes]:
    while start < end:
        size_bytes = min(BLOCK_BYTES, end - start)
        block = await asyncio.to_thread(partial(os.pread, descriptor, size_bytes, start))
        if not block:
            return
        start += len(block)
        yield block
