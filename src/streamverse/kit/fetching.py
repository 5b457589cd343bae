"""Asks other services over HTTPS: bounded in time and size, and never led elsewhere."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec

from streamverse.kit.errors import Unavailable

FIRST_REDIRECT, FIRST_FAILURE = 300, 400


class FetchFailed(Unavailable):
    """Another service gave no answer that can be used."""

    code = "kit.fetch_failed"
    title = "Another service does not answer"

    def __init__(self, address: str, reason: str) -> None:
        host = urlsplit(address).hostname or "Another service"
        super().__init__(f"{host} gave no answer that can be used: {reason}.", reason=reason)


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Asks other services.

    Only https is spoken, and http to this machine where ``is_local_allowed``. Redirects are not
    followed, so that what was asked is what answered.
    """

    timeout_s: float = 10.0
    size_limit_bytes: int = 1 << 18

    async def get_json(self, address: str, *, is_local_allowed: bool = False) -> dict[str, Any]:
        """Fetch a JSON object, or raise FetchFailed."""
        request = httpx.Request("GET", address, headers=_HEADERS)
        return await self._fetch(request, is_local_allowed=is_local_allowed)

    async def post_form(
        self,
        address: str,
        form: Mapping[str, str],
        *,
        authorization: str | None = None,
        is_local_allowed: bool = False,
    ) -> dict[str, Any]:
        """Send a form and fetch the JSON object that answers it, or raise FetchFailed."""
        headers = {**_HEADERS, **({"Authorization": authorization} if authorization else {})}
        request = httpx.Request("POST", address, data=dict(form), headers=headers)
        return await self._fetch(request, is_local_allowed=is_local_allowed)

    async def _fetch(self, request: httpx.Request, *, is_local_allowed: bool) -> dict[str, Any]:
        address = str(request.url)
        if not is_fit_address(address, is_local_allowed=is_local_allowed):
            raise FetchFailed(address, "its address does not begin with https://")
        is_local = is_this_machine(address)
        verify = False if is_local and request.url.scheme == "http" else _trust()
        try:
            async with (
                asyncio.timeout(self.timeout_s),
                httpx.AsyncClient(verify=verify, trust_env=not is_local) as client,
            ):
                answer = await client.send(request, stream=True, follow_redirects=False)
                try:
                    return _read(address, answer, await self._body(address, answer))
                finally:
                    await answer.aclose()
        except TimeoutError as late:
            raise FetchFailed(address, f"it took longer than {self.timeout_s:g} s") from late
        except (httpx.HTTPError, httpx.InvalidURL) as failure:
            raise FetchFailed(address, str(failure) or type(failure).__name__) from failure

    async def _body(self, address: str, answer: httpx.Response) -> bytes:
        # A few compressed bytes may stand for any number, so that only plain ones are counted.
        if answer.headers.get("content-encoding", "identity") != "identity":
            raise FetchFailed(address, "it compressed its answer though it was asked not to")
        body = bytearray()
        async for chunk in answer.aiter_raw():
            body += chunk
            if len(body) > self.size_limit_bytes:
                raise FetchFailed(address, f"its answer has more than {self.size_limit_bytes} B")
        return bytes(body)


def is_fit_address(address: str, *, is_local_allowed: bool = False) -> bool:
    """Tell whether an address may be asked: over https, or on this machine where that is allowed.

    An address with a user, a password or a fragment in it is not meant to be asked.
    """
    try:
        parts = urlsplit(address)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    is_plain = has_host and not parts.username and not parts.password and not parts.fragment
    if parts.scheme == "https":
        return is_plain
    return is_plain and parts.scheme == "http" and is_local_allowed and is_this_machine(address)


def is_this_machine(address: str) -> bool:
    """Tell whether an address names the machine that asks."""
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "identity",
    "User-Agent": "StreamVerse",
}


@cache
def _trust() -> ssl.SSLContext:
    """Read the machine's certificates once: that takes longer than most answers."""
    return httpx.create_ssl_context()


def _read(address: str, answer: httpx.Response, body: bytes) -> dict[str, Any]:
    if FIRST_REDIRECT <= answer.status_code < FIRST_FAILURE:
        raise FetchFailed(address, "it sends elsewhere")
    try:
        found = msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError) as failure:
        reason = f"its answer (status {answer.status_code}) is no JSON object"
        raise FetchFailed(address, reason) from failure
    if answer.status_code >= FIRST_FAILURE:
        said = str(found.get("error", ""))[:100]
        raise FetchFailed(address, f"it answered with status {answer.status_code} {said}".strip())
    return found
