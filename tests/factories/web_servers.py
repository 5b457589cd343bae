"""Servers on this machine that answer as a test wants, byte for byte."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Reply = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class WebServer:
    """What is served by path, and what was asked: the heads, then the bodies."""

    port: int = 0
    scheme: str = "http"
    replies: dict[str, bytes | Reply] = field(default_factory=dict[str, bytes | Reply])
    asked: list[bytes] = field(default_factory=list[bytes])
    bodies: list[bytes] = field(default_factory=list[bytes])
    fallback: bytes | Reply = b""

    @property
    def host(self) -> str:
        """What an operator allows to reach this server."""
        return f"127.0.0.1:{self.port}"

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            self.asked.append(head)
            self.bodies.append(await reader.readexactly(_content_length(head)))
            missing = self.fallback or answer(b"", "404 Not Found")
            reply = self.replies.get(head.split()[1].decode(), missing)
            if isinstance(reply, bytes):
                writer.write(reply)
            else:
                await reply(head, writer)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client has gone away
        finally:
            writer.close()


def _content_length(head: bytes) -> int:
    for line in head.lower().splitlines():
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


@asynccontextmanager
async def web_server(tls: ssl.SSLContext | None = None) -> AsyncGenerator[WebServer]:
    """Run a server that is told what to answer."""
    served = WebServer(scheme="https" if tls else "http")
    server = await asyncio.start_server(served._serve, "127.0.0.1", 0, ssl=tls)  # noqa: SLF001
    served.port = server.sockets[0].getsockname()[1]
    try:
        yield served
    finally:
        server.close()
        await server.wait_closed()


def answer(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """Write a whole answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def header(head: bytes, name: str) -> str | None:
    """Read a header of a request."""
    for line in head.decode().split("\r\n")[1:]:
        key, _, value = line.partition(":")
        if key.lower() == name.lower():
            return value.strip()
    return None


@dataclass
class RangedFile:
    """A file that is served in ranges, and whose connection may break."""

    content: bytes
    etag: str | None = '"one"'
    has_ranges: bool = True
    breaks_after: list[int] = field(default_factory=list[int])
    content_type: str = "video/mp4"

    async def __call__(self, head: bytes, writer: asyncio.StreamWriter) -> None:
        start = self._start(head)
        rest = self.content[start:]
        lines = [
            "HTTP/1.1 206 Partial Content" if start else "HTTP/1.1 200 OK",
            f"Content-Length: {len(rest)}",
            f"Content-Type: {self.content_type}",
        ]
        if start:
            lines.append(
                f"Content-Range: bytes {start}-{len(self.content) - 1}/{len(self.content)}"
            )
        if self.etag:
            lines.append(f"ETag: {self.etag}")
        writer.write("\r\n".join([*lines, "", ""]).encode())
        if self.breaks_after:
            rest = rest[: self.breaks_after.pop(0)]
        writer.write(rest)
        await writer.drain()

    def _start(self, head: bytes) -> int:
        given = header(head, "Range")
        is_same = header(head, "If-Range") in (None, self.etag)
        if given is None or not self.has_ranges or not is_same:
            return 0
        return int(given.removeprefix("bytes=").rstrip("-"))
