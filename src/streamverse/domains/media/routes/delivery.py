"""Media to players, beside the framework: segments are served without touching the database.

``/media/{grant}/{package}/…``: the grant in the path signs the package for one holder until it
expires, and since manifests name everything relative to themselves, it covers what they lead to.
``/media/cookie/{package}/…`` is the same with the grant in a cookie.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from uuid import UUID

from streamverse.domains.media.contracts import PackageId
from streamverse.domains.media.errors import PackageNotFound, RenditionNotAllowed
from streamverse.domains.media.service.delivery import (
    BY_COOKIE,
    MEDIA_COOKIE,
    PREFIX,
    REMEMBERED_FOR_S,
    TEXT_REVISION,
    Admit,
    Holders,
    ManifestAsked,
    Manifests,
    MediaAddresses,
    admit_log_in,
)
from streamverse.domains.media.service.reels import CutPlace, find_place
from streamverse.kit.edges import CROSS_ORIGIN, answer, refuse
from streamverse.kit.errors import Problem
from streamverse.kit.files import ByteRange as Part
from streamverse.kit.files import Content, FileServer, Headers, Scope, Send
from streamverse.kit.memory import ShortMemory
from streamverse.kit.storage import ByteRange, ObjectStore
from streamverse.kit.work import Actor, Workshop
from streamverse.mediakit.cmcd import HEADERS, find_cmcd

FOREVER = "public, max-age=31536000, immutable"
FOR_NOW = "no-cache"
FOR_AN_HOUR = "public, max-age=3600"
REMEMBERED_PLACES = 2000

_ADDRESS = re.compile(
    PREFIX
    + r"/("
    + BY_COOKIE
    + r"|[A-Za-z0-9_-]{16,80})/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/"
    r"(?:(?P<manifest>master\.m3u8|manifest\.mpd|[a-z0-9-]{1,32}\.m3u8)"
    r"|(?P<object>[a-z0-9-]{1,32}/(?:init\.mp4|[0-9]{1,7}\.m4s))"
    r"|(?P<text>t[0-9]{1,7}/(?:all|[0-9]{1,7})\.vtt)"
    r"|(?P<picture>pictures/[0-9a-f-]{36}/[a-z0-9]{1,16}\.(?:avif|jpg|mp4|vtt|webp)))"
)
# Objects of a recording: the track, and the head that its segments have.
_RECORDED = re.compile(r"(?P<track>[va][a-z0-9-]*)-s(?P<head>[0-9]{1,4})/(?P<name>.*)")
_COOKIE = re.compile(rb"(?:^|;) *" + MEDIA_COOKIE.encode() + rb"=([A-Za-z0-9_-]{16,80}) *(?:;|$)")
_REVISION = re.compile(rb"(?:^|&)" + TEXT_REVISION.encode() + rb"=([0-9]{1,7})(?:&|$)")
_TYPES = {
    "avif": "image/avif",
    "jpg": "image/jpeg",
    "mp4": "video/mp4",
    "vtt": "text/vtt; charset=utf-8",
    "webp": "image/webp",
}
_ALLOWED = frozenset({"GET", "HEAD"})
_PREFLIGHT: Headers = [
    *CROSS_ORIGIN,
    (b"access-control-allow-methods", b"GET, HEAD"),
    (b"access-control-allow-headers", b"Range, " + b", ".join(sorted(HEADERS))),
    (b"access-control-max-age", b"86400"),
]


@dataclass(slots=True)
class Delivery:
    """The ASGI application below ``/media``."""

    workshop: Workshop
    store: ObjectStore
    addresses: MediaAddresses
    admit: Admit = admit_log_in
    find_place: Callable[[Scope], str] = lambda _scope: ""
    note_fetch: Callable[[UUID, str], None] = lambda _holder_id, _cmcd: None
    is_withdrawn: Callable[[UUID], bool] = lambda _holder_id: False
    files: FileServer = field(default_factory=FileServer)
    manifests: Manifests = field(default_factory=Manifests)
    places: ShortMemory[PackageId, CutPlace] = field(
        default_factory=lambda: ShortMemory(limit=REMEMBERED_PLACES, seconds=REMEMBERED_FOR_S)
    )
    holders: Holders = field(init=False)

    def __post_init__(self) -> None:
        self.holders = Holders(self.workshop, self.admit, self.is_withdrawn)

    async def __call__(self, scope: Scope, _receive: object, send: Send) -> None:
        """Answer one request."""
        if scope["method"] == "OPTIONS":
            await answer(send, 204, _PREFLIGHT, b"")
            return
        try:
            content = await self._find(scope)
        except Problem as problem:
            await refuse(send, problem)
            return
        await self.files.answer(scope, send, content)

    async def _find(self, scope: Scope) -> Content:
        match = _ADDRESS.fullmatch(scope["path"])
        if match is None or scope["method"] not in _ALLOWED:
            raise PackageNotFound
        if match[1] == BY_COOKIE:
            return _for_one(await self._find_granted(scope, match, _grant_in_cookie(scope)))
        return await self._find_granted(scope, match, match[1])

    async def _find_granted(self, scope: Scope, match: re.Match[str], grant: str) -> Content:
        package = match[2]
        package_id, now = PackageId(UUID(package)), self.workshop.clock.now()
        if found := match["picture"]:
            self.addresses.open_pictures(package_id, grant, now, self.find_place(scope))
            content_type = _TYPES[found.rpartition(".")[2]]
            return await self._object(f"packages/{package}/{found}", content_type, FOREVER)
        place = self.find_place(scope)
        holder_id = self.addresses.open_stream(package_id, grant, now, place)
        tailoring = (await self.holders.require_active(holder_id)).tailoring
        self.note_fetch(holder_id, find_cmcd(scope["headers"], scope["query_string"]))
        track_name = (match["object"] or match["manifest"] or "").partition("/")[0]
        if not tailoring.allows(track_name.removesuffix(".m3u8")):
            raise RenditionNotAllowed
        if found := match["object"]:
            content_type = "audio/mp4" if found.startswith("a") else "video/mp4"
            recorded = _RECORDED.fullmatch(found)
            key = f"packages/{package}/{found}"
            if recorded is not None:
                key = await self._find_recorded(package_id, recorded)
            return await self._object(key, content_type, FOREVER)
        if found := match["text"]:
            return await self._object(f"packages/{package}/{found}", _TYPES["vtt"], FOREVER)
        revision = _REVISION.search(scope["query_string"])
        asked = ManifestAsked.of(
            package_id, match["manifest"], revision[1].decode() if revision else "", tailoring
        )
        return await self._manifest(asked, grant)

    async def _find_recorded(self, package_id: PackageId, asked: re.Match[str]) -> str:
        """Find out which object of a reel is meant, and whether the cut still plays it."""
        track, head, name = asked["track"], int(asked["head"]), asked["name"]
        place = self.places.find(package_id)
        key = place.object_key(track, head, name) if place is not None else None
        if key is None:
            # It may be cut otherwise by now.
            async with self.workshop.reading(Actor.system()) as work:
                place = await find_place(work, package_id)
            if place is None:
                raise PackageNotFound
            self.places.keep(package_id, place)
            key = place.object_key(track, head, name)
        if key is None:
            raise PackageNotFound
        return key

    async def _object(self, key: str, content_type: str, cache_control: str) -> Content:
        path = self.store.local_path(key)
        if path is None:
            return await self._remote_object(key, content_type, cache_control)
        content = self.files.remembered(path) or await self.files.open(
            path, content_type, cache_control, CROSS_ORIGIN, is_immutable=cache_control is FOREVER
        )
        if content is None:
            raise PackageNotFound
        return content

    async def _remote_object(self, key: str, content_type: str, cache_control: str) -> Content:
        size_bytes = await self.store.head(key)
        if size_bytes is None:
            raise PackageNotFound

        def stream(part: Part) -> AsyncIterator[bytes]:
            return self.store.stream(key, ByteRange(part.start, part.stop))

        return Content(
            size_bytes=size_bytes,
            etag=f'"{size_bytes:x}"',
            content_type=content_type,
            cache_control=cache_control,
            stream=stream,
            headers=CROSS_ORIGIN,
        )

    async def _manifest(self, asked: ManifestAsked, grant: str) -> Content:
        manifest = self.manifests.remembered(asked)
        if manifest is None:
            async with self.workshop.reading(Actor.system()) as work:
                manifest = await self.manifests.render(work, asked)
        body = manifest.for_viewer(grant).encode()
        cache_control = FOR_AN_HOUR if manifest.is_final else FOR_NOW
        return Content.of(body, manifest.content_type, cache_control, CROSS_ORIGIN)


def _grant_in_cookie(scope: Scope) -> str:
    cookies = b";".join(value for name, value in scope["headers"] if name == b"cookie")
    found = _COOKIE.search(cookies)
    return found[1].decode() if found else ""


def _for_one(content: Content) -> Content:
    """Let nothing in between keep what only a cookie opens; what checks cookies knows better."""
    return replace(content, cache_control=content.cache_control.replace("public", "private"))
