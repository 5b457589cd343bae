"""On a television, with the arrows of a remote, its middle button and its way back alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browsing import TELEVISION, TELEVISION_AGENT, Player, Visit, Visitor
from tests.e2e.test_catalog import Catalog, catalog

__all__ = ["catalog"]

SEARCH = "Search titles, people and collections"
MOST_PRESSES = 30
FOCUSED = """
() => {
    const element = document.activeElement;
    if (element === document.body || element.id === "content") return null;
    const { top, bottom, left, right } = element.getBoundingClientRect();
    const isInside = top >= 0 && left >= 0 && bottom <= innerHeight && right <= innerWidth;
    const isMarked = [element, element.parentElement].some(
        (one) => getComputedStyle(one).outlineStyle !== "none");
    return {
        name: element.ariaLabel ?? element.labels?.[0]?.textContent ?? element.textContent.trim(),
        isShown: isInside && isMarked,
    };
}
"""


@pytest.fixture
def couch(come: Visit, catalog: Catalog) -> Visitor:
    """Let the owner of the library sit down before a television."""
    return come(
        catalog.library.url,
        storage_state=catalog.library.owner,
        viewport=TELEVISION,
        user_agent=TELEVISION_AGENT,
        reduced_motion="reduce",
    )


def press_until(page: Page, key: str, name: str) -> None:
    """Press an arrow until it has led to something; all that it leads over is in sight."""
    passed: list[str] = []
    for _ in range(MOST_PRESSES):
        page.keyboard.press(f"Arrow{key}")
        focused = page.evaluate(FOCUSED)
        assert focused is not None, passed
        assert focused["isShown"], focused
        if re.fullmatch(name, focused["name"]):
            return
        passed.append(focused["name"])
    raise AssertionError(f"{key} does not lead to {name}, but to {passed}")


def wait_for_page(page: Page, name: str | re.Pattern[str]) -> None:
    """Wait until a page is there with all that it shows."""
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    page.wait_for_load_state("networkidle")


def test_from_home_to_a_title_and_into_its_film(couch: Visitor) -> None:
    page = couch.page
    couch.open("/")
    rail = page.get_by_role("region", name="New", exact=True)
    expect(rail.get_by_role("link").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    press_until(page, "Down", "Play")
    page.keyboard.press("ArrowDown")
    expect(rail.locator(":focus")).to_have_count(1)
    press_until(page, "Right", "Night train")
    page.keyboard.press("Enter")
    wait_for_page(page, "Night train")
    press_until(page, "Down", "Play")
    page.keyboard.press("Enter")
    player = Player(page)
    player.wait_until_it_plays()
    # OK stops and goes on, and the arrows wind, as long as no control has the focus.
    page.keyboard.press("Enter")
    player.wait_until("video.paused")
    before = page.evaluate("document.querySelector('video').currentTime")
    page.keyboard.press("ArrowRight")
    player.wait_until(f"video.currentTime > {before + 1}")
    # Down leads to the controls, and on from one to the next.
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-first-control]")).to_be_focused()
    press_until(page, "Right", "Quality and speed")
    page.keyboard.press("Enter")
    menu = page.get_by_role("menu")
    expect(menu).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_have_count(0)
    expect(page.get_by_role("button", name="Quality and speed")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("slider", name="Position")).to_be_focused()
    press_until(page, "Up", "Back to the title")
    # Back puts the controls away at first, and then leaves.
    page.keyboard.press("Escape")
    assert page.evaluate(FOCUSED) is None
    page.keyboard.press("Enter")
    player.wait_until("!video.paused")
    page.keyboard.press("Escape")
    wait_for_page(page, "Night train")


def test_what_goes_wrong_in_the_player_is_mended_by_ok(couch: Visitor) -> None:
    page = couch.page
    couch.open("/")
    page.wait_for_load_state("networkidle")
    press_until(page, "Down", "Play")
    spoiled = "**/media/**"
    couch.expected += ["/media/", "net::ERR_FAILED", "NetworkError"]
    page.route(spoiled, lambda route: route.abort())
    page.keyboard.press("Enter")
    again = page.get_by_role("button", name="Try again")
    expect(again).to_be_focused()
    page.unroute(spoiled)
    page.keyboard.press("Enter")
    Player(page).wait_until_it_plays()


def test_from_a_filter_to_a_title_and_back_to_the_place(couch: Visitor) -> None:
    page = couch.page
    couch.open("/browse")
    titles = page.get_by_role("list", name="Titles").get_by_role("listitem")
    expect(titles.first).to_be_visible()
    page.wait_for_load_state("networkidle")
    press_until(page, "Down", "All")
    # What is passed on the way is not chosen.
    press_until(page, "Right", "Filters")
    expect(page.get_by_role("radio", name="All")).to_be_checked()
    # One comes back to what is chosen.
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("radio", name="All")).to_be_focused()
    press_until(page, "Right", "Series")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"kind=series$"))
    press_until(page, "Right", "Filters")
    page.keyboard.press("Enter")
    press_until(page, "Down", "Crime|Drama")
    if page.evaluate(FOCUSED)["name"] == "Crime":
        press_until(page, "Right", "Drama")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"genre=drama"))
    expect(titles).to_have_count(1)
    press_until(page, "Down", "The station")
    title = page.evaluate(FOCUSED)["name"]
    page.keyboard.press("Enter")
    wait_for_page(page, title)
    page.go_back()
    expect(titles.get_by_role("link", name=title, exact=True)).to_be_focused()


def test_from_the_search_field_to_a_result(couch: Visitor) -> None:
    page = couch.page
    couch.open("/history")
    wait_for_page(page, re.compile("."))
    press_until(page, "Down", ".*")
    press_until(page, "Up", "Browse|People|Processing")
    press_until(page, "Right", SEARCH)
    page.keyboard.type("night trai")
    page.keyboard.press("Enter")
    wait_for_page(page, "Results for “night trai”")
    press_until(page, "Down", "Night train.*")
    page.keyboard.press("Enter")
    wait_for_page(page, re.compile("Night train"))


def test_seasons_are_chosen_and_left_behind(couch: Visitor, catalog: Catalog) -> None:
    page = couch.page
    couch.open(catalog.path("The station"))
    wait_for_page(page, "The station")
    press_until(page, "Down", "Season 1")
    press_until(page, "Right", "Season 2")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("season=2"))
    expect(page.get_by_role("list", name="Episodes").get_by_role("article")).to_have_count(1)
    press_until(page, "Down", "Play Later|1. Later")
    press_until(page, "Up", "Season 2")


def test_a_dialog_keeps_the_arrows_within(couch: Visitor, catalog: Catalog) -> None:
    page = couch.page
    couch.open(catalog.path("Night train"))
    wait_for_page(page, "Night train")
    press_until(page, "Down", "Play")
    press_until(page, "Right", "Edit")
    # The menu beside it is passed without opening it.
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menu")).to_have_count(0)
    page.get_by_role("button", name="Edit", exact=True).press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Name", exact=True)).to_be_focused()
    for _ in range(MOST_PRESSES):
        page.keyboard.press("ArrowDown")
        expect(dialog.locator(":focus")).to_have_count(1)
    press_until(page, "Up", "Name")


def test_a_field_is_passed_until_enter_begins_to_change_it(
    couch: Visitor, catalog: Catalog
) -> None:
    page = couch.page
    couch.open(f"{catalog.path('Night train')}/edit")
    year = page.get_by_label("Year", exact=True)
    year.focus()
    page.keyboard.press("ArrowUp")
    expect(year).not_to_be_focused()
    press_until(page, "Down", "Year")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(year).to_have_value("2010")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(year).not_to_be_focused()
    expect(year).to_have_value("2010")
    couch.open("/browse")
    order = page.get_by_label("Sort by")
    expect(order).to_be_visible()
    order.focus()
    page.keyboard.press("ArrowDown")
    expect(order).not_to_be_focused()
    expect(order).to_have_value("newest")


def test_fields_have_their_own_keys_for_whoever_comes_by_hand(
    couch: Visitor, catalog: Catalog
) -> None:
    page = couch.page
    couch.open(f"{catalog.path('Night train')}/edit")
    year = page.get_by_label("Year", exact=True)
    year.click()
    page.keyboard.press("ArrowUp")
    expect(year).to_have_value("2009")
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(year).to_have_value("2007")
    couch.open("/browse")
    page.get_by_role("radio", name="All").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"kind=clip$"))
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    # As in any group of radio buttons, the last follows before the first.
    expect(page).to_have_url(re.compile(r"kind=series$"))
