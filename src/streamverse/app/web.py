"""The web app's files; every page's address gives the same document, which finds its page."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from streamverse.kit.files import FileServer, Headers, Scope, Send

FOREVER = "public, max-age=31536000, immutable"
FOR_NOW = "no-cache"
DOCUMENT = "index.html"
HASHED_FOLDER = "assets"

_MISSING = (
    b"<!doctype html><title>StreamVerse</title><p>The web app has not been built. "
    b"Run <code>make build</code>, then reload this page. The API works without it."
)


class WebApp:
    """The ASGI application for everything that is neither API nor media."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._files = FileServer()

    async def __call__(self, scope: Scope, _receive: object, send: Send) -> None:
        """Answer with a file, or with the document that finds its page itself."""
        wanted = (self._folder / scope["path"].lstrip("/")).resolve()
        is_inside = wanted.is_relative_to(self._folder) and wanted != self._folder
        if is_inside and await self._send(scope, send, wanted):
            return
        if wanted.suffix and is_inside:
            await _answer(send, 404, b"There is nothing at this address.")
        elif not await self._send(scope, send, self._folder / DOCUMENT):
            await _answer(send, 503, _MISSING)

    async def _send(self, scope: Scope, send: Send, path: Path) -> bool:
        is_hashed = path.parent == self._folder / HASHED_FOLDER
        content = self._files.remembered(path) if is_hashed else None
        if content is None:
            content_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            headers: Headers = []
            content = await self._files.open(
                path,
                content_type,
                FOREVER if is_hashed else FOR_NOW,
                headers,
                is_immutable=is_hashed,
            )
        if content is None:
            return False
        await self._files.answer(scope, send, content)
        return True


async def _answer(send: Send, status: int, body: bytes) -> None:
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
