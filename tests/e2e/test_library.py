"""What is one's own: what was watched, where it goes on, and how it is forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.browsing import PHONE, WIDER_THAN_THE_WINDOW, Player, Visit, Visitor
from tests.e2e.conftest import FILM_SECONDS, Library, open_library


@pytest.fixture(scope="module")
def shelf(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Run a server whose histories are nobody else's."""
    with open_library(browser, tmp_path_factory.mktemp("shelf")) as library:
        yield library


@pytest.fixture(scope="module")
def numbers(shelf: Library, film: Path) -> str:
    """Give a title that is ready."""
    title_id = shelf.upload(film, "Numbers")
    shelf.wait_until(title_id, "ready")
    return title_id


@pytest.fixture
def reader(come: Visit, shelf: Library) -> Visitor:
    """Let the owner of the shelf visit it."""
    return come(shelf.url, storage_state=shelf.owner)


def watch_until_the_middle(reader: Visitor, title_id: str) -> None:
    """Play a film, jump to its middle and go back to its page."""
    reader.open(f"/watch/{title_id}")
    player = Player(reader.page)
    player.wait_until_it_plays()
    reader.page.keyboard.press("5")
    player.wait_until_at(FILM_SECONDS / 2 + 0.5)
    with reader.page.expect_response(re.compile("/progress/")):
        reader.page.keyboard.press("k")


def test_an_empty_history_says_what_to_do(reader: Visitor) -> None:
    reader.open("/history")
    expect(reader.page.get_by_role("heading", name="Nothing watched yet")).to_be_visible()
    assert reader.barriers() == []
    reader.page.get_by_role("link", name="Find something to watch").click()
    expect(reader.page).to_have_url(f"{reader.url}/")


def test_what_was_watched_is_in_the_history_until_it_is_taken_out(
    reader: Visitor, numbers: str
) -> None:
    page = reader.page
    watch_until_the_middle(reader, numbers)
    # Another device would go on at the same place: it is the server that knows.
    page.evaluate("localStorage.clear()")
    reader.open(f"/titles/{numbers}")
    expect(page.get_by_role("link", name=re.compile(r"Resume from 0:2\d"))).to_be_visible()

    page.get_by_role("button", name="Account of Owner").click()
    page.get_by_role("menuitem", name="History").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("History")
    entry = page.get_by_role("list", name="Watched").get_by_role("listitem")
    expect(entry).to_contain_text("Numbers")
    bar = entry.get_by_role("progressbar", name="Watched of Numbers")
    assert 45 < float(bar.get_attribute("aria-valuenow") or 0) < 65
    expect(page.get_by_role("menu")).to_have_count(0)
    assert reader.barriers() == []
    page.set_viewport_size(PHONE)
    assert page.evaluate(WIDER_THAN_THE_WINDOW) is False
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download as CSV").click()
    assert "Numbers" in Path(saved.value.path()).read_text()

    page.get_by_role("button", name="Take Numbers out of the history").click()
    expect(page.get_by_role("heading", name="Nothing watched yet")).to_be_visible()
    reader.open(f"/titles/{numbers}")
    expect(page.get_by_role("link", name="Play", exact=True)).to_be_visible()


def test_a_history_is_cleared_after_a_question(reader: Visitor, numbers: str) -> None:
    page = reader.page
    watch_until_the_middle(reader, numbers)
    reader.open("/history")
    for answer in ("Cancel", "Clear it"):
        page.get_by_role("button", name="Clear the history").click()
        dialog = page.get_by_role("dialog", name="Clear the whole history?")
        dialog.get_by_role("button", name=answer).click()
        expect(dialog).to_be_hidden()
    expect(page.get_by_role("heading", name="Nothing watched yet")).to_be_visible()


def test_whoever_keeps_no_history_is_told_so(reader: Visitor, shelf: Library, numbers: str) -> None:
    family = shelf.client.get("/users/me/profiles").raise_for_status().json()
    path = f"/users/me/profiles/{family['items'][0]['id']}/preferences"
    shelf.client.patch(path, json={"privacy": {"is_history_kept": False}}).raise_for_status()
    watch_until_the_middle(reader, numbers)
    reader.open("/history")
    expect(reader.page.get_by_role("heading", name="No history is kept")).to_be_visible()
    assert reader.barriers() == []
    shelf.client.patch(path, json={"privacy": None}).raise_for_status()
