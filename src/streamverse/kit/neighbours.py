"""Processes of one installation that ask each other, over HTTP.

What they ask is signed for its path by a key that all of them derive, and says for whom it is, so
that nobody else is answered.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote

import httpx

from streamverse.kit.errors import Forbidden, Unavailable

if TYPE_CHECKING:
    from streamverse.kit.clock import Clock
    from streamverse.kit.files import Headers, Scope
    from streamverse.kit.tokens import Signer

HEADER: Final = "streamverse-neighbour"
SIGNED_FOR: Final = timedelta(minutes=2)
CONNECT_TIMEOUT_S: Final = 2.0
# Longer than any answer is held back.
READ_TIMEOUT_S: Final = 20.0
PASSED_ON: Final = frozenset(
    {
        *("authorization", "content-type", "cookie", "if-match", "user-agent", "accept"),
        # Whoever answers looks where the page was from that asked.
        *("accept-language", "host", "origin", "sec-fetch-site"),
    }
)
KEPT_BY_US: Final = frozenset({"connection", "content-length", "date", "server"})


class NeighbourGone(Unavailable):
    """Another of our processes does not answer."""

    code = "kit.neighbour_gone"
    title = "Another server does not answer"

    def __init__(self, address: str) -> None:
        super().__init__(
            f"The server at {address} does not answer: look whether it runs, and whether "
            "STREAMVERSE_INTERNAL_URL names an address at which the others reach it."
        )


@dataclass(frozen=True, slots=True)
class NeighbourAnswer:
    """What a neighbour answers; its body may take long to come."""

    status: int
    headers: Headers
    blocks: AsyncIterator[bytes]

    def header(self, name: bytes) -> str:
        """Give one of the headers."""
        return next((value for key, value in self.headers if key == name), b"").decode("latin-1")

    async def read(self) -> bytes:
        """Wait for all of the body."""
        return b"".join([block async for block in self.blocks])


@dataclass(slots=True)
class Neighbours:
    """Asks the other processes, and recognises what they ask."""

    signer: Signer
    clock: Clock
    _client: httpx.AsyncClient | None = field(default=None, repr=False)

    def find_visitor(self, scope: Scope) -> str | None:
        """Tell for whom a neighbour asks something; None if whoever asks is none of ours."""
        named = [value for name, value in scope["headers"] if name == HEADER.encode()]
        if not named:
            return None
        grant, _, place = named[0].decode("latin-1").partition(";")
        place = unquote(place)
        try:
            path = _scope_of(scope["method"], scope["path"], place)
            self.signer.verify(grant, path, self.clock.now())
        except Forbidden:
            return None
        return place

    @asynccontextmanager
    async def ask(  # noqa: PLR0917 - what a request is made of
        self,
        address: str,
        method: str,
        path: str,
        query: str = "",
        place: str = "",
        headers: Mapping[str, str] | None = None,
        content: bytes = b"",
    ) -> AsyncGenerator[NeighbourAnswer]:
        """Ask a neighbour for a visitor at a place, or fail with ``NeighbourGone``."""
        grant = self.signer.grant(_scope_of(method, path, place), self.clock.now() + SIGNED_FOR)
        request = self._open().build_request(
            method,
            f"{address}{quote(path)}{'?' * bool(query)}{query}",
            headers={**(headers or {}), HEADER: f"{grant};{quote(place)}"},
            content=content or None,
        )
        try:
            response = await self._open().send(request, stream=True)
        except httpx.HTTPError as failure:
            raise NeighbourGone(address) from failure
        try:
            kept = [
                (name.lower(), value)
                for name, value in response.headers.raw
                if name.lower().decode("latin-1") not in KEPT_BY_US
            ]
            yield NeighbourAnswer(response.status_code, kept, _blocks_of(response, address))
        finally:
            await response.aclose()

    def _open(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = httpx.AsyncClient(
                trust_env=False,
                timeout=httpx.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
                limits=httpx.Limits(max_connections=None, max_keepalive_connections=100),
                headers={"Accept-Encoding": "identity"},
            )
        return self._client

    async def aclose(self) -> None:
        """Close what is open to neighbours."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()


def passed_headers(scope: Scope) -> dict[str, str]:
    """Give what of a visitor's request a neighbour needs to know."""
    return {
        name.decode("latin-1"): value.decode("latin-1")
        for name, value in scope["headers"]
        if name.decode("latin-1") in PASSED_ON
    }


async def _blocks_of(response: httpx.Response, address: str) -> AsyncIterator[bytes]:
    try:
        async for block in response.aiter_raw():
            yield block
    except httpx.HTTPError as failure:
        raise NeighbourGone(address) from failure


def _scope_of(method: str, path: str, place: str) -> str:
    return f"neighbour {method} {path} {place}"
