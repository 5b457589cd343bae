"""Chunks on their way into the store: counted, and stoppable from outside."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator


class Feed(AsyncIterator[bytes]):
    """An iterator of chunks that keeps what it failed with and can be made to fail."""

    def __init__(self, chunks: AsyncIterable[bytes]) -> None:
        self._chunks = aiter(chunks)
        self._next: asyncio.Future[bytes] | None = None
        self._is_stopped = False
        self.failure: Exception | None = None
        self.size_bytes = 0

    async def __anext__(self) -> bytes:
        if self._is_stopped:
            raise asyncio.CancelledError
        self._next = asyncio.ensure_future(anext(self._chunks))
        try:
            chunk = await self._next
        except StopAsyncIteration:
            raise
        except Exception as error:
            self.failure = error
            raise
        self.size_bytes += len(chunk)
        return chunk

    def stop(self) -> None:
        """Make the iterator fail, now or when it is asked next."""
        self._is_stopped = True
        if self._next is not None:
            self._next.cancel()
