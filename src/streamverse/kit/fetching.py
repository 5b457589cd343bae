"""Asks other services: those of the settings, and what users name; bounded in time and size.

``Fetcher`` asks services that the operator has set. ``GuardedFetcher`` is the only way to an
address that a user has given: it looks the name up once, goes to no private network, and looks
again at every redirect.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec

from streamverse.kit.errors import Unavailable
from streamverse.kit.reach import AddressRefused, Reach, host_of, port_of

FIRST_REDIRECT, FIRST_FAILURE = 300, 400
MAX_REDIRECTS = 5
CONNECT_TIMEOUT_S = 10.0
IDLE_TIMEOUT_S = 30.0

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


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
        verify = False if is_local and request.url.scheme == "http" else trust()
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
def trust() -> ssl.SSLContext:
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


# --- for users ------------------------------------------------------------------------------------


async def look_up(host: str, port: int) -> Sequence[str]:
    """Give the network addresses of a host, the best one first."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class Target:
    """An address that may be asked, and where its host was found."""

    url: httpx.URL
    found_at: Sequence[str]


@dataclass(frozen=True, slots=True)
class Answer:
    """The head of an answer, and its body for as long as the connection is held."""

    address: str
    status: int
    headers: Mapping[str, str]
    response: httpx.Response = field(repr=False)

    async def chunks(self, limit_bytes: int) -> AsyncGenerator[bytes]:
        """Give the body as it comes; raise FetchFailed if it breaks off or exceeds the limit."""
        if self.headers.get("content-encoding", "identity") != "identity":
            raise FetchFailed(self.address, "it compressed its answer though it was asked not to")
        received = 0
        try:
            async for piece in self.response.aiter_raw():
                received += len(piece)
                if received > limit_bytes:
                    raise FetchFailed(self.address, f"its answer has more than {limit_bytes} B")
                yield piece
        except httpx.HTTPError as failure:
            raise FetchFailed(self.address, f"it broke off after {received} B") from failure


@dataclass(frozen=True, slots=True)
class GuardedFetcher:
    """Asks what a user names. ``timeout_s`` bounds a whole exchange unless its caller says so."""

    reach: Reach = field(default_factory=Reach)
    timeout_s: float = 30.0
    idle_timeout_s: float = IDLE_TIMEOUT_S
    resolve: Resolve = look_up

    async def check(self, address: str) -> Target:
        """Look an address up; raise AddressRefused if it may not be asked."""
        return await self._find(self.reach.parse(address))

    async def check_camera(self, address: str) -> Target:
        """Look up the address of a camera; raise AddressRefused if it may not be asked."""
        return await self._find(self.reach.parse_camera(address))

    async def connect(self, address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Open a connection to a camera, where its host was found and judged."""
        target = await self.check_camera(address)
        host, port = host_of(target.url), port_of(target.url)
        tls = trust() if target.url.scheme == "rtsps" else None
        failure: OSError = ConnectionRefusedError("its name leads nowhere")
        for found_at in target.found_at:
            try:
                async with asyncio.timeout(CONNECT_TIMEOUT_S):
                    return await asyncio.open_connection(
                        found_at, port, ssl=tls, server_hostname=host if tls else None
                    )
            except OSError as unreachable:
                failure = unreachable
        raise FetchFailed(address, _reason_of(failure)) from failure

    async def _find(self, url: httpx.URL) -> Target:
        found_at = await self._look_up(host_of(url), port_of(url))
        self.reach.require_public(url, found_at)
        return Target(url, found_at)

    async def find_stream_host(self, host: str, port: int) -> Sequence[str]:
        """Look up where a host of a protocol of streams is; raise AddressRefused if it may not be.

        Whoever connects takes one of these addresses, and never looks up again.
        """
        self.reach.require_stream_host(host, port)
        found_at = await self._look_up(host, port)
        self.reach.require_public_host(host, port, found_at)
        return found_at

    async def _look_up(self, host: str, port: int) -> Sequence[str]:
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                return await self.resolve(host, port)
        except (OSError, UnicodeError) as failure:
            if isinstance(failure, TimeoutError) or _is_passing(failure):
                raise FetchFailed(f"//{host}", "its name could not be looked up") from failure
            raise AddressRefused(f"There is no host {host}: check the address.") from failure

    @asynccontextmanager
    async def get(
        self, address: str, headers: Mapping[str, str] | None = None, timeout_s: float | None = None
    ) -> AsyncGenerator[Answer]:
        """Ask for an address, led on by at most five redirects, each of them checked.

        What names the caller is told to nobody but the host that it was meant for.
        """
        headers = headers or {}
        async with self._limited(address, timeout_s):
            target = await self.check(address)
            for _ in range(MAX_REDIRECTS + 1):
                async with self._exchange(target, "GET", headers) as answer:
                    elsewhere = _redirection(answer)
                    if elsewhere is None:
                        yield answer
                        return
                before, target = target, await self.check(elsewhere)
                if _origin(before.url) != _origin(target.url):
                    headers = {name: headers[name] for name in headers if not _is_secret(name)}
            raise FetchFailed(address, f"it sends elsewhere more than {MAX_REDIRECTS} times")

    @asynccontextmanager
    async def post(
        self, address: str, content: bytes, headers: Mapping[str, str]
    ) -> AsyncGenerator[Answer]:
        """Send something; a redirect is an answer like any other."""
        async with self._limited(address, None):
            target = await self.check(address)
            async with self._exchange(target, "POST", headers, content) as answer:
                yield answer

    @asynccontextmanager
    async def _limited(self, address: str, timeout_s: float | None) -> AsyncGenerator[None]:
        limit_s = self.timeout_s if timeout_s is None else timeout_s
        timer = asyncio.timeout(limit_s)
        try:
            async with timer:
                yield
        except TimeoutError as late:
            if not timer.expired():
                raise
            raise FetchFailed(address, f"it took longer than {limit_s:g} s") from late

    @asynccontextmanager
    async def _exchange(
        self,
        target: Target,
        method: str,
        headers: Mapping[str, str] | None,
        content: bytes | None = None,
    ) -> AsyncGenerator[Answer]:
        address = str(target.url)
        timeout = httpx.Timeout(self.idle_timeout_s, connect=CONNECT_TIMEOUT_S)
        verify = trust() if target.url.scheme == "https" else False
        async with httpx.AsyncClient(verify=verify, trust_env=False, timeout=timeout) as client:
            try:
                response = await self._send(client, target, method, headers or {}, content)
            except (httpx.HTTPError, httpx.InvalidURL) as failure:
                raise FetchFailed(address, str(failure) or type(failure).__name__) from failure
            try:
                yield Answer(address, response.status_code, response.headers, response)
            finally:
                await response.aclose()

    async def _send(
        self,
        client: httpx.AsyncClient,
        target: Target,
        method: str,
        headers: Mapping[str, str],
        content: bytes | None,
    ) -> httpx.Response:
        """Go to the addresses that were checked, one after the other, and never look up again."""
        failure: httpx.ConnectError | httpx.ConnectTimeout | None = None
        for found_at in target.found_at:
            request = httpx.Request(
                method,
                target.url.copy_with(host=found_at),
                headers={**_PLAIN, **headers, "Host": target.url.netloc.decode("ascii")},
                content=content,
                extensions={
                    "sni_hostname": host_of(target.url),
                    "timeout": client.timeout.as_dict(),
                },
            )
            try:
                return await client.send(request, stream=True, follow_redirects=False)
            except (httpx.ConnectError, httpx.ConnectTimeout) as unreachable:
                failure = unreachable
        raise failure or httpx.ConnectError("its name leads nowhere")


_PLAIN = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "StreamVerse"}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


def _reason_of(failure: OSError) -> str:
    if isinstance(failure, TimeoutError):
        return f"it did not answer within {CONNECT_TIMEOUT_S:g} s"
    return (
        "it refuses the connection"
        if isinstance(failure, ConnectionRefusedError)
        else (failure.strerror or str(failure))
    )


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, host_of(url), port_of(url)


def _is_secret(header: str) -> bool:
    return header.lower() in {"authorization", "cookie"}


def _is_passing(failure: Exception) -> bool:
    return isinstance(failure, socket.gaierror) and failure.errno == socket.EAI_AGAIN


def _redirection(answer: Answer) -> str | None:
    location = answer.headers.get("location")
    if answer.status not in _REDIRECTS or location is None:
        return None
    try:
        asked = httpx.URL(answer.address)
        elsewhere = asked.join(location)
    except (httpx.InvalidURL, UnicodeError) as malformed:
        raise FetchFailed(answer.address, "it sends to something that is no address") from malformed
    if asked.scheme == "https" and elsewhere.scheme == "http":
        raise FetchFailed(answer.address, "it sends from https to http, where anybody may listen")
    return str(elsewhere)
