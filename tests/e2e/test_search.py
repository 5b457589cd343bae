"""Searching as people do it: proposals, results, filters, what was searched before."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import PHONE, Visitor
from tests.e2e.conftest import Library

LABEL = "Search titles, people and collections"
MADE = {
    "The Quiet Harbour": {
        "genres": ["Drama"],
        "year": 1994,
        "original_language": "de",
        "credits": [{"name": "Mila Torvald", "job": "actor"}],
    },
    "Harbour Lights": {"genres": ["Comedy"], "year": 2006, "original_language": "en"},
    "Снежная дорога": {"translations": {"en": {"name": "Harbour of Snow"}}, "year": 2011},
}


@pytest.fixture(scope="module")
def harbour(library: Library) -> Iterator[dict[str, str]]:
    """Give three titles to be found, as soon as they are."""
    made: dict[str, str] = {}
    for name, said in MADE.items():
        title_id = library.make_title(kind="movie", name=name)
        library.client.patch(f"/admin/titles/{title_id}", json=said).raise_for_status()
        library.client.post(f"/titles/{title_id}/publish").raise_for_status()
        made[name] = title_id
    library.wait_until_found("harbour", len(MADE))
    yield made
    for title_id in made.values():
        library.remove(title_id)


def test_proposals_are_chosen_by_keyboard(owner: Visitor, harbour: dict[str, str]) -> None:
    page = owner.page
    owner.open("/")
    expect(page.get_by_role("heading", level=1)).not_to_have_count(0)
    page.keyboard.press("/")
    field = page.get_by_role("combobox", name=LABEL)
    expect(field).to_be_focused()
    page.keyboard.type("quiet ha")
    options = page.get_by_role("listbox", name="Proposals").get_by_role("option")
    expect(options).to_have_count(2)
    expect(options.nth(0)).to_have_text("Search for “quiet ha”")
    expect(options.nth(1)).to_contain_text("The Quiet Harbour")
    expect(options.nth(1).locator("mark")).to_have_text(["Quiet", "Ha"])
    assert owner.barriers() == []

    page.keyboard.press("ArrowUp")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page).to_have_url(f"{owner.url}/titles/{harbour['The Quiet Harbour']}")
    expect(page.get_by_role("heading", level=1)).to_have_text("The Quiet Harbour")


def test_results_are_narrowed_and_the_address_keeps_it(
    owner: Visitor, harbour: dict[str, str]
) -> None:
    page = owner.page
    owner.open("/search?q=harbuor")
    expect(page.get_by_role("heading", level=1)).to_have_text("Results for “harbuor”")
    expect(page.get_by_text("3 results")).to_be_visible()
    main = page.get_by_role("main")
    expect(main.get_by_role("link", name="Снежная дорога")).to_contain_text("Harbour of Snow")
    assert owner.barriers() == []
    page.get_by_role("group", name="Genre").get_by_role("button", name="Drama").click()
    expect(page.get_by_text("1 result", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile("genre="))
    page.reload()
    expect(page.get_by_role("button", name="Drama", pressed=True)).to_be_visible()
    expect(main.get_by_role("link", name="Harbour Lights")).to_have_count(0)
    page.get_by_role("button", name="Remove all filters").click()
    expect(main.get_by_role("link", name="Harbour Lights")).to_be_visible()
    page.get_by_role("link", name="harbour", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Results for “harbour”")
    expect(page.get_by_text("Did you mean")).to_be_hidden()
    assert len(harbour) == 3


def test_what_was_searched_is_there_again_and_can_be_forgotten(
    owner: Visitor, harbour: dict[str, str]
) -> None:
    page = owner.page
    owner.open("/search")
    expect(page.get_by_role("heading", level=1)).to_have_text("What are you looking for?")
    field = page.get_by_role("combobox", name=LABEL)
    for words in ("harbour lights", "nobody knows"):
        field.fill(words)
        page.keyboard.press("Enter")
        expect(page).to_have_title(re.compile(words))
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing found for “nobody knows”")
    page.get_by_role("button", name="Clear the search").click()
    field.click()
    past = page.get_by_role("group", name="You searched").get_by_role("option")
    expect(past.nth(0)).to_have_text("nobody knows")
    past.nth(1).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Results for “harbour lights”")
    page.get_by_role("main").get_by_role("link", name="Harbour Lights").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Harbour Lights")

    owner.open("/search")
    expect(page.get_by_role("heading", name="Trending")).to_be_visible()
    assert owner.barriers() == []
    page.get_by_role("button", name="Forget “nobody knows”").click()
    expect(page.get_by_role("link", name="nobody knows")).to_be_hidden()
    page.get_by_role("button", name="Forget all of it").click()
    expect(page.get_by_role("heading", name="You searched")).to_be_hidden()
    assert harbour


def test_on_a_phone_the_proposals_fit(owner: Visitor, harbour: dict[str, str]) -> None:
    page = owner.page
    page.set_viewport_size(PHONE)
    owner.open("/")
    page.get_by_role("combobox", name=LABEL).fill("harbour")
    listbox = page.get_by_role("listbox", name="Proposals")
    expect(listbox.get_by_role("option")).to_have_count(1 + len(harbour))
    box = listbox.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]


def test_the_operator_sees_what_is_searched(owner: Visitor) -> None:
    page = owner.page
    owner.open("/admin/searches")
    expect(page.get_by_role("heading", level=1)).to_have_text("Searches")
    page.get_by_role("button", name="Build anew").click()
    expect(page.get_by_text("Search is being built anew.")).to_be_visible()
    assert owner.barriers() == []
