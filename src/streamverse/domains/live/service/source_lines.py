"""The line to a source: what comes over it is handed in, until it ends or is cut."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from streamverse.domains.live.rules.sources import Source, is_same_origin
from streamverse.kit.fetching import FetchFailed
from streamverse.kit.reach import AddressRefused
from streamverse.mediakit.ingest.samples import AudioFormat, Receiver, Sample, VideoFormat
from streamverse.mediakit.pull.sources import Fetch, Fetched, Heard, PieceMissing, PullFailed

if TYPE_CHECKING:
    from streamverse.kit.fetching import Answer, GuardedFetcher

ASKED_EVERY = 100
SILENCE_S = 40.0
SILENT = f"The source has given nothing to play for {SILENCE_S:g} s: check that it is on."
WHOLE, SOME = 200, 206
LOG_IN, FORBIDDEN = 401, 403

Enter = Callable[[], Awaitable[Receiver]]


class SourceLine:
    """Carries what is heard to whoever takes it, who is asked when the first sample is there."""

    def __init__(self, on_arrival: Callable[[], None]) -> None:
        self.bytes_received = 0
        self.samples_received = 0
        self.reason: str | None = None
        self._on_arrival = on_arrival
        self._early: list[VideoFormat | AudioFormat] = []
        self._receiver: Receiver | None = None
        self._carrying: asyncio.Task[None] | None = None

    def close(self, reason: str) -> None:
        """End it for whoever takes over, or because staff wants so."""
        self.reason = reason
        if self._carrying is not None:
            self._carrying.cancel()

    async def carry(self, source: AsyncGenerator[Heard], enter: Enter) -> None:
        """Carry until the source fails, which raises, or until the line is closed."""
        self._carrying = asyncio.create_task(self._carry(source, enter))
        try:
            await asyncio.wait([self._carrying])
        finally:
            self._carrying.cancel()
            await asyncio.wait([self._carrying])
            if self._receiver is not None:
                self._receiver.on_end(self.reason or "The source has ended.")
        if not self._carrying.cancelled():
            self._carrying.result()

    async def _carry(self, source: AsyncGenerator[Heard], enter: Enter) -> None:
        now = asyncio.get_running_loop().time
        try:
            async with asyncio.timeout(SILENCE_S) as timer, aclosing(source) as heard:
                async for one in heard:
                    timer.reschedule(None)
                    await self._hand_on(one, enter)
                    timer.reschedule(now() + SILENCE_S)
        except TimeoutError as silence:
            raise PullFailed(SILENT) from silence

    async def _hand_on(self, one: Heard, enter: Enter) -> None:
        if not isinstance(one, Sample):
            if self._receiver is None:
                self._early.append(one)
            else:
                self._receiver.on_format(one)
            return
        if self._receiver is None:
            self._receiver = await enter()
            for media in self._early:
                self._receiver.on_format(media)
            self._on_arrival()
        self.samples_received += 1
        self.bytes_received += len(one.payload)
        self._receiver.on_sample(one)
        if self.samples_received % ASKED_EVERY == 0:
            await self._receiver.writable()


def fetch_for(fetcher: GuardedFetcher, source: Source) -> Fetch:
    """Give a way to ask for what belongs to a source, past the guard of all such addresses."""

    async def fetch(address: str, span: tuple[int, int] | None, limit_bytes: int) -> Fetched:
        try:
            async with fetcher.get(address, _headers(source, address, span)) as answer:
                _require_content(answer)
                pieces = [piece async for piece in answer.chunks(limit_bytes)]
                body = b"".join(pieces)
        except FetchFailed as failure:
            raise PieceMissing(failure.detail) from failure
        except AddressRefused as refusal:
            raise PullFailed(refusal.detail) from refusal
        if span is not None and answer.status == WHOLE:
            body = body[span[0] : sum(span)]
        return Fetched(answer.address, body)

    return fetch


def _headers(source: Source, address: str, span: tuple[int, int] | None) -> dict[str, str]:
    headers: dict[str, str] = {}
    if span is not None:
        headers["Range"] = f"bytes={span[0]}-{sum(span) - 1}"
    if source.user and is_same_origin(address, source.address):
        said = b64encode(f"{source.user}:{source.password}".encode()).decode()
        headers["Authorization"] = f"Basic {said}"
    return headers


def _require_content(answer: Answer) -> None:
    host = urlsplit(answer.address).hostname
    if answer.status in {WHOLE, SOME}:
        return
    if answer.status == LOG_IN:
        raise PullFailed(f"{host} asks for a user and a password, or refuses those that you gave.")
    if answer.status == FORBIDDEN:
        raise PullFailed(f"{host} forbids it: ask whoever gave you the address for another one.")
    raise PieceMissing(
        f"{host} has nothing at this address (status {answer.status}): check its path, and that "
        "the stream is on."
    )
