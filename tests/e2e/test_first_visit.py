"""A new installation, from the link in the terminal to the owner's empty library."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import Visit, Visitor
from tests.factories.processes import OWNER, Process


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """Run a server that nobody has set up."""
    process = Process("serve", tmp_path_factory.mktemp("first") / "data")
    process.start()
    yield process
    process.stop()


def test_the_owner_settles_in_and_comes_back(server: Process, come: Visit) -> None:
    """One story, because a server can be set up only once."""
    visitor = come(server.url)
    page = visitor.page
    heading = page.get_by_role("heading", level=1)
    # The browser itself notes that requests are refused before one is logged in.
    visitor.expected += ["/api/v1/auth/me", "/api/v1/setup", "/api/v1/auth/login"]

    visitor.open("/")
    expect(heading).to_have_text("Log in")
    expect(page.get_by_text("Nobody owns this server yet.")).to_be_visible()

    visitor.open("/setup")
    expect(heading).to_have_text("Open the set-up link")

    visitor.open("/setup#token=guessed")
    fill_set_up(visitor)
    expect(page.get_by_role("alert")).to_have_text(
        "This set-up link does not belong to this service: "
        "open the one that it printed when it started."
    )

    visitor.open(f"/setup#token={server.setup_token()}")
    fill_set_up(visitor)
    expect(heading).to_have_text("Your library is empty")
    expect(page.get_by_role("link", name="Upload a film")).to_be_visible()

    page.get_by_role("button", name="Account of Owner").click()
    page.get_by_role("menuitem", name="Log out").press("Enter")
    expect(heading).to_have_text("Log in")
    visitor.open("/upload")
    expect(heading).to_have_text("Log in")

    visitor.log_in(OWNER["email"], "another long password")
    expect(page.get_by_role("alert")).to_have_text("The e-mail address or the password is wrong.")

    visitor.log_in(OWNER["email"], OWNER["password"])
    expect(heading).to_have_text("Upload")
    assert page.url == f"{server.url}/upload"

    visitor.open(f"/setup#token={server.setup_token()}")
    expect(heading).to_have_text("StreamVerse is already set up")
    page.get_by_role("link", name="Go to log in").click()
    expect(heading).to_have_text("Log in")


def fill_set_up(visitor: Visitor) -> None:
    """Fill in the form of the owner's account and send it."""
    visitor.page.get_by_label("Your name").fill(OWNER["display_name"])
    visitor.page.get_by_label("Email").fill(OWNER["email"])
    visitor.page.get_by_label("Password").fill(OWNER["password"])
    visitor.page.get_by_role("button", name="Make my account").click()
