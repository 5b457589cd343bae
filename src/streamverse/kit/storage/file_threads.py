"""A few threads for blocking file work, so that the event loop never waits for a disk."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from streamverse.kit.storage.objects import StorageFull

T = TypeVar("T")

_THREADS = 8
_WHY_FULL = {
    errno.ENOSPC: "The disk is full: free some space or move the store to a larger disk, "
    "then try again.",
    errno.EDQUOT: "The disk quota is used up: free some space or have the quota raised, "
    "then try again.",
    errno.EFBIG: "The file is larger than this disk or the limits of this process allow: "
    "raise the limit or move the store to a file system that takes larger files.",
}


class FileThreads:
    """Runs blocking file work and explains a full disk."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="storage")

    async def run(self, work: Callable[[], T]) -> T:
        """Run the work in a thread; never come back, even when cancelled, before it has ended.

        Otherwise a thread would go on writing to a file that the next caller already works on.
        """
        future = asyncio.get_running_loop().run_in_executor(self._pool, work)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            while not future.done():
                with suppress(asyncio.CancelledError):
                    await asyncio.wait([future])
            future.exception()  # Fetched, or asyncio would complain that nobody did.
            raise
        except OSError as error:
            if error.errno in _WHY_FULL:
                raise StorageFull(_WHY_FULL[error.errno]) from error
            raise

    def close(self) -> None:
        """Let the threads go once they have nothing left to do."""
        self._pool.shutdown(wait=False)
