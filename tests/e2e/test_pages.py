"""Every page: for people who cannot see or point well, on a phone, in the dark and in the light."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.browsing import PHONE, WIDER_THAN_THE_WINDOW, Player, Visit, Visitor
from tests.e2e.conftest import Library

PAGES = {
    "home": "/",
    "search": "/search",
    "results": "/search?q=num",
    "no results": "/search?q=nobody+knows",
    "searches": "/admin/searches",
    "title": "/titles/{title_id}",
    "media": "/titles/{title_id}/media",
    "upload": "/upload",
    "processing": "/processing",
    "people": "/people",
    "plans": "/admin/plans",
    "own plan": "/account/plan",
    "history": "/history",
    "my list": "/my-list",
    "calendar": "/calendar",
    "watch": "/watch/{title_id}",
    "a title that is not there": "/titles/nothing",
    "no page": "/no/page",
}
MOST_TABS = 15


def settle(page: Page) -> None:
    """Wait until a page has what it shows; a film is paused, so that its controls stay."""
    expect(page.get_by_role("heading", level=1)).not_to_have_count(0)
    page.wait_for_load_state("networkidle")
    if "/watch/" in page.url:
        Player(page).wait_until_it_plays()
        page.keyboard.press("k")
        expect(page.get_by_role("slider", name="Position")).to_be_visible()


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_nothing_keeps_people_out(owner: Visitor, title_id: str, path: str) -> None:
    owner.expected.append("/titles/nothing")
    owner.open(path.format(title_id=title_id))
    settle(owner.page)
    assert owner.barriers() == []
    owner.page.set_viewport_size(PHONE)
    assert owner.page.evaluate(WIDER_THAN_THE_WINDOW) is False
    assert owner.barriers() == []


def test_nothing_keeps_people_out_before_they_log_in(come: Visit, library: Library) -> None:
    stranger = come(library.url, viewport=PHONE)
    stranger.expected.append("/api/v1/auth/me")
    for path in ("/login", "/setup#token=guessed"):
        stranger.open(path)
        settle(stranger.page)
        assert stranger.page.evaluate(WIDER_THAN_THE_WINDOW) is False
        assert stranger.barriers() == []


def test_windows_over_the_page_keep_nobody_out(owner: Visitor, title_id: str) -> None:
    page = owner.page
    owner.open("/people")
    page.get_by_role("button", name="Add a person").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert owner.barriers() == []
    owner.open(f"/titles/{title_id}")
    page.get_by_role("button", name="More actions").click()
    expect(page.get_by_role("menu")).to_be_visible()
    assert owner.barriers() == []


def test_the_keyboard_alone_leads_to_a_film(owner: Visitor, title_id: str) -> None:
    page = owner.page
    owner.open("/")
    settle(page)
    play = page.get_by_role("main").get_by_role("link", name="Play")
    tab_to(play)
    assert play.evaluate("(link) => getComputedStyle(link).outlineStyle") != "none"
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{owner.url}/watch/{title_id}")
    player = Player(page)
    player.wait_until_it_plays()
    tab_to(page.get_by_role("button", name="Pause"))
    page.keyboard.press("Space")
    player.wait_until("video.paused")


def tab_to(wanted: Locator) -> None:
    """Press the tabulator until something has the focus."""
    for _ in range(MOST_TABS):
        wanted.page.keyboard.press("Tab")
        if wanted.evaluate("(element) => element === document.activeElement"):
            return
    raise AssertionError(f"{MOST_TABS} tabs do not lead to {wanted}")


def test_the_look_is_the_systems_until_one_chooses(come: Visit, library: Library) -> None:
    visitor = come(library.url, storage_state=library.owner, color_scheme="light")
    page = visitor.page
    visitor.open("/")
    light = brightness(page)
    assert light > 200
    page.emulate_media(color_scheme="dark")
    page.reload()
    assert brightness(page) < 60

    page.get_by_role("button", name="Account of Owner").click()
    page.get_by_role("menuitemradio", name="Light").click()
    page.wait_for_function(f"({PAINTED})() === {light}")
    page.reload()
    assert brightness(page) == light


def brightness(page: Page) -> float:
    """Measure the page's ground by what is really painted, from 0 to 255."""
    page.wait_for_load_state("networkidle")
    return float(page.evaluate(PAINTED))


PAINTED = """
() => {
    const context = document.createElement("canvas").getContext("2d");
    context.fillStyle = getComputedStyle(document.body).backgroundColor;
    context.fillRect(0, 0, 1, 1);
    const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
    return (red + green + blue) / 3;
}
"""
