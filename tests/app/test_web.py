"""The web app's files: what browsers may keep, how they are compressed, and where pages are."""

from __future__ import annotations

import gzip
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from typing import cast

import httpx
import pytest
from litestar import Litestar
from litestar.types import ASGIApp

from streamverse.app.api import create_app
from streamverse.app.resources import Resources
from streamverse.app.settings import load_settings
from streamverse.app.web import WebApp
from streamverse.kit.http import INERT_HEADERS, SECURITY_HEADERS, with_headers
from tests.conftest import Clients

DOCUMENT = b"<!doctype html><title>The app</title>"
SCRIPT = b"console.log('hello');" * 100
SECRET = b"not for the web"
ONE_YEAR = "max-age=31536000; includeSubDomains"
FOREVER = "public, max-age=31536000, immutable"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Lay out what the build of the web app leaves."""
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    (tmp_path / "secret.txt").write_bytes(SECRET)
    (dist / "index.html").write_bytes(DOCUMENT)
    (dist / "favicon.svg").write_bytes(b"<svg/>")
    script = dist / "assets" / "page-A1b2.js"
    script.write_bytes(SCRIPT)
    script.with_name(script.name + ".br").write_bytes(b"as brotli")
    script.with_name(script.name + ".gz").write_bytes(gzip.compress(SCRIPT))
    (dist / "assets" / "font-C3d4.woff2").write_bytes(b"wOF2")
    return dist


@pytest.fixture
async def browser(folder: Path) -> AsyncGenerator[httpx.AsyncClient]:
    """Open a browser that takes no compression unless a test says so."""
    app = with_headers(cast("ASGIApp", WebApp(folder)), SECURITY_HEADERS)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app),  # pyright: ignore[reportArgumentType]
        base_url="https://video.example.org",
        headers={"Accept-Encoding": "identity"},
    ) as client:
        yield client


@pytest.mark.parametrize(
    "page", ["/", "/login", "/titles/0190", "/setup?left=open", "//", "/assets", "/a/../b"]
)
async def test_every_page_is_the_document(browser: httpx.AsyncClient, page: str):
    answer = await browser.get(page)
    assert (answer.status_code, answer.content) == (200, DOCUMENT)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"


async def test_browsers_ask_whether_the_document_has_changed(
    browser: httpx.AsyncClient, folder: Path
):
    first = await browser.get("/")
    condition = {"If-None-Match": first.headers["etag"]}
    assert (await browser.get("/login", headers=condition)).status_code == 304
    (folder / "index.html").write_bytes(DOCUMENT + b"<p>A new one")
    answer = await browser.get("/login", headers=condition)
    assert (answer.status_code, answer.content) == (200, DOCUMENT + b"<p>A new one")


async def test_hashed_files_are_kept_for_ever_and_others_are_asked_for_again(
    browser: httpx.AsyncClient,
):
    for _ in range(2):
        script = await browser.get("/assets/page-A1b2.js")
        assert (script.status_code, script.content) == (200, SCRIPT)
        assert script.headers["cache-control"] == FOREVER
        assert "javascript" in script.headers["content-type"]
    icon = await browser.get("/favicon.svg")
    assert (icon.content, icon.headers["cache-control"]) == (b"<svg/>", "no-cache")
    assert icon.headers["content-type"] == "image/svg+xml"


@pytest.mark.parametrize(
    "path",
    [
        *("/assets/page-OLD.js", "/robots.txt", "/assets/page-A1b2.js.br", "/index.html.gz"),
        "/" + "x" * 300 + ".js",
    ],
)
async def test_a_file_that_is_not_there_is_not_the_document(browser: httpx.AsyncClient, path: str):
    answer = await browser.get(path)
    assert answer.status_code == 404
    assert DOCUMENT not in answer.content


@pytest.mark.parametrize(
    "path",
    [
        *("/../secret.txt", "/assets/../../secret.txt", "/%2e%2e/secret.txt"),
        *("/..%2fsecret.txt", "/assets/%2e%2e/%2e%2e/secret.txt", "/a%00.js"),
    ],
)
async def test_nothing_outside_of_the_folder_is_served(folder: Path, path: str):
    app = WebApp(folder)
    sent: list[dict[str, object]] = []

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    decoded = httpx.URL(f"https://video.example.org{path}").path
    for address in (decoded, path):
        await app({"method": "GET", "path": address, "headers": []}, None, send)
    assert all(SECRET not in cast("bytes", message.get("body", b"")) for message in sent)
    assert {message["status"] for message in sent if "status" in message} <= {200, 404}


@pytest.mark.parametrize(
    ("accepted", "coding", "content"),
    [
        ("gzip, deflate, br, zstd", "br", b"as brotli"),
        ("br;q=1.0, gzip;q=0.5", "br", b"as brotli"),
        ("GZIP", "gzip", gzip.compress(SCRIPT)),
        ("br;q=0, gzip", "gzip", gzip.compress(SCRIPT)),
        ("br; q=0.000", None, SCRIPT),
        ("identity", None, SCRIPT),
        ("zstd", None, SCRIPT),
        ("", None, SCRIPT),
    ],
)
async def test_the_smallest_copy_that_a_browser_takes_is_sent(
    browser: httpx.AsyncClient, accepted: str, coding: str | None, content: bytes
):
    headers = {"Accept-Encoding": accepted}
    for _ in range(2):
        async with browser.stream("GET", "/assets/page-A1b2.js", headers=headers) as answer:
            raw = b"".join([piece async for piece in answer.aiter_raw()])
        assert answer.headers.get("content-encoding") == coding
        if coding != "gzip":
            assert raw == content
        else:
            assert gzip.decompress(raw) == SCRIPT
        assert int(answer.headers["content-length"]) == len(raw)
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.headers["cache-control"] == FOREVER
        assert "javascript" in answer.headers["content-type"]


async def test_copies_differ_in_their_tags(browser: httpx.AsyncClient):
    tags = set[str]()
    for accepted in ("br", "gzip", "identity"):
        answer = await browser.head("/assets/page-A1b2.js", headers={"Accept-Encoding": accepted})
        tags.add(answer.headers["etag"])
    assert len(tags) == 3


async def test_what_has_no_copy_is_sent_as_it_is(browser: httpx.AsyncClient):
    answer = await browser.get("/assets/font-C3d4.woff2", headers={"Accept-Encoding": "br"})
    assert answer.content == b"wOF2"
    assert "content-encoding" not in answer.headers
    assert answer.headers["vary"] == "Accept-Encoding"


async def test_head_tells_the_same_without_a_body(browser: httpx.AsyncClient):
    head, get = await browser.head("/"), await browser.get("/")
    assert (head.status_code, head.content) == (200, b"")
    assert dict(head.headers) == dict(get.headers)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
async def test_pages_can_only_be_read(browser: httpx.AsyncClient, method: str):
    answer = await browser.request(method, "/login")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


async def test_browsers_are_told_to_be_careful(browser: httpx.AsyncClient):
    for path in ("/", "/assets/page-A1b2.js", "/robots.txt"):
        answer = await browser.get(path)
        for name, value in SECURITY_HEADERS.items():
            assert answer.headers[name] == value
    policy = dict(
        directive.split(" ", 1)
        for directive in SECURITY_HEADERS["Content-Security-Policy"].split("; ")
    )
    assert policy["default-src"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert "script-src" not in policy
    # Players hand the browser their media as blobs.
    assert "blob:" in policy["media-src"]


@pytest.mark.parametrize("path", ["/login", "/api/v1/auth/me", "/api/nowhere", "/media/x"])
@pytest.mark.parametrize(("scheme", "expected"), [("https", [ONE_YEAR]), ("http", [])])
async def test_where_https_is_spoken_browsers_never_come_without_it(
    resources: Resources, api: Litestar, tmp_path: Path, scheme: str, expected: list[str], path: str
):
    public_url = f"{scheme}://video.example.org"
    settings = load_settings({}, overrides={"data_dir": tmp_path, "public_url": public_url})
    app = create_app(replace(resources, settings=settings), web_folder=tmp_path, api=api)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app),  # pyright: ignore[reportArgumentType]
        base_url=public_url,
    ) as client:
        answer = await client.get(path)

    assert answer.headers.get_list("strict-transport-security") == expected


async def test_no_answer_of_the_api_is_kept_unless_it_says_so(clients: Clients):
    for path in ("/auth/me", "/auth/sessions", "/users/me/profiles", "/nowhere"):
        answer = await clients.viewer.get(path)
        assert answer.headers["cache-control"] == "no-store"
    home = await clients.viewer.get("/home/rails")
    assert home.headers["cache-control"] == "private, no-cache"
    by_key = await clients.nobody.get("https://video.example.org/.well-known/jwks.json")
    assert by_key.headers["cache-control"].startswith("public, max-age=")


async def test_media_is_no_page(clients: Clients):
    answer = await clients.nobody.get("https://video.example.org/media/nothing")

    assert answer.status_code == 404
    for name, value in INERT_HEADERS.items():
        assert answer.headers[name] == value


@pytest.mark.parametrize("path", ["/api/v1/auth/me", "/media/nothing"])
async def test_nothing_is_traced(clients: Clients, path: str):
    answer = await clients.owner.request("TRACE", f"https://video.example.org{path}")

    assert answer.status_code in {404, 405}
    assert "Bearer" not in answer.text


async def test_without_a_build_pages_tell_what_to_do(clients: Clients):
    answer = await clients.nobody.get("https://video.example.org/login")
    assert answer.status_code == 503
    assert b"make build" in answer.content
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("page", ["/apiary", "/api.html", "/api-keys", "/mediatheque"])
async def test_a_page_may_begin_like_the_api(clients: Clients, page: str):
    """Without a build each page is 503, and what is the API's or nobody's is 404."""
    answer = await clients.nobody.get(f"https://video.example.org{page}")
    assert answer.status_code == (404 if page.endswith(".html") else 503)
    assert answer.headers["content-type"] != "application/problem+json"


@pytest.mark.parametrize("address", ["/api/v2", "/api/v1/nothing"])
async def test_below_the_api_there_are_no_pages(clients: Clients, address: str):
    answer = await clients.nobody.get(f"https://video.example.org{address}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
