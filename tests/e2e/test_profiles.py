"""A family shares an account: who watches, who may not, and how each of them likes it."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.browsing import PHONE, WIDER_THAN_THE_WINDOW, Player, Visit, Visitor
from tests.e2e.conftest import Library, open_library
from tests.factories.processes import OWNER

PIN, WRONG_PIN = "2580", "0000"
WHO = "Who\N{RIGHT SINGLE QUOTATION MARK}s watching?"
TRIES_BEFORE_A_PAUSE = 5
# The browser notes every refusal of the server in its console.
REFUSED = "/api/v1/users/me/profiles"
# A green square of one pixel.
PHOTO = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture(scope="module")
def home(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Run a server for a family of its own: its owner, and Mila, who is six."""
    with open_library(browser, tmp_path_factory.mktemp("family")) as library:
        answer = library.client.post(
            "/users/me/profiles", json={"name": "Mila", "is_kids": True, "maturity_limit": 6}
        )
        answer.raise_for_status()
        lock(library.client, "Owner")
        yield library


def lock(client: httpx.Client, name: str) -> None:
    """Set the PIN of somebody, which starts their tries anew."""
    ids = {profile["name"]: profile["id"] for profile in family(client)}
    client.post("/auth/reauth", json={"password": OWNER["password"]}).raise_for_status()
    path = f"/users/me/profiles/{ids[name]}/pin"
    client.put(path, json={"pin": PIN}).raise_for_status()


def family(client: httpx.Client) -> list[dict[str, str]]:
    """Ask who watches with the account."""
    items: list[dict[str, str]] = (
        client.get("/users/me/profiles").raise_for_status().json()["items"]
    )
    return items


@pytest.fixture
def parent(come: Visit, home: Library) -> Visitor:
    """Let somebody log in, who is asked who watches."""
    visitor = come(home.url)
    visitor.expected += ["/api/v1/auth/me", REFUSED, "/api/v1/auth/reauth"]
    visitor.open("/login")
    visitor.page.get_by_label("Email").fill(OWNER["email"])
    visitor.page.get_by_label("Password", exact=True).fill(OWNER["password"])
    visitor.page.get_by_role("button", name="Log in", exact=True).click()
    expect(heading(visitor.page)).to_have_text(WHO)
    return visitor


def heading(page: Page) -> Locator:
    """Find what a page calls itself."""
    return page.get_by_role("heading", level=1)


def go_as_owner(page: Page) -> None:
    """Choose the locked profile and open it."""
    page.get_by_role("button", name="Owner, locked with a PIN").click()
    page.keyboard.type(PIN)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Account of Owner")).to_be_visible()


def test_a_locked_profile_opens_by_its_pin_alone(parent: Visitor) -> None:
    page = parent.page
    page.get_by_role("button", name="Owner, locked with a PIN").click()
    expect(heading(page)).to_have_text("PIN of Owner")
    page.keyboard.type("12")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("A PIN has at least 4 digits.")
    page.keyboard.type("34")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("That is not the PIN. Try again.")
    page.keyboard.type(PIN)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{parent.url}/")


def test_a_pin_is_entered_with_the_arrows_of_a_remote(parent: Visitor) -> None:
    page = parent.page
    page.get_by_role("button", name="Owner, locked with a PIN").press("Enter")
    expect(page.get_by_role("button", name="1", exact=True)).to_be_focused()
    ways = ("ArrowRight", "ArrowDown", "ArrowDown", "ArrowDown")  # 1 to 2, 5, 8 and 0
    for way in ways:
        page.keyboard.press(way)
        page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name="Enter", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{parent.url}/")


def test_guessing_is_paused_and_the_pause_is_counted_down(parent: Visitor, home: Library) -> None:
    page = parent.page
    page.get_by_role("button", name="Owner, locked with a PIN").click()
    for _ in range(TRIES_BEFORE_A_PAUSE + 1):
        expect(page.get_by_role("img", name="No digit entered")).to_be_visible()
        page.keyboard.type(WRONG_PIN)
        with page.expect_response("**/switch"):
            page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Too many wrong PINs. Try again in 0:")
    page.keyboard.type("1")
    expect(page.get_by_role("img", name="No digit entered")).to_be_visible()
    page.get_by_role("button", name="Back to the profiles").click()
    expect(heading(page)).to_have_text(WHO)
    lock(home.client, "Owner")


def test_a_child_gets_out_only_with_a_grown_up(parent: Visitor) -> None:
    page = parent.page
    page.get_by_role("button", name="Mila, Kids").click()
    page.wait_for_url(f"{parent.url}/")
    page.get_by_role("button", name="Account of Owner").click()
    page.get_by_role("menuitem", name="Manage profiles").press("Enter")
    page.get_by_role("link", name="Add profile").click()
    page.get_by_label("Name").fill("Free")
    page.get_by_role("button", name="Add profile").click()
    dialog = page.get_by_role("dialog", name="A grown-up has to do this")
    expect(dialog).to_contain_text("Enter the PIN of Owner.")
    page.keyboard.type(WRONG_PIN)
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_have_text("That is not the PIN. Try again.")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.get_by_role("link", name="Back to the profiles").click()
    expect(page.get_by_role("link", name="Edit Free")).to_have_count(0)


def test_a_profile_is_made_changed_locked_and_deleted(parent: Visitor) -> None:
    page = parent.page
    page.get_by_role("link", name="Add profile").click()
    page.get_by_label("Name").fill("Jonas")
    page.get_by_role("button", name="Change the picture").click()
    page.get_by_role("radio", name="Face 7").check()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Add profile").click()
    expect(page.get_by_text("Jonas can watch now.")).to_be_visible()

    page.get_by_role("link", name="Edit Jonas").click()
    page.get_by_label("Name").fill("Jona")
    page.get_by_role("switch", name="Kids mode").click()
    expect(page.get_by_role("radio", name="12+")).to_be_checked()
    expect(page.get_by_role("radio", name="16+")).to_be_disabled()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Edit Jona").click()
    set_pin(page)
    delete(page)
    expect(page.get_by_role("link", name="Edit Jona")).to_have_count(0)


def set_pin(page: Page) -> None:
    """Lock the profile that is edited, at the second try."""
    page.get_by_role("button", name="Set a PIN").click()
    dialog = page.get_by_role("dialog", name="Set a PIN")
    dialog.get_by_label("New PIN", exact=True).fill("1234")
    dialog.get_by_label("The new PIN again").fill("1235")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_have_text(
        "The two PINs are not the same. Type both again."
    )
    dialog.get_by_label("The new PIN again").fill("1234")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The PIN is set.")).to_be_visible()
    expect(page.get_by_role("button", name="Remove the PIN")).to_be_visible()


def delete(page: Page) -> None:
    """Delete the profile that is edited."""
    page.get_by_role("button", name="Delete the profile").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete it").click()
    expect(page.get_by_text("is deleted.")).to_be_visible()


def test_a_film_for_grown_ups_asks_for_their_pin(
    parent: Visitor, home: Library, short_film: Path
) -> None:
    page = parent.page
    [path] = [
        f"/users/me/profiles/{one['id']}" for one in family(home.client) if one["name"] == "Owner"
    ]
    # Whoever has chosen nobody sees what suits a child of six.
    home.client.post(f"{path}/switch", json={"pin": PIN}).raise_for_status()
    title_id = home.upload(short_film, "Late")
    home.wait_until(title_id, "playable", "ready")
    page.get_by_role("link", name="Manage profiles").click()
    page.get_by_role("link", name="Edit Owner").click()
    page.get_by_role("group", name="Asks for a PIN above age").get_by_text("12").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    parent.open("/")
    expect(heading(page)).to_have_text(WHO)
    go_as_owner(page)
    parent.expected.append("/player/sessions/enhanced")

    parent.open(f"/watch/{title_id}")
    expect(heading(page)).to_have_text("This one takes a PIN")
    expect(page.get_by_role("button", name="1", exact=True)).to_be_focused()
    assert parent.barriers() == []
    page.keyboard.press("Escape")
    page.wait_for_url(f"{parent.url}/titles/{title_id}")
    page.go_back()
    expect(page.get_by_role("button", name="1", exact=True)).to_be_focused()
    page.keyboard.type(WRONG_PIN)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("That is not the PIN. Try again.")
    page.keyboard.type(PIN)
    page.keyboard.press("Enter")
    Player(page).wait_until_it_plays()
    # Whoever has just given it is not asked again.
    page.reload()
    Player(page).wait_until_it_plays()


def test_a_photo_is_fitted_and_shown_everywhere(parent: Visitor, tmp_path: Path) -> None:
    photo, note = tmp_path / "photo.png", tmp_path / "note.png"
    photo.write_bytes(PHOTO)
    note.write_text("no photo")
    page = parent.page
    page.get_by_role("link", name="Manage profiles").click()
    page.get_by_role("link", name="Edit Mila").click()
    page.get_by_role("button", name="Change the picture").click()
    page.get_by_label("Upload a photo").set_input_files(note)
    expect(page.get_by_role("alert")).to_have_text(
        "This is not a photo that we can read. Choose a PNG, JPEG or WebP file."
    )
    page.get_by_label("Upload a photo").set_input_files(photo)
    page.get_by_label("Zoom").fill("2")
    page.get_by_role("button", name="Use this photo").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("link", name="Back to the profiles").click()
    picture = page.get_by_role("link", name="Edit Mila").locator("img")
    expect(picture).to_have_attribute("src", re.compile("/avatar[?]v="))


def test_preferences_are_shown_and_saved_at_once(parent: Visitor) -> None:
    page = parent.page
    go_as_owner(page)
    parent.open("/account/preferences")
    letters = page.get_by_test_id("subtitle")
    before = letters.evaluate("node => parseFloat(getComputedStyle(node).fontSize)")
    with page.expect_response("**/preferences"):
        page.get_by_role("radio", name="Huge").click(force=True)
        page.get_by_role("radio", name="Yellow").click(force=True)
    expect(letters).to_have_css("color", "rgb(255, 228, 92)")
    assert letters.evaluate("node => parseFloat(getComputedStyle(node).fontSize)") > before * 1.5
    for language in ("de", "fr"):
        with page.expect_response("**/preferences"):
            page.get_by_label("Add a language: Spoken language").select_option(language)
    with page.expect_response("**/preferences"):
        page.get_by_role("button", name="Move French up").click()
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()

    page.reload()
    spoken = page.get_by_role("group", name="Spoken language").get_by_role("listitem")
    expect(spoken).to_have_text(["1French", "2German"])
    expect(page.get_by_role("radio", name="Huge")).to_be_checked()
    with page.expect_response("**/preferences"):
        page.get_by_role("button", name="Use the defaults").click()
    expect(page.get_by_role("radio", name="Medium")).to_be_checked()


@pytest.mark.parametrize("path", ["/profiles", "/profiles/manage", "/profiles/manage?profile=new"])
def test_nothing_keeps_the_family_out(parent: Visitor, path: str) -> None:
    parent.open(path)
    expect(heading(parent.page)).to_be_visible()
    assert parent.barriers() == []
    parent.page.set_viewport_size(PHONE)
    assert parent.page.evaluate(WIDER_THAN_THE_WINDOW) is False


def test_nothing_keeps_people_from_their_pin_and_preferences(parent: Visitor) -> None:
    page = parent.page
    page.get_by_role("button", name="Owner, locked with a PIN").click()
    assert parent.barriers() == []
    page.get_by_role("button", name="Back to the profiles").click()
    go_as_owner(page)
    parent.open("/account/preferences")
    expect(page.get_by_role("heading", name="Parental controls")).to_be_visible()
    assert parent.barriers() == []
    page.set_viewport_size(PHONE)
    assert page.evaluate(WIDER_THAN_THE_WINDOW) is False
