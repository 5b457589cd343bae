"""Files of titles in the browser: looked at, applied, undone, and written out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browsing import DESKTOP, PHONE, WIDER_THAN_THE_WINDOW, Visitor, photograph
from tests.e2e.conftest import Library


@pytest.fixture
def known(library: Library) -> Iterator[str]:
    """Let a title be known, and forget it and whatever a file has made beside it."""
    yield library.make_title(kind="movie", name="The known one")
    page = library.client.get("/titles", params={"limit": 100}).raise_for_status().json()
    for title in page["items"]:
        if title["name"] in {"The known one", "Brand new"}:
            library.remove(title["id"])


def give(page: Page, name: str, content: str) -> None:
    """Choose a file."""
    page.get_by_label("File of titles").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content.encode()}
    )


def test_a_file_is_looked_at_applied_and_undone(
    owner: Visitor, library: Library, known: str
) -> None:
    page = owner.page
    owner.open("/admin/titles")
    page.get_by_role("link", name="Import and export").click()
    content = f"id,name,year\n{known},The known one,1999\n,Brand new,2026\n"
    give(page, "wrong.csv", f"{content},No year,soon\n")
    expect(page.get_by_text("'soon' is no whole number.")).to_be_visible()
    expect(page.get_by_role("button", name="Apply")).to_have_count(0)

    give(page, "films.csv", content)
    lines = page.get_by_role("list", name="Lines of the file")
    expect(lines.get_by_role("row", name="year nothing 1999")).to_be_visible()
    page.get_by_role("radio", name="New (1)").click()
    expect(lines.get_by_role("listitem")).to_have_count(1)
    expect(lines).to_contain_text("Brand new")
    assert "Brand new" not in library.title_names()

    page.get_by_role("button", name="Apply").click()
    page.get_by_role("dialog").get_by_role("button", name="Apply").click()
    page.get_by_role("link", name="To the titles and the history of changes").click()
    history = page.get_by_role("list", name="What was changed")
    assert library.title(known)["year"] == 1999
    assert "Brand new" in library.title_names()
    history.get_by_role("button", name="Undo").first.click()
    expect(history.get_by_text("Undone").first).to_be_visible()
    assert library.title(known)["year"] is None


def test_what_was_written_out_changes_nothing(owner: Visitor, known: str) -> None:
    page = owner.page
    owner.open("/admin/import")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Export as CSV").click()
    content = Path(saved.value.path()).read_text()
    assert known in content
    give(page, "titles.csv", content)
    expect(page.get_by_text("Everything in this file is said already")).to_be_visible()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_page_is_for_everybody(
    owner: Visitor, known: str, viewport: dict[str, int], request: pytest.FixtureRequest
) -> None:
    page = owner.page
    page.set_viewport_size(viewport)  # type: ignore[arg-type]
    owner.open("/admin/import")
    expect(page.get_by_role("heading", name="How a file looks")).to_be_visible()
    assert owner.barriers() == []
    words = "A description that goes on. " * 8
    give(page, "films.csv", f"id,description,year\n{known},{words},1999\nx,,soon\n,,\n,y,1\n")
    page.get_by_role("radio", name="All (3)").click()
    expect(page.get_by_role("row", name="year nothing 1999")).to_be_visible()
    photograph(page, f"import-{request.node.callspec.id}")
    assert owner.barriers() == []
    assert page.evaluate(WIDER_THAN_THE_WINDOW) is False
