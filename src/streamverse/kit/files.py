"""Files over HTTP: from memory when small and hot, by the kernel when whole, in pieces else.

Conditional requests, single ranges and HEAD are as RFC 9110 has them (§13, §14).
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from streamverse.kit.memory import ShortMemory

Scope = dict[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

SMALL_BYTES = 512 << 10
CACHE_BYTES = 96 << 20
# A file that was deleted is served no longer than this.
CACHED_FOR_S = 10.0
BLOCK_BYTES = 256 << 10

_RANGE = re.compile(r"(?i:bytes)=([0-9]{0,18})-([0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class ByteRange:
    """A part of a file: from ``start`` up to, and not including, ``stop``."""

    start: int
    stop: int


class RangeUnsatisfiable(ValueError):
    """The range that was asked for lies outside the file (416)."""


def parse_range(header: str | None, size_bytes: int) -> ByteRange | None:
    """Parse a ``Range`` header; what we do not understand means the whole file (RFC 9110 §14.2)."""
    match = _RANGE.fullmatch(header.strip()) if header else None
    if match is None or match[1] == match[2] == "":
        return None
    if match[1] == "":
        start, stop = max(0, size_bytes - int(match[2])), size_bytes
    else:
        start = int(match[1])
        stop = min(int(match[2]) + 1, size_bytes) if match[2] else size_bytes
        if match[2] and int(match[2]) < start:
            return None
    if start >= stop:
        raise RangeUnsatisfiable(header)
    return ByteRange(start, stop)


def is_known(etag: str, if_none_match: bytes | None) -> bool:
    """Tell whether the asker has this version already (RFC 9110 §13.1.2)."""
    if if_none_match is None:
        return False
    if if_none_match.strip() == b"*":
        return True
    given = {tag.strip().removeprefix(b"W/") for tag in if_none_match.split(b",")}
    return etag.encode() in given


@dataclass(frozen=True, slots=True)
class Content:
    """A thing to serve: its validators and how to get its bytes."""

    size_bytes: int
    etag: str
    content_type: str
    cache_control: str
    path: Path | None = None
    body: bytes | None = None
    stream: Callable[[ByteRange], AsyncIterator[bytes]] | None = None
    headers: Headers = field(default_factory=Headers)

    @classmethod
    def of(cls, body: bytes, content_type: str, cache_control: str, headers: Headers) -> Content:
        """Serve some bytes, whose digest is their validator."""
        return cls(
            size_bytes=len(body),
            etag=f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"',
            content_type=content_type,
            cache_control=cache_control,
            body=body,
            headers=headers,
        )


class FileServer:
    """Answers GET and HEAD with files, remembering small ones."""

    def __init__(self, *, cache_bytes: int = CACHE_BYTES) -> None:
        self._readers = ThreadPoolExecutor(max_workers=4, thread_name_prefix="file-reader")
        self._cache = ShortMemory[Path, Content](
            limit=cache_bytes, seconds=CACHED_FOR_S, weigh=lambda content: content.size_bytes
        )

    def remembered(self, path: Path) -> Content | None:
        """Give a small file that was served just now; only for files that never change."""
        return self._cache.find(path)

    async def open(
        self,
        path: Path,
        content_type: str,
        cache_control: str,
        headers: Headers,
        *,
        is_immutable: bool,
    ) -> Content | None:
        """Look at a file; None when there is none. Small immutable ones are kept in memory."""
        loop = asyncio.get_running_loop()
        content = await loop.run_in_executor(
            self._readers, _look, path, content_type, cache_control, headers
        )
        if content is not None and is_immutable and content.body is not None:
            self._cache.keep(path, content)
        return content

    async def answer(self, scope: Scope, send: Send, content: Content) -> None:
        """Send the content, or the part of it that was asked for, or that it has not changed."""
        asked = {name: value for name, value in scope["headers"] if name in _CONDITIONS}
        headers = _headers_of(content)
        if is_known(content.etag, asked.get(b"if-none-match")):
            await _start(send, 304, [h for h in headers if h[0] != b"content-length"])
            await send({"type": "http.response.body", "body": b""})
            return
        try:
            part = _asked_part(asked, content)
        except RangeUnsatisfiable:
            await _refuse_range(send, content)
            return
        if part is not None:
            headers = _part_headers(headers, part, content.size_bytes)
        await _start(send, 206 if part else 200, headers)
        if scope["method"] == "HEAD":
            await send({"type": "http.response.body", "body": b""})
            return
        await self._send_body(scope, send, content, part)

    async def _send_body(
        self, scope: Scope, send: Send, content: Content, part: ByteRange | None
    ) -> None:
        if content.body is not None:
            body = content.body if part is None else content.body[part.start : part.stop]
            await send({"type": "http.response.body", "body": body})
        elif content.path is not None and part is None and _can_send_paths(scope):
            await send({"type": "http.response.pathsend", "path": str(content.path)})
        else:
            wanted = part or ByteRange(0, content.size_bytes)
            blocks = content.stream(wanted) if content.stream else self._read(content, wanted)
            async for block in blocks:
                await send({"type": "http.response.body", "body": block, "more_body": True})
            await send({"type": "http.response.body", "body": b""})

    async def _read(self, content: Content, part: ByteRange) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        assert content.path is not None  # noqa: S101 - a content is a body, a stream or a path
        with content.path.open("rb") as file:
            file.seek(part.start)
            left = part.stop - part.start
            while left > 0:
                block = await loop.run_in_executor(self._readers, file.read, min(left, BLOCK_BYTES))
                if not block:
                    return
                left -= len(block)
                yield block


_CONDITIONS = frozenset({b"range", b"if-range", b"if-none-match"})
_NOT_THERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG})


def _can_send_paths(scope: Scope) -> bool:
    return "http.response.pathsend" in (scope.get("extensions") or {})


def _asked_part(asked: Mapping[bytes, bytes], content: Content) -> ByteRange | None:
    """Find out which part is wanted; one of another version is not (RFC 9110 §13.1.5)."""
    is_same = asked.get(b"if-range", content.etag.encode()).strip() == content.etag.encode()
    if b"range" not in asked or not is_same:
        return None
    return parse_range(asked[b"range"].decode("latin-1"), content.size_bytes)


def _look(path: Path, content_type: str, cache_control: str, headers: Headers) -> Content | None:
    try:
        stat = path.stat()
        if not path.is_file():
            return None
        body = path.read_bytes() if stat.st_size <= SMALL_BYTES else None
    except OSError as failure:
        if failure.errno in _NOT_THERE:
            return None
        raise
    return Content(
        size_bytes=stat.st_size,
        etag=f'"{stat.st_size:x}-{stat.st_mtime_ns:x}"',
        content_type=content_type,
        cache_control=cache_control,
        path=path,
        body=body,
        headers=headers,
    )


def _headers_of(content: Content) -> Headers:
    return [
        (b"content-type", content.content_type.encode()),
        (b"content-length", str(content.size_bytes).encode()),
        (b"cache-control", content.cache_control.encode()),
        (b"etag", content.etag.encode()),
        (b"accept-ranges", b"bytes"),
        *content.headers,
    ]


def _part_headers(headers: Headers, part: ByteRange, size_bytes: int) -> Headers:
    kept = [header for header in headers if header[0] != b"content-length"]
    return [
        *kept,
        (b"content-length", str(part.stop - part.start).encode()),
        (b"content-range", f"bytes {part.start}-{part.stop - 1}/{size_bytes}".encode()),
    ]


async def _refuse_range(send: Send, content: Content) -> None:
    length = (b"content-range", f"bytes */{content.size_bytes}".encode())
    await _start(send, 416, [*content.headers, length, (b"content-length", b"0")])
    await send({"type": "http.response.body", "body": b""})


async def _start(send: Send, status: int, headers: Headers) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
