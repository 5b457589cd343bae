"""The owner lets a viewer in, who sees what is published and none of the owner's pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import Player, Visit, Visitor
from tests.e2e.conftest import Library

EMAIL, PASSWORD = "vera@example.org", "another long password"


@pytest.fixture
def hidden_title_id(library: Library, short_film: Path) -> Iterator[str]:
    """Give a title that is ready and not published."""
    title_id = library.upload(short_film, "Hidden")
    library.wait_until(title_id, "ready")
    library.client.post(f"/titles/{title_id}/unpublish").raise_for_status()
    yield title_id
    library.remove(title_id)


def test_a_viewer_is_let_in_and_removed_again(
    library: Library, owner: Visitor, come: Visit, title_id: str, hidden_title_id: str
) -> None:
    let_in(owner)
    viewer = come(library.url)
    page = viewer.page
    heading = page.get_by_role("heading", level=1)
    viewer.expected += ["/api/v1/auth/", hidden_title_id, "/player/sessions/enhanced"]

    viewer.open("/login")
    viewer.log_in(EMAIL, PASSWORD)
    expect(page.get_by_role("link", name="Numbers", exact=True)).to_be_visible()
    expect(page.get_by_text("Hidden")).to_have_count(0)
    pages = page.get_by_role("navigation", name="Main").get_by_role("link")
    expect(pages).to_have_text(["Browse", "Collections", "Live"])
    viewer.open("/admin/mails")
    expect(heading).to_have_text("Only the owner can do this")
    for path in ("/upload", "/processing", "/people"):
        viewer.open(path)
        expect(heading).to_have_text("Your role does not include this")
    for path in (f"/titles/{hidden_title_id}", f"/watch/{hidden_title_id}"):
        viewer.open(path)
        expect(heading).to_have_text("There is no such title")
    viewer.open(f"/titles/{title_id}")
    expect(heading).to_have_text("Numbers")
    expect(page.get_by_role("button", name="Edit")).to_have_count(0)
    page.get_by_role("link", name="Play").click()
    Player(page).wait_until_it_plays()

    owner.page.get_by_role("button", name="Remove Vera").click()
    question = owner.page.get_by_role("dialog", name="Remove Vera?")
    question.get_by_role("button", name="Remove", exact=True).click()
    expect(owner.page.get_by_role("main").get_by_text(EMAIL)).to_have_count(0)
    viewer.expected.append("401")
    viewer.open("/")
    expect(heading).to_have_text("Log in")
    viewer.log_in(EMAIL, PASSWORD)
    expect(page.get_by_role("alert")).to_have_text("The e-mail address or the password is wrong.")


def let_in(owner: Visitor) -> None:
    """Make the viewer's account, at the second try."""
    page = owner.page
    owner.expected.append("/api/v1/accounts")
    owner.open("/people")
    page.get_by_role("button", name="Add a person").click()
    dialog = page.get_by_role("dialog", name="Add a person")
    dialog.get_by_label("Name").fill("Vera")
    dialog.get_by_label("Email").fill("owner@example.org")
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Add a person").click()
    expect(dialog.get_by_role("alert")).to_have_text(
        "Somebody already has an account with this e-mail address."
    )
    dialog.get_by_label("Email").fill(EMAIL)
    dialog.get_by_role("button", name="Add a person").click()
    expect(page.get_by_text("Vera can log in now.")).to_be_visible()
    expect(page.get_by_role("main").get_by_text(EMAIL)).to_be_visible()
