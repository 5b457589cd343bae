"""Every page of the catalogue on a phone, a desktop and a television, by keyboard and by remote."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browsing import (
    DESKTOP,
    PHONE,
    TELEVISION,
    TELEVISION_AGENT,
    WIDER_THAN_THE_WINDOW,
    Visit,
    photograph,
)
from tests.e2e.test_catalog import Catalog, catalog

__all__ = ["catalog"]

PAGES = {
    "movie": "/titles/{Night train}",
    "series": "/titles/{The station}",
    "season": "/titles/{Season 1}",
    "episode": "/titles/{Second}",
    "person": "/person/ada-lee",
    "studio": "/studio/blue-door",
    "genre": "/genre/crime",
    "collections": "/collections",
    "collection": "/collections/rainy-days",
    "bundle": "/bundles/{bundle}",
    "browse": "/browse?genre=crime",
    "nobody": "/person/nobody",
    "editor": "/titles/{Night train}/edit",
    "titles to edit": "/admin/titles",
    "genres to edit": "/admin/genres",
    "collections to edit": "/admin/collections",
    "home": "/",
    "search": "/search",
    "results": "/search?q=night",
    "my list": "/my-list",
    "history": "/history",
    "calendar": "/calendar",
    "searches": "/admin/searches",
    "import": "/admin/import",
    "folders": "/admin/folders",
    "matches": "/admin/matches",
    "reviews": "/admin/reviews",
    "bin": "/admin/bin",
}
SIZES = {"phone": PHONE, "desktop": DESKTOP, "tv": TELEVISION}
AGENTS = {"tv": {"user_agent": TELEVISION_AGENT}}
MOST_TABS = 300
# Text that is too small to be read from a sofa; a page of 1920 is as wide as a television.
TOO_SMALL = """
() => [...document.querySelectorAll("body *")]
    .filter((one) => one.checkVisibility())
    .filter((one) => one.closest("svg, .sr-only, [aria-hidden=true]") === null)
    .filter((one) => [...one.childNodes].some(
        (node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim() !== ""))
    .filter((one) => parseFloat(getComputedStyle(one).fontSize) < 18)
    .map((one) => `too small: ${one.outerHTML.slice(0, 200)}`)
"""
# What has the focus now: whether it had it before, and what is wrong with it.
LOOK = """
() => {
    const walked = (window.walked ??= new Set());
    const element = document.activeElement;
    // The parts of a date have the focus one after another.
    if (element === window.walkedLast) return { isOver: false, problem: null };
    if (element === document.body || walked.has(element)) return { isOver: true, problem: null };
    walked.add((window.walkedLast = element));
    const name = element.outerHTML.slice(0, 200);
    const isMarked = [element, element.parentElement, element.nextElementSibling].some((one) => {
        if (one === null) return false;
        const { outlineStyle, boxShadow } = getComputedStyle(one);
        return outlineStyle !== "none" || boxShadow !== "none";
    });
    const { top, bottom, left, right } = element.getBoundingClientRect();
    const isInside = bottom > 0 && right > 0 && top < innerHeight && left < innerWidth;
    if (!isMarked) return { isOver: false, problem: `no mark: ${name}` };
    return { isOver: false, problem: isInside ? null : `out of sight: ${name}` };
}
"""
# What can be pressed with a mouse before the walk moves anything; arrows lead within groups.
BEGIN = """
() => {
    window.wanted = [...document.querySelectorAll("a[href], button, input, select, textarea")]
        .filter((one) => one.checkVisibility() && !one.disabled && one.tabIndex >= 0)
        .filter((one) => one.type !== "radio" || one.checked);
}
"""
MISSED = """
() => window.wanted
    .filter((one) => one.isConnected && !window.walked.has(one))
    .map((one) => `missed: ${one.outerHTML.slice(0, 200)}`)
"""
# Whether the arrows alone lead to all of it, from wherever they lead to first.
FOLLOW_ARROWS = """
() => {
    const press = (key) => {
        const options = { key, bubbles: true, cancelable: true };
        document.activeElement.dispatchEvent(new KeyboardEvent("keydown", options));
    };
    // What is far away is scrolled to first.
    const follow = (stop, key) => {
        stop.focus();
        // The caret goes first where the key leads it.
        if (stop.matches("textarea, input") && stop.selectionStart !== null) {
            const at = /Left|Up/.test(key) ? 0 : stop.value.length;
            stop.setSelectionRange(at, at);
        }
        for (let y = NaN; document.activeElement === stop && window.scrollY !== y; ) {
            y = window.scrollY;
            press(key);
        }
        return document.activeElement;
    };
    document.activeElement.blur();
    press("ArrowDown");
    const reached = new Set([document.activeElement]);
    for (const stop of reached) {
        for (const key of ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"]) {
            reached.add(follow(stop, key));
        }
    }
    return window.wanted
        .filter((one) => one.isConnected && !reached.has(one))
        .filter((one) => one.closest("[data-arrows=pass]") === null)
        .map((one) => `no arrow leads to: ${one.outerHTML.slice(0, 200)}`);
}
"""


@pytest.mark.parametrize("size", SIZES)
def test_the_keyboard_leads_through_every_page(come: Visit, catalog: Catalog, size: str) -> None:
    walker = come(
        catalog.library.url,
        storage_state=catalog.library.owner,
        viewport=SIZES[size],
        **AGENTS.get(size, {}),
    )
    walker.expected += ["/people/nobody", "/api/v1/admin/folders"]
    found: dict[str, list[str]] = {}
    for name, path in PAGES.items():
        walker.open(path.format(**catalog.ids))
        expect(walker.page.get_by_role("heading", level=1)).not_to_have_count(0)
        walker.page.wait_for_load_state("networkidle")
        photograph(walker.page, f"{name.replace(' ', '-')}-{size}")
        wide = ["wider than the window"] if walker.page.evaluate(WIDER_THAN_THE_WINDOW) else []
        walked = walk(walker.page)
        # Nobody holds a remote before a phone.
        led = follow_arrows(walker.page) if size != "phone" else []
        small = walker.page.evaluate(TOO_SMALL) if size == "tv" else []
        if name == "browse":
            walker.page.get_by_role("button", name="Filters").click()
        if problems := [*wide, *small, *walked, *led, *walker.barriers()]:
            found[name] = problems
    assert found == {}


def walk(page: Page) -> list[str]:
    """Press the tabulator until it has led round, and tell what went wrong."""
    problems: list[str] = []
    page.evaluate(BEGIN)
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        look = page.evaluate(LOOK)
        if look["isOver"]:
            return [*problems, *page.evaluate(MISSED)]
        if look["problem"]:
            problems.append(look["problem"])
    return [*problems, f"{MOST_TABS} tabs did not lead round"]


def follow_arrows(page: Page) -> list[str]:
    """Go wherever the arrows lead, without waiting for what scrolls, and tell what they miss."""
    page.emulate_media(reduced_motion="reduce")
    missed: list[str] = page.evaluate(FOLLOW_ARROWS)
    page.emulate_media(reduced_motion="no-preference")
    return missed
