"""The films, the servers, the browser and the people of the tests in a real browser."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from playwright.sync_api import Browser, Playwright, StorageState, sync_playwright

from tests.e2e.browsing import Visit, Visitor, launch, visit
from tests.factories.media import MediaFactory, beep, picture
from tests.factories.processes import OWNER, Process, owner_client

T = TypeVar("T")
FILM_SECONDS = 40
READY_WITHIN_S = 180


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give a browser test that fails two more tries, which are printed: machines are busy."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.flaky(reruns=2))


# --- films ----------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> MediaFactory:
    """Give the maker of films, good and bad."""
    return MediaFactory.in_folder(tmp_path_factory.mktemp("media"))


@pytest.fixture(scope="session")
def film(media: MediaFactory) -> Path:
    """Give the film that is watched, in two qualities."""
    path = media.folder / "numbers.mp4"
    media.lavfi(path, picture(854, 480, "25", FILM_SECONDS), beep(FILM_SECONDS))
    return path


@pytest.fixture(scope="session")
def short_film(media: MediaFactory) -> Path:
    """Give a film that is encoded in a moment."""
    return media.make("pattern")


# --- the servers ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Library:
    """A running server with its owner: as a program, and as a browser that is logged in."""

    process: Process
    client: httpx.Client
    owner: StorageState

    @property
    def url(self) -> str:
        """Where it answers."""
        return self.process.url

    def upload(self, film: Path, title: str, **said: str) -> str:
        """Upload a film and give the number of its title."""
        words = {"filename": film.name, "title": title, **said}
        metadata = ",".join(
            f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in words.items()
        )
        content = film.read_bytes()
        headers = {
            "Tus-Resumable": "1.0.0",
            "Upload-Length": str(len(content)),
            "Upload-Metadata": metadata,
            "Content-Type": "application/offset+octet-stream",
        }
        answer = self.client.post("/uploads", headers=headers, content=content)
        answer.raise_for_status()
        upload_id = answer.headers["location"].rsplit("/", 1)[1]
        title_id: str = self._wait_for("/uploads", upload_id, {"accepted"})["title_id"]
        return title_id

    def make_title(self, **said: object) -> str:
        """Make a title without a film and give its number."""
        made = self.client.post("/admin/titles", json=said).raise_for_status()
        title_id: str = made.json()["title"]["id"]
        return title_id

    def title(self, title_id: str) -> dict[str, Any]:
        """Ask what the server says of a title."""
        found: dict[str, Any] = self.client.get(f"/titles/{title_id}").raise_for_status().json()
        return found

    def title_names(self) -> set[str]:
        """Ask which titles there are."""
        page = self.client.get("/titles", params={"limit": 100}).raise_for_status().json()
        return {title["name"] for title in page["items"]}

    def wait_until_listed(self, name: str) -> None:
        """Wait until the catalogue has heard of a film that was accepted."""
        self.poll(lambda: name in self.title_names())

    def wait_until_found(self, words: str, count: int) -> None:
        """Wait until a search finds so many titles."""

        def is_found() -> bool:
            answer = self.client.get("/search", params={"query": words}).raise_for_status()
            return len(answer.json()["hits"]) >= count

        self.poll(is_found)

    def wait_until(self, title_id: str, *states: str) -> dict[str, Any]:
        """Wait until a title has reached one of some states."""
        return self._wait_for("/titles", title_id, set(states))

    def wait_until_pictured(self, title_id: str) -> None:
        """Wait until the pictures of a title are made, which comes after it is ready."""
        path = f"/assets/{title_id}/pictures"
        self.poll(lambda: not self.client.get(path).json()["is_being_made"])

    def remove(self, title_id: str) -> None:
        """Delete a title, and let it go for good, if it is still there."""
        self.client.delete(f"/titles/{title_id}")
        self.client.delete(f"/admin/titles/{title_id}/permanently")

    def wait_until_gone(self, address: str) -> None:
        """Wait until nothing is served at an address any more."""
        self.poll(lambda: self.client.get(address).status_code == HTTPStatus.NOT_FOUND)

    def _wait_for(self, path: str, wanted_id: str, states: set[str]) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            items = self.client.get(path).raise_for_status().json()["items"]
            wanted = (one for one in items if one["id"] == wanted_id and one["state"] in states)
            return next(wanted, None)

        return self.poll(look)

    def poll(self, look: Callable[[], T | None]) -> T:
        """Look until there is something, or something is true."""
        deadline = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < deadline:
            if found := look():
                return found
            time.sleep(0.1)
        raise TimeoutError(self.process.log_file.read_text())


@contextmanager
def open_library(
    browser: Browser, folder: Path, *, process: Process | None = None, **settings: str
) -> Generator[Library]:
    """Run a server of its own, set up."""
    process = process or Process("serve", folder / "data", settings=settings)
    process.start()
    try:
        with owner_client(process) as client:
            yield Library(process, client, logged_in(browser, process.url, OWNER))
    finally:
        process.stop()


def logged_in(browser: Browser, url: str, account: dict[str, str], *expected: str) -> StorageState:
    """Log somebody in, and give what their browser keeps of it."""
    with visit(browser, url) as visitor:
        visitor.expected += ["/api/v1/auth/me", *expected]
        visitor.open("/login")
        # The address is that of the home page before it is settled who watches.
        with visitor.page.expect_response("**/api/v1/users/me/profiles/*/switch"):
            visitor.log_in(account["email"], account["password"])
        visitor.page.wait_for_url(f"{url}/")
        return visitor.context.storage_state()


@pytest.fixture(scope="package")
def library(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Library]:
    """Run the server that all tests share which leave it as they found it."""
    with open_library(browser, tmp_path_factory.mktemp("library")) as library:
        yield library


@pytest.fixture(scope="package")
def title_id(library: Library, film: Path) -> str:
    """Give a title that is ready."""
    title_id = library.upload(film, "Numbers")
    library.wait_until(title_id, "ready")
    return title_id


# --- the people -----------------------------------------------------------------------------------


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Start what browsers are driven by."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Start the browser that all tests here share."""
    browser = launch(playwright)
    yield browser
    browser.close()


@pytest.fixture
def come(browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Let people visit, each with a browser of their own."""
    with ExitStack() as stack:
        yield lambda url, **options: stack.enter_context(visit(browser, url, **options))


@pytest.fixture
def owner(come: Visit, library: Library) -> Visitor:
    """Let the owner of the library visit it."""
    return come(library.url, storage_state=library.owner)
