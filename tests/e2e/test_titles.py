"""What the owner does with titles: words, publishing, deleting; and how they are found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import Visitor
from tests.e2e.conftest import Library


@pytest.fixture
def short_title_id(library: Library, short_film: Path) -> Iterator[str]:
    """Give a title that the test may do anything to."""
    title_id = library.upload(short_film, "Draft")
    library.wait_until(title_id, "ready")
    yield title_id
    library.remove(title_id)


def test_its_words_are_changed(library: Library, owner: Visitor, short_title_id: str) -> None:
    page = owner.page
    owner.open(f"/titles/{short_title_id}")
    page.get_by_role("button", name="Edit").click()
    dialog = page.get_by_role("dialog", name="Edit the title")
    words = {
        "Name": "Café “Ünïcödé” <b>",
        "Description": "Two\nlines.",
        "Credit": "Somebody, CC BY 4.0",
    }
    for label, word in words.items():
        dialog.get_by_label(label).fill(word)
    dialog.get_by_label("Year").fill("08")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("Write the year with four digits, like 2008.")).to_be_visible()
    dialog.get_by_label("Year").fill("2008")
    dialog.get_by_role("button", name="Save").click()

    expect(dialog).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_have_text(words["Name"])
    expect(page.get_by_text("Two lines.")).to_be_visible()
    expect(page.get_by_role("region", name="Facts")).to_contain_text(words["Credit"])
    changed = library.title(short_title_id)
    assert [changed[key] for key in ("name", "description", "credit", "year")] == [
        *words.values(),
        2008,
    ]


def test_it_is_unpublished_and_published(
    library: Library, owner: Visitor, short_title_id: str
) -> None:
    page = owner.page
    owner.open(f"/titles/{short_title_id}")
    page.get_by_role("button", name="Unpublish").click()
    expect(page.get_by_text("Not published")).to_be_visible()
    assert library.title(short_title_id)["is_published"] is False
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Not published")).to_be_hidden()
    assert library.title(short_title_id)["is_published"] is True


def test_it_is_deleted_after_a_question(
    library: Library, owner: Visitor, short_title_id: str
) -> None:
    page = owner.page
    owner.expected.append(f"/titles/{short_title_id}")
    owner.open(f"/titles/{short_title_id}")
    for answer in ("Cancel", "Delete it"):
        page.get_by_role("button", name="More actions").click()
        page.get_by_role("menuitem", name="Delete").press("Enter")
        dialog = page.get_by_role("dialog", name="Delete “Draft”?")
        dialog.get_by_role("button", name=answer).click()
        expect(dialog).to_be_hidden()
    expect(page).to_have_url(f"{library.url}/")
    expect(page.get_by_text("“Draft” is deleted.")).to_be_visible()
    assert "Draft" not in library.title_names()
    owner.open(f"/titles/{short_title_id}")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such title")

    owner.open("/admin/bin")
    page.get_by_role("button", name="Bring back Draft").click()
    expect(page.get_by_text("“Draft” is back.")).to_be_visible()
    expect(page.get_by_text("The bin is empty")).to_be_visible()
    assert "Draft" in library.title_names()
    library.client.delete(f"/titles/{short_title_id}").raise_for_status()
    page.reload()
    page.get_by_role("button", name="Delete Draft for good").click()
    dialog = page.get_by_role("dialog", name="Delete “Draft” for good?")
    dialog.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("The bin is empty")).to_be_visible()
    page.reload()
    expect(page.get_by_text("The bin is empty")).to_be_visible()
