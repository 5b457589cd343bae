"""What crawlers and previews of links are told: cards in the head of pages, a sitemap, robots.txt.

Nobody in particular asks here, so that only titles count which the rules show to somebody unknown,
under the age of adults, in the asker's region; and only where the operator has said so. Else every
page says no more than the name of the service.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID
from xml.sax.saxutils import escape as escape_xml

from streamverse.domains.catalog import public as catalog
from streamverse.domains.catalog.contracts import PublicTitle, TitleId, TitleKind
from streamverse.domains.identity.contracts import DEFAULT_TENANT_ID
from streamverse.kit.memory import ShortMemory
from streamverse.kit.networks import find_place
from streamverse.kit.work import Actor

if TYPE_CHECKING:
    from litestar.types import ASGIApp, HTTPScope, Receive, Send

    from streamverse.app.resources import Resources

NAME = "StreamVerse"
DESCRIPTION_LIMIT = 300
SITEMAP_KEPT_S = 60
SITEMAPS_BYTES = 32_000_000
# What nobody has a reason to index: answers for programs, and films.
ROBOTS = "User-agent: *\nDisallow: /api/\nDisallow: /media/\nDisallow: /watch/\nDisallow: /admin/\n"

_TITLE_PAGE = re.compile(r"/titles/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/?")
_GENERAL_TAGS = re.compile(
    r"<title>.*?</title>\s*|<meta\s+(?:name=\"description\"|property=\"og:[a-z]+\")[^>]*>\s*",
    re.DOTALL,
)
_TYPES = {
    TitleKind.MOVIE: "video.movie",
    TitleKind.SERIES: "video.tv_show",
    TitleKind.EPISODE: "video.episode",
}


@dataclass(frozen=True, slots=True)
class Card:
    """What a preview of a link shows."""

    kind: str
    name: str
    description: str
    url: str
    picture_url: str | None

    @property
    def tags(self) -> str:
        """Write it as tags of Open Graph, which previews of every service read."""
        said = {
            "og:site_name": NAME,
            "og:type": self.kind,
            "og:title": self.name,
            "og:description": self.description,
            "og:url": self.url,
            **({"og:image": self.picture_url} if self.picture_url else {}),
        }
        lines = [_tag("property", name, value) for name, value in said.items()]
        size = "summary_large_image" if self.picture_url else "summary"
        return "\n    ".join(
            [
                f"<title>{escape(self.name)} · {NAME}</title>",
                _tag("name", "description", self.description),
                *lines,
                _tag("name", "twitter:card", size),
                f'<link rel="canonical" href="{escape(self.url)}" />',
            ]
        )


class Crawlers:
    """The web app, with what crawlers read."""

    def __init__(self, web: ASGIApp, document: Path, resources: Resources) -> None:
        self._web = web
        self._document = document
        self._resources = resources
        self._url = resources.settings.public_url.rstrip("/")
        self._is_public = resources.settings.is_catalog_public
        self._trusted = tuple(map(ip_network, resources.settings.trusted_proxies))
        self._sitemaps = ShortMemory[str | None, bytes](
            limit=SITEMAPS_BYTES, seconds=SITEMAP_KEPT_S, weigh=len
        )

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        """Answer what crawlers ask for, and leave all else to the web app."""
        path = scope["path"]
        page = _TITLE_PAGE.fullmatch(path) if self._is_public else None
        is_read = scope["method"] in {"GET", "HEAD"}
        if is_read and path == "/robots.txt":
            text = f"{ROBOTS}\nSitemap: {self._url}/sitemap.xml\n"
            await _answer(scope, send, text.encode(), b"text/plain; charset=utf-8")
        elif is_read and path == "/sitemap.xml":
            await _answer(scope, send, await self._sitemap(scope), b"application/xml")
        elif is_read and page and (body := await self._page(scope, TitleId(UUID(page[1])))):
            await _answer(scope, send, body, b"text/html; charset=utf-8")
        else:
            await self._web(scope, receive, send)

    async def _page(self, scope: HTTPScope, title_id: TitleId) -> bytes | None:
        """Give the document with a card; None where there is nothing to tell."""
        async with self._resources.workshop.reading(self._asker(scope)) as work:
            title = await catalog.find_public_title(work, self._resources.addresses, title_id)
        if title is None or not await asyncio.to_thread(self._document.is_file):
            return None
        document = await asyncio.to_thread(self._document.read_text, "utf-8")
        general = _GENERAL_TAGS.sub("", document)
        return general.replace("</head>", f"{self._card(title).tags}\n  </head>", 1).encode()

    def _card(self, title: PublicTitle) -> Card:
        picture_url = f"{self._url}{title.picture_url}" if title.picture_url else None
        name = f"{title.name} ({title.year})" if title.year else title.name
        return Card(
            _TYPES.get(title.kind, "video.other"),
            name,
            _shortened(title.description),
            f"{self._url}/titles/{title.id}",
            picture_url,
        )

    async def _sitemap(self, scope: HTTPScope) -> bytes:
        asker = self._asker(scope)
        if (known := self._sitemaps.find(asker.region)) is not None:
            return known
        ids: Sequence[TitleId] = ()
        if self._is_public:
            async with self._resources.workshop.reading(asker) as work:
                ids = await catalog.list_public_titles(work)
        body = _write_sitemap([f"{self._url}/", *(f"{self._url}/titles/{one}" for one in ids)])
        self._sitemaps.keep(asker.region, body)
        return body

    def _asker(self, scope: HTTPScope) -> Actor:
        place = find_place(scope, self._trusted)
        region = self._resources.regions.find(place)
        return Actor(DEFAULT_TENANT_ID, place=place, region=region)


def _write_sitemap(urls: Sequence[str]) -> bytes:
    """Write a sitemap (sitemaps.org, protocol 0.9)."""
    lines = "".join(f"<url><loc>{escape_xml(url)}</loc></url>\n" for url in urls)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{lines}</urlset>\n'
    ).encode()


def _tag(attribute: str, name: str, value: str) -> str:
    return f'<meta {attribute}="{name}" content="{escape(value)}" />'


def _shortened(text: str) -> str:
    words = " ".join(text.split())
    if len(words) <= DESCRIPTION_LIMIT:
        return words
    return words[:DESCRIPTION_LIMIT].rsplit(" ", 1)[0] + " …"


async def _answer(scope: HTTPScope, send: Send, body: bytes, content_type: bytes) -> None:
    headers = [
        (b"content-type", content_type),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-cache"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    sent = b"" if scope["method"] == "HEAD" else body
    await send({"type": "http.response.body", "body": sent, "more_body": False})
