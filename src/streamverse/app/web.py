"""The web app's files; every page's address gives the same document, which finds its page."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from streamverse.kit.files import Content, FileServer, Headers, Scope, Send

FOREVER = "public, max-age=31536000, immutable"
FOR_NOW = "no-cache"
DOCUMENT = "index.html"
HASHED_FOLDER = "assets"
# The build leaves compressed copies beside its files, the smallest named first.
COPIES: Final = ((b"br", ".br"), (b"gzip", ".gz"))

_ALLOWED = frozenset({"GET", "HEAD"})
_VARY: Headers = [(b"vary", b"Accept-Encoding")]
_REFUSED_CODING = re.compile(rb"q=0(\.0{0,3})?")
_MISSING = (
    b"<!doctype html><title>StreamVerse</title><p>The web app has not been built. "
    b"Run <code>make build</code>, then reload this page. The API works without it."
)


class WebApp:
    """The ASGI application for everything that is neither API nor media."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self._files = FileServer()

    async def __call__(self, scope: Scope, _receive: object, send: Send) -> None:
        """Answer with a file, or with the document that finds its page itself."""
        if scope["method"] not in _ALLOWED:
            await _answer(send, 405, b"This address can only be read.", [(b"allow", b"GET, HEAD")])
            return
        wanted = self._file(scope["path"])
        content = await self._find(scope, wanted) if wanted else None
        if content is None and wanted is not None and wanted.suffix:
            await _answer(send, 404, b"There is nothing at this address.")
            return
        content = content or await self._find(scope, self._folder / DOCUMENT)
        if content is None:
            await _answer(send, 503, _MISSING)
        else:
            await self._files.answer(scope, send, content)

    def _file(self, address: str) -> Path | None:
        """Name the file at an address; None where no file can be."""
        steps = [step for step in address.split("/") if step not in ("", ".")]
        if not steps or ".." in steps or "\0" in address:
            return None
        return self._folder.joinpath(*steps)

    async def _find(self, scope: Scope, path: Path) -> Content | None:
        if path.suffix in {ending for _, ending in COPIES}:
            return None
        for coding, ending in _copies_for(scope):
            coded: Headers = [(b"content-encoding", coding), *_VARY]
            copy = path.with_name(path.name + ending)
            if (content := await self._open(copy, path, coded)) is not None:
                return content
        return await self._open(path, path, _VARY)

    async def _open(self, path: Path, original: Path, headers: Headers) -> Content | None:
        is_hashed = path.parent == self._folder / HASHED_FOLDER
        if is_hashed and (content := self._files.remembered(path)) is not None:
            return content
        content_type = mimetypes.guess_type(original.name)[0] or "application/octet-stream"
        if content_type.startswith("text/"):
            content_type += "; charset=utf-8"
        cache_control = FOREVER if is_hashed else FOR_NOW
        return await self._files.open(
            path, content_type, cache_control, headers, is_immutable=is_hashed
        )


def _copies_for(scope: Scope) -> Iterator[tuple[bytes, str]]:
    """Give the codings that a browser takes, by its Accept-Encoding (RFC 9110 §12.5.3)."""
    given = b",".join(value for name, value in scope["headers"] if name == b"accept-encoding")
    taken: set[bytes] = set()
    for item in given.lower().split(b","):
        coding, _, weight = item.partition(b";")
        if _REFUSED_CODING.fullmatch(weight.strip()) is None:
            taken.add(coding.strip())
    return (copy for copy in COPIES if copy[0] in taken)


async def _answer(send: Send, status: int, body: bytes, headers: Headers | None = None) -> None:
    described = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        *(headers or []),
    ]
    await send({"type": "http.response.start", "status": status, "headers": described})
    await send({"type": "http.response.body", "body": body})
