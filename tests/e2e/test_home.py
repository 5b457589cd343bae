"""The home page: its rails by mouse, by the arrows of a remote, on a phone and on a television."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.browsing import (
    DESKTOP,
    PHONE,
    TELEVISION,
    WIDER_THAN_THE_WINDOW,
    Player,
    Visit,
    Visitor,
    photograph,
)
from tests.e2e.conftest import FILM_SECONDS, Library, open_library

FOCUSED = "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"


@pytest.fixture(scope="module")
def cinema(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory, film: Path, short_film: Path
) -> Iterator[Library]:
    """Run a server with a film and three short ones, in two genres."""
    with open_library(browser, tmp_path_factory.mktemp("cinema")) as library:
        ids = [library.upload(short_film, f"Short {number}") for number in range(3)]
        ids.append(library.upload(film, "Numbers"))
        for title_id in ids:
            library.wait_until(title_id, "ready")
            library.wait_until_pictured(title_id)
            genre = "Drama" if title_id == ids[0] else "Comedy"
            said = {"genres": [genre], "description": f"A {genre}."}
            library.client.patch(f"/admin/titles/{title_id}", json=said).raise_for_status()
        yield library


@pytest.fixture
def guest(come: Visit, cinema: Library) -> Visitor:
    """Let the owner of the cinema visit it."""
    return come(cinema.url, storage_state=cinema.owner)


def test_rails_lead_on_by_the_arrows_of_a_remote(guest: Visitor) -> None:
    page = guest.page
    guest.open("/")
    hero = page.get_by_role("region", name="On top today")
    expect(hero.get_by_role("heading", level=2)).to_have_text("Numbers")
    expect(hero).to_contain_text("A Comedy.")
    hero.get_by_role("link", name="Play").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate(FOCUSED) == "Details"
    page.keyboard.press("ArrowDown")
    rail = page.get_by_role("region", name="New", exact=True)
    assert rail.evaluate("rail => rail.contains(document.activeElement)") is True
    page.keyboard.press("Home")
    first, second = (rail.get_by_role("link").nth(number) for number in (0, 1))
    first.focus()
    page.keyboard.press("ArrowRight")
    expect(second).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(first).to_be_focused()
    page.keyboard.press("ArrowUp")
    assert page.evaluate(FOCUSED) in {"Play", "Details"}
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    comedy = page.get_by_role("region", name="Comedy", exact=True)
    assert comedy.evaluate("rail => rail.contains(document.activeElement)") is True


def test_a_preview_moves_while_the_mouse_stays(guest: Visitor) -> None:
    page = guest.page
    guest.open("/")
    tile = page.get_by_role("region", name="New", exact=True).get_by_role("link", name="Numbers")
    tile.hover()
    expect(page.get_by_test_id("preview")).to_be_visible()
    page.mouse.move(1, 1)
    expect(page.get_by_test_id("preview")).to_have_count(0)


def test_what_was_begun_is_gone_on_with_until_it_is_taken_off(guest: Visitor) -> None:
    page = guest.page
    guest.open("/")
    page.get_by_role("region", name="On top today").get_by_role("link", name="Play").click()
    player = Player(page)
    player.wait_until_it_plays()
    page.keyboard.press("5")
    player.wait_until_at(FILM_SECONDS / 2 + 0.5)
    with page.expect_response(re.compile("/progress/")):
        page.keyboard.press("k")
    guest.open("/")
    rail = page.get_by_role("region", name="Continue watching")
    expect(rail.get_by_role("progressbar", name="Watched of Numbers")).to_be_visible()
    # What is liked is known by now, so that more of it is shown.
    like = page.get_by_role("region", name="Because you like Comedy")
    expect(like.get_by_role("link", name="Short 1")).to_be_visible()
    photograph(guest.page, "home-desktop")
    rail.get_by_role("link", name="Continue Numbers").click()
    player.wait_until_at(FILM_SECONDS / 2)
    guest.open("/")
    page.get_by_role("button", name="Take Numbers off this row").click()
    expect(rail).to_have_count(0)


@pytest.mark.parametrize("size", [PHONE, DESKTOP, TELEVISION], ids=["phone", "desktop", "tv"])
def test_nothing_keeps_people_out_of_the_home_page(guest: Visitor, size: dict[str, int]) -> None:
    guest.page.set_viewport_size(size)
    guest.open("/")
    expect(guest.page.get_by_role("region", name="Comedy", exact=True)).to_be_visible()
    guest.page.wait_for_load_state("networkidle")
    photograph(guest.page, f"home-{size['width']}")
    assert guest.page.evaluate(WIDER_THAN_THE_WINDOW) is False
    assert guest.barriers() == []
