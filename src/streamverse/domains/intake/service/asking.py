"""Asking a service on the web, which wants to be asked slowly."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import msgspec

from streamverse.domains.intake.errors import EntryNotFound, SourceBusy, SourceRefused
from streamverse.kit.fetching import FIRST_FAILURE, FetchFailed

if TYPE_CHECKING:
    from streamverse.kit.fetching import Answer, GuardedFetcher

T = TypeVar("T")
DOCUMENT_LIMIT_BYTES, PICTURE_LIMIT_BYTES = 8 << 20, 10 << 20
TIMEOUT_S = 20.0
# Waiting longer than this is left to the job, which comes back later.
LONGEST_WAIT_S = 10
TRIES = 3
REFUSED, NOT_FOUND, TOO_MANY = 401, 404, 429
MINUTE_S = 60


@dataclass(slots=True)
class Pace:
    """Lets requests of this process go one after the other, and none while there is to be rest."""

    pause_s: float
    _free_at: float = 0.0

    async def turn(self) -> None:
        """Wait until the next request may go."""
        now = asyncio.get_running_loop().time()
        at = max(now, self._free_at)
        self._free_at = at + self.pause_s
        await asyncio.sleep(at - now)

    def change(self, pause_s: float) -> None:
        """Let requests follow each other after another time, from the last one on."""
        self._free_at += pause_s - self.pause_s
        self.pause_s = pause_s

    def rest(self, seconds: float) -> None:
        """Let nothing go for a while."""
        self._free_at = max(self._free_at, asyncio.get_running_loop().time() + seconds)


@dataclass(slots=True)
class Asker:
    """Asks one service; ``service`` is how people call it, and some want a key with it.

    Where an answer says how many requests a minute may have, they go no faster. All that is asked
    fails with ``SourceRefused``, ``SourceBusy``, ``EntryNotFound`` or ``FetchFailed``.
    """

    fetcher: GuardedFetcher
    service: str
    address: str
    pace: Pace = field(repr=False)
    has_key: bool = False

    async def get_document(
        self, address: str, headers: Mapping[str, str], document_type: type[T]
    ) -> T:
        """Ask for a document."""
        content = await self._fetch(address, headers, None, DOCUMENT_LIMIT_BYTES)
        return self._read(content, document_type)

    async def post_document(self, content: bytes, document_type: type[T]) -> T:
        """Send a document to the address of the service, and give the one that answers it."""
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        answer = await self._fetch(self.address, headers, content, DOCUMENT_LIMIT_BYTES)
        return self._read(answer, document_type)

    async def get_picture(self, address: str) -> bytes:
        """Fetch a picture."""
        return await self._fetch(address, {}, None, PICTURE_LIMIT_BYTES)

    def _read(self, content: bytes, document_type: type[T]) -> T:
        try:
            return msgspec.json.decode(content, type=document_type)
        except (msgspec.DecodeError, UnicodeDecodeError) as unreadable:
            raise FetchFailed(self.address, "its answer is not as described") from unreadable

    async def _fetch(
        self, address: str, headers: Mapping[str, str], content: bytes | None, limit_bytes: int
    ) -> bytes:
        wait_s = 0
        for _ in range(TRIES):
            await self.pace.turn()
            async with self._exchange(address, headers, content) as answer:
                self._keep_to(answer.headers)
                if answer.status < FIRST_FAILURE:
                    return b"".join([piece async for piece in answer.chunks(limit_bytes)])
                wait_s = self._judge(answer)
            self.pace.rest(wait_s)
        raise SourceBusy(self.service, wait_s)

    def _exchange(
        self, address: str, headers: Mapping[str, str], content: bytes | None
    ) -> AbstractAsyncContextManager[Answer]:
        if content is None:
            return self.fetcher.get(address, headers, TIMEOUT_S)
        return self.fetcher.post(address, content, headers)

    def _keep_to(self, headers: Mapping[str, str]) -> None:
        limit = headers.get("x-ratelimit-limit", "")
        if limit.isascii() and limit.isdigit() and int(limit):
            self.pace.change(MINUTE_S / int(limit))

    def _judge(self, answer: Answer) -> int:
        """Say how long to wait before the same is asked again, or why that is in vain."""
        if answer.status == REFUSED and self.has_key:
            raise SourceRefused
        if answer.status == NOT_FOUND:
            raise EntryNotFound
        if answer.status != TOO_MANY:
            raise FetchFailed(self.address, f"it answered with status {answer.status}")
        said = answer.headers.get("retry-after", "")
        wait_s = int(said) if said.isascii() and said.isdigit() else 1
        if wait_s > LONGEST_WAIT_S:
            raise SourceBusy(self.service, wait_s)
        return wait_s
