"""What crawlers and previews of links are told, and what they are not."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from litestar import Litestar

from streamverse.app.api import create_app
from streamverse.app.resources import Resources
from streamverse.domains.catalog.contracts import TitleId, TitlePatch, WindowLine
from streamverse.domains.catalog.service import editing
from streamverse.kit.work import Workshop
from tests.factories.accounts import People
from tests.factories.titles import make_title

DOCUMENT = """<!doctype html>
<html lang="en">
  <head>
    <meta name="description" content="General words." />
    <meta property="og:title" content="StreamVerse" />
    <title>StreamVerse</title>
  </head>
  <body></body>
</html>
"""
Open = Callable[[bool], AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def crawl(resources: Resources, api: Litestar, tmp_path: Path) -> Open:
    """Let a crawler visit a service that tells of its titles, or one that does not."""
    (tmp_path / "index.html").write_text(DOCUMENT)

    @asynccontextmanager
    async def open_client(is_public: bool) -> AsyncGenerator[httpx.AsyncClient]:
        settings = replace(
            resources.settings, is_catalog_public=is_public, public_url="https://video.example.org"
        )
        app = create_app(replace(resources, settings=settings), web_folder=tmp_path, api=api)
        transport = httpx.ASGITransport(app)  # pyright: ignore[reportArgumentType]
        async with httpx.AsyncClient(
            transport=transport, base_url="https://video.example.org"
        ) as client:
            yield client

    return open_client


@pytest.fixture
async def ids(workshop: Workshop, people: People) -> dict[str, TitleId]:
    """Let there be titles of which nobody in particular may know only one."""
    found: dict[str, TitleId] = {}
    said = {
        "shown": TitlePatch(name='Tom & "Jerry" <3', description="Two\nfriends.", minimum_age=6),
        "adult": TitlePatch(minimum_age=18),
        "unrated": TitlePatch(name="Unrated"),
        "elsewhere": TitlePatch(minimum_age=0, windows=[WindowLine("FR")]),
        "draft": TitlePatch(minimum_age=0),
    }
    async with workshop.work(people.owner) as work:
        for name, patch in said.items():
            at = None if name == "draft" else work.now
            found[name] = await make_title(
                work, name, year=2008, published_at=at, has_poster=name == "shown"
            )
            await editing.edit_titles(work, [found[name]], patch, "said")
    return found


async def test_a_title_has_a_card(crawl: Open, ids: dict[str, TitleId]) -> None:
    async with crawl(True) as client:
        page = await client.get(f"/titles/{ids['shown']}")

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    name = "Tom &amp; &quot;Jerry&quot; &lt;3 (2008)"
    url = f"https://video.example.org/titles/{ids['shown']}"
    for line in (
        f"<title>{name} · StreamVerse</title>",
        '<meta name="description" content="Two friends." />',
        '<meta property="og:type" content="video.movie" />',
        f'<meta property="og:title" content="{name}" />',
        '<meta property="og:description" content="Two friends." />',
        f'<meta property="og:url" content="{url}" />',
        '<meta property="og:image" content="https://video.example.org/media/',
        '<meta name="twitter:card" content="summary_large_image" />',
        f'<link rel="canonical" href="{url}" />',
    ):
        assert page.text.count(line) == 1, line
    assert "General words" not in page.text
    assert page.text.count("<title>") == page.text.count('property="og:title"') == 1


async def test_what_not_everybody_may_know_of_has_none(
    crawl: Open, ids: dict[str, TitleId]
) -> None:
    async with crawl(True) as client:
        for name in ("adult", "unrated", "elsewhere", "draft"):
            page = await client.get(f"/titles/{ids[name]}")
            assert (page.status_code, page.text) == (200, DOCUMENT), name
        assert (await client.get("/titles/none")).text == DOCUMENT


async def test_a_service_that_tells_nothing_says_only_its_name(
    crawl: Open, ids: dict[str, TitleId]
) -> None:
    async with crawl(False) as client:
        assert (await client.get(f"/titles/{ids['shown']}")).text == DOCUMENT
        sitemap = (await client.get("/sitemap.xml")).text
    assert sitemap.count("<loc>") == 1
    assert "<loc>https://video.example.org/</loc>" in sitemap


async def test_the_sitemap_lists_what_everybody_may_know_of(
    crawl: Open, ids: dict[str, TitleId]
) -> None:
    async with crawl(True) as client:
        sitemap = await client.get("/sitemap.xml")
        robots = await client.get("/robots.txt")
        head = await client.head("/robots.txt")
        refused = await client.post("/robots.txt")

    assert sitemap.headers["content-type"] == "application/xml"
    assert sitemap.text.count("<loc>") == 2
    assert f"<loc>https://video.example.org/titles/{ids['shown']}</loc>" in sitemap.text
    assert "Sitemap: https://video.example.org/sitemap.xml" in robots.text
    assert "Disallow: /api/" in robots.text
    assert (head.content, refused.status_code) == (b"", 405)
